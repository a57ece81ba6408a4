"""Files of every kind as Opus frames: what was put in is heard, and what is Opus already is not touched."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.hearing import CODECS, RATE, av, heard, loudness, needs_voice, pitch, tone, write

pytestmark = needs_voice
decoding: Any = importlib.import_module("cogs.voice_decoding") if av else None
streaming: Any = importlib.import_module("cogs.voice_stream") if av else None


def frames(stream: Any) -> list[Any]:
    """All that a stream makes, without its end."""
    made: list[Any] = []
    while more := stream.more(100):
        made += more
    return [piece for piece in made if piece.entry]


def played(*songs: Any, fade_s: int = 0) -> Any:
    """A stream that plays songs one after the other."""
    stream = streaming.Stream(fade_s)
    stream.play(songs[0])
    for song in songs[1:]:
        stream.follow(song)
    return stream


def sound(pieces: list[Any]) -> Any:
    """What pieces sound like."""
    return heard(piece.opus for piece in pieces)


@pytest.mark.parametrize("kind", CODECS)
@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_every_kind_is_heard_as_it_is(tmp_path: Path, kind: str, rate: int) -> None:
    """From the beginning, and from the middle on, each as long as it should be."""
    if kind == ".opus" and rate != RATE:
        pytest.skip("Opus has one rate")
    file = write(tmp_path / f"a{kind}", tone(440, 3, rate), rate)
    for from_ms in (0, 1500):
        made = frames(played(decoding.Song(7, file, from_ms)))
        assert {piece.entry for piece in made} == {7}
        assert len(made) * 20 == pytest.approx(3000 - from_ms, abs=100)
        assert made[0].at_ms == pytest.approx(from_ms, abs=20)
        assert made[-2].at_ms == pytest.approx(3000, abs=100)
        assert pitch(sound(made)[4800:]) == pytest.approx(440, abs=2)
        assert all(decoding.is_frame(piece.opus) for piece in made)


def test_opus_is_passed_through(tmp_path: Path) -> None:
    """Byte by byte, unless it has to be made louder or quieter, or has frames of another length."""
    file = write(tmp_path / "a.opus", tone(440, 2))
    with av.open(str(file)) as opened:
        packets = [bytes(packet) for packet in opened.demux(audio=0) if packet.size]
    own = [piece.opus for piece in frames(played(decoding.Song(7, file, gain_db=0.4)))]
    assert own == packets
    levelled = [piece.opus for piece in frames(played(decoding.Song(7, file, gain_db=-9.0)))]
    assert levelled != packets
    assert loudness(heard(own)[9600:]) - loudness(heard(levelled)[9600:]) == pytest.approx(9, abs=0.7)
    long = write(tmp_path / "b.opus", tone(440, 2), frame_duration="60")
    made = frames(played(decoding.Song(7, long)))
    assert all(decoding.is_frame(piece.opus) for piece in made)
    assert pitch(sound(made)[4800:]) == pytest.approx(440, abs=2)


def test_songs_are_levelled(tmp_path: Path) -> None:
    """By what was measured; what would be too loud is held at full scale."""
    quiet, loud = (
        write(tmp_path / f"{name}.flac", tone(440, 2, loud=level))
        for name, level in (("q", 0.05), ("l", 0.8))
    )
    plain = loudness(sound(frames(played(decoding.Song(1, quiet))))[9600:])
    louder = loudness(sound(frames(played(decoding.Song(1, quiet, gain_db=12.0))))[9600:])
    assert louder - plain == pytest.approx(12, abs=0.7)
    most = sound(frames(played(decoding.Song(1, loud, gain_db=12.0))))
    assert np.abs(most).max() < 1.5


def test_two_songs_meet_in_one_frame(tmp_path: Path) -> None:
    """No silence stands between them, and together they are as long as they are."""
    one, two = (write(tmp_path / f"{hertz}.flac", tone(hertz, 1.01)) for hertz in (440, 880))
    made = frames(played(decoding.Song(1, one), decoding.Song(2, two)))
    assert [piece.entry for piece in made] == sorted(piece.entry for piece in made)
    assert len(made) * 20 == pytest.approx(2020, abs=20)
    samples = sound(made)
    each = [loudness(samples[at : at + 480]) for at in range(960, len(samples) - 1920, 480)]
    assert min(each) > max(each) - 6


def test_songs_fade_into_each_other(tmp_path: Path) -> None:
    """Both are heard for so long, the next one counts from the beginning of the fade, and nothing is lost."""
    one, two = (write(tmp_path / f"{hertz}.flac", tone(hertz, 6)) for hertz in (440, 880))
    made = frames(played(decoding.Song(1, one, whole=True), decoding.Song(2, two, whole=True), fade_s=2))
    assert len(made) * 20 == pytest.approx(10_000, abs=60)
    second = [piece for piece in made if piece.entry == 2]
    assert second[0].at_ms == 0
    middle = sound(second)[int(0.8 * RATE) : int(1.2 * RATE)]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    at = [spectrum[round(hertz * len(middle) / RATE)] for hertz in (440, 880)]
    assert max(at) < 2 * min(at)
    assert pitch(sound(second)[3 * RATE :]) == pytest.approx(880, abs=2)


def test_with_nothing_after_it_a_fade_is_none(tmp_path: Path) -> None:
    """The end of the last song is heard as it is."""
    file = write(tmp_path / "a.flac", tone(440, 4))
    made = frames(played(decoding.Song(1, file, whole=True), fade_s=2))
    assert len(made) * 20 == pytest.approx(4000, abs=40)


def bad_files(folder: Path) -> list[Path]:
    """What calls itself music and is none."""
    (folder / "text.mp3").write_text("no music at all " * 1000)
    (folder / "empty.flac").touch()
    (folder / "zeros.ogg").write_bytes(bytes(100_000))
    (folder / "picture.m4a").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50_000))
    return sorted(folder.iterdir())


def test_what_is_no_music_says_so(tmp_path: Path) -> None:
    """At once, or as soon as it is heard."""
    for file in bad_files(tmp_path):
        try:
            stream = played(decoding.Song(1, file))
        except decoding.Broken:
            continue
        assert len(frames(stream)) < 5, file.name
    with pytest.raises(decoding.Broken):
        decoding.Song(1, tmp_path / "gone.mp3")


@pytest.mark.parametrize("kind", CODECS)
def test_of_a_torn_file_the_rest_is_heard(tmp_path: Path, kind: str) -> None:
    """A file that was cut off, or has a hole in it, ends or goes on; nothing else happens."""
    whole = write(tmp_path / f"a{kind}", tone(440, 6)).read_bytes()
    cut = tmp_path / f"cut{kind}"
    cut.write_bytes(whole[: len(whole) * 2 // 3])
    hole = tmp_path / f"hole{kind}"
    third = len(whole) // 3
    hole.write_bytes(whole[:third] + bytes(third // 8) + whole[third + third // 8 :])
    for file in (cut, hole):
        try:
            made = frames(played(decoding.Song(1, file)))
        except decoding.Broken:
            assert kind == ".m4a"  # what tells where its sound is stands at its end
            continue
        assert 100 < len(made) <= 320
