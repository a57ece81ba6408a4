"""Which songs a room takes in, by what it has chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.party.errors import ExplicitSong, PlayedLately, QueueFull, TooManyOfYours
from bot.party.limits import LONGEST_QUEUE, MINUTE_MS
from bot.party.rules.songs import explicit, same_song
from bot.party.words import Entry, Member, Rules, State, Track


def admit(
    track: Track, waiting: Sequence[Entry], rules: Rules, member: Member, *, moderates: bool = False
) -> None:
    """Lets a song in, or says why not; how long it has to rest is asked of `let_rest`.

    Args:
        track: the song.
        waiting: what plays and what is queued.
        rules: what the room has chosen.
        member: who adds it.
        moderates: whether the member may have any number of songs waiting.

    Raises:
        QueueFull, TooManyOfYours, ExplicitSong: as they say.
    """
    if rules.clean and explicit(track):
        raise ExplicitSong
    if len(waiting) >= LONGEST_QUEUE:
        raise QueueFull(LONGEST_QUEUE)
    if rules.songs_each and not moderates and own_songs(waiting, member) >= rules.songs_each:
        raise TooManyOfYours(rules.songs_each)


def own_songs(waiting: Iterable[Entry], member: Member) -> int:
    """How many queued songs are a member's own; what the room voted in is nobody's."""
    return sum(
        each.added_by == member and each.state is State.QUEUED and each.ballot is None for each in waiting
    )


def rest_ms(rules: Rules) -> int:
    """How long a song rests after it was played."""
    return rules.cooldown_min * MINUTE_MS


def let_rest(track: Track, played: Iterable[Entry], rules: Rules, now_ms: int) -> None:
    """Lets a song in that has rested long enough.

    Raises:
        PlayedLately: it has not; the whole minutes that are left are in it, one at least.
    """
    rested_ms = now_ms - rest_ms(rules)
    ends = (each.ended_ms or 0 for each in played if same_song(each.track, track))
    left_ms = max(ends, default=rested_ms) - rested_ms
    if left_ms > 0:
        raise PlayedLately(-(-left_ms // MINUTE_MS))
