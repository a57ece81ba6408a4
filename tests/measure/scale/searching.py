"""What searching costs in a bundle's catalogue: until it is open, memory, the list as one types, a slip.

`python -m tests.measure.scale.searching BUNDLE`. Songs are drawn from the bundle itself, half of them by how
popular they are. Each is typed letter by letter as its title and artist, and whole with one slip of the
keyboard, one text after the other, as `python -m bot find` looks for them. Time is told by the wall, and of
the processor, all threads together, which another program on the machine disturbs less.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bot.party.errors import PartyError
from bot.recommend.bundle import Bundle, open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.prepared import FILE
from tests.measure.memory import megabytes

LENGTHS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24)
"""After how many letters the list is looked at."""
SLIPS = "slip in title and artist", "slip in title", "meant, with a slip"
LISTED = 10


@dataclass(slots=True)
class Searched:
    """What searching costs."""

    tracks: int
    files_mb: float  # catalogue, and what is prepared beside it
    opened_s: float  # until the first song is found
    resident_mb: float = 0.0  # after all texts
    ms: dict[str, list[tuple[float, float]]] = field(default_factory=dict)  # wall and processor, of each text

    def worst(self, name: str, part: float = 99) -> tuple[float, float]:
        """So many of a hundred texts take no longer, in milliseconds of the wall and of the processor."""
        wall, processor = np.percentile(self.ms[name], part, axis=0).tolist()
        return wall, processor


def slipped(text: str, dice: random.Random) -> str:
    """A text with one slip of the keyboard: a letter left out, doubled, swapped or another one."""
    at = dice.randrange(1, max(len(text) - 1, 2))
    return dice.choice(
        (
            text[:at] + text[at + 1 :],
            text[:at] + text[at - 1] + text[at:],
            text[: at - 1] + text[at - 1 : at + 1][::-1] + text[at + 1 :],
            text[:at] + dice.choice("aeinorst") + text[at + 1 :],
        )
    )


async def measured(bundle: Bundle, songs: int = 60, seed: int = 1) -> Searched:
    """Opens a bundle's catalogue and searches it."""
    begun = time.perf_counter()
    catalogue = Catalogue.open(bundle)
    await catalogue.search("a", LISTED)
    found = Searched(bundle.tracks, _megabytes(bundle), time.perf_counter() - begun)
    try:
        await _typed(catalogue, found, songs, random.Random(seed))  # noqa: S311 - no secret
    finally:
        catalogue.close()
    found.resident_mb = megabytes("VmRSS")
    return found


def _megabytes(bundle: Bundle) -> float:
    files = [bundle.catalogue, bundle.catalogue.with_name(FILE)]
    return sum(file.stat().st_size for file in files if file.exists()) / 1e6


async def _typed(catalogue: Catalogue, found: Searched, songs: int, dice: random.Random) -> None:
    count = found.tracks
    known = [int(count ** dice.random()) - 1 for _ in range(songs // 2)]  # the more popular the likelier
    drawn = catalogue.tracks([*known, *(dice.randrange(count) for _ in range(songs - len(known)))])
    typed = [(track.title, f"{track.title} {track.artist}") for track in drawn]
    for length in LENGTHS:
        texts = [whole[:length] for _, whole in typed]
        found.ms[f"{length} letters"] = await _timed(lambda text: catalogue.search(text, LISTED), texts)
    whole, alone, meant = SLIPS
    found.ms[whole] = await _timed(catalogue.search, [slipped(each, dice) for _, each in typed])
    found.ms[alone] = await _timed(catalogue.search, [slipped(title, dice) for title, _ in typed])
    found.ms[meant] = await _timed(catalogue.meant, [slipped(each, dice) for _, each in typed])


async def _timed(call: Callable[[str], Awaitable[object]], texts: Sequence[str]) -> list[tuple[float, float]]:
    took = []
    for text in texts:
        begun, used = time.perf_counter(), time.process_time()
        try:
            await call(text)
        except PartyError:
            continue  # a title of signs alone
        took.append((1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - used)))
    return took


def table(found: Searched) -> str:
    """The figures as a table in Markdown."""
    rows = [
        f"{found.tracks:,} tracks: {found.files_mb:,.0f} MB on disk, open in {found.opened_s:.2f} s, "
        f"{found.resident_mb:,.0f} MB resident",
        "",
        "| typed | median ms | p99 ms | median CPU ms | p99 CPU ms |",
        "| --- | --: | --: | --: | --: |",
    ]
    for name in found.ms:
        (usual, usual_cpu), (worst, worst_cpu) = found.worst(name, 50), found.worst(name)
        rows.append(f"| {name} | {usual:.1f} | {worst:.1f} | {usual_cpu:.1f} | {worst_cpu:.1f} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table(asyncio.run(measured(open_bundle(Path(sys.argv[1]))))))
