"""Waking other processes: what one commits, the live views of the others hear of. PostgreSQL only."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg

from bot.party.words import Room
from db.engine.away import Outage

log = logging.getLogger(__name__)

CHANNEL = "encore_party"
SOONEST_S = 0.1
LATEST_S = 1.0
"""How long to wait before connecting again: twice as long each time, from the one to the other."""
PING_S = 2.0
"""How often a silent connection is asked whether it still lives."""
ANSWER_S = 3.0
"""How long a connection or an answer may take. All is heard again five seconds after the server's return."""
CLOCKS_DIFFER_MS = 60_000
"""By how much the clocks of two machines may differ."""

LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

Connect = Callable[[], Awaitable["asyncpg.Connection[Any]"]]
Changed = Callable[[Room], None]


def message(process: str, room: Room) -> str:
    """What a process says when a room's party has changed."""
    return json.dumps([process, room.platform, room.workspace, room.channel])


@asynccontextmanager
async def listening(
    connect: Connect, process: str, changed: Changed, outage: Outage | None = None
) -> AsyncIterator[None]:
    """Calls `changed(room)` for what other processes announce, for as long as it is open.

    When it opens, the first attempt to listen has been made. A connection that is lost is made again for
    ever; the rooms in which something happened meanwhile (by their party's `active_ms`) are told then.
    `outage` says in the log that it is lost.
    """
    ear = _Ear(connect, process, changed, outage or Outage())
    task = asyncio.create_task(ear.listen(), name="wake")
    try:
        await ear.tried.wait()
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class _Ear:
    """A connection that listens, and is made again when it is lost."""

    def __init__(self, connect: Connect, process: str, changed: Changed, outage: Outage) -> None:
        self.tried = asyncio.Event()
        self._connect = connect
        self._process = process
        self._changed = changed
        self._outage = outage
        self._wait_s = SOONEST_S
        self._heard_all_until_ms: int | None = None

    async def listen(self) -> None:
        """Never returns."""
        while True:
            try:
                await self._listen_once()
            except LOST as error:
                self._outage.away(error)
            except Exception:
                log.exception("Cannot hear other processes' changes; trying again.")
            if self._heard_all_until_ms is None:
                self._heard_all_until_ms = _now_ms()
            self.tried.set()
            await asyncio.sleep(self._wait_s)
            self._wait_s = min(2 * self._wait_s, LATEST_S)

    async def _listen_once(self) -> None:
        """Listens until the connection is lost, which raises."""
        connection = await self._connect()
        try:
            gone = asyncio.Event()
            connection.add_termination_listener(lambda *_: gone.set())
            await connection.add_listener(CHANNEL, lambda *heard: self._hear(str(heard[-1])))
            await self._catch_up(connection)
            self._outage.back()
            self.tried.set()
            self._wait_s = SOONEST_S
            while True:
                self._heard_all_until_ms = _now_ms()
                with suppress(TimeoutError):
                    await asyncio.wait_for(gone.wait(), PING_S)
                await connection.fetchval("SELECT 1", timeout=ANSWER_S)
        finally:
            connection.terminate()

    async def _catch_up(self, connection: asyncpg.Connection[Any]) -> None:
        if self._heard_all_until_ms is None:
            return
        since_ms = self._heard_all_until_ms - CLOCKS_DIFFER_MS
        active = "SELECT platform, workspace, channel FROM parties WHERE active_ms >= $1"
        for row in await connection.fetch(active, since_ms):
            self._tell(Room(*row))

    def _hear(self, said: str) -> None:
        try:
            process, platform, workspace, channel = json.loads(said)
        except (ValueError, TypeError):
            log.warning("Something else uses the channel %s of this database.", CHANNEL)
            return
        if process != self._process:
            self._tell(Room(platform, workspace, channel))

    def _tell(self, room: Room) -> None:
        try:
            self._changed(room)
        except Exception:
            log.exception("A view of %s could not be refreshed.", room)


def _now_ms() -> int:
    return int(time.time() * 1000)
