"""What a party looks like: as it stands, why songs fit, who brought what, and how songs lie to each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bot.party import domain
from bot.party.base import Service, finished
from bot.party.domain import NOBODY, Entry, Member, MemberStats, Party, Room, State, Stats, Track, Why
from bot.party.errors import NothingToShow, UnknownToModel

MOST_LOVED = 5
"""How many of the most wanted songs are named."""
MOST_REMEMBERED = 2_000
"""How many of the latest songs the numbers are counted from."""
NIGHT = (State.QUEUED, State.PLAYING, State.PLAYED, State.SKIPPED)
"""What belongs to a party's night."""
MOST_MAPPED = 60
"""How many songs fit on a map, the latest ones."""


class InsightService(Service):
    """Everything that only looks."""

    async def search(self, text: str, limit: int = 10) -> list[Track]:
        """Songs as one types, best first."""
        return await self._catalogue.search(text, limit)

    @finished
    async def party(self, room: Room, history: int = 20) -> Party:
        """What plays, what waits, what is suggested and what was."""
        async with self._look(room) as desk:
            return await desk.shown(history)

    @finished
    async def ballot_of(self, room: Room, entry_id: int) -> tuple[Entry, ...]:
        """The whole ballot that a suggestion stood on, whatever has become of it; empty for any other.

        Raises:
            NoSuchEntry: this party never had it.
        """
        async with self._look(room) as desk:
            return await desk.ballot(await desk.entry(entry_id))

    @finished
    async def why(self, room: Room, text: str = "", entry_id: int | None = None) -> Why:
        """Why a song fits here: an entry of the party, or the song that a text or link means.

        Raises:
            NoSuchEntry: this party never had the entry.
            EmptyText, TextTooLong, UnknownSong, UnknownLink, SpotifyError: no song.
            UnknownToModel: neither the song nor its artist is known.
        """
        track = await self._resolve(text) if entry_id is None else None
        async with self._look(room) as desk:
            track = track or (await desk.entry(entry_id or 0)).track
            began_ms = domain.began_ms(desk.party.started_ms, desk.party.active_ms, desk.now_ms)
            heard = await desk.tx.entries(desk.party.id, State, began_ms)
        told = domain.signals(entry for entry in heard if not domain.same_song(entry.track, track))
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
        async with self._look(room) as desk:
            history, loved = await desk.tx.stats(desk.party.id, MOST_REMEMBERED)
            added = await desk.tx.added(desk.party.id)
        if not history:
            raise NothingToShow
        people = {e.added_by for e in history if e.added_by and e.added_by.user_id != NOBODY}
        streaks = domain.streaks(history)
        members = [
            _member_stats(member, history, added.get(member.user_id, 0), streaks.get(member.user_id, 0))
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
        async with self._look(room) as desk:
            found = await desk.tx.entries(desk.party.id, NIGHT, desk.party.started_ms)
            waiting = [entry for entry in found if entry.state is State.QUEUED]
            queue = await desk.ordered(waiting)
        begun = sorted((e for e in found if e.started_ms), key=lambda entry: (entry.started_ms, entry.id))
        if not begun and not queue:
            raise NothingToShow
        night = [*(entry for entry in begun if entry.state is not State.QUEUED), *queue]
        links = await self._catalogue.spotify_ids([entry.track for entry in night])
        return [
            replace(entry, track=replace(entry.track, spotify_id=link))
            for entry, link in zip(night, links, strict=True)
        ]

    @finished
    async def likeness(self, room: Room) -> tuple[list[Entry], npt.NDArray[np.float32]]:
        """The party's latest songs, and how much each is spoken for by each other one, in logits.

        Raises:
            NothingToShow: the model knows none of the party's songs.
        """
        async with self._look(room) as desk:
            on = (State.QUEUED, State.PLAYING, State.PLAYED)
            entries = (await desk.tx.entries(desk.party.id, on, desk.party.started_ms))[-MOST_MAPPED:]
        shares = await self._recommender.likeness([entry.track for entry in entries])
        known = [i for i in range(len(entries)) if not np.isnan(shares[i, i])]
        if not known:
            raise NothingToShow
        return [entries[i] for i in known], shares[np.ix_(known, known)]


def _member_stats(member: Member, history: list[Entry], added: int, streak: int) -> MemberStats:
    mine = [entry for entry in history if entry.added_by == member]
    return MemberStats(
        name=mine[-1].added_by.name if mine and mine[-1].added_by else member.name,
        added=added,
        played=sum(entry.state is State.PLAYED for entry in mine),
        loved=sum(value > 0 and user != member.user_id for e in mine for user, value in e.votes.items()),
        streak=streak,
    )
