"""What the terminal says when the room is open."""

from __future__ import annotations

import io
import os
import re

import pytest
import segno

from bot.reach import Place, Reach
from bot.terminal import MARGIN, code, lines

HERE, THERE = "http://127.0.0.1:8080", "http://192.168.1.20:8080"
SECRET = "GxklnQ4ZDHzABSfr037U1hkboKrGWl0_"
LINK = f"{HERE}/party/{SECRET}"
DARK = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
"""Which squares of a character are dark, the upper and the lower one: it is drawn in white on black."""


class Out(io.TextIOWrapper):
    """Where it is written to."""

    def __init__(self, *, terminal: bool = True, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self._terminal = terminal

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._terminal


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """One as people have it."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")


def told(place: Place, out: Out) -> list[str]:
    """All of it."""
    return [*lines(place, LINK, out)]


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        (Place(Reach.MACHINE, HERE), "Only this computer can open it. .* ROOM_HOST=0.0.0.0 make run"),
        (Place(Reach.NETWORK, HERE, THERE), f"Guests on your network open {THERE}"),
        (Place(Reach.NETWORK, HERE), "this computer's address there, which I couldn't find"),
        (
            Place(Reach.INTERNET, HERE, "http://8.8.8.8:80"),
            "Anybody on the internet can open http://8.8.8.8:80",
        ),
        (Place(Reach.PUBLIC, "https://a.example", "https://a.example"), "Guests open https://a.example"),
        (Place(Reach.CONTAINER, HERE), "this container's port is published. Set PUBLIC_URL"),
    ],
)
def test_each_line_is_true(place: Place, sentence: str) -> None:
    """The first has the host's link and nothing else of use to guests; the second says how they come in."""
    first, second, *drawn = told(place, Out())
    assert first.startswith("Encore is ready")
    assert first.endswith(LINK)
    assert re.search(sentence, second)
    assert bool(drawn) == bool(place.guests)
    assert SECRET not in "".join([second, *drawn])


def test_a_file_or_a_journal_gets_no_secret() -> None:
    """One line, which says how to see the link."""
    [line] = told(Place(Reach.NETWORK, HERE, THERE), Out(terminal=False))
    assert f"open {THERE} in a browser" in line
    assert line.endswith("-m bot link")
    assert SECRET not in line


def test_the_code_is_the_guests_address() -> None:
    """Square by square, dark on light whatever the terminal's colours are, with a margin."""
    rows = [*code(THERE, Out())]
    assert all(row.startswith("\x1b[97;40m") and row.endswith("\x1b[0m") for row in rows)
    drawn = [re.sub("\x1b[^m]*m", "", row) for row in rows]
    squares = [[DARK[each][half] for each in row] for row in drawn for half in (0, 1)]
    wanted = [[int(each) for each in row] for row in segno.make(THERE, error="m").matrix_iter(border=MARGIN)]
    assert squares[: len(wanted)] == wanted


@pytest.mark.parametrize(
    ("out", "variables"),
    [
        (Out(terminal=False), {}),
        (Out(encoding="ascii"), {}),
        (Out(encoding="latin-1"), {}),
        (Out(), {"TERM": "dumb"}),
        (Out(), {"COLUMNS": "20"}),
    ],
)
def test_where_no_code_can_be_shown_there_is_none(
    out: Out, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address stands above it in any case."""
    for name, value in variables.items():
        monkeypatch.setitem(os.environ, name, value)
    assert not [*code(THERE, out)]
