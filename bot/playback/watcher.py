"""Watches the devices of hosts: one task a room, that looks seldom where nothing changes.

Only one process watches a room at a time: it holds a lease in the database and renews it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import secrets
import time

from bot.party.errors import SpotifyError
from bot.party.words import Room
from bot.playback.accounts import Accounts
from bot.playback.device import Devices, Synced
from bot.playback.errors import (
    DeviceGone,
    DeviceRefuses,
    HostLost,
    NoDevice,
    RestsMeanwhile,
    SpotifyAway,
    SpotifyRests,
)
from bot.playback.report import AHEAD_MS

log = logging.getLogger(__name__)

LEASE_MS = 30_000
LOOK_S = 5.0
"""How often the database is asked which rooms there are to follow; a lease outlasts several of these."""
FIRST_S, LAST_S = 3.0, 15.0
"""A device is asked this often after a change, and ever more seldom up to this where nothing changes."""
SLOWER = 1.5
AWAY_S = 20.0
"""So long nothing is asked after Spotify did not answer."""
REST_S = 60.0
"""So often it is looked whether Spotify may be asked again."""
REMIND_S = 3600.0
"""So often it is looked whose connection ends soon."""
A_SECOND = 2.0
"""So many questions a second all rooms together may ask; the more rooms, the more seldom each."""


class DeviceWatcher:
    """Brings parties and devices together for as long as it runs.

    Args:
        devices: whose devices.
        accounts: whose owners are told when a connection ends soon.
    """

    def __init__(self, devices: Devices, accounts: Accounts) -> None:
        self._devices, self._accounts = devices, accounts
        self._notices = devices.unit.notices
        self._owner = secrets.token_hex(8)
        self._tasks: dict[Room, asyncio.Task[None]] = {}
        self._woken: dict[Room, asyncio.Event] = {}
        self._notices.on_change(self._wake)

    async def run(self) -> None:
        """Follows rooms until it is cancelled."""
        remind_s = time.monotonic()
        try:
            while True:
                if time.monotonic() >= remind_s:
                    remind_s += REMIND_S
                    await self._remind()
                try:
                    self._assign(await self._devices.claim(self._owner, LEASE_MS))
                except Exception:
                    log.exception("Could not read which devices to follow; trying again.")
                await asyncio.sleep(LOOK_S)
        finally:
            await self._leave()

    def _assign(self, rooms: list[Room]) -> None:
        for room in rooms:
            if room not in self._tasks:
                self._woken[room] = asyncio.Event()
                self._tasks[room] = asyncio.create_task(self._watch(room), name=f"device {room.channel}")
        for room in self._tasks.keys() - set(rooms):
            self._tasks.pop(room).cancel()
            del self._woken[room]

    async def _leave(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        with contextlib.suppress(Exception):  # the lease ends by itself
            await self._devices.release(self._owner)

    def _wake(self, room: Room) -> None:
        if room in self._woken:
            self._woken[room].set()

    async def _watch(self, room: Room) -> None:
        """Looks after one room's device: at times of its own, and when the party moves on."""
        woken = self._woken[room]
        every_s, due_s = FIRST_S, time.monotonic()
        resting = False
        while True:
            woken.clear()
            due = time.monotonic() >= due_s
            try:
                synced = await self._devices.sync(room, listen=due)
                asked = due or synced.changed
                if asked and synced.playing is not None:
                    resting = False
                # The use case may have told the device already, and so changed nothing here.
                fresh = synced.changed or (due_s == math.inf and _sounds(synced))
                if due or fresh:
                    every_s = FIRST_S if fresh else min(every_s * SLOWER, LAST_S)
                    due_s = time.monotonic() + self._wait_s(synced, every_s)
            except SpotifyRests as error:
                if not resting:
                    self._notices.post(room, RestsMeanwhile(error.parts["minutes"]))
                resting, due_s = True, time.monotonic() + REST_S
            except SpotifyAway:
                due_s = time.monotonic() + AWAY_S
            except SpotifyError as error:
                await self._lose(room, error)
                due_s = math.inf
            except Exception:
                log.exception("Could not follow the device in %s; trying again.", room)
                due_s = time.monotonic() + AWAY_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if due_s == math.inf else due_s - time.monotonic()):
                    await woken.wait()

    def _wait_s(self, synced: Synced, every_s: float) -> float:
        """How soon to look again unless the party moves on."""
        playing = synced.playing
        if playing is None or synced.playback is None:
            return math.inf
        if playing.left_ms is not None and synced.playback.on != playing.id:
            return math.inf  # it stands still, and no device has it
        every_s = max(every_s, len(self._tasks) / A_SECOND)
        if playing.left_ms is not None:
            return max(every_s, LAST_S)
        over_ms = (playing.ends_ms or 0) - self._devices.unit.now_ms()
        for moment_ms in (over_ms - AHEAD_MS, over_ms):
            if 0 < moment_ms < every_s * 1000:
                return moment_ms / 1000 + 0.5
        return every_s if over_ms > 0 else FIRST_S

    async def _lose(self, room: Room, error: SpotifyError) -> None:
        """What cannot go on is told once, and the party stands still or goes on by the clock."""
        try:
            if isinstance(error, NoDevice | DeviceRefuses):
                if await self._devices.lose_device(room):
                    self._notices.post(room, DeviceGone())
            elif (host := await self._devices.lose_host(room)) is not None:
                self._notices.post(room, HostLost(host.name))
                await self._notices.send(host, error)
        except Exception:
            log.exception("Could not stop following the device in %s.", room)

    async def _remind(self) -> None:
        """Tells those whose connection ends soon, once and in private."""
        try:
            for member, error in await self._accounts.ending():
                if await self._notices.send(member, error):
                    await self._accounts.mark_told(member)
        except Exception:
            log.exception("Could not tell members to connect again; trying again.")


def _sounds(synced: Synced) -> bool:
    """Whether a song is on and does not stand still."""
    return synced.playing is not None and synced.playing.left_ms is None
