"""Runs the cases through the bot's search and its peers, and prints tables of what came of them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bot.settings import STARTER
from tests.measure.search import table
from tests.measure.search.cases import EACH, Case, Cases, made
from tests.measure.search.catalogues import million, names, without
from tests.measure.search.measuring import Encore, judged, listed
from tests.measure.search.peers import PEERS, Engine
from tests.measure.search.table import Figures

COMPARED = 1
"""How many cases of each kind the peers get: one of them takes a third of a second for each."""
SECONDS = 15.0
"""How long each engine searches among a million songs."""


@dataclass(frozen=True)
class Run:
    """Where the songs are, and where a run shows how far it is."""

    catalogue: Path
    folder: Path
    seed: int
    progress: Progress

    @contextmanager
    def step(self, name: str, total: int) -> Iterator[Callable[[int], None]]:
        """A line that fills up."""
        task = self.progress.add_task(name, total=total)
        yield lambda done: self.progress.update(task, completed=done)
        self.progress.update(task, completed=total)


def some(cases: Sequence[Case]) -> list[Case]:
    """A few cases of each kind, popular ones and others."""
    kinds: dict[str, list[Case]] = {}
    for case in cases:
        kinds.setdefault(case.kind, []).append(case)
    return [
        of[place * len(of) // COMPARED] for of in kinds.values() for place in range(min(COMPARED, len(of)))
    ]


async def ours(run: Run, cases: Cases, figures: Figures) -> None:
    """Encore's lists and outcomes, those of absent songs in a copy without them."""
    encore = Encore(run.catalogue)
    with run.step("Encore, lists", len(cases.present)) as told:
        figures.lists = await listed(encore, cases.present, told)
    if encore.asks:
        with run.step("Encore, outcomes", len(cases.present)) as told:
            figures.fates = await judged(encore.asks, cases.present, told)
    encore.close()
    if encore.asks:
        copy = run.folder / "without.db"
        without(run.catalogue, cases.removed, copy)
        encore = Encore(copy)
        with run.step("Encore, absent songs", len(cases.absent)) as told:
            figures.absent = await judged(encore.asks, cases.absent, told) if encore.asks else []
        encore.close()


async def compared(run: Run, cases: Sequence[Case], figures: Figures) -> None:
    """Everybody's lists of the same cases."""
    for name, engine in engines(run.catalogue):
        with run.step(name, len(cases)) as told:
            figures.compared[name] = await listed(engine, cases, told)
        engine.close()


async def among_a_million(run: Run, cases: Sequence[Case], figures: Figures) -> None:
    """How long everybody takes where there are a million songs, for as many cases as there is time for."""
    copy = run.folder / "million.db"
    with run.step("making a million songs", 1):
        million(run.catalogue, run.seed, copy)
    mixed = Random(run.seed).sample(cases, len(cases))  # noqa: S311 - a measurement
    for name, engine in engines(copy):
        with run.step(f"{name}, a million songs", len(cases)) as told:
            figures.million[name] = await listed(engine, mixed, told, SECONDS)
        engine.close()


def engines(catalogue: Path) -> Iterator[tuple[str, Engine]]:
    """Encore and its peers, one after the other."""
    yield "Encore", Encore(catalogue)
    songs = names(catalogue)
    for name, peer in PEERS.items():
        yield name, peer(songs)


async def everything(run: Run, each: int, *, peers: bool, big: bool) -> Figures:
    """All measurements that were asked for."""
    figures = Figures(run.seed)
    with run.step("making cases", 1):
        cases = made(run.catalogue, run.seed, each)
    await ours(run, cases, figures)
    if peers:
        await compared(run, some(cases.present), figures)
    if big:
        await among_a_million(run, some(cases.present), figures)
    return figures


def main(
    seed: Annotated[int, typer.Option(help="Other numbers make other cases.")] = 1,
    each: Annotated[int, typer.Option(help="How many cases of a kind, at most.")] = EACH,
    catalogue: Annotated[Path, typer.Option(help="A bundle's catalogue.")] = STARTER / "catalog.db",
    peers: Annotated[bool, typer.Option(help="Whether the peers search too.")] = True,
    big: Annotated[bool, typer.Option("--million/--no-million", help="Time a million songs too.")] = False,
    kinds: Annotated[Path | None, typer.Option(help="A file for the figures of every kind.")] = None,
    write: Annotated[Path | None, typer.Option(help="A page whose tables are replaced.")] = None,
) -> None:
    """Measures the search."""
    console = Console(width=150)
    with tempfile.TemporaryDirectory() as folder, Progress(console=console) as progress:
        run = Run(catalogue, Path(folder), seed, progress)
        figures = asyncio.run(everything(run, each, peers=peers, big=big))
    print(table.markdown(figures))
    found = table.poor(figures)
    print(f"\nKinds of which less than {table.ENOUGH:.0%} are right: {len(found)}", *found, sep="\n")
    if kinds:
        kinds.write_text(table.kinds(figures) + "\n", "utf-8")
    if write:
        table.put(write, table.markdown(figures))


if __name__ == "__main__":
    typer.run(main)
