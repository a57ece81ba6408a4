"""Forgetting somebody for whoever runs the bot, and for good, also when an older copy comes back.

Who asked for it is known by a list of digests, which names nobody.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from bot.party.errors import StartError
from bot.party.results import Forgotten
from bot.party.words import Member
from db.engine.opening import address
from db.queries.erasure import digest_of
from db.store import open_store

_LISTED = "SELECT digest FROM forgotten"


def listed(file: Path) -> set[str]:
    """Who is on the list of a database; what is no database of ours, or an older one, has none."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as connection:
            return {str(digest) for (digest,) in connection.execute(_LISTED)}
    except sqlite3.Error:
        return set()


def listed_beside(file: Path) -> set[str]:
    """Who is on the list of any other copy in the same folder."""
    others = [each for each in file.parent.iterdir() if each.is_file() and not each.samefile(file)]
    return set().union(*map(listed, others))


async def forget(database_url: str, member: Member) -> Forgotten:
    """Takes somebody out of a database, as if they had asked for it; says of what.

    Bots that use the same PostgreSQL hear of it. A SQLite file belongs to the bot that has it open.

    Raises:
        StartError: there is no such database, or it cannot be used beside its bot.
    """
    place = address(database_url)
    if isinstance(place, Path) and not place.exists():
        raise StartError(f"DATABASE_URL: {place} is not there; name the database that the bot uses")
    async with open_store(database_url) as store, store.writing() as tx:
        forgotten, _ = await tx.erasure.member(member)
    return forgotten


async def forget_again(file: Path, digests: Collection[str]) -> int:
    """Takes all out of a file who are on the list; says how many were in it. Nobody else has it open."""
    async with open_store(f"sqlite+aiosqlite:///{file}") as store:
        async with store.reading() as tx:
            people = await tx.erasure.everybody()
        gone = [each for each in people if digest_of(each.platform, each.user_id) in digests]
        for each in gone:
            async with store.writing() as tx:
                await tx.erasure.member(Member(each.platform, each.user_id, ""))
    return len(gone)
