"""How long names are kept: what is older loses who did it, a little at a time, while nobody waits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from bot.party.limits import ACCOUNT_LASTS_MS, DAY_MS, NICKNAME_LASTS_MS
from bot.party.transactions import ReadTransaction, WriteTransaction
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import Room

log = logging.getLogger(__name__)

Found = TypeVar("Found")

EVERY_S = 6 * 3600.0
"""How often everything is gone through."""
LOOKED_AT = 1_000
"""So many rows are looked at in one go."""
AT_ONCE = 20
"""So many are changed in one transaction, of one room."""
REST_S = 0.1
"""For so long after each go everybody else has the database."""


class Retention:
    """Takes names out of what is long over: songs, votes and diaries stay, and are nobody's.

    Args:
        unit: what it stands on.
        days: what is so old loses its names; 0 for never.
    """

    def __init__(self, unit: UnitOfWork, days: int) -> None:
        self.unit = unit
        self.days = days

    async def run(self) -> None:
        """Goes through everything now and then for as long as it runs; a fault is logged and it goes on."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("Names of long ago could not be taken out; trying again later.")
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        """Goes through everything once."""
        now_ms = self.unit.now_ms()
        seen_ms, linked_ms = now_ms - NICKNAME_LASTS_MS, now_ms - ACCOUNT_LASTS_MS
        await self._do(lambda tx: tx.retention.sweep(now_ms, seen_ms, linked_ms))
        if not self.days:
            return
        before_ms = now_ms - self.days * DAY_MS
        songs, lines, parties, people = await self._find(lambda look: look.retention.latest())
        for after in range(0, songs, LOOKED_AT):
            await self._unname_songs(after, before_ms)
        for after in range(0, lines, LOOKED_AT):
            await self._unname_lines(after, before_ms)
        for after in range(0, parties, LOOKED_AT):
            await self._unname_parties(after, before_ms)
        for after in range(0, people, LOOKED_AT):
            await self._drop_strangers(after)

    async def _unname_songs(self, after: int, before_ms: int) -> None:
        found = await self._find(lambda look: look.retention.old_songs(after, after + LOOKED_AT, before_ms))
        for room, songs in found:
            for few in _few(songs):
                await self._do(partial(_unname_songs, room, few))

    async def _unname_lines(self, after: int, before_ms: int) -> None:
        found = await self._find(lambda look: look.retention.old_lines(after, after + LOOKED_AT, before_ms))
        for room, lines in found:
            for few in _few(lines):
                await self._do(partial(_unname_lines, room, few))

    async def _unname_parties(self, after: int, before_ms: int) -> None:
        until = after + LOOKED_AT
        for room in await self._find(lambda look: look.retention.old_parties(after, until, before_ms)):
            await self._do(partial(_unname_party, room, before_ms))

    async def _drop_strangers(self, after: int) -> None:
        found = await self._find(lambda look: look.retention.strangers(after, after + LOOKED_AT))
        for few in _few(found):
            await self._do(partial(_drop_strangers, few))

    @finished
    async def _find(self, ask: Callable[[ReadTransaction], Awaitable[Found]]) -> Found:
        async with self.unit.store.reading() as look:
            found = await ask(look)
        await asyncio.sleep(REST_S)
        return found

    @finished
    async def _do(self, work: Callable[[WriteTransaction], Awaitable[None]]) -> None:
        async with self.unit.store.writing() as tx:
            await work(tx)
        await asyncio.sleep(REST_S)


async def _unname_songs(room: Room, songs: Sequence[int], tx: WriteTransaction) -> None:
    await tx.retention.unname_songs(room, songs)


async def _unname_lines(room: Room, lines: Sequence[int], tx: WriteTransaction) -> None:
    await tx.retention.unname_lines(room, lines)


async def _unname_party(room: Room, before_ms: int, tx: WriteTransaction) -> None:
    await tx.retention.unname_party(room, before_ms)


async def _drop_strangers(people: Sequence[int], tx: WriteTransaction) -> None:
    await tx.erasure.strangers(people)


def _few(numbers: Sequence[int]) -> list[Sequence[int]]:
    return [numbers[at : at + AT_ONCE] for at in range(0, len(numbers), AT_ONCE)]
