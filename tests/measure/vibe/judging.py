"""Whether songs have what was asked for, where that can be told: by year, by artist, by title."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.party.words import Mood, Track
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.recommend.topics import facts

SONGS = 20
_CHRISTMAS = ("christmas", "xmas", "santa", "jingle", "snowman", "weihnacht", "navidad", "noël", "sleigh")


@dataclass(frozen=True)
class Check:
    """A phrase, and what must be true of its songs: None where nobody knows of one."""

    phrase: str
    must: str
    is_so: Callable[[Track], bool | None]


@dataclass(frozen=True)
class Judged:
    """Of how many songs it is true, and of how many it is known whether it is."""

    true: int
    known: int


async def judged(check: Check, catalogue: Catalogue, recommender: Recommender) -> Judged:
    """What is true of the first songs for a phrase, with an empty queue."""
    found = await recommender.suggest([], [], SONGS, words=catalogue.phrases(check.phrase)[0], mood=Mood.SAFE)
    told = [check.is_so(each.track) for each in found]
    return Judged(sum(each is True for each in told), sum(each is not None for each in told))


def _year(first: int, last: int) -> Callable[[Track], bool | None]:
    return lambda track: None if track.year is None else first <= track.year <= last


def _made(genre: str = "", countries: str = "") -> Callable[[Track], bool | None]:
    def is_so(track: Track) -> bool | None:
        groups = _BY_ARTIST.get(track.artist.split(",")[0].casefold())
        if groups is None or (countries and not any(country for country, _ in groups)):
            return None
        kinds = {kind for _, of in groups for kind in of}
        places = {country for country, _ in groups}
        return (not genre or genre in kinds) and (not countries or bool(places & {*countries.split()}))

    return is_so


def _groups() -> Iterator[tuple[str, tuple[str, frozenset[str]]]]:
    for makers in facts().makers:
        for name in makers.names:
            yield name.split(",")[0].casefold(), (makers.country, makers.genres)


_BY_ARTIST: dict[str, list[tuple[str, frozenset[str]]]] = {}
for _name, _group in _groups():
    _BY_ARTIST.setdefault(_name, []).append(_group)


def _for_christmas(track: Track) -> bool:
    called = f"{track.title} {track.album or ''}".casefold()
    return any(word in called for word in _CHRISTMAS)


def _no_christmas(track: Track) -> bool:
    return not _for_christmas(track)


CHECKS = (
    *(Check(phrase, "1960s", _year(1960, 1969)) for phrase in ("60s", "die sechziger", "años 60")),
    *(Check(phrase, "1970s", _year(1970, 1979)) for phrase in ("70s disco", "70er")),
    *(
        Check(phrase, "1980s", _year(1980, 1989))
        for phrase in ("80s party", "années 80", "anos 80", "80年代")
    ),
    *(Check(phrase, "1990s", _year(1990, 1999)) for phrase in ("90s rock", "90er trash", "90s hip hop")),
    *(Check(phrase, "2000s", _year(2000, 2009)) for phrase in ("2000s pop", "noughties")),
    Check("new music", "since 2019", _year(2019, 2100)),
    *(Check(phrase, "German", _made(countries="de at ch")) for phrase in ("german rap", "deutschpop")),
    *(Check(phrase, "French", _made(countries="fr be")) for phrase in ("rap français", "french pop")),
    *(
        Check(phrase, "Spanish", _made(countries="es mx ar co pr do cu ve pa"))
        for phrase in ("rock en español", "fiesta latina", "reggaetón", "salsa")
    ),
    Check("italienischer abend", "Italian", _made(countries="it")),
    Check("música brasileira", "Brazilian", _made(countries="br")),
    Check("turkish wedding", "Turkish", _made(countries="tr")),
    Check("k-pop", "Korean", _made(countries="kr")),
    Check("シティポップ", "Japanese", _made(countries="jp")),
    *(
        Check(genre, genre, _made(genre))
        for genre in ("metal", "jazz", "country", "reggae", "techno", "punk")
    ),
    *(Check(genre, genre, _made(genre)) for genre in ("disco", "afrobeats", "blues", "classical")),
    Check("rap", "hip hop", _made("hip hop")),
    *(Check(phrase, "no Christmas", _no_christmas) for phrase in ("summer", "hochzeit", "dinner", "kids")),
    Check("weihnachten", "Christmas", _for_christmas),
)
