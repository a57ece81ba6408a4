"""Whom and what a room keeps out."""

from __future__ import annotations

from bot.doors.answers import Answer, Said
from bot.doors.arguments import MENTION
from bot.doors.ask import Ask
from bot.doors.meant import blocked_meant, entry_meant
from bot.party.errors import ModeratorsOnly, NoSuchEntry, NoSuchPerson, PartyError
from bot.party.rules.moderation import may_moderate
from bot.party.words import Blocked, Member


async def block(ask: Ask, member: Member | None = None, song: str = "") -> Answer:
    """Blocks whoever or whatever is named, or says what is blocked.

    Raises:
        NoSuchPerson: a name stands where a song belongs.
    """
    if member is None and not song.strip():
        return Said("\n".join(ask.own.blocked(await _seen(ask))))
    if song.startswith("@") or MENTION.match(song):
        raise NoSuchPerson
    told = []
    if member is not None:
        result = await ask.party.block_member(ask.room, ask.member, member, ask.key)
        told.append(ask.own.blocked_member(result))
    if song.strip():
        try:
            told.append(await _block_song(ask, song))
        except PartyError as error:
            if not told:
                raise
            told.append(ask.own.error(error))
    return Said("\n".join(told))


async def _block_song(ask: Ask, song: str) -> str:
    try:
        entry_id = entry_meant(await ask.party.insight.now(ask.room, history=0), song, ask.member)
    except NoSuchEntry:
        entry_id = None
    key = f"{ask.key}/song"
    track = await ask.party.blocks.block_song(ask.room, ask.member, song, entry_id, key)
    return ask.own.blocked_song(track)


async def unblock(ask: Ask, what: str) -> Answer:
    """Lets a member or a song in again.

    Raises:
        NotBlocked: nothing like it is blocked.
    """
    mark = blocked_meant(await _seen(ask), what)
    return Said(ask.own.unblocked(await ask.party.blocks.unblock(ask.room, ask.member, {mark}, ask.key)))


async def _seen(ask: Ask) -> Blocked:
    """What is blocked, for whoever may see it: a list of people who misbehaved is not for everybody."""
    if not may_moderate(ask.member, await ask.party.settings.rules(ask.room)):
        raise ModeratorsOnly(ask.room)
    return await ask.party.blocks.of(ask.room)
