"""A party that can be heard at once: the demo's pieces, queued for whoever would like to try."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.party.bringing import Bringing
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import Member, Room, Track
from bot.playback.errors import NoDemo
from bot.playback.synthesis.pieces import ALBUM, PIECES
from bot.playback.words import Imported

_ORDER = {piece.title: place for place, piece in enumerate(PIECES)}


class Trying:
    """The demo's pieces as songs of a party.

    Args:
        unit: the party's transactions.
        lists: what queues several songs.
        pieces: which there are now; None where people have music of their own.
    """

    def __init__(
        self, unit: UnitOfWork, lists: Bringing, pieces: Callable[[], Sequence[Track]] | None
    ) -> None:
        self.unit = unit
        self._lists, self._pieces = lists, pieces

    @property
    def ready(self) -> bool:
        """Whether the pieces are there."""
        return self._pieces is not None and len(self._pieces()) > 0

    @finished
    async def begin(self, room: Room, member: Member, key: str) -> Imported:
        """Queues all pieces in the order in which they are written down; one undo takes them back.

        Raises:
            NoDemo: they are not there, or not yet.
            VisitorsLook, VisitorsVote, AddingLocked: the member adds nothing here.
        """
        pieces = sorted(self._pieces() if self._pieces else (), key=_place)
        if not pieces:
            raise NoDemo
        await self._lists.let_add(room, member)
        taken = await self._lists.take_in(room, member, pieces, key)
        return Imported(ALBUM, taken.added, taken.there, len(pieces), taken.stopped, taken.barred)


def _place(track: Track) -> int:
    return _ORDER.get(track.title, len(_ORDER))
