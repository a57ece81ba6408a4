"""`search.bin`: what is made of a large catalogue's songs to search them, kept beside it.

Making it takes most of a minute at two million songs, so it is made once and mapped into memory from then on,
once for all processes of a host. It holds nothing that `catalog.db` does not say, so where there is none, or
none that fits, it is made again: it fits one catalogue, and the rules by which this version of Encore spells.

A line that says what it is, a CRC-32 of all that follows, a JSON object on one line (what it was made of, and
the type, shape and place of each array), and the arrays.
"""

from __future__ import annotations

import hashlib
import json
import logging
import mmap
import os
import sys
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unicodedata import unidata_version

import numpy as np
import numpy.typing as npt

from bot.party import spelling
from bot.party.rules import christmas as christmas_words
from bot.recommend import christmas, index, other_names, places, shelving
from bot.recommend.bundle import Bundle
from bot.recommend.index import Arrays

FILE = "search.bin"
MANY = 200_000
"""From so many songs on they are kept prepared; fewer are read anew at each start, in a second or two."""

log = logging.getLogger(__name__)

_MAGIC = b"Encore's songs, prepared to be searched: 1\n"
_CRC = 9  # eight hexadecimal digits and the end of the line
_ALIGNED = 64
_MIB = 1 << 20
_ENDED_S = 3600.0
"""Nobody has written so long."""


class UnfitError(Exception):
    """A prepared file cannot be used; the text says why."""


def file(bundle: Bundle) -> Path:
    """Where the prepared file of a bundle is, if there is one."""
    return bundle.catalogue.with_name(FILE)


def exists(bundle: Bundle) -> bool:
    """Whether it is there, as far as this user may know."""
    return os.path.exists(file(bundle))  # noqa: PTH110 - the path's own raises where it may not look


def kept(bundle: Bundle, make: Callable[[], Arrays]) -> Arrays:
    """What is made of a catalogue's songs: mapped from the prepared file, or made now.

    Of a large catalogue it is kept in that file, if it can be; where it cannot, the log says what to do.

    Args:
        bundle: the catalogue's.
        make: makes it.
    """
    path, many = file(bundle), bundle.tracks >= MANY
    if not many and not exists(bundle):
        return make()
    catalogue = bundle.versions.get("catalogue") or digest(bundle.catalogue)
    try:
        return read(path, catalogue)
    except (FileNotFoundError, UnfitError) as error:
        log.info("%s is not used: %s", path, error)
    begun = time.monotonic()
    made = make()
    if not many:
        return made
    try:
        write(path, made, catalogue)
        return read(path, catalogue)
    except (OSError, UnfitError) as error:
        took = round(time.monotonic() - begun)
        log.warning(
            "%s cannot be written (%s): each start takes %d s, until `python -m bot prepare %s` may write it",
            *(path, error, took, path.parent),
        )
    return made


def write(path: Path, arrays: Arrays, catalogue: str) -> None:
    """Writes a prepared file, whole or not at all.

    Args:
        path: where; what is there is replaced once the new one is complete.
        arrays: by their names.
        catalogue: the `digest` of what they were made of.

    Raises:
        OSError: it cannot be written.
    """
    about = _about(arrays, catalogue)
    _tidy(path)
    new = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.new")
    try:
        with new.open("wb") as file:
            file.write(_MAGIC + b"0" * (_CRC - 1) + b"\n")
            crc = _put(file, about, 0)
            for array in arrays.values():
                crc = _put(file, np.ascontiguousarray(array).reshape(-1).view(np.uint8).data, crc)
                crc = _put(file, b"\0" * (-array.nbytes % _ALIGNED), crc)
            file.seek(len(_MAGIC))
            file.write(f"{crc:08x}".encode())
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise


def _tidy(path: Path) -> None:
    """Removes what others left unfinished that were ended while they wrote."""
    for left in path.parent.glob(f"{path.name}.*.new"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _ENDED_S:
                left.unlink()


def _put(file: Any, data: bytes | memoryview, crc: int) -> int:
    file.write(data)
    return zlib.crc32(data, crc)


def _about(arrays: Arrays, catalogue: str) -> bytes:
    """The line that says what is in it; places count from the end of that line."""
    where, found = 0, {}
    for name, array in arrays.items():
        found[name] = [array.dtype.str, list(array.shape), where]
        where += -(-array.nbytes // _ALIGNED) * _ALIGNED
    told = json.dumps({"catalogue": catalogue, "rules": rules(), "arrays": found}).encode()
    return told + b" " * (-(len(_MAGIC) + _CRC + len(told) + 1) % _ALIGNED) + b"\n"


def read(path: Path, catalogue: str) -> dict[str, npt.NDArray[Any]]:
    """Maps a prepared file into memory, once it is known to be whole.

    Args:
        path: the file.
        catalogue: the `digest` of the catalogue.

    Raises:
        FileNotFoundError: there is none.
        UnfitError: it is damaged, or made of another catalogue or by other rules.
    """
    try:
        with path.open("rb") as file:
            about, start = _checked(file, catalogue)
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        raise
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise UnfitError(f"it cannot be read: {error}") from error
    return {
        name: np.ndarray(shape, np.dtype(dtype), mapped, start + where)
        for name, (dtype, shape, where) in about["arrays"].items()
    }


def _checked(file: Any, catalogue: str) -> tuple[dict[str, Any], int]:
    """What a file says of itself, and where its arrays begin."""
    if file.read(len(_MAGIC)) != _MAGIC:
        raise UnfitError("it is no such file of this version")
    crc = int(file.read(_CRC), 16)
    line = file.readline(_MIB)
    about: dict[str, Any] = json.loads(line)
    if about["catalogue"] != catalogue:
        raise UnfitError("it was made of another catalogue")
    if about["rules"] != rules():
        raise UnfitError("it was made by another version of Encore")
    start = file.tell()
    found = zlib.crc32(line)
    while piece := file.read(_MIB):
        found = zlib.crc32(piece, found)
    if found != crc:
        raise UnfitError("it is damaged")
    return about, start


def digest(catalogue: Path) -> str:
    """How the SHA-256 of a catalogue begins, as `bot.recommend.bundle` tells it."""
    with catalogue.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


@cache
def rules() -> str:
    """The same as long as songs are prepared in the same way: it follows from the code and tables for it."""
    known = hashlib.sha256(f"{sys.byteorder} {unidata_version} {version('anyascii')}".encode())
    for module in (spelling, christmas_words, index, places, shelving, christmas, other_names):
        known.update(Path(str(module.__file__)).read_bytes())
    known.update(
        Path(__file__).with_name("catalogue.py").read_bytes()
    )  # which reads the songs, and uses this
    for table in (other_names.NAMES, other_names.TITLES):
        known.update(table.read_bytes())
    return known.hexdigest()
