"""What a kind of case is, and how most are written: a pattern in which title and artist are put."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from tests.measure.search.songs import Song

Group = Literal["song", "title", "famous title", "typing", "absent", "absent title"]
"""What is right: this song, any of its title, the best known of its title, this one in a list, none."""
Pool = Literal["any", "famous", "not Latin"]
Write = Callable[[Song, Random], str | None]
"""What somebody types who wants a song; None where this cannot be written of it."""
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to write songs, named "family: what is special of it"."""

    name: str
    write: Write
    group: Group = "song"
    pool: Pool = "any"


def patterns(family: str, written: Iterable[str], group: Group = "song", pool: Pool = "any") -> list[Kind]:
    """Kinds that are written by patterns, named after them.

    A pattern has {T} for the title and {A} for the artist; {t} and {a} are in small letters, {TT} and {AA} in
    capitals, {T_} and {A_} with underscores, {Tag} and {Aag} hashtags. {G} is a guest, {g} the same in small
    letters, {H} a second guest, {Album}, {Y} the year and {L} the length.
    """
    return [Kind(f"{family}: {_shown(each)}", _writer(each), group, pool) for each in written]


def _shown(pattern: str) -> str:
    shown = _FIELD.sub(lambda match: match[1], pattern)
    return shown.replace("\t", "\\t").replace("\n", "\\n")


def _writer(pattern: str) -> Write:
    wanted = set(_FIELD.findall(pattern))

    def write(song: Song, dice: Random) -> str | None:
        values = {name: _FIELDS[name](song, dice) for name in sorted(wanted)}
        if not all(values.values()):
            return None
        return _FIELD.sub(lambda match: values[match[1]], pattern)

    return write


def length(song: Song, dice: Random) -> str:
    """How long it is, as clocks show it."""
    seconds = (song.duration_ms or dice.randrange(150_000, 300_000)) // 1000
    return f"{seconds // 60}:{seconds % 60:02}"


def hashtag(text: str) -> str:
    """A text as a hashtag."""
    return "#" + "".join(word[:1].upper() + word[1:] for word in re.findall(r"\w+", text))


def _guest(place: int) -> Callable[[Song, Random], str]:
    return lambda song, _: song.guests[place] if len(song.guests) > place else ""


_FIELDS: dict[str, Callable[[Song, Random], str]] = {
    "T": lambda song, _: song.title,
    "A": lambda song, _: song.artist,
    "t": lambda song, _: song.title.lower(),
    "a": lambda song, _: song.artist.lower(),
    "TT": lambda song, _: song.title.upper(),
    "AA": lambda song, _: song.artist.upper(),
    "T_": lambda song, _: song.title.replace(" ", "_"),
    "A_": lambda song, _: song.artist.replace(" ", "_"),
    "Tag": lambda song, _: hashtag(song.title),
    "Aag": lambda song, _: hashtag(song.artist),
    "G": _guest(0),
    "g": lambda song, dice: _guest(0)(song, dice).lower(),
    "H": _guest(1),
    "Album": lambda song, _: song.album.replace('"', ""),
    "Y": lambda song, _: str(song.year or ""),
    "L": length,
}


def in_words(text: str, change: Callable[[str], str | None], dice: Random) -> str | None:
    """A text with one of its words changed, any that can be; None if none can."""
    words: Sequence[str] = text.split(" ")
    for place in dice.sample(range(len(words)), len(words)):
        changed = change(words[place])
        if changed is not None and changed != words[place]:
            return " ".join([*words[:place], changed, *words[place + 1 :]])
    return None
