"""Whose taste counts: each member's own scores, how a group agrees, and what chance adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from bot.party.rules.steering import UNWANTED
from bot.party.words import Mood, Signal, Strategy, Track
from bot.recommend import taste

SINGLE = [each for each in Strategy if each is not Strategy.POOLED]
SEEDS = 2000
ABBA, QUEEN = 3, 7
"""Two artists' numbers."""


def said(weight: float, label: float, **stances: float) -> Signal:
    """A signal of some song."""
    return Signal(Track("a song", "somebody"), weight, label, stances)


def order(scores: Sequence[Sequence[float]], strategy: Strategy, served: Sequence[float] = ()) -> list[int]:
    """The order of a table of scores, a row a member."""
    return list(taste.together(np.array(scores, float), strategy, served))


# --- each member's own scores


def test_members_are_everybody_who_said_something_in_order() -> None:
    """A member counts once, whether they wanted something or not; a song without stances adds nobody."""
    told = [said(1, 1, ben=1.0), said(1, 1), said(1, -0.2, anna=UNWANTED, ben=1.0)]
    assert taste.members(told) == ["anna", "ben"]
    assert taste.members([]) == []


def test_of_a_crowd_those_who_say_most_stand_for_themselves() -> None:
    """And of equal ones the latest; the songs of all others stay the room's."""
    told = [Signal(Track(f"song {at}", "somebody"), 1.0, 1.0, {f"guest {at}": 1.0}) for at in range(300)]
    told.append(Signal(Track("another", "somebody"), 2.0, 1.0, {"guest 3": 1.0, "guest 4": UNWANTED}))
    few = taste.of_a_crowd(told)
    assert [each.track for each in few] == [each.track for each in told]
    assert len(taste.members(few)) == taste.CROWD
    assert {"guest 3", "guest 4", "guest 299"} <= {*taste.members(few)}
    assert few[-1] == told[-1]
    assert taste.of_a_crowd(told[: taste.CROWD]) == told[: taste.CROWD]


def test_the_logit_is_the_log_of_the_odds_and_stays_finite() -> None:
    """One half is 0, three quarters ln 3, and even certainty is a number."""
    found = taste.logit(np.array([0.5, 0.75, 0.0, 1.0], np.float32))
    assert found[:2] == pytest.approx([0, np.log(3)])
    assert np.isfinite(found).all()
    assert found[2] < -10
    assert found[3] > 10


def test_a_members_score_is_the_bias_and_their_own_shares_at_their_own_strength() -> None:
    """By hand: Anna's two songs of four times a share 0.3 and 0.1, scaled by (4 / 2) ** 0.6, and the bias."""
    reasons = np.array([[0.3, 0.1, 0.2, 0.4], [0.0, -0.5, 1.0, 0.0]], np.float32)
    bias = np.array([-1.0, 0.25])
    match = (1 / (1 + np.exp(-(bias + reasons.sum(axis=1))))).astype(np.float32)
    told = [said(1, 1, anna=1.0), said(1, 1, anna=1.0), said(1, 1, ben=1.0), said(1, 1, ben=1.0)]
    found = taste.by_member(reasons, taste.logit(match), told)
    times = 2**0.6
    expected = [[-1 + times * 0.4, 0.25 - times * 0.5], [-1 + times * 0.6, 0.25 + times * 1.0]]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_what_one_wants_and_another_does_not_pulls_them_apart() -> None:
    """A song queued by Anna that Ben voted down speaks for its like with her and against it with him."""
    told = [said(2, 1, anna=1.0, ben=UNWANTED)]
    anna, ben = taste.by_member(np.array([[2.0]], np.float32), np.zeros(1), told)
    strength = 2**0.6  # weight 2, and each has said one thing
    assert anna[0] == pytest.approx(-2 + strength * 1.0, rel=1e-5)
    assert ben[0] == pytest.approx(-2 + strength * UNWANTED, rel=1e-5)


def test_what_the_room_skipped_speaks_for_its_like_with_whoever_wants_it() -> None:
    """Its share is the label's: alone, of label 1, it would speak four times as loudly the other way."""
    told = [said(1, UNWANTED, anna=1.0, ben=UNWANTED)]
    anna, ben = taste.by_member(np.array([[-0.5]], np.float32), np.zeros(1), told)
    assert anna[0] == pytest.approx(0.5 + 2.0, rel=1e-5)
    assert ben[0] == pytest.approx(0.5 - 0.5, abs=1e-5)


@pytest.mark.parametrize(("weight", "label"), [(0.0, 1.0), (1.0, 0.0)])
def test_an_entry_that_said_nothing_to_the_model_says_nothing_of_a_member(
    weight: float, label: float
) -> None:
    """An entry of weight or label 0 has no share to scale up: the member is left with the bias, finite."""
    told = [said(weight, label, anna=1.0), said(1, 1, ben=1.0)]
    reasons = np.array([[0.0, 0.5], [0.0, 0.1]], np.float32)
    match = np.array([0.5, 0.5], np.float32)
    found = taste.by_member(reasons, taste.logit(match), told)
    assert np.isfinite(found).all()
    assert found[0] == pytest.approx([-0.5, -0.1])


def test_nobody_has_no_scores() -> None:
    """Where no member has said anything the table has no row, and a column each song."""
    found = taste.by_member(np.zeros((3, 1), np.float32), np.zeros(3), [said(1, 1)])
    assert found.shape == (0, 3)


# --- how a group agrees

TABLE = [[3.0, 1.0, -1.0, -3.0], [-3.0, 1.0, -1.0, 3.0]]
"""Two who agree on songs 1 and 2 and are of opposite minds about 0 and 3; equal means and spreads."""


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (Strategy.AVERAGE, [1, 0, 3, 2]),
        (Strategy.LEAST_MISERY, [1, 2, 0, 3]),
        (Strategy.MOST_PLEASURE, [0, 3, 1, 2]),
        (Strategy.TURNS, [0, 3, 1, 2]),
    ],
)
def test_each_way_to_agree_has_its_order(strategy: Strategy, expected: list[int]) -> None:
    """Means 0, 1, -1, 0; worst cases -3, 1, -1, -3; best cases 3, 1, -1, 3; in turns each one's favourite."""
    assert order(TABLE, strategy) == expected


def test_most_pleasure_may_serve_one_alone_and_turns_do_not() -> None:
    """Whose favourites stand out further has the first two places; in turns everybody has one of them."""
    strong = [[9.0, 8.5, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 2.2, 2.0, 2.1, -6.0]]
    assert set(order(strong, Strategy.MOST_PLEASURE)[:2]) == {0, 1}
    assert order(strong, Strategy.TURNS)[:2] == [0, 2]


def test_without_misery_makes_up_for_what_the_minority_missed() -> None:
    """Two who had ten rock songs each wait until the one who wants jazz has caught up, then come again.

    With z-scores of 1 a liked song is worth 1.46 and another 0.54, so jazz leads while 80 + 0.54 n, what
    the two have had, is more than twice 30 + 1.46 n: for nine songs.
    """
    rock, jazz = [2.0] * 40 + [-2.0] * 40, [-2.0] * 40 + [2.0] * 40
    assert max(order([rock, rock, jazz], Strategy.WITHOUT_MISERY)[:40]) < 40
    assert max(order([rock, rock, jazz], Strategy.AVERAGE, [10, 10, 0])[:40]) < 40
    fair = np.array(order([rock, rock, jazz], Strategy.WITHOUT_MISERY, [10, 10, 0])[:40]) >= 40
    assert fair[:9].all()
    assert not fair[9]
    assert fair[10:].any()


def test_each_has_a_part_of_every_list_however_much_louder_the_other_is() -> None:
    """Of two, one of whom likes a single song a hundred times as much, each has six of twenty at least."""
    rng = np.random.default_rng(0)
    scores = np.vstack([np.r_[rng.normal(3, 0.1, 50), rng.normal(-1, 0.1, 50)], np.r_[100.0, np.zeros(99)]])
    whose = np.repeat([0, 1], 50)
    alone = whose[order(scores.tolist(), Strategy.WITHOUT_MISERY)[:20]]
    assert (alone == 1).sum() < 6
    found = whose[list(taste.together(scores, Strategy.WITHOUT_MISERY, whose=whose))[:20]]
    assert min(Counter(found.tolist()).values()) >= 6
    for ballot in range(0, 20, 5):
        assert (found[ballot : ballot + 5] == 1).sum() >= 1


@pytest.mark.parametrize(("people", "least"), [(2, 8), (3, 3), (4, 2), (10, 0)])
def test_the_more_there_are_the_less_is_each_ones_own(people: int, least: int) -> None:
    """Of twenty songs: many agree on some, which are for one of them alone by this count."""
    scores = np.zeros((people, 40 * people))
    scores[0, :40] = 100.0
    whose = np.repeat(np.arange(people), 40)
    found = whose[[*taste.together(scores, Strategy.WITHOUT_MISERY, [0] + [1e6] * (people - 1), whose)][:20]]
    assert min((found == member).sum() for member in range(1, people)) == least


def test_who_has_no_songs_left_takes_none_from_others() -> None:
    """With three songs for one of two, these come early, and after them only the other's."""
    scores = np.vstack([np.linspace(1, 0, 30), np.linspace(1, 0, 30)])
    whose = np.array([0] * 27 + [1] * 3)
    found = whose[list(taste.together(scores, Strategy.WITHOUT_MISERY, whose=whose))]
    assert (found[:9] == 1).sum() == 3
    assert len(found) == 30


def test_a_song_is_for_whoevers_songs_add_most_to_it() -> None:
    """And for nobody where nobody's add much."""
    gained = np.array([[0.9, 0.1, 0.05, -1.0], [0.3, 0.5, 0.1, -2.0]])
    assert taste.made_for(gained).tolist() == [0, 1, -1, -1]
    assert taste.made_for(np.empty((0, 2))).tolist() == [-1, -1]


def test_how_well_songs_fit_is_measured_by_what_fits_best() -> None:
    """Each by the member for whom it is: 2 and 4 logits are the best of two. Little is enough for nobody."""
    told = [said(1, 1, anna=1.0), said(1, 1, ben=1.0)]
    each = np.array([[2.0, 0.0], [1.0, 0.0], [0.0, 4.0], [0.0, 1.0], [-1.0, -1.0]])
    found = taste.fits(taste.gains(each / 2**0.6, told))
    assert found == pytest.approx([1.0, 0.5, 1.0, 0.25, 0.0])
    assert taste.fits(np.array([[0.4, 0.1]])) == pytest.approx([0.4, 0.1])
    assert taste.fits(np.empty((0, 2))).tolist() == [0, 0]


def test_an_entry_must_say_the_more_the_fewer_there_are() -> None:
    """Alone it must be all of it, one of two 2 ** -0.6 of it, and what is unwanted is no reason."""
    assert taste.least(0.5, [said(1, 1)]).tolist() == [0.5]
    assert taste.least(0.5, [said(1, 1), said(1, 1)]) == pytest.approx([0.5 * 2**-0.6] * 2)
    assert taste.least(0.5, [said(3, 1), said(1, -0.25), said(0, 1)]) == pytest.approx(
        [0.5 * 0.75**0.6, np.inf, np.inf]
    )


@pytest.mark.parametrize("strategy", [Strategy.WITHOUT_MISERY, Strategy.TURNS])
def test_whoever_was_served_less_is_favoured(strategy: Strategy) -> None:
    """The next song is the favourite of the one who has had none, whoever of the two that is."""
    assert order(TABLE, strategy, [0, 20])[0] == 0
    assert order(TABLE, strategy, [20, 0])[0] == 3


@pytest.mark.parametrize("strategy", [Strategy.AVERAGE, Strategy.LEAST_MISERY, Strategy.MOST_PLEASURE])
def test_the_other_ways_do_not_look_at_who_was_served(strategy: Strategy) -> None:
    """What each member has had changes only the orders that promise fairness."""
    assert order(TABLE, strategy, [0, 20]) == order(TABLE, strategy)


@pytest.mark.parametrize(("times", "more"), [(10, 5), (0.001, 0), (1, 1e5)])
def test_how_far_apart_somebody_spreads_their_scores_gives_no_say(times: float, more: float) -> None:
    """Many times the scores, or few, and whatever on top are the same taste."""
    louder = [[times * score + more for score in TABLE[0]], TABLE[1]]
    for strategy in (Strategy.LEAST_MISERY, Strategy.MOST_PLEASURE, Strategy.TURNS, Strategy.WITHOUT_MISERY):
        assert order(louder, strategy, [0, 1]) == order(TABLE, strategy, [0, 1])


def test_the_plain_average_listens_to_whoever_is_loudest() -> None:
    """Ten times somebody's scores change it: it is what the other ways are measured against."""
    louder = [[10 * score for score in TABLE[0]], TABLE[1]]
    assert order(louder, Strategy.AVERAGE) == [0, 1, 2, 3]


@pytest.mark.parametrize("strategy", SINGLE)
def test_songs_of_equal_worth_keep_their_order(strategy: Strategy) -> None:
    """The model's order, in which they come, decides; however many there are."""
    found = order([[0.0, 1.0] * 50, [2.0, 5.0] * 50], strategy)
    assert found == [*range(1, 100, 2), *range(0, 100, 2)]


@pytest.mark.parametrize("strategy", [Strategy.WITHOUT_MISERY, Strategy.TURNS])
def test_at_the_beginning_nobody_has_been_served(strategy: Strategy) -> None:
    """Saying nothing of it is saying that everybody has had none."""
    scores = np.random.default_rng(2).normal(size=(4, 30)).tolist()
    assert order(scores, strategy) == order(scores, strategy, [0, 0, 0, 0])


@pytest.mark.parametrize("strategy", SINGLE)
def test_one_member_alone_gets_their_own_order(strategy: Strategy) -> None:
    """Whatever the strategy, and however much they were served."""
    scores = np.random.default_rng(0).normal(size=(1, 50))
    assert order(scores.tolist(), strategy, [7]) == np.argsort(-scores[0]).tolist()


@pytest.mark.parametrize("strategy", SINGLE)
@pytest.mark.parametrize("songs", [1, 37, 250])
def test_every_song_has_one_place(strategy: Strategy, songs: int) -> None:
    """None comes twice, and none is left out."""
    found = order(np.random.default_rng(1).normal(size=(4, songs)).tolist(), strategy)
    assert sorted(found) == list(range(songs))


@pytest.mark.parametrize("strategy", SINGLE)
def test_a_member_of_no_opinion_is_no_obstacle(strategy: Strategy) -> None:
    """Somebody to whom all songs are worth the same leaves the first place to whoever has a favourite."""
    assert order([[0.0, 0.0, 0.0], [-1.0, 0.0, 1.0]], strategy, [1, 0])[0] == 2


# --- what chance adds


def draws(stances: Sequence[float], spread: float, artist: int = ABBA) -> taste.Floats:
    """What an artist with these stances is given, many times over."""
    told = [(artist, said(1, 1, **{f"u{i}": stance})) for i, stance in enumerate(stances)]
    rng = np.random.default_rng(11)
    return np.array([taste.surprise(np.array([ABBA], np.int32), told, spread, rng)[0] for _ in range(SEEDS)])


def test_without_spread_nothing_is_left_to_chance() -> None:
    """In the safe mood nothing is added, whatever was said, and no chance is used up."""
    rng = np.random.default_rng(0)
    artists = np.array([ABBA, QUEEN], np.int32)
    found = taste.surprise(artists, [(ABBA, said(1, 1, a=1.0))], taste.SPREAD[Mood.SAFE], rng)
    assert found.tolist() == [0, 0]
    assert rng.random() == np.random.default_rng(0).random()


def test_an_artist_voted_up_rises_and_one_voted_down_sinks() -> None:
    """On average by the posterior's mean: n looks of precision 1 beside the prior's, and 0 without a look."""
    spread = 0.6
    shift = 3 / (spread**-2 + 3)
    error = 4 * spread / SEEDS**0.5
    assert draws([1, 1, 1], spread).mean() == pytest.approx(shift, abs=error)
    assert draws([UNWANTED] * 3, spread).mean() == pytest.approx(-shift, abs=error)
    assert draws([], spread).mean() == pytest.approx(0, abs=error)
    assert draws([1, 1, 1], spread, QUEEN).mean() == pytest.approx(0, abs=error)


def test_the_more_is_known_the_less_is_tried() -> None:
    """The draws' spread is the prior's without a vote, and shrinks as 1 / sqrt(prior + votes) with them."""
    spread = 0.6
    for votes in (0, 1, 4, 20):
        expected = (spread**-2 + votes) ** -0.5
        assert draws([1] * votes, spread).std() == pytest.approx(expected, rel=0.07)


def test_many_voices_on_one_song_say_as_much_of_its_artist_as_one_on_many() -> None:
    """Each stance is a look of its own."""
    artists = np.array([ABBA], np.int32)
    apart = [(ABBA, said(1, 1, a=1.0)), (ABBA, said(1, 1, b=1.0)), (ABBA, said(1, 1, c=UNWANTED))]
    at_once = [(ABBA, said(1, 1, a=1.0, b=1.0, c=UNWANTED))]
    found = [taste.surprise(artists, told, 0.6, np.random.default_rng(0)).item() for told in (apart, at_once)]
    assert found[0] == found[1]


def test_the_noisier_a_vote_the_less_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """With twice the noise four votes are one look: they shift and narrow the draws so much less."""
    monkeypatch.setattr(taste, "NOISE", 2.0)
    spread = 0.6
    found = draws([1, 1, 1, 1], spread)
    assert found.mean() == pytest.approx(1 / (spread**-2 + 1), abs=4 * spread / SEEDS**0.5)
    assert found.std() == pytest.approx((spread**-2 + 1) ** -0.5, rel=0.07)


def test_the_songs_of_an_artist_rise_and_sink_together() -> None:
    """One draw an artist: its songs get the same, another's something else, whatever their order."""
    rng = np.random.default_rng(5)
    found = taste.surprise(np.array([QUEEN, ABBA, QUEEN, ABBA], np.int32), [], 0.6, rng)
    assert found[0] == found[2]
    assert found[1] == found[3]
    assert found[0] != found[1]
    again = taste.surprise(np.array([ABBA, QUEEN], np.int32), [], 0.6, np.random.default_rng(5))
    assert again.tolist() == [found[1], found[0]]


def test_an_adventurous_room_is_surprised_more_than_a_balanced_one() -> None:
    """By 0.15 standard deviations and by four times as much, and a safe one not at all."""
    safe, balanced, adventurous = (float(draws([], taste.SPREAD[mood]).std()) for mood in Mood)
    assert safe == 0
    assert balanced == pytest.approx(0.15, rel=0.07)
    assert adventurous == pytest.approx(0.6, rel=0.07)
