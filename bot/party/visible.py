"""Texts from outside as people see them: nothing hidden, cut between letters, set apart in a sentence."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

MOST_MARKS = 4
"""So many marks may stand on one letter: no script needs more, and a tower of them runs into other lines."""
LONGEST_CLUSTER = 32
"""What people see as one letter is cut after all if it has more characters."""
LONGEST_TOWER = 30
"""No text has more marks on one letter (Unicode Standard Annex 15, "Stream-Safe Text Format")."""
ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"
"""Between these a text's direction is its own (Unicode Standard Annex 9, "Explicit Directional Isolates")."""
_NO_ISOLATES = str.maketrans("", "", ISOLATE + END_OF_ISOLATE)
_JOINERS = "\u200c\u200d"
"""Without these Persian and Indic words are spelt wrong, and a family of emoji falls apart."""
_UNSEEN = {"Cc", "Cf", "Cs"}
_MARKS = {"Mn", "Me"}
_FLAG, _TAGS = "\U0001f3f4", range(0xE0020, 0xE0080)
"""The flags of England, Scotland and Wales are a black flag and signs that nobody sees."""
_UNTAKEN = "\u0f73\u0f75\u0f81\uff9e\uff9f"
"""Signs that are no marks, but are taken apart into nothing but marks (Unicode Character Database)."""
_NO_LETTERS = re.compile(rf"[\W{_UNTAKEN}]{{{LONGEST_TOWER + 1},}}")
"""Marks are no letters, so a tower of them stands in one of these."""
_SKINS, _COUNTRIES = range(0x1F3FB, 0x1F400), range(0x1F1E6, 0x1F200)


def visible(text: str) -> str:
    """A text without control characters, overrides of direction, halves of letters and invisible signs."""
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    marks, flag = 0, False
    for letter in text:
        kind = unicodedata.category(letter)
        flag = letter == _FLAG or (flag and ord(letter) in _TAGS)
        if letter not in _JOINERS:
            marks = marks + 1 if kind in _MARKS else 0
        if letter in _JOINERS:
            seen = bool(kept) and _joins(kept[-1])
        elif marks:
            seen = marks <= MOST_MARKS and bool(kept) and not kept[-1].isspace()
        else:
            seen = flag or letter.isspace() or kind not in _UNSEEN
        if seen:
            kept.append(letter)
    return "".join(kept)


def normal(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """A text in a normal form of Unicode's, in a time that grows with its length and no faster.

    To order the marks on one letter `unicodedata` compares each with each: thirty thousand take a second.
    """
    if text.isascii():
        return text
    return unicodedata.normalize(form, _NO_LETTERS.sub(_lower, text))


def _lower(found: re.Match[str]) -> str:
    """What stands between letters, with no more marks on each other than any text needs."""
    kept: list[str] = []
    height = 0
    for sign in found[0]:
        height = height + 1 if unicodedata.combining(sign) or sign in _UNTAKEN else 0
        if height <= LONGEST_TOWER:
            kept.append(sign)
    return "".join(kept)


def _joins(letter: str) -> bool:
    """Whether what stands behind a letter may be joined to it: no Latin, Greek or Cyrillic one."""
    return letter > "\u0530" and (
        letter.isalpha() or unicodedata.category(letter) in {"Mn", "Mc", "So", "Sk"}
    )


def units(text: str) -> int:
    """The length of a text in UTF-16 units: whoever counts characters in another way counts no more."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@lru_cache(maxsize=5_000)  # the same few songs are shown again and again
def short(text: str, longest: int) -> str:
    """A text cut to so many UTF-16 units, on one line and never within what people see as one letter."""
    line = " ".join(text.split())
    if units(line) <= longest:
        return line
    ending = "…" + (END_OF_ISOLATE if ISOLATE in line else "")
    end = min(len(line), longest - len(ending))
    while units(line[:end]) > longest - len(ending):
        end -= 1
    kept = line[: _between_letters(line, end)].rstrip()
    is_open = kept.count(ISOLATE) > kept.count(END_OF_ISOLATE)
    return kept + (ending if is_open else "…")


def _between_letters(text: str, end: int) -> int:
    """The last place up to `end` where a text may be cut."""
    for place in range(end, max(end - LONGEST_CLUSTER, 0), -1):
        if not _belong_together(text, place):
            return place
    return end


def _belong_together(text: str, place: int) -> bool:
    """Whether people see the characters before and after a place as one (after UAX 29, in the main)."""
    before, after = text[place - 1], text[place]
    if unicodedata.category(after)[0] == "M" or after in _JOINERS or before == "\u200d":
        return True
    if ord(after) in _SKINS or ord(after) in _TAGS:
        return True
    if ord(before) in _COUNTRIES and ord(after) in _COUNTRIES:
        halves = next((n for n in range(place) if ord(text[place - 1 - n]) not in _COUNTRIES), place)
        return halves % 2 == 1
    return False


def bare(text: str) -> str:
    """A text to look for in others, or to be looked through: in small letters, without isolates."""
    return text.translate(_NO_ISOLATES).casefold()


@lru_cache(maxsize=5_000)
def isolated(text: str) -> str:
    """A text that cannot turn what stands beside it around, whichever way its letters run.

    What we say runs from left to right in every language, so a text whose letters do, too, needs no signs.
    """
    if text.isascii() or not any(unicodedata.bidirectional(letter) in {"R", "AL", "AN"} for letter in text):
        return text
    return f"{ISOLATE}{text}{END_OF_ISOLATE}"
