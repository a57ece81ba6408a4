"""What sounds where: the words of playback. Instants and lengths are whole milliseconds (`..._ms`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.party.domain import Entry, Member, Playback, Track


@dataclass(frozen=True, slots=True)
class Account:
    """A member's connected Spotify account."""

    name: str  # as Spotify shows it
    linked_ms: int  # when the member agreed: six months later it ends


@dataclass(frozen=True, slots=True)
class Tokens:
    """What Spotify gives for an agreement; never shown, never stored unsealed."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)  # each is good once: the next one comes with the next access token
    expires_ms: int  # of the access token


@dataclass(frozen=True, slots=True)
class SealedAccount:
    """An account as it is stored: what only the vault opens, and until when somebody renews it."""

    member: Member
    sealed: str
    linked_ms: int
    busy_until_ms: int = 0


@dataclass(frozen=True, slots=True)
class Login:
    """A member on the way to connect an account: first with a link of ours, then with one of Spotify's."""

    member: Member
    workspace: str  # the account goes with it; empty: with none
    browser: str  # SHA-256 of what the browser was given; empty before it has come
    sealed: str  # what the exchange of the code needs; empty before the browser has come
    expires_ms: int


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
class Page:
    """A part of a playlist or an album."""

    songs: tuple[Track, ...]
    items: int  # how many there were with what is no song
    more: bool


@dataclass(frozen=True, slots=True)
class Played:
    """What `play` did."""

    playback: Playback | None  # where the party sounds now; None: nowhere, the clock goes on
    playing: Entry | None  # what plays; None: nothing yet


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
