"""XML, heard element by element: nothing is built of what nobody asks for, and no entity is ever expanded.

Entities can be a trap: a kilobyte of them may stand for gigabytes, or name a file of this machine
(https://docs.python.org/3/library/xml.html, "XML security"). No export declares any, so what does is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar
from xml.parsers import expat

from model_export.exports.found import LeftOut
from model_export.exports.understanding import text_of

DEEPEST = 200
"""No export nests its elements so deeply."""
_STARTS = (b"<?xml", b"<!doctype", b"<html", b"<!--", b"<plist", b"<playlist", b"<dj_playlists")
_WRONG_BYTES = {
    expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN],
    expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING],
    expat.errors.codes[expat.errors.XML_ERROR_INCORRECT_ENCODING],
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
}


class Listener(Protocol):
    """Is told of elements: their names, without namespaces, from the outermost one to the one it is about."""

    def begun(self, path: Sequence[str], attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def ended(self, path: Sequence[str], text: str) -> None:
        """It ends, after this text of its own."""


T = TypeVar("T")
L = TypeVar("L", bound=Listener)


class _FoundError(Exception):
    pass


class _Root:
    name = ""

    def begun(self, path: Sequence[str], _: Mapping[str, str]) -> None:
        self.name = path[0]
        raise _FoundError

    def ended(self, path: Sequence[str], text: str) -> None:
        pass


def is_xml(data: bytes) -> bool:
    """Whether a file is XML, or HTML, in one of the encodings that such files have."""
    start = data[:200].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")
    return start[:20].lower().startswith(_STARTS)


def root_of(data: bytes) -> str:
    """The name of the outermost element, without its namespace.

    Raises:
        LeftOut: it is broken before that, or declares entities there.
    """
    root = _Root()
    with suppress(_FoundError):
        heard(data, lambda: root)
    return root.name


def heard(data: bytes, listener: Callable[[], L]) -> L:
    """A listener that was told of all elements.

    A file whose bytes are not what it says they are is heard, by a new listener, as what they look like.

    Raises:
        LeftOut: it is broken, cut off, nested without end, or declares entities.
    """

    def parse(data: bytes, encoding: str | None) -> L:
        told = listener()
        _Parser(told, encoding).parse(data)
        return told

    return as_it_is_written(data, parse)


def as_it_is_written(data: bytes, parse: Callable[[bytes, str | None], T]) -> T:
    """What a parser makes of a file, or of its text where its bytes are not what it says they are.

    Args:
        data: the file.
        parse: takes bytes and, if it is not what they say, their encoding.

    Raises:
        LeftOut: the file is broken or cut off.
    """
    try:
        return parse(data, None)
    except expat.ExpatError as error:
        if error.code not in _WRONG_BYTES:
            raise LeftOut(f"broken or cut off at line {error.lineno}") from error
    except (LookupError, ValueError):
        pass  # an encoding that expat does not know
    try:
        return parse(text_of(data, len(data)).encode(), "utf-8")
    except (expat.ExpatError, ValueError) as error:
        raise LeftOut(f"broken or cut off at line {getattr(error, 'lineno', 1)}") from error


class _Parser:
    def __init__(self, listener: Listener, encoding: str | None) -> None:
        self._listener = listener
        self._path: list[str] = []
        self._text: list[str] = []
        self._parser = expat.ParserCreate(encoding)
        self._parser.buffer_text = True
        self._parser.EntityDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text.append

    def parse(self, data: bytes) -> None:
        self._parser.Parse(data, True)

    def _refuse(self, *_: object) -> None:
        raise LeftOut("declares XML entities, which no export needs and which can be a trap")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name.rpartition(":")[2])
        if len(self._path) > DEEPEST:
            raise LeftOut("nested without end")
        self._text.clear()
        self._listener.begun(self._path, attributes)

    def _end(self, _: str) -> None:
        self._listener.ended(self._path, "".join(self._text))
        self._path.pop()
        self._text.clear()
