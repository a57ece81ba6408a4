"""The web room's address: whether what is asked at PUBLIC_URL arrives here, and who can reach the room."""

from __future__ import annotations

import secrets

import aiohttp
from aiohttp import web

from bot.checks.result import Result, works
from bot.party.errors import NotReached
from bot.reach import Place, Reach, find
from bot.settings import Settings

NAME = "Web room"
PATH = "/healthz"
"""Where the room says that it is there."""
ROOM = "ok"
"""What it says."""
MOST_BYTES = 100
MEND = (
    "let your proxy or port forwarding pass it on to ROOM_HOST and ROOM_PORT, then look from another machine"
)
OPEN = {
    Reach.MACHINE: "browsers on this machine alone; for phones on your network set ROOM_HOST=0.0.0.0",
    Reach.CONTAINER: "where this container's port is published; set PUBLIC_URL to that address",
    Reach.NETWORK: "phones on your network, unless a firewall keeps them out",
    Reach.INTERNET: "anybody on the internet, unless a firewall keeps them out",
}
"""Who can open the room, where PUBLIC_URL does not say it."""
FIGURES = "Whoever sends METRICS_TOKEN may read /metrics.", "Only this machine may read /metrics."


async def check(settings: Settings) -> Result:
    """Listens where the room would and asks at PUBLIC_URL; where the port is taken, a room may be running.

    Raises:
        NotReached: what is asked there does not arrive here.
    """
    place = find(settings.room_host, settings.room_port, settings.public_url)
    figures = FIGURES[settings.metrics_token is None]
    if not settings.public_url:
        return works(NAME, _told(place), figures)
    said = secrets.token_hex(8)
    runner = web.AppRunner(_saying(said), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.room_host, settings.room_port).start()
        except (OSError, UnicodeError):
            found = await reached(settings.public_url, ROOM)
        else:
            found = await reached(settings.public_url, said)
    finally:
        await runner.cleanup()
    return works(NAME, found.told, *([_told(place)] if place.reach is not Reach.PUBLIC else []), figures)


def _told(place: Place) -> str:
    """Who can open a room there."""
    return f"{place.guests or place.here}, for {OPEN[place.reach]}"


async def reached(url: str, said: str = ROOM) -> Result:
    """Whether who asks there is answered here.

    Raises:
        NotReached: they are not; from elsewhere they may be.
    """
    try:
        async with aiohttp.ClientSession() as asking, asking.get(f"{url}{PATH}") as answer:
            heard = (await answer.content.read(MOST_BYTES)).decode(errors="replace").strip()
            status = answer.status
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise NotReached(f"PUBLIC_URL: {url} does not answer from here ({reason}); {MEND}") from error
    if heard != said:
        raise NotReached(f"PUBLIC_URL: {url} is answered by something else (HTTP {status}); {MEND}")
    return works(NAME, f"{url} arrives here")


def _saying(said: str) -> web.Application:
    async def say(request: web.Request) -> web.Response:
        return web.Response(text=said)

    app = web.Application()
    app.router.add_get(PATH, say)
    return app
