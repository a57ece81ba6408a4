"""What the model is told for phrases, with the shipped catalogue and with others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bot.party.words import Mood, Signal
from bot.recommend.catalogue import Catalogue
from bot.recommend.phrases import Part
from bot.recommend.recommender import Recommender
from bot.recommend.shelf import Shelf
from bot.recommend.shelving import Row, shelved
from bot.recommend.spoken import MOST_MEANT, MOST_SONGS, STRENGTH, WORD, Speaker
from bot.recommend.topics import facts


async def artists(recommender: Recommender, words: Sequence[str], count: int = 20) -> list[str]:
    """The main artists of the first songs for words."""
    found = await recommender.suggest([], [], count, words=words)
    return [each.track.artist.split(",")[0] for each in found]


@pytest.mark.parametrize("phrases", [["summer"], ["60s"], ["german", "rap"], ["k-pop"], ["salsa", "party"]])
def test_phrases_speak_like_a_few_songs(catalogue: Catalogue, phrases: list[str]) -> None:
    """However many songs stand for one: each half has the strength of a few songs for each of them."""
    rows = catalogue.spoken(phrases).rows
    for half in (0, 1):
        songs = sum(row.weight for row in rows if row.half == half)
        told = songs + sum(WORD * row.weight for row in rows if row.half is None)
        assert told <= STRENGTH * len(phrases) + 1e-6
        assert told >= STRENGTH - 1e-6
    assert len(rows) <= (MOST_SONGS + 3) * len(phrases)


def test_several_phrases_must_all_be_true(catalogue: Catalogue) -> None:
    """German rap is neither all of German nor all of rap."""
    german, rap, both = (catalogue.spoken(each) for each in (["german"], ["rap"], ["german", "rap"]))
    songs = {row.index for row in both.rows}
    assert {row.said for row in both.rows} == {"german rap"}
    assert songs <= {*german.meant.tolist()} | {*np.setdiff1d(both.meant, german.out).tolist()}
    assert not songs & {*german.out.tolist()}
    assert not songs & {*rap.out.tolist()}
    assert len(both.out) > len(german.out) > 0


async def test_the_best_songs_for_a_phrase_are_suggested_themselves(
    catalogue: Catalogue, recommender: Recommender
) -> None:
    """What stands for a phrase is told to the model, which never answers with what it was told."""
    found = await recommender.suggest([], [], 20, words=["christmas"], mood=Mood.SAFE)
    titles = " ".join(each.track.title for each in found)
    assert "Last Christmas" in titles
    assert "Rockin' Around The Christmas Tree" in titles
    named = {row.index for row in catalogue.spoken(["christmas"]).rows if row.half is not None}
    assert sum(catalogue.index_of(each.track) in named for each in found) >= 8


async def test_reasons_are_the_phrase(recommender: Recommender) -> None:
    """Not the songs that stand for it."""
    for each in await recommender.suggest([], [], 10, words=["hochzeit"]):
        assert each.because == ("hochzeit",)


async def test_a_year_is_asked_for(recommender: Recommender) -> None:
    """Of songs whose year is known, only such are there."""
    found = await recommender.suggest([], [], 20, words=["1985"])
    assert {each.track.year for each in found} <= {1985, None}


async def test_summer_is_no_longer_one_curators(recommender: Recommender) -> None:
    """Its songs are those that people know for it, not a tour of Poland."""
    found = await recommender.suggest([], [], 20, words=["summer"], mood=Mood.SAFE)
    titles = " ".join(each.track.title for each in found)
    assert "Walking On Sunshine" in titles
    assert sum(each.track.year is not None for each in found) >= 15


async def test_words_join_a_queue_without_drowning_it(catalogue: Catalogue, recommender: Recommender) -> None:
    """With four songs of two people, both the songs and the words are reasons."""
    songs = ["dream on aerosmith", "hotel california", "back in black", "sweet home alabama"]
    told = [
        Signal(await catalogue.resolve(song), 1.0, 1.0, {"ab"[at % 2]: 1.0}) for at, song in enumerate(songs)
    ]
    found = await recommender.suggest(told, [], 20, words=["70s"], mood=Mood.SAFE)
    reasons = {reason for each in found for reason in each.because}
    assert "70s" in reasons
    assert len(reasons) > 1


def shelf(*rows: Row) -> Shelf:
    """A catalogue of some songs."""
    return Shelf(shelved([rows]))


def spoken(speaker: Speaker, *keys: str) -> tuple[set[int], set[int]]:
    """The songs that stand for topics, and those that are left out."""
    told = speaker.of([Part(key, (facts().topics[key],)) for key in keys])
    return {row.index for row in told.rows}, {*told.out.tolist()}


def test_a_bundle_without_any_of_it_is_told_nothing() -> None:
    """Nothing is left out either: a filter that leaves hardly a song is none."""
    speaker = Speaker(shelf(Row("Nothing", "Nobody", 0.5, 1985)), lambda _: None)
    for key in ("summer", "german", "metal", "90s", "carnival"):
        assert spoken(speaker, key) == (set(), set())


def test_songs_of_another_bundle_are_found_by_name() -> None:
    """In the best-known of several versions, whatever their numbers are."""
    rows = [Row(f"Song {at}", f"Band {at}", 0.1, 0) for at in range(40)]
    rows += [Row("Walking on Sunshine", "Katrina & The Waves", 0.1, 1985)]
    rows += [Row("Walking On Sunshine - Remastered", "Katrina & The Waves", 0.9, 2009)]
    stands, out = spoken(Speaker(shelf(*rows), lambda _: None), "summer")
    assert len(stands) == 1
    assert stands <= {40, 41}
    assert not out


def test_a_years_songs_are_told_apart_by_their_artists_where_the_year_is_missing() -> None:
    """ABBA had its songs in the seventies; of a stranger nobody knows."""
    rows = [Row(f"Old {at}", "ABBA", 0.5, 1976) for at in range(30)]
    rows += [
        Row("Waterloo", "ABBA", 0.5, 0),
        Row("Whatever", "Nobody", 0.5, 0),
        Row("New", "ABBA", 0.5, 2021),
    ]
    _, out = spoken(Speaker(shelf(*rows), lambda _: None), "70s")
    assert out == {31, 32}


def test_not_too_many_songs_count_as_meant(catalogue: Catalogue) -> None:
    """However many there are of a kind."""
    assert len(catalogue.spoken(["rock"]).meant) <= MOST_MEANT


def test_christmas_is_told_apart(catalogue: Catalogue) -> None:
    """In whatever language it is asked for, and by nothing else."""
    assert all(
        catalogue.spoken([each]).christmas for each in ("xmas", "natal", "weihnachtsfeier", "クリスマス")
    )
    assert not catalogue.spoken(["winter", "new year"]).christmas


def test_a_song_that_was_meant_is_there_for_that(catalogue: Catalogue) -> None:
    """Whatever the model says for it; of others, and where a phrase is a reason anyway, nothing is added."""
    told = catalogue.spoken(["summer"])
    meant = int(told.meant[0])
    assert told.named(meant, ()) == ("summer",)
    assert told.named(meant, ("Hey Jude", "Creep")) == ("summer", "Hey Jude")
    assert told.named(meant, ("Hey Jude", "summer")) == ("Hey Jude", "summer")
    assert told.named(-1, ("Hey Jude",)) == ("Hey Jude",)
