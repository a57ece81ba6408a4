"""How loud own songs are: measured where their files do not say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.playback.kept import Kept
from bot.playback.levelling import Levelling
from bot.playback.library import Library
from bot.playback.sources import loudness
from bot.playback.sources.folder import FolderSource
from bot.playback.words import OwnSong
from bot.recommend.catalogue import Catalogue
from db.store import Store
from tests.tones import AFRICA, RATE, silent_mp3, tone


@pytest.mark.parametrize("ending", ["mp3", "m4a", "flac", "ogg", "opus", "wav"])
def test_a_tone_is_as_loud_as_it_is(tmp_path: Path, ending: str) -> None:
    """A stereo tone of 1 kHz at -20 dBFS has -20 LUFS (EBU Tech 3341, 2.9): 2 dB are missing to -18."""
    assert RATE == 48_000
    path = tone(tmp_path / f"a.{ending}", seconds=5, hertz=1000, level=0.1)
    quieter_db = 0.45 if ending == "mp3" else 0.0  # LAME makes all that it encodes quieter, by 0.95
    assert loudness.gain_of(path) == pytest.approx(2.0 + quieter_db, abs=0.15)


def test_what_is_loud_is_made_quieter(tmp_path: Path) -> None:
    """By as much as it is too loud."""
    path = tone(tmp_path / "a.flac", seconds=5, hertz=1000, level=0.9)
    assert loudness.gain_of(path) == pytest.approx(-17.1, abs=0.3)


def test_nothing_is_made_so_loud_that_it_is_distorted(tmp_path: Path) -> None:
    """A quiet song with one loud moment stays as it is."""
    quiet = tone(tmp_path / "a.wav", seconds=5, hertz=1000, level=0.01)
    assert loudness.gain_of(quiet) == pytest.approx(20.0, abs=0.3)
    data = bytearray(quiet.read_bytes())
    data[100_000:100_004] = b"\xff\x7f\xff\x7f"
    quiet.write_bytes(data)
    assert loudness.gain_of(quiet) == pytest.approx(0.0, abs=0.1)


def test_silence_and_noise(tmp_path: Path) -> None:
    """Silence is left as it is; what is no sound is told."""
    (tmp_path / "a.mp3").write_bytes(silent_mp3(5))
    assert loudness.gain_of(tmp_path / "a.mp3") == 0.0
    (tmp_path / "b.mp3").write_bytes(b"no music" * 999)
    with pytest.raises(loudness.NotMeasured):
        loudness.gain_of(tmp_path / "b.mp3")


def test_a_list_of_files_is_no_song(tmp_path: Path) -> None:
    """FFmpeg knows several, and opens what stands in them."""
    other = tone(tmp_path / "other.wav", seconds=5, hertz=1000, level=0.1)
    (tmp_path / "a.mp3").write_bytes(b"ffconcat version 1.0\nfile other.wav\n")
    assert loudness.gain_of(other)
    with pytest.raises(loudness.NotMeasured):
        loudness.gain_of(tmp_path / "a.mp3")


async def test_songs_are_levelled_once(store: Store, catalogue: Catalogue, tmp_path: Path) -> None:
    """What a file says of itself stays, and what cannot be decoded is levelled by nothing."""
    tone(tmp_path / "a - says.flac", AFRICA | {"REPLAYGAIN_TRACK_GAIN": "-7 dB", "title": "Says"}, seconds=2)
    tone(tmp_path / "b - measured.flac", seconds=5, hertz=1000, level=0.1)
    broken = tone(tmp_path / "c - broken.flac", seconds=2).read_bytes()
    (tmp_path / "c - broken.flac").write_bytes(broken[:200].ljust(len(broken), b"x"))
    source = FolderSource([tmp_path])
    library = Library(store, [source], catalogue)
    await library.look()
    levelling = Levelling(Kept(store), {"folder": source})
    await levelling.measure()
    songs = [await library.song(track) for track in library.own]
    assert {song.ref.split("%20")[-1]: song.gain_db for song in songs if isinstance(song, OwnSong)} == {
        "says.flac": -7.0,
        "measured.flac": pytest.approx(2.0, abs=0.3),
        "broken.flac": 0.0,
    }
    async with store.reading() as tx:
        assert await tx.own_songs.unlevelled(0) == []
    await library.close()
