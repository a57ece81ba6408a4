"""The song catalogue: what a text means, songs as one types, lookup by id or link.

The catalogue is the bundle's `catalog.db`, opened read-only. What songs are called is kept in memory, folded
(`bot.recommend.finder`), or, where there are many, mapped from a file beside it (`bot.recommend.prepared`);
everything else of them stays in the file until it is asked for.
"""

from __future__ import annotations

import contextlib
import math
import re
import sqlite3
import threading
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar, cast

import numpy as np
import numpy.typing as npt
import orjson

from bot.heap import give_back
from bot.party import links
from bot.party.errors import (
    EmptyText,
    NoWords,
    PartyError,
    SeveralSongs,
    StartError,
    UnknownChoice,
    UnknownLink,
    UnsureSong,
)
from bot.party.limits import LONGEST_TEXT, MOST_WORDS
from bot.party.results import Taken
from bot.party.shares import Turns
from bot.party.songs import AS_TYPED, CHOSEN
from bot.party.spelling import artist_key, fold, names, words
from bot.party.visible import normal
from bot.party.words import Stock, Track
from bot.recommend import matching, prepared
from bot.recommend.asked import understood
from bot.recommend.bundle import MEND, Bundle
from bot.recommend.finder import Finder, Outcome
from bot.recommend.index import Arrays
from bot.recommend.kinds import Kinds
from bot.recommend.phrases import Part, read
from bot.recommend.places import Places, numbers
from bot.recommend.shelf import Shelf, places
from bot.recommend.shelving import Row, registered, shelved
from bot.recommend.spoken import Speaker, Spoken
from bot.recommend.texts import tidy
from bot.recommend.texts import words as vibe_words
from bot.recommend.topics import facts

_T = TypeVar("_T")
# Rows come as one text: between two rows SQLite lets other threads go on, and would wait for its turn again.
_SONGS = """
    SELECT json_group_array(json_array(title, artist, track_id, album, year, duration_ms)) FROM
    (SELECT * FROM json_each(?) AS asked JOIN tracks ON tracks.idx = asked.value ORDER BY asked.key)"""
_CALLED = """
    SELECT json_group_array(
        json_array(track_id, title, artist, coalesce(popularity, 0), coalesce(year, 0), album)
    ) FROM (SELECT * FROM tracks WHERE idx >= ? ORDER BY idx LIMIT ?)"""

AT_A_TIME = 2048
"""So many songs are read at a time: their texts take a hundred times as much as what is kept of them."""
AT_ONCE = 1
"""How many threads look songs up: two would wait for Python's one lock in turns, and both take longer."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a text means.

    Args:
        outcome: how sure that is.
        track: the song, unless several may be meant; one that nobody knows as it was typed.
        offered: which may be meant, likeliest first.
        fits: how well the likeliest fits the words of a text; infinite for a choice, a link, and what is
            meant to be taken as it was typed.
    """

    outcome: Outcome
    track: Track | None = None
    offered: tuple[Track, ...] = ()
    fits: float = math.inf


class Offered(NamedTuple):
    """A song that somebody may be typing, see `bot.recommend.finder.Typed`."""

    worth: float
    track: Track
    explained: float


class _ClosedError(Exception):
    """The catalogue was closed while its songs were read."""


class _Read(NamedTuple):
    """What is kept in memory of the songs."""

    shelf: Shelf
    finder: Finder
    ids: Places
    artists: Places  # by their keys
    artist_indices: npt.NDArray[np.int32]
    speaker: Speaker


class Catalogue:
    """The songs of a model bundle.

    Args:
        connection: the database.
        bundle: what it is of, if what is made of its songs may be kept beside it.
    """

    def __init__(self, connection: sqlite3.Connection, bundle: Bundle | None = None) -> None:
        self._connection = connection
        self._bundle = bundle
        self._lock = threading.Lock()  # one connection, used by one worker thread at a time
        self._closing = threading.Event()
        self._turns = Turns("catalogue", AT_ONCE)
        readers = ThreadPoolExecutor(2, "reading")
        self.counts = _counted(connection, every=bundle is None or not prepared.exists(bundle))
        self._words = dict(_words(connection))
        # The bot is ready meanwhile: who asks for a song before all are read waits for that.
        self._reading = readers.submit(self._read)
        self._tables = readers.submit(facts)
        self._readers = readers

    def _read(self) -> _Read:
        def make() -> Arrays:
            return _made(self._connection, self._lock, self.counts[0], self._closing)

        kept = prepared.kept(self._bundle, make) if self._bundle else make()
        shelf = Shelf(kept)
        ids, artists = places(kept, "ids"), places(kept, "artist_keys")
        return _Read(
            shelf, Finder(shelf), ids, artists, kept["artist_indices"], Speaker(shelf, self._words.get)
        )

    @property
    def _songs(self) -> _Read:
        return self._reading.result()

    @classmethod
    def open(cls, bundle: Bundle) -> Self:
        """Opens a bundle's catalogue.

        Raises:
            StartError: it is damaged, or does not hold what the manifest says.
        """
        connection = _connect(bundle.catalogue)
        try:
            catalogue = cls(connection, bundle)
        except sqlite3.Error as error:
            connection.close()
            raise StartError(f"{bundle.catalogue} cannot be used ({error}); {MEND}") from error
        if catalogue.counts == (bundle.tracks, bundle.artists):
            return catalogue
        catalogue.close()  # its songs are being read already
        reason = "it does not have as many songs as its manifest says"
        raise StartError(f"{bundle.catalogue} cannot be used ({reason}); {MEND}")

    def read(self) -> None:
        """Waits until all songs are read.

        Raises:
            StartError, sqlite3.Error: it is damaged.
        """
        self._reading.result()

    def close(self) -> None:
        """Closes the file, once no search reads it; songs that are still being read are not read on."""
        self._closing.set()
        self._turns.close()
        self._readers.shutdown(cancel_futures=True)
        with self._lock:
            self._connection.close()

    async def resolve(self, text: str) -> Track:
        """The song that a text, a picked choice or a Spotify track link means, known or as it was typed.

        Raises:
            EmptyText: no letter or digit in it.
            TextTooLong: longer than any song's name.
            UnknownLink: a link without a known song behind it.
            ShortLink: a link that nobody can read.
            UnsureSong: several songs may be meant, or one that is spelt otherwise.
        """
        meant = await self.meant(text)
        if meant.track is None:
            raise UnsureSong(text, meant.offered)
        return meant.track

    async def meant(self, text: str) -> Meant:
        """What a text, a picked choice or a Spotify track link means.

        Raises:
            EmptyText, TextTooLong, UnknownLink, ShortLink: no song, see `resolve`.
        """
        as_typed = text.startswith(AS_TYPED)
        text = links.bare(tidy(text.removeprefix(AS_TYPED)))
        if as_typed:
            if not words(fold(text)):
                raise EmptyText
            return Meant(Outcome.UNKNOWN, await self._work(self._as_typed, text))
        if text.startswith(CHOSEN) and " " not in text:  # no id has a space, and people type track: too
            return Meant(Outcome.SURE, await self._work(self._chosen, text.removeprefix(CHOSEN)))
        if links.is_link(text) and " " not in text:
            return Meant(Outcome.SURE, await self._linked(text))
        if not words(fold(text)):
            raise EmptyText
        if named := links.found_in(text):
            with contextlib.suppress(PartyError):  # the words beside a link that nobody knows may do
                return Meant(Outcome.SURE, await self._linked(named[0]))
        return await self._work(self._meant, text)

    def _meant(self, text: str) -> Meant:
        asked = understood(text)
        found = self._songs.finder.meant(asked)
        songs = tuple(self.tracks(found.songs))
        if found.outcome is Outcome.SURE:
            return Meant(Outcome.SURE, songs[0], (), found.fits)
        if found.outcome is Outcome.UNSURE:
            return Meant(Outcome.UNSURE, None, songs, found.fits)
        return Meant(Outcome.UNKNOWN, Track(*self._songs.finder.told_apart(asked)), (), 0.0)

    def _as_typed(self, text: str) -> Track:
        """A song that nobody knows, with every word of it; the artist stands on either side of a dash."""
        sides = [side.strip() for side in re.split(r"\t|\s[-–—]+\s", text, maxsplit=1)]
        if len(sides) == 1 or not all(words(fold(side)) for side in sides):
            return Track(text, "")
        return Track(*self._songs.finder.parted(sides))

    async def matched(self, songs: Sequence[Track]) -> list[Track | None]:
        """The song that each of some songs surely is, by title and artist; None for one that is none here."""
        return await matching.matched(self, songs)

    async def twins(self, track_ids: Sequence[str]) -> dict[str, list[str]]:
        """Of those of some ids that are known: the ids of other versions that are the same song."""
        return await matching.twins(self, track_ids)

    async def search(self, text: str, limit: int = 10, *, own_first: bool = False) -> list[Track]:
        """Songs as one types, best first; none for a text without letters or digits.

        Args:
            text: words of title and artist in any order; typos are forgiven.
            limit: how many.
            own_first: changes nothing here, where no song is anybody's own; see `bot.recommend.own`.
        """
        return [each.track for each in await self.offered(text, limit)]

    async def offered(self, text: str, limit: int = 10) -> list[Offered]:
        """The same, and how likely each is meant."""
        if links.is_link(text) and " " not in text.strip():
            with contextlib.suppress(PartyError):
                return [Offered(math.inf, await self._linked(text), 1.0)]
            return []
        return await self._work(self._offered, text[:LONGEST_TEXT], limit)

    def _offered(self, text: str, limit: int) -> list[Offered]:
        asked = understood(text)
        found = self._songs.finder.typing(asked, limit) if asked.words else []
        tracks = self.tracks(each.place for each in found)
        return [Offered(one.worth, track, one.explained) for one, track in zip(found, tracks, strict=True)]

    def index_of(self, track: Track) -> int | None:
        """The model's index of a song by id or names, of its artist when only that is known, or None."""
        if track.track_id and (places := self._songs.ids.of(track.track_id)):
            return places[0]
        if track.title and (versions := self.versions(track)):
            return versions[0]  # as typed before this catalogue knew it, or known to another one
        artists = [
            place
            for key in (artist_key(track.artist), *names(track.artist)[:1])
            for place in self._songs.artists.of(key)
        ]
        return int(self._songs.artist_indices[artists[0]]) if artists else None

    def index_of_id(self, track_id: str) -> int | None:
        """The model's index of the song that has this id, or None."""
        return next(iter(self._songs.ids.of(track_id)), None)

    @staticmethod
    def stock() -> Stock | None:
        """The songs that can sound: nobody knows of any here, see `bot.recommend.own`."""
        return None

    def indices(self, track_ids: Sequence[str]) -> npt.NDArray[np.int64]:
        """The index of each of some ids, of those that are there."""
        return self._songs.ids.firsts(np.array(numbers(track_ids), np.int64))

    def fame(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """How well known each of some songs is, from 0 to 1."""
        return np.asarray(self._songs.shelf.fame[indices])

    async def by_ids(self, track_ids: Sequence[str]) -> list[Track]:
        """The songs of some ids, of those that are there."""
        return await self._work(self._by_ids, track_ids)

    def _by_ids(self, track_ids: Sequence[str]) -> list[Track]:
        return self.tracks(self.indices(track_ids).tolist())

    def track(self, index: int) -> Track:
        """The song of an index, from the file."""
        return self.tracks([index])[0]

    def tracks(self, indices: Iterable[int]) -> list[Track]:
        """The songs of some indices, from the file."""
        return [Track(*row) for row in self._rows(_SONGS, orjson.dumps([*indices]).decode())]

    def artists(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """The number of the main artist of each of some songs."""
        return np.asarray(self._songs.shelf.artist_of[indices])

    def artist(self, track: Track) -> int:
        """The number of a song's main artist; -1 for one without any in the catalogue."""
        found = self._songs.shelf.artist(track.artist)
        return -1 if found is None else found

    def years(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """The year of each of some songs; 0 where it is unknown."""
        return np.asarray(self._songs.shelf.years[indices])

    @property
    def kinds(self) -> Kinds:
        """What kinds of music the artists make, by their numbers."""
        return self._songs.speaker.kinds

    def christmas(self) -> npt.NDArray[np.int32]:
        """Every song that is about Christmas, by its title or album."""
        return self._songs.shelf.christmas

    def word(self, word: str) -> int | None:
        """The model's index of a word that playlists are named with, or None."""
        return self._words.get(word)

    async def vibe(self, text: str) -> tuple[list[str], list[str]]:
        """The phrases of a text that are about something, at most `MOST_WORDS`, and words that nobody knows.

        Raises:
            NoWords: no letter or digit in it.
            TextTooLong: longer than people type.
        """
        return await self._work(self.phrases, text)

    def phrases(self, text: str) -> tuple[list[str], list[str]]:
        """The same, for worker threads: words that nobody knows take a while."""
        text = normal("NFC", tidy(text))
        if not vibe_words(text):
            raise NoWords
        found, unknown = read(text, self._words.__contains__)
        return [part.said for part in found][:MOST_WORDS], unknown

    async def taken(self, phrases: Sequence[str]) -> list[Taken]:
        """What each of some phrases is taken for, of those that are known."""
        return await self._work(self._taken, phrases)

    def _taken(self, phrases: Sequence[str]) -> list[Taken]:
        near = self._songs.speaker.or_near
        parts = (part for phrase in phrases for part in self.understood(phrase))
        return [Taken(part.said, tuple(near(topic).names for topic in part.topics)) for part in parts]

    def spoken(self, phrases: Sequence[str]) -> Spoken:
        """What the model is told for some phrases: for worker threads."""
        known = [part for phrase in phrases for part in self.understood(phrase)]
        return self._songs.speaker.of(known) if known else Spoken()

    def understood(self, text: str) -> list[Part]:
        """The phrases of a text that are about something, and what that is."""
        return read(text[:LONGEST_TEXT], self._words.__contains__)[0]

    def versions(self, track: Track) -> Sequence[int]:
        """Every index that is the same song to a person: remasters, live takes, singles, swapped credits."""
        return self._songs.shelf.versions_called(track.title, track.artist)

    def versions_of(self, index: int) -> Sequence[int]:
        """Every index that is the same song to a person as this one, itself among them."""
        return self._songs.shelf.versions(index)

    async def beside(self, call: Callable[..., _T], *arguments: object) -> _T:
        """What a call leads to that is made where searches are, in its asker's turn."""
        return await self._work(call, *arguments)

    async def _work(self, call: Callable[..., _T], *arguments: object) -> _T:
        return await self._turns.run(call, *arguments)

    def _chosen(self, track_id: str) -> Track:
        places = self._songs.ids.of(track_id)
        if not places:
            raise UnknownChoice
        return self.track(places[0])

    async def _linked(self, text: str) -> Track:
        link = links.read(text)
        if link is not None and link.kind is not links.Kind.TRACK:
            raise SeveralSongs
        found = await self.by_spotify([link.id]) if link is not None else {}
        if link is None or link.id not in found:
            raise UnknownLink
        return found[link.id]

    async def by_spotify(self, spotify_ids: Sequence[str]) -> dict[str, Track]:
        """The songs behind some Spotify ids, of those that are known."""
        return await self._work(self._by_spotify, spotify_ids)

    def _by_spotify(self, spotify_ids: Sequence[str]) -> dict[str, Track]:
        marks = ", ".join("?" * len(spotify_ids))
        statement = f"SELECT spotify_id, idx FROM spotify WHERE spotify_id IN ({marks})"  # noqa: S608 - only question marks
        with self._lock:
            rows = self._connection.execute(statement, list(spotify_ids)).fetchall()
        tracks = self.tracks(index for _, index in rows)
        return {
            found: replace(track, spotify_id=found) for (found, _), track in zip(rows, tracks, strict=True)
        }

    async def spotify_ids(self, tracks: Sequence[Track]) -> list[str | None]:
        """Where songs play on Spotify, as linked or as far as it is known."""
        return await self._work(self._spotify_ids, tracks)

    def _spotify_ids(self, tracks: Sequence[Track]) -> list[str | None]:
        places = [self._songs.ids.of(track.track_id) if track.track_id else [] for track in tracks]
        wanted = {found[0] for found in places if found}
        marks = ", ".join("?" * len(wanted))
        statement = f"SELECT idx, spotify_id FROM spotify WHERE idx IN ({marks})"  # noqa: S608 - only question marks
        with self._lock:
            known = dict(self._connection.execute(statement, list(wanted)).fetchall())
        return [
            track.spotify_id or (known.get(found[0]) if found else None)
            for track, found in zip(tracks, places, strict=True)
        ]

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with self._lock:
            return _rows(self._connection, statement, *values)


def made(catalogue: Path) -> Arrays:
    """What `bot.recommend.prepared` keeps: all that is made of a catalogue's songs to search them.

    Raises:
        StartError: it is damaged.
    """
    try:
        with contextlib.closing(_connect(catalogue)) as connection:
            songs, _ = _counted(connection, every=True)
            return _made(connection, threading.Lock(), songs, threading.Event())
    except sqlite3.Error as error:
        raise StartError(f"{catalogue} cannot be used ({error}); {MEND}") from error


def _made(
    connection: sqlite3.Connection, lock: threading.Lock, songs: int, closing: threading.Event
) -> Arrays:
    ids = array("q")

    def parts() -> Iterator[list[Row]]:
        while True:
            if closing.is_set():
                raise _ClosedError
            with lock:
                rows = _rows(connection, _CALLED, len(ids), AT_A_TIME)
            if not rows:
                return
            ids.extend(numbers([row[0] for row in rows]))
            yield [Row(_line(row[1]), _line(row[2]), row[3], row[4], _line(row[5])) for row in rows]

    kept = shelved(parts())
    if len(ids) != songs:
        raise StartError(f"a song is missing in the catalogue; {MEND}")
    with lock:
        artists = connection.execute("SELECT idx, name FROM artists ORDER BY idx").fetchall()
    kept |= registered(ids, [(index, _line(name)) for index, name in artists])
    del artists
    give_back()
    return kept


def _counted(connection: sqlite3.Connection, *, every: bool) -> tuple[int, int]:
    """How many songs and artists there are, by each row or, more quickly, by the last song's index."""
    count = "count(track_id)" if every else "coalesce(max(idx) + 1, 0)"
    (songs,) = connection.execute(f"SELECT {count} FROM tracks").fetchone()  # noqa: S608 - one of these two
    (artists,) = connection.execute("SELECT count(name) FROM artists").fetchone()
    return songs, artists


def _rows(connection: sqlite3.Connection, statement: str, *values: object) -> list[Any]:
    (text,) = connection.execute(statement, values).fetchone()
    return cast(list[Any], orjson.loads(text))


def _line(text: str | None) -> str:
    return (text or "").replace("\n", " ").replace("\r", " ")


def _words(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """The words that playlists are named with, and their indices; an older catalogue has none."""
    named = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'words'").fetchone()
    return connection.execute("SELECT word, idx FROM words").fetchall() if named else []


def _connect(path: Path) -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True, check_same_thread=False)
