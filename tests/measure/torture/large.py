"""A large file: how soon a bot is ready after it was killed, and how long a copy and a restore take.

`python -m tests.measure.torture.large`: a file is filled as parties fill it, people act on it until their
process is killed, and `python -m bot` is timed from its start to its first line; then `python -m db`.
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.__main__ import run_on_loop
from db.store import open_store
from tests.measure.promises import Promise, at_most, table
from tests.measure.torture.lives import Lives, ready
from tests.measure.torture.scenes import url_of
from tests.measure.torture.songs import COUNT, track
from tests.measure.torture.writers import Weather

ROOT = Path(__file__).parents[3]
READY_S, RESTORED_S = 5.0, 60.0
"""How long a start and a restore may take."""
STARTS, ENDS_WITHIN_S = 3, 60.0
ENTRIES, CHANGES, PEOPLE = 60, 120, 5
"""So much a room has had, and so many people."""
AT_ONCE = 100
"""So many rooms are written in one transaction."""
KINDS = "add", "vote"
ENTRY = "id, party_id, state, track_id, title, artist, duration_ms, added_by, added_ms, started_ms, ballot"
STATES = ("played",) * 30 + ("skipped",) * 4 + ("removed",) * 2 + ("queued",) * 6 + ("suggested",) * 18


def fill(file: Path, megabytes: float, seed: int) -> int:
    """Makes a file of parties until it is so large; returns how many parties."""
    run_on_loop(_made(file))
    rng, rooms = random.Random(seed), 0  # noqa: S311 - no secret
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        while file.stat().st_size < megabytes * 2**20:
            connection.execute("BEGIN")
            for room in range(rooms + 1, rooms + AT_ONCE + 1):
                for name, rows in _rows(room, rng):
                    marks = ",".join("?" * len(rows[0]))
                    connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            rooms += AT_ONCE
    return rooms


async def _made(file: Path) -> None:
    async with open_store(url_of(file)):
        pass


def _rows(room: int, rng: random.Random) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    """All rows of a room, by tables and the columns that they name."""
    now_ms = int(time.time() * 1000) - rng.randrange(10**10)
    first, line = room * ENTRIES, room * CHANGES
    columns = "id, platform, workspace, channel, started_ms, active_ms"
    yield f"parties ({columns})", [(room, "discord", f"{room}", f"{room}", now_ms - 10**7, now_ms)]
    people = [room * PEOPLE + each for each in range(PEOPLE)]
    yield (
        "members (id, platform, user_id, name)",
        [(each, "discord", f"{each}" * 3, f"Guest {each}") for each in people],
    )
    yield (
        "changes (id, party_id, member_id, kind, entry_id, vote_before, at_ms, key)",
        [
            (
                line + k,
                room,
                rng.choice(people),
                ("add", "vote")[k % 2],
                first + k // 2,
                0,
                now_ms,
                f"d:{line + k}",
            )
            for k in range(CHANGES)
        ],
    )
    yield (
        f"entries ({ENTRY})",
        [_entry(first + k, k, room, rng, people, line, now_ms) for k in range(ENTRIES)],
    )
    yield (
        "votes (entry_id, member_id, value)",
        [(first + k, each, 1) for k in range(ENTRIES) for each in rng.sample(people, 2)],
    )


def _entry(
    number: int, k: int, room: int, rng: random.Random, people: list[int], line: int, now_ms: int
) -> tuple[object, ...]:
    song, suggested = track(rng.randrange(COUNT)), STATES[k] == "suggested"
    return (
        *(
            number,
            room,
            STATES[k],
            song.track_id,
            f"{song.title} of a Common Length",
            f"{song.artist}, Another",
        ),
        *(song.duration_ms, None if suggested else rng.choice(people), now_ms),
        *(now_ms, line if suggested else None),
    )


def start(folder: Path, file: Path) -> float:
    """Starts the bot, and says after how many seconds it says how people come in; then it is killed."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot"],
        stdout=subprocess.PIPE,
        stderr=(folder / "bot.log").open("ab"),
        stdin=subprocess.DEVNULL,
        cwd=folder,
        env=_environment(file),
    )
    assert process.stdout is not None
    try:
        if not process.stdout.readline():
            raise RuntimeError(f"the bot has ended:\n{(folder / 'bot.log').read_text()[-2000:]}")
        return time.monotonic() - begun
    finally:
        process.kill()
        process.wait(ENDS_WITHIN_S)
        process.stdout.close()


def keep(folder: Path, file: Path, *command: str) -> float:
    """Has `python -m db` do something, and says how many seconds it took."""
    begun = time.monotonic()
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "db", *command],
        check=True,
        cwd=folder,
        env=_environment(file),
        stdout=subprocess.DEVNULL,
    )
    return time.monotonic() - begun


def _environment(file: Path) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": url_of(file), "ROOM_PORT": "0", "PYTHONPATH": str(ROOT)}


def measure(folder: Path, megabytes: float, starts: int, seed: int) -> list[Promise]:
    """Everything, in this order: filled, killed and started a few times, copied, restored, and started."""
    large, small, copy = folder / "large.db", folder / "small.db", folder / "copy.db"
    rooms = fill(large, megabytes, seed)
    lives = Lives(url_of(large), folder, seed, mean_s=1.0)
    fresh, unclean, logs = [], [], []
    for _ in range(starts):
        lives.live(Weather())
        logs.append(Path(f"{large}-wal").stat().st_size / 2**20)
        unclean.append(start(folder, large))
        fresh.append(start(folder, small))
    size = large.stat().st_size / 2**20
    copied = keep(folder, large, "backup", f"{copy}")
    restored = keep(folder, large, "restore", f"{copy}")
    name = f"{size:.0f} MB, {rooms:,} parties"
    return [
        Promise(name, "its WAL when the bot was killed", f"{min(logs):.1f} to {max(logs):.1f} MB"),
        at_most(name, "ready after a kill, slowest", max(unclean), READY_S, "s"),
        Promise(name, "ready after a kill, all", ", ".join(f"{each:.2f}" for each in unclean) + " s"),
        Promise("a small file", "ready, all", ", ".join(f"{each:.2f}" for each in fresh) + " s"),
        Promise(name, "backup", f"{copied:.1f} s"),
        at_most(name, "restore", restored, RESTORED_S, "s"),
        Promise(name, "ready after the restore", f"{start(folder, large):.2f} s"),
    ]


def main(
    megabytes: Annotated[float, typer.Option(help="How large the file is.")] = 200,
    starts: Annotated[int, typer.Option(help="How often the bot is killed and started.")] = STARTS,
    seed: Annotated[int, typer.Option(help="What the dice begin with.")] = 1,
) -> None:
    """Measures starts and restores of a large file."""
    ready()
    with tempfile.TemporaryDirectory(prefix="encore-large-") as folder:
        promises = measure(Path(folder), megabytes, starts, seed)
    Console(width=120).print(table(f"A large file, seed {seed}", promises))
    if any(each.met is False for each in promises):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
