"""What a SQLite file and its log say of how far they are: the stamp in their first page.

Every commit of ours numbers itself in `user_version`, and every time a bot opens the file it draws a number
for `application_id`, which is 0 again once it has closed it. SQLite leaves both to the application and keeps
them in the first page (sqlite.org/fileformat2.html, "The Database Header"), so that they can be read without
it: off the file, which has what was last put in from the log, and off each commit in the log.

SQLite takes any log of that name for the file's own (sqlite.org/howtocorrupt.html, "Unlinking or renaming a
database file while in use" and "Mispairing database files and hot journals"), and then damages it.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import NamedTuple

_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_NUMBER_AT, _RUN_AT = 60, 68
# sqlite.org/fileformat2.html, "The WAL File Format"
_LOG_MAGIC = (0x377F0682, 0x377F0683)
_LOG_VERSION = 3007000
_LOG_BYTES, _FRAME_BYTES = 32, 24
_LARGEST_PAGE = 65536


READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
"""How a file is opened that is read by bytes, on Windows too."""


class Stamp(NamedTuple):
    """How far a file is: in which run of a bot, 0 after a clean end, and the number of its last commit."""

    run: int
    number: int


class Log(NamedTuple):
    """The stamps of the first and the last commit in a log."""

    first: Stamp
    last: Stamp

    def fits(self, file: Stamp | None) -> bool:
        """Whether a file, which may be older than its log, is the one that the log belongs to."""
        if file is None:
            return False
        if self.first.number in (file.number, file.number + 1):
            return True  # the log goes on where the file ends
        same_run = file.run != 0 and file.run in (self.first.run, self.last.run)
        return same_run and self.first.number <= file.number <= self.last.number


def read_at(opened: int, count: int, at: int) -> bytes:
    """Some bytes of a file."""
    if hasattr(os, "pread"):
        return os.pread(opened, count, at)
    os.lseek(opened, at, os.SEEK_SET)  # Windows has no other way
    return os.read(opened, count)


def stamp_of(opened: int) -> Stamp | None:
    """The stamp in a file that is open; None in one that is empty or no SQLite database."""
    return _stamp(read_at(opened, _HEADER_BYTES, 0))


def pages_bytes(opened: int) -> int:
    """How large a file is by what it says itself."""
    head = read_at(opened, _HEADER_BYTES, 0)
    if len(head) < _HEADER_BYTES:
        return 0
    (page_bytes,), (pages,) = struct.unpack_from(">H", head, 16), struct.unpack_from(">I", head, 28)
    return int(pages * (_LARGEST_PAGE if page_bytes == 1 else page_bytes))


def _stamp(page: bytes) -> Stamp | None:
    if len(page) < _HEADER_BYTES or not page.startswith(_MAGIC):
        return None
    (number,), (run,) = (struct.unpack_from(">i", page, at) for at in (_NUMBER_AT, _RUN_AT))
    return Stamp(run, number)


def log_of(path: Path) -> Log | None:
    """What is in a log; None where there is none or nothing in it.

    Raises:
        OSError: it cannot be read.
    """
    try:
        opened = os.open(path, READ)  # SQLite never locks this one
    except FileNotFoundError:
        return None
    try:
        found = _stamps(opened)
    finally:
        os.close(opened)
    return Log(found[0], found[-1]) if found else None  # without a first page it has no commit of ours


def _stamps(log: int) -> list[Stamp]:
    """The first and the last stamp of what was written since the log was last begun anew."""
    head = read_at(log, _LOG_BYTES, 0)
    if len(head) < _LOG_BYTES:
        return []
    magic, version, page_bytes, _, *salts = struct.unpack_from(">6I", head)
    if magic not in _LOG_MAGIC or version != _LOG_VERSION or not 512 <= page_bytes <= _LARGEST_PAGE:
        return []
    found: list[Stamp] = []
    at = _LOG_BYTES
    while len(frame := read_at(log, _FRAME_BYTES + _HEADER_BYTES, at)) == _FRAME_BYTES + _HEADER_BYTES:
        page, _, *written = struct.unpack_from(">4I", frame)
        if written != salts:  # left over from before the log was begun anew
            break
        if page == 1 and (stamp := _stamp(frame[_FRAME_BYTES:])):
            found[1:] = [stamp]
        at += _FRAME_BYTES + page_bytes
    return found
