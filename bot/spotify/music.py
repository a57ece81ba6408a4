"""Spotify for members: looks songs up, and does on their accounts what they ask for."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

from bot.party import links
from bot.party.errors import UnknownLink
from bot.party.links import Kind, Link
from bot.party.words import Member, Track
from bot.playback.errors import (
    NoPlaylistLink,
    NotConnected,
    NothingBehindLink,
    PlaylistClosed,
    SpotifyRefuses,
)
from bot.playback.ports import Collection
from bot.playback.words import Account, Device, Heard
from bot.spotify.client import PAGE, Spotify
from bot.spotify.ports import AccessRefused, Catalogue, Store
from bot.spotify.words import Page

log = logging.getLogger(__name__)

KEEP_MS = 30 * 24 * 3_600_000
"""So long a song that was looked up is remembered."""
SAME_SONG = 85
"""How alike, of 100, title and artist of a song must be to what was searched for."""

Result = TypeVar("Result")
Call = Callable[[str], Awaitable[Result]]
"""Something that is asked of Spotify with an access token."""


class Accounts(Protocol):
    """The members' accounts."""

    async def connect(self, member: Member, workspace: str) -> str:
        """A link, for the member's eyes only, that connects an account (in Slack, the workspace's)."""

    async def disconnect(self, member: Member) -> bool:
        """Forgets the member's account, and says whether there was one."""

    async def account(self, member: Member) -> Account | None:
        """The member's account, as it was when it was last looked at."""

    async def token(self, member: Member) -> str:
        """An access token that is good.

        Raises:
            NotConnected, LinkAgain: there is none.
        """

    async def renew(self, member: Member, refused: str) -> str:
        """Another access token, for Spotify has refused this one. Raises what `token` does."""

    async def ending(self) -> list[tuple[Member, int]]:
        """Whose connection ends soon and has not been told, with the days that are left."""

    async def mark_told(self, member: Member) -> None:
        """Notes that a member knows when the connection ends."""


class SpotifyMusic:
    """Spotify, as `spotify_ports.Music` describes it.

    Args:
        spotify: how it is asked.
        accounts: on whose behalf.
        catalogue: the songs that need no looking up.
        store: where songs that were looked up are kept.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        spotify: Spotify,
        accounts: Accounts,
        catalogue: Catalogue,
        store: Store,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._spotify, self._accounts = spotify, accounts
        self._catalogue, self._store, self._clock = catalogue, store, clock
        self.connect = accounts.connect
        self.disconnect = accounts.disconnect
        self.account = accounts.account
        self.ending = accounts.ending
        self.mark_told = accounts.mark_told
        self.resting = spotify.resting

    async def heard(self, member: Member) -> Heard | None:
        """What the account plays now; None where nothing is open."""
        return await self._with(member, self._spotify.heard)

    async def devices(self, member: Member) -> list[Device]:
        """What the account could play on."""
        return await self._with(member, self._spotify.devices)

    async def play(self, member: Member, spotify_id: str, device_id: str = "", from_ms: int = 0) -> None:
        """Plays a song, from its beginning or from somewhere in it."""
        await self._with(member, lambda access: self._spotify.play(access, spotify_id, device_id, from_ms))

    async def enqueue(self, member: Member, spotify_id: str, device_id: str = "") -> None:
        """Puts a song behind what plays."""
        await self._with(member, lambda access: self._spotify.enqueue(access, spotify_id, device_id))

    async def resume(self, member: Member, device_id: str = "") -> None:
        """Plays on where it stood still."""
        await self._with(member, lambda access: self._spotify.resume(access, device_id))

    async def pause(self, member: Member, device_id: str = "") -> None:
        """Stands still."""
        await self._with(member, lambda access: self._spotify.pause(access, device_id))

    async def move_to(self, member: Member, device_id: str) -> None:
        """Goes on with what plays on another device."""
        await self._with(member, lambda access: self._spotify.move_to(access, device_id))

    async def forward(self, member: Member, device_id: str = "") -> None:
        """Goes to what stands next in the device's own queue."""
        await self._with(member, lambda access: self._spotify.forward(access, device_id))

    async def seek(self, member: Member, position_ms: int, device_id: str = "") -> None:
        """Goes to a place in what plays."""
        await self._with(member, lambda access: self._spotify.seek(access, position_ms, device_id))

    async def volume(self, member: Member, percent: int, device_id: str = "") -> None:
        """Sets how loud it is, from 0 to 100."""
        await self._with(member, lambda access: self._spotify.volume(access, percent, device_id))

    async def find(self, track: Track, member: Member | None = None) -> str | None:
        """The Spotify id of a song, as linked, as the catalogue knows it, or searched; None without one."""
        (known,) = await self._catalogue.spotify_ids([track])
        if known is not None:
            return known
        query = f'track:"{_quoted(track.title)}" artist:"{_quoted(track.artist)}"'
        found = await self._look(member, lambda access: self._spotify.search(access, query))
        return next((each.spotify_id for each in found if _same(each, track)), None)

    async def collection(self, link: str, member: Member) -> Collection:
        """A playlist that the member may read, or an album.

        Raises:
            ShortLink, NoPlaylistLink, NothingBehindLink, PlaylistClosed: it is none, or not to be read.
        """
        named = links.read(link)
        if named is None or named.kind is Kind.TRACK:
            raise NoPlaylistLink
        if named.kind is Kind.ALBUM:
            name, total = await self._look(member, lambda access: self._spotify.album(access, named.id))
        else:
            try:
                name, total = await self._with(
                    member, lambda access: self._spotify.playlist(access, named.id)
                )
            except NothingBehindLink:  # a private one looks as if there were none
                raise PlaylistClosed from None
        return _Collection(self, named, member, name, total)

    async def page(self, link: Link, member: Member, offset: int) -> Page:
        """A page of a playlist or an album; of the songs that the catalogue knows, the catalogue's.

        Raises:
            PlaylistClosed: the playlist is not the member's to read.
        """
        if link.kind is Kind.ALBUM:
            page = await self._look(member, lambda access: self._spotify.album_songs(access, link.id, offset))
        else:
            try:
                page = await self._with(
                    member, lambda access: self._spotify.playlist_songs(access, link.id, offset)
                )
            except (NothingBehindLink, SpotifyRefuses):
                raise PlaylistClosed from None
        known = await self._catalogue.by_spotify([song.spotify_id or "" for song in page.songs])
        return Page(
            tuple(known.get(song.spotify_id or "", song) for song in page.songs), page.items, page.more
        )

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
        """Writes a playlist anew, or a new one where there is none with that id; returns its id."""
        if playlist_id is not None:
            earlier = playlist_id
            try:
                await self._with(member, lambda access: self._spotify.write_playlist(access, earlier, songs))
                if named:
                    await self._with(member, lambda access: self._spotify.rename(access, earlier, name))
            except NothingBehindLink:
                pass  # its owner has deleted it
            else:
                return earlier
        made = await self._with(member, lambda access: self._spotify.create_playlist(access, name, told))
        await self._with(member, lambda access: self._spotify.write_playlist(access, made, songs))
        return made

    async def song(self, spotify_id: str) -> Track:
        """A song that the catalogue does not know, by its id, and from memory if it was looked up before.

        Raises:
            UnknownLink: nobody can look it up.
            NothingBehindLink: Spotify does not know it.
        """
        now_ms = int(self._clock() * 1000)
        async with self._store.writing() as tx:
            known = await tx.songs.get(spotify_id, now_ms - KEEP_MS)
        if known is not None:
            return known
        if not self._spotify.looks_up:
            raise UnknownLink
        track = await self._look(None, lambda access: self._spotify.song(access, spotify_id))
        async with self._store.writing() as tx:
            await tx.songs.keep(track, now_ms, now_ms - KEEP_MS)
        return track

    async def _with(self, member: Member, call: Call[Result]) -> Result:
        """Asks with a member's access token, which is renewed once if Spotify has lost it."""
        access = await self._accounts.token(member)
        try:
            return await call(access)
        except AccessRefused:
            access = await self._accounts.renew(member, access)
        try:
            return await call(access)
        except AccessRefused:
            raise SpotifyRefuses from None

    async def _look(self, member: Member | None, call: Call[Result]) -> Result:
        """Asks with the app's own access token, or with the member's where the app has none."""
        if not self._spotify.looks_up:
            if member is None:
                raise NotConnected
            return await self._with(member, call)
        try:
            return await call(await self._spotify.app_token())
        except AccessRefused:
            raise SpotifyRefuses from None


class _Collection:
    """A playlist or album that is read page by page."""

    def __init__(self, music: SpotifyMusic, link: Link, member: Member, name: str, total: int) -> None:
        self._music, self._link, self._member = music, link, member
        self.name, self.total = name, total

    async def songs(self) -> AsyncGenerator[Track, None]:
        """Its songs in order."""
        offset, more = 0, True
        while more:
            page = await self._music.page(self._link, self._member, offset)
            for song in page.songs:
                yield song
            offset, more = offset + PAGE, page.more and page.items > 0


def _quoted(text: str) -> str:
    return text.replace('"', " ")[:100]


def _same(found: Track, wanted: Track) -> bool:
    """Whether a search has found what was meant, and not only something alike."""
    titles = fuzz.token_set_ratio(found.title, wanted.title, processor=default_process)
    artists = fuzz.token_set_ratio(found.artist, wanted.artist, processor=default_process)
    return titles >= SAME_SONG and artists >= SAME_SONG
