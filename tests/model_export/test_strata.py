"""By kind of song and list: what was wanted, found, shown and promised, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model_export.bundle import Learned, save_learned, write_bundle
from model_export.evaluate import Bundle, answers
from model_export.findings import learned_from
from model_export.languages import UNTOLD, language_of
from model_export.metrics import Case
from model_export.playlists import Playlists, Song
from model_export.strata import NOWHERE, Gap, Strata, by_kind, examined, gap
from tests.model_export.planted import playlists


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("The Way You Look", "English"),
        ("El amor de mi vida", "Spanish"),
        ("Ich liebe das Leben", "German"),
        ("Je ne regrette pas", "French"),
        ("Il cielo in una stanza", "Italian"),
        ("Não é fácil", "Portuguese"),
        ("上を向いて歩こう", "Japanese"),
        ("강남스타일", "Korean"),
        ("Катюша", "Cyrillic letters"),
        ("月亮代表我的心", "Chinese or Japanese"),
        ("Thriller", UNTOLD),
        ("99", UNTOLD),
        ("", UNTOLD),
        ("Despacito - The Remix of it", UNTOLD),
        ("Una", UNTOLD),
    ],
)
def test_a_title_tells_its_language_or_nothing(title: str, language: str) -> None:
    """By letters or small words; a word of two languages and what stands behind a hyphen decide nothing."""
    assert language_of(title) == language


def case(*held_out: int) -> Case:
    """A case that held out these songs."""
    return Case(np.array([9], np.int32), np.array(held_out, np.int32), "parties")


def test_strata_are_counted_song_by_song() -> None:
    """Two rare songs and a popular one are held out, one of each found."""
    kind_of = np.array([0, 0, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1])
    first = np.array([2, 3, 0, 6, 7, 8, 10, 11, 4, 9, 1])
    rare, popular = by_kind(
        kind_of, ["rare", "popular", "never"], [(case(0, 2), first[:10]), (case(1), first[:2])]
    )
    assert (rare.held_out, rare.wanted, rare.found) == pytest.approx((2, 2 / 3, 0.5))
    assert (popular.held_out, popular.wanted, popular.found) == pytest.approx((1, 1 / 3, 1.0))
    assert (rare.shown, popular.shown) == pytest.approx((1 / 12, 11 / 12))


def test_only_what_is_shown_counts_as_shown() -> None:
    """A song in the eleventh place is found, and nobody sees it."""
    first = np.arange(11)
    (early, late) = by_kind(np.array([0] * 10 + [1]), ["early", "late"], [(case(10), first)])
    assert (late.found, late.shown, early.shown) == (1.0, 0.0, 1.0)


@pytest.fixture(scope="module")
def strata(
    learned: Learned, lists: Playlists, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Strata, Bundle]:
    """What is found out of the planted lists' test split, half of it of users."""
    folder = tmp_path_factory.mktemp("strata")
    save_learned(learned, folder)
    write_bundle(learned, folder)
    told = replace(lists, kinds=[("user", "radio")[i % 2] for i in range(len(lists))])
    bundle = Bundle(folder, told)
    unseen = bundle.unseen(told, "test")
    return examined(bundle, bundle.rank, learned_from(bundle, told), unseen, 5), bundle


def test_every_held_out_song_is_in_one_stratum(strata: tuple[Strata, Bundle], lists: Playlists) -> None:
    """By support, popularity and language alike, and the shares of each add up to one."""
    unseen = lists.split("test").one_per_parent()
    held_out = sum(max(len(unseen.tracks(i)) - 5, 0) for i in range(len(unseen)))
    for kinds in (strata[0].support, strata[0].popularity, strata[0].language):
        assert sum(each.held_out for each in kinds) == held_out
        assert sum(each.wanted for each in kinds) == pytest.approx(1)
        assert sum(each.shown for each in kinds) == pytest.approx(1)
    assert all(each.shown == 0 for each in strata[0].support if each.name == NOWHERE)


def test_promises_are_those_of_the_kinds_own_lists(strata: tuple[Strata, Bundle], lists: Playlists) -> None:
    """Each source's kind by itself, the mean of its answers' match beside the share that was right."""
    told = replace(lists, kinds=[("user", "radio")[i % 2] for i in range(len(lists))])
    unseen = told.split("test").one_per_parent()
    assert [each.name for each in strata[0].promises] == ["parties, radio", "parties, user"]
    for promise in strata[0].promises:
        kind = promise.name.partition(", ")[2]
        own = unseen.select([i for i, each in enumerate(unseen.kinds) if each == kind])
        match, true = answers(strata[1], own)
        assert (promise.said, promise.true) == pytest.approx((match.mean(), true.mean()))
        assert promise.lists == len(own)


def test_gaps_are_what_no_training_list_holds() -> None:
    """Of four songs two are new, one of them by a known artist, and one stands in one list."""
    songs = [Song(f"t{i}", f"title {i}", artist) for i, artist in enumerate(["A", "B", "C", "D", "A", "E"])]
    seen = playlists([[0, 1], [0, 2]], songs)
    found = gap("radio", seen.parents_per_song(), seen, playlists([[0, 1, 4, 5]], songs))
    assert found == Gap("radio", 1, songs=0.5, artists=0.25, once=0.25)
