"""Parties that are over: which they are, what is kept of them, and what was played."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Integer, and_, bindparam, delete, exists, or_, select, update

from bot.party.words import Entry, NightRecord, Room, State
from db.engine.query import command, query
from db.engine.session import Session
from db.engine.statements import upsert
from db.queries.entry_rows import EntryRow, entries_of, entries_where, in_state
from db.queries.parties import ROOM
from db.schema import entries, nights, parties
from db.sealing import Seal


class SecretRow(NamedTuple):
    """What a night's page is found by, and when the night ended."""

    secret: str
    started_ms: int
    ended_ms: int


class KeptRow(NamedTuple):
    """The secret of a night's page, sealed, and what it is found by."""

    digest: str
    secret: str


class NightRow(NamedTuple):
    """A night that is kept."""

    party_id: int
    secret: str
    title: str
    started_ms: int
    ended_ms: int
    ends_ms: int
    platform: str
    workspace: str
    channel: str


class OverRow(NamedTuple):
    """A party in which nothing has happened since then."""

    id: int
    active_ms: int
    platform: str
    workspace: str
    channel: str


_MOST = bindparam("most", type_=Integer())
_OF_PARTY = entries.c.party_id == bindparam("party")

OF_PARTY = query(
    SecretRow,
    select(nights.c.secret, nights.c.started_ms, nights.c.ended_ms)
    .where(nights.c.party_id == bindparam("party"))
    .order_by(nights.c.started_ms.desc())
    .limit(1),
)
NIGHT = query(
    NightRow,
    select(
        nights.c.party_id,
        nights.c.secret,
        nights.c.title,
        nights.c.started_ms,
        nights.c.ended_ms,
        nights.c.ends_ms,
        *ROOM,
    )
    .join(parties, parties.c.id == nights.c.party_id)
    .where(nights.c.digest == bindparam("digest"), nights.c.ends_ms > bindparam("now")),
)
SONGS = query(
    EntryRow,
    entries_where(
        entries.c.id.in_(
            select(entries.c.id)
            .where(
                _OF_PARTY,
                in_state(State.PLAYING, State.PLAYED, State.SKIPPED),
                entries.c.started_ms >= bindparam("began"),
                entries.c.started_ms <= bindparam("ended"),
            )
            .order_by(entries.c.started_ms, entries.c.id)
            .limit(_MOST)
        )
    ),
)
UNPLAYED = query(
    EntryRow,
    entries_where(
        _OF_PARTY,
        in_state(State.REMOVED),
        entries.c.ended_ms == bindparam("ended"),
        entries.c.started_ms.is_(None),
    ).limit(_MOST),
)
# In the order of the index, from where the last look has come to.
OVER = query(
    OverRow,
    select(parties.c.id, parties.c.active_ms, *ROOM)
    .where(
        parties.c.active_ms >= bindparam("since"),
        parties.c.active_ms < bindparam("before"),
        or_(
            parties.c.active_ms > bindparam("since"),
            and_(parties.c.active_ms == bindparam("since"), parties.c.id > bindparam("number")),
        ),
        ~exists().where(nights.c.party_id == parties.c.id, nights.c.started_ms == parties.c.started_ms),
    )
    .order_by(parties.c.active_ms, parties.c.id)
    .limit(_MOST),
)

KEEP = command(
    upsert(
        nights,
        key=("party_id", "started_ms"),
        at_first=("digest", "secret", "title", "ended_ms", "ends_ms"),
    )
)
KEPT = query(KeptRow, select(nights.c.digest, nights.c.secret).where(nights.c.secret != ""))
SEAL = command(
    update(nights).where(nights.c.digest == bindparam("which")).values(secret=bindparam("sealed")),
    silent=True,
)
SWEEP = command(delete(nights).where(nights.c.ends_ms <= bindparam("now")), silent=True)


class Nights:
    """Parties that are over, inside one transaction."""

    def __init__(self, session: Session, seal: Seal) -> None:
        self._session, self._seal = session, seal

    async def of(self, party_id: int, started_ms: int) -> str:
        """The secret of the page of a party's night that began then, its last one; empty if there is none."""
        last = await self._session.first(OF_PARTY, party=party_id)
        return self._seal.open(last.secret) if last is not None and last.started_ms == started_ms else ""

    async def ended(self, party_id: int, ended_ms: int) -> str:
        """The same of the one that ended then."""
        last = await self._session.first(OF_PARTY, party=party_id)
        return self._seal.open(last.secret) if last is not None and last.ended_ms == ended_ms else ""

    async def read(self, digest: str, now_ms: int) -> NightRecord | None:
        """What is kept under a link, by the digest of its secret, unless its time is over."""
        row = await self._session.first(NIGHT, digest=digest, now=now_ms)
        if row is None:
            return None
        return NightRecord(
            row.party_id,
            Room(row.platform, row.workspace, row.channel),
            self._seal.open(row.secret),
            row.title,
            row.started_ms,
            row.ended_ms,
            row.ends_ms,
        )

    async def songs(self, party_id: int, began_ms: int, ended_ms: int, most: int) -> list[Entry]:
        """What was started between two instants and not taken out, in that order."""
        rows = await self._session.rows(SONGS, party=party_id, began=began_ms, ended=ended_ms, most=most)
        return sorted(entries_of(rows), key=lambda entry: (entry.started_ms or 0, entry.id))

    async def unplayed(self, party_id: int, ended_ms: int, most: int) -> list[Entry]:
        """What was taken out at that very instant without having been started, oldest first."""
        return entries_of(await self._session.rows(UNPLAYED, party=party_id, ended=ended_ms, most=most))

    async def over(
        self, since: tuple[int, int], before_ms: int, most: int
    ) -> list[tuple[Room, tuple[int, int]]]:
        """The rooms in which nothing has happened for long and of whose party nothing is kept.

        Args:
            since: which room comes before the first one, as this method has named it, or an instant and 0.
            before_ms: somebody may have done something there until then.
            most: so many rooms.
        """
        active_ms, number = since
        rows = await self._session.rows(OVER, since=active_ms, number=number, before=before_ms, most=most)
        return [(Room(row.platform, row.workspace, row.channel), (row.active_ms, row.id)) for row in rows]

    async def keep(self, night: NightRecord, digest: str) -> bool:
        """Keeps a night, and says whether nobody else has kept it before."""
        kept = await self._session.count(
            KEEP,
            party_id=night.party_id,
            started_ms=night.started_ms,
            digest=digest,
            secret=self._seal.close(night.secret),
            title=night.title,
            ended_ms=night.ended_ms,
            ends_ms=night.ends_ms,
        )
        return kept == 1

    async def seal(self) -> None:
        """Seals all secrets with the newest key. Nobody is told."""
        for row in await self._session.rows(KEPT):
            if (sealed := self._seal.renewed(row.secret)) is not None:
                await self._session.write(SEAL, which=row.digest, sealed=sealed)

    async def sweep(self, now_ms: int) -> None:
        """Forgets the nights whose time is over."""
        await self._session.write(SWEEP, now=now_ms)
