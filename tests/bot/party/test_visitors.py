"""What people may do who come to a party's page without an account."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.party.errors import (
    AddingLocked,
    KeptOut,
    ManagersOnly,
    ModeratorsOnly,
    NothingPlaying,
    PartyError,
    TooManyOfYours,
    TooNewToSkip,
    VisitorsLook,
    VisitorsVote,
)
from bot.party.words import Member, Room, State, Visitors, Wanted
from bot.playback.errors import HostsOnly, NotForVisitors
from bot.service import PartyService
from bot.wording.languages import language
from bot.wording.replies import Replies
from tests.conftest import ANNA, BEN, MOD, ROOM

LOBBY = Room("web", "", "lobby")
HOST = Member("web", "host", "Hanna", moderator=True, manager=True)
VITO = Member("web", "vito", "Vito")
WILMA = Member("web", "wilma", "Wilma")
SAID = Replies(language("en"), str)

Act = Callable[[PartyService, Room, Member, int], Awaitable[object]]
VOTES: dict[str, Act] = {
    "vote": lambda party, room, who, entry: party.ballots.vote(room, who, entry, +1),
    "next": lambda party, room, who, _: party.ballots.next(room, who),
    "vibe": lambda party, room, who, _: party.ballots.vibe(room, who, "jazz"),
    "skip": lambda party, room, who, _: party.queue.skip(room, who),
}
ADDS: dict[str, Act] = {
    "add": lambda party, room, who, _: party.queue.add(room, who, "imagine"),
    "add what waits": lambda party, room, who, _: party.queue.add(room, who, "wonderwall"),
    "import": lambda party, room, who, _: party.lists.bring(room, who, [Wanted("imagine")], "key"),
    "favourites": lambda party, room, who, _: party.favourites.add(room, who, 99, 0, "key"),
}


@pytest.fixture(params=[ROOM, LOBBY], ids=["a chat's room", "a room on the page"])
def room(request: pytest.FixtureRequest) -> Room:
    """Where the party is."""
    return request.param  # type: ignore[no-any-return] # pytest does not say what it is


def moderator(room: Room) -> Member:
    """Who may choose there."""
    return HOST if room == LOBBY else MOD


async def fill(party: PartyService, room: Room) -> int:
    """A song of the moderator's plays, another one waits; returns its number."""
    await party.queue.add(room, moderator(room), "mr brightside")
    return (await party.queue.add(room, moderator(room), "wonderwall")).entry.id


async def choose(party: PartyService, room: Room, **choices: object) -> None:
    """Has the room choose something."""
    await party.settings.choose(room, moderator(room), choices)


async def refused(doing: Awaitable[object]) -> type[PartyError] | None:
    """As what something is refused."""
    try:
        await doing
    except PartyError as error:
        return type(error)
    return None


async def test_visitors_do_everything_at_first(party: PartyService, room: Room) -> None:
    """They add, vote, skip and ask, and count as anybody does."""
    entry = await fill(party, room)
    voted = await party.ballots.vote(room, VITO, entry, +1)
    assert voted.entry.ups == 1
    added = await party.queue.add(room, VITO, "imagine")
    assert added.entry.added_by == VITO
    assert await party.ballots.next(room, VITO)
    assert (await party.queue.skip(room, VITO)).votes == 1
    again = await party.queue.add(room, WILMA, "imagine")
    assert again.wished
    assert again.entry.votes == {"wilma": 1}
    assert (await party.queue.undo(room, WILMA)).kind == "vote"
    for _ in range(3):
        playing = (await party.insight.now(room)).playing
        assert playing
        await party.queue.skip(room, moderator(room), entry_id=playing.id)
    assert "Vito" in {each.name for each in (await party.insight.stats(room)).members}


@pytest.mark.parametrize("act", [*VOTES, *ADDS])
async def test_whoever_may_only_look_does_nothing_else(party: PartyService, room: Room, act: str) -> None:
    """Every way to vote, to ask and to add is closed, and nothing of the party changes."""
    entry = await fill(party, room)
    await choose(party, room, visitors=Visitors.LOOK)
    before = await party.insight.now(room)
    assert await refused((VOTES | ADDS)[act](party, room, VITO, entry)) is VisitorsLook
    assert await party.insight.now(room) == before


@pytest.mark.parametrize("act", [*VOTES])
async def test_whoever_may_only_vote_votes(party: PartyService, room: Room, act: str) -> None:
    """Votes, skips and suggestions are open."""
    entry = await fill(party, room)
    await choose(party, room, visitors=Visitors.VOTE)
    assert await refused(VOTES[act](party, room, VITO, entry)) is None


@pytest.mark.parametrize("act", [*ADDS])
async def test_whoever_may_only_vote_adds_nothing(party: PartyService, room: Room, act: str) -> None:
    """No way in is open, not even for what waits already."""
    entry = await fill(party, room)
    await choose(party, room, visitors=Visitors.VOTE)
    before = await party.insight.now(room)
    assert await refused(ADDS[act](party, room, VITO, entry)) is VisitorsVote
    assert await party.insight.now(room) == before


@pytest.mark.parametrize("rule", [Visitors.LOOK, Visitors.VOTE])
async def test_members_of_a_chat_are_no_visitors(party: PartyService, rule: Visitors) -> None:
    """Whoever comes to the page by a link of their own does what they may in the chat."""
    await choose(party, ROOM, visitors=rule)
    await party.queue.add(ROOM, ANNA, "imagine")


@pytest.mark.parametrize("act", [*ADDS])
async def test_a_locked_queue_takes_songs_of_moderators_alone(
    party: PartyService, room: Room, act: str
) -> None:
    """Members of the chat add nothing either; votes go on."""
    entry = await fill(party, room)
    await choose(party, room, adding_locked=True)
    for who in (VITO, ANNA):
        assert await refused(ADDS[act](party, room, who, entry)) is AddingLocked
        await party.ballots.vote(room, who, entry, +1)
    await party.queue.add(room, moderator(room), "imagine")


async def test_a_locked_queue_takes_nothing_back_in(party: PartyService, room: Room) -> None:
    """What somebody removed before it was locked stays out."""
    await fill(party, room)
    mine = (await party.queue.add(room, VITO, "imagine")).entry.id
    await party.queue.remove(room, VITO, mine)
    await choose(party, room, adding_locked=True)
    assert await refused(party.queue.undo(room, VITO)) is AddingLocked


async def test_a_list_stops_where_the_queue_is_locked(
    party: PartyService, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was added before stays, and why no more was is told."""
    monkeypatch.setattr("bot.party.bringing.AT_ONCE", 1)
    locks: list[asyncio.Task[None]] = []

    def lock(_: Room) -> None:
        if not locks:
            locks.append(asyncio.create_task(choose(party, room, adding_locked=True)))

    party.notices.on_change(lock)
    songs = [Wanted(f"Song {number} - Nobody") for number in range(50)]
    brought = await party.lists.bring(room, VITO, songs, "key")
    assert 0 < brought.added < 10
    assert isinstance(brought.stopped, AddingLocked)


async def test_each_visitor_has_so_many_songs_waiting(party: PartyService, room: Room) -> None:
    """The limit of visitors holds for each, beside that of everybody; members, hosts and DJs have none."""
    await fill(party, room)
    await choose(party, room, visitor_songs=2)
    for number in range(2):
        await party.queue.add(room, VITO, f"Song {number} - Nobody")
    assert await refused(party.queue.add(room, VITO, "imagine")) is TooManyOfYours
    for number in range(3):
        await party.queue.add(room, ANNA, f"Song {number} - Somebody")
    brought = await party.lists.bring(room, WILMA, [Wanted(f"Hit {n} - Her") for n in range(9)], "key")
    assert brought.added == 2
    assert isinstance(brought.stopped, TooManyOfYours)
    await choose(party, room, songs_each=1)
    for who in (WILMA, ANNA):
        with pytest.raises(TooManyOfYours) as told:
            await party.queue.add(room, who, "imagine")
        assert told.value.parts["number"] == 1
    await choose(party, room, djs="vito")
    await party.queue.add(room, VITO, "imagine")


async def test_one_visitor_does_not_fill_the_queue(party: PartyService) -> None:
    """Ten songs of each may wait unless somebody chooses otherwise."""
    await fill(party, LOBBY)
    brought = await party.lists.bring(LOBBY, VITO, [Wanted(f"Hit {n} - Her") for n in range(99)], "key")
    assert brought.added == 10


async def test_four_made_up_visitors_skip_nothing(party: PartyService, room: Room) -> None:
    """Who came a moment ago can't skip, and doesn't raise how many must agree; other votes count."""
    entry = await fill(party, room)
    for number in range(4):
        fresh = Member("web", f"fresh{number}", f"Fresh {number}", newcomer=True)
        assert await refused(party.queue.skip(room, fresh)) is TooNewToSkip
        await party.ballots.vote(room, fresh, entry, +1)
    now = await party.insight.now(room)
    assert now.playing
    assert now.playing.track.title == "Mr. Brightside"
    assert now.skips_needed == 1
    assert now.queue[0].ups == 4
    skipped = await party.queue.skip(room, VITO)
    assert (skipped.votes, skipped.needed) == (1, 2)  # of Vito and the moderator


async def test_whoever_came_a_moment_ago_skips_their_own_song(party: PartyService, room: Room) -> None:
    """It is theirs."""
    fresh = replace(VITO, newcomer=True)
    await party.queue.add(room, fresh, "imagine")
    assert (await party.queue.skip(room, fresh)).at_once


async def test_votes_of_members_who_just_joined_a_server_are_another_rule(party: PartyService) -> None:
    """What a server says of its new members is not said of visitors."""
    await fill(party, ROOM)
    await choose(party, ROOM, newcomers=True)
    assert await refused(party.queue.skip(ROOM, replace(VITO, newcomer=True))) is TooNewToSkip
    assert await refused(party.queue.skip(ROOM, replace(ANNA, newcomer=True))) is None


async def test_visitors_leave_the_music_alone(party: PartyService, room: Room) -> None:
    """They pause, resume and turn nothing, whoever plays; hosts and DJs do."""
    await fill(party, room)
    assert await refused(party.playback.pause(room, VITO)) is NotForVisitors
    await party.playback.pause(room, moderator(room))
    assert await refused(party.playback.play(room, VITO)) is NotForVisitors
    assert (await party.insight.now(room)).paused
    await choose(party, room, djs="vito")
    await party.playback.play(room, VITO)
    await party.playback.pause(room, VITO)
    assert (await party.insight.now(room)).paused


async def test_members_of_a_chat_pause_as_before(party: PartyService) -> None:
    """Where nobody hosts, everybody in the channel may."""
    await fill(party, ROOM)
    await party.playback.pause(ROOM, ANNA)
    await party.playback.play(ROOM, BEN)


async def test_nothing_plays_for_visitors_either(party: PartyService, room: Room) -> None:
    """What is no right is told first where there is nothing to steer."""
    assert await refused(party.playback.pause(room, VITO)) is NothingPlaying


async def test_a_visitor_is_blocked_and_let_in_again(party: PartyService, room: Room) -> None:
    """Their songs leave, they only look, and the block knows them from a member with the same id."""
    await fill(party, room)
    mine = (await party.queue.add(room, VITO, "imagine")).entry.id
    namesake = Member("discord", VITO.user_id, "Vito of the chat")
    await party.block_member(room, moderator(room), VITO)
    assert await refused(party.queue.add(room, VITO, "africa toto")) is KeptOut
    assert await refused(party.queue.add(room, namesake, "africa toto")) is None
    async with party.unit.reading(room) as look:
        assert (await look.entry(mine)).state is State.REMOVED
    await party.blocks.unblock(room, moderator(room), {"member:vito"})
    await party.queue.add(room, VITO, "imagine")


async def test_a_host_appoints_djs_who_moderate(party: PartyService) -> None:
    """Whom the host names may clear, move, block and choose; nobody else, and no DJ shares the songs."""
    entry = await fill(party, LOBBY)
    assert await refused(party.queue.clear(LOBBY, VITO)) is ModeratorsOnly
    assert await refused(party.settings.choose(LOBBY, VITO, {"djs": "vito"})) is ManagersOnly
    await choose(party, LOBBY, djs="vito")
    await party.queue.move(LOBBY, VITO, entry, 1)
    await party.block_member(LOBBY, VITO, WILMA)
    await party.settings.choose(LOBBY, VITO, {"visitors": Visitors.LOOK})
    await party.queue.add(LOBBY, VITO, "imagine")
    assert await party.queue.clear(LOBBY, VITO) == 2


async def test_rooms_on_the_page_have_a_host_and_no_managers(party: PartyService, room: Room) -> None:
    """What somebody may not do is said of whom they know there."""
    await fill(party, room)
    told = []
    for doing in (
        party.queue.clear(room, VITO),
        party.settings.choose(room, VITO, {}),
        party.settings.share(room, VITO, on=True),
        party.queue.remove(room, VITO, (await party.insight.now(room)).queue[0].id),
        party.playback.pause(room, VITO),
        party.block_member(room, moderator(room), replace(VITO, moderator=True)),
    ):
        with pytest.raises(PartyError) as error:
            await doing
        told.append(SAID.error(error.value))
    await party.block_member(room, moderator(room), VITO)
    with pytest.raises(KeptOut) as kept_out:
        await party.queue.add(room, VITO, "imagine")
    told.append(SAID.error(kept_out.value))
    assert all(("host" in each) == (room == LOBBY) for each in told), told
    assert not any("server" in each or "moderator" in each.lower() for each in told if room == LOBBY)


def test_the_sound_of_others_is_the_hosts() -> None:
    """Both sentences of each of these errors are people's."""
    assert "moderator" in SAID.error(HostsOnly(ROOM))
    assert "moderator" not in SAID.error(HostsOnly(LOBBY))


async def test_nobody_votes_the_queue_full_alone(party: PartyService, room: Room) -> None:
    """Suggestions that one visitor alone wants count as theirs; what somebody else wants as well comes in."""
    await choose(party, room, visitor_songs=2)
    await fill(party, room)
    ballot = await party.ballots.next(room, VITO)
    first, second, third = [each.id for each in ballot][:3]
    for entry in (first, second):
        assert await refused(party.ballots.vote(room, VITO, entry, +1)) is None
    assert await refused(party.ballots.vote(room, VITO, third, +1)) is TooManyOfYours
    assert await refused(party.ballots.vote(room, VITO, third, -1)) is None
    assert await refused(party.ballots.vote(room, WILMA, third, +1)) is None
