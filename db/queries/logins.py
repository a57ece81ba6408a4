"""Who is on the way to connect an account at Spotify."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select

from bot.party.words import Member
from bot.spotify.words import Login
from db.engine.query import command, query, returning
from db.engine.session import Session
from db.schema import spotify_logins


class LoginRow(NamedTuple):
    """A login under way."""

    platform: str
    user_id: str
    name: str
    workspace: str
    browser: str
    sealed: str
    expires_ms: int


_logins = spotify_logins.c
_COLUMNS = (
    _logins.platform,
    _logins.user_id,
    _logins.name,
    _logins.workspace,
    _logins.browser,
    _logins.sealed,
    _logins.expires_ms,
)
_IS_LOGIN = _logins.digest == bindparam("digest")

LOGIN = query(LoginRow, select(*_COLUMNS).where(_IS_LOGIN))
DROP_LATE = command(delete(spotify_logins).where(_logins.expires_ms <= bindparam("now")), silent=True)
SAVE = command(insert(spotify_logins), silent=True)
CONSUME = returning(LoginRow, delete(spotify_logins).where(_IS_LOGIN).returning(*_COLUMNS), silent=True)


class Logins:
    """Logins under way, inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def save(self, digest: str, login: Login, now_ms: int) -> None:
        """Notes a login under way, and forgets those that were never finished."""
        await self._session.write(DROP_LATE, now=now_ms)
        await self._session.write(
            SAVE,
            digest=digest,
            platform=login.member.platform,
            user_id=login.member.user_id,
            name=login.member.name,
            workspace=login.workspace,
            browser=login.browser,
            sealed=login.sealed,
            expires_ms=login.expires_ms,
        )

    async def get(self, digest: str) -> Login | None:
        """A login under way, which stays so."""
        return _login(await self._session.rows(LOGIN, digest=digest))

    async def consume(self, digest: str) -> Login | None:
        """Takes a note of a login away: it is good once."""
        return _login(await self._session.returned(CONSUME, digest=digest))


def _login(rows: Sequence[LoginRow]) -> Login | None:
    for row in rows:
        member = Member(row.platform, row.user_id, row.name)
        return Login(member, row.workspace, row.browser, row.sealed, row.expires_ms)
    return None
