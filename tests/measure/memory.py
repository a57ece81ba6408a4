"""How much memory the bot holds, opened part by part as `python -m bot` opens it.

`python -m tests.measure.memory`, on Linux. The peak is the highest so far: what a part needed for a moment
while it opened shows there.
"""

from __future__ import annotations

import asyncio
import importlib
import tempfile
import time
from pathlib import Path

AT_ONCE, QUEUE, LONG_QUEUE, PEOPLE = 8, 25, 500, 3
TYPED = ("m", "mr b", "mr brightside", "bohemian rapsody", "smels like teen spirit", "friends in low places")


class Watch:
    """Prints a line for each step."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()
        print(f"{'MB':24} {'resident':>9} {'peak':>9} {'seconds':>9}")

    def say(self, step: str) -> None:
        """Prints what is held after a step, and how long it took."""
        took = time.perf_counter() - self._begun
        print(f"{step:24} {megabytes('VmRSS'):9.1f} {megabytes('VmHWM'):9.1f} {took:9.2f}", flush=True)
        self._begun = time.perf_counter()


def megabytes(name: str) -> float:
    """One of the kernel's figures of this process."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    (line,) = [line for line in lines if line.startswith(f"{name}:")]
    return int(line.split()[1]) / 1024


async def main() -> None:
    """Opens everything in the bot's order, each part in a worker thread as there, and uses it."""
    watch = Watch()
    watch.say("Python")
    root = importlib.import_module("bot.__main__")  # here, so that its cost is seen
    watch.say("all imports")
    settings = importlib.import_module("bot.settings")
    bundle = await asyncio.to_thread(root.open_bundle, settings.STARTER)
    watch.say("bundle")
    catalogue = await asyncio.to_thread(root.Catalogue.open, bundle)
    watch.say("catalogue")
    recommender = await asyncio.to_thread(root.Recommender, bundle, catalogue)
    watch.say("recommender")
    with tempfile.TemporaryDirectory() as folder:
        async with (
            root.open_store(f"sqlite+aiosqlite:///{Path(folder) / 'party.db'}") as store,
            root.open_room(root.PartyService(store, catalogue, recommender), "127.0.0.1", 0, ()),
        ):
            watch.say("store and room")
    await asyncio.gather(*(catalogue.search(text) for text in TYPED * AT_ONCE))
    watch.say(f"{len(TYPED) * AT_ONCE} searches")
    domain = importlib.import_module("bot.party.words")
    for queue in (QUEUE, LONG_QUEUE):
        songs = catalogue.tracks(range(queue))
        told = [domain.Signal(song, 1.0, 1.0, {str(i % PEOPLE): 1.0}) for i, song in enumerate(songs)]
        await asyncio.gather(*(recommender.suggest(told, songs, 5) for _ in range(AT_ONCE)))
        watch.say(f"{AT_ONCE} ballots for {queue} songs")
    catalogue.close()


if __name__ == "__main__":
    asyncio.run(main())
