"""A bot without music of its own has ten pieces, and where it cannot keep them it goes on without."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import threading
import wave
from pathlib import Path

import pytest

from bot.party.errors import AddingLocked
from bot.party.words import Outlet
from bot.playback import demo
from bot.playback.errors import NoDemo
from bot.playback.library import Library
from bot.playback.sources.folder import FolderSource
from bot.playback.synthesis.pieces import ALBUM, PIECES
from bot.recommend.bundle import Bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.current import Model, Models, seen
from bot.recommend.own import AllSongs
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from db.store import Store
from tests.conftest import ANNA, MOD, ROOM
from tests.tones import tone

NAMES = {piece.file_name for piece in PIECES}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all of them."""
    folder = tmp_path_factory.mktemp("demo") / "encore" / "demo"
    demo.make(folder)
    return folder


async def test_a_new_bot_has_ten_pieces(
    whole: Path, store: Store, catalogue: Catalogue, recommender: Recommender
) -> None:
    """The catalogue takes none of them for a song of its own, and a party hears them in their order."""
    library = Library(store, [demo.DemoSource(whole)], catalogue)
    party = PartyService(store, catalogue, recommender, library=library, demo=lambda: library.own)
    with pytest.raises(NoDemo):
        await party.trying.begin(ROOM, ANNA, "early")
    await library.look()
    assert party.trying.ready
    assert party.outlets.has_music
    assert {(each.title, each.artist, each.album) for each in library.own} == {
        (piece.title, piece.artist, ALBUM) for piece in PIECES
    }
    for _ in range(2):  # the second delivery of one request
        assert (await party.trying.begin(ROOM, ANNA, "once")).added == 10
    shown = await party.insight.now(ROOM)
    assert shown.playing is not None
    queued = [shown.playing, *shown.queue]
    assert [each.track.title for each in queued] == [piece.title for piece in PIECES]
    assert all([await library.song(each.track) for each in queued])
    again = await party.trying.begin(ROOM, ANNA, "again")
    assert (again.added, again.there) == (0, 10)
    await party.queue.undo(ROOM, ANNA, "undo")
    assert not (await party.insight.now(ROOM)).queue
    await party.close()
    await library.close()


async def test_whoever_tries_a_party_is_suggested_any_song(
    whole: Path, store: Store, bundle: Bundle, catalogue: Catalogue, recommender: Recommender
) -> None:
    """Ten pieces are all queued at once: of them alone nothing would be left to suggest."""
    library = Library(store, [demo.DemoSource(whole)], catalogue)
    models = Models(Path(), Model(bundle, catalogue, recommender), seen(Path()))
    songs = AllSongs(models, library, only=False)
    party = PartyService(store, songs, recommender, library=library, demo=lambda: library.own)
    await library.look()
    await songs.renew()
    await party.trying.begin(ROOM, ANNA, "once")
    await party.outlets.begin(ROOM, ANNA, Outlet.PAGE, "a speaker", "")
    await party.queue.add(ROOM, ANNA, "take on me")
    assert not await party.ballots.only_own(ROOM)
    assert len(await party.ballots.next(ROOM, ANNA)) == 5
    assert (await party.queue.add(ROOM, ANNA, "mango semaphore island arithmetic")).again
    await party.close()
    songs.close()
    await library.close()


async def test_who_may_not_add_songs_tries_nothing(
    whole: Path, store: Store, catalogue: Catalogue, recommender: Recommender
) -> None:
    """It is their party's queue all the same."""
    library = Library(store, [demo.DemoSource(whole)], catalogue)
    party = PartyService(store, catalogue, recommender, library=library, demo=lambda: library.own)
    await library.look()
    await party.settings.choose(ROOM, MOD, {"adding_locked": True})
    with pytest.raises(AddingLocked):
        await party.trying.begin(ROOM, ANNA, "once")
    await party.close()
    await library.close()


async def test_where_people_have_music_of_their_own_there_is_no_demo(
    whole: Path, store: Store, catalogue: Catalogue, recommender: Recommender, tmp_path: Path
) -> None:
    """What it has left in the database neither sounds nor is offered any more."""
    before = Library(store, [demo.DemoSource(whole)], catalogue)
    await before.look()
    await before.close()
    tone(tmp_path / "music" / "The Neighbours - Our Garage.mp3")
    library = Library(store, [FolderSource([tmp_path / "music"])], catalogue)
    party = PartyService(store, catalogue, recommender, library=library)
    await library.look()
    assert [each.title for each in library.own] == ["Our Garage"]
    assert not party.trying.ready
    with pytest.raises(NoDemo):
        await party.trying.begin(ROOM, ANNA, "once")
    await party.close()
    await library.close()


async def test_a_disk_that_takes_nothing_costs_the_demo_alone(
    store: Store, catalogue: Catalogue, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file where the folder should be is like a disk that may only be read; the log says so once."""
    (tmp_path / "cache").write_text("no folder")
    library = Library(store, [demo.DemoSource(tmp_path / "cache" / "demo")], catalogue)
    for _ in range(2):
        await library.look()
    assert not library.any()
    told = [each.getMessage() for each in caplog.records if "demo" in each.getMessage()]
    assert told == [f"There is no demo, because {tmp_path}/cache/demo cannot be filled: Not a directory."]
    await library.close()


async def test_pieces_that_cannot_be_made_again_are_kept_in_mind(
    store: Store, catalogue: Catalogue, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that wait in a party are the same ones when the disk has room again."""
    shutil.copytree(whole, tmp_path / "demo")
    library = Library(store, [demo.DemoSource(tmp_path / "demo")], catalogue)
    await library.look()
    before = library.own
    (tmp_path / "demo" / PIECES[0].file_name).unlink()
    with monkeypatch.context() as patch:
        patch.setattr(demo, "SPARE_BYTES", shutil.disk_usage(tmp_path).total + 1)
        await library.look()
    assert not library.own
    await library.look()
    assert {song.track_id for song in library.own} == {song.track_id for song in before}
    await library.close()


def test_all_pieces_are_there_and_nothing_else(whole: Path) -> None:
    """Each can be played, and what was begun is not left lying about."""
    assert {each.name for each in whole.iterdir()} == NAMES
    assert sum(each.stat().st_size for each in whole.iterdir()) < 45_000_000
    assert whole.stat().st_mode & 0o077 == 0
    for path in whole.iterdir():
        with wave.open(str(path)) as file:
            assert 20 <= file.getnframes() / file.getframerate() <= 40


def test_what_is_there_is_not_made_again(whole: Path, tmp_path: Path) -> None:
    """Only what is missing or cut short is, as after a power cut."""
    folder = tmp_path / "demo"
    shutil.copytree(whole, folder)
    missing, cut, *others = (folder / piece.file_name for piece in PIECES)
    missing.unlink()
    os.truncate(cut, 1_000)
    before = {path: path.stat().st_mtime_ns for path in others}
    demo.make(folder)
    assert {path: path.stat().st_mtime_ns for path in others} == before
    for path in (missing, cut):
        assert path.read_bytes() == (whole / path.name).read_bytes()


def test_a_disk_that_is_nearly_full_is_not_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo is worth nobody's party."""
    monkeypatch.setattr(demo, "SPARE_BYTES", shutil.disk_usage(tmp_path).total + 1)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        demo.make(tmp_path / "demo")
    assert not [*(tmp_path / "demo").iterdir()]


def test_what_does_not_fit_is_not_left_lying_about(tmp_path: Path) -> None:
    """A file that cannot be written to its end is not there."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))  # Python ignores SIGXFSZ
    try:
        with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
            demo.make(tmp_path / "demo")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not [*(tmp_path / "demo").iterdir()]


def test_a_bot_that_ends_does_not_wait_for_ten_pieces(tmp_path: Path) -> None:
    """The thread stops after the one it is at."""
    stopped = threading.Event()
    stopped.set()
    demo.make(tmp_path / "demo", stopped)
    assert not [*(tmp_path / "demo").iterdir()]


def test_the_cache_is_where_it_should_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`XDG_CACHE_HOME`, if it is an absolute path, else `.cache` at home; without a home there is none."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert demo.cache_folder() == tmp_path / "encore" / demo.EDITION
    monkeypatch.setenv("HOME", "/home/anna")
    for relative in ("cache", "", "../cache"):
        monkeypatch.setenv("XDG_CACHE_HOME", relative)
        assert demo.cache_folder() == Path("/home/anna/.cache/encore") / demo.EDITION
