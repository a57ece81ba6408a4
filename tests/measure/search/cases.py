"""Texts that people type or paste, each with the song that is meant: made from a catalogue and a seed.

`python -m tests.measure.search.cases --seed 1 > cases.tsv` writes them down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Annotated

import typer

from bot.settings import STARTER
from tests.measure.search import absent
from tests.measure.search.kinds import Group, Kind
from tests.measure.search.lines import LINES
from tests.measure.search.parts import PARTS
from tests.measure.search.shares import SHARES
from tests.measure.search.songs import Song, bare, fold, read, same, shared, titles, words
from tests.measure.search.spellings import SPELLINGS
from tests.measure.search.typos import TYPOS
from tests.measure.search.unlike import UNLIKE
from tests.measure.search.ways import ORDERS

EACH = 60
"""How many cases there are of a kind, where as many songs can be written so."""
DRAWS = 2_000
"""How often a song is drawn by its popularity for a kind, and as often without regard to it."""
RIVAL = 0.5
"""Of two songs with a title the one is the famous one if the other is less than so popular beside it."""
LONGEST = 200
"""Texts of more letters are left out."""
KINDS: Sequence[Kind] = (*ORDERS, *SHARES, *LINES, *PARTS, *TYPOS, *SPELLINGS, *UNLIKE)


@dataclass(frozen=True, slots=True)
class Case:
    """A text and the song that it means."""

    kind: str
    typed: str
    title: str
    artist: str
    group: Group

    def means(self, title: str, artists: str) -> bool:
        """Whether a song found is right; of absent ones none is."""
        if self.group in {"absent", "absent title"}:
            return False
        if self.group == "title":
            return bare(title) == bare(self.title)
        return same(self.title, self.artist, title, artists)


@dataclass(frozen=True)
class Cases:
    """All cases of a catalogue and a seed."""

    present: list[Case]
    absent: list[Case]  # to be looked for in a copy without `removed`
    removed: frozenset[int]  # the idx of what is taken out of it


def made(catalogue: Path, seed: int, each: int = EACH) -> Cases:
    """Makes the cases; the same for the same catalogue and seed."""
    songs = read(catalogue)
    taken = absent.taken(songs, Random(f"{seed}/taken"))  # noqa: S311 - a measurement
    removed = frozenset(song.idx for versions in taken for song in versions)
    remaining = [song for song in songs if song.idx not in removed]
    groups = (("absent", [versions[0] for versions in taken]), ("absent, famous", absent.unknown(songs)))
    return Cases(
        list(_present(songs, seed, each)),
        list(_absent(groups, remaining, seed)),
        removed,
    )


def _present(songs: Sequence[Song], seed: int, each: int) -> Iterator[Case]:
    known = Known(songs)
    asked_for = [song for song in songs if song.asked_for]
    pools: dict[str, Sequence[Song]] = {
        "any": asked_for,
        "famous": [song for song in asked_for if song.famous],
        "not Latin": [song for song in asked_for if not song.latin],
    }
    weights = {name: list(accumulate(song.popularity for song in pool)) for name, pool in pools.items()}
    for kind in KINDS:
        dice, pool = Random(f"{seed}/{kind.name}"), pools[kind.pool]  # noqa: S311
        if not pool:
            continue
        popular = dice.choices(pool, cum_weights=weights[kind.pool], k=DRAWS)
        found: dict[tuple[str, str], Case] = {}
        for drawn, enough in ((popular, each // 2), (_any_order(pool, dice), each)):
            for song in drawn:
                name, typed = (fold(song.title), fold(song.artist)), kind.write(song, dice)
                if name not in found and typed and len(typed) <= LONGEST and known.means(kind, typed, song):
                    found[name] = Case(kind.name, typed, song.title, song.artist, kind.group)
                if len(found) >= enough:
                    break
        yield from found.values()


def _any_order(pool: Sequence[Song], dice: Random) -> Iterator[Song]:
    """Songs drawn at random, and then all of them: shuffling all takes long where few are needed."""
    yield from (dice.choice(pool) for _ in range(DRAWS))
    yield from dice.sample(pool, len(pool))


class Known:
    """All songs, to tell whether a text may as well mean a better known one."""

    def __init__(self, songs: Sequence[Song]) -> None:
        self._titles = titles(songs)
        self._by: defaultdict[str, list[Song]] = defaultdict(list)
        self._named: defaultdict[str, list[Song]] = defaultdict(list)
        for song in songs:
            self._by[song.artist].append(song)
            self._named[bare(song.title)].append(song)

    def means(self, kind: Kind, text: str, song: Song) -> bool:
        """Whether a text of this kind means this song rather than another."""
        asked, title = fold(text), bare(song.title)
        best = self._titles[title]
        if not asked or (kind.group == "famous title" and (best is not song or self._rivalled(song))):
            return False
        if kind.group == "typing":
            begun = (other for name, other in self._titles.items() if name.startswith(asked))
            return best is song and next(begun, song).idx >= song.idx
        other = self._titles.get(asked, song)
        return (other is song or asked == title) and not self._better(text, song)

    def _rivalled(self, song: Song) -> bool:
        """Whether somebody else's song of this title is nearly as well known."""
        return any(
            other.popularity > RIVAL * song.popularity and not shared(song.artist, other.artists)
            for other in self._named[bare(song.title)]
        )

    def _better(self, text: str, song: Song) -> bool:
        """Whether a part of a title stands in a better known one of the same artist too."""
        asked = words(text)
        if words(song.title) <= asked:
            return False
        named = (other for other in self._by[song.artist] if other.idx < song.idx)
        return any(
            asked <= words(f"{other.title} {other.artist}")
            for other in named
            if bare(other.title) != bare(song.title)
        )


def _absent(
    groups: Iterable[tuple[str, Sequence[Song]]], remaining: Sequence[Song], seed: int
) -> Iterator[Case]:
    for family, songs in groups:
        for kind in absent.kinds(family, remaining):
            dice = Random(f"{seed}/{kind.name}")  # noqa: S311
            for song in songs:
                if typed := kind.write(song, dice):
                    yield Case(kind.name, typed, song.title, song.artist, kind.group)


def main(
    seed: Annotated[int, typer.Option(help="Other numbers make other cases.")] = 1,
    each: Annotated[int, typer.Option(help="How many of a kind, at most.")] = EACH,
    catalogue: Annotated[Path, typer.Option(help="A bundle's catalogue.")] = STARTER / "catalog.db",
) -> None:
    """Writes the cases as rows with tabs between kind, text, title, artist and group."""
    cases = made(catalogue, seed, each)
    print("\t".join(field.name for field in fields(Case)))
    for case in (*cases.present, *cases.absent):
        row = (each.replace("\t", "\\t").replace("\n", "\\n") for each in astuple(case))
        print("\t".join(row))


if __name__ == "__main__":
    typer.run(main)
