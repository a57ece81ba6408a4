"""How long a song may be, and whose votes count, on a real database with the shipped model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.party.errors import SongTooLong, TooNewToVote
from bot.party.limits import MINUTE_MS
from bot.party.words import Member, Mood, Quorum, Wanted
from bot.service import PartyService
from bot.wording.languages import language
from bot.wording.replies import Replies
from tests.conftest import ANNA, BEN, MOD, ON_BOTH, ROOM

pytestmark = ON_BOTH

NEW = Member("discord", "31", "Nia", newcomer=True)
SAID = Replies(language("en"), str)
LONG = "Tubular Bells - Pt. I - Mike Oldfield"


async def test_a_song_that_is_too_long_is_refused(party: PartyService) -> None:
    """With the limit and its length; moderators, who choose the limit, keep to it as everybody does."""
    for member in (ANNA, MOD):
        with pytest.raises(SongTooLong, match=r"10 minutes long at most, and that one lasts 26:01\."):
            await party.queue.add(ROOM, member, LONG)
    assert (await party.insight.now(ROOM)).playing is None


@pytest.mark.parametrize("longest", [0, 30])
async def test_a_room_chooses_how_long_a_song_may_be(party: PartyService, longest: int) -> None:
    """Longer, or any length."""
    await party.settings.choose(ROOM, MOD, {"longest_min": longest})
    assert (await party.queue.add(ROOM, ANNA, LONG)).place == 0


async def test_a_song_whose_length_nobody_knows_is_taken(party: PartyService) -> None:
    """Nothing can be said of it."""
    await party.settings.choose(ROOM, MOD, {"longest_min": 5})
    added = await party.queue.add(ROOM, ANNA, "typed:zzyzx qwfp")
    assert added.entry.track.duration_ms is None


async def test_a_list_leaves_out_what_is_too_long_and_names_it(party: PartyService) -> None:
    """The others are queued; what the list itself says of an unknown song's length counts, too."""
    unknown = Wanted("Qwfp - Nobody", "Qwfp", "Nobody", duration_ms=11 * MINUTE_MS)
    fits = Wanted("Zzyzx - Nobody", "Zzyzx", "Nobody", duration_ms=10 * MINUTE_MS)
    wanted = [Wanted(LONG), Wanted("take on me"), unknown, fits]
    brought = await party.lists.bring(ROOM, ANNA, wanted, "key")
    assert (brought.total, brought.added, brought.there, brought.left) == (4, 2, 0, 0)
    told, *named = SAID.brought(brought).splitlines()[-3:]
    assert told == "These are longer than 10 minutes, so I left them out:"
    assert named == ["• Tubular Bells - Pt. I – Mike Oldfield", "• Qwfp – Nobody"]


async def test_nothing_too_long_is_suggested(party: PartyService) -> None:
    """Where the room wants short songs, long ones neither come from the model nor stay on its way."""
    await party.settings.choose(ROOM, MOD, {"longest_min": 5})
    await party.queue.add(ROOM, ANNA, "shine on you crazy diamond")
    for mood in Mood:
        for entry in await party.ballots.next(ROOM, ANNA, 10, mood=mood):
            assert (entry.track.duration_ms or 0) <= 5 * MINUTE_MS


async def test_a_newcomers_votes_do_not_count_unless_the_room_says_so(party: PartyService) -> None:
    """On a song, on a ballot and to skip they are refused, and nothing is kept of them; adding is fine."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    waits = (await party.queue.add(ROOM, BEN, "take on me")).entry.id
    ballot = await party.ballots.next(ROOM, NEW)
    for entry_id in (waits, ballot[0].id):
        with pytest.raises(TooNewToVote):
            await party.ballots.vote(ROOM, NEW, entry_id, +1)
    with pytest.raises(TooNewToVote):
        await party.queue.skip(ROOM, NEW)
    now = await party.insight.now(ROOM)
    assert (now.queue[0].votes, now.ballot[0].votes, now.skippers) == ({}, {}, frozenset())
    again = await party.queue.add(ROOM, NEW, "take on me")  # else an up-vote
    assert (again.again, again.wished, again.entry.votes) == (True, False, {})
    assert (await party.queue.add(ROOM, NEW, "wonderwall")).place == 2
    await party.settings.choose(ROOM, MOD, {"newcomers": True})
    assert (await party.ballots.vote(ROOM, NEW, waits, +1)).entry.votes == {NEW.user_id: +1}
    assert not (await party.queue.skip(ROOM, NEW)).done
    await party.settings.choose(ROOM, MOD, {"newcomers": False})
    assert (await party.ballots.vote(ROOM, NEW, waits, 0)).entry.votes == {}  # taken back


async def test_newcomers_do_not_outnumber_those_who_may_vote(party: PartyService) -> None:
    """Many who joined today and add songs do not keep the others from skipping one."""
    await party.queue.add(ROOM, NEW, "mr brightside")
    for number in range(5):
        await party.queue.add(ROOM, replace(NEW, user_id=f"9{number}"), f"typed:song {number}")
    await party.queue.add(ROOM, ANNA, "take on me")
    await party.queue.add(ROOM, BEN, "wonderwall")
    assert (await party.queue.skip(ROOM, ANNA)).needed == 2
    assert (await party.queue.skip(ROOM, BEN)).done


async def test_a_new_moderator_and_a_new_members_own_song(party: PartyService) -> None:
    """Whoever moderates votes on the first day, and a newcomer skips what is theirs."""
    await party.settings.choose(ROOM, MOD, {"quorum": Quorum.ALL})
    waits = (await party.queue.add(ROOM, NEW, "mr brightside")).entry.id
    boss = replace(NEW, user_id="32", name="Boss", moderator=True)
    assert (await party.ballots.vote(ROOM, boss, waits, +1)).entry.ups == 1
    assert (await party.queue.skip(ROOM, NEW)).own
