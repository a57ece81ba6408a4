"""The model as one ONNX graph: fold-in, scoring, masking, top-n and reasons.

Inputs and outputs are a contract with whoever runs the bundle; the table stands in the model card. Whatever
comes in, the answer is finite, sorted and without repeats: entries that the model does not know, and weights
that are no numbers, count for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import checker, helper, numpy_helper, parser
from scipy import sparse

from model_export.graph_file import DATA, part, read_by, written
from model_export.graph_text import BYTES, FINE_BYTES, FLOATS, written_out
from model_export.model import Blend, Floats, Indices, Memory, Model, rounded
from model_export.neighbours import REACH, as_bytes, nothing

Constants = dict[str, npt.NDArray[Any]]

AT_ONCE = 1 << 16
"""So many rows are worked on in one go: all of them as floats would fill gigabytes."""
FEW = 8
"""Up to so many dimensions the tracks are scanned in floats, past it in bytes."""
LANES, MANY = 16, 1 << 18
"""So many tracks make a block, and four times as many where there are many tracks."""
HALF_A_BYTE = 0.51 / 127
"""By how much of the largest number rounding to bytes may change a number."""
TAME = 80.0
"""Scores within it can be raised to the power of e as they are."""
TYPICAL_SUM, CLOSE = 2.0, 5e-4
"""How many times a song's factors a playlist's are, and by how much its rounding may change a match."""
FLOAT_ERROR = 4e-6
"""By how much of its summands rounding may change a sum of float32."""


@dataclass(frozen=True, slots=True)
class StandIns:
    """Rows past the tracks: artists and words, which take part in a queue and are never suggested."""

    factors: Floats  # (rows, dims)
    weights: Floats  # (rows,): a_e > 0
    artist_of: Indices  # (rows,): the artist of each, -1 for a word
    likeness: sparse.csr_array  # (rows, tracks): the cosines of each row's nearest tracks


def joined(first: StandIns, then: StandIns) -> StandIns:
    """Both, one behind the other."""
    return StandIns(
        np.concatenate([first.factors, then.factors]),
        np.concatenate([first.weights, then.weights]),
        np.concatenate([first.artist_of, then.artist_of]),
        sparse.csr_array(sparse.vstack([first.likeness, then.likeness])),
    )


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the tracks stand in the table: its rows are blocks of `lanes`, and the others follow.

    The first track of each block comes first, then the second of each: with the popular ones in front, every
    block holds popular and rare ones, so that the best of each tell much about the best of all.
    """

    tracks: int
    dims: int

    @property
    def lanes(self) -> int:
        """How many rows a block has."""
        return LANES if self.tracks < MANY else 4 * LANES

    @property
    def blocks(self) -> int:
        """How many blocks there are; the last lanes may be padded."""
        return -(-self.tracks // self.lanes)

    @property
    def padded(self) -> int:
        """How many rows come before the others."""
        return self.blocks * self.lanes

    @property
    def step_dims(self) -> int:
        """How many dimensions share a step in the scan."""
        return self.dims if self.dims <= FEW else min(max(16, 1 << (self.dims - 1).bit_length()), 256)

    @property
    def width(self) -> int:
        """How many bytes a row has: the dimensions, and what fills up the last of the above."""
        return -(-self.dims // self.step_dims) * self.step_dims

    def rows(self) -> npt.NDArray[np.int64]:
        """The row of each track: (tracks,)."""
        lane, block = np.divmod(np.arange(self.tracks), self.blocks)
        return block * self.lanes + lane

    def pads(self) -> npt.NDArray[np.int64]:
        """The rows before the others that are no track's."""
        free = np.ones(self.padded, bool)
        free[self.rows()] = False
        return np.flatnonzero(free)

    def placed(self, tracks: npt.NDArray[Any], others: npt.ArrayLike, pad: float) -> npt.NDArray[Any]:
        """What is known of each track and of each of the others, row by row."""
        found = np.full((self.padded, *tracks.shape[1:]), pad, tracks.dtype)
        found[self.rows()] = tracks
        return np.concatenate([found, np.asarray(others, tracks.dtype).reshape(-1, *tracks.shape[1:])])


def build_graph(model: Model, others: StandIns) -> onnx.ModelProto:
    """The graph of a model and what stands in for songs that it lacks.

    Raises:
        onnx.checker.ValidationError: the graph is not sound, which only a fault in this file can bring.
    """
    layout = Layout(*model.factors.shape)
    graph = _empty_graph(model, layout)
    graph.graph.initializer.extend(
        numpy_helper.from_array(values, name)
        for name, values in _used(graph, constants(model, others, layout)).items()
    )
    checker.check_model(graph, full_check=True)
    return graph


def save_graphs(model: Model, others: StandIns, folder: Path) -> None:
    """Writes the graph as `model.onnx`, the same in three parts, and all their numbers as `model.data`.

    `fold.onnx` makes a queue the playlist's factors, `scan.onnx` scores all tracks for any number of these
    at once, and `rank.onnx` does the rest with one row of that. Together they answer as `model.onnx` does,
    and whoever has several queues to answer shares the scan: four of them cost little more than one. What
    is large stands in `model.data` alone, which onnxruntime maps, so that all who run it share it.
    """
    layout = Layout(*model.factors.shape)
    whole = _empty_graph(model, layout)
    whole.graph.initializer.extend(written(_used(whole, constants(model, others, layout)), folder / DATA))
    scan = helper.make_tensor_value_info("scan", onnx.TensorProto.FLOAT, ["r", layout.padded])
    playlist = helper.make_tensor_value_info("playlist", onnx.TensorProto.FLOAT, ["r", layout.width])
    asked, answer = list(whole.graph.input), list(whole.graph.output)
    told = [each for each in asked if each.name not in ("banned", "limit")]
    graphs = {
        "model.onnx": whole,
        "fold.onnx": part(whole, told, [playlist]),
        "scan.onnx": part(whole, [playlist], [scan]),
        "rank.onnx": part(whole, [*asked, scan], answer),
    }
    for name, graph in graphs.items():
        (folder / name).write_bytes(graph.SerializeToString(deterministic=True))
        checker.check_model(folder / name, full_check=True)


def _empty_graph(model: Model, layout: Layout) -> onnx.ModelProto:
    sizes = {"PADDED": layout.padded, "WIDTH": layout.width, "STEP_DIMS": layout.step_dims}
    scan = FLOATS if layout.dims <= FEW else FINE_BYTES if _is_coarse(model) else BYTES
    return parser.parse_model(written_out(scan, sizes))


def _used(graph: onnx.ModelProto, numbers: Constants) -> Constants:
    """What this form of the graph needs of the numbers, and the dimensions for whoever reads the file."""
    needed = {"dims", *(name for node in graph.graph.node for name in read_by(node))}
    return {name: values for name, values in numbers.items() if name in needed or name == "blend"}


def _is_coarse(model: Model) -> bool:
    """Whether rounding a playlist to bytes could change a match by a thousandth.

    It changes no answer, as candidates are scored exactly, but the normaliser is a sum over what was scanned.
    A number of a playlist's is at most a few times that of a song, and a match changes by a quarter of what
    its logit does.
    """
    some = model.factors[:: -(-len(model.factors) // AT_ONCE)]
    largest, length = np.abs(some).max(axis=1).mean(), np.linalg.norm(some, axis=1).mean()
    off = TYPICAL_SUM * largest / 127 / 12**0.5 * length
    return bool(model.scale * model.temper * off / 4 > CLOSE)


def constants(model: Model, others: StandIns, layout: Layout) -> Constants:
    """All numbers of the graph, by their names."""
    tracks = layout.tracks
    nobody = np.full(tracks, -1, np.int32)
    memory = model.memory or Memory(nothing(tracks, tracks), nothing(0, 0), nobody)
    return {
        **_table(model, others, layout),
        **_memory(memory, model.blend, others, layout),
        **_errors(model, layout),
        **_numbers(model, memory, others, layout),
    }


def _table(model: Model, others: StandIns, layout: Layout) -> Constants:
    """The factors and the biases, row by row."""
    stored = np.full((layout.padded + len(others.factors), layout.width), 128, np.uint8)
    step = np.ones((len(stored), 1), np.float32)
    rows = np.concatenate([layout.rows(), np.arange(layout.padded, len(stored))])
    for some, factors in _parts(model.factors, others.factors):
        small, steps = rounded(factors)
        stored[rows[some], : layout.dims] = small.view(np.uint8) ^ 128
        step[rows[some]] = steps
    return {
        "stored_factors": stored,
        "factor_step": step,
        "track_bias": model.bias,
        "pad_bias": np.full(layout.padded - layout.tracks, -1e30, np.float32),
        "entry_weight": layout.placed(model.weights.astype(np.float32), others.weights, 1),
    }


def _errors(model: Model, layout: Layout) -> Constants:
    """By how much the scan may err in each block, in parts of what the graph knows of a queue.

    A number of the playlist's is rounded by no more than `HALF_A_BYTE` of the largest, so all of them by its
    root of `dims` at most, and a track's dot product by that times the length of the track's factors.
    """
    norms = np.zeros(layout.padded, np.float32)
    for some, factors in _parts(model.factors):
        small, steps = rounded(factors)
        norms[layout.rows()[some]] = np.linalg.norm(small.astype(np.float32), axis=1) * steps[:, 0]
    root = layout.width**0.5
    return {
        "block_error": np.asarray(root * HALF_A_BYTE * norms.reshape(-1, layout.lanes).max(1), np.float32),
        "dot_most": np.asarray(root * norms.max(), np.float32),
        "bias_most": np.asarray(model.temper * np.abs(model.bias).max() + 1, np.float32),
        "float_error": np.array(FLOAT_ERROR, np.float32),
        "tame": np.array(TAME, np.float32),
    }


def _parts(*arrays: Floats) -> Iterator[tuple[slice, Floats]]:
    """The rows of all arrays, some at a time: where they stand, and what they are."""
    first = 0
    for array in arrays:
        for start in range(0, len(array), AT_ONCE):
            some = array[start : start + AT_ONCE]
            yield slice(first, first + len(some)), some
            first += len(some)


def _memory(memory: Memory, blend: Blend, others: StandIns, layout: Layout) -> Constants:
    """The neighbours of every row, the kin of every artist, and every row's artist; past them, nobody's."""
    artists = memory.kinship.shape[0]

    def known(artist_of: Indices) -> Indices:
        return np.where((artist_of >= 0) & (artist_of < artists), artist_of, artists).astype(np.int32)

    of_tracks = known(memory.artist_of)
    songs = np.argsort(of_tracks, kind="stable")[: np.count_nonzero(of_tracks < artists)]
    first_song = np.concatenate([[0], np.cumsum(np.bincount(of_tracks, minlength=artists + 1))])
    order = layout.placed(np.arange(layout.tracks), [], -1)
    return {
        "artists": np.array([artists], np.int32),
        "artist_of": layout.placed(of_tracks, known(others.artist_of), artists),
        "stored_artist_first": np.append(first_song[:-1], first_song[artists]).astype(np.int32),
        "artist_songs": np.concatenate([layout.rows()[songs], [0]]).astype(np.int32),
        **_stored("near", memory.likeness, blend.neighbours, order, others.likeness),
        **_stored("kin", memory.kinship, blend.kin, np.arange(artists), nothing(0, artists)),
    }


def _stored(
    name: str,
    likeness: sparse.csr_array,
    weight: float,
    order: npt.NDArray[np.int64],
    others: sparse.csr_array,
) -> Constants:
    """One member's rows in this order, the others', and a last empty one, as the graph's text reads them."""
    lengths = np.where(order >= 0, np.diff(likeness.indptr)[order], 0)
    all_lengths = np.concatenate([lengths, np.diff(others.indptr), [0]])
    bounds = 1 + np.concatenate([[0], np.cumsum(all_lengths + (all_lengths > 0))])
    most = max(float(each.data.max(initial=0)) for each in (likeness, others))
    _, step = as_bytes(np.array([most], np.float32))
    reach = max(int(each.indices.max(initial=0)) for each in (likeness, others))
    columns = np.zeros(bounds[-1], np.uint16 if reach < REACH else np.int32)
    values = np.zeros(len(columns), np.uint8)
    first = 0
    for rows, of in ((order, likeness), (np.arange(others.shape[0]), others)):
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            here = slice(first + start, first + start + len(some))
            nth = np.arange(all_lengths[here].sum()) - np.repeat(
                np.cumsum(all_lengths[here]) - all_lengths[here], all_lengths[here]
            )
            to = np.repeat(bounds[here], all_lengths[here]) + nth
            source = np.repeat(of.indptr[some], all_lengths[here]) + nth
            columns[to], values[to] = of.indices[source], _bytes(of.data[source], step)
        first += len(rows)
    return {
        f"{name}_first": bounds.astype(np.int32),
        f"stored_{name}": columns,
        f"stored_{name}_likeness": values,
        f"{name}_step": np.asarray(step * np.float32(weight)),
    }


def _bytes(values: Floats, step: np.float32) -> npt.NDArray[np.uint8]:
    """As `as_bytes` rounds them, in a step that is known."""
    return np.asarray(np.round(np.sqrt(values / step)), np.uint8)


def _numbers(model: Model, memory: Memory, others: StandIns, layout: Layout) -> Constants:
    """What the formula and the layout need, and the numbers that ONNX has no other way to write."""
    rows = layout.padded + len(others.factors)
    floats = {
        "same_artist": model.blend.same_artist,
        "level": model.level,
        "temper": model.temper,
        "scale": model.scale,
        "power": model.power,
        "zero_f": 0,
        "one_f": 1,
        "minus_one_f": -1,
        "heaviest": 1e6,
        "most_blend": 10,
        "infinity": np.inf,
        "middle_f": 128,
        "half": 0.5,
        "one_127th": 1 / 127,
        "least_step": 1e-30,
        "low": -1e38,
        "most_byte": 255.0**2,
    }
    places = {"lanes": layout.lanes, "blocks": layout.blocks, "padded": layout.padded, "rows": rows}
    lists = {
        "count": [layout.tracks],
        "entries": [layout.tracks + len(others.factors)],
        "blocks": [layout.blocks],
        "padded": [layout.padded],
        "as_blocks": [-1, layout.lanes],
        "two_halves": [2, -1, layout.padded],
        "by_lane": [layout.lanes, layout.blocks],
        "in_blocks": [layout.padded, -1, layout.step_dims],
        "steps_of_row": [1, layout.width // layout.step_dims],
        "artists_and_none": [memory.kinship.shape[0] + 1],
        "zero_i": [0],
        "one_i": [1],
        "axis_0": [0],
        "axis_1": [1],
        "axis_2": [2],
        "flat": [-1],
    }
    whole = {"dims": layout.dims, "zero_scalar": 0, "one_scalar": 1}
    small = {**{f"{name}_32": each for name, each in places.items()}, "zero_32": 0, "one_32": 1}
    return {
        "blend": np.ones(3, np.float32),
        "lowest": np.full(1, -np.inf, np.float32),
        "one_wider": np.eye(layout.width, layout.width + 1, dtype=np.float32),
        "for_bias": np.eye(1, layout.width + 1, layout.width, dtype=np.float32),
        "middle": np.array(128, np.uint8),
        "pads": layout.pads().astype(np.int32),
        "one_1_32": np.ones(1, np.int32),
        **{name: np.array(value, np.float32) for name, value in floats.items()},
        **{name: np.array(value, np.int64) for name, value in {**lists, **whole}.items()},
        **{name: np.array(value, np.int32) for name, value in small.items()},
    }
