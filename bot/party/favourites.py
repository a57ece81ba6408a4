"""What a member has voted for, in whatever party, to be added to this one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.party.adding import add_song, what_became
from bot.party.errors import NotAFavourite, PartyError, Unsaved
from bot.party.results import AddedAll, Favourite, Favourites
from bot.party.rules.songs import twin, twin_keys
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import Entry, Member, Room
from bot.party.writer import MemberWriter

SHOWN = 10
"""So many favourites are shown at once."""
LOOKED_AT = 500
"""Among so many of the latest votes they are looked for."""
NOTED = "favourites"
"""The diary's word for a request that added some."""


class FavouriteSongs:
    """Finds what a member has voted for, and adds it."""

    def __init__(self, unit: UnitOfWork) -> None:
        self.unit = unit

    @finished
    async def of(self, room: Room, member: Member, before: int | None = None) -> Favourites:
        """The member's favourites that neither wait nor play in the room, the latest songs first.

        Args:
            room: where they could be added.
            member: whose votes count, in all rooms of the platform.
            before: only those whose entry has a lower number, for the next page.
        """
        async with self.unit.reading(room) as party:
            wanted = await party.wanted(member, LOOKED_AT)
            fresh = [
                each
                for each in _fresh(wanted, await party.waiting())
                if before is None or each.entry_id < before
            ]
        return Favourites(tuple(fresh[:SHOWN]), len(fresh) > SHOWN, bool(wanted))

    @finished
    async def add(self, room: Room, member: Member, newest: int, oldest: int, key: str) -> AddedAll:
        """Queues the favourites from one entry's number down to another's; what waits here already is left.

        Raises:
            NotAFavourite: there are none.
            VisitorsLook, VisitorsVote, AddingLocked: the member adds nothing here.
            PartyError: what was said of the only one, where there is only one.
        """
        async with self.unit.writing_for(room, member, key) as party:
            wanted = await party.wanted(member, LOOKED_AT)
            meant = [each for each in wanted if oldest <= each.entry_id <= newest]
            if party.done:
                return await _again(party, meant, party.done.at_ms)
            party.let_add()
            meant = [*_fresh(meant, await party.waiting())][:SHOWN]
            if not meant:
                raise NotAFavourite
            result = await _add(party, meant)
            await party.note(NOTED, None, len(result.added))
            return result


async def _add(party: MemberWriter, songs: list[Favourite]) -> AddedAll:
    added, refused = [], []
    for each in songs:
        try:
            added.append(await add_song(party.part(each.entry_id), each.track))
        except PartyError as error:
            if len(songs) == 1 or isinstance(error, Unsaved):
                raise
            refused.append((each.track.title, error))
    return AddedAll(tuple(added), tuple(refused))


async def _again(party: MemberWriter, songs: list[Favourite], at_ms: int) -> AddedAll:
    """What became of a request that came before, at that instant: its songs that still wait or play."""
    there = [twin(await party.waiting(), each.track) for each in songs]
    theirs = [each.id for each in there if each and each.added_ms == at_ms and each.added_by == party.member]
    return AddedAll(tuple([await what_became(party, number) for number in theirs]), ())


def _fresh(wanted: Iterable[Favourite], waiting: Iterable[Entry]) -> Iterator[Favourite]:
    """Each song once, and none that waits."""
    known = {key for entry in waiting for key in twin_keys(entry.track)}
    for each in wanted:
        keys = twin_keys(each.track)
        if not keys & known:
            yield each
        known |= keys
