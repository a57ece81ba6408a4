"""The index of letter groups finds the same however texts are divided, and looks no further than it must."""

from __future__ import annotations

import random

import numpy as np
import pytest

from bot.recommend import index
from bot.recommend.index import Arrays, Index, indexed

WORDS = [
    "love",
    "me",
    "like",
    "you",
    "do",
    "the",
    "night",
    "we",
    "met",
    "blue",
    "bird",
    "song",
    "of",
    "a",
    "summer",
    "rain",
]


def songs(count: int) -> list[str]:
    """Texts of a few words each."""
    dice = random.Random(7)  # noqa: S311 - no secret
    return [" ".join(dice.choices(WORDS, k=dice.randrange(1, 6))) for _ in range(count)]


def kept(texts: list[str], at_a_time: int = 100) -> Arrays:
    """What is kept of an index."""
    return indexed(texts[at : at + at_a_time] for at in range(0, len(texts), at_a_time))


def known(count: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """The first one is known best."""
    return np.linspace(1, 0, count, dtype=np.float32)


@pytest.mark.parametrize("typed", ["lov", "love ", "sumer rain", "the night we met", "blubird", "zzz", "a"])
@pytest.mark.parametrize("share", [0.15, 0.6])
def test_tiers_change_no_answer(monkeypatch: pytest.MonkeyPatch, typed: str, share: float) -> None:
    """In one tier or in forty, the same texts are the best."""
    texts = songs(400)
    whole = Index(kept(texts), known(400)).alike(typed, 24, share)
    monkeypatch.setattr(index, "TIER", 10)
    parted = Index(kept(texts, 7), known(400)).alike(typed, 24, share)
    assert sorted(parted) == sorted(whole)


@pytest.mark.parametrize("letters", ["l", "lo", "q"])
def test_the_best_known_beginnings(monkeypatch: pytest.MonkeyPatch, letters: str) -> None:
    """Of the texts with a word that starts so, the best known ones."""
    texts = songs(400)
    expected = [at for at, text in enumerate(texts) if f" {letters}" in f" {text}"][:20]
    monkeypatch.setattr(index, "TIER", 50)
    assert sorted(Index(kept(texts), known(400)).starting(letters, 20)) == expected


def test_what_can_hold_nothing_better_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once enough well-known texts fit whole, no list of less known ones is read: theirs are gone here."""
    texts = songs(400)
    monkeypatch.setattr(index, "TIER", 100)
    arrays = kept(texts)
    whole = Index(arrays, known(400)).alike("love", 10, 0.6)
    first = arrays["index_starts"][1, 0]
    less = {**arrays, "index_texts": arrays["index_texts"][:first]}
    assert sorted(Index(less, known(400)).alike("love", 10, 0.6)) == sorted(whole)


def test_an_index_of_nothing_finds_nothing() -> None:
    """Not even an error."""
    nothing = Index(indexed([]), known(0))
    assert nothing.alike("love", 10, 0.15).tolist() == nothing.starting("l", 10).tolist() == []
