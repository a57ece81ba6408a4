"""The exported graph in onnxruntime, as the bot runs it: the model's answers, whatever comes in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest

from model_export.graph import StandIns, build_graph
from model_export.model import Floats, Model, as_shipped, log_sum_exp, queue_matrix, rounded
from model_export.neighbours import nothing

TRACKS, ARTISTS, DIMS = 30, 5, 4
LARGEST = 2**63 - 1
INFINITY = float("inf")
NAN = float("nan")
ROUNDING = 1e-6
"""What onnxruntime's Sigmoid may be off by."""


@dataclass(frozen=True)
class Answer:
    """The three outputs."""

    tracks: npt.NDArray[np.int64]
    match: Floats
    reasons: Floats


class Graph:
    """A model beside its graph."""

    def __init__(self, model: Model, others: StandIns) -> None:
        self.model, self.others = as_shipped(model), others
        self.rows = np.concatenate([self.model.factors, others.factors])
        self.weights = np.concatenate([model.weights, others.weights])
        exported = build_graph(model, others).SerializeToString()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(exported, options)

    def __call__(
        self,
        queue: Sequence[int] = (),
        weight: Sequence[float] | None = None,
        label: Sequence[float] | None = None,
        banned: Sequence[int] = (),
        limit: int = 10,
        blend: Sequence[float] | None = None,
    ) -> Answer:
        """Runs the graph; weights, labels and the blend are 1 unless told."""
        inputs = {
            "queue": np.array(queue, np.int64),
            "weight": np.array([1] * len(queue) if weight is None else weight, np.float32),
            "label": np.array([1] * len(queue) if label is None else label, np.float32),
            "banned": np.array(banned, np.int64),
            "limit": np.array(limit, np.int64),
            **({} if blend is None else {"blend": np.array(blend, np.float32)}),
        }
        return Answer(*self.session.run(["tracks", "match", "reasons"], inputs))


def random_graph(seed: int) -> Graph:
    """A graph of random numbers."""
    rng = np.random.default_rng(seed)
    model = Model(
        factors=rng.normal(0, 1, (TRACKS, DIMS)).astype(np.float32),
        weights=np.exp(rng.normal(0, 0.5, TRACKS)).astype(np.float32),
        track_bias=rng.normal(0, 1, TRACKS).astype(np.float32),
        power=float(rng.uniform(0.3, 1)),
        scale=float(rng.uniform(0.3, 1.5)),
        level=float(rng.normal(3, 1)),
    )
    return Graph(model, stand_ins(rng))


def shipped(factors: Floats) -> Floats:
    """Factors as they come out of a bundle."""
    small, step = rounded(factors)
    return small * step


def nobody(dims: int, tracks: int = 2) -> StandIns:
    """No artist at all."""
    return StandIns(
        np.zeros((0, dims), np.float32),
        np.zeros(0, np.float32),
        np.zeros(0, np.int32),
        nothing(0, tracks),
    )


def stand_ins(rng: np.random.Generator) -> StandIns:
    """Artists of random numbers, who remember nobody."""
    return StandIns(
        factors=shipped(rng.normal(0, 1, (ARTISTS, DIMS)).astype(np.float32)),
        weights=np.exp(rng.normal(0, 0.5, ARTISTS)).astype(np.float32),
        artist_of=np.arange(ARTISTS, dtype=np.int32),
        likeness=nothing(ARTISTS, TRACKS),
    )


@pytest.fixture(scope="module", params=[0, 1, 2])
def graph(request: pytest.FixtureRequest) -> Graph:
    """Three random models."""
    return random_graph(int(request.param))


@pytest.fixture(scope="module")
def one() -> Graph:
    """One random model, where any will do."""
    return random_graph(0)


def by_formula(
    graph: Graph, queue: Sequence[int], weight: Sequence[float], label: Sequence[float]
) -> npt.NDArray[np.float64]:
    """The scores of all tracks as the model card's formula has it, in double precision."""
    rows, told = graph.rows[list(queue)].astype(float), np.array(weight) * graph.weights[list(queue)]
    pooled = (told * np.array(label)) @ rows / told.sum() ** graph.model.power
    scores: npt.NDArray[np.float64] = graph.model.factors @ pooled + graph.model.track_bias
    return scores


def check(answer: Answer, queue: Sequence[int], banned: Sequence[int] = (), limit: int = 10) -> None:
    """What holds for every answer: as many as asked for, allowed, unique, sorted, finite."""
    left_out = {track for track in (*queue, *banned) if 0 <= track < TRACKS}
    expected = max(0, min(limit, TRACKS - len(left_out)))
    tracks = answer.tracks.tolist()
    assert len(tracks) == len(set(tracks)) == expected
    assert set(tracks) <= set(range(TRACKS)) - left_out
    assert answer.match.shape == (expected,)
    assert answer.reasons.shape == (expected, len(queue))
    assert np.isfinite(answer.match).all()
    assert np.isfinite(answer.reasons).all()
    assert (answer.match >= 0).all()
    assert (answer.match <= 1).all()
    assert (np.diff(answer.match) <= ROUNDING).all()


# --- the contract


def test_inputs_are_the_contracts(one: Graph) -> None:
    """Names, types and ranks of the inputs are those that the bot feeds, and none beside them is needed."""
    found = [(each.name, each.type, len(each.shape)) for each in one.session.get_inputs()]
    assert found == [
        ("queue", "tensor(int64)", 1),
        ("weight", "tensor(float)", 1),
        ("label", "tensor(float)", 1),
        ("banned", "tensor(int64)", 1),
        ("limit", "tensor(int64)", 0),
    ]


def test_outputs_are_the_contracts(one: Graph) -> None:
    """Names, types and ranks of the outputs are those that the bot reads."""
    found = [(each.name, each.type, len(each.shape)) for each in one.session.get_outputs()]
    assert found == [
        ("tracks", "tensor(int64)", 1),
        ("match", "tensor(float)", 1),
        ("reasons", "tensor(float)", 2),
    ]
    answer = one([1, 2], limit=3)
    assert [str(each.dtype) for each in (answer.tracks, answer.match, answer.reasons)] == [
        "int64",
        "float32",
        "float32",
    ]


# --- the same answers as the model


@pytest.mark.parametrize("queue", [[], [4], [0, 7, 29], list(range(0, 30, 2))])
def test_the_graph_answers_as_the_model(graph: Graph, queue: list[int]) -> None:
    """Tracks, their order and their match are those of the numpy model for the same queue."""
    logits = graph.model.logits(queue_matrix([np.array(queue, np.int32)], TRACKS))[0]
    free = np.setdiff1d(np.arange(TRACKS), queue)
    best = free[np.argsort(-logits[free], kind="stable")][:10]
    answer = graph(queue)
    check(answer, queue)
    assert answer.tracks.tolist() == best.tolist()
    np.testing.assert_allclose(answer.match, 1 / (1 + np.exp(-logits[best])), rtol=1e-4, atol=1e-6)


def test_weights_and_labels_follow_the_formula(graph: Graph) -> None:
    """Weighted, unwanted and artists' entries rank and match as the formula says, by double precision."""
    queue, weight, label = [3, 12, TRACKS + 2, 8], [1.0, 0.25, 2.0, 3.0], [1.0, -1.0, 0.5, 0.0]
    scores = by_formula(graph, queue, weight, label)
    logits = graph.model.scale * (scores - np.log(np.exp(scores).sum())) + graph.model.level
    free = np.setdiff1d(np.arange(TRACKS), queue)
    best = free[np.argsort(-logits[free])]
    answer = graph(queue, weight, label, limit=TRACKS)
    check(answer, queue, limit=TRACKS)
    assert answer.tracks.tolist() == best.tolist()
    np.testing.assert_allclose(answer.match, 1 / (1 + np.exp(-logits[best])), rtol=1e-4, atol=1e-6)


def test_reasons_and_biases_add_up_to_the_logit(graph: Graph) -> None:
    """Each entry's share, the track's bias and the playlist's sum to the logit of the match, within 1e-4."""
    queue, weight, label = [3, 12, TRACKS, 8, 3], [1.0, 0.25, 2.0, 3.0, 1.0], [1.0, -1.0, 1.0, 0.5, 1.0]
    model = graph.model
    answer = graph(queue, weight, label, banned=[1], limit=TRACKS)
    normaliser = float(log_sum_exp(by_formula(graph, queue, weight, label)[None].astype(np.float32))[0, 0])
    playlist_bias = model.level - model.scale * normaliser
    track_bias = model.scale * model.track_bias[answer.tracks]
    total = answer.reasons.sum(axis=1) + track_bias + playlist_bias
    match = answer.match.astype(float)
    exact = (match > 0.002) & (match < 0.998)  # beyond, float32 does not hold the logit of a match so closely
    assert exact.sum() >= 10
    np.testing.assert_allclose(total[exact], np.log(match / (1 - match))[exact], atol=1e-4)
    np.testing.assert_allclose(1 / (1 + np.exp(-total)), match, atol=ROUNDING)


def test_reasons_are_linear_in_the_label(graph: Graph) -> None:
    """Half as wanted is half the reason, unwanted is the same reason against, and not told is none."""
    queue, limit = [3, 12], TRACKS
    full = graph(queue, label=[1, 1], limit=limit)
    less = graph(queue, label=[0.5, -1], limit=limit)
    none = graph(queue, label=[0, 1], limit=limit)

    def by_track(answer: Answer) -> Floats:
        return answer.reasons[np.argsort(answer.tracks)]

    np.testing.assert_allclose(by_track(less), by_track(full) * [0.5, -1], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(by_track(none), by_track(full) * [0, 1], rtol=1e-4, atol=1e-6)


def test_an_entry_that_is_more_sure_counts_more(graph: Graph) -> None:
    """A song's share of the reasons grows with its weight beside the others'."""
    light, heavy = graph([3, 12], [1, 1], limit=TRACKS), graph([3, 12], [5, 1], limit=TRACKS)
    proportion = [np.abs(each.reasons).sum(axis=0) for each in (light, heavy)]
    assert proportion[1][0] / proportion[1][1] == pytest.approx(
        5 * proportion[0][0] / proportion[0][1], rel=1e-3
    )


def test_an_empty_queue_gives_the_popular_songs(graph: Graph) -> None:
    """With nothing queued the tracks stand in order of their bias, and there is no reason to give."""
    answer = graph()
    check(answer, [])
    assert answer.tracks.tolist() == np.argsort(-graph.model.track_bias)[:10].tolist()


def test_the_queue_and_the_banned_are_never_returned(graph: Graph) -> None:
    """What is queued, even with weight 0 or unwanted, and what is banned does not come back."""
    answer = graph([3, 12, 8], [1, 0, 1], [1, 1, -1], banned=[0, 0, 29, 3], limit=TRACKS)
    check(answer, [3, 12, 8], [0, 29], limit=TRACKS)
    assert len(answer.tracks) == TRACKS - 5


def test_artists_may_be_queued_and_are_never_returned(graph: Graph) -> None:
    """An index past the tracks steers the answer, costs no place in it and does not come back."""
    answer = graph([TRACKS + 1], limit=TRACKS + ARTISTS)
    check(answer, [TRACKS + 1], limit=TRACKS + ARTISTS)
    assert len(answer.tracks) == TRACKS
    assert np.abs(answer.reasons).max() > 0
    expected = np.argsort(-by_formula(graph, [TRACKS + 1], [1.0], [1.0]))
    assert answer.tracks.tolist() == expected.tolist()


def test_a_label_below_zero_pushes_the_neighbours_down() -> None:
    """Voting a song down lowers its neighbours' places and match, and raises nobody of its kind."""
    near, far = np.array([2, 0], np.float32), np.array([0, 2], np.float32)
    factors = np.stack([near] * 5 + [far] * 5)
    model = Model(factors, np.ones(10, np.float32), np.zeros(10, np.float32), 0.8, scale=1.0, level=2.0)
    pair = Graph(model, nobody(2, 10))
    liked, neutral, disliked = (pair([0], label=[label]) for label in (1.0, 0.0, -1.0))
    assert set(liked.tracks[:4].tolist()) == {1, 2, 3, 4}
    assert set(disliked.tracks[5:].tolist()) == {1, 2, 3, 4}

    def match_of(answer: Answer, track: int) -> float:
        return float(answer.match[answer.tracks.tolist().index(track)])

    assert match_of(disliked, 1) < match_of(neutral, 1) < match_of(liked, 1)
    assert (disliked.reasons[5:] < 0).all()


# --- hostile input


@pytest.mark.parametrize("limit", [0, 1, TRACKS, TRACKS + 1, 10**6, LARGEST, -1, -LARGEST - 1])
@pytest.mark.parametrize("queue", [[], [3], [3, 7]])
def test_any_limit_is_answered(one: Graph, queue: list[int], limit: int) -> None:
    """A limit of nothing or less gives nothing, one past the catalogue gives all that is left."""
    check(one(queue, limit=limit), queue, limit=limit)


@pytest.mark.parametrize("index", [-1, -LARGEST - 1, TRACKS + ARTISTS, 2**31, 2**32 + 3, LARGEST])
def test_unknown_entries_count_for_nothing(one: Graph, index: int) -> None:
    """An index that is no track and no artist changes no answer, queued or banned, and has no share of it."""
    without, beside = one([3]), one([3, index], banned=[index])
    check(beside, [3, index], [index])
    assert beside.tracks.tolist() == without.tracks.tolist()
    np.testing.assert_allclose(beside.match, without.match, rtol=1e-6)
    assert not beside.reasons[:, 1].any()


@pytest.mark.parametrize("weight", [NAN, INFINITY, -INFINITY, -1.0, -1e30, 0.0, -0.0])
def test_weights_that_are_none_count_for_nothing(one: Graph, weight: float) -> None:
    """A weight that is no number, infinite, negative or zero leaves its entry without a say."""
    without, beside = one([3], banned=[5]), one([3, 5], weight=[1, weight])
    check(beside, [3, 5])
    assert beside.tracks.tolist() == without.tracks.tolist()
    np.testing.assert_allclose(beside.match, without.match, rtol=1e-6)
    assert not beside.reasons[:, 1].any()


@pytest.mark.parametrize("label", [NAN, 0.0, -0.0])
def test_labels_that_say_nothing_leave_the_popular_songs(one: Graph, label: float) -> None:
    """When no entry is wanted or unwanted, the answer is that of an empty queue without the queued songs."""
    without, beside = one([], banned=[3, 5]), one([3, 5], label=[label, label])
    check(beside, [3, 5])
    assert beside.tracks.tolist() == without.tracks.tolist()
    np.testing.assert_allclose(beside.match, without.match, rtol=1e-6)


@pytest.mark.parametrize(("label", "as_if"), [(INFINITY, 1), (1e30, 1), (-INFINITY, -1), (-1e30, -1)])
def test_labels_past_one_count_as_one(one: Graph, label: float, as_if: float) -> None:
    """Nobody's word counts more than wanted or unwanted."""
    loud, plain = one([3, 5], label=[label, 1]), one([3, 5], label=[as_if, 1])
    check(loud, [3, 5])
    assert loud.tracks.tolist() == plain.tracks.tolist()
    np.testing.assert_array_equal(loud.reasons, plain.reasons)


@pytest.mark.parametrize("weight", [1e-45, 1e-38, 1e-20])
def test_tiny_weights_are_answered(one: Graph, weight: float) -> None:
    """The lightest weights that float32 has give a sound answer."""
    check(one([3, 5], weight=[weight, 1]), [3, 5])
    check(one([3, 5], weight=[weight, weight]), [3, 5])


@pytest.mark.parametrize("weight", [1e6, 1e30, 3e38])
def test_huge_weights_are_answered_and_heard(one: Graph, weight: float) -> None:
    """The heaviest weights that float32 has give a sound answer, and the heavy entry the reason for it."""
    beside, both = one([3, 5], weight=[weight, 1]), one([3, 5], weight=[weight, weight])
    for answer in (beside, both):
        check(answer, [3, 5])
        assert np.abs(answer.reasons[:, 0]).max() > 1
    assert np.abs(beside.reasons[:, 1]).max() < 0.01


def test_the_same_song_a_thousand_times_is_answered(one: Graph) -> None:
    """A song queued a thousand times has a thousand equal reasons and is left out once."""
    queue = [3] * 1000
    answer = one(queue)
    check(answer, queue)
    assert (answer.reasons == answer.reasons[:, :1]).all()


def test_when_everything_is_banned_nothing_comes(one: Graph) -> None:
    """With every track banned or queued the answer is empty, not an error."""
    check(one([3], banned=range(TRACKS)), [3], range(TRACKS))
    check(one(range(TRACKS)), range(TRACKS))
    check(one([], banned=[*range(TRACKS), *range(TRACKS)]), [], range(TRACKS))


def test_equal_scores_are_told_apart(one: Graph) -> None:
    """Songs that score the same all come, each once."""
    model = replace(
        one.model,
        factors=np.zeros((TRACKS, DIMS), np.float32),
        track_bias=np.zeros(TRACKS, np.float32),
    )
    flat = Graph(model, nobody(DIMS, TRACKS))
    check(flat([3], limit=TRACKS), [3], limit=TRACKS)


def test_random_nonsense_is_answered(graph: Graph) -> None:
    """Two hundred random mixes of sound and unsound numbers all get a sound answer."""
    rng = np.random.default_rng(7)
    indices = [-1, 0, 3, 7, 29, TRACKS, TRACKS + ARTISTS - 1, TRACKS + ARTISTS, LARGEST, -LARGEST - 1]
    numbers = [NAN, INFINITY, -INFINITY, -1, 0, 1e-45, 0.5, 1, 2, 1e30]
    for _ in range(200):
        size = int(rng.integers(0, 12))
        queue, banned = rng.choice(indices, size).tolist(), rng.choice(indices, 5).tolist()
        weight, label = rng.choice(numbers, size).tolist(), rng.choice(numbers, size).tolist()
        limit = int(rng.choice([-3, 0, 1, 10, 100]))
        check(graph(queue, weight, label, banned, limit), queue, banned, limit)


def test_all_is_answered_where_the_catalogue_is_one_song() -> None:
    """A catalogue of one song with no artist gives it, or nothing once it is queued."""
    model = Model(np.ones((1, 2), np.float32), np.ones(1, np.float32), np.zeros(1, np.float32), 0.8)
    single = Graph(model, nobody(2, 1))
    assert single().tracks.tolist() == [0]
    assert single([0]).tracks.tolist() == []
