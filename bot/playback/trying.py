"""A party that can be heard at once: the demo's pieces, queued for whoever would like to try."""

from __future__ import annotations

from bot.party.bringing import Bringing
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import Member, Room, Track
from bot.playback.errors import NoDemo
from bot.playback.ports import OwnMusic
from bot.playback.synthesis.pieces import ALBUM, PIECES
from bot.playback.words import DEMO, Imported

_ORDER = {piece.title: place for place, piece in enumerate(PIECES)}


class Trying:
    """The demo's pieces as songs of a party.

    Args:
        unit: the party's transactions.
        lists: what queues several songs.
        library: the songs that can sound.
        on: whether the demo is what can sound here; where people have music of their own it is not.
    """

    def __init__(self, unit: UnitOfWork, lists: Bringing, library: OwnMusic | None, *, on: bool) -> None:
        self.unit = unit
        self._lists, self._library, self._on = lists, library, on

    @property
    def ready(self) -> bool:
        """Whether the pieces are there."""
        return self._on and self._library is not None and self._library.any()

    @finished
    async def begin(self, room: Room, member: Member, key: str) -> Imported:
        """Queues all pieces, which one undo takes back.

        Raises:
            NoDemo: they are not there, or not yet.
            VisitorsLook, VisitorsVote, AddingLocked: the member adds nothing here.
        """
        pieces = await self._pieces() if self.ready else []
        if not pieces:
            raise NoDemo
        await self._lists.let_add(room, member)
        taken = await self._lists.take_in(room, member, pieces, key)
        return Imported(ALBUM, taken.added, taken.there, len(pieces), taken.stopped, taken.barred)

    async def _pieces(self) -> list[Track]:
        """The pieces as the library has them, in the order in which they are written down."""
        async with self.unit.store.reading() as tx:
            songs = [song.track for song in await tx.own_songs.lacked() if song.source == DEMO]
        return sorted(songs, key=lambda track: _ORDER.get(track.title, len(_ORDER)))
