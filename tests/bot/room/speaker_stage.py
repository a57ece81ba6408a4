"""A room whose songs sound: real time, real files, and the links that let people in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.party.words import Entry, Member
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.room import open_room
from bot.room.hub import LOBBY
from bot.service import PartyService
from db.store import Store
from tests.bot.room.ears import add_ears, going, tone
from tests.fakes.own_music import FakeOwnMusic

HOST = Member("web", "the host", "Adam", moderator=True, manager=True)
TEXTS = ("mr brightside", "take on me", "dancing queen", "africa toto", "jolene dolly parton")
"""Songs of the catalogue, of which the first few have files in their order."""


@dataclass
class SpeakerRoom:
    """An open room, its party, its music."""

    url: str
    party: PartyService
    music: FakeOwnMusic
    catalogue: Catalogue

    async def host_url(self) -> str:
        """Where the host's page is."""
        return f"{self.url}/party/{await self.party.passes.host(LOBBY)}"

    async def stock(self, *seconds: float, level: float = 0.5, **known: object) -> None:
        """Has the first songs sound as the tones in their order, so long each."""
        for number, length_s in enumerate(seconds):
            file = f"{number}.wav"
            tone(self.music.folder / file, number, length_s, level)
            track = await self.catalogue.resolve(TEXTS[number])
            self.music.add(replace(track, duration_ms=int(1000 * length_s)), file, **known)

    async def queue(self, *numbers: int) -> Sequence[Entry]:
        """Queues some of the songs."""
        return [(await self.party.queue.add(LOBBY, HOST, TEXTS[number])).entry for number in numbers]

    async def playing(self) -> int | None:
        """The number of the entry that plays."""
        playing = (await self.party.insight.now(LOBBY)).playing
        return playing.id if playing else None


@asynccontextmanager
async def speaker_room(
    store: Store, catalogue: Catalogue, recommender: Recommender, folder: Path
) -> AsyncIterator[SpeakerRoom]:
    """Opens one, with a clock that goes."""
    music = FakeOwnMusic(folder)
    party = PartyService(store, catalogue, recommender, library=music)
    async with open_room(party, "127.0.0.1", 0, (), [add_ears]) as url, going(party.clock.run()):
        yield SpeakerRoom(url, party, music, catalogue)
    await party.close()
