"""Services that asked to be left alone for a while."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update

from db.engine.query import command, query
from db.engine.session import Session
from db.engine.statements import given, upsert
from db.schema import rests


class RestRow(NamedTuple):
    """Until when a service is left alone."""

    until_ms: int


_IS_SERVICE = rests.c.name == bindparam("service")

REST = query(RestRow, select(rests.c.until_ms).where(_IS_SERVICE))
BEGIN = command(
    upsert(
        rests, key=("name",), columns=("until_ms",), only_if=lambda new: rests.c.until_ms < new["until_ms"]
    ),
    silent=True,
)
TRY_AGAIN = command(
    update(rests).where(_IS_SERVICE, rests.c.until_ms <= bindparam("now")).values(given("until_ms")),
    silent=True,
)
END = command(delete(rests).where(_IS_SERVICE), silent=True)


class Rests:
    """Services that are left alone, inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def until_ms(self, name: str) -> int | None:
        """Until when a service is left alone; None where it is not."""
        found = await self._session.first(REST, service=name)
        return found.until_ms if found else None

    async def begin(self, name: str, until_ms: int) -> None:
        """Leaves a service alone until then, or longer where that was said before."""
        await self._session.write(BEGIN, name=name, until_ms=until_ms)

    async def try_again(self, name: str, now_ms: int, until_ms: int) -> bool:
        """Takes the one try after a rest; the others rest on until then. Says whether it was free."""
        return await self._session.count(TRY_AGAIN, service=name, now=now_ms, until_ms=until_ms) == 1

    async def end(self, name: str) -> None:
        """Ends a rest."""
        await self._session.write(END, service=name)
