"""`python -m db`: copies of the parties, what comes back from one, other databases, and erasure."""

from __future__ import annotations

from bot.ends import INTERRUPTED, ending, leave

if __name__ == "__main__":  # before the imports, which take most of a start
    ending.heed()

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from bot.hiding import hide, hide_in_crashes
from bot.party.errors import StartError
from bot.party.words import Member
from bot.settings import read_settings
from db.keeping.backup import Kept, backup, move, restore
from db.keeping.forgetting import forget
from db.store import alembic_config

END_WITHIN_S = 4.0
"""How long cleaning up may take; the piece of a copy that stays then is taken away by a later one."""


def arguments(line: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for on the command line; an error in it ends the process with code 2."""
    parser = argparse.ArgumentParser(
        prog="python -m db", description="Keeps the parties of DATABASE_URL safe, or moves them."
    )
    commands = parser.add_subparsers(dest="command", metavar="command", required=True)
    copying = commands.add_parser("backup", help="copy the database into a file while the bot runs")
    copying.add_argument("file", type=Path, help="where to; an older copy there is replaced")
    copying.add_argument("--try", action="store_true", dest="tried", help="restore it for a trial as well")
    copying.add_argument("--unlike", type=Path, help="make none if it would be as this one")
    restoring = commands.add_parser(
        "restore", help="put a copy in the place of the database; stop the bot first"
    )
    restoring.add_argument("file", type=Path, help="what `backup` made")
    moving = commands.add_parser("move", help="copy all into another, empty database; stop the bot first")
    moving.add_argument("source", help="the address of the one, like sqlite+aiosqlite:///party.db")
    moving.add_argument(
        "target", help="the address of the other, like postgresql+asyncpg://user:password@host/party"
    )
    forgetting = commands.add_parser(
        "forget", help="erase all that is kept of somebody, as their /delete-my-data would"
    )
    forgetting.add_argument("platform", choices=("discord", "slack", "web"), help="where they are known")
    forgetting.add_argument("user_id", type=_one_word, help="their id there")
    changing = commands.add_parser(
        "migration", help="for developers: write what brings the tables to db/schema.py"
    )
    changing.add_argument("message", help="what changes")
    return parser.parse_args(line)


def _one_word(text: str) -> str:
    """An id as one types it.

    Raises:
        ArgumentTypeError: it is none.
    """
    if len(text.split()) != 1:
        raise argparse.ArgumentTypeError("an id is one word, like 80351110224678912 or U024BE7LH")
    return text.strip()


def migration(message: str) -> None:
    """Compares the migrated tables with the schema and writes what is missing as the next revision."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'fresh.db'}")
        with engine.begin() as connection:
            config = alembic_config(connection)
            command.upgrade(config, "head")
            latest = ScriptDirectory.from_config(config).get_current_head() or "0"
            command.revision(config, message, autogenerate=True, rev_id=f"{int(latest) + 1:04}")


async def keep(asked: argparse.Namespace) -> Kept:
    """Copies, puts back or moves, as it was asked for.

    Raises:
        StartError: it cannot be done; then nothing is changed.
    """
    if asked.command == "move":
        return await move(asked.source, asked.target, _progress)
    database_url = read_settings().database_url
    if asked.command == "backup":
        return await backup(database_url, asked.file, _progress, tried=asked.tried, unlike=asked.unlike)
    return await restore(asked.file, database_url, _progress)


async def _until_asked(asked: argparse.Namespace) -> Kept:
    """Does it, unless a signal ends it: then all is as it was."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None  # noqa: S101 - a coroutine that runs has a task
    ending.by(lambda: loop.call_soon_threadsafe(task.cancel), END_WITHIN_S)
    try:
        return await keep(asked)
    finally:
        ending.over()


def _kept(asked: argparse.Namespace) -> Kept:
    """Does it in a thread: SQLite may take long over one statement, and signals are heard meanwhile."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _until_asked(asked)).result()


def _progress(table: str, rows: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{table}: {rows:,} rows\033[K", end="", file=sys.stderr, flush=True)


def _say(kept: Kept) -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    if not kept.new:
        print("Nothing is different; no copy was made")
        return
    for table, rows in kept.rows.items():
        if rows.count:
            print(f"{table:<18} {rows.count:>12,} rows  {rows.digest[:16]}")
    if kept.rows:
        print(f"{sum(rows.count for rows in kept.rows.values()):,} rows, all of them compared")
    else:
        print("A whole copy; its tables are older than this Encore's, so its rows were not counted")
    if kept.forgotten:
        print(f"Forgotten again, as they had asked for: {kept.forgotten:,}")
    if kept.aside:
        print(f"What was there before is {kept.aside}")


def main(line: Sequence[str] | None = None) -> int:
    """Does what the command line asks for and returns the exit code."""
    asked = arguments(line)
    try:
        if asked.command == "migration":
            migration(asked.message)
        elif asked.command == "forget":
            who = Member(asked.platform, asked.user_id, "")
            gone = asyncio.run(forget(read_settings().database_url, who))
            print(f"Forgotten: {gone.songs:,} songs are nobody's now, and {gone.votes:,} votes are gone")
        else:
            _say(_kept(asked))
    except StartError as error:
        print(hide(str(error)), file=sys.stderr)
        return error.code
    except asyncio.CancelledError:
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    hide_in_crashes()
    leave(main())
