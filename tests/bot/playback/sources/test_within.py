"""Nothing outside a folder is found or opened, and a folder that cannot be read keeps its songs."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from bot.playback.errors import SongGone, SourceAway
from bot.playback.sources import folder as folders
from bot.playback.sources import within
from bot.playback.sources.folder import FolderSource
from bot.playback.words import Found
from tests.tones import silent_mp3

SONG = silent_mp3(2)


@pytest.fixture(params=[True, False], ids=["step by step", "compared"])
def music(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with songs beside another one, as each kind of system opens it."""
    if not request.param:
        monkeypatch.setattr(within, "_STEP_BY_STEP", False)
    for path in ("music/a.mp3", "music/below/b.mp3", "secret/c.mp3", "c.mp3"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(SONG)
    return tmp_path / "music"


@pytest.fixture
async def source(music: Path) -> AsyncIterator[FolderSource]:
    """What looks there."""
    source = FolderSource([music])
    yield source
    await source.close()


async def looked(source: FolderSource, known: Mapping[str, str] | None = None) -> dict[str, Found]:
    """What is found, by what it is called."""
    return {each.ref: each async for each in source.look(known or {})}


def move(path: Path, to: Path) -> None:
    """Moves a folder."""
    path.rename(to)


async def away(source: FolderSource, known: Mapping[str, str]) -> set[str]:
    """What is away when all of it is."""
    found: set[str] = set()
    with pytest.raises(SourceAway):
        await _gather(source, known, found)
    return found


async def _gather(source: FolderSource, known: Mapping[str, str], found: set[str]) -> None:
    async for each in source.look(known):
        assert each.away
        found.add(each.ref)


async def refused(source: FolderSource, ref: str) -> type[Exception]:
    """Why a song is not opened."""
    with pytest.raises((SongGone, SourceAway)) as error:
        async with source.open(ref):
            pass
    assert await source.cover(ref) is None
    return error.type


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "music",
        "music/",
        "secret/c.mp3",
        "music/../c.mp3",
        "music/%2e%2e/c.mp3",
        "music/%2E%2E%2Fsecret%2Fc.mp3",
        "music/below/../../c.mp3",
        "music//etc/passwd",
        "/etc/passwd",
        "music/./a.mp3",
        "music/a.mp3%00.txt",
        "music/below",
        "music/a.mp3/b.mp3",
        "music/none.mp3",
        "music/" + "x" * 5000,
    ],
)
async def test_no_name_leads_out_of_a_folder(source: FolderSource, ref: str) -> None:
    """Whatever it says: there is no such song."""
    assert await refused(source, ref) is SongGone


async def test_links_are_not_followed(music: Path, source: FolderSource) -> None:
    """Neither to a file outside, nor to a folder, nor round in a circle, nor to a song inside."""
    (music / "file.mp3").symlink_to(music.parent / "c.mp3")
    (music / "folder").symlink_to(music.parent / "secret")
    (music / "circle").symlink_to(music)
    (music / "below" / "up").symlink_to(music)
    (music / "again.mp3").symlink_to(music / "a.mp3")
    (music / "nowhere.mp3").symlink_to(music / "nothing.mp3")
    assert [*await looked(source)] == ["music/a.mp3", "music/below/b.mp3"]
    for ref in ("music/file.mp3", "music/folder/c.mp3", "music/circle/a.mp3", "music/again.mp3"):
        assert await refused(source, ref) is SongGone


async def test_a_link_that_was_put_in_a_songs_place(music: Path, source: FolderSource) -> None:
    """After it was found: it is not opened, be it the file or a folder above it."""
    assert "music/below/b.mp3" in await looked(source)
    (music / "a.mp3").unlink()
    (music / "a.mp3").symlink_to(music.parent / "c.mp3")
    (music / "below").rename(music.parent / "moved")
    (music / "below").symlink_to(music.parent / "moved")
    assert await refused(source, "music/a.mp3") is SongGone
    assert await refused(source, "music/below/b.mp3") is SongGone


async def test_the_folder_itself_may_be_a_link(music: Path, tmp_path: Path) -> None:
    """Whoever runs the bot has named it."""
    (tmp_path / "link").symlink_to(music)
    source = FolderSource([tmp_path / "link"])
    assert [*await looked(source)] == ["link/a.mp3", "link/below/b.mp3"]
    async with source.open("link/a.mp3") as sound:
        assert sound.size == len(SONG)
    await source.close()


async def test_what_is_no_file_is_passed_over(music: Path, source: FolderSource) -> None:
    """A pipe would be waited for without end."""
    os.mkfifo(music / "pipe.mp3")
    (music / "folder.mp3").mkdir()
    assert [*await looked(source)] == ["music/a.mp3", "music/below/b.mp3"]
    assert await refused(source, "music/pipe.mp3") is SongGone


async def test_two_folders_of_one_name(music: Path, tmp_path: Path) -> None:
    """Are told apart, and each song is opened in its own."""
    other = tmp_path / "other" / "music"
    other.mkdir(parents=True)
    (other / "a.mp3").write_bytes(SONG + SONG)
    source = FolderSource([music, other])
    assert {"music/a.mp3", "music-2/a.mp3"} <= (await looked(source)).keys()
    async with source.open("music-2/a.mp3") as sound:
        assert sound.size == 2 * len(SONG)
    await source.close()


async def test_a_folder_that_is_gone_keeps_its_songs(
    music: Path, source: FolderSource, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told once, and told once more when it is back."""
    caplog.set_level(logging.INFO)
    (music.parent / "bare").mkdir()
    known = {ref: found.version for ref, found in (await looked(source)).items()}
    move(music, music.parent / "elsewhere")
    for _ in range(2):
        assert await away(source, known) == set(known)
        assert await refused(source, "music/a.mp3") is SourceAway
    move(music.parent / "bare", music)  # what is left where a disk was taken off
    assert await away(source, known) == set(known)
    move(music, music.parent / "empty")
    move(music.parent / "elsewhere", music)
    assert not any(each.away for each in (await looked(source, known)).values())
    said = [record.levelname for record in caplog.records if "music" in record.getMessage()]
    assert said == ["WARNING", "INFO"]


async def test_one_of_two_folders_is_gone(music: Path, tmp_path: Path) -> None:
    """The other one is looked through as ever."""
    source = FolderSource([music, tmp_path / "secret"])
    known = {ref: found.version for ref, found in (await looked(source)).items()}
    move(music, music.parent / "elsewhere")
    (tmp_path / "secret" / "d.mp3").write_bytes(SONG)
    found = await looked(source, known)
    assert {ref for ref, each in found.items() if each.away} == {"music/a.mp3", "music/below/b.mp3"}
    assert found["secret/d.mp3"].track is not None
    await source.close()


async def test_a_folder_that_may_not_be_read_keeps_its_songs(
    music: Path, source: FolderSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One below the others; the test may run as root, who may read everything."""
    known = {ref: found.version for ref, found in (await looked(source)).items()}
    real = within.listed

    def listed(root: Path, parts: list[bytes]) -> tuple[list[tuple[bytes, bool]], int]:
        if parts:
            raise PermissionError(13, "Permission denied")
        return real(root, parts)

    monkeypatch.setattr("bot.playback.sources.walking.listed", listed)
    found = await looked(source, known)
    assert {ref: each.away for ref, each in found.items()} == {
        "music/a.mp3": False,
        "music/below/b.mp3": True,
    }


async def test_a_disk_in_a_folder_that_is_taken_off(music: Path, source: FolderSource) -> None:
    """Leaves an empty folder, whose songs are kept; those of a folder that is taken out are gone."""
    known = {ref: found.version for ref, found in (await looked(source)).items()}
    move(music / "below", music.parent / "disk")
    assert set(await looked(source, known)) == {"music/a.mp3"}
    (music / "below").mkdir()
    found = await looked(source, known)
    assert {ref: each.away for ref, each in found.items()} == {
        "music/a.mp3": False,
        "music/below/b.mp3": True,
    }


async def test_others_have_their_turn_while_songs_are_away(music: Path, source: FolderSource) -> None:
    """Thousands of them are told of at once."""
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    taking = asyncio.create_task(take_turns())
    move(music, music.parent / "elsewhere")
    seen: set[int] = set()
    with suppress(SourceAway):
        async for _ in source.look({f"music/{number}.mp3": "1" for number in range(2_000)}):
            seen.add(turns)
    taking.cancel()
    assert len(seen) >= 2_000 / folders.AT_ONCE


async def test_changes_are_noticed(
    music: Path, source: FolderSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new song, one that is gone, and a folder that is back; nothing is said where nothing happened."""
    monkeypatch.setattr(folders, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr("bot.playback.sources.walking.SETTLED_S", -1)
    known = {ref: found.version for ref, found in (await looked(source)).items()}
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(source.changed(), 0.3)
    (music / "below" / "new.mp3").write_bytes(SONG)
    await source.changed()
    await looked(source, known)
    (music / "a.mp3").unlink()
    await source.changed()
    await looked(source, known)
    move(music, music.parent / "elsewhere")
    await source.changed()
    with pytest.raises(SourceAway):
        await looked(source, known)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(source.changed(), 0.3)
    move(music.parent / "elsewhere", music)
    await source.changed()


async def test_a_file_that_is_still_written_is_looked_at_again(
    music: Path, source: FolderSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder's time says nothing of how it grows."""
    monkeypatch.setattr(folders, "LOOK_EVERY_S", 0.01)
    await looked(source)
    await asyncio.wait_for(source.changed(), 10)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no path leads to an open file here")
async def test_a_link_put_in_the_place_of_an_open_song_leads_nowhere(
    music: Path, source: FolderSource
) -> None:
    """Whoever decodes it opens it once more, by a path that is this file's whatever is called so by now."""
    secret = music.parent / "secret" / "c.mp3"
    secret.write_bytes(b"a secret")
    async with source.open("music/a.mp3") as sound:
        (music / "a.mp3").unlink()
        (music / "a.mp3").symlink_to(secret)
        assert sound.path is not None
        assert sound.path.read_bytes() == SONG
        assert b"".join([part async for part in sound.read()]) == SONG
