"""The page that says what is kept of people, why, for how long, who sees it, and how it is erased.

Spotify wants one of whoever uses its Web API (Developer Terms); it holds for everything else, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from aiohttp import web

from bot.party.errors import marked
from bot.room.pages import HINT, page, tag, wished_code
from bot.wording.languages import Language, language

PATH = "/privacy"
REVOKE = "https://www.spotify.com/account/apps/"
"""Where Spotify lists the apps that an account has let in, to take that back."""

Section = tuple[str, Sequence[str]]
"""A heading and its points."""

KEPT: Section = (
    marked("What I keep, and what for"),
    (
        marked(
            "Your ID and name here, so that songs and votes belong to somebody and each person counts once."
        ),
        marked(
            "The songs you add, your votes and skips, and when you did that: for the queue, the suggestions, "
            "/stats and your /favourites."
        ),
        marked(
            "What a channel has chosen, like its language, its DJs and its voice channel. I see who is in "
            "that voice channel, to count skips, but I don't write it down."
        ),
        marked("In a voice channel I only play. I'm deafened there, so I hear nobody."),
        marked("Whom and what a channel's moderators have blocked."),
        marked(
            "I don't read what people write, only commands, forms, and messages that you hand to me yourself."
        ),
        marked(
            "On the page, your browser keeps your nickname and a random key that stands for you. I keep the "
            "nickname too, so that nobody else takes it; it's free again once you haven't been there for "
            "30 days."
        ),
        marked(
            "A link of your own (/link) signs you in on the page as yourself. It's good for 7 days, and I "
            "keep your name and rights with it. A moderator can end it sooner."
        ),
        marked(
            "There are no cookies, except one for a language you choose, and one for ten minutes while you "
            "connect Spotify."
        ),
        marked(
            "I count connections, and the work they cause, by their network address, in memory alone, "
            "to stop floods."
        ),
        marked(
            "Who installed me in a Slack workspace is kept with the installation, encrypted, for as long as "
            "it lasts."
        ),
    ),
)
SEEN: Section = (
    marked("Who sees it, and for how long"),
    (
        marked(
            "Everybody in your channel, and whoever has a link to its page, sees its queue, who added what, "
            "and how the votes stand. Only you see your favourites and your Spotify account."
        ),
        marked(
            "When a party ends, what was played, who added it and how the votes stood is on a page for "
            "30 days, for whoever has its link."
        ),
        marked("Whoever runs me has the database, and may keep copies of it. Nobody else gets them."),
        marked("Nothing is sold, and there are no ads and no tracking."),
        marked(
            "A channel's songs train the suggestions only if a manager has switched on /learn there: the "
            "songs and when they came, never who wanted them, and no song that I only know from Spotify."
        ),
    ),
)
ERASED: Section = (
    marked("How you get it, and how it's erased"),
    (
        marked(
            "/my-data (in Slack, /party my-data) gives you everything I know about you as a file that only "
            "you see."
        ),
        marked(
            "/delete-my-data (in Slack, /party delete-my-data) erases your ID, your name, your votes and "
            "your Spotify connection, in all parties at once. Songs you added stay, without your name."
        ),
        marked("If a moderator has blocked you somewhere, your ID stays there for that alone."),
        marked(
            "On the page, both are under “What I know”, for guests with a nickname too. Your browser forgets "
            "your nickname and key as well."
        ),
        marked(
            "I don't know that you're the same person in Discord, in Slack and on the page, so do it in each."
        ),
        marked("Whoever runs me can erase everything about you too. What I've posted in a chat stays there."),
        marked(
            "Copies of the database have what's about you until they're deleted. If one is brought back, "
            "you're erased from it again. To know that, I keep a hash of your ID, not the ID itself."
        ),
        marked("/spotify disconnect erases your name at Spotify and what lets me in."),
        marked(
            "Removing me from a server or workspace erases all of its parties, with their songs and votes."
        ),
    ),
)
SPOTIFY: Section = (
    "Spotify",
    (
        marked(
            "If you connect your account, I keep your name there, what lets me in (encrypted), and which "
            "playlists of yours are saved parties. It ends after six months at the latest."
        ),
        marked(
            "I ask Spotify what plays on your devices, tell them what to play while you host, and read or "
            "write the playlists that you /import or /save. I never see your password, e-mail or history."
        ),
        marked(
            "Songs may be looked up at Spotify by their link or title, without your name. "
            "The answers are remembered for 30 days."
        ),
    ),
)


def add_route(room: web.Application, *, spotify: bool, days: int) -> None:
    """Hangs the page into the room's application.

    Args:
        room: it.
        spotify: whether that is set up.
        days: how long names are kept; 0 for as long as the database.
    """

    async def show(request: web.Request) -> web.Response:
        response = privacy_page(language(wished_code(request)), spotify=spotify, days=days)
        response.headers["Vary"] = "Accept-Language, Cookie"
        return response

    room.router.add_get(PATH, show)


def kept_for(words: Language, days: int) -> str:
    """How long names are kept, in a sentence."""
    if not days:
        return words.say(marked("Names stay with the songs and votes until they're erased."))
    return words.count(
        "After a day, a party loses its names: the songs and the number of votes stay, but not who added "
        "them, voted or did anything else.",
        "After {number} days, a party loses its names: the songs and the number of votes stay, but not who "
        "added them, voted or did anything else.",
        days,
    )


def privacy_page(words: Language, *, spotify: bool, days: int) -> web.Response:
    """The page in a language; without Spotify it says little of that."""
    say = words.say
    intro = marked("Encore is a party bot that somebody runs here. Ask them what this page leaves open.")
    parts = [tag("p", say(intro))]
    for heading, points in (KEPT, SEEN, ERASED, *((SPOTIFY,) if spotify else ())):
        told = [*map(say, points), *([kept_for(words, days)] if heading == SEEN[0] else [])]
        parts.append(tag("h2", say(heading)))
        parts.append(tag("ul", "".join(tag("li", escape(point)) for point in told), 'class="may"'))
    if spotify:
        place = tag("a", "spotify.com/account/apps", f'href="{REVOKE}" rel="noreferrer"')
        revoke = marked("You can take your permission back at Spotify, too: {place}")
        parts.append(tag("p", say(revoke, place=place)))
        apart = marked("Encore isn't made by Spotify. Songs that I know from there show its name and a link.")
        parts.append(tag("p", say(apart), HINT))
    return page(words, say(marked("Privacy")), say(marked("What I keep about you")), *parts)
