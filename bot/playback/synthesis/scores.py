"""How a piece is written down: notes, chords and beats as text, read into when each of them sounds.

Notes stand one after the other, with spaces between them: `C5` for one step, `F#4:3` for three, `-:2` for
a rest. Chords are written alike, with their length in beats: `Am7:4`. A beat is a row of steps: `X...x...`
has a loud one and a softer one, and `o` would be the softest. `|` stands between bars and means nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ACCIDENTALS = {"": 0, "#": 1, "b": -1}
QUALITIES = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10),
    "m7": (0, 3, 7, 10),
    "m7b5": (0, 3, 6, 10),
    "maj7": (0, 4, 7, 11),
    "9": (0, 4, 7, 10, 14),
    "m9": (0, 3, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
}
"""The tones of a chord above its root, in semitones."""
DEGREES = {"1": 0, "5": 7, "6": 9, "7": 10, "8": 12}
"""What a bass plays above a chord's root; its third is the chord's."""
LOUDNESS = {"X": 1.0, "x": 0.7, "o": 0.4}
A4, A4_HZ = 69, 440.0

_NOTE = re.compile(r"([A-G])([#b]?)([0-9])")
_CHORD = re.compile(r"([A-G])([#b]?)(\w*)")


@dataclass(frozen=True, slots=True)
class Note:
    """A tone or a beat: when it begins and how long it is, in beats; how high (A4 is 69); how loud, to 1."""

    start: float
    beats: float
    pitch: int = 0
    loud: float = 1.0

    @property
    def hz(self) -> float:
        """How often it swings in a second, in equal temperament."""
        return A4_HZ * math.exp2((self.pitch - A4) / 12)


@dataclass(frozen=True, slots=True)
class Chord:
    """Some tones at once: the root as a tone of the lowest octave, the others above it."""

    start: float
    beats: float
    root: int
    above: tuple[int, ...]

    def voiced(self, lowest: int) -> list[int]:
        """Its tones within the octave that begins there, so that chords lead into each other."""
        return sorted({lowest + (self.root + tone - lowest) % 12 for tone in self.above})

    def degree(self, name: str, lowest: int) -> int:
        """One of its tones for a bass: 1, 3, 5, 6, 7 or 8."""
        above = self.above[1] if name == "3" else DEGREES[name]
        return lowest + (self.root - lowest) % 12 + above


def notes(text: str, step: float = 0.5) -> list[Note]:
    """A melody whose steps are so many beats long."""
    found: list[Note] = []
    start = 0.0
    for word, length in _words(text):
        if word != "-":
            found.append(Note(start, length * step, pitch(word)))
        start += length * step
    return found


def pitch(word: str) -> int:
    """How high a note is, such as `Bb4`.

    Raises:
        ValueError: that is no note.
    """
    match = _NOTE.fullmatch(word)
    if match is None:
        raise ValueError(word)
    return SEMITONES[match[1]] + ACCIDENTALS[match[2]] + 12 * (int(match[3]) + 1)


@lru_cache(maxsize=64)
def chords(text: str) -> tuple[Chord, ...]:
    """Chords, one after the other.

    Raises:
        ValueError, KeyError: one of them is none.
    """
    found: list[Chord] = []
    start = 0.0
    for word, beats in _words(text):
        match = _CHORD.fullmatch(word)
        if match is None:
            raise ValueError(word)
        found.append(Chord(start, beats, SEMITONES[match[1]] + ACCIDENTALS[match[2]], QUALITIES[match[3]]))
        start += beats
    return tuple(found)


def length(text: str) -> float:
    """How long notes or chords are together, in steps or beats."""
    return sum(each for _, each in _words(text))


def held(text: str, lowest: int) -> list[Note]:
    """Each chord for as long as it lasts."""
    return [Note(c.start, c.beats, tone) for c in chords(text) for tone in c.voiced(lowest)]


def struck(text: str, lowest: int, beat: str, step: float = 0.5, lasts: float = 0.5) -> list[Note]:
    """Chords struck at each step of a beat that sounds, for so many beats."""
    return [
        Note(start, lasts, tone, loud)
        for chord, start, loud in _steps(chords(text), beat, step)
        for tone in chord.voiced(lowest)
    ]


def broken(text: str, lowest: int, order: str, step: float = 0.5, lasts: float = 1.0) -> list[Note]:
    """The tones of chords one by one, in an order of digits from 0, over and over; `.` rests."""
    found: list[Note] = []
    for chord in chords(text):
        tones = chord.voiced(lowest)
        tones += [tone + 12 for tone in tones]
        for index in range(round(chord.beats / step)):
            which = order[index % len(order)]
            if which != ".":
                found.append(Note(chord.start + index * step, lasts, tones[int(which)], 0.8))
    return found


def bass(text: str, lowest: int, line: str, step: float = 0.5, lasts: float = 1.0) -> list[Note]:
    """A bass below chords: a degree for each step of a line, over and over; `.` rests."""
    total = chords(text)
    found: list[Note] = []
    for chord in total:
        first = round(chord.start / step)
        for index in range(first, round((chord.start + chord.beats) / step)):
            name = line[index % len(line)]
            if name != ".":
                found.append(Note(index * step, lasts, chord.degree(name, lowest), 0.9))
    return found


def beats(pattern: str, total: float, step: float = 0.25, first: float = 0.0) -> list[Note]:
    """A pattern over and over, from a beat on until another one."""
    found: list[Note] = []
    for index in range(round(first / step), round(total / step)):
        loud = LOUDNESS.get(pattern[index % len(pattern)])
        if loud is not None:
            found.append(Note(index * step, step, loud=loud))
    return found


def _steps(of: Sequence[Chord], beat: str, step: float) -> Iterator[tuple[Chord, float, float]]:
    for chord in of:
        first = round(chord.start / step)
        for index in range(first, round((chord.start + chord.beats) / step)):
            loud = LOUDNESS.get(beat[index % len(beat)])
            if loud is not None:
                yield chord, index * step, loud


def _words(text: str) -> Iterator[tuple[str, float]]:
    for word in text.replace("|", " ").split():
        name, _, steps = word.partition(":")
        yield name, float(steps or 1)
