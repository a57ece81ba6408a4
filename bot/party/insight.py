"""What a party looks like: as it stands, why songs fit, and who brought what."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from bot.party.errors import NothingToShow, UnknownToModel
from bot.party.ports import Playable, Recommender
from bot.party.results import MemberStats, Stats, Why
from bot.party.rules.songs import same_song
from bot.party.rules.sounding import sounds_own
from bot.party.rules.steering import signals
from bot.party.rules.streaks import streaks
from bot.party.songs import Songs
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import NOBODY, Entry, Member, Party, Playback, Room, State, Track

MOST_LOVED = 5
"""How many of the most wanted songs are named."""
MOST_REMEMBERED = 2_000
"""How many of the latest songs the numbers are counted from."""
LOOK_WITHIN_S = 0.2
"""Who types a song is not kept waiting for longer by a look at where it would sound."""
NIGHT = (State.QUEUED, State.PLAYING, State.PLAYED, State.SKIPPED)
"""What belongs to a party's night."""


class Insight:
    """Everything that only looks."""

    def __init__(
        self, unit: UnitOfWork, songs: Songs, recommender: Recommender, own: Playable | None = None
    ) -> None:
        self.unit = unit
        self._songs = songs
        self._recommender = recommender
        self._own = own

    @property
    def has_own_music(self) -> bool:
        """Whether there is music of people's own; pieces to try a party with are none."""
        return self._own is not None and self._own.any() and self._songs.catalogue.stock() is not None

    async def search(self, text: str, limit: int = 10, room: Room | None = None) -> list[Track]:
        """Songs as one types, best first; where own music sounds in the room, those that can sound first."""
        own_first = room is not None and self._own is not None and await self._sounds_own(room)
        return await self._songs.catalogue.search(text, limit, own_first=own_first)

    async def _sounds_own(self, room: Room) -> bool:
        """Whether people's own music sounds in a room; not, where the database does not say so at once."""
        known = self.unit.remembered_outlet(room)
        if known is None:
            looking = asyncio.ensure_future(self.now(room, history=0))
            looking.add_done_callback(lambda look: look.cancelled() or look.exception())
            await asyncio.wait({looking}, timeout=LOOK_WITHIN_S)
            known = self.unit.remembered_outlet(room)
        return known is not None and sounds_own(known[0])

    @finished
    async def silent(self, room: Room, entries: Iterable[Entry]) -> frozenset[int]:
        """The numbers of the entries that cannot sound, where people's own music sounds."""
        if self._own is None:
            return frozenset()
        async with self.unit.reading(room) as party:
            playback = party.playback
        return self._silent(playback, entries)

    def _silent(self, playback: Playback | None, entries: Iterable[Entry]) -> frozenset[int]:
        if self._own is None or not sounds_own(playback.outlet if playback else None):
            return frozenset()
        return frozenset(entry.id for entry in entries if not self._own.sounds(entry.track))

    async def find(self, text: str) -> Track:
        """The song that a text or link means; one that nobody knows as it was typed.

        Raises:
            EmptyText, TextTooLong, UnknownLink, SpotifyError: no song.
            UnsureSong: several songs may be meant.
        """
        return await self._songs.find(text)

    @finished
    async def now(self, room: Room, history: int = 20) -> Party:
        """What plays, what waits, what is suggested and what was."""
        async with self.unit.reading(room) as party:
            shown = await party.shown(history)
        songs = [*filter(None, [shown.playing]), *shown.queue, *shown.ballot]
        silent = self._silent(shown.playback, songs)
        return replace(shown, silent=silent, own_music=self.has_own_music)

    @finished
    async def rooms_of(self, member: Member, since_ms: int) -> list[Room]:
        """The rooms in which a member did something since then, the latest first."""
        async with self.unit.store.reading() as tx:
            return await tx.parties.of_member(member, since_ms)

    @finished
    async def why(self, room: Room, text: str = "", entry_id: int | None = None) -> Why:
        """Why a song fits here: an entry of the party, or the song that a text or link means.

        Raises:
            NoSuchEntry: this party never had the entry.
            EmptyText, TextTooLong, UnknownLink, SpotifyError: no song.
            UnsureSong: several songs may be meant.
            UnknownToModel: neither the song nor its artist is known.
        """
        track = await self._songs.find(text) if entry_id is None else None
        async with self.unit.reading(room) as party:
            track = track or (await party.entry(entry_id)).track
            heard = await party.heard()
        told = signals(entry for entry in heard if not same_song(entry.track, track))
        names = {e.added_by.user_id: e.added_by.name for e in heard if e.added_by}
        why = await self._recommender.why(told, track, names)
        if why is None:
            raise UnknownToModel
        return why

    @finished
    async def stats(self, room: Room) -> Stats:
        """Who added what got played, what was loved most, and the longest runs, over all the room's parties.

        Raises:
            NothingToShow: nothing was played yet.
        """
        async with self.unit.reading(room) as party:
            history, loved = await party.stats(MOST_REMEMBERED)
            added = await party.added_counts()
        if not history:
            raise NothingToShow
        people = {e.added_by for e in history if e.added_by and e.added_by.user_id != NOBODY}
        runs = streaks(history)
        members = [
            member_stats(member, history, added.get(member.user_id, 0), runs.get(member.user_id, 0))
            for member in people
        ]
        return Stats(
            played=sum(entry.state is State.PLAYED for entry in history),
            skipped=sum(entry.state is State.SKIPPED for entry in history),
            members=tuple(sorted(members, key=lambda each: (-each.played, -each.loved, each.name))),
            loved=tuple(loved[:MOST_LOVED]),
        )

    @finished
    async def songs(self, room: Room) -> list[Entry]:
        """The songs of the room's last party in the order of its night: what is over, what plays, what waits.

        Each says where it plays on Spotify, if that is known.

        Raises:
            NothingToShow: there were none.
        """
        async with self.unit.reading(room) as party:
            found = await party.last_night(NIGHT)
            waiting = [entry for entry in found if entry.state is State.QUEUED]
            queue = await party.ordered(waiting)
        begun = sorted((e for e in found if e.started_ms), key=lambda entry: (entry.started_ms, entry.id))
        if not begun and not queue:
            raise NothingToShow
        night = [*(entry for entry in begun if entry.state is not State.QUEUED), *queue]
        links = await self._songs.catalogue.spotify_ids([entry.track for entry in night])
        return [
            replace(entry, track=replace(entry.track, spotify_id=link))
            for entry, link in zip(night, links, strict=True)
        ]


def member_stats(member: Member, history: list[Entry], added: int, streak: int) -> MemberStats:
    """What a member has brought, by what was played or skipped, oldest first."""
    mine = [entry for entry in history if entry.added_by == member]
    return MemberStats(
        name=mine[-1].added_by.name if mine and mine[-1].added_by else member.name,
        added=added,
        played=sum(entry.state is State.PLAYED for entry in mine),
        loved=sum(value > 0 and user != member.user_id for e in mine for user, value in e.votes.items()),
        streak=streak,
    )
