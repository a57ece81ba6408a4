"""Links to a party's page: what each lets people in as, how long, and how all of them are ended."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.party.errors import KeptOut, LinkGone, ModeratorsOnly, OwnersOnly, TooManyParties
from bot.party.limits import MOST_OWN_LINKS, PARTIES_AN_HOUR, PARTIES_EACH_AN_HOUR
from bot.party.words import Member, Pass, Room, Way
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from db.store import Store, open_store
from tests.conftest import ANNA, BEN, CLEO, MOD, ON_BOTH, ON_POSTGRESQL, ROOM, Clock
from tests.db.raw import run_sql

LOBBY = Room("web", "", "lobby")
HOST = Member("web", "host", "Hanna", moderator=True, manager=True)
VISITOR = Member("web", "visitor", "Vito")


@ON_BOTH
async def test_a_room_has_one_link_for_guests_and_one_for_hosts(party: PartyService) -> None:
    """Both stay as they are until they are made anew, lead to their room, and let people in as such."""
    guest, host = await party.passes.guest(ROOM), await party.passes.host(LOBBY)
    assert await party.passes.guest(ROOM) == guest
    assert await party.passes.host(LOBBY) == host != guest != await party.passes.guest(LOBBY)
    assert await party.passes.read(guest) == Pass(ROOM, Way.GUEST)
    assert await party.passes.read(host) == Pass(LOBBY, Way.HOST)
    assert len(guest) == len(host) == 32  # 24 random bytes


@ON_BOTH
async def test_a_link_of_ones_own_keeps_who_one_is_for_a_week(party: PartyService, clock: Clock) -> None:
    """It tells the member with the rights of when it was made, and after seven days nothing."""
    anna = Member("discord", "11", "Anna", moderator=True, roles=frozenset({"7", "8"}))
    secret = await party.passes.own(ROOM, anna)
    found = (await party.passes.read(secret)).member
    assert found == anna
    assert (found.name, found.moderator, found.manager, found.roles) == ("Anna", True, False, anna.roles)
    clock.pass_by(hours=7 * 24 - 1)
    await party.passes.read(secret)
    clock.pass_by(hours=1)
    with pytest.raises(LinkGone):
        await party.passes.read(secret)


@ON_BOTH
async def test_only_the_latest_links_of_ones_own_are_kept(party: PartyService, store: Store) -> None:
    """Of one member and room five; those of others and elsewhere stay, and late ones leave the table."""
    elsewhere = await party.passes.own(Room("discord", "1", "3"), ANNA)
    bens = await party.passes.own(ROOM, BEN)
    secrets = [await party.passes.own(ROOM, ANNA) for _ in range(MOST_OWN_LINKS + 2)]
    alive = []
    for secret in (elsewhere, bens, *secrets):
        try:
            await party.passes.read(secret)
        except LinkGone:
            continue
        alive.append(secret)
    assert len(alive) == MOST_OWN_LINKS + 2
    assert {elsewhere, bens, secrets[-1]} <= set(alive)


@ON_BOTH
async def test_links_whose_time_is_over_leave_the_table(
    party: PartyService, store: Store, clock: Clock
) -> None:
    """Whoever makes a link sweeps those that nobody can use any more, and no others."""
    await party.passes.own(ROOM, ANNA)
    guest = await party.passes.guest(ROOM)
    clock.pass_by(hours=8 * 24)
    await party.passes.own(ROOM, BEN)
    assert {way for (way,) in await run_sql(store, "SELECT way FROM passes")} == {"guest", "member"}
    assert await run_sql(store, "SELECT count(*) FROM passes") == [(2,)]
    await party.passes.read(guest)


@ON_BOTH
async def test_no_secret_of_ones_own_is_in_the_database(party: PartyService, store: Store) -> None:
    """Whoever reads the database gets in as nobody."""
    secret = await party.passes.own(ROOM, ANNA)
    assert secret not in str(await run_sql(store, "SELECT * FROM passes"))


@pytest.mark.parametrize(
    "secret", ["", "x", "A" * 32, "A" * 5_000, "\x00\ud800", "../../healthz", "' OR 1=1"]
)
async def test_guessed_links_are_all_the_same(party: PartyService, secret: str) -> None:
    """Whatever somebody tries, they read one sentence."""
    await party.passes.guest(ROOM)
    with pytest.raises(LinkGone):
        await party.passes.read(secret)


@ON_BOTH
async def test_a_moderator_ends_all_links_of_a_room(party: PartyService) -> None:
    """Those of guests and of members end at once, everybody hears of it, and others rooms' stay."""
    heard: list[Room] = []
    party.notices.on_change(heard.append)
    ended = [await party.passes.guest(ROOM), await party.passes.own(ROOM, ANNA)]
    stays = await party.passes.guest(LOBBY)
    assert heard == []
    with pytest.raises(ModeratorsOnly):
        await party.passes.renew(ROOM, ANNA, "1")
    await party.passes.renew(ROOM, MOD, "2")
    await party.passes.renew(ROOM, MOD, "2")
    for secret in ended:
        with pytest.raises(LinkGone):
            await party.passes.read(secret)
    assert heard == [ROOM]
    assert (await party.insight.now(ROOM)).links == 1
    assert (await party.insight.now(LOBBY)).links == 0
    await party.passes.read(stays)
    assert await party.passes.guest(ROOM) not in ended


@ON_BOTH
async def test_only_a_host_makes_the_hosts_link_anew(party: PartyService) -> None:
    """A DJ may end what guests have, not what made the host one."""
    host, guest = await party.passes.host(LOBBY), await party.passes.guest(LOBBY)
    await party.settings.choose(LOBBY, HOST, {"djs": VISITOR.user_id})
    with pytest.raises(OwnersOnly):
        await party.passes.renew_host(LOBBY, VISITOR, "1")
    await party.passes.renew(LOBBY, VISITOR, "2")
    await party.passes.read(host)
    await party.passes.renew_host(LOBBY, HOST, "3")
    with pytest.raises(LinkGone):
        await party.passes.read(host)
    with pytest.raises(LinkGone):
        await party.passes.read(guest)
    assert (await party.insight.now(LOBBY)).links == 2


async def test_whoever_is_blocked_gets_no_link_of_their_own(party: PartyService) -> None:
    """A block holds on the page, too."""
    await party.block_member(ROOM, MOD, ANNA)
    with pytest.raises(KeptOut):
        await party.passes.own(ROOM, ANNA)


@ON_BOTH
async def test_a_party_of_ones_own_has_both_links_and_goes_on_by_itself(party: PartyService) -> None:
    """It is a room of its own, with an autopilot until its host switches it off for good."""
    first, second = await party.passes.begin(VISITOR), await party.passes.begin()
    assert first.room != second.room
    assert (first.room.platform, first.room.workspace) == ("web", "")
    assert await party.passes.read(first.host) == Pass(first.room, Way.HOST)
    assert await party.passes.read(first.guest) == Pass(first.room, Way.GUEST)
    assert await party.passes.guest(first.room) == first.guest
    assert (await party.insight.now(first.room)).rules.autopilot
    await party.settings.choose(first.room, HOST, {"autopilot": False})
    party.unit.forget_rules(first.room)
    assert not (await party.insight.now(first.room)).rules.autopilot


async def test_only_rooms_on_the_page_begin_with_an_autopilot(party: PartyService) -> None:
    """A chat's room has none, and the lobby's shows before anybody has done anything."""
    assert not (await party.insight.now(ROOM)).rules.autopilot
    assert (await party.insight.now(LOBBY)).rules.autopilot
    await party.queue.add(LOBBY, VISITOR, "Bohemian Rhapsody - Queen")
    party.unit.forget_rules(LOBBY)
    assert (await party.insight.now(LOBBY)).rules.autopilot


@ON_BOTH
async def test_nobody_begins_parties_without_end(party: PartyService, clock: Clock) -> None:
    """Five an hour for one person, and a hundred for all of them; nothing of what was refused is left."""
    for _ in range(PARTIES_EACH_AN_HOUR):
        await party.passes.begin(VISITOR)
    with pytest.raises(TooManyParties):
        await party.passes.begin(VISITOR)
    assert len(await party.workspaces("web")) == 1
    for number in range(PARTIES_AN_HOUR - PARTIES_EACH_AN_HOUR):
        await party.passes.begin(Member("web", f"v{number}", f"V {number}"))
    with pytest.raises(TooManyParties):
        await party.passes.begin(BEN)
    clock.pass_by(hours=1.1)
    await party.passes.begin(VISITOR)


async def test_links_lead_to_the_page(party: PartyService) -> None:
    """Where that is, the house says."""
    party.passes.address = "https://encore.example"
    assert party.passes.url("abc") == "https://encore.example/party/abc"


async def test_the_door_says_what_a_member_may_do_now(party: PartyService, clock: Clock) -> None:
    """It is asked once a minute, and whoever has left comes in no more."""
    rights: list[Member | None] = [Member("discord", "11", "Anna", moderator=True), ANNA, None]
    asked: list[tuple[Room, Member]] = []

    async def look_up(room: Room, member: Member) -> Member | None:
        asked.append((room, member))
        return rights[len(asked) - 1]

    own = await party.passes.read(await party.passes.own(ROOM, ANNA))
    assert await party.passes.member_now(own) == ANNA  # nobody to ask yet
    party.passes.rights_by("discord", look_up)
    for moderates in (True, True):
        now = await party.passes.member_now(own)
        assert now
        assert now.moderator is moderates
    assert asked == [(ROOM, ANNA)]
    clock.pass_by(minutes=1)
    now = await party.passes.member_now(own)
    assert now
    assert not now.moderator
    clock.pass_by(minutes=1)
    assert await party.passes.member_now(own) is None
    assert await party.passes.member_now(Pass(ROOM, Way.GUEST)) is None
    assert len(asked) == 3


async def test_a_door_that_does_not_answer_changes_nothing(
    party: PartyService, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """What it said last holds, and the log has no secret in it."""
    fails = True

    async def look_up(room: Room, member: Member) -> Member | None:
        if fails:
            raise TimeoutError
        return Member("discord", "11", "Anna", moderator=True)

    party.passes.rights_by("discord", look_up)
    secret = await party.passes.own(ROOM, ANNA)
    own = await party.passes.read(secret)
    with caplog.at_level(logging.DEBUG):
        now = await party.passes.member_now(own)
    assert now == ANNA
    assert not now.moderator
    assert secret not in caplog.text
    fails = False
    clock.pass_by(minutes=1)
    now = await party.passes.member_now(own)
    fails = True
    clock.pass_by(minutes=1)
    now = await party.passes.member_now(own)
    assert now
    assert now.moderator


@ON_POSTGRESQL
async def test_links_are_the_same_in_all_processes(
    party: PartyService, database_url: str, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> None:
    """What one process makes another one reads, and hears at once when it was made anew."""
    async with open_store(database_url) as theirs:
        other = PartyService(theirs, catalogue, recommender, clock)
        heard = asyncio.Event()
        other.notices.on_change(lambda room: heard.set())
        async with theirs.listen(other.changed_elsewhere):
            secrets = await asyncio.gather(party.passes.guest(ROOM), other.passes.guest(ROOM))
            assert secrets[0] == secrets[1]
            own = await party.passes.own(ROOM, CLEO)
            assert (await other.passes.read(own)).member == CLEO
            await other.insight.now(ROOM)
            heard.clear()
            await party.passes.renew(ROOM, MOD, "1")
            await asyncio.wait_for(heard.wait(), 60)
            assert (await other.insight.now(ROOM)).links == 1
            with pytest.raises(LinkGone):
                await other.passes.read(own)
        await other.close()
