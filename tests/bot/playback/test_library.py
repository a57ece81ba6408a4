"""Own music as the party knows it: real files, the real catalogue, a real database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from bot.party.errors import Unsaved
from bot.party.rules.songs import same_song
from bot.party.words import Track
from bot.playback.errors import SongGone, SourceAway
from bot.playback.kept import Kept
from bot.playback.library import AT_ONCE, Library
from bot.playback.ports import Sound
from bot.playback.sources.folder import FolderSource
from bot.playback.words import Found
from bot.recommend.catalogue import Catalogue
from db.store import Store
from tests.conftest import ON_BOTH, ON_POSTGRESQL
from tests.db.raw import run_sql
from tests.patience import LOOK_EVERY_S
from tests.tones import AFRICA, id3, jpeg, picture, silent_mp3, text, tone


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


async def test_a_song_that_comes_after_the_last_one_has_gone_sounds(library: Library, music: Path) -> None:
    """It has a number of its own: what was queued before is not taken for it."""
    tone(music / "the neighbours - our attic.mp3")
    await library.look()
    attic = library.own[-1]
    (music / "the neighbours - our attic.mp3").unlink()
    await library.look()
    tone(music / "the neighbours - our cellar.mp3")
    await library.look()
    assert library.own[-1].title.casefold() == "our cellar"
    assert library.own[-1].track_id != attic.track_id
    assert not library.sounds(attic)


@ON_POSTGRESQL
async def test_what_another_process_has_seen_first(
    library: Library, store: Store, catalogue: Catalogue, music: Path
) -> None:
    """A song that it has dropped or read anew is gone here, too, or is called as it is there."""
    other = Library(store, [FolderSource([music])], catalogue)
    tone(music / "The Neighbours - Our Cellar.mp3")
    await library.look()
    await other.look()
    garage = next(song for song in library.own if song.title == "Our Garage")
    (music / "The Neighbours - Our Garage.mp3").unlink()
    tone(music / "The Neighbours - Our Cellar.mp3", {"title": "Our Attic", "artist": "The Neighbours"})
    await other.look()
    await library.look()
    assert not library.sounds(garage)
    assert [song.title for song in library.own] == ["Our Attic"]
    await other.close()


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


async def test_a_song_whose_tags_are_put_right_keeps_its_number(library: Library, music: Path) -> None:
    """A song of nobody's becomes the catalogue's, and one of the catalogue's another one."""
    await library.look()
    (garage,) = library.own
    before = library.catalogue_ids
    tone(music / "The Neighbours - Our Garage.mp3", {"title": "Waterloo", "artist": "ABBA"}, seconds=2)
    tone(music / "known.mp3", {"title": "Known To Nobody At All", "artist": "Nobody We Know"}, seconds=3)
    await library.look()
    (other,) = library.own
    assert (other.title, other.artist) == ("Known To Nobody At All", "Nobody We Know")
    assert library.count == 2
    assert library.catalogue_ids.isdisjoint(before)
    song = await library.song(replace(garage, title="Waterloo"))
    assert song is not None
    assert song.id == int((garage.track_id or "").removeprefix("own:"))


async def test_a_number_that_is_another_songs_now_does_not_sound(library: Library, music: Path) -> None:
    """An entry of long ago never sounds as a song that nobody asked for."""
    await library.look()
    (garage,) = library.own
    assert await library.song(replace(garage, title="Something Else", artist="Somebody Else")) is None


async def test_another_version_of_a_song_sounds(store: Store, catalogue: Catalogue, tmp_path: Path) -> None:
    """One that is the same song to a person, as the catalogue says."""
    pairs = (catalogue.tracks(catalogue.versions_of(index)) for index in range(3000))
    first, second = next(
        (found[0], found[1]) for found in pairs if len(found) > 1 and same_song(found[0], found[1])
    )
    tone(tmp_path / "music" / "a.mp3", {"title": first.title, "artist": first.artist})
    library = Library(store, [FolderSource([tmp_path / "music"])], catalogue)
    await library.look()
    assert library.sounds(first)
    assert library.sounds(second)
    one, other = await library.song(first), await library.song(second)
    assert one == other
    assert one is not None
    assert {first.track_id, second.track_id} <= library.catalogue_ids
    await library.close()


async def test_a_copy_elsewhere_sounds_while_one_is_away(
    store: Store, catalogue: Catalogue, music: Path, tmp_path: Path
) -> None:
    """Of two files of one song either will do."""
    tone(tmp_path / "other" / "copy.flac", AFRICA)
    library = Library(store, [FolderSource([music, tmp_path / "other"])], catalogue)
    await library.look()
    africa = await catalogue.resolve("Africa - Toto")
    await asyncio.to_thread(_taken_off, music)
    await library.look()
    song = await library.song(africa)
    assert song is not None
    assert song.ref == "other/copy.flac"
    assert library.own == ()
    await asyncio.to_thread(_put_back, music)
    (tmp_path / "other" / "copy.flac").unlink()
    await library.look()
    song = await library.song(africa)
    assert song is not None
    assert song.ref == "music/known.mp3"
    await library.close()


async def test_a_look_that_was_broken_off_goes_on(store: Store, catalogue: Catalogue, tmp_path: Path) -> None:
    """What was kept is not read again."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(2 * AT_ONCE + 50):
        (folder / f"The Neighbours - Song {number}.mp3").write_bytes(silent_mp3(0.1))
    library = Library(store, [FolderSource([folder])], catalogue)
    looking = asyncio.create_task(library.look())

    def stop() -> None:
        looking.cancel()

    library.on_change(stop)
    with suppress(asyncio.CancelledError):
        await looking
    kept = await Kept(store).known("folder")
    assert len(kept) == AT_ONCE
    await library.close()
    source = FolderSource([folder])
    found = [each async for each in source.look(kept)]
    assert sum(each.track is not None for each in found) == AT_ONCE + 50
    again = Library(store, [source], catalogue)
    await again.look()
    assert again.count == len(again.own) == 2 * AT_ONCE + 50
    await again.close()


async def test_another_catalogue_has_all_songs_looked_for_again(
    library: Library, store: Store, catalogue: Catalogue
) -> None:
    """Ids that it does not know tell that it is another one."""
    await library.look()
    async with store.writing() as tx:
        for song in await tx.own_songs.after(0):
            await tx.own_songs.set_track(song.id, f"of another catalogue {song.id}")
    again = Library(store, [library.source("folder")], catalogue)
    running = asyncio.create_task(again.run())
    while not (again.looked_once and again.own and len(again.catalogue_ids) == len(library.catalogue_ids)):  # noqa: ASYNC110 - it says so to nobody
        await asyncio.sleep(LOOK_EVERY_S)
    assert again.catalogue_ids == library.catalogue_ids
    assert [track.track_id for track in again.own] == [track.track_id for track in library.own]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_picture_of_a_song(library: Library, music: Path) -> None:
    """Is the one in its file."""
    sound = silent_mp3(1)
    (music / "b.mp3").write_bytes(id3((b"TIT2", text("Our Cellar")), (b"APIC", picture(jpeg(500)))) + sound)
    await library.look()
    cellar = next(song for song in library.own if song.title == "Our Cellar")
    song = await library.song(cellar)
    assert song is not None
    assert await library.cover(song) == (jpeg(500), "image/jpeg")
    assert await library.cover(replace(song, source="elsewhere")) is None


async def test_a_source_that_is_no_longer_set_up_is_silent(
    library: Library, store: Store, catalogue: Catalogue
) -> None:
    """Its songs are kept, and sound again when it is back."""
    await library.look()
    without = Library(store, [], catalogue)
    await without.read()
    assert not without.any()
    assert without.own == ()
    with pytest.raises(SourceAway):
        without.source("folder")
    async with store.reading() as tx:
        assert len(await tx.own_songs.after(0)) == 2


class Odd:
    """A source with a song that no database takes."""

    name = "folder"

    async def look(self, known: Mapping[str, str]) -> AsyncGenerator[Found, None]:
        """Three songs."""
        for title in ("Our Garage", "half of a \ud83c sign", "Our Cellar"):
            yield Found(ascii(title), "1", Track(title, "The Neighbours"), "audio/mpeg")

    @asynccontextmanager
    async def open(self, ref: str) -> AsyncIterator[Sound]:
        """None can be opened."""
        raise SongGone
        yield

    async def cover(self, ref: str) -> tuple[bytes, str] | None:
        """What is no picture."""
        return b"<svg onload='alert(1)'/>", "image/svg+xml"

    async def changed(self) -> None:
        """Never."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Nothing is open."""


class Busy(Odd):
    """A source that tells of thousands of songs in one go, as of a server that is at its own files."""

    def __init__(self) -> None:
        self.turns, self.seen = 0, set[int]()

    async def look(self, known: Mapping[str, str]) -> AsyncGenerator[Found, None]:
        """All of them."""
        for number in range(2_000):
            self.seen.add(self.turns)
            yield Found(str(number), "1", away=True)

    async def take_turns(self) -> None:
        """What else there is to do."""
        while True:
            self.turns += 1
            await asyncio.sleep(0)


async def test_others_have_their_turn_while_a_source_tells(store: Store, catalogue: Catalogue) -> None:
    """However many songs it has."""
    source = Busy()
    others = asyncio.create_task(source.take_turns())
    await Library(store, [source], catalogue).look()
    others.cancel()
    assert len(source.seen) >= 2_000 / AT_ONCE


@ON_BOTH
async def test_a_song_that_no_database_takes_keeps_no_other_out(store: Store, catalogue: Catalogue) -> None:
    """It is counted; and what says that it is a picture is shown only if it is one."""
    library = Library(store, [Odd()], catalogue)
    await library.look()
    assert [track.title for track in library.own] == ["Our Garage", "Our Cellar"]
    assert library.failed == 1
    song = await library.song(library.own[0])
    assert song is not None
    assert await library.cover(replace(song, cover=True)) is None


async def test_a_full_disk_keeps_no_song_and_loses_none(
    library: Library, store: Store, music: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told once, what was known sounds on, and once there is room the others are kept as well."""
    await library.look()
    before = {track.title for track in library.own}
    for number in range(3 * AT_ONCE):
        (music / f"Somebody - Song {number}.mp3").write_bytes(silent_mp3(1))
    (pages,) = (await run_sql(store, "PRAGMA page_count"))[0]
    await run_sql(store, f"PRAGMA max_page_count={pages}")  # which SQLite answers as it does a full disk
    for _ in range(2):
        with pytest.raises(Unsaved):
            await library.look()
    assert {track.title for track in library.own} >= before
    assert len(library.own) < 3 * AT_ONCE
    await run_sql(store, "PRAGMA max_page_count=1000000")
    await library.look()
    assert len(library.own) == 3 * AT_ONCE + 1
    said = [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]
    assert len(said) == 1
    assert "make room on its disk" in said[0]
