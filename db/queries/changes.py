"""Lines of the diary, as rows and as changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from bot.party.words import Change, State
from db.schema import changes


class ChangeRow(NamedTuple):
    """A line of the diary."""

    id: int
    kind: str
    entry_id: int | None
    state_before: str | None
    vote_before: int
    at_ms: int
    counts: bool


CHANGES = select(
    changes.c.id,
    changes.c.kind,
    changes.c.entry_id,
    changes.c.state_before,
    changes.c.vote_before,
    changes.c.at_ms,
    changes.c.counts,
)
"""All lines: `ChangeRow`s."""


def change_of(rows: Sequence[ChangeRow]) -> Change | None:
    """The change of the first of some rows, if there is one."""
    for row in rows:
        state = State(row.state_before) if row.state_before else None
        return Change(row.id, row.kind, row.entry_id, state, row.vote_before, row.at_ms, row.counts)
    return None
