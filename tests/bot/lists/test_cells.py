"""Lengths, years and wrapped texts of cells."""

from __future__ import annotations

import pytest

from bot.lists.cells import Unit, disarmed, duration_ms, from_spreadsheet, year


@pytest.mark.parametrize(
    ("cell", "unit", "length"),
    [
        ("3:52", Unit.UNKNOWN, 232_000),
        ("1:02:03", Unit.UNKNOWN, 3_723_000),
        ("225s", Unit.UNKNOWN, 225_000),
        ("230400", Unit.UNKNOWN, 230_400),
        ("230", Unit.UNKNOWN, 230_000),
        ("230.4", Unit.SECONDS, 230_400),
        ("9000", Unit.MILLISECONDS, 9_000),
        ("0", Unit.SECONDS, None),
        ("-1", Unit.SECONDS, None),
        ("999999999", Unit.SECONDS, None),
        ("9" * 5000, Unit.SECONDS, None),
        ("nan", Unit.SECONDS, None),
        ("", Unit.UNKNOWN, None),
    ],
)
def test_a_length_is_read_in_its_unit(cell: str, unit: Unit, length: int | None) -> None:
    """Where the head names no unit, what no song takes in seconds is milliseconds."""
    assert duration_ms(cell, unit) == length


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("1976", 1976), ("2004-06-07", 2004), ("11.10.1976", 1976), ("19761", None), ("", None), ("0", None)],
)
def test_a_year_is_found_in_a_date(cell: str, expected: int | None) -> None:
    """Services write the day that an album came out."""
    assert year(cell) == expected


def test_a_text_that_a_spreadsheet_wrapped_is_unwrapped() -> None:
    """Excel keeps 007 from becoming 7 that way."""
    assert from_spreadsheet('="007"') == "007"
    assert from_spreadsheet('="12"" Mix"') == '12" Mix'
    assert from_spreadsheet("=E=mc²") == "=E=mc²"


@pytest.mark.parametrize(
    ("cell", "title"),
    [
        ("'=1+1", "=1+1"),
        ("'\t=1", "\t=1"),
        ("'\nx", "\nx"),
        ("a,'-b;'+c", "a,-b;+c"),
        ("'\n'\n'=1", "\n\n=1"),
        ("'\" =1", '" =1'),
        ("'Round Midnight", "'Round Midnight"),
        ("Rock 'n' Roll", "Rock 'n' Roll"),
        ("Don't, 'cause", "Don't, 'cause"),
    ],
)
def test_the_apostrophes_of_our_own_table_come_off(cell: str, title: str) -> None:
    """Only those before a formula: names have apostrophes of their own."""
    assert disarmed(cell) == title
