"""The breaker: who asked to be left alone is, over restarts and in every process."""

from __future__ import annotations

import asyncio

import pytest

from bot.playback.errors import QuotaSpent, SpotifyRests
from bot.spotify.breaker import FAULT_REST_S, FAULTS, LONGEST_S, LONGEST_TOLD_MS, TRY_MS, Breaker
from db.store import Store
from tests.conftest import ON_BOTH, Clock

pytestmark = ON_BOTH


async def admitted(breaker: Breaker) -> bool:
    """Whether the service may be asked now."""
    try:
        await breaker.admit()
    except SpotifyRests:
        return False
    return True


async def test_a_rest_is_kept_for_its_time_and_over_a_restart(store: Store, clock: Clock) -> None:
    """Six hours are six hours for a process that starts in the middle of them, and it says how long."""
    breaker = Breaker(store, "Spotify", clock)
    assert await admitted(breaker)
    told = await breaker.rest(21_600)
    assert told.parts["minutes"] == 360
    clock.pass_by(hours=5)
    with pytest.raises(SpotifyRests) as refused:
        await Breaker(store, "Spotify", clock).admit()
    assert refused.value.parts["minutes"] == 60
    assert await admitted(Breaker(store, "another service", clock))
    clock.pass_by(hours=1)
    assert await admitted(Breaker(store, "Spotify", clock))


async def test_one_try_after_a_rest(store: Store, clock: Clock) -> None:
    """Of fifty who ask in two processes at once one is let through; the others once it has been answered."""
    one, other = Breaker(store, "Spotify", clock), Breaker(store, "Spotify", clock)
    await one.rest(60)
    clock.pass_by(minutes=1)
    tries = await asyncio.gather(*(admitted(each) for each in [one, other] * 25))
    assert sum(tries) == 1
    winner = one if tries.index(True) % 2 == 0 else other
    await winner.answered()
    assert await admitted(one)
    assert await admitted(other)


async def test_a_try_that_never_ends_is_followed_by_another(store: Store, clock: Clock) -> None:
    """A process that was killed in the middle of its try keeps nobody out for long."""
    await Breaker(store, "Spotify", clock).rest(60)
    clock.pass_by(minutes=1)
    assert await admitted(Breaker(store, "Spotify", clock))
    assert not await admitted(Breaker(store, "Spotify", clock))
    clock.pass_by(minutes=TRY_MS / 60_000)
    assert await admitted(Breaker(store, "Spotify", clock))


async def test_the_longer_rest_counts(store: Store, clock: Clock) -> None:
    """A short wait does not end a long one, and no wait is longer than a day."""
    breaker = Breaker(store, "Spotify", clock)
    await breaker.rest(3600)
    await breaker.rest(10)
    clock.pass_by(minutes=30)
    assert not await admitted(breaker)
    told = await breaker.rest(10**9)
    assert told.parts["minutes"] == LONGEST_S / 60


async def test_a_quota_rests_for_longer_each_time(store: Store, clock: Clock) -> None:
    """An hour, two, four ... at most a day, over restarts; an answer in between begins with an hour again."""
    for hours in (1, 2, 4, 8, 16, 24, 24):
        breaker = Breaker(store, "Spotify", clock)
        told = await breaker.quota_spent()
        assert isinstance(told, QuotaSpent)
        assert told.parts["minutes"] == 60 * hours
        clock.pass_by(hours=hours - 0.01)
        with pytest.raises(QuotaSpent):
            await Breaker(store, "Spotify", clock).admit()
        assert isinstance(await breaker.resting(), QuotaSpent)
        clock.pass_by(hours=0.01)
        assert await breaker.resting() is None
        assert await admitted(breaker)
    await breaker.answered()
    assert (await breaker.quota_spent()).parts["minutes"] == 60


async def test_a_quota_may_say_how_long(store: Store, clock: Clock) -> None:
    """What Spotify asks for counts where it is longer, but for a week at most."""
    breaker = Breaker(store, "Spotify", clock)
    assert (await breaker.quota_spent(60)).parts["minutes"] == 60
    clock.pass_by(hours=1)
    assert (await breaker.quota_spent(50 * 3600)).parts["minutes"] == 50 * 60
    clock.pass_by(hours=50)
    assert (await breaker.quota_spent(10**9)).parts["minutes"] == LONGEST_TOLD_MS / 60_000


async def test_who_finds_out_together_has_found_out_once(
    store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Six requests under way at once make one rest of an hour and one line in the log."""
    breakers = [Breaker(store, "Spotify", clock) for _ in range(6)]
    told = [await each.quota_spent() for each in breakers]
    assert {each.parts["minutes"] for each in told} == {60}
    [line] = [record.message for record in caplog.records if "quota" in record.message]
    assert "for 1 h, until 20" in line


async def test_faults_in_a_row_bring_a_short_rest(store: Store, clock: Clock) -> None:
    """An answer in between begins the count anew."""
    breaker = Breaker(store, "Spotify", clock)
    for _ in range(FAULTS - 1):
        await breaker.failed()
    await breaker.answered()
    for _ in range(FAULTS - 1):
        await breaker.failed()
    assert await admitted(breaker)
    await breaker.failed()
    assert not await admitted(breaker)
    clock.pass_by(minutes=FAULT_REST_S / 60)
    assert await admitted(breaker)
    await breaker.failed()  # the one try
    assert not await admitted(breaker)
