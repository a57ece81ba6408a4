"""Own music that begins while a device of Spotify's is asked or told: what comes of that is no news."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.party.words import Outlet, Playback
from bot.playback.device import Devices
from bot.playback.errors import HostedAlready
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from db.store import Store
from tests.bot.spotify.stage import sounding
from tests.conftest import ANNA, ON_BOTH, ROOM, SPECS, Clock
from tests.fakes.own_music import FakeOwnMusic
from tests.fakes.spotify_model import FakeDevice, FakeUser
from tests.fakes.spotify_server import FakeSpotify

pytestmark = ON_BOTH
CHANNEL = "a voice channel"


@dataclass
class Night:
    """A party that plays on Anna's phone."""

    party: PartyService
    fake: FakeSpotify
    anna: FakeUser
    phone: FakeDevice
    clock: Clock

    async def sounds_from(self) -> Playback | None:
        """Where the party sounds."""
        return (await self.party.insight.now(ROOM)).playback

    async def move_on(self) -> asyncio.Task[Playback]:
        """Anna has it sound in a voice channel; her phone may be told to stop later."""
        begun = asyncio.create_task(
            self.party.outlets.begin(ROOM, ANNA, Outlet.VOICE, CHANNEL, "Music"), name="begin"
        )
        while await self.party.outlets.now(ROOM) is None:  # noqa: ASYNC110 # no event tells of the row
            await asyncio.sleep(0)
        return begun

    def move_on_while(
        self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str
    ) -> Callable[[], asyncio.Task[Playback]]:
        """Has that happen while something is under way."""
        does = getattr(owner, name)
        begun: list[asyncio.Task[Playback]] = []

        async def done(*given: Any) -> Any:
            try:
                return await does(*given)
            finally:
                if not begun:
                    begun.append(await self.move_on())

        monkeypatch.setattr(owner, name, done)
        return lambda: begun[0]


@pytest.fixture
async def night(
    store: Store, catalogue: Catalogue, recommender: Recommender, clock: Clock, tmp_path: Path
) -> AsyncIterator[Night]:
    """Anna's phone plays the party, whose song can sound from a file, too."""
    music = FakeOwnMusic(tmp_path)
    async with (
        FakeSpotify(specs=SPECS, clock=clock) as fake,
        sounding(store, catalogue, recommender, clock, fake, music) as (party, stage),
    ):
        anna = fake.user("Anna")
        phone = fake.device(anna, "Anna's phone", "Smartphone", active=True)
        await stage.link(ANNA, anna)
        track = (await party.queue.add(ROOM, ANNA, "Take on Me - a-ha")).entry.track
        known = (await catalogue.spotify_ids([track]))[0]
        fake.song(track.title, track.artist, track.duration_ms or 200_000, id=known)
        music.add(track, "song.wav")
        await party.playback.play(ROOM, ANNA)
        clock.pass_by(minutes=0.1)
        yield Night(party, fake, anna, phone, clock)


async def test_what_a_device_plays_is_not_written_down(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the party would take the phone for its voice channel."""
    begun = night.move_on_while(monkeypatch, night.party.devices.music, "heard")
    other = night.fake.device(night.anna, "Anna's laptop", "Computer")
    night.fake.playback(night.anna).move_to(other, play=True)
    await night.party.devices.sync(ROOM, listen=True)
    await begun()
    playback = await night.sounds_from()
    assert playback is not None
    assert (playback.outlet, playback.device_id) == (Outlet.VOICE, CHANNEL)


@pytest.mark.parametrize("lose", [Devices.lose_device, Devices.lose_host])
async def test_a_device_that_is_gone_ends_nothing(night: Night, lose: Callable[..., Any]) -> None:
    """The party goes on where it sounds now, and does not stand still."""
    await (await night.move_on())
    assert not await lose(night.party.devices, ROOM)
    shown = await night.party.insight.now(ROOM)
    assert shown.playback is not None
    assert shown.playback.outlet is Outlet.VOICE
    assert not shown.paused


async def test_another_device_does_not_take_its_place(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who chooses one at that moment is told."""
    begun = night.move_on_while(monkeypatch, night.party.devices.music, "devices")
    with pytest.raises(HostedAlready):
        await night.party.playback.choose_device(ROOM, ANNA, night.phone.id)
    await begun()
    playback = await night.sounds_from()
    assert playback is not None
    assert (playback.outlet, playback.device_id) == (Outlet.VOICE, CHANNEL)


async def test_an_account_that_is_disconnected_ends_nothing(night: Night) -> None:
    """Own music needs none."""
    await (await night.move_on())
    await night.party.accounts.disconnect(ANNA)
    playback = await night.sounds_from()
    assert playback is not None
    assert playback.outlet is Outlet.VOICE
