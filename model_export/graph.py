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

from model_export.model import Floats, Model

# Its sigmoid is written out: onnxruntime's own is not monotone for small probabilities.
# `rows` are the tracks and, behind them, the artists that stand in for songs outside the catalogue.
_GRAPH = """
<ir_version: 9, opset_import: ["" : 18], producer_name: "encore">
encore (int64[q] queue, float[q] weight, float[q] label, int64[b] banned, int64 limit)
    => (int64[n] tracks, float[n] match, float[n, q] reasons)
{
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
    score = Add (dot, track_bias)

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
    shares = Mul (affinity, share_row)
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
    constants: dict[str, npt.ArrayLike] = {
        "factors": np.concatenate([model.factors, artists]).astype(np.float32),
        "entry_weight": np.concatenate([model.weights, artist_weights]).astype(np.float32),
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
        "axis_0": np.array([0], np.int64),
        "true": np.array([True]),
        "false": np.array([False]),
    }
    graph.graph.initializer.extend(
        numpy_helper.from_array(np.asarray(values), name) for name, values in constants.items()
    )
    checker.check_model(graph, full_check=True)
    return graph
