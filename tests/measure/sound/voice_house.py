"""The bot's process with Discord and its voice channels, where every song has a record.

`python -m tests.measure.sound.voice_house DATABASE_URL TOKEN REST_URL GATEWAY_URL FOLDER`, orders on standard
input.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from zlib import crc32

from bot.party.words import Track
from bot.playback.words import OwnSong
from cogs.client import open_discord
from tests.fakes.discord_voice import plain_endpoints
from tests.measure.discord.house import point_at
from tests.measure.house import serve


class Record:
    """A file of this machine."""

    def __init__(self, path: Path) -> None:
        self.path: Path | None = path
        self.size: int | None = path.stat().st_size
        self.kind = "audio/x"

    async def read(self, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes, None]:
        """Its bytes; nobody asks for those of a file."""
        if self.path is not None:
            yield self.path.read_bytes()[start:end]


class Records:
    """A few files, one of which every song is."""

    def __init__(self, folder: Path) -> None:
        self._files = sorted(folder.iterdir())

    def any(self) -> bool:
        """There are."""
        return True

    def sounds(self, track: Track) -> bool:
        """Every song does."""
        return True

    async def song(self, track: Track) -> OwnSong | None:
        """Always the same for a song."""
        file = self._files[crc32((track.track_id or track.title).encode()) % len(self._files)]
        return OwnSong(1, "folder", file.name, "1", track, "audio/x", -3.0)

    async def cover(self, song: OwnSong) -> tuple[bytes, str] | None:
        """No record has one."""
        return None

    def source(self, name: str) -> Records:
        """This."""
        return self

    @asynccontextmanager
    async def open(self, ref: str) -> AsyncIterator[Record]:
        """Opens a file."""
        yield Record(next(file for file in self._files if file.name == ref))


@contextmanager
def pointed_at(rest_url: str, gateway_url: str) -> Iterator[None]:
    """Has discord.py find the fake and its voice servers."""
    point_at(rest_url, gateway_url)
    with plain_endpoints():
        yield


if __name__ == "__main__":
    database_url, token, rest, gateway, music = sys.argv[1:]
    with pointed_at(rest, gateway):
        serve(database_url, lambda party: open_discord(party, token), library=Records(Path(music)))
