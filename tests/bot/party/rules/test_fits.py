"""How well suggestions fit a room, in words and as a bar."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.party.rules.fits import GOOD, STRONG, Fit, blocks, fit, full
from bot.party.words import Entry, State
from tests.bot.party.rules.made import ANY_TIME, entry

OFFER = entry(1, None, State.SUGGESTED, match=0.05)


def offer(share: float | None, *because: str) -> Entry:
    """A suggestion that fits so well."""
    return replace(OFFER, fit=share, because=because)


@pytest.mark.parametrize(
    ("share", "expected", "bar"),
    [
        (1.0, Fit.STRONG, "▰▰▰▰▰"),
        (STRONG, Fit.STRONG, "▰▰▰▰▱"),
        (STRONG - 0.01, Fit.GOOD, "▰▰▰▰▱"),
        (GOOD, Fit.GOOD, "▰▰▱▱▱"),
        (GOOD - 0.01, Fit.TRY, "▰▰▱▱▱"),
        (0.0, Fit.TRY, "▰▱▱▱▱"),
        (None, Fit.TRY, "▰▱▱▱▱"),
    ],
)
def test_words_and_bar_say_the_same(share: float | None, expected: Fit, bar: str) -> None:
    """Beside the best that this room could have, whatever the number is; an older ballot says little."""
    assert fit(offer(share, "Wonderwall")) is expected
    assert blocks(offer(share, "Wonderwall")) == bar


def test_without_a_reason_it_is_a_try() -> None:
    """However full the bar would be."""
    assert fit(offer(1.0)) is Fit.TRY
    assert full(offer(1.0)) < GOOD
    assert blocks(offer(1.0)) == "▰▱▱▱▱"


@ANY_TIME
@given(st.floats(-1, 2), st.booleans())
def test_a_bar_has_five_blocks(share: float, named: bool) -> None:
    """And is never empty, nor fuller than full."""
    shown = offer(share, *(["a"] if named else []))
    assert len(blocks(shown)) == 5
    assert blocks(shown)[0] == "▰"
    assert 0 <= full(shown) <= 1
