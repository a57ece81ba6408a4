"""What is kept of one member: every row of every table that says anything of them, without other people's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Table, and_, bindparam, select

from bot.party.words import Member
from db.engine.query import Query, query
from db.engine.session import Session
from db.queries.erasure import NAMING, pattern_of
from db.queries.members import NUMBER_OF_MEMBER
from db.queries.stored_blocks import read_blocked
from db.queries.stored_rules import read_rules
from db.schema import (
    changes,
    entries,
    members,
    nicknames,
    parties,
    passes,
    playbacks,
    saves,
    skips,
    spotify_accounts,
    spotify_logins,
    votes,
)


class NameRow(NamedTuple):
    """What a member was called when they did something last."""

    name: str


class SongRow(NamedTuple):
    """A song that they added or took up."""

    workspace: str
    channel: str
    title: str
    artist: str
    album: str | None
    year: int | None
    state: str
    added_ms: int
    started_ms: int | None
    ended_ms: int | None


class VoteRow(NamedTuple):
    """A vote of theirs."""

    workspace: str
    channel: str
    title: str
    artist: str
    value: int


class SkipRow(NamedTuple):
    """A song that they want, or wanted, to be skipped."""

    workspace: str
    channel: str
    title: str
    artist: str


class LineRow(NamedTuple):
    """What they did, and to which song."""

    workspace: str
    channel: str
    kind: str
    title: str | None
    undone: bool
    at_ms: int


class PlaybackRow(NamedTuple):
    """Where a party plays on their account."""

    workspace: str
    channel: str
    device_name: str


class SaveRow(NamedTuple):
    """A party that they saved as a playlist."""

    workspace: str
    channel: str
    started_ms: int
    playlist_id: str


class LinkRow(NamedTuple):
    """A link of their own to a party's page."""

    workspace: str
    channel: str
    name: str
    rights: str
    made_ms: int
    ends_ms: int


class NicknameRow(NamedTuple):
    """What they are called on a party's page."""

    workspace: str
    channel: str
    name: str
    seen_ms: int


class AccountRow(NamedTuple):
    """That they connected an account at Spotify."""

    name: str
    workspace: str
    linked_ms: int


class LoginRow(NamedTuple):
    """That they are on the way to connect one."""

    name: str
    workspace: str
    expires_ms: int


_PLACE = (parties.c.workspace, parties.c.channel)
_SONG = (entries.c.title, entries.c.artist)
_MOST = bindparam("most", type_=Integer())


def _is_theirs(table: Table) -> ColumnElement[bool]:
    return and_(table.c.platform == bindparam("platform"), table.c.user_id == bindparam("user_id"))


_NAME = query(NameRow, select(members.c.name).where(_is_theirs(members)))
_KINDS: Mapping[str, Query[Any]] = {
    "songs": query(
        SongRow,
        select(
            *_PLACE,
            *_SONG,
            entries.c.album,
            entries.c.year,
            entries.c.state,
            entries.c.added_ms,
            entries.c.started_ms,
            entries.c.ended_ms,
        )
        .join_from(entries, parties, parties.c.id == entries.c.party_id)
        .where(entries.c.added_by == NUMBER_OF_MEMBER)
        .order_by(entries.c.id.desc())
        .limit(_MOST),
    ),
    "votes": query(
        VoteRow,
        select(*_PLACE, *_SONG, votes.c.value)
        .join_from(votes, entries, entries.c.id == votes.c.entry_id)
        .join(parties, parties.c.id == entries.c.party_id)
        .where(votes.c.member_id == NUMBER_OF_MEMBER)
        # Without the sum a database may walk through everybody's votes, from the latest one down.
        .order_by((votes.c.entry_id + 0).desc())
        .limit(_MOST),
    ),
    "wishes_to_skip": query(
        SkipRow,
        select(*_PLACE, *_SONG)
        .join_from(skips, entries, entries.c.id == skips.c.entry_id)
        .join(parties, parties.c.id == entries.c.party_id)
        .where(skips.c.member_id == NUMBER_OF_MEMBER)
        .order_by((skips.c.entry_id + 0).desc())
        .limit(_MOST),
    ),
    "what_you_did": query(
        LineRow,
        select(*_PLACE, changes.c.kind, entries.c.title, changes.c.undone, changes.c.at_ms)
        .join_from(changes, parties, parties.c.id == changes.c.party_id)
        .outerjoin(entries, entries.c.id == changes.c.entry_id)
        .where(changes.c.member_id == NUMBER_OF_MEMBER)
        .order_by((changes.c.id + 0).desc())
        .limit(_MOST),
    ),
    "playing_on": query(
        PlaybackRow,
        select(*_PLACE, playbacks.c.device_name)
        .join_from(playbacks, parties, parties.c.id == playbacks.c.party_id)
        .where(playbacks.c.host_id == NUMBER_OF_MEMBER)
        .limit(_MOST),
    ),
    "saved_playlists": query(
        SaveRow,
        select(*_PLACE, saves.c.started_ms, saves.c.playlist_id)
        .join_from(saves, parties, parties.c.id == saves.c.party_id)
        .where(saves.c.member_id == NUMBER_OF_MEMBER)
        .limit(_MOST),
    ),
    "links": query(
        LinkRow,
        select(*_PLACE, passes.c.name, passes.c.rights, passes.c.made_ms, passes.c.ends_ms)
        .join_from(passes, parties, parties.c.id == passes.c.party_id)
        .where(_is_theirs(passes))
        .limit(_MOST),
    ),
    "spotify_connections": query(
        AccountRow,
        select(spotify_accounts.c.name, spotify_accounts.c.workspace, spotify_accounts.c.linked_ms)
        .where(_is_theirs(spotify_accounts))
        .limit(_MOST),
    ),
    "spotify_connections_begun": query(
        LoginRow,
        select(spotify_logins.c.name, spotify_logins.c.workspace, spotify_logins.c.expires_ms)
        .where(_is_theirs(spotify_logins))
        .limit(_MOST),
    ),
}
"""What there is of somebody, by what it is called in their file."""
_NICKNAMES = query(
    NicknameRow,
    select(*_PLACE, nicknames.c.name, nicknames.c.seen_ms)
    .join_from(nicknames, parties, parties.c.id == nicknames.c.party_id)
    .where(nicknames.c.user_id == bindparam("user_id"))
    .limit(_MOST),
)


class OwnData:
    """What is kept of one member, inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def of(self, member: Member, most: int) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """The latest that is kept of a member, so much of each kind, by kind; instants are `..._ms`."""
        who = {"platform": member.platform, "user_id": member.user_id}
        found: dict[str, Sequence[Mapping[str, object]]] = {
            "names": [row._asdict() for row in await self._session.rows(_NAME, **who)]
        }
        for kind, each in _KINDS.items():
            found[kind] = [row._asdict() for row in await self._session.rows(each, **who, most=most)]
        nicknames = []
        if member.platform == "web":
            nicknames = await self._session.rows(_NICKNAMES, user_id=member.user_id, most=most)
        found["nicknames"] = [row._asdict() for row in nicknames]
        found["rooms_that_name_you"] = await self._naming(member, most)
        return found

    async def _naming(self, member: Member, most: int) -> list[Mapping[str, object]]:
        """The rooms that have made somebody a DJ, or blocked them."""
        found: list[Mapping[str, object]] = []
        for party in await self._session.rows(NAMING, pattern=pattern_of(member)):
            dj = member.user_id in read_rules(party.rules).djs.split()
            blocked = member in read_blocked(party.platform, party.blocked).members
            if (dj or blocked) and len(found) < most:
                room = {"workspace": party.workspace, "channel": party.channel}
                found.append({**room, "dj": dj, "blocked": blocked})
        return found
