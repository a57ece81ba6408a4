"""A song of a Subsonic server, opened: it comes in pieces, and one that breaks off is gone on with."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

import aiohttp

from bot.party.errors import PartyError
from bot.playback.sources import subsonic_songs
from bot.playback.sources.kinds import MP3, kind_of
from bot.playback.sources.subsonic_answers import NotSignedIn, Refused, Trouble
from bot.playback.sources.subsonic_server import CHUNK_BYTES, Server

HEAD_BYTES = 1024
"""So much of a song tells what it is."""
TRIES = 3
"""So often a song that breaks off is gone on with, while nothing more of it comes."""
WAIT_S = 1.0
"""... and after this long, and twice as long."""
_RANGE = re.compile(r"bytes (\d{1,15})-\d{1,15}/(\d{1,15}|\*)")


class Sound:
    """An opened song: each piece of it is a request of its own, so that it can be begun anywhere.

    Args:
        server: which has it.
        ref: its id there.
        refused: what people are told where it does not come.
    """

    path: Path | None = None

    def __init__(self, server: Server, ref: str, refused: Callable[[Trouble], PartyError]) -> None:
        self._server, self._ref, self._refused = server, ref, refused
        self.size: int | None = None
        self.kind = ""

    async def begin(self) -> None:
        """Asks for its first bytes, which tell its size and kind.

        Raises:
            Trouble: the server does not send it.
        """
        async with self._asked(0, HEAD_BYTES) as answer:
            self.kind = subsonic_songs.told_kind(answer.content_type)
            if answer.status != HTTPStatus.PARTIAL_CONTENT:
                self.size = answer.content_length
            elif part := _RANGE.fullmatch(answer.headers.get("Content-Range", "")):
                self.size = int(part[2]) if part[2] != "*" else None
            head = await answer.content.read(HEAD_BYTES)
        if self.kind != MP3:  # whose tags may be longer
            self.kind = kind_of(BytesIO(head)) or self.kind

    async def read(self, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes]:
        """Its bytes from `start` up to, but without `end`; one that breaks off is gone on with.

        Raises:
            SongGone, SourceAway: the server does not send it any more.
        """
        ends = [each for each in (end, self.size) if each is not None]
        stop = min(ends) if ends else None
        place, tries = start, 0
        while stop is None or place < stop:
            before = place
            try:
                async with aclosing(self._piece(place, stop)) as chunks:
                    async for chunk in chunks:
                        place += len(chunk)
                        yield chunk
                if stop is None:
                    return
                trouble = Trouble("ends a song before its end")
            except Trouble as broken:
                trouble = broken
            tries = 0 if place > before else tries + 1
            if stop is not None and place >= stop:
                return
            if tries >= TRIES or isinstance(trouble, NotSignedIn | Refused):
                raise self._refused(trouble) from None
            await asyncio.sleep(tries * WAIT_S)

    @asynccontextmanager
    async def _asked(self, start: int, stop: int | None) -> AsyncGenerator[aiohttp.ClientResponse]:
        headers = {"Range": f"bytes={start}-{'' if stop is None else stop - 1}"}
        async with self._server.media("stream", headers, id=self._ref, format="raw") as answer:
            yield answer

    async def _piece(self, start: int, stop: int | None) -> AsyncGenerator[bytes]:
        """Bytes from `start` on, up to `stop` or where the server ends, even if it sends all of them."""
        async with self._asked(start, stop) as answer:
            place = 0
            if answer.status == HTTPStatus.PARTIAL_CONTENT:
                part = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
                place = int(part[1]) if part else -1
                if place != start:
                    raise Trouble("sends another part of a song than it was asked for")
            async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
                first = max(start - place, 0)
                wanted = chunk[first : None if stop is None else max(stop - place, 0)]
                place += len(chunk)
                if wanted:
                    yield wanted
                if stop is not None and place >= stop:
                    return
