"""The order in which a line is seen: Hebrew and Arabic run from right to left.

The Unicode Bidirectional Algorithm (UAX #9), without embeddings, isolates and pairs of brackets, which names
do well without.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from itertools import groupby
from unicodedata import bidirectional, decomposition

from bot.takeaway.fonts import Run, clusters, writes

STRONG = {"L": 0, "R": 1, "AL": 1}
"""The level of a line whose first letter is of this class."""
NUMBERS = {"EN", "AN"}
SETTLED = {"L", "R", *NUMBERS}
JOINED = {("EN", "ES"), ("EN", "CS"), ("AN", "CS")}
"""Numbers, and the signs that stand between two of their kind."""
MIRRORED = dict(zip("()[]{}<>«»‹›", ")(][}{><»«›‹", strict=True))


def levels(text: str) -> list[int]:
    """The level of each character of a line; what is on an odd one runs from right to left."""
    kinds = [bidirectional(char) for char in text]
    line = next((STRONG[kind] for kind in kinds if kind in STRONG), 0)
    own = "LR"[line]
    kinds = _without_neutral(_without_digits(_with_signs(_without_accents(kinds, own)), own), own)
    return [line + (kind != own) + (kind in NUMBERS and not line) for kind in kinds]


def ordered(runs: Sequence[tuple[Run, int]]) -> list[tuple[Run, int]]:
    """Runs with their levels, from left to right (rule L2).

    Args:
        runs: the same in the order of reading.
    """
    seen = list(runs)
    for lowest in range(max((level for _, level in runs), default=0), 0, -1):
        blocks = groupby(seen, key=lambda pair: pair[1] >= lowest)
        seen = [pair for turns, block in blocks for pair in list(block)[:: -1 if turns else 1]]
    return seen


def turned(run: Run) -> str:
    """A run from right to left as its characters stand from left to right, Arabic letters joined."""
    return "".join(MIRRORED.get(cluster, cluster) for cluster in reversed(_joined(run)))


def _without_accents(kinds: Sequence[str], line: str) -> list[str]:
    """Lets accents be of their letter's class, and numbers of the Arabic words' before them (W1 to W3)."""
    done: list[str] = []
    last = line
    for kind in kinds:
        if kind == "NSM":
            kind = done[-1] if done else line
        last = kind if kind in STRONG else last
        done.append("AN" if kind == "EN" and last == "AL" else "R" if kind == "AL" else kind)
    return done


def _with_signs(kinds: Sequence[str]) -> list[str]:
    """Lets what stands in or at a number be of its class, like a point or a percent sign (W4 and W5)."""
    done = list(kinds)
    for i, (before, kind, after) in enumerate(zip(kinds, kinds[1:], kinds[2:], strict=False), 1):
        if before == after and (before, kind) in JOINED:
            done[i] = before
    for way in (range(1, len(done)), range(len(done) - 2, -1, -1)):
        for i in way:
            if done[i] == "ET" and done[i - way.step] == "EN":
                done[i] = "EN"
    return done


def _without_digits(kinds: Sequence[str], line: str) -> list[str]:
    """Lets numbers be of the class of Latin words before them (W7)."""
    done: list[str] = []
    last = line
    for kind in kinds:
        last = kind if kind in STRONG else last
        done.append("L" if kind == "EN" and last == "L" else kind)
    return done


def _without_neutral(kinds: Sequence[str], line: str) -> list[str]:
    """Lets spaces and signs run as what is on both sides of them, or else as the line (W6, N1 and N2)."""
    blocks = [list(block) for _, block in groupby(kinds, key=lambda kind: kind in SETTLED)]
    ends = [line, *("L" if kind == "L" else "R" for block in blocks for kind in (block[0], block[-1])), line]
    done: list[str] = []
    for block, before, after in zip(blocks, ends[:-2:2], ends[3::2], strict=True):
        around = before if before == after else line
        done += block if block[0] in SETTLED else [around] * len(block)
    return done


def _joined(run: Run) -> list[str]:
    """A run's letters, each in the form that its neighbours ask for, if its font has that."""
    letters, forms = _letters(run), _forms()
    bases = ["", *(base for base, _ in letters), ""]
    joined = []
    for (base, marks), before, after in zip(letters, bases, bases[2:], strict=False):
        # Only a letter with an initial form reaches to the next, only one with a final form to the last.
        back = (before, "<initial>") in forms and (base, "<final>") in forms
        on = (base, "<initial>") in forms and (after, "<final>") in forms
        kind = ("<medial>" if on else "<final>") if back else ("<initial>" if on else "<isolated>")
        form = forms.get((base, kind), base)
        joined.append((form if writes(run.font, form) else base) + marks)
    return joined


def _letters(run: Run) -> list[tuple[str, str]]:
    """A run's letters, each with its accents; lam and the alef after it are one."""
    letters: list[tuple[str, str]] = []
    for cluster in clusters(run.text):
        base, marks = cluster[0], cluster[1:]
        if letters and (letters[-1][0] + base, "<final>") in _forms():
            letters[-1] = letters[-1][0] + base, letters[-1][1] + marks
        else:
            letters.append((base, marks))
    return letters


@functools.cache
def _forms() -> Mapping[tuple[str, str], str]:
    """Which one character shows an Arabic letter, or lam and alef, in a place within its word."""
    forms: dict[tuple[str, str], str] = {}
    for char in map(chr, (*range(0xFB50, 0xFC00), *range(0xFE80, 0xFEFD))):
        kind, *codes = decomposition(char).split() or [""]
        if len(codes) == 1 or char >= "\ufef5":
            forms["".join(chr(int(code, 16)) for code in codes), kind] = char
    return forms
