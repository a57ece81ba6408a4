"""Which lists share a parent, and where listening is parted into sittings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from model_export.exports.copies import ALIKE, parents
from model_export.exports.found import Named, Play
from model_export.exports.sittings import ENDS_AFTER_S, sittings

SONGS = [f"song {number}" for number in range(40)]


def test_copies_share_a_parent() -> None:
    """The same list again, in another order, or with a few songs more; another list has its own."""
    mine = SONGS[:10]
    found = parents([mine, SONGS[20:30], mine[::-1], [*mine, *SONGS[30:36]], SONGS[8:18], mine])
    assert found[0] == found[2] == found[3] == found[5]
    assert len({found[0], found[1], found[4]}) == 3


def test_a_chain_of_copies_is_one() -> None:
    """A playlist that changed week by week is one, although its first state and its last share nothing."""
    assert len(set(parents([SONGS[first : first + 10] for first in range(0, 30, 2)]))) == 1


@given(st.lists(st.lists(st.integers(0, 12), min_size=2, max_size=8, unique=True), max_size=12))
def test_lists_share_a_parent_exactly_if_a_chain_of_copies_joins_them(lists: list[list[int]]) -> None:
    """As comparing each list with each other says, which takes longer."""
    named = [[str(song) for song in songs] for songs in lists]
    sets = [set(songs) for songs in named]
    group = [*range(len(sets))]
    for one, first in enumerate(sets):
        for two, second in enumerate(sets[:one]):
            if len(first & second) >= ALIKE * len(first | second):
                group = [group[two] if each == group[one] else each for each in group]
    found = parents(named)
    for one in range(len(sets)):
        for two in range(one):
            assert (found[one] == found[two]) == (group[one] == group[two])


def play(at_s: float, title: str = "Waterloo") -> Play:
    """A listen."""
    return Play(at_s, Named(title, "ABBA"))


def test_a_sitting_ends_where_nothing_was_heard_for_a_while() -> None:
    """A pause of exactly that length does not end it; what two files tell of one moment counts once."""
    plays = [play(ENDS_AFTER_S), play(0), play(2 * ENDS_AFTER_S + 1), play(0), play(0, "SOS")]
    assert [[each.at_s for each in sitting] for sitting in sittings(plays)] == [
        [0, 0, ENDS_AFTER_S],
        [2 * ENDS_AFTER_S + 1],
    ]
    assert sittings([]) == []
