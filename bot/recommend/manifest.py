"""What a bundle's manifest says, read with limits: whoever wrote it, nothing in it is more than it may be."""

from __future__ import annotations

import json
import math
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

LARGEST_BYTES = 4 << 20
"""No manifest is larger; ours have some kilobytes."""
DEEPEST = 20
"""So many lists and objects lie in one another at most; in ours it is five."""
MOST = 1 << 31
"""No count is as large: songs are numbered in 32 bits."""
MOST_FILES = 100
LONGEST_NAME = 100

Fits = Callable[[Any], bool]


class Odd(Exception):
    """What is wrong with a manifest, in a few words."""


def read_manifest(path: Path) -> dict[str, Any]:
    """What a manifest says, its fields not looked at yet.

    Raises:
        Odd: it is no JSON object, too large, too deep, or has a number that is none.
        OSError: it cannot be read.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise Odd("it is no file")
    if found.st_size > LARGEST_BYTES:
        raise Odd(f"it has more than {LARGEST_BYTES >> 20} MB")
    with path.open("rb") as file:
        text = file.read(LARGEST_BYTES)
    try:
        manifest = json.loads(
            text.decode("utf-8"), parse_constant=_no_number, parse_float=_float, object_pairs_hook=_object
        )
    except RecursionError:
        raise Odd(f"it is more than {DEEPEST} levels deep") from None
    except ValueError as error:  # also of what is no UTF-8, and of whole numbers of thousands of digits
        raise Odd(str(error)) from error
    if not isinstance(manifest, dict):
        raise Odd("it is no object")
    _check_depth(manifest)
    return manifest


def _no_number(text: str) -> NoReturn:
    raise Odd(f"{text} is no number")


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Odd(f"{text[:20]} is no number that can be")
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Odd("it says something twice")
    return found


def _check_depth(value: object) -> None:
    """Level by level, which needs no stack of calls."""
    level: list[object] = [value]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise Odd(f"it is more than {DEEPEST} levels deep")


def _count(least: int) -> Fits:
    return lambda value: type(value) is int and least <= value < MOST


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(value: object) -> bool:
    return isinstance(value, dict) and all(map(_number, value.values()))


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _some(value: object) -> bool:
    return isinstance(value, dict)


def _files(value: object) -> bool:
    """Names of files in the bundle's own folder, and the SHA-256 of each."""
    return (
        isinstance(value, dict)
        and len(value) <= MOST_FILES
        and all(len(name) <= LONGEST_NAME and re.fullmatch(r"\w[\w.-]*", name, re.ASCII) for name in value)
        and all(isinstance(each, str) and re.fullmatch("[0-9a-f]{64}", each) for each in value.values())
    )


NEEDED: Mapping[str, tuple[Fits, str]] = {
    "tracks": (_count(1), "a count of songs"),
    "artists": (_count(0), "a count of artists"),
    "files": (_files, "names of files beside it, each with its SHA-256"),
}
KNOWN: Mapping[str, tuple[Fits, str]] = {
    **NEEDED,
    "dims": (_count(1), "a count"),
    "words": (_count(0), "a count"),
    "epochs": (_count(0), "a count"),
    "blend": (_numbers, "numbers by name"),
    "data": (_objects, "a list of sources"),
    "splits": (_texts, "a list of names"),
    "settings": (_some, "an object"),
    "metrics": (_some, "an object"),
    "adapted": (_some, "an object"),
    "evening": (_some, "an object"),
}
"""What each field is: those that the bot needs, and those that `model_export` writes besides."""


def check_fields(manifest: Mapping[str, Any]) -> None:
    """Whether every field that is known is what it has to be.

    Raises:
        Odd: one is not, or is missing.
    """
    for name, (fits, what) in KNOWN.items():
        if name not in manifest:
            if name in NEEDED:
                raise Odd(f"{name} is missing")
        elif not fits(manifest[name]):
            raise Odd(f"{name} is not {what}")
