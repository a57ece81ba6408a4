"""Bundles that somebody has written who does not mean well, or a machine that went wrong."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.party.errors import StartError
from bot.party.words import Signal
from bot.recommend.bundle import open_bundle
from bot.recommend.current import Models
from bot.recommend.manifest import DEEPEST, LARGEST_BYTES
from bot.settings import STARTER
from tests.bot.recommend.bundles import SONGS, write_bundle


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small bundle that is whole."""
    folder = tmp_path_factory.mktemp("small") / "model"
    write_bundle(folder, 1)
    return folder


@pytest.fixture
def folder(small: Path, tmp_path: Path) -> Path:
    """A copy of it to damage."""
    return Path(shutil.copytree(small, tmp_path / "model"))


def refusal(folder: Path) -> str:
    """The one line that a start with this bundle ends with."""
    with pytest.raises(StartError) as refused:
        open_bundle(folder)
    line = str(refused.value)
    assert "\n" not in line
    assert "MODEL_DIR" in line
    assert len(line) < 600
    assert refused.value.code == 2
    return line


def with_fields(folder: Path, **changed: Any) -> None:
    """Writes a manifest with some fields changed."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, **changed}), "utf-8")


@pytest.mark.parametrize("at", [STARTER, None])
def test_a_whole_one_opens(at: Path | None, small: Path) -> None:
    """The shipped one, and what the training writes."""
    assert open_bundle(at or small).tracks >= SONGS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "7",
        "null",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"format": 2, "deep": ' + "[" * 500 + "]" * 500 + "}",
        '{"format": 2, "deep": ' + "[" * DEEPEST + "]" * DEEPEST + "}",
        '{"format": Infinity}',
        '{"format": 2, "tracks": NaN}',
        '{"format": 2, "tracks": 1e999}',
        '{"format": 2, "tracks": ' + "9" * 10_000 + "}",
        '{"format": 2, "format": 2}',
        '{"format": 2, "metrics": {"a": -Infinity}}',
        "\ud800",
        " " * (LARGEST_BYTES + 1),
    ],
    ids=range(17),
)
def test_what_is_no_manifest_is_one_line(folder: Path, text: str) -> None:
    """However deep, large or odd it is."""
    (folder / "manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert "manifest.json" in refusal(folder)


def test_bytes_that_are_no_text_are_one_line(folder: Path) -> None:
    """As of another program's file."""
    (folder / "manifest.json").write_bytes(b'\xff\xfe{"format": 2}')
    assert "manifest.json" in refusal(folder)


NO_COUNTS: list[Any] = [None, "8", 1.5, True, -1, 10**30]
NO_OBJECTS: list[Any] = [None, 1, [], "a"]
WRONG: dict[str, list[Any]] = {
    "format": [*NO_COUNTS, "2", [2], {"a": 1}, "x" * 100_000],
    "tracks": [*NO_COUNTS, 400.0, "400", [400], 0],
    "artists": [*NO_COUNTS, 100.0, "100", False],
    **dict.fromkeys(["dims", "words", "epochs"], NO_COUNTS),
    "blend": [None, 1, [], {"kin": "much"}, {"kin": True}, {"kin": None}],
    "data": [None, {}, [1], ["source"], "all"],
    "splits": [None, {}, [1], "train"],
    **dict.fromkeys(["settings", "metrics", "adapted", "evening"], NO_OBJECTS),
    "files": [None, [], "all", 7, {"a": 1}, {"a": "b"}, {"a": "A" * 64}],
}
ODD = [(name, value) for name, values in WRONG.items() for value in values]


@pytest.mark.parametrize(("name", "value"), ODD, ids=range(len(ODD)))
def test_an_odd_field_is_one_line_that_names_it(folder: Path, name: str, value: Any) -> None:
    """Every field that is known is looked at, whether the bot needs it or not."""
    with_fields(folder, **{name: value})
    line = refusal(folder)
    assert "manifest.json" in line
    assert name in line


@pytest.mark.parametrize(
    "name", ["/dev/zero", "../model/model.data", "a/b", "..", ".", "", "a\0b", "a\nb", "x" * 200, "ä.data"]
)
def test_only_files_of_the_bundle_are_looked_at(folder: Path, name: str) -> None:
    """Others might have no end, or be none of its business."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    with_fields(folder, files={**manifest["files"], name: "0" * 64})
    assert "files is not" in refusal(folder)


@pytest.mark.parametrize("name", ["manifest.json", "model.data", "catalog.db"])
def test_what_is_no_file_keeps_nobody_waiting(folder: Path, name: str) -> None:
    """Nobody ever writes into this pipe."""
    (folder / name).unlink()
    os.mkfifo(folder / name)
    assert name in refusal(folder)


@pytest.mark.parametrize("graph", ["model.onnx", "fold.onnx", "scan.onnx", "rank.onnx"])
def test_numbers_that_nobody_has_checked_are_refused(folder: Path, graph: str) -> None:
    """A graph may name any file for its numbers, and would have onnxruntime read it."""
    content = (folder / graph).read_bytes()
    assert b"model.data" in content
    (folder / graph).write_bytes(content.replace(b"model.data", b"other.data"))
    shutil.copy(folder / "model.data", folder / "other.data")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    digest = hashlib.sha256((folder / graph).read_bytes()).hexdigest()
    with_fields(folder, files={**manifest["files"], graph: digest})
    assert "other.data" in refusal(folder)


@pytest.mark.parametrize("lost", [1, SONGS])
async def test_scores_that_are_no_numbers_are_made_up_for(
    tmp_path: Path, lost: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Popular songs come instead, in which nothing is infinite, and the log says it once."""
    write_bundle(tmp_path / "model", 3, lost=lost)
    models = await Models.open(tmp_path / "model")
    try:
        song = await models.resolve("melody 7 of 393")
        told = [Signal(song, 1.0, 1.0, {"11": 1.0})]
        for heard in (told, []):
            found = await models.suggest(heard, [song], 5)
            assert len(found) == 5
            assert all(0 < each.match < 1 and 0 <= each.fit <= 1 for each in found)
            assert song.title not in {each.track.title for each in found}
        why = await models.why(told, found[0].track, {"11": "Anna"})
        assert why is not None
        assert 0 < why.match < 1
    finally:
        await models.close()
    assert caplog.text.count("scores that are no numbers") == 1


async def test_scores_that_are_numbers_are_left_alone(small: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The same questions to a model that is well."""
    models = await Models.open(small)
    try:
        song = await models.resolve("melody 7 of 393")
        assert await models.suggest([Signal(song, 1.0, 1.0, {"11": 1.0})], [song], 5)
    finally:
        await models.close()
    assert "no numbers" not in caplog.text
