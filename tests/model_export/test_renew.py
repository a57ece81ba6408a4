"""An older bundle in today's form: the same answers, and a line that says what to do where there is none."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from bot.recommend.bundle import open_bundle
from model_export.__main__ import export_command, renew_command
from model_export.bundle import FILES, FORMAT, Learned, save_learned, write_bundle
from model_export.graph import Layout
from model_export.playlists import DataError
from model_export.renew import renew
from tests.model_export.test_cli import refused, run
from tests.model_export.test_graph_exact import session

SONGS_OF = "SELECT * FROM tracks ORDER BY idx"


@pytest.fixture(scope="module")
def today(learned: Learned, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of this format."""
    folder = tmp_path_factory.mktemp("today")
    write_bundle(learned, folder)
    return folder


@pytest.fixture
def first(today: Path, tmp_path: Path) -> Path:
    """The same in format 1: rows as whole numbers one behind the other, all in one file."""
    folder = Path(shutil.copytree(today, tmp_path / "first"))
    arrays = {
        each.name: numpy_helper.to_array(each) for each in onnx.load(today / "model.onnx").graph.initializer
    }
    tracks, dims = len(arrays["track_bias"]), int(arrays["dims"])
    layout = Layout(tracks, dims)
    stored = arrays["stored_factors"]
    rows = np.concatenate([layout.rows(), np.arange(layout.padded, len(stored))])
    old = {name: arrays[name] for name in ("track_bias", "temper", "scale", "level", "power", "same_artist")}
    old["stored_factors"] = (stored[rows][:, :dims] ^ 128).view(np.int8)
    for name in ("factor_step", "entry_weight", "artist_of"):
        old[name] = arrays[name][rows]
    old["artists"] = arrays["artists"].astype(np.int64)
    for name, order in (("near", rows), ("kin", np.arange(int(arrays["artists"][0]) + 1))):
        bounds = arrays[f"{name}_first"].astype(int)
        ranges = [range(bounds[i], max(bounds[i], bounds[i + 1] - 1)) for i in order]
        at = np.array([place for each in ranges for place in each], int)
        ends = np.cumsum([0, *map(len, ranges)])
        old[f"stored_{name}_first"] = np.append(ends, ends[-1]).astype(np.int32)
        for of in (f"stored_{name}", f"stored_{name}_likeness"):
            old[of] = np.append(arrays[of][at], 0).astype(arrays[of].dtype)
        old[f"{name}_step"] = arrays[f"{name}_step"]
    tensors = [numpy_helper.from_array(values, name) for name, values in old.items()]
    graph = onnx.helper.make_graph([], "encore", [], [], tensors)
    onnx.save(onnx.helper.make_model(graph), folder / "model.onnx")
    for name in ("fold.onnx", "scan.onnx", "rank.onnx", "model.data"):
        (folder / name).unlink()
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": 1}), "utf-8")
    return folder


@pytest.mark.parametrize("form", ["today", "first"])
def test_a_renewed_bundle_answers_as_before(
    request: pytest.FixtureRequest, today: Path, tmp_path: Path, form: str
) -> None:
    """Songs, order, match and reasons are those of the bundle of today, and the bot takes it as one."""
    new = tmp_path / "new"
    new.mkdir()
    songs = renew(request.getfixturevalue(form), new)
    assert {path.name for path in new.iterdir()} == {*FILES, "manifest.json"}
    assert open_bundle(new).tracks == songs
    one, other = (session(folder / "model.onnx") for folder in (today, new))
    for queue in ([], [0], [3, 40, songs + 1]):
        asked = {
            "queue": np.array(queue, np.int64),
            "weight": np.ones(len(queue), np.float32),
            "label": np.ones(len(queue), np.float32),
            "banned": np.array([1], np.int64),
            "limit": np.array(30, np.int64),
        }
        for before, after in zip(one.run(None, asked), other.run(None, asked), strict=True):
            np.testing.assert_allclose(after, before, rtol=1e-4, atol=1e-5)


def test_songs_words_and_facts_are_kept(first: Path, tmp_path: Path) -> None:
    """The catalogue says of every song what the old one said, and the manifest where it was learned from."""
    new = tmp_path / "new"
    new.mkdir()
    renew(first, new)

    def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(folder / "catalog.db")) as connection:
            return connection.execute(sql).fetchall()

    for sql in (SONGS_OF, "SELECT * FROM artists", "SELECT * FROM words", "SELECT * FROM spotify"):
        assert rows(new, sql) == rows(first, sql)
    before, after = (json.loads((folder / "manifest.json").read_text("utf-8")) for folder in (first, new))
    assert after["format"] == FORMAT
    for name in before.keys() - {"format", "files"}:
        assert after[name] == before[name]


def _drop_catalogue(folder: Path) -> None:
    (folder / "catalog.db").unlink()


def _cut_graph(folder: Path) -> None:
    (folder / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:200])


def _other_songs(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "catalog.db")) as connection, connection:
        connection.execute("DELETE FROM tracks WHERE idx = 0")


def _newer(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"format": 99}', "utf-8")


@pytest.mark.parametrize("damage", [_drop_catalogue, _cut_graph, _other_songs, _newer, shutil.rmtree])
def test_what_is_no_bundle_is_refused(first: Path, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    """A bundle that is damaged, newer or not there is one line with its name, and nothing is written."""
    damage(first)
    line = refused(run("renew", first, "--out", tmp_path / "new"))
    assert str(first) in line
    assert not (tmp_path / "new").exists()


def test_the_command_writes_a_folder(first: Path, tmp_path: Path) -> None:
    """Renewed on the command line the bundle is whole."""
    done = run("renew", first, "--out", tmp_path / "new")
    assert done.returncode == 0, done.stderr
    assert open_bundle(tmp_path / "new").tracks


def test_what_was_learned_is_not_renewed_away(learned: Learned, tmp_path: Path) -> None:
    """A trained model's folder that is renewed into itself would lose what its bundle does not hold."""
    save_learned(learned, tmp_path)
    write_bundle(learned, tmp_path)
    with pytest.raises(DataError, match=r"learned\.npz.*another --out"):
        renew_command(tmp_path, tmp_path)
    with pytest.raises(DataError, match=r"learned\.npz.*another --out"):
        export_command([], tmp_path, tmp_path)
    assert (tmp_path / "learned.npz").exists()
    (tmp_path / "learned.npz").unlink()
    renew_command(tmp_path, tmp_path)
    assert json.loads((tmp_path / "manifest.json").read_text("utf-8"))["format"] == FORMAT
