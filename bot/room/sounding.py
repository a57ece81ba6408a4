"""What the page that sounds is told: what to play now and next, from where, and how loud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # which pydantic asks for before Python 3.12

from bot.party.words import Entry
from bot.playback.words import OwnSong, Sounding

MOST_GAIN_DB, LEAST_GAIN_DB = 6.0, -24.0
"""Levelling makes nothing louder or quieter than that: what is louder would clip."""


class SongToPlayJson(TypedDict):
    """A song for the page to play."""

    entry: Annotated[int, Field(description="As in the state")]
    link: Annotated[
        str | None,
        Field(description="Where its file is, for this page alone; null for a song that is silent"),
    ]
    gain_db: Annotated[float, Field(description="How much louder or quieter to play it")]


class PlayingJson(SongToPlayJson):
    """What the page plays now."""

    position_ms: Annotated[int, Field(description="How far the party is in it")]


class SoundJson(TypedDict):
    """What a page does that is the party's speaker."""

    playing: PlayingJson | None
    next: Annotated[SongToPlayJson | None, Field(description="What to have ready")]
    paused: bool
    crossfade_s: Annotated[int, Field(description="So long songs run into each other")]


class SoundMessage(TypedDict):
    """Comes to the party's speaker alone, when the party changes; null: it is the speaker no more."""

    sound: SoundJson | None


Link = Callable[[Entry, OwnSong], str]


def to_play(now: Sounding, link: Link) -> SoundJson:
    """What the speaker should do, with links to the files of what it plays now and next."""

    def song(entry: Entry, own: OwnSong | None) -> SongToPlayJson:
        gain_db = own.gain_db if own is not None and now.rules.levelled else None
        return {
            "entry": entry.id,
            "link": link(entry, own) if own is not None else None,
            "gain_db": min(max(gain_db or 0.0, LEAST_GAIN_DB), MOST_GAIN_DB),
        }

    return {
        "playing": {**song(now.playing, now.song), "position_ms": now.position_ms} if now.playing else None,
        "next": song(now.next, now.next_song) if now.next else None,
        "paused": now.paused,
        "crossfade_s": now.rules.crossfade_s,
    }
