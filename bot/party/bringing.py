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
from bot.party.rules.songs import twin_keys
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


@dataclass(frozen=True, slots=True)
class Found:
    """What some lines of a list mean: songs, which of them nobody knows, and what is no single song."""

    tracks: tuple[Track, ...] = ()
    unknown: tuple[Track, ...] = ()
    unsure: tuple[tuple[str, tuple[Track, ...]], ...] = ()
    refused: int = 0

    def __add__(self, more: Found) -> Found:
        """With what the lines after them mean."""
        return Found(
            self.tracks + more.tracks,
            self.unknown + more.unknown,
            self.unsure + more.unsure,
            self.refused + more.refused,
        )


class Bringing:
    """Queues many songs, which one undo takes back."""

    def __init__(self, unit: UnitOfWork, songs: Songs) -> None:
        self.unit = unit
        self._songs = songs

    @finished
    async def bring(self, room: Room, member: Member, wanted: Sequence[Wanted], key: str) -> Brought:
        """Queues the songs of a list in its order, until no more fit; what comes after is not looked for.

        What may mean several songs is left to be asked about; what nobody knows is queued as it stands there.

        Raises:
            VisitorsLook, VisitorsVote, AddingLocked: the member adds nothing here.
        """
        await self.let_add(room, member)
        found, taken = Found(), Taken()
        sought = 0
        while sought < len(wanted) and taken.stopped is None:
            part = wanted[sought : sought + AT_ONCE]
            more = await self._found(part)
            found += more
            if more.tracks:
                taken += await self.take_in(room, member, more.tracks, f"{key}/{sought}")
            sought += len(part)
        return Brought(
            total=sought,
            known=len(found.tracks) - len(found.unknown),
            added=taken.added,
            there=taken.there,
            left=len(wanted) - sought + len(found.tracks) - taken.looked,
            unsure=found.unsure,
            unknown=found.unknown,
            refused=found.refused,
            stopped=taken.stopped,
            barred=taken.barred,
        )

    async def _found(self, wanted: Sequence[Wanted]) -> Found:
        """The songs that some lines of a list mean."""
        tracks: list[Track] = []
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
                tracks.append(track)
                if not known:
                    unknown.append(track)
        return Found(tuple(tracks), tuple(unknown), tuple(unsure), refused)

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
    there = set[object]().union(*(twin_keys(entry.track) for entry in waiting))
    added = looked = 0
    stopped: PartyError | None = None
    barred: list[Barred] = []
    for track in tracks:
        # What waits already is left as it is: a playlist says nothing for it.
        if there.isdisjoint(keys := twin_keys(track)):
            try:
                waiting.append(await insert_song(party.part(looked), track, waiting, BROUGHT_IN))
                there |= keys
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
