"""Measures what Encore costs at scale, part by part, and writes BENCHMARKS.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.settings import STARTER
from tests.measure.scale import askers, catalogue, first_stage, scoring, training
from tests.measure.scale.bundles import bundle
from tests.measure.scale.children import Failed, figures
from tests.measure.scale.machine import describe
from tests.measure.scale.page import PARTS, put
from tests.measure.scale.sizes import LISTS, MOST_LISTS, MPD, SIZES, WHOLE, Size

app = typer.Typer(pretty_exceptions_enable=False)
console = Console(stderr=True, width=150)
STOPPED = 130
"""The exit code after Ctrl-C."""

Section = tuple[str, str]
"""The key of a section of the page, and its text."""


@dataclass(frozen=True)
class Run:
    """What is to be measured, and where what is made for it is kept."""

    sizes: Sequence[Size]
    lists: Sequence[int]
    kept: Path
    seed: int

    def bundle(self, size: Size) -> Path:
        """A bundle of a size, made if it is not there."""
        with console.status(f"a bundle of {size.said}"):
            return bundle(self.kept, size, self.seed)


def measure_scoring(run: Run) -> Iterator[Section]:
    """Each size in a process of its own."""
    for size in run.sizes:
        folder = run.bundle(size)
        with console.status(f"scoring: {size.said}"):
            kept = run.kept / "indexes" / folder.name
            found = figures("tests.measure.scale.scoring", [str(folder), str(kept), str(run.seed)])
        yield f"scoring/{size}", scoring.markdown(size, found)


def measure_bot(run: Run) -> Iterator[Section]:
    """The starter's size, if it is not another one that was asked for."""
    size = SIZES[0] if SIZES[0] in run.sizes else run.sizes[0]
    folder = run.bundle(size)
    with console.status(f"the bot, asked by many: {size.said}"):
        found = figures("tests.measure.scale.askers", [str(folder), str(run.seed)])
    yield f"bot/{size}", askers.markdown(size.said, found)


def measure_search(run: Run) -> Iterator[Section]:
    """Each number of songs once: how they lie has no say in it."""
    for tracks, size in {size.tracks: size for size in reversed(run.sizes)}.items():
        folder = run.bundle(size)
        with console.status(f"search: {tracks:,} songs"):
            found = figures("tests.measure.scale.catalogue", [str(folder), str(run.seed)])
        yield f"search/{tracks}", catalogue.markdown(found)


def measure_training(run: Run) -> Iterator[Section]:
    """All sizes, and how the cost grows from each to the next."""
    found = []
    for lists in run.lists:
        with console.status(f"{lists:,} playlists"):
            training.playlists(run.kept, lists, run.seed)
        with console.status(f"training on {lists:,} playlists"):
            found.append(training.train(run.kept, lists, run.seed))
    yield "training", training.markdown(found)


def measure_approximate(run: Run) -> Iterator[Section]:
    """The shipped model's real factors, which lie as songs do, and the largest made-up ones."""
    large = MPD if MPD in run.sizes else max(run.sizes)
    for name, folder in (("the shipped model", STARTER), (large.said, run.bundle(large))):
        with console.status(f"an approximate first stage: {name}"):
            kept = run.kept / "indexes" / f"{folder.name}-with-bias"
            found = figures("tests.measure.scale.first_stage", [str(folder), str(kept), str(run.seed)])
        yield f"approximate/{found['tracks']}", first_stage.markdown(name, found)


MEASURED: dict[str, Callable[[Run], Iterator[Section]]] = {
    "scoring": measure_scoring,
    "bot": measure_bot,
    "search": measure_search,
    "training": measure_training,
    "approximate": measure_approximate,
}


def measure(run: Run, parts: Sequence[str], page: Path) -> None:
    """Measures the parts one after the other; what is done is on the page at once."""
    machine = describe()
    for part in parts:
        for key, text in MEASURED[part](run):
            signed = f"{text}\n\nMeasured {datetime.now(UTC):%Y-%m-%d} on: {machine}."
            put(page, key, signed)
            print(signed, end="\n\n", flush=True)


def chosen(text: str, known: Sequence[str]) -> list[str]:
    """Some names of a comma-separated text, all where it is empty.

    Raises:
        ValueError: one is not known.
    """
    names = [name.strip() for name in text.split(",") if name.strip()] or list(known)
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"{unknown[0]!r} is no part: choose from {', '.join(known)}")
    return names


def counts(text: str) -> list[int]:
    """The numbers of playlists in a comma-separated text.

    Raises:
        ValueError: one is no such number.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if not (word.isascii() and word.isdigit() and 0 < int(word[:9]) <= MOST_LISTS and len(word) < 9):
            raise ValueError(f"{word!r} is no number of playlists: 1 to {MOST_LISTS:,}, without commas")
    return [int(word) for word in words]


@app.command()
def main(
    parts: Annotated[str, typer.Option(help=f"Of {', '.join(PARTS)}; all if empty.")] = "",
    sizes: Annotated[str, typer.Option(help="Songs x dimensions, like 89417x64,645802x3.")] = "",
    lists: Annotated[str, typer.Option(help="Numbers of playlists to train on, like 3000,10000.")] = "",
    whole: Annotated[bool, typer.Option("--whole", help="Train on a million playlists too.")] = False,
    kept: Annotated[Path, typer.Option(help="What is made for the measurement.")] = Path("out/scale"),
    page: Annotated[Path, typer.Option(help="The page to write.")] = Path("BENCHMARKS.md"),
    seed: Annotated[int, typer.Option(min=0, help="Other numbers make other models and queues.")] = 1,
) -> None:
    """Measures what was asked for."""
    try:
        asked = chosen(parts, PARTS)
        of = [Size.parse(each) for each in sizes.split(",") if each.strip()] or list(SIZES)
        trained = counts(lists) or list(LISTS)
        measure(Run(of, [*trained, *[WHOLE] * whole], kept, seed), asked, page)
    except (ValueError, Failed, OSError) as error:
        console.print(f"bench-scale: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        console.print("stopped; what was measured is on the page, what was made is kept", style="yellow")
        raise typer.Exit(STOPPED) from None


if __name__ == "__main__":
    app()
