"""The parts of `make bench-scale` count right, at sizes at which nobody looks at the clock."""

from __future__ import annotations

import importlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from bot.recommend.recommender import Answer
from model_export.synth_tastes import Tastes
from tests.measure.scale import askers, catalogue, first_stage, scoring, training
from tests.measure.scale.__main__ import app
from tests.measure.scale.bundles import bundle, whole
from tests.measure.scale.children import Failed, run
from tests.measure.scale.machine import describe
from tests.measure.scale.page import put, read, verdict
from tests.measure.scale.peers import Implicit, Numpy, Peer, Torch, without
from tests.measure.scale.scoring import rightness
from tests.measure.scale.sizes import LIMITS, LISTS, QUEUE, Size, songs_in
from tests.measure.scale.training import Trained, exponent
from tests.measure.scale.turns import Turns, take_turns
from tests.measure.scale.whole import Floats, Model, queues, recall

TINY = Size(400, 8)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what is made for a measurement is kept."""
    return tmp_path_factory.mktemp("scale")


@pytest.fixture(scope="module")
def folder(kept: Path) -> Path:
    """A bundle of random numbers."""
    return bundle(kept, TINY, 1)


@pytest.mark.parametrize("text", ["89417x64", " 89,417x64 "])
def test_a_size_is_read(text: str) -> None:
    """With or without commas."""
    assert Size.parse(text) == Size(89_417, 64)
    assert str(Size.parse(text)) == "89417x64"


@pytest.mark.parametrize(
    "text", ["", "64", "axb", "20x3", "100x0", "100x2000", "99999999x3", "100x3x4", "-5x3"]
)
def test_what_is_no_size_is_said(text: str) -> None:
    """In words that name it."""
    with pytest.raises(ValueError, match=r"size|bounds"):
        Size.parse(text)


def test_recall_counts_equals_for_each_other() -> None:
    """Two songs share the third place: either will do, and nothing counts twice."""
    scores = np.array([9.0, 5.0, 5.0, 7.0, -np.inf, 1.0])
    assert recall(scores, np.array([0, 3, 1]), 3) == recall(scores, np.array([0, 3, 2]), 3) == 1
    assert recall(scores, np.array([0, 5, 5]), 3) == pytest.approx(1 / 3)
    assert recall(scores, np.array([0, 0, 0]), 3) == pytest.approx(1 / 3)
    assert recall(scores, np.array([5, 5, 0]), 2) == 0  # what comes after the second place does not count
    assert recall(scores, np.array([0, 1, 2, 3, 5]), 50) == 1  # more than there are


def test_the_exponent_is_the_slope_of_the_logarithms() -> None:
    """Of a power itself, and about that where the cost is a bit off."""
    sizes = [10.0, 100.0, 1_000.0, 10_000.0]
    assert exponent(sizes, [3 * size**1.25 for size in sizes]) == pytest.approx(1.25)
    assert exponent(sizes, [7.0] * 4) == pytest.approx(0)
    assert exponent(sizes[:2], [1.0, 20.0]) == pytest.approx(np.log10(20))


def test_the_training_table_has_verdicts() -> None:
    """What was promised of a size stands beside it, and one size alone has no exponent."""
    found = [Trained(10_000, 143_000, 660_000, 61.0, 1.5), Trained(100_000, 637_000, 6_600_000, 350.0, 2.5)]
    text = training.markdown(found)
    assert "61 (≤ 60: **not met**)" in text
    assert "350 (≤ 360: met)" in text
    assert "2.50 (≤ 2: **not met**)" in text
    assert "to the power 0.76 (≤ 1.1: met)" in text
    assert "power" not in training.markdown(found[:1])


def test_more_playlists_name_more_songs_but_not_as_many() -> None:
    """Up to the whole set's own number."""
    assert songs_in(1_000_000) == 2_262_292
    assert songs_in(10_000) < songs_in(100_000) < 10 * songs_in(10_000)


@pytest.mark.parametrize("lists", sorted({100, 1_000, *LISTS} - {100_000}))
def test_made_up_playlists_have_room_for_their_songs(lists: int) -> None:
    """Whichever sizes are trained on: `synth` refuses what has none."""
    Tastes(lists, songs_in(lists), seed=1)


def test_a_ratio_is_that_of_each_turn() -> None:
    """A turn in which the machine was slow for both changes nothing."""
    assert Turns([1, 30, 3], [2, 60, 6]).ratio == 0.5


def test_turns_are_taken_in_pairs() -> None:
    """Request n is answered by both, and who begins changes."""
    said: list[str] = []

    def asks(who: str) -> Sequence[Callable[[], object]]:
        return [lambda: said.append(f"{who}1"), lambda: said.append(f"{who}2")]

    turns = take_turns(asks("a"), asks("b"), seconds=0)
    timed = said[-2 * len(turns.ours) :]
    assert len(turns.ours) == len(turns.theirs) >= 4
    assert timed[:6] == ["b1", "a1", "a2", "b2", "b1", "a1"]


def test_the_whole_model_is_the_trainers_own(folder: Path) -> None:
    """What is computed from the file in float64 is what the graph says, to its last digits."""
    found = scoring.figures(folder, [], folder, seed=1, seconds=0)
    for right in found["right"]:
        assert right["first"] == right["all"] == 1
        assert right["match_error"] < 1e-5
        assert right["reason_error"] < 1e-5


def test_a_wrong_answer_is_seen(folder: Path) -> None:
    """Worse songs lower the recall, other figures are errors, and the queue's own songs are a fault."""
    model = Model(folder / "model.onnx")
    (queue,) = queues(model.tracks, 1, QUEUE, 1)
    asked = model.asked(queue)
    order = np.argsort(-asked.score)[: TINY.tracks - QUEUE]
    best, worst = order[:50], order[-50:]
    match, reasons = asked.match, model.reasons(queue, best)
    good = Answer(best, match[best].astype(np.float32), reasons.astype(np.float32))
    assert rightness(model, asked, good, 50).all == 1
    assert rightness(model, asked, Answer(worst, good.match, good.reasons), 50).first == 0
    odd = rightness(
        model, asked, Answer(best, good.match + np.float32(0.1), good.reasons + np.float32(0.2)), 50
    )
    assert odd.match_error == pytest.approx(0.1, abs=1e-3)
    assert odd.reason_error == pytest.approx(0.2, abs=1e-3)
    for wrong in (order[:49], np.append(order[:49], order[0]), np.append(order[:49], queue[0])):
        with pytest.raises(ValueError, match="different"):
            rightness(model, asked, Answer(wrong, good.match, good.reasons), 50)


@pytest.mark.parametrize("kind", [Numpy, Implicit])
def test_exact_peers_find_the_best_products(kind: type[Numpy | Implicit], tmp_path: Path) -> None:
    """All of them, best first, without the queue's own."""
    rng = np.random.default_rng(0)
    factors, playlist = rng.random((300, 4), np.float32), rng.random(4, np.float32)
    queue = np.array([3, 250, 7])
    products = factors.astype(np.float64) @ playlist
    products[queue] = -np.inf
    found = kind(factors, tmp_path).prepare(queue, playlist, 50)()
    assert found.tolist() == np.argsort(-products)[:50].tolist()


def test_what_is_missing_and_what_is_queued_falls_out() -> None:
    """As faiss marks what it did not find."""
    assert without(np.array([4, 2, 9, -1]), np.array([2]), 2).tolist() == [4, 9]


def test_a_scoring_section_tells_everything(folder: Path, tmp_path: Path) -> None:
    """A line for every contestant of each limit, verdicts where something was promised, and who is absent."""

    def absent(factors: Floats, place: Path) -> Peer:
        importlib.import_module("no_such_library")
        return Torch(factors, place)

    found = scoring.figures(folder, [("numpy", Numpy), ("nobody", absent)], tmp_path, seed=1, seconds=0)
    lines = [(line["name"], line["limit"], line["recall"]) for line in found["lines"]]
    assert lines == [
        *((scoring.FLOOR, limit, None) for limit in LIMITS),
        *(("numpy", limit, 1.0) for limit in LIMITS),
    ]
    text = scoring.markdown(TINY, json.loads(json.dumps(found)))
    assert "nobody: no_such_library is not installed" in text
    assert text.count("| numpy |") == text.count("**Encore**") == 2
    promised = scoring.markdown(Size(2_262_292, 64), found)
    assert "≤ 2.5" in promised


def test_many_askers_are_answered(folder: Path) -> None:
    """With each number of workers, and the bot's own is held to what was promised."""
    found = askers.figures(folder, seed=1, seconds=0.01)
    lines = found["lines"]
    assert len(lines) == len(askers.WORKERS) * len(askers.KINDS) * len(askers.ASKERS)
    assert all(line["each_second"] > 0 and line["lag_ms"] >= 0 for line in lines)
    text = askers.markdown("tiny", json.loads(json.dumps(found)))
    assert text.count("≤ 20") == len(askers.KINDS) * len(askers.ASKERS)


def test_a_catalogue_is_timed_by_kind(folder: Path) -> None:
    """Every kind of text has its times and its verdict."""
    text = catalogue.markdown(json.loads(json.dumps(catalogue.figures(folder, seed=1, songs=4))))
    assert "| 3 letters |" in text
    assert "≤ 30" in text
    assert "≤ 150" in text


def test_what_a_first_stage_finds_is_scored_exactly(folder: Path) -> None:
    """All that it finds, and what neighbours and artists pull though it found nothing."""
    model = Model(folder / "model.onnx")
    (queue,) = queues(model.tracks, 1, QUEUE, 1)
    answer = model.asked(queue)
    everything, nothing = np.arange(model.tracks), np.empty(0, np.int64)
    candidates, scores = first_stage.rescored(model, answer, everything)
    assert candidates.tolist() == np.setdiff1d(everything, queue).tolist()
    assert np.allclose(scores, answer.score[candidates], atol=1e-5)
    best = first_stage.best_of(model, answer, everything)
    assert recall(answer.score, best, 50) == 1
    assert first_stage.match_error(model, answer, everything, np.random.default_rng(0)) < 1e-6
    pulled = first_stage.rescored(model, answer, nothing)[0]
    assert pulled.tolist() == np.setdiff1d(model.pulled(queue)[0], queue).tolist()


def test_a_first_stage_sees_the_bias_too(folder: Path) -> None:
    """As one dimension more, which the query has as 1."""
    model = Model(folder / "model.onnx")
    wide = first_stage.with_bias(model)
    query = np.zeros(wide.shape[1], np.float32)
    query[: TINY.dims], query[TINY.dims] = 0.5, 1
    assert wide.shape[1] % 4 == 0
    assert np.allclose(wide @ query, model.factors.sum(1) / 2 + model.bias, atol=1e-5)


def test_without_its_libraries_a_first_stage_is_a_line(folder: Path, tmp_path: Path) -> None:
    """That says what is missing."""

    def absent() -> object:
        return importlib.import_module("no_such_library")

    stage = ("nobody's", "cells", tmp_path / "none", absent)
    found = first_stage.figures(folder, tmp_path, 1, lambda wide, kept: [stage])
    assert "nobody's: no_such_library is not installed" in first_stage.markdown("tiny", found)


def test_a_bundle_is_made_once(kept: Path, folder: Path) -> None:
    """And anew if today's bot does not read it."""
    manifest = folder / "manifest.json"
    before = manifest.stat().st_mtime_ns
    assert bundle(kept, TINY, 1) == folder
    assert manifest.stat().st_mtime_ns == before
    assert whole(folder)
    said = manifest.read_text("utf-8")
    manifest.write_text(json.dumps({**json.loads(said), "format": 0}), "utf-8")
    assert not whole(folder)
    bundle(kept, TINY, 1)
    assert manifest.read_text("utf-8") == said


def test_a_section_replaces_its_own(tmp_path: Path) -> None:
    """The others stay, in the page's order: parts as named, sizes as they grow."""
    page = tmp_path / "BENCHMARKS.md"
    put(page, "training", "trained")
    put(page, "scoring/645802x64", "large")
    put(page, "scoring/89417x64", "old")
    put(page, "scoring/89417x64", "new\n\n| a | table |")
    assert read(page) == {
        "scoring/89417x64": "new\n\n| a | table |",
        "scoring/645802x64": "large",
        "training": "trained",
    }
    text = page.read_text("utf-8")
    assert text.index("new") < text.index("large") < text.index("trained")
    assert text.count("## Scoring") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["BENCHMARKS.md"]


def test_a_verdict_is_on_the_right_side() -> None:
    """What is just kept is kept."""
    assert verdict(0.8, 0.8) == "0.80 (≤ 0.8: met)"
    assert verdict(0.81, 0.8) == "0.81 (≤ 0.8: **not met**)"
    assert verdict(0.81, None) == "0.81"


def test_a_process_that_fails_says_why() -> None:
    """By its last line."""
    with pytest.raises(Failed, match="no-such-folder"):
        run("model_export", ["train", "/no-such-folder", "--out", "/tmp/never"])  # noqa: S108 - never written
    assert run("platform", []).peak_gb > 0


def test_the_machine_says_no_name_and_no_place() -> None:
    """What processor and versions, and nothing of whose it is."""
    said = describe()
    assert "cores" in said
    assert "numpy" in said
    assert importlib.import_module("socket").gethostname() not in said
    assert str(Path.home()) not in said


@pytest.mark.parametrize(
    "arguments",
    [
        ["--parts", "nothing"],
        ["--sizes", "many"],
        ["--lists", "x"],
        ["--lists", "0"],
        ["--lists", "1_000"],
        ["--lists", "99999999999"],
        ["--kept", "/dev/null"],
    ],
)
def test_what_is_wrongly_asked_is_one_line(arguments: list[str], tmp_path: Path) -> None:
    """With exit code 2, and nothing written."""
    page = tmp_path / "page.md"
    done = asked(page, tmp_path, "--parts", "search", "--sizes", "100x4", *arguments)
    assert done.exit_code == 2
    assert done.stderr.startswith("bench-scale: ")
    assert len(done.stderr.strip().splitlines()) == 1
    assert not page.exists()


def test_part_after_part_stands_on_the_page(kept: Path, folder: Path, tmp_path: Path) -> None:
    """From the command that people use."""
    page = tmp_path / "page.md"
    done = asked(page, kept, "--parts", "search", "--sizes", str(TINY))
    assert (done.exit_code, done.stderr) == (0, "")
    assert list(read(page)) == [f"search/{TINY.tracks}"]
    assert "Measured " in page.read_text("utf-8")


def asked(page: Path, kept: Path, *arguments: str) -> Result:
    """What `make bench-scale` runs."""
    return CliRunner().invoke(app, ["--page", str(page), "--kept", str(kept), *arguments])


def test_who_is_stopped_stops_its_process(tmp_path: Path) -> None:
    """By Ctrl-C, which the process hears of too."""
    heard = tmp_path / "heard"
    waiting = (
        "import pathlib, time\n"
        "try:\n"
        f"    pathlib.Path({str(tmp_path / 'begun')!r}).touch()\n"
        "    time.sleep(1000)\n"
        "except KeyboardInterrupt:\n"
        f"    pathlib.Path({str(heard)!r}).touch()"
    )

    def stop() -> None:
        while not (tmp_path / "begun").exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=stop, daemon=True).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            run("timeit", ["-n", "1", "-r", "1", waiting])
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard.exists()
