"""What sounds where: the words of playback. Instants and lengths are whole milliseconds (`..._ms`)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.party.results import Barred
from bot.party.songs import OWN as OWN
from bot.party.words import Entry, Playback, Rules, Track

SCREEN = "screen"
"""The user_id of a screen on the wall that is nobody's."""
DEMO = "demo"
"""What the source of the demo's pieces is called."""
FFMPEG_FORMATS = "mp3,flac,wav,ogg,mov,mp4,m4a,3gp,3g2,mj2"
"""What FFmpeg may take a file for: among the others are lists of further files, which it would open, too."""


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


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at a source says of one song."""

    ref: str  # what the source calls it
    version: str  # what tells that it has changed
    track: Track | None = None  # without an id; None: it is as it was, and was not read again
    kind: str = ""  # its MIME type
    gain_db: float | None = None  # what levels it, if that is known
    cover: bool = False  # whether it has a picture
    away: bool = False  # whether it cannot be looked at now, but is not known to be gone


@dataclass(frozen=True, slots=True)
class OwnSong:
    """A song of people's own music."""

    id: int
    source: str  # folder, subsonic or demo
    ref: str
    version: str
    track: Track  # its id is the catalogue's, or begins with `OWN`; its length is the file's
    kind: str
    gain_db: float | None = None
    cover: bool = False


@dataclass(frozen=True, slots=True)
class Sounding:
    """What a party's outlet should do now, if own music is what sounds."""

    playback: Playback
    playing: Entry | None
    position_ms: int  # in what plays
    paused: bool
    next: Entry | None
    song: OwnSong | None  # of what plays; None: it is silent
    next_song: OwnSong | None
    rules: Rules
