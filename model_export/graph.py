"""The model as one ONNX graph: fold-in, scoring, masking, top-n and reasons.

Inputs and outputs are a contract with whoever runs the bundle; the table stands in the model card. Whatever
comes in, the answer is finite, sorted and without repeats: entries that the model does not know, and weights
that are no numbers, count for nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx
from onnx import checker, numpy_helper, parser
from scipy import sparse

from model_export.model import Floats, Indices, Memory, Model, rounded
from model_export.neighbours import REACH, as_bytes, nothing

AT_ONCE = 1 << 16
"""So many rows are rounded in one go."""

# Its sigmoid is written out: onnxruntime's own is not monotone for small probabilities.
# The factors stay in one table, in steps, as onnxruntime unfolds every constant that is made of them.
# `rows` are the tracks and, behind them, what stands in a queue for songs outside the catalogue.
_GRAPH = """
<ir_version: 9, opset_import: ["" : 18], producer_name: "encore">
encore (int64[q] queue, float[q] weight, float[q] label, int64[b] banned, int64 limit, float[3] blend)
    => (int64[n] tracks, float[n] match, float[n, q] reasons)
{
    factors_in_steps = Cast <to = 1> (stored_factors)
    rows = Shape <start = 0, end = 1> (factors_in_steps)
    count = Shape <start = 0, end = 1> (track_bias)

    reaches = GreaterOrEqual (queue, zero_i)
    below = Less (queue, rows)
    known = And (reaches, below)
    entry = Where (known, queue, zero_i)
    weight_is_nan = IsNaN (weight)
    weight_is_infinite = IsInf (weight)
    weight_is_odd = Or (weight_is_nan, weight_is_infinite)
    weight_is_even = Not (weight_is_odd)
    sound = And (known, weight_is_even)
    some_weight = Where (sound, weight, zero_f)
    not_negative = Max (some_weight, zero_f)
    sure = Min (not_negative, heaviest)
    label_is_nan = IsNaN (label)
    some_label = Where (label_is_nan, zero_f, label)
    wanted = Clip (some_label, minus_one_f, one_f)
    blend_is_nan = IsNaN (blend)
    some_blend = Where (blend_is_nan, one_f, blend)
    mix = Clip (some_blend, zero_f, most_blend)
    mix_factors, mix_neighbours, mix_content = Split <axis = 0, num_outputs = 3> (mix)

    learned = Gather (entry_weight, entry)
    told = Mul (sure, learned)
    total = ReduceSum <keepdims = 0> (told)
    is_told = Greater (total, zero_f)
    divisor = Where (is_told, total, one_f)
    shrunk = Pow (divisor, power)
    signed = Mul (told, wanted)
    share = Div (signed, shrunk)
    share_row = Unsqueeze (share, axis_0)
    share_column = Unsqueeze (share, axis_1)

    entry_in_steps = Gather (factors_in_steps, entry)
    entry_step = Gather (factor_step, entry)
    every_entrys_factors = Mul (entry_in_steps, entry_step)
    entry_factors = Mul (every_entrys_factors, mix_factors)
    playlist_factors = MatMul (share_row, entry_factors)
    row_dots_in_steps = Gemm <transB = 1> (playlist_factors, factors_in_steps)
    dots_in_steps = Slice (row_dots_in_steps, zero_i, count, axis_1)
    dot_in_steps = Squeeze (dots_in_steps, axis_0)
    step = Squeeze (factor_step, axis_1)
    track_step = Slice (step, zero_i, count)
    dot = Mul (dot_in_steps, track_step)

    REMEMBER(near, entry, mix_neighbours)
    near_flat = Reshape (near, flat)
    near_pull = Mul (near_likeness, share_column)
    near_pull_flat = Reshape (near_pull, flat)
    unpulled = Expand (zero_f, count)
    pulled = ScatterElements <axis = 0, reduction = "add"> (unpulled, near_flat, near_pull_flat)

    artist_32 = Gather (artist_of, entry)
    artist = Cast <to = 7> (artist_32)
    track_artist = Slice (artist_of, zero_i, count)
    has_artist = Less (artist, artists)
    content_weight = Mul (same_artist, mix_content)
    own_likeness = Where (has_artist, content_weight, zero_f)
    REMEMBER(kin, artist, mix_content)
    kin_flat = Reshape (kin, flat)
    kin_pull = Mul (kin_likeness, share_column)
    kin_pull_flat = Reshape (kin_pull, flat)
    own_pull = Mul (own_likeness, share)
    artists_and_none = Add (artists, one_i)
    no_artist_pulled = Expand (zero_f, artists_and_none)
    kin_pulled = ScatterElements <axis = 0, reduction = "add"> (no_artist_pulled, kin_flat, kin_pull_flat)
    artist_pulled = ScatterElements <axis = 0, reduction = "add"> (kin_pulled, artist, own_pull)
    content = Gather (artist_pulled, track_artist)

    factored = Add (dot, pulled)
    whole = Add (factored, content)
    score = Add (whole, track_bias)

    tempered = Mul (score, temper)
    normaliser = ReduceLogSumExp <keepdims = 0> (tempered)
    centred = Sub (tempered, normaliser)
    scaled = Mul (centred, scale)
    logit = Add (scaled, level)

    ruled_out = Concat <axis = 0> (queue, banned)
    out_reaches = GreaterOrEqual (ruled_out, zero_i)
    out_below = Less (ruled_out, count)
    out_known = And (out_reaches, out_below)
    out = Compress <axis = 0> (ruled_out, out_known)
    all_free = Expand (true, count)
    out_count = Shape (out)
    never = Expand (false, out_count)
    free = ScatterElements <axis = 0> (all_free, out, never)
    free_as_number = Cast <to = 1> (free)
    left_as_number = ReduceSum <keepdims = 0> (free_as_number)
    left = Cast <to = 7> (left_as_number)
    asked = Max (limit, zero_scalar)
    most = Min (asked, left)
    n_best = Unsqueeze (most, axis_0)

    candidate = Where (free, logit, lowest)
    best_logit, tracks = TopK <axis = 0, largest = 1, sorted = 1> (candidate, n_best)
    minus = Neg (best_logit)
    against = Exp (minus)
    odds = Add (against, one_f)
    match = Reciprocal (odds)

    best_in_steps = Gather (factors_in_steps, tracks)
    best_step = Gather (factor_step, tracks)
    best_factors = Mul (best_in_steps, best_step)
    entries_across = Transpose <perm = [1, 0]> (entry_factors)
    affinity = MatMul (best_factors, entries_across)

    n = Shape (tracks)
    n_and_one = Add (n, one_i)
    n_scalar = Squeeze (n_and_one, axis_0)
    ranks = Range (one_scalar, n_scalar, one_scalar)
    q = Shape (queue)
    table_shape = Concat <axis = 0> (q, n_and_one)
    table = Expand (zero_f, table_shape)

    unranked = Expand (zero_i, count)
    rank = ScatterElements <axis = 0> (unranked, tracks, ranks)
    near_rank = Gather (rank, near)
    near_table = ScatterElements <axis = 1, reduction = "add"> (table, near_rank, near_likeness)
    nearness = Slice (near_table, one_i, n_and_one, axis_1)

    best_artist = Gather (track_artist, tracks)
    artists_unranked = Expand (zero_i, artists_and_none)
    artist_rank = ScatterElements <axis = 0, reduction = "max"> (artists_unranked, best_artist, ranks)
    kin_rank = Gather (artist_rank, kin)
    kin_table = ScatterElements <axis = 1, reduction = "add"> (table, kin_rank, kin_likeness)
    own_rank = Gather (artist_rank, artist)
    own_rank_column = Unsqueeze (own_rank, axis_1)
    own_column = Unsqueeze (own_likeness, axis_1)
    content_table = ScatterElements <axis = 1, reduction = "add"> (kin_table, own_rank_column, own_column)
    best_artist_rank = Gather (artist_rank, best_artist)
    closeness = Gather <axis = 1> (content_table, best_artist_rank)

    remembered = Add (nearness, closeness)
    remembered_across = Transpose <perm = [1, 0]> (remembered)
    whole_affinity = Add (affinity, remembered_across)
    shares = Mul (whole_affinity, share_row)
    reasons = Mul (shares, slope)
}
"""

# The neighbours `name` of the rows `of`, and how near they are: two tables with a row each. In the file they
# stand one behind the other, row r's from first[r] to first[r + 1].
_REMEMBER = """
    NAME_first = Cast <to = 7> (stored_NAME_first)
    NAME_row_and_one = Add (OF, one_i)
    NAME_start = Gather (NAME_first, OF)
    NAME_end = Gather (NAME_first, NAME_row_and_one)
    NAME_start_column = Unsqueeze (NAME_start, axis_1)
    NAME_end_column = Unsqueeze (NAME_end, axis_1)
    NAME_any_place = Add (NAME_start_column, NAME_places)
    NAME_inside = Less (NAME_any_place, NAME_end_column)
    NAME_place = Where (NAME_inside, NAME_any_place, zero_i)
    NAME_small = Gather (stored_NAME, NAME_place)
    NAME = Cast <to = 7> (NAME_small)
    NAME_byte = Gather (stored_NAME_likeness, NAME_place)
    NAME_root = Cast <to = 1> (NAME_byte)
    NAME_square = Mul (NAME_root, NAME_root)
    NAME_step_now = Mul (NAME_step, MIX)
    NAME_any_likeness = Mul (NAME_square, NAME_step_now)
    NAME_likeness = Where (NAME_inside, NAME_any_likeness, zero_f)
"""


def _written_out() -> str:
    """The graph's text with every REMEMBER(name, of, mix) written out."""

    def remember(call: re.Match[str]) -> str:
        name, of, mix = call.groups()
        return _REMEMBER.replace("NAME", name).replace("OF", of).replace("MIX", mix)

    return re.sub(r"REMEMBER\((\w+), (\w+), (\w+)\)", remember, _GRAPH)


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


def build_graph(model: Model, others: StandIns) -> onnx.ModelProto:
    """The graph of a model and what stands in for songs that it lacks.

    Raises:
        onnx.checker.ValidationError: the graph is not sound, which only a fault in this file can bring.
    """
    graph = parser.parse_model(_written_out())
    factors, step = _small(model.factors, others.factors)
    constants: dict[str, npt.ArrayLike] = {
        "stored_factors": factors,
        "factor_step": step,
        "entry_weight": np.concatenate([model.weights, others.weights]).astype(np.float32),
        **_memory(model, others),
        "same_artist": np.float32(model.blend.same_artist),
        "blend": np.ones(3, np.float32),
        "track_bias": model.track_bias.astype(np.float32),
        "level": np.float32(model.level),
        "temper": np.float32(model.temper),
        "scale": np.float32(model.scale),
        "slope": np.float32(model.scale) * np.float32(model.temper),
        "power": np.float32(model.power),
        "zero_f": np.float32(0),
        "one_f": np.float32(1),
        "minus_one_f": np.float32(-1),
        "heaviest": np.float32(1e6),
        "most_blend": np.float32(10),
        "lowest": np.float32(-np.inf),
        "zero_i": np.array([0], np.int64),
        "zero_scalar": np.int64(0),
        "one_scalar": np.int64(1),
        "one_i": np.array([1], np.int64),
        "axis_0": np.array([0], np.int64),
        "axis_1": np.array([1], np.int64),
        "flat": np.array([-1], np.int64),
        "true": np.array([True]),
        "false": np.array([False]),
    }
    graph.graph.initializer.extend(
        numpy_helper.from_array(np.asarray(values), name) for name, values in constants.items()
    )
    checker.check_model(graph, full_check=True)
    return graph


def _small(*parts: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """All these rows, rounded a part at a time: all at once they would fill gigabytes."""
    some = [part[i : i + AT_ONCE] for part in parts for i in range(0, len(part), AT_ONCE)]
    small, step = zip(*map(rounded, some), strict=True)
    return np.concatenate(small), np.concatenate(step)


def _memory(model: Model, others: StandIns) -> dict[str, npt.ArrayLike]:
    """The neighbours of every row, the kin of every artist, and every row's artist; past them, nobody's."""
    tracks = len(model.factors)
    memory = model.memory or Memory(
        nothing(tracks, tracks),
        nothing(0, 0),
        np.full(tracks, -1, np.int32),
    )
    artists = memory.kinship.shape[0]
    artist_of = np.concatenate([memory.artist_of, others.artist_of])
    near = sparse.vstack([memory.likeness, others.likeness], format="csr")
    return {
        "artists": np.array([artists], np.int64),
        "artist_of": np.where((artist_of >= 0) & (artist_of < artists), artist_of, artists).astype(np.int32),
        **_stored("near", sparse.csr_array(near), model.blend.neighbours),
        **_stored("kin", memory.kinship, model.blend.kin),
    }


def _stored(name: str, likeness: sparse.csr_array, weight: float) -> dict[str, npt.ArrayLike]:
    """One member's rows, one behind the other, and a last empty one; there is always a first place."""
    values, step = as_bytes(likeness.data)
    columns = likeness.indices
    small = np.uint16 if likeness.shape[1] <= REACH or columns.max(initial=0) < REACH else np.int32
    bounds = likeness.indptr.astype(np.int64)
    return {
        f"stored_{name}_first": np.concatenate([bounds, bounds[-1:]]).astype(np.int32),
        f"{name}_places": np.arange(int(np.diff(bounds).max(initial=1)), dtype=np.int64),
        f"stored_{name}": np.concatenate([columns, [0]]).astype(small),
        f"stored_{name}_likeness": np.concatenate([values, [0]]).astype(np.uint8),
        f"{name}_step": np.float32(step * np.float32(weight)),
    }
