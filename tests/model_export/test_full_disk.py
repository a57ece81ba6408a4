"""A disk that is full while something is written: one line with the mend, and nothing is left of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from model_export.__main__ import export_command, renew_command, report_command, synth_bundle_command
from model_export.bundle import save_learned, write_bundle
from model_export.learning import learn
from model_export.merge import read_folders
from model_export.playlists import DataError
from model_export.synth import synthesise
from tests.model_export.planted import QUICK
from tests.model_export.test_checkpoint import little_room


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of playlists, with what was read of them beside it."""
    folder = tmp_path_factory.mktemp("playlists")
    synthesise(folder / "data", 120, 400, seed=1)
    return folder


@pytest.fixture(scope="module")
def model(data: Path) -> Path:
    """A model of them."""
    learned = learn(read_folders([data / "data"], data / "cache"), replace(QUICK, epochs=2))
    folder = data / "model"
    folder.mkdir()
    save_learned(learned, folder)
    write_bundle(learned, folder)
    return folder


@pytest.mark.parametrize(
    "command",
    [
        lambda data, model, out: export_command([data / "data"], model, out, data / "cache"),
        lambda data, model, out: report_command([data / "data"], model, out, "workout", data / "cache"),
        lambda data, model, out: renew_command(model, out),
        lambda data, model, out: synth_bundle_command(out, 3000, 8, 0),
    ],
    ids=["export", "report", "renew", "synth-bundle"],
)
def test_a_full_disk_is_one_line(
    data: Path, model: Path, tmp_path: Path, command: Callable[[Path, Path, Path], None]
) -> None:
    """It names the folder and says to make room."""
    with little_room(2_000), pytest.raises(DataError, match=r"out cannot be written .*make room") as refusal:
        command(data, model, tmp_path / "out")
    assert "\n" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []
