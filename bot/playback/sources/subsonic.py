"""Music from an OpenSubsonic server: Navidrome, Gonic, Ampache, Nextcloud, Jellyfin's plug-in and others.

The whole library is what `search3` finds for nothing. OpenSubsonic asks for that ("search3": servers must
support an empty query), but Navidrome before 0.49 takes two quotation marks in its place
(music-assistant/server#1037), and others neither: their albums are gone through one by one.

Songs are asked for as they are (`format=raw`): a server may otherwise send another form than it announced,
as Navidrome does for clients that have a transcoding. No `estimateContentLength` goes with it: a length that
is guessed would be taken for the file's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass

from bot.playback.errors import SongGone, SourceAway
from bot.playback.sources import subsonic_songs
from bot.playback.sources.pictures import LARGEST_PICTURE, picture_kind
from bot.playback.sources.subsonic_answers import (
    GONE,
    Json,
    NotSignedIn,
    Refused,
    Trouble,
    listed,
    number,
    text,
)
from bot.playback.sources.subsonic_server import Hello, Server, read
from bot.playback.sources.subsonic_sound import Sound
from bot.playback.words import Found

log = logging.getLogger(__name__)

NAME = "subsonic"
PAGE = 250
"""So many songs are asked for at once; a server may send fewer."""
ALBUMS_PAGE = 500
"""The most albums that `getAlbumList2` sends at once."""
MOST_SONGS = 1_000_000
PASSES = 3
"""A server that goes through its own files meanwhile is gone through so often at most."""
LOOK_S = 60.0
"""How often it is asked whether it has other songs."""
LOOK_AGAIN_S = 6 * 3600.0
"""After so long its songs are gone through again: not every server says when they changed."""
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 600.0
"""A server that is away is asked again after twice as long each time, up to this."""
COVER_SIZE = 600


@dataclass(frozen=True, slots=True)
class Status:
    """How far a server is with its own files."""

    scanning: bool
    songs: int | None
    last: str  # when it last looked, where it says that


class Subsonic:
    """A server's songs.

    Args:
        url: its address.
        user: whose songs.
        password: theirs.
    """

    name = NAME

    def __init__(self, url: str, user: str, password: str) -> None:
        self._server = Server(url, user, password)
        self._away = False  # and the log says so
        self._whole = False  # whether the last look came to its end
        self._seen: Status | None = None  # how it was then
        self._pause_s = FIRST_PAUSE_S
        self._lost = asyncio.Event()

    async def look(self, known: Mapping[str, str]) -> AsyncGenerator[Found]:
        """Every song there is, once; without its track where its version is as known.

        A song is only left out where it is surely gone: not while the server goes through its own files, and
        not where it suddenly has none at all, for then its disk may not be there.

        Raises:
            SourceAway: not all could be gone through.
        """
        self._whole = False
        try:
            seen: set[str] = set()
            before = await self.status()
            for _ in range(PASSES):
                async with aclosing(self._children()) as children:
                    async for child in children:
                        found = subsonic_songs.found(child, known)
                        if found is not None and found.ref not in seen:
                            seen.add(found.ref)
                            yield found
                after = await self.status()
                busy = after is not None and (after != before or after.scanning)
                before = after
                if not busy:
                    break
        except Trouble as trouble:
            raise self._gone_away(trouble) from None
        self._back()
        self._lost.clear()
        if known and not seen:
            log.warning("The Subsonic server has no songs any more. I keep in mind those that it had.")
        for ref in known.keys() - seen if busy or not seen else ():
            yield Found(ref, known[ref], away=not seen)
        self._whole, self._seen, self._pause_s = True, None if busy else before, FIRST_PAUSE_S

    @asynccontextmanager
    async def open(self, ref: str) -> AsyncGenerator[Sound]:
        """A song.

        Raises:
            SongGone: the server does not have it any more.
            SourceAway: the server does not send it.
        """
        sound = Sound(self._server, ref, self._refused)
        try:
            await sound.begin()
        except Trouble as trouble:
            raise self._refused(trouble) from None
        yield sound

    async def cover(self, ref: str) -> tuple[bytes, str] | None:
        """A song's picture and its MIME type; None where there is none that can be had."""
        try:
            song = (await self._server.call("getSong", id=ref)).get("song")
            cover = text(song, "coverArt") if isinstance(song, dict) else ""
            if not cover:
                return None
            async with self._server.media("getCoverArt", {}, id=cover, size=COVER_SIZE) as answer:
                data = await read(answer, LARGEST_PICTURE)
            kind = picture_kind(data)
            return (data, kind) if kind else None
        except Trouble as trouble:
            log.debug("A cover was not to be had: the Subsonic server %s.", trouble.reason)
            return None

    async def changed(self) -> None:
        """Returns when its songs may be others: as its scans say, or after six hours.

        And when it goes away, so that nothing of it is taken for what can sound, and when it is back.
        """
        loop = asyncio.get_running_loop()
        until_s = loop.time() + LOOK_AGAIN_S
        while loop.time() < until_s:
            await self._rest()
            try:
                now = await self.status()
            except Trouble as trouble:
                self._gone_away(trouble)
                if self._whole:
                    return
                continue
            if not self._whole:
                return
            self._back()
            if now is not None and now != self._seen and not now.scanning:
                return

    async def _rest(self) -> None:
        """Until it should be asked again: while all is well also when a song does not come."""
        if not self._whole:
            await asyncio.sleep(self._pause_s)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await self._lost.wait()
        self._lost.clear()

    async def close(self) -> None:
        """Ends all connections."""
        await self._server.close()

    async def hello(self) -> Hello:
        """Who the server says it is.

        Raises:
            Trouble: see `Server.call`.
        """
        return await self._server.hello()

    async def status(self) -> Status | None:
        """How far it is with its own files; None where it does not say so.

        Raises:
            Trouble: it does not answer.
        """
        try:
            told = (await self._server.call("getScanStatus")).get("scanStatus")
        except NotSignedIn:
            raise
        except Refused:
            return None
        if not isinstance(told, dict):
            return None
        last = text(told, "lastScan")  # Navidrome's and Gonic's
        return Status(told.get("scanning") is True, number(told, "count"), last[:40])

    @property
    def server(self) -> Server:
        """The server itself."""
        return self._server

    def _refused(self, trouble: Trouble) -> SongGone | SourceAway:
        """What people are told of a song that does not come."""
        if not isinstance(trouble, Refused):
            return self._gone_away(trouble)
        if trouble.code in {GONE, None}:
            return SongGone()
        log.warning("A song does not come: the Subsonic server %s.", trouble.reason)
        return SourceAway()

    def _gone_away(self, trouble: Trouble) -> SourceAway:
        """Says it once in the log; the pauses grow until everything could be gone through."""
        if not self._away:
            mend = f"; {trouble.mend}" if trouble.mend else ""
            log.warning("The Subsonic server %s%s. I keep trying.", trouble.reason, mend)
        if self._away or not self._whole:
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        self._away = True
        self._lost.set()
        return SourceAway()

    def _back(self) -> None:
        if self._away:
            log.info("The Subsonic server is back.")
        self._away = False

    async def _children(self) -> AsyncGenerator[Json]:
        """All that it has, perhaps more than once."""
        for query in ("", '""'):
            some = False
            try:
                async with aclosing(self._search(query)) as songs:
                    async for child in songs:
                        some = True
                        yield child
            except Refused as refused:
                log.debug("search3 for %r: the Subsonic server %s.", query, refused.reason)
                continue
            if some:
                return
        async with aclosing(self._of_albums()) as songs:
            async for child in songs:
                yield child

    async def _search(self, query: str) -> AsyncGenerator[Json]:
        """What `search3` finds, page by page.

        Raises:
            Refused: it does not search for this, or sends the same page again.
        """
        place, first = 0, ""
        while place < MOST_SONGS:
            told = await self._server.call(
                "search3", query=query, songCount=PAGE, songOffset=place, albumCount=0, artistCount=0
            )
            page = listed(told, "searchResult3", "song")
            if not page:
                return
            if text(page[0], "id") == first:
                raise Refused("sends the same page of songs again and again")
            first = text(page[0], "id")
            for child in page:
                yield child
            place += len(page)

    async def _of_albums(self) -> AsyncGenerator[Json]:
        place = 0
        while place < MOST_SONGS:
            told = await self._server.call(
                "getAlbumList2", type="alphabeticalByName", size=ALBUMS_PAGE, offset=place
            )
            page = listed(told, "albumList2", "album")
            for album in page:
                try:
                    whole = await self._server.call("getAlbum", id=text(album, "id"))
                except Refused:
                    continue  # gone meanwhile
                for child in listed(whole, "album", "song"):
                    yield child
            place += len(page)
            if not page:
                return
