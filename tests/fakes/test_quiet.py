"""When the fakes count an answer as complete."""

from __future__ import annotations

import asyncio
import time

from tests.fakes.quiet import quiet

SECONDS = 0.04


async def test_a_change_ends_the_quiet() -> None:
    """Whoever waits is told that it was not quiet."""
    changed = asyncio.Event()
    asyncio.get_running_loop().call_soon(changed.set)
    assert not await quiet(changed, SECONDS)


async def test_no_quiet_is_asked_for() -> None:
    """A benchmark does not wait at all."""
    assert await quiet(asyncio.Event(), 0.0)


async def test_work_is_no_quiet() -> None:
    """While the process has something to do, the quiet has not begun, however long that lasts."""
    changed, done = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        for _ in range(10):
            end_s = time.process_time() + SECONDS / 2
            while time.process_time() < end_s:
                pass
            await asyncio.sleep(0)
        done.set()

    working = asyncio.create_task(work())
    assert await quiet(changed, SECONDS)
    assert done.is_set()
    await working


async def test_endless_work_is_not_waited_for() -> None:
    """Somebody who always has something to do keeps no answer from being complete."""
    ended = asyncio.Event()

    async def work() -> None:
        while not ended.is_set():
            end_s = time.process_time() + 0.02
            while time.process_time() < end_s:
                pass
            await asyncio.sleep(0)

    working = asyncio.create_task(work())
    assert await quiet(asyncio.Event(), SECONDS)
    ended.set()
    await working
