"""Songs that were looked up at Spotify."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, select

from bot.party.words import Track
from db.engine.query import command, query
from db.engine.session import Session
from db.engine.statements import upsert
from db.schema import spotify_songs


class SongRow(NamedTuple):
    """A song."""

    title: str
    artist: str
    album: str | None
    year: int | None
    duration_ms: int | None


_songs = spotify_songs.c

SONG = query(
    SongRow,
    select(_songs.title, _songs.artist, _songs.album, _songs.year, _songs.duration_ms).where(
        _songs.spotify_id == bindparam("spotify_id"), _songs.found_ms >= bindparam("since")
    ),
)
DROP_OLD = command(delete(spotify_songs).where(_songs.found_ms < bindparam("since")), silent=True)
KEEP = command(
    upsert(
        spotify_songs,
        key=("spotify_id",),
        columns=("title", "artist", "album", "year", "duration_ms", "found_ms"),
    ),
    silent=True,
)


class Songs:
    """Songs that were looked up, inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, spotify_id: str, since_ms: int) -> Track | None:
        """A song that was looked up since then."""
        row = await self._session.first(SONG, spotify_id=spotify_id, since=since_ms)
        if row is None:
            return None
        return Track(row.title, row.artist, None, row.album, row.year, row.duration_ms, spotify_id)

    async def keep(self, track: Track, now_ms: int, since_ms: int) -> None:
        """Remembers a song that was looked up, and forgets those from before `since_ms`."""
        await self._session.write(DROP_OLD, since=since_ms)
        await self._session.write(
            KEEP,
            spotify_id=track.spotify_id,
            title=track.title,
            artist=track.artist,
            album=track.album,
            year=track.year,
            duration_ms=track.duration_ms,
            found_ms=now_ms,
        )
