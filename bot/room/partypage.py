"""The page of a party: of the lobby, of the party that a link leads to, or of one that is to be begun."""

from __future__ import annotations

from html import escape

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.party.errors import LinkGone, marked
from bot.room import manifest, pages, tv
from bot.room.language import replies
from bot.service import PartyService

PARTY = "/party/{secret}"
TV = "/tv"


def add_routes(app: web.Application, party: PartyService) -> None:
    """Hangs the pages into the room's application, with what makes each of them an app."""

    def guarded(show: Handler) -> Handler:
        async def of_a_party(request: web.Request) -> web.StreamResponse:
            try:
                await party.passes.read(request.match_info["secret"])
            except LinkGone as error:
                return _gone(request, error)
            return await show(request)

        return of_a_party

    for path in ("/", "/new"):
        app.router.add_get(path, _show)
    app.router.add_get(PARTY, guarded(_show))
    app.router.add_get(TV, tv.show)
    app.router.add_get(PARTY + TV, guarded(tv.show))
    app.router.add_get(manifest.PATH, manifest.show)
    app.router.add_get(PARTY + manifest.PATH, manifest.show)


async def _show(request: web.Request) -> web.Response:
    beside = manifest.beside("/" if request.path == "/new" else request.path)
    return pages.show(request, "room.html", entry="room.js", manifest=beside)


def _gone(request: web.Request, error: LinkGone) -> web.Response:
    words = replies(pages.wished_code(request))
    lobby = pages.tag("a", escape(words.say(marked("Go to the lobby"))), 'href="/" class="primary"')
    return pages.page(
        words.language,
        "Encore",
        escape(words.say(marked("This party isn't here"))),
        pages.tag("p", escape(words.error(error))),
        pages.tag("p", lobby),
        status=404,
    )
