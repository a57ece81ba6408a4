"""Opening files in a folder, and none outside: no link is followed below it, and no name leads out.

Where the system can, each part of a path is opened inside the one before (`openat`), so that nobody can put a
link in its place meanwhile. Elsewhere the path is resolved and compared.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from bot.playback.errors import SongGone, SourceAway

_STEP_BY_STEP = os.open in os.supports_dir_fd and os.scandir in os.supports_fd
_NOT_LINKS = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_FILE = os.O_RDONLY | _NOT_LINKS | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_FILE = {errno.ENOENT, errno.ELOOP, errno.EMLINK, errno.ENOTDIR, errno.ENXIO, errno.ENAMETOOLONG}
"""There is no file of this name: nothing, a link, something in a file, or a socket."""


def is_name(part: bytes) -> bool:
    """Whether something in a folder can be called so."""
    separators = {os.fsencode(each) for each in (os.sep, os.altsep) if each}
    return (
        part not in {b"", b".", b".."} and b"\0" not in part and not any(map(part.__contains__, separators))
    )


def is_there(folder: Path) -> bool:
    """Whether a folder can be read, and something is in it: a disk that is taken off leaves an empty one."""
    try:
        with os.scandir(folder) as entries:
            return any(True for _ in entries)
    except OSError:
        return False


def opened(root: Path, parts: Sequence[bytes]) -> int:
    """A file below a folder, opened to be read.

    Raises:
        SourceAway: it cannot be read now.
        SongGone: there is no such file, or it is a link, or something else.
    """
    try:
        if not all(map(is_name, parts)):
            raise SongGone
        descriptor = _opened(root, parts)
    except OSError as error:
        if error.errno in _NO_FILE and is_there(root):
            raise SongGone from error
        raise SourceAway from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SongGone
    return descriptor


def listed(root: Path, parts: Sequence[bytes]) -> tuple[list[tuple[bytes, bool]], int]:
    """What is in a folder below another one, in order, and when that has changed; links are left out.

    Returns:
        each file and folder by its name, with whether it is a folder; and the time in nanoseconds.

    Raises:
        OSError: it cannot be read.
    """
    if not _STEP_BY_STEP:
        path = _compared(root, parts)
        return _entries(path), path.stat().st_mtime_ns
    descriptor = _folder(root, parts)
    try:
        return _entries(descriptor), os.fstat(descriptor).st_mtime_ns
    finally:
        os.close(descriptor)


def _entries(folder: Path | int) -> list[tuple[bytes, bool]]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_folder or entry.is_file(follow_symlinks=False):
                found.append((os.fsencode(entry.name), is_folder))
    return sorted(found)


def _opened(root: Path, parts: Sequence[bytes]) -> int:
    if not _STEP_BY_STEP:
        return os.open(_compared(root, parts), _FILE)
    folder = _folder(root, parts[:-1])
    try:
        return os.open(parts[-1], _FILE, dir_fd=folder)
    finally:
        os.close(folder)


def _folder(root: Path, parts: Sequence[bytes]) -> int:
    """A folder below another one, opened; that one may be a link, and none below it."""
    descriptor = os.open(root, _FOLDER)
    for part in parts:
        try:
            below = os.open(part, _FOLDER | _NOT_LINKS, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = below
    return descriptor


def _compared(root: Path, parts: Sequence[bytes]) -> Path:
    real = root.resolve(strict=True)
    path = real.joinpath(*map(os.fsdecode, parts))
    if path.resolve(strict=True) != path:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return path
