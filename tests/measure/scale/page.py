"""BENCHMARKS.md: a section for each part and size that was measured; a new measurement replaces its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

PARTS = ("scoring", "bot", "search", "training", "approximate")
"""What can be measured alone, in the page's order."""
_HEAD = """# Benchmarks

`make bench-scale` writes this page; `PARTS=scoring SIZES=89417x64` measures a part of it. The numbers in the
models and playlists are random, in the published proportions: what stands here is what something costs, never
how good it is. Contestants take turns, call by call, in one process on one thread; their times are the
processor's, which on a quiet machine are the clock's. The ratios say more than the milliseconds: each is the
median over all turns of our time divided by theirs, so below 1 we are faster.
"""
_TITLES = {
    "scoring": "Scoring",
    "bot": "The bot, asked by many at once",
    "search": "Search",
    "training": "Training",
    "approximate": "An approximate first stage",
}
_SECTION = re.compile(r"<!-- bench-scale: (\S+) -->\n(.*?)\n<!-- bench-scale: end -->", re.DOTALL)


def put(page: Path, key: str, text: str) -> None:
    """Writes a section, keyed "part" or "part/what", into the page, which is made where there is none."""
    sections = read(page)
    sections[key] = text.strip()
    shown: list[str] = [_HEAD]
    for part in PARTS:
        own = [each for each in sections if each.partition("/")[0] == part]
        if own:
            shown.append(f"## {_TITLES[part]}\n")
        shown += [
            f"<!-- bench-scale: {each} -->\n{sections[each]}\n<!-- bench-scale: end -->\n"
            for each in sorted(own, key=_by_numbers)
        ]
    draft = page.with_name(f".{page.name}.part")
    draft.write_text("\n".join(shown), "utf-8")
    draft.replace(page)


def read(page: Path) -> dict[str, str]:
    """The sections that a page has."""
    text = page.read_text("utf-8") if page.exists() else ""
    return {key: body for key, body in _SECTION.findall(text) if key.partition("/")[0] in PARTS}


def _by_numbers(key: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", key)]


def rows(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, figures to the right."""
    shown = [head, ["---", *["--:"] * (len(head) - 1)], *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in shown)


def verdict(figure: float, most: float | None, digits: int = 2) -> str:
    """A figure and, where something was promised, what, and whether it is kept."""
    shown = f"{figure:.{digits}f}"
    if most is None:
        return shown
    return f"{shown} (≤ {most:g}: {'met' if figure <= most else '**not met**'})"
