"""Own music without a scan: files that tests write, for songs of the catalogue; their source can be away."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from bot.party.words import Track
from bot.playback.errors import SongGone, SourceAway
from bot.playback.ports import Sound
from bot.playback.words import Found, OwnSong

CHUNK = 16 * 1024


class OpenFile:
    """A file that is open."""

    def __init__(self, source: FakeOwnMusic, path: Path) -> None:
        self.source = source
        self.path: Path | None = path
        self.kind = "audio/wav"
        self.size: int | None = None if source.unsized else path.stat().st_size

    async def read(self, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes, None]:
        """Its bytes."""
        assert self.path is not None
        data = self.path.read_bytes()[start:end]
        for at in range(0, len(data), CHUNK):
            if self.source.away_after is not None and at >= self.source.away_after:
                raise SourceAway
            yield data[at : at + CHUNK]


class FakeOwnMusic:
    """Own music and the source that all of it is from."""

    name = "folder"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.songs: dict[str, OwnSong] = {}
        self.away = False
        self.unsized = False  # nobody knows how long files are, as of what a server transcodes
        self.away_after: int | None = None  # it goes away after so many bytes
        self.opened: list[str] = []
        self.covers: dict[str, tuple[bytes, str]] = {}

    def add(self, track: Track, file: str, **known: object) -> OwnSong:
        """Has a song sound from a file; its length is the file's."""
        assert track.track_id is not None
        song = OwnSong(len(self.songs) + 1, self.name, file, f"v{len(self.songs)}", track, "audio/wav")
        self.songs[track.track_id] = replace(song, **known)  # type: ignore[arg-type]
        return self.songs[track.track_id]

    def any(self) -> bool:
        """Whether there are any songs."""
        return bool(self.songs)

    def sounds(self, track: Track) -> bool:
        """Whether a song can sound."""
        return track.track_id in self.songs

    async def song(self, track: Track) -> OwnSong | None:
        """What sounds for a song."""
        return self.songs.get(track.track_id or "")

    def source(self, name: str) -> FakeOwnMusic:
        """The source by its name."""
        if name != self.name:
            raise SourceAway
        return self

    async def look(self, known: Mapping[str, str]) -> AsyncGenerator[Found, None]:
        """What there is."""
        for song in self.songs.values():
            yield Found(song.ref, song.version)

    @asynccontextmanager
    async def open(self, ref: str) -> AsyncIterator[Sound]:
        """Opens a file."""
        self.opened.append(ref)
        if self.away:
            raise SourceAway
        path = self.folder / ref
        if not path.exists():
            raise SongGone
        yield OpenFile(self, path)

    async def cover(self, song: OwnSong | str) -> tuple[bytes, str] | None:
        """Its picture, if a test has given it one: of a song, or of what the source calls it."""
        return self.covers.get(song if isinstance(song, str) else song.ref)

    async def changed(self) -> None:
        """Never."""

    async def close(self) -> None:
        """Nothing to let go of."""
