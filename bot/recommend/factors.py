"""Where the model's songs lie: its factors, as the graph's file holds them, and three axes to see them along.

The file is read in the wire format of protocol buffers, by the field numbers of `onnx.proto`: a model's graph
is its field 7, a graph's initialisers are field 5; of a tensor 1 is a dimension, 2 the type of its elements,
8 its name and 9 its numbers, or 13 where in another file they stand.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

NAMES = ("stored_factors", "track_bias", "lanes_32")
"""What of the graph a map is made of: factors, how popular each song is, how many rows a block has."""
AXES = 3
"""How many axes a place has."""
AT_A_TIME = 8192
"""So many songs are looked at in one go: all of them as floats would take 23 MB."""
_GRAPH, _INITIALISER, _OUTSIDE = 7, 5, 13
_TYPES: dict[int, type[Any]] = {1: np.float32, 2: np.uint8, 6: np.int32}


class NoFactors(Exception):
    """The graph's file does not say its factors by the names that `model_export` gives them."""


class Factors:
    """The songs as directions in the model's space, and where these lie on its three widest axes.

    The length of a song's factors says how much it says, and its direction what: two songs are as alike as
    the cosine between them. The axes are the principal components of the directions, in which a song counts
    as much as it is in playlists (by the model's own bias of the track). They are the model's alone, so the
    same model gives the same picture always: a song's place does not depend on the party. All three have one
    scale, by which the song that lies furthest out is at 1 or -1, and the heavier side of each is ahead.
    The files are opened now, and are these to the end, whatever takes their place; the axes are worked out
    when a place is first asked for.

    Raises:
        NoFactors: the file holds none that this can read.
    """

    def __init__(self, path: Path, tracks: int) -> None:
        found = tensors(path, NAMES)
        try:
            stored, bias, lanes = (found[name] for name in NAMES)
        except KeyError as error:
            raise NoFactors(f"{path} has no tensor {error}") from error
        if stored.ndim != 2 or len(stored) < tracks or bias.size != tracks or lanes.size != 1 or lanes < 1:
            raise NoFactors(f"{path} has factors of other songs")
        self._stored = stored
        self._tracks = tracks
        self._lanes = int(lanes.reshape(()))
        if -(-tracks // self._lanes) * self._lanes > len(stored):
            raise NoFactors(f"{path} has factors of other songs")
        self._bias = bias.reshape(-1)
        if not np.isfinite(self._bias).all():
            raise NoFactors(f"{path} has numbers that are none")

    @cached_property
    def _widest(self) -> tuple[Floats, Floats]:
        """The axes and the middle, which take a moment to find and which only maps need."""
        return _widest(self, np.exp(self._bias))

    @cached_property
    def _scale(self) -> float:
        return 1 / max(float(np.abs(self._along(rows)).max()) for _, rows in self.directions())

    @property
    def dims(self) -> int:
        """How many factors a song has."""
        return int(self._stored.shape[1])

    def directions(self) -> Iterator[tuple[int, Floats]]:
        """All songs in parts: the index of the first, and each one's direction, (n, dims)."""
        for start in range(0, self._tracks, AT_A_TIME):
            yield start, self._unit(np.arange(start, min(start + AT_A_TIME, self._tracks)))

    def of(self, indices: npt.NDArray[np.int64]) -> Floats:
        """The directions of some songs: (songs, dims), each of length 1, or 0 for one that says nothing."""
        return self._unit(indices)

    def _unit(self, indices: npt.NDArray[np.int64]) -> Floats:
        """Directions of songs, whose factors are bytes around 128, each song's in a step of its own.

        The songs stand in blocks of rows: the first one of each block, then the second of each, and so on.
        """
        lane, block = np.divmod(indices, -(-self._tracks // self._lanes))
        floats = self._stored[block * self._lanes + lane].astype(np.float32) - 128
        lengths = np.linalg.norm(floats, axis=1, keepdims=True)
        return np.asarray(floats / np.where(lengths > 0, lengths, 1), np.float32)

    def places(self, indices: Sequence[int]) -> Floats:
        """Where songs lie, each number within -1 and 1: (n, 3)."""
        along = self._along(self._unit(np.array(indices, np.int64)))
        return np.asarray(np.clip(along * self._scale, -1, 1), np.float32)

    def nearest(self, indices: Sequence[int], count: int) -> list[int]:
        """The songs that are most alike to some, by their index: the nearest of each, then each one's second.

        There are `count` for each or a few more; none comes twice, and none of the asked ones.
        """
        asked = self._unit(np.array(indices, np.int64))
        most = min(count + len(asked), self._tracks)  # the asked ones are among the nearest themselves
        alike, where = np.empty((len(asked), 0), np.float32), np.empty((len(asked), 0), np.int64)
        for start, rows in self.directions():
            alike = np.hstack([alike, asked @ rows.T])
            new = np.arange(start, start + len(rows))
            where = np.hstack([where, np.broadcast_to(new, (len(asked), len(rows)))])
            if alike.shape[1] > most:
                best = np.argpartition(-alike, most - 1, axis=1)[:, :most]
                alike, where = np.take_along_axis(alike, best, 1), np.take_along_axis(where, best, 1)
        order = np.take_along_axis(where, np.lexsort((where, -alike), axis=1), 1)
        own = set(indices)
        return [index for index in dict.fromkeys(order.T.reshape(-1).tolist()) if index not in own]

    def _along(self, directions: Floats) -> Floats:
        axes, middle = self._widest
        found: Floats = directions @ axes - middle
        return found


def _widest(factors: Factors, weights: Floats) -> tuple[Floats, Floats]:
    """The axes, (dims, 3), and the middle of the songs on them."""
    shares = np.asarray(weights / weights.sum(dtype=np.float64), np.float32)
    dims = factors.dims
    mean, squares = np.zeros(dims), np.zeros((dims, dims))
    for start, rows in factors.directions():
        weighted = rows * shares[start : start + len(rows), np.newaxis]
        mean += weighted.sum(axis=0, dtype=np.float64)
        squares += rows.T @ weighted
    _, vectors = np.linalg.eigh(squares - np.outer(mean, mean))
    axes = vectors[:, ::-1][:, :AXES]
    axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), range(axes.shape[1])] < 0, -1, 1)
    axes = np.pad(axes, ((0, 0), (0, AXES - axes.shape[1])))  # a model of fewer factors is flat
    return axes.astype(np.float32), (mean @ axes).astype(np.float32)


def has_odd_numbers(path: Path) -> bool:
    """Whether some of an ONNX file's floats are no numbers, or infinite.

    Raises:
        OSError, NoFactors: as `tensors`.
    """
    return not all(np.isfinite(each).all() for each in tensors(path, None).values() if each.dtype.kind == "f")


def tensors(path: Path, names: Sequence[str] | None) -> dict[str, npt.NDArray[Any]]:
    """The tensors of these names, or all, of an ONNX file; their numbers stay in it or in the one beside it.

    Raises:
        OSError: a file cannot be read.
        NoFactors: it is no protocol buffer, or the one beside it is too short.
    """
    whole = _mapped(path)
    found: dict[str, npt.NDArray[Any]] = {}
    try:
        graphs = (graph for number, graph in _fields(whole) if number == _GRAPH)
        for number, tensor in (field for graph in graphs for field in _fields(graph)):
            if number == _INITIALISER:
                name, values = _tensor(tensor, names, path.parent)
                if values is not None:
                    found[name] = values
    except (IndexError, KeyError, ValueError) as error:
        raise NoFactors(f"{path} is no ONNX file ({error})") from error
    return found


def outside(path: Path) -> set[str]:
    """The files beside an ONNX file in which some of its numbers stand.

    Raises:
        OSError: it cannot be read.
        NoFactors: it is no protocol buffer.
    """
    try:
        graphs = [graph for number, graph in _fields(_mapped(path)) if number == _GRAPH]
        tensors = (tensor for graph in graphs for number, tensor in _fields(graph) if number == _INITIALISER)
        entries = (entry for tensor in tensors for number, entry in _fields(tensor) if number == _OUTSIDE)
        pairs = ([bytes(of).decode() for _, of in _fields(entry)] for entry in entries)
        return {value for key, value in pairs if key == "location"}
    except (IndexError, TypeError, ValueError) as error:
        raise NoFactors(f"{path} is no ONNX file ({error})") from error


def _mapped(path: Path) -> memoryview:
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _tensor(
    message: memoryview, names: Sequence[str] | None, folder: Path
) -> tuple[str, npt.NDArray[Any] | None]:
    """A tensor's name, and its numbers if it is one of these."""
    dims: list[int] = []
    kind, name, raw = 0, "", None
    outside: dict[str, str] = {}
    for number, value in _fields(message):
        match number, value:
            case (1, int()):
                dims.append(value)
            case (1, memoryview()):  # as some writers pack them
                place = 0
                while place < len(value):
                    dim, place = _varint(value, place)
                    dims.append(dim)
            case (2, int()):
                kind = value
            case (8, memoryview()):
                name = bytes(value).decode("utf-8", "replace")
            case (9, memoryview()):
                raw = value
            case (13, memoryview()):
                key, text = (bytes(of).decode() for _, of in _fields(value))
                outside[key] = text
    if (names is not None and name not in names) or kind not in _TYPES:
        return name, None
    if outside:
        beside = _mapped(folder / Path(outside["location"]).name)
        first = int(outside["offset"])
        raw = beside[first : first + int(outside["length"])]
    if raw is None:
        return name, None
    return name, np.frombuffer(raw, _TYPES[kind]).reshape(dims)


def _fields(message: memoryview) -> Iterator[tuple[int, Any]]:
    """Each field of a message: its number, and a whole number or what lies in it."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        match key & 7:
            case 0:
                value, place = _varint(message, place)
                yield key >> 3, value
            case 2:
                size, place = _varint(message, place)
                if place + size > len(message):
                    raise ValueError("a field is longer than its message")
                yield key >> 3, message[place : place + size]
                place += size
            case 1:
                place += 8
            case 5:
                place += 4
            case wire:
                raise ValueError(f"wire type {wire}")


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """A whole number in bytes of seven bits, the least first, and the place behind it."""
    number = shift = 0
    while True:
        byte = message[place]
        number |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return number, place
        if shift > 63:
            raise ValueError("a number has no end")
