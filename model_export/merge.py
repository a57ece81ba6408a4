"""Several folders of playlists as one: the same song is found again whatever its id is called there."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Callable, Container, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from model_export.arrays import first_of
from model_export.columns import SONGS, TEXT, Songs, Texts, at, main_artist, pc, whole
from model_export.playlists import DataError, Numbers, Playlists, parts, summed
from model_export.reading import read_playlists

Column = Any  # an Arrow array, whose published types fit few of its functions
T = TypeVar("T")


def read_folders(folders: Sequence[Path], cache: Path | None = None) -> Playlists:
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
    return merged([read_playlists(folder, cache) for folder in folders])


def merged(folders: Sequence[Playlists]) -> Playlists:
    """Playlists of several folders over one set of songs.

    A parent is an earlier folder's if that has it of the same source, so that no split parts a playlist from
    its copy; another that is called alike is renamed.
    """
    if len(folders) == 1:
        return folders[0]
    songs = _Songs()
    entries, lengths = [np.empty(0, np.int32)], [np.empty(0, np.int64)]
    parents: list[str] = []
    known: dict[tuple[str, str], str] = {}
    licences: dict[str, str] = {}
    for each in folders:
        number_of = songs.numbered(Songs.of(each.songs))
        for found, counts in _renumbered(each, number_of):
            entries.append(found)
            lengths.append(counts)
        parents += _parents(each, known)
        for source, licence in each.licences.items():
            both = dict.fromkeys([*licences.get(source, licence).split(" and "), licence])
            licences[source] = " and ".join(both)
    return Playlists(
        songs=Songs(pa.concat_tables(songs.tables)),
        entries=np.concatenate(entries),
        bounds=summed(np.concatenate(lengths)),
        parents=_texts(parents),
        sources=_texts([source for each in folders for source in each.sources]),
        licences=licences,
        followers=_of_lists(folders, lambda each: each.followers, 0),
        names=_of_lists(folders, lambda each: each.names, ""),
        kinds=_of_lists(folders, lambda each: each.kinds, ""),
        notes=tuple(note for each in folders for note in each.notes),
    )


def _parents(lists: Playlists, known: dict[tuple[str, str], str]) -> list[str]:
    """The parent of each list, as all folders call it; what each source's are called is known from now on."""
    taken = set(known.values())
    called: dict[str, str] = {}
    for source, parent in zip(lists.sources, lists.parents, strict=True):
        if parent not in called:
            called[parent] = known.get((source, parent)) or _unlike(parent, taken)
            taken.add(called[parent])
        known.setdefault((source, parent), called[parent])
    return [called[parent] for parent in lists.parents]


def _renumbered(lists: Playlists, number_of: Numbers) -> Iterator[tuple[Numbers, npt.NDArray[np.int64]]]:
    """The entries by the new numbers of their songs, a song twice in a list once; and the lists' lengths."""
    most = int(number_of.max(initial=0)) + 1
    for part in parts(lists.bounds):
        tracks = number_of[lists.entries[lists.bounds[part.start] : lists.bounds[part.stop]]]
        of_list: npt.NDArray[np.int64] = np.repeat(
            np.arange(part.stop - part.start), np.diff(lists.bounds)[part]
        )
        once = first_of((of_list * most + tracks).astype(np.int64, copy=False))
        yield tracks[once], np.bincount(of_list[once], minlength=part.stop - part.start)


def _of_lists(
    folders: Sequence[Playlists], column: Callable[[Playlists], Sequence[T]], unknown: T
) -> list[T]:
    """One column of all lists, where a folder may lack it."""
    return [each for lists in folders for each in column(lists) or [unknown] * len(lists)]


def _texts(values: Sequence[str]) -> Texts:
    return Texts(pa.array(values, TEXT))


_SIGNS = dict.fromkeys(set(range(128)) - {ord(sign) for sign in string.ascii_lowercase + string.digits})


def song_key(title: str, main_artist: str) -> tuple[str, str]:
    """What two spellings of one song share: letters and digits, without case and accents."""
    return _plain(title), _plain(main_artist)


def _plain(text: str) -> str:
    if text.isascii():
        folded = text.lower()
        return folded.translate(_SIGNS) or folded.strip()
    folded = unicodedata.normalize("NFKD", text.casefold())
    # Only the accents of European scripts: in others the marks are the vowels.
    kept = "".join(c for c in folded if unicodedata.category(c)[0] in "LMN" and not "\u0300" <= c <= "\u036f")
    return kept or folded.strip()


class _Songs:
    """The songs of the folders so far, and what each may be recognised by."""

    def __init__(self) -> None:
        self.tables = [SONGS.empty_table()]
        self._names: tuple[Column, ...] = (
            pa.array([], TEXT),
            pa.array([], TEXT),
        )  # each song's plain title and plain artist
        self._known: dict[str, tuple[Column, Numbers]] = {}  # by kind: keys, and the songs they stand for

    def numbered(self, songs: Songs) -> Numbers:
        """The number of each song of a folder; the new ones are added.

        Songs of one folder are never joined with each other: there two ids are two recordings.
        """
        names = _plainly(songs.column("title")), _plainly(songs.column("artist"), main_artist)
        keys = {
            "track_id": songs.column("track_id"),
            "spotify_id": songs.column("spotify_id"),
            "name": _both(*names),
        }
        numbers = np.full(len(songs), -1, np.int32)
        for kind, column in keys.items():  # the surest first
            found = self._found(kind, column)
            if kind == "track_id":
                found[~self._alike(names, found)] = -1
            numbers = np.where(numbers < 0, found, numbers)
        new = np.flatnonzero(numbers < 0)
        before = sum(table.num_rows for table in self.tables)
        numbers[new] = before + np.arange(len(new), dtype=np.int32)
        self._add(songs.take(new))
        self._names = tuple(
            pa.concat_arrays([old, at(column, new)]) for old, column in zip(self._names, names, strict=True)
        )
        for kind, column in keys.items():
            self._learn(kind, column, numbers)
        return numbers

    def _found(self, kind: str, keys: Column) -> Numbers:
        """The song that each key stands for, -1 where it is new or null."""
        if kind not in self._known:
            return np.full(len(keys), -1, np.int32)
        known, numbers = self._known[kind]
        places = pc.index_in(keys, value_set=known, skip_nulls=True).fill_null(-1).to_numpy()
        return np.where(places < 0, -1, np.append(numbers, -1)[places]).astype(np.int32)

    def _learn(self, kind: str, keys: Column, numbers: Numbers) -> None:
        """The first song that a key stood for is the one it stands for."""
        there = np.flatnonzero((self._found(kind, keys) < 0) & np.asarray(keys.is_valid()))
        some = at(keys, there).dictionary_encode()
        first = np.unique(some.indices.to_numpy(), return_index=True)[1]
        known, known_numbers = self._known.get(kind, (pa.array([], TEXT), np.empty(0, np.int32)))
        self._known[kind] = (
            pa.concat_arrays([known, some.dictionary]),
            np.concatenate([known_numbers, numbers[there][first]]),
        )

    def _alike(self, names: tuple[Column, Column], found: Numbers) -> npt.NDArray[np.bool_]:
        """Whether each song can be the one of its track_id: title or artist agrees, or is not known."""
        alike = np.zeros(len(found), np.bool_)
        places = np.flatnonzero(found >= 0)
        for mine, theirs in zip(names, self._names, strict=True):
            one, other = at(mine, places), at(theirs, found[places])
            same = pc.or_(pc.equal(one, other), pc.or_(pc.equal(one, ""), pc.equal(other, "")))
            alike[places] |= np.asarray(same)
        return alike

    def _add(self, songs: Songs) -> None:
        """Adds songs, under other ids where one is taken."""
        ids = songs.column("track_id")
        before = whole(pa.concat_tables(self.tables)["track_id"])
        again = np.flatnonzero(np.asarray(pc.is_in(ids, value_set=before)))
        if len(again):
            taken, renamed = set(Texts(before)), list(Texts(ids))
            for place in again.tolist():
                renamed[place] = _unlike(renamed[place], taken)
            ids = pa.array(renamed, TEXT)
        self.tables.append(songs.table.set_column(0, SONGS.field("track_id"), ids))


def _plainly(texts: Column, read: Callable[[str], str] = str) -> Column:
    """Every text as `song_key` writes it."""
    found = texts.dictionary_encode()
    plain = pa.array([_plain(read(each)) for each in found.dictionary.to_pylist()], TEXT)
    return plain.take(found.indices)


def _both(titles: Column, artists: Column) -> Column:
    """Title and artist as one key, null where one is not known."""
    unknown = pc.or_(pc.equal(titles, ""), pc.equal(artists, ""))
    joined = pc.binary_join_element_wise(titles, artists, pa.scalar("\0", TEXT))
    return pc.if_else(unknown, pa.scalar(None, TEXT), joined)


def _unlike(name: str, taken: Container[str]) -> str:
    """A name that is not taken: itself, or with primes behind it."""
    while name in taken:
        name += "'"
    return name
