"""Fills one party with guests, and prints what was promised of it and what was measured.

The figures of the page itself, in a real browser, are `tests.measure.room_page`'s.
"""

from __future__ import annotations

import asyncio
import socket
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import aiohttp
import typer
from rich.console import Console
from rich.progress import Progress

from tests.measure.house import Bot, open_process
from tests.measure.promises import Promise, Run, at_least, at_most, percentile, table, undisturbed
from tests.measure.room.crowd import Guest, all_saw, come, quiet, received
from tests.measure.room_page import figures

SONGS, SONGS_EACH = 200, 10
VOTES, VOTE_EVERY_S = 20, 0.5
JOIN_S, SENT_KB, LOOP_MS, SEEN_MS = 5.0, 400.0, 25.0, 300.0
FORMERLY_KB, FORMERLY_MS, FORMERLY_GUESTS = 18_600.0, 441.0, 300
"""What one vote sent, and took of the loop, when each guest was told everything (4790f53, 196 songs)."""
OPENS_IN_S = 60.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


async def opened(url: str) -> None:
    """Waits until the room answers."""
    async with asyncio.timeout(OPENS_IN_S), aiohttp.ClientSession() as web:
        while True:
            try:
                async with web.get(f"{url}/healthz") as answer:
                    if answer.ok:
                        return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)


async def fill(guests: Sequence[Guest]) -> None:
    """Queues songs that no catalogue knows, so many of each guest as the room lets them have."""
    for number in range(-(-SONGS // SONGS_EACH) + 1):  # one more, for the song that plays
        texts = [f"Zz{letter}{number}q Vlorp - Qwzx Mump {number}" for letter in "bcdfghjklm"]
        answer = await guests[number].ask("add", song="\n".join(texts))
        if not answer["ok"]:
            raise RuntimeError(f"the queue was not filled: {answer}")


async def loop_ms(bot: Bot) -> float:
    """How long the bot's event loop has worked so far, in milliseconds."""
    return 1000 * float((await bot.order("figures"))["loop_cpu_s"])


async def votes(run: Run, bot: Bot, guests: Sequence[Guest], scene: str) -> list[Promise]:
    """Some guests vote, one after the other, each for another song."""
    begun_ms = await loop_ms(bot)
    await asyncio.sleep(VOTES * VOTE_EVERY_S)
    idle_ms = await loop_ms(bot) - begun_ms  # what the watch on the loop takes, and pings
    entries = (await _state(guests[-1]))[:VOTES]
    await quiet(guests)
    await bot.order("forget")
    before, begun_ms, waits_ms = received(guests), await loop_ms(bot), []
    with run.step(scene, VOTES) as told:
        for number, entry in enumerate(entries):
            asked_s = time.perf_counter()
            answer = asyncio.create_task(guests[number - VOTES - 1].ask("vote", entry=entry, value=1))
            seen_s = await all_saw(guests, (entry, 1))
            waits_ms += [1000 * (each - asked_s) for each in seen_s]
            if not (await answer)["ok"]:
                raise RuntimeError(f"the vote was not counted: {answer.result()}")
            told(number)
            await asyncio.sleep(max(0.0, asked_s + VOTE_EVERY_S - time.perf_counter()))
    await quiet(guests)
    after = await bot.order("figures")
    sent_kb = (received(guests) - before) / len(entries) / 1000
    took_ms = (1000 * after["loop_cpu_s"] - begun_ms - idle_ms) / len(entries)
    share = len(guests) / FORMERLY_GUESTS
    return [
        at_most(scene, "sent for one vote, in all", sent_kb, SENT_KB, "KB"),
        Promise(scene, "formerly so many times as much", f"{FORMERLY_KB * share / sent_kb:,.0f}"),
        at_most(scene, "of the event loop for one vote", took_ms, LOOP_MS, "ms"),
        Promise(scene, "formerly so many times as long", f"{FORMERLY_MS * share / took_ms:,.0f}"),
        Promise(scene, "event loop late, at most", f"{after['late_max_ms']:.0f} ms"),
        Promise(scene, "seen by everybody, median", f"{percentile(waits_ms, 0.5):.0f} ms"),
        at_most(scene, "seen by everybody, p99", percentile(waits_ms, 0.99), SEEN_MS, "ms"),
    ]


async def _state(guest: Guest) -> list[int]:
    await guest.ask("enter", link="", **guest.who)
    await asyncio.sleep(1)
    return guest.entries


async def burst(run: Run, guests: Sequence[Guest], scene: str) -> list[Promise]:
    """Everybody votes for one song at once."""
    entry = guests[-1].entries[-1]
    with run.step(scene, len(guests)):
        asked_s = time.perf_counter()
        answers = await asyncio.gather(*(each.ask("vote", entry=entry, value=1) for each in guests))
        answered_s = time.perf_counter()
        await all_saw(guests, (entry, len(guests)))
        seen_s = time.perf_counter()
    return [
        at_least(scene, "counted", sum(each["ok"] for each in answers), len(guests), ""),
        Promise(scene, "until the last was counted", f"{answered_s - asked_s:.1f} s"),
        Promise(scene, "until all saw all", f"{seen_s - asked_s:.1f} s"),
    ]


async def crowded(run: Run, guests_count: int) -> list[Promise]:
    """They come, a queue of two hundred songs stands, and one vote after the other is told to all."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    arguments = (f"sqlite+aiosqlite:///{run.folder / 'room.db'}", str(port))
    async with open_process("tests.measure.room.house", arguments, profile=run.profile) as bot:
        await opened(url)
        async with come(url, range(25)) as first:
            await fill(first)
        scene = f"A: {guests_count} guests, {SONGS} songs"
        begun, begun_ms = time.perf_counter(), await loop_ms(bot)
        async with come(url, range(guests_count)) as guests:
            joined_s, joined_ms = time.perf_counter() - begun, await loop_ms(bot) - begun_ms
            await quiet(guests)
            joined_kb = received(guests) / len(guests) / 1000
            return [
                at_most(scene, "until all were in and shown the party", joined_s, JOIN_S, "s"),
                Promise(scene, "of the event loop for that", f"{joined_ms / 1000:.1f} s"),
                Promise(scene, "sent to each for that", f"{joined_kb:.1f} KB"),
                *await votes(run, bot, guests, scene),
                *await burst(run, guests, f"B: {guests_count} votes at once"),
            ]


async def everything(run: Run, guests_count: int) -> list[Promise]:
    """The room under load, and then its page in a browser."""
    return [*await crowded(run, guests_count), *await figures(run, free_port(), opened)]


def main(
    guests: Annotated[int, typer.Option(help="How many guests.")] = 500,
    profile: Annotated[str, typer.Option(help="A file for cProfile's figures of the bot.")] = "",
) -> None:
    """Measures the web room under load."""
    console = Console(width=150)
    with tempfile.TemporaryDirectory() as folder, Progress(console=console) as progress:
        run = Run(progress, Path(folder), 0, profile)
        promises = undisturbed(everything(run, guests))
    console.print(table("The web room under load: bot and guests in a process each", promises))
    if not all(each.met is not False for each in promises):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
