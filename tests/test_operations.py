"""docs/operations.md names every line with which a start can end, and no other."""

from __future__ import annotations

import re

from tests.start_errors import ROOT, VARIES, all_said

OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
LEAST_LETTERS = 4
"""A row with fewer would stand for lines that nobody had in mind."""


def rows() -> list[str]:
    """The lines that the table explains, as it writes them."""
    table = OPERATIONS.split("### Each line that ends a start")[1].split("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)


def explains(row: str, line: str) -> bool:
    """Whether a row stands for a line: `…` is whatever may be there."""
    return re.fullmatch(".*".join(map(re.escape, row.split(VARIES))), line, re.DOTALL) is not None


def test_every_line_that_ends_a_start_is_explained() -> None:
    """A new one needs a row that says where to look first."""
    said = all_said()
    assert len(said) > 50
    assert not {line: file for line, file in said.items() if not any(explains(row, line) for row in rows())}


def test_every_row_is_a_line_of_the_bots() -> None:
    """What nobody reads any more is not explained, and no row is for everything."""
    assert not [row for row in rows() if not any(explains(row, line) for line in all_said())]
    assert not [row for row in rows() if len(re.sub(r"\W", "", row)) < LEAST_LETTERS and row != "… has …"]


def test_links_in_it_lead_somewhere() -> None:
    """To files beside it, and to its own headings."""
    headings = {
        re.sub(r"[^\w -]", "", each.casefold()).replace(" ", "-")
        for each in re.findall(r"^#+ (.+)$", OPERATIONS, re.MULTILINE)
    }
    for link in re.findall(r"\]\(([^)]+)\)", OPERATIONS):
        name, _, heading = link.partition("#")
        assert "://" in link or (ROOT / "docs" / name).exists(), link
        assert name or heading in headings, link
