"""The room's web application: who may come in, the page, and the address it is served at."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.party.errors import TooFast
from bot.party.shares import Shares, fairly, working_for
from bot.room import assets, pages, partypage, privacy
from bot.room.covers import PATH as COVERS
from bot.room.health import THIS_MACHINE, Health, Watchers
from bot.room.hub import Hub
from bot.room.language import replies
from bot.room.limits import Limits, address_of
from bot.room.listening import listen, url_of
from bot.room.night import NightPages
from bot.room.songs import PATH as SONGS
from bot.service import PartyService

STOP_WITHIN_S = 5.0
"""How long requests under way may take when the room closes, in seconds."""

NOT_OF_VISITORS = ("/live", "/healthz", "/readyz", "/metrics", "/slack/", SONGS)
"""How paths begin that are no page's: connections have shares of their own, Slack has few addresses,
and songs go to a party's speaker alone."""
LONGEST_HOST = 300
"""No host has a longer name with its port (RFC 1035, 2.3.4): a longer header is not looked at."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def build_room(
    party: PartyService,
    names: Collection[str] = (),
    routes: Iterable[Callable[[web.Application], None]] = (),
    limits: Limits | None = None,
    watchers: Watchers = THIS_MACHINE,
) -> web.Application:
    """The room as an application.

    Args:
        party: what the room is a door to.
        names: the host names it may be called by, besides IP addresses and localhost.
        routes: each hangs what another front door serves into the application.
        limits: how many may come; as usual if left out.
        watchers: who may read the figures.
    """
    limits = limits or Limits()
    hub = Hub(party, limits)
    known = frozenset(map(str.casefold, names))
    app = web.Application(
        middlewares=[_doorkeeper(known), _fairly_served(party.shares, limits), pages.keep_choice]
    )
    app.on_response_prepare.append(_add_headers)
    app.cleanup_ctx.append(_keeping(hub.keep_swept))
    app.cleanup_ctx.append(_keeping(hub.keep_forgetting))
    app.cleanup_ctx.append(_keeping(hub.speakers.watch))
    app.on_shutdown.append(_goodbye(hub))
    partypage.add_routes(app, party)
    app.router.add_get("/live", hub.meet)
    app.router.add_get("/static/{file}", assets.serve)
    app.router.add_get(f"{SONGS}{{token}}", hub.speakers.links.serve)
    app.router.add_get(f"{COVERS}{{token}}", hub.covers.serve)
    Health(party.vitals, watchers).add_routes(app)
    privacy.add_route(app, spotify=party.has_spotify, days=party.retention.days)
    NightPages(party).add_routes(app)
    for add in routes:
        add(app)
    return app


@asynccontextmanager
async def open_room(
    party: PartyService,
    host: str,
    port: int,
    names: Collection[str] = (),
    routes: Iterable[Callable[[web.Application], None]] = (),
    limits: Limits | None = None,
    watchers: Watchers = THIS_MACHINE,
) -> AsyncIterator[str]:
    """Serves the room while the context is open, and yields its address.

    Args:
        party: what the room is a door to.
        host: the address or name to listen on.
        port: 0 for a free one.
        names: further host names that people reach it by, such as a public one.
        routes: each hangs what another front door serves into it.
        limits: how many may come; as usual if left out.
        watchers: who may read the figures.

    Raises:
        StartError: it cannot listen there.
    """
    runner = web.AppRunner(
        build_room(party, {host, *names}, routes, limits, watchers),
        access_log=None,
        shutdown_timeout=STOP_WITHIN_S,
    )
    await runner.setup()
    try:
        yield url_of(host, await listen(runner, host, port))
    finally:
        await runner.cleanup()


def _doorkeeper(names: frozenset[str]) -> Middleware:
    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Keeps out pages of other sites that reach us by a name of theirs, or from their own origin."""
        if not _is_ours(request.headers.get("Host", ""), names):
            raise web.HTTPMisdirectedRequest(text="This room isn't known by that name.\n")
        if request.path == "/live" and not _same_origin(request):
            raise web.HTTPForbidden(text="Only the room's own page may connect.\n")
        return await handler(request)

    return check


def _fairly_served(shares: Shares, limits: Limits) -> Middleware:
    @web.middleware
    async def serve(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Lets an address ask for as much work as its share has; a connection has a share of its own."""
        if request.path.startswith(NOT_OF_VISITORS):
            return await handler(request)
        with working_for(shares.household(address_of(request, limits.proxies), limits.household)):
            try:
                return await fairly(handler(request))
            except TooFast as error:
                told = replies(pages.wished_code(request)).error(error)
                raise web.HTTPTooManyRequests(text=f"{told}\n") from None

    return serve


def _is_ours(host_header: str, names: frozenset[str]) -> bool:
    if len(host_header) > LONGEST_HOST:
        return False
    with suppress(ValueError):
        host = urlsplit(f"//{host_header}").hostname or ""
        if host == "localhost" or host in names:
            return True
        ipaddress.ip_address(host)
        return True
    return False


def _same_origin(request: web.Request) -> bool:
    scheme, _, host = request.headers.get("Origin", "").partition("://")
    return scheme in {"http", "https"} and host.casefold() == request.headers["Host"].casefold()


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def _keeping(
    work: Callable[[], Coroutine[None, None, None]],
) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(app: web.Application) -> AsyncIterator[None]:
        working = asyncio.create_task(work())
        yield
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working

    return run


def _goodbye(hub: Hub) -> Callable[[web.Application], Awaitable[None]]:
    async def close(app: web.Application) -> None:
        await hub.close()

    return close
