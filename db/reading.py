"""What rows of the database are in the party's own words: each as its statement has it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson

from bot.party.domain import Change, Entry, Member, PartyRecord, Playback, Room, State, Suggestion, Track
from db.rooms import read_rules


def party(room: Room, row: Any, sounds: Sequence[Any]) -> PartyRecord:
    """The party of a row of `statements.PARTY`, and where it sounds, of one of `statements.SOUNDS`."""
    party_id, started_ms, active_ms, shared, rules, card = row
    playback = None
    for user_id, name, *marks in sounds:
        playback = Playback(Member(room.platform, user_id, name), *marks)
    return PartyRecord(party_id, room, started_ms, active_ms, bool(shared), read_rules(rules), card, playback)


def room_columns(room: Room) -> dict[str, str]:
    """What names a room in the table of parties."""
    return {"platform": room.platform, "workspace": room.workspace, "channel": room.channel}


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
        ballot=ballot,
    )


def users(rows: Sequence[Any]) -> frozenset[str]:
    """The user_ids of some rows."""
    return frozenset(row[0] for row in rows)


def change(rows: Sequence[Any]) -> Change | None:
    """The change of the first of some rows of `statements.CHANGES`, if there is one."""
    if not rows:
        return None
    change_id, kind, entry_id, state, vote_before, at_ms = rows[0]
    return Change(change_id, kind, entry_id, State(state) if state else None, vote_before, at_ms)


def ballot_of(rows: Sequence[Any]) -> int | None:
    """The ballot of some rows of `statements.OFFERED`; None if there are none."""
    return rows[0][12] if rows else None


def suggested(rows: Sequence[Any]) -> bool:
    """Whether the entry of some rows of `statements.ENTRY` is a suggestion."""
    return bool(rows) and rows[0][1] == State.SUGGESTED


def plays(rows: Sequence[Any], entry_id: int) -> bool:
    """Whether an entry plays, as some rows of `statements.WAITING` have it."""
    return any(row[0] == entry_id and row[1] == State.PLAYING for row in rows)


def entries_of(rows: Sequence[Any]) -> list[Entry]:
    """The entries of some rows of `statements.entries_where`, one after the other, with their votes."""
    return [_entry(tuple(lines)) for _, lines in groupby(map(tuple, rows), itemgetter(0))]


@lru_cache(maxsize=5_000)  # from one look at a party to the next, little changes
def _entry(lines: tuple[tuple[Any, ...], ...]) -> Entry:
    """The entry of its rows, of which there is one for each vote, or one without any."""
    (
        entry_id, state, track_id, title, artist, album, year, duration_ms, added_ms, started_ms, ends_ms,
        ended_ms, ballot, match, because, pin, left_ms, spotify_id, platform, user_id, name, _voter, _vote,
    ) = lines[0]  # fmt: skip
    return Entry(
        entry_id,
        Track(title, artist, track_id, album, year, duration_ms, spotify_id),
        State(state),
        Member(platform, user_id, name) if user_id else None,
        added_ms,
        started_ms,
        ends_ms,
        ended_ms,
        {voter: vote for *_, voter, vote in lines if voter is not None},
        match,
        tuple(orjson.loads(because)) if because else (),
        ballot,
        pin if state == State.QUEUED else None,
        left_ms if state == State.PLAYING else None,
    )
