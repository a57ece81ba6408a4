"""When songs, ballots and parties begin and end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.party.limits import OFFER_LASTS_MS, PARTY_ENDS_AFTER_MS, TYPICAL_SONG_MS
from bot.party.rules.songs import same_song
from bot.party.words import Entry, State, Track


def began_ms(started_ms: int, active_ms: int, now_ms: int) -> int:
    """When the party of this moment began: now, if the last one has long been over."""
    return now_ms if now_ms - active_ms > PARTY_ENDS_AFTER_MS else started_ms


def ends_ms(track: Track, started_ms: int) -> int:
    """When a song that started then is over."""
    return started_ms + (track.duration_ms or TYPICAL_SONG_MS)


def expired(entry: Entry, now_ms: int) -> bool:
    """Whether an entry is a suggestion whose ballot is closed."""
    return entry.state is State.SUGGESTED and now_ms - entry.added_ms >= OFFER_LASTS_MS


def still_open(ballot: Iterable[Entry], waiting: Sequence[Entry], now_ms: int) -> list[Entry]:
    """The suggestions that can be voted for: in time, and nobody has added the song by hand meanwhile."""
    return [
        each
        for each in ballot
        if not expired(each, now_ms) and not any(same_song(each.track, e.track) for e in waiting)
    ]
