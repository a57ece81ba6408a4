"""What the party needs of Spotify and of where it is kept, as small Protocols."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from bot.party.domain import Member, Playback, Room, Track
from bot.playback.words import Account, Device, Heard, Login, SealedAccount, Tokens


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


class SpotifyShelf(Protocol):
    """What is known of Spotify: a part of a transaction."""

    async def account(self, member: Member) -> SealedAccount | None:
        """A member's account, sealed."""

    async def accounts(self, linked_before_ms: int | None = None) -> list[SealedAccount]:
        """All accounts, or those connected before then whose owners were not told that they will end."""

    async def save_account(self, member: Member, workspace: str, sealed: str, now_ms: int) -> None:
        """Keeps an account in place of an earlier one; it goes with its workspace, if that is named."""

    async def claim_account(self, account: SealedAccount, until_ms: int, now_ms: int) -> bool:
        """Takes the turn to renew an account that is still as it was read; says whether it was free."""

    async def swap_account(self, account: SealedAccount, sealed: str, *, free: bool = True) -> bool:
        """Replaces what is sealed if it is still as it was read, and gives the turn back if told so."""

    async def free_account(self, account: SealedAccount) -> None:
        """Gives the turn to renew an account back."""

    async def drop_account(self, account: SealedAccount) -> bool:
        """Forgets an account if it is still as it was read, and says whether it was."""

    async def told_account(self, member: Member) -> None:
        """Notes that a member knows when the account ends."""

    async def save_login(self, digest: str, login: Login, now_ms: int) -> None:
        """Notes a login under way, and forgets those that were never finished."""

    async def login(self, digest: str) -> Login | None:
        """A login under way, which stays so."""

    async def consume_login(self, digest: str) -> Login | None:
        """Takes a note of a login away: it is good once."""

    async def looked_up(self, spotify_id: str, since_ms: int) -> Track | None:
        """A song that was looked up since then."""

    async def keep_song(self, track: Track, now_ms: int, since_ms: int) -> None:
        """Remembers a song that was looked up, and forgets those from before `since_ms`."""

    async def rests_until_ms(self, name: str) -> int | None:
        """Until when a service is left alone; None where it is not."""

    async def rest(self, name: str, until_ms: int) -> None:
        """Leaves a service alone until then, or longer where that was said before."""

    async def try_again(self, name: str, now_ms: int, until_ms: int) -> bool:
        """Takes the one try after a rest; the others rest on until then. Says whether it was free."""

    async def rested(self, name: str) -> None:
        """Ends a rest."""


class Playbacks(Protocol):
    """Where parties sound, and what was saved: a part of a transaction."""

    async def hold(self, entry_id: int, left_ms: int) -> bool:
        """Stops the time of what plays, with so much left; says whether it ran."""

    async def go_on(self, entry_id: int, ends_ms: int) -> None:
        """Lets what plays end then, whether it stood still or not."""

    async def sounds_as(self, entry_id: int, spotify_id: str) -> None:
        """Notes what plays for an entry on Spotify."""

    async def set_playback(self, party_id: int, playback: Playback) -> None:
        """Keeps where the party sounds; who follows it stays."""

    async def drop_playback(self, party_id: int) -> None:
        """Lets the party sound nowhere."""

    async def hosted(self, host: Member) -> list[Room]:
        """The rooms that sound on a member's account."""

    async def follow(self, owner: str, until_ms: int, now_ms: int) -> list[Room]:
        """Takes on, until then, the rooms that sound somewhere and that no other process follows."""

    async def unfollow(self, owner: str) -> None:
        """Leaves the rooms that a process follows to the others."""

    async def saved(self, party_id: int, started_ms: int, member: Member) -> str | None:
        """The playlist that a member has of the room's party that began then."""

    async def keep_save(self, party_id: int, started_ms: int, member: Member, playlist_id: str) -> None:
        """Remembers the playlist that a member has of a party."""


class Collection(Protocol):
    """A playlist or album that is read page by page."""

    name: str
    total: int

    def songs(self) -> AsyncGenerator[Track, None]:
        """Its songs in order; of those that the catalogue knows, the catalogue's."""


class Music(Protocol):
    """Spotify, for members who have connected an account; looking songs up needs none.

    All of it raises SpotifyRests, SpotifyAway and SpotifyBusy; what needs an account raises NotConnected,
    LinkAgain, SpotifyRefuses and NotOnTheList, what plays NotPremium, NoDevice and DeviceRefuses.
    """

    async def connect(self, member: Member, workspace: str) -> str:
        """A link, for the member's eyes only, that connects an account (in Slack, the workspace's)."""

    async def disconnect(self, member: Member) -> bool:
        """Forgets the member's account, and says whether there was one."""

    async def account(self, member: Member) -> Account | None:
        """The member's account, as it was when it was last looked at."""

    async def ending(self) -> list[tuple[Member, int]]:
        """Whose connection ends soon and has not been told, with the days that are left."""

    async def told(self, member: Member) -> None:
        """Notes that a member knows when the connection ends."""

    async def heard(self, member: Member) -> Heard | None:
        """What the account plays now; None where nothing is open."""

    async def devices(self, member: Member) -> list[Device]:
        """What the account could play on."""

    async def play(self, member: Member, spotify_id: str, device_id: str = "", from_ms: int = 0) -> None:
        """Plays a song, from its beginning or from somewhere in it."""

    async def enqueue(self, member: Member, spotify_id: str, device_id: str = "") -> None:
        """Puts a song behind what plays."""

    async def go_on(self, member: Member, device_id: str = "") -> None:
        """Plays on where it stood still."""

    async def hold(self, member: Member, device_id: str = "") -> None:
        """Stands still."""

    async def move_to(self, member: Member, device_id: str) -> None:
        """Goes on with what plays on another device."""

    async def forward(self, member: Member, device_id: str = "") -> None:
        """Goes to what stands next in the device's own queue."""

    async def volume(self, member: Member, percent: int, device_id: str = "") -> None:
        """Sets how loud it is, from 0 to 100."""

    async def song(self, spotify_id: str) -> Track:
        """A song that the catalogue does not know, by its id.

        Raises:
            UnknownLink: nobody can look it up.
            NothingBehindLink: Spotify does not know it.
        """

    async def find(self, track: Track, member: Member | None = None) -> str | None:
        """The Spotify id of a song, as linked, as the catalogue knows it, or searched; None without one."""

    async def collection(self, link: str, member: Member) -> Collection:
        """A playlist that the member may read, or an album.

        Raises:
            ShortLink, NoPlaylistLink, NothingBehindLink, PlaylistClosed: it is none, or not to be read.
        """

    async def write(
        self,
        member: Member,
        playlist_id: str | None,
        name: str,
        told: str,
        songs: Sequence[str],
        *,
        named: bool,
    ) -> str:
        """Writes a playlist anew, or a new one where there is none with that id; returns its id.

        Args:
            member: whose it is.
            playlist_id: of an earlier one.
            name: of a new one.
            told: what stands under its name.
            songs: Spotify ids.
            named: whether an earlier one gets the name, too.
        """
