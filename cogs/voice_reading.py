"""Own music as something that a decoder reads: a file of this machine, or bytes that come from a server."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncGenerator, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from bot.party.errors import PartyError
from bot.playback.ports import Sound

Result = TypeVar("Result")

WITHIN_S = 15.0
"""So long a server may take for the next bytes; then the song is given up."""


class Reader:
    """A song's bytes for a worker thread, fetched by the event loop.

    A decoder reads a song from its beginning to its end, and seldom goes back: until then one request serves
    it.
    """

    def __init__(self, sound: Sound, loop: asyncio.AbstractEventLoop) -> None:
        self._sound, self._loop = sound, loop
        self._at = 0
        self._bytes: AsyncGenerator[bytes, None] | None = None
        self._left = b""

    def read(self, count: int = -1) -> bytes:
        """So many bytes, fewer at the end.

        Raises:
            OSError: they cannot be had.
        """
        return self._wait(self._read(count))

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Goes to a place.

        Raises:
            OSError: nobody knows where the end is.
        """
        size = self._sound.size
        if whence == io.SEEK_END and size is None:
            raise OSError("it has no known length")
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: size or 0}[whence]
        at = max(0, base + offset)
        if at != self._at:
            self._wait(self.close())
            self._at = at
        return self._at

    def tell(self) -> int:
        """Where it is."""
        return self._at

    async def close(self) -> None:
        """Ends the request; on the event loop."""
        self._left = b""
        if self._bytes is not None:
            under_way, self._bytes = self._bytes, None
            await under_way.aclose()

    def _wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(WITHIN_S)
        except TimeoutError:
            future.cancel()
            raise OSError("it does not come") from None
        except PartyError as error:
            raise OSError(str(error)) from error

    async def _read(self, count: int) -> bytes:
        if self._bytes is None:
            self._bytes = self._sound.read(self._at)
        while not self._left:
            try:
                self._left = await anext(self._bytes)
            except StopAsyncIteration:
                return b""
        given, self._left = (self._left, b"") if count < 0 else (self._left[:count], self._left[count:])
        self._at += len(given)
        return given


def readable(sound: Sound, loop: asyncio.AbstractEventLoop) -> Path | Reader:
    """What a decoder reads a song from."""
    return sound.path if sound.path is not None else Reader(sound, loop)
