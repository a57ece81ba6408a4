"""Members' Spotify accounts: sealed in the store, their tokens renewed in time and once."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from bot.party.limits import ACCOUNT_LASTS_MS, DAY_MS, MINUTE_MS
from bot.party.patience import patient
from bot.party.words import Member
from bot.playback.errors import (
    LinkAgain,
    LoginRefused,
    LoginSpent,
    NotConnected,
    SpotifyAway,
    SpotifyRefuses,
    SpotifyRests,
)
from bot.playback.words import Account
from bot.spotify.logins import Logins
from bot.spotify.ports import AccessRefused, GrantRefused, Grants, Store
from bot.spotify.words import Login, SealedAccount, Tokens
from bot.vault import NotOpened, Vault

log = logging.getLogger(__name__)

SOON_MS = MINUTE_MS
"""How long before its end an access token is renewed."""
LASTS_DAYS = ACCOUNT_LASTS_MS // DAY_MS
"""How long what a member has agreed to is good: Spotify says six months."""
ENDS_SOON_DAYS = 7
"""How long before that its owner is told."""
TURN_MS = 30_000
"""How long one process may take to renew: after that it has died, and another one does it."""
LOOK_S = 0.1
LOOKS = 110
"""How often, and how many times, we look for what another process renews: longer than Spotify may take."""
DENIED = "access_denied"
"""What Spotify says of who did not agree."""


@dataclass(frozen=True, slots=True)
class _Opened:
    kept: SealedAccount
    tokens: Tokens = field(repr=False)
    name: str


class Accounts(Logins):
    """Whose account is connected, and with which tokens.

    An access token is renewed by one request of one task in one process, however many ask for it: the task
    takes the turn in the store, and what it has got replaces only what it has read there.

    Args:
        store: where accounts are kept.
        vault: what seals them.
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
        super().__init__(store, vault, grants, public_url, clock)
        self._renewals: dict[tuple[Member, str], asyncio.Task[_Opened]] = {}
        self._lost: set[Member] = set()  # who is still to be told that the account must be connected again

    async def close(self) -> None:
        """Waits for the renewals under way: what Spotify has given would be lost, and the old one is void."""
        await asyncio.gather(*self._renewals.values(), return_exceptions=True)

    async def finish(self, state: str, browser: str, code: str) -> Account:
        """Connects the account of who has come back from Spotify.

        Raises:
            LoginSpent: the state or the code is used, too old, another browser's, or none.
            SpotifyAway, SpotifyRests, NotOnTheList: as they say.
        """
        login, verifier = await self.returned(state, browser)
        try:
            tokens = await self._grants.exchange(code, verifier)
            name = await self._grants.me(tokens.access)
        except (GrantRefused, AccessRefused):
            raise LoginSpent from None
        now_ms = self.now_ms()
        await self._save(login, self._seal(tokens, name), now_ms)
        self._lost.discard(login.member)
        return Account(name, now_ms)

    @patient  # Spotify gives what is saved here only once
    async def _save(self, login: Login, sealed: str, now_ms: int) -> None:
        async with self._store.writing() as tx:
            await tx.accounts.save(login.member, login.workspace, sealed, now_ms)

    async def refuse(self, state: str, browser: str, reason: str) -> NoReturn:
        """Takes note that Spotify sent somebody back without a code.

        Raises:
            LoginRefused: the member did not agree.
            LoginSpent: the state is used, too old, another browser's, or none.
            SpotifyRefuses: Spotify has another reason.
        """
        await self.returned(state, browser)
        raise LoginRefused if reason == DENIED else SpotifyRefuses

    async def token(self, member: Member) -> str:
        """An access token that is good for a while.

        Raises:
            NotConnected: there is no account.
            LinkAgain: Spotify no longer takes it; said once, and the account is gone.
            SpotifyAway, SpotifyRests: it has ended, and there is no new one just now.
        """
        try:
            opened = await self._opened(member)
        except NotConnected:
            raise self._missing(member) from None
        left_ms = opened.tokens.expires_ms - self.now_ms()
        if left_ms > SOON_MS:
            return opened.tokens.access
        try:
            return await self.renew(member, opened.tokens.access)
        except (SpotifyAway, SpotifyRests):
            if left_ms > 0:
                return opened.tokens.access
            raise

    async def renew(self, member: Member, refused: str) -> str:
        """An access token other than this one, which has ended or was refused; raises what `token` does."""
        key = member, refused
        if key not in self._renewals:
            task = self._renewals[key] = asyncio.create_task(self._renew(member, refused))
            task.add_done_callback(lambda done: self._done(key, done))
        try:
            return (await asyncio.shield(self._renewals[key])).tokens.access
        except NotConnected:
            raise self._missing(member) from None

    async def account(self, member: Member) -> Account | None:
        """The member's account, as it was when it was connected."""
        try:
            opened = await self._opened(member)
        except NotConnected:
            return None
        return Account(opened.name, opened.kept.linked_ms)

    @patient
    async def disconnect(self, member: Member) -> bool:
        """Forgets the member's account, and says whether there was one."""
        self._lost.discard(member)
        async with self._store.writing() as tx:
            kept = first = await tx.accounts.get(member)
            while kept is not None and not await tx.accounts.drop(kept):  # it was renewed meanwhile
                kept = await tx.accounts.get(member)
        return first is not None

    async def ending(self) -> list[tuple[Member, int]]:
        """Whose connection ends within a week and who has not been told, with the days that are left."""
        now_ms = self.now_ms()
        async with self._store.writing() as tx:
            kept = await tx.accounts.all(now_ms - (LASTS_DAYS - ENDS_SOON_DAYS) * DAY_MS)
        ends = [(each.member, each.linked_ms + LASTS_DAYS * DAY_MS - now_ms) for each in kept]
        return [(member, max(1, -(-left_ms // DAY_MS))) for member, left_ms in ends]

    async def mark_told(self, member: Member) -> None:
        """Notes that a member knows when the connection ends."""
        async with self._store.writing() as tx:
            await tx.accounts.mark_told(member)

    async def reseal(self) -> int:
        """Seals all with the vault's first key, after which no other is needed; returns how many."""
        if not self._vault.rotating:
            return 0
        async with self._store.writing() as tx:
            accounts = await tx.accounts.all()
        count = 0
        for kept in accounts:
            try:
                fresh = self._vault.rotate(kept.sealed)
            except NotOpened as error:
                _not_opened(kept.member, error)
                continue
            async with self._store.writing() as tx:
                count += await tx.accounts.swap(kept, fresh, free=False)
        return count

    @patient
    async def _opened(self, member: Member) -> _Opened:
        """The account as it is now, for other processes change it too."""
        async with self._store.writing() as tx:
            kept = await tx.accounts.get(member)
        if kept is None:
            raise NotConnected
        try:
            known = json.loads(self._vault.open(kept.sealed))
        except NotOpened as error:
            _not_opened(member, error)
            raise NotConnected from None
        tokens = Tokens(known["access"], known["refresh"], known["expires_ms"])
        return _Opened(kept, tokens, known["name"])

    def _missing(self, member: Member) -> NotConnected:
        """What is said to who has no account: once, if Spotify has ended it, that it has."""
        if member not in self._lost:
            return NotConnected()
        self._lost.discard(member)
        return LinkAgain()

    async def _renew(self, member: Member, refused: str) -> _Opened:
        """The account with another access token, from Spotify or from who has just asked for one."""
        for _ in range(LOOKS):
            opened = await self._opened(member)
            if opened.tokens.access != refused:
                return opened
            now_ms = self.now_ms()
            async with self._store.writing() as tx:
                ours = await tx.accounts.claim(opened.kept, now_ms + TURN_MS, now_ms)
            if ours:
                return await self._ask(opened)
            await asyncio.sleep(LOOK_S)
        raise SpotifyAway

    async def _ask(self, opened: _Opened) -> _Opened:
        try:
            tokens = await self._grants.refresh(opened.tokens.refresh)
        except GrantRefused:
            return await self._drop(opened)
        except Exception:
            async with self._store.writing() as tx:
                await tx.accounts.release(opened.kept)
            raise
        return await self._keep(opened, tokens)

    @patient  # the tokens before are void
    async def _keep(self, opened: _Opened, tokens: Tokens) -> _Opened:
        """Replaces the tokens that were used, unless others or none are there by now."""
        sealed = self._seal(tokens, opened.name)
        async with self._store.writing() as tx:
            swapped = await tx.accounts.swap(opened.kept, sealed)
        if swapped:
            return _Opened(opened.kept, tokens, opened.name)
        found = await self._opened(opened.kept.member)
        if found.tokens.refresh != opened.tokens.refresh:
            return found
        return await self._keep(found, tokens)  # it was only sealed with another key

    async def _drop(self, opened: _Opened) -> _Opened:
        """Forgets an account that Spotify no longer takes, unless another process has newer tokens."""
        member = opened.kept.member
        found = await self._opened(member)
        if found.tokens.refresh != opened.tokens.refresh:
            return found
        async with self._store.writing() as tx:
            dropped = await tx.accounts.drop(found.kept)
        if not dropped:
            return await self._drop(opened)
        log.warning("Spotify ended the connection of %s %s.", member.platform, member.user_id)
        self._lost.add(member)
        raise NotConnected

    def _seal(self, tokens: Tokens, name: str) -> str:
        known = {
            "access": tokens.access,
            "refresh": tokens.refresh,
            "expires_ms": tokens.expires_ms,
            "name": name,
        }
        return self._vault.seal(json.dumps(known))

    def _done(self, key: tuple[Member, str], task: asyncio.Task[_Opened]) -> None:
        del self._renewals[key]
        if not task.cancelled():
            task.exception()  # whoever waited has it; that nobody did is no fault


def _not_opened(member: Member, error: NotOpened) -> None:
    log.error(
        "The Spotify account of %s %s cannot be used (%s): add its key, or have it connected again.",
        member.platform,
        member.user_id,
        error,
    )
