"""Slack's installations: sealed in the store, held in memory for a while, their tokens renewed in time."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.party.patience import patient
from bot.slack.ports import Store
from bot.slack.renewal import Renewal
from bot.vault import NotOpened, Vault

log = logging.getLogger(__name__)

KEEP_S = 60.0
MOST = 2_000
"""How long and how many installations are held without a look into the store."""
SOON_S = 2 * 3600.0
"""How long before its end a token is renewed."""


@dataclass(slots=True, repr=False)
class _Held:
    installation: Installation
    sealed: str
    until_s: float
    refused: bool = False


class Installs(AsyncInstallationStore):
    """Where the app is installed, for slack_sdk and Bolt.

    An installation is known by the id of its workspace, or of its organisation if it is for all of that. What
    is asked again within a minute or so is answered from memory; older answers are given too, and looked up
    meanwhile. What is handed out names no refresh token, so that Bolt leaves the renewing to this class.

    Args:
        store: where installations are kept.
        vault: what seals them.
        client_id: the app's, for renewing tokens.
        client_secret: the app's.
        base_url: of Slack's Web API.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        store: Store,
        vault: Vault,
        client_id: str,
        client_secret: str,
        *,
        base_url: str = AsyncWebClient.BASE_URL,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._renewal = Renewal(client_id, client_secret, base_url)
        self._store, self._vault, self._clock = store, vault, clock
        self._cache: OrderedDict[str, _Held] = OrderedDict()
        self._changes = 0
        self._tasks: dict[tuple[str, str], asyncio.Task[_Held | None]] = {}

    @property
    def logger(self) -> logging.Logger:
        """Where this class writes."""
        return log

    async def close(self) -> None:
        """Ends what goes on in the background."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def bot_token(self, enterprise_id: str | None, team_id: str | None) -> str | None:
        """The bot's token for a workspace: its own, else its organisation's; None where there is none.

        One that ends within two hours is renewed first, by one request for all who ask.
        """
        for workspace in filter(None, (team_id, enterprise_id)):
            found = await self._current(workspace, wait=True)
            if found is not None and found.bot_token:
                return found.bot_token
        return None

    async def reseal(self) -> int:
        """Seals all with the vault's first key, after which no other is needed; returns how many."""
        if not self._vault.rotating:
            return 0
        async with self._store.writing() as tx:
            kept = await tx.installs.all()
        count = 0
        for workspace, sealed in kept:
            try:
                fresh = self._vault.rotate(sealed)
            except NotOpened as error:
                _not_opened(workspace, error)
                continue
            async with self._store.writing() as tx:
                count += await tx.installs.swap(workspace, sealed, fresh, self._now_ms())
        return count

    @patient  # Slack gives what is kept here only once
    async def async_save(self, installation: Installation) -> None:
        """Keeps an installation in place of an earlier one."""
        workspace = _workspace(
            installation.enterprise_id, installation.team_id, installation.is_enterprise_install
        )
        if not workspace:
            raise ValueError("an installation in no workspace")
        whole = installation.is_enterprise_install or not installation.team_id
        sealed = self._seal(installation)
        async with self._store.writing() as tx:
            await tx.installs.save(
                installation.enterprise_id or "",
                "" if whole else installation.team_id or "",
                sealed,
                self._now_ms(),
            )
        self._drop(workspace)

    async def async_save_bot(self, bot: Bot) -> None:
        """Keeps a bot, beside what is known of its installation."""
        held = await self._load(_workspace(bot.enterprise_id, bot.team_id, bot.is_enterprise_install))
        known = held.installation.to_dict_for_copying() if held else {"user_id": ""}
        values = bot.to_dict_for_copying()
        await self.async_save(Installation(**{**known, **values}))

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """The bot of a workspace or, if it says so or names none, of an organisation."""
        found = await self.async_find_installation(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return found.to_bot() if found is not None and found.bot_token else None

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """The installation of a workspace or organisation, if that user made it where one is named."""
        found = await self._current(_workspace(enterprise_id, team_id, is_enterprise_install), wait=False)
        if found is None or user_id not in (None, found.user_id):
            return None
        shown = Installation(**found.to_dict_for_copying())  # Bolt writes into what it gets
        shown.bot_refresh_token = shown.bot_token_expires_at = None
        shown.user_refresh_token = shown.user_token_expires_at = None
        return shown

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forgets the installation of a workspace or organisation: it is for the bot."""
        workspace = _workspace(enterprise_id, team_id)
        async with self._store.writing() as tx:
            await tx.installs.drop(workspace)
        self._drop(workspace)

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Forgets an installation, or of it only what was a user's own, for the bot goes on without."""
        if user_id is None:
            await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)
            return
        held = await self._load(_workspace(enterprise_id, team_id))
        if held is not None and held.installation.user_id == user_id:
            rest = Installation(**held.installation.to_dict_for_copying())
            rest.user_token = rest.user_refresh_token = rest.user_token_expires_at = None
            await self._swap(_workspace(enterprise_id, team_id), held, rest)

    async def async_delete_all(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forgets the installation of a workspace or organisation."""
        await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)

    async def _current(self, workspace: str, *, wait: bool) -> Installation | None:
        """What is good now. While it is renewed, only who wants to or has to waits."""
        held = await self._held(workspace)
        if held is not None and self._ends_within(held, SOON_S) and not held.refused:
            renewal = self._once(self._renew, workspace)
            if wait or self._ends_within(held, 0):
                held = await asyncio.shield(renewal)
        return None if held is None or self._ends_within(held, 0) else held.installation

    async def _held(self, workspace: str) -> _Held | None:
        held = self._cache.get(workspace)
        if held is None:
            return await self._load(workspace)
        self._cache.move_to_end(workspace)
        if held.until_s <= self._clock():
            self._once(self._load, workspace)
        return held

    @patient
    async def _load(self, workspace: str) -> _Held | None:
        """What the store has, held for a while."""
        before = self._changes
        async with self._store.writing() as tx:
            sealed = await tx.installs.get(workspace)
        held = self._open(workspace, sealed)
        if before == self._changes:  # or it may be what was there before a change
            self._keep(workspace, held)
        return held

    def _open(self, workspace: str, sealed: str | None) -> _Held | None:
        if sealed is None:
            return None
        try:
            installation = Installation(**json.loads(self._vault.open(sealed)))
        except NotOpened as error:
            _not_opened(workspace, error)
            return None
        return _Held(installation, sealed, self._clock() + KEEP_S)

    def _keep(self, workspace: str, held: _Held | None) -> None:
        self._cache.pop(workspace, None)
        if held is not None:
            self._cache[workspace] = held
            if len(self._cache) > MOST:
                self._cache.popitem(last=False)

    def _drop(self, workspace: str) -> None:
        self._changes += 1
        self._cache.pop(workspace, None)

    def _once(
        self, work: Callable[[str], Coroutine[Any, Any, _Held | None]], workspace: str
    ) -> asyncio.Task[_Held | None]:
        """The task that does this for this workspace, started unless it runs."""
        key = (work.__name__, workspace)
        if key not in self._tasks:
            task = self._tasks[key] = asyncio.create_task(work(workspace))
            task.add_done_callback(lambda done: self._done(key, done))
        return self._tasks[key]

    def _done(self, key: tuple[str, str], task: asyncio.Task[_Held | None]) -> None:
        del self._tasks[key]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.warning(
                "The Slack installation of %s cannot be looked up (%s).", key[1], type(error).__name__
            )

    async def _renew(self, workspace: str) -> _Held | None:
        """What the store has, with a token that lasts if Slack gives one."""
        held = await self._load(workspace)
        if held is None or not self._ends_within(held, SOON_S):
            return held
        renewed = await self._renewal.ask(workspace, held.installation)
        if renewed is not None:
            await self._swap(workspace, held, renewed)
            return await self._load(workspace)
        found = await self._load(workspace)  # another process may have been faster
        if found is not None:
            found.refused = True  # until it is looked up again
        return found

    @patient  # the tokens before are void
    async def _swap(self, workspace: str, held: _Held, installation: Installation) -> None:
        """Replaces what was read, unless it was changed or deleted meanwhile."""
        sealed = self._seal(installation)
        async with self._store.writing() as tx:
            await tx.installs.swap(workspace, held.sealed, sealed, self._now_ms())
        self._drop(workspace)

    def _ends_within(self, held: _Held, seconds: float) -> bool:
        end_s = held.installation.bot_token_expires_at
        return end_s is not None and end_s <= self._clock() + seconds

    def _seal(self, installation: Installation) -> str:
        return self._vault.seal(json.dumps(installation.to_dict_for_copying(), default=datetime.isoformat))

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


class Single:
    """One token for every workspace, from the settings: no install, no database.

    Args:
        token: the bot's.
    """

    def __init__(self, token: str) -> None:
        self._token = token

    async def bot_token(self, enterprise_id: str | None, team_id: str | None) -> str | None:
        """The token."""
        return self._token

    async def async_delete_all(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Nothing: the token is the operator's to take out of the settings."""

    async def reseal(self) -> int:
        """Nothing is sealed."""
        return 0

    async def close(self) -> None:
        """Nothing."""


def _workspace(enterprise_id: str | None, team_id: str | None, whole: bool | None = False) -> str:
    """What an installation is known by; the ids of workspaces and of organisations never meet."""
    return (None if whole else team_id) or enterprise_id or ""


def _not_opened(workspace: str, error: NotOpened) -> None:
    log.error(
        "The Slack installation of %s cannot be used (%s): add its key, or install the app again.",
        workspace,
        error,
    )
