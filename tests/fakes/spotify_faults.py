"""The ways in which the fake Spotify fails when a test asks for it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from .spotify_errors import ApiError

T = TypeVar("T")


class Gate:
    """Where requests wait: `arrived` is set once there is one, `open` lets all through."""

    def __init__(self) -> None:
        """Be shut."""
        self.arrived, self._opened = asyncio.Event(), asyncio.Event()

    async def pass_through(self) -> None:
        """Wait at the gate."""
        self.arrived.set()
        await self._opened.wait()

    def open(self) -> None:
        """Let through who waits, and who comes later."""
        self._opened.set()


class Faults:
    """Limits, errors and delays by path prefix, such as `/me/player` or `/api/token`; None is all."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Fail in no way yet; limits end by this clock."""
        self._now = now
        self._limits: dict[str, float] = {}
        self._statuses: dict[str, int] = {}
        self._stalls: dict[str, float] = {}
        self._drips: dict[str, float] = {}
        self._gates: dict[str, Gate] = {}
        self._drops: set[str] = set()

    def limit(self, retry_after_s: float | None, path: str | None = None) -> None:
        """Answer 429 for so long by the clock; None takes the limit back."""
        _set(self._limits, path, None if retry_after_s is None else self._now() + retry_after_s)

    def fail(self, status: int | None, path: str | None = None) -> None:
        """Answer with a status; None takes that back."""
        _set(self._statuses, path, status)

    def stall(self, seconds: float | None, path: str | None = None) -> None:
        """Let answers wait for so many real seconds; None takes that back."""
        _set(self._stalls, path, seconds)

    def drip(self, seconds: float | None, path: str | None = None) -> None:
        """Send bodies a byte at a time with so many real seconds between; None takes that back."""
        _set(self._drips, path, seconds)

    def drop(self, path: str | None = None, *, on: bool = True) -> None:
        """Close the connection without an answer, or no longer."""
        (self._drops.add if on else self._drops.discard)(path or "")

    @contextmanager
    def held(self, path: str | None = None) -> Iterator[Gate]:
        """Hold requests until the gate is opened, or this is left."""
        gate = self._gates[path or ""] = Gate()
        try:
            yield gate
        finally:
            del self._gates[path or ""]
            gate.open()

    async def meet(self, path: str) -> None:
        """Wait as a request to this path has to; ConnectionResetError to drop it, or the ApiError."""
        for gate in _fitting(self._gates, path):
            await gate.pass_through()
        for seconds in _fitting(self._stalls, path):
            await asyncio.sleep(seconds)
        if any(path.startswith(it) for it in self._drops):
            raise ConnectionResetError
        for until in _fitting(self._limits, path):
            if until > self._now():
                headers = {"Retry-After": str(math.ceil(until - self._now()))}
                raise ApiError(429, "API rate limit exceeded", headers=headers)
        for status in _fitting(self._statuses, path):
            raise ApiError(status, "Service unavailable" if status == 503 else "Server error")

    def drip_s(self, path: str) -> float | None:
        """How long to wait between two bytes of an answer."""
        return next(iter(_fitting(self._drips, path)), None)


def _set(those: dict[str, T], path: str | None, value: T | None) -> None:
    if value is None:
        those.pop(path or "", None)
    else:
        those[path or ""] = value


def _fitting(those: dict[str, T], path: str) -> list[T]:
    return [value for prefix, value in those.items() if path.startswith(prefix)]
