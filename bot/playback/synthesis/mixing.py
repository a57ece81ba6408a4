"""A score played: its parts beside each other in a room, all pieces equally loud."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.playback.synthesis.scores import Note
from bot.playback.synthesis.voices import RATE, Drum, Samples, Voice

LOUD_DB = -18.0
"""How loud a piece is as a whole: the root of its mean square, against the loudest that a file can hold."""
KNEE, CEILING = 0.7, 0.94
"""What is louder than the first is pressed together, so that nothing is louder than the second."""
LOUDEST = 32_767
"""The loudest that a sample of 16 bits can be."""
NOISE_S = 4
"""So much noise is made for a piece; all its drums and breaths take theirs from it."""
LEAD_S, TAIL_S = 0.08, 1.5
"""Silence before the first note, and what rings after the last."""
FADE_IN_S, FADE_OUT_S = 0.02, 1.5
HUMAN_S, HUMAN_LOUD = 0.004, 0.08
"""How far nobody who plays by hand is from the score."""
COMBS = (0.0352, 0.0389, 0.0421, 0.0463)
"""How long the sound takes from one wall of the room to the other and back, in seconds."""
WIDER_S = 0.0011
"""By how much it is longer to the right."""


@dataclass(frozen=True, slots=True)
class Part:
    """An instrument's notes.

    Args:
        sound: the instrument.
        notes: what it plays.
        loud_db: how loud it is beside the others, in decibels.
        place: where it stands, from -1 (left) to 1.
        far: how much of it reaches the walls.
    """

    sound: Voice | Drum
    notes: list[Note]
    loud_db: float = 0.0
    place: float = 0.0
    far: float = 0.15


@dataclass(frozen=True, slots=True)
class Score:
    """All parts of a piece.

    Args:
        bpm: beats a minute.
        beats: how many beats it has.
        parts: what is played.
        swing: where in a beat its second half begins; 0.5 where it does not swing.
        rings: how long the room rings, as a part of what comes back from its walls, to 1.
    """

    bpm: float
    beats: float
    parts: tuple[Part, ...]
    swing: float = 0.5
    rings: float = 0.72

    def seconds(self, beat: float) -> float:
        """When a beat comes, from the first note on."""
        whole, rest = divmod(beat, 1.0)
        bent = rest * 2 * self.swing if rest < 0.5 else self.swing + (rest - 0.5) * 2 * (1 - self.swing)
        return (whole + bent) * 60 / self.bpm


def played(score: Score, name: str) -> NDArray[np.int16]:
    """A piece as samples of two channels, beside each other; the same each time for one name."""
    chance = np.random.default_rng(zlib.crc32(name.encode()))
    count = round((LEAD_S + score.seconds(score.beats) + TAIL_S) * RATE)
    both = np.zeros((2, count), dtype=np.float32)
    away = np.zeros(count, dtype=np.float32)
    noise = chance.standard_normal(NOISE_S * RATE, dtype=np.float32)
    for part in score.parts:
        alone = _part(score, part, count, noise, chance)
        angle = (part.place + 1) * math.pi / 4
        both[0] += math.cos(angle) * alone
        both[1] += math.sin(angle) * alone
        away += part.far * alone
    for channel, wider_s in zip(both, (0.0, WIDER_S), strict=True):
        channel += _room(away, score.rings, wider_s)
    return _mastered(both)


def _part(score: Score, part: Part, count: int, noise: Samples, chance: np.random.Generator) -> Samples:
    """One part alone, as loud as it should be."""
    alone = np.zeros(count, dtype=np.float32)
    known: dict[tuple[int, int], Samples] = {}  # the same tones come again and again
    for note in part.notes:
        starts_s, ends_s = score.seconds(note.start), score.seconds(note.start + note.beats)
        which = (note.pitch, round((ends_s - starts_s) * 100))
        if which not in known:
            known[which] = _sounding(part.sound, note, which[1] / 100, noise)
        wave = known[which]
        loud = note.loud * (1 + HUMAN_LOUD * chance.uniform(-1, 1))
        first = round((LEAD_S + starts_s + HUMAN_S * chance.uniform(-1, 1)) * RATE)
        last = min(count, first + len(wave))
        alone[first:last] += np.float32(loud) * wave[: last - first]
    alone *= np.float32(10 ** (part.loud_db / 20) / max(_power(alone), 1e-9))
    return alone


def _sounding(sound: Voice | Drum, note: Note, seconds: float, noise: Samples) -> Samples:
    return sound.tone(note.hz, seconds, noise) if isinstance(sound, Voice) else sound(noise)


def _power(wave: Samples) -> float:
    """The root of the mean square."""
    flat = wave.reshape(-1)
    return math.sqrt(float(np.dot(flat, flat)) / flat.size)


def _room(dry: Samples, rings: float, wider_s: float) -> Samples:
    """What comes back from the walls."""
    soft = np.convolve(dry, np.array([0.25, 0.5, 0.25], dtype=np.float32), "same")
    back = np.zeros_like(dry)
    for seconds in COMBS:
        back += _echoed(soft, round((seconds + wider_s) * RATE), rings)
    return back


def _echoed(dry: Samples, late: int, rings: float) -> Samples:
    """A sound and its echoes, each softer than the one before; the sound itself is left out."""
    rows = -(-len(dry) // late)
    lines = np.zeros((rows + 1, late), dtype=np.float32)
    lines[1:].reshape(-1)[: len(dry)] = dry
    for before, line in pairwise(lines):
        line += np.float32(rings) * before
    return lines[:-1].reshape(-1)[: len(dry)]


def _mastered(both: Samples) -> NDArray[np.int16]:
    """Two channels at the loudness of all pieces, with a beginning and an end, as samples of 16 bits."""
    count = both.shape[1]
    shape = np.ones(count, dtype=np.float32)
    rise, fall = round(FADE_IN_S * RATE), round(FADE_OUT_S * RATE)
    shape[:rise] = np.linspace(0, 1, rise, dtype=np.float32)
    shape[-fall:] = np.square(np.linspace(1, 0, fall, dtype=np.float32))
    both *= shape
    wanted = 10 ** (LOUD_DB / 20)
    for _ in range(2):  # what is pressed together is softer, so once more
        both *= np.float32(wanted / _power(both))
        _press(both)
    both *= np.float32(LOUDEST)
    return np.ascontiguousarray(np.rint(both, out=both).astype("<i2").T)


def _press(both: Samples) -> None:
    over = CEILING - KNEE
    loud = np.abs(both) > KNEE
    above = both[loud]
    both[loud] = np.sign(above) * (KNEE + over * np.tanh((np.abs(above) - KNEE) / over))
