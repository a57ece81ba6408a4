"""How a song gets into the queue, and a vote to a song: steps inside a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.party.errors import TooManyOfYours
from bot.party.reader import now_playing
from bot.party.results import Added
from bot.party.rules.admission import admit, let_rest, rest_ms
from bot.party.rules.songs import twin
from bot.party.rules.visiting import is_visitor
from bot.party.words import Entry, State, Track
from bot.party.writer import MemberWriter


async def add_song(party: MemberWriter, track: Track) -> Added:
    """Queues a song; where it waits already the member's wish becomes an up-vote.

    Raises:
        VisitorsLook, VisitorsVote, AddingLocked: the member adds nothing here.
        QueueFull, TooManyOfYours, PlayedLately, ExplicitSong, SongTooLong, SongBlocked: what the room's
            rules say.
    """
    party.let_add()
    waiting = await party.waiting()
    there = twin(waiting, track) if party.rules.one_of_each else None
    if there is not None:
        if there.added_by == party.member or not party.votes:
            return await what_became(party, there.id, again=True)
        await cast_vote(party, there, +1)
        return replace(await what_became(party, there.id, again=True), wished=True)
    entry = await insert_song(party, track, waiting)
    if now_playing(waiting) is None:
        await party.start_next()
        return await what_became(party, entry.id)
    return await _placed(party, entry, [*waiting, entry])


async def insert_song(
    party: MemberWriter, track: Track, waiting: Sequence[Entry], kind: str = "add"
) -> Entry:
    """Queues a song behind what waits, and starts nothing.

    Raises:
        VisitorsLook, VisitorsVote, AddingLocked: the member adds nothing here.
        QueueFull, TooManyOfYours, PlayedLately, ExplicitSong, SongTooLong, SongBlocked: what the room's
            rules say.
    """
    party.let_add()
    admit(
        track,
        waiting,
        party.rules,
        party.member,
        moderates=party.moderates,
        blocked=party.blocked,
    )
    if party.rules.cooldown_min:
        since_ms = party.now_ms - rest_ms(party.rules) + 1
        played = await party.tx.entries.since(party.id, (State.PLAYED,), since_ms)
        let_rest(track, played, party.rules, party.now_ms)
    entry_id = await party.tx.entries.insert(party.id, track, party.member, party.now_ms)
    entry = Entry(entry_id, track, State.QUEUED, party.member, party.now_ms)
    await party.note(kind, entry)
    return entry


async def what_became(party: MemberWriter, entry_id: int | None, *, again: bool = False) -> Added:
    """What became of an add, with the entry's place as it is now."""
    waiting = await party.waiting()
    entry = next((each for each in waiting if each.id == entry_id), None) or await party.entry(entry_id)
    return await _placed(party, entry, waiting, again=again)


async def _placed(
    party: MemberWriter, entry: Entry, waiting: Sequence[Entry], *, again: bool = False
) -> Added:
    ids = [each.id for each in await party.ordered(waiting)]
    return Added(entry, ids.index(entry.id) + 1 if entry.id in ids else 0, again)


async def cast_vote(party: MemberWriter, entry: Entry, value: int) -> Entry:
    """Sets the member's vote, queues a wanted suggestion, and returns the entry as it is then.

    Raises:
        TooManyOfYours: nobody else wants the suggestion, and enough waits that this visitor wanted.
    """
    silent = entry.state is State.SUGGESTED and await party.playing() is None
    user_id = party.member.user_id
    before = entry.votes.get(user_id, 0)
    if value > before and entry.state is State.SUGGESTED:
        await _let_wish(party, entry)
    await party.tx.votes.set(entry.id, party.member, value)
    await party.note("vote" if before != value else "vote again", entry, before)
    others = {user: cast for user, cast in entry.votes.items() if user != user_id}
    voted = replace(entry, votes=others | ({user_id: value} if value else {}))
    if voted.state is State.SUGGESTED and voted.score >= party.rules.threshold:
        await party.tx.entries.move(
            voted.id, State.SUGGESTED, State.QUEUED, now_ms=party.now_ms, added_by=party.member
        )
        voted = replace(voted, state=State.QUEUED, added_by=party.member, added_ms=party.now_ms)
        if silent:
            await party.start_next()
            voted = await party.entry(entry.id)
    elif voted.state is State.SUGGESTED and not entry.votes:
        await party.tx.entries.mark_voted(entry.id)
    return voted


async def _let_wish(party: MemberWriter, entry: Entry) -> None:
    """Lets a visitor want a suggestion: alone no more of them than songs of a visitor's may wait."""
    me, most = party.member, party.rules.visitor_songs
    others = any(cast > 0 for user, cast in entry.votes.items() if user != me.user_id)
    if most and not others and is_visitor(me, party.rules):
        waiting = await party.waiting()
        if sum(each.added_by == me and each.state is State.QUEUED for each in waiting) >= most:
            raise TooManyOfYours(most)
