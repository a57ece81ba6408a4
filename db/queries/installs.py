"""Where Slack's app is installed, and which installs have begun."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import and_, bindparam, delete, insert, or_, select, update

from db.engine.query import command, query, returning
from db.engine.session import Session
from db.engine.statements import given, upsert
from db.schema import slack_installs, slack_states


class InstallRow(NamedTuple):
    """An installation, sealed."""

    team_id: str
    enterprise_id: str
    sealed: str


class StateRow(NamedTuple):
    """Until when an install that has begun may be finished."""

    expires_ms: int


_installs = slack_installs.c
_IS_PLACE = or_(
    and_(_installs.team_id == bindparam("place"), _installs.is_org.is_(False)),
    and_(_installs.enterprise_id == bindparam("place"), _installs.team_id == "", _installs.is_org.is_(True)),
)
"""Whether an installation is of the workspace or organisation that the parameter names."""
_ALL = select(_installs.team_id, _installs.enterprise_id, _installs.sealed)

INSTALL = query(InstallRow, _ALL.where(_IS_PLACE))
INSTALLS = query(InstallRow, _ALL)
DROP_OTHERS = command(
    delete(slack_installs).where(_IS_PLACE, _installs.enterprise_id != bindparam("organisation")), silent=True
)
SAVE = command(
    upsert(
        slack_installs,
        key=("enterprise_id", "team_id"),
        columns=("sealed", "changed_ms"),
        at_first=("is_org", "installed_ms"),
    ),
    silent=True,
)
SWAP = command(
    update(slack_installs)
    .where(_IS_PLACE, _installs.sealed == bindparam("before"))
    .values(given("sealed", "changed_ms")),
    silent=True,
)
DROP = command(delete(slack_installs).where(_IS_PLACE), silent=True)
DROP_LATE_STATES = command(
    delete(slack_states).where(slack_states.c.expires_ms <= bindparam("now")), silent=True
)
SAVE_STATE = command(insert(slack_states), silent=True)
CONSUME_STATE = returning(
    StateRow,
    delete(slack_states)
    .where(slack_states.c.digest == bindparam("digest"))
    .returning(slack_states.c.expires_ms),
    silent=True,
)


class Installs:
    """Where the app is installed, and which installs have begun, inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def save(self, enterprise_id: str, team_id: str, sealed: str, now_ms: int) -> None:
        """Keeps where Slack's app was installed: a workspace, or for an empty `team_id` an organisation."""
        # A workspace that has joined an organisation since is still the same one.
        await self._session.write(DROP_OTHERS, place=team_id or enterprise_id, organisation=enterprise_id)
        await self._session.write(
            SAVE,
            enterprise_id=enterprise_id,
            team_id=team_id,
            is_org=not team_id,
            sealed=sealed,
            installed_ms=now_ms,
            changed_ms=now_ms,
        )

    async def get(self, workspace: str) -> str | None:
        """The sealed installation of a workspace or organisation, by its id."""
        found = await self._session.first(INSTALL, place=workspace)
        return found.sealed if found else None

    async def all(self) -> list[tuple[str, str]]:
        """All installations: the id of the workspace or organisation, and what is sealed."""
        return [(row.team_id or row.enterprise_id, row.sealed) for row in await self._session.rows(INSTALLS)]

    async def swap(self, workspace: str, before: str, after: str, now_ms: int) -> bool:
        """Replaces what is sealed if it is still as before, and says whether it was."""
        return (
            await self._session.count(SWAP, place=workspace, before=before, sealed=after, changed_ms=now_ms)
            == 1
        )

    async def drop(self, workspace: str) -> None:
        """Forgets the installation of a workspace or organisation."""
        await self._session.write(DROP, place=workspace)

    async def save_state(self, digest: str, expires_ms: int, now_ms: int) -> None:
        """Notes that an install has begun, and forgets those that were never finished."""
        await self._session.write(DROP_LATE_STATES, now=now_ms)
        await self._session.write(SAVE_STATE, digest=digest, expires_ms=expires_ms)

    async def consume_state(self, digest: str, now_ms: int) -> bool:
        """Takes a note away, and says whether it was there and in time."""
        taken = await self._session.returned(CONSUME_STATE, digest=digest)
        return any(row.expires_ms > now_ms for row in taken)
