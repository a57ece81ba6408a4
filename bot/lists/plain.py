"""Plain text: a song a line, however people number, time and mark their lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise

from bot.lists.cells import duration_ms
from bot.lists.heads import read_head
from bot.lists.lines import spotify_id, tidy
from bot.lists.markdown import link_in, unmarked
from bot.lists.paths import DASH, from_path, is_sound
from bot.party.errors import TooManyLines
from bot.party.limits import LONGEST_TEXT, MOST_IMPORTED
from bot.party.words import Wanted

_MARK = re.compile(r"(?:[-*+•·▪◦‣–—>♪♫🎵🎶]\s+|\[[ xX]\]\s+)*")
_NUMBER = re.compile(r"[(\[]?#?(\d{1,4})(?:[.)\]:]|\.\))\s+(?=\S)")
_BARE_NUMBER = re.compile(r"#?(\d{1,4})\s*(?:[-–—|\t]\s*|\s)(?=\S)")
_STAMP = re.compile(
    r"[(\[]?(?P<at>(?:\d{1,2}:)?\d{1,3}:\d\d)[)\]]?(?:\s*[-–—]\s*[(\[]?(?:\d{1,2}:)?\d{1,3}:\d\d[)\]]?)?"
    r"\s*[-–—:|.]?\s*(?=\S)"
)
_LENGTH_BEHIND = re.compile(r"(?:\s+[-–—|]?\s*|(?<=\S)\s*)[(\[]?\b\d{1,2}:\d\d(?::\d\d)?[)\]]?$")
_HEADING = re.compile(r"#{1,6}\s.*|```.*|(?!.*\s[-–—]\s).{1,60}:|ID\s*[-–—]\s*ID", re.IGNORECASE)
_SURELY_TOO_MANY = 10 * MOST_IMPORTED
_UNDERLINE = re.compile(r"[-=~_*─═]{3,}")


def read_plain(text: str, _name: str, most: int = _SURELY_TOO_MANY) -> Iterable[Wanted]:
    """The songs of a text, each on its line.

    A line is left out that is a heading, has no letter and no digit, or is longer than `LONGEST_TEXT`, as
    no song's name is. Numbers, time stamps and lengths are taken off where most lines have them: a song may
    be called "99 Luftballons" or "4:44".

    Raises:
        TooManyLines: `most` lines and more, by default many more than `MOST_IMPORTED`.
    """
    return _songs(_without_lengths(_without_stamps(_without_numbers(_without_stamps(_lines(text, most))))))


def _lines(text: str, most: int) -> list[str]:
    rows = [row.strip() for row in text.split("\n") if row.strip()]
    if rows and _is_above_all(rows):
        rows = rows[1:]
    kept = list(islice(filter(None, map(_kept, rows)), most))
    if len(kept) == most:
        raise TooManyLines(MOST_IMPORTED)
    return kept


def _is_above_all(rows: Sequence[str]) -> bool:
    """Whether the first line is a heading: underlined, or "Artist - Title"."""
    underlined = len(rows) > 1 and len(rows[1]) <= LONGEST_TEXT and _UNDERLINE.fullmatch(rows[1])
    names = DASH.split(rows[0][:LONGEST_TEXT])
    return bool(underlined) or (len(names) > 1 and read_head(names) is not None)


def _kept(row: str) -> str:
    if len(row) > 2 * LONGEST_TEXT or _HEADING.fullmatch(row):
        return ""
    line = row[_match(_MARK, row) :]
    return line if any(map(str.isalnum, line)) else ""


def _match(pattern: re.Pattern[str], line: str) -> int:
    found = pattern.match(line)
    return found.end() if found else 0


def _without_numbers(lines: Sequence[str]) -> list[str]:
    """Takes off "1." and "1)" where most lines have them, and a bare 1 where the next lines count on."""
    found = [_NUMBER.match(line) for line in lines]
    if sum(map(bool, found)) * 2 > len(lines):
        return [line[_match(_NUMBER, line) :] for line in lines]
    found = [_BARE_NUMBER.match(line) for line in lines]
    numbers = [int(each[1]) for each in found if each]
    steps = [abs(after - before) == 1 for before, after in pairwise(numbers)]
    if len(numbers) >= 3 and len(numbers) * 2 > len(lines) and sum(steps) * 10 >= len(steps) * 9:
        return [line[_match(_BARE_NUMBER, line) :] for line in lines]
    return list(lines)


def _without_stamps(lines: Sequence[str]) -> list[str]:
    """A time stamp says when a song begins in a recording, so most of them are later than the one before."""
    found = [_STAMP.match(line) for line in lines]
    times = [duration_ms(each["at"]) or 0 for each in found if each]
    rises = sum(after > before for before, after in pairwise(times))
    if len(times) < 2 or len(times) * 2 <= len(lines) or rises * 2 < len(times) - 1:
        return list(lines)
    return [line[_match(_STAMP, line) :] for line in lines]


def _without_lengths(lines: Sequence[str]) -> list[str]:
    found = [_LENGTH_BEHIND.search(line, len(line) - 20 if len(line) > 20 else 0) for line in lines]
    if sum(map(bool, found)) < 2 or sum(map(bool, found)) * 2 <= len(lines):
        return list(lines)
    return [line[: each.start()] if each else line for line, each in zip(lines, found, strict=True)]


def _songs(lines: Iterable[str]) -> Iterator[Wanted]:
    for line in lines:
        text, link = (
            tidy(unmarked(line)),
            spotify_id(link_in(line) or line) if "/" in line or ":" in line else None,
        )
        if is_sound(text) and (song := from_path(text)) is not None:
            yield song
        elif len(text) <= LONGEST_TEXT and any(map(str.isalnum, text)):
            yield Wanted(text, spotify_id=link)
