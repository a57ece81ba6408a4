"""How many must agree before a song is skipped."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.party.rules.quorum import skips_needed
from bot.party.words import Quorum
from tests.bot.party.rules.made import ANY_TIME

PEOPLE = st.integers(min_value=1, max_value=1_000)


@pytest.mark.parametrize(
    ("quorum", "expected"),
    [
        (Quorum.ONE, [1, 1, 1, 1, 1, 1]),
        (Quorum.THIRD, [1, 1, 1, 2, 2, 2]),
        (Quorum.HALF, [1, 2, 2, 3, 3, 4]),
        (Quorum.MOST, [1, 2, 2, 3, 4, 4]),
        (Quorum.ALL, [1, 2, 3, 4, 5, 6]),
    ],
)
def test_each_quorum_has_its_number_for_one_to_six_people(quorum: Quorum, expected: list[int]) -> None:
    """Counted by hand."""
    assert [skips_needed(people, quorum) for people in range(1, 7)] == expected


@pytest.mark.parametrize("quorum", Quorum)
def test_at_least_one_must_agree(quorum: Quorum) -> None:
    """Even where nobody is known to be there, a song is not skipped by itself."""
    assert skips_needed(0, quorum) == 1


@ANY_TIME
@given(PEOPLE, st.sampled_from(Quorum))
def test_no_more_must_agree_than_there_are(people: int, quorum: Quorum) -> None:
    """Everybody together can always skip."""
    assert 1 <= skips_needed(people, quorum) <= people


@ANY_TIME
@given(PEOPLE)
def test_the_fewest_that_make_up_the_share_are_enough(people: int) -> None:
    """A third and two thirds count when they are reached, one half only when it is passed."""
    for quorum, share in ((Quorum.THIRD, Fraction(1, 3)), (Quorum.MOST, Fraction(2, 3))):
        needed = skips_needed(people, quorum)
        assert needed >= share * people > needed - 1
    half = skips_needed(people, Quorum.HALF)
    assert half > Fraction(people, 2) >= half - 1


@ANY_TIME
@given(PEOPLE)
def test_a_stricter_quorum_never_asks_for_fewer(people: int) -> None:
    """From one person to all of them, in the order in which rooms are offered them."""
    needed = [skips_needed(people, quorum) for quorum in Quorum]
    assert needed == sorted(needed)


def test_more_than_half_is_usual() -> None:
    """A room that has chosen nothing asks for the majority."""
    assert skips_needed(10) == 6
