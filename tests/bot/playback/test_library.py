"""Own music as the party knows it: real files, the real catalogue, a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.party.words import Track
from bot.playback.errors import SourceAway
from bot.playback.library import Library
from bot.playback.sources.folder import FolderSource
from bot.recommend.catalogue import Catalogue
from db.store import Store
from tests.tones import AFRICA, tone


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A folder with a song that the catalogue knows, and one that it does not."""
    folder = tmp_path / "music"
    tone(folder / "known.mp3", AFRICA, seconds=2)
    tone(folder / "The Neighbours - Our Garage.mp3")
    return folder


@pytest.fixture
async def library(store: Store, catalogue: Catalogue, music: Path) -> AsyncIterator[Library]:
    """What knows them."""
    library = Library(store, [FolderSource([music])], catalogue)
    yield library
    await library.close()


def _taken_off(folder: Path) -> None:
    """What is left of a disk that is taken off: an empty folder."""
    folder.rename(folder.with_name("elsewhere"))
    folder.mkdir()


def _put_back(folder: Path) -> None:
    folder.rmdir()
    folder.with_name("elsewhere").rename(folder)


async def test_a_song_of_the_catalogue_sounds(library: Library, catalogue: Catalogue) -> None:
    """By the catalogue's id; its length is the file's."""
    await library.look()
    africa = await catalogue.resolve("Africa - Toto")
    assert library.sounds(africa)
    assert africa.track_id in library.catalogue_ids
    song = await library.song(africa)
    assert song is not None
    assert song.track.track_id == africa.track_id
    assert (song.source, song.ref, song.kind) == ("folder", "music/known.mp3", "audio/mpeg")
    assert song.track.duration_ms == pytest.approx(2_000, abs=60)
    async with library.source(song.source).open(song.ref) as sound:
        assert sound.size


async def test_a_song_that_the_catalogue_lacks_sounds(library: Library) -> None:
    """By a number of its own."""
    await library.look()
    (garage,) = library.own
    assert (garage.title, garage.artist) == ("Our Garage", "The Neighbours")
    assert garage.track_id is not None
    assert garage.track_id.startswith("own:")
    assert library.sounds(garage)
    song = await library.song(garage)
    assert song is not None
    assert song.track.track_id == garage.track_id
    assert not library.sounds(Track("Our Garage", "The Neighbours", "own:999"))


async def test_what_is_kept_is_known_after_a_restart(
    library: Library, store: Store, catalogue: Catalogue, music: Path
) -> None:
    """Without a look; and the next look reads nothing anew."""
    await library.look()
    again = Library(store, [FolderSource([music])], catalogue)
    await again.read()
    assert again.catalogue_ids == library.catalogue_ids
    assert [song.track_id for song in again.own] == [song.track_id for song in library.own]
    await again.close()


async def test_what_is_gone_sounds_no_more(library: Library, music: Path) -> None:
    """And who wants to know is told."""
    await library.look()
    told: list[int] = []
    library.on_change(lambda: told.append(len(library.own)))
    (garage,) = library.own
    (music / "The Neighbours - Our Garage.mp3").unlink()
    await library.look()
    assert not library.sounds(garage)
    assert library.own == ()
    assert told == [0]


async def test_a_folder_that_goes_away_loses_nothing(library: Library, music: Path) -> None:
    """Its songs are silent meanwhile, and the same ones when it is back."""
    await library.look()
    (garage,) = library.own
    await asyncio.to_thread(_taken_off, music)
    with pytest.raises(SourceAway):
        await library.look()
    assert not library.sounds(garage)
    assert not library.catalogue_ids
    assert library.any()
    await asyncio.to_thread(_put_back, music)
    await library.look()
    assert library.sounds(garage)
    assert len(library.catalogue_ids) >= 1
