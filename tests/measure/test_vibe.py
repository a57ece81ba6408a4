"""Vibes as people type them are understood, and what is asked for is true of the songs."""

from __future__ import annotations

import pytest

from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from tests.measure.vibe.asking import asked, read
from tests.measure.vibe.judging import CHECKS, Check, judged


@pytest.mark.parametrize("name", ["phrases", "held_back"])
def test_nine_of_ten_vibes_are_known(name: str, catalogue: Catalogue) -> None:
    """Of natural phrases in seven languages at least 90 % are known, and nearly as many wholly."""
    every = [asked(vibe, catalogue) for vibe in read(name)]
    assert sum(bool(each.meant) for each in every) >= 0.9 * len(every)
    assert sum(bool(each.meant) and not each.unknown for each in every) >= 0.85 * len(every)
    assert sum(each.as_expected for each in every) >= 0.85 * len(every)


def test_every_language_is_asked_in() -> None:
    """The phrases are in all languages of Encore, and none is there twice."""
    vibes = read("phrases")
    assert len({vibe.phrase for vibe in vibes}) == len(vibes) >= 200
    assert {vibe.language for vibe in vibes} == {"en", "de", "es", "fr", "pt", "ja", "zh"}


@pytest.mark.parametrize(
    "check",
    [check for check in CHECKS if check.phrase in {"60s", "german rap", "90s rock", "summer", "metal"}],
    ids=lambda check: check.phrase,
)
async def test_what_was_asked_for_is_true(
    check: Check, catalogue: Catalogue, recommender: Recommender
) -> None:
    """Of nearly all of the songs of which it can be told."""
    found = await judged(check, catalogue, recommender)
    assert found.known >= 15
    assert found.true >= 0.9 * found.known
