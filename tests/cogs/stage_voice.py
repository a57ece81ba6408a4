"""A party with records of tones, and a voice channel where they are heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.party.words import Member, Track
from bot.playback.errors import SongGone, SourceAway
from bot.playback.words import OwnSong
from bot.recommend.catalogue import Catalogue
from bot.service import PartyService
from tests.cogs.stage import is_card, room
from tests.fakes.discord_model import FakeChannel, FakeMember, Reply
from tests.fakes.discord_server import FakeDiscord
from tests.hearing import heard, pitch, tone, write
from tests.patience import PATIENCE_S, until

BRIGHTSIDE, TAKE_ON_ME, AFRICA = "mr brightside", "take on me", "africa toto"
"""Three records: tones of 440, 640 and 840 Hertz."""
BOSS = Member("discord", "1", "Boss", moderator=True, manager=True)
HEARD_BY = 5
"""Two tones that differ by more Hertz are told apart."""


class Record:
    """A file that is open; from a server it has no path."""

    size: int | None
    kind = "audio/flac"

    def __init__(self, file: Path, *, served: bool) -> None:
        self._file = file
        self.size = file.stat().st_size
        self.path = None if served else file

    async def read(self, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes, None]:
        """Its bytes, a few at a time."""
        data = self._file.read_bytes()[start:end]
        for at in range(0, len(data), 4096):
            yield data[at : at + 4096]


class Shelf:
    """Records by title."""

    name = "folder"

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self.folder, self._catalogue = folder, catalogue
        self.songs: dict[str, OwnSong] = {}
        self.away = self.served = False
        self.opened: list[str] = []

    async def put(
        self,
        title: str,
        hertz: float,
        seconds: float = 6.0,
        kind: str = ".flac",
        *,
        gain_db: float | None = None,
        loud: float = 0.3,
    ) -> Track:
        """Puts a record there that is one tone."""
        file = self.folder / f"{title}{kind}"
        write(file, tone(hertz, seconds, loud=loud))
        return await self.put_file(title, file, round(seconds * 1000), gain_db)

    async def put_file(
        self, title: str, file: Path, length_ms: int | None = None, gain_db: float | None = None
    ) -> Track:
        """Puts a file there, whatever it is."""
        track = await self._catalogue.resolve(title)
        assert track.track_id
        long = replace(track, duration_ms=length_ms)
        self.songs[track.track_id] = OwnSong(
            len(self.songs) + 1, self.name, file.name, "1", long, "audio/x", gain_db
        )
        return track

    def any(self) -> bool:
        """Whether there are any."""
        return bool(self.songs)

    def sounds(self, track: Track) -> bool:
        """Whether a song is there."""
        return track.track_id in self.songs

    async def song(self, track: Track) -> OwnSong | None:
        """What is there of a song."""
        return self.songs.get(track.track_id or "")

    async def cover(self, song: OwnSong) -> tuple[bytes, str] | None:
        """No record has a picture."""
        return None

    def source(self, name: str) -> Shelf:
        """This."""
        return self

    @asynccontextmanager
    async def open(self, ref: str) -> AsyncIterator[Record]:
        """Opens a record."""
        self.opened.append(ref)
        if self.away:
            raise SourceAway
        if not (self.folder / ref).exists():
            raise SongGone
        yield Record(self.folder / ref, served=self.served)


@dataclass
class Night:
    """Discord, the party, its records, and Anna in a voice channel."""

    fake: FakeDiscord
    party: PartyService
    shelf: Shelf
    channel: FakeChannel
    anna: FakeMember
    _from: int = field(default=0)

    async def queue(self, *titles: str) -> None:
        """Adds songs."""
        for title in titles:
            await self.fake.slash(self.anna, "add", song=title)

    async def join(self) -> Reply:
        """Calls the bot."""
        return await self.fake.slash(self.anna, "join")

    def sounds(self) -> list[bytes]:
        """What was heard since the last `listen`, without silence."""
        return [it.opus for it in self.fake.voice.heard(self.fake.guild)[self._from :] if len(it.opus) > 3]

    def forget(self) -> None:
        """Has `sounds` begin anew."""
        self._from = len(self.fake.voice.heard(self.fake.guild))

    async def hears(self, hertz: float, frames: int = 25) -> None:
        """Waits until a tone is heard for so long."""
        looked_at = 0

        def there() -> bool:
            nonlocal looked_at
            sounds = self.sounds()
            if len(sounds) < max(frames, looked_at + frames // 2):
                return False
            looked_at = len(sounds)
            return abs(pitch(heard(sounds[-frames:])[2400:]) - hertz) < HEARD_BY

        await until(there)

    async def plays(self, title: str) -> None:
        """Waits until the party says that it plays a song; an empty title for none."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                playing = (await self.party.insight.now(room(self.fake))).playing
                if title == (playing.track.title if playing is not None else ""):
                    return
                await asyncio.sleep(0.05)

    def said(self) -> list[str]:
        """What the bot has posted by itself, cards left out."""
        return [
            message.text
            for message in self.fake.messages
            if message.author is None and message.interaction is None and not is_card(message)
        ]


async def three_records(folder: Path, catalogue: Catalogue) -> Shelf:
    """A shelf with the three tones."""
    shelf = Shelf(folder / "music", catalogue)
    shelf.folder.mkdir()
    for number, title in enumerate([BRIGHTSIDE, TAKE_ON_ME, AFRICA]):
        await shelf.put(title, 440 + 200 * number)
    return shelf
