"""What was measured, as tables in Markdown, and the kinds of case that fare badly."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tests.measure.promises import percentile
from tests.measure.search.measuring import Fate, Judged, Listed

ENOUGH = 0.6
"""Kinds of which less is right are named."""
BEGIN, END = "<!-- bench-search: begin -->", "<!-- bench-search: end -->"
"""Between these lines of a page the tables are kept."""

_Result = TypeVar("_Result", Listed, Judged)


@dataclass
class Figures:
    """All that a run has measured."""

    seed: int
    lists: list[Listed] = field(default_factory=list)  # Encore's, of every case
    compared: dict[str, list[Listed]] = field(default_factory=dict)  # everybody's, of the same cases
    million: dict[str, list[Listed]] = field(default_factory=dict)
    fates: list[Judged] = field(default_factory=list)
    absent: list[Judged] = field(default_factory=list)


def family(kind: str) -> str:
    """What kinds have in common, for a table that people read."""
    return kind.partition(": ")[0]


def markdown(figures: Figures) -> str:
    """All tables of a run, each kind of case in its family."""
    parts = [f"Seed {figures.seed}."]
    if figures.compared:
        parts += [_engines(figures), _compared(figures.compared)]
    if figures.fates:
        parts += [_outcomes(figures)]
    if figures.absent:
        parts += [_absent(figures.absent)]
    if not figures.fates:
        parts += [_lists(figures.lists)]
    return "\n\n".join(parts)


def kinds(figures: Figures) -> str:
    """A line for every kind, with tabs between its figures."""
    lists, fates = _by(figures.lists, family_only=False), _by(figures.fates, family_only=False)
    lines = ["kind\tcases\tfirst\tamong five\tright\tright or offered\twrong\tunknown"]
    for kind, found in lists.items():
        shares = [_share(found, "first"), _share(found, "among"), *_fates(fates.get(kind, []))]
        lines.append("\t".join([kind, str(len(found)), *shares]))
    lines += [
        "\t".join([kind, str(len(of)), "", "", *_fates(of)])
        for kind, of in _by(figures.absent, family_only=False).items()
    ]
    return "\n".join(lines)


def poor(figures: Figures) -> list[str]:
    """The kinds of which too few are right: as an outcome, or at the head of a list where that is all."""
    right: defaultdict[str, list[bool]] = defaultdict(list)
    for judged in figures.fates:
        right[judged.kind].append(judged.fate in {Fate.RIGHT, Fate.OFFERED})
    for each in figures.lists:
        if not figures.fates or family(each.kind) == "typing":
            right[each.kind].append(each.first)
    shares = {kind: sum(of) / len(of) for kind, of in right.items()}
    return [
        f"{share:4.0%} {kind}"
        for kind, share in sorted(shares.items(), key=lambda each: each[1])
        if share < ENOUGH
    ]


def put(page: Path, tables: str) -> None:
    """Writes the tables into a page, between its marks."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{tables}\n{END}{after}", "utf-8")


def _engines(figures: Figures) -> str:
    head = ["", "right first", "among five", "median", "p99"]
    if figures.million:
        head += ["a million songs: median", "p99"]
    rows = []
    for name, found in figures.compared.items():
        row = [name, _share(found, "first"), _share(found, "among"), *_times(found)]
        rows.append([*row, *_times(figures.million[name])] if figures.million else row)
    if figures.fates:
        row = ["Encore's outcome", "", "", *_times(figures.fates)]
        rows.append([*row, "", ""] if figures.million else row)
    return _rows(head, rows)


def _compared(compared: dict[str, list[Listed]]) -> str:
    by = {name: _by(found) for name, found in compared.items()}
    everything = {name: {"all": found} for name, found in compared.items()}
    first = next(iter(by.values()))
    rows = [
        [kind, str(len(of)), *(_share(by[name][kind], "first") for name in by)] for kind, of in first.items()
    ]
    rows += [
        [
            "**all**",
            str(len(next(iter(compared.values())))),
            *(_share(each["all"], "first") for each in everything.values()),
        ]
    ]
    return _rows(["right first", "cases", *by], rows)


def _outcomes(figures: Figures) -> str:
    by, lists = _by(figures.fates), _by(figures.lists)
    head = ["", "cases", "right", "right or offered", "wrong", "unknown", "first in the list", "among five"]
    rows = [
        [kind, str(len(of)), *_fates(of), _share(lists[kind], "first"), _share(lists[kind], "among")]
        for kind, of in by.items()
    ]
    typing = lists.get("typing", [])
    if typing:
        rows.append(
            ["typing", str(len(typing)), "", "", "", "", _share(typing, "first"), _share(typing, "among")]
        )
    everything = [_share(figures.lists, "first"), _share(figures.lists, "among")]
    rows.append(["**all**", str(len(figures.lists)), *_fates(figures.fates), *everything])
    return _rows(head, rows)


def _absent(absent: Sequence[Judged]) -> str:
    rows = []
    for kind, of in _by(absent).items():
        count = Counter(each.fate for each in of)
        rows.append(
            [
                kind,
                str(len(of)),
                *(_percent(count[each] / len(of)) for each in (Fate.WRONG, Fate.MISSED, Fate.UNKNOWN)),
            ]
        )
    return _rows(["not in the catalogue", "cases", "taken for another song", "asked which", "unknown"], rows)


def _lists(lists: Sequence[Listed]) -> str:
    rows = [[kind, str(len(of)), _share(of, "first"), _share(of, "among")] for kind, of in _by(lists).items()]
    rows.append(["**all**", str(len(lists)), _share(lists, "first"), _share(lists, "among")])
    return _rows(["the list", "cases", "right first", "among five"], rows)


def _by(results: Sequence[_Result], *, family_only: bool = True) -> dict[str, list[_Result]]:
    found: defaultdict[str, list[_Result]] = defaultdict(list)
    for each in results:
        found[family(each.kind) if family_only else each.kind].append(each)
    return dict(found)


def _fates(of: Sequence[Judged]) -> list[str]:
    if not of:
        return ["", "", "", ""]
    count = Counter(each.fate for each in of)
    sets = ({Fate.RIGHT}, {Fate.RIGHT, Fate.OFFERED}, {Fate.WRONG}, {Fate.UNKNOWN})
    return [_percent(sum(count[fate] for fate in each) / len(of)) for each in sets]


def _share(found: Sequence[Listed], what: str) -> str:
    return _percent(sum(getattr(each, what) for each in found) / len(found)) if found else ""


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _times(found: Sequence[Listed] | Sequence[Judged]) -> list[str]:
    took = [each.ms for each in found]
    return [f"{percentile(took, share):,.1f} ms" for share in (0.5, 0.99)]


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
