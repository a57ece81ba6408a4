"""Songs of people's own music: what a folder or a server has, and which song of the catalogue each is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update

from bot.party.words import Track
from bot.playback.words import OWN, Found, OwnSong
from db.engine.query import command, query, returning
from db.engine.session import Session
from db.engine.statements import given, upsert
from db.schema import own_songs


class RefRow(NamedTuple):
    """A song as its source calls it."""

    id: int
    ref: str
    version: str


class NumberRow(NamedTuple):
    """The number of a song."""

    id: int


class OwnRow(NamedTuple):
    """A song."""

    id: int
    source: str
    ref: str
    version: str
    title: str
    artist: str
    album: str | None
    year: int | None
    duration_ms: int | None
    track_id: str | None
    kind: str
    gain_db: float | None
    cover: bool


AT_A_TIME = 500
"""So many songs are read at a time."""

_songs = own_songs.c
_OWN = select(*(_songs[name] for name in OwnRow._fields))
_KEPT = OwnRow._fields[1:]

KNOWN = query(
    RefRow,
    select(_songs.id, _songs.ref, _songs.version)
    .where(_songs.source == bindparam("source"), _songs.id > bindparam("after"))
    .order_by(_songs.id)
    .limit(4 * AT_A_TIME),
)
GET = query(OwnRow, _OWN.where(_songs.id == bindparam("song")))
AFTER = query(OwnRow, _OWN.where(_songs.id > bindparam("after")).order_by(_songs.id).limit(AT_A_TIME))
CALLED = query(OwnRow, _OWN.where(_songs.source == bindparam("source"), _songs.ref == bindparam("ref")))
UNLEVELLED = query(
    OwnRow,
    _OWN.where(_songs.id > bindparam("after"), _songs.gain_db.is_(None)).order_by(_songs.id).limit(20),
)
OF_TRACK = query(OwnRow, _OWN.where(_songs.track_id == bindparam("track")).order_by(_songs.id))
KEEP = command(upsert(own_songs, key=("source", "ref"), columns=_KEPT[2:]), silent=True)
DROP = returning(
    NumberRow,
    delete(own_songs)
    .where(_songs.source == bindparam("source"), _songs.ref == bindparam("ref"))
    .returning(_songs.id),
    silent=True,
)
SET_GAIN = command(
    update(own_songs).where(_songs.id == bindparam("song")).values(given("gain_db")), silent=True
)
SET_TRACK = command(
    update(own_songs).where(_songs.id == bindparam("song")).values(given("track_id")), silent=True
)


class OwnSongs:
    """Own music, inside one transaction. Nobody is told of changes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def known(self, source: str, after: int = 0) -> tuple[dict[str, str], int]:
        """The version of each song of a source, by what the source calls it: the first few after a number.

        Returns:
            them, and the number of the last one; 0 where there are no more.
        """
        rows = await self._session.rows(KNOWN, source=source, after=after)
        return {row.ref: row.version for row in rows}, rows[-1].id if rows else 0

    async def after(self, number: int) -> list[OwnSong]:
        """The songs with higher numbers than this one, the first few, in order."""
        return [_song(row) for row in await self._session.rows(AFTER, after=number)]

    async def unlevelled(self, number: int) -> list[OwnSong]:
        """The first few songs with higher numbers than this one of which nobody knows what levels them."""
        return [_song(row) for row in await self._session.rows(UNLEVELLED, after=number)]

    async def called(self, source: str, ref: str) -> OwnSong | None:
        """A song by what its source calls it."""
        row = await self._session.first(CALLED, source=source, ref=ref)
        return None if row is None else _song(row)

    async def get(self, number: int) -> OwnSong | None:
        """A song by its number."""
        row = await self._session.first(GET, song=number)
        return None if row is None else _song(row)

    async def of_track(self, track_id: str) -> list[OwnSong]:
        """The songs that are this one of the catalogue."""
        return [_song(row) for row in await self._session.rows(OF_TRACK, track=track_id)]

    async def keep(self, source: str, songs: Iterable[tuple[Found, Track]]) -> None:
        """Keeps what was found, new or as it is now; `track_id` is the catalogue's, or None."""
        for found, track in songs:
            await self._session.write(
                KEEP,
                source=source,
                ref=found.ref,
                version=found.version,
                title=track.title,
                artist=track.artist,
                album=track.album,
                year=track.year,
                duration_ms=track.duration_ms,
                track_id=track.track_id,
                kind=found.kind,
                gain_db=found.gain_db,
                cover=found.cover,
            )

    async def drop(self, source: str, refs: Iterable[str]) -> list[int]:
        """Forgets songs that are not there any more, and returns their numbers."""
        found = [await self._session.returned(DROP, source=source, ref=ref) for ref in refs]
        return [row.id for rows in found for row in rows]

    async def set_track(self, number: int, track_id: str | None) -> None:
        """Keeps which song of the catalogue a song is."""
        await self._session.write(SET_TRACK, song=number, track_id=track_id)

    async def set_gain(self, number: int, gain_db: float) -> None:
        """Keeps what levels a song."""
        await self._session.write(SET_GAIN, song=number, gain_db=gain_db)


def _song(row: OwnRow) -> OwnSong:
    track_id = row.track_id or f"{OWN}{row.id}"
    return OwnSong(
        row.id,
        row.source,
        row.ref,
        row.version,
        Track(row.title, row.artist, track_id, row.album, row.year, row.duration_ms),
        row.kind,
        row.gain_db,
        row.cover,
    )
