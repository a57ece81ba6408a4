"""Own music in folders: real files in every form, with odd names, wrong in every way, behind links."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.playback.sources.folder import FolderSource
from bot.playback.words import Found
from tests.tones import AFRICA, tone


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A folder for music."""
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


@pytest.fixture
async def source(music: Path) -> AsyncIterator[FolderSource]:
    """What looks there."""
    source = FolderSource([music])
    yield source
    await source.close()


async def looked(source: FolderSource, known: Mapping[str, str] | None = None) -> dict[str, Found]:
    """What is found, by what it is called."""
    found = [each async for each in source.look(known or {})]
    by_ref = {each.ref: each for each in found}
    assert len(by_ref) == len(found), "a song was told of twice"
    return by_ref


KINDS = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "flac": "audio/flac",
    "ogg": "audio/ogg; codecs=vorbis",
    "opus": "audio/ogg; codecs=opus",
    "wav": "audio/wav",
}


@pytest.mark.parametrize("ending", KINDS)
async def test_a_file_of_each_form_is_read(music: Path, source: FolderSource, ending: str) -> None:
    """With its tags, its length and its kind."""
    tone(music / f"a.{ending}", AFRICA, seconds=2)
    (found,) = (await looked(source)).values()
    assert found.ref == f"music/a.{ending}"
    track = found.track
    assert track is not None
    assert (track.title, track.artist, track.album, track.year) == ("Africa", "Toto", "Toto IV", 1982)
    assert track.duration_ms == pytest.approx(2000, abs=60)
    assert found.kind == KINDS[ending]


@pytest.mark.parametrize("ending", ["mp3", "flac", "ogg", "opus"])
async def test_what_replaygain_says_is_known(music: Path, source: FolderSource, ending: str) -> None:
    """Without its unit."""
    tone(music / f"a.{ending}", AFRICA | {"REPLAYGAIN_TRACK_GAIN": "-7.03 dB"})
    (found,) = (await looked(source)).values()
    assert found.gain_db == -7.03


async def test_a_song_is_read(music: Path, source: FolderSource) -> None:
    """All of it, or a part, and no byte that is not asked for."""
    path = tone(music / "a.flac", AFRICA)
    data = path.read_bytes()
    async with source.open("music/a.flac") as sound:
        assert (sound.size, sound.kind) == (len(data), "audio/flac")
        assert sound.path is not None
        assert sound.path.samefile(path)
        assert b"".join([part async for part in sound.read()]) == data
        assert b"".join([part async for part in sound.read(3, 70_000)]) == data[3:70_000]
        assert [part async for part in sound.read(len(data))] == []


async def test_what_did_not_change_is_not_read_again(music: Path, source: FolderSource) -> None:
    """Of a song that is known as it is only its name is told."""
    path = tone(music / "a.mp3", AFRICA)
    known = {ref: found.version for ref, found in (await looked(source)).items()}
    assert (await looked(source, known))["music/a.mp3"].track is None
    tone(path, AFRICA | {"title": "Rosanna"}, seconds=2)
    again = (await looked(source, known))["music/a.mp3"]
    assert again.track is not None
    assert again.track.title == "Rosanna"
