"""The bot's process under load: the real bot, a watch on its event loop, a line of JSON for each order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.__main__ import SWITCH_S, run_on_loop
from bot.garbage import tidy
from bot.playback.ports import OwnMusic
from bot.playback.watcher import DeviceWatcher
from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from bot.settings import STARTER
from db.store import Store, open_store
from tests.measure import hosts
from tests.measure.memory import megabytes
from tests.stall import stalled

TICK_S = 0.002
ENDS_IN_S = 20.0


class Ticker:
    """How late the event loop is, in seconds, whenever something wants to run every two milliseconds."""

    def __init__(self) -> None:
        self.late_s: list[float] = []
        self.collecting_s: list[float] = []
        self._begun = 0.0
        gc.callbacks.append(self._collect)

    def _collect(self, phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            self._begun = time.perf_counter()
        else:
            self.collecting_s.append(time.perf_counter() - self._begun)

    async def run(self) -> None:
        """Watches until it is cancelled."""
        while True:
            due = time.perf_counter() + TICK_S
            await asyncio.sleep(TICK_S)
            self.late_s.append(time.perf_counter() - due)


async def obey(order: str, store: Store, party: PartyService, ticker: Ticker) -> dict[str, object]:
    """Does one thing and says what it measured."""
    match order.split():
        case ["stall", seconds]:
            async with stalled(store):
                await asyncio.sleep(float(seconds))
        case ["drain"]:
            while party.unit.running:
                await asyncio.wait(set(party.unit.running), timeout=1)
        case ["forget"]:
            ticker.late_s.clear()
            ticker.collecting_s.clear()
    late = sorted(ticker.late_s) or [0.0]
    return {
        "order": order,
        "late_p99_ms": 1000 * late[int(len(late) * 0.99)],
        "late_max_ms": 1000 * late[-1],
        "collecting_max_ms": 1000 * max(ticker.collecting_s, default=0.0),
        "collecting_s": sum(ticker.collecting_s),
        "cpu_s": time.process_time(),
        "loop_cpu_s": time.thread_time(),
        "resident_mb": megabytes("VmRSS"),
    }


async def _serve(
    database_url: str,
    door: Callable[[PartyService], AbstractAsyncContextManager[Any]],
    library: OwnMusic | None,
) -> None:
    async with AsyncExitStack() as stack:
        bundle = open_bundle(STARTER)
        catalogue = Catalogue.open(bundle)
        stack.callback(catalogue.close)
        store = await stack.enter_async_context(open_store(database_url))
        music = await stack.enter_async_context(hosts.opened(store, catalogue))
        recommender = Recommender(bundle, catalogue, seed=0)
        party = PartyService(store, catalogue, recommender, music=music, library=library)
        stack.push_async_callback(party.close)
        ticker = Ticker()
        tasks = {asyncio.create_task(each) for each in (party.clock.run(), ticker.run(), tidy())}
        if music is not None:
            tasks.add(asyncio.create_task(DeviceWatcher(party.devices, party.accounts).run()))
        stack.callback(lambda: [task.cancel() for task in tasks])
        await stack.enter_async_context(door(party))
        orders = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
        )
        while line := (await orders.readline()).decode().strip():
            print(json.dumps(await obey(line, store, party, ticker)), flush=True)


def serve(
    database_url: str,
    door: Callable[[PartyService], AbstractAsyncContextManager[Any]],
    library: OwnMusic | None = None,
) -> None:
    """Opens the bot as `python -m bot` does, with one front door, and takes orders until they end."""
    sys.setswitchinterval(SWITCH_S)
    logging.basicConfig(level=logging.WARNING)
    with contextlib.suppress(KeyboardInterrupt):  # who started this says so
        run_on_loop(_serve(database_url, door, library))


@dataclass
class Bot:
    """The bot's process, seen from outside."""

    process: asyncio.subprocess.Process

    async def order(self, order: str) -> dict[str, Any]:
        """Has the bot do something; returns what it measured."""
        to, back = self.process.stdin, self.process.stdout
        if to is None or back is None:
            raise RuntimeError("the bot has no pipes")
        to.write(f"{order}\n".encode())
        line = await back.readline()
        if not line:
            raise RuntimeError("the bot's process has ended; what it said stands above")
        answer: dict[str, Any] = json.loads(line)
        return answer


@asynccontextmanager
async def open_process(
    module: str, arguments: Sequence[str], *, profile: str = "", spotify: str = "", killed: bool = False
) -> AsyncIterator[Bot]:
    """A process that runs this module and serves; it is ended with the block, however that ends.

    Args:
        module: calls `serve`.
        arguments: of its command line.
        profile: a file for cProfile's figures; none if empty.
        spotify: where its Spotify is, as `hosts.prepare` says it; it has none if empty.
        killed: end it at once, whatever it is in the middle of.
    """
    profiled = ("-m", "cProfile", "-o", profile) if profile else ()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *profiled,
        *("-m", module, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | ({hosts.ADDRESS: spotify} if spotify else {}),
    )
    try:
        yield Bot(process)
        if killed:
            return
        if process.stdin is not None:
            process.stdin.close()
        await asyncio.wait_for(process.wait(), ENDS_IN_S)
    finally:
        if process.returncode is None:
            process.kill()
            with contextlib.suppress(ProcessLookupError):
                await process.wait()
