"""The ways in which the fake Spotify fails when a test asks for it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from aiohttp import web

from .spotify_errors import ApiError

T = TypeVar("T")
ACCOUNTS_PATHS = ("/api/token", "/authorize")
"""Where the accounts service is."""


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
    """Limits, errors and delays by path prefix, such as `/me/player` or `/api/token`; None is all paths.

    None in place of a value ends a fault on a path, or without a path all faults of its kind.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        """Fail in no way yet; limits end by this clock."""
        self._now = now
        self._limits: dict[str, float] = {}
        self._quota_spent, self._quota_told_s = False, 0.0
        self._statuses: dict[str, int] = {}
        self._stalls: dict[str, float] = {}
        self._drips: dict[str, float] = {}
        self._gates: dict[str, Gate] = {}
        self._drops: dict[str, bool] = {}
        self._closing = asyncio.Event()

    def limit(self, retry_after_s: float | None, path: str | None = None) -> None:
        """Answer 429 for so long by the clock; None ends that."""
        _set(self._limits, path, None if retry_after_s is None else self._now() + retry_after_s)

    def exhaust(self, *, on: bool = True, retry_after_s: float = 0.0) -> None:
        """Have the developer account's quota used up, or no longer; a wait is told only if one is given.

        Spotify counts the Web API's requests, not those of its accounts service, and gives the answer a body
        of its own: Web API Changelog, July 2026, "429 error response for exceeded quota".
        """
        self._quota_spent, self._quota_told_s = on, retry_after_s

    def fail(self, status: int | None, path: str | None = None) -> None:
        """Answer with a status; None ends that."""
        _set(self._statuses, path, status)

    def stall(self, seconds: float | None, path: str | None = None) -> None:
        """Let answers wait for so many real seconds, what was asked being done; None ends that."""
        _set(self._stalls, path, seconds)

    def drip(self, seconds: float | None, path: str | None = None) -> None:
        """Send bodies a byte at a time with so many real seconds between; None ends that."""
        _set(self._drips, path, seconds)

    def drop(self, path: str | None = None, *, on: bool = True) -> None:
        """Close the connection without an answer, before anything is done; or no longer."""
        _set(self._drops, path, True if on else None)

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
        if _fitting(self._drops, path):
            raise ConnectionResetError
        for until in _fitting(self._limits, path):
            if until > self._now():
                headers = {"Retry-After": str(math.ceil(until - self._now()))}
                raise ApiError(429, "API rate limit exceeded", headers=headers)
        if self._quota_spent and not path.startswith(ACCOUNTS_PATHS):
            told_s = self._quota_told_s
            headers = {"Retry-After": str(math.ceil(told_s))} if told_s else {}
            raise ApiError(429, "Too many requests", "QUOTA_EXCEEDED", headers=headers)
        for status in _fitting(self._statuses, path):
            raise ApiError(status, "Service unavailable" if status == 503 else "Server error")

    async def linger(self, path: str, more_s: float = 0.0) -> None:
        """Wait as an answer on this path has to."""
        await self._wait(max([more_s, *_fitting(self._stalls, path)]))

    async def dripping(self, path: str, body: bytes) -> AsyncIterator[bytes]:
        """The parts of a body as they are to be sent."""
        seconds = max(_fitting(self._drips, path), default=None)
        if seconds is None:
            yield body
            return
        for byte in body:
            yield bytes([byte])
            await self._wait(seconds)

    def close(self) -> None:
        """Let nobody wait any longer."""
        self._closing.set()
        for gate in self._gates.values():
            gate.open()

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()


def drop(request: web.Request) -> None:
    """Close the connection that a request came on."""
    if request.transport is not None:
        request.transport.abort()


def _set(those: dict[str, T], path: str | None, value: T | None) -> None:
    if value is not None:
        those[path or ""] = value
    elif path is None:
        those.clear()
    else:
        those.pop(path, None)


def _fitting(those: dict[str, T], path: str) -> list[T]:
    return [value for prefix, value in those.items() if path.startswith(prefix)]
