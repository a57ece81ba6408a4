"""Whom one would ask instead, each set up as its makers say, on one thread, over the same float32 factors.

Their work is less than ours: they multiply and pick the best, without neighbours, artists, biases, matches
and reasons. What can be ready before the request comes (the queue's factors, a matrix of what is to be left
out) they get ready.
"""

from __future__ import annotations

import importlib
import os
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.integer]
Ask = Callable[[], Numbers]
"""One request, ready to be sent: the songs, best first."""


class Peer(Protocol):
    """What finds the songs of highest product with a queue's factors."""

    def prepare(self, queue: Numbers, playlist: Floats, limit: int) -> Ask:
        """A request, without the queue's own songs among the answers."""


class Numpy:
    """A product, a partition and a sort."""

    def __init__(self, factors: Floats, folder: Path) -> None:
        self._factors = factors

    def prepare(self, queue: Numbers, playlist: Floats, limit: int) -> Ask:
        """See `Peer`."""

        def ask() -> Numbers:
            scores = self._factors @ playlist
            scores[queue] = -np.inf
            best = np.argpartition(scores, -limit)[-limit:]
            return best[np.argsort(-scores[best])]

        return ask


class Implicit:
    """implicit's `recommend`, the user's factors given: folding in would come on top."""

    def __init__(self, factors: Floats, folder: Path) -> None:
        als = importlib.import_module("implicit.cpu.als")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._model: Any = als.AlternatingLeastSquares(factors=factors.shape[1], num_threads=1)
        self._model.item_factors = factors

    def prepare(self, queue: Numbers, playlist: Floats, limit: int) -> Ask:
        """See `Peer`."""
        user, items = playlist[np.newaxis], len(self._model.item_factors)
        own = sparse.csr_matrix(
            (np.ones(len(queue), np.float32), (np.zeros(len(queue), np.int32), queue)), shape=(1, items)
        )

        def ask() -> Numbers:
            self._model.user_factors = user
            found: Numbers = self._model.recommend(0, own, N=limit)[0]
            return found

        return ask


class FaissFlat:
    """faiss: every product, exactly."""

    def __init__(self, factors: Floats, folder: Path) -> None:
        self.faiss = faiss_on_one_thread()
        self.index: Any = self.faiss.IndexFlatIP(factors.shape[1])
        self.index.add(factors)

    def prepare(self, queue: Numbers, playlist: Floats, limit: int) -> Ask:
        """See `Peer`."""
        asked, most = playlist[np.newaxis], limit + len(queue)

        def ask() -> Numbers:
            _, found = self.index.search(asked, most)
            return without(found[0], queue, limit)

        return ask


class FaissIVF(FaissFlat):
    """faiss: the products of the songs in the cells that are nearest."""

    def __init__(self, factors: Floats, folder: Path, *, probed: int) -> None:
        self.faiss = faiss_on_one_thread()
        self.index = cells(factors, folder, "Flat")
        self.index.nprobe = min(probed, self.index.nlist)


class Voyager:
    """voyager: a graph of near songs, walked from song to song."""

    def __init__(self, factors: Floats, folder: Path, *, looked_at: int) -> None:
        self._index, self._looked_at = walked(factors, folder), looked_at

    def prepare(self, queue: Numbers, playlist: Floats, limit: int) -> Ask:
        """See `Peer`."""
        most = limit + len(queue)
        looked_at = max(self._looked_at, most)

        def ask() -> Numbers:
            found, _ = self._index.query(playlist, most, query_ef=looked_at)
            return without(found.astype(np.int64), queue, limit)

        return ask


class Torch:
    """torch on the processor: a product and its `topk`."""

    def __init__(self, factors: Floats, folder: Path) -> None:
        self._torch: Any = importlib.import_module("torch")
        self._torch.set_num_threads(1)
        self._factors = self._torch.from_numpy(factors)

    def prepare(self, queue: Numbers, playlist: Floats, limit: int) -> Ask:
        """See `Peer`."""
        own, user = self._torch.from_numpy(np.asarray(queue)), self._torch.from_numpy(playlist)

        def ask() -> Numbers:
            scores = self._factors @ user
            scores[own] = -np.inf
            found: Numbers = scores.topk(limit).indices.numpy()
            return found

        return ask


def without(found: Numbers, queue: Numbers, limit: int) -> Numbers:
    """What was found but the queue's own songs, and what is marked as missing."""
    return found[(found >= 0) & ~np.isin(found, queue)][:limit]


def faiss_on_one_thread() -> Any:
    """The library."""
    faiss = importlib.import_module("faiss")
    faiss.omp_set_num_threads(1)
    return faiss


def nlist(tracks: int) -> int:
    """How many cells: a power of two near four times the root of the songs, as faiss's guidelines have it."""
    return max(1 << int(np.log2(4 * tracks**0.5)), 1)


def cells(factors: Floats, folder: Path, form: str) -> Any:
    """An IVF index, whose songs are kept in this form; built with all cores, kept, and read again."""
    faiss = faiss_on_one_thread()

    def build() -> Any:
        tracks, dims = factors.shape
        count = nlist(tracks)
        index = faiss.index_factory(dims, f"IVF{count},{form}", faiss.METRIC_INNER_PRODUCT)
        faiss.extract_index_ivf(index).cp.min_points_per_centroid = 1
        sample = np.random.default_rng(0).choice(tracks, min(tracks, 40 * count), replace=False)
        index.train(factors[np.sort(sample)])
        index.add(factors)
        return index

    return kept(folder / f"ivf-{form.lower()}.faiss", build, faiss.write_index, faiss.read_index, faiss)


def walked(factors: Floats, folder: Path) -> Any:
    """Voyager's index of factors; built with all cores, kept, and read again."""
    voyager = importlib.import_module("voyager")

    def build() -> Any:
        index = voyager.Index(voyager.Space.InnerProduct, factors.shape[1], M=12, ef_construction=100)
        index.add_items(factors)
        return index

    return kept(folder / "hnsw.voyager", build, lambda index, path: index.save(path), voyager.Index.load)


def kept(
    file: Path,
    build: Callable[[], Any],
    write: Callable[[Any, str], object],
    read: Callable[[str], Any],
    faiss: Any = None,
) -> Any:
    """What was built once, with how many seconds that took beside it in a file of its own."""
    told = file.with_suffix(".seconds")
    if not (file.exists() and told.exists()):
        file.parent.mkdir(parents=True, exist_ok=True)
        if faiss is not None:
            faiss.omp_set_num_threads(len(os.sched_getaffinity(0)))
        begun = time.perf_counter()
        index = build()
        took = time.perf_counter() - begun
        if faiss is not None:
            faiss.omp_set_num_threads(1)
        draft = file.with_suffix(".part")
        write(index, str(draft))
        draft.replace(file)
        told.write_text(f"{took:.1f}", "ascii")
        del index
    return read(str(file))


def seconds(file: Path) -> float:
    """How long `kept` took to build a file."""
    return float(file.with_suffix(".seconds").read_text("ascii"))


Open = Callable[[Floats, Path], Peer]
PEERS: Sequence[tuple[str, Open]] = (
    ("numpy", Numpy),
    ("implicit", Implicit),
    ("faiss flat", FaissFlat),
    ("faiss IVF, 16 cells", lambda factors, folder: FaissIVF(factors, folder, probed=16)),
    ("faiss IVF, 256 cells", lambda factors, folder: FaissIVF(factors, folder, probed=256)),
    ("voyager, 100 looked at", lambda factors, folder: Voyager(factors, folder, looked_at=100)),
    ("voyager, 1,000 looked at", lambda factors, folder: Voyager(factors, folder, looked_at=1_000)),
    ("torch", Torch),
)
"""By the names that the table gives them."""
