"""Which songs a room takes in, by what it has chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.party.errors import (
    ExplicitSong,
    PlayedLately,
    QueueFull,
    SongBlocked,
    SongTooLong,
    TooManyOfYours,
)
from bot.party.limits import LONGEST_QUEUE, MINUTE_MS
from bot.party.rules.moderation import is_blocked
from bot.party.rules.songs import explicit, same_song
from bot.party.rules.visiting import most_songs
from bot.party.words import NOTHING_BLOCKED, Blocked, Entry, Member, Rules, State, Track


def admit(
    track: Track,
    waiting: Sequence[Entry],
    rules: Rules,
    member: Member,
    *,
    moderates: bool = False,
    blocked: Blocked = NOTHING_BLOCKED,
) -> None:
    """Lets a song in, or says why not; how long it has to rest is asked of `let_rest`.

    Args:
        track: the song.
        waiting: what plays and what is queued.
        rules: what the room has chosen.
        member: who adds it.
        moderates: whether the member may have any number of songs waiting; what a song must be like holds
            for everybody.
        blocked: what the room keeps out.

    Raises:
        QueueFull, TooManyOfYours, ExplicitSong, SongTooLong, SongBlocked: as they say.
    """
    bar(track, rules, blocked)
    if rules.clean and explicit(track):
        raise ExplicitSong
    if len(waiting) >= LONGEST_QUEUE:
        raise QueueFull(LONGEST_QUEUE)
    most = 0 if moderates else most_songs(member, rules)
    if most and own_songs(waiting, member) >= most:
        raise TooManyOfYours(most)


def bar(track: Track, rules: Rules, blocked: Blocked) -> None:
    """Keeps a song out that is blocked or too long.

    Raises:
        SongTooLong, SongBlocked: as they say.
    """
    if is_blocked(track, blocked):
        raise SongBlocked
    if too_long(track, rules):
        raise SongTooLong(rules.longest_min, clock(track.duration_ms or 0))


def too_long(track: Track, rules: Rules) -> bool:
    """Whether a song is longer than the room wants; one whose length nobody knows is not."""
    longest_ms = rules.longest_min * MINUTE_MS
    return bool(longest_ms) and (track.duration_ms or 0) > longest_ms


def clock(length_ms: int) -> str:
    """A length as players show it, such as 46:12 or 1:02:03, rounded up: what is over a limit looks so."""
    minutes, seconds = divmod(-(-length_ms // 1_000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


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
