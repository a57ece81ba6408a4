"""How far a training is, and when it will be done, on the screen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

SHARES = {"start": 20, "training": 45, "neighbours": 10, "measuring": 10, "writing": 15}
"""What part of the time each stage takes, by and large."""
EVERY_S = 60.0
"""How often a line tells it where there is no bar."""
AGAIN = {"everything": 20, "all neighbours": 10}
"""The same of what comes on top with everything, before the writing."""


class Following:
    """One bar over all stages of a training."""

    def __init__(self, bar: Progress, everything: bool, plain: Console | None = None) -> None:
        """Takes the bar, whether the training goes on with everything, and what shows only lines."""
        shares = {**SHARES, **AGAIN} if everything else SHARES
        self._shares = {stage: shares[stage] for stage in (*list(shares)[:4], *list(shares)[5:], "writing")}
        self._bar = bar
        self._task = bar.add_task("start", total=sum(self._shares.values()), note="")
        self._plain = plain
        self._said, self._said_at = "", time.monotonic()

    def told(self, stage: str, done: float) -> None:
        """Such a share of a stage is done."""
        before = 0.0
        for name, share in self._shares.items():
            if name == stage:
                self._bar.update(self._task, description=stage, completed=before + done * share)
                self._say(stage, done)
                return
            before += share

    def _say(self, stage: str, done: float) -> None:
        """A line into a file or a log, which shows no bar, at each stage and every minute."""
        now = time.monotonic()
        if self._plain is None or (stage == self._said and now - self._said_at < EVERY_S):
            return
        self._said, self._said_at = stage, now
        task = self._bar.tasks[self._task]
        elapsed = timedelta(seconds=int(task.elapsed or 0))
        left = (
            ""
            if task.time_remaining is None
            else f", about {timedelta(seconds=int(task.time_remaining))} left"
        )
        note = f", {task.fields['note']}" if task.fields["note"] else ""
        self._plain.print(f"{stage}: {done:.0%} after {elapsed}{left}{note}", soft_wrap=True)

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
    with Progress(
        *columns, console=console, speed_estimate_period=600, disable=not console.is_terminal
    ) as bar:
        yield Following(bar, everything, None if console.is_terminal else console)
