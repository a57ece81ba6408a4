"""Folders that are written whole or not at all: what a kill has left goes, what another writes stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from model_export import folders
from model_export.folders import held, written_whole
from model_export.playlists import DataError
from tests.model_export.warm import ROOT

KILLED = """
import os, signal, sys
from pathlib import Path
from model_export import folders

folder, way = Path(sys.argv[1]), sys.argv[2]
if way == "moves":
    folders._exchanged = lambda one, other: False
CHANGES = ("os.rename", "os.remove", "os.rmdir", "shutil.rmtree", "shutil.move", "ctypes.dlopen")

def replace(steps):
    # Is killed just before that change of the disk, counted from when the new folder is written.
    def watched(event, arguments):
        nonlocal steps
        if event in CHANGES:
            steps -= 1
            if steps < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    with folders.written_whole(folder, {"model.data"}, "model") as scratch:
        (scratch / "model.data").write_bytes(b"new")
        sys.addaudithook(watched)
    os._exit(0)

steps, ended = 0, -1
while ended:
    (folder / "model.data").write_bytes(b"old")
    child = os.fork()
    if not child:
        replace(steps)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert ended in (0, -signal.SIGKILL), ended
    if way == "moves":
        folders.restored(folder)
    print((folder / "model.data").read_text())
    steps += 1
"""
"""Replaces a folder, and is killed meanwhile."""


def scratch(place: Path, name: str, age_s: float) -> Path:
    """A folder as a writing has one, of such an age."""
    folder = place / name
    folder.mkdir()
    (folder / "model.data").write_bytes(b"half")
    then = folder.stat().st_mtime - age_s
    os.utime(folder, (then, then))
    return folder


def test_what_a_kill_has_left_is_taken_away(tmp_path: Path) -> None:
    """The next writing of the folder removes it, but nothing that is held, new or of another name."""
    left = scratch(tmp_path, ".model-0123abcd", 3600)
    theirs = scratch(tmp_path, ".model-89abcdef", 3600)
    new = scratch(tmp_path, ".model-00000000", 0)
    others = [
        scratch(tmp_path, name, 3600) for name in (".model-2-0123abcd", ".other-0123abcd", ".model-old")
    ]
    with held(theirs), written_whole(tmp_path / "model", {"model.data"}, "model") as folder:
        (folder / "model.data").write_bytes(b"whole")
    assert (tmp_path / "model" / "model.data").read_bytes() == b"whole"
    assert not left.exists()
    assert all(each.exists() for each in (theirs, new, *others))


@pytest.mark.parametrize("way", ["exchanges", "moves"])
def test_a_kill_while_a_folder_is_replaced_leaves_a_whole_one(tmp_path: Path, way: str) -> None:
    """Whichever step is the last: the old one or the new one is there, or is as the next writing begins."""
    folder = tmp_path / "model"
    folder.mkdir()
    command = [sys.executable, "-c", KILLED, str(folder), way]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    left = done.stdout.split()
    assert len(left) > 2
    assert left == sorted(left, reverse=True)  # old, until the new one has taken its place
    assert {*left} == {"old", "new"}
    for each in tmp_path.iterdir():
        os.utime(each, (0, 0))
    with written_whole(folder, {"model.data"}, "model") as scratch:
        (scratch / "model.data").write_bytes(b"newer")
    assert [each.name for each in tmp_path.iterdir()] == ["model"]


def test_who_reads_the_old_folder_reads_on(tmp_path: Path) -> None:
    """What is open, or opened anew below an open folder, is the old one's to its end."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.data").write_bytes(b"old")
    with (folder / "model.data").open("rb") as file:
        with written_whole(folder, {"model.data"}, "model") as scratch:
            (scratch / "model.data").write_bytes(b"new")
        assert file.read() == b"old"
    assert (folder / "model.data").read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir()] == ["model"]


def test_what_was_there_stays_where_it_cannot_be_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new folder cannot be moved into its place: the old one comes back, in a line."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.data").write_bytes(b"old")
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if target == folder and not self.name.endswith(folders.ASIDE):
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(folders, "_exchanged", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", refuse)
    with (
        pytest.raises(DataError, match="cannot be replaced"),
        written_whole(folder, {"model.data"}, "model") as scratch,
    ):
        (scratch / "model.data").write_bytes(b"new")
    assert (folder / "model.data").read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["model"]
