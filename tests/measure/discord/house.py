"""The bot's process: the real bot, a watch on its event loop, and a line of JSON for each order it gets.

`python -m tests.measure.discord.house DATABASE_URL TOKEN REST_URL GATEWAY_URL`, orders on standard input.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sys
import time
from contextlib import AsyncExitStack

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.__main__ import SWITCH_S, collect_seldom
from bot.bundle import open_bundle
from bot.catalog import Catalogue
from bot.discord_bot import open_discord
from bot.party import PartyService
from bot.recommender import Recommender
from bot.settings import STARTER
from db.store import Store, open_store
from tests.measure.memory import megabytes

TICK_S = 0.002


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
            async with store.transaction():
                await asyncio.sleep(float(seconds))
        case ["drain"]:
            while party.running:
                await asyncio.wait(set(party.running), timeout=1)
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


async def main(database_url: str, token: str, rest_url: str, gateway_url: str) -> None:
    """Opens the bot as `python -m bot` does, without the web room, and takes orders until they end."""
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = rest_url, yarl.URL(gateway_url)
    async with AsyncExitStack() as stack:
        bundle = open_bundle(STARTER)
        catalogue = Catalogue.open(bundle)
        stack.callback(catalogue.close)
        store = await stack.enter_async_context(open_store(database_url))
        party = PartyService(store, catalogue, Recommender(bundle, catalogue, seed=0))
        stack.push_async_callback(party.close)
        ticker = Ticker()
        tasks = {asyncio.create_task(party.keep_time()), asyncio.create_task(ticker.run())}
        stack.callback(lambda: [task.cancel() for task in tasks])
        await stack.enter_async_context(open_discord(party, token))
        collect_seldom()
        orders = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
        )
        while line := (await orders.readline()).decode().strip():
            print(json.dumps(await obey(line, store, party, ticker)), flush=True)


if __name__ == "__main__":
    sys.setswitchinterval(SWITCH_S)
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(main(*sys.argv[1:]))
