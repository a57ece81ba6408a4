"""Songs that are asked for and not there: some are taken out of a copy, some the catalogue never had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from random import Random

from tests.measure.search.kinds import Kind, patterns
from tests.measure.search.songs import Song, bare, shared, titles
from tests.measure.search.unknown_songs import UNKNOWN

TAKEN = 240
"""How many songs are taken out, each in all its versions."""
_NAMED = ("{T} {A}", "{t} {a}", "{A} - {T}", "{T} - {A}", "{T} by {A}")
_ALONE = ("{T}", "{t}")


def taken(songs: Sequence[Song], dice: Random) -> list[list[Song]]:
    """Songs to take out, half of them likely to be asked for, each with all its versions and medleys."""
    versions: defaultdict[str, list[Song]] = defaultdict(list)
    for song in songs:
        for title in {bare(song.title), *map(bare, song.title.split("/"))}:
            versions[title].append(song)
    pool = [song for song in songs if song.asked_for]
    famous = dice.choices(pool, [song.popularity for song in pool], k=TAKEN)
    drawn = [*famous[: TAKEN // 2], *dice.sample(pool, TAKEN // 2)]
    found = []
    for song in dict.fromkeys(drawn):
        others = [other for other in versions[bare(song.title)] if other != song]
        found.append([song, *(other for other in others if shared(song.artist, other.artists))])
    return found


def unknown(songs: Sequence[Song]) -> list[Song]:
    """The famous songs that are not among these."""
    sung: defaultdict[str, list[Song]] = defaultdict(list)
    for song in songs:
        sung[bare(song.title)].append(song)
    named = [line.split("|") for line in UNKNOWN.splitlines()]
    found = [Song(-1, title, artist, (), "", None, None, 1.0) for title, artist in named]
    return [
        song
        for song in found
        if not any(shared(song.artist, other.artists) for other in sung[bare(song.title)])
    ]


def kinds(family: str, remaining: Sequence[Song]) -> Iterator[Kind]:
    """How absent songs are typed; a bare title only where none of those that remain has it."""
    named = set(titles(remaining))

    def only(kind: Kind, *, shared: bool) -> Kind:
        def write(song: Song, dice: Random) -> str | None:
            return kind.write(song, dice) if (bare(song.title) in named) is shared else None

        return Kind(kind.name, write, kind.group)

    for kind in patterns(family, _NAMED, "absent"):
        yield only(kind, shared=False)
    for kind in patterns(f"{family}, title of another", _NAMED, "absent"):
        yield only(kind, shared=True)
    for kind in patterns(f"{family}, title only", _ALONE, "absent title"):
        yield only(kind, shared=False)
