"""The way to a connected account: a private link of ours, then one of Spotify's, each good once.

Of every secret that leaves the house only the SHA-256 is kept: who reads the database can finish nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

from bot.party.limits import MINUTE_MS
from bot.party.patience import patient
from bot.party.words import Member
from bot.playback.errors import LoginSpent
from bot.spotify.ports import Grants, Store
from bot.spotify.words import Login
from bot.vault import NotOpened, Vault

LASTS_MS = 10 * MINUTE_MS
"""How long somebody may take for each half of the way."""
WITH_WORKSPACES = frozenset({"slack"})
"""The platforms whose workspaces take along, when they leave, what their people have connected."""


class Logins:
    """Who is on the way to connect an account.

    Args:
        store: where the ways are noted.
        vault: seals what the exchange of Spotify's code needs.
        grants: Spotify.
        public_url: where browsers reach the room, without a slash at its end.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        store: Store,
        vault: Vault,
        grants: Grants,
        public_url: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._vault, self._grants = store, vault, grants
        self._public_url, self._clock = public_url, clock

    async def connect(self, member: Member, workspace: str) -> str:
        """A link, for the member's eyes only, that connects an account; good once, for ten minutes."""
        secret = secrets.token_urlsafe(32)
        goes_with = workspace if member.platform in WITH_WORKSPACES else ""
        await self._note(secret, Login(member, goes_with, "", "", self.now_ms() + LASTS_MS))
        return f"{self._public_url}/spotify/connect/{secret}"

    @patient
    async def begin(self, secret: str) -> Login | None:
        """Whose link it is, if it is good; it stays so, for chats look at links before people do."""
        async with self._store.writing() as tx:
            return self._good(await tx.logins.get(_digest(secret)))

    async def agree(self, secret: str) -> tuple[str, str]:
        """Uses a link up: where to go on at Spotify, and what only this browser may know.

        Raises:
            LoginSpent: the link is used, too old, or none.
        """
        async with self._store.writing() as tx:
            login = self._good(await tx.logins.consume(_digest(secret)))
        if login is None:
            raise LoginSpent
        state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        url, verifier = self._grants.login(state)
        sealed, expires_ms = self._vault.seal(verifier), self.now_ms() + LASTS_MS
        await self._note(state, Login(login.member, login.workspace, _digest(browser), sealed, expires_ms))
        return url, browser

    @patient
    async def owner(self, state: str) -> Member | None:
        """Who is on the way back from Spotify with this state, which stays good."""
        async with self._store.writing() as tx:
            login = await tx.logins.get(_digest(state))
        return login.member if login else None

    async def returned(self, state: str, browser: str) -> tuple[Login, str]:
        """Uses a state up: whose it is, and the code verifier.

        Raises:
            LoginSpent: it is used, too old, another browser's, or none.
        """
        async with self._store.writing() as tx:
            login = await tx.logins.consume(_digest(state))
        if login is None or not hmac.compare_digest(login.browser, _digest(browser)):
            raise LoginSpent
        if login.expires_ms <= self.now_ms():
            raise LoginSpent
        try:
            return login, self._vault.open(login.sealed)
        except NotOpened:  # its key was taken out meanwhile
            raise LoginSpent from None

    def now_ms(self) -> int:
        """The time."""
        return int(self._clock() * 1000)

    def _good(self, login: Login | None) -> Login | None:
        """A login that waits for a browser."""
        return login if login and not login.browser and login.expires_ms > self.now_ms() else None

    @patient
    async def _note(self, secret: str, login: Login) -> None:
        async with self._store.writing() as tx:
            await tx.logins.save(_digest(secret), login, self.now_ms())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
