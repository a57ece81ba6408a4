"""Kills, fills, cuts, turns and cancels under people who use everything; then counts what they were told.

The same seed throws the same dice; when exactly a kill strikes is up to the machine.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tests.measure.promises import Promise, at_least, at_most, percentile, table
from tests.measure.torture import scenes
from tests.measure.torture.aftermath import (
    Aftermath,
    look,
    postgres_broken,
    postgres_rows,
    sqlite_broken,
    sqlite_rows,
)
from tests.measure.torture.lives import Lives, Misfortune, ready
from tests.measure.torture.places import SmallDisk, database_on, kill_server, small_disk, start_server
from tests.measure.torture.writers import Weather
from tests.postgres import AS_SHIPPED, MIGRATED, Server, missing, running

PARTS = ("sqlite", "postgresql", "small disk", "cuts", "file", "clock")
DISK_MB, SMALL_LIVES = 24, 8
SHORTEST_S, LONGEST_S, FIRST_S = 0.2, 6.0, 1.0
TOLD_EVERY_S = 20.0


def weather(lives: Lives, full: bool) -> Weather:
    """What goes wrong in the next life: mostly nothing but its end."""
    dice = lives.rng.random()
    return Weather(cancelled=dice < 0.15, clock=0.15 <= dice < 0.3, full=full and 0.3 <= dice < 0.4)


def torture(
    lives: Lives,
    kills: int,
    acknowledged: int,
    until: float,
    misfortunes: Callable[[], Sequence[Misfortune]],
    console: Console,
    *,
    full: bool,
) -> None:
    """Lives on until so many were killed and so much was acknowledged, or until the time is up."""
    begun = told = time.monotonic()
    while time.monotonic() < until:
        left, done = kills - lives.kills, lives.history.acknowledged
        if left <= 0 and done >= acknowledged:
            return
        pace = (done + 1) / (time.monotonic() - begun + 1)
        wanted_s = max(acknowledged - done, 0) / max(left, 1) / pace if lives.kills > 2 else FIRST_S
        lives.mean_s = min(max(wanted_s, SHORTEST_S), LONGEST_S)
        lives.live(weather(lives, full), misfortunes())
        if time.monotonic() - told > TOLD_EVERY_S:
            told = time.monotonic()
            console.print(f"  {lives.kills} kills, {lives.history.acknowledged:,} acknowledged")


def promises(scene: str, lives: Lives, found: Aftermath, took_s: float) -> list[Promise]:
    """What a run is to show."""
    history = lives.history
    return [
        Promise(scene, "killed; of them before all was open", f"{lives.kills}; {lives.early}"),
        Promise(scene, "seconds, with what went wrong", f"{took_s:.0f} s, {dict(+lives.weather)}"),
        at_least(scene, "changes acknowledged", history.acknowledged, 1, ""),
        Promise(scene, "requests, deliveries", f"{len(history.asks):,}, {history.deliveries:,}"),
        Promise(scene, "under way at a kill and known later", f"{history.again:,}"),
        Promise(scene, "a start takes, median and slowest", _opened(lives)),
        Promise(scene, "claims looked at", f"{found.looked:,}"),
        at_most(scene, f"acknowledged and lost {dict(found.lost) or ''}", found.lost.total(), 0, ""),
        at_most(scene, f"there twice {dict(found.twice) or ''}", found.twice.total(), 0, ""),
        at_most(scene, "refused and written all the same", found.refused, 0, ""),
        at_most(scene, f"half a transaction {dict(found.torn) or ''}", found.torn.total(), 0, ""),
        at_most(scene, f"the database's own check {found.broken[:1] or ''}", len(found.broken), 0, ""),
        at_most(scene, f"shown and impossible {history.wrong[:1] or ''}", len(history.wrong), 0, ""),
        at_most(scene, f"starts that failed {lives.faults[:1] or ''}", len(lives.faults), 0, ""),
        at_most(scene, "of which nobody knows the end", len(history.open), 0, ""),
    ]


def _opened(lives: Lives) -> str:
    return f"{percentile(lives.opened_s, 0.5):.2f} s, {max(lives.opened_s, default=0):.2f} s"


class Tortures:
    """The parts, one after the other."""

    def __init__(self, folder: Path, seed: int, seconds: float, console: Console) -> None:
        self.folder, self.seed, self.console = folder, seed, console
        self._seconds = seconds
        self.told: list[Promise] = []

    @property
    def until(self) -> float:
        """When a part that begins now has had its time."""
        return time.monotonic() + (self._seconds or float("inf"))

    @contextmanager
    def place(self, name: str) -> Iterator[Path]:
        """A folder for a part."""
        self.console.print(f"{name}, seed {self.seed}")
        place = self.folder / name.replace(" ", "-")
        place.mkdir()
        yield place

    def show(self, scene: str, lives: Lives, found: Aftermath, begun: float) -> None:
        """Takes down what a part has shown."""
        self.told += promises(scene, lives, found, time.monotonic() - begun)
        for example in (*found.examples, *lives.faults):
            self.console.print(example, markup=False)
        said = lives.history.said.most_common(6)
        self.console.print(f"  what requests were answered besides: {said}", markup=False)

    def sqlite(self, kills: int, acknowledged: int) -> None:
        """Kills on a SQLite file."""
        with self.place("sqlite") as place:
            begun, file = time.monotonic(), place / "party.db"
            lives = Lives(scenes.url_of(file), place, self.seed)
            torture(lives, kills, acknowledged, self.until, lambda: (), self.console, full=True)
            lives.settle()
            self.show("sqlite", lives, _look(lives, file), begun)

    def postgresql(self, server: Server, kills: int, acknowledged: int) -> None:
        """Kills on PostgreSQL, with its server killed and connections cut besides."""
        with self.place("postgresql") as place, server.database(MIGRATED) as name:
            begun = time.monotonic()
            lives = Lives(server.url(name), place, self.seed)
            cut, killed = Fate(lambda: server.end_connections(lives.url)), Fate(lambda: _server(server))

            def misfortunes() -> Sequence[Misfortune]:
                dice = lives.rng.random()
                return (cut, cut) if dice < 0.1 else (killed,) if dice < 0.16 else ()

            torture(lives, kills, acknowledged, self.until, misfortunes, self.console, full=False)
            lives.settle()
            lives.weather.update({"connections cut": cut.times, "server killed": killed.times})
            found = look(lives.history, postgres_rows(server, name), postgres_broken(server, name))
            self.show("postgresql", lives, found, begun)

    def small_disk(self, server: Server | None) -> None:
        """A disk that is filled and emptied again, under both databases."""
        with self.place("small disk") as place, small_disk(place, DISK_MB) as disk:
            if disk is None:
                self.told.append(Promise("small disk", "needs root, and mount: not tried", ""))
                return
            begun, file = time.monotonic(), disk.folder / "party.db"
            lives = self._filled(Lives(scenes.url_of(file), place, self.seed), disk)
            self.show(
                "full, sqlite", lives, look(lives.history, sqlite_rows(file), sqlite_broken(file)), begun
            )
            if server is not None:
                begun = time.monotonic()
                with database_on(server, disk) as name:
                    lives = self._filled(Lives(server.url(name), place, self.seed), disk)
                    found = look(lives.history, postgres_rows(server, name), postgres_broken(server, name))
                    self.show("full, postgresql", lives, found, begun)

    def _filled(self, lives: Lives, disk: SmallDisk) -> Lives:
        until = self.until
        for _ in range(SMALL_LIVES):
            if time.monotonic() < until:
                lives.mean_s = FIRST_S
                lives.live(Weather(), (disk.fill, disk.empty, disk.fill, disk.empty))
                lives.weather["disk filled"] += 2
        lives.settle()
        return lives

    def cuts(self, server: Server | None) -> None:
        """Each use case cancelled at each of its awaits."""
        with self.place("cuts") as place:
            begun, file = time.monotonic(), place / "party.db"
            lives = Lives(scenes.url_of(file), place, self.seed)
            self._cut(lives)
            self.show(
                "cuts, sqlite", lives, look(lives.history, sqlite_rows(file), sqlite_broken(file)), begun
            )
            if server is not None:
                begun = time.monotonic()
                with server.database(MIGRATED) as name:
                    lives = Lives(server.url(name), place, self.seed)
                    self._cut(lives)
                    found = look(lives.history, postgres_rows(server, name), postgres_broken(server, name))
                    self.show("cuts, postgresql", lives, found, begun)

    @staticmethod
    def _cut(lives: Lives) -> None:
        lives.cut()
        lives.settle()
        lives.weather["cancelled at an await"] = lives.history.said["cancelled"]


class Fate:
    """Something that happens from outside, and how often it has."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self._happens = happens
        self.times = 0

    def __call__(self) -> None:
        """Happens."""
        self.times += 1
        self._happens()


def _look(lives: Lives, file: Path) -> Aftermath:
    return look(lives.history, sqlite_rows(file), sqlite_broken(file))


def _server(server: Server) -> None:
    kill_server(server)
    start_server(server)


def main(
    seed: Annotated[int, typer.Option(help="What the dice begin with.")] = 1,
    kills: Annotated[int, typer.Option(help="How many processes are killed on SQLite.")] = 300,
    acknowledged: Annotated[int, typer.Option(help="How many changes are acknowledged there.")] = 50_000,
    postgres_kills: Annotated[int, typer.Option(help="The same on PostgreSQL.")] = 100,
    postgres_acknowledged: Annotated[int, typer.Option(help="The same on PostgreSQL.")] = 10_000,
    seconds: Annotated[float, typer.Option(help="How long each part may take at most; 0 for any time.")] = 0,
    parts: Annotated[str, typer.Option(help="Which parts, comma separated.")] = ",".join(PARTS),
) -> None:
    """Tortures the database, and shows what was lost."""
    chosen = [each.strip() for each in parts.split(",")]
    if unknown := {*chosen} - {*PARTS}:
        raise typer.BadParameter(
            f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}"
        )
    console = Console(width=150)
    ready()
    with tempfile.TemporaryDirectory(prefix="encore-torture-") as folder:
        tortures = Tortures(Path(folder), seed, seconds, console)
        if "sqlite" in chosen:
            tortures.sqlite(kills, acknowledged)
        reason = missing()
        if reason:
            tortures.told.append(Promise("postgresql", f"not tried: {reason}", ""))
            _others(tortures, chosen, None)
        elif {"postgresql", "small disk", "cuts"} & {*chosen}:
            with running(AS_SHIPPED) as server:
                if "postgresql" in chosen:
                    tortures.postgresql(server, postgres_kills, postgres_acknowledged)
                _others(tortures, chosen, server)
        else:
            _others(tortures, chosen, None)
    console.print(table(f"make torture, seed {seed}", tortures.told))
    if any(each.met is False for each in tortures.told):
        raise typer.Exit(1)


def _others(tortures: Tortures, chosen: Sequence[str], server: Server | None) -> None:
    if "small disk" in chosen:
        tortures.small_disk(server)
    if "cuts" in chosen:
        tortures.cuts(server)
    if "file" in chosen:
        with tortures.place("file") as place:
            tortures.told += scenes.lost_log(place, tortures.seed)
            tortures.told += scenes.replaced(place, tortures.seed)
    if "clock" in chosen:
        with tortures.place("clock") as place:
            tortures.told += scenes.clock_set_back(place, tortures.seed)


if __name__ == "__main__":
    typer.run(main)
