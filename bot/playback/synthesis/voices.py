"""How instruments sound: a tone is a sum of partials that fade, a beat is noise or a tone that falls."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE = 32_000
"""Samples a second: above 15 kHz soft instruments have nothing, and the files are a third smaller."""
HIGHEST_HZ = 0.45 * RATE
_COLUMNS = 256
_SLOPE_S = 0.003


@dataclass(frozen=True, slots=True)
class Voice:
    """An instrument.

    Args:
        partials: of what a tone consists: how many times as high, and how loud.
        attack_s: how long a tone takes to come.
        release_s: how long it takes to go.
        fades: how fast it fades while it is held; 0 for not at all. Higher tones fade faster.
        dulls: how much faster the higher partials fade.
        bright_hz: partials above are softer and softer.
        sway_hz: how often a second it becomes louder and softer.
        sway: by how much, to 1.
        breath: how much noise goes with it.
    """

    partials: tuple[tuple[float, float], ...]
    attack_s: float = 0.004
    release_s: float = 0.12
    fades: float = 0.0
    dulls: float = 0.0
    bright_hz: float = 6_000.0
    sway_hz: float = 0.0
    sway: float = 0.0
    breath: float = 0.0

    def tone(self, hz: float, seconds: float, noise: Samples) -> Samples:
        """A tone of this height, held for so long and then released."""
        held = max(1, round(seconds * RATE))
        count = held + round(self.release_s * RATE)
        wave = self._partials(hz, count)
        if self.breath:
            longest = min(count, len(noise))
            wave[:longest] += self.breath * noise[:longest]
        wave *= self._envelope(held, count)
        return wave

    def _partials(self, hz: float, count: int) -> Samples:
        """All partials at once.

        A partial that fades is a complex number's powers. All powers are products of a few: those of every
        256th step with those of 256 steps, so that two small tables and one product of matrices make them.
        """
        known = np.array([each for each in self.partials if each[0] * hz < HIGHEST_HZ], dtype=np.float64)
        ratios, loud = known[:, 0], known[:, 1]
        loud = loud / (1 + (ratios * hz / self.bright_hz) ** 2)
        fades = self.fades * math.sqrt(hz / 220) * (1 + self.dulls * (ratios - 1))
        step = (2j * np.pi * ratios * hz - fades) / RATE
        rows = -(-count // _COLUMNS)
        coarse = loud * np.exp(np.arange(rows)[:, None] * (step * _COLUMNS))
        fine = np.exp(step[:, None] * np.arange(_COLUMNS))
        left = np.hstack([coarse.real, coarse.imag]).astype(np.float32)
        right = np.vstack([fine.imag, fine.real]).astype(np.float32)
        wave: Samples = (left @ right).reshape(-1)[:count]
        return wave

    def _envelope(self, held: int, count: int) -> Samples:
        shape = np.ones(count, dtype=np.float32)
        rise = min(max(1, round(self.attack_s * RATE)), held)
        shape[:rise] = _slope(rise)
        shape[held:] *= _slope(count - held)[::-1]
        if self.sway:
            swing = np.sin(np.arange(count, dtype=np.float32) * np.float32(2 * np.pi * self.sway_hz / RATE))
            shape *= 1 - self.sway * (0.5 + 0.5 * swing)
        return shape


@lru_cache(maxsize=64)
def _slope(count: int) -> Samples:
    """From nothing to all, without a corner."""
    turn = np.linspace(0, np.pi, count, endpoint=False, dtype=np.float32)
    return np.asarray(0.5 - 0.5 * np.cos(turn), dtype=np.float32)


def _harmonics(count: int, falls: float, every: int = 1) -> tuple[tuple[float, float], ...]:
    return tuple((float(k), k**-falls) for k in range(1, count + 1, every))


def _plucked(count: int, place: float) -> tuple[tuple[float, float], ...]:
    """A string plucked at a place of its length: what has a knot there does not sound."""
    return tuple((float(k), abs(math.sin(math.pi * k * place)) / k) for k in range(1, count + 1))


def _pulse(count: int, width: float) -> tuple[tuple[float, float], ...]:
    """A wave that is up for a part of its time."""
    return tuple((float(k), math.sin(math.pi * k * width) / k) for k in range(1, count + 1))


def _choir(partials: tuple[tuple[float, float], ...], apart: float) -> tuple[tuple[float, float], ...]:
    """The same from three players who are never quite together."""
    return tuple(
        (ratio * detuned, loud / 3)
        for ratio, loud in partials
        for detuned in (1 - apart, 1.0, 1 + apart * 1.3)
    )


GUITAR = Voice(_plucked(14, 0.23), release_s=0.25, fades=2.2, dulls=0.35, bright_hz=3_500)
NYLON = Voice(_plucked(10, 0.31), 0.006, 0.2, fades=3.0, dulls=0.5, bright_hz=2_200)
HARP = Voice(_plucked(8, 0.4), release_s=0.9, fades=1.4, dulls=0.6, bright_hz=2_500)
PIZZICATO = Voice(_plucked(8, 0.36), 0.005, 0.12, fades=7.0, dulls=0.5, bright_hz=1_800)
LEAD_GUITAR = Voice(_plucked(16, 0.14), 0.003, 0.16, fades=1.6, dulls=0.2, bright_hz=3_000)
PIANO = Voice(((1, 1), (2, 0.35), (3, 0.1), (4, 0.04), (14, 0.05)), 0.004, 0.3, fades=1.3, dulls=0.6)
VIBES = Voice(((1, 1), (4, 0.22), (10, 0.04)), 0.003, 0.7, fades=1.5, dulls=0.4, sway_hz=4.6, sway=0.35)
MUSIC_BOX = Voice(((1, 1), (3, 0.28), (6.1, 0.12)), 0.002, 0.8, fades=1.7, dulls=0.5)
BELLS = Voice(((1, 1), (2.0, 0.3), (2.76, 0.22), (5.4, 0.1)), 0.004, 2.4, fades=0.9, dulls=0.5)
FLUTE = Voice(
    ((1, 1), (2, 0.28), (3, 0.1), (4, 0.03)), 0.05, 0.1, bright_hz=4_000, sway_hz=5.2, sway=0.22, breath=0.02
)
WHISTLE = Voice(((1, 1), (2, 0.12), (3, 0.06)), 0.03, 0.09, sway_hz=5.8, sway=0.15, breath=0.015)
CLARINET = Voice(
    ((1, 1), (2, 0.06), (3, 0.5), (4, 0.05), (5, 0.28), (7, 0.14), (9, 0.07)), 0.025, 0.07, bright_hz=3_500
)
MELODICA = Voice(_choir(_harmonics(9, 1.1), 0.0015), 0.03, 0.08, bright_hz=1_800, sway_hz=5.0, sway=0.12)
ORGAN = Voice(
    ((0.5, 0.5), (1, 1), (1.5, 0.35), (2, 0.6), (3, 0.25), (4, 0.3)), 0.006, 0.05, sway_hz=6.2, sway=0.18
)
STRINGS = Voice(_choir(_harmonics(10, 1.2), 0.0022), 0.12, 0.3, bright_hz=2_200)
PAD = Voice(_choir(_harmonics(8, 1.5), 0.003), 0.9, 1.4, bright_hz=1_200, sway_hz=0.23, sway=0.3)
PULSE = Voice(_pulse(15, 0.25), 0.003, 0.03, fades=0.8, bright_hz=5_000)
SQUARE = Voice(_harmonics(15, 1.0, 2), 0.003, 0.02, fades=3.0, bright_hz=4_000)
TRIANGLE = Voice(_harmonics(9, 2.0, 2), 0.004, 0.03, fades=0.6)
BASS = Voice(((1, 1), (2, 0.4), (3, 0.15), (4, 0.06)), 0.008, 0.09, fades=1.6, dulls=0.6, bright_hz=900)
DEEP_BASS = Voice(((1, 1), (2, 0.25), (3, 0.08)), 0.012, 0.12, fades=0.7, dulls=0.5, bright_hz=500)
SAW_BASS = Voice(_harmonics(16, 1.0), 0.004, 0.05, fades=2.0, dulls=0.5, bright_hz=900)


def kick(noise: Samples) -> Samples:
    """A bass drum: a tone that falls."""
    return _fallen(0.32, 46, 95, 34, 10)


def tom(noise: Samples) -> Samples:
    """A drum that is struck by hand."""
    return _fallen(0.28, 110, 70, 25, 13)


def conga(noise: Samples) -> Samples:
    """A smaller one."""
    return _fallen(0.18, 240, 90, 30, 20)


def snare(noise: Samples) -> Samples:
    """A side drum, with its wires."""
    at = _time(0.2)
    wires = _softened(noise[: len(at)]) * np.exp(-at * 24) * 0.7
    return _gently(wires + 0.5 * np.sin(2 * np.pi * 188 * at) * np.exp(-at * 32))


def clap(noise: Samples) -> Samples:
    """Hands, a few at once."""
    at = _time(0.22)
    shape = sum(np.where(at >= late, np.exp(-(at - late) * 70), 0) for late in (0.0, 0.011, 0.023))
    return _gently(_softened(noise[: len(at)]) * (shape + 0.4 * np.exp(-at * 18)))


def hat(noise: Samples) -> Samples:
    """Cymbals that are shut."""
    at = _time(0.09)
    return _gently(_sharpened(noise[: len(at)]) * np.exp(-at * 75))


def shaker(noise: Samples) -> Samples:
    """Seeds in a box."""
    at = _time(0.09)
    return _gently(_sharpened(noise[: len(at)]) * np.exp(-(((at - 0.035) / 0.018) ** 2)))


def brush(noise: Samples) -> Samples:
    """Wires over a skin."""
    at = _time(0.24)
    return _gently(_softened(noise[: len(at)]) * np.exp(-(((at - 0.05) / 0.05) ** 2)))


def rim(noise: Samples) -> Samples:
    """A stick on the edge."""
    at = _time(0.07)
    return _gently((np.sin(2 * np.pi * 820 * at) + 0.6 * np.sin(2 * np.pi * 1730 * at)) * np.exp(-at * 85))


Drum = Callable[[Samples], Samples]


def _time(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds * RATE)) / RATE


def _fallen(seconds: float, to_hz: float, from_above: float, falls: float, fades: float) -> Samples:
    at = _time(seconds)
    turns = np.cumsum(to_hz + from_above * np.exp(-at * falls)) / RATE
    return _gently(np.sin(2 * np.pi * turns) * np.exp(-at * fades))


def _gently(wave: NDArray[np.float64]) -> Samples:
    """Without a corner where it begins and where it is cut off."""
    slope = _slope(round(_SLOPE_S * RATE))
    made = wave.astype(np.float32)
    made[: len(slope)] *= slope
    made[-len(slope) :] *= slope[::-1]
    return made


def _softened(noise: Samples) -> NDArray[np.float64]:
    """Less of what is high."""
    return np.convolve(noise.astype(np.float64), (0.25, 0.5, 0.25), "same")


def _sharpened(noise: Samples) -> NDArray[np.float64]:
    """Less of what is low."""
    return np.convolve(noise.astype(np.float64), (-0.25, 0.5, -0.25), "same")
