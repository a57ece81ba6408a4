"""What sounds where: the words of playback. Instants and lengths are whole milliseconds (`..._ms`)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.party.results import Barred
from bot.party.words import Entry, Playback, Track


@dataclass(frozen=True, slots=True)
class Account:
    """A member's connected Spotify account."""

    name: str  # as Spotify shows it
    linked_ms: int  # when the member agreed: six months later it ends


@dataclass(frozen=True, slots=True)
class Device:
    """Something that plays for an account: a phone, a speaker, a browser."""

    id: str
    name: str
    active: bool = False
    volume: int | None = None  # 0 to 100; None where it cannot be set


@dataclass(frozen=True, slots=True)
class Heard:
    """What an account plays at this moment."""

    ids: frozenset[str]  # the song's Spotify ids: one song goes by several, by country
    track: Track | None  # None for what is no song: an advertisement, an episode
    progress_ms: int
    playing: bool  # False: it stands still
    device: Device | None


@dataclass(frozen=True, slots=True)
class Played:
    """What `play` did."""

    playback: Playback | None  # where the party sounds now; None: nowhere, the clock goes on
    playing: Entry | None  # what plays; None: nothing yet
    began: bool = False  # whether it sounds on the member's account from now on, and did not before


@dataclass(frozen=True, slots=True)
class Saved:
    """What `save` did."""

    url: str
    songs: int
    again: bool  # whether an earlier save was brought up to date
    missing: tuple[Track, ...]  # the songs that Spotify does not have, as far as we can tell


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the songs of a playlist or album."""

    name: str
    added: int
    there: int  # waited already, or are no songs that can be queued
    total: int
    stopped: Exception | None = None  # the PartyError at which it ended early
    barred: tuple[Barred, ...] = ()  # too long, or blocked here; none of those above
