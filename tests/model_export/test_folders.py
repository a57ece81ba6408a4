"""Folders that are written whole or not at all: what a kill has left goes, what another writes stays."""

from __future__ import annotations

import os
from pathlib import Path

from model_export.folders import held, written_whole


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
