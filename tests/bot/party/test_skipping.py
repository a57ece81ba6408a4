"""Who skips without a vote, on a real database with the shipped model and a clock that tests set."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.party.errors import AlreadyOver, NothingToUndo
from bot.party.limits import ONE_SKIP_MS
from bot.party.words import Member, Quorum, State
from bot.service import PartyService
from bot.wording.languages import language
from bot.wording.replies import Replies
from tests.conftest import ANNA, BEN, CLEO, MOD, ON_BOTH, ROOM, Clock

pytestmark = ON_BOTH

DJ = Member("discord", "21", "Dee", roles=frozenset({"77"}))
HELPER = Member("discord", "22", "Hal", moderator=True)
SAID = Replies(language("en"), str)


async def fill(party: PartyService) -> None:
    """Anna's song plays, Ben's and Cleo's wait, and nobody may skip alone by a vote."""
    await party.settings.choose(ROOM, MOD, {"quorum": Quorum.ALL, "dj_role": "77"})
    for member, song in ((ANNA, "mr brightside"), (BEN, "take on me"), (CLEO, "wonderwall")):
        await party.queue.add(ROOM, member, song)


async def playing(party: PartyService) -> str:
    """What plays."""
    entry = (await party.insight.now(ROOM)).playing
    return entry.track.title if entry else ""


@pytest.mark.parametrize("member", [MOD, DJ, HELPER])
async def test_a_moderator_skips_at_once(party: PartyService, member: Member) -> None:
    """Whatever the quorum, and it is said who did it and by which right."""
    await fill(party)
    skipped = await party.queue.skip(ROOM, member)
    assert (skipped.done, skipped.at_once, skipped.own) == (True, member, False)
    assert await playing(party) == "Take on Me"
    assert SAID.skipped(skipped) == (
        f"{member.name} skipped Mr. Brightside – The Killers as a moderator. Now playing: Take on Me – a-ha"
    )


async def test_whoever_added_a_song_skips_it_at_once(party: PartyService, clock: Clock) -> None:
    """Their own, and no other one; of the last song the answer says what comes of that."""
    await fill(party)
    skipped = await party.queue.skip(ROOM, ANNA)
    assert (skipped.done, skipped.at_once, skipped.own) == (True, ANNA, True)
    assert SAID.skipped(skipped).startswith("Anna skipped Mr. Brightside – The Killers, their own song.")
    assert not (await party.queue.skip(ROOM, ANNA)).done
    clock.now_s += ONE_SKIP_MS / 1000
    await party.queue.clear(ROOM, MOD)
    assert "The queue is empty" in SAID.skipped(await party.queue.skip(ROOM, BEN))


async def test_everybody_else_still_votes(party: PartyService) -> None:
    """A member's skip of another one's song is one vote of those needed."""
    await fill(party)
    voted = await party.queue.skip(ROOM, BEN)
    assert (voted.votes, voted.needed, voted.done, voted.at_once) == (1, 4, False, None)
    assert SAID.skipped(voted) == "1 of 4 votes to skip Mr. Brightside – The Killers."


async def test_what_the_room_voted_in_is_nobodys_own(party: PartyService, clock: Clock) -> None:
    """Whoever cast the deciding vote for a suggestion skips it by a vote, as everybody does."""
    await fill(party)
    ballot = await party.ballots.next(ROOM, ANNA)
    await party.ballots.vote(ROOM, ANNA, ballot[0].id, +1)
    await party.queue.move(ROOM, MOD, ballot[0].id, 1)
    await party.queue.skip(ROOM, MOD)
    assert await playing(party) == ballot[0].track.title
    clock.now_s += ONE_SKIP_MS / 1000
    assert not (await party.queue.skip(ROOM, ANNA)).done


@pytest.mark.parametrize("member", [ANNA, MOD])
async def test_a_room_may_switch_that_off(party: PartyService, member: Member) -> None:
    """Then everybody's skip is a vote."""
    await fill(party)
    await party.settings.choose(ROOM, MOD, {"at_once": False})
    assert not (await party.queue.skip(ROOM, member)).done
    assert await playing(party) == "Mr. Brightside"


async def test_a_skip_at_once_is_not_undone(party: PartyService) -> None:
    """What it ended does not come back, and the wish that was part of it is not taken back either."""
    await fill(party)
    await party.queue.skip(ROOM, HELPER)
    with pytest.raises(NothingToUndo):
        await party.queue.undo(ROOM, HELPER)
    assert [entry.state for entry in (await party.insight.now(ROOM)).history] == [State.SKIPPED]


async def test_what_was_done_before_a_skip_at_once_can_be_undone(party: PartyService) -> None:
    """Undo takes the latest change back that still can be: here an add that waits."""
    await fill(party)
    await party.queue.skip(ROOM, BEN)
    await party.queue.skip(ROOM, MOD)  # Ben's own plays
    await party.queue.add(ROOM, BEN, "bohemian rhapsody")
    await party.queue.skip(ROOM, BEN)
    undone = await party.queue.undo(ROOM, BEN)
    assert (undone.kind, undone.entry.track.title) == ("add", "Bohemian Rhapsody")
    assert await playing(party) == "Wonderwall"


async def test_a_request_that_comes_twice_skips_one_song(party: PartyService) -> None:
    """And is answered the same way the second time."""
    await fill(party)
    first = await party.queue.skip(ROOM, MOD, "key")
    again = await party.queue.skip(ROOM, MOD, "key")
    assert SAID.skipped(again) == SAID.skipped(first)
    assert await playing(party) == "Take on Me"


async def test_a_moderator_can_skip_two_songs_in_a_row(party: PartyService, clock: Clock) -> None:
    """Their second skip means the second song; anybody else's right after meant the first."""
    await fill(party)
    await party.queue.skip(ROOM, MOD)
    with pytest.raises(AlreadyOver):
        await party.queue.skip(ROOM, CLEO)
    await party.queue.skip(ROOM, MOD)
    assert await playing(party) == "Wonderwall"
    clock.now_s += ONE_SKIP_MS / 1000
    assert (await party.queue.skip(ROOM, CLEO)).own


async def test_who_is_no_moderator_any_more_votes(party: PartyService) -> None:
    """What the platform says in the very request counts."""
    await fill(party)
    assert not (await party.queue.skip(ROOM, replace(HELPER, moderator=False))).done
