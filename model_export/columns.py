"""Millions of songs and texts in columns, on disk or in memory: each is made when it is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

AT_ONCE = 2**12
"""How many rows become Python objects at a time while all are gone through."""
_VISIBLE = "[!-~]"
"""What is seen in any font; where a title has none of it, it is looked at more closely."""


@dataclass(frozen=True, slots=True)
class Song:
    """What a catalogue says of one track; unknown is None."""

    track_id: str
    title: str
    artist: str  # all credited artists, comma separated, the main one first
    album: str | None = None
    year: int | None = None
    duration_ms: int | None = None
    spotify_id: str | None = None

    @property
    def main_artist(self) -> str:
        """The first credited artist, or an empty text when none is known."""
        return main_artist(self.artist)

    @property
    def titled(self) -> bool:
        """Whether people see anything of its title: blanks and invisible signs are none."""
        return any(sign.isprintable() and not sign.isspace() for sign in self.title)


def main_artist(artist: str) -> str:
    """The first of several artists, comma separated."""
    return artist.split(",")[0].strip()


SONGS = pa.schema(
    [
        pa.field("track_id", pa.large_string()),
        pa.field("title", pa.large_string()),
        pa.field("artist", pa.large_string()),
        pa.field("album", pa.large_string()),
        pa.field("year", pa.int32()),
        pa.field("duration_ms", pa.int32()),
        pa.field("spotify_id", pa.large_string()),
    ]
)
"""The columns of songs, in the order of `Song`."""


class Texts(Sequence[str]):
    """Texts in one column; of a slice or of some indices, texts again."""

    def __init__(self, column: Any) -> None:
        """Takes an Arrow column of texts without null."""
        self.column = whole(column)

    def __len__(self) -> int:
        return len(self.column)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return self.take(np.arange(*index.indices(len(self))))
        text: str = self.column[_place(index, len(self))].as_py()
        return text

    def __iter__(self) -> Iterator[str]:
        for first in range(0, len(self), AT_ONCE):
            yield from self.column.slice(first, AT_ONCE).to_pylist()

    def __eq__(self, other: object) -> bool:
        return _same(self, other)

    __hash__ = None  # type: ignore[assignment] # as of any sequence that equals a list

    def __repr__(self) -> str:
        return f"Texts({self.column[:10].to_pylist()!r}, {len(self)} in all)"

    def take(self, indices: npt.NDArray[np.integer]) -> Texts:
        """The texts at these places."""
        return Texts(self.column.take(pa.array(indices)))

    def numbered(self) -> tuple[Texts, npt.NDArray[np.int32]]:
        """The different texts in the order in which they appear, and each one's number there."""
        found = self.column.dictionary_encode()
        return Texts(found.dictionary), found.indices.to_numpy(zero_copy_only=False)


class Songs(Sequence[Song]):
    """Songs in columns; of a slice or of some indices, songs again."""

    def __init__(self, table: pa.Table) -> None:
        """Takes a table as `SONGS` says."""
        self.table = table.combine_chunks()

    @classmethod
    def of(cls, songs: Sequence[Song]) -> Songs:
        """These songs in columns, if they are not yet."""
        if isinstance(songs, Songs):
            return songs
        columns = [[getattr(song, name) for song in songs] for name in SONGS.names]
        arrays = [pa.array(column, field.type) for column, field in zip(columns, SONGS, strict=True)]
        return cls(pa.Table.from_arrays(arrays, schema=SONGS))

    def __len__(self) -> int:
        return self.table.num_rows

    @overload
    def __getitem__(self, index: int) -> Song: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Song]: ...
    def __getitem__(self, index: int | slice) -> Song | Sequence[Song]:
        if isinstance(index, slice):
            return self.take(np.arange(*index.indices(len(self))))
        place = _place(index, len(self))
        return Song(*(column[place].as_py() for column in self.table.columns))

    def __iter__(self) -> Iterator[Song]:
        for first in range(0, len(self), AT_ONCE):
            some = self.table.slice(first, AT_ONCE)
            yield from map(Song, *(column.to_pylist() for column in some.columns))

    def __eq__(self, other: object) -> bool:
        return _same(self, other)

    __hash__ = None  # type: ignore[assignment] # as of any sequence that equals a list

    def __repr__(self) -> str:
        return f"Songs({list(self[:3])!r}, {len(self)} in all)"

    def take(self, indices: npt.NDArray[np.integer]) -> Songs:
        """The songs at these places."""
        return Songs(self.table.take(pa.array(indices)))

    def column(self, name: str) -> Any:
        """One Arrow column in one piece."""
        return whole(self.table[name])

    @property
    def track_ids(self) -> Texts:
        """The id of each song."""
        return Texts(self.table["track_id"])

    def by_artist(self) -> tuple[Texts, npt.NDArray[np.int32]]:
        """The main artists in the order in which they appear, and each song's number there, -1 unknown."""
        credited = self.column("artist").dictionary_encode()
        names = pa.array([main_artist(each) for each in credited.dictionary.to_pylist()], pa.large_string())
        mains = pc.if_else(pc.equal(names, ""), pa.scalar(None, pa.large_string()), names)
        found = mains.dictionary_encode()
        number_of = found.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return Texts(found.dictionary), number_of[credited.indices.to_numpy(zero_copy_only=False)]

    def by_album(self, artist_of: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """The number of each song's album, one artist's apart from another's; -1 unknown."""
        albums = self.column("album")
        named = pc.fill_null(pc.not_equal(albums, ""), False).to_numpy(zero_copy_only=False)
        number_of = albums.dictionary_encode().indices.fill_null(0).to_numpy(zero_copy_only=False)
        both = number_of.astype(np.int64) * (int(artist_of.max(initial=0)) + 2) + artist_of + 1
        return renumbered(np.where(named, both, -1))

    def by_era(self) -> npt.NDArray[np.int32]:
        """The number of each song's half a decade; -1 unknown."""
        years = self.column("year").fill_null(0).to_numpy(zero_copy_only=False)
        return renumbered(np.where(years > 0, years // 5, -1).astype(np.int64))

    def titled(self) -> npt.NDArray[np.bool_]:
        """Which songs have a title that people see."""
        titles = self.column("title")
        seen: npt.NDArray[np.bool_] = pc.match_substring_regex(titles, _VISIBLE).to_numpy(
            zero_copy_only=False
        )
        seen = seen.copy()
        for place in np.flatnonzero(~seen).tolist():
            seen[place] = self[place].titled
        return seen


def whole(column: Any) -> Any:
    """An Arrow column in one piece."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def renumbered(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Each value's place among the different ones in the order in which they appear; below 0 stays -1."""
    found = pa.array(values, mask=values < 0).dictionary_encode()
    numbers: npt.NDArray[np.int32] = found.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return numbers


def _place(index: int, length: int) -> int:
    place = index + length if index < 0 else index
    if not 0 <= place < length:
        raise IndexError(index)
    return place


def _same(one: Sequence[object], other: object) -> bool:
    if not isinstance(other, Sequence) or isinstance(other, str):
        return NotImplemented
    return len(one) == len(other) and all(mine == theirs for mine, theirs in zip(one, other, strict=True))
