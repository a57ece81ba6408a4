"""How well the songs that everybody knows are found by their title alone, and by its first letters.

`famous.tsv` names three hundred and more from general knowledge; those that the catalogue has are counted.
Half of the list chose how fame is weighed (`bot.recommend.shelving.fame_of`), the other half shows it.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from bot.party.spelling import names, title_key
from bot.party.words import Track
from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.settings import STARTER

SONGS = Path(__file__).with_name("famous.tsv")
LETTERS = (3, 5)
FIVE = 5


def famous() -> list[Track]:
    """The songs, whether the catalogue has them or not."""
    with SONGS.open(encoding="utf-8", newline="") as lines:
        return [Track(row["title"], row["artist"]) for row in csv.DictReader(lines, delimiter="\t")]


def among(song: Track, found: Sequence[Track]) -> bool:
    """Whether a song, in any version, is among some."""
    return any(
        title_key(each.title) == title_key(song.title) and names(song.artist)[0] in names(each.artist)
        for each in found
    )


async def counted(catalogue: Catalogue, songs: Sequence[Track]) -> list[float]:
    """The parts of songs that are meant by their title, and that are among five after some letters."""
    right = [0] * (1 + len(LETTERS))
    for song in songs:
        meant = await catalogue.meant(song.title.lower())
        right[0] += meant.track is not None and among(song, [meant.track])
        for at, letters in enumerate(LETTERS, 1):
            right[at] += among(song, await catalogue.search(song.title.lower()[:letters], FIVE))
    return [count / len(songs) for count in right]


async def main() -> None:
    """Prints the parts, of the half that chose and of the other one."""
    with closing(Catalogue.open(open_bundle(STARTER))) as catalogue:
        known = [song for song in famous() if catalogue.versions(song)]
        for name, half in (("chosen on", known[::2]), ("shown on", known[1::2])):
            title, *letters = await counted(catalogue, half)
            told = ", ".join(
                f"after {many} letters {part:.0%}" for many, part in zip(LETTERS, letters, strict=True)
            )
            print(f"{name} {len(half)} songs: meant by the title {title:.0%}; among five {told}")


if __name__ == "__main__":
    asyncio.run(main())
