"""Whose turn it is to change a room of a SQLite file."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

from bot.party.words import Room


class RoomLocks:
    """A lock for each room: one transaction changes it after the other."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Room, asyncio.Lock] = WeakValueDictionary()
        self._door = asyncio.Lock()

    async def enter(self, room: Room) -> asyncio.Lock:
        """Waits for a room; the next one enters when this is released."""
        async with self._door:
            lock = self._locks.setdefault(room, asyncio.Lock())
        await lock.acquire()
        return lock

    async def enter_all(self) -> asyncio.Lock:
        """Waits for all rooms; nobody enters one until this is released."""
        await self._door.acquire()
        try:
            for lock in [*self._locks.values()]:
                async with lock:
                    pass
        except BaseException:
            self._door.release()
            raise
        return self._door
