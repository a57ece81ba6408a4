"""What Spotify's accounts, breaker and songs need to be kept, and what lets us in, as small Protocols."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.party.words import Member, Track
from bot.spotify.words import Login, Rest, SealedAccount, Tokens


class Catalogue(Protocol):
    """The songs that need no looking up."""

    async def by_spotify(self, spotify_ids: Sequence[str]) -> dict[str, Track]:
        """The songs behind some Spotify ids, of those that are known."""

    async def spotify_ids(self, tracks: Sequence[Track]) -> list[str | None]:
        """Where songs play on Spotify, as linked or as far as it is known."""


class GrantRefused(Exception):
    """Spotify does not take a code or a refresh token, or no more."""


class AccessRefused(Exception):
    """Spotify does not take an access token, or no more."""


class Grants(Protocol):
    """What lets us in at Spotify; all but `login` raise SpotifyAway, SpotifyRests and SpotifyBusy."""

    def login(self, state: str) -> tuple[str, str]:
        """Where to send who should agree, and the code verifier that the answer must be exchanged with."""

    async def exchange(self, code: str, verifier: str) -> Tokens:
        """The tokens for a code.

        Raises:
            GrantRefused: the code is not good, or no more.
        """

    async def refresh(self, refresh_token: str) -> Tokens:
        """New tokens for a refresh token, which is used up.

        Raises:
            GrantRefused: it is not good, or no more.
        """

    async def me(self, access: str) -> str:
        """What an account is called."""


class Accounts(Protocol):
    """Members' accounts, sealed."""

    async def get(self, member: Member) -> SealedAccount | None:
        """A member's account, sealed."""

    async def all(self, linked_before_ms: int | None = None) -> list[SealedAccount]:
        """All accounts, or those connected before then whose owners were not told that they will end."""

    async def save(self, member: Member, workspace: str, sealed: str, now_ms: int) -> None:
        """Keeps an account in place of an earlier one; it goes with its workspace, if that is named."""

    async def claim(self, account: SealedAccount, until_ms: int, now_ms: int) -> bool:
        """Takes the turn to renew an account that is still as it was read; says whether it was free."""

    async def swap(self, account: SealedAccount, sealed: str, *, free: bool = True) -> bool:
        """Replaces what is sealed if it is still as it was read, and gives the turn back if told so."""

    async def release(self, account: SealedAccount) -> None:
        """Gives the turn to renew an account back."""

    async def drop(self, account: SealedAccount) -> bool:
        """Forgets an account if it is still as it was read, and says whether it was."""

    async def mark_told(self, member: Member) -> None:
        """Notes that a member knows when the account ends."""


class Logins(Protocol):
    """Who is on the way to connect an account."""

    async def save(self, digest: str, login: Login, now_ms: int) -> None:
        """Notes a login under way, and forgets those that were never finished."""

    async def get(self, digest: str) -> Login | None:
        """A login under way, which stays so."""

    async def consume(self, digest: str) -> Login | None:
        """Takes a note of a login away: it is good once."""


class Songs(Protocol):
    """Songs that were looked up."""

    async def get(self, spotify_id: str, since_ms: int) -> Track | None:
        """A song that was looked up since then."""

    async def keep(self, track: Track, now_ms: int, since_ms: int) -> None:
        """Remembers a song that was looked up, and forgets those from before `since_ms`."""


class Rests(Protocol):
    """Services that asked to be left alone for a while."""

    async def get(self, name: str) -> Rest | None:
        """How a service is left alone, or was before somebody tries it again; None where it is not."""

    async def begin(self, name: str, until_ms: int, quota_ms: int = 0) -> None:
        """Leaves a service alone until then, or longer where that was said before.

        Args:
            name: of the service.
            until_ms: when it may be asked again.
            quota_ms: how long that is, where its quota is used up.
        """

    async def try_again(self, name: str, now_ms: int, until_ms: int) -> bool:
        """Takes the one try after a rest; the others rest on until then. Says whether it was free."""

    async def end(self, name: str) -> None:
        """Ends a rest."""


class Transaction(Protocol):
    """What is read and written of Spotify between BEGIN and COMMIT."""

    @property
    def accounts(self) -> Accounts:
        """Members' accounts."""

    @property
    def logins(self) -> Logins:
        """Logins under way."""

    @property
    def songs(self) -> Songs:
        """Songs that were looked up."""

    @property
    def rests(self) -> Rests:
        """Services that are left alone."""


class Store(Protocol):
    """Where all that is kept."""

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that cannot write: whatever would, raises."""

    def writing(self) -> AbstractAsyncContextManager[Transaction]:
        """All or nothing: COMMIT on a clean exit; ROLLBACK when an error passes through."""
