"""The ten pieces: written for this repository, and under its licence. The artists are invented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.playback.synthesis import voices
from bot.playback.synthesis.mixing import Part, Score
from bot.playback.synthesis.scores import Note, bass, beats, broken, held, notes, struck

ALBUM = "Encore Demo"
YEAR = 2026


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece: what it and its artist are called, and what is played."""

    title: str
    artist: str
    written: Callable[[], Score]

    @property
    def file_name(self) -> str:
        """What its file is called; nothing in it needs to be escaped anywhere."""
        return f"{self.artist} - {self.title}.wav"


def _higher(melody: list[Note], semitones: int) -> list[Note]:
    return [Note(each.start, each.beats, each.pitch + semitones, each.loud) for each in melody]


def _kettle() -> Score:
    """Folk in C, plucked and whistled."""
    harmony = "C:4 G:4 Am:4 F:4 C:4 F:4 G:8 F:4 G:4 C:8"
    melody = notes(
        "E5:2 G5:2 E5 D5 C5:2 | D5:3 E5 D5 B4 G4:2 | C5:2 E5:2 A5:3 G5 | A5:2 G5 F5 E5:2 C5:2 |"
        "E5:2 G5:2 E5 D5 C5:2 | F5:3 G5 A5:2 G5 F5 | G5:2 D5 E5 F5 D5 B4:2 | D5:6 -:2 |"
        "A5:2 C6:2 A5 G5 F5:2 | G5:2 B5:2 G5 F5 D5:2 | E5 F5 G5 E5 C5:2 D5 E5 | C5:8"
    )
    return Score(
        104,
        48,
        (
            Part(voices.WHISTLE, melody, 0, 0.1, 0.3),
            Part(voices.GUITAR, broken(harmony, 52, "02132413", lasts=1.4), -3, -0.35),
            Part(voices.BASS, bass(harmony, 36, "1...5...", lasts=1.6), -4, 0.05, 0.03),
            Part(voices.shaker, beats("o.x.o.x.o.x.o.x.", 46, first=16), -22, 0.4),
            Part(voices.kick, beats("x.......x.......", 46, first=16), -11, 0, 0.05),
        ),
    )


def _night_bus() -> Score:
    """Slow beats under an electric piano, swung."""
    harmony = "Dm9:4 G9:4 Cmaj9:4 A7:4 Dm9:4 G9:4 Cmaj9:4 A7:4 Cmaj9:4"
    melody = notes(
        "-:2 A4 C5 E5:2 D5:2 | B4:3 A4 G4:4 | -:2 E4 G4 B4:2 D5:2 | C#5:3 E5 A4:4 |"
        "- F5 E5 C5 A4:2 C5:2 | D5:2 F5:2 E5 D5 B4:2 | G5:3 E5 D5 B4 G4:2 | Bb4:2 A4:2 C#5 E5 G5:2 | E5:8"
    )
    return Score(
        76,
        36,
        (
            Part(voices.VIBES, melody, -1, 0.2, 0.25),
            Part(voices.PIANO, struck(harmony, 53, "x..o..x.", lasts=1.2), -2, -0.2),
            Part(voices.DEEP_BASS, bass(harmony, 31, "1..1..5.", lasts=1.2), -1, 0, 0.02),
            Part(voices.kick, beats("X.....x...X.....", 32), -7, 0, 0.03),
            Part(voices.brush, beats("....X.......X..o", 32), -11, 0.1, 0.2),
            Part(voices.hat, beats("x.o.x.o.x.o.x.oo", 32), -23, 0.3),
        ),
        swing=0.61,
    )


def _balloons() -> Score:
    """A little machine that plays in G, quickly."""
    harmony = "G:4 D:4 Em:4 C:4 G:4 D:4 Em:4 C:4 Em:4 C:4 G:4 D:4 C:4 D:4 G:8"
    melody = notes(
        "B5 - D6 B5 G5 A5 B5 D6 | A5:3 F#5 D5:2 F#5 A5 | G5 - B5 G5 E5 F#5 G5 B5 | E6:2 D6 C6 B5:2 A5:2 |"
        "B5 - D6 B5 G5 A5 B5 D6 | A5:3 F#5 D5:2 F#5 A5 | G5 A5 B5 E6 D6:2 B5:2 | C6:2 B5 A5 G5:4 |"
        "E6:2 D6 B5 G5:2 E5:2 | C6:2 B5 G5 E5:2 G5:2 | D6 B5 G5 B5 D6:2 E6:2 | F#6:4 D6:4 |"
        "E6 D6 C6 E6 G6:2 E6:2 | F#6 E6 D6 F#6 A6:4 | G6:2 D6 B5 G5 B5 D6 E6 | G6:8"
    )
    return Score(
        140,
        64,
        (
            Part(voices.PULSE, _higher(melody, -12), 0, 0.15, 0.08),
            Part(voices.SQUARE, broken(harmony, 60, "0123", 0.25, 0.2), -7, -0.4, 0.06),
            Part(voices.TRIANGLE, bass(harmony, 36, "1.15.1.8", lasts=0.45), -1, 0, 0.02),
            Part(voices.kick, beats("X...x...X..x....", 60), -9, 0, 0.02),
            Part(voices.snare, beats("....X.......X...", 60), -14, 0.05, 0.06),
            Part(voices.hat, beats("x.x.x.x.x.x.x.xx", 60, first=16), -22, 0.25, 0.03),
        ),
        rings=0.5,
    )


def _harbour() -> Score:
    """Bossa nova in D minor, with a flute."""
    harmony = "Dm9:8 Em7b5:4 A7:4 Dm9:8 Gm7:4 C9:4 Fmaj7:4 Bbmaj7:4 Em7b5:4 A7:4 Dm9:8 Dm6:8"
    melody = notes(
        "-:2 A4:2 D5 E5 F5:2 | E5:3 D5 C5:2 A4:2 | Bb4:2 D5:2 G5:3 F5 | E5 F5 E5 C#5 A4:4 |"
        "-:2 A4:2 D5 F5 A5:2 | G5:3 F5 E5:2 D5:2 | D5:2 F5:2 Bb5:3 A5 | G5:2 E5 D5 Bb4:4 |"
        "A5:4 G5 F5 E5:2 | D5:2 F5:2 A5:2 G5:2 | G5:2 Bb5:2 A5 G5 F5 E5 | C#5:2 E5 G5 Bb5:2 A5:2 |"
        "F5:6 E5 D5 | A4:4 C5:2 D5:2 | F5:2 D5:2 B4:4 | A4:8"
    )
    return Score(
        132,
        64,
        (
            Part(voices.FLUTE, melody, 0, 0.15, 0.3),
            Part(voices.NYLON, struck(harmony, 52, "x..x..x...x..x..", lasts=0.9), 0, -0.3),
            Part(voices.BASS, bass(harmony, 33, "1..15..5", lasts=0.9), -2, 0, 0.02),
            Part(voices.rim, beats("x.....x.....x.......x.....x.....", 62), -19, 0.35, 0.2),
            Part(voices.shaker, beats("xoxoxoxo", 62), -20, -0.4),
        ),
    )


def _glasshouse() -> Score:
    """No beat: bells over slow chords in E, five tones of it."""
    harmony = "Emaj9:8 C#m9:8 Amaj9:8 Emaj9:4"
    bells = notes(
        "B5:3 G#5:3 E5:2 | F#5:4 B4:4 | G#5:2 E5:2 C#5:4 | B5:2 - G#5 F#5:4 |"
        "E6:2 - C#6 -:2 B5:2 | F#5:3 G#5 C#5:4 | B4:2 E5:2 F#5 G#5 B5:2"
    )
    return Score(
        58,
        28,
        (
            Part(voices.BELLS, bells, -1, 0.25, 0.4),
            Part(voices.PAD, held(harmony, 52), -1, -0.1, 0.3),
            Part(voices.HARP, broken(harmony, 64, "0.2.4.1.3...", lasts=2.0), -8, -0.45, 0.4),
            Part(voices.DEEP_BASS, bass(harmony, 28, "1.......", lasts=3.6), -7, 0, 0.05),
        ),
        rings=0.84,
    )


def _tin_clock() -> Score:
    """A waltz in F for a music box and strings that are plucked."""
    harmony = "F:6 C7:12 F:6 F:6 Bb:6 C7:6 F:6 Dm:6 Gm:6 C7:6 F:6"
    melody = notes(
        "A5:2 C6:2 A5:2 | F5:4 A5:2 | G5:2 Bb5:2 G5:2 | E5:4 C5:2 | E5:2 G5:2 Bb5:2 | D6:2 C6:2 Bb5:2 |"
        "A5:2 F5:2 A5:2 | C6:6 | A5:2 C6:2 F6:2 | E6:2 D6:2 C6:2 | D6:2 Bb5:2 F5:2 | D5:4 F5:2 |"
        "G5 A5 Bb5 C6 D6 E6 | C6:2 Bb5:2 G5:2 | A5:6 | -:2 C5:2 F5:2 | A5:2 F5:2 A5:2 | D6:4 A5:2 |"
        "Bb5:2 G5:2 Bb5:2 | D6:4 Bb5:2 | C6:2 E6:2 G6:2 | Bb5:2 G5:2 E5:2 | F5:2 A5:2 C6:2 | F6:6"
    )
    return Score(
        156,
        72,
        (
            Part(voices.MUSIC_BOX, melody, 0, 0.2, 0.3),
            Part(voices.PIZZICATO, struck(harmony, 55, ".xx", 1.0, 0.6), -4, -0.3),
            Part(voices.PIZZICATO, bass(harmony, 41, "1..5..", 1.0, 0.9), -3, 0.1, 0.12),
            Part(voices.STRINGS, held(harmony, 60), -9, -0.1, 0.3),
            Part(voices.rim, beats("o.......x...", 70, first=24), -24, 0.5, 0.25),
        ),
    )


def _four_floors() -> Score:
    """House in F minor: a beat on every step of the stairs."""
    harmony = "Fm9:8 C#maj9:8 Bbm9:8 C7:8 " * 2
    hook = (
        "C5 - Eb5 F5 - Eb5 C5 - | Ab4:2 Bb4 C5 -:4 | C5 - Eb5 F5 - Ab5 F5 - | Eb5:4 -:4 |"
        "F5 - Db5 Bb4 - Db5 F5 - | Ab5:2 F5 Db5 -:4 | E5 - G5 Bb5 - G5 E5 - | C5:6 -:2"
    )
    return Score(
        124,
        64,
        (
            Part(voices.PIANO, struck(harmony, 55, "..x...x..x....x.", 0.25, 0.3), -2, -0.25),
            Part(voices.HARP, notes("-:64 " + hook), -3, 0.3, 0.35),
            Part(voices.PAD, held(harmony, 60), -9, 0, 0.2),
            Part(voices.SAW_BASS, bass(harmony, 29, "..1...1...1...5.", 0.25, 0.22), -1, 0, 0.02),
            Part(voices.kick, beats("X...X...X...X...", 62), -3, 0, 0.02),
            Part(voices.clap, beats("....X.......X...", 62, first=16), -14, 0.05, 0.15),
            Part(voices.hat, beats("..x...x...x...xo", 62, first=8), -23, 0.3, 0.05),
        ),
        rings=0.66,
    )


def _dominoes() -> Score:
    """Twelve bars of blues in A, shuffled, and one to end them."""
    harmony = "A7:16 D7:8 A7:8 E7:4 D7:4 A7:4 E7:4 A7:4"
    melody = notes(
        "-:2 E5 G5 A5:2 G5 E5 | D5 C5 A4:2 -:4 | -:2 E5 G5 A5 C6 A5 G5 | E5:3 D5 C#5:4 |"
        "-:2 F#5 A5 C6:2 A5 F#5 | E5 D5 C5 A4 -:4 | C#5:2 E5:2 A5 G5 E5 C5 | A4:4 -:4 |"
        "B4 D5 E5 G#5 B5:2 G#5 E5 | A5:2 F#5 D5 C5:2 A4:2 | C5 C#5 E5 A5 G5 E5 C5 A4 |"
        "B4:2 D5 E5 G#4:4 | A4:8"
    )
    return Score(
        112,
        52,
        (
            Part(voices.LEAD_GUITAR, _higher(melody, -12), 0, 0.25, 0.15),
            Part(voices.ORGAN, struck(harmony, 57, "..X...x.", lasts=0.4), -5, -0.35),
            Part(voices.BASS, bass(harmony, 33, "1.3.5.6.8.6.5.3.", lasts=0.95), -1, 0, 0.02),
            Part(voices.kick, beats("x.......x.......", 49), -10, 0, 0.03),
            Part(voices.snare, beats("....x.......x..o", 49), -16, 0.1, 0.12),
            Part(voices.hat, beats("x...x.o.x...x.o.", 49), -23, 0.3),
        ),
        swing=0.66,
        rings=0.6,
    )


def _sevens() -> Score:
    """Seven to a bar, and the scale of weddings on the Balkans, on D."""
    harmony = "D:7 Cm:3.5 D:3.5 D:3.5 Gm:3.5 Cm:3.5 D:3.5 Gm:7 D:7 Cm:3.5 Eb:3.5 Cm:3.5 D:3.5"
    melody = notes(
        "D5:2 Eb5:2 F#5 G5 A5 | A5:2 G5:2 F#5:3 | G5:2 F#5 Eb5 D5 Eb5 C5 | D5:7 |"
        "D5:2 F#5:2 A5 Bb5 A5 | G5:2 Bb5:2 A5 G5 F#5 | Eb5 F#5 G5 A5 G5 F#5 Eb5 | D5:4 A4:3 |"
        "Bb5:2 A5 Bb5 C6 Bb5 A5 | G5:2 A5:2 Bb5:3 | A5:2 G5 A5 Bb5 A5 G5 | F#5:2 G5:2 A5:3 |"
        "C6:2 Bb5 A5 G5 F#5 G5 | Eb5:2 G5:2 Bb5:3 | A5 G5 F#5 Eb5 F#5 Eb5 C5 | D5:7"
    )
    return Score(
        122,
        56,
        (
            Part(voices.CLARINET, melody, -1, 0.2, 0.2),
            Part(voices.GUITAR, struck(harmony, 50, "x.x.xxx", lasts=0.4), -4, -0.35),
            Part(voices.PIZZICATO, bass(harmony, 38, "1.5.1.5", lasts=0.9), -1, 0, 0.05),
            Part(voices.tom, beats("X...x...X.o.x.", 52.5), -6, -0.1, 0.1),
            Part(voices.rim, beats("..o...o.o.x.xo", 52.5, first=14), -20, 0.4, 0.15),
        ),
        rings=0.64,
    )


def _mango() -> Score:
    """Reggae in G: chords between the beats, and the drum on the third."""
    harmony = "G:4 Am7:4 C:4 D:4 G:4 Am7:4 C:2 D:2 G:4 Em7:4 C:4 Am7:2 D:2 G:4"
    melody = notes(
        "B4:2 D5:2 G5:3 F#5 | E5:2 C5:2 A4:4 | - G4 C5 E5 D5:2 C5:2 | A4:2 F#4:2 D5:4 |"
        "B4:2 D5:2 G5:2 A5:2 | C6:3 B5 A5:2 E5:2 | E5 G5 E5 C5 D5 F#5 A5:2 | G5:6 -:2 |"
        "B5:3 A5 G5:2 E5:2 | G5:3 E5 C5:4 | A4 C5 E5 A5 F#5:2 D5:2 | G5:8"
    )
    return Score(
        86,
        48,
        (
            Part(voices.MELODICA, melody, 0, 0.2, 0.3),
            Part(voices.ORGAN, struck(harmony, 59, ".x", lasts=0.22), -4, -0.35),
            Part(voices.DEEP_BASS, bass(harmony, 31, "1..11.5.", lasts=0.8), 0, 0, 0.02),
            Part(voices.kick, beats("........X.......", 45), -8, 0, 0.03),
            Part(voices.rim, beats("........X..x....", 45), -15, 0.15, 0.25),
            Part(voices.conga, beats("..o...xx..o...x.", 45), -14, 0.45, 0.1),
            Part(voices.hat, beats("x.o.x.o.x.o.x.o.", 45), -23, 0.3, 0.05),
        ),
        swing=0.54,
    )


PIECES = (
    Piece("Copper Kettle Morning", "The Attic Clocks", _kettle),
    Piece("Night Bus to Nowhere Yet", "Nils and the Nightshift", _night_bus),
    Piece("Seventeen Small Balloons", "Pixel Orchard", _balloons),
    Piece("Harbour Lights at Half Past", "The Marzipan Ferry", _harbour),
    Piece("Rain on the Glasshouse", "The Greenhouse Weather", _glasshouse),
    Piece("Waltz for a Tin Clock", "The Pocketwatch Ensemble", _tin_clock),
    Piece("Four Floors Up", "Lamplight Antenna", _four_floors),
    Piece("Dust and Dominoes", "Low Cactus", _dominoes),
    Piece("Seven Steps to the Well", "Brass Thimble Band", _sevens),
    Piece("Mango Semaphore", "Island Arithmetic", _mango),
)
"""All of them, in the order in which a party hears them first."""
