"""Delivers to the app's own URL, with signed requests."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp

from .slack_model import Json, Kind
from .slack_world import World

Signing = Literal["good", "forged", "old", "unsigned", "garbled"]

_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_OLD_S = 3600


@dataclass(frozen=True)
class Retry:
    """What Slack says when it delivers an event again: the number from 1, and why."""

    number: int
    reason: str = "http_timeout"


@dataclass(frozen=True)
class Answer:
    """What the app answered within the time it has."""

    status: int
    body: Any
    elapsed_ms: float


class HttpDelivery:
    """Posts to one URL as Slack does."""

    def __init__(self, world: World, url: str) -> None:
        """Deliver to this URL."""
        self._world = world
        self._url = url
        self._session = aiohttp.ClientSession()
        self.signing: Signing = "good"

    async def close(self) -> None:
        """Let go of the connections."""
        await self._session.close()

    async def send(self, kind: Kind, payload: Json, retry: Retry | None, envelope_id: str) -> Answer:
        """Deliver; TimeoutError after `ack_s`, ConnectionError if nobody is there."""
        body, content_type = _body(kind, payload)
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        headers |= self._signature(body)
        if retry is not None:
            headers |= {"X-Slack-Retry-Num": str(retry.number), "X-Slack-Retry-Reason": retry.reason}
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._world.timing.ack_s):
                async with self._session.post(self._url, data=body, headers=headers) as response:
                    text = await response.text()
        except aiohttp.ClientError as error:
            raise ConnectionError(str(error)) from error
        elapsed_ms = 1000 * (time.monotonic() - started)
        is_json = response.content_type == _JSON
        return Answer(response.status, json.loads(text) if is_json and text else text, elapsed_ms)

    def _signature(self, body: str) -> dict[str, str]:
        if self.signing == "unsigned":
            return {}
        # The app has a clock of its own, on which no time passes by at a test's word.
        at = str(int(time.time()) - (_OLD_S if self.signing == "old" else 0))
        secret = "somebody else's" if self.signing == "forged" else self._world.signing_secret
        digest = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        shown_at = "yesterday" if self.signing == "garbled" else at
        return {"X-Slack-Request-Timestamp": shown_at, "X-Slack-Signature": f"v0={digest}"}


def _body(kind: Kind, payload: Json) -> tuple[str, str]:
    match kind:
        case "slash_commands":
            return urlencode(payload), _FORM
        case "interactive":
            return urlencode({"payload": json.dumps(payload)}), _FORM
        case "events_api":
            return json.dumps(payload), _JSON
