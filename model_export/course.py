"""How far a training is, and when it will be done, on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

SHARES = {"start": 20, "training": 45, "neighbours": 10, "measuring": 10, "writing": 15}
"""What part of the time each stage takes, by and large."""
AGAIN = {"everything": 20, "all neighbours": 10}
"""The same of what comes on top with everything, before the writing."""


class Following:
    """One bar over all stages of a training."""

    def __init__(self, bar: Progress, everything: bool) -> None:
        """Takes the bar, and whether the training goes on with everything."""
        shares = {**SHARES, **AGAIN} if everything else SHARES
        self._shares = {stage: shares[stage] for stage in (*list(shares)[:4], *list(shares)[5:], "writing")}
        self._bar = bar
        self._task = bar.add_task("start", total=sum(self._shares.values()), note="")

    def told(self, stage: str, done: float) -> None:
        """Such a share of a stage is done."""
        before = 0.0
        for name, share in self._shares.items():
            if name == stage:
                self._bar.update(self._task, description=stage, completed=before + done * share)
                return
            before += share

    def after_epoch(self, stage: str, epoch: int, loss: float, ndcg: float | None) -> None:
        """Another epoch is over."""
        note = f"epoch {epoch}, loss {loss:.3f}" + (f", validation NDCG@100 {ndcg:.4f}" if ndcg else "")
        self._bar.update(self._task, note=note)


@contextmanager
def following(everything: bool, console: Console) -> Iterator[Following]:
    """Shows a bar, with an estimate of what is left, while a training goes on."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("about"),
        TimeRemainingColumn(),
        TextColumn("left  {task.fields[note]}"),
    )
    # The estimate is of the last minutes: one step tells little.
    with Progress(*columns, console=console, speed_estimate_period=600) as bar:
        yield Following(bar, everything)
