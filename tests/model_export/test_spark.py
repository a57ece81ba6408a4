"""Training past one machine: what Spark answers is what one machine answers, and what it lacks is one line.

What needs Spark itself is skipped where pyspark or Java is missing; one session serves all of it.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy import sparse

from model_export import jvm, spark
from model_export.__main__ import STOPPED
from model_export.checkpoint import Checkpoint
from model_export.learning import _kept, learn
from model_export.model import Memory, Parts, Settings
from model_export.neighbours import remember
from model_export.playlists import SPLITS, DataError, Playlists, list_weights
from model_export.spark import Spark, cluster, entries, places, work_ahead
from model_export.start import CONFIDENCE, GROUP, first_factors
from tests.model_export.planted import genre_of, planted, playlists, write_playlists
from tests.model_export.test_cli import interrupted, refused, run_cold

MISSING = jvm.missing()
NEEDS_SPARK = pytest.mark.skipif(MISSING is not None, reason=f"no Spark here: {MISSING}")
SETTINGS = Settings(dims=8, epochs=2)
QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"
"""Makes Java start in half the time, at the cost of work that takes minutes."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    """A cluster of two threads, whose playlists are the planted ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", QUICK_JAVA)
        patch.setenv("SPARK_DRIVER_MEMORY", "512m")
        with cluster("local[2]", tmp_path_factory.mktemp("spark") / "session") as engine:
            yield engine


def same(one: Memory | None, other: Memory | None) -> None:
    """Two memories hold the same neighbours of songs and of artists, as near."""
    assert one is not None
    assert other is not None
    assert np.array_equal(one.artist_of, other.artist_of)
    for mine, theirs in ((one.likeness, other.likeness), (one.kinship, other.kinship)):
        assert mine.shape == theirs.shape
        assert mine.nnz == theirs.nnz > 0
        assert abs(mine - theirs).max() < 1e-6 + 0.02 * theirs.max()  # a byte more or less


@NEEDS_SPARK
def test_a_hub_is_known_by_some_of_its_lists(
    engine: Spark, lists: Playlists, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With few lists of each song looked at, neighbours are still of its genre, and as near as before."""
    monkeypatch.setattr(spark, "HUB", 5)
    assert lists.parents_per_song().max() > 5
    settings = replace(SETTINGS, kin=0)
    found = engine.remember(lists, settings)
    whole = remember(lists, settings)
    assert found is not None
    assert whole is not None
    genres = np.array([genre_of(song) for song in lists.songs])
    pairs = found.likeness.tocoo()
    assert (genres[pairs.row] == genres[pairs.col]).all()
    assert found.likeness.nnz < whole.likeness.nnz
    # Five lists weigh as much as all: the cosines of a song sum up to what they did, but for the noise.
    assert found.likeness.sum() == pytest.approx(whole.likeness.sum(), rel=0.15)


@pytest.fixture(scope="module")
def kept(engine: Spark, lists: Playlists, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """All that a cluster works out for a training on everything, where the training looks for it."""
    keep = Checkpoint(tmp_path_factory.mktemp("kept") / "model.unfinished", "planted")
    asked: list[str] = []
    work_ahead(engine, lists, SETTINGS, keep, everything=True, told=asked.append)
    assert asked == ["least squares", "neighbours", "all neighbours"]
    work_ahead(engine, lists, SETTINGS, keep, everything=True, told=asked.append)
    assert len(asked) == 3  # what is there is not asked for again
    return keep


@NEEDS_SPARK
def test_factors_tell_the_genres_apart(kept: Checkpoint, lists: Playlists) -> None:
    """Through the same whitening as one machine's, songs of one genre go together and no others."""
    _, learned_from = _kept(lists, lists.split("train"), 1)
    weights = list_weights(learned_from, SETTINGS.damping)
    factors = first_factors(learned_from, Parts.of(learned_from).groups, weights, SETTINGS, kept)
    assert factors.shape == (len(learned_from.songs), SETTINGS.dims)
    genres = np.array([genre_of(song) for song in learned_from.songs])
    together = factors @ factors.T
    alike = genres[:, None] == genres
    assert together[alike].mean() > 10 * abs(together[~alike].mean())


@NEEDS_SPARK
def test_training_goes_on_from_what_spark_found(kept: Checkpoint, lists: Playlists) -> None:
    """The model has Spark's neighbours, which are one machine's, of the same cosines."""
    learned = learn(lists, SETTINGS, everything=True, keep=kept)
    assert learned.splits == SPLITS
    same(learned.model.memory, remember(learned.lists, SETTINGS))
    assert np.isfinite(learned.model.factors).all()


@pytest.mark.parametrize("begun", ["start", "training"])
def test_what_a_training_has_is_not_worked_out_again(tmp_path: Path, lists: Playlists, begun: str) -> None:
    """Where the factors are learned from already, least squares are not asked for once more."""
    keep = Checkpoint(tmp_path / "model.unfinished", "key")
    for stage in (begun, "neighbours", "all-neighbours"):
        keep.save(stage, {})
    nobody: Any = None
    work_ahead(nobody, lists, SETTINGS, keep, everything=True)


@NEEDS_SPARK
def test_a_song_in_nothing_has_no_factors(engine: Spark) -> None:
    """A song that stands in no list and of which no artist is known stays at nothing."""
    lists = playlists([[0, 1], [1, 2], [0, 2]], 4)
    found = engine.least_squares(lists, sparse.csr_array((4, 0)), np.ones(3, np.float32), Settings(dims=2))
    assert not found[3].any()
    assert found[:3].any(axis=1).all()


@NEEDS_SPARK
def test_control_c_leaves_no_java_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while Spark works ends the command without a traceback, and Java and its files with it."""
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", QUICK_JAVA)
    monkeypatch.setenv("SPARK_DRIVER_MEMORY", "512m")
    data = write_playlists(tmp_path / "data", planted())
    session = tmp_path / "model.unfinished" / "spark"
    begun = (session / "local").exists
    done = interrupted(begun, "train", data, "--out", tmp_path / "model", "--engine", "spark")
    assert done.returncode == STOPPED
    assert "Traceback" not in done.stderr
    assert not session.exists()
    assert not (tmp_path / "model").exists()
    assert not [each for each in processes() if str(tmp_path) in each]


def processes() -> Iterator[str]:
    """The command lines of all processes."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has just ended
            yield path.read_bytes().decode("utf-8", "replace")


@NEEDS_SPARK
def test_what_spark_says_becomes_one_line(engine: Spark, tmp_path: Path) -> None:
    """Of pages of Java's log a line is left that tells what happened."""
    with pytest.raises(Exception, match="nowhere") as caught:
        engine.read(tmp_path / "nowhere")
    line = jvm.reason(caught.value, tmp_path / "no.log")
    assert "nowhere" in line
    assert "\n" not in line
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "part.parquet").write_bytes(b"PAR1 and then something else entirely")
    with pytest.raises(Exception, match=r"(?i)parquet") as caught:
        engine.read(tmp_path / "broken").count()
    line = jvm.reason(caught.value, tmp_path / "no.log")
    assert "\n" not in line
    assert len(line) <= 300


def test_every_list_and_group_is_told(lists: Playlists) -> None:
    """What Spark reads is the lists with their confidence and every group as a list more."""
    weights = list_weights(lists, SETTINGS.damping)
    groups = Parts.of(lists).groups
    told = pa.concat_tables(entries(lists, groups, weights))
    rows, songs, surer = (told[name].to_numpy() for name in ("row", "song", "surer"))
    shape = (len(lists) + groups.shape[1], len(lists.songs))
    whole = sparse.csr_array((surer, (rows, songs)), shape=shape).toarray()
    for i in range(len(lists)):
        assert set(np.flatnonzero(whole[i])) == set(lists.tracks(i))
        assert whole[i].max() == pytest.approx(CONFIDENCE * weights[i] - 1)
    assert np.array_equal(whole[len(lists) :] > 0, groups.T.toarray() > 0)
    assert np.unique(whole[len(lists) :]).tolist() == [0, GROUP - 1]


def test_an_artist_counts_once_a_list() -> None:
    """However many songs of an artist a list holds, and none of an unknown one."""
    lists = playlists([[0, 1, 2, 3], [3]], 4)
    told = pa.concat_tables(places(lists, np.array([0, 0, 1, -1], np.int32), 0.5))
    assert list(zip(told["list"].to_pylist(), told["of"].to_pylist(), strict=True)) == [(0, 0), (0, 1)]


def start(master: str, folder: Path) -> None:
    """Starts a cluster that must not come up."""
    with cluster(master, folder):
        raise AssertionError(f"{master} came up")


@pytest.mark.parametrize("master", ["", "local[two]", "spark://", "http://somewhere:7077", "mesos://x:1"])
def test_a_master_that_is_none_is_refused(master: str, tmp_path: Path) -> None:
    """A word that Spark could not understand is named, with those that it does."""
    with pytest.raises(DataError, match=r"say local\[2\], spark://HOST:7077"):
        start(master, tmp_path / "s")
    assert not list(tmp_path.iterdir())


def test_a_master_that_nobody_answers_for_is_refused(tmp_path: Path, java: None) -> None:
    """A port on which nobody listens is named at once; Spark itself would try for a minute."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    master = f"spark://127.0.0.1:{port}"
    with pytest.raises(DataError, match=f"^{master} cannot be reached"):
        start(master, tmp_path / "s")


@pytest.fixture
def java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A machine whose Java is of a version, 17 unless a test says so, or that has none."""
    said = getattr(request, "param", 'openjdk version "17.0.15" 2025-04-15')
    folder = tmp_path / "java" / "bin"
    folder.mkdir(parents=True)
    if said is not None:
        (folder / "java").write_text(f"#!/bin/sh\necho '{said}' >&2\n")
        (folder / "java").chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(folder.parent))


@pytest.mark.parametrize(
    ("java", "told"),
    [
        (
            None,
            r"needs Java 17, and there is none in JAVA_HOME, which is .*; install it: sudo apt-get",
        ),
        ('openjdk version "11.0.28" 2025-07-15', r"needs Java 17 or newer, and .*java is 11; install one"),
        ('java version "1.8.0_462"', r"needs Java 17 or newer, and .*java is 8; install one"),
    ],
    indirect=["java"],
)
def test_a_java_that_is_too_old_or_missing_is_named(java: None, told: str, tmp_path: Path) -> None:
    """Whoever has no Java, or an old one, reads which it takes and how to get it."""
    with pytest.raises(DataError, match=told):
        start("local[2]", tmp_path / "s")
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("java", [None], indirect=True)
def test_training_without_java_leaves_nothing(java: None, tmp_path: Path) -> None:
    """The command says it in one line, before it reads anything, with exit code 2."""
    line = refused(run_cold("train", tmp_path / "data", "--out", tmp_path / "model", "--engine", "spark"))
    assert "needs Java 17" in line
    assert [path.name for path in tmp_path.iterdir()] == ["java"]


def test_no_java_on_the_path_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The same where nobody has set JAVA_HOME."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DataError, match=r"there is none; install it: sudo"):
        start("local[2]", tmp_path / "s")


def test_no_pyspark_is_named(java: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the extra it says which file installs it."""
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(DataError, match=r"pip install -r requirements-spark\.txt"):
        start("local", tmp_path / "s")


def test_the_line_of_a_log_is_found(tmp_path: Path) -> None:
    """Where Java never came up, its log says why."""
    log = tmp_path / "spark.log"
    log.write_text(
        "WARNING: Using incubator modules: jdk.incubator.vector\n"
        "Error: Could not create the Java Virtual Machine.\nInvalid maximum heap size: -Xmx1x\n"
    )
    line = jvm.reason(RuntimeError("[JAVA_GATEWAY_EXITED] Java gateway process exited"), log)
    assert line == "Error: Could not create the Java Virtual Machine."
