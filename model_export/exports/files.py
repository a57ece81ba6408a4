"""The files that somebody names, in folders and archives: looked at one by one, none of them unbounded."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from model_export.exports.found import LeftOut
from model_export.playlists import DataError

LARGEST = 256 << 20
"""No export of lists has a larger file, in bytes."""
MOST_FILES = 20_000
"""So many files are looked at."""
_OFFICE = "[Content_Types].xml"
"""What is in every document of an office, which is an archive too."""


@dataclass(frozen=True, slots=True)
class File:
    """A file, or a member of an archive."""

    place: str  # whatever way leads there
    shown: str
    stem: str
    alone: bool  # whether somebody named it, rather than the folder that it is in
    load: Callable[[], bytes]

    def read(self) -> bytes:
        """All of it.

        Raises:
            LeftOut: it is larger than `LARGEST`, or cannot be read.
        """
        try:
            return self.load()
        except OSError as error:
            raise LeftOut(f"cannot be read ({error.strerror or error})") from error
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise LeftOut("damaged archive") from error
        except (RuntimeError, NotImplementedError) as error:
            raise LeftOut("archive with a password, or packed in a way that I don't know") from error


def files(paths: Sequence[Path]) -> Iterator[File]:
    """All files of some folders, archives and files, by name.

    Hidden ones are passed over, and so are links to folders; a file that is named twice comes once.

    Raises:
        DataError: a path is not there, or there are more than `MOST_FILES`.
    """
    count, seen = 0, set[str]()
    for path in paths:
        try:
            there = path.exists()
        except OSError as error:  # a name that is too long, a folder of somebody else's
            raise DataError(f"{path} cannot be read ({error.strerror}); name another one") from error
        if not there:
            raise DataError(f"{path} is not there; name a file or a folder of exports")
        for file in _in_folder(path) if path.is_dir() else _one(path, str(path), alone=True):
            if file.place in seen:
                continue
            seen.add(file.place)
            count += 1
            if count > MOST_FILES:
                raise DataError(f"{path} has more than {MOST_FILES:,} files; name the exports' folder")
            yield file


def _in_folder(folder: Path) -> Iterator[File]:
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _hidden(name))
        for name in sorted(names):
            path = Path(at, name)
            if not _hidden(name) and path.is_file():
                yield from _one(path, str(path.relative_to(folder.parent)), alone=False)


def _one(path: Path, shown: str, *, alone: bool) -> Iterator[File]:
    shown = shown.encode("utf-8", "replace").decode()  # what a name holds that is no text
    if not path.is_file():
        raise DataError(f"{path} is no file; name a file or a folder of exports")
    if _is_archive(path):
        yield from _in_archive(path, shown)
    else:
        yield File(str(path.resolve()), shown, path.stem, alone, partial(_bytes, path))


def _is_archive(path: Path) -> bool:
    try:
        return zipfile.is_zipfile(path)
    except OSError:  # it is told where it is read
        return False


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return _bounded(file)


def _bounded(file: IO[bytes]) -> bytes:
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise LeftOut(f"larger than {LARGEST >> 20} MB")
    return data


def _in_archive(path: Path, shown: str) -> Iterator[File]:
    """The members of an archive, read in memory: nothing is unpacked onto the disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        names = [_OFFICE]
    if _OFFICE in names:
        yield File(str(path.resolve()), shown, path.stem, False, _nothing)
        return
    for name in sorted(names):
        inside = PurePosixPath(name)
        if not any(map(_hidden, inside.parts)):
            yield File(
                f"{path.resolve()}/{name}",
                f"{shown}/{name}",
                inside.stem,
                False,
                partial(_member, path, name),
            )


def _member(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive, archive.open(name) as member:
        return _bounded(member)


def _nothing() -> bytes:
    raise LeftOut("a document or a damaged archive, no list of songs")


def _hidden(name: str) -> bool:
    return name.startswith((".", "__MACOSX"))
