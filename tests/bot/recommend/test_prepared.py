"""What is made of a large catalogue's songs is kept in a file: it changes no answer and can do no harm."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.party.errors import StartError
from bot.recommend import prepared
from bot.recommend.bundle import Bundle
from bot.recommend.catalogue import Catalogue, made
from bot.recommend.preparing import prepare
from model_export import catalogue as export
from model_export.catalogue import write_catalogue
from model_export.playlists import Song
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[3]
SONGS = [
    Song("a", "Bohemian Rhapsody", "Queen", year=1975),
    Song("b", "Bohemian Rhapsody - Live", "Queen", year=1985),
    Song("c", "夜に駆ける", "YOASOBI"),
    Song("d", "Perfect", "Ed Sheeran, Beyoncé"),
    Song("e", "Perfect", "Beyoncé, Ed Sheeran"),
]
ARTISTS = ["Queen", "YOASOBI", "Ed Sheeran", "Beyoncé"]
TEXTS = (
    "boh",
    "bohemian rapsody queen",
    "yoru ni kakeru",
    "q",
    "perfect beyonce",
    "駆ける",
    "nothing at all",
)


@pytest.fixture
def small(tmp_path: Path) -> Bundle:
    """A catalogue of five songs."""
    return written(tmp_path / "model", SONGS)


def written(folder: Path, songs: list[Song]) -> Bundle:
    """A bundle with these songs, as far as a catalogue needs one."""
    folder.mkdir()
    path = folder / "catalog.db"
    write_catalogue(path, songs, np.linspace(1, 0.1, len(songs), dtype=np.float32), ARTISTS)
    return of(path, len(songs))


def of(path: Path, songs: int) -> Bundle:
    """The bundle of a catalogue as it is now."""
    return Bundle(path, path, songs, len(ARTISTS), {"catalogue": prepared.digest(path)})


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five songs are many."""
    monkeypatch.setattr(prepared, "MANY", len(SONGS))


async def answers(bundle: Bundle, texts: tuple[str, ...] = TEXTS) -> list[object]:
    """What is found while each text is typed, and what it means."""
    with closing(Catalogue.open(bundle)) as catalogue:
        listed = [await catalogue.search(text) for text in texts]
        meant = [await catalogue.meant(text) for text in texts]
        first = catalogue.track(0)
        rest = (catalogue.versions(first), catalogue.index_of(first), catalogue.artist(first))
    return [*listed, *meant, rest]


async def test_answers_are_the_same_prepared_or_not(bundle: Bundle, tmp_path: Path) -> None:
    """Of the whole starter: as one types, with slips, in other scripts, and which songs are one."""
    copy = shutil.copyfile(bundle.catalogue, tmp_path / "catalog.db")
    prepare(copy)
    texts = (*TEXTS, "s", "th", "the", "mr brigh", "smels like teen spirit", "dancing kween - abba", "7")
    ready = replace(bundle, catalogue=copy)
    assert await answers(ready, texts) == await answers(bundle, texts)


async def test_a_prepared_catalogue_reads_no_title(small: Bundle) -> None:
    """The songs are found by what they were called when they were prepared, whatever is written there now."""
    prepare(small.catalogue)
    with closing(sqlite3.connect(small.catalogue)) as connection, connection:
        connection.execute("UPDATE tracks SET title = 'Something Else'")
    with closing(Catalogue.open(small)) as catalogue:
        (first, *_) = await catalogue.search("bohemian rapsody")
    assert (first.track_id, first.title) == ("a", "Something Else")


def test_every_process_prepares_the_same(small: Bundle) -> None:
    """Nothing in the file depends on how a process salts its hashes."""
    found = set()
    for seed in ("1", "2"):
        ran = preparing(small.catalogue, PYTHONHASHSEED=seed)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
        found.add(prepared.file(small).read_bytes())
    assert len(found) == 1


def preparing(path: Path, *, before: str = "pass", **environment: str) -> subprocess.CompletedProcess[str]:
    """Prepares a catalogue as the export does, after some lines of Python."""
    code = f"import runpy, sys; {before}; sys.argv[1:] = [{str(path)!r}]"
    code += "; runpy.run_module('bot.recommend.preparing', run_name='__main__')"
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_two_at_once_leave_one_whole_file(small: Bundle) -> None:
    """Whoever is last replaces the other's file, which is the same."""
    command = [sys.executable, "-m", "bot.recommend.preparing", str(small.catalogue)]
    both = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]  # noqa: S603 - our own program
    assert [each.wait(PATIENCE_S) for each in both] == [0, 0]
    assert prepared.read(prepared.file(small), small.versions["catalogue"])
    assert {path.name for path in small.catalogue.parent.iterdir()} == {"catalog.db", "search.bin"}


@pytest.mark.skipif(sys.platform == "win32", reason="a limit for files")
def test_a_full_disk_leaves_nothing_half_written(small: Bundle) -> None:
    """One line that names the file, exit code 2, and the file that was there stays."""
    prepare(small.catalogue)
    was = prepared.file(small).read_bytes()
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (40960, 40960))"
    ran = preparing(small.catalogue, before=limit)
    assert ran.returncode == 2
    assert ran.stderr.count("\n") == 1
    assert "search.bin cannot be written" in ran.stderr
    assert prepared.file(small).read_bytes() == was
    assert {path.name for path in small.catalogue.parent.iterdir()} == {"catalog.db", "search.bin"}


def flipped(path: Path) -> None:
    """One bit of the last array is another."""
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)


def headless(path: Path) -> None:
    """The line that says what is in it is none."""
    path.write_bytes(path.read_bytes().replace(b'{"catalogue"', b"[[[[[[[[[[[["))


def by_other_rules(path: Path) -> None:
    """Another version of Encore has made it; all else is right."""
    data = path.read_bytes()
    path.write_bytes(data.replace(prepared.rules().encode(), b"0" * 64))


FAULTS: list[Callable[[Path], object]] = [
    flipped,
    headless,
    by_other_rules,
    lambda path: path.write_bytes(path.read_bytes()[:-64]),
    lambda path: path.write_bytes(path.read_bytes()[:70]),
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(b"\x89PNG" * 5000),
    lambda path: path.write_bytes(path.read_bytes() + b"\0"),
]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_damaged_file_is_not_used(small: Bundle, fault: Callable[[Path], object]) -> None:
    """The songs are read anew then, and the file stays as it is where it was not needed."""
    expected = await answers(small)
    prepare(small.catalogue)
    fault(prepared.file(small))
    with pytest.raises(prepared.UnfitError):
        prepared.read(prepared.file(small), small.versions["catalogue"])
    assert await answers(small) == expected


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("fault", [*FAULTS, lambda path: path.unlink()])
async def test_a_large_catalogue_mends_its_file(small: Bundle, fault: Callable[[Path], object]) -> None:
    """What does not fit, or is not there, is written by the first start."""
    expected = await answers(small)
    was = prepared.file(small).read_bytes()
    fault(prepared.file(small))
    assert await answers(small) == expected
    assert prepared.file(small).read_bytes() == was


@pytest.mark.usefixtures("many")
async def test_a_file_of_other_songs_is_not_used(small: Bundle, tmp_path: Path) -> None:
    """Not even of as many."""
    other = written(tmp_path / "other", [Song("x", "Waterloo", "Queen"), *SONGS[1:]])
    prepare(other.catalogue)
    shutil.copyfile(prepared.file(other), prepared.file(small))
    with closing(Catalogue.open(small)) as catalogue:
        assert [track.track_id for track in await catalogue.search("waterloo")] == []
        assert (await catalogue.search("bohemian rapsody"))[0].track_id == "a"


@pytest.mark.usefixtures("many")
async def test_where_nothing_can_be_written_the_log_says_so(
    small: Bundle, caplog: pytest.LogCaptureFixture
) -> None:
    """The songs are searched all the same, and the line names the file and the mend."""
    expected = await answers(small)
    prepared.file(small).unlink()
    prepared.file(small).mkdir()
    assert await answers(small) == expected
    (line,) = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert f"{prepared.file(small)} cannot be written" in line
    assert f"`python -m bot prepare {small.catalogue.parent}`" in line
    assert {path.name for path in small.catalogue.parent.iterdir()} == {"catalog.db", "search.bin"}


async def test_a_link_that_nobody_can_follow_is_no_file(small: Bundle) -> None:
    """The system refuses even to say whether something is there."""
    expected = await answers(small)
    prepared.file(small).symlink_to("x" * 300)
    assert await answers(small) == expected


def test_a_bot_that_ends_while_songs_are_read_reads_no_more(
    bundle: Bundle, tmp_path: Path, many: None
) -> None:
    """Of millions of songs that takes longer than whoever asks it to end may wait."""
    ready = replace(bundle, catalogue=shutil.copyfile(bundle.catalogue, tmp_path / "catalog.db"))
    with closing(Catalogue.open(ready)):
        pass
    assert not prepared.file(ready).exists()


def test_what_was_never_finished_is_removed(small: Bundle) -> None:
    """Where a process was killed while it wrote; what another one writes now stays."""
    old, new = (small.catalogue.with_name(f"search.bin.{each}.new") for each in ("1-1", "2-2"))
    for left in (old, new):
        left.write_bytes(b"half")
    an_hour_ago = time.time() - 2 * 3600
    os.utime(old, (an_hour_ago, an_hour_ago))
    prepare(small.catalogue)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_catalogue_that_lacks_a_song_is_not_prepared(small: Bundle) -> None:
    """One line that says so, and no file."""
    with closing(sqlite3.connect(small.catalogue)) as connection, connection:
        connection.execute("DELETE FROM tracks WHERE idx = 1")
    with pytest.raises(StartError, match="a song is missing"):
        prepare(small.catalogue)
    assert not prepared.file(small).exists()


@pytest.mark.parametrize("text", ["no database", ""])
def test_what_is_no_catalogue_is_not_prepared(tmp_path: Path, text: str) -> None:
    """One line that names the file."""
    path = tmp_path / "catalog.db"
    path.write_text(text)
    with pytest.raises(StartError, match=r"catalog\.db cannot be used"):
        made(path)


async def test_two_titles_of_one_id_are_two_songs(tmp_path: Path) -> None:
    """Both are found by their titles; the id means the more popular one."""
    bundle = written(tmp_path / "model", [Song("a", "One Title", "Queen"), Song("a", "Other Name", "Queen")])
    with closing(Catalogue.open(bundle)) as catalogue:
        assert [track.title for track in await catalogue.search("other name")][:1] == ["Other Name"]
        assert (await catalogue.resolve("track:a")).title == "One Title"


@pytest.fixture
def exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    """A catalogue that the export takes for a large one."""
    monkeypatch.setattr(export, "MANY", len(SONGS))
    return written(tmp_path / "exported", SONGS)


def test_the_export_prepares_a_large_catalogue(exported: Bundle) -> None:
    """The first start finds all that it needs."""
    assert prepared.read(prepared.file(exported), exported.versions["catalogue"])


def test_the_export_goes_on_without_the_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Where training is installed alone: one line with the mend, and a catalogue that is whole."""
    monkeypatch.setattr(export, "MANY", len(SONGS))
    monkeypatch.setattr(export, "_ROOT", tmp_path)
    bundle = written(tmp_path / "exported", SONGS)
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert f"`python -m bot prepare {bundle.catalogue.parent}`" in said
    assert not prepared.file(bundle).exists()
    assert made(bundle.catalogue)


def test_both_sides_agree_what_is_large() -> None:
    """The export prepares what the bot would."""
    assert export.MANY == prepared.MANY
