"""Where Slack's app is installed, and how a workspace is forgotten: a part of the store's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, exists, or_, select, union, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.party.domain import Room
from db.schema import (
    changes,
    entries,
    members,
    parties,
    playbacks,
    saves,
    skips,
    slack_installs,
    slack_states,
    spotify_accounts,
    spotify_logins,
    votes,
)
from db.statements import Database

AT_ONCE = 500
"""How many members one statement names."""


class Installs:
    """Installations, begun installs and forgetting, inside one transaction."""

    @property
    def _connection(self) -> Database:
        raise NotImplementedError

    async def _enter_all(self) -> None:
        raise NotImplementedError

    def _upsert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        raise NotImplementedError

    async def save_install(self, enterprise_id: str, team_id: str, sealed: str, now_ms: int) -> None:
        """Keeps where Slack's app was installed: a workspace, or for an empty `team_id` an organisation."""
        # A workspace that has joined an organisation since is still the same one.
        await self._connection.execute(
            delete(slack_installs).where(
                _is(team_id or enterprise_id), slack_installs.c.enterprise_id != enterprise_id
            )
        )
        statement = self._upsert(slack_installs).values(
            enterprise_id=enterprise_id,
            team_id=team_id,
            is_org=not team_id,
            sealed=sealed,
            installed_ms=now_ms,
            changed_ms=now_ms,
        )
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[slack_installs.c.enterprise_id, slack_installs.c.team_id],
                set_={"sealed": sealed, "changed_ms": now_ms},
            )
        )

    async def install(self, workspace: str) -> str | None:
        """The sealed installation of a workspace or organisation, by its id."""
        found: str | None = await self._connection.scalar(
            select(slack_installs.c.sealed).where(_is(workspace))
        )
        return found

    async def installs(self) -> list[tuple[str, str]]:
        """All installations: the id of the workspace or organisation, and what is sealed."""
        table = slack_installs.c
        rows = await self._connection.execute(select(table.team_id, table.enterprise_id, table.sealed))
        return [(team_id or enterprise_id, sealed) for team_id, enterprise_id, sealed in rows]

    async def swap_install(self, workspace: str, before: str, after: str, now_ms: int) -> bool:
        """Replaces what is sealed if it is still as before, and says whether it was."""
        swapped = await self._connection.execute(
            update(slack_installs)
            .where(_is(workspace), slack_installs.c.sealed == before)
            .values(sealed=after, changed_ms=now_ms)
        )
        return swapped.rowcount == 1

    async def drop_install(self, workspace: str) -> None:
        """Forgets the installation of a workspace or organisation."""
        await self._connection.execute(delete(slack_installs).where(_is(workspace)))

    async def save_state(self, digest: str, expires_ms: int, now_ms: int) -> None:
        """Notes that an install has begun, and forgets those that were never finished."""
        await self._connection.execute(delete(slack_states).where(slack_states.c.expires_ms <= now_ms))
        await self._connection.execute(slack_states.insert().values(digest=digest, expires_ms=expires_ms))

    async def consume_state(self, digest: str, now_ms: int) -> bool:
        """Takes a note away, and says whether it was there and in time."""
        taken = await self._connection.execute(
            delete(slack_states).where(slack_states.c.digest == digest).returning(slack_states.c.expires_ms)
        )
        row = taken.one_or_none()
        return row is not None and row.expires_ms > now_ms

    async def forget_workspace(self, platform: str, workspace: str) -> list[Room]:
        """Takes out all of a workspace for good; says which rooms it had.

        Gone are its parties, songs, votes and diaries, its installation, and who is in no other party.
        """
        await self._enter_all()
        own = and_(parties.c.platform == platform, parties.c.workspace == workspace)
        # Parties before members, as every transaction does.
        channels = await self._connection.scalars(
            select(parties.c.channel).where(own).order_by(parties.c.id).with_for_update()
        )
        rooms = [Room(platform, workspace, channel) for channel in channels]
        here = select(parties.c.id).where(own).scalar_subquery()
        songs = select(entries.c.id).where(entries.c.party_id.in_(here)).scalar_subquery()
        people = await self._people(here, songs)
        for statement in (
            delete(votes).where(votes.c.entry_id.in_(songs)),
            delete(skips).where(skips.c.entry_id.in_(songs)),
            delete(playbacks).where(playbacks.c.party_id.in_(here)),
            delete(saves).where(saves.c.party_id.in_(here)),
            delete(entries).where(entries.c.party_id.in_(here)),
            delete(changes).where(changes.c.party_id.in_(here)),
            delete(parties).where(own),
        ):
            await self._connection.execute(statement)
        for first in range(0, len(people), AT_ONCE):
            await self._forget_strangers(people[first : first + AT_ONCE])
        if platform == "slack":
            await self.drop_install(workspace)
        for table in (spotify_accounts, spotify_logins):
            await self._connection.execute(
                delete(table).where(table.c.platform == platform, table.c.workspace == workspace)
            )
        return rooms

    async def _people(self, here: Any, songs: Any) -> list[int]:
        """The numbers of all who did something in these parties."""
        found = union(
            select(entries.c.added_by).where(entries.c.party_id.in_(here), entries.c.added_by.is_not(None)),
            select(votes.c.member_id).where(votes.c.entry_id.in_(songs)),
            select(skips.c.member_id).where(skips.c.entry_id.in_(songs)),
            select(changes.c.member_id).where(changes.c.party_id.in_(here)),
            select(playbacks.c.host_id).where(playbacks.c.party_id.in_(here)),
            select(saves.c.member_id).where(saves.c.party_id.in_(here)),
        )
        return sorted(await self._connection.scalars(found))

    async def _forget_strangers(self, people: list[int]) -> None:
        """Takes out those of these members who have nothing in any party."""
        # Who is locked is doing something elsewhere just now, and so no stranger.
        free = await self._connection.scalars(
            select(members.c.id).where(members.c.id.in_(people)).with_for_update(skip_locked=True)
        )
        await self._connection.execute(
            delete(members).where(
                members.c.id.in_(list(free)),
                ~exists().where(entries.c.added_by == members.c.id),
                ~exists().where(votes.c.member_id == members.c.id),
                ~exists().where(skips.c.member_id == members.c.id),
                ~exists().where(changes.c.member_id == members.c.id),
                ~exists().where(playbacks.c.host_id == members.c.id),
                ~exists().where(saves.c.member_id == members.c.id),
            )
        )


def _is(workspace: str) -> ColumnElement[bool]:
    table = slack_installs.c
    return or_(
        and_(table.team_id == workspace, table.is_org.is_(False)),
        and_(table.enterprise_id == workspace, table.team_id == "", table.is_org.is_(True)),
    )
