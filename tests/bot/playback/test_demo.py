"""A bot without music of its own has ten pieces, and where it cannot keep them it goes on without."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import threading
import wave
from pathlib import Path

import pytest

from bot.playback import demo
from bot.playback.synthesis.pieces import PIECES

NAMES = {piece.file_name for piece in PIECES}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all of them."""
    folder = tmp_path_factory.mktemp("demo") / "encore" / "demo"
    demo.make(folder)
    return folder


def test_all_pieces_are_there_and_nothing_else(whole: Path) -> None:
    """Each can be played, and what was begun is not left lying about."""
    assert {each.name for each in whole.iterdir()} == NAMES
    assert sum(each.stat().st_size for each in whole.iterdir()) < 45_000_000
    assert whole.stat().st_mode & 0o077 == 0
    for path in whole.iterdir():
        with wave.open(str(path)) as file:
            assert 20 <= file.getnframes() / file.getframerate() <= 40


def test_what_is_there_is_not_made_again(whole: Path, tmp_path: Path) -> None:
    """Only what is missing or cut short is, as after a power cut."""
    folder = tmp_path / "demo"
    shutil.copytree(whole, folder)
    missing, cut, *others = (folder / piece.file_name for piece in PIECES)
    missing.unlink()
    os.truncate(cut, 1_000)
    before = {path: path.stat().st_mtime_ns for path in others}
    demo.make(folder)
    assert {path: path.stat().st_mtime_ns for path in others} == before
    for path in (missing, cut):
        assert path.read_bytes() == (whole / path.name).read_bytes()


def test_a_disk_that_is_nearly_full_is_not_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo is worth nobody's party."""
    monkeypatch.setattr(demo, "SPARE_BYTES", shutil.disk_usage(tmp_path).total + 1)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        demo.make(tmp_path / "demo")
    assert not [*(tmp_path / "demo").iterdir()]


def test_what_does_not_fit_is_not_left_lying_about(tmp_path: Path) -> None:
    """A file that cannot be written to its end is not there."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))  # Python ignores SIGXFSZ
    try:
        with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
            demo.make(tmp_path / "demo")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not [*(tmp_path / "demo").iterdir()]


def test_a_bot_that_ends_does_not_wait_for_ten_pieces(tmp_path: Path) -> None:
    """The thread stops after the one it is at."""
    stopped = threading.Event()
    stopped.set()
    demo.make(tmp_path / "demo", stopped)
    assert not [*(tmp_path / "demo").iterdir()]


def test_the_cache_is_where_it_should_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`XDG_CACHE_HOME`, if it is an absolute path, else `.cache` at home; without a home there is none."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert demo.cache_folder() == tmp_path / "encore" / demo.EDITION
    monkeypatch.setenv("HOME", "/home/anna")
    for relative in ("cache", "", "../cache"):
        monkeypatch.setenv("XDG_CACHE_HOME", relative)
        assert demo.cache_folder() == Path("/home/anna/.cache/encore") / demo.EDITION
