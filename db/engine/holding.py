"""Holds a SQLite file for one process: its name, and the file itself whatever other names it has.

Links lead several names to one file, and SQLite makes a log for each name: two bots that write one file with
two logs destroy it (sqlite.org/howtocorrupt.html, "Multiple links to the same file").
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from bot.party.errors import StartError
from db.engine.stamps import read_at

try:
    import fcntl
except ImportError:  # Windows has no such lock; two bots on one file are the operator's to avoid there
    fcntl = None  # type: ignore[assignment]

_BYTE = 1 << 62
"""The byte that is locked, far behind those that SQLite locks (from 2**30 on) and the end of any file."""
_READING, _READING_BYTES = (1 << 30) + 2, 510
"""The bytes that SQLite locks for whoever reads."""
_BOTH = os.O_RDWR | getattr(os, "O_BINARY", 0)
_TAKEN = (errno.EAGAIN, errno.EACCES)
_MARK_BYTES = 160
_here: set[tuple[int, int]] = set()
"""The files that this process holds: to close one that SQLite has open would take away SQLite's own locks."""


class Mark(NamedTuple):
    """What is known of a file besides what is in it, and outlives its log."""

    number: int  # of the last commit that was acknowledged
    run: int  # 0 after a clean end
    boot: str  # which time the machine was started; empty where nobody knows
    boot_ms: int  # how long it had been running
    now_ms: int  # what the party's clock said then


class Held:
    """A file that is held.

    Args:
        path: its own name, where no link leads any further.
        name: the descriptor of the file beside it that holds the name, and the mark.
        file: that of the file itself; None where there is none yet.
    """

    def __init__(self, path: Path, name: int, file: int | None) -> None:
        self.path = path
        self.file = file
        self._name = name

    @property
    def log(self) -> Path:
        """Its log."""
        return Path(f"{self.path}-wal")

    def mark(self) -> Mark | None:
        """What was last noted of the file; None where nothing was, or what is there says nothing."""
        with suppress(OSError, ValueError):
            number, run, boot, boot_ms, now_ms = read_at(self._name, _MARK_BYTES, 0).decode("ascii").split()
            return Mark(int(number), int(run), boot.strip("-"), int(boot_ms), int(now_ms))
        return None

    def note(self, mark: Mark) -> None:
        """Notes something, which a crash of the machine may forget and one of the bot does not."""
        text = f"{mark.number} {mark.run} {mark.boot or '-'} {mark.boot_ms} {mark.now_ms}"
        with suppress(OSError):  # what was noted before is no lie either
            os.lseek(self._name, 0, os.SEEK_SET)
            os.write(self._name, f"{text:<{_MARK_BYTES - 1}}\n".encode("ascii"))

    def forget(self) -> None:
        """Notes that another file is in its place now."""
        os.ftruncate(self._name, 0)

    def bar_log(self) -> None:
        """Keeps SQLite from putting the log into the file when it closes that, and from removing the log.

        For that it would lock the bytes that readers lock (sqlite.org/wal.html, "Sometimes Queries Return
        SQLITE_BUSY In WAL Mode"), which this does first.
        """
        if self.file is not None and fcntl is not None:
            with suppress(OSError):
                _lock(self.file, fcntl.F_RDLCK, _READING, _READING_BYTES)


@contextmanager
def held(path: Path, *, make: bool = False) -> Iterator[Held]:
    """Keeps a second bot from the same file for as long as this is open, a `kill -9` included.

    Args:
        path: one of its names.
        make: make it, for nobody else to read, if it is not there.

    Raises:
        StartError: another bot has it, or it cannot be written.
    """
    try:
        real = Path(os.path.realpath(path))
        name = os.open(f"{real}.lock", _BOTH | os.O_CREAT, 0o600)
    except OSError as error:
        lock = Path(f"{path}.lock")
        raise _unwritable(lock if os.path.lexists(lock) else path, error) from error
    try:
        if fcntl is not None:
            _lock_name(name, path)
        with _held_file(real, make=make) as file:
            yield Held(real, name, file)
    finally:
        os.close(name)


@contextmanager
def _held_file(path: Path, *, make: bool) -> Iterator[int | None]:
    """The descriptor of the file itself, which nobody else has."""
    try:
        with suppress(FileNotFoundError):
            there = path.stat()
            if not stat.S_ISREG(there.st_mode):
                raise StartError(f"DATABASE_URL: {path} is no file; name one")
            if (there.st_dev, there.st_ino) in _here:
                raise _taken(path)
        file = os.open(path, _BOTH | (os.O_CREAT if make else 0), 0o600)
    except FileNotFoundError as error:
        if make:
            raise _unwritable(path, error) from error
        yield None
        return
    except OSError as error:
        raise _unwritable(path, error) from error
    itself = os.fstat(file)
    try:
        if fcntl is not None:
            _lock_file(file, path)
        if make:
            _make_private(file, path)
        _here.add((itself.st_dev, itself.st_ino))
        yield file
    finally:
        _here.discard((itself.st_dev, itself.st_ino))
        os.close(file)


def _make_private(file: int, path: Path) -> None:
    """Lets nobody else read a file, or what SQLite will keep beside it."""
    try:
        if hasattr(os, "fchmod"):
            os.fchmod(file, 0o600)
    except OSError as error:
        raise _unwritable(path, error) from error


def _lock_name(name: int, path: Path) -> None:
    try:
        fcntl.flock(name, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _TAKEN:
            raise _taken(path) from error
        raise StartError(
            f"DATABASE_URL: {path} cannot be locked ({error.strerror}); name a file on a disk of this machine"
        ) from error


def _lock_file(file: int, path: Path) -> None:
    """Locks a byte of the file that SQLite never does, for as long as this descriptor is open.

    Of Linux's two kinds it is the one that belongs to the descriptor: the other belongs to the process, and
    is lost as soon as any descriptor of the file is closed there (man 2 F_OFD_SETLK). Elsewhere the name is
    all that is held.
    """
    try:
        _lock(file, fcntl.F_WRLCK, _BYTE, 1)
    except OSError as error:
        if error.errno in _TAKEN:
            raise _taken(path) from error


def _lock(file: int, kind: int, first: int, count: int) -> None:
    """Locks bytes of a file, if there are such locks.

    Raises:
        OSError: somebody else has locked them, or the file system knows no locks.
    """
    if hasattr(fcntl, "F_OFD_SETLK"):
        asked = struct.pack("hhqqi0q", kind, os.SEEK_SET, first, count, 0)  # struct flock, of fcntl(2)
        fcntl.fcntl(file, fcntl.F_OFD_SETLK, asked)


def _taken(path: Path) -> StartError:
    return StartError(f"DATABASE_URL: another Encore uses {path}; stop it, or name another file")


def _unwritable(path: Path, error: OSError) -> StartError:
    return StartError(
        f"DATABASE_URL: {path} cannot be written ({error.strerror}); "
        "name a file in a folder that this user may write to"
    )
