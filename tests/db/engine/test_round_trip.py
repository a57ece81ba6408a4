"""What is written comes back equal, and of the same type, on both databases."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.party.words import Change, Member, Rules, Suggestion, Track
from db.store import Store
from tests.conftest import ANNA, ON_BOTH, ROOM
from tests.db.raw import engine_of
from tests.db.songs import SONG

pytestmark = ON_BOTH

MANY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # the examples share a database
)
WORST = 1.7976931348623157e308, 5e-324, -0.0, 0.1 + 0.2, 1 / 3, 2.2250738585072014e-308, 1e22
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))  # half of a sign is no text for either


@MANY
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
@example([*WORST])
async def test_floats_are_exact(store: Store, numbers: list[float]) -> None:
    """Every bit of every finite number comes back, as a float even if it is whole."""
    offers = [Suggestion(SONG, number, ()) for number in numbers]
    async with store.writing() as tx:
        party = await tx.parties.open(ROOM, 1)
        change = await tx.diary.record(party.id, ANNA, Change(0, "next", None, None, 0), 1, None)
        await tx.entries.insert_ballot(party.id, change, offers, 1)
    async with store.reading() as look:
        kept = [entry.match for entry in await look.entries.offered(change)]
    assert kept == numbers
    assert all(type(number) is float for number in kept)


@MANY
@given(TEXTS, TEXTS, st.integers(-(2**63), 2**63 - 1))
@example("\x00", "a\x00b", 2**53 + 1)
@example("🎵\U0010ffff\ufeff\u2028", "\"'\\/%s:x?$1\x01\x1f\x7f\t\n\r", -(2**63))
@example("", " ", 2**63 - 1)
async def test_texts_and_whole_numbers_are_whole(store: Store, one: str, other: str, at_ms: int) -> None:
    """Any sign comes back, and all 64 bits; PostgreSQL has no NUL."""
    if engine_of(store) is not None:
        one, other = one.replace("\x00", ""), other.replace("\x00", "")
    song = Track(one, other, one or None, other or None, None, None, None)
    async with store.writing() as tx:
        party = await tx.parties.open(ROOM, 1)
        whose = Member("web", other + "x", one)
        number = await tx.entries.insert(party.id, song, whose, at_ms)
        await tx.votes.set(number, whose, -1)
    async with store.reading() as look:
        [entry] = [each for each in await look.entries.waiting(party.id) if each.id == number]
    assert (entry.track, entry.added_ms, entry.votes) == (song, at_ms, {other + "x": -1})
    assert entry.added_by is not None
    assert (entry.added_by.user_id, entry.added_by.name) == (other + "x", one)


@pytest.mark.parametrize("shared", [True, False])
async def test_booleans_are_booleans(store: Store, shared: bool) -> None:
    """Not 0 and 1."""
    async with store.writing() as tx:
        party = await tx.parties.open(ROOM, 1)
        await tx.parties.set_shared(party.id, shared)
        await tx.parties.set_rules(party.id, Rules(quiet=True, djs="1 2"))
    async with store.reading() as look:
        kept = await look.parties.open(ROOM, 1)
    assert kept.shared is shared
    assert kept.rules == Rules(quiet=True, djs="1 2")


@pytest.mark.parametrize("match", [math.inf, math.nan])
async def test_a_number_that_is_none_is_refused(store: Store, match: float) -> None:
    """It is told at once, and nothing is written."""

    async def suggest() -> None:
        async with store.writing() as tx:
            party = await tx.parties.open(ROOM, 1)
            change = await tx.diary.record(party.id, ANNA, Change(0, "next", None, None, 0), 1, None)
            await tx.entries.insert_ballot(party.id, change, [Suggestion(SONG, match, ())], 1)

    with pytest.raises(TypeError, match="cannot be kept"):
        await suggest()
    async with store.reading() as look:
        assert (await look.parties.open(ROOM, 1)).id == 0
