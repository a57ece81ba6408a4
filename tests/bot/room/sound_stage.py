"""A room with Spotify: the whole way from a browser's socket to a Spotify on loopback."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass

import aiohttp

from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.room import open_room
from bot.room.connect import ConnectPages
from bot.service import PartyService
from bot.slack.names import names
from bot.spotify.music import SpotifyMusic
from db.store import Store
from tests.bot.room.visitor import Visitor, connect
from tests.bot.spotify.stage import Stage, process
from tests.conftest import Clock
from tests.fakes.spotify_model import FakeSong, FakeUser, new_id
from tests.fakes.spotify_server import FakeSpotify


@dataclass
class SoundRoom:
    """An open room, the party behind it, and what its people do."""

    url: str
    party: PartyService
    stage: Stage
    fake: FakeSpotify
    catalogue: Catalogue
    web: aiohttp.ClientSession
    stack: AsyncExitStack

    async def enter(self, name: str | None = None) -> Visitor:
        """Lets somebody in, under a name or as an onlooker."""
        visitor = await self.stack.enter_async_context(connect(self.web, self.url))
        if name is not None:
            assert (await visitor.hello(name))["ok"]
        return visitor

    async def agree(self, link: str, user: FakeUser) -> None:
        """Somebody follows the private link and agrees at Spotify."""
        url, browser = await self.stage.accounts.agree(link.rpartition("/")[2])
        answer = await self.stage.back(url, user)
        await self.stage.accounts.finish(answer["state"], browser, answer["code"])

    async def host(self, name: str, user: FakeUser | None = None) -> tuple[Visitor, FakeUser]:
        """Lets somebody in and connects an account of theirs."""
        visitor, user = await self.enter(name), user or self.fake.user(f"{name} S")
        await self.agree((await visitor.ask("connect"))["url"], user)
        return visitor, user

    async def stock(self, *texts: str) -> list[FakeSong]:
        """Has Spotify know the songs that the catalogue finds for these texts."""
        songs = []
        for text in texts:
            track = await self.catalogue.resolve(text)
            known = (await self.catalogue.spotify_ids([track]))[0]
            length_ms = track.duration_ms or 200_000
            songs.append(self.fake.song(track.title, track.artist, length_ms, id=known or new_id()))
        return songs


@asynccontextmanager
async def sound_room(
    store: Store,
    catalogue: Catalogue,
    recommender: Recommender,
    clock: Clock,
    web: aiohttp.ClientSession,
) -> AsyncIterator[SoundRoom]:
    """A room whose address is known beforehand, as an operator's is."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = int(free.getsockname()[1])
    public_url = f"http://127.0.0.1:{port}"
    async with (
        FakeSpotify(clock=clock) as fake,
        process(store, fake, clock, public_url=public_url) as stage,
        AsyncExitStack() as stack,
    ):
        music = SpotifyMusic(stage.spotify, stage.accounts, catalogue, store, clock)
        party = PartyService(store, catalogue, recommender, clock, music)
        stack.push_async_callback(party.close)
        pages = ConnectPages(stage.accounts, public_url, fake.accounts_url, names())
        room = open_room(party, "127.0.0.1", port, (), [pages.add_routes])
        url = await stack.enter_async_context(room)
        yield SoundRoom(url, party, stage, fake, catalogue, web, stack)
