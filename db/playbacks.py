"""Where parties sound, what stands still, and what was saved: a part of the store's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Table, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.party.domain import Member, Playback, Room, State
from db.schema import entries, members, parties, playbacks, saves
from db.statements import Database


class Playbacks:
    """Hosts, their devices and their playlists, inside one transaction."""

    @property
    def _connection(self) -> Database:
        raise NotImplementedError

    async def _member_id(self, member: Member) -> int:
        raise NotImplementedError

    def _upsert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        raise NotImplementedError

    async def _rooms(self, statement: Select[str, str, str]) -> list[Room]:
        raise NotImplementedError

    async def hold(self, entry_id: int, left_ms: int) -> bool:
        """Stops the time of what plays, with so much left; says whether it ran."""
        held = await self._connection.execute(
            update(entries)
            .where(entries.c.id == entry_id, entries.c.state == State.PLAYING, entries.c.left_ms.is_(None))
            .values(left_ms=left_ms, ends_ms=None)
        )
        return held.rowcount == 1

    async def go_on(self, entry_id: int, ends_ms: int) -> None:
        """Lets what plays end then, whether it stood still or not."""
        await self._connection.execute(
            update(entries)
            .where(entries.c.id == entry_id, entries.c.state == State.PLAYING)
            .values(left_ms=None, ends_ms=ends_ms)
        )

    async def sounds_as(self, entry_id: int, spotify_id: str) -> None:
        """Notes what plays for an entry on Spotify."""
        await self._connection.execute(
            update(entries).where(entries.c.id == entry_id).values(spotify_id=spotify_id)
        )

    async def set_playback(self, party_id: int, playback: Playback) -> None:
        """Keeps where the party sounds; who follows it stays."""
        values = {
            "host_id": await self._member_id(playback.host),
            "device_id": playback.device_id,
            "device_name": playback.device_name,
            "on_entry": playback.on,
            "ahead_entry": playback.ahead,
        }
        statement = self._upsert(playbacks).values(party_id=party_id, **values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[playbacks.c.party_id], set_=values)
        )

    async def drop_playback(self, party_id: int) -> None:
        """Lets the party sound nowhere."""
        await self._connection.execute(delete(playbacks).where(playbacks.c.party_id == party_id))

    async def hosted(self, host: Member) -> list[Room]:
        """The rooms that sound on a member's account."""
        return await self._rooms(
            select(parties.c.platform, parties.c.workspace, parties.c.channel)
            .join(playbacks, playbacks.c.party_id == parties.c.id)
            .join(members, members.c.id == playbacks.c.host_id)
            .where(members.c.platform == host.platform, members.c.user_id == host.user_id)
        )

    async def follow(self, owner: str, until_ms: int, now_ms: int) -> list[Room]:
        """Takes on, until then, the rooms that sound somewhere and that no other process follows."""
        free = or_(playbacks.c.owner == owner, playbacks.c.owned_until_ms <= now_ms)
        taken = await self._connection.scalars(
            update(playbacks)
            .where(free)
            .values(owner=owner, owned_until_ms=until_ms)
            .returning(playbacks.c.party_id)
        )
        return await self._rooms(
            select(parties.c.platform, parties.c.workspace, parties.c.channel).where(
                parties.c.id.in_(list(taken))
            )
        )

    async def unfollow(self, owner: str) -> None:
        """Leaves the rooms that a process follows to the others."""
        await self._connection.execute(
            update(playbacks).where(playbacks.c.owner == owner).values(owner="", owned_until_ms=0)
        )

    async def saved(self, party_id: int, started_ms: int, member: Member) -> str | None:
        """The playlist that a member has of the room's party that began then."""
        found: str | None = await self._connection.scalar(
            select(saves.c.playlist_id)
            .join(members, members.c.id == saves.c.member_id)
            .where(
                and_(saves.c.party_id == party_id, saves.c.started_ms == started_ms),
                and_(members.c.platform == member.platform, members.c.user_id == member.user_id),
            )
        )
        return found

    async def keep_save(self, party_id: int, started_ms: int, member: Member, playlist_id: str) -> None:
        """Remembers the playlist that a member has of a party."""
        values: dict[str, Any] = {"playlist_id": playlist_id}
        statement = self._upsert(saves).values(
            party_id=party_id, started_ms=started_ms, member_id=await self._member_id(member), **values
        )
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[saves.c.party_id, saves.c.started_ms, saves.c.member_id], set_=values
            )
        )
