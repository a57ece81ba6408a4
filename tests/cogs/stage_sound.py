"""Parties on Discord with Spotify behind them: who has which account, and which songs both know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.party.words import Member, Party
from bot.playback.watcher import DeviceWatcher
from bot.recommend.catalogue import Catalogue
from bot.service import PartyService
from tests.bot.spotify.stage import Stage
from tests.cogs.stage import is_card, public, room
from tests.conftest import Clock
from tests.fakes.discord_model import FakeChannel, FakeMember, FakeMessage
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.spotify_model import FakeDevice, FakeSong, FakeUser
from tests.fakes.spotify_server import FakeSpotify


@dataclass
class Sounding:
    """Discord and Spotify, and the party between them."""

    fake: FakeDiscord
    spotify: FakeSpotify
    stage: Stage
    party: PartyService
    catalogue: Catalogue
    clock: Clock

    async def host(self, name: str, *devices: str) -> tuple[FakeMember, FakeUser]:
        """Somebody with a Premium account and these devices, none of which is active."""
        member, user = self.fake.member(name), self.spotify.user(f"{name} Premium")
        await self.stage.link(Member("discord", member.id, name), user)
        for device in devices:
            self.spotify.device(user, device)
        return member, user

    def device(self, user: FakeUser, name: str) -> FakeDevice:
        """One of an account's devices."""
        return next(each for each in self.spotify.playback(user).devices if each.name == name)

    def on(self, user: FakeUser) -> str:
        """The title that an account plays, empty while it stands still."""
        playback = self.spotify.playback(user)
        playback.settle()
        return playback.item.title if playback.item is not None and playback.playing else ""

    async def songs(self, *names: str) -> list[FakeSong]:
        """Songs of the catalogue that Spotify has too."""
        made = []
        for name in names:
            track = await self.catalogue.resolve(name)
            spotify_id = track.spotify_id or (await self.catalogue.spotify_ids([track]))[0]
            artist = track.artist.partition(",")[0]
            made.append(
                self.spotify.song(track.title, artist, track.duration_ms or 200_000, id=spotify_id or None)
            )
        return made

    async def queue(self, *names: str) -> list[FakeSong]:
        """Adds songs that Spotify has too, by somebody without an account."""
        found = await self.songs(*names)
        for name in names:
            public(await self.fake.slash(self.fake.member("Guest"), "add", song=name))
        return found

    async def now(self) -> Party:
        """The party in the default channel."""
        return await self.party.insight.now(room(self.fake))

    async def card(self) -> FakeMessage:
        """The party's card, asked for anew."""
        return public(await self.fake.slash(self.fake.member("Guest"), "queue"))

    def said(self, channel: FakeChannel | None = None) -> list[FakeMessage]:
        """What the bot has posted by itself, cards left out."""
        place = channel or self.fake.channel
        return [
            message
            for message in self.fake.messages
            if message.channel is place
            and message.author is None
            and message.interaction is None
            and not is_card(message)
        ]

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[None]:
        """Devices are followed, as they are while the bot runs."""
        following = asyncio.create_task(DeviceWatcher(self.party.devices, self.party.accounts).run())
        try:
            yield
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
