"""The page that is kept of a night: what was played by whom, what was loved, the map, and the files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from urllib.parse import quote

from aiohttp import web

from bot.party.errors import NightGone, NotDrawn, NothingToShow, marked
from bot.party.results import MemberStats, Night
from bot.party.shares import working_for
from bot.party.words import Entry, State
from bot.room import pages
from bot.room.language import replies
from bot.room.rendering import TYPES
from bot.service import PartyService
from bot.takeaway.files import Form, exported, filename
from bot.takeaway.mapping import Picture, drawn, pictured, worded
from bot.wording.base import LONGEST_NAME, seen
from bot.wording.replies import Replies

PATH = "/night/{secret}"
MOST_MAPS = 24
"""So many maps are kept in memory, some hundred kilobytes each."""
MAP_LASTS_S = 300
"""So long a browser keeps a map, in seconds: somebody may be forgotten meanwhile."""
CHATS = {"discord", "slack"}
"""Where what the place is called is the name of a channel."""
FILES = {
    Form.CSV: marked("for spreadsheets"),
    Form.M3U: marked("for music players"),
    Form.XSPF: marked("for players, with albums and notes"),
    Form.JSPF: marked("for programs"),
}
"""What there is to take home, and what for."""
HEADERS = {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex, nofollow, noarchive"}

Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Row:
    """A song as the page shows it."""

    title: str
    artist: str
    by: str  # empty for nobody, and for whoever was forgotten
    ups: int
    downs: int
    skipped: bool
    at: str  # when it was started, for machines; empty if it never was
    clock: str  # and for people, in UTC


@dataclass(frozen=True, slots=True)
class Shown:
    """A map, and what it shows in words."""

    picture: Picture
    words: str


class NightPages:
    """Serves the pages of nights."""

    def __init__(self, party: PartyService) -> None:
        self._party = party
        self._maps: dict[Picture, asyncio.Task[bytes]] = {}

    def add_routes(self, room: web.Application) -> None:
        """Hangs the pages, their maps and their files into the room."""
        room.router.add_get(PATH, self._kindly(self._page))
        room.router.add_get(f"{PATH}/map.png", self._kindly(self._map))
        room.router.add_get(f"{PATH}/{{form:{'|'.join(Form)}}}", self._kindly(self._file))

    def _kindly(self, handle: Handler) -> Handler:
        async def answer(request: web.Request) -> web.Response:
            try:
                response = await handle(request)
            except NightGone as gone:
                words = _words(request)
                told = pages.tag("p", words.error(gone))
                about, title = words.say(marked("A night to keep")), words.say(marked("This night is over"))
                response = pages.page(words.language, about, title, told, status=404)
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return answer

    async def _page(self, request: web.Request) -> web.Response:
        secret, words = request.match_info["secret"], _words(request)
        night = await self._party.nights.read(secret)
        shown = await self._shown(night, words)
        return pages.show(
            request,
            "night.html",
            entry="night.js",
            words=None,  # the script says nothing
            here=self._party.nights.path(quote(secret)),
            title=title_of(night, words),
            day=words.language.day(night.started_ms),
            began=(_instant(night.started_ms), words.language.clock(night.started_ms)),
            ended=(_instant(night.ended_ms), words.language.clock(night.ended_ms)),
            until=(_instant(night.ends_ms), words.language.day(night.ends_ms)),
            numbers=words.numbers(night),
            skipped=night.skipped,
            loved=[_row(entry, words) for entry in night.loved],
            songs=[_row(entry, words) for entry in night.songs],
            unplayed=[_row(entry, words) for entry in night.unplayed],
            members=[_member(member) for member in night.members],
            map=shown.words if shown else "",
            files={form.value: words.say(told) for form, told in FILES.items()},
        )

    async def _map(self, request: web.Request) -> web.Response:
        night = await self._party.nights.read(request.match_info["secret"])
        shown = await self._shown(night, _words(request))
        if shown is None:
            raise web.HTTPNotFound(text="There is no map of this night.\n")
        try:
            png = await self._drawn(shown.picture)
        except NotDrawn:
            raise web.HTTPServiceUnavailable(text="The map could not be drawn just now.\n") from None
        headers = {"Cache-Control": f"private, max-age={MAP_LASTS_S}", "Vary": "Accept-Language, Cookie"}
        return web.Response(body=png, content_type="image/png", headers=headers)

    async def _file(self, request: web.Request) -> web.Response:
        night, words = await self._party.nights.read(request.match_info["secret"]), _words(request)
        form = Form(request.match_info["form"])
        title = f"{title_of(night, words)} · {words.language.day(night.started_ms)}"
        data = await asyncio.to_thread(exported, await self._party.nights.linked(night), form, title)
        name = filename(title, form)
        kind = TYPES[PurePath(name).suffix]
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
        return web.Response(body=data, content_type=kind, headers=headers)

    async def _shown(self, night: Night, words: Replies) -> Shown | None:
        """The map of a night; None where the model knows too few of its songs."""
        kept = [entry for entry in night.songs if entry.state is not State.SKIPPED]
        try:
            seen_as = await self._party.map.among(kept)
        except NothingToShow:
            return None
        if seen_as.alike is None:
            return None
        first, second = seen_as.alike
        told = words.count(
            "A map of {number} song of this night: the closer two are, the more similar. "
            "Most alike are {first} and {second}.",
            "A map of {number} songs of this night: the closer two are, the more similar. "
            "Most alike are {first} and {second}.",
            len(seen_as.spots),
            first=words.song(first.track),
            second=words.song(second.track),
        )
        return Shown(pictured(title_of(night, words), seen_as, worded(words)), told)

    async def _drawn(self, picture: Picture) -> bytes:
        """A map, drawn once for all who look at it, and again only where names or votes have changed."""
        drawing = self._maps.get(picture)
        if drawing is None:
            with working_for(None):  # all who look at it
                drawing = self._maps[picture] = asyncio.create_task(drawn(picture), name="map of a night")
            drawing.add_done_callback(lambda done: done.exception() and self._maps.pop(picture, None))
            while len(self._maps) > MOST_MAPS:
                del self._maps[next(iter(self._maps))]
        return await asyncio.shield(drawing)


def title_of(night: Night, words: Replies) -> str:
    """What a night is called: after where it was, if that is known."""
    place = seen(night.title)
    if not place:
        return words.say(marked("What a night!"))
    return words.say(
        marked("The night in {place}"), place=f"#{place}" if night.room.platform in CHATS else place
    )


def _words(request: web.Request) -> Replies:
    return replies(pages.wished_code(request))


def _row(entry: Entry, words: Replies) -> Row:
    track, by = entry.track, entry.added_by
    return Row(
        title=seen(track.title) or "?",
        artist=seen(track.artist),
        by=seen(by.name, LONGEST_NAME) if by else "Encore",
        ups=entry.ups,
        downs=entry.downs,
        skipped=entry.state is State.SKIPPED,
        at=_instant(entry.started_ms) if entry.started_ms else "",
        clock=words.language.clock(entry.started_ms) if entry.started_ms else "",
    )


def _member(member: MemberStats) -> tuple[str, Sequence[int]]:
    numbers = member.added, member.played, member.loved, member.streak
    return seen(member.name, LONGEST_NAME) or "?", numbers


def _instant(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
