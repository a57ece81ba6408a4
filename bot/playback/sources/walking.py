"""One look through a folder of music: every song in it, and what could not be looked at."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_from_bytes

from bot.playback.errors import SongGone, SourceAway
from bot.playback.sources.tags import Tagged, read
from bot.playback.sources.within import listed, opened
from bot.playback.words import Found

log = logging.getLogger(__name__)

ENDINGS = (b".mp3", b".m4a", b".flac", b".ogg", b".oga", b".opus", b".wav")
_BESIDE = {b"@eadir", b"#recycle", b"#snapshot", b"$recycle.bin", b"lost+found", b"system volume information"}
MOST_SONGS = 500_000
DEEPEST = 40
"""Folders in folders."""
SETTLED_S = 20.0
"""A file that was written so lately may still be on its way."""
MOST_BAD = 20_000
"""So many files that are no songs are remembered, and not read again."""
_AT_ONCE_S = 0.02
"""For so long a thread looks before it tells what it has found."""
_MOST_AT_ONCE = 500


@dataclass(slots=True)
class Root:
    """One of the folders."""

    name: bytes  # how the names of its songs begin
    path: Path
    away: bool = False
    times: dict[bytes, int] = field(default_factory=dict)  # when each folder in it has changed
    bad: dict[str, str] = field(default_factory=dict)  # the version of each file that is no song


def ref_of(root: Root, below: bytes = b"") -> str:
    """What a song is called, by its path below the folder."""
    return quote_from_bytes(root.name + b"/" + below)


class Walk:
    """One look at one folder, in a thread.

    Args:
        root: the folder.
        known: the version of each song of it.
    """

    def __init__(self, root: Root, known: Mapping[str, str]) -> None:
        self.away = ""
        """Why, if all of it is."""
        self.young = False
        """Whether some file may still be on its way."""
        self._root, self._known = root, known
        self._lost: set[str] = set()  # what could not be read: songs and folders
        self._songs = 0

    def lost(self, ref: str) -> bool:
        """Whether a song was not found because it could not be looked for."""
        if self.away or ref in self._lost:
            return True
        return any(ref[:at] in self._lost for at, sign in enumerate(ref) if sign == "/")

    def batches(self) -> Iterator[list[Found]]:
        """What is found, so much at a time as takes a moment."""
        batch: list[Found] = []
        until_s = time.monotonic() + _AT_ONCE_S
        for found in self._look():
            if found is not None:
                batch.append(found)
            if len(batch) >= _MOST_AT_ONCE or time.monotonic() > until_s:
                yield batch
                batch, until_s = [], time.monotonic() + _AT_ONCE_S
        yield batch

    def _look(self) -> Iterator[Found | None]:
        times: dict[bytes, int] = {}
        try:
            before = self._root.path.stat()
            yield from self._folders(times)
            after = self._root.path.stat()
        except OSError as error:
            self.away = error.strerror or "it cannot be read"
            return
        if not os.path.samestat(before, after):
            self.away = "another folder is in its place"
        elif not self._songs and self._known:
            self.away = "it is empty"
        self._root.times = times

    def _folders(self, times: dict[bytes, int]) -> Iterator[Found | None]:
        waiting: list[list[bytes]] = [[]]
        while waiting:
            parts = waiting.pop()
            try:
                entries, changed_ns = listed(self._root.path, parts)
            except OSError as error:
                if not parts:
                    raise
                if not isinstance(error, FileNotFoundError):
                    self._lost.add(ref_of(self._root, b"/".join(parts)))
                continue
            times[b"/".join(parts)] = changed_ns
            if parts and not entries:  # where a disk is taken off, an empty folder is left
                self._lost.add(ref_of(self._root, b"/".join(parts)))
            for name, is_folder in reversed(entries):
                if is_folder and len(parts) < DEEPEST and not _is_hidden(name, is_folder=True):
                    waiting.append([*parts, name])
            for name, is_folder in entries:
                if is_folder or _is_hidden(name, is_folder=False) or not name.lower().endswith(ENDINGS):
                    continue
                found = self._song([*parts, name])
                self._songs += found is not None
                yield found
                if self._songs >= MOST_SONGS:
                    log.warning(
                        "%s has more than %d songs; the others are left out.", self._root.path, MOST_SONGS
                    )
                    return

    def _song(self, parts: list[bytes]) -> Found | None:
        path = b"/".join(parts)
        ref = ref_of(self._root, path)
        try:
            descriptor = opened(self._root.path, parts)
        except SongGone:
            return None
        except SourceAway:
            self._lost.add(ref)
            return None
        try:
            there = os.fstat(descriptor)
            version = f"{there.st_size:x}-{there.st_mtime_ns:x}"
            self.young |= abs(time.time() - there.st_mtime) < SETTLED_S
            if self._known.get(ref) == version:
                return Found(ref, version)
            if self._root.bad.get(ref) == version:
                return None
            with open(descriptor, "rb", closefd=False) as file:
                tagged = read(file, there.st_size, path)
        except OSError:
            self._lost.add(ref)
            return None
        except Exception:  # whatever is in one file, the others are looked at
            log.debug("%s cannot be read.", ref, exc_info=True)
            tagged = None
        finally:
            os.close(descriptor)
        return self._found(ref, version, tagged)

    def _found(self, ref: str, version: str, tagged: Tagged | None) -> Found | None:
        if tagged is None:
            if len(self._root.bad) < MOST_BAD or ref in self._root.bad:
                self._root.bad[ref] = version
            return None
        self._root.bad.pop(ref, None)
        return Found(ref, version, tagged.track, tagged.kind, tagged.gain_db, tagged.cover)


def _is_hidden(name: bytes, *, is_folder: bool) -> bool:
    """What systems put beside music: forks of files, previews, the bin; a band may begin with dots or $."""
    if not is_folder:
        return name.startswith(b"._")
    return name.lower() in _BESIDE or (
        name.startswith(b".") and not name[1:2].isdigit() and name[1:2] != b"."
    )
