"""What words of a vibe can be about: kinds of music, places, decades, occasions, and what plays for each.

All of it is facts in tables that people can read (`facts/`): what a topic is called in each language of
Encore, songs that many know for it, and which artists make what, where and when. No bundle needs to hold
anything for it: what a catalogue does not have is passed over.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from bot.recommend.texts import words

FACTS = Path(__file__).with_name("facts")
LANGUAGES = {"en": "en", "de": "de", "es": "es", "fr": "fr", "pt": "pt_BR", "ja": "ja", "zh": "zh_CN"}
"""The languages of the tables, as wording calls them."""
SHORTEST = 4
"""A phrase without its fillers is no shorter, in letters."""
CENTURY = {5: 1950, 6: 1960, 7: 1970, 8: 1980, 9: 1990, 0: 2000, 1: 2010, 2: 2020}
"""The decade that people mean by the tens of a year."""

_EAST = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff々〆ー"
_TOKEN = re.compile(rf"[{_EAST}]|[^\W_{_EAST}]+")
_DECADE = re.compile(r"(?:19|20)?([0-9])0(?:s|er|ers|ies|erjahre|年代|後|后)|(?:19)?([5-9])0|20(0)0")
_YEAR = re.compile(r"(?:19[5-9]|20[0-2])[0-9]")
_NAMED_DECADES = {
    "en": "{short}s", "de": "{short}er", "es": "años {short}", "fr": "années {short}",
    "pt_BR": "anos {short}", "ja": "{short}年代", "zh_CN": "{short}年代",
}  # fmt: skip


class Kind(StrEnum):
    """What a topic says of songs."""

    GENRE = "genre"
    PLACE = "place"
    TIME = "time"
    OCCASION = "occasion"  # or a mood: nothing that is true of a song, only of when it is played


@dataclass(frozen=True, slots=True)
class Song:
    """A song by its names."""

    title: str
    artist: str


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that words can be about."""

    key: str
    kind: Kind
    names: Mapping[str, str] = field(compare=False)  # by language
    songs: tuple[Song, ...] = field(default=(), compare=False)
    words: tuple[str, ...] = field(default=(), compare=False)  # of bundles
    countries: frozenset[str] = field(default=frozenset(), compare=False)
    years: tuple[int, int] | None = field(default=None, compare=False)  # the first and the last
    near: str = field(default="", compare=False)  # instead, where a catalogue has little of it
    loose: bool = field(default=False, compare=False)  # whether artists of other genres belong to it, too


@dataclass(frozen=True, slots=True)
class Makers:
    """Some artists, and what is true of all of them."""

    country: str
    genres: frozenset[str]
    years: tuple[int, ...]  # the first of each decade
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All tables."""

    topics: Mapping[str, Topic]
    phrases: Mapping[str, str]  # the key of a topic for what people type, without spaces
    shorter: Mapping[str, str]  # the same for phrases without their fillers, where that says enough
    makers: tuple[Makers, ...]
    fillers: frozenset[str]


def tokens(text: str) -> list[str]:
    """The words of a text, folded; of scripts without spaces each character."""
    return [word for part in _TOKEN.findall(text) for word in words(part)]


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the words of a text stand."""
    for found in _TOKEN.finditer(text):
        yield found.span()


def is_eastern(word: str) -> bool:
    """Whether a word is of a script without spaces."""
    return re.match(f"[{_EAST}]", word) is not None


@cache
def facts() -> Facts:
    """The tables, read once."""
    lines = (FACTS / "fillers.txt").read_text("utf-8").splitlines()
    plain = " ".join(line for line in lines if not line.startswith("#"))
    fillers = frozenset("".join(tokens(word)) for word in plain.split())
    topics: dict[str, Topic] = {}
    called: list[tuple[str, str]] = []  # phrases, and the keys of topics
    for kind, table in ((Kind.GENRE, "genres"), (Kind.PLACE, "places"), (Kind.OCCASION, "occasions")):
        rows = _read(table)
        for key, row in rows.items():
            topics[key] = _topic(key, kind, {**rows.get(row.get("like"), {}), **row})
            called += [(phrase, key) for language in LANGUAGES for phrase in _listed(row[language])]
    for first, row in _read("decades").items():
        topic = decade(int(first), _songs(row["songs"]))
        topics[topic.key] = topic
        called += [(phrase, topic.key) for phrase in _listed(row["spelt"])]
    makers = tuple(map(_makers, _read("artists")["group"]))
    return Facts(topics, *_keys(called, fillers), makers, fillers)


def _keys(
    called: Iterable[tuple[str, str]], fillers: frozenset[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Phrases as they are looked up; without fillers those alone that then mean one thing."""
    phrases: dict[str, str] = {}
    shorter: dict[str, set[str]] = {}
    for phrase, key in called:
        parts = tokens(phrase)
        phrases.setdefault("".join(parts), key)
        left = "".join([word for word in parts if word not in fillers])
        if len(left) >= SHORTEST and not any(map(is_eastern, parts)):
            shorter.setdefault(left, set()).add(key)
    clear = {left: min(keys) for left, keys in shorter.items() if len(keys) == 1 and left not in phrases}
    return phrases, clear


def time_of(key: str) -> Topic | None:
    """The decade or year that a phrase in figures names, or None."""
    known = facts().topics
    if match := _DECADE.fullmatch(key):
        tens = next(group for group in match.groups() if group is not None)
        return known[decade(CENTURY[int(tens)]).key] if int(tens) in CENTURY else None
    if _YEAR.fullmatch(key):
        year = int(key)
        songs = known[decade(year // 10 * 10).key].songs
        return Topic(key, Kind.TIME, dict.fromkeys(LANGUAGES.values(), key), songs, years=(year, year))
    return None


def decade(first: int, songs: tuple[Song, ...] = ()) -> Topic:
    """The topic of a decade."""
    short = str(first) if first >= 2000 else str(first % 100)
    names = {language: name.format(short=short) for language, name in _NAMED_DECADES.items()}
    return Topic(names["en"], Kind.TIME, names, songs, (names["en"],), years=(first, first + 9))


def _topic(key: str, kind: Kind, row: Mapping[str, Any]) -> Topic:
    return Topic(
        key,
        kind,
        {name: _listed(row[language])[0] for language, name in LANGUAGES.items()},
        _songs(row.get("songs", "")),
        tuple(row.get("words", "").split()),
        frozenset(row.get("from", "").split()),
        (row["from_year"], 2100) if "from_year" in row else None,
        row.get("near", ""),
        row.get("loose", False),
    )


def _makers(row: Mapping[str, Any]) -> Makers:
    decades = [CENTURY[int(word.rstrip("s")) // 10 % 10] for word in row["years"].split()]
    return Makers(row["from"], frozenset(row["genres"]), tuple(decades), tuple(_listed(row["names"])))


def _songs(text: str) -> tuple[Song, ...]:
    return tuple(Song(*line.rsplit(" - ", 1)) for line in _listed(text))


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(";") if each.strip()]


def _read(table: str) -> dict[str, Any]:
    return tomllib.loads((FACTS / f"{table}.toml").read_text("utf-8"))
