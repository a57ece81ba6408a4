"""How a member and a workspace are forgotten, on real databases of both kinds."""

from __future__ import annotations

import asyncio

import pytest

from bot.party.results import Forgotten
from bot.party.words import (
    NOBODY,
    Blocked,
    Change,
    Member,
    Playback,
    Room,
    Rules,
    State,
    Suggestion,
    Way,
)
from bot.spotify.words import Login
from db.schema import metadata
from db.store import Store, Transaction
from tests.conftest import ON_BOTH
from tests.db.filled import fill, scanned
from tests.db.raw import heard, run_sql
from tests.db.songs import SONG

pytestmark = ON_BOTH

HERE, THERE = Room("slack", "T1", "C1"), Room("slack", "T2", "C1")
LEAVING = [HERE, Room("slack", "T1", "C2")]
STAYING = [THERE, Room("discord", "T1", "C1"), Room("slack", "T", "C1"), Room("slack", "T11", "C1")]
NAMESAKE = Member("discord", "UAnna", "Anna")
ANNA, BEN, CLEO = (Member("slack", f"U{name}", name) for name in ("Anna", "Ben", "Cleo"))
VISITOR = Member("web", "visitor", "Vito")
EVERYTHING = ("parties", "entries", "votes", "skips", "changes", "members", "slack_installs")


async def play(tx: Transaction, room: Room, *people: Member) -> None:
    """Does all that leaves a trace in a room, each thing by another one of these people in turn."""
    who = (people * 5)[:5]
    party = await tx.parties.open(room, 1)
    entry = await tx.entries.insert(party.id, SONG, who[0], 1)
    await tx.votes.set(entry, who[1], 1)
    await tx.votes.add_skip(entry, who[2])
    ballot = await tx.diary.record(party.id, who[3], Change(0, "next", None, None, 0), 1, "key")
    await tx.entries.insert_ballot(party.id, ballot, [Suggestion(SONG, 0.5, ())], 1)
    [offer, *_] = (await tx.entries.standing(party.id, 0)).ballot
    await tx.entries.move(offer.id, State.SUGGESTED, State.QUEUED, now_ms=2, added_by=who[4])


async def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All that there is, by table."""
    return {
        table: await run_sql(store, f"SELECT * FROM {table} ORDER BY 1, 2")  # noqa: S608
        for table in EVERYTHING
    }


async def test_a_workspace_leaves_nothing_and_the_others_everything(store: Store) -> None:
    """All rows of a workspace go, and not one of another one's, its namesakes' and its guests' included."""
    async with store.writing() as tx:
        for room in STAYING:
            await play(tx, room, Member(room.platform, f"{room.workspace}-host", "Host"), ANNA)
        await tx.installs.save("", "T2", "theirs", 1)
        await tx.installs.save("E1", "", "their organisation's", 1)
    before = await rows(store)
    async with store.writing() as tx:
        for room in LEAVING:
            await play(tx, room, ANNA, BEN, CLEO)
        await tx.installs.save("E1", "T1", "ours", 1)
    assert len((await rows(store))["members"]) == len(before["members"]) + 2
    async with store.writing() as tx:
        assert await tx.erasure.workspace("slack", "T1") == LEAVING
    assert await rows(store) == before
    async with store.writing() as tx:
        assert await tx.erasure.workspace("slack", "T1") == []


async def test_a_room_leaves_nothing_and_its_workspace_everything_else(store: Store) -> None:
    """All rows of a channel go, and not one of another channel's, of its namesake's elsewhere neither."""
    stays = [THERE, Room("slack", "T1", "C2"), Room("discord", "T1", "C1")]
    async with store.writing() as tx:
        for room in stays:
            await play(tx, room, Member(room.platform, "host", "Host"), ANNA)
    before = await rows(store)
    async with store.writing() as tx:
        await play(tx, HERE, ANNA, BEN, CLEO)
    async with store.reading() as look:
        assert set(await look.parties.of_workspace("slack", "T1")) == {stays[1], HERE}
        assert sorted(await look.parties.workspaces("slack")) == ["T1", "T2"]
    async with store.writing() as tx:
        assert await tx.erasure.rooms("slack", "T1", ["C1", "C3"]) == [HERE]
    assert await rows(store) == before
    async with store.writing() as tx:
        assert await tx.erasure.rooms("slack", "T1", ["C1", "C3"]) == []


@pytest.mark.parametrize("trace", range(5))
async def test_whoever_has_left_one_trace_elsewhere_is_known_there(store: Store, trace: int) -> None:
    """A song, a vote, a skip, a change or a song taken up: each alone keeps a member."""
    others = [BEN] * 5
    others[trace] = ANNA
    async with store.writing() as tx:
        await play(tx, THERE, *others)
    before = await rows(store)
    async with store.writing() as tx:
        await play(tx, HERE, ANNA, CLEO)
    async with store.writing() as tx:
        await tx.erasure.workspace("slack", "T1")
    assert await rows(store) == before


async def test_many_people_are_forgotten_at_once(store: Store) -> None:
    """More people than one statement may name are gone all the same."""
    async with store.writing() as tx:
        party = await tx.parties.open(HERE, 1)
        for number in range(1100):
            await tx.entries.insert(party.id, SONG, Member("slack", f"U{number}", "Guest"), 1)
    async with store.writing() as tx:
        await tx.erasure.workspace("slack", "T1")
    assert not any((await rows(store)).values())


async def test_an_error_while_forgetting_forgets_nothing(store: Store) -> None:
    """It all goes at once or not at all."""
    async with store.writing() as tx:
        await play(tx, HERE, ANNA, BEN)
    before = await rows(store)

    async def fail() -> None:
        async with store.writing() as tx:
            await tx.erasure.workspace("slack", "T1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await rows(store) == before


async def test_a_workspace_leaves_while_its_people_play_elsewhere(store: Store) -> None:
    """Nobody waits in a circle, and nobody's doings elsewhere are lost."""
    places = [Room("slack", "T2", str(number)) for number in range(10)]

    async def act(room: Room) -> None:
        async with store.writing() as tx:
            party = await tx.parties.open(room, 1)
            await tx.entries.insert(party.id, SONG, ANNA, 1)
            await asyncio.sleep(0)
            await tx.entries.insert(party.id, SONG, ANNA, 1)

    async def leave() -> None:
        async with store.writing() as tx:
            await tx.erasure.workspace("slack", "T1")

    async with store.writing() as tx:
        await play(tx, HERE, ANNA, BEN)
        await play(tx, THERE, ANNA)
    await asyncio.gather(*(act(room) for room in places[:5]), leave(), *(act(room) for room in places[5:]))
    left = await rows(store)
    assert [row[1:] for row in left["members"]] == [("slack", "UAnna", "Anna")]
    assert len(left["entries"]) == 22


@pytest.mark.parametrize("what", ["a room", "a workspace"])
async def test_forgetting_reads_no_table_from_end_to_end(store: Store, what: str) -> None:
    """EXPLAIN shows no scan of a table that grows, whatever else is in the database."""
    await fill(store)
    async with store.writing() as tx:
        await play(tx, HERE, ANNA, BEN, CLEO)
    async with heard(store) as statements, store.writing() as tx:
        if what == "a room":
            await tx.erasure.rooms("slack", "T1", ["C1"])
        else:
            await tx.erasure.workspace("slack", "T1")
    for statement, values in [each for each in statements if not each[0].startswith(("BEGIN", "COMMIT"))]:
        tables, plan = await scanned(store, statement, values)
        small = {"slack_installs", "spotify_logins"}  # what is in there is ten minutes old at most
        assert not tables & (set(metadata.tables) - small), (statement, plan)
    assert len(statements) > 8


async def test_who_is_forgotten_has_no_account_and_no_login(store: Store) -> None:
    """Also somebody who was in no party; everybody else's stay."""
    async with store.writing() as tx:
        for member in (ANNA, BEN, NAMESAKE):
            await tx.accounts.save(member, "", "sealed", 1)
            await tx.logins.save(f"{member.platform}{member.user_id}", Login(member, "", "", "", 100), 0)
    async with store.writing() as tx:
        await tx.erasure.member(ANNA)
        assert {each.member for each in await tx.accounts.all()} == {BEN, NAMESAKE}
        assert await tx.logins.get("slackUAnna") is None
        assert await tx.logins.get("discordUAnna") is not None


async def test_a_workspace_takes_along_what_goes_with_it(store: Store) -> None:
    """Accounts and logins of its people go, those that go with none or with another one stay."""
    people = [Member("slack", f"U{workspace}", "Guest") for workspace in ("T1", "T2", "")]
    async with store.writing() as tx:
        for member, workspace in zip(people, ("T1", "T2", ""), strict=True):
            await tx.accounts.save(member, workspace, "sealed", 1)
            await tx.logins.save(member.user_id, Login(member, workspace, "", "", 100), 0)
        await tx.accounts.save(BEN, "", "sealed", 1)
    async with store.writing() as tx:
        await tx.erasure.workspace("slack", "T1")
        assert {each.member for each in await tx.accounts.all()} == {*people[1:], BEN}
        assert await tx.logins.get("UT1") is None
        assert await tx.logins.get("UT2") is not None


async def test_who_did_nothing_but_is_named_is_forgotten_too(store: Store) -> None:
    """A DJ who never used the bot is unnamed, and people of the rooms that named them will see it."""
    async with store.writing() as tx:
        party = await tx.parties.open(HERE, 1)
        await tx.parties.set_rules(party.id, Rules(djs=f"{ANNA.user_id} {BEN.user_id}"))
    async with store.writing() as tx:
        assert await tx.erasure.member(ANNA) == (Forgotten(0, 0), [HERE])
        assert tx.changed
    async with store.reading() as look:
        assert (await look.parties.open(HERE, 1)).rules.djs == BEN.user_id


async def test_who_is_forgotten_leaves_songs_and_nothing_else(store: Store) -> None:
    """What they added is nobody's, votes and wishes are gone, and no room names them any more."""
    async with store.writing() as tx:
        for room in (HERE, THERE):
            await play(tx, room, ANNA, BEN, ANNA, ANNA, ANNA)
            party = await tx.parties.open(room, 1)
            await tx.parties.set_rules(party.id, Rules(djs=f"UB_n {ANNA.user_id} {ANNA.user_id}2"))
        await tx.playbacks.set(party.id, Playback(ANNA, "phone", "Phone"))
        await tx.playbacks.keep_saved_playlist(party.id, 1, ANNA, "0" * 22)
    async with store.writing() as tx:
        gone, rooms = await tx.erasure.member(ANNA)
        assert tx.changed
        assert (gone, rooms) == (Forgotten(songs=4, votes=0), [HERE, THERE])
    async with store.writing() as tx:
        assert await tx.erasure.member(ANNA) == (Forgotten(0, 0), [])
        assert not tx.changed
    assert [row[0] for row in await run_sql(store, "SELECT user_id FROM members ORDER BY 1")] == [
        BEN.user_id,
        NOBODY,
    ]
    async with store.reading() as look:
        for room in (HERE, THERE):
            party = await look.parties.open(room, 1)
            assert party.rules.djs == f"UB_n {ANNA.user_id}2"
            assert party.playback is None
            entries = await look.entries.since(party.id, State)
            assert {entry.added_by.user_id for entry in entries if entry.added_by} == {NOBODY}


async def keep_a_page(store: Store, room: Room, *people: Member) -> None:
    """Gives a room's page a link for guests, a kept night, and these people links and nicknames there."""
    async with store.writing() as tx:
        party = await tx.parties.open(room, 1)
        here = f"{room.platform}{room.workspace}{room.channel}"
        await tx.passes.keep(f"{here}guest", party.id, Way.GUEST, 1, secret="secret")
        for who in people:
            await tx.passes.keep(f"{here}{who.user_id}", party.id, Way.MEMBER, 1, member=who, ends_ms=99)
    for who in people:
        values = f"{party.id}, '{who.user_id}', '{who.user_id}', '{who.name}', 1"
        await run_sql(store, f"INSERT INTO nicknames VALUES ({values})")  # noqa: S608
    values = f"'{here}', 'secret', {party.id}, 'Night', 1, 2, 3"
    await run_sql(store, f"INSERT INTO nights VALUES ({values})")  # noqa: S608


async def pages(store: Store) -> dict[str, set[str]]:
    """What is kept of pages, by table."""
    asked = {"passes": "digest", "nicknames": "user_id", "nights": "digest"}
    return {
        table: {row[0] for row in await run_sql(store, f"SELECT {column} FROM {table}")}  # noqa: S608
        for table, column in asked.items()
    }


@pytest.mark.parametrize("what", ["a room", "a workspace"])
async def test_a_rooms_page_goes_with_it(store: Store, what: str) -> None:
    """Its links, nicknames and nights go; those of other rooms stay."""
    await keep_a_page(store, THERE, BEN)
    before = await pages(store)
    await keep_a_page(store, HERE, ANNA, VISITOR)
    assert await pages(store) != before
    async with store.writing() as tx:
        if what == "a room":
            await tx.erasure.rooms("slack", "T1", ["C1"])
        else:
            await tx.erasure.workspace("slack", "T1")
    assert await pages(store) == before


async def test_whoever_is_forgotten_has_no_link_and_no_nickname(store: Store) -> None:
    """A member's own links go and a visitor's nickname, in all rooms; everybody else's stay."""
    for room in (HERE, THERE):
        await keep_a_page(store, room, ANNA, VISITOR)
    async with store.writing() as tx:
        await tx.erasure.member(ANNA)
    async with store.writing() as tx:
        await tx.erasure.member(Member("discord", VISITOR.user_id, "Somebody else"))
    assert (await pages(store))["nicknames"] == {ANNA.user_id, VISITOR.user_id}
    assert not {each for each in (await pages(store))["passes"] if each.endswith(ANNA.user_id)}
    async with store.writing() as tx:
        await tx.erasure.member(VISITOR)
    assert (await pages(store))["nicknames"] == {ANNA.user_id}
    assert len((await pages(store))["nights"]) == 2


async def test_a_visitor_is_forgotten_in_a_chats_room(store: Store) -> None:
    """Who came to its page without an account leaves songs that are nobody's, and is unnamed."""
    async with store.writing() as tx:
        await play(tx, HERE, VISITOR, BEN)
        party = await tx.parties.open(HERE, 1)
        await tx.parties.set_blocked(party.id, Blocked(members=(VISITOR, ANNA)))
        await tx.playbacks.set(party.id, Playback(VISITOR, "phone", "Phone"))
    async with store.reading() as look:
        found = await look.parties.open(HERE, 1)
        assert found.playback
        assert found.playback.host == VISITOR
        assert found.blocked.members == (VISITOR, ANNA)
    async with store.writing() as tx:
        gone, rooms = await tx.erasure.member(VISITOR)
        assert (gone.songs, rooms) == (2, [HERE])
    async with store.reading() as look:
        found = await look.parties.open(HERE, 1)
        assert found.playback is None
        assert [(each, each.name) for each in found.blocked.members] == [(VISITOR, ""), (ANNA, "Anna")]


async def test_whom_an_earlier_encore_has_blocked_stays_so(store: Store) -> None:
    """Its rows say nothing of a platform: it was the room's."""
    async with store.writing() as tx:
        await tx.parties.open(HERE, 1)
    await run_sql(store, """UPDATE parties SET blocked = '{"members": [["UAnna", "Anna"]]}'""")
    async with store.reading() as look:
        assert (await look.parties.open(HERE, 1)).blocked.members == (ANNA,)
