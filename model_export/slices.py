"""The slices of the Million Playlist Dataset as published (C.-W. Chen et al., RecSys Challenge 2018)."""

from __future__ import annotations

import gzip
import hashlib
import json
import multiprocessing
import os
import reprlib
import signal
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from model_export.arrays import LISTS, Entries, Longs, songs_table, store
from model_export.columns import SONGS, TEXT, Song, Songs, at, pc
from model_export.fields import LONGEST_MS, MOST, SPOTIFY_ID, FieldError, Row, identity, number, text
from model_export.playlists import DataError, Numbers, summed
from model_export.sound import all_match

SOURCE, KIND = "million_playlist_dataset", "user"
TRACK, LOCAL = "spotify:track:", "spotify:local:"
LARGEST = 2**29
"""The most bytes that are unpacked of a slice; the published ones have some 35 million."""


AHEAD = 4
"""How many slices are read before they are needed, where more than one process reads."""
ALONE = 8
"""So many slices are read without another process, which takes longer to start."""


@dataclass(frozen=True, slots=True)
class Sliced:
    """What a slice holds: its own songs in the order in which they appear, and its lists."""

    songs: pa.Table  # as `SONGS`
    lists: pa.Table  # as `LISTS`
    tracks: Numbers  # (entries,): list by list, in order; numbers of `songs`
    lengths: Longs  # (lists,)


def read_slices(paths: Sequence[Path], into: Path, key: str = "", processes: int | None = None) -> None:
    """Stores all playlists of some slices as arrays.

    Raises:
        DataError: a slice is damaged; the text names it, the playlist and the track by their places in it.
    """
    numbers: dict[str, int] = {}
    songs, lists = [SONGS.empty_table()], [LISTS.empty_table()]
    before = 0
    with Entries(into) as filled:
        for sliced in _read_ahead(paths, _processes(paths) if processes is None else processes):
            ids: list[Any] = sliced.songs["track_id"].to_pylist()
            known = len(numbers)
            number_of = np.array([numbers.setdefault(each, len(numbers)) for each in ids], np.int32)
            songs.append(sliced.songs.filter(pa.array(number_of >= known)))
            lists.append(sliced.lists)
            list_of = np.repeat(
                np.arange(before, before + len(sliced.lengths), dtype=np.int32), sliced.lengths
            )
            filled.add(list_of, number_of[sliced.tracks], np.zeros(len(list_of), np.int64))
            before += len(sliced.lengths)
        del numbers
        store(
            into, pa.concat_tables(songs), pa.concat_tables(lists), filled, {SOURCE: "research only"}, key=key
        )


def _processes(paths: Sequence[Path]) -> int:
    return 1 if len(paths) <= ALONE else min(os.cpu_count() or 1, 4)


def _read_ahead(paths: Sequence[Path], processes: int) -> Iterator[Sliced]:
    """Each slice in turn, read by so many processes beside each other."""
    if processes < 2:
        yield from map(read_slice, paths)
        return
    context = multiprocessing.get_context("spawn")  # a fork would take locked threads along
    with ProcessPoolExecutor(processes, context, _without_interrupt) as pool:
        ahead: deque[Future[Sliced]] = deque()
        try:
            for path in paths:
                ahead.append(pool.submit(read_slice, path))
                if len(ahead) >= processes + AHEAD:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        except BrokenProcessPool as error:
            raise DataError(
                "a process that read slices was ended, perhaps for want of memory; close other programs"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _without_interrupt() -> None:
    """Ctrl-C is the first process's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def read_slice(path: Path) -> Sliced:
    """One slice: as a whole where it is surely sound, otherwise with a look at each value.

    Raises:
        DataError: as `read_slices`.
    """
    content = _content(path)
    return _surely(content) or _one_by_one(path, content)


def _surely(content: bytes) -> Sliced | None:
    """What a slice holds, or None where something must be looked at."""
    try:
        playlists = orjson.loads(content)["playlists"]
        pids, names, followers, tracks = zip(*map(_OF_LIST, playlists), strict=True)
        position, artist, uri, title, duration, album = zip(
            *map(_OF_TRACK, chain.from_iterable(tracks)), strict=True
        )
    except (ValueError, KeyError, TypeError, IndexError):
        return None
    kinds: Sequence[tuple[Sequence[object], set[type]]] = (
        (playlists, {dict}),
        (pids, {int}),
        (names, {str, type(None)}),
        (followers, {int}),
        (tracks, {list}),
        (position, {int}),
        (artist, {str, type(None)}),
        (uri, {str}),
        (title, {str, type(None)}),
        (duration, {int}),
        (album, {str, type(None)}),
    )
    if any(set(map(type, column)) - allowed for column, allowed in kinds) or b"\\u0000" in content:
        return None
    if min(min(followers), min(position), min(duration)) < 0:
        return None
    if max(followers) > MOST or max(position) > MOST or max(duration) > LONGEST_MS:
        return None
    uris = pa.array(uri, TEXT)
    if not all_match(uris, f"{TRACK}[0-9A-Za-z]{{1,22}}"):
        return None
    ids = pc.utf8_slice_codeunits(uris, len(TRACK))
    lengths = np.fromiter(map(len, tracks), np.int64, len(tracks))
    order = _order(np.array(position, np.int64), lengths)
    known = at(ids, order).dictionary_encode()
    number_of = known.indices.to_numpy()
    first = order[np.unique(number_of, return_index=True)[1]]
    columns = {
        "track_id": known.dictionary,
        "title": pa.array([title[i] for i in first], TEXT),
        "artist": pa.array([artist[i] for i in first], TEXT),
        "album": pa.array([album[i] for i in first], TEXT),
        "year": pa.nulls(len(first), pa.int32()),
        "duration_ms": pa.array([duration[i] for i in first], pa.int64()),
        "spotify_id": known.dictionary,
    }
    parents = [f"mpd:{pid}" for pid in pids]
    return Sliced(
        songs_table(columns), _lists(parents, [name or "" for name in names], followers), number_of, lengths
    )


_OF_LIST = itemgetter("pid", "name", "num_followers", "tracks")
_OF_TRACK = itemgetter("pos", "artist_name", "track_uri", "track_name", "duration_ms", "album_name")


def _order(position: Longs, lengths: Longs) -> Longs:
    """The tracks of each list by their positions, as they stand where two are equal."""
    rises = np.diff(position) >= 0
    rises[summed(lengths)[1:-1][lengths[1:] > 0] - 1] = True
    if rises.all():
        return np.arange(len(position))
    return np.lexsort((position, np.repeat(np.arange(len(lengths)), lengths)))


def _lists(parents: Sequence[str], names: Sequence[str], followers: Sequence[int]) -> pa.Table:
    columns = (parents, [SOURCE] * len(parents), names, [KIND] * len(parents), followers)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, LISTS, strict=True)]
    return pa.Table.from_arrays(arrays, schema=LISTS)


def _one_by_one(path: Path, content: bytes) -> Sliced:
    """What a slice holds, every value looked at."""
    songs: dict[str, Song] = {}
    places: dict[str, int] = {}
    lists: list[tuple[str, str, int]] = []
    tracks: list[int] = []
    lengths = []
    for place, playlist in enumerate(_playlists(path, content)):
        listed, found = _read(f"{path}, playlists[{place}]", playlist)
        for song in found:
            songs.setdefault(song.track_id, song)
            tracks.append(places.setdefault(song.track_id, len(places)))
        lists.append(listed)
        lengths.append(len(found))
    parents, names, followers = ([each[i] for each in lists] for i in range(3))
    return Sliced(
        Songs.of(list(songs.values())).table,
        _lists(parents, names, followers),  # type: ignore[arg-type] # columns of the rows above
        np.array(tracks, np.int32),
        np.array(lengths, np.int64),
    )


def _playlists(path: Path, packed: bytes) -> list[Any]:
    try:
        content = json.loads(packed.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} cannot be read as JSON ({error}); put a sound copy there") from error
    found = content.get("playlists") if isinstance(content, dict) else None
    if not isinstance(found, list):
        raise DataError(f"{path} is no slice of the Million Playlist Dataset; it has no list `playlists`")
    return found


def _content(path: Path) -> bytes:
    """The bytes of a slice; a packed one is unpacked."""
    try:
        if path.suffix != ".gz":
            return path.read_bytes()
        with gzip.open(path) as file:
            content = file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read as JSON ({error}); put a sound copy there") from error
    if len(content) > LARGEST:
        raise DataError(f"{path} cannot be read: it unpacks to more than {LARGEST:,} bytes; try gunzip")
    return content


def _read(where: str, playlist: object) -> tuple[tuple[str, str, int], list[Song]]:
    """A playlist's parent, name and followers, and its tracks in order."""
    try:
        row = _row(playlist, "a playlist")
        pid = identity(row, "pid")
        where += f" (pid {reprlib.repr(pid)[1:-1]})"
        followers = number(row, "num_followers", MOST) or 0
        name = text(row, "name") or ""
        tracks = row.get("tracks")
        if not isinstance(tracks, list):
            raise FieldError("tracks", tracks, "a list")
    except FieldError as error:
        raise DataError(f"{where}: {error}") from error
    placed = [_placed(where, place, track) for place, track in enumerate(tracks)]
    return (f"mpd:{pid}", name, followers), [song for _, song in sorted(placed, key=lambda each: each[0])]


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
