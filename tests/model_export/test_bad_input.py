"""Whatever comes in: trained graphs answer soundly, and odd data is learned or refused in a sentence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from onnx import numpy_helper

from bot.settings import STARTER
from model_export.bundle import Learned, write_bundle
from model_export.evaluate import Bundle
from model_export.learning import TYPICAL_LEVEL, learn
from model_export.model import Floats
from model_export.playlists import DataError
from model_export.reading import read_playlists
from tests.model_export.planted import QUICK, planted, playlists, table, write_playlists
from tests.model_export.test_graph import INFINITY, NAN, ROUNDING, Answer

BRIEF = replace(QUICK, epochs=2)
MANY = 1000


@dataclass(frozen=True)
class Exported:
    """A bundle's graph, and how many songs it may suggest and rows it knows."""

    session: onnxruntime.InferenceSession
    tracks: int
    rows: int

    def __call__(
        self,
        queue: Sequence[int] = (),
        weight: float | Sequence[float] = 1.0,
        label: float | Sequence[float] = 1.0,
        banned: Sequence[int] = (),
        limit: int = 100,
        blend: Sequence[float] = (1, 1, 1),
    ) -> Answer:
        """Asks; one weight or label is everybody's."""
        inputs = {
            "queue": np.array(queue, np.int64),
            "weight": np.broadcast_to(np.array(weight, np.float32), len(queue)),
            "label": np.broadcast_to(np.array(label, np.float32), len(queue)),
            "banned": np.array(banned, np.int64),
            "limit": np.array(limit, np.int64),
            "blend": np.array(blend, np.float32),
        }
        answer = Answer(*self.session.run(["tracks", "match", "reasons"], inputs))
        self.check(answer, queue, banned, limit)
        return answer

    def check(self, answer: Answer, queue: Sequence[int], banned: Sequence[int], limit: int) -> None:
        """What holds for every answer: as many as asked for, allowed, unique, sorted, finite."""
        left_out = {track for track in (*queue, *banned) if 0 <= track < self.tracks}
        expected = min(limit, self.tracks - len(left_out))
        tracks = answer.tracks.tolist()
        assert len(tracks) == len(set(tracks)) == expected
        assert not set(tracks) & left_out
        assert min(tracks, default=0) >= 0
        assert max(tracks, default=0) < self.tracks
        assert answer.match.shape == (expected,)
        assert answer.reasons.shape == (expected, len(queue))
        assert np.isfinite(answer.match).all()
        assert np.isfinite(answer.reasons).all()
        assert ((answer.match >= 0) & (answer.match <= 1)).all()
        assert (np.diff(answer.match) <= 0).all()


def opened(folder: Path) -> Exported:
    """The graph of a bundle's folder."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    rows = manifest["tracks"] + manifest["artists"] + manifest.get("words", 0)
    session = onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
    return Exported(session, manifest["tracks"], rows)


@pytest.fixture(scope="module", params=["planted", "shipped"])
def graph(
    request: pytest.FixtureRequest, learned: Learned, tmp_path_factory: pytest.TempPathFactory
) -> Exported:
    """A small model that was trained on planted genres, and the one that is shipped."""
    if request.param == "shipped":
        return opened(STARTER)
    folder = tmp_path_factory.mktemp("planted")
    named = replace(learned.lists, names=["rock party"] * len(learned.lists))
    write_bundle(replace(learned, lists=named), folder)
    return opened(folder)


def same(one: Answer, other: Answer) -> None:
    """Asserts that two answers are of the same songs with the same match."""
    assert one.tracks.tolist() == other.tracks.tolist()
    np.testing.assert_allclose(one.match, other.match, rtol=1e-5)


# --- the graph


def test_a_queue_of_a_thousand_is_answered(graph: Exported) -> None:
    """A thousand entries, songs, artists and words, some of them twice: a sound answer with reasons."""
    queue = np.random.default_rng(0).integers(0, graph.rows, MANY).tolist()
    if graph.tracks < MANY:
        assert graph(queue).tracks.tolist() == []
        queue = [index for index in queue if index % 5 or index >= graph.tracks]
    answer = graph(queue, banned=queue[:3])
    assert len(answer.tracks) > 0
    assert np.abs(answer.reasons).max() > 0


def test_a_thousand_times_the_same_song_is_answered(graph: Exported) -> None:
    """It is left out once, its reasons are equal, and it says the same as once, only louder."""
    once, often = graph([7]), graph([7] * MANY)
    assert (often.reasons == often.reasons[:, :1]).all()
    assert len(often.tracks) == len(once.tracks)
    mine = dict(zip(once.tracks.tolist(), once.reasons[:, 0].tolist(), strict=True))
    shared = [i for i, track in enumerate(often.tracks.tolist()) if track in mine]
    assert shared
    louder = often.reasons.sum(axis=1)[shared]
    expected = np.array([mine[int(often.tracks[i])] for i in shared]) * MANY**0.4
    np.testing.assert_allclose(louder, expected, rtol=1e-3, atol=1e-4)


def test_entries_that_nobody_knows_are_as_none(graph: Exported) -> None:
    """A queue of unknown indices alone is an empty queue."""
    unknown = [graph.rows, graph.rows + 1, -1, 2**62, -(2**62)] * 50
    answer = graph(unknown, banned=unknown)
    same(answer, graph())
    assert not answer.reasons.any()


@pytest.mark.parametrize("weight", [0.0, -0.0, -1.0, -1e30, NAN, INFINITY, -INFINITY])
def test_a_queue_without_a_sound_weight_is_as_none(graph: Exported, weight: float) -> None:
    """Where every weight is zero, negative or no number, the popular songs come, but for the queued."""
    queue = list(range(0, 40, 2))
    answer = graph(queue, weight)
    same(answer, graph(banned=queue))
    assert not answer.reasons.any()


@pytest.mark.parametrize("label", [0.0, -0.0, NAN])
def test_a_queue_of_which_nothing_is_said_is_as_none(graph: Exported, label: float) -> None:
    """Where every label is zero or no number, likewise."""
    queue = list(range(0, 40, 2))
    answer = graph(queue, label=label)
    same(answer, graph(banned=queue))
    assert not answer.reasons.any()


@pytest.mark.parametrize("past", [0, 1, 2**40])
def test_a_limit_past_the_catalogue_gives_all(graph: Exported, past: int) -> None:
    """All that is neither queued nor banned comes, each song once, and no artist and no word."""
    answer = graph([3, graph.tracks, graph.rows - 1], banned=[5, graph.rows], limit=graph.tracks + past)
    assert sorted(answer.tracks.tolist()) == sorted(set(range(graph.tracks)) - {3, 5})


@pytest.mark.parametrize(
    ("blend", "as_if"),
    [
        ([NAN, NAN, NAN], [1, 1, 1]),
        ([NAN, 0, 1], [1, 0, 1]),
        ([-1, -INFINITY, -1e30], [0, 0, 0]),
        ([INFINITY, 11, 1e30], [10, 10, 10]),
    ],
)
def test_a_blend_that_is_none_is_brought_to_reason(
    graph: Exported, blend: list[float], as_if: list[float]
) -> None:
    """No number counts as 1, less than nothing as nothing, and too much as ten."""
    queue = [3, 7, 20]
    answer, sound = graph(queue, blend=blend), graph(queue, blend=as_if)
    same(answer, sound)
    np.testing.assert_allclose(answer.reasons, sound.reasons, rtol=1e-5, atol=1e-7)


def test_all_that_is_bad_at_once_is_answered(graph: Exported) -> None:
    """Fifty random mixes of sound and unsound numbers all get a sound answer."""
    rng = np.random.default_rng(1)
    indices = [-1, 0, 3, 7, 29, graph.tracks - 1, graph.tracks, graph.rows - 1, graph.rows, 2**63 - 1]
    numbers = [NAN, INFINITY, -INFINITY, -1, 0, 1e-45, 0.5, 1, 2, 1e30]
    for _ in range(50):
        size = int(rng.integers(0, 30))
        graph(
            rng.choice(indices, size).tolist(),
            rng.choice(numbers, size).tolist(),
            rng.choice(numbers, size).tolist(),
            rng.choice(indices, 5).tolist(),
            int(rng.choice([0, 1, 10, 200])),
            rng.choice(numbers, 3).tolist(),
        )


# --- the shipped model's reasons


@pytest.fixture(scope="module")
def shipped() -> Exported:
    """The shipped model's graph."""
    return opened(STARTER)


@pytest.fixture(scope="module")
def numbers() -> dict[str, Floats]:
    """The numbers that its file holds."""
    stored = onnx.load(STARTER / "model.onnx").graph.initializer
    wanted = {"temper", "scale", "level", "track_bias"}
    found = {each.name: numpy_helper.to_array(each) for each in stored if each.name in wanted}
    return {**found, "slope": found["scale"] * found["temper"]}


def logits(answer: Answer) -> npt.NDArray[np.float64]:
    """What the matches are the odds of."""
    match = answer.match.astype(float)
    return np.asarray(np.log(match) - np.log1p(-match))


def test_reasons_and_biases_are_the_logit_of_the_match(shipped: Exported, numbers: dict[str, Floats]) -> None:
    """For random queues shares and track bias make each logit, up to one number for the playlist."""
    rng = np.random.default_rng(2)
    for size in (1, 2, 5, 10, 40):
        queue = rng.integers(0, shipped.rows, size).tolist()
        weight, label = rng.uniform(0.2, 4, size).tolist(), rng.choice([1.0, -0.2, 0.5], size).tolist()
        answer = shipped(queue, weight, label, limit=500)
        told = (
            answer.reasons.sum(axis=1).astype(float) + numbers["slope"] * numbers["track_bias"][answer.tracks]
        )
        of_playlist = logits(answer) - told
        np.testing.assert_allclose(of_playlist, of_playlist[0], atol=1e-4)
        assert np.ptp(answer.reasons.sum(axis=1)) > 100 * np.ptp(of_playlist)


def test_without_a_queue_the_logit_is_the_biases(shipped: Exported, numbers: dict[str, Floats]) -> None:
    """The track's bias, tempered and scaled, and the playlist's: the level less the scaled normaliser."""
    answer = shipped(limit=shipped.tracks)
    bias = numbers["track_bias"].astype(float)
    of_playlist = numbers["level"] - numbers["scale"] * np.log(np.exp(numbers["temper"] * bias).sum())
    expected = numbers["slope"] * bias[answer.tracks] + of_playlist
    np.testing.assert_allclose(logits(answer), expected, atol=1e-4)
    assert np.ptp(expected) > 100 * ROUNDING


# --- the data


TRAINED, HELD_OUT = "parent-0", "parent-1"


def test_one_playlist_is_learned(tmp_path: Path) -> None:
    """A single list makes a model that answers with its songs, as sure as nothing held out lets it be."""
    lists = playlists([[0, 1, 2, 3]], planted().songs, [TRAINED])
    learned = learn(lists, BRIEF)
    assert (learned.model.scale, learned.model.level) == (1.0, TYPICAL_LEVEL)
    write_bundle(learned, tmp_path)
    found = Bundle(tmp_path, lists).answer(np.array([0], np.int32), 10)[0]
    assert sorted(found.tolist()) == [1, 2, 3]


def test_one_playlist_that_is_held_out_is_refused() -> None:
    """Where the only list is one to judge by, nothing is left to learn from, in a sentence."""
    with pytest.raises(DataError, match=r"^no song with a title stands in 1 different playlists; [^\n]*$"):
        learn(playlists([[0, 1, 2, 3]], 4, [HELD_OUT]), BRIEF)


def test_a_track_in_no_playlist_is_no_song_of_the_model(tmp_path: Path) -> None:
    """What nobody plays is in the data and out of the catalogue; queued, its artist still speaks for it."""
    lists = planted()
    unplayed = replace(lists.songs[0], track_id="rock-99", title="Nobody Plays This")
    wider = replace(lists, songs=[*lists.songs, unplayed])
    write_bundle(learn(wider, QUICK), tmp_path)
    bundle = Bundle(tmp_path, wider)
    assert len(lists.songs) not in bundle.catalogue
    found = bundle.answer(np.array([len(lists.songs)], np.int32), 12)[0]
    assert {wider.songs[song].track_id.split("-")[0] for song in found} == {"rock"}


def test_a_playlist_of_thousands_of_songs_is_learned() -> None:
    """The longest list there is, 8,607 songs, trains beside short ones to finite numbers."""
    rest = [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
    lists = playlists([[*range(8607)], *rest], 8607, [TRAINED, "parent-4", "parent-6", "parent-7"])
    learned = learn(lists, replace(BRIEF, epochs=1, neighbours=5))
    assert len(learned.lists.songs) == 8607
    for part in (learned.model.factors, learned.model.weights, learned.model.track_bias):
        assert np.isfinite(part).all()


def test_rows_that_stand_twice_teach_what_they_teach_once(tmp_path: Path) -> None:
    """Tables in which every row is repeated make the same model to the last bit."""
    lists = planted(30)
    once = read_playlists(write_playlists(tmp_path / "once", lists))
    twice_at = write_playlists(tmp_path / "twice", lists)
    for name in ("tracks", "playlists", "entries"):
        rows = pq.read_table(table(twice_at, name))
        pq.write_table(pa.concat_tables([rows, rows]), table(twice_at, name))
    twice = read_playlists(twice_at)
    assert len(twice.notes) == 1
    one, other = (learn(each, BRIEF).model for each in (once, twice))
    np.testing.assert_array_equal(one.factors, other.factors)
    np.testing.assert_array_equal(one.track_bias, other.track_bias)
