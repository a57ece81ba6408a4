"""Parties on Discord with Spotify behind them: who has which account, and which songs both know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.breaker import Breaker
from bot.catalog import Catalogue
from bot.domain import Member, Party
from bot.errors import LinkAgain, NotConnected
from bot.follower import Follower
from bot.music import SpotifyMusic
from bot.party import PartyService
from bot.playing import Account
from bot.spotify import Spotify
from db.store import Store
from tests.cogs.stage import is_card, public, room
from tests.conftest import Clock
from tests.fakes.discord_model import FakeChannel, FakeMember, FakeMessage
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.spotify_model import FakeDevice, FakeSong, FakeUser
from tests.fakes.spotify_server import REDIRECT_URI, FakeSpotify

LINK = "https://party.example/spotify/connect?as=somebody"


@dataclass
class Accounts:
    """Accounts that are connected without the way there."""

    spotify: FakeSpotify
    users: dict[str, FakeUser] = field(default_factory=dict)  # by the member's user_id
    tokens: dict[str, str] = field(default_factory=dict)

    def link(self, member: FakeMember, user: FakeUser) -> None:
        """Somebody has agreed."""
        self.users[member.id] = user
        self.tokens[member.id] = self.spotify.sign_in(user).access_token

    async def connect(self, member: Member, workspace: str) -> str:
        """A private link."""
        return LINK

    async def disconnect(self, member: Member) -> bool:
        """Forgets the account."""
        self.tokens.pop(member.user_id, None)
        return self.users.pop(member.user_id, None) is not None

    async def account(self, member: Member) -> Account | None:
        """The account."""
        user = self.users.get(member.user_id)
        return Account(user.name, user.product == "premium", 0) if user else None

    async def token(self, member: Member) -> str:
        """An access token."""
        if member.user_id not in self.tokens:
            raise NotConnected
        return self.tokens[member.user_id]

    async def renew(self, member: Member, refused: str) -> str:
        """Nothing is renewed here: what is refused was taken back."""
        raise LinkAgain

    async def ending(self) -> list[tuple[Member, int]]:
        """Nobody's ends."""
        return []

    async def told(self, member: Member) -> None:
        """Nothing to note."""


@dataclass
class Sounding:
    """Discord and Spotify, and the party between them."""

    fake: FakeDiscord
    spotify: FakeSpotify
    accounts: Accounts
    party: PartyService
    catalogue: Catalogue
    clock: Clock

    def host(self, name: str, *devices: str) -> tuple[FakeMember, FakeUser]:
        """Somebody with a Premium account and these devices, none of which is active."""
        member, user = self.fake.member(name), self.spotify.user(f"{name} Premium")
        self.accounts.link(member, user)
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
            spotify_id = track.spotify_id or await self.catalogue.spotify_id(track)
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
        return await self.party.party(room(self.fake))

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
        following = asyncio.create_task(Follower(self.party).run())
        try:
            yield
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


def music(
    spotify: FakeSpotify, accounts: Accounts, catalogue: Catalogue, store: Store, clock: Clock
) -> tuple[SpotifyMusic, Spotify]:
    """The real client, pointed at the fake Spotify."""
    client = Spotify(
        spotify.client_id,
        spotify.client_secret,
        REDIRECT_URI,
        Breaker(store, "spotify", clock),
        api_url=spotify.api_url,
        accounts_url=spotify.accounts_url,
        clock=clock,
    )
    return SpotifyMusic(client, accounts, catalogue, store, clock), client
