"""The catalogue of one size: how soon it is open, what it holds, and how long each kind of text takes.

Run by `tests.measure.scale` in a process of its own; the figures are printed as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from bot.party.errors import PartyError
from bot.party.words import Track
from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from tests.measure.promises import percentile
from tests.measure.scale.page import rows, verdict
from tests.measure.scale.sizes import Size

EACH = 200
"""So many texts of each kind."""
PREFIXES = (1, 2, 3, 5, 10)
OPEN_S, FILE_GB, HELD_GB, PREFIX_MS, TYPO_MS = 3.0, 1.0, 1.2, 30.0, 150.0
"""At most so much, for the largest catalogue."""

Write = Callable[[Track, Random], str]


def typo(text: str, dice: Random) -> str:
    """A text with one letter left out, doubled, changed, or swapped with the next one."""
    place = dice.randrange(max(len(text) - 1, 1))
    before, letter, after = text[:place], text[place : place + 1], text[place + 1 :]
    changed = (
        before + after,
        before + 2 * letter + after,
        before + dice.choice("etaoinshr") + after,
        before + after[:1] + letter + after[1:],
    )
    return dice.choice(changed)


def _prefix(letters: int) -> Write:
    return lambda song, _: song.title.lower()[:letters]


TYPING: Mapping[str, Write] = {
    **{f"{letters} letters": _prefix(letters) for letters in PREFIXES},
    "title": lambda song, _: song.title,
    "title and artist": lambda song, _: f"{song.title} {song.artist}",
    "title, a typo": lambda song, dice: typo(song.title.lower(), dice),
    "title and artist, a typo": lambda song, dice: typo(f"{song.title} {song.artist}".lower(), dice),
}
"""What is searched for as one types, by its kind."""


def drawn(catalogue: Catalogue, tracks: int, count: int, seed: int) -> list[Track]:
    """Songs that people ask for: half of them likely ones, half of them any."""
    dice = Random(seed)  # noqa: S311 - a measurement
    popular = [min(int(tracks ** dice.random()) * 3, tracks - 1) for _ in range(count // 2)]
    return catalogue.tracks([*popular, *(dice.randrange(tracks) for _ in range(count - count // 2))])


async def timed(ask: Callable[[str], Awaitable[object]], texts: Sequence[str]) -> list[float]:
    """How many milliseconds the processor works for each text."""
    took = []
    for text in texts:
        begun = time.process_time()
        with suppress(PartyError):  # that it is no song is an answer too
            await ask(text)
        took.append(1000 * (time.process_time() - begun))
    return took


async def figures(folder: Path, seed: int, each: int = EACH) -> dict[str, Any]:
    """All figures of a bundle's catalogue."""
    bundle = open_bundle(folder)
    before_gb = held_gb("VmRSS")
    begun = time.perf_counter()
    catalogue = Catalogue.open(bundle)
    await catalogue.search("the")  # what is read behind its back is waited for
    opened_s = time.perf_counter() - begun
    dice = Random(seed)  # noqa: S311
    songs = drawn(catalogue, bundle.tracks, each, seed)
    times = {}
    for kind, write in TYPING.items():
        texts = [text for text in (write(song, dice) for song in songs) if text.strip()]
        for way, ask in (("search", catalogue.search), ("meant", catalogue.meant)):
            took = await timed(ask, texts)
            times[f"{way}: {kind}"] = [percentile(took, 0.5), percentile(took, 0.99)]
    result = {
        "opened_s": opened_s,
        "before_gb": before_gb,
        "held_gb": held_gb("VmRSS"),
        "peak_gb": held_gb("VmHWM"),
        "file_gb": bundle.catalogue.stat().st_size / 1e9,
        "times": times,
    }
    catalogue.close()
    return result


def held_gb(name: str) -> float:
    """One of the kernel's figures of this process, where it gives them."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text("ascii").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1024**2
    return 0.0


def markdown(size: Size, found: Mapping[str, Any]) -> str:
    """The section of one size."""
    facts = [
        ["open, and the first search answered", f"{verdict(found['opened_s'], OPEN_S)} s"],
        ["on disk", f"{verdict(found['file_gb'], FILE_GB)} GB"],
        ["resident, of the whole process", f"{verdict(found['held_gb'], HELD_GB)} GB"],
        ["of that before the catalogue", f"{found['before_gb']:.2f} GB"],
        ["at most", f"{found['peak_gb']:.2f} GB"],
    ]
    table = []
    for kind in TYPING:
        most = PREFIX_MS if "letters" in kind else TYPO_MS if "typo" in kind else None
        line = [kind]
        for way in ("search", "meant"):
            median, slowest = found["times"][f"{way}: {kind}"]
            line += [f"{median:.1f} ms", f"{verdict(slowest, most, 1)} ms"]
        table.append(line)
    head = ["typed", "as one types: median", "p99", "meant: median", "p99"]
    return "\n\n".join([f"### {size.tracks:,} songs", rows(["", "the catalogue"], facts), rows(head, table)])


def main() -> None:
    """Measures the bundle in the first argument, by the seed in the second."""
    folder, seed = sys.argv[1:]
    print(json.dumps(asyncio.run(figures(Path(folder), int(seed)))))


if __name__ == "__main__":
    main()
