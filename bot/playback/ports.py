"""What playback needs of Spotify, and of people's own music, as small Protocols."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from bot.party.words import Member, Track
from bot.playback.errors import SpotifyRests
from bot.playback.words import Account, Device, Found, Heard, OwnSong


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

    async def resting(self) -> SpotifyRests | None:
        """What to tell people while Spotify is left alone; None while it is not. Spotify is not asked."""

    async def ending(self) -> list[tuple[Member, int]]:
        """Whose connection ends soon and has not been told, with the days that are left."""

    async def mark_told(self, member: Member) -> None:
        """Notes that a member knows when the connection ends."""

    async def heard(self, member: Member) -> Heard | None:
        """What the account plays now; None where nothing is open."""

    async def devices(self, member: Member) -> list[Device]:
        """What the account could play on."""

    async def play(self, member: Member, spotify_id: str, device_id: str = "", from_ms: int = 0) -> None:
        """Plays a song, from its beginning or from somewhere in it."""

    async def enqueue(self, member: Member, spotify_id: str, device_id: str = "") -> None:
        """Puts a song behind what plays."""

    async def resume(self, member: Member, device_id: str = "") -> None:
        """Plays on where it stood still."""

    async def pause(self, member: Member, device_id: str = "") -> None:
        """Stands still."""

    async def move_to(self, member: Member, device_id: str) -> None:
        """Goes on with what plays on another device."""

    async def forward(self, member: Member, device_id: str = "") -> None:
        """Goes to what stands next in the device's own queue."""

    async def seek(self, member: Member, position_ms: int, device_id: str = "") -> None:
        """Goes to a place in what plays, or stands still there."""

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


class Sound(Protocol):
    """A song that is open."""

    size: int | None  # in bytes; None: nobody knows
    kind: str  # its MIME type
    path: Path | None  # where it is a file of this machine

    def read(self, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes, None]:
        """Its bytes from `start` to before `end`, or to its end.

        Raises:
            SourceAway, SongGone: they cannot be had.
        """


class Opener(Protocol):
    """What opens songs."""

    def open(self, ref: str) -> AbstractAsyncContextManager[Sound]:
        """Opens a song.

        Raises:
            SourceAway, SongGone: it cannot be had.
        """


class Source(Opener, Protocol):
    """Where people have their own music."""

    name: str

    def look(self, known: Mapping[str, str]) -> AsyncGenerator[Found, None]:
        """Every song there is, once; of those in `known` whose version is as it was nothing is read.

        Args:
            known: the version of each song, by what the source calls it.

        Raises:
            SourceAway: it is not there, or was gone before the end.
        """

    async def cover(self, ref: str) -> tuple[bytes, str] | None:
        """A song's picture and its MIME type, if it has one that is not too large."""

    async def changed(self) -> None:
        """Returns when it may be worth looking again."""

    async def close(self) -> None:
        """Lets go of it."""


class OwnMusic(Protocol):
    """The songs that can sound from people's own music."""

    def any(self) -> bool:
        """Whether there are any."""

    def sounds(self, track: Track) -> bool:
        """Whether a song can sound."""

    async def song(self, track: Track) -> OwnSong | None:
        """What sounds for a song."""

    async def cover(self, song: OwnSong) -> tuple[bytes, str] | None:
        """A song's picture and its MIME type, of at most 2 MB; None without one."""

    def source(self, name: str) -> Opener:
        """Where songs are from, by its name.

        Raises:
            SourceAway: there is none any more.
        """
