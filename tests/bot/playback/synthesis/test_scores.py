"""What is written down is read as musicians mean it."""

from __future__ import annotations

import pytest

from bot.playback.synthesis.pieces import PIECES, Piece
from bot.playback.synthesis.scores import Note, bass, beats, broken, chords, held, notes, pitch, struck


@pytest.mark.parametrize(("word", "high"), [("A4", 69), ("C4", 60), ("Bb4", 70), ("F#5", 78), ("Cb5", 71)])
def test_a_note_is_as_high_as_on_a_piano(word: str, high: int) -> None:
    """A4 is the 69th, and 440 Hz."""
    assert pitch(word) == high
    assert Note(0, 1, 69).hz == 440


@pytest.mark.parametrize("word", ["H4", "c4", "C", "C##4", "4"])
def test_what_is_no_note_is_refused(word: str) -> None:
    """A slip of the pen is found before it is heard."""
    with pytest.raises(ValueError, match=word):
        pitch(word)


def test_a_melody_is_read_in_steps() -> None:
    """Rests take time and make no sound."""
    assert notes("C4 -:2 | E4:3", step=0.5) == [Note(0, 0.5, 60), Note(1.5, 1.5, 64)]


def test_chords_lead_into_each_other() -> None:
    """All their tones stand within one octave."""
    assert {each.pitch for each in held("C:4", 60)} == {60, 64, 67}
    assert {each.pitch for each in held("Am7:4 F:4", 60)} == {60, 64, 67, 69, 65}
    assert [(each.start, each.beats) for each in chords("Am7:4 F:2")] == [(0, 4), (4, 2)]


def test_a_bass_knows_its_chord() -> None:
    """Root, third, fifth and octave; the third of a minor chord is lower."""
    assert [each.pitch for each in bass("C:2 Am:2", 36, "1358")] == [36, 40, 43, 48, 45, 48, 52, 57]


def test_a_rhythm_goes_on() -> None:
    """A pattern is played over and over, as loud as it is written."""
    found = beats("X.o.", 2)
    assert [(each.start, each.loud) for each in found] == [(0, 1.0), (0.5, 0.4), (1, 1.0), (1.5, 0.4)]
    assert [each.start for each in struck("C:2", 60, ".x", 0.5)] == [0.5, 0.5, 0.5, 1.5, 1.5, 1.5]
    assert [each.pitch for each in broken("C:2", 60, "01.3")] == [60, 64, 72]


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.title)
def test_every_part_ends_with_its_piece(piece: Piece) -> None:
    """A bar that is a step too long or too short puts all that follows beside the beat."""
    score = piece.written()
    ends = [max(each.start + each.beats for each in part.notes) for part in score.parts]
    assert max(ends) <= score.beats + 2.5
    assert abs(ends[0] - score.beats) <= 1
    assert min(each.start for part in score.parts for each in part.notes) == 0
