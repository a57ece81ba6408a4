"""`synth`: a made-up set of playlists of any size, in the proportions of the Million Playlist Dataset.

It shows what reading and training cost; of how good a model is it says nothing. The same numbers make the
same files, as slices of 1,000 playlists or as our three Parquet tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from model_export.folders import written_whole
from model_export.playlists import DataError, runs
from model_export.synth_tastes import NAMES, PLAIN_NAMES, Block, Tastes

Format = Literal["parquet", "slices"]
FORMATS: tuple[Format, ...] = get_args(Format)
TABLES = frozenset({"tracks.parquet", "playlists.parquet", "entries.parquet"})
SLICE = 1000
"""How many playlists a published slice holds."""
SOURCE, LICENCE = "synthetic", "CC0"

_DAY_S = 86_400
_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "or", "ei")]
_WORDS, _OF_GENRE = 20_000, 40
_SPELLED: Sequence[Callable[[str], str]] = (
    str,
    str.title,
    str.upper,
    lambda name: f"{name}!",
    lambda name: f"{name.title()} ✨",
    lambda name: f"{name} 🎉",
)
"""One name as people write it; the published names are 5.3 times as many as their plain forms."""
_LETTERS = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", np.uint8)

Texts: TypeAlias = Any  # an Arrow array of texts, whose published types fit few of its functions
Advance = Callable[[int], None]
"""Told how many lists are written."""


@dataclass(frozen=True, slots=True)
class Made:
    """How much was made."""

    lists: int
    entries: int
    tracks: int
    artists: int
    albums: int
    names: int


def synthesise(
    out: Path,
    lists: int,
    tracks: int,
    seed: int,
    form: Format = "parquet",
    advance: Advance = lambda written: None,
) -> Made:
    """Writes a set of playlists, whole or not at all.

    Raises:
        DataError: so few lists have no room for so many tracks, or `out` cannot be written.
    """
    slices = {path.name for path in out.glob("mpd.slice.*.json")} if out.is_dir() else set()
    with written_whole(out, TABLES | slices, "synthetic set") as scratch:
        tastes = Tastes(lists, tracks, seed)
        said = _Said(tastes)
        try:
            (_write_tables if form == "parquet" else _write_slices)(scratch, tastes, said, advance)
        except OSError as error:
            raise DataError(f"{out} cannot be written ({error}); name a disk with more room") from error
    catalogue = tastes.catalogue
    return Made(lists, tastes.entries, tracks, catalogue.artists, catalogue.albums, len(said.names))


class _Said:
    """All texts of a set: made-up words, and ids of the form that Spotify's have."""

    def __init__(self, tastes: Tastes) -> None:
        catalogue, rng = tastes.catalogue, np.random.default_rng([tastes.seed, 2])
        self.words = _words(rng)
        capital = pa.array([word.capitalize() for word in self.words])
        pairs = rng.choice(_WORDS**2, catalogue.artists, replace=False)
        pair = [_at(capital, each) for each in np.divmod(pairs, _WORDS)]
        self.artists = pc.binary_join_element_wise(*pair, " ")
        self.albums = _phrases(rng, catalogue.albums, capital)
        self.titles = _phrases(rng, len(catalogue), capital)
        self.track_ids = _ids(len(catalogue), tastes.seed, 1)
        self.artist_ids = _ids(catalogue.artists, tastes.seed, 2)
        self.album_ids = _ids(catalogue.albums, tastes.seed, 3)
        self.years = 2018 - (rng.random(catalogue.albums) ** 2 * 60).astype(np.int64)
        self.names = pa.array(list(self._names(tastes)))

    def _names(self, tastes: Tastes) -> Iterator[str]:
        """The names of each genre are made of its own words, each written in some ways."""
        counts = np.bincount(tastes.names)
        for genre, nth in zip(
            tastes.names.tolist(), runs(np.zeros_like(counts), counts).tolist(), strict=True
        ):
            plain = int(nth * PLAIN_NAMES / NAMES)
            own, other = plain % _OF_GENRE, plain // _OF_GENRE
            name = self.words[genre * _OF_GENRE + own]
            if other:
                name += f" {self.words[-other]}"
            yield _SPELLED[nth - int(np.ceil(plain * NAMES / PLAIN_NAMES))](name)


def _words(rng: np.random.Generator) -> list[str]:
    """So many different words that nobody knows."""
    found: dict[str, None] = {}
    while len(found) < _WORDS:
        lengths = rng.integers(2, 5, _WORDS)
        drawn = rng.integers(0, len(_SYLLABLES), (_WORDS, 4))
        for syllables, length in zip(drawn.tolist(), lengths.tolist(), strict=True):
            found["".join(_SYLLABLES[i] for i in syllables[:length])] = None
    return list(found)[:_WORDS]


def _phrases(rng: np.random.Generator, count: int, words: Texts) -> Texts:
    """Texts of one to four words, some words in very many of them."""
    lengths = rng.choice(4, count, p=[0.25, 0.4, 0.25, 0.1]) + 1
    drawn = ((_WORDS + 1) ** rng.random((count, 4)) - 1).astype(np.int64)
    groups = [np.flatnonzero(lengths == length) for length in range(1, 5)]
    made = [
        pc.binary_join_element_wise(*(_at(words, drawn[group, i]) for i in range(length)), " ")
        for length, group in enumerate(groups, start=1)
    ]
    return pa.concat_arrays(made).take(pa.array(np.argsort(np.concatenate(groups))))


def _ids(count: int, seed: int, kind: int) -> Texts:
    """Different texts of 22 letters and digits."""
    numbers = np.arange(count, dtype=np.uint64)
    signs = np.empty((count, 22), np.uint8)
    for half in (0, 1):
        # Multiplying by an odd number and folding the upper bits down never maps two numbers to one.
        mixed = numbers + np.uint64((seed * 8 + kind * 2 + half) % 2**32) * np.uint64(2**31)
        for odd in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB):
            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(odd)
        for place in range(11):
            mixed, digit = np.divmod(mixed, np.uint64(62))
            signs[:, half * 11 + place] = _LETTERS[digit]
    bounds = np.arange(count + 1, dtype=np.int64) * 22
    return pa.LargeStringArray.from_buffers(
        count, pa.py_buffer(bounds.tobytes()), pa.py_buffer(signs.tobytes())
    ).cast(pa.string())


def _write_tables(folder: Path, tastes: Tastes, said: _Said, advance: Advance) -> None:
    made = tastes.catalogue
    tracks = {
        "track_id": said.track_ids,
        "title": said.titles,
        "artist": _at(said.artists, made.artist_of),
        "album": _at(said.albums, made.album_of),
        "year": pa.array(said.years[made.album_of]),
        "duration_ms": pa.array(made.duration_ms.astype(np.int64)),
        "spotify_id": said.track_ids,
    }
    pq.write_table(pa.table(tracks), folder / "tracks.parquet")
    with (
        pq.ParquetWriter(folder / "playlists.parquet", _LISTS) as lists,
        pq.ParquetWriter(folder / "entries.parquet", _ENTRIES) as entries,
    ):
        for block in tastes.blocks():
            lengths = np.diff(block.bounds)
            pids = np.arange(block.first, block.first + len(lengths))
            lists.write_table(_listed(block, pids, said))
            rows = {
                "playlist_id": pa.array(np.repeat(pids, lengths)),
                "position": pa.array(runs(np.zeros_like(lengths), lengths)),
                "track_id": _at(said.track_ids, block.tracks),
            }
            entries.write_table(pa.table(rows, schema=_ENTRIES), row_group_size=len(block.tracks))
            advance(int(pids[-1]) + 1)


_NUMBER: pa.DataType = pa.int64()
_TEXT: pa.DataType = pa.string()
_ENTRIES = pa.schema([("playlist_id", _NUMBER), ("position", _NUMBER), ("track_id", _TEXT)])
_LISTS = pa.schema(
    [
        *((name, _NUMBER) for name in ("playlist_id", "followers", "n_tracks")),
        *((name, _TEXT) for name in ("parent_id", "name", "source", "licence")),
    ]
)


def _listed(block: Block, pids: npt.NDArray[np.int64], said: _Said) -> pa.Table:
    columns = {
        "playlist_id": pa.array(pids),
        "parent_id": _joined("mpd:", pids),
        "name": _at(said.names, block.names),
        "source": pa.array([SOURCE] * len(pids)),
        "licence": pa.array([LICENCE] * len(pids)),
        "followers": pa.array(block.followers),
        "n_tracks": pa.array(np.diff(block.bounds)),
    }
    return pa.table(columns, schema=_LISTS)


def _write_slices(folder: Path, tastes: Tastes, said: _Said, advance: Advance) -> None:
    for block in tastes.blocks():
        for first in range(0, len(block.names), SLICE):
            last = min(first + SLICE, len(block.names))
            number = block.first + first
            name = f"{number}-{number + SLICE - 1}"
            info = '{"info": {"generated_on": "2017-12-03 08:41:42.057563", "slice": "' + name
            lists = ", ".join(_objects(tastes, block, slice(first, last), said).to_pylist())
            content = f'{info}", "version": "v1"}}, "playlists": [{lists}]}}'
            (folder / f"mpd.slice.{name}.json").write_text(content, "utf-8")
            advance(block.first + last)


def _objects(tastes: Tastes, block: Block, some: slice, said: _Said) -> Texts:
    """Some playlists of a block as JSON."""
    made, bounds = tastes.catalogue, block.bounds[some.start : some.stop + 1]
    tracks, lengths = block.tracks[bounds[0] : bounds[-1]], np.diff(bounds)
    artists, albums = made.artist_of[tracks], made.album_of[tracks]
    of_list = np.repeat(np.arange(len(lengths)), lengths)
    duration = made.duration_ms[tracks]
    inside = _joined(
        '{"pos": ', runs(np.zeros_like(lengths), lengths),
        ', "artist_name": "', _at(said.artists, artists),
        '", "track_uri": "spotify:track:', _at(said.track_ids, tracks),
        '", "artist_uri": "spotify:artist:', _at(said.artist_ids, artists),
        '", "track_name": "', _at(said.titles, tracks),
        '", "album_uri": "spotify:album:', _at(said.album_ids, albums),
        '", "duration_ms": ', duration,
        ', "album_name": "', _at(said.albums, albums),
        '"}',
    )  # fmt: skip
    together = pa.ListArray.from_arrays(pa.array((bounds - bounds[0]).astype(np.int32)), inside)
    return _joined(
        '{"name": "', _at(said.names, block.names[some]),
        '", "collaborative": "', pa.array(np.where(block.collaborative[some], "true", "false")),
        '", "pid": ', np.arange(block.first + some.start, block.first + some.stop),
        ', "modified_at": ', block.days[some] * _DAY_S,
        ', "num_tracks": ', lengths,
        ', "num_albums": ', _different(of_list, albums, len(lengths)),
        ', "num_followers": ', block.followers[some],
        ', "tracks": [', pc.binary_join(together, ", "),
        '], "num_edits": ', block.edits[some],
        ', "duration_ms": ', np.bincount(of_list, duration).astype(np.int64),
        ', "num_artists": ', _different(of_list, artists, len(lengths)),
        "}",
    )  # fmt: skip


def _at(texts: Texts, numbers: npt.NDArray[np.integer]) -> Texts:
    return texts.take(pa.array(numbers))


def _joined(*pieces: str | Texts | npt.NDArray[Any]) -> Texts:
    """Texts and numbers side by side, those that stand alone in every row."""
    columns: list[Any] = [
        pc.cast(pa.array(piece), pa.string()) if isinstance(piece, np.ndarray) else piece for piece in pieces
    ]
    return pc.binary_join_element_wise(*columns, "")


def _different(
    of_list: npt.NDArray[np.int64], numbers: npt.NDArray[np.integer], lists: int
) -> npt.NDArray[np.int64]:
    """How many different numbers each list has."""
    most = int(numbers.max(initial=0)) + 1
    return np.bincount(np.unique(of_list * most + numbers) // most, minlength=lists)
