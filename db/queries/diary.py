"""Who did what."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Integer, Text, and_, bindparam, func, insert, or_, select, update

from bot.party.rules.undo import UNDOABLE
from bot.party.words import BROUGHT_IN, Change, Member
from db.engine.query import command, numbered, query, returning
from db.engine.session import Session
from db.engine.statements import given, spelled_out
from db.queries.changes import CHANGES, ChangeRow, change_of
from db.queries.members import NUMBER_OF_MEMBER, Members
from db.schema import changes, entries


class KeyRow(NamedTuple):
    """The key of the request that a change was made by."""

    key: str | None


class ImportedRow(NamedTuple):
    """An entry that an import brought."""

    entry_id: int | None


_OF_PARTY = changes.c.party_id == bindparam("party")
_IS_CHANGE = changes.c.id == bindparam("change")
_IS_UNDOABLE = or_(
    *(
        and_(changes.c.kind == kind, spelled_out(entries.c.state, *states))
        for kind, states in UNDOABLE.items()
    )
)

LAST_UNDOABLE = query(
    ChangeRow,
    CHANGES.select_from(changes)
    .join(entries, entries.c.id == changes.c.entry_id)
    .where(_OF_PARTY, changes.c.member_id == NUMBER_OF_MEMBER, changes.c.undone.is_(False), _IS_UNDOABLE)
    .order_by(changes.c.id.desc())
    .limit(1),
)
OPEN_BALLOT = query(
    ChangeRow,
    CHANGES.where(_OF_PARTY, spelled_out(changes.c.kind, "autopilot"), changes.c.undone.is_(False))
    .order_by(changes.c.id.desc())
    .limit(1),
)
KEY = query(KeyRow, select(changes.c.key).where(_IS_CHANGE))

RECORD = numbered(
    insert(changes).values(
        given(
            "party_id",
            "member_id",
            "kind",
            "entry_id",
            "state_before",
            "vote_before",
            "at_ms",
            "counts",
            "key",
        )
    )
)
MARK_UNDONE = command(update(changes).where(_IS_CHANGE).values(undone=True))
_MARK_IMPORTED = update(changes).where(_OF_PARTY, changes.c.kind == BROUGHT_IN).values(undone=True)
MARK_IMPORTED_SONG = returning(ImportedRow, _MARK_IMPORTED.where(_IS_CHANGE).returning(changes.c.entry_id))
MARK_IMPORT = returning(
    ImportedRow,
    _MARK_IMPORTED.where(
        func.substr(changes.c.key, 1, bindparam("length", type_=Integer()))
        == bindparam("beginning", type_=Text())
    ).returning(changes.c.entry_id),
)


class Diary:
    """Who did what, inside one transaction."""

    def __init__(self, session: Session, members: Members) -> None:
        self._session = session
        self._members = members

    async def last_undoable(self, party_id: int, member: Member) -> Change | None:
        """The member's latest change that can be taken back, see `rules.undo`."""
        return change_of(
            await self._session.rows(
                LAST_UNDOABLE, party=party_id, platform=member.platform, user_id=member.user_id
            )
        )

    async def open_ballot(self, party_id: int) -> Change | None:
        """The autopilot's latest ballot, unless it is settled."""
        return change_of(await self._session.rows(OPEN_BALLOT, party=party_id))

    async def record(
        self, party_id: int, member: Member, change: Change, now_ms: int, key: str | None
    ) -> int:
        """Writes a line of the diary and returns its number (the change's own is not looked at)."""
        row = {
            "party_id": party_id,
            "member_id": await self._members.number(member),
            "kind": change.kind,
            "entry_id": change.entry_id,
            "state_before": change.state_before,
            "vote_before": change.vote_before,
            "at_ms": now_ms,
            "counts": change.counts,
            "key": key,
        }
        [number] = await self._session.insert(RECORD, [row])
        return number

    async def mark_undone(self, change_id: int) -> None:
        """Keeps a change from being taken back twice."""
        await self._session.write(MARK_UNDONE, change=change_id)

    async def mark_import_undone(self, party_id: int, change_id: int) -> frozenset[int]:
        """Keeps all songs of one import from being taken back twice; returns the numbers of their entries.

        Their keys are the import's and two numbers: of the transaction, and of the song in it.

        Args:
            party_id: whose diary it is.
            change_id: of one of the songs.
        """
        found = await self._session.first(KEY, change=change_id)
        if found is None or found.key is None:  # an older Encore's songs have no key
            marked = await self._session.returned(MARK_IMPORTED_SONG, party=party_id, change=change_id)
        else:
            beginning = found.key.rsplit("/", 2)[0] + "/"
            marked = await self._session.returned(
                MARK_IMPORT, party=party_id, beginning=beginning, length=len(beginning)
            )
        return frozenset(row.entry_id for row in marked if row.entry_id is not None)
