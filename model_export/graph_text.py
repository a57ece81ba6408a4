"""The graph's text, in which capital names are filled in by `written_out`.

From a queue it goes to the best tracks in five steps:

1. the entries become shares, and these the playlist's factors, in tempered units;
2. one scan over the tracks' bytes gives every track's dot product and bias, nearly;
3. neighbours and artists pull at the tracks that they remember, and a softmax has the normaliser;
4. of the best of each block of tracks the nth is a bar: a track that cannot reach it, however the scan has
   rounded, is none of the best n. All others, a few more than n, are candidates;
5. each entry's share of the candidates is worked out exactly, and the sum of these and the bias ranks them.

So the answer is exact on every machine: how coarse the scan is decides only how many candidates there are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# Its sigmoid is written out: onnxruntime's own is not monotone for small probabilities.
# A scatter works in place if nobody else reads its first input later. That is why the ranks of the candidates
# are written over what the softmax leaves behind, which is never below 0, and over the artists' pulls, where
# negative numbers stand by then; and why what is ruled out waits for the normaliser.
_GRAPH = """
<ir_version: 10, opset_import: ["" : 21, "com.microsoft" : 1], producer_name: "encore">
encore (int64[q] queue, float[q] weight, float[q] label, int64[b] banned, int64 limit, float[3] blend)
    => (int64[n] tracks, float[n] match, float[n, q] reasons)
{
    every_lane = Range (zero_32, lanes_32, one_32)
    every_block = Range (zero_32, blocks_32, one_32)
    lane_column = Unsqueeze (every_lane, axis_1)
    block_start = Mul (every_block, lanes_32)
    place_by_lane = Add (lane_column, block_start)
    place_flat = Reshape (place_by_lane, flat)
    place_of_track = Slice (place_flat, zero_i, count)
    place_of_other = Range (padded_32, rows_32, one_32)
    place_of = Concat <axis = 0> (place_of_track, place_of_other)
    padded_bias = Concat <axis = 0> (track_bias, pad_bias)
    bias_by_lane = Reshape (padded_bias, by_lane)
    bias_by_block = Transpose <perm = [1, 0]> (bias_by_lane)
    placed_bias = Reshape (bias_by_block, flat)
    tempered_bias = Mul (placed_bias, temper)
    every_step = Reshape (factor_step, flat)
    artist_first = Cast <to = 7> (stored_artist_first)
    no_artist = Expand (zero_f, artists_and_none)

    reaches = GreaterOrEqual (queue, zero_i)
    below = Less (queue, entries)
    known = And (reaches, below)
    entry = Where (known, queue, zero_i)
    row = GatherElements (place_of, entry)
    not_negative = GreaterOrEqual (weight, zero_f)
    not_infinite = Less (weight, infinity)
    is_weight = And (not_negative, not_infinite)
    sound = And (known, is_weight)
    some_weight = Where (sound, weight, zero_f)
    sure = Min (some_weight, heaviest)
    label_is_nan = IsNaN (label)
    some_label = Where (label_is_nan, zero_f, label)
    wanted = Clip (some_label, minus_one_f, one_f)
    blend_is_nan = IsNaN (blend)
    some_blend = Where (blend_is_nan, one_f, blend)
    mix = Clip (some_blend, zero_f, most_blend)
    mix_factors, mix_neighbours, mix_content = Split <axis = 0, num_outputs = 3> (mix)

    learned = GatherElements (entry_weight, row)
    told = Mul (sure, learned)
    total = ReduceSum <keepdims = 0> (told)
    is_told = Greater (total, zero_f)
    divisor = Where (is_told, total, one_f)
    shrunk = Pow (divisor, power)
    signed = Mul (told, wanted)
    untempered = Div (signed, shrunk)
    share = Mul (untempered, temper)
    share_row = Unsqueeze (share, axis_0)

    entry_bytes = Gather (stored_factors, row)
    entry_in_steps = DequantizeLinear (entry_bytes, one_f, middle)
    entry_step = Gather (factor_step, row)
    step_now = Mul (entry_step, mix_factors)
    entry_factors = Mul (entry_in_steps, step_now)
    playlist = MatMul (share_row, entry_factors)
    SCAN
    flat_scan = Reshape (scan, flat)

    REMEMBER(near, row, mix_neighbours)
    near_share = Mul (share_row, near_step_now)
    near_column = Mul (near_table, near_share)
    near_pull = Reshape (near_column, flat)
    near_place = GatherElements (place_of, near_flat)

    artist = GatherElements (artist_of, row)
    has_artist = Less (artist, artists)
    content_weight = Mul (same_artist, mix_content)
    own_likeness = Where (has_artist, content_weight, zero_f)
    own_row = Unsqueeze (own_likeness, axis_0)
    REMEMBER(kin, artist, mix_content)
    kind = Concat <axis = 0> (kin_flat, artist)
    kin_likeness = Mul (kin_table, kin_step_now)
    kind_likeness = Concat <axis = 0> (kin_likeness, own_row)
    kind_row = Mul (kind_likeness, share_row)
    kind_pull = Reshape (kind_row, flat)
    artist_pulled = ScatterElements <axis = 0, reduction = "add"> (no_artist, kind, kind_pull)

    any_pull = GatherElements (artist_pulled, kind)
    kinds = Shape (any_pull)
    kinds_and_one = Add (kinds, one_i)
    kinds_scalar = Squeeze (kinds_and_one, axis_0)
    nth_kind = Range (one_scalar, kinds_scalar, one_scalar)
    positive_code = Cast <to = 1> (nth_kind)
    kind_code = Neg (positive_code)
    artist_coded = ScatterElements <axis = 0> (artist_pulled, kind, kind_code)
    last_code = GatherElements (artist_coded, kind)
    is_last = Equal (last_code, kind_code)
    pulling = Compress <axis = 0> (kind, is_last)
    pull = Compress <axis = 0> (any_pull, is_last)
    pulling_and_one = Add (pulling, one_32)
    first_song = GatherElements (artist_first, pulling)
    end_of_songs = GatherElements (artist_first, pulling_and_one)
    songs = Sub (end_of_songs, first_song)
    all_songs = ReduceSum (songs)
    ends = CumSum (songs, zero_scalar)
    starts = Sub (ends, songs)
    shift = Sub (first_song, starts)
    all_songs_and_one = Add (all_songs, one_i)
    unmarked = Expand (zero_i, all_songs_and_one)
    pulling_count = Shape (pulling)
    ones = Expand (one_i, pulling_count)
    marked = ScatterElements <axis = 0, reduction = "add"> (unmarked, starts, ones)
    inside = Slice (marked, zero_i, all_songs)
    counted = CumSum (inside, zero_scalar)
    which = Sub (counted, one_i)
    all_songs_scalar = Squeeze (all_songs, axis_0)
    nth_song = Range (zero_scalar, all_songs_scalar, one_scalar)
    shift_of_song = GatherElements (shift, which)
    song = Add (nth_song, shift_of_song)
    song_place = GatherElements (artist_songs, song)
    song_pull = GatherElements (pull, which)

    places = Concat <axis = 0> (near_place, song_place)
    pulls = Concat <axis = 0> (near_pull, song_pull)
    score = ScatterElements <axis = 0, reduction = "add"> (flat_scan, places, pulls)

    size = Abs (playlist)
    largest = ReduceMax <keepdims = 0> (size)
    dot_reach = Mul (largest, dot_most)
    said = ReduceL1 <keepdims = 0> (share)
    near_most = Mul (near_step_now, most_byte)
    kin_most = Mul (kin_step_now, most_byte)
    memory_most = Add (near_most, kin_most)
    pull_most = Add (memory_most, content_weight)
    pull_reach = Mul (said, pull_most)
    dot_and_pull_reach = Add (dot_reach, pull_reach)
    reach = Add (dot_and_pull_reach, bias_most)
    is_tame = Less (reach, tame)
    positive, normaliser = If (is_tame) <
        then_branch = plainly () => (float[p] exponential, float[1] logarithm) {
            exponential = Exp (score)
            exponentials = ReduceSum (exponential)
            logarithm = Log (exponentials)
        },
        else_branch = carefully () => (float[p] distance, float[1] found_normaliser) {
            centred = LogSoftmax <axis = 0> (score)
            distance = Abs (centred)
            first_score = Slice (score, zero_i, one_i)
            first_distance = Slice (distance, zero_i, one_i)
            found_normaliser = Add (first_score, first_distance)
        }
    >

    ruled_out = Concat <axis = 0> (queue, banned)
    out_reaches = GreaterOrEqual (ruled_out, zero_i)
    out_below = Less (ruled_out, count)
    out_known = And (out_reaches, out_below)
    out_track = Compress <axis = 0> (ruled_out, out_known)
    out_place = GatherElements (place_of, out_track)
    out = Concat <axis = 0> (out_place, pads)
    out_count = Shape (out)
    never_1 = Sub (lowest, normaliser)
    never = Expand (never_1, out_count)
    free = ScatterElements <axis = 0> (score, out, never)

    free_blocks = Reshape (free, as_blocks)
    best_of_block = ReduceMax <keepdims = 0> (free_blocks, axis_1)
    float_slack = Mul (reach, float_error)
    SLACK
    asked = Max (limit, zero_i)
    some_asked = Max (asked, one_i)
    k = Min (some_asked, blocks)
    surely, _ = TopK <axis = 0, sorted = 0> (AT_LEAST, k)
    nth_at_least = ReduceMin (surely)
    is_enough = GreaterOrEqual (blocks, asked)
    some_bar = Where (is_enough, nth_at_least, low)
    bar = Max (some_bar, low)
    BLOCK_BAR
    can_hold = GreaterOrEqual (best_of_block, block_bar)
    held_row = NonZero (can_hold)
    held = Reshape (held_row, flat)
    held_scores = Gather (free_blocks, held)
    HELD_BAR
    can_be = GreaterOrEqual (held_scores, HELD)
    can_be_across = Transpose <perm = [1, 0]> (can_be)
    can_be_flat = Reshape (can_be_across, flat)
    found_row = NonZero (can_be_flat)
    found = Reshape (found_row, flat)
    held_shape = Shape (held)
    held_count = Max (held_shape, one_i)
    lane = Div (found, held_count)
    lane_start = Mul (lane, held_count)
    in_lane = Sub (found, lane_start)
    block = GatherElements (held, in_lane)
    lane_first = Mul (lane, blocks)
    found_track = Add (lane_first, block)
    found_place = GatherElements (place_of, found_track)

    found_bytes = Gather (stored_factors, found_place)
    found_in_steps = DequantizeLinear (found_bytes, one_f, middle)
    entries_across = Transpose <perm = [1, 0]> (entry_factors)
    affinity_in_steps = MatMul (found_in_steps, entries_across)
    found_step_flat = GatherElements (every_step, found_place)
    found_step = Unsqueeze (found_step_flat, axis_1)
    affinity = Mul (affinity_in_steps, found_step)

    c = Shape (found)
    c_and_one = Add (c, one_i)
    c_scalar = Squeeze (c_and_one, axis_0)
    ranks = Range (one_scalar, c_scalar, one_scalar)
    positive_ranks = Cast <to = 1> (ranks)
    rank_codes = Neg (positive_ranks)
    ranked = ScatterElements <axis = 0> (positive, found_place, rank_codes)
    near_code = GatherElements (ranked, near_place)
    any_near_rank = Neg (near_code)
    near_rank = Max (any_near_rank, zero_f)
    found_artist = GatherElements (artist_of, found_place)
    second_ranks = Add (ranks, c)
    second_codes = Cast <to = 1> (second_ranks)
    artist_ranked = ScatterElements <axis = 0> (artist_coded, found_artist, second_codes)
    kind_code_or_rank = GatherElements (artist_ranked, kind)
    kind_rank = Max (kind_code_or_rank, zero_f)
    near_hit_row = NonZero (near_rank)
    near_hit = Reshape (near_hit_row, flat)
    kind_hit_row = NonZero (kind_rank)
    kind_hit = Reshape (kind_hit_row, flat)
    near_hit_rank = GatherElements (near_rank, near_hit)
    kind_hit_rank = GatherElements (kind_rank, kind_hit)
    near_hit_square = GatherElements (near_square, near_hit)
    near_hit_likeness = Mul (near_hit_square, near_step_now)
    kind_likeness_flat = Reshape (kind_likeness, flat)
    kind_hit_likeness = GatherElements (kind_likeness_flat, kind_hit)
    hit = Concat <axis = 0> (near_hit, kind_hit)
    hit_code = Concat <axis = 0> (near_hit_rank, kind_hit_rank)
    hit_likeness = Concat <axis = 0> (near_hit_likeness, kind_hit_likeness)
    hit_rank = Cast <to = 7> (hit_code)
    q = Shape (queue)
    some_q = Max (q, one_i)
    hit_entry = Mod (hit, some_q)
    hit_row = Mul (hit_rank, q)
    hit_cell = Add (hit_row, hit_entry)
    two_c_and_one = Add (c_and_one, c)
    cells = Mul (two_c_and_one, q)
    nothing_yet = Expand (zero_f, cells)
    all_cells = ScatterElements <axis = 0, reduction = "add"> (nothing_yet, hit_cell, hit_likeness)
    table_shape = Concat <axis = 0> (two_c_and_one, q)
    table = Reshape <allowzero = 1> (all_cells, table_shape)
    nearness = Slice (table, one_i, c_and_one, axis_0)
    found_artist_code = GatherElements (artist_ranked, found_artist)
    found_artist_rank = Cast <to = 7> (found_artist_code)
    closeness = Gather (table, found_artist_rank)

    remembered = Add (nearness, closeness)
    whole_affinity = Add (affinity, remembered)
    shares = Mul (whole_affinity, share_row)
    fit = ReduceSum <keepdims = 0> (shares, axis_1)
    found_bias = GatherElements (tempered_bias, found_place)
    exact = Add (fit, found_bias)
    n_best = Min (asked, c)
    best, order = TopK <axis = 0, largest = 1, sorted = 1> (exact, n_best)
    tracks = GatherElements (found_track, order)
    best_shares = Gather (shares, order)
    reasons = Mul (best_shares, scale)
    above = Sub (best, normaliser)
    scaled = Mul (above, scale)
    logit = Add (scaled, level)
    minus = Neg (logit)
    against = Exp (minus)
    odds = Add (against, one_f)
    match = Reciprocal (odds)
}
"""

# Of few dimensions: their numbers are unfolded when the graph is loaded, the bias among them (which
# DequantizeLinear would not be), and no block errs more than another.
FLOATS = {
    "SCAN": """
    scanned_bytes = Slice (stored_factors, zero_i, padded, axis_0)
    scanned_above = Cast <to = 1> (scanned_bytes)
    scanned_in_steps = Sub (scanned_above, middle_f)
    scanned_step = Slice (factor_step, zero_i, padded, axis_0)
    scanned_rows = Mul (scanned_in_steps, scanned_step)
    scanned_across = Transpose <perm = [1, 0]> (scanned_rows)
    bias_row = Unsqueeze (tempered_bias, axis_0)
    scanned_all = Concat <axis = 0> (scanned_across, bias_row)
    scanned = Unsqueeze (scanned_all, axis_0)
    without_bias = MatMul (playlist, one_wider)
    with_bias = Add (without_bias, for_bias)
    kernel = Unsqueeze (with_bias, axis_2)
    scan_alone = Conv (scanned, kernel)
    scan = Squeeze (scan_alone, axis_0)
""",
    "SLACK": "",
    "AT_LEAST": "best_of_block",
    "BLOCK_BAR": """
    double_slack = Add (float_slack, float_slack)
    block_bar = Sub (bar, double_slack)
""",
    "HELD_BAR": "",
    "HELD": "block_bar",
}

# Of more: bytes times bytes. The operator is onnxruntime's own; accuracy level 4 lets it round the playlist's
# factors to bytes as well, where a processor gains by it, and leaves it to use floats elsewhere.
BYTES = {
    "SCAN": """
    scanned_bytes = Slice (stored_factors, zero_i, padded, axis_0)
    scanned = Reshape (scanned_bytes, in_blocks)
    track_step = Slice (factor_step, zero_i, padded, axis_0)
    scanned_step = Expand (track_step, steps_of_row)
    scan = com.microsoft.MatMulNBits
        <K = WIDTH, N = PADDED, bits = 8, block_size = STEP_DIMS, accuracy_level = 4>
        (playlist, scanned, scanned_step, , , tempered_bias)
""",
    "SLACK": """
    dot_slack = Mul (block_error, largest)
    slack = Add (dot_slack, float_slack)
    at_least = Sub (best_of_block, slack)
""",
    "AT_LEAST": "at_least",
    "BLOCK_BAR": """
    block_bar = Sub (bar, slack)
""",
    "HELD_BAR": """
    held_bar = GatherElements (block_bar, held)
    held_bar_column = Unsqueeze (held_bar, axis_1)
""",
    "HELD": "held_bar_column",
}

# The neighbours `name` of the rows `of`, and how near they are: a column for each, as long as the longest. In
# the file they stand one behind the other, row r's from first[r] to first[r + 1]. The last of these says
# nothing, and so does what stands before an empty row: that is what is read past a shorter row's end.
_REMEMBER = """
    NAME_row_and_one = Add (OF, one_32)
    NAME_start = GatherElements (NAME_first, OF)
    NAME_end = GatherElements (NAME_first, NAME_row_and_one)
    NAME_last = Sub (NAME_end, one_32)
    NAME_length = Sub (NAME_last, NAME_start)
    NAME_some_length = Concat <axis = 0> (NAME_length, one_1_32)
    NAME_width = ReduceMax <keepdims = 0> (NAME_some_length)
    NAME_nth = Range (zero_32, NAME_width, one_32)
    NAME_nth_column = Unsqueeze (NAME_nth, axis_1)
    NAME_any_at = Add (NAME_nth_column, NAME_start)
    NAME_at = Min (NAME_any_at, NAME_last)
    NAME_at_flat = Reshape (NAME_at, flat)
    NAME_small = GatherElements (stored_NAME, NAME_at_flat)
    NAME_flat = Cast <to = 6> (NAME_small)
    NAME_byte = GatherElements (stored_NAME_likeness, NAME_at_flat)
    NAME_root = Cast <to = 1> (NAME_byte)
    NAME_square = Mul (NAME_root, NAME_root)
    NAME_shape = Shape (NAME_at)
    NAME_table = Reshape <allowzero = 1> (NAME_square, NAME_shape)
    NAME_step_now = Mul (NAME_step, MIX)
"""


def written_out(scan: Mapping[str, str], sizes: Mapping[str, int]) -> str:
    """The graph's text with its scan, its sizes, and every REMEMBER(name, of, mix) written out."""

    def remember(call: re.Match[str]) -> str:
        name, of, mix = call.groups()
        return _REMEMBER.replace("NAME", name).replace("OF", of).replace("MIX", mix)

    whole = re.sub(r"REMEMBER\((\w+), (\w+), (\w+)\)", remember, _GRAPH)
    for word, meant in (*scan.items(), *sizes.items()):
        whole = re.sub(rf"\b{word}\b", str(meant), whole)
    return whole
