"""Watches that the file under a running bot stays the file it was, and says in the log what is wrong.

A file that is removed or replaced works on for whoever has it open, and what is written to it is gone with
it; one that is written over is damaged by the next who puts the log in (sqlite.org/howtocorrupt.html,
"Unlinking or renaming a database file while in use"). So nothing is acknowledged before the file was
looked at after its COMMIT.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from pathlib import Path

from bot.party.errors import Unsaved
from bot.party.steady import SteadyClock
from db.engine.holding import Held, Mark
from db.engine.stamps import Stamp, pages_bytes, stamp_of

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
"""How often the file is looked at, whether or not anything is written."""
SAY_EVERY_S = 60.0
"""How often the same trouble is told."""

_PUT_BACK = "stop me, put it back or restore a copy (python -m db restore FILE), and start me again"
_RESTORE = "stop me, restore a copy (python -m db restore FILE), and start me again"
_RIGHTS = "let this user write to it and to its folder"
_OTHERS = "end the other program that uses it"
MENDS = {
    sqlite3.SQLITE_FULL: "make room on its disk",
    sqlite3.SQLITE_IOERR: "look at its disk",
    sqlite3.SQLITE_READONLY: _RIGHTS,
    sqlite3.SQLITE_CANTOPEN: _RIGHTS,
    sqlite3.SQLITE_PERM: _RIGHTS,
    sqlite3.SQLITE_BUSY: _OTHERS,
    sqlite3.SQLITE_LOCKED: _OTHERS,
    sqlite3.SQLITE_PROTOCOL: _OTHERS,
    sqlite3.SQLITE_CORRUPT: _RESTORE,
    sqlite3.SQLITE_NOTADB: _RESTORE,
}
"""What whoever runs the bot does about the troubles that are none of ours, by SQLite's code."""


class Guard:
    """Says whether a file may be written to, numbers its commits, and notes the last one's.

    Args:
        held: the file, which SQLite has open.
        stamp: how far it is.
        clock: the party's.
    """

    def __init__(self, held: Held, stamp: Stamp, clock: SteadyClock) -> None:
        assert held.file is not None  # noqa: S101 - it is open
        self.wrong = ""
        """What is wrong with the file. It stays so for as long as the bot runs."""
        self.ours = True
        """Whether what has the file's name is the file still."""
        self.number = stamp.number
        self._held, self._file, self._run, self._clock = held, held.file, stamp.run, clock
        itself = os.fstat(held.file)
        self._itself, self._bytes = (itself.st_dev, itself.st_ino), itself.st_size
        self._found = stamp.number  # the last commit that was seen in the file itself
        beside = (held.log, Path(f"{held.path}-shm"))
        self._beside = {path: _which(path) for path in beside}
        self._said_s: dict[int, float] = {}
        self._one_at_a_time = threading.Lock()
        self._note(self._run)

    def ended(self) -> None:
        """Takes note of a clean end, which was a commit."""
        self.number += 1
        self._note(0)

    def _note(self, run: int) -> None:
        """Notes the last commit and the time where a lost log takes neither along."""
        with self._one_at_a_time:
            clock = self._clock
            self._held.note(Mark(self.number, run, clock.boot, clock.running_ms(), clock.now_ms()))

    def before(self) -> None:
        """Looks at the file before a commit.

        Raises:
            Unsaved: it is not the one any more that it was.
        """
        if self.look():
            raise Unsaved

    def after(self) -> None:
        """Looks at the file after a commit, which it numbers.

        Raises:
            Unsaved: it is not the one any more that it was.
        """
        self.number += 1
        if self.look():
            raise Unsaved
        self._note(self._run)

    def tick(self) -> str:
        """The same as `look`, and notes the time."""
        if not self.look():
            self._note(self._run)
        return self.wrong

    def look(self) -> str:
        """What is wrong with the file; empty if nothing is."""
        with self._one_at_a_time:
            if not self.wrong and (wrong := self._of_file() or self._of_log()):
                log.error("DATABASE_URL: %s; until then I save nothing", wrong)
                self.wrong = wrong
            return self.wrong

    def _of_file(self) -> str:
        path = self._held.path
        try:
            what = self._changed(path)
        except OSError as error:
            what = f"cannot be read ({error.strerror})"
        if not what:
            return ""
        self.ours = False
        self._held.bar_log()
        return f"{path} {what} while I use it; {_PUT_BACK}"

    def _changed(self, path: Path) -> str:
        which = _which(path)
        if which != self._itself:
            return "was replaced" if which else "was removed"
        size, stamp = os.fstat(self._file).st_size, stamp_of(self._file)
        if size < self._bytes and size != pages_bytes(self._file):  # SQLite's own VACUUM says what it leaves
            return "was cut short"
        if stamp is None or stamp.run != self._run or not self._found <= stamp.number <= self.number + 1:
            return "was written over"
        self._bytes, self._found = size, stamp.number
        return ""

    def _of_log(self) -> str:
        for path, which in self._beside.items():
            if _which(path) != which:
                return f"{path} was removed or replaced while I use it; stop me and start me again"
        return ""

    def refused(self, error: sqlite3.Error, looks: bool) -> Exception:
        """What a request is refused with after an error of SQLite's: the error itself where it is a fault.

        Args:
            error: it.
            looks: of a connection that only looks, which SQLite lets write nothing.
        """
        if self.look():
            return Unsaved()
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest says more of the same
        mend = MENDS.get(code)
        if mend is None or (looks and code == sqlite3.SQLITE_READONLY):
            return error
        now_s = time.monotonic()
        if now_s - self._said_s.get(code, -SAY_EVERY_S) >= SAY_EVERY_S:
            self._said_s[code] = now_s
            log.error("DATABASE_URL: %s cannot be used just now (%s); %s", self._held.path, error, mend)
        return Unsaved()


def _which(path: Path) -> tuple[int, int] | None:
    """Which file has a name now."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
