"""Services that asked to be left alone for a while."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select, update

from bot.spotify.words import Rest
from db.engine.query import command, query
from db.engine.session import Session
from db.engine.statements import given, upsert
from db.schema import rests

_IS_SERVICE = rests.c.name == bindparam("service")

REST = query(Rest, select(rests.c.until_ms, rests.c.quota_ms).where(_IS_SERVICE))
BEGIN = command(
    upsert(
        rests,
        key=("name",),
        columns=("until_ms", "quota_ms"),
        only_if=lambda new: rests.c.until_ms < new["until_ms"],
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

    async def get(self, name: str) -> Rest | None:
        """How a service is left alone, or was before somebody tries it again; None where it is not."""
        return await self._session.first(REST, service=name)

    async def begin(self, name: str, until_ms: int, quota_ms: int = 0) -> None:
        """Leaves a service alone until then, or longer where that was said before.

        Args:
            name: of the service.
            until_ms: when it may be asked again.
            quota_ms: how long that is, where its quota is used up.
        """
        await self._session.write(BEGIN, name=name, until_ms=until_ms, quota_ms=quota_ms)

    async def try_again(self, name: str, now_ms: int, until_ms: int) -> bool:
        """Takes the one try after a rest; the others rest on until then. Says whether it was free."""
        return await self._session.count(TRY_AGAIN, service=name, now=now_ms, until_ms=until_ms) == 1

    async def end(self, name: str) -> None:
        """Ends a rest."""
        await self._session.write(END, service=name)
