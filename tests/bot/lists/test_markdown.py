"""Tables and marks of Markdown."""

from __future__ import annotations

import pytest

from bot.lists.markdown import unmarked
from bot.lists.reading import read_list
from bot.party.words import Wanted

ID = "003vvx7Niy0yvhvHt4a68B"


@pytest.mark.parametrize(
    "text",
    [
        "| # | Title | Artist |\n|---|:---|---:|\n| 1 | Waterloo | **ABBA** |\n| 2 | Africa | Toto |\n",
        "Titel | Interpret\n--- | ---\nWaterloo | ABBA\nAfrica | Toto\n",
        "Tonight:\n\n| | |\n|-|-|\n| Waterloo | ABBA |\n| Africa | [Toto](https://toto.example) |\n\nBye!\n",
    ],
)
def test_a_table_has_a_rule_below_its_head(text: str) -> None:
    """With or without bars at its ends, with words in its head or without."""
    assert [line.text for line in read_list(text)] == ["Waterloo - ABBA", "Africa - Toto"]


def test_a_bar_may_be_in_a_name() -> None:
    """Where a backslash stands before it."""
    (line,) = read_list("| Title | Artist |\n|---|---|\n| A \\| B | C |\n")
    assert (line.title, line.artist) == ("A | B", "C")


def test_a_fence_around_a_list_is_none_of_it() -> None:
    """As people paste into chats."""
    text = "```csv\nTitle,Artist\nWaterloo,ABBA\n```"
    assert read_list(text) == [Wanted("Waterloo - ABBA", "Waterloo", "ABBA")]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**Waterloo** - _ABBA_", "Waterloo - ABBA"),
        (f"[Waterloo](https://open.spotify.com/track/{ID})", "Waterloo"),
        ("F**k It - Eamon", "F**k It - Eamon"),
        ("snake_case_title", "snake_case_title"),
        ("[Live] in (Berlin)", "[Live] in (Berlin)"),
    ],
)
def test_marks_come_off_and_names_stay(text: str, plain: str) -> None:
    """A star or a line within a word is part of it."""
    assert unmarked(text) == plain
