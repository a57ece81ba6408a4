"""A machine's clock that is set while songs play: each song lasts as long as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.party.limits import PARTY_ENDS_AFTER_MS
from bot.party.steady import SteadyClock
from bot.party.words import State
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from db.store import Store
from tests.conftest import ANNA, BEN, ON_BOTH, ROOM

LATER_S = 5_000_000.0
HOUR_S = 3600.0


@dataclass
class Machine:
    """A machine, its clock, and for how long it runs."""

    wall_s: float = 1_800_000_000.0
    running_s: float = 1_000.0

    def clock(self, boot: str = "this") -> SteadyClock:
        """A party's clock on it."""
        return SteadyClock(lambda: self.wall_s, lambda: self.running_s, boot)

    def pass_by(self, seconds: float) -> None:
        """Lets time go by."""
        self.wall_s += seconds
        self.running_s += seconds


@pytest.fixture
def machine() -> Machine:
    """A machine."""
    return Machine()


@pytest.fixture
async def night(
    store: Store, catalogue: Catalogue, recommender: Recommender, machine: Machine
) -> AsyncIterator[PartyService]:
    """Anna's song plays, and Ben's waits."""
    service = PartyService(store, catalogue, recommender, machine.clock())
    await service.queue.add(ROOM, ANNA, "mr brightside")
    await service.queue.add(ROOM, BEN, "take on me")
    yield service
    await service.close()


async def plays(service: PartyService) -> str:
    """What plays once the clock has looked."""
    await service.clock.keep_time()
    await service.clock.play_on()
    entry = (await service.insight.now(ROOM)).playing
    return entry.track.title if entry else ""


async def left_s(service: PartyService) -> float:
    """How much is left of what plays."""
    entry = (await service.insight.now(ROOM)).playing
    assert entry
    assert entry.ends_ms
    return (entry.ends_ms - service.now_ms()) / 1000


@ON_BOTH
@pytest.mark.parametrize("set_s", [-10 * HOUR_S, -HOUR_S, -60.0, 60.0, HOUR_S, 3 * 24 * HOUR_S])
async def test_a_song_is_as_long_as_it_is(night: PartyService, machine: Machine, set_s: float) -> None:
    """Its clock is set back or ahead while a song plays, which ends when it is over and no sooner."""
    machine.pass_by(60)
    before_s = await left_s(night)
    machine.wall_s += set_s
    assert await plays(night) == "Mr. Brightside"
    assert await left_s(night) == pytest.approx(before_s, abs=0.01)
    machine.pass_by(before_s - 1)
    assert await plays(night) == "Mr. Brightside"
    machine.pass_by(2)
    assert await plays(night) == "Take on Me"


async def test_the_time_is_called_what_the_machine_calls_it(night: PartyService, machine: Machine) -> None:
    """Set ahead at once; set back as soon as nobody is there: songs would be from before their party."""
    machine.wall_s += HOUR_S
    await plays(night)
    assert night.now_ms() == int(machine.wall_s * 1000)
    machine.wall_s -= HOUR_S
    await plays(night)
    assert night.now_ms() == int((machine.wall_s + HOUR_S) * 1000)
    machine.pass_by(PARTY_ENDS_AFTER_MS / 1000 + 1000)
    await plays(night)
    machine.pass_by(PARTY_ENDS_AFTER_MS / 1000 + 1)
    await plays(night)
    assert night.now_ms() == int(machine.wall_s * 1000)


async def test_a_party_goes_on_though_the_clock_says_it_is_long_over(
    night: PartyService, machine: Machine
) -> None:
    """Set ahead by days, the songs of the evening are still those of the evening."""
    machine.wall_s += 3 * 24 * HOUR_S
    await plays(night)
    await night.queue.add(ROOM, ANNA, "wonderwall")
    async with night.unit.reading(ROOM) as look:
        assert not look.over
        assert len(await look.last_night(State)) == 3
        assert [each.state for each in await look.last_night(State)].count(State.PLAYING) == 1


def test_a_clock_that_is_started_anew_goes_on(machine: Machine) -> None:
    """On the same machine from where it was, however its clock was set meanwhile."""
    clock = machine.clock()
    at = clock.running_ms(), clock.now_ms()
    machine.pass_by(100)
    for set_s in (-HOUR_S, HOUR_S):
        machine.wall_s += set_s
        again = machine.clock()
        again.go_on("this", *at)
        assert again.now_ms() == clock.now_ms()
        assert again.astray_ms() == pytest.approx((machine.wall_s - clock()) * 1000)
        again.follow()
        assert again() == machine.wall_s


@pytest.mark.parametrize("boot", ["another", "", "this"])
def test_a_machine_that_was_started_anew_does_not_go_back(boot: str) -> None:
    """Nobody can say how long it was off; but what had been later is later still. So it is of a snapshot."""
    before, after = Machine(), Machine(running_s=10.0)
    clock = before.clock()
    at = clock.running_ms(), clock.now_ms()
    after.wall_s = before.wall_s - LATER_S
    again = after.clock(boot)
    again.go_on("this", *at)
    assert again.now_ms() == clock.now_ms()
    after.wall_s = before.wall_s + LATER_S
    again = after.clock(boot)
    again.go_on("this", *at)
    assert again() == after.wall_s
    assert SteadyClock().astray_ms() < 1000
