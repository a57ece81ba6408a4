"""Folders that are written whole or not at all, whatever stops the writing."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from model_export.playlists import DataError


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
        except OSError as error:
            raise DataError(f"{folder} cannot be written ({error}); name another folder") from error
        yield scratch
        shutil.rmtree(folder, ignore_errors=True)
        scratch.chmod(0o755)
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        for parent in new_parents:
            with suppress(OSError):  # not empty: the folder is in it
                parent.rmdir()
