"""Whatever the room has of the table of commands can be reached by a control of its page."""

from __future__ import annotations

import re
from functools import cache

import pytest

from bot.doors.ask import Door
from bot.doors.commands import TABLE
from bot.doors.table import Command, of_door
from bot.room.assets import STATIC
from bot.room.requests import names

TEMPLATES = STATIC.parent / "templates"
SHOWN = {"now": 'id="now-title"', "history": 'id="history"'}
"""Rows that only tell what the page shows anyway, and where it does."""
_ASKED = re.compile(
    r"""data-do=["']([\w-]+)|"data-do":\s*"([\w-]+)"|\.dataset\.do = "([\w-]+)"|\bdo:\s*"([\w-]+)"|"""
    r"""\b(?:ask|change|tell|go|keepAnswer)\(\s*(?:sheet,\s*)?"([\w -]+)"|\?\s*"(play)"\s*:\s*"(pause)\""""
)


@cache
def page() -> str:
    """All that the page is made of."""
    files = [*TEMPLATES.glob("*.html"), *STATIC.glob("*.js")]
    return "\n".join(file.read_text("utf-8") for file in files)


@cache
def asked() -> frozenset[str]:
    """What the page's controls ask for."""
    return frozenset(word for found in _ASKED.findall(page()) for word in found if word)


@pytest.mark.parametrize("row", of_door(TABLE, Door.ROOM), ids=lambda row: row.name)
def test_every_row_has_a_control(row: Command) -> None:
    """Whoever adds a row gives the page a control for it, or shows what it tells."""
    if row.name in SHOWN:
        assert SHOWN[row.name] in page()
    else:
        assert asked() & {*names(row)}, f"nothing on the page asks for {row.name}"


def test_a_row_without_a_control_would_be_noticed() -> None:
    """The page does not ask for just anything."""
    assert "dance" not in asked()
