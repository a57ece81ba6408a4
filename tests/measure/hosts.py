"""Rooms that sound on Spotify under load: a fake one in the bench's process, the real client in the bot's."""

from __future__ import annotations

import json
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

from bot.party.words import Member, Room
from bot.playback.ports import Music
from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.settings import STARTER
from bot.spotify.accounts import Accounts
from bot.spotify.breaker import Breaker
from bot.spotify.client import Spotify
from bot.spotify.music import SpotifyMusic
from bot.vault import Vault
from db.store import Store, open_store
from tests.bot.spotify.stage import KEY, PUBLIC_URL, sounding
from tests.fakes.spotify_server import FakeSpotify

ADDRESS = "ENCORE_BENCH_SPOTIFY"
"""The variable that tells the bot's process where its Spotify is, in JSON."""


async def prepare(fake: FakeSpotify, database: Path, rooms: Sequence[tuple[Room, Member]]) -> str:
    """Connects an account for each of these members, and lets their rooms sound; returns the address.

    Spotify has every song of the catalogue that the catalogue has a link to.
    """
    bundle = open_bundle(STARTER)
    with closing(Catalogue.open(bundle)) as catalogue:
        for index in range(5_000):
            track = catalogue.track(index)
            known = (await catalogue.spotify_ids([track]))[0]
            if known is not None:
                fake.song(track.title, track.artist, track.duration_ms or 200_000, id=known)
        async with (
            open_store(f"sqlite+aiosqlite:///{database}") as store,
            sounding(store, catalogue, Recommender(bundle, catalogue), time.time, fake) as (party, stage),
        ):
            for room, member in rooms:
                user = fake.user(member.name)
                fake.device(user, active=True)
                await stage.link(member, user)
                await party.playback.play(room, member)
    return json.dumps([fake.client_id, fake.client_secret, fake.api_url, fake.accounts_url, KEY])


@asynccontextmanager
async def opened(store: Store, catalogue: Catalogue) -> AsyncIterator[Music | None]:
    """The bot's Spotify, if it was told of one."""
    if ADDRESS not in os.environ:
        yield None
        return
    client_id, client_secret, api_url, accounts_url, key = json.loads(os.environ[ADDRESS])
    spotify = Spotify(
        client_id,
        client_secret,
        f"{PUBLIC_URL}/spotify/callback",
        Breaker(store, "Spotify"),
        api_url=api_url,
        accounts_url=accounts_url,
    )
    accounts = Accounts(store, Vault([key]), spotify, PUBLIC_URL)
    yield SpotifyMusic(spotify, accounts, catalogue, store)
    await accounts.close()
    spotify.close()
