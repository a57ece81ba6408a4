"""How Spotify is called: in a thread, one attempt, in time, and if the breaker lets it.

spotipy is synchronous and, left to itself, sleeps through whatever wait Spotify asks for: here every call
runs in a small pool of threads, makes one attempt, ends within `WITHIN_S`, and what is asked of us goes to
the breaker.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import TypeVar

import requests
import spotipy
from spotipy.oauth2 import SpotifyOauthError

from bot.playback.errors import (
    DeviceRefuses,
    NoDevice,
    NothingBehindLink,
    NotOnTheList,
    NotPremium,
    SpotifyAway,
    SpotifyBusy,
    SpotifyRefuses,
    SpotifyRests,
)
from bot.spotify.breaker import Breaker
from bot.spotify.ports import AccessRefused, GrantRefused

THREADS = 6
WITHIN_S = 5.0
"""A call takes no longer than this, whatever Spotify does."""
MOST_WAITING = 64
"""So many calls may be under way or wait for a thread."""
REST_S = 30.0
"""How long we wait when Spotify asks for a wait and does not say how long."""
QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
"""The reason that a 429 gives when it is the quota that is used up (Web API Changelog, July 2026)."""

Result = TypeVar("Result")


class Calls:
    """Runs what asks Spotify something, and says what its answers mean.

    Args:
        breaker: knows when Spotify wants to be left alone.
        clock: seconds since 1970.
    """

    def __init__(self, breaker: Breaker, clock: Callable[[], float] = time.time) -> None:
        self._breaker, self._clock = breaker, clock
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="spotify")
        self._slots = asyncio.Semaphore(THREADS)
        self._waiting = 0

    async def resting(self) -> SpotifyRests | None:
        """What to tell people while Spotify is left alone; None while it is not. Nothing is asked."""
        return await self._breaker.resting()

    def close(self) -> None:
        """Starts no more calls."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def run(self, work: Callable[[], Result], *, once: bool = False) -> Result:
        """Runs work in a thread, if Spotify may be asked; one attempt, and what came of it is noted.

        What Spotify gives only `once` would be lost if we did not wait: the wait for a thread does not count.
        """
        if self._waiting >= MOST_WAITING:
            raise SpotifyBusy
        self._waiting += 1
        try:
            async with asyncio.timeout(WITHIN_S) as limit, self._slots:
                await self._breaker.admit()  # only now: who stood in line before has found out meanwhile
                loop = asyncio.get_running_loop()
                if once:
                    limit.reschedule(loop.time() + WITHIN_S)
                result = await loop.run_in_executor(self._threads, work)
        except (TimeoutError, requests.RequestException):
            await self._breaker.failed()
            raise SpotifyAway from None
        except (spotipy.SpotifyException, SpotifyOauthError) as error:
            raise await self._meant(error) from None  # its text holds addresses, and may hold more
        finally:
            self._waiting -= 1
        await self._breaker.answered()
        return result

    async def _meant(self, error: Exception) -> Exception:
        """What an answer of Spotify's means, and what follows from it for the next ones."""
        status, headers = _status(error)
        if status == 429:
            told, now_s = headers.get("Retry-After"), self._clock()
            if getattr(error, "reason", None) == QUOTA_EXCEEDED:
                return await self._breaker.quota_spent(_retry_after_s(told, now_s))
            return await self._breaker.rest(_retry_after_s(told, now_s))
        if status >= 500:
            await self._breaker.failed()
            return SpotifyAway()
        await self._breaker.answered()
        if isinstance(error, SpotifyOauthError):  # of an app that is set up wrongly, no grant is bad
            return GrantRefused() if error.error == "invalid_grant" else SpotifyRefuses()
        return _refused(status, str(error.reason or ""), str(error.msg or "").casefold())  # type: ignore[attr-defined] # SpotifyException has them


def _status(error: Exception) -> tuple[int, Mapping[str, str]]:
    """The HTTP status and headers of an answer; spotipy leaves those of the accounts service in the cause."""
    if isinstance(error, spotipy.SpotifyException):
        return int(error.http_status), error.headers or {}
    response = getattr(error.__context__, "response", None)
    return (response.status_code, response.headers) if response is not None else (400, {})


def _retry_after_s(value: str | None, now_s: float) -> float:
    """How long to wait, from seconds or a date (RFC 9110, 10.2.3)."""
    if value is None:
        return REST_S
    try:
        return float(int(value))
    except ValueError:
        try:
            return parsedate_to_datetime(value).timestamp() - now_s
        except ValueError:
            return REST_S


def _refused(status: int, reason: str, message: str) -> Exception:
    if status == 401:
        return AccessRefused()
    if reason == "PREMIUM_REQUIRED":
        return NotPremium()
    if "not registered" in message:
        return NotOnTheList()
    if reason == "NO_ACTIVE_DEVICE":
        return NoDevice()
    if status == 403 and reason:  # only the player gives reasons
        return DeviceRefuses()
    if status == 404:
        return NothingBehindLink()
    return SpotifyRefuses()
