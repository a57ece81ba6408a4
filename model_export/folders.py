"""Folders that are written whole or not at all, whatever stops the writing.

What a kill leaves of one, the next writing of the same folder takes away: whoever writes holds a lock on its
scratch folder, which ends with the process.
"""

from __future__ import annotations

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
        yield
    finally:
        os.close(lock)


def _tidied(folder: Path) -> None:
    """Takes away what killed processes have left of earlier writings of a folder."""
    scratch = re.compile(rf"\.{re.escape(folder.name)}-[0-9a-f]{{8}}")
    for each in folder.parent.glob(f".{glob.escape(folder.name)}-*") if fcntl is not None else ():
        with suppress(OSError):
            if scratch.fullmatch(each.name) and time.time() - each.stat().st_mtime > YOUNG_S:
                with held(each):
                    shutil.rmtree(each, ignore_errors=True)


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
    folder = folder.resolve()
    strangers = [each.name for each in folder.glob("*") if each.name not in ours]
    if strangers or (folder.exists() and not folder.is_dir()):
        fault = f"holds {strangers[0]}, which is no part of a {what}" if strangers else "is no folder"
        raise DataError(f"{folder} {fault}; name another folder")
    new_parents = [parent for parent in folder.parents if not parent.exists()]
    scratch = folder.parent / f".{folder.name}-{secrets.token_hex(4)}"
    try:  # from here on: Ctrl-C may come at any line
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            scratch.mkdir(mode=0o700)
            _tidied(folder)
        except OSError as error:
            raise DataError(f"{folder} cannot be written ({error}); name another folder") from error
        with held(scratch):
            yield scratch
        shutil.rmtree(folder, ignore_errors=True)
        scratch.chmod(0o755)
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        for parent in new_parents:
            with suppress(OSError):  # not empty: the folder is in it
                parent.rmdir()
