"""What the database keeps of people's own music, each question and change in a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.party.patience import patient
from bot.party.words import Track
from bot.playback.words import Found, OwnSong


class OwnSongs(Protocol):
    """The songs that are kept, inside one transaction."""

    async def known(self, source: str, after: int = 0) -> tuple[dict[str, str], int]:
        """The versions of the first few songs of a source after a number, and the number of the last one."""

    async def after(self, number: int) -> list[OwnSong]:
        """The songs with higher numbers than this one, the first few, in order."""

    async def get(self, number: int) -> OwnSong | None:
        """A song by its number."""

    async def called(self, source: str, ref: str) -> OwnSong | None:
        """A song by what its source calls it."""

    async def keep(self, source: str, songs: Iterable[tuple[Found, Track]]) -> None:
        """Keeps what was found, new or as it is now; `track_id` is the catalogue's, or None."""

    async def drop(self, source: str, refs: Iterable[str]) -> list[int]:
        """Forgets songs that are not there any more, and returns their numbers."""

    async def unlevelled(self, number: int) -> list[OwnSong]:
        """The first few songs with higher numbers than this one of which nobody knows what levels them."""

    async def set_gain(self, number: int, gain_db: float) -> None:
        """Keeps what levels a song."""

    async def set_track(self, number: int, track_id: str | None) -> None:
        """Keeps which song of the catalogue a song is."""


class Transaction(Protocol):
    """A transaction of the store's."""

    @property
    def own_songs(self) -> OwnSongs:
        """Own music."""


class Store(Protocol):
    """Where songs are kept."""

    @property
    def shared(self) -> bool:
        """Whether another process may keep songs there, too."""

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that cannot write."""

    def writing(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that is committed on a clean exit."""


class Kept:
    """The songs that are kept; all of it is tried again while the database is away.

    Args:
        store: where.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def shared(self) -> bool:
        """Whether another process may keep songs there, too."""
        return self._store.shared

    async def known(self, source: str) -> dict[str, str]:
        """The version of each song of a source, by what the source calls it."""
        found, last = await self._known(source, 0)
        while last:
            more, last = await self._known(source, last)
            found |= more
        return found

    @patient
    async def _known(self, source: str, after: int) -> tuple[dict[str, str], int]:
        async with self._store.reading() as tx:
            return await tx.own_songs.known(source, after)

    @patient
    async def after(self, number: int) -> list[OwnSong]:
        """The songs with higher numbers than this one, the first few, in order."""
        async with self._store.reading() as tx:
            return await tx.own_songs.after(number)

    @patient
    async def get(self, number: int) -> OwnSong | None:
        """A song by its number."""
        async with self._store.reading() as tx:
            return await tx.own_songs.get(number)

    @patient
    async def called(self, source: str, ref: str) -> OwnSong | None:
        """A song by what its source calls it."""
        async with self._store.reading() as tx:
            return await tx.own_songs.called(source, ref)

    @patient
    async def keep(self, source: str, songs: Sequence[tuple[Found, Track]]) -> None:
        """Keeps what was found; the songs' ids are the catalogue's, or None."""
        async with self._store.writing() as tx:
            await tx.own_songs.keep(source, songs)

    @patient
    async def drop(self, source: str, refs: Sequence[str]) -> list[int]:
        """Forgets songs, and returns their numbers."""
        async with self._store.writing() as tx:
            return await tx.own_songs.drop(source, refs)

    @patient
    async def unlevelled(self, number: int) -> list[OwnSong]:
        """The first few songs with higher numbers than this one of which nobody knows what levels them."""
        async with self._store.reading() as tx:
            return await tx.own_songs.unlevelled(number)

    @patient
    async def set_gain(self, number: int, gain_db: float) -> None:
        """Keeps what levels a song."""
        async with self._store.writing() as tx:
            await tx.own_songs.set_gain(number, gain_db)

    @patient
    async def set_tracks(self, track_ids: Mapping[int, str | None]) -> None:
        """Keeps which songs of the catalogue some songs are, by their numbers."""
        async with self._store.writing() as tx:
            for number, track_id in track_ids.items():
                await tx.own_songs.set_track(number, track_id)
