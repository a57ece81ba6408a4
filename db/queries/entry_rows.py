"""Songs of parties, as rows with their votes, and as entries."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, FromClause, Select, select

from bot.party.words import Entry, Member, State, Suggestion, Track
from db.engine.statements import as_object, spelled_out
from db.schema import entries, members, votes


class EntryRow(NamedTuple):
    """An entry, who added it, and its votes, as JSON."""

    id: int
    state: str
    track_id: str | None
    title: str
    artist: str
    album: str | None
    year: int | None
    duration_ms: int | None
    added_ms: int
    started_ms: int | None
    ends_ms: int | None
    ended_ms: int | None
    ballot: int | None
    match: float | None
    because: str | None
    fit: float | None
    pin: int | None
    left_ms: int | None
    spotify_id: str | None
    platform: str | None
    user_id: str | None
    name: str | None
    votes: str | None


_voters = members.alias("voters")


def _votes(of: FromClause) -> ColumnElement[str]:
    return (
        select(as_object(_voters.c.user_id, votes.c.value))
        .join_from(votes, _voters, _voters.c.id == votes.c.member_id)
        .where(votes.c.entry_id == of.c.id)
        .scalar_subquery()
        .label("votes")
    )


def entries_where(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Entries by number: `EntryRow`s."""
    return entries_of_all(entries).where(*conditions)


def entries_of_all(rows: FromClause) -> Select[Any]:
    """The same of the table, or of a query that has its columns."""
    songs = rows.c
    return (
        select(
            songs.id,
            songs.state,
            songs.track_id,
            songs.title,
            songs.artist,
            songs.album,
            songs.year,
            songs.duration_ms,
            songs.added_ms,
            songs.started_ms,
            songs.ends_ms,
            songs.ended_ms,
            songs.ballot,
            songs.match,
            songs.because,
            songs.fit,
            songs.pin,
            songs.left_ms,
            songs.spotify_id,
            members.c.platform,
            members.c.user_id,
            members.c.name,
            _votes(rows),
        )
        .outerjoin_from(rows, members, members.c.id == songs.added_by)
        .order_by(songs.id)
    )


def in_state(*states: State) -> ColumnElement[bool]:
    """Whether an entry is in one of these states."""
    return spelled_out(entries.c.state, *states)


def entries_of(rows: Iterable[EntryRow]) -> list[Entry]:
    """The entries of some rows, in the same order."""
    return [*map(_entry, rows)]


@lru_cache(maxsize=5_000)  # from one look at a party to the next, little changes
def _entry(row: EntryRow) -> Entry:
    return Entry(
        row.id,
        Track(row.title, row.artist, row.track_id, row.album, row.year, row.duration_ms, row.spotify_id),
        State(row.state),
        Member(row.platform or "", row.user_id, row.name or "") if row.user_id else None,
        row.added_ms,
        row.started_ms,
        row.ends_ms,
        row.ended_ms,
        orjson.loads(row.votes) if row.votes else {},
        row.match,
        tuple(orjson.loads(row.because)) if row.because else (),
        row.ballot,
        row.pin if row.state == State.QUEUED else None,
        row.left_ms if row.state == State.PLAYING else None,
        row.fit,
    )


def offer(number: int, suggestion: Suggestion, at_ms: int, ballot: int) -> Entry:
    """The entry that a suggestion is, with this number."""
    return Entry(
        number,
        suggestion.track,
        State.SUGGESTED,
        None,
        at_ms,
        match=suggestion.match,
        because=tuple(suggestion.because),
        fit=suggestion.fit,
        ballot=ballot,
    )


def track_columns(track: Track) -> dict[str, object]:
    """What an entry keeps of its song."""
    return {
        "track_id": track.track_id,
        "title": track.title,
        "artist": track.artist,
        "album": track.album,
        "year": track.year,
        "duration_ms": track.duration_ms,
        "spotify_id": track.spotify_id,
    }
