"""The installs of Slack's app that have begun, known by secrets that are good once."""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.slack.ports import Store

log = logging.getLogger(__name__)

STATE_S = 600.0
"""How long somebody may take for an install."""


class States(AsyncOAuthStateStore):
    """The installs that have begun: each is known by a secret that is good once, for ten minutes.

    Args:
        store: where they are noted, hashed.
        clock: seconds since 1970.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store, self._clock = store, clock

    @property
    def logger(self) -> logging.Logger:
        """Where this class writes."""
        return log

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        """A new secret of 256 bits."""
        state = secrets.token_urlsafe(32)
        now_s = self._clock()
        async with self._store.writing() as tx:
            await tx.installs.save_state(_digest(state), int((now_s + STATE_S) * 1000), int(now_s * 1000))
        return state

    async def async_consume(self, state: str) -> bool:
        """Whether the secret is one of ours and in time; it is used up."""
        async with self._store.writing() as tx:
            return await tx.installs.consume_state(_digest(state), int(self._clock() * 1000))


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
