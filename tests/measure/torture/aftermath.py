"""What is looked for in a database afterwards: what was acknowledged and is not there, or is there twice."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.party.words import BROUGHT_IN
from tests.measure.torture.asks import Ask
from tests.measure.torture.claims import CHECKS, LAST, LINKS, Database, Found, Rows
from tests.measure.torture.lives import History
from tests.postgres import Server

REFERENCES = {
    "an entry without a party": "SELECT id FROM entries WHERE party_id NOT IN (SELECT id FROM parties)",
    "an entry without its member": (
        "SELECT id FROM entries WHERE added_by IS NOT NULL AND added_by NOT IN (SELECT id FROM members)"
    ),
    "an entry without its ballot": (
        "SELECT id FROM entries WHERE ballot IS NOT NULL AND ballot NOT IN (SELECT id FROM changes)"
    ),
    "a vote for nothing": "SELECT entry_id FROM votes WHERE entry_id NOT IN (SELECT id FROM entries)",
    "a vote of nobody": "SELECT entry_id FROM votes WHERE member_id NOT IN (SELECT id FROM members)",
    "a change without a party": "SELECT id FROM changes WHERE party_id NOT IN (SELECT id FROM parties)",
    "a change of nobody": "SELECT id FROM changes WHERE member_id NOT IN (SELECT id FROM members)",
}
TWICE = {
    "one request written twice": (
        "SELECT party_id, key FROM changes WHERE key IS NOT NULL GROUP BY party_id, key HAVING count(*) > 1"
    ),
    "two votes of one member": "SELECT entry_id FROM votes GROUP BY entry_id, member_id HAVING count(*) > 1",
    "one member twice": "SELECT platform FROM members GROUP BY platform, user_id HAVING count(*) > 1",
    "one room twice": (
        "SELECT platform FROM parties GROUP BY platform, workspace, channel HAVING count(*) > 1"
    ),
    "two songs play in one room": (
        "SELECT party_id FROM entries WHERE state = 'playing' GROUP BY party_id HAVING count(*) > 1"
    ),
    "one song in two places": (
        "SELECT party_id FROM entries WHERE state IN ('queued', 'playing') AND track_id IS NOT NULL "
        "GROUP BY party_id, track_id HAVING count(*) > 1"
    ),
    "two names of one visitor": (
        "SELECT party_id FROM nicknames GROUP BY party_id, user_id HAVING count(*) > 1"
    ),
}


@dataclass
class Aftermath(Found):
    """What was found."""

    looked: int = 0  # at so many claims
    refused: int = 0  # said to be refused, and written all the same
    torn: Counter[str] = field(default_factory=Counter)  # rows that belong to nothing: half a transaction
    broken: list[str] = field(default_factory=list)  # what the database's own check says

    @property
    def well(self) -> bool:
        """Whether all is as it should be."""
        return not (self.lost or self.twice or self.refused or self.torn or self.broken)


def sqlite_rows(file: Path) -> Rows:
    """The rows of a file that no process has open."""

    def rows(select: str) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(file)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(select)]

    return rows


def postgres_rows(server: Server, database: str) -> Rows:
    """The rows of a database of a server."""

    def rows(select: str) -> list[dict[str, Any]]:
        found = server.run(f"SELECT row_to_json(found) FROM ({select}) AS found", database)  # noqa: S608
        return [json.loads(line) for line in found.splitlines()]

    return rows


def sqlite_broken(file: Path) -> list[str]:
    """What SQLite says is wrong with a file."""
    with closing(sqlite3.connect(file)) as connection:
        told = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        keys = [f"a key leads nowhere: {row}" for row in connection.execute("PRAGMA foreign_key_check")]
    return [each for each in told if each != "ok"] + keys


def postgres_broken(server: Server, database: str) -> list[str]:
    """What PostgreSQL says is wrong with a database's indexes and tables; nothing where amcheck lacks."""
    if server.run("SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'").strip() != "1":
        return []
    server.run("CREATE EXTENSION IF NOT EXISTS amcheck", database)
    indexes = (
        "SELECT count(bt_index_check(c.oid, true)) FROM pg_class c JOIN pg_am a ON a.oid = c.relam "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.amname = 'btree' AND n.nspname = 'public'"
    )
    heaps = (
        "SELECT c.relname || ': ' || v.msg FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, "
        "LATERAL verify_heapam(c.oid) v WHERE c.relkind = 'r' AND n.nspname = 'public'"
    )
    server.run(indexes, database)  # which raises
    return server.run(heaps, database).splitlines()


def look(history: History, rows: Rows, broken: Iterable[str] = ()) -> Aftermath:
    """Looks for everything that was ever claimed, and for what may not be."""
    found, database = Aftermath(broken=[*broken]), Database(rows)
    last: dict[tuple[Any, ...], tuple[Ask, list[Any]]] = {}
    for ask, claim in history.claims:
        found.looked += 1
        if claim[0] in LAST:
            last[ask.room, *claim[: LAST[claim[0]]]] = ask, claim
        elif claim[0] in LINKS:
            last[ask.room, LINKS[claim[0]]] = ask, claim
        else:
            CHECKS[claim[0]](found, database, ask, claim)
    for ask, claim in last.values():
        CHECKS[claim[0]](found, database, ask, claim)
    for number, end in history.ends.items():
        ask = history.asks[number]
        if end == "refused" and database.lines.get((database.of(ask)["id"], ask.key)):
            found.refused += 1
            found.show(f"refused and written: {ask}")
    for what, select in TWICE.items():
        found.twice[what] += len(rows(select))
    found.twice = +found.twice
    for what, select in REFERENCES.items():
        found.torn[what] += len(rows(select))
    _look_for_halves(found, database)
    found.torn = +found.torn
    return found


def _look_for_halves(found: Aftermath, database: Database) -> None:
    """Each song has one line that brought it, and each ballot songs: what lacks it is half a transaction."""
    made = Counter(each["entry_id"] for each in database.changes if each["kind"] in {"add", BROUGHT_IN})
    for number, entry in database.entries.items():
        if entry["ballot"] is None and made[number] != 1:
            found.torn["a song that no line, or two, brought"] += 1
    for number in made:
        found.torn["a line about a song that is not there"] += number not in database.entries
    for change in database.changes:
        if change["kind"] in {"next", "autopilot"} and change["id"] not in database.ballots:
            found.torn["a ballot without songs"] += 1
