"""Suggestions from what can sound alone, by the shipped model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bot.party.rules.songs import same_song
from bot.party.words import Mood, Signal, Stock, Track
from bot.recommend.among import STAND_INS, Among
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender

QUEUE = ("bohemian rhapsody", "queen we will rock you", "abba dancing queen")
QUEENS = tuple(Track(f"Rarity {n}", "Queen", f"own:{n}", "In the Attic", 1975, 180_000) for n in range(1, 10))
STRANGER = Track("Gravel Moon", "The Basement Ferns", "own:20", None, 2021, 200_000)


async def told(catalogue: Catalogue, *songs: str, people: int = 1) -> list[Signal]:
    """Signals for songs as typed, of people in turn."""
    tracks = [await catalogue.resolve(song) for song in songs]
    return [Signal(track, 1.0, 1.0, {str(at % people): 1.0}) for at, track in enumerate(tracks)]


def some(catalogue: Catalogue, count: int, lacked: Sequence[Track] = ()) -> Stock:
    """So many songs of the catalogue, drawn by chance, and others."""
    drawn = np.random.default_rng(7).choice(catalogue.counts[0], count, replace=False)
    return Stock(frozenset(track.track_id or "" for track in catalogue.tracks(drawn.tolist())), tuple(lacked))


@pytest.mark.parametrize("mood", Mood)
@pytest.mark.parametrize("people", [1, 3])
@pytest.mark.parametrize("words", [(), ("90s rock",)])
@pytest.mark.parametrize("count", [30_000, 300])
async def test_only_what_can_sound_is_suggested(
    catalogue: Catalogue, recommender: Recommender, mood: Mood, people: int, words: Sequence[str], count: int
) -> None:
    """Whoever is there, whatever is looked for, and however few songs there are."""
    signals, among = await told(catalogue, *QUEUE, people=people), some(catalogue, count, QUEENS)
    banned = [signal.track for signal in signals]
    found = await recommender.suggest(signals, banned, 10, words=words, mood=mood, among=among)
    assert len(found) == 10 or (words and found)  # of few songs fewer are what words ask for
    assert all(each.track.track_id in among.known or each.track in among.lacked for each in found)
    assert not any(same_song(each.track, track) for each in found for track in banned)
    assert len({each.track.track_id for each in found}) == len(found)


async def test_an_empty_queue_gets_a_mix_of_what_can_sound(
    catalogue: Catalogue, recommender: Recommender
) -> None:
    """Of several decades, and the better known songs of all that can sound."""
    among = some(catalogue, 30_000)
    found = await recommender.suggest([], [], 20, among=among)
    assert {each.track.track_id for each in found} <= among.known
    assert len({each.track.year // 10 for each in found if each.track.year}) >= 5
    assert max(catalogue.indices([each.track.track_id or "" for each in found])) < 0.1 * catalogue.counts[0]


@pytest.mark.parametrize("people", [1, 3])
async def test_where_all_can_sound_nothing_is_another(
    catalogue: Catalogue, recommender: Recommender, people: int
) -> None:
    """Being asked for all songs is being asked for any."""
    everything = Stock(
        frozenset(track.track_id or "" for track in catalogue.tracks(range(catalogue.counts[0])))
    )
    signals = await told(catalogue, *QUEUE, people=people)
    expected = await recommender.suggest(signals, [], 10)
    assert await recommender.suggest(signals, [], 10, among=everything) == expected
    assert await recommender.suggest([], [], 10, among=everything) == await recommender.suggest([], [], 10)


async def test_what_fits_best_stays_best(catalogue: Catalogue, recommender: Recommender) -> None:
    """Of a third of the songs those come that would have come of all, were the others left out."""
    signals, among = await told(catalogue, *QUEUE), some(catalogue, catalogue.counts[0] // 3)
    whole = await recommender.suggest(signals, [], 60)
    left = [each.track for each in whole if each.track.track_id in among.known][:10]
    found = [each.track for each in await recommender.suggest(signals, [], 10, among=among)]
    assert len({track.track_id for track in left} & {track.track_id for track in found}) >= 7


async def test_songs_that_the_model_lacks_stand_where_their_artist_does(
    catalogue: Catalogue, recommender: Recommender
) -> None:
    """Match and reasons are those of a middling song of the artist's: exact for that one."""
    signals, among = await told(catalogue, *QUEUE), some(catalogue, 300, [*QUEENS, STRANGER])
    found = await recommender.suggest(signals, [], 10, among=among)
    queens = [each for each in found if each.track.artist == "Queen" and each.track in among.lacked]
    assert [each.track for each in queens] == [*QUEENS[: len(queens)]]
    assert 1 <= len(queens) <= 4
    assert {*queens[0].because} <= {signal.track.title for signal in signals}
    stand_ins = [*Among.of(among, catalogue, catalogue.counts[0]).artist_of]
    assert len(stand_ins) == STAND_INS
    heard = [(catalogue.index_of(signal.track) or 0, signal) for signal in signals]
    others = np.delete(np.arange(catalogue.counts[0]), stand_ins)
    best = recommender.answer(heard, others, STAND_INS)
    assert queens[0].match == pytest.approx(float(best.match[0]), rel=1e-4)
    assert {catalogue.track(index).artist for index in stand_ins} == {"Queen"}


async def test_songs_that_the_model_lacks_are_held_to_the_rules(
    catalogue: Catalogue, recommender: Recommender
) -> None:
    """Those that are out, offered, too long, explicit or for Christmas do not come."""
    signals = await told(catalogue, *QUEUE)
    bad = [
        replace(QUEENS[0], title="Silent Night", track_id="own:31"),
        replace(QUEENS[0], title="Long One", track_id="own:32", duration_ms=3_600_000),
        replace(QUEENS[0], title="Bad One (Explicit)", track_id="own:33"),
    ]
    among = Stock(frozenset(), (*bad, *QUEENS[:4]))
    found = await recommender.suggest(
        signals,
        [replace(QUEENS[0], track_id="own:77", title="rarity 1!")],
        10,
        offered=[QUEENS[1].track_id or ""],
        clean=True,
        longest_ms=600_000,
        among=among,
    )
    assert [each.track for each in found] == [*QUEENS[2:4]]


async def test_strangers_fill_up_what_is_left(catalogue: Catalogue, recommender: Recommender) -> None:
    """A song by nobody whom the model knows comes where nothing better does, and without a reason."""
    signals = await told(catalogue, *QUEUE)
    few = Stock(frozenset(), (STRANGER, QUEENS[0]))
    found = await recommender.suggest(signals, [], 5, among=few)
    assert [each.track for each in found] == [QUEENS[0], STRANGER]
    assert (found[1].because, found[1].match, found[1].fit) == ((), 0.0, 0.0)
    enough = await recommender.suggest(signals, [], 5, among=some(catalogue, 300, [STRANGER]))
    assert STRANGER not in [each.track for each in enough]
    assert await recommender.suggest([], [], 5, among=Stock()) == []


async def test_chance_chooses_among_an_artists_songs(catalogue: Catalogue, recommender: Recommender) -> None:
    """In a mood that leaves something to it; otherwise it is always the first ones."""
    signals, among = await told(catalogue, *QUEUE), Stock(frozenset(), QUEENS)
    seen: set[str | None] = set()
    for _ in range(20):
        found = await recommender.suggest(signals, [], 2, mood=Mood.BALANCED, among=among)
        seen.update(each.track.track_id for each in found)
    assert len(seen) > 4


async def test_why_a_song_that_the_model_lacks_fits(catalogue: Catalogue, recommender: Recommender) -> None:
    """The figures are those of the song that stands in for it, which is named; a stranger has none."""
    signals, among = await told(catalogue, *QUEUE), Stock(frozenset(), QUEENS)
    suggested, *_ = await recommender.suggest(signals, [], 5, among=among)
    why = await recommender.why(signals, suggested.track, {})
    assert why is not None
    assert why.track == suggested.track
    assert why.match == pytest.approx(suggested.match, rel=1e-4)
    assert why.stand_in is not None
    assert why.stand_in.artist == "Queen"
    plain = await recommender.why(signals, why.stand_in, {})
    assert plain is not None
    assert plain.stand_in is None
    assert (plain.match, plain.songs) == (why.match, why.songs)
    assert await recommender.why(signals, STRANGER, {}) is None
    assert await recommender.why(signals, Track("Nobody Has It", "Queen"), {}) is None
