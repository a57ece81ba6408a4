"""`python -m bot find` as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.bot.test_main import environment
from tests.patience import PATIENCE_S


def find(folder: Path, *asked: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """Runs it in a folder without a .env."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "bot", "find", *asked],
        cwd=folder,
        env=environment(folder) | {"PYTHONIOENCODING": "utf-8"},
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
        check=False,
    )


def test_an_object_a_line(tmp_path: Path) -> None:
    """What would happen with each line of the input; nothing is opened beside the model."""
    lines = ["wonderwall oasis", "wonderwall zzyzx", "Quixotic Zebras - Taylor Swift", "🎉", ""]
    told = find(tmp_path, "--json", text="\n".join([*lines, ""]))
    assert (told.returncode, told.stderr) == (0, "")
    found = [json.loads(line) for line in told.stdout.splitlines()]
    assert [each["typed"] for each in found] == lines
    assert [each["outcome"] for each in found] == ["sure", "unsure", "unknown", "refused", "refused"]
    assert all({*each} == {"typed", "outcome", "track_id", "title", "artist", "offered"} for each in found)
    sure, unsure, unknown, refused, _ = found
    assert (sure["title"], sure["artist"], bool(sure["track_id"])) == ("Wonderwall", "Oasis", True)
    assert {*unsure["offered"][0]} == {"track_id", "title", "artist"}
    assert (unknown["title"], unknown["artist"], unknown["track_id"]) == (
        "Quixotic Zebras",
        "Taylor Swift",
        None,
    )
    assert (refused["title"], refused["offered"]) == (None, [])
    assert not list(tmp_path.iterdir())


def test_any_bytes_are_read(tmp_path: Path) -> None:
    """Letters of another encoding are no fault, and who reads may stop early."""
    told = subprocess.run(
        [sys.executable, "-m", "bot", "find", "--json"],
        cwd=tmp_path,
        env=environment(tmp_path) | {"PYTHONIOENCODING": "ascii"},
        input=b"wonderwall oasis\nB\xf6hse Onkelz \xff\n",
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (told.returncode, told.stderr) == (0, b"")
    assert len(told.stdout.splitlines()) == 2


def test_a_table_for_people(tmp_path: Path) -> None:
    """The texts of the command line, each with what it means."""
    told = find(tmp_path, "wonderwall oasis", "🎉")
    assert told.stdout.splitlines()[0].split("  ")[-1] == "sure: Wonderwall – Oasis"
    assert "refused: I need a song for that" in told.stdout


def test_as_you_type(tmp_path: Path) -> None:
    """The list of the autocomplete instead."""
    (line,) = find(tmp_path, "--json", "--as-you-type", "bohemian rh").stdout.splitlines()
    told = json.loads(line)
    assert told["typed"] == "bohemian rh"
    assert told["offered"][0]["title"] == "Bohemian Rhapsody"
    assert len(told["offered"]) > 1
