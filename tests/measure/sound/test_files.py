"""What `make bench-sound` measures of a folder of files, with few of them."""

from __future__ import annotations

from pathlib import Path

from tests.measure.sound.files import measure


def test_every_file_is_found_and_kept(tmp_path: Path) -> None:
    """Half of them are songs of the catalogue; the next start knows them all."""
    promises, (first, second) = measure(60, tmp_path)
    assert (first.songs, second.songs) == (60, 60)
    assert first.known == second.known == 30
    assert [each.figure for each in promises if each.what == "songs of the catalogue"] == ["30 of 60"]
