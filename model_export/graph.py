"""The model as one ONNX graph: fold-in, scoring, masking, top-n and reasons.

Inputs and outputs are a contract with whoever runs the bundle; the table stands in the model card. Whatever
comes in, the answer is finite, sorted and without repeats: entries that the model does not know, and weights
that are no numbers, count for nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import onnx
from onnx import checker, numpy_helper, parser
from scipy import sparse

from model_export.model import Floats, Model
from model_export.neighbours import as_table

# Its sigmoid is written out: onnxruntime's own is not monotone for small probabilities.
# `rows` are the tracks and, behind them, the artists that stand in for songs outside the catalogue.
_GRAPH = """
<ir_version: 9, opset_import: ["" : 18], producer_name: "encore">
encore (int64[q] queue, float[q] weight, float[q] label, int64[b] banned, int64 limit)
    => (int64[n] tracks, float[n] match, float[n, q] reasons)
{
    factors = Cast <to = 1> (stored_factors)
    rows = Shape <start = 0, end = 1> (factors)
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

    learned = Gather (entry_weight, entry)
    told = Mul (sure, learned)
    total = ReduceSum <keepdims = 0> (told)
    is_told = Greater (total, zero_f)
    divisor = Where (is_told, total, one_f)
    shrunk = Pow (divisor, power)
    signed = Mul (told, wanted)
    share = Div (signed, shrunk)
    entry_factors = Gather (factors, entry)
    share_row = Unsqueeze (share, axis_0)
    playlist_factors = MatMul (share_row, entry_factors)

    track_factors = Slice (factors, zero_i, count)
    across = Transpose <perm = [1, 0]> (track_factors)
    dots = MatMul (playlist_factors, across)
    dot = Squeeze (dots, axis_0)

    row = Min (entry, count)
    near_small = Gather (neighbour, row)
    near = Cast <to = 7> (near_small)
    likeness_16 = Gather (likeness, row)
    likeness_32 = Cast <to = 1> (likeness_16)
    share_column = Unsqueeze (share, axis_1)
    pull = Mul (likeness_32, share_column)
    near_flat = Reshape (near, flat)
    pull_flat = Reshape (pull, flat)
    unpulled = Expand (zero_f, count)
    pulled = ScatterElements <axis = 0, reduction = "add"> (unpulled, near_flat, pull_flat)

    factored = Add (dot, pulled)
    score = Add (factored, track_bias)

    normaliser = ReduceLogSumExp <keepdims = 0> (score)
    centred = Sub (score, normaliser)
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
    free_as_number = Cast <to = 7> (free)
    left = ReduceSum <keepdims = 0> (free_as_number)
    asked = Max (limit, zero_scalar)
    most = Min (asked, left)
    n_best = Unsqueeze (most, axis_0)

    candidate = Where (free, logit, lowest)
    best_logit, tracks = TopK <axis = 0, largest = 1, sorted = 1> (candidate, n_best)
    minus = Neg (best_logit)
    against = Exp (minus)
    odds = Add (against, one_f)
    match = Reciprocal (odds)

    best_factors = Gather (track_factors, tracks)
    entries_across = Transpose <perm = [1, 0]> (entry_factors)
    affinity = MatMul (best_factors, entries_across)

    n = Shape (tracks)
    n_and_one = Add (n, one_i)
    n_scalar = Squeeze (n_and_one, axis_0)
    ranks = Range (one_scalar, n_scalar, one_scalar)
    unranked = Expand (zero_i, count)
    rank = ScatterElements <axis = 0> (unranked, tracks, ranks)
    rank_of_near = Gather (rank, near)
    q = Shape (queue)
    table_shape = Concat <axis = 0> (q, n_and_one)
    table = Expand (zero_f, table_shape)
    remembered = ScatterElements <axis = 1, reduction = "add"> (table, rank_of_near, likeness_32)
    in_answer = Slice (remembered, one_i, n_and_one, axis_1)
    nearness = Transpose <perm = [1, 0]> (in_answer)

    whole_affinity = Add (affinity, nearness)
    shares = Mul (whole_affinity, share_row)
    reasons = Mul (shares, scale)
}
"""


def build_graph(model: Model, artists: Floats, artist_weights: Floats) -> onnx.ModelProto:
    """The graph of a model.

    Args:
        model: factors of the tracks, biases and calibration.
        artists: (artists, dims), what stands in for a song of an artist outside the catalogue.
        artist_weights: (artists,), the a_e of those.

    Raises:
        onnx.checker.ValidationError: the graph is not sound, which only a fault in this file can bring.
    """
    graph = parser.parse_model(_GRAPH)
    neighbours, likeness = _neighbours(model)
    factors = np.concatenate([model.factors, artists]).astype(np.float32)
    half = factors.astype(np.float16)  # as `rounded` leaves them
    constants: dict[str, npt.ArrayLike] = {
        "stored_factors": factors if (half != factors).any() else half,
        "entry_weight": np.concatenate([model.weights, artist_weights]).astype(np.float32),
        "neighbour": neighbours,
        "likeness": likeness,
        "track_bias": model.track_bias.astype(np.float32),
        "level": np.float32(model.level),
        "scale": np.float32(model.scale),
        "power": np.float32(model.power),
        "zero_f": np.float32(0),
        "one_f": np.float32(1),
        "minus_one_f": np.float32(-1),
        "heaviest": np.float32(1e6),
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


def _neighbours(model: Model) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.float16]]:
    """Each track's neighbours and how near they are, and a last row without any for the artists."""
    tracks = len(model.factors)
    likeness = model.likeness if model.likeness is not None else sparse.csr_array((tracks, tracks))
    columns, values = as_table(likeness, max(int(np.diff(likeness.indptr).max(initial=0)), 1))
    small = np.uint16 if tracks <= np.iinfo(np.uint16).max else np.int32
    last = ((0, 1), (0, 0))
    return np.pad(columns, last).astype(small), np.pad(values, last)
