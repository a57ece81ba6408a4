"""A page that sounds, in a Chromium that hears itself: silence between songs, and how soon a skip is heard.

`python -m tests.measure.sound.browser --songs 30`. The songs are tones of some seconds; what the page sends
to the loudspeakers is looked at every 128 samples, by the clock of its own Web Audio. Somebody else skips.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from playwright.async_api import Page, async_playwright
from rich.console import Console

from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.room.hub import LOBBY
from bot.settings import STARTER
from db.store import open_store
from tests.bot.room.conftest import CHROMIUM, CHROMIUM_ARGS
from tests.bot.room.ears import TONES, Heard, heard, until_heard, with_ears
from tests.bot.room.speaker_stage import HOST, TEXTS, SpeakerRoom, speaker_room
from tests.measure.promises import Promise, at_most, table

SONGS = 30
SONG_S, CROSSFADE_S = 4.0, 2
LONGEST_MS, LONGEST_FADED_MS, LONGEST_SKIP_MS = 100.0, 20.0, 500.0
NAME = "Hanna"


@asynccontextmanager
async def playing(seconds: float, crossfade_s: int) -> AsyncIterator[tuple[SpeakerRoom, Page]]:
    """A party that sounds on a page; the songs of the stage come round and round."""
    bundle = open_bundle(STARTER)
    catalogue = Catalogue.open(bundle)
    with tempfile.TemporaryDirectory() as scratch:
        async with (
            open_store(f"sqlite+aiosqlite:///{scratch}/party.db") as store,
            speaker_room(store, catalogue, Recommender(bundle, catalogue, seed=0), Path(scratch)) as room,
            async_playwright() as playwright,
        ):
            chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
            await room.stock(*[seconds] * len(TONES))
            await room.party.settings.choose(
                LOBBY, HOST, {"crossfade_s": crossfade_s, "one_of_each": False, "autopilot": False}
            )
            context = await chromium.new_context()
            await with_ears(context)
            page = await context.new_page()
            await page.goto(await room.host_url())
            await page.get_by_role("button", name="Pick a name").click()
            await page.get_by_role("textbox", name="Your name").fill(NAME)
            await page.get_by_role("button", name="Join in").click()
            await room.queue(*[number % len(TONES) for number in range(SONGS)])
            await page.get_by_role("button", name="Sound here").click()
            await until_heard(page, 0)
            yield room, page
            await chromium.close()
    catalogue.close()


async def silences(songs: int, crossfade_s: int) -> list[float]:
    """How long it was silent between two songs, each time, in milliseconds."""
    async with playing(SONG_S * (1 + bool(crossfade_s)), crossfade_s) as (_, page):
        for number in range(1, songs):
            await until_heard(page, number % len(TONES))
        return between(await heard(page), songs - 1)


def between(all_of_it: Heard, changes: int) -> list[float]:
    """The silences; where one song ran into the next there was none."""
    found = all_of_it.silences_ms()
    return [*found, *[0.0] * (changes - len(found))]


async def skips(count: int) -> list[float]:
    """How long after somebody skips the next song is heard, each time, in milliseconds."""
    found = []
    async with playing(60, 0) as (room, page):
        for number in range(1, count + 1):
            await asyncio.sleep(1)
            begun = time.perf_counter()
            await room.party.queue.skip(LOBBY, HOST)
            await until_heard(page, number % len(TONES))
            found.append(1000 * (time.perf_counter() - begun))
    return found


def promises(scene: str, figures: Sequence[float], limit: float) -> list[Promise]:
    """Each of them, and what is usual."""
    return [
        Promise(scene, "median", f"{median(figures):,.1f} ms"),
        at_most(scene, f"longest of {len(figures)}", max(figures), limit, "ms"),
    ]


async def measure(songs: int) -> list[Promise]:
    """Everything, one after the other."""
    return [
        *promises("silence between songs", await silences(songs, 0), LONGEST_MS),
        *promises(
            f"with a crossfade of {CROSSFADE_S} s", await silences(songs, CROSSFADE_S), LONGEST_FADED_MS
        ),
        *promises("from a skip to sound", await skips(songs - 1), LONGEST_SKIP_MS),
    ]


def main() -> None:
    """Prints the table; exits with 1 if a promise is not met."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--songs", type=int, default=SONGS, help="how many songs follow each other")
    found = asyncio.run(measure(parser.parse_args().songs))
    Console(width=110).print(table(f"A page that sounds ({len(TEXTS) - 1} tones)", found))
    raise SystemExit(int(any(each.met is False for each in found)))


if __name__ == "__main__":
    main()
