"""Songs, people and entries, made of what a test says of them."""

from __future__ import annotations

from hypothesis import settings

from bot.party.words import Entry, Member, State, Track

ANY_TIME = settings(deadline=None)
"""Of properties: a busy machine may hold up any example."""

NOW_MS = 1_800_000_000_000
SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
ANNA, BEN, CLEO = (Member("discord", name.casefold(), name) for name in ("Anna", "Ben", "Cleo"))


def song(number: int, artist: str = "Band", *, track_id: str | None = None) -> Track:
    """A song that differs from those of other numbers."""
    return Track(f"Song {number}", artist, track_id)


def entry(
    number: int = 1,
    by: Member | None = ANNA,
    state: State = State.QUEUED,
    *,
    ups: int = 0,
    downs: int = 0,
    added_ms: int | None = None,
    ended_ms: int | None = None,
    match: float | None = None,
    ballot: int | None = None,
    pin: int | None = None,
) -> Entry:
    """The entry of this number and of the song of this number, added in the order of the numbers."""
    votes = {f"fan{i}": +1 for i in range(ups)} | {f"foe{i}": -1 for i in range(downs)}
    added_ms = number if added_ms is None else added_ms
    return Entry(
        number,
        song(number),
        state,
        by,
        added_ms,
        ended_ms=ended_ms,
        votes=votes,
        match=match,
        ballot=ballot,
        pin=pin,
    )
