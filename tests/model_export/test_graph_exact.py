"""The graph against the model card's formula in double precision, and where the scan's rounding misleads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from model_export import graph as graphs
from model_export.graph import StandIns, build_graph, save_graphs
from model_export.model import Blend, Floats, Memory, Model, rounded
from model_export.neighbours import as_bytes, from_bytes, nothing

Doubles = npt.NDArray[np.float64]
INPUTS = ("queue", "weight", "label", "banned", "limit", "blend")


@dataclass(frozen=True)
class Case:
    """A model and what is asked of it."""

    model: Model
    others: StandIns
    queue: npt.NDArray[np.int64]
    weight: Floats
    label: Floats
    banned: npt.NDArray[np.int64]
    limit: int
    blend: Floats

    def asked(self) -> dict[str, npt.NDArray[Any]]:
        """The graph's inputs."""
        found = {name: np.asarray(getattr(self, name)) for name in INPUTS}
        return {**found, "limit": np.array(self.limit, np.int64)}


def session(model: bytes | Path) -> onnxruntime.InferenceSession:
    """As the bot opens it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def answered(case: Case) -> list[npt.NDArray[Any]]:
    """What the graph says."""
    graph = build_graph(case.model, case.others).SerializeToString()
    found: list[npt.NDArray[Any]] = session(graph).run(["tracks", "match", "reasons"], case.asked())
    return found


def shipped(factors: Floats) -> Doubles:
    """Factors as they come out of a bundle."""
    small, step = rounded(factors)
    return np.asarray(small * step, np.float64)


def remembered(likeness: sparse.csr_array, most: float) -> Doubles:
    """Neighbours as they come out of a bundle in which the nearest of all is so near."""
    rest, step = as_bytes(np.append(likeness.data, np.float32(most)))
    data = from_bytes(rest[:-1], step)
    return np.asarray(
        sparse.csr_array((data, likeness.indices, likeness.indptr), shape=likeness.shape).todense()
    )


def stated(case: Case) -> tuple[Doubles, Doubles, Doubles]:
    """Scores and logits of all tracks, and each entry's share of the latter, (tracks, q): the formula."""
    model, others, tracks = case.model, case.others, len(case.model.factors)
    memory = model.memory or Memory(nothing(tracks, tracks), nothing(0, 0), np.full(tracks, -1, np.int32))
    rows = shipped(np.concatenate([model.factors, others.factors]))
    most = max(memory.likeness.data.max(initial=0), others.likeness.data.max(initial=0))
    likeness = np.vstack([remembered(memory.likeness, most), remembered(others.likeness, most)])
    kinship = remembered(memory.kinship, memory.kinship.data.max(initial=0))
    artists = len(kinship)
    artist_of = np.concatenate([memory.artist_of, others.artist_of])
    artist_of = np.where((artist_of >= 0) & (artist_of < artists), artist_of, artists)
    kin = np.pad(model.blend.kin * kinship + model.blend.same_artist * np.eye(artists), ((0, 1), (0, 1)))
    weights = np.concatenate([model.weights, others.weights]).astype(np.float64)

    known = (case.queue >= 0) & (case.queue < len(rows))
    entry = np.where(known, case.queue, 0)
    sure = np.where(known & np.isfinite(case.weight), case.weight, 0).clip(0, 1e6)
    wanted = np.nan_to_num(case.label, nan=0.0).clip(-1, 1)
    by_factors, by_neighbours, by_content = np.nan_to_num(case.blend, nan=1.0).clip(0, 10).astype(np.float64)
    told = sure * weights[entry]
    share = told * wanted / (told.sum() if told.sum() > 0 else 1) ** model.power
    affinity = by_factors * rows[:tracks] @ rows[entry].T
    affinity += by_neighbours * model.blend.neighbours * likeness[entry].T
    affinity += by_content * kin[artist_of[entry]][:, artist_of[:tracks]].T
    scores = affinity @ share + model.track_bias
    tempered = model.temper * scores
    normaliser = np.logaddexp.reduce(tempered)
    logits = model.scale * (tempered - normaliser) + model.level
    return scores, logits, model.scale * model.temper * affinity * share


def scanned_by(case: Case) -> float:
    """By how much the scan, and so the normaliser, may err at the most, as the scores themselves do."""
    model = case.model
    rows = shipped(np.concatenate([model.factors, case.others.factors]))
    weights = np.concatenate([model.weights, case.others.weights])
    known = (case.queue >= 0) & (case.queue < len(rows))
    sure = np.where(known & np.isfinite(case.weight), case.weight, 0).clip(0, 1e6)
    entry = np.where(known, case.queue, 0)
    told = sure * weights[entry]
    share = told * np.nan_to_num(case.label).clip(-1, 1) / (told.sum() or 1) ** model.power
    playlist = np.nan_to_num(case.blend, nan=1.0).clip(0, 10)[0] * share @ rows[entry]
    lengths = np.linalg.norm(rows[: len(model.factors)], axis=1)
    error = 1e-6 if rows.shape[1] <= graphs.FEW else 1 / 127**2
    size = np.abs(playlist).max(initial=0) * rows.shape[1] ** 0.5 * lengths.max()
    pulls = 20 * 10 * np.abs(share).sum()  # what the blend may weigh
    return float(model.temper * (error * size + 1e-6 * pulls))


def check(case: Case) -> None:
    """The answer has the best that are free, best first, with the match and the reasons of the formula.

    The normaliser is a sum over all songs and comes from the scan: a model whose scores are huge, and which
    is sure of everything, has it as coarsely as its scores.
    """
    tracks, match, reasons = answered(case)
    scores, logits, shares = stated(case)
    out = np.concatenate([case.queue, case.banned])
    free = np.setdiff1d(np.arange(len(scores)), out)
    count = max(0, min(case.limit, len(free)))
    assert len(set(tracks.tolist())) == len(tracks) == count
    assert set(tracks.tolist()) <= set(free.tolist())
    size = np.abs(shares).sum(axis=1).max(initial=0) / max(case.model.scale * case.model.temper, 1e-9)
    rounding = 2e-5 * (1 + np.abs(case.model.track_bias).max() + size)
    best = np.sort(scores[free])[::-1][:count]
    np.testing.assert_allclose(scores[tracks], best, rtol=0, atol=rounding)
    coarse = case.model.scale * scanned_by(case)
    with np.errstate(over="ignore"):
        expected = 1 / (1 + np.exp(-logits[tracks]))
    np.testing.assert_allclose(match, expected, rtol=0, atol=1e-3 + coarse / 4)
    np.testing.assert_allclose(reasons, shares[tracks], rtol=1e-4, atol=1e-4 * (1 + size / 100))
    assert np.isfinite(reasons).all()


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Small models of random numbers, some of them coarse, huge or all the same, and any question."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    tracks, artists, words = draw(st.integers(1, 150)), draw(st.integers(0, 6)), draw(st.integers(0, 3))
    dims = draw(st.sampled_from([1, 2, 3, 8, 9, 16, 20, 64, 300]))
    height = draw(st.sampled_from([0.0, 0.1, 1.0, 30.0]))
    tracks_and_others = tracks + artists + words

    def near(rows: int, columns: int) -> sparse.csr_array:
        thin = sparse.random_array((rows, columns), density=0.2, rng=rng, dtype=np.float32)
        return sparse.csr_array(thin)

    factors = rng.normal(0, height, (tracks_and_others, dims)).astype(np.float32)
    if draw(st.booleans()):  # many songs are the same one
        factors = factors[rng.integers(0, min(3, tracks_and_others), tracks_and_others)]
    bias = rng.normal(0, draw(st.sampled_from([0.0, 1.0, 20.0])), tracks).astype(np.float32)
    artist_of = rng.integers(-1, max(artists, 1), tracks).astype(np.int32)
    has_memory = draw(st.booleans())
    model = Model(
        factors[:tracks],
        np.exp(rng.normal(0, 0.5, tracks)).astype(np.float32),
        bias,
        draw(st.sampled_from([0.0, 0.6, 1.0])),
        Memory(near(tracks, tracks), near(artists, artists), artist_of) if has_memory else None,
        Blend(*rng.uniform(0, 20, 3)),
        temper=draw(st.sampled_from([0.3, 1.0])),
        scale=draw(st.sampled_from([0.2, 1.0])),
        level=float(rng.normal(0, 3)),
    )
    others = StandIns(
        factors[tracks:],
        np.exp(rng.normal(0, 0.5, artists + words)).astype(np.float32),
        np.concatenate([np.arange(artists), np.full(words, -1)]).astype(np.int32),
        near(artists + words, tracks) if has_memory else nothing(artists + words, tracks),
    )
    size = draw(st.integers(0, 8))
    odd = [-1, tracks_and_others, 2**40]
    pool = np.array([*range(tracks_and_others), *odd])
    numbers = [0.0, 0.2, 1.0, 4.0, 1e5, 1e30, -1.0, np.nan, np.inf]
    banned = draw(st.sampled_from([0, 1, 10, 4 * tracks]))
    return Case(
        model,
        others,
        rng.choice(pool, size).astype(np.int64),
        np.array(draw(st.lists(st.sampled_from(numbers), min_size=size, max_size=size)), np.float32),
        rng.choice([1.0, 1.0, 0.5, -0.25, -1.0, 0.0, np.nan, 5.0], size).astype(np.float32),
        rng.choice(pool, banned).astype(np.int64),
        draw(st.sampled_from([0, 1, 5, 17, tracks, 10**9])),
        rng.choice([0.0, 0.4, 1.0, 3.0, np.nan], 3).astype(np.float32),
    )


@given(cases())
@settings(max_examples=60, deadline=None)
def test_the_graph_says_what_the_formula_says(case: Case) -> None:
    """Any small model, queue, ban, limit and blend: the best are the best, with their match and reasons."""
    check(case)


@given(cases())
@settings(max_examples=20, deadline=None)
def test_large_models_say_it_too(case: Case) -> None:
    """In the blocks of a large model's table the answers are those of the formula as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graphs, "MANY", 0)
        check(case)


def random_case(tracks: int, dims: int, limit: int) -> Case:
    """A model of nothing but factors, of which a long queue is known."""
    rng = np.random.default_rng(3)
    model = Model(
        rng.normal(0, 1, (tracks, dims)).astype(np.float32),
        np.ones(tracks, np.float32),
        np.zeros(tracks, np.float32),
        0.6,
    )
    others = StandIns(
        np.zeros((0, dims), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32), nothing(0, tracks)
    )
    queue = rng.choice(tracks, 20, replace=False)
    ones = np.ones(20, np.float32)
    return Case(model, others, queue, ones, ones, queue[:0], limit, np.ones(3, np.float32))


@pytest.mark.parametrize("dims", [3, 64, 100])
@pytest.mark.parametrize("limit", [1, 50, 700, 3000])
def test_few_of_many_songs_are_the_best_ones(dims: int, limit: int) -> None:
    """Of 5,000 songs the best are those of the formula, at limits below and above the number of blocks."""
    check(random_case(5000, dims, limit))


def misleading(limit: int) -> Case:
    """Songs that a scan in bytes takes for the best, and others that are.

    The first entry makes one number of the playlist's large; the second, which says little, makes the others
    so small that in bytes they are nought. The decoys have more of the first and the opposite of the others.
    """
    dims, decoys, true = 64, 3000, 40
    first, rest = np.eye(dims)[0], 1 - np.eye(dims)[0]
    rng = np.random.default_rng(0)
    more = rng.uniform(1.0, 1.05, (decoys, 1))
    factors = np.concatenate(
        [[first, rest], more * first - rest, rng.uniform(0.95, 1.0, (true, 1)) * first + rest]
    ).astype(np.float32)
    tracks = len(factors)
    order = np.concatenate([[0, 1], 2 + rng.permutation(tracks - 2)])
    model = Model(
        factors[order], np.ones(tracks, np.float32), np.zeros(tracks, np.float32), 0.0, scale=0.01
    )  # so unsure that the export leaves the scan as coarse as it may be
    others = StandIns(
        np.zeros((0, dims), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32), nothing(0, tracks)
    )
    weight, ones = np.array([1, 0.003], np.float32), np.ones(2, np.float32)
    queue = np.array([0, 1])
    return Case(model, others, queue, weight, ones, queue[:0], limit, np.ones(3, np.float32))


@pytest.mark.parametrize("limit", [1, 10, 40, 200])
@pytest.mark.parametrize("many", [0, 1 << 18])
def test_rounding_misleads_nobody(monkeypatch: pytest.MonkeyPatch, limit: int, many: int) -> None:
    """The exact best come where the bytes alone would have chosen others, and in the exact order."""
    monkeypatch.setattr(graphs, "MANY", many)
    case = misleading(limit)
    assert "left_over" not in {each.output[0] for each in build_graph(case.model, case.others).graph.node}
    check(case)
    scores, _, _ = stated(case)
    free = np.arange(2, len(scores))
    tracks = answered(case)[0]
    assert scores[tracks].min() >= np.sort(scores[free])[-limit] - 1e-6


@pytest.mark.parametrize("dims", [3, 64])
def test_equal_songs_come_in_the_order_of_the_catalogue(dims: int) -> None:
    """Where hundreds of songs score the same, the more popular ones come first."""
    case = random_case(1000, dims, 30)
    same = np.repeat(case.model.factors[:1], 1000, axis=0)
    case = replace(case, model=replace(case.model, factors=same), queue=np.array([5, 9]))
    case = replace(case, weight=case.weight[:2], label=case.label[:2])
    expected = [track for track in range(33) if track not in (5, 9)][:30]
    assert answered(case)[0].tolist() == expected


# --- the files


def test_the_three_parts_answer_as_the_whole(tmp_path: Path) -> None:
    """Several queues, folded one by one, scanned at once and ranked one by one, as `model.onnx` has them."""
    for dims in (3, 64):
        case = random_case(5000, dims, 50)
        save_graphs(case.model, case.others, tmp_path)
        whole, fold, scan, rank = (
            session(tmp_path / f"{name}.onnx") for name in ("model", "fold", "scan", "rank")
        )
        rng = np.random.default_rng(1)
        asked = [{**case.asked(), "queue": rng.choice(5000, 20)} for _ in range(5)]
        told = [each.name for each in fold.get_inputs()] + ["blend"]
        playlists = [fold.run(["playlist"], {name: each[name] for name in told})[0] for each in asked]
        (scanned,) = scan.run(["scan"], {"playlist": np.concatenate(playlists)})
        for i, each in enumerate(asked):
            found = rank.run(None, {**each, "scan": scanned[i : i + 1]})
            for one, other in zip(found, whole.run(None, each), strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_what_is_large_stands_beside_the_graphs(tmp_path: Path) -> None:
    """All four name one plain file, once for each tensor, and none holds a copy of its own."""
    case = random_case(5000, 64, 50)
    save_graphs(case.model, case.others, tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.glob("*.onnx")) < 100_000
    for path in tmp_path.glob("*.onnx"):
        model = onnx.load(path, load_external_data=False)
        for tensor in model.graph.initializer:
            where = {each.key: each.value for each in tensor.external_data}
            assert where.get("location", "model.data") == "model.data"
    size = (tmp_path / "model.data").stat().st_size
    assert size < 5000 * 64 * 1.5


def test_any_processor_can_run_it(tmp_path: Path) -> None:
    """Accuracy level 4 is leave to round the playlist, not a need: in floats the answers are the same."""
    case = random_case(5000, 64, 50)
    save_graphs(case.model, case.others, tmp_path)
    model = onnx.load(tmp_path / "model.onnx")
    (scan,) = (node for node in model.graph.node if node.op_type == "MatMulNBits")
    level = next(each for each in scan.attribute if each.name == "accuracy_level")
    assert level.i == 4
    level.i = 0
    onnx.save(model, tmp_path / "floats.onnx")
    as_floats = session(tmp_path / "floats.onnx").run(None, case.asked())
    for one, other in zip(as_floats, answered(case), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-3)
