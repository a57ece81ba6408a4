"""Rooms and their parties on real databases of both kinds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.party.words import (
    NOBODY,
    Blocked,
    Change,
    Member,
    Order,
    Outlet,
    Playback,
    Quorum,
    Room,
    Rules,
    State,
    Track,
)
from db.store import Store
from tests.conftest import ANNA, BEN, ON_BOTH, ROOM
from tests.db.filled import fill, nodes
from tests.db.raw import engine_of, heard, run_sql
from tests.db.songs import SONG, queued

pytestmark = ON_BOTH

BLOCKED = Blocked(
    (BEN, Member("discord", "9", "\u0301\u0302")),
    (Track(SONG.title, SONG.artist, "1"), Track("“'\\{}", "\u0303")),
)
LOBBY = Room("web", "", "lobby")
ELSEWHERE = Room("discord", "1", "elsewhere")


async def test_what_a_room_has_chosen_is_kept(store: Store) -> None:
    """Rules, what is blocked, whether songs are shared, and the card come back, for this room only."""
    rules = Rules(order=Order.TURNS, quorum=Quorum.ALL, clean=True, djs="7 8", language="de")
    async with store.writing() as tx:
        party = await tx.parties.open(ROOM, 1)
        other = await tx.parties.open(LOBBY, 1)
        await tx.parties.set_rules(party.id, rules)
        await tx.parties.set_blocked(party.id, BLOCKED)
        await tx.parties.set_shared(party.id, True)
        await tx.parties.set_card(party.id, "message")
        await tx.parties.touch(party.id, 2, 3)
    async with store.reading() as look:
        chosen = replace(party, rules=rules, blocked=BLOCKED)
        kept = replace(chosen, shared=True, card="message", started_ms=2, active_ms=3)
        assert await look.parties.open(ROOM, 9) == kept
        assert await look.parties.open(LOBBY, 9) == other


async def test_rooms_are_found_by_their_cards(store: Store) -> None:
    """Those of the platform with a card, in which something happened since then."""
    async with store.writing() as tx:
        for room, card in ((ROOM, "card"), (ELSEWHERE, ""), (LOBBY, "card")):
            party = await tx.parties.open(room, 5)
            await tx.parties.set_card(party.id, card)
    async with store.reading() as look:
        assert await look.parties.with_cards("discord", 5) == [ROOM]
        assert await look.parties.with_cards("discord", 6) == []


async def test_rooms_are_found_by_who_did_something_there(store: Store) -> None:
    """The latest first, and only since then."""
    async with store.writing() as tx:
        for at_ms, room in enumerate((ROOM, LOBBY, ELSEWHERE, ROOM)):
            party = await tx.parties.open(room, 0)
            who = BEN if room == LOBBY else ANNA
            await tx.diary.record(party.id, who, Change(0, "add", None, None, 0), at_ms, None)
    async with store.reading() as look:
        assert await look.parties.of_member(ANNA, 0) == [ROOM, ELSEWHERE]
        assert await look.parties.of_member(ANNA, 3) == [ROOM]
        assert await look.parties.of_member(Member("slack", ANNA.user_id, "Anna"), 0) == []


async def test_a_song_is_overdue_later_where_a_device_plays_it(store: Store) -> None:
    """Without a device as soon as its time is up, with one after the grace."""
    async with store.writing() as tx:
        for room in (ROOM, LOBBY):
            party = await tx.parties.open(room, 0)
            song = await tx.entries.insert(party.id, SONG, ANNA, 0)
            await tx.entries.move(song, State.QUEUED, State.PLAYING, now_ms=0, ends_ms=10)
        await tx.playbacks.set(party.id, Playback(ANNA, "phone", "Phone"))
    async with store.reading() as look:
        assert await look.parties.overdue(9, 5) == []
        assert await look.parties.overdue(10, 5) == [ROOM]
        assert set(await look.parties.overdue(15, 5)) == {ROOM, LOBBY}


async def test_a_song_of_which_own_music_says_nothing_is_overdue_at_once(store: Store) -> None:
    """It has no file, or nobody hears it; of what sounds the outlet has the last word."""
    async with store.writing() as tx:
        for room in (ROOM, LOBBY, ELSEWHERE):
            party = await tx.parties.open(room, 0)
            song = await tx.entries.insert(party.id, SONG, ANNA, 0)
            await tx.entries.move(song, State.QUEUED, State.PLAYING, now_ms=0, ends_ms=10)
            on = {ROOM: None, LOBBY: song - 1, ELSEWHERE: song}[room]
            await tx.playbacks.set(party.id, Playback(ANNA, "speaker", on=on, outlet=Outlet.PAGE))
    async with store.reading() as look:
        assert set(await look.parties.overdue(10, 5)) == {ROOM, LOBBY}
        assert set(await look.parties.overdue(15, 5)) == {ROOM, LOBBY, ELSEWHERE}


async def test_wishes_to_skip_count_while_the_song_plays(store: Store) -> None:
    """A room is found while its song plays and somebody wants to skip it."""
    async with store.writing() as tx:
        _, song = await queued(tx)
        await tx.votes.add_skip(song, ANNA)
    async with store.writing() as tx:
        assert await tx.parties.with_skip_votes() == []
        await tx.entries.move(song, State.QUEUED, State.PLAYING, now_ms=0, ends_ms=10)
        assert await tx.parties.with_skip_votes() == [ROOM]
        await tx.votes.drop_skip(song, ANNA)
        assert await tx.parties.with_skip_votes() == []


async def test_an_autopilot_is_asked_where_few_songs_are_left_and_people_are(store: Store) -> None:
    """Not where it is off, where enough waits, or where only the autopilot did something."""
    rules = Rules(autopilot=True, autopilot_below=2)
    nobody = Member(ROOM.platform, NOBODY, "")
    rooms = [Room("discord", "1", name) for name in ("yes", "off", "full", "alone")]
    async with store.writing() as tx:
        for room in rooms:
            party = await tx.parties.open(room, 0)
            await tx.parties.set_rules(party.id, Rules() if room.channel == "off" else rules)
            for _ in range(2 if room.channel == "full" else 1):
                await tx.entries.insert(party.id, SONG, ANNA, 0)
            who = nobody if room.channel == "alone" else ANNA
            await tx.diary.record(party.id, who, Change(0, "add", None, None, 0), 5, None)
    async with store.reading() as look:
        assert await look.parties.low_on_songs(5) == rooms[:1]
        assert await look.parties.low_on_songs(6) == []


async def test_an_autopilot_in_a_room_where_nothing_happens_costs_nothing(store: Store) -> None:
    """Every second each process asks for those that have something to do: it looks at active rooms alone."""
    if engine_of(store) is None:
        pytest.skip("SQLite does not tell how many rows it has looked at")
    await fill(store)
    await run_sql(store, "UPDATE parties SET autopilot_below = 3")
    await run_sql(store, "ANALYZE parties")
    async with heard(store) as statements, store.reading() as tx:
        await tx.parties.low_on_songs(1_000_000)
    [(statement, values)] = [each for each in statements if "autopilot_below" in each[0]]
    [[tree]] = await run_sql(store, f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values)
    looked = {
        node["Relation Name"]: node["Actual Loops"]
        for node in nodes(tree[0]["Plan"])
        if "Relation Name" in node
    }
    assert looked["parties"] == 1
    assert looked["entries"] == looked["changes"] == 0
