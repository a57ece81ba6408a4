"""Nobody listens before a release: what can be measured of the ten pieces is."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.playback.synthesis import voices
from bot.playback.synthesis.mixing import played
from bot.playback.synthesis.pieces import PIECES, Piece
from bot.playback.synthesis.voices import RATE

LOUD_DB, WITHIN_DB = -18.0, 1.0
ALIKE = 0.6
"""As much alike as two pieces may be, in any key; a piece and itself are 1."""
WINDOW, HOP = 8192, 4096

Samples = NDArray[np.int16]
Numbers = NDArray[np.float64]


@pytest.fixture(scope="module")
def rendered() -> dict[str, Samples]:
    """All pieces, by title."""
    return {piece.title: played(piece.written(), piece.title) for piece in PIECES}


def db(wave: Numbers) -> float:
    """How loud something is, against the loudest that a file can hold."""
    return 20 * math.log10(max(float(np.sqrt(np.mean(np.square(wave)))), 1e-9))


def heard(samples: Samples) -> Numbers:
    """Samples as parts of the loudest."""
    return samples.astype(np.float64) / 32768


def harmony(samples: Samples) -> Numbers:
    """How much of each of the twelve tones there is, moment by moment, less the average."""
    frames = np.lib.stride_tricks.sliding_window_view(heard(samples).mean(1), WINDOW)[::HOP]
    spectra = np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=1))
    hz = np.fft.rfftfreq(WINDOW, 1 / RATE)
    middle = (hz > 80) & (hz < 2_000)
    tones = np.round(12 * np.log2(hz[middle] / 440)).astype(int) % 12
    found = np.stack([spectra[:, middle][:, tones == tone].sum(1) for tone in range(12)], axis=1)
    found /= np.maximum(found.sum(1, keepdims=True), 1e-9)
    return np.asarray(found - 1 / 12)


def alike(one: Numbers, other: Numbers) -> float:
    """How much alike two courses of harmony are in whichever key is best, to 1."""
    moments = min(len(one), len(other))
    a, b = one[:moments], other[:moments]
    norm = math.sqrt(float((a * a).sum() * (b * b).sum()))
    return max(float((a * np.roll(b, by, axis=1)).sum()) / norm for by in range(12))


def test_there_are_ten_with_names_of_their_own() -> None:
    """Whatever is shown of them tells them apart, and every file system takes their names."""
    assert len(PIECES) == 10
    for names in ({each.title for each in PIECES}, {each.artist for each in PIECES}):
        assert len(names) == 10
    for piece in PIECES:
        assert piece.file_name.isascii()
        assert not set(piece.file_name) & set('<>:"/\\|?*')


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.title)
def test_a_piece_is_a_piece_of_music(piece: Piece, rendered: dict[str, Samples]) -> None:
    """As long and as loud as the others, never clipped, and in two channels that are not the same."""
    samples = rendered[piece.title]
    wave = heard(samples)
    assert 20 <= len(samples) / RATE <= 40
    assert abs(db(wave) - LOUD_DB) <= WITHIN_DB
    assert np.abs(wave).max() < 0.95
    assert abs(wave.mean()) < 0.005
    assert db(wave[:, 0] - wave[:, 1]) > -45


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.title)
def test_a_piece_begins_and_ends_without_a_click(piece: Piece, rendered: dict[str, Samples]) -> None:
    """It comes out of silence and goes back into it, and it never stops in between."""
    wave = heard(rendered[piece.title])
    assert not rendered[piece.title][0].any()
    assert not rendered[piece.title][-1].any()
    assert np.abs(wave[: RATE // 100]).max() < 0.01
    last = [db(part) for part in np.array_split(wave[-RATE:], 4)]
    assert last == sorted(last, reverse=True)
    assert last[-1] < -45
    seconds = [db(wave[at : at + 2 * RATE]) for at in range(0, len(wave) - 4 * RATE, RATE)]
    assert min(seconds) > -35


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.title)
def test_a_piece_is_soft_to_the_ear(piece: Piece, rendered: dict[str, Samples]) -> None:
    """There is a bass, most lies in the middle, and little is shrill."""
    power = np.abs(np.fft.rfft(heard(rendered[piece.title]).mean(1))) ** 2
    hz = np.fft.rfftfreq(len(rendered[piece.title]), 1 / RATE)
    bands = ((0, 25), (25, 130), (130, 3_000), (5_000, RATE))
    part = {low: power[(hz >= low) & (hz < high)].sum() / power.sum() for low, high in bands}
    assert part[0] < 0.01
    assert 0.03 < part[25] < 0.6
    assert part[130] > 0.4
    assert part[5_000] < 0.02


def test_no_piece_is_like_another(rendered: dict[str, Samples]) -> None:
    """Whatever their keys: the course of their harmony is another, and so are their tempi or metres."""
    found = {title: harmony(samples) for title, samples in rendered.items()}
    for one, other in combinations(found, 2):
        assert alike(found[one], found[other]) < ALIKE, f"{one}, {other}"
    same = found[PIECES[0].title]
    assert alike(same, np.roll(same, 5, axis=1)) > 0.99
    assert len({piece.written().bpm for piece in PIECES}) == len(PIECES)


def test_a_piece_is_the_same_each_time(rendered: dict[str, Samples]) -> None:
    """What was made once need not be made again."""
    piece = PIECES[0]
    assert (played(piece.written(), piece.title) == rendered[piece.title]).all()


TONAL = [name for name, each in vars(voices).items() if isinstance(each, voices.Voice)]


@pytest.mark.parametrize("name", TONAL)
@pytest.mark.parametrize("hz", [110.0, 440.0, 1760.0])
def test_an_instrument_is_in_tune(name: str, hz: float) -> None:
    """Its tone is the note's: most of it lies on that note and its harmonics, and all of it below 15 kHz."""
    voice: voices.Voice = getattr(voices, name)
    wave = voice.tone(hz, 1.0, np.zeros(RATE, dtype=np.float32)).astype(np.float64)
    power = np.abs(np.fft.rfft(wave * np.hanning(len(wave)))) ** 2
    found = np.fft.rfftfreq(len(wave), 1 / RATE)
    strongest = float(found[power.argmax()])
    assert min(abs(1200 * math.log2(strongest / (hz * ratio))) for ratio in (0.5, 1, 2, 3)) < 12
    assert power[found > 14_900].sum() < 1e-4 * power.sum()
    assert abs(wave[0]) < 0.05 * np.abs(wave).max()
    assert abs(wave[-1]) < 0.01 * np.abs(wave).max()
