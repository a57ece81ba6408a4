"""Accounts on the way and in store: the words of Spotify. Instants are whole milliseconds (`..._ms`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from bot.party.words import Member, Track


@dataclass(frozen=True, slots=True)
class Tokens:
    """What Spotify gives for an agreement; never shown, never stored unsealed."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)  # each is good once: the next one comes with the next access token
    expires_ms: int  # of the access token


class Rest(NamedTuple):
    """How Spotify is left alone."""

    until_ms: int
    quota_ms: int  # how long, where the quota is used up; 0 where it asked for another reason


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
class Page:
    """A part of a playlist or an album."""

    songs: tuple[Track, ...]
    items: int  # how many there were with what is no song
    more: bool
