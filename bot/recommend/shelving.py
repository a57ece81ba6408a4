"""What is made of a catalogue's songs, so that they can be searched: arrays of numbers, and texts in one.

Songs are read in parts: the texts of a whole catalogue take a hundred times as much while they are made.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bot.party.spelling import (
    alike,
    alike_all,
    fold,
    fold_all,
    joined,
    names,
    with_notes,
    without_the,
    written_title_key,
)
from bot.recommend.christmas import christmas_songs
from bot.recommend.index import indexed
from bot.recommend.other_names import all_names, other_titles, romanised
from bot.recommend.places import Hashes, number, numbers, order

NOT_LATIN = re.compile("[\u0370-\u1dff\u2e80-\ud7ff\uf900-\ufaff]")
"""A letter that is no Latin one."""
BETWEEN = " , "
"""What stands between artists in a text of `alike_all`."""
ARTISTS, NAMES = "\t", "\r"
"""What stands between title and artists in a text that is kept, and between other titles and other names."""
PLAIN = 0xFFFFFFFF
"""What is kept of the number of a title as it is spelt."""


class Row(NamedTuple):
    """What a catalogue says of a song."""

    title: str
    artists: str  # comma separated
    popularity: float  # from 0 to 1
    year: int  # 0 where it is unknown
    album: str = ""


class _Pairs:
    """Indices of songs, each with a number that stands for something."""

    def __init__(self) -> None:
        self._indices, self._hashes = array("i"), array("q")

    def add(self, index: int, what: str) -> None:
        self._indices.append(index)
        self._hashes.append(number(what))

    def kept(self, name: str) -> dict[str, npt.NDArray[Any]]:
        """The indices, and at which of them a number stands."""
        so = places(f"{name}_so", np.array(self._hashes, np.int64))
        return {name: np.array(self._indices, np.int32), **so}


@dataclass(slots=True)
class _Made:
    """What is made of the songs while they are read; numbers stand for texts."""

    other_names: dict[str, str]  # of artists, folded
    words: dict[str, str] = field(default_factory=dict)  # each in the one way to write it
    texts: list[bytes] = field(default_factory=list)
    plain: array[int] = field(default_factory=lambda: array("q"))  # the title as it is spelt
    titled: array[int] = field(default_factory=lambda: array("q"))  # in the one way to write it
    main: array[int] = field(default_factory=lambda: array("q"))  # the main artist
    # What only some songs have: the song's index, and a number.
    noted: _Pairs = field(default_factory=_Pairs)  # the title with what is in brackets
    everybody: _Pairs = field(default_factory=_Pairs)  # title and artists, in any order
    called: _Pairs = field(default_factory=_Pairs)  # another title
    others: array[int] = field(default_factory=lambda: array("i"))
    other_texts: list[str] = field(default_factory=list)  # other titles and names in Latin letters
    popularity: array[float] = field(default_factory=lambda: array("d"))
    years: array[int] = field(default_factory=lambda: array("i"))
    christmas: array[int] = field(default_factory=lambda: array("i"))


def shelved(parts: Iterable[Sequence[Row]]) -> dict[str, npt.NDArray[Any]]:
    """What `bot.recommend.shelf.Shelf` keeps of all songs.

    Args:
        parts: the songs in their order, some thousands at once.
    """
    made = _Made({key: fold(" ".join(others)) for key, others in all_names().items()})
    index = indexed(_made(part, made) for part in parts)
    main = np.array(made.main, np.int64)
    popularity = np.array(made.popularity, np.float64)
    years = np.array(made.years, np.int32)
    artists, inverse = np.unique(main, return_inverse=True)
    artist_of = inverse.astype(np.int32)
    titled = np.array(made.titled, np.int64)
    return {
        **index,
        **texts("texts", made.texts),
        "plain": (np.array(made.plain, np.int64) & PLAIN).astype(np.uint32),
        "years": years,
        "christmas": np.array(made.christmas, np.int32),
        "artists": artists,
        "artist_of": artist_of,
        "artist_fame": np.bincount(artist_of, popularity),
        "fame": fame_of(popularity, artist_of, years > 0),
        **places("titled", titled),
        **places("by_main", paired(titled, main)),
        **made.noted.kept("noted"),
        **made.everybody.kept("several"),
        **made.called.kept("called"),
        "others": np.array(made.others, np.int32),
        **texts("other_texts", [text.encode() for text in made.other_texts]),
    }


def places(name: str, hashes: Hashes) -> dict[str, npt.NDArray[Any]]:
    """What `bot.recommend.places.Places` keeps of some numbers."""
    return {name: hashes, f"{name}_order": order(hashes)}


def registered(ids: Sequence[int], artists: Sequence[tuple[int, str]]) -> dict[str, npt.NDArray[Any]]:
    """How songs are found by their ids, and artists by their names.

    Args:
        ids: `number` of the id of each song.
        artists: the model's index of each artist, and the name on one line.
    """
    keys = alike_all(fold_all([name for _, name in artists]))
    return {
        **places("ids", np.array(ids, np.int64)),
        **places("artist_keys", np.array(numbers(map(without_the, keys)), np.int64)),
        "artist_indices": np.array([index for index, _ in artists], np.int32),
    }


def texts(name: str, parts: Sequence[bytes]) -> dict[str, npt.NDArray[Any]]:
    """Many short texts, each a line of one of the parts: their bytes, and where each ends."""
    whole = np.frombuffer(b"\n".join(parts), np.uint8)
    ends = np.append(np.flatnonzero(whole == ord("\n")), len(whole)) if parts else np.empty(0)
    return {name: whole, f"{name}_ends": ends.astype(np.uint32 if len(whole) < 1 << 32 else np.int64)}


def fame_of(
    popularity: npt.NDArray[np.float64], artist: npt.NDArray[np.int32], dated: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float32]:
    """How well known each song is, from 0 to 1: half its own popularity, a quarter its artist's.

    The last quarter is that its year is known: catalogues know it of songs that many have listed, and seldom
    of what one collector likes. A cover can be in more playlists than the original; its artist seldom is.

    Args:
        popularity: (songs,), from 0 to 1.
        artist: (songs,), the number of the main artist of each.
        dated: (songs,), whether the year is known.
    """
    own = np.log1p(200 * popularity) / np.log1p(200)
    by_artist = np.bincount(artist, popularity * dated)
    artists = np.log1p(20 * by_artist) / np.log1p(20 * (by_artist.max(initial=0) or 1))
    return np.asarray(0.5 * own + 0.25 * artists[artist] + 0.25 * dated, np.float32)


def everybody_key(title: str, everybody: Iterable[str]) -> str:
    """The same for a title and its artists in any order."""
    return "\n".join([title, *sorted(set(everybody))])


def paired(one: Hashes, other: Hashes) -> Hashes:
    """One number for each pair of them."""
    with np.errstate(over="ignore"):
        return one * np.int64(1_000_003) ^ other


def _made(rows: Sequence[Row], made: _Made) -> list[str]:
    """Takes some songs in, and gives what the index holds of each: title, artists, other names."""
    first = len(made.years)
    folded = fold_all([with_notes(row.title) for row in rows])
    people = fold_all([row.artists for row in rows])
    titles = alike_all(folded, made.words)
    artists = alike_all([names.replace("(", " ").replace(")", " ") for names in people], made.words)
    together = [f"{title}{ARTISTS}{names}" for title, names in zip(titles, artists, strict=True)]
    made.texts.append("\n".join(together).encode())
    made.plain.extend(numbers([title.partition("(")[0].strip() or title for title in folded]))
    made.popularity.extend([row.popularity for row in rows])
    made.years.extend([row.year for row in rows])
    for_christmas = christmas_songs([row.title for row in rows], [row.album for row in rows])
    made.christmas.extend([first + at for at in for_christmas])
    lines = [f"{title} {names}" for title, names in zip(folded, people, strict=True)]
    for at, line in enumerate(lines):
        if not line.isascii() and NOT_LATIN.search(line):
            lines[at] += f" {_in_latin_letters(first + at, rows[at], made)}"
    keys = [*map(written_title_key, titles)]
    made.titled.extend(numbers(keys))
    main = []
    for at, (title, key, artist) in enumerate(zip(titles, keys, artists, strict=True), first):
        if "(" in title:
            made.noted.add(at, joined(title.replace("( ", "").replace(" )", "")))
        everybody = [without_the(name) for name in artist.split(BETWEEN)]
        if artist.startswith(",") or not all(everybody):  # a name of signs alone
            everybody = names(rows[at - first].artists) or [""]
        main.append(everybody[0])
        if len(everybody) > 1:
            made.everybody.add(at, everybody_key(key, everybody))
        for name in everybody:
            if name in made.other_names:
                lines[at - first] += f" {made.other_names[name]}"
    made.main.extend(numbers(main))
    text = "\n".join(lines)
    for sign in "(),":
        text = text.replace(sign, " ")
    return text.replace("  ", " ").replace("  ", " ").split("\n")


def _in_latin_letters(at: int, row: Row, made: _Made) -> str:
    titles = [*dict.fromkeys([romanised(row.title), *other_titles(row.title, row.artists)])]
    artists = [romanised(name) for name in row.artists.split(",") if not name.isascii()]
    called = [alike(fold(title)) for title in titles]
    made.others.append(at)
    made.other_texts.append(
        ARTISTS.join(called) + NAMES + ARTISTS.join([alike(fold(name)) for name in artists])
    )
    for title in called:
        made.called.add(at, title.replace(" ", ""))
    return fold(" ".join([*titles, *artists]))
