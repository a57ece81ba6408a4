"""What follows for a party from what its host's device really plays: a pure rule.

The device leads: people skip on their phones and put songs on by hand. The party leads where it has moved on
by itself, by a vote or because its clock ran out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.party.limits import TYPICAL_SONG_MS
from bot.party.rules.songs import main_artist
from bot.party.words import Entry, Playback, State, Track
from bot.playback.words import Heard

AHEAD_MS = 15_000
"""So long before a song ends the next one is put into the device's own queue."""
OVER_MS = 10_000
"""Who leaves a song with less than this to go has heard it to its end."""
SLACK_MS = 1_500
"""The end of a song is written down anew when it has moved by more than this."""
SETTLES_MS = 3_000
"""So long a device may take to do what it was told; what it says before is not believed."""
DOUBTED_MS = 10_000
"""So long it may turn out that "next" led elsewhere: the device's own queue had other songs before ours."""
LENGTH_MS = 3_000
"""By so much the lengths of one song may differ from one country's edition to another's."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done. At most one of `play`, `forward` and `enqueue` is asked of the device."""

    on: int | None  # of the playback, once this is done
    ahead: int | None
    over: State | None = None  # what becomes of what plays
    start: Entry | None = None  # which song starts then; None: whichever is next
    joined: Track | None = None  # or one that was put on by hand
    ends_ms: int | None = None  # when what plays then is over, by the device
    left_ms: int | None = None  # or how much of it is left, for it stands still
    play: Entry | None = None
    forward: bool = False
    enqueue: Entry | None = None
    gone: bool = False  # nothing is there to play on any more


def needs_to_listen(playing: Entry | None, playback: Playback) -> bool:
    """Whether the device must be asked before anything can be said."""
    return playing is not None and playing.id == playback.on


def may_be_ahead(playing: Entry, playback: Playback) -> bool:
    """Whether the device may have gone on to this song by itself, so that "next" would lead past it."""
    return playing.id == playback.ahead


def decide(
    playing: Entry | None,
    queue: Sequence[Entry],
    playback: Playback,
    heard: Heard | None,
    now_ms: int,
    *,
    told_ms: int,
    forwarded: bool,
) -> Step:
    """What to do next.

    Args:
        playing: what the party plays.
        queue: what waits, the next one first.
        playback: what the device was told last.
        heard: what it plays; None for nothing at all, or if it was not asked (see `needs_to_listen` and
            `may_be_ahead`).
        now_ms: the instant at which that was.
        told_ms: when it was last told something.
        forwarded: whether that was to go to the next song of its own queue.
    """
    if playing is None:
        return Step(None, playback.ahead)
    settled = now_ms - told_ms >= SETTLES_MS
    if heard is not None and plays(heard, playing):
        return _in_step(playing, queue, playback, heard, now_ms, settled)
    if playback.on != playing.id:  # the party has moved on, or has just begun
        if playing.left_ms is not None:
            return Step(playback.on, playback.ahead)
        if playback.ahead == playing.id:
            return Step(playing.id, None, forward=True)
        return Step(playing.id, playback.ahead, play=playing)
    if not settled:
        return Step(playback.on, playback.ahead)
    if forwarded and now_ms - told_ms < DOUBTED_MS and playing.left_ms is None:
        return Step(playing.id, playback.ahead, play=playing)
    return _elsewhere(playing, queue, playback, heard, now_ms)


def plays(heard: Heard, entry: Entry) -> bool:
    """Whether this is what is heard, in this country's edition or another one's."""
    wanted, there = entry.track, heard.track
    if wanted.spotify_id in heard.ids:
        return True
    if there is None or wanted.title.casefold() != there.title.casefold():
        return False
    lengths = abs((wanted.duration_ms or 0) - (there.duration_ms or 0))
    return main_artist(wanted) == main_artist(there) and lengths <= LENGTH_MS


def _in_step(
    playing: Entry,
    queue: Sequence[Entry],
    playback: Playback,
    heard: Heard,
    now_ms: int,
    settled: bool,
) -> Step:
    """The device plays what the party plays, or stands still on it."""
    ahead = playback.ahead if playback.ahead != playing.id else None
    left_ms = _left_ms(heard)
    if not settled and heard.playing == (playing.left_ms is not None):
        return Step(playing.id, ahead)
    if heard.playing:
        ends_ms = now_ms + left_ms
        if playback.on == playing.id and _began_again(playing, heard, ends_ms, now_ms):
            return Step(None, ahead, over=State.PLAYED)
        moved = playing.ends_ms is None or abs(ends_ms - playing.ends_ms) > SLACK_MS
        soon = left_ms <= AHEAD_MS and ahead is None and bool(queue)
        return Step(
            playing.id,
            ahead,
            ends_ms=ends_ms if moved else None,
            enqueue=queue[0] if soon else None,
        )
    if playing.left_ms is None:
        if heard.progress_ms == 0 and playback.on == playing.id:  # a device does so that has nothing more
            if _nearly_over(playing, now_ms):
                return Step(None, ahead, over=State.PLAYED)
            if _played_ms(playing, now_ms) >= DOUBTED_MS:
                return Step(None, ahead, over=State.SKIPPED)
        return Step(playing.id, ahead, left_ms=left_ms)
    return Step(playing.id, ahead)


def _began_again(playing: Entry, heard: Heard, ends_ms: int, now_ms: int) -> bool:
    """Whether a song was heard to its end and sounds anew: it is repeated, or stands there twice."""
    later_ms = ends_ms - (playing.ends_ms or ends_ms)
    return heard.progress_ms <= OVER_MS < later_ms and _nearly_over(playing, now_ms)


def _elsewhere(
    playing: Entry, queue: Sequence[Entry], playback: Playback, heard: Heard | None, now_ms: int
) -> Step:
    """The device had this song and does not play it now."""
    still = Step(playback.on, playback.ahead)
    over = State.PLAYED if _nearly_over(playing, now_ms) else State.SKIPPED
    if heard is None or not heard.ids:
        if over is State.PLAYED and playing.left_ms is None and (heard is None or not heard.playing):
            return Step(None, None, over=over)
        # An advertisement or an episode will end; a device that was switched off will not come back.
        return still if heard is not None or playing.left_ms is not None else Step(None, None, gone=True)
    ends_ms = now_ms + _left_ms(heard)
    for entry in queue:
        if plays(heard, entry):
            return Step(entry.id, None, over=over, start=entry, ends_ms=ends_ms)
    if over is State.PLAYED:
        return Step(None, None, over=over)
    if not heard.playing and playing.left_ms is None:
        return Step(playback.on, None, left_ms=_rest_ms(playing, now_ms))
    if not heard.playing or heard.track is None:
        return still
    return Step(None, None, over=over, joined=heard.track, ends_ms=ends_ms)


def _left_ms(heard: Heard) -> int:
    length_ms = heard.track.duration_ms if heard.track else None
    return max(0, (length_ms or TYPICAL_SONG_MS) - heard.progress_ms)


def _rest_ms(playing: Entry, now_ms: int) -> int:
    """How much of a song is left by the party's own reckoning; below 0 once it should be over."""
    if playing.left_ms is not None:
        return playing.left_ms
    return (playing.ends_ms or now_ms) - now_ms


def _played_ms(playing: Entry, now_ms: int) -> int:
    return (playing.track.duration_ms or TYPICAL_SONG_MS) - _rest_ms(playing, now_ms)


def _nearly_over(playing: Entry, now_ms: int) -> bool:
    return _rest_ms(playing, now_ms) <= OVER_MS
