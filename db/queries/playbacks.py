"""Where parties sound, what is paused, and what was saved."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, not_, or_, select, update

from bot.party.words import Member, Outlet, Playback, Room, State
from db.engine.query import command, query
from db.engine.session import Session
from db.engine.statements import given, spelled_out, upsert
from db.queries.entry_rows import in_state
from db.queries.members import IS_MEMBER, Members
from db.queries.parties import ROOM
from db.schema import entries, members, parties, playbacks, saves


class PlaylistRow(NamedTuple):
    """A playlist on Spotify."""

    playlist_id: str


class BeatRow(NamedTuple):
    """What a party sounds from, and when a process said last that it is there."""

    platform: str
    workspace: str
    channel: str
    device_id: str
    owned_until_ms: int


_PLAYS = (entries.c.id == bindparam("entry"), in_state(State.PLAYING))
_OF_PARTY = playbacks.c.party_id == bindparam("party")

HOLD = command(
    update(entries).where(*_PLAYS, entries.c.left_ms.is_(None)).values({**given("left_ms"), "ends_ms": None})
)
RESUME = command(update(entries).where(*_PLAYS).values({**given("ends_ms"), "left_ms": None}))
SET_SPOTIFY_ID = command(
    update(entries).where(entries.c.id == bindparam("entry")).values(given("spotify_id")), silent=True
)
SET = command(
    upsert(
        playbacks,
        key=("party_id",),
        columns=("host_id", "device_id", "device_name", "on_entry", "ahead_entry", "outlet"),
    )
)
MARK = command(update(playbacks).where(_OF_PARTY).values(given("on_entry", "ahead_entry")), silent=True)
DROP = command(delete(playbacks).where(_OF_PARTY))
HOSTED_BY = query(
    Room,
    select(*ROOM)
    .join(playbacks, playbacks.c.party_id == parties.c.id)
    .join(members, members.c.id == playbacks.c.host_id)
    .where(*IS_MEMBER, spelled_out(playbacks.c.outlet, Outlet.SPOTIFY.value)),
)
_IS_MINE = playbacks.c.owner == bindparam("me")
CLAIM = command(
    update(playbacks)
    .where(
        spelled_out(playbacks.c.outlet, Outlet.SPOTIFY.value),
        or_(_IS_MINE, playbacks.c.owned_until_ms <= bindparam("now")),
    )
    .values(given("owner", "owned_until_ms")),
    silent=True,
)
CLAIMED = query(
    Room,
    select(*ROOM)
    .join(playbacks, playbacks.c.party_id == parties.c.id)
    .where(_IS_MINE, spelled_out(playbacks.c.outlet, Outlet.SPOTIFY.value)),
)
SOUNDING_FROM = query(
    Room,
    select(*ROOM)
    .join(playbacks, playbacks.c.party_id == parties.c.id)
    .where(playbacks.c.outlet == bindparam("outlet")),
)
BEAT = command(
    update(playbacks)
    .where(
        not_(spelled_out(playbacks.c.outlet, Outlet.SPOTIFY.value)),
        playbacks.c.device_id == bindparam("device"),
    )
    .values(given("owned_until_ms")),
    silent=True,
)
BEATS = query(
    BeatRow,
    select(*ROOM, playbacks.c.device_id, playbacks.c.owned_until_ms)
    .join(playbacks, playbacks.c.party_id == parties.c.id)
    .where(playbacks.c.outlet == bindparam("outlet")),
)
RELEASE = command(update(playbacks).where(_IS_MINE).values(owner="", owned_until_ms=0), silent=True)
SAVED_PLAYLIST = query(
    PlaylistRow,
    select(saves.c.playlist_id)
    .join(members, members.c.id == saves.c.member_id)
    .where(saves.c.party_id == bindparam("party"), saves.c.started_ms == bindparam("started"), *IS_MEMBER),
)
KEEP_SAVED_PLAYLIST = command(
    upsert(saves, key=("party_id", "started_ms", "member_id"), columns=("playlist_id",)), silent=True
)


class Playbacks:
    """Where parties sound, what is paused, and what was saved, inside one transaction."""

    def __init__(self, session: Session, members: Members) -> None:
        self._session = session
        self._members = members

    async def hosted_by(self, host: Member) -> list[Room]:
        """The rooms that sound on a member's account at Spotify."""
        return await self._session.rows(HOSTED_BY, platform=host.platform, user_id=host.user_id)

    async def sounding_from(self, outlet: Outlet) -> list[Room]:
        """The rooms that sound from such an outlet."""
        return await self._session.rows(SOUNDING_FROM, outlet=outlet.value)

    async def beats(self, outlet: Outlet) -> dict[Room, tuple[str, int]]:
        """The rooms that sound from such an outlet: the device, and when a process said that it is there."""
        rows = await self._session.rows(BEATS, outlet=outlet.value)
        return {Room(*row[:3]): (row.device_id, row.owned_until_ms) for row in rows}

    async def saved_playlist(self, party_id: int, started_ms: int, member: Member) -> str | None:
        """The playlist that a member has of the room's party that began then."""
        found = await self._session.first(
            SAVED_PLAYLIST,
            party=party_id,
            started=started_ms,
            platform=member.platform,
            user_id=member.user_id,
        )
        return found.playlist_id if found else None

    async def hold(self, entry_id: int, left_ms: int) -> bool:
        """Stops the time of what plays, with so much left; says whether it ran."""
        return await self._session.count(HOLD, entry=entry_id, left_ms=left_ms) == 1

    async def resume(self, entry_id: int, ends_ms: int) -> None:
        """Lets what plays end then, whether it was paused or not."""
        await self._session.write(RESUME, entry=entry_id, ends_ms=ends_ms)

    async def set(self, party_id: int, playback: Playback) -> None:
        """Keeps where the party sounds; which process watches it stays."""
        await self._session.write(
            SET,
            party_id=party_id,
            host_id=await self._members.number(playback.host),
            device_id=playback.device_id,
            device_name=playback.device_name,
            on_entry=playback.on,
            ahead_entry=playback.ahead,
            outlet=playback.outlet.value,
        )

    async def mark(self, party_id: int, on: int | None, ahead: int | None) -> None:
        """Keeps which entries the device has. Nobody is told."""
        await self._session.write(MARK, party=party_id, on_entry=on, ahead_entry=ahead)

    async def drop(self, party_id: int) -> None:
        """Lets the party sound nowhere."""
        await self._session.write(DROP, party=party_id)

    async def set_spotify_id(self, entry_id: int, spotify_id: str) -> None:
        """Notes what plays for an entry on Spotify. Nobody is told."""
        await self._session.write(SET_SPOTIFY_ID, entry=entry_id, spotify_id=spotify_id)

    async def claim(self, owner: str, until_ms: int, now_ms: int) -> list[Room]:
        """Takes on, until then, the rooms that sound at Spotify and that no other process watches."""
        await self._session.write(CLAIM, me=owner, now=now_ms, owner=owner, owned_until_ms=until_ms)
        return await self._session.rows(CLAIMED, me=owner)

    async def release(self, owner: str) -> None:
        """Leaves the rooms that a process watches to the others."""
        await self._session.write(RELEASE, me=owner)

    async def beat(self, device_id: str, now_ms: int) -> None:
        """Says that what own music sounds from is there. Nobody is told."""
        await self._session.write(BEAT, device=device_id, owned_until_ms=now_ms)

    async def keep_saved_playlist(
        self, party_id: int, started_ms: int, member: Member, playlist_id: str
    ) -> None:
        """Remembers the playlist that a member has of a party. Nobody is told."""
        await self._session.write(
            KEEP_SAVED_PLAYLIST,
            party_id=party_id,
            started_ms=started_ms,
            member_id=await self._members.number(member),
            playlist_id=playlist_id,
        )
