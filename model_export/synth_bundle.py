"""A bundle of random numbers in the shipped form, of any size: what a model costs, never how good it is.

The proportions are those of the shipped model and, past it, of a million playlists: how many songs an artist
has, how often titles repeat, how many neighbours a popular song remembers. No word and no name in it is of a
real song, but for the commonest words of English.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

import numpy as np
import numpy.typing as npt
from scipy import sparse

from model_export.bundle import write_files
from model_export.graph import StandIns, joined
from model_export.model import Blend, Floats, Indices, Memory, Model
from model_export.neighbours import REACH, as_bytes, from_bytes
from model_export.playlists import Song

Counts = npt.NDArray[np.int64]

WORDS = 400
"""Of playlist names."""
EACH, MOST, MOST_KIN = 25, 700, 60
"""Neighbours of a song for each playlist, of a song at most, and of an artist at most."""
AT_ONCE = 1 << 16
"""So many rows of random numbers are made in one go."""
_COMMON = (
    "the you i me love in a it to of my on for with your don all up no is like be this we one night time so "
    "not let go baby what girl down can back home good life heart world get day way never out man dance"
)
_STARTS = "b br c ch cl d dr f fl g gr h j k kr l m n p pr qu r s sh sl st t th tr v w z"
_MIDDLES = "a e i o u ai ea ee io ou y"
_ENDS = "n r s l t m ck nd st ng x"
_LENGTHS = (0.24, 0.25, 0.2, 0.13, 0.08, 0.05, 0.03, 0.02)
"""How many titles have one word, two, and so on."""
_VERSIONS = (" - Remastered 2011", " - Live", " - Radio Edit", " (Acoustic)", " - 2004 Remaster", " (Remix)")
_DIGITS = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", np.uint8)


class Songs(Sequence[Song]):
    """Songs in columns, each made when it is asked for."""

    def __init__(self, tracks: int, artists: int, seed: int) -> None:
        """Makes up so many songs by so many artists at most, the popular ones first."""
        rng = np.random.default_rng([seed, 0])
        words = _vocabulary(int(34_000 * (tracks / 90_000) ** 0.6) + WORDS, rng)
        self._words = words
        self._names = _names(words, artists, rng)
        self.artist_of = _numbered(_zipf(artists, 0.55, tracks, rng))
        self.artists = [self._names[i] for i in dict.fromkeys(self.artist_of.tolist())]
        lengths = rng.choice(
            [1, 2, 3, 4, 5, 6, 8, 10], tracks, p=[0.24, 0.25, 0.2, 0.13, 0.08, 0.05, 0.03, 0.02]
        )
        self._ends = np.cumsum(lengths)
        self._title_words = _zipf(len(words), 0.8, int(self._ends[-1]), rng)
        own = np.arange(tracks)
        covers = np.where(rng.random(tracks) < 0.12, _zipf(tracks, 0.9, tracks, rng), own)
        self._title_of = np.minimum(covers, own)
        self._version = np.where(rng.random(tracks) < 0.12, rng.integers(0, len(_VERSIONS), tracks), -1)
        self._album = rng.integers(0, 8, tracks)
        self._year = np.minimum(2018 - rng.exponential(12, tracks).astype(int), 2018)
        self._seconds = np.clip(rng.normal(235, 60, tracks), 30, 1200).astype(int)
        self._ids = _DIGITS[rng.integers(0, 62, (tracks, 22), np.uint8)]

    def __len__(self) -> int:
        return len(self.artist_of)

    @overload
    def __getitem__(self, index: int) -> Song: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Song]: ...
    def __getitem__(self, index: int | slice) -> Song | Sequence[Song]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        artist = int(self.artist_of[index])
        version = int(self._version[index])
        track_id = self._ids[index].tobytes().decode()
        album = (artist * 8 + int(self._album[index])) % len(self._words)
        return Song(
            track_id,
            self._title(int(self._title_of[index])) + (_VERSIONS[version] if version >= 0 else ""),
            self.artists[artist],
            f"{self.artists[artist]} {self._words[album]}",
            int(self._year[index]),
            int(self._seconds[index]) * 1000,
            track_id,
        )

    def __iter__(self) -> Iterator[Song]:
        return (self[i] for i in range(len(self)))

    def _title(self, index: int) -> str:
        first = int(self._ends[index - 1]) if index else 0
        return " ".join(
            self._words[word].capitalize() for word in self._title_words[first : self._ends[index]].tolist()
        )


def write_random_bundle(folder: Path, tracks: int, dims: int, seed: int) -> None:
    """Writes a bundle of so many made-up songs; the same seed makes the same bytes."""
    songs = Songs(tracks, max(int(32_000 * (tracks / 90_000) ** 0.685), 1), seed)
    artists, words = len(songs.artists), min(WORDS, tracks)
    rng = np.random.default_rng([seed, 1])
    place = (np.arange(tracks) + 1.0) / tracks
    centres = _factors(artists, dims, rng)
    factors = _factors(tracks, dims, rng)
    for rows in _parts(tracks):
        factors[rows] = 0.8 * factors[rows] + 0.6 * centres[songs.artist_of[rows]]
    of_place = np.interp(np.log10(place), [-5, -2, -1, -0.3, 0], [3.5, 2.2, 1.1, 0.35, -1.0])
    parents = 18 * (0.011 / place) ** 0.7
    counts = np.where(parents >= 2, np.minimum(EACH * parents, MOST), 0).astype(np.int64)
    kin = np.where(rng.random(artists) < 0.4, min(MOST_KIN, artists - 1), 0).astype(np.int64)
    model = Model(
        factors=factors,
        weights=np.exp(rng.normal(0, 0.25, tracks)).astype(np.float32),
        track_bias=(of_place + rng.normal(0, 0.2, tracks)).astype(np.float32),
        power=0.6,
        memory=Memory(
            _near(counts, min(tracks, REACH), tracks, rng), _near(kin, artists, artists, rng), songs.artist_of
        ),
        blend=Blend(43.8, 4.7, 3.5),
        temper=0.3,
        scale=0.2,
        level=-0.85,
    )
    others = joined(
        StandIns(
            centres,
            np.ones(artists, np.float32),
            np.arange(artists, dtype=np.int32),
            _near(np.zeros(artists, np.int64), tracks, tracks, rng),
        ),
        StandIns(
            _factors(words, dims, rng),
            np.full(words, 4, np.float32),
            np.full(words, -1, np.int32),
            _near(np.full(words, min(MOST, tracks)), min(tracks, REACH), tracks, rng),
        ),
    )
    said = _vocabulary(words, rng)
    facts = {
        "blend": model.blend._asdict(),
        "data": [{"source": "random numbers", "licence": "none", "playlists": 0, "parents": 0}],
        "splits": ["train"],
        "settings": {"seed": seed},
        "epochs": 0,
        "metrics": {},
    }
    popularity = np.asarray((1 + 50 * place) ** -1.6 / (1 + 50 / tracks) ** -1.6, np.float32)
    write_files(folder, model, others, songs, popularity, songs.artists, said, facts)


def _factors(rows: int, dims: int, rng: np.random.Generator) -> Floats:
    """Directions whose later dimensions say less, about three long."""
    spread = np.linspace(1.4, 0.6, dims, dtype=np.float32) if dims > 1 else np.ones(1, np.float32)
    spread *= np.float32(3.15) / np.linalg.norm(spread)
    found = np.empty((rows, dims), np.float32)
    for part in _parts(rows):
        found[part] = rng.standard_normal((part.stop - part.start, dims), np.float32) * spread
    return found


def _near(counts: Counts, reach: int, columns: int, rng: np.random.Generator) -> sparse.csr_array:
    """So many different neighbours of each row, the first `reach` columns, as near as cosines mostly are."""
    counts = np.minimum(counts, reach)
    bounds = np.concatenate([[0], np.cumsum(counts)])
    where = np.empty(bounds[-1], np.int32)
    how = np.empty(bounds[-1], np.float32)
    for part in _parts(len(counts)):
        some = slice(int(bounds[part.start]), int(bounds[part.stop]))
        row = np.repeat(np.arange(part.start, part.stop), counts[part])
        nth = np.arange(some.start, some.stop) - bounds[row]
        start, stride = rng.integers(0, reach, (2, len(counts[part])))
        coprime = np.where(np.gcd(stride, reach) == 1, stride, 1)
        where[some] = (start[row - part.start] + nth * coprime[row - part.start]) % reach
        how[some] = 0.35 / (1 + 20 * rng.random(some.stop - some.start, np.float32))
    small, step = as_bytes(how)
    return sparse.csr_array((from_bytes(small, step), where, bounds), shape=(len(counts), columns))


def _parts(rows: int) -> Iterator[slice]:
    for start in range(0, rows, AT_ONCE):
        yield slice(start, min(start + AT_ONCE, rows))


def _zipf(kinds: int, power: float, count: int, rng: np.random.Generator) -> Counts:
    """So many draws out of kinds of which the nth is drawn as often as (n + 3) ** -power says."""
    sums = np.cumsum((np.arange(kinds) + 3.0) ** -power)
    drawn = np.searchsorted(sums, rng.random(count) * sums[-1])
    return np.asarray(np.minimum(drawn, kinds - 1), np.int64)


def _numbered(drawn: Counts) -> Indices:
    """The same groups, numbered in the order in which each first comes."""
    kinds, first, of = np.unique(drawn, return_index=True, return_inverse=True)
    number = np.empty(len(kinds), np.int32)
    number[np.argsort(first)] = np.arange(len(kinds), dtype=np.int32)
    return number[of]


def _vocabulary(size: int, rng: np.random.Generator) -> list[str]:
    """So many different words, the common and short ones first."""
    found = dict.fromkeys(_COMMON.split()[:size])
    ends = ["", "", "", *_ENDS.split()]
    syllables = [
        start + middle + end for start in _STARTS.split() for middle in _MIDDLES.split() for end in ends
    ]
    while len(found) < size:
        most = 2 if len(found) < 2000 else 3
        for parts in rng.integers(0, len(syllables), (size, most)).tolist():
            if len(found) == size or (most == 2 and len(found) >= 2000):
                break
            found["".join(syllables[part] for part in parts)] = None
    return list(found)


def _names(words: Sequence[str], count: int, rng: np.random.Generator) -> list[str]:
    """So many different names of one to three words."""
    found: dict[str, None] = {}
    while len(found) < count:
        parts = _zipf(len(words), 0.4, 3 * count, rng).reshape(-1, 3).tolist()
        for length, some in zip(rng.integers(1, 4, count).tolist(), parts, strict=True):
            if len(found) < count:
                found[" ".join(words[part].capitalize() for part in some[:length])] = None
    return list(found)
