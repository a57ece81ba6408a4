"""Several folders of playlists as one: the same song is found again whatever its id is called there."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TypeVar

import numpy as np

from model_export.playlists import DataError, Playlists, Song
from model_export.reading import read_playlists

T = TypeVar("T")


def read_folders(folders: Sequence[Path]) -> Playlists:
    """All playlists of one or more folders, in their order; of a single one exactly as they stand there.

    A later folder's song is an earlier one's when it has the same track_id (unless neither title nor artist
    agree: two catalogues may count alike), the same spotify_id, or the same title and main artist but for
    case, accents and signs. What is known of a song is what the first folder says.

    Raises:
        DataError: a folder is named twice, or `read_playlists` refuses it.
    """
    places = [folder.resolve() for folder in folders]
    for place in places:
        if places.count(place) > 1:
            raise DataError(f"{place} is named twice; name each folder once")
    return merged([read_playlists(folder) for folder in folders])


def merged(parts: Sequence[Playlists]) -> Playlists:
    """Playlists of several folders over one set of songs; a parent that an earlier one has is renamed."""
    if len(parts) == 1:
        return parts[0]
    songs: list[Song] = []
    known: dict[tuple[str, ...], int] = {}
    lists: list[list[int]] = []
    parents: list[str] = []
    licences: dict[str, str] = {}
    for part in parts:
        number = np.array(_numbered(part.songs, songs, known), np.int32)
        lists += [list(dict.fromkeys(number[part.tracks(i)].tolist())) for i in range(len(part))]
        taken = set(parents)
        parents += [_unlike(parent, taken) for parent in part.parents]
        for source, licence in part.licences.items():
            both = dict.fromkeys([*licences.get(source, licence).split(" and "), licence])
            licences[source] = " and ".join(both)
    return Playlists(
        songs=songs,
        entries=np.fromiter(chain.from_iterable(lists), np.int32),
        bounds=np.cumsum([0, *map(len, lists)], dtype=np.int64),
        parents=parents,
        sources=[source for part in parts for source in part.sources],
        licences=licences,
        followers=_of_lists(parts, lambda part: part.followers, 0),
        names=_of_lists(parts, lambda part: part.names, ""),
        notes=tuple(note for part in parts for note in part.notes),
    )


def _of_lists(parts: Sequence[Playlists], column: Callable[[Playlists], Sequence[T]], unknown: T) -> list[T]:
    """One column of all lists, where a part may lack it."""
    return [each for part in parts for each in column(part) or [unknown] * len(part)]


def song_key(title: str, main_artist: str) -> tuple[str, str]:
    """What two spellings of one song share: letters and digits, without case and accents."""
    return _plain(title), _plain(main_artist)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    # Only the accents of European scripts: in others the marks are the vowels.
    kept = "".join(c for c in folded if unicodedata.category(c)[0] in "LMN" and not "\u0300" <= c <= "\u036f")
    return kept or folded.strip()


def _numbered(part: Sequence[Song], songs: list[Song], known: dict[tuple[str, ...], int]) -> list[int]:
    """The number of each song of a part in `songs`, to which the new ones are added.

    Songs of one part are never joined with each other: there two ids are two recordings.
    """
    taken = {song.track_id for song in songs}
    numbers = []
    for song in part:
        number = _found(song, songs, known)
        if number is None:
            number = len(songs)
            songs.append(replace(song, track_id=_unlike(song.track_id, taken)))
        numbers.append(number)
    for song, number in zip(part, numbers, strict=True):
        for key in _keys(song):
            known.setdefault(key, number)
    return numbers


def _keys(song: Song) -> list[tuple[str, ...]]:
    """What a song may be recognised by, the surest first."""
    keys: list[tuple[str, ...]] = [("track_id", song.track_id)]
    if song.spotify_id:
        keys.append(("spotify_id", song.spotify_id))
    if song.title and song.main_artist:
        keys.append(("name", *song_key(song.title, song.main_artist)))
    return keys


def _found(song: Song, songs: Sequence[Song], known: Mapping[tuple[str, ...], int]) -> int | None:
    """The number of the earlier part's song that this one is."""
    for key in _keys(song):
        number = known.get(key)
        if number is not None and (key[0] != "track_id" or _alike(song, songs[number])):
            return number
    return None


def _alike(one: Song, other: Song) -> bool:
    """Whether two songs of one track_id can be the same: title or artist agrees, or is not known."""
    pairs = zip(song_key(one.title, one.main_artist), song_key(other.title, other.main_artist), strict=True)
    return any(mine == theirs or not mine or not theirs for mine, theirs in pairs)


def _unlike(name: str, taken: Container[str]) -> str:
    """A name that is not taken: itself, or with primes behind it."""
    while name in taken:
        name += "'"
    return name
