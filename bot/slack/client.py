"""A client for one workspace: it comes back when Slack said so, and uses no token that Slack refused."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.budget import Budget
from bot.slack.refusals import EXPECTED, LOGGED_OUT, Answer, failure, reason, wait_s

log = logging.getLogger(__name__)

PATIENCE_S = 3.0
"""So long a request waits for its time; what would wait longer is refused at once."""
VOID = {"token_revoked", "account_inactive"}
"""What Slack takes no more for good; any other token that it refused is tried again after a while."""
REFUSED_S = 600.0
"""How long a refused token is not used."""
TELL_AGAIN_S = 3_600.0
"""How long the same refusal in the same room is not logged again."""
MOST_TOLD = 1_000
"""So many refusals are remembered."""


@dataclass(slots=True)
class Gate:
    """What one workspace lets us ask: no method before its Retry-After, nothing with a token that it refused.

    Slack counts requests by method, app and workspace (docs, "Rate limits"), and so does this.
    """

    workspace: str
    edits: Budget = field(default_factory=Budget)
    _rest_s: dict[str, float] = field(default_factory=dict)  # until when, by method
    _refused: dict[str, tuple[str, float]] = field(default_factory=dict)  # the newest token: why, until when
    _told_s: OrderedDict[tuple[str, str], float] = field(default_factory=OrderedDict)

    async def enter(self, method: str, token: str) -> None:
        """Waits a moment for a method's time.

        Raises:
            SlackApiError: it would be longer, or the token is refused.
        """
        now_s = time.monotonic()
        name, until_s = self._refused.get(token, ("", 0.0))
        if name and now_s < until_s:
            raise failure("Slack refused this token before.", Answer({"ok": False, "error": name}))
        wait = self._rest_s.get(method, 0.0) - now_s
        if wait > PATIENCE_S:
            headers = {"Retry-After": f"{wait:.0f}"}
            data = {"ok": False, "error": "ratelimited"}
            raise failure("Slack wants to be left alone.", Answer(data, headers, 429))
        await asyncio.sleep(max(0.0, wait))

    def refused(self, method: str, token: str, channel: str, error: SlackApiError) -> None:
        """Takes note of a refusal, and logs one of each kind for each room."""
        name = reason(error)
        if name in LOGGED_OUT:
            until_s = float("inf") if name in VOID else time.monotonic() + REFUSED_S
            self._refused = {token: (name, until_s)}
        if seconds := wait_s(error):
            self._rest_s[method] = time.monotonic() + seconds
            if method == "chat.update":
                self.edits.pause(seconds)
        self._log(method, channel, name or _status(error), error)

    def _log(self, method: str, channel: str, name: str, error: SlackApiError) -> None:
        now_s = time.monotonic()
        if name in EXPECTED or now_s - self._told_s.get((channel, name), -TELL_AGAIN_S) < TELL_AGAIN_S:
            return
        self._told_s[channel, name] = now_s
        self._told_s.move_to_end((channel, name))
        if len(self._told_s) > MOST_TOLD:
            self._told_s.popitem(last=False)
        where = f"{channel} of {self.workspace}" if channel else self.workspace
        log.warning("Slack refused %s in %s: %s%s", method, where, name, _more(error))


class Client(AsyncWebClient):
    """Slack's Web API in one workspace.

    Args:
        gate: the workspace's.
        token: the bot's.
        base_url: of the Web API.
        session: the connections that all share.
        logger: for the library's own lines.
    """

    def __init__(
        self,
        gate: Gate,
        token: str,
        base_url: str,
        session: aiohttp.ClientSession | None,
        logger: logging.Logger,
    ) -> None:
        super().__init__(token, base_url=base_url, session=session, logger=logger)
        self._gate = gate

    async def api_call(self, api_method: str, **how: Any) -> AsyncSlackResponse:
        """Calls a method.

        Raises:
            SlackApiError: it was refused; or nothing came, for which `reason` is empty.
        """
        token = self.token or ""
        await self._gate.enter(api_method, token)
        try:
            return await super().api_call(api_method, **how)
        except SlackApiError as error:
            self._gate.refused(api_method, token, _channel(how), error)
            raise
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            failed = failure(f"Nothing came ({type(error).__name__}).", Answer({}, status_code=0))
            self._gate.refused(api_method, token, _channel(how), failed)
            raise failed from error


def _channel(how: Mapping[str, Any]) -> str:
    """The channel that a request is about; empty where it is about none."""
    for each in ("json", "params", "data"):
        given = how.get(each)
        if isinstance(given, dict) and (channel := given.get("channel") or given.get("channel_id")):
            return str(channel)
    return ""


def _status(error: SlackApiError) -> str:
    """What came in place of an answer."""
    status = getattr(error.response, "status_code", None) or getattr(error.response, "status", None)
    return f"HTTP {status}" if status else "no answer"


def _more(error: SlackApiError) -> str:
    """What Slack says besides: of a scope that is missing, which; it comes back with a new installation."""
    data = getattr(error.response, "data", None)
    if not isinstance(data, dict) or data.get("error") != "missing_scope":
        return ""
    return f" (needed: {data.get('needed')}); install the app again to grant it"
