"""The rate limits of the fake Slack, and how fast an app posts.

Slack counts by method, workspace and app, and promises a number of requests a minute for each method's tier
(docs.slack.dev, "Rate limits"). How large the bursts are that it takes besides is not said, so here are none.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable

from .slack_errors import HttpFailure

TIERS = {
    "chat.update": 50,  # tier 3
    "chat.delete": 50,  # tier 3
    "conversations.open": 50,  # tier 3
    "chat.postEphemeral": 100,  # tier 4
    "users.info": 100,  # tier 4
    "views.open": 100,  # tier 4
    "views.publish": 100,  # tier 4
}
"""How many requests a minute each method takes in a workspace, by its own page of Slack's reference."""
MINUTE_S = 60.0


class Limits:
    """Refuses what comes too fast, by method and workspace; counts the posts in each channel."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Measure with this clock, in seconds."""
        self._now = now
        self.tiers: dict[str, int] = {}  # those of `TIERS` that are held to
        self.refused: defaultdict[str, int] = defaultdict(int)  # by method
        self._rules: dict[str, tuple[int, float]] = {}
        self._calls: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._posts: defaultdict[str, deque[float]] = defaultdict(deque)
        self._rests: dict[tuple[str, str], float] = {}
        self._most: defaultdict[str, int] = defaultdict(int)
        self._peaks: defaultdict[str, int] = defaultdict(int)
        self.refuse_fast_posts = False

    def rule(self, method: str, count: int, per_s: float) -> None:
        """Let a method be called so many times in so many seconds."""
        self._rules[method] = (count, per_s)

    def rest(self, method: str, workspace: str, seconds: float) -> None:
        """Refuse a method in a workspace for so long, as Slack does after a 429, whoever asks."""
        self._rests[method, workspace] = self._now() + seconds

    def take(self, method: str, workspace: str) -> None:
        """Count a call; 429 if there were too many."""
        left_s = self._rests.get((method, workspace), 0.0) - self._now()
        if left_s > 0:
            self.refused[method] += 1
            raise HttpFailure(429, math.ceil(left_s))
        rule = (self.tiers[method], MINUTE_S) if method in self.tiers else None
        for name, each in (("", self._rules.get(method)), ("tier ", rule)):
            if each is not None:
                try:
                    self._admit(self._calls[name + method, workspace], *each)
                except HttpFailure:
                    self.refused[method] += 1
                    raise
        if method in TIERS:
            recent = self._calls["most " + method, workspace]
            self._forget(recent, MINUTE_S)
            recent.append(self._now())
            self._most[method] = max(self._most[method], len(recent))

    def most_in_a_minute(self, method: str) -> int:
        """The most calls of a method that a workspace took within a minute."""
        return self._most[method]

    def post(self, channel_id: str) -> None:
        """Count a post in a channel; 429 beyond one a second, where that is switched on."""
        recent = self._posts[channel_id]
        if self.refuse_fast_posts:
            self._admit(recent, 1, 1.0)
        else:
            self._forget(recent, 1.0)
            recent.append(self._now())
        self._peaks[channel_id] = max(self._peaks[channel_id], len(recent))

    def peak(self, channel_id: str) -> int:
        """The most posts that a channel got within one second."""
        return self._peaks[channel_id]

    def _forget(self, times: deque[float], per_s: float) -> None:
        while times and times[0] <= self._now() - per_s:
            times.popleft()

    def _admit(self, times: deque[float], count: int, per_s: float) -> None:
        self._forget(times, per_s)
        if len(times) >= count:
            raise HttpFailure(429, math.ceil(times[0] + per_s - self._now()) or 1)
        times.append(self._now())
