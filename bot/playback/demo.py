"""Ten short pieces that a bot without music of its own can play at once, made on this machine.

They are computed when they are first wanted, in a thread, into the cache of whoever runs the bot. The
repository holds their scores (`bot/playback/synthesis`) and no sound.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import shutil
import threading
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

from bot.playback.sources.folder import FolderSource
from bot.playback.synthesis.mixing import played
from bot.playback.synthesis.pieces import ALBUM, PIECES, YEAR, Piece
from bot.playback.synthesis.waves import is_whole, wave_file
from bot.playback.words import DEMO, Found

log = logging.getLogger(__name__)

EDITION = "demo-1"
"""Another one is made into another folder: what the pieces are called and how they sound."""
SPARE_BYTES = 200_000_000
"""A disk that has less left than this is not filled further for a demo."""


class DemoSource(FolderSource):
    """The pieces as a source of songs: a folder that is filled when it is first looked at.

    Args:
        folder: where they are kept.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__([folder], DEMO)
        self._folder = folder
        self._refused = ""

    async def look(self, known: Mapping[str, str]) -> AsyncGenerator[Found, None]:
        """The pieces; none, or as away, where they cannot be kept, of which the log has one line."""
        stopped = threading.Event()
        try:
            await asyncio.to_thread(make, self._folder, stopped)
        except OSError as error:
            self._refuse(error.strerror or type(error).__name__)
            for ref, version in known.items():
                yield Found(ref, version, away=True)
            return
        finally:
            stopped.set()
        async for found in super().look(known):
            yield found

    def _refuse(self, why: str) -> None:
        if why != self._refused:
            log.warning("There is no demo, because %s cannot be filled: %s.", self._folder, why)
        self._refused = why


def cache_folder() -> Path | None:
    """Where the pieces are kept (XDG Base Directory Specification: `XDG_CACHE_HOME`); None without a home."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    try:
        base = Path(named) if Path(named).is_absolute() else Path.home() / ".cache"
    except RuntimeError:
        return None
    return base / "encore" / EDITION


def make(folder: Path, stopped: threading.Event | None = None) -> None:
    """Writes those pieces into a folder that are not there, or not whole.

    Args:
        folder: is made if need be.
        stopped: once it is set no further one is begun.

    Raises:
        OSError: the disk is full, or may not be written to.
    """
    missing = [piece for piece in PIECES if not is_whole(folder / piece.file_name)]
    if not missing:
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if shutil.disk_usage(folder).free < SPARE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
    for piece in missing:
        if stopped is not None and stopped.is_set():
            return
        _write(folder / piece.file_name, sounding(piece))


def sounding(piece: Piece) -> bytes:
    """A piece as a WAV file."""
    told = {"INAM": piece.title, "IART": piece.artist, "IPRD": ALBUM, "ICRD": str(YEAR)}
    return wave_file(played(piece.written(), piece.title), told)


def _write(path: Path, data: bytes) -> None:
    """Writes a file that is there as a whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
