"""Accounts as a process has them, with the real spotipy, on a Spotify on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import aiohttp
from cryptography.fernet import Fernet

from bot.party.words import Member
from bot.playback.ports import OwnMusic
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from bot.spotify.accounts import Accounts
from bot.spotify.breaker import Breaker
from bot.spotify.client import Spotify
from bot.spotify.music import SpotifyMusic
from bot.vault import Vault
from db.store import Store
from tests.conftest import ANNA
from tests.fakes.spotify_model import FakeUser
from tests.fakes.spotify_server import FakeSpotify

KEY = Fernet.generate_key().decode()
PUBLIC_URL = "http://127.0.0.1:8080"


@dataclass
class Stage:
    """A process: what it has, and what its people do."""

    accounts: Accounts
    fake: FakeSpotify
    spotify: Spotify

    async def sent(self, member: Member = ANNA, workspace: str = "") -> tuple[str, str]:
        """A member is sent to Spotify: the address there, and what the browser was given."""
        link = await self.accounts.connect(member, workspace)
        return await self.accounts.agree(link.rpartition("/")[2])

    async def back(self, url: str, user: FakeUser) -> dict[str, str]:
        """The person agrees: what the browser brings back, by name."""
        return dict(parse_qsl(urlsplit(await self.fake.agree(url, user)).query))

    async def link(self, member: Member, user: FakeUser, workspace: str = "") -> None:
        """Connects an account the whole way."""
        url, browser = await self.sent(member, workspace)
        answer = await self.back(url, user)
        await self.accounts.finish(answer["state"], browser, answer["code"])

    async def access_works(self, token: str) -> bool:
        """Whether Spotify takes an access token."""
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(f"{self.fake.api_url}me") as answer,
        ):
            return answer.status == 200


@asynccontextmanager
async def process(
    store: Store, fake: FakeSpotify, clock: Callable[[], float], *keys: str, public_url: str = PUBLIC_URL
) -> AsyncIterator[Stage]:
    """What one process has; Spotify's dashboard knows where it is reached."""
    redirect_uri = f"{public_url}/spotify/callback"
    if redirect_uri not in fake.redirect_uris:
        fake.redirect_uris.append(redirect_uri)
    spotify = Spotify(
        fake.client_id,
        fake.client_secret,
        redirect_uri,
        Breaker(store, "Spotify", clock),
        api_url=fake.api_url,
        accounts_url=fake.accounts_url,
        clock=clock,
    )
    accounts = Accounts(store, Vault(keys or [KEY]), spotify, public_url, clock)
    yield Stage(accounts, fake, spotify)
    await accounts.close()
    spotify.close()


@asynccontextmanager
async def sounding(
    store: Store,
    catalogue: Catalogue,
    recommender: Recommender,
    clock: Callable[[], float],
    fake: FakeSpotify,
    library: OwnMusic | None = None,
) -> AsyncIterator[tuple[PartyService, Stage]]:
    """A party service that has Spotify, and perhaps people's own music, and the process it is in."""
    async with process(store, fake, clock) as stage:
        music = SpotifyMusic(stage.spotify, stage.accounts, catalogue, store, clock)
        party = PartyService(store, catalogue, recommender, clock, music, library=library)
        yield party, stage
        await party.close()
