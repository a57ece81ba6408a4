"""Many songs at once: a playlist, an album, or a list that somebody pasted."""

from __future__ import annotations

from collections.abc import Sequence

from bot.party.adding import insert_song
from bot.party.errors import PartyError, QueueFull, TooManyOfYours, UnsureSong
from bot.party.reader import now_playing
from bot.party.results import Brought
from bot.party.rules.songs import same_song
from bot.party.songs import Songs
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import BROUGHT_IN, Member, Room, Track, Wanted
from bot.party.writer import MemberWriter

AT_ONCE = 25
"""So many songs are queued in one transaction; others come in between."""
NEVER_FITS = (QueueFull, TooManyOfYours)
"""After one of these no further song is taken."""


class Bringing:
    """Queues many songs, which one undo takes back."""

    def __init__(self, unit: UnitOfWork, songs: Songs) -> None:
        self.unit = unit
        self._songs = songs

    @finished
    async def bring(self, room: Room, member: Member, wanted: Sequence[Wanted], key: str) -> Brought:
        """Queues the songs of a list in its order, until no more fit.

        What may mean several songs is left to be asked about; what nobody knows is queued as it stands there.
        """
        found: list[Track] = []
        unknown: list[Track] = []
        unsure: list[tuple[str, tuple[Track, ...]]] = []
        refused = 0
        for each in wanted:
            try:
                track, known = await self._songs.wanted(each)
            except UnsureSong as error:
                unsure.append((each.text, error.offered))
            except PartyError:
                refused += 1
            else:
                found.append(track)
                if not known:
                    unknown.append(track)
        added = looked = 0
        stopped: PartyError | None = None
        while looked < len(found) and stopped is None:
            more, stopped, seen = await self.take_in(
                room, member, found[looked : looked + AT_ONCE], f"{key}/{looked}"
            )
            added += more
            looked += seen
        return Brought(
            total=len(wanted),
            known=len(found) - len(unknown),
            added=added,
            there=looked - added,
            left=len(found) - looked,
            unsure=tuple(unsure),
            unknown=tuple(unknown),
            refused=refused,
            stopped=stopped,
        )

    async def take_in(
        self, room: Room, member: Member, tracks: Sequence[Track], key: str
    ) -> tuple[int, PartyError | None, int]:
        """Queues songs in one transaction: how many were new, what stopped it, how many were looked at."""
        async with self.unit.writing_for(room, member, key) as party:
            if party.done:
                return party.done.vote_before, None, len(tracks)
            added, stopped, looked = await _take_in(party, tracks)
            await party.note("import", None, added)
        return added, stopped, looked


async def _take_in(party: MemberWriter, tracks: Sequence[Track]) -> tuple[int, PartyError | None, int]:
    waiting = await party.waiting()
    added = 0
    stopped: PartyError | None = None
    looked = 0
    for track in tracks:
        # What waits already is left as it is: a playlist says nothing for it.
        if not any(same_song(entry.track, track) for entry in waiting):
            try:
                waiting.append(await insert_song(party.part(looked), track, waiting, BROUGHT_IN))
                added += 1
            except NEVER_FITS as error:
                stopped = error
                break
            except PartyError:
                pass  # played lately, or explicit
        looked += 1
        if waiting and now_playing(waiting) is None:
            await party.start_next()
            waiting = await party.waiting()
    return added, stopped, looked
