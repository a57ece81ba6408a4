"""The files of own music, for the page that sounds: by links that nobody can guess and that end with it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from hashlib import blake2b

from aiohttp import web

from bot.party.errors import PartyError
from bot.party.words import Entry
from bot.playback.errors import SourceAway
from bot.playback.ports import Opener, Sound
from bot.playback.words import OwnSong

PATH = "/sound/"
LONGEST_LEFT_MS = 15 * 60_000
"""A link is good for the song's length and so much longer, since it was last said to play or be next."""
FADES_MS = 15_000
"""The link to what is over is good for so long: its last seconds may still be heard under the next song."""
UNKNOWN_LENGTH_MS = 6 * 3_600_000
"""As how long a song counts whose length nobody knows."""
MOST_AT_ONCE = 8
"""So many answers of one speaker may be under way: a browser asks for a song in a few parts."""
KIND = re.compile(r'(audio|video)/[\w.+-]{1,60}(; codecs="?[\w.,+-]{1,60}"?)?', re.ASCII)
"""The kinds of files that are told as they are (RFC 6381 for `codecs`): no browser guesses them."""
ANY_KIND = "application/octet-stream"
TRY_AGAIN_S = "5"


@dataclass(slots=True, eq=False)
class Ticket:
    """What a link is good for."""

    speaker: str
    entry_id: int
    song: OwnSong
    until_ms: int
    ended: bool = False


class SongLinks:
    """Links to songs, each for one speaker.

    Args:
        source: finds where a song comes from, by the source's name.
        now_ms: the party's time.
    """

    def __init__(self, source: Callable[[str], Opener], now_ms: Callable[[], int]) -> None:
        self._source = source
        self._now_ms = now_ms
        self._tickets: dict[str, Ticket] = {}
        self._under_way: dict[str, int] = {}

    def link(self, speaker: str, entry: Entry, song: OwnSong) -> str:
        """The path at which a speaker finds a song; the same for as long as it plays or is next."""
        until_ms = self._now_ms() + (song.track.duration_ms or UNKNOWN_LENGTH_MS) + LONGEST_LEFT_MS
        for token, ticket in self._of(speaker):
            if ticket.entry_id == entry.id and ticket.song == song:
                ticket.until_ms = until_ms
                return f"{PATH}{token}"
        token = secrets.token_urlsafe(24)
        self._tickets[token] = Ticket(speaker, entry.id, song, until_ms)
        return f"{PATH}{token}"

    def keep(self, speaker: str, entry_ids: set[int]) -> None:
        """Ends a speaker's links to all other songs, as soon as these can have faded out."""
        now_ms = self._now_ms()
        for token, ticket in self._of(speaker):
            if ticket.entry_id not in entry_ids:
                ticket.until_ms = min(ticket.until_ms, now_ms + FADES_MS)
                if ticket.until_ms <= now_ms:
                    del self._tickets[token]

    def end(self, speaker: str) -> None:
        """Ends all links of a speaker, and what is being sent by them."""
        for token, ticket in self._of(speaker):
            ticket.ended = True
            del self._tickets[token]

    def _of(self, speaker: str) -> list[tuple[str, Ticket]]:
        return [(token, ticket) for token, ticket in self._tickets.items() if ticket.speaker == speaker]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Sends a song, or the part of it that is asked for (RFC 9110, 14.2: one range)."""
        ticket = self._tickets.get(request.match_info["token"])
        if ticket is None or ticket.until_ms < self._now_ms():
            raise web.HTTPNotFound(headers={"Cache-Control": "no-store"})
        under_way = self._under_way.get(ticket.speaker, 0)
        if under_way >= MOST_AT_ONCE:
            raise web.HTTPTooManyRequests(headers={"Retry-After": TRY_AGAIN_S, "Cache-Control": "no-store"})
        self._under_way[ticket.speaker] = under_way + 1
        try:
            async with self._source(ticket.song.source).open(ticket.song.ref) as sound:
                return await _send(request, ticket, sound)
        except SourceAway:
            raise web.HTTPServiceUnavailable(
                headers={"Retry-After": TRY_AGAIN_S, "Cache-Control": "no-store"}
            ) from None
        except (PartyError, KeyError):  # it is gone, or the source is
            raise web.HTTPGone(headers={"Cache-Control": "no-store"}) from None
        finally:
            self._under_way[ticket.speaker] -= 1
            if not self._under_way[ticket.speaker]:
                del self._under_way[ticket.speaker]


async def _send(request: web.Request, ticket: Ticket, sound: Sound) -> web.StreamResponse:
    tag = blake2b(ticket.song.version.encode(), digest_size=12).hexdigest()
    kind = ticket.song.kind or sound.kind
    response = web.StreamResponse(
        headers={
            "Content-Type": kind if KIND.fullmatch(kind) else ANY_KIND,
            "Cache-Control": "no-store",
            "ETag": f'"{tag}"',
        }
    )
    start, end = 0, sound.size
    if sound.size is not None:
        response.headers["Accept-Ranges"] = "bytes"
        wanted = _range(request, tag, sound.size)
        if wanted is not None:
            start, end = wanted
            response.set_status(206)
            response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{sound.size}"
        response.content_length = (end or 0) - start
    await response.prepare(request)
    if request.method != "HEAD":
        await _write(request, response, ticket, sound, start, end)
    return response


async def _write(
    request: web.Request,
    response: web.StreamResponse,
    ticket: Ticket,
    sound: Sound,
    start: int,
    end: int | None,
) -> None:
    """Sends the bytes; what cannot be had in the middle, or not any more, ends the connection."""
    try:
        async with aclosing(sound.read(start, end)) as chunks:
            async for chunk in chunks:
                if ticket.ended:
                    break
                await response.write(chunk)
            else:
                return
    except ConnectionError:
        return  # the browser has had enough of it
    except PartyError:
        pass
    if request.transport is not None:
        request.transport.abort()


def _range(request: web.Request, tag: str, size: int) -> tuple[int, int] | None:
    """From where to where the browser wants it; None for all of it.

    Raises:
        HTTPRequestRangeNotSatisfiable: it ends before, or several parts are wanted.
    """
    if request.headers.get("If-Range", f'"{tag}"') != f'"{tag}"' or "Range" not in request.headers:
        return None
    try:
        asked = request.http_range
    except ValueError:
        raise _beyond(size) from None
    start = asked.start or 0
    start, end = (max(0, size + start), size) if start < 0 else (start, min(asked.stop or size, size))
    if start >= end:
        raise _beyond(size)
    return start, end


def _beyond(size: int) -> web.HTTPRequestRangeNotSatisfiable:
    return web.HTTPRequestRangeNotSatisfiable(
        headers={"Content-Range": f"bytes */{size}", "Cache-Control": "no-store"}
    )
