"""People's own music for tests: songs of the catalogue and others, kept and matched as a folder's are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.party.words import Track
from bot.playback.errors import SongGone
from bot.playback.library import Library
from bot.playback.ports import Sound
from bot.playback.words import Found
from bot.recommend.bundle import Bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.current import Model, Models, seen
from bot.recommend.own import AllSongs
from bot.recommend.recommender import Recommender
from db.store import Store


class Records:
    """A source: songs that are there, and of which nothing sounds in a test."""

    name = "folder"

    def __init__(self, tracks: tuple[Track, ...]) -> None:
        self.tracks = tracks

    async def look(self, known: Mapping[str, str]) -> AsyncGenerator[Found, None]:
        """Every song there is."""
        for track in self.tracks:
            ref = f"{track.artist}/{track.title}.flac"
            new = None if ref in known else replace(track, track_id=None)
            yield Found(ref, "1", new, "audio/flac")

    def open(self, ref: str) -> AbstractAsyncContextManager[Sound]:
        """Opens nothing.

        Raises:
            SongGone: always.
        """
        raise SongGone

    async def cover(self, ref: str) -> tuple[bytes, str] | None:
        """No picture."""
        return None

    async def changed(self) -> None:
        """Waits for ever."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Has nothing to let go of."""


@dataclass
class Own:
    """A library with some songs, and all songs that there are with it."""

    records: Records
    library: Library
    models: Models
    songs: AllSongs

    @classmethod
    async def of(
        cls, store: Store, bundle: Bundle, catalogue: Catalogue, recommender: Recommender, *tracks: Track
    ) -> Own:
        """Makes a library of these songs."""
        records = Records(tracks)
        model = Model(bundle, catalogue, recommender)
        models = Models(Path(), model, seen(Path()))
        library = Library(store, [records], catalogue)
        own = cls(records, library, models, AllSongs(models, library))
        await own.hold(*tracks)
        return own

    async def hold(self, *tracks: Track) -> None:
        """Has other songs there."""
        self.records.tracks = tracks
        await self.library.look()
        await self.songs.renew()
