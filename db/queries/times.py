"""What is timed while parties go on: when songs end, and when somebody was last active."""

from __future__ import annotations

from sqlalchemy import Integer, bindparam, select, update

from bot.party.words import Room, State
from db.engine.query import command, query
from db.engine.session import Session
from db.queries.entry_rows import in_state
from db.queries.parties import ROOM
from db.schema import entries, parties

_BY = bindparam("by", type_=entries.c.ends_ms.type)
_SINCE = bindparam("since", type_=parties.c.active_ms.type)
_PLAYS = in_state(State.PLAYING), entries.c.ends_ms.is_not(None)

PLAYING = query(
    Room, select(*ROOM).join(entries, entries.c.party_id == parties.c.id).where(in_state(State.PLAYING))
)
ACTIVE = query(
    Room, select(*ROOM).where(parties.c.active_ms >= _SINCE).limit(bindparam("most", type_=Integer()))
)
SHIFT_SONGS = command(
    update(entries)
    .where(*_PLAYS)
    .values(started_ms=entries.c.started_ms + _BY, ends_ms=entries.c.ends_ms + _BY),
    silent=True,
)
SHIFT_PARTIES = command(
    update(parties).where(parties.c.active_ms >= _SINCE).values(active_ms=parties.c.active_ms + _BY),
    silent=True,
)


class Times:
    """When things are over, inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def anybody(self, since_ms: int) -> bool:
        """Whether anybody was active in any room since then."""
        return bool(await self._session.rows(ACTIVE, since=since_ms, most=1))

    async def shift(self, by_ms: int, since_ms: int) -> list[Room]:
        """Has what plays, and the parties that were active since then, be over so much later.

        Returns the rooms in which something plays. Nobody changes any room meanwhile.
        """
        await self._session.enter_all()
        await self._session.write(SHIFT_SONGS, by=by_ms)
        await self._session.write(SHIFT_PARTIES, by=by_ms, since=since_ms)
        return await self._session.rows(PLAYING)
