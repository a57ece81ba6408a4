"""Arguments are read from a typed line in one way, for every door where one types."""

from __future__ import annotations

from typing import Any

import pytest

from bot.doors.arguments import Mentioned
from bot.doors.commands import BY_NAME
from bot.doors.typed import read
from bot.party.errors import OutOfRange, WrongUsage

READ: list[tuple[str, str, dict[str, Any]]] = [
    ("add", "", {}),
    ("add", "take on me a-ha", {"song": "take on me a-ha"}),
    ("add", "africa\ntake on me", {"song": "africa\ntake on me"}),
    ("next", "", {}),
    ("next", "4", {"count": 4}),
    ("next", "safe", {"mood": "safe"}),
    ("next", "ADVENTUROUS 3", {"mood": "adventurous", "count": 3}),
    ("vibe", "90s rock", {"words": "90s rock"}),
    ("vibe", "90s rock safe", {"words": "90s rock", "mood": "safe"}),
    ("vibe", "safe", {"words": "safe"}),
    ("vote", "2", {"song": "2"}),
    ("vote", "2 down", {"song": "2", "vote": "down"}),
    ("vote", "down", {"song": "down"}),
    ("vote", "upside down none", {"song": "upside down", "vote": "none"}),
    ("move", "2 1", {"song": "2", "place": 1}),
    ("move", "99", {"song": "99"}),
    ("move", "wonderwall", {"song": "wonderwall"}),
    ("volume", "40", {"percent": 40}),
    ("volume", "40%", {"percent": 40}),
    ("volume", "40 %", {"percent": 40}),
    ("export", "XSPF", {"form": "xspf"}),
    ("autopilot", "on", {"choice": "on"}),
    ("save", "The night of nights", {"name": "The night of nights"}),
    ("spotify device", "Kitchen", {"device": "Kitchen"}),
    ("my-data", "", {}),
    ("delete-my-data", "yes", {"sure": "yes"}),
    ("block", "<@U2|ben>", {"member": Mentioned("U2", "ben")}),
    ("block", "imagine lennon", {"song": "imagine lennon"}),
    ("block", "<@U2|ben> imagine lennon", {"member": Mentioned("U2", "ben"), "song": "imagine lennon"}),
    ("block", "imagine lennon <@U2|ben>", {"member": Mentioned("U2", "ben"), "song": "imagine lennon"}),
]


@pytest.mark.parametrize(("name", "line", "found"), READ, ids=[f"/{n} {line!r}" for n, line, _ in READ])
def test_a_line_is_read_by_the_kinds_of_the_arguments(name: str, line: str, found: dict[str, Any]) -> None:
    """Words that are one of a few stand last, numbers where they belong, and the rest is the text."""
    assert read(BY_NAME[name], line) == found


@pytest.mark.parametrize(
    ("name", "line", "usage"),
    [
        ("next", "five", "/next [3–5] [safe|balanced|adventurous]"),
        ("next", "4 4", "/next [3–5] [safe|balanced|adventurous]"),
        ("vibe", "", "/vibe words [safe|balanced|adventurous]"),
        ("vote", " ", "/vote song [up|down|none]"),
        ("volume", "loud", "/volume 0–100"),
        ("volume", "", "/volume 0–100"),
        ("volume", "٤٠", "/volume 0–100"),
        ("autopilot", "maybe", "/autopilot [on|off]"),
        ("skip", "now", "/skip"),
    ],
)
def test_what_cannot_be_read_is_answered_with_how_it_is_used(name: str, line: str, usage: str) -> None:
    """The sentence shows the command as one types it."""
    with pytest.raises(WrongUsage) as refused:
        read(BY_NAME[name], line)
    assert str(refused.value).endswith(f": {usage}")


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        ("next", "10", "Pick a number from 3 to 5."),
        ("next", "2 safe", "Pick a number from 3 to 5."),
        ("volume", "101", "Pick a number from 0 to 100."),
        ("volume", "9" * 5_000, "Pick a number from 0 to 100."),
        ("move", "wonderwall 0", "Pick a number from 1 to 500."),
    ],
)
def test_a_number_that_is_too_large_is_told_its_range(name: str, line: str, told: str) -> None:
    """Nothing is rounded or ignored, however many digits it has."""
    with pytest.raises(OutOfRange) as refused:
        read(BY_NAME[name], line)
    assert str(refused.value) == told


def test_a_command_is_called_as_it_was_typed() -> None:
    """Behind another name the usage shows that name."""
    with pytest.raises(WrongUsage, match="/party drop song"):
        read(BY_NAME["remove"], "", "/party drop")
