"""What a run under load has shown, whether it is what was promised, and how far the run is."""

from __future__ import annotations

import gc
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from rich.progress import Progress
from rich.table import Table

from bot.__main__ import run_on_loop

Result = TypeVar("Result")


@dataclass(frozen=True)
class Promise:
    """One line of the table; without a limit it only tells."""

    scene: str
    what: str
    figure: str
    limit: str = ""
    met: bool | None = None


def at_most(scene: str, what: str, figure: float, limit: float, unit: str) -> Promise:
    """A figure that must not be higher."""
    return Promise(scene, what, f"{figure:,.1f} {unit}", f"≤ {limit:,g} {unit}", figure <= limit)


def at_least(scene: str, what: str, figure: float, limit: float, unit: str) -> Promise:
    """A figure that must not be lower."""
    return Promise(scene, what, f"{figure:,.1f} {unit}", f"≥ {limit:,g} {unit}", figure >= limit)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all is not above; infinite if there are none."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] if values else float("inf")


def undisturbed(scenes: Coroutine[Any, Any, Result]) -> Result:
    """Runs scenes on the loop that the bot has, and looks for no garbage meanwhile.

    A fake keeps all that was asked: to look through it takes a quarter of a second, in which it asks nothing
    and takes down no answer, and then all comes at once.
    """
    gc.disable()
    try:
        return run_on_loop(scenes)
    finally:
        gc.enable()


def table(title: str, promises: Sequence[Promise]) -> Table:
    """All lines, each promise with its verdict."""
    shown = Table(title=title)
    for column in ("scene", "what", "figure", "promised", ""):
        shown.add_column(column)
    for each in promises:
        verdict = "" if each.met is None else "[green]met" if each.met else "[red]NOT MET"
        shown.add_row(each.scene, each.what, each.figure, each.limit, verdict)
    return shown


@dataclass
class Run:
    """Where a run shows how far it is, and keeps its files."""

    progress: Progress
    folder: Path
    seconds: float
    profile: str

    @contextmanager
    def step(self, name: str, total: float) -> Iterator[Callable[[float], None]]:
        """A line that fills up."""
        task = self.progress.add_task(name, total=total)
        yield lambda done: self.progress.update(task, completed=done)
        self.progress.update(task, completed=total)
