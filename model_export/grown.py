"""A bundle's model grown by a community's lists: no training, its arrays as they are and more beside them.

What stands together in the own lists is added to what the model remembers, so that it speaks where a queue
holds their songs and is silent elsewhere. Songs that the bundle lacks stand by their artist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from model_export.graph import StandIns
from model_export.merge import merged, song_key
from model_export.model import Floats, Indices, Memory, Model, Settings, membership
from model_export.neighbours import REACH, Cosines, length_weights, nearest, nothing, thinned
from model_export.playlists import Playlists
from model_export.renew import Opened

Places = npt.NDArray[np.int64]

OWN = Settings()
"""The own lists are counted as those of the starter are."""
SHRINKAGE = 5.0
"""Added to the denominator of their cosines."""
LEAST = np.float32(1e-9)
"""What keeps nothing from being divided by nothing."""
MOST_NEAR, FEWEST_NEAR = 2**21, 50
"""So many own neighbours are kept in all, the nearest of each song, but never fewer of one than these."""
MOST_KIN = 120
"""The same of one artist."""


@dataclass(frozen=True, slots=True)
class Strength:
    """What the own lists weigh; docs/model.md says how it was chosen."""

    likeness: float = 160.0  # of two songs' cosine in the own lists
    kin: float = 4.0  # of two artists'
    popularity: float = 4.0  # of the logarithm of in how many a song stands, where that helps them
    doubt: float = 0.5  # what a list of the bundle's counts beside an own one, where both know a song
    doubt_of_popularity: float = 1.0  # the same for popularity, which every queue meets


OFTEN = 4.0
"""A song in more of the own lists is no more popular than one in so many."""


@dataclass(frozen=True, slots=True)
class Community:
    """A bundle, and lists over its songs, in its order, and behind them those that it lacks."""

    base: Opened
    lists: Playlists
    weights: Floats  # (lists,): what each list counts
    artists: Sequence[str]  # the bundle's, and behind them those that it lacks
    artist_of: Indices  # (songs,): the artist of each, -1 unknown

    def known(self) -> float:
        """The share of the lists' entries that are the bundle's songs."""
        return float(np.mean(self.lists.entries < len(self.base.songs)))


@dataclass(frozen=True, slots=True)
class Remembered:
    """All that a bundle remembers: of its songs, behind them of its artists and words, and of its artists."""

    likeness: sparse.csr_array  # (songs, artists and words; songs)
    kinship: sparse.csr_array  # (artists, artists)

    @classmethod
    def of(cls, bundle: Opened) -> Remembered:
        """What this bundle does."""
        memory = memory_of(bundle.model)
        likeness = sparse.vstack([memory.likeness, bundle.others.likeness], format="csr")
        return cls(sparse.csr_array(likeness), memory.kinship)

    def put_into(self, bundle: Opened) -> Opened:
        """The bundle remembering this instead."""
        tracks = len(bundle.songs)
        memory = replace(memory_of(bundle.model), likeness=self.likeness[:tracks], kinship=self.kinship)
        return replace(
            bundle,
            model=replace(bundle.model, memory=memory),
            others=replace(bundle.others, likeness=self.likeness[tracks:]),
        )


@dataclass(frozen=True, slots=True)
class Grown:
    """A bundle that knows the own lists' songs, too."""

    bundle: Opened
    lists: Playlists  # what it learned from, over its songs
    order: Places  # (songs,): the number of each in the data that it came from, the old bundle's first
    place_of: Places  # (songs of the data,): the row of each, the artist's of one it lacks; -1 unknown
    before: Remembered  # what the old bundle remembered, in the new one's numbers


def community(base: Opened, lists: Playlists, copies: npt.NDArray[np.integer]) -> Community:
    """What a bundle and a community's lists have in common.

    Args:
        base: the bundle.
        lists: the community's, none of them empty.
        copies: (lists,): the same number for lists that are copies of each other; they count once.
    """
    nobody = Playlists(base.songs, np.empty(0, np.int32), np.zeros(1, np.int64), [], [], {})
    whole = merged([nobody, lists])
    names = list(base.artists)
    number = {_key(name): i for i, name in reversed(list(enumerate(names)))}
    of_name = np.full(len(whole.artists) + 1, -1, np.int32)  # the last one is of unknown artists
    for i, name in enumerate(whole.artists):
        key = _key(name)
        if key not in number:
            number[key] = len(names)
            names.append(name)
        of_name[i] = number[key]
    artist_of = of_name[whole.artist_of]
    artist_of[: len(base.songs)] = memory_of(base.model).artist_of
    weights = 1 / np.bincount(copies)[copies]
    return Community(base, whole, weights.astype(np.float32), names, artist_of)


def _key(name: str) -> str:
    return song_key("", name)[1]


def grown(of: Community, chosen: npt.NDArray[np.integer], strength: Strength) -> Grown:
    """The bundle with what these of the lists tell."""
    base, tracks = of.base, len(of.base.songs)
    lists, weights = of.lists.select(chosen), of.weights[chosen]
    times = np.asarray(lists.matrix().T @ weights, np.float32)
    new = np.flatnonzero((times[tracks:] > 0) & lists.titled[tracks:]) + tracks
    kept = np.concatenate([np.arange(tracks), new])
    popularity, by_popularity = _ordered(base.popularity, times[kept])
    order = kept[by_popularity]
    own = lists.restricted(order)
    model, others = _widened(of, order)
    theirs = _lists(memory_of(model).likeness, _each(base, "neighbours"), order < tracks)
    model = replace(
        model, track_bias=model.track_bias + _popular(times[order], theirs, strength).astype(np.float32)
    )
    bundle = Opened(base.manifest, model, others, own.songs, popularity, of.artists, base.words)
    before = Remembered.of(bundle)
    trust = _trust(times[order], theirs, strength.doubt)
    after = _taught(before, bundle, len(base.artists), own, weights, trust, strength)
    place_of = np.where(of.artist_of >= 0, len(order) + of.artist_of, -1).astype(np.int64)
    place_of[order] = np.arange(len(order))
    return Grown(after.put_into(bundle), own, order, place_of, before)


def _trust(times: Floats, theirs: Floats, doubt: float) -> Floats:
    """How much counts what the own lists say of each song or artist, from 0 to 1.

    All of it where the bundle knows nothing, little where it has learned from many more lists than these are.

    Args:
        times: in how many own lists each stands.
        theirs: in how many of the bundle's.
        doubt: what one of these counts beside an own one.
    """
    return np.asarray(times / np.maximum(times + doubt * theirs, LEAST), np.float32)


def _popular(times: Floats, theirs: Floats, strength: Strength) -> Floats:
    """What is added to the songs' biases. Every queue meets it, so songs that the bundle knows get little."""
    often = strength.popularity * np.log(np.clip(times, 1, OFTEN))
    return np.asarray(often * _trust(times, theirs, strength.doubt_of_popularity) ** 2, np.float32)


def _taught(
    before: Remembered,
    bundle: Opened,
    known: int,
    own: Playlists,
    weights: Floats,
    trust: Floats,
    strength: Strength,
) -> Remembered:
    """What was remembered, and what the own lists tell: a song's row, its artist's, and of artists.

    Args:
        before: what was remembered.
        bundle: the widened bundle, which remembers that.
        known: how many of its artists, the first ones, the old bundle knew.
        own: the own lists over its songs.
        weights: (lists,): what each counts.
        trust: (songs,): see `_trust`.
        strength: what the lists weigh.
    """
    artist_of, artists = memory_of(bundle.model).artist_of, len(bundle.artists)
    counts = weights * length_weights(own, OWN.length_damping)
    by_artist = sparse.csr_array(membership(artist_of, artists).T)
    songs = np.asarray(own.matrix().T @ weights, np.float32)
    theirs = _lists(before.kinship, _each(bundle, "kin"), np.arange(artists) < known)
    trust_of_artist = sparse.diags_array(_trust(by_artist @ songs, theirs, strength.doubt))
    near = _near(own, counts)
    mean = sparse.diags_array(1 / np.maximum(by_artist @ (songs > 0), 1)) @ by_artist
    rows = [
        sparse.diags_array(trust) @ near,
        trust_of_artist @ mean @ near,
        nothing(len(bundle.words), len(songs)),
    ]
    kin = trust_of_artist @ _kin(own, counts, artist_of, artists)
    return Remembered(
        added(before.likeness, sparse.csr_array(sparse.vstack(rows, format="csr")), strength.likeness),
        added(before.kinship, sparse.csr_array(kin), strength.kin),
    )


def _each(bundle: Opened, name: str) -> int:
    """How many neighbours a song or artist of a bundle remembers for each list that it stands in."""
    return int(bundle.manifest["settings"].get(name) or getattr(OWN, name))


def _ordered(popularity: Floats, times: Floats) -> tuple[Floats, Places]:
    """How popular all songs are, in their order: the popular ones first.

    Only the first `REACH` songs can be neighbours: an own song is at least as popular as the last of these.
    """
    before = np.concatenate([popularity, np.zeros(len(times) - len(popularity), np.float32)])
    own = times > 0
    last = min(REACH - int(np.count_nonzero(own)), len(popularity)) - 1
    least = np.sort(popularity)[::-1][max(last, 0)]
    raised = np.where(own, np.maximum(before, least), before)
    # Of equal ones the own songs first, the frequent ones before the rare.
    order = np.lexsort((np.arange(len(raised)), -times, -raised))
    return raised[order].astype(np.float32), order


def _widened(of: Community, order: Places) -> tuple[Model, StandIns]:
    """The bundle's model with its songs in this order, and with new songs and artists among them."""
    model, others, known = of.base.model, of.base.others, len(of.base.artists)
    memory, middling = memory_of(model), np.float32(np.mean(model.weights))
    more = len(of.artists) - known
    likeness = _reordered(others.likeness, order, rows=False)
    stand_ins = StandIns(
        np.insert(others.factors, [known] * more, 0, axis=0),
        np.insert(others.weights, [known] * more, middling),
        np.concatenate([np.arange(len(of.artists), dtype=np.int32), others.artist_of[known:]]),
        sparse.csr_array(sparse.vstack([likeness[:known], nothing(more, len(order)), likeness[known:]])),
    )
    old, artist_of = order < len(of.base.songs), of.artist_of[order]
    factors = np.zeros((len(order), model.factors.shape[1]), np.float32)
    weights = np.full(len(order), middling, np.float32)
    bias = np.full(len(order), model.track_bias.min(), np.float32)
    for mine, theirs in ((factors, model.factors), (weights, model.weights), (bias, model.track_bias)):
        mine[old] = theirs[order[old]]
    stood_for = np.flatnonzero(~old & (artist_of >= 0))
    factors[stood_for] = stand_ins.factors[artist_of[stood_for]]
    weights[stood_for] = stand_ins.weights[artist_of[stood_for]]
    kinship = wider(memory.kinship, len(of.artists), len(of.artists))
    memory = Memory(_reordered(memory.likeness, order, rows=True), kinship, artist_of)
    return replace(model, factors=factors, weights=weights, track_bias=bias, memory=memory), stand_ins


def _reordered(likeness: sparse.csr_array, order: Places, *, rows: bool) -> sparse.csr_array:
    """The neighbours by the songs' new numbers, without those that are past `REACH` now.

    Args:
        likeness: (songs of the bundle or other rows, songs of the bundle).
        order: (songs,): the old number of each, or one past the old ones.
        rows: whether the rows are songs, too.
    """
    place = np.full(int(order.max()) + 1, -1, np.int64)
    place[order] = np.arange(len(order))
    columns = place[likeness.indices]
    near = columns < REACH
    row = np.repeat(np.arange(likeness.shape[0]), np.diff(likeness.indptr))[near]
    shape = (len(order) if rows else likeness.shape[0], len(order))
    return sparse.csr_array((likeness.data[near], (place[row] if rows else row, columns[near])), shape=shape)


def wider(of: sparse.csr_array, rows: int, columns: int) -> sparse.csr_array:
    """The same with empty rows and columns behind its own."""
    bounds = np.append(of.indptr, np.full(rows - of.shape[0], of.indptr[-1]))
    return sparse.csr_array((of.data, of.indices, bounds), shape=(rows, columns))


def memory_of(model: Model) -> Memory:
    """What a bundle's model remembers."""
    if model.memory is None:
        raise TypeError("what is read from a bundle has a memory, though it may be empty")
    return model.memory


def _lists(likeness: sparse.csr_array, each: int, known: npt.NDArray[np.bool_]) -> Floats:
    """About how many of the bundle's lists each song or artist stood in.

    Args:
        likeness: what the bundle remembers of each: so many neighbours for every list.
        each: how many.
        known: which of them the bundle knows.
    """
    return np.where(known, np.maximum(np.diff(likeness.indptr) / each, 1), 0).astype(np.float32)


def _near(own: Playlists, counts: Floats) -> sparse.csr_array:
    """The cosine of any two songs that stand together in an own list; of very many, the nearest."""
    seen = thinned(own).matrix()
    found = np.bincount(seen.indices, minlength=seen.shape[1]) > 0
    most = max(MOST_NEAR // max(int(found.sum()), 1), FEWEST_NEAR)
    return nearest(Cosines(seen, counts, SHRINKAGE), np.where(found, most, 0))


def _kin(own: Playlists, counts: Floats, artist_of: Indices, artists: int) -> sparse.csr_array:
    """The same of two artists."""
    seen = sparse.csr_array(thinned(own).matrix() @ membership(artist_of, artists))
    seen.data = np.ones_like(seen.data)
    found = np.bincount(seen.indices, minlength=artists) > 0
    return nearest(Cosines(seen, counts, SHRINKAGE), np.where(found, MOST_KIN, 0))


def added(theirs: sparse.csr_array, own: sparse.csr_array, strength: float) -> sparse.csr_array:
    """What was remembered and, so strongly, what the own lists say."""
    total = sparse.csr_array(theirs + own * np.float32(strength))
    total.data = total.data.astype(np.float32, copy=False)
    return total
