"""The rate limits of the fake Slack, and how fast an app posts."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable

from .slack_errors import HttpFailure


class Limits:
    """Refuses what comes too fast, by method and team; counts the posts in each channel."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Measure with this clock, in seconds."""
        self._now = now
        self._rules: dict[str, tuple[int, float]] = {}
        self._calls: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._posts: defaultdict[str, deque[float]] = defaultdict(deque)
        self._peaks: defaultdict[str, int] = defaultdict(int)
        self.refuse_fast_posts = False

    def rule(self, method: str, count: int, per_s: float) -> None:
        """Let a method be called so many times in so many seconds."""
        self._rules[method] = (count, per_s)

    def take(self, method: str, token: str) -> None:
        """Count a call; 429 if there were too many."""
        if method in self._rules:
            count, per_s = self._rules[method]
            self._admit(self._calls[method, token], count, per_s)

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
