"""What the map shows: who is who, and names beside their dots where they can be read."""

from __future__ import annotations

import io
import itertools
import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.party.words import State
from bot.takeaway.fonts import Fonts
from bot.takeaway.labels import Label, placed
from bot.takeaway.lines import Setter
from bot.takeaway.mapping import COLOURS, OTHERS, Dot, Floats, Picture
from bot.takeaway.pen import Pen
from bot.takeaway.picture import HEIGHT, LABELLED, WIDTH, draw, dress, main, radius, spread

SETTER = Setter(Fonts(folders=[]))
NAMES = st.text(st.sampled_from("abcmil WM.é"), max_size=40)
DOTS = st.builds(
    Dot,
    x=st.floats(-1, 1),
    y=st.floats(-1, 1),
    title=NAMES,
    artist=NAMES,
    added_by=st.sampled_from([None, *"ABCDEFGHIJ"]),
    votes=st.integers(-3, 12),
    state=st.sampled_from([State.QUEUED, State.SUGGESTED, State.PLAYED]),
)


def song(number: int, added_by: str = "Anna", state: State = State.QUEUED, votes: int = 0) -> Dot:
    """A song along a line."""
    return Dot(float(number), float(number % 7), f"Song {number}", "Band", added_by, votes, state)


def pen() -> Pen:
    """An empty picture."""
    return Pen(WIDTH, HEIGHT, SETTER)


def labels(dots: list[Dot]) -> tuple[list[Label], Floats, Floats]:
    """The labels of these songs, with their places and how large they are."""
    places = spread(np.array([(dot.x, dot.y) for dot in dots], np.float64).reshape(-1, 2))
    radii = np.array([radius(dot, len(dots)) for dot in dots])
    return placed(dots, places, radii, LABELLED, Pen(1, 1, SETTER)), places, radii


def pixels(picture: Picture) -> Floats:
    """What is drawn."""
    board = pen()
    draw(picture, board)
    return np.asarray(board.picture(), np.float64)


@settings(max_examples=30, deadline=None)
@given(st.lists(DOTS, max_size=30))
def test_no_name_lies_on_another_or_on_a_dot(dots: list[Dot]) -> None:
    """Whatever the songs: every label is within its part of the picture, and free."""
    found, places, radii = labels(dots)
    for label in found:
        left, low, right, high = label.box
        assert LABELLED.left <= left <= right <= LABELLED.right
        assert LABELLED.low <= low <= high <= LABELLED.high
        inside = np.clip(places, (left, low), (right, high))
        assert (np.abs(inside - places).max(axis=1) >= radii).all()
    for one, other in itertools.combinations(found, 2):
        a, b = one.box, other.box
        assert a.right <= b.left or b.right <= a.left or a.high <= b.low or b.high <= a.low


def test_what_plays_is_named_in_any_crowd() -> None:
    """All others lie around it; it has the first label all the same."""
    crowd = [Dot(0.0, 0.0, f"Song {i}", "Band", "Anna", 5, State.QUEUED) for i in range(300)]
    found, _, _ = labels([*crowd, Dot(0.0, 0.0, "This", "", "Anna", 0, State.PLAYING)])
    assert [line.text for line in found[0].lines] == ["This"]


def test_what_matters_more_is_named_first() -> None:
    """What plays, then what waits by its votes, then what is suggested, then what is over."""
    states = [State.PLAYED, State.SUGGESTED, State.QUEUED, State.QUEUED, State.PLAYING]
    dots = [
        song(i, state=state, votes=votes)
        for i, (state, votes) in enumerate(zip(states, [9, 0, 1, 3, 0], strict=True))
    ]
    assert [label.lines[0].text for label in labels(dots)[0]] == [
        "Song 4",
        "Song 3",
        "Song 2",
        "Song 1",
        "Song 0",
    ]


def test_a_song_without_a_name_has_no_label() -> None:
    """What no font can write is not named; an artist alone is."""
    found, _, _ = labels(
        [Dot(0, 0, "\ue000", "", "A", 0, State.QUEUED), Dot(1, 1, "", "B", "A", 0, State.QUEUED)]
    )
    assert [[line.text for line in label.lines] for label in found] == [["B"]]


@pytest.mark.parametrize("people", [1, 8, 9, 30])
def test_everybody_has_a_look_or_is_one_of_the_others(people: int) -> None:
    """Up to eight people each have a colour and a shape; of more, those who added most have."""
    dots = tuple(song(i * 50 + j, f"P{i:02}") for i in range(people) for j in range(people - i))
    looks = dress(Picture("F", dots), pen())
    own = {name: look for name, look in looks.items() if look.colour != OTHERS}
    assert sorted(own) == [f"P{i:02}" for i in range(people if people <= 8 else 7)]
    assert [look.colour for look in own.values()] == list(COLOURS[: len(own)])
    assert len({look.shape for look in own.values()}) == len(own)
    assert {look.name for name, look in looks.items() if name not in own} <= {"others"}
    assert len(looks) == people


def test_who_has_a_name_that_nobody_can_write_is_somebody() -> None:
    """Their songs have a look of their own all the same."""
    looks = dress(Picture("F", (song(1, "\ue000"),)), pen())
    assert [look.name for look in looks.values()] == ["somebody"]


@pytest.mark.parametrize("letter", ["W", "i", "🎉"])
def test_no_title_and_no_legend_leaves_the_picture(letter: str) -> None:
    """However wide the letters of a party's or of people's names are."""
    names = [letter * 40 + str(i) for i in range(8)]
    dots = tuple(song(i, name) for i, name in enumerate(names))
    wide, plain = pixels(Picture(letter * 99, dots)), pixels(Picture("", ()))
    for rows in (slice(0, 60), slice(HEIGHT - 75, HEIGHT)):
        changed = np.abs(wide[rows] - plain[rows]).max(axis=(0, 2)) > 60
        assert changed[40:600].any()
        assert not changed[WIDTH - 20 :].any()


def test_dots_in_one_place_are_brought_apart() -> None:
    """A hundred songs that lie on each other do not hide each other."""
    spots = spread(np.zeros((100, 2)))
    gaps = np.hypot(*(spots[:, np.newaxis] - spots).transpose(2, 0, 1)) + 999 * np.eye(100)
    assert gaps.min() > 12
    assert spread(np.zeros((0, 2))).shape == (0, 2)


def test_more_votes_make_a_larger_dot_up_to_nine() -> None:
    """Suggestions are smaller than all."""
    sizes = [radius(song(1, votes=votes), 9) for votes in (-2, 0, 1, 5, 9, 50)]
    assert sizes[0] == sizes[1] < sizes[2] < sizes[3] < sizes[4] == sizes[5]
    assert radius(song(1, state=State.SUGGESTED, votes=9), 9) < sizes[0]


def test_the_process_reads_a_picture_and_writes_a_file() -> None:
    """JSON in, a PNG out that says nothing of who made it."""
    sink = io.BytesIO()
    order = json.dumps(asdict(Picture("F", (song(1, state=State.PLAYING), song(2, state=State.SUGGESTED)))))
    main(io.BytesIO(order.encode()), sink)
    image = Image.open(io.BytesIO(sink.getvalue()))
    assert (image.format, image.size, image.mode) == ("PNG", (WIDTH, HEIGHT), "RGB")
    assert not image.info
