"""Many songs at once: a playlist, an album, or a list that somebody pasted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.party.adding import insert_song
from bot.party.errors import (
    AddingLocked,
    PartyError,
    QueueFull,
    SongBlocked,
    SongTooLong,
    TooManyOfYours,
    Unsaved,
    UnsureSong,
    VisitorsLook,
    VisitorsVote,
)
from bot.party.reader import now_playing
from bot.party.results import Barred, Brought
from bot.party.rules.songs import same_song
from bot.party.rules.visiting import let_add
from bot.party.songs import Songs
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import BROUGHT_IN, Member, Room, Track, Wanted
from bot.party.writer import MemberWriter

AT_ONCE = 25
"""So many songs are queued in one transaction; others come in between."""
NEVER_FITS = (QueueFull, TooManyOfYours, VisitorsLook, VisitorsVote, AddingLocked)
"""After one of these no further song is taken."""
NAMED = (SongTooLong, SongBlocked)
"""The songs that are kept out for one of these are named: no other day lets them in."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of some songs: how many were new, how many were looked at, and what stopped it."""

    added: int = 0
    looked: int = 0
    barred: tuple[Barred, ...] = ()
    stopped: PartyError | None = None

    @property
    def there(self) -> int:
        """How many waited already, or may not be queued now."""
        return self.looked - self.added - len(self.barred)

    def __add__(self, more: Taken) -> Taken:
        """With what became of the songs after them."""
        return Taken(
            self.added + more.added, self.looked + more.looked, (*self.barred, *more.barred), more.stopped
        )


class Bringing:
    """Queues many songs, which one undo takes back."""

    def __init__(self, unit: UnitOfWork, songs: Songs) -> None:
        self.unit = unit
        self._songs = songs

    @finished
    async def bring(self, room: Room, member: Member, wanted: Sequence[Wanted], key: str) -> Brought:
        """Queues the songs of a list in its order, until no more fit.

        What may mean several songs is left to be asked about; what nobody knows is queued as it stands there.

        Raises:
            VisitorsLook, VisitorsVote, AddingLocked: the member adds nothing here.
        """
        await self.let_add(room, member)
        found: list[Track] = []
        unknown: list[Track] = []
        unsure: list[tuple[str, tuple[Track, ...]]] = []
        refused = 0
        for each in wanted:
            try:
                track, known = await self._songs.wanted(each)
            except UnsureSong as error:
                unsure.append((each.text, error.offered))
            except Unsaved:
                raise
            except PartyError:
                refused += 1
            else:
                found.append(track)
                if not known:
                    unknown.append(track)
        taken = Taken()
        while taken.looked < len(found) and taken.stopped is None:
            more = found[taken.looked : taken.looked + AT_ONCE]
            taken += await self.take_in(room, member, more, f"{key}/{taken.looked}")
        return Brought(
            total=len(wanted),
            known=len(found) - len(unknown),
            added=taken.added,
            there=taken.there,
            left=len(found) - taken.looked,
            unsure=tuple(unsure),
            unknown=tuple(unknown),
            refused=refused,
            stopped=taken.stopped,
            barred=taken.barred,
        )

    async def let_add(self, room: Room, member: Member) -> None:
        """Lets a member add songs before any is looked for.

        Raises:
            VisitorsLook, VisitorsVote, AddingLocked: the member adds nothing here.
        """
        async with self.unit.reading(room) as party:
            let_add(member, party.rules, room)

    async def take_in(self, room: Room, member: Member, tracks: Sequence[Track], key: str) -> Taken:
        """Queues songs in one transaction."""
        async with self.unit.writing_for(room, member, key) as party:
            if party.done:
                return Taken(party.done.vote_before, len(tracks))
            taken = await _take_in(party, tracks)
            await party.note("import", None, taken.added)
        return taken


async def _take_in(party: MemberWriter, tracks: Sequence[Track]) -> Taken:
    waiting = await party.waiting()
    added = looked = 0
    stopped: PartyError | None = None
    barred: list[Barred] = []
    for track in tracks:
        # What waits already is left as it is: a playlist says nothing for it.
        if not any(same_song(entry.track, track) for entry in waiting):
            try:
                waiting.append(await insert_song(party.part(looked), track, waiting, BROUGHT_IN))
                added += 1
            except NEVER_FITS as error:
                stopped = error
                break
            except NAMED as error:
                barred.append(Barred(track, error))
            except Unsaved:
                raise
            except PartyError:
                pass  # played lately, or explicit
        looked += 1
        if waiting and now_playing(waiting) is None:
            await party.start_next()
            waiting = await party.waiting()
    return Taken(added, looked, tuple(barred), stopped)
