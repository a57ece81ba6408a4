"""The rate limits of the fake Discord's HTTP API."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from .discord_errors import ApiError
from .discord_model import FakeMessage, Timing

_MESSAGE = "You are being rate limited."
_OLD_EDITS = 3
_TOO_MANY_OLD_EDITS = "Maximum number of edits to messages older than 1 hour reached. Try again later"
_NOT_GLOBAL = ("/interactions/", "/webhooks/")


@dataclass
class Bucket:
    """So many requests in so many seconds, counted from the first; `refused` counts the rest."""

    method: str
    path_part: str
    limit: int
    per_s: float
    scope: str = "user"
    refused: int = 0
    _used: int = 0
    _resets_at: float = field(default=0.0)

    def covers(self, method: str, path: str) -> bool:
        """Whether a request counts here."""
        return method == self.method and self.path_part in path

    def take(self) -> dict[str, str]:
        """Count a request; the headers of its answer, or an ApiError of status 429."""
        at = time.monotonic()
        if at >= self._resets_at:
            self._used, self._resets_at = 0, at + self.per_s
        left_s = self._resets_at - at
        self._used += 1
        headers = self._headers(left_s)
        if self._used > self.limit:
            self.refused += 1
            raise too_many(left_s, headers, scope=self.scope)
        return headers

    def _headers(self, left_s: float) -> dict[str, str]:
        return {
            "X-RateLimit-Bucket": f"{abs(hash((self.method, self.path_part))):032x}",
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - self._used)),
            "X-RateLimit-Reset": f"{time.time() + left_s:.3f}",
            "X-RateLimit-Reset-After": f"{left_s:.3f}",
        }


class OldEdits:
    """Three edits in six seconds for all the old messages of a channel.

    The limit stands in discord-userdoccers, pull request 551. The refusal has the status of a rate limit and
    a code of its own (discord-api-docs, issue 4413).
    """

    def __init__(self) -> None:
        """Start without edits."""
        self._edits: defaultdict[str, list[float]] = defaultdict(list)

    def take(self, message: FakeMessage, timing: Timing) -> None:
        """Count an edit; an ApiError if the message is old and there were too many."""
        at = time.monotonic()
        age_s = time.time() - datetime.fromisoformat(message.created).timestamp()
        if age_s <= timing.old_s:
            return
        edits = [it for it in self._edits[message.channel.id] if at - it < timing.old_edits_s]
        if len(edits) >= _OLD_EDITS:
            error = too_many(timing.old_edits_s - (at - edits[0]), {}, scope="shared")
            error.body |= {"code": 30046, "message": _TOO_MANY_OLD_EDITS}
            raise error
        self._edits[message.channel.id] = [*edits, at]


class RateLimits:
    """The buckets and the global limit that a test has set."""

    def __init__(self) -> None:
        """Start without limits."""
        self.buckets: list[Bucket] = []
        self.global_until = 0.0

    def take(self, method: str, path: str) -> dict[str, str]:
        """Count a request; the headers of its answer, or an ApiError of status 429."""
        left_s = self.global_until - time.monotonic()
        # What answers interactions is not bound to the global limit.
        if left_s > 0 and not path.startswith(_NOT_GLOBAL):
            raise too_many(left_s, {"X-RateLimit-Global": "true"}, scope="global")
        headers: dict[str, str] = {}
        for bucket in self.buckets:
            if bucket.covers(method, path):
                headers |= bucket.take()
        return headers


def too_many(left_s: float, headers: dict[str, str], *, scope: str) -> ApiError:
    """The refusal of a request that came too early."""
    error = ApiError(429, 0, _MESSAGE)
    error.body |= {"retry_after": round(left_s, 3), "global": scope == "global"}
    error.headers = headers | {"X-RateLimit-Scope": scope, "Retry-After": str(max(1, round(left_s)))}
    return error
