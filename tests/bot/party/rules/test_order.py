"""Which song plays next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.party.rules.order import in_order
from bot.party.words import NOBODY, Entry, Order
from tests.bot.party.rules.made import ANNA, ANY_TIME, BEN, CLEO, entry


def queues(*, autopilot: bool = False) -> st.SearchStrategy[list[Entry]]:
    """Up to ten songs of three people, or of the autopilot, with some votes."""
    adders = [ANNA, BEN, CLEO, *([None] if autopilot else [])]
    one = st.tuples(st.sampled_from(adders), st.integers(0, 2), st.integers(0, 2), st.integers(1, 5))
    return st.lists(one, max_size=10).map(
        lambda rows: [
            entry(number, by, ups=ups, downs=downs, added_ms=added_ms)
            for number, (by, ups, downs, added_ms) in enumerate(rows)
        ]
    )


ANY = queues(autopilot=True)
PLACES = st.sets(st.integers(1, 12))
ORDERS = st.sampled_from(Order)
STARTED = st.dictionaries(st.sampled_from(["anna", "ben", "cleo"]), st.integers(1, 5))


def ids(entries: Iterable[Entry]) -> list[int]:
    """The entries' numbers."""
    return [each.id for each in entries]


def test_by_votes_the_most_wanted_song_is_next() -> None:
    """Down-votes count too; among equals whoever came first, and at the same instant the lower number."""
    queue = [
        entry(1, downs=1),
        entry(5, added_ms=3),
        entry(4, added_ms=3),
        entry(3, ups=2, downs=1, added_ms=9),
        entry(7, added_ms=2),
        entry(6, ups=2),
    ]
    assert ids(in_order(queue)) == ids(in_order(queue, Order.VOTES)) == [6, 3, 7, 4, 5, 1]


def test_by_arrival_votes_change_nothing() -> None:
    """Whoever came first is next, and at the same instant the lower number."""
    queue = [entry(3, ups=9), entry(1, downs=9, added_ms=4), entry(2, added_ms=4), entry(4, added_ms=1)]
    assert ids(in_order(queue, Order.ARRIVAL)) == [4, 3, 1, 2]


def test_in_turns_everybody_has_one_song_a_round() -> None:
    """In a round in the order of arrival, each member's own by votes; one with more waits longer."""
    queue = [
        entry(1),
        entry(2),
        entry(3, ups=1),
        entry(4, BEN),
        entry(5, BEN),
        entry(6, CLEO),
        entry(7),
    ]
    assert ids(in_order(queue, Order.TURNS)) == [3, 4, 6, 1, 5, 2, 7]


def test_in_turns_whoever_had_a_song_last_waits_longest() -> None:
    """Who never had one comes first of all, also before whoever had the very first."""
    queue = [entry(1), entry(2), entry(3, BEN), entry(4, BEN), entry(5, CLEO)]
    assert ids(in_order(queue, Order.TURNS, {"anna": 9, "ben": 4})) == [5, 3, 1, 4, 2]
    assert ids(in_order(queue, Order.TURNS, {"anna": 1})) == [3, 5, 1, 4, 2]


def test_when_a_song_was_started_matters_only_in_turns() -> None:
    """By votes and by arrival it changes nothing."""
    queue = [entry(1), entry(2, BEN)]
    for order in (Order.VOTES, Order.ARRIVAL):
        assert ids(in_order(queue, order, {"anna": 9})) == [1, 2]


def test_the_songs_of_the_forgotten_take_turns_as_one_member() -> None:
    """Whoever was erased has one turn a round with all others who were."""
    forgotten = replace(ANNA, user_id=NOBODY)
    queue = [entry(1, forgotten), entry(2, replace(forgotten, platform="slack")), entry(3, BEN)]
    assert ids(in_order(queue, Order.TURNS)) == [1, 3, 2]


@pytest.mark.parametrize("order", Order)
def test_the_autopilots_songs_come_after_everybodys(order: Order) -> None:
    """However early they were added and however many voted for them; among themselves as the room orders."""
    queue = [entry(1, None, ups=5), entry(2, None, ups=5), entry(3, downs=1), entry(4, BEN, downs=2)]
    assert ids(in_order(queue, order)) == [3, 4, 1, 2]


@pytest.mark.parametrize("order", Order)
def test_a_moved_song_stands_where_it_was_moved_to(order: Order) -> None:
    """The others close up around it; behind the end is at the end."""
    queue = [entry(1), entry(2), entry(3)]
    assert ids(in_order([*queue, entry(4, pin=1)], order)) == [4, 1, 2, 3]
    assert ids(in_order([*queue, entry(4, pin=2)], order)) == [1, 4, 2, 3]
    assert ids(in_order([*queue, entry(4, pin=4)], order)) == [1, 2, 3, 4]
    assert ids(in_order([*queue, entry(4, pin=99)], order)) == [1, 2, 3, 4]


def test_several_moved_songs_keep_their_places() -> None:
    """In whichever order they were added; the autopilot's can be moved too, before what people asked for."""
    queue = [entry(1, pin=4), entry(2, pin=2), entry(3), entry(4), entry(5, None, pin=1)]
    assert ids(in_order(queue)) == [5, 2, 3, 1, 4]


def test_two_songs_moved_to_one_place_stand_side_by_side() -> None:
    """From there on; the others follow."""
    found = ids(in_order([entry(1), entry(2), entry(3, pin=2), entry(4, pin=2)]))
    assert found[0] == 1
    assert set(found[1:3]) == {3, 4}


def moved(queue: list[Entry], places: Iterable[int]) -> list[Entry]:
    """The queue with its first songs moved to these places."""
    pins = dict(zip(ids(queue), places, strict=False))
    return [replace(each, pin=pins.get(each.id)) for each in queue]


@ANY_TIME
@given(ANY, PLACES, ORDERS, STARTED)
def test_every_song_has_one_place(
    queue: list[Entry], places: set[int], order: Order, started_ms: dict[str, int]
) -> None:
    """None is lost, none comes twice."""
    assert sorted(ids(in_order(moved(queue, places), order, started_ms))) == ids(queue)


@ANY_TIME
@given(ANY, PLACES, ORDERS, STARTED)
def test_the_order_does_not_depend_on_how_songs_are_read(
    queue: list[Entry], places: set[int], order: Order, started_ms: dict[str, int]
) -> None:
    """Whichever way round the store hands them over, and ordered twice as once."""
    found = in_order(moved(queue, places), order, started_ms)
    assert in_order(reversed(moved(queue, places)), order, started_ms) == found
    assert in_order(found, order, started_ms) == found


@ANY_TIME
@given(ANY, PLACES, ORDERS)
def test_songs_moved_to_different_places_all_have_them(
    queue: list[Entry], places: set[int], order: Order
) -> None:
    """However many are moved, as long as there are so many places."""
    there = sorted(place for place in places if place <= len(queue))
    found = in_order(moved(queue, there), order)
    assert {each.id: place for place, each in enumerate(found, 1) if each.pin} == dict(
        zip(ids(queue), there, strict=False)
    )


@ANY_TIME
@given(queues(), STARTED)
def test_in_turns_nobody_waits_longer_than_a_round(queue: list[Entry], started_ms: dict[str, int]) -> None:
    """Before anybody's second song everybody has had their first, and so on."""
    rounds: list[int] = []
    had: Counter[str] = Counter()
    for each in in_order(queue, Order.TURNS, started_ms):
        assert each.added_by is not None
        rounds.append(had[each.added_by.user_id])
        had[each.added_by.user_id] += 1
    assert rounds == sorted(rounds)


@ANY_TIME
@given(queues(), STARTED)
def test_in_turns_each_members_songs_keep_their_order(queue: list[Entry], started_ms: dict[str, int]) -> None:
    """As votes would have it, were the member alone."""
    found = in_order(queue, Order.TURNS, started_ms)
    for member in (ANNA, BEN, CLEO):
        own = [each for each in queue if each.added_by == member]
        assert [each for each in found if each.added_by == member] == list(in_order(own))
