"""Links to a party's page: what each lets people in as. Its secret is sealed; its digest is looked for."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import orjson
from sqlalchemy import bindparam, delete, func, insert, select, update

from bot.party.words import BEGAN, Member, Pass, Room, Way
from db.engine.query import command, query
from db.engine.session import Session
from db.queries.members import NUMBER_OF_MEMBER
from db.schema import changes, parties, passes
from db.sealing import Seal


class PassRow(NamedTuple):
    """A link, and the room of its party."""

    room_platform: str
    workspace: str
    channel: str
    way: str
    platform: str
    user_id: str
    name: str
    rights: str
    ends_ms: int


class SecretRow(NamedTuple):
    """What opens a link that is shown again, sealed."""

    secret: str


class KeptRow(NamedTuple):
    """The same, with what it is found by."""

    digest: str
    secret: str


class DigestRow(NamedTuple):
    """A link, by what is kept of its secret."""

    digest: str


class CountRow(NamedTuple):
    """How many."""

    number: int


_passes = passes.c
_OF_PARTY = _passes.party_id == bindparam("party")
_IS_PASS = _passes.digest == bindparam("digest")

PASS = query(
    PassRow,
    select(
        parties.c.platform.label("room_platform"),
        parties.c.workspace,
        parties.c.channel,
        _passes.way,
        _passes.platform,
        _passes.user_id,
        _passes.name,
        _passes.rights,
        _passes.ends_ms,
    )
    .join_from(passes, parties, parties.c.id == _passes.party_id)
    .where(_IS_PASS),
)
SECRET = query(
    SecretRow,
    select(_passes.secret)
    .where(_OF_PARTY, _passes.way == bindparam("way"), _passes.secret != "")
    .order_by(_passes.made_ms.desc(), _passes.digest),
)
KEPT = query(KeptRow, select(_passes.digest, _passes.secret).where(_passes.secret != ""))
OWN = query(
    DigestRow,
    select(_passes.digest)
    .where(_OF_PARTY, _passes.platform == bindparam("platform"), _passes.user_id == bindparam("user_id"))
    .order_by(_passes.made_ms.desc(), _passes.digest),
)
BEGUN_BY = query(
    CountRow,
    select(func.count().label("number")).where(
        changes.c.member_id == NUMBER_OF_MEMBER,
        changes.c.kind == BEGAN,
        changes.c.at_ms >= bindparam("since"),
    ),
)
MADE = query(
    CountRow,
    select(func.count().label("number")).where(
        _passes.ends_ms == 0, _passes.way == bindparam("way"), _passes.made_ms >= bindparam("since")
    ),
)

KEEP = command(insert(passes), silent=True)
SEAL = command(
    update(passes).where(_passes.digest == bindparam("which")).values(secret=bindparam("sealed")), silent=True
)
DROP = command(delete(passes).where(_IS_PASS), silent=True)
DROP_WAY = command(delete(passes).where(_OF_PARTY, _passes.way == bindparam("way")))
DROP_LATE = command(
    delete(passes).where(_passes.ends_ms > 0, _passes.ends_ms <= bindparam("now")), silent=True
)


class Passes:
    """Links to a party's page, inside one transaction."""

    def __init__(self, session: Session, seal: Seal) -> None:
        self._session, self._seal = session, seal

    async def find(self, digest: str, now_ms: int) -> Pass | None:
        """What a link is good for, unless it is none or its time is over."""
        row = await self._session.first(PASS, digest=digest)
        if row is None or 0 < row.ends_ms <= now_ms:
            return None
        way = Way(row.way)
        member = _member(row) if way is Way.MEMBER else None
        return Pass(Room(row.room_platform, row.workspace, row.channel), way, member, row.ends_ms or None)

    async def secret(self, party_id: int, way: Way) -> str | None:
        """The secret of a party's own link of this way, if it has one that can be shown."""
        rows = await self._session.rows(SECRET, party=party_id, way=way.value)
        return next((secret for row in rows if (secret := self._seal.open(row.secret))), None)

    async def seal(self) -> None:
        """Seals all secrets with the newest key. Nobody is told."""
        for row in await self._session.rows(KEPT):
            if (sealed := self._seal.renewed(row.secret)) is not None:
                await self._session.write(SEAL, which=row.digest, sealed=sealed)

    async def own(self, party_id: int, member: Member) -> list[str]:
        """The digests of a member's own links to a party, the latest first."""
        who = {"platform": member.platform, "user_id": member.user_id}
        return [row.digest for row in await self._session.rows(OWN, party=party_id, **who)]

    async def begun_by(self, member: Member, since_ms: int) -> int:
        """How many parties a member has begun on the page since then."""
        who = {"platform": member.platform, "user_id": member.user_id}
        [row] = await self._session.rows(BEGUN_BY, since=since_ms, **who)
        return row.number

    async def made(self, way: Way, since_ms: int) -> int:
        """How many links of this way that nobody's are were made since then, in all rooms."""
        [row] = await self._session.rows(MADE, way=way.value, since=since_ms)
        return row.number

    async def keep(
        self,
        digest: str,
        party_id: int,
        way: Way,
        now_ms: int,
        *,
        secret: str = "",
        member: Member | None = None,
        ends_ms: int = 0,
    ) -> None:
        """Keeps a link, and forgets those whose time is over. Nobody is told."""
        await self._session.write(DROP_LATE, now=now_ms)
        await self._session.write(
            KEEP,
            digest=digest,
            party_id=party_id,
            way=way.value,
            secret=self._seal.close(secret),
            platform=member.platform if member else "",
            user_id=member.user_id if member else "",
            name=member.name if member else "",
            rights=_rights(member),
            made_ms=now_ms,
            ends_ms=ends_ms,
        )

    async def drop(self, digests: Collection[str]) -> None:
        """Ends some links. Nobody is told."""
        for digest in digests:
            await self._session.write(DROP, digest=digest)

    async def drop_all(self, party_id: int, ways: Collection[Way]) -> None:
        """Ends all links of a party that are of these ways."""
        for way in ways:
            await self._session.write(DROP_WAY, party=party_id, way=way.value)


def _rights(member: Member | None) -> str:
    """What a member could do when the link was made."""
    if member is None:
        return "{}"
    flags = {name: True for name in ("moderator", "manager", "newcomer") if getattr(member, name)}
    roles = {"roles": sorted(member.roles)} if member.roles else {}
    return orjson.dumps(flags | roles).decode()


def _member(row: PassRow) -> Member:
    rights = orjson.loads(row.rights)
    return Member(
        row.platform,
        row.user_id,
        row.name,
        moderator=bool(rights.get("moderator")),
        manager=bool(rights.get("manager")),
        roles=frozenset(rights.get("roles", ())),
        newcomer=bool(rights.get("newcomer")),
    )
