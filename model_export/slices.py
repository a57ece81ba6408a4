"""The slices of the Million Playlist Dataset as published (C.-W. Chen et al., RecSys Challenge 2018)."""

from __future__ import annotations

import gzip
import hashlib
import json
import reprlib
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from model_export.fields import LONGEST_MS, MOST, SPOTIFY_ID, FieldError, Row, identity, number, text
from model_export.playlists import DataError, Listed, Playlists, Song, assembled

SOURCE = "million_playlist_dataset"
TRACK, LOCAL = "spotify:track:", "spotify:local:"
LARGEST = 2**29
"""The most bytes that are unpacked of a slice; the published ones have some 35 million."""


def read_slices(paths: Sequence[Path]) -> Playlists:
    """All playlists of some slices.

    Raises:
        DataError: a slice is damaged; the text names it, the playlist and the track by their places in it.
    """
    songs: dict[str, Song] = {}
    places: dict[str, int] = {}
    lists = []
    for path in paths:
        for place, playlist in enumerate(_playlists(path)):
            listed, tracks = _read(f"{path}, playlists[{place}]", playlist)
            for song in tracks:
                songs.setdefault(song.track_id, song)
                listed.tracks[places.setdefault(song.track_id, len(places))] = None
            lists.append(listed)
    return assembled(list(songs.values()), lists, {SOURCE: "research only"})


def _playlists(path: Path) -> list[Any]:
    try:
        content = json.loads(_text(path))
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise DataError(f"{path} cannot be read as JSON ({error}); put a sound copy there") from error
    found = content.get("playlists") if isinstance(content, dict) else None
    if not isinstance(found, list):
        raise DataError(f"{path} is no slice of the Million Playlist Dataset; it has no list `playlists`")
    return found


def _text(path: Path) -> str:
    """What a slice says; a packed one is unpacked."""
    if path.suffix != ".gz":
        return path.read_text("utf-8-sig")
    with gzip.open(path) as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise DataError(f"{path} cannot be read: it unpacks to more than {LARGEST:,} bytes; try gunzip")
    return content.decode("utf-8-sig")


def _read(where: str, playlist: object) -> tuple[Listed, list[Song]]:
    """A playlist, and its tracks in order."""
    try:
        row = _row(playlist, "a playlist")
        pid = identity(row, "pid")
        where += f" (pid {reprlib.repr(pid)[1:-1]})"
        listed = Listed(f"mpd:{pid}", SOURCE, {})
        listed.followers = number(row, "num_followers", MOST) or 0
        listed.name = text(row, "name") or ""
        tracks = row.get("tracks")
        if not isinstance(tracks, list):
            raise FieldError("tracks", tracks, "a list")
    except FieldError as error:
        raise DataError(f"{where}: {error}") from error
    placed = [_placed(where, place, track) for place, track in enumerate(tracks)]
    return listed, [song for _, song in sorted(placed, key=lambda each: each[0])]


def _placed(where: str, place: int, track: object) -> tuple[int, Song]:
    """The position of a track in its list, and its song."""
    try:
        row = _row(track, "a track")
        position = number(row, "pos", MOST)
        if position is None:
            raise FieldError("pos", None, f"a whole number from 0 to {MOST:,}")
        return position, _song(row)
    except FieldError as error:
        raise DataError(f"{where}, tracks[{place}]: {error}") from error


def _row(value: object, what: str) -> Row:
    if not isinstance(value, dict):
        raise FieldError(what, value, "an object")
    return value


def _song(row: Row) -> Song:
    for field in ("track_name", "artist_name"):
        if field not in row:
            raise FieldError(field, None, "text or null")
    title, artist = text(row, "track_name") or "", text(row, "artist_name") or ""
    album = text(row, "album_name")
    duration_ms = number(row, "duration_ms", LONGEST_MS, whole=False) or None
    uri = text(row, "track_uri") or ""
    spotify_id = uri.removeprefix(TRACK) if uri.startswith(TRACK) else None
    if spotify_id is None and uri.startswith(LOCAL):
        track_id = _local_id(uri, title, artist, album, duration_ms)
    elif spotify_id is not None and SPOTIFY_ID.fullmatch(spotify_id):
        track_id = spotify_id
    else:
        raise FieldError("track_uri", row.get("track_uri"), f"{TRACK} and an id, or {LOCAL} and a file")
    return Song(track_id, title, artist, album, duration_ms=duration_ms, spotify_id=spotify_id)


def _local_id(*told: object) -> str:
    """Of all that is told of a file: some have no names in their URI, only how many seconds they last."""
    return f"local:{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]}"
