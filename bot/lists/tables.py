"""Tables: CSV and its kin, with any of four separators, with a head or without."""

from __future__ import annotations

import csv
import operator
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from bot.lists.columns import guessed
from bot.lists.heads import Head, read_head
from bot.lists.rows import read_rows
from bot.party.words import Wanted

SEPARATORS = "\t;,|"
_SEPARATOR_LINE = re.compile(r'"?sep=([;,|:\t])"?', re.IGNORECASE)
_LINES_OF_A_RECORD = 50
"""A quote that is not closed within so many lines was no quote."""
_MOST_COLUMNS = 256
_HEAD_WITHIN = 4
"""Some services write a line or two above the head."""
_SAMPLE = 60
"""How many lines tell whether a text without a head is a table."""
_DASHED = re.compile(r"\s[-–—]\s")


def read_table(text: str, name: str) -> Iterable[Wanted] | None:
    """The songs of a table, or None for a text that is none."""
    lines = [line for line in text.split("\n") if line.strip()]
    separators = SEPARATORS
    if lines and (said := _SEPARATOR_LINE.fullmatch(lines[0])):
        separators, lines = said[1], lines[1:]
    headed = max((_headed(lines, each) for each in separators), key=_knowledge, default=None)
    if headed is not None:
        head, start, separator = headed
        return read_rows(islice(records(lines, separator), start, None), head)
    for separator in separators:
        if _is_table(lines[:_SAMPLE], separator, name):
            sample = list(records(lines[:_SAMPLE], separator))
            return read_rows(records(lines, separator), guessed(sample))
    return None


def _headed(lines: Sequence[str], separator: str) -> tuple[Head, int, str] | None:
    """The head of a table with this separator, and the number of the record below it."""
    top = list(islice(records(lines, separator), _HEAD_WITHIN + 1))
    for number, cells in enumerate(top[:_HEAD_WITHIN]):
        head = read_head(cells)
        alone = len(cells) == 1 and (number > 0 or len(top) == 1)  # a song called "Title"
        if head is not None and not alone:
            return head, number + 1, separator
    return None


def _knowledge(headed: tuple[Head, int, str] | None) -> int:
    return 0 if headed is None else len(headed[0].columns)


def _is_table(lines: Sequence[str], separator: str, name: str) -> bool:
    """Whether lines without a head fall into the same columns.

    A comma is in many a name, so it separates only where lines begin with quotes, or where every line of
    several has it and none has a dash.
    """
    widths = Counter(len(cells) for cells in records(lines, separator))
    if not widths:
        return False
    width, often = widths.most_common(1)[0]
    if width < 2 or often * 10 < widths.total() * 9:
        return False
    if separator != ",":
        return True
    quoted = sum(line.lstrip().startswith('"') for line in lines)
    if quoted * 5 >= len(lines) * 4:
        return True
    several = len(lines) >= 3 or name.casefold().endswith(".csv")
    return several and not any(_DASHED.search(line[:1000]) for line in lines)


def records(lines: Sequence[str], separator: str) -> Iterator[list[str]]:
    """The cells of each record; what no reader of CSV could take, such as a cell of a megabyte, is left out.

    A quote that is never closed takes no other song with it: its line then ends with the line.
    """
    at = 0
    while at < len(lines):
        cells, used = _record(lines, at, separator)
        at += used
        if cells:
            yield cells[:_MOST_COLUMNS]


def _record(lines: Sequence[str], at: int, separator: str) -> tuple[list[str], int]:
    """The record that begins with a line, and how many lines it has."""
    feed = iter(lines[at : at + _LINES_OF_A_RECORD])
    rows = (f"{line}\n" for line in feed)
    try:
        cells = next(csv.reader(rows, delimiter=separator, skipinitialspace=True), [])
    except csv.Error:  # a cell that is longer than the module takes
        return [], 1
    if cells and cells[-1].endswith("\n"):  # still within quotes
        return _unquoted(lines[at], separator), 1
    return cells, min(_LINES_OF_A_RECORD, len(lines) - at) - operator.length_hint(feed)


def _unquoted(line: str, separator: str) -> list[str]:
    return [cell.strip().removeprefix('"').removesuffix('"') for cell in line.split(separator)]
