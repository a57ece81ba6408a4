"""Members' accounts at Spotify, sealed."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update

from bot.party.words import Member
from bot.spotify.words import SealedAccount
from db.engine.query import command, query
from db.engine.session import Session
from db.engine.statements import given, upsert
from db.schema import spotify_accounts


class AccountRow(NamedTuple):
    """An account."""

    platform: str
    user_id: str
    name: str
    sealed: str
    linked_ms: int
    busy_until_ms: int


_accounts = spotify_accounts.c
_OF_MEMBER = (_accounts.platform == bindparam("of"), _accounts.user_id == bindparam("user"))
_AS_READ = (*_OF_MEMBER, _accounts.sealed == bindparam("before"))
_ALL = select(
    _accounts.platform,
    _accounts.user_id,
    _accounts.name,
    _accounts.sealed,
    _accounts.linked_ms,
    _accounts.busy_until_ms,
)

ACCOUNT = query(AccountRow, _ALL.where(*_OF_MEMBER))
ACCOUNTS = query(AccountRow, _ALL)
ENDING = query(
    AccountRow, _ALL.where(_accounts.linked_ms < bindparam("linked_before"), _accounts.told.is_(False))
)
SAVE = command(
    upsert(
        spotify_accounts,
        key=("platform", "user_id"),
        columns=("name", "workspace", "sealed", "linked_ms", "told", "busy_until_ms"),
    ),
    silent=True,
)
CLAIM = command(
    update(spotify_accounts)
    .where(*_AS_READ, _accounts.busy_until_ms <= bindparam("now"))
    .values(given("busy_until_ms")),
    silent=True,
)
SWAP = command(update(spotify_accounts).where(*_AS_READ).values(given("sealed")), silent=True)
SWAP_AND_RELEASE = command(
    update(spotify_accounts).where(*_AS_READ).values({**given("sealed"), "busy_until_ms": 0}), silent=True
)
RELEASE = command(update(spotify_accounts).where(*_AS_READ).values(busy_until_ms=0), silent=True)
DROP = command(delete(spotify_accounts).where(*_AS_READ), silent=True)
MARK_TOLD = command(update(spotify_accounts).where(*_OF_MEMBER).values(told=True), silent=True)


class Accounts:
    """Members' accounts, inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, member: Member) -> SealedAccount | None:
        """A member's account, sealed."""
        found = await self._session.first(ACCOUNT, **_whose(member))
        return SealedAccount(member, found.sealed, found.linked_ms, found.busy_until_ms) if found else None

    async def all(self, linked_before_ms: int | None = None) -> list[SealedAccount]:
        """All accounts, or those connected before then whose owners were not told that they will end."""
        if linked_before_ms is None:
            rows = await self._session.rows(ACCOUNTS)
        else:
            rows = await self._session.rows(ENDING, linked_before=linked_before_ms)
        return [
            SealedAccount(
                Member(row.platform, row.user_id, row.name), row.sealed, row.linked_ms, row.busy_until_ms
            )
            for row in rows
        ]

    async def save(self, member: Member, workspace: str, sealed: str, now_ms: int) -> None:
        """Keeps an account in place of an earlier one; it goes with its workspace, if that is named."""
        await self._session.write(
            SAVE,
            platform=member.platform,
            user_id=member.user_id,
            name=member.name,
            workspace=workspace,
            sealed=sealed,
            linked_ms=now_ms,
            told=False,
            busy_until_ms=0,
        )

    async def claim(self, account: SealedAccount, until_ms: int, now_ms: int) -> bool:
        """Takes the turn to renew an account that is still as it was read; says whether it was free."""
        claimed = await self._session.count(CLAIM, **_as_read(account), busy_until_ms=until_ms, now=now_ms)
        return claimed == 1

    async def swap(self, account: SealedAccount, sealed: str, *, free: bool = True) -> bool:
        """Replaces what is sealed if it is still as it was read, and gives the turn back if told so."""
        swap = SWAP_AND_RELEASE if free else SWAP
        return await self._session.count(swap, **_as_read(account), sealed=sealed) == 1

    async def release(self, account: SealedAccount) -> None:
        """Gives the turn to renew an account back."""
        await self._session.write(RELEASE, **_as_read(account))

    async def drop(self, account: SealedAccount) -> bool:
        """Forgets an account if it is still as it was read, and says whether it was."""
        return await self._session.count(DROP, **_as_read(account)) == 1

    async def mark_told(self, member: Member) -> None:
        """Notes that a member knows when the account ends."""
        await self._session.write(MARK_TOLD, **_whose(member))


def _whose(member: Member) -> dict[str, str]:
    return {"of": member.platform, "user": member.user_id}


def _as_read(account: SealedAccount) -> dict[str, str]:
    return {**_whose(account.member), "before": account.sealed}
