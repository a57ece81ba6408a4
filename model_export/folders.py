"""Folders that are written whole or not at all, whatever stops the writing.

What a kill leaves of one, the next writing of the same folder takes away: whoever writes holds a lock on its
scratch folder, which ends with the process. What is replaced is removed only when the new folder is in its
place: whoever has files of it open reads on, and a kill at any moment leaves the one or the other whole.
"""

from __future__ import annotations

import ctypes
import glob
import os
import re
import secrets
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from model_export.playlists import DataError

try:
    import fcntl
except ImportError:  # Windows has no such lock: there what a kill leaves stays
    fcntl = None  # type: ignore[assignment]

YOUNG_S = 5.0
"""A scratch folder may be so old before its writer holds it."""
ASIDE = ".old"
"""How the name of a folder ends that was moved aside to be replaced."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Holds a folder against everybody else who would; nobody does where the system has no locks.

    Raises:
        BlockingIOError: another process holds it.
    """
    if fcntl is None:
        yield
        return
    lock = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            pass  # some network disks have no locks
        if not folder.exists() or not os.path.samestat(os.fstat(lock), folder.stat()):
            raise BlockingIOError  # whoever held it has just removed it
        yield
    finally:
        os.close(lock)


def _tidied(folder: Path) -> None:
    """Takes away what killed processes have left of earlier writings of a folder."""
    scratch = re.compile(rf"\.{re.escape(folder.name)}-[0-9a-f]{{8}}({re.escape(ASIDE)})?")
    for each in folder.parent.glob(f".{glob.escape(folder.name)}-*") if fcntl is not None else ():
        with suppress(OSError):
            if scratch.fullmatch(each.name) and time.time() - each.stat().st_mtime > YOUNG_S:
                with held(each):
                    shutil.rmtree(each, ignore_errors=True)


def restored(folder: Path) -> None:
    """Puts back what a killed writing had moved aside, where nothing has taken its place yet."""
    folder = folder.resolve()
    name = re.compile(rf"\.{re.escape(folder.name)}-[0-9a-f]{{8}}{re.escape(ASIDE)}")
    aside = [
        each for each in folder.parent.glob(f".{glob.escape(folder.name)}-*") if name.fullmatch(each.name)
    ]
    if aside and not folder.exists():
        with suppress(OSError):  # somebody else was quicker
            max(aside, key=lambda each: each.stat().st_ctime_ns).rename(folder)


def _replace(scratch: Path, folder: Path) -> None:
    """Has a whole folder take another one's place; what was there is in the scratch folder's, or gone."""
    if not folder.exists():
        scratch.rename(folder)
        return
    for each in scratch.rglob("*"):  # on the disk, before the only other copy is removed
        if each.is_file():
            with each.open("rb+") as file:
                os.fsync(file.fileno())
    if _exchanged(scratch, folder):
        return
    aside = scratch.with_name(f"{scratch.name}{ASIDE}")
    shutil.move(folder, aside)  # it copies where a folder of a container's image cannot be renamed
    scratch.rename(folder)
    shutil.rmtree(aside, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Whether two folders have changed places in one step, as Linux does on most disks (man 2 renameat2)."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return bool(rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0)


@contextmanager
def written_whole(folder: Path, ours: Collection[str], what: str) -> Iterator[Path]:
    """A scratch folder that takes the place of `folder` at the end; on an error nothing is left of it.

    Args:
        folder: what is to be written.
        ours: the names that may be in it already, and are then replaced.
        what: the word for such a folder.

    Raises:
        DataError: `folder` is or holds something else than such names, or cannot be written.
    """
    try:
        folder = folder.resolve()
        strangers = [each.name for each in folder.glob("*") if each.name not in ours]
        occupied = folder.exists() and not folder.is_dir()
    except OSError as error:  # a name that is too long, a folder of somebody else's
        raise DataError(f"{folder} cannot be written ({error.strerror}); name another folder") from error
    if strangers or occupied:
        fault = f"holds {strangers[0]}, which is no part of a {what}" if strangers else "is no folder"
        raise DataError(f"{folder} {fault}; name another folder")
    if folder.is_mount():
        raise DataError(f"{folder} is a mount point, which cannot be replaced; mount the folder above it")
    new_parents = [parent for parent in folder.parents if not parent.exists()]
    scratch = folder.parent / f".{folder.name}-{secrets.token_hex(4)}"
    try:  # from here on: Ctrl-C may come at any line
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            restored(folder)
            scratch.mkdir(mode=0o700)
            _tidied(folder)
        except OSError as error:
            raise DataError(f"{folder} cannot be written ({error}); name another folder") from error
        with held(scratch):
            yield scratch
        scratch.chmod(0o755)
        try:
            _replace(scratch, folder)
        except OSError as error:
            raise DataError(
                f"{folder} cannot be replaced ({error}); try again, or name another folder"
            ) from error
    finally:
        restored(folder)
        shutil.rmtree(scratch, ignore_errors=True)
        for parent in new_parents:
            with suppress(OSError):  # not empty: the folder is in it
                parent.rmdir()
