"""Whom and what a room keeps out of its party."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.party.errors import (
    KeptOut,
    ModeratorsOnly,
    NotBlocked,
    NotModerators,
    NotYourself,
    TooManyBlocked,
)
from bot.party.limits import MOST_BLOCKED, OFFER_LASTS_MS
from bot.party.results import BlockedMember
from bot.party.rules.moderation import is_blocked, is_kept_out, mark_of, may_moderate, without
from bot.party.songs import Songs
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import Blocked, Member, Room, State, Track
from bot.party.writer import MemberWriter


class Blocking:
    """Blocks members and songs, and lets them in again."""

    def __init__(self, unit: UnitOfWork, songs: Songs) -> None:
        self.unit = unit
        self._songs = songs

    @finished
    async def of(self, room: Room) -> Blocked:
        """Whom and what the room keeps out."""
        async with self.unit.reading(room) as party:
            return party.blocked

    @finished
    async def let_in(self, room: Room, member: Member) -> None:
        """Lets a member do what changes no party, but what others see.

        Raises:
            KeptOut: a moderator has blocked them here.
        """
        async with self.unit.reading(room) as party:
            if is_kept_out(member, party.rules, party.blocked):
                raise KeptOut(room)

    @finished
    async def block_member(
        self, room: Room, member: Member, whom: Member, key: str | None = None
    ) -> BlockedMember:
        """Keeps a member out: they may look, and do nothing else.

        Their own waiting songs leave the queue, what plays goes on. Their votes on what is still open no
        longer count, and the party no longer plays on their account.

        Args:
            room: where.
            member: who blocks.
            whom: who is blocked, with the rights that the platform says they have.
            key: the request's.

        Raises:
            ModeratorsOnly: the member may not.
            NotYourself, NotModerators: whom nobody may block.
            TooManyBlocked: no more can be kept.
        """
        async with self.unit.writing_for(room, member, key) as party:
            _may(party)
            if whom == member:
                raise NotYourself
            if may_moderate(whom, party.rules):
                raise NotModerators(room)
            if party.done:
                return BlockedMember(whom, party.done.vote_before)
            others = tuple(each for each in party.blocked.members if each != whom)
            await _keep(party, replace(party.blocked, members=(whom, *others)))
            await party.tx.votes.drop_open(party.id, whom)
            sounds = party.playback if party.playback and party.playback.host == whom else None
            if sounds is not None:
                await party.tx.playbacks.drop(party.id)
            own = [
                each
                for each in await party.waiting()
                if each.added_by == whom and each.state is State.QUEUED and each.ballot is None
            ]
            for entry in own:
                await party.end(entry, State.REMOVED)
            await party.note("block", None, len(own))
            return BlockedMember(whom, len(own), sounds)

    async def block_song(
        self,
        room: Room,
        member: Member,
        text: str,
        entry_id: int | None = None,
        key: str | None = None,
    ) -> Track:
        """Keeps a song out, in every version; where it waits, plays or stands on a ballot it is taken out.

        Args:
            room: where.
            member: who blocks.
            text: what the song is called, or a link.
            entry_id: its number, if it is one of the party's.
            key: the request's.

        Raises:
            ModeratorsOnly: the member may not.
            NoSuchEntry: this party never had that entry.
            EmptyText, TextTooLong, UnknownLink, SpotifyError: no song.
            UnsureSong: several songs may be meant.
            TooManyBlocked: no more can be kept.
        """
        track = await self._songs.find(text) if entry_id is None else None
        return await self._block_song(room, member, track, entry_id, key)

    @finished
    async def _block_song(
        self, room: Room, member: Member, found: Track | None, entry_id: int | None, key: str | None
    ) -> Track:
        async with self.unit.writing_for(room, member, key) as party:
            _may(party)
            track = found or (await party.entry(entry_id)).track
            if party.done:
                return track
            if not is_blocked(track, party.blocked):
                await _keep(party, replace(party.blocked, songs=(track, *party.blocked.songs)))
            only_it = Blocked(songs=(track,))
            offered = await party.tx.entries.since(
                party.id, (State.SUGGESTED,), party.now_ms - OFFER_LASTS_MS
            )
            there = [each for each in (*offered, *await party.waiting()) if is_blocked(each.track, only_it)]
            for entry in sorted(there, key=lambda each: each.state is State.PLAYING):  # or a twin starts
                await party.end(entry, State.REMOVED)
            await party.note("block")
            return track

    @finished
    async def unblock(
        self, room: Room, member: Member, marks: Collection[str], key: str | None = None
    ) -> Sequence[Member | Track]:
        """Lets members and songs in again, named by their marks; says which.

        Raises:
            ModeratorsOnly: the member may not.
            NotBlocked: none of them is kept out.
        """
        async with self.unit.writing_for(room, member, key) as party:
            _may(party)
            all_of_it: tuple[Member | Track, ...] = (*party.blocked.members, *party.blocked.songs)
            out = [each for each in all_of_it if mark_of(each) in marks]
            if not out and not party.done:
                raise NotBlocked
            if out:
                await _keep(party, without(party.blocked, marks))
                await party.note("unblock")
            return out


def _may(party: MemberWriter) -> None:
    if not party.moderates:
        raise ModeratorsOnly(party.record.room)


async def _keep(party: MemberWriter, blocked: Blocked) -> None:
    if max(len(blocked.members), len(blocked.songs)) > MOST_BLOCKED:
        raise TooManyBlocked(MOST_BLOCKED)
    await party.tx.parties.set_blocked(party.id, blocked)
