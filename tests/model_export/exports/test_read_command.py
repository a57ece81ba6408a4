"""`python -m model_export read`, run as a person runs it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.model_export.exports import forms
from tests.model_export.exports.test_forms import lists_of, written
from tests.model_export.planted import environment, planted, write_playlists
from tests.model_export.test_cli import interrupted, refused, run
from tests.model_export.warm import ROOT
from tests.patience import PATIENCE_S


def test_the_counts_are_a_table(tmp_path: Path) -> None:
    """A row for each file: what it is, lists, songs, known, new, and what was left out and why."""
    files = {
        "Playlist1.json": json.dumps(forms.SPOTIFY_PLAYLISTS),
        "Userdata.json": json.dumps({"username": forms.PERSON}),
    }
    done = run("read", written(tmp_path / "in", files), "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    rows = [
        [cell.strip() for cell in line.split("│")[1:-1]] for line in done.stdout.splitlines() if "│" in line
    ]
    assert rows[0][:6] == ["in/Playlist1.json", "Spotify playlists", "1", "3", "2", "1"]
    assert ["in/Userdata.json", "-", "", "", "", "", "JSON of another kind"] in rows
    assert ["all, each song once", "", "1", "3", "2", "1", ""] in rows
    assert "podcasts, books and films" in done.stdout
    assert f"1 playlists, 3 songs, 1 of them new: {tmp_path / 'out'}" in done.stderr.replace("\n", " ")
    assert lists_of(tmp_path / "out")[0][:2] == forms.BOTH


def test_a_refusal_is_one_line(tmp_path: Path) -> None:
    """Nothing to read, no such model: exit code 2, and nothing is written."""
    folder = written(tmp_path / "in", {"list.m3u8": forms.M3U, "broken.json": '{"playlists": [{'})
    assert "broken or cut off" in refused(run("read", folder / "broken.json", "--out", tmp_path / "out"))
    model = ("--model", tmp_path)
    assert "manifest.json" in refused(run("read", folder, "--out", tmp_path / "out", *model))
    assert {path.name for path in tmp_path.iterdir()} == {"in"}


def test_control_c_leaves_nothing(tmp_path: Path) -> None:
    """In the midst of matching it ends without a traceback, and no folder remains."""
    songs = "".join(f"Band {number} - Song {number}\n" for number in range(100_000))
    folder = written(tmp_path / "in", {"many.txt": songs})
    out = tmp_path / "new" / "out"
    done = interrupted(lambda: any(out.parent.glob(f".{out.name}-*")), "read", folder, "--out", out)
    assert "Stopped; nothing is left half written.\n" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "new").exists()


def test_what_was_read_can_be_trained_on(tmp_path: Path) -> None:
    """Beside other playlists, as any folder; the catalogue then holds the new song."""
    files = {"list.txt": forms.PLAIN + "The Garage Neighbours - Our Own Demo\n", "b.csv": forms.TUNEMYMUSIC}
    done = run("read", written(tmp_path / "in", files), "--out", tmp_path / "lists")
    assert done.returncode == 0, done.stderr
    data = write_playlists(tmp_path / "open", planted())
    short = ("--dims", "4", "--epochs", "3", "--everything")
    done = run("train", data, tmp_path / "lists", "--out", tmp_path / "model", *short)
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(tmp_path / "model" / "catalog.db")) as catalogue:
        titles = {title for (title,) in catalogue.execute("SELECT title FROM tracks")}
    assert {"Our Own Demo", "Waterloo", "Mr. Brightside"} <= titles
    about = json.loads((tmp_path / "model" / "manifest.json").read_text("utf-8"))["data"]
    assert {(each["source"], each["licence"]) for each in about} >= {("text", "own"), ("tunemymusic", "own")}


def test_without_the_bots_packages_it_is_said_what_to_install() -> None:
    """Training needs them not; reading exports does."""
    look = (
        "import sys; sys.modules['rapidfuzz'] = None; import model_export.__main__ as main\n"
        "try: main._exports()\n"
        "except main.DataError as error: print(error)"
    )
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", look],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert "install -r requirements.txt" in done.stdout, done.stderr
