"""Files that are not what they say, or hold too much of it: a look goes on, and counts them."""

from __future__ import annotations

import os
import random
import struct
import tracemalloc
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest

from bot.party.words import Track
from bot.playback.sources.folder import FolderSource
from bot.playback.words import Found
from tests.tones import (
    AFRICA,
    flac_picture,
    id3,
    jpeg,
    ogg_opus,
    opus_with_picture,
    picture,
    silent_mp3,
    text,
    tone,
)

MANY_BYTES = 30_000_000


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A folder with a song that is as it should be."""
    folder = tmp_path / "music"
    tone(folder / "zz good.mp3", AFRICA)
    return folder


@pytest.fixture
async def source(music: Path) -> AsyncIterator[FolderSource]:
    """What looks there."""
    source = FolderSource([music])
    yield source
    await source.close()


async def looked(source: FolderSource, known: Mapping[str, str] | None = None) -> dict[str, Found]:
    """What is found besides the good song, by its name in the folder."""
    found = {each.ref.removeprefix("music/"): each async for each in source.look(known or {})}
    assert found.pop("zz%20good.mp3")
    return found


def song(found: Found) -> Track:
    """The song of something that was read."""
    assert found.track is not None
    return found.track


NOISE = random.Random(1).randbytes(200_000)  # noqa: S311 - no secret
NO_SONGS = {
    "empty.mp3": b"",
    "one byte.flac": b"f",
    "text.mp3": b"This is a letter to a friend, and no music at all. " * 2000,
    "page.ogg": b"<!DOCTYPE html><title>404</title>",
    "noise.mp3": NOISE,
    "noise.m4a": NOISE,
    "zeros.mp3": bytes(300_000),
    "jpeg.mp3": jpeg(100_000),
    "tag alone.mp3": id3((b"TIT2", text("Africa"))),
    "tag and noise.mp3": id3((b"TIT2", text("Africa"))) + NOISE,
    "endless tag.mp3": b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + NOISE,
    "head alone.wav": b"RIFF\xff\xff\xff\xffWAVE",
    "head alone.ogg": ogg_opus([])[:40],
    "no comments.opus": ogg_opus([])[:60],
    "endless comment.opus": ogg_opus([b"TITLE=x"]).replace(
        struct.pack("<I", 7) + b"TITLE=x", b"\xff\xff\xff\x7fTITLE=x"
    ),
    "speex.ogg": ogg_opus([]).replace(b"OpusHead", b"Speex   "),
    "no sound.m4a": struct.pack(">I4s4s", 12, b"ftyp", b"M4A "),
    "endless box.m4a": struct.pack(">I4s4sI4sQ", 12, b"ftyp", b"M4A ", 1, b"moov", 1 << 62),
    "boxes.m4a": struct.pack(">I4s4s", 12, b"ftyp", b"M4A ") + struct.pack(">I4s", 8, b"free") * 200_000,
    "wrong head.flac": b"fLaC\xff\xff\xff\xff",
}


@pytest.mark.parametrize("name", NO_SONGS)
async def test_what_is_no_song_is_counted(music: Path, source: FolderSource, name: str) -> None:
    """And passed over; the next look does not read it again. Nor has it a picture."""
    (music / name).write_bytes(NO_SONGS[name])
    assert await looked(source) == {}
    assert source.bad == 1
    assert await source.cover(quote(f"{music.name}/{name}")) is None


async def test_a_name_does_not_say_what_is_in_a_file(music: Path, source: FolderSource) -> None:
    """Its content does."""
    tone(music / "flac.mp3", AFRICA, form="flac")
    tone(music / "mp3.flac", AFRICA, form="mp3")
    tone(music / "opus.wav", AFRICA, form="opus")
    kinds = {name: found.kind for name, found in (await looked(source)).items()}
    assert kinds == {"flac.mp3": "audio/flac", "mp3.flac": "audio/mpeg", "opus.wav": "audio/ogg; codecs=opus"}


async def test_a_flac_behind_a_tag_of_id3_is_one(music: Path, source: FolderSource) -> None:
    """Some programs write them."""
    tone(music / "a.flac", AFRICA, seconds=2)
    (music / "a.flac").write_bytes(id3((b"TXXX", text("x\0y"))) + (music / "a.flac").read_bytes())
    found = (await looked(source))["a.flac"]
    assert (song(found).title, found.kind) == ("Africa", "audio/flac")
    assert song(found).duration_ms == pytest.approx(2000, abs=60)


@pytest.mark.parametrize("ending", ["mp3", "flac", "ogg", "opus", "wav", "m4a"])
async def test_a_file_that_was_cut_short(music: Path, source: FolderSource, ending: str) -> None:
    """Is a song still where its head is there; wherever it was cut, the look goes on."""
    whole = tone(music / f"a.{ending}", AFRICA, seconds=4).read_bytes()
    for part in (1 / 2, 1 / 10, 1 / 100):
        (music / f"a.{ending}").write_bytes(whole[: int(len(whole) * part)])
        found = await looked(source)
        assert ending == "m4a" or part < 1 / 2 or found[f"a.{ending}"].kind.startswith("audio/")


@pytest.mark.parametrize("ending", ["mp3", "wav"])
async def test_the_length_of_a_file_that_was_cut_short(
    music: Path, source: FolderSource, ending: str
) -> None:
    """Is what is left of it."""
    path = tone(music / f"a.{ending}", AFRICA, seconds=10)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert song((await looked(source))[path.name]).duration_ms == pytest.approx(5000, rel=0.05)


async def test_a_song_of_twenty_hours(music: Path, source: FolderSource) -> None:
    """Is as long as it is: of no form does that take a look at all of it."""
    hours = 20 * 3600
    (music / "a.opus").write_bytes(ogg_opus([b"TITLE=Night"], seconds=hours))
    with (music / "b.mp3").open("wb") as file:
        file.write(id3((b"TIT2", text("Night"))) + silent_mp3(2))
        file.truncate(hours * 4000)
    with (music / "c.wav").open("wb") as file:
        fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
        file.write(struct.pack("<4sI4s", b"RIFF", 36 + hours * 8000, b"WAVE") + fmt)
        file.write(struct.pack("<4sI", b"data", hours * 8000))
        file.truncate(44 + hours * 8000)
    lengths = {name: song(found).duration_ms for name, found in (await looked(source)).items()}
    assert lengths == {name: pytest.approx(hours * 1000, rel=0.001) for name in ("a.opus", "b.mp3", "c.wav")}


async def test_a_song_without_a_length(music: Path, source: FolderSource) -> None:
    """Has none: the party plays it until it is over."""
    head = struct.pack(">HH6s", 4096, 4096, bytes(6)) + ((44_100 << 44) | (1 << 41) | (15 << 36)).to_bytes(
        8, "big"
    )
    (music / "a.flac").write_bytes(b"fLaC\x80\0\0\x22" + head + bytes(16))
    (music / "b.opus").write_bytes(ogg_opus([b"TITLE=Live"], seconds=0))
    (music / "c.wav").write_bytes(
        b"RIFF\xff\xff\xff\xffWAVE"
        + struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 0, 0, 1, 8)
        + b"data\xff\xff\xff\xff"
    )
    found = await looked(source)
    assert {name: song(each).duration_ms for name, each in found.items()} == {"a.flac": None, "b.opus": None}


def _with_picture(path: Path, data: bytes) -> None:
    match path.suffix:
        case ".mp3":
            path.write_bytes(
                id3((b"APIC", picture(data)), (b"TIT2", text("Africa")), (b"TPE1", text("Toto")))
                + silent_mp3(2)
            )
        case ".opus":
            path.write_bytes(opus_with_picture(data))
        case _:
            tone(path, AFRICA)
            whole = path.read_bytes()
            block = flac_picture(data)
            path.write_bytes(
                whole[:42] + b"\x06" + (len(block) % (1 << 24)).to_bytes(3, "big") + block + whole[42:]
            )


@pytest.mark.parametrize("name", ["a.mp3", "a.opus", "a.flac"])
async def test_a_picture_is_shown(music: Path, source: FolderSource, name: str) -> None:
    """As it is in the file."""
    data = jpeg(300_000)
    _with_picture(music / name, data)
    found = (await looked(source))[name]
    assert (song(found).title, song(found).artist, found.cover) == ("Africa", "Toto", True)
    assert await source.cover(found.ref) == (data, "image/jpeg")


@pytest.mark.parametrize("name", ["a.mp3", "a.opus", "a.flac"])
async def test_a_picture_of_thirty_megabytes(music: Path, source: FolderSource, name: str) -> None:
    """Is passed over, and not even read: the song is known without it."""
    _with_picture(music / name, jpeg(MANY_BYTES if name != "a.flac" else 16_000_000))  # FLAC can say no more
    tracemalloc.start()
    try:
        found = (await looked(source))[name]
        assert await source.cover(found.ref) is None
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (song(found).title, song(found).artist) == ("Africa", "Toto")
    assert not found.cover or name == "a.opus"
    assert peak < 4_000_000


@pytest.mark.parametrize("data", [b"<svg onload='alert(1)'/>", b"GIF89a" + bytes(50), b"", b"\0" * 99])
async def test_what_is_no_picture_that_browsers_show(music: Path, source: FolderSource, data: bytes) -> None:
    """Is none, whatever its file says it is."""
    _with_picture(music / "a.mp3", data)
    found = (await looked(source))["a.mp3"]
    assert not found.cover
    assert await source.cover(found.ref) is None


async def test_a_tag_of_a_megabyte(music: Path, source: FolderSource) -> None:
    """Is cut where no name goes on."""
    (music / "a.mp3").write_bytes(
        id3((b"TIT2", text("Long " * 200_000)), (b"TPE1", text("Toto"))) + silent_mp3(2)
    )
    (music / "b.opus").write_bytes(ogg_opus([b"TITLE=" + b"Long " * 200_000, b"ARTIST=Toto"]))
    for found in (await looked(source)).values():
        assert song(found).title.startswith("Long Long")
        assert len(song(found).title) <= 300
        assert song(found).artist == "Toto"


async def test_signs_that_nobody_can_see_are_left_out(music: Path, source: FolderSource) -> None:
    """NULs above all: no database of ours keeps them."""
    (music / "a.mp3").write_bytes(
        id3((b"TIT2", text("Af\0rica\x01")), (b"TPE1", text("To\x07to"))) + silent_mp3(2)
    )
    (music / "b.opus").write_bytes(ogg_opus([b"TITLE=Af\0rica", b"ARTIST=To\xed\xa0\x80to\r\n"]))
    for found in (await looked(source)).values():
        track = song(found)
        assert not any(ord(each) < 32 or 0xD800 <= ord(each) < 0xE000 for each in track.title + track.artist)
        assert track.title.startswith("Af")


async def test_tags_in_latin_1_and_in_utf_16(music: Path, source: FolderSource) -> None:
    """Are what they say."""
    (music / "a.mp3").write_bytes(id3((b"TIT2", text("Für Élise", "latin-1"))) + silent_mp3(2))
    (music / "b.mp3").write_bytes(id3((b"TIT2", text("Für Élise", "utf-16")), version=3) + silent_mp3(2))
    assert {song(found).title for found in (await looked(source)).values()} == {"Für Élise"}


NAMED = {
    "Toto - Africa.mp3": ("Africa", "Toto", None),
    "Toto/Toto IV/10 Africa.mp3": ("Africa", "Toto", "Toto IV"),
    "Toto/Toto IV/1-10 - Africa.mp3": ("Africa", "Toto", "Toto IV"),
    "10 - Toto - Africa.mp3": ("Africa", "Toto", None),
    "Africa.MP3": ("Africa", "", None),
    "...And You Will Know Us/Source Tags/01 Baudelaire.mp3": (
        "Baudelaire",
        "...And You Will Know Us",
        "Source Tags",
    ),
    "$uicideboy$/Album/02 Paris.mp3": ("Paris", "$uicideboy$", "Album"),
    "100% - 50%25.mp3": ("50%25", "100%", None),
    "日本/アルバム/03 曲.mp3": ("曲", "日本", "アルバム"),
}


@pytest.mark.parametrize("path", NAMED)
async def test_where_tags_are_missing_the_name_says_it(music: Path, source: FolderSource, path: str) -> None:
    """Title, artist and album."""
    (music / path).parent.mkdir(parents=True, exist_ok=True)
    (music / path).write_bytes(silent_mp3(2))
    (found,) = (await looked(source)).values()
    track = song(found)
    assert (track.title, track.artist, track.album) == NAMED[path]
    async with source.open(found.ref) as sound:
        assert sound.size == len(silent_mp3(2))


@pytest.mark.parametrize(
    "name", [b"Caf\xe9 - Na\xefve.mp3", b"a\nb - c\td.mp3", b"\xff\xfe.mp3", b" .mp3", b"x" * 250 + b".mp3"]
)
async def test_names_that_are_no_text(music: Path, source: FolderSource, name: bytes) -> None:
    """Are bytes: the song is found, told of in text, and opened by the same bytes."""
    (music / os.fsdecode(name)).write_bytes(silent_mp3(2))
    (found,) = (await looked(source)).values()
    assert found.ref.isascii()
    assert song(found).title
    song(found).title.encode()
    async with source.open(found.ref) as sound:
        assert b"".join([part async for part in sound.read()]) == silent_mp3(2)


async def test_latin_1_is_read_as_it_was_meant(music: Path, source: FolderSource) -> None:
    """Where a name is no UTF-8."""
    (music / os.fsdecode(b"Caf\xe9 - Na\xefve.mp3")).write_bytes(silent_mp3(2))
    (found,) = (await looked(source)).values()
    assert (song(found).artist, song(found).title) == ("Café", "Naïve")
