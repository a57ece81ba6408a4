"""How far a training is: a bar on a terminal, lines in a file or a log."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from model_export import course
from model_export.course import following


def test_a_log_is_told_of_every_stage() -> None:
    """Nobody who looks into the log of an hour's training finds it empty, and each line says it all."""
    said = StringIO()
    with following(everything=False, console=Console(file=said, width=20)) as told:
        for stage in ("start", "training", "neighbours", "measuring", "writing"):
            told.told(stage, 0.25)
            told.told(stage, 0.5)
            told.after_epoch(stage, 1, 6.5, None)
    lines = said.getvalue().splitlines()
    assert [line.split(": ")[0] for line in lines] == [
        "start",
        "training",
        "neighbours",
        "measuring",
        "writing",
    ]
    assert all("25% after 0:00:0" in line for line in lines)
    assert "epoch 1, loss 6.500" in lines[2]


def test_a_log_is_told_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a stage that lasts there is another line every so often."""
    monkeypatch.setattr(course, "EVERY_S", 0.0)
    said = StringIO()
    with following(everything=True, console=Console(file=said)) as told:
        for done in (0.1, 0.2, 0.3):
            told.told("training", done)
    assert [line.split(" after")[0] for line in said.getvalue().splitlines()] == [
        "training: 10%",
        "training: 20%",
        "training: 30%",
    ]


def test_a_terminal_has_a_bar() -> None:
    """There the same is one line that moves."""
    said = StringIO()
    with following(everything=False, console=Console(file=said, force_terminal=True)) as told:
        told.told("training", 0.5)
    assert "left" in said.getvalue()
    assert "training: " not in said.getvalue()
