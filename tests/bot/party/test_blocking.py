"""Whom and what a room keeps out, on a real database with the shipped model and a clock that tests set."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.party.errors import (
    AlreadyOver,
    KeptOut,
    ModeratorsOnly,
    NotBlocked,
    NothingToUndo,
    NotModerators,
    NotYourself,
    SongBlocked,
    TooManyBlocked,
    UnsureSong,
)
from bot.party.limits import MOST_BLOCKED
from bot.party.rules.moderation import mark_of
from bot.party.words import Member, Playback, Quorum, Room, State, Wanted
from bot.service import PartyService
from bot.wording.languages import language
from bot.wording.replies import Replies
from db.store import Store
from tests.conftest import ANNA, BEN, CLEO, MOD, ON_BOTH, ROOM

pytestmark = ON_BOTH

ELSEWHERE = Room("discord", "1", "3")
DJ = Member("discord", "21", "Dee", roles=frozenset({"77"}))
HELPER = Member("discord", "22", "Hal", moderator=True)
SAID = Replies(language("en"), str)
MARKS = "\u0301\u0302\u0308"
"""A name of nothing but combining marks."""
ACTS: dict[str, Callable[[PartyService, int], Awaitable[object]]] = {
    "add": lambda party, _: party.queue.add(ROOM, BEN, "imagine"),
    "import": lambda party, _: party.lists.bring(ROOM, BEN, [Wanted("imagine")], "key"),
    "vote": lambda party, entry: party.ballots.vote(ROOM, BEN, entry, +1),
    "skip": lambda party, _: party.queue.skip(ROOM, BEN),
    "remove": lambda party, entry: party.queue.remove(ROOM, BEN, entry),
    "undo": lambda party, _: party.queue.undo(ROOM, BEN),
    "next": lambda party, _: party.ballots.next(ROOM, BEN),
    "vibe": lambda party, _: party.ballots.vibe(ROOM, BEN, "jazz"),
    "pause": lambda party, _: party.playback.pause(ROOM, BEN),
    "turn a page": lambda party, _: party.blocks.let_in(ROOM, BEN),
}


async def titles(party: PartyService) -> list[str]:
    """What plays, then what waits in its order."""
    now = await party.insight.now(ROOM)
    return [entry.track.title for entry in (*((now.playing,) if now.playing else ()), *now.queue)]


async def fill(party: PartyService) -> int:
    """Ben's song plays, then Anna's waits and another one of Ben's; returns the number of Anna's."""
    await party.queue.add(ROOM, BEN, "mr brightside")
    wanted = await party.queue.add(ROOM, ANNA, "take on me")
    await party.queue.add(ROOM, BEN, "wonderwall")
    return wanted.entry.id


@pytest.mark.parametrize("act", ACTS)
async def test_a_blocked_member_can_only_look(party: PartyService, act: str) -> None:
    """Whatever they try is refused with one sentence and changes nothing; they still see the party."""
    waits = await fill(party)
    await party.blocks.block_member(ROOM, HELPER, BEN)
    before = await party.insight.now(ROOM)
    with pytest.raises(KeptOut):
        await ACTS[act](party, waits)
    assert await party.insight.now(ROOM) == before


async def test_a_block_holds_in_its_room_until_it_is_lifted(party: PartyService) -> None:
    """Elsewhere the member takes part, and here again afterwards."""
    await party.blocks.block_member(ROOM, MOD, BEN)
    await party.queue.add(ELSEWHERE, BEN, "imagine")
    assert list(await party.blocks.unblock(ROOM, MOD, {mark_of(BEN)})) == [BEN]
    await party.queue.add(ROOM, BEN, "imagine")
    with pytest.raises(NotBlocked):
        await party.blocks.unblock(ROOM, MOD, {mark_of(BEN)})


async def test_what_a_blocked_member_has_waiting_goes(party: PartyService) -> None:
    """Their waiting songs go and are counted; what plays goes on, and so does what the room voted in."""
    await fill(party)
    ballot = await party.ballots.next(ROOM, BEN)
    await party.ballots.vote(ROOM, BEN, ballot[0].id, +1)
    result = await party.blocks.block_member(ROOM, MOD, BEN)
    assert (result.member, result.songs) == (BEN, 1)
    assert await titles(party) == ["Mr. Brightside", "Take on Me", ballot[0].track.title]
    assert SAID.blocked_member(result) == (
        "Ben is blocked: they can look, but not take part. Use /unblock to let them back in. "
        "I removed their waiting song."
    )


async def test_a_blocked_members_open_votes_no_longer_count(party: PartyService) -> None:
    """Votes for what waits and wishes to skip are gone, and they are not counted for a skip."""
    waits = await fill(party)
    await party.settings.choose(ROOM, MOD, {"quorum": Quorum.ALL, "at_once": False})
    await party.queue.add(ROOM, CLEO, "imagine")
    await party.ballots.vote(ROOM, BEN, waits, -1)
    assert (await party.queue.skip(ROOM, BEN)).needed == 4
    await party.blocks.block_member(ROOM, MOD, BEN)
    now = await party.insight.now(ROOM)
    assert (now.queue[0].votes, now.skippers, now.skips_needed) == ({}, frozenset(), 3)
    party.unit.count_listeners("discord", lambda _room, _voice: [BEN.user_id])
    assert (await party.insight.now(ROOM)).skips_needed == 3


async def test_only_moderators_block(party: PartyService) -> None:
    """DJs and moderators do; everybody else is refused, and so is whoever wants to lift a block."""
    await party.settings.choose(ROOM, MOD, {"dj_role": "77"})
    for member in (MOD, DJ, HELPER):
        await party.blocks.block_member(ROOM, member, BEN)
        await party.blocks.block_song(ROOM, member, "imagine")
        await party.blocks.unblock(ROOM, member, {mark_of(BEN)})
    for forbidden in (
        party.blocks.block_member(ROOM, ANNA, BEN),
        party.blocks.block_song(ROOM, ANNA, "wonderwall"),
        party.blocks.unblock(ROOM, ANNA, {mark_of(BEN)}),
    ):
        with pytest.raises(ModeratorsOnly):
            await forbidden


async def test_moderators_and_oneself_cannot_be_blocked(party: PartyService) -> None:
    """Not managers, not moderators, not DJs by role or by name."""
    await party.settings.choose(ROOM, MOD, {"dj_role": "77", "djs": CLEO.user_id})
    for whom in (MOD, DJ, CLEO):
        with pytest.raises(NotModerators):
            await party.blocks.block_member(ROOM, HELPER, whom)
    with pytest.raises(NotYourself):
        await party.blocks.block_member(ROOM, HELPER, HELPER)
    assert (await party.blocks.of(ROOM)).members == ()


async def test_whoever_becomes_a_moderator_is_blocked_no_more(party: PartyService) -> None:
    """An earlier block does not hold a moderator, and holds again who is none any more."""
    await party.blocks.block_member(ROOM, MOD, BEN)
    await party.queue.add(ROOM, replace(BEN, moderator=True), "imagine")
    with pytest.raises(KeptOut):
        await party.queue.add(ROOM, BEN, "wonderwall")


async def test_a_party_plays_on_no_blocked_members_account(party: PartyService, store: Store) -> None:
    """A host who is blocked hosts no more; another host stays."""
    await fill(party)
    for host in (ANNA, BEN):
        async with store.writing() as tx:
            record = await tx.parties.open(ROOM, party.now_ms())
            await tx.playbacks.set(record.id, Playback(host, "phone", "Phone"))
        await party.blocks.block_member(ROOM, MOD, BEN)
        playback = (await party.insight.now(ROOM)).playback
        assert (playback.host if playback else None) == (ANNA if host == ANNA else None)


async def test_a_blocked_song_goes_and_does_not_come_back(party: PartyService) -> None:
    """From the queue and from play, and not by anybody, in any spelling, version, list or by undo."""
    await party.queue.add(ROOM, ANNA, "africa toto")
    await party.queue.add(ROOM, BEN, "take on me")
    removed = await party.queue.add(ROOM, BEN, "wonderwall oasis")
    await party.queue.remove(ROOM, BEN, removed.entry.id)
    await party.blocks.block_song(ROOM, MOD, "africa toto")
    await party.blocks.block_song(ROOM, MOD, "wonderwall oasis")
    assert await titles(party) == ["Take on Me"]
    for member, text in ((ANNA, "africa toto"), (MOD, "AFRICA - Toto"), (BEN, "Africa (Live) - Toto")):
        with pytest.raises((SongBlocked, UnsureSong)):
            await party.queue.add(ROOM, member, text)
    brought = await party.lists.bring(ROOM, ANNA, [Wanted("Africa – Toto"), Wanted("imagine lennon")], "list")
    assert [each.track.title for each in brought.barred] == ["Africa"]
    assert (brought.added, brought.there) == (1, 0)
    assert "These are blocked here, so I left them out:\n• Africa – Toto" in SAID.brought(brought).replace(
        "TOTO", "Toto"
    )
    with pytest.raises(NothingToUndo):
        await party.queue.undo(ROOM, BEN)
    assert await titles(party) == ["Take on Me", "Imagine"]


async def test_a_blocked_song_is_not_put_back_with_others(party: PartyService) -> None:
    """Whoever takes a clearing back gets what is not blocked meanwhile, of whom is not either."""
    waits = await fill(party)
    await party.queue.add(ROOM, ANNA, "imagine lennon")
    await party.queue.clear(ROOM, MOD)
    await party.blocks.block_song(ROOM, HELPER, "take on me")
    await party.blocks.block_member(ROOM, HELPER, BEN)
    await party.queue.undo(ROOM, MOD)
    assert await titles(party) == ["Mr. Brightside", "Imagine"]
    with pytest.raises(AlreadyOver):
        await party.ballots.vote(ROOM, ANNA, waits, +1)


async def test_a_blocked_song_leaves_the_ballot_and_is_not_suggested(party: PartyService) -> None:
    """Where it is offered it is taken out, and the model leaves it out from then on."""
    await party.queue.add(ROOM, ANNA, "wonderwall oasis")
    ballot = await party.ballots.next(ROOM, ANNA)
    blocked = ballot[0]
    await party.blocks.block_song(ROOM, MOD, "", blocked.id)
    [shown, *_] = await party.ballots.of(ROOM, blocked.id)
    assert (shown.track, shown.state) == (blocked.track, State.REMOVED)
    with pytest.raises(AlreadyOver):
        await party.ballots.vote(ROOM, ANNA, blocked.id, +1)
    async with party.unit.store.writing() as tx:  # as after a night
        record = await tx.parties.open(ROOM, party.now_ms())
        await tx.parties.touch(record.id, 0, 0)
    await party.queue.add(ROOM, ANNA, "champagne supernova")
    seen = {e.track.title for _ in range(5) for e in await party.ballots.next(ROOM, ANNA, 10)}
    assert blocked.track.title not in seen


async def test_a_song_that_nobody_knows_is_blocked_by_its_name(party: PartyService) -> None:
    """In any spelling."""
    await party.blocks.block_song(ROOM, MOD, "typed:Zzyzx Qwfp - The Nobodies")
    with pytest.raises(SongBlocked):
        await party.queue.add(ROOM, ANNA, "typed:zzyzx qwfp – the nobodies")


async def test_a_member_whose_name_nobody_can_read_is_named_by_their_id(party: PartyService) -> None:
    """Of only combining marks, or of nothing."""
    for number, name in enumerate((MARKS, "", "\u200b")):
        result = await party.blocks.block_member(ROOM, MOD, Member("discord", f"99{number}", name))
        assert f"(ID 99{number})" in SAID.blocked_member(result)
    listed = "\n".join(SAID.blocked(await party.blocks.of(ROOM)))
    assert all(f"(ID 99{number})" in listed for number in range(3))


async def test_a_block_that_comes_twice_is_one(party: PartyService) -> None:
    """By the same request, or because two moderators were as fast."""
    await fill(party)
    first = await party.blocks.block_member(ROOM, MOD, BEN, "key")
    assert await party.blocks.block_member(ROOM, MOD, BEN, "key") == first
    assert (await party.blocks.block_member(ROOM, HELPER, BEN)).songs == 0
    for key in ("a", "a", "b"):
        await party.blocks.block_song(ROOM, MOD, "imagine lennon", key=key)
    blocked = await party.blocks.of(ROOM)
    assert (len(blocked.members), len(blocked.songs)) == (1, 1)


async def test_a_room_keeps_so_many_out_and_no_more(party: PartyService) -> None:
    """The next one is refused, with what to do."""
    async with party.unit.writing_for(ROOM, MOD, None) as now:
        many = tuple(Member("discord", str(1000 + each), "Troll") for each in range(MOST_BLOCKED))
        await now.tx.parties.set_blocked(now.id, replace(now.blocked, members=many))
    with pytest.raises(TooManyBlocked):
        await party.blocks.block_member(ROOM, MOD, BEN)
    assert await party.blocks.block_song(ROOM, MOD, "imagine lennon")


async def test_a_forgotten_member_stays_blocked_by_their_id_alone(party: PartyService) -> None:
    """Else who is blocked would only have to ask for it; the name goes."""
    await fill(party)
    await party.blocks.block_member(ROOM, MOD, BEN)
    await party.forget(BEN)
    (kept,) = (await party.blocks.of(ROOM)).members
    assert (kept, kept.name) == (BEN, "")
    with pytest.raises(KeptOut):
        await party.queue.add(ROOM, BEN, "imagine")
    await party.leave("discord", "1")
    assert (await party.blocks.of(ROOM)).members == ()


async def test_a_blocked_members_song_is_not_put_back(party: PartyService) -> None:
    """Undo says so, and can put it back once they are let in again."""
    await fill(party)
    own = next(each for each in (await party.insight.now(ROOM)).queue if each.added_by == BEN)
    await party.queue.remove(ROOM, MOD, own.id)
    await party.blocks.block_member(ROOM, MOD, BEN)
    with pytest.raises(NothingToUndo):
        await party.queue.undo(ROOM, MOD)
    await party.blocks.unblock(ROOM, MOD, {mark_of(BEN)})
    await party.queue.undo(ROOM, MOD)
    assert own.track.title in await titles(party)


async def test_a_visitor_is_blocked_in_a_chats_party(party: PartyService) -> None:
    """Whoever comes to a chat's party by its page has no account there, and stays blocked all the same."""
    visitor = Member("web", "abc", "Vic")
    await party.block_member(ROOM, MOD, visitor)
    assert (await party.blocks.of(ROOM)).members == (visitor,)
    with pytest.raises(KeptOut):
        await party.queue.add(ROOM, visitor, "mr brightside")
    await party.queue.add(ROOM, Member("discord", "abc", "Somebody else"), "mr brightside")
