"""The pages that connect a Spotify account: whose it will be, the way there, and what came of it.

Where a browser is sent is never taken from a request, and no page has a script. A link alone does nothing:
chats look at links before people do.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from html import escape

from aiohttp import web

from bot.party.errors import SpotifyError, marked
from bot.party.words import Member
from bot.playback.errors import LoginRefused, LoginSpent, NotOnTheList, SpotifyAway, SpotifyRests
from bot.playback.words import Account
from bot.room.language import room_language
from bot.room.pages import HINT, cookie, page, tag, wished_code
from bot.room.privacy import PATH as PRIVACY
from bot.spotify.accounts import Accounts
from bot.spotify.words import Login
from bot.wording.languages import Language, Renamed, language
from bot.wording.replies import Replies, apart

SPOTIFY = "Spotify"
"""What the pages are about."""
COOKIE = "encore-spotify"
"""What only the browser has that agreed on our page; gone when it has come back."""
COOKIE_S = 600
PLATFORMS = {"discord": "Discord", "slack": "Slack"}


STATUS = {
    LoginSpent: 410,
    LoginRefused: 403,
    NotOnTheList: 403,
    SpotifyAway: 503,
    SpotifyRests: 503,
    SpotifyError: 502,
}
"""The HTTP status of what a person is told, the first that fits."""
FAULT = 500

Handler = Callable[[web.Request], Awaitable[web.Response]]


class ConnectPages:
    """What browsers see on the way to Spotify and back.

    Args:
        accounts: where accounts are connected.
        public_url: where browsers reach the room, without a slash at its end.
        accounts_url: Spotify's accounts service, to which the form leads.
        in_slack: how commands are typed in Slack, by their names.
    """

    def __init__(
        self, accounts: Accounts, public_url: str, accounts_url: str, in_slack: Mapping[str, str]
    ) -> None:
        self._accounts, self._public_url, self._in_slack = accounts, public_url, in_slack
        self._policy = (
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {accounts_url}"  # browsers look at where a form is sent on to
        )

    def add_routes(self, room: web.Application) -> None:
        """Hangs the pages under `/spotify/`."""
        room.router.add_get("/spotify/connect/{secret}", self._kindly(self._ask))
        room.router.add_post("/spotify/connect/{secret}", self._kindly(self._go))
        room.router.add_get("/spotify/callback", self._kindly(self._come_back))

    def _kindly(self, handle: Handler) -> Handler:
        async def answer(request: web.Request) -> web.Response:
            try:
                response = await handle(request)
            except web.HTTPException:
                raise
            except Exception as error:  # Replies logs what is no PartyError
                response = _refused(self._language(request), error)
            response.headers["Content-Security-Policy"] = self._policy
            response.headers["Cache-Control"] = "no-store"
            return response

        return answer

    async def _ask(self, request: web.Request) -> web.Response:
        login = await self._accounts.begin(request.match_info["secret"])
        if login is None:
            raise LoginSpent
        response = _asked(self._language(request, login.member), login)
        # With no-referrer a browser would not say where the form comes from; other sites still learn nothing.
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    async def _go(self, request: web.Request) -> web.Response:
        if request.headers.get("Origin") != self._public_url:
            raise web.HTTPForbidden(text="Only the room's own page may send this.\n")
        url, browser = await self._accounts.agree(request.match_info["secret"])
        response = web.Response(status=303, headers={"Location": url})
        self._set_cookie(response, browser, COOKIE_S)
        return response

    async def _come_back(self, request: web.Request) -> web.Response:
        """Spotify has sent the browser here, with a code or with a reason."""
        query, browser = request.query, cookie(request, COOKIE)
        state = query.get("state", "")
        wished = self._language(request, await self._accounts.owner(state))
        try:
            if "code" not in query:
                await self._accounts.refuse(state, browser, query.get("error", ""))
            response = _connected(wished, await self._accounts.finish(state, browser, query["code"]))
        except SpotifyError as error:
            response = _refused(wished, error)
        self._set_cookie(response, "", 0)
        return response

    def _language(self, request: web.Request, member: Member | None = None) -> Language:
        """The browser's language, with the member's commands or buttons; Discord's for a stranger."""
        code = wished_code(request)
        match member.platform if member else "":
            case "slack":
                return Renamed(code, self._in_slack)
            case "web":
                return room_language(code)
            case _:
                return language(code)

    def _set_cookie(self, response: web.Response, value: str, seconds: int) -> None:
        secure = self._public_url.startswith("https:")
        response.set_cookie(
            COOKIE, value, max_age=seconds, path="/spotify", secure=secure, httponly=True, samesite="Lax"
        )


def _asked(language: Language, login: Login) -> web.Response:
    say = language.say
    button = say(
        marked("Connect Spotify for {name} ({place})"),
        name=f"<b>{escape(apart(login.member.name))}</b>",
        place=PLATFORMS.get(login.member.platform) or say(marked("web room")),
    )
    may = [
        say(marked("See what's playing on your devices, and play the party there when you use /play")),
        say(marked("Save playlists to your account when you use /save, and read the ones you /import")),
    ]
    parts = [
        tag("h2", say(marked("What Encore will be able to do"))),
        tag("ul", "".join(tag("li", each) for each in may), 'class="may"'),
        tag("form", tag("button", tag("span", button), 'class="primary"'), 'method="post"'),
        tag("p", say(marked("Not you? Close this page.")), HINT),
        tag(
            "p",
            say(marked("Encore never sees your password. Use /spotify disconnect to undo this at any time.")),
            HINT,
        ),
        tag(
            "p",
            tag("a", say(marked("What I keep about you")), f'href="{PRIVACY}"'),
            HINT,
        ),
    ]
    return page(language, SPOTIFY, say(marked("Play the party on your Spotify")), *parts)


def _connected(language: Language, account: Account) -> web.Response:
    say = language.say
    play = say(marked("Go back to your party and use /play to play it on your Spotify."))
    parts = [
        tag("h2", say(marked("What now?"))),
        tag("p", play),
        tag("p", say(marked("Use /save to turn the night into a playlist. You can close this page now."))),
    ]
    name = escape(apart(account.name))
    return page(language, SPOTIFY, say(marked("Connected as {name}"), name=name), *parts)


def _refused(language: Language, error: Exception) -> web.Response:
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), FAULT)
    told = tag("p", Replies(language, escape).failure(error))
    return page(language, SPOTIFY, language.say(marked("That didn't work")), told, status=status)
