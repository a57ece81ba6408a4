"""How a change is taken back: steps inside a transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.party.errors import NothingToUndo
from bot.party.rules.moderation import is_blocked
from bot.party.rules.songs import twin
from bot.party.words import BROUGHT_IN, Change, Entry, State
from bot.party.writer import MemberWriter


async def revert(party: MemberWriter, change: Change, entry: Entry) -> int:
    """Puts an entry back as it was before a change, and says how many songs of an import went out.

    The store offers only changes that still can be taken back.

    Raises:
        NothingToUndo: a removed song has been added again meanwhile, or it or its adder was blocked.
        VisitorsLook, VisitorsVote, AddingLocked: a song was removed, and the member adds nothing here now.
    """
    return await _WAYS[change.kind](party, change, entry)


async def _add(party: MemberWriter, change: Change, entry: Entry) -> int:
    await party.end(entry, State.REMOVED)
    return 0


async def _import(party: MemberWriter, change: Change, entry: Entry) -> int:
    """Takes out what waits of the import that a song came with."""
    came = await party.tx.diary.mark_import_undone(party.id, change.id)
    waits = [each for each in await party.waiting() if each.id in came and each.state is State.QUEUED]
    for each in waits:
        await party.end(each, State.REMOVED)
    return len(waits)


async def _remove(party: MemberWriter, change: Change, entry: Entry) -> int:
    party.let_add()
    kept_out = is_blocked(entry.track, party.blocked) or entry.added_by in party.blocked.members
    if kept_out or (party.rules.one_of_each and await party.twin(entry.track)):
        raise NothingToUndo
    await _put_back(party, [entry])
    return 0


async def _clear(party: MemberWriter, change: Change, entry: Entry) -> int:
    gone = await party.tx.entries.since(party.id, (State.REMOVED,), change.at_ms)
    await _put_back(party, [each for each in gone if each.ended_ms == change.at_ms])
    return 0


async def _put_back(party: MemberWriter, removed: Sequence[Entry]) -> None:
    waiting = await party.waiting()
    for entry in removed:
        if is_blocked(entry.track, party.blocked) or entry.added_by in party.blocked.members:
            continue
        if not party.rules.one_of_each or twin(waiting, entry.track) is None:
            await party.tx.entries.move(entry.id, State.REMOVED, State.QUEUED, now_ms=party.now_ms)
    await party.start_next()


async def _skip(party: MemberWriter, change: Change, entry: Entry) -> int:
    await party.tx.votes.drop_skip(entry.id, party.member)
    return 0


async def _move(party: MemberWriter, change: Change, entry: Entry) -> int:
    await party.tx.entries.pin(entry.id, change.vote_before or None)
    return 0


async def _vote(party: MemberWriter, change: Change, entry: Entry) -> int:
    await party.tx.votes.set(entry.id, party.member, change.vote_before)
    wanted = (await party.entry(entry.id)).score >= party.rules.threshold
    mine = entry.state is State.QUEUED and entry.added_by == party.member  # what plays, plays for all
    if change.state_before is State.SUGGESTED and mine and not wanted:
        await party.end(entry, State.SUGGESTED)
    return 0


_WAYS: Mapping[str, Callable[[MemberWriter, Change, Entry], Awaitable[int]]] = {
    "add": _add,
    BROUGHT_IN: _import,
    "remove": _remove,
    "clear": _clear,
    "skip": _skip,
    "move": _move,
    "vote": _vote,
}
