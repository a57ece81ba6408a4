"""Faults that were found once and shall not come back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from bot.settings import STARTER
from model_export.bundle import MODEL, load_learned, save_learned, write_bundle
from model_export.evaluate import Bundle, match_error
from model_export.folders import written_whole
from model_export.learning import learn
from model_export.playlists import DataError, Playlists
from model_export.reading import read_playlists
from tests.model_export.planted import QUICK, playlists, write_tables
from tests.model_export.test_cli import run, run_cold
from tests.model_export.test_graph import TRACKS as COUNT
from tests.model_export.test_graph import random_graph
from tests.model_export.test_playlists import ENTRIES, LISTS, TRACKS, mpd_track, write_slice

BRIEF = replace(QUICK, epochs=2)


@pytest.mark.parametrize(
    "line",
    [
        ["train"],
        ["train", "x"],
        ["train", "x", "--out", "y", "--dims", "0"],
        ["frobnicate"],
        ["train", "--bogus"],
    ],
)
def test_a_wrong_command_line_is_no_traceback(line: list[str]) -> None:
    """A wrong command line ends with exit code 2 and says how it should be."""
    done = run(*line)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "Usage" in done.stderr


def test_without_arguments_there_is_help() -> None:
    """The bare command shows what can be done."""
    done = run_cold()
    assert "Traceback" not in done.stderr
    assert "Usage" in done.stdout + done.stderr


def test_match_is_sorted_and_never_zero() -> None:
    """However small a probability is, the next song's is not greater, and none is nothing."""
    answer = random_graph(2)([3, 7], limit=COUNT)
    assert (np.diff(answer.match) <= 0).all()
    assert (answer.match > 0).all()


def test_the_shipped_models_match_is_sorted_and_tells_songs_apart() -> None:
    """The best song's match is far above that of the ten-thousandth, for one song queued."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(STARTER / "model.onnx", options)
    one, none = np.ones(1, np.float32), np.empty(0, np.int64)
    for index in range(0, 5000, 100):
        queue = np.array([index])
        match = session.run(
            ["match"],
            {"queue": queue, "weight": one, "label": one, "banned": none, "limit": np.array(20_000)},
        )[0]
        assert (np.diff(match) <= 0).all()
        assert match[0] > 1.5 * match[10_000]


@pytest.mark.parametrize(
    "damaged",
    [
        [{"pid": 1}],
        [{"pid": 1, "tracks": [{"pos": 0}]}],
        ["abc"],
        [{"pid": 1, "tracks": [{**mpd_track(0, 1), "pos": "x"}]}],
        [{"tracks": [mpd_track(0, 1)]}],
    ],
)
def test_a_slice_of_damaged_playlists_is_named(tmp_path: Path, damaged: list[Any]) -> None:
    """A playlist without its fields is the file's fault, in a sentence."""
    path = write_slice(tmp_path, 0, damaged)
    with pytest.raises(DataError, match=path.name):
        read_playlists(tmp_path)


@pytest.mark.parametrize("years", [["199x", "1", "2"], [float("inf"), 1.0, 2.0]])
def test_a_year_that_is_no_number_is_named(tmp_path: Path, years: list[Any]) -> None:
    """A year that cannot be one is the file's fault, in a sentence."""
    write_tables(tmp_path, {**TRACKS, "year": years}, LISTS, ENTRIES)
    with pytest.raises(DataError, match=r"tracks\.parquet"):
        read_playlists(tmp_path)


def test_a_position_that_cannot_be_sorted_is_named(tmp_path: Path) -> None:
    """A position that is no number is the file's fault, in a sentence."""
    write_tables(tmp_path, TRACKS, LISTS, {**ENTRIES, "position": [[i] for i in range(5)]})
    with pytest.raises(DataError, match=r"entries\.parquet"):
        read_playlists(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04cut off"])
def test_a_damaged_model_is_named(tmp_path: Path, lists: Playlists, content: bytes) -> None:
    """A learned file that cannot be read is named."""
    (tmp_path / "learned.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"learned\.npz"):
        load_learned(tmp_path, lists)


def test_a_model_of_other_settings_is_named(tmp_path: Path, lists: Playlists) -> None:
    """A model written when a setting had another name is refused in a sentence."""
    save_learned(learn(lists, BRIEF), tmp_path)
    with np.load(tmp_path / "learned.npz") as arrays:
        stored = {name: arrays[name] for name in arrays.files}
    facts = json.loads(str(stored["facts"]))
    facts["settings"]["renamed"] = 1
    np.savez(tmp_path / "learned.npz", **{**stored, "facts": np.array(json.dumps(facts))})
    with pytest.raises(DataError, match=r"learned\.npz"):
        load_learned(tmp_path, lists)


@pytest.mark.parametrize("text", ["{}", "[]"])
def test_a_manifest_without_splits_is_refused(tmp_path: Path, lists: Playlists, text: str) -> None:
    """A bundle that does not say what it has seen cannot be measured."""
    write_bundle(learn(lists, BRIEF), tmp_path)
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(DataError):
        Bundle(tmp_path, lists)


def test_a_file_is_no_place_for_a_model(tmp_path: Path) -> None:
    """A file in the folder's place is refused before any work, and left alone."""
    (tmp_path / "model").write_text("mine")
    with pytest.raises(DataError, match="no folder"), written_whole(tmp_path / "model", MODEL, "model"):
        pytest.fail("it began to write")
    assert (tmp_path / "model").read_text() == "mine"


def test_a_link_leads_to_the_place_of_a_model(tmp_path: Path) -> None:
    """A symbolic link to a folder is followed, not replaced."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with written_whole(tmp_path / "link", MODEL, "model") as scratch:
        (scratch / "model.onnx").touch()
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "model.onnx").exists()


def test_folders_made_on_the_way_go_too(tmp_path: Path) -> None:
    """After an error no empty folder is left."""
    with pytest.raises(DataError), written_whole(tmp_path / "a" / "b" / "model", MODEL, "model"):
        raise DataError("stop")
    assert list(tmp_path.iterdir()) == []


def test_playlists_of_one_song_teach_nothing() -> None:
    """Data in which no playlist has two shared songs is refused in a sentence."""
    with pytest.raises(DataError, match="two songs"):
        learn(playlists([[0]] * 60, 1), BRIEF)


def test_unseen_playlists_of_one_song_have_no_error(lists: Playlists, tmp_path: Path) -> None:
    """Where nothing can be asked, the calibration error is 0 and no exception."""
    write_bundle(learn(lists, BRIEF), tmp_path)
    short = replace(lists, entries=lists.entries[:1], bounds=np.array([0, 1]), parents=["p"], sources=["s"])
    assert match_error(Bundle(tmp_path, lists), short) == 0


def test_the_card_names_only_the_sources_it_learned_from(tmp_path: Path, lists: Playlists) -> None:
    """A model of other data gives no credit to the starter's sources."""
    write_bundle(learn(lists, BRIEF), tmp_path)
    assert "classic_rock_538" not in (tmp_path / "MODEL_CARD.md").read_text("utf-8")
