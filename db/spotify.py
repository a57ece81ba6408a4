"""Spotify's accounts and logins, songs that were looked up, and rests: a part of the store's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.party.domain import Member, Track
from bot.playback.words import Login, SealedAccount
from db.schema import rests, spotify_accounts, spotify_logins, spotify_songs
from db.statements import Database


class SpotifyShelf:
    """What is known of Spotify, inside one transaction."""

    @property
    def _connection(self) -> Database:
        raise NotImplementedError

    def _upsert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        raise NotImplementedError

    async def account(self, member: Member) -> SealedAccount | None:
        """A member's account, sealed."""
        table = spotify_accounts.c
        found = await self._connection.execute(
            select(table.sealed, table.linked_ms, table.busy_until_ms).where(_whose(member))
        )
        row = found.one_or_none()
        return SealedAccount(member, row.sealed, row.linked_ms, row.busy_until_ms) if row else None

    async def accounts(self, linked_before_ms: int | None = None) -> list[SealedAccount]:
        """All accounts, or those connected before then whose owners were not told that they will end."""
        table = spotify_accounts.c
        statement = select(spotify_accounts)
        if linked_before_ms is not None:
            statement = statement.where(table.linked_ms < linked_before_ms, table.told.is_(False))
        return [
            SealedAccount(
                Member(row.platform, row.user_id, row.name), row.sealed, row.linked_ms, row.busy_until_ms
            )
            for row in await self._connection.execute(statement)
        ]

    async def save_account(self, member: Member, workspace: str, sealed: str, now_ms: int) -> None:
        """Keeps an account in place of an earlier one; it goes with its workspace, if that is named."""
        values = {"name": member.name, "workspace": workspace, "sealed": sealed, "linked_ms": now_ms}
        values |= {"told": False, "busy_until_ms": 0}
        statement = self._upsert(spotify_accounts).values(
            platform=member.platform, user_id=member.user_id, **values
        )
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[spotify_accounts.c.platform, spotify_accounts.c.user_id], set_=values
            )
        )

    async def claim_account(self, account: SealedAccount, until_ms: int, now_ms: int) -> bool:
        """Takes the turn to renew an account that is still as it was read; says whether it was free."""
        claimed = await self._connection.execute(
            update(spotify_accounts)
            .where(_is(account), spotify_accounts.c.busy_until_ms <= now_ms)
            .values(busy_until_ms=until_ms)
        )
        return claimed.rowcount == 1

    async def swap_account(self, account: SealedAccount, sealed: str, *, free: bool = True) -> bool:
        """Replaces what is sealed if it is still as it was read, and gives the turn back if told so."""
        values = {"sealed": sealed} | ({"busy_until_ms": 0} if free else {})
        swapped = await self._connection.execute(
            update(spotify_accounts).where(_is(account)).values(**values)
        )
        return swapped.rowcount == 1

    async def free_account(self, account: SealedAccount) -> None:
        """Gives the turn to renew an account back."""
        await self._connection.execute(update(spotify_accounts).where(_is(account)).values(busy_until_ms=0))

    async def drop_account(self, account: SealedAccount) -> bool:
        """Forgets an account if it is still as it was read, and says whether it was."""
        dropped = await self._connection.execute(delete(spotify_accounts).where(_is(account)))
        return dropped.rowcount == 1

    async def told_account(self, member: Member) -> None:
        """Notes that a member knows when the account ends."""
        await self._connection.execute(update(spotify_accounts).where(_whose(member)).values(told=True))

    async def save_login(self, digest: str, login: Login, now_ms: int) -> None:
        """Notes a login under way, and forgets those that were never finished."""
        table = spotify_logins
        await self._connection.execute(delete(table).where(table.c.expires_ms <= now_ms))
        await self._connection.execute(
            insert(table).values(
                digest=digest,
                platform=login.member.platform,
                user_id=login.member.user_id,
                name=login.member.name,
                workspace=login.workspace,
                browser=login.browser,
                sealed=login.sealed,
                expires_ms=login.expires_ms,
            )
        )

    async def login(self, digest: str) -> Login | None:
        """A login under way, which stays so."""
        found = await self._connection.execute(
            select(spotify_logins).where(spotify_logins.c.digest == digest)
        )
        return _login(found.one_or_none())

    async def consume_login(self, digest: str) -> Login | None:
        """Takes a note of a login away: it is good once."""
        taken = await self._connection.execute(
            delete(spotify_logins).where(spotify_logins.c.digest == digest).returning(*spotify_logins.c)
        )
        return _login(taken.one_or_none())

    async def looked_up(self, spotify_id: str, since_ms: int) -> Track | None:
        """A song that was looked up since then."""
        table = spotify_songs.c
        found = await self._connection.execute(
            select(spotify_songs).where(table.spotify_id == spotify_id, table.found_ms >= since_ms)
        )
        row = found.one_or_none()
        if row is None:
            return None
        return Track(
            row.title, row.artist, None, row.album, row.year, row.duration_ms, spotify_id=row.spotify_id
        )

    async def keep_song(self, track: Track, now_ms: int, since_ms: int) -> None:
        """Remembers a song that was looked up, and forgets those from before `since_ms`."""
        table = spotify_songs
        await self._connection.execute(delete(table).where(table.c.found_ms < since_ms))
        values = {
            "title": track.title,
            "artist": track.artist,
            "album": track.album,
            "year": track.year,
            "duration_ms": track.duration_ms,
            "found_ms": now_ms,
        }
        statement = self._upsert(table).values(spotify_id=track.spotify_id, **values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[table.c.spotify_id], set_=values)
        )

    async def rests_until_ms(self, name: str) -> int | None:
        """Until when a service is left alone; None where it is not."""
        until_ms: int | None = await self._connection.scalar(
            select(rests.c.until_ms).where(rests.c.name == name)
        )
        return until_ms

    async def rest(self, name: str, until_ms: int) -> None:
        """Leaves a service alone until then, or longer where that was said before."""
        statement = self._upsert(rests).values(name=name, until_ms=until_ms)
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[rests.c.name],
                set_={"until_ms": until_ms},
                where=rests.c.until_ms < until_ms,
            )
        )

    async def try_again(self, name: str, now_ms: int, until_ms: int) -> bool:
        """Takes the one try after a rest; the others rest on until then. Says whether it was free."""
        taken = await self._connection.execute(
            update(rests).where(rests.c.name == name, rests.c.until_ms <= now_ms).values(until_ms=until_ms)
        )
        return taken.rowcount == 1

    async def rested(self, name: str) -> None:
        """Ends a rest."""
        await self._connection.execute(delete(rests).where(rests.c.name == name))


def _whose(member: Member) -> ColumnElement[bool]:
    table = spotify_accounts.c
    return and_(table.platform == member.platform, table.user_id == member.user_id)


def _is(account: SealedAccount) -> ColumnElement[bool]:
    return and_(_whose(account.member), spotify_accounts.c.sealed == account.sealed)


def _login(row: Row[Any] | None) -> Login | None:
    if row is None:
        return None
    member = Member(row.platform, row.user_id, row.name)
    return Login(member, row.workspace, row.browser, row.sealed, row.expires_ms)
