"""What was read, as a table for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.table import Table

from model_export.exports.reading import Counts, FileCount

MOST_ROWS = 200
"""So many files have a row each; the others share one."""


def table(counts: Counts) -> Table:
    """A row for each file: what it is, how much was found, and what was left out and why."""
    shown = Table(title="what was found; a song counts once in each file")
    shown.add_column("file", overflow="fold")
    shown.add_column("what it is")
    for column in ("lists", "songs", "known", "new"):
        shown.add_column(column, justify="right")
    shown.add_column("left out", overflow="fold")
    for file in counts.files[:MOST_ROWS]:
        shown.add_row(*_row(file))
    if rest := counts.files[MOST_ROWS:]:
        shown.add_row(*_row(_together(rest)))
    every = (counts.lists, counts.songs, counts.known, counts.new)
    shown.add_section()
    shown.add_row("all, each song once", "", *(f"{figure:,}" for figure in every), "")
    return shown


def _row(file: FileCount) -> list[str]:
    if not file.form:
        return [file.file, "-", "", "", "", "", ", ".join(file.left)]
    figures = (file.lists, file.songs, file.known, file.new)
    left = ", ".join(f"{number:,} {reason}" for reason, number in file.left.most_common())
    return [file.file, file.form, *(f"{figure:,}" for figure in figures), left]


def _together(files: Sequence[FileCount]) -> FileCount:
    left: Counter[str] = Counter()
    for file in files:
        left.update(file.left)
    return FileCount(
        f"{len(files):,} more files",
        "various",
        sum(file.lists for file in files),
        sum(file.songs for file in files),
        sum(file.known for file in files),
        left,
    )
