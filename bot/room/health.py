"""What watches over the bot asks: whether it is alive, whether it can serve people, and its figures.

`/healthz` says `ok` for as long as the event loop answers, and in a header when the parties were last copied:
what looks for `ok` finds that and nothing else. `/readyz` is 200 where the database answers and
all front doors are connected, else 503 with what is missing. `/metrics` is for those whom `Watchers` lets in.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web

from bot.metrics import CONTENT_TYPE, told
from bot.party.vitals import LAST_COPY, Vitals

log = logging.getLogger(__name__)

WITHIN_S = 3.0
"""How long the database may take to answer."""
HOLDS_S = 1.0
"""For so long an answer holds: whoever asks more often does not ask the database more often."""
DATABASE = "database"
COPIED, NEVER = "Last-Safe-Copy", "never"
"""The header that says when the last safe copy of the parties was made, and what it says if none was."""
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via", "CF-Connecting-IP")
"""What proxies add to a request: one of these, and it does not come from this machine."""


@dataclass(frozen=True, slots=True)
class Watchers:
    """Who may read the figures.

    Args:
        token: whoever sends it, from anywhere; without one, whoever asks from this very machine.
    """

    token: str = ""

    def refuse(self, request: web.Request) -> web.HTTPException | None:
        """Why this one may not, if they may not."""
        if self.token:
            said = request.headers.get("Authorization", "")
            if hmac.compare_digest(said.encode(errors="replace"), f"Bearer {self.token}".encode()):
                return None
            return web.HTTPUnauthorized(
                text="Send METRICS_TOKEN as a bearer token.\n", headers={"WWW-Authenticate": "Bearer"}
            )
        if _from_here(request):
            return None
        return web.HTTPForbidden(text="Set METRICS_TOKEN to read these from elsewhere.\n")


def _from_here(request: web.Request) -> bool:
    """Whether a request comes from this machine, and by no proxy on it."""
    try:
        peer = request.transport.get_extra_info("peername")[0] if request.transport else ""
        asked = urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
        return (
            ipaddress.ip_address(peer).is_loopback
            and (asked == "localhost" or ipaddress.ip_address(asked).is_loopback)
            and not any(name in request.headers for name in FORWARDED)
        )
    except (TypeError, IndexError, ValueError):
        return False


THIS_MACHINE = Watchers()
"""Whoever asks from it."""


class Health:
    """The pages of one room."""

    def __init__(self, vitals: Vitals, watchers: Watchers = THIS_MACHINE) -> None:
        self._vitals = vitals
        self._watchers = watchers
        self._asking = asyncio.Lock()
        self._holds_until_s = 0.0
        self._answered = True

    def add_routes(self, app: web.Application) -> None:
        """Hangs the pages into the room."""
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._figures)

    async def _alive(self, request: web.Request) -> web.Response:
        copied = self._copied()
        return web.Response(text="ok", headers={COPIED: copied} if copied else {})

    def _copied(self) -> str:
        """When the last safe copy was made; empty where no copies are."""
        at_s = self._vitals.read(LAST_COPY)
        if at_s is None:
            return ""
        return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="seconds") if at_s else NEVER

    async def _ready(self, request: web.Request) -> web.Response:
        missing = [name for name, works in (await self._parts()).items() if not works]
        copied = self._copied()
        return web.json_response(
            {"ready": not missing, "missing": missing, **({"last_safe_copy": copied} if copied else {})},
            status=HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK,
        )

    async def _parts(self) -> dict[str, bool]:
        """Whether each part works, the database first."""
        async with self._asking:
            if time.monotonic() >= self._holds_until_s:
                self._answered = await self._answers()
                self._holds_until_s = time.monotonic() + HOLDS_S
        return {DATABASE: self._answered, **self._vitals.parts()}

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(WITHIN_S):
                await self._vitals.ask_database()
        except Exception as error:
            if self._answered:  # it is asked again and again
                log.warning("The database does not answer: %s.", type(error).__name__)
            return False
        return True

    async def _figures(self, request: web.Request) -> web.Response:
        refusal = self._watchers.refuse(request)
        if refusal is not None:
            raise refusal
        figures = told(self._vitals, await self._parts())
        return web.Response(body=figures, headers={"Content-Type": CONTENT_TYPE})
