"""Texts that somebody chose to do harm, at little cost."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from hypothesis import strategies as st

PLANES = ((0x00, 0x7F), (0x80, 0x2FF), (0x300, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x10FFFF))
"""Where characters lie, surrogates left out; of the first there are as many as of the last."""


def hostile(pieces: Sequence[str], most: int, characters: int) -> st.SearchStrategy[str]:
    """Texts of one to `most` parts: some of these pieces, some of up to so many characters of any kind.

    Each is one draw of Hypothesis: its draws take longer than anything else where a test has a hundred texts.
    """

    def made(seed: int) -> str:
        chance = Random(seed)  # noqa: S311 - no secret
        parts = (
            chance.choice(pieces) if chance.random() < 0.7 else anything(chance, characters)
            for _ in range(chance.randint(1, most))
        )
        return "".join(parts)

    return st.integers(0, 2**64 - 1).map(made)


def anything(chance: Random, most: int) -> str:
    """Up to so many characters from everywhere."""
    return "".join(chr(chance.randint(*chance.choice(PLANES))) for _ in range(chance.randint(0, most)))
