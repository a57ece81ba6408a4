"""How Spotify is asked: one attempt, an end to every wait, and no secret in the log."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from bot.party.words import Track
from bot.playback.errors import (
    NoDevice,
    NothingBehindLink,
    NotOnTheList,
    QuotaSpent,
    SpotifyAway,
    SpotifyBusy,
    SpotifyRefuses,
    SpotifyRests,
)
from bot.spotify import calls as module
from bot.spotify.breaker import FAULTS
from bot.spotify.client import Spotify
from bot.spotify.ports import AccessRefused, GrantRefused
from db.store import Store
from tests.bot.spotify.stage import process
from tests.conftest import SPECS, Clock
from tests.fakes.spotify_server import FakeSpotify
from tests.patience import PATIENCE_S


@pytest.fixture
async def fake(clock: Clock) -> AsyncIterator[FakeSpotify]:
    """A Spotify that finds no fault with what it is asked."""
    async with FakeSpotify(specs=SPECS, clock=clock) as fake:
        yield fake
        assert not fake.breaches


@pytest.fixture
async def spotify(store: Store, fake: FakeSpotify, clock: Clock) -> AsyncIterator[Spotify]:
    """What a process asks it with."""
    async with process(store, fake, clock) as stage:
        yield stage.spotify


async def test_a_song_is_described(spotify: Spotify, fake: FakeSpotify) -> None:
    """Title, all artists, album, year and length, and where it plays."""
    album = fake.album("Hunting High and Low", "a-ha", released="1985-06-01")
    song = fake.song("Take on Me", "a-ha", 225_000, album=album)
    found = await spotify.song(await spotify.app_token(), song.id)
    assert found == Track(
        "Take on Me", "a-ha", None, "Hunting High and Low", 1985, 225_000, spotify_id=song.id
    )
    with pytest.raises(NothingBehindLink):
        await spotify.song(await spotify.app_token(), "0" * 22)


async def test_one_app_token_for_all(spotify: Spotify, fake: FakeSpotify, clock: Clock) -> None:
    """Fifty who ask at once bring one request, and another one when it has ended."""
    tokens = await asyncio.gather(*(spotify.app_token() for _ in range(50)))
    assert len({*tokens}) == 1
    assert fake.token_requests["client_credentials"] == 1


async def test_a_limit_is_kept_and_asked_once(spotify: Spotify, fake: FakeSpotify, clock: Clock) -> None:
    """One request finds out about it; the next one is sent when its time has come, and finds out again."""
    access = await spotify.app_token()
    asked = len(fake.requests)
    fake.limit(21_600)
    for _ in range(2):
        for _ in range(10):
            with pytest.raises(SpotifyRests):
                await spotify.search(access, "a")
        asked += 1
        assert len(fake.requests) == asked
        clock.pass_by(hours=6)
        fake.limit(21_600)


async def test_a_quota_is_left_alone_for_an_hour(
    spotify: Spotify, fake: FakeSpotify, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """A 429 whose reason is the quota: not asked again every 30 s, and whoever runs the bot reads why."""
    access = await spotify.app_token()
    fake.exhaust()
    for hours in (1, 2):
        asked = len(fake.requests)
        for _ in range(10):
            with pytest.raises(QuotaSpent):
                await spotify.search(access, "a")
            clock.pass_by(hours=hours / 10)
        assert len(fake.requests) == asked + 1
    assert len([each for each in caplog.messages if "the quota of your developer account" in each]) == 2
    fake.exhaust(on=False)
    access = fake.sign_in(fake.user("Anna")).access_token  # the other one has ended meanwhile
    assert await spotify.search(access, "a") == []
    fake.exhaust(retry_after_s=30 * 3600)
    with pytest.raises(QuotaSpent) as told:
        await spotify.search(access, "a")
    assert told.value.parts["minutes"] == 30 * 60


@pytest.mark.parametrize("value", ["90", "date", "soon", None])
def test_every_way_to_say_how_long(value: str | None) -> None:
    """Seconds, a date (RFC 9110), and what is neither."""
    now_s = 1_800_000_000.0
    if value == "date":
        value = format_datetime(datetime.fromtimestamp(now_s + 90, UTC), usegmt=True)
    expected = 90 if value and value != "soon" else module.REST_S
    assert module._retry_after_s(value, now_s) == expected  # noqa: SLF001 - no server says such things on demand


async def test_what_does_not_answer_is_given_up(
    spotify: Spotify, fake: FakeSpotify, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Late answers, answers that never end, and faults: one sentence, then a short rest."""
    access = await spotify.app_token()
    monkeypatch.setattr(module, "WITHIN_S", 1.0)
    fake.stall(3600)
    with pytest.raises(SpotifyAway):
        await spotify.search(access, "a")
    fake.stall(None)
    fake.drip(3600)
    with pytest.raises(SpotifyAway):
        await spotify.search(access, "a")
    fake.drip(None)
    monkeypatch.setattr(module, "WITHIN_S", PATIENCE_S)
    assert await spotify.search(access, "a") == []
    fake.fail(503)
    for _ in range(FAULTS):
        with pytest.raises(SpotifyAway):
            await spotify.search(access, "a")
    asked = len(fake.requests)
    with pytest.raises(SpotifyRests):
        await spotify.search(access, "a")
    assert len(fake.requests) == asked


async def test_a_broken_connection_is_no_answer(spotify: Spotify, fake: FakeSpotify) -> None:
    """Nothing is sent twice for it."""
    access = await spotify.app_token()
    fake.drop("/search")
    with pytest.raises(SpotifyAway):
        await spotify.search(access, "a")
    fake.drop(on=False)
    assert await spotify.search(access, "a") == []


async def test_the_event_loop_goes_on(spotify: Spotify, fake: FakeSpotify) -> None:
    """While every thread waits for Spotify, others are served, and whom no thread is free for is told."""
    access = await spotify.app_token()
    with fake.held("/search") as gate:
        asking = [asyncio.create_task(spotify.search(access, "a")) for _ in range(module.MOST_WAITING)]
        await gate.arrived.wait()
        with pytest.raises(SpotifyBusy):
            await spotify.search(access, "a")
        # The gate is in this very loop: that it opens shows that nobody blocks it.
        gate.open()
        assert await asyncio.gather(*asking) == [[]] * module.MOST_WAITING


async def test_refusals_are_told_apart(spotify: Spotify, fake: FakeSpotify) -> None:
    """A token that is no more, somebody who is not on the list, no device, and a code that is none."""
    with pytest.raises(AccessRefused):
        await spotify.heard("nothing")
    stranger = fake.user("Stranger", listed=False)
    with pytest.raises(NotOnTheList):
        await spotify.me(fake.sign_in(stranger).access_token)
    anna = fake.sign_in(fake.user("Anna")).access_token
    with pytest.raises(NoDevice):
        await spotify.pause(anna)
    with pytest.raises(NoDevice):
        await spotify.play(anna, fake.song("A").id, "gone")
    with pytest.raises(GrantRefused):
        await spotify.refresh("nothing")
    with pytest.raises(SpotifyRefuses):
        await spotify.heard(fake.sign_in(fake.user("Ben"), scopes="playlist-read-private").access_token)


async def test_no_secret_in_the_log(
    spotify: Spotify, fake: FakeSpotify, caplog: pytest.LogCaptureFixture
) -> None:
    """With everything at DEBUG neither tokens nor the app's secret are written, also not when it fails."""
    caplog.set_level(logging.DEBUG)
    for name in ("spotipy.client", "spotipy.oauth2", "urllib3", "requests", "asyncio"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    grant = fake.sign_in(fake.user("Anna"), pkce=True)
    access = await spotify.app_token()
    await spotify.me(grant.access_token)
    assert grant.refresh_token is not None
    tokens = await spotify.refresh(grant.refresh_token)
    fake.fail(500)
    with pytest.raises(SpotifyAway):
        await spotify.me(tokens.access)
    secrets = (access, grant.access_token, grant.refresh_token, tokens.access, tokens.refresh)
    for secret in (*secrets, fake.client_secret):
        assert secret not in caplog.text
        assert secret not in repr(tokens)


async def test_a_wait_is_not_slept_through(spotify: Spotify, fake: FakeSpotify) -> None:
    """Spotipy itself would sleep for six hours here."""
    access = await spotify.app_token()
    fake.limit(21_600)
    began = time.monotonic()
    with pytest.raises(SpotifyRests):
        await spotify.search(access, "a")
    assert time.monotonic() - began < PATIENCE_S
