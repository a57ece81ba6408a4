"""SQLite files as they are after a bot was killed, and what befalls them."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.party.words import Room
from db.store import Store, open_store
from tests.conftest import ANNA
from tests.db.songs import SONG

ENDS = ("", "-wal", ".lock")
"""What outlives a bot: the file, its log, and what is noted beside it."""


def url_of(file: Path) -> str:
    """The address of a file."""
    return f"sqlite+aiosqlite:///{file}"


def beside(file: Path, end: str) -> Path:
    """What is beside a file, by the end of its name."""
    return Path(f"{file}{end}")


@asynccontextmanager
async def opened(file: Path) -> AsyncIterator[Store]:
    """A store in a file."""
    async with open_store(url_of(file)) as store:
        yield store


async def add(store: Store, songs: int = 1, channel: str = "1") -> None:
    """Queues some songs, each in a transaction of its own."""
    for _ in range(songs):
        async with store.writing() as tx:
            party = await tx.parties.open(Room("discord", "1", channel), 1)
            await tx.entries.insert(party.id, SONG, ANNA, 1)


async def count(store: Store, channel: str = "1") -> int:
    """How many songs wait."""
    async with store.reading() as look:
        return len(await look.entries.waiting((await look.parties.open(Room("discord", "1", channel), 1)).id))


def killed(file: Path, as_left: Path) -> Path:
    """What a bot leaves of a file that it has open if it is killed now, under another name."""
    for end in ENDS:
        shutil.copy(f"{file}{end}", f"{as_left}{end}")
    return as_left
