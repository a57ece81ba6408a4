"""`python -m model_export`, run as a person runs it."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model_export.bundle import FILES
from model_export.metrics import QUEUE_LENGTHS
from model_export.playlists import SPLITS
from tests.model_export.planted import environment, name_of, planted, table, write_playlists
from tests.model_export.warm import ROOT, Server
from tests.patience import PATIENCE_S

METHODS = ("most popular", "same artist", "same album", "item-kNN, shrunk", "plain ALS", "Encore")
MEASURES = ("R-precision", "NDCG@100", "Recall@10", "hit@10", "coverage", "all songs")


@cache
def server() -> Server:
    """Starts the commands that are run here, in processes that have all imports behind them."""
    started = Server(environment())
    atexit.register(started.close)
    return started


def run(*of: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end, in a process of its own."""
    return server().start([*map(str, of)]).end()


def arguments(*of: str | Path) -> list[str]:
    """The command line of a command."""
    return [sys.executable, "-m", "model_export", *map(str, of)]


def run_cold(*of: str | Path) -> subprocess.CompletedProcess[str]:
    """The same in a fresh interpreter, which takes its time to start."""
    return subprocess.run(  # noqa: S603 - our own command
        arguments(*of),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def interrupted(begun: Callable[[], bool], *of: str | Path) -> subprocess.CompletedProcess[str]:
    """Starts a command and presses Ctrl-C once it has begun."""
    command = server().start([*map(str, of)])
    deadline = time.monotonic() + PATIENCE_S
    try:
        while not begun():
            assert command.runs(), command.end()
            assert time.monotonic() < deadline
            time.sleep(0.01)  # another process tells of its progress by its files alone
    except BaseException:
        command.kill()
        raise
    command.interrupt()
    return command.end()


def refused(done: subprocess.CompletedProcess[str], after: int = 0) -> str:
    """The one line with which a command was refused, behind so many others."""
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.endswith("\n")
    (line,) = done.stderr.splitlines()[after:]
    return line


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of sixty playlists of three genres."""
    return write_playlists(tmp_path_factory.mktemp("data"), planted())


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the train split."""
    out = tmp_path_factory.mktemp("trained") / "model"
    done = run("train", data, "--out", out, "--dims", "4", "--epochs", "10")
    assert done.returncode == 0, done.stderr
    return out


def test_train_writes_a_model_and_its_bundle(trained: Path) -> None:
    """After training the folder holds the bundle and the factors, made as told, and nothing else is left."""
    assert {path.name for path in trained.iterdir()} == {*FILES, "manifest.json", "learned.npz"}
    assert [path.name for path in trained.parent.iterdir()] == ["model"]
    manifest = json.loads((trained / "manifest.json").read_text("utf-8"))
    assert manifest["splits"] == ["train"]
    assert (manifest["dims"], manifest["settings"]["epochs"]) == (4, 10)


def test_export_writes_the_bundle_without_the_playlists(data: Path, trained: Path, tmp_path: Path) -> None:
    """The exported bundle is the trained one, byte for byte, without the playlists' factors."""
    done = run("export", data, "--model", trained, "--out", tmp_path / "new" / "bundle")
    assert done.returncode == 0, done.stderr
    bundle = tmp_path / "new" / "bundle"
    assert {path.name for path in bundle.iterdir()} == {*FILES, "manifest.json"}
    for path in bundle.iterdir():
        assert path.read_bytes() == (trained / path.name).read_bytes()


def test_evaluate_prints_every_method_and_measure(data: Path, trained: Path) -> None:
    """The table has a line of each method for each queue length under all measures, then the calibration."""
    done = run("evaluate", data, "--model", trained)
    assert done.returncode == 0, done.stderr
    assert "test playlists" in done.stdout
    for measure in MEASURES:
        assert measure in done.stdout
    for method in METHODS:
        lines = [line for line in done.stdout.splitlines() if method in line]
        assert len(lines) == len(QUEUE_LENGTHS)
        assert all(line.count("0.") + line.count("1.") >= 6 for line in lines)
    assert name_of(0)[:15] not in done.stdout
    label, error = done.stdout.splitlines()[-1].split(": ")
    assert label == "calibration error of match"
    assert 0 <= float(error) <= 1


def test_a_model_that_has_seen_everything_is_not_measured(data: Path, tmp_path: Path) -> None:
    """A model trained with --everything says so in its manifest and is refused by evaluate."""
    out = tmp_path / "model"
    done = run("train", data, "--out", out, "--dims", "4", "--epochs", "5", "--everything")
    assert done.returncode == 0, done.stderr
    assert set(json.loads((out / "manifest.json").read_text("utf-8"))["splits"]) == set(SPLITS)
    done = run("evaluate", data, "--model", out)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "--everything" in done.stderr.splitlines()[-1]


def test_bad_data_is_one_line_and_nothing_written(tmp_path: Path) -> None:
    """A folder that holds no playlists is named in one line, exit code 2, and nothing is made."""
    (tmp_path / "empty").mkdir()
    line = refused(run("train", tmp_path / "empty", "--out", tmp_path / "model"))
    assert str(tmp_path / "empty") in line
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_rows_that_repeat_an_id_are_told(tmp_path: Path) -> None:
    """Training counts the rows it passed over in one line, and goes on."""
    data = write_playlists(tmp_path / "data", planted())
    path = table(data, "tracks")
    tracks = pq.read_table(path)
    pq.write_table(pa.concat_tables([tracks, tracks.slice(0, 3)]), path)
    done = run("train", data, "--out", tmp_path / "model", "--dims", "4", "--epochs", "2")
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if "repeat an id" in line]
    assert line.startswith(f"{data}: 3 rows of tracks.parquet and 0 of playlists.parquet")


def test_a_model_that_is_none_is_one_line(data: Path, tmp_path: Path) -> None:
    """Evaluating or exporting a folder without a model names it in one line, exit code 2."""
    nowhere = tmp_path / "nowhere"
    assert str(nowhere) in refused(run("evaluate", data, "--model", nowhere))
    assert str(nowhere) in refused(run("export", data, "--model", nowhere, "--out", tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_something_else_is_not_written_to(data: Path, trained: Path, tmp_path: Path) -> None:
    """Exporting into a folder of holiday pictures is refused in one line, and the pictures stay."""
    (tmp_path / "beach.jpg").write_text("sand")
    line = refused(run("export", data, "--model", trained, "--out", tmp_path))
    assert str(tmp_path) in line
    assert [path.name for path in tmp_path.iterdir()] == ["beach.jpg"]


def test_a_split_that_is_none_is_one_line(data: Path, trained: Path) -> None:
    """Only held-out splits can be measured; another word is named in one line."""
    assert "'train'" in refused(run("evaluate", data, "--model", trained, "--split", "train"))


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ([], ("train", "evaluate", "export", "harvest", "report")),
        (["train"], ("--out", "--everything", "--seed")),
    ],
)
def test_help_explains(command: list[str], told: tuple[str, ...]) -> None:
    """--help of the program names its commands, that of a command its options, and both succeed."""
    done = run_cold(*command, "--help")
    assert done.returncode == 0
    assert "Usage: python -m model_export" in done.stdout
    assert all(word in done.stdout for word in told)
    assert done.stderr == ""


def test_control_c_stops_training_which_can_go_on(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Ctrl-C in the midst of training says that it can go on; nothing but what it goes on from remains."""
    # Without a validation list nothing stops the training early.
    data = write_playlists(tmp_path_factory.mktemp("endless"), planted().split("train"))
    seen: list[str] = []

    def begun() -> bool:
        seen[:] = sorted(path.name[:7] for path in tmp_path.iterdir())
        return len(seen) == 2 and (tmp_path / "model.unfinished" / "training.json").exists()

    done = interrupted(begun, "train", data, "--out", tmp_path / "model", "--epochs", "1000000")
    assert seen == [".model-", "model.u"]
    assert done.returncode == 130
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1] == "Stopped; the same command goes on from here."
    assert [path.name for path in tmp_path.iterdir()] == ["model.unfinished"]
    line = refused(run("train", data, "--out", tmp_path / "model", "--dims", "3"), after=1)
    assert "model.unfinished holds an unfinished training of other playlists or settings" in line
