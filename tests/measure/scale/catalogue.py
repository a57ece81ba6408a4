"""The search of one size, as `tests.measure.scale.searching` measures it, in a process of its own.

Run by `tests.measure.scale`; the figures are printed as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.recommend.bundle import open_bundle
from tests.measure.scale.page import rows, verdict
from tests.measure.scale.searching import Searched, measured

OPEN_S, DISK_GB, HELD_GB, PREFIX_MS, SLIP_MS = 3.0, 1.0, 1.2, 30.0, 150.0
"""At most so much, of the largest catalogue too."""


def figures(folder: Path, seed: int, songs: int = 100) -> dict[str, Any]:
    """All figures of a bundle's catalogue."""
    return asdict(asyncio.run(measured(open_bundle(folder), songs, seed)))


def markdown(figures: Mapping[str, Any]) -> str:
    """The section of one size."""
    found = Searched(**figures)
    facts = [
        ["open, and the first song found", f"{verdict(found.opened_s, OPEN_S)} s"],
        ["on disk", f"{verdict(found.files_mb / 1000, DISK_GB)} GB"],
        ["resident, the whole process, after all texts", f"{verdict(found.resident_mb / 1000, HELD_GB)} GB"],
    ]
    table = []
    for name in found.ms:
        (_, usual), (wall, slowest) = found.worst(name, 50), found.worst(name)
        most = PREFIX_MS if "letters" in name else SLIP_MS
        table.append([name, f"{usual:.1f} ms", f"{verdict(slowest, most, 1)} ms", f"{wall:.1f} ms"])
    head = ["typed", "median", "p99", "p99 by the clock"]
    return "\n\n".join([f"### {found.tracks:,} songs", rows(["", "the catalogue"], facts), rows(head, table)])


def main() -> None:
    """Measures the bundle in the first argument, by the seed in the second."""
    folder, seed = sys.argv[1:]
    print(json.dumps(figures(Path(folder), int(seed))))


if __name__ == "__main__":
    main()
