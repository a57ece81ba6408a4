"""Own music in folders: what is found there, and how a song of it is opened.

A song is called by the folder's name and its path below it, percent-encoded, for names of files are bytes.
Links are not followed below a folder, neither where songs are looked for nor where one is opened. A folder
that cannot be read, or is empty, has its songs kept until they are there again.

Whether something has changed is asked of the folders' own times once a minute: inotify would need a watch a
folder, of which a system has few, and hears nothing of what changes on network drives.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote_to_bytes

from bot.party.errors import PartyError
from bot.playback.errors import SongGone, SourceAway
from bot.playback.sources.kinds import kind_of
from bot.playback.sources.tags import picture
from bot.playback.sources.walking import Root, Walk, ref_of
from bot.playback.sources.within import is_there, opened
from bot.playback.words import Found

log = logging.getLogger(__name__)

Result = TypeVar("Result")

LOOK_EVERY_S = 60.0
"""How often the folders are asked whether they have changed."""
ALL_EVERY = 60
"""Every so many times all songs are looked at: one that is written anew in its place changes no folder."""
CHUNK = 65_536
AT_ONCE = 200
"""After so many songs that are away others have their turn."""
READERS = 8
"""So many songs are read from at once: a disk that does not answer holds up nothing but music."""


class FolderSource:
    """The songs in some folders.

    Args:
        folders: where they are.
        name: of the source.
    """

    def __init__(self, folders: Sequence[Path], name: str = "folder") -> None:
        self.name = name
        self._roots = _named(folders)
        self._young = False
        self._thread = ThreadPoolExecutor(1, f"{name} of music")
        self._readers = ThreadPoolExecutor(READERS, f"songs in {name}")

    @property
    def bad(self) -> int:
        """How many files are no songs, though they are called so."""
        return sum(len(root.bad) for root in self._roots)

    async def look(self, known: Mapping[str, str]) -> AsyncGenerator[Found, None]:
        """Every song there is, once; those of a folder that cannot be read as they are known, and away.

        Raises:
            SourceAway: none of the folders can be read.
        """
        self._young = False
        for root in self._roots:
            left = await self._beside(partial(_within, known, ref_of(root)))
            walk = Walk(root, known if len(self._roots) == 1 else dict(left))
            batches = walk.batches()
            while (batch := await self._beside(partial(next, batches, None))) is not None:
                for found in batch:
                    left.pop(found.ref, None)
                    yield found
            self._young |= walk.young
            _tell(root, walk.away)
            for number, ref in enumerate(left):
                if number % AT_ONCE == 0:
                    await asyncio.sleep(0)
                if walk.lost(ref):
                    yield Found(ref, left[ref], away=True)
        if self._roots and all(root.away for root in self._roots):
            raise SourceAway

    @asynccontextmanager
    async def open(self, ref: str) -> AsyncIterator[FileSound]:
        """Opens a song.

        Raises:
            SourceAway, SongGone: it cannot be had.
        """
        opening = _in(self._readers, partial(self._sound, ref))
        try:
            sound = await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_late)
            raise
        try:
            yield sound
        finally:
            sound.close()

    async def cover(self, ref: str) -> tuple[bytes, str] | None:
        """A song's picture and its MIME type, if it has one of at most 2 MB."""
        return await _in(self._readers, partial(self._picture, ref))

    async def changed(self) -> None:
        """Returns when a folder has changed, or after an hour."""
        for _ in range(ALL_EVERY):
            await asyncio.sleep(LOOK_EVERY_S)
            if self._young or await self._beside(self._differs):
                return

    async def close(self) -> None:
        """Ends the threads."""
        for threads in (self._thread, self._readers):
            threads.shutdown(wait=False, cancel_futures=True)

    async def _beside(self, call: Callable[[], Result]) -> Result:
        return await _in(self._thread, call)

    def _differs(self) -> bool:
        return any(is_there(root.path) if root.away else _has_changed(root) for root in self._roots)

    def _sound(self, ref: str) -> FileSound:
        root, parts = self._place(ref)
        descriptor = opened(root.path, parts)
        try:
            with open(descriptor, "rb", closefd=False) as file:
                kind = kind_of(file)
            if kind is None:
                raise SongGone
            path = root.path.joinpath(*map(os.fsdecode, parts))
            return FileSound(descriptor, kind, _itself(descriptor, path), self._readers)
        except BaseException as error:
            os.close(descriptor)
            if isinstance(error, OSError):
                raise SourceAway from error
            raise

    def _picture(self, ref: str) -> tuple[bytes, str] | None:
        try:
            root, parts = self._place(ref)
            descriptor = opened(root.path, parts)
        except PartyError:
            return None
        try:
            with open(descriptor, "rb", closefd=False) as file:
                return picture(file, os.fstat(descriptor).st_size)
        except OSError:
            return None
        finally:
            os.close(descriptor)

    def _place(self, ref: str) -> tuple[Root, list[bytes]]:
        """The folder of a song, and the parts of its path below it.

        Raises:
            SongGone: no song can be called so.
        """
        name, *parts = unquote_to_bytes(ref).split(b"/")
        root = next((each for each in self._roots if each.name == name), None)
        if root is None or not parts:
            raise SongGone
        return root, parts


class FileSound:
    """A song that is open.

    Args:
        descriptor: of its file; `close` closes it.
        kind: its MIME type.
        path: what leads to it.
        threads: read it.
    """

    def __init__(self, descriptor: int, kind: str, path: Path, threads: ThreadPoolExecutor) -> None:
        self.kind = kind
        self.path: Path | None = path
        self.size: int | None = os.fstat(descriptor).st_size
        self._descriptor, self._threads = descriptor, threads

    async def read(self, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes, None]:
        """Its bytes from `start` to before `end`, or to its end; fewer where it was cut short meanwhile.

        Raises:
            SourceAway: the disk does not answer.
        """
        at, size = max(0, start), self.size or 0
        end = size if end is None else min(end, size)
        while at < end:
            try:
                data = await _in(self._threads, partial(self._read_at, at, min(CHUNK, end - at)))
            except OSError as error:
                raise SourceAway from error
            if not data:
                return
            at += len(data)
            yield data

    def _read_at(self, at: int, size: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._descriptor, size, at)
        os.lseek(self._descriptor, at, os.SEEK_SET)
        return os.read(self._descriptor, size)

    def close(self) -> None:
        """Closes the file."""
        os.close(self._descriptor)


def _in(threads: ThreadPoolExecutor, call: Callable[[], Result]) -> asyncio.Future[Result]:
    return asyncio.get_running_loop().run_in_executor(threads, call)


def _itself(descriptor: int, name: Path) -> Path:
    """What leads to an open file, whatever has its name by now; its name where a system has no such paths.

    Whoever opens the path reads the file from its beginning (man 5 proc), for as long as it is open here.
    """
    path = Path(f"/proc/self/fd/{descriptor}")
    return path if path.exists() else name


def _close_late(opening: asyncio.Future[FileSound]) -> None:
    """Closes what nobody waits for any more."""
    with suppress(asyncio.CancelledError, Exception):
        opening.result().close()


def _named(folders: Sequence[Path]) -> list[Root]:
    """The folders, each under its own name; the second of two that are called alike gets a number."""
    roots: list[Root] = []
    for folder in folders:
        called = os.fsencode(folder.absolute().name) or b"music"
        name, number = called, 1
        while any(root.name == name for root in roots):
            number += 1
            name = b"%s-%d" % (called, number)
        roots.append(Root(name, folder))
    return roots


def _within(known: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Those songs whose names begin so."""
    return {ref: version for ref, version in known.items() if ref.startswith(prefix)}


def _tell(root: Root, away: str) -> None:
    """Says once that a folder is gone, and once that it is back."""
    if away and not root.away:
        log.warning("The music in %s is gone for now (%s); its songs are kept.", root.path, away)
    elif root.away and not away:
        log.info("The music in %s is there again.", root.path)
    root.away = bool(away)


def _has_changed(root: Root) -> bool:
    for below, before_ns in root.times.items():
        try:
            now_ns = (root.path / os.fsdecode(below)).stat().st_mtime_ns
        except OSError:
            return True
        if now_ns != before_ns:
            return True
    return False
