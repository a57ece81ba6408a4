"""The song catalogue: search as you type, lookup by id or link.

The catalogue is the bundle's `catalog.db`, opened read-only. Its songs stand in order of popularity; the FTS5
index finds candidates, and what people mean is decided here. Titles stay in the file until they are asked
for: what is in memory are numbers, and the artists, which tell the model's thousands of candidates apart.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, TypeVar, cast

import numpy as np
import numpy.typing as npt
import orjson
from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from bot.party import links
from bot.party.errors import (
    EmptyText,
    NoWords,
    PartyError,
    SeveralSongs,
    StartError,
    UnknownChoice,
    UnknownLink,
    UnknownSong,
)
from bot.party.limits import LONGEST_TEXT, MOST_WORDS
from bot.party.rules.songs import main_artist
from bot.party.words import Track
from bot.recommend.bundle import MEND, Bundle
from bot.recommend.places import Places
from bot.recommend.ranking import (
    SIMILAR,
    WORDS_ALIKE,
    fame_of,
    first_years,
    means,
    names_a_version,
    plausible,
    rank,
)
from bot.recommend.texts import DASH, artist_key, key, song_key, tidy, words

CHOSEN = "track:"
"""Marks a song picked from a list: the rest of the text is its track id."""

_T = TypeVar("_T")
# Rows come as one text: between two rows SQLite lets other threads go on, and would wait for its turn again.
_SONGS = """
    SELECT json_group_array(json_array(title, artist, track_id, album, year, duration_ms)) FROM
    (SELECT * FROM json_each(?) AS asked JOIN tracks ON tracks.idx = asked.value ORDER BY asked.key)"""
_MATCHES = """
    SELECT json_group_array(rowid) FROM
    (SELECT rowid FROM songs WHERE songs MATCH ? ORDER BY rowid LIMIT ?)"""

_FILLERS = {"a", "an", "and", "are", "at", "for", "i", "in", "is", "it", "me", "my", "of", "on", "or", "our"}
_FILLERS |= {"some", "that", "the", "this", "to", "us", "we", "with", "music", "playlist", "song", "songs"}
"""Words that say nothing of what is looked for, though playlists are named with some of them."""
AT_ONCE = 2
"""How many threads look songs up: each that has met a typo keeps some megabytes."""
CANDIDATES = 100
"""How many of the most popular matches are looked at."""
CLOSE = 75
"""How alike, of 100, an unknown text must be to a song to be asked whether it was meant."""
WELL_KNOWN = 0.1
"""A song of less fame may be an imitation, or only spelt as mistyped: known ones are looked for too."""


class Catalogue:
    """The songs of a model bundle."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()  # one connection, used by one worker thread at a time
        self._workers = ThreadPoolExecutor(AT_ONCE, "catalogue")
        self._read_songs()
        names = connection.execute("SELECT name FROM artists ORDER BY idx")
        keys = np.fromiter((hash(" ".join(words(name))) for (name,) in names), np.int64)
        self._artists = Places(keys)
        indices = connection.execute("SELECT idx FROM artists ORDER BY idx")
        self._artist_indices = np.fromiter((index for (index,) in indices), np.int64)
        self.counts = len(self._fame), len(keys)
        self._words = dict(_words(connection))
        connection.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, songs, row)")
        self._vocabulary = [term for (term,) in connection.execute("SELECT term FROM vocabulary")]

    def _read_songs(self) -> None:
        """Keeps of every song what is looked up in memory."""
        numbers: dict[str, int] = {}  # of the main artists
        keys: list[str] = []  # theirs
        rows = self._connection.execute("SELECT track_id, title, artist, popularity FROM tracks ORDER BY idx")

        def read() -> Iterator[tuple[int, int, float, int]]:
            for track_id, title, artists, popular in rows:
                track = Track(title, artists)
                number = numbers.setdefault(main_artist(track), len(keys))
                if number == len(keys):
                    keys.append(artist_key(track))
                yield hash(track_id), hash(key(title, keys[number])), popular, number

        (count,) = self._connection.execute("SELECT count(*) FROM tracks").fetchone()
        songs = np.fromiter(read(), [("id", "q"), ("key", "q"), ("popularity", "d"), ("artist", "i")], count)
        self._ids, self._songs = Places(songs["id"]), Places(songs["key"])
        self._singers, self._singer = numbers, songs["artist"].copy()
        self._fame = fame_of(songs["popularity"], keys, self._singer)

    @classmethod
    def open(cls, bundle: Bundle) -> Self:
        """Opens a bundle's catalogue.

        Raises:
            StartError: it is damaged, or does not hold what the manifest says.
        """
        connection = _connect(bundle.catalogue)
        try:
            catalogue = cls(connection)
            if catalogue.counts == (bundle.tracks, bundle.artists):
                return catalogue
            reason = "it does not have as many songs as its manifest says"
        except sqlite3.Error as error:
            reason = str(error)
        connection.close()
        raise StartError(f"{bundle.catalogue} cannot be used ({reason}); {MEND}")

    def close(self) -> None:
        """Closes the file, once no search reads it."""
        self._workers.shutdown(cancel_futures=True)
        with self._lock:
            self._connection.close()

    async def resolve(self, text: str) -> Track:
        """The song that a text, a picked choice or a Spotify track link means.

        A text of the form "title - artist" that the catalogue does not know is a song all the same.

        Raises:
            EmptyText: no letter or digit in it.
            TextTooLong: longer than any song's name.
            UnknownLink: a link without a known song behind it.
            ShortLink: a link that nobody can read.
            UnknownSong: nothing like it is known, and it does not say who the artist is.
        """
        text = links.bare(tidy(text))
        if text.startswith(CHOSEN):
            return await self._chosen(text.removeprefix(CHOSEN))
        if links.is_link(text):
            return await self._linked(text)
        if not words(text):
            raise EmptyText
        first, *others = DASH.split(text)
        parts = [first, *(part for part in others if not names_a_version(part))]
        found = await self._meant(text) or await self._meant(" ".join(parts))
        if len(parts) > 1 and all(map(words, parts[:2])):
            typed = Track(title=first.strip(), artist=" - ".join(parts[1:]).strip())
            return next((track for track in found if means(text, parts, track)), typed)
        if not found:
            names = [f"{near.title} – {near.artist}" for near in await self.search(text)]
            close = process.extractOne(
                text, names, scorer=fuzz.token_set_ratio, processor=default_process, score_cutoff=CLOSE
            )
            raise UnknownSong(text, close[0] if close else None)
        return found[0]

    async def _meant(self, text: str) -> list[Track]:
        """The songs that a text may well mean: none that only shares the beginnings of words with it."""
        found = await self.search(text, whole=True)
        return [track for track in found if plausible(words(text), track)]

    async def search(self, text: str, limit: int = 10, *, whole: bool = False) -> list[Track]:
        """Songs as one types, best first; none for a text without letters or digits.

        Args:
            text: words of title and artist in any order; typos are forgiven.
            limit: how many.
            whole: every word must be found; else the best partial matches stand in for none.
        """
        if links.is_link(text):
            with contextlib.suppress(PartyError):
                return [await self._linked(text)]
            return []
        asked = words(text[:LONGEST_TEXT])
        if not asked:
            return []
        return await self._work(self._search, asked, limit, whole)

    def index_of(self, track: Track) -> int | None:
        """The model's index of a song, of its artist when only that is known, or None."""
        if track.track_id and (places := self._ids.of(track.track_id)):
            return places[0]
        artists = self._artists.of(artist_key(track))
        return int(self._artist_indices[artists[0]]) if artists else None

    def track(self, index: int) -> Track:
        """The song of an index, from the file."""
        return self.tracks([index])[0]

    def tracks(self, indices: Iterable[int]) -> list[Track]:
        """The songs of some indices, from the file."""
        return [Track(*row) for row in self._rows(_SONGS, orjson.dumps([*indices]).decode())]

    def artists(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """The number of the main artist of each of some songs."""
        return np.asarray(self._singer[indices])

    def artist(self, track: Track) -> int:
        """The number of a song's main artist; -1 for one without any in the catalogue."""
        return self._singers.get(main_artist(track), -1)

    def word(self, word: str) -> int | None:
        """The model's index of a word that playlists are named with, or None."""
        return self._words.get(word)

    def vibe(self, text: str) -> tuple[list[str], list[str]]:
        """The words of a text that playlists are named with, at most `MOST_WORDS`, and the others.

        Raises:
            NoWords: no letter or digit in it.
            TextTooLong: longer than people type.
        """
        asked = list(dict.fromkeys(words(tidy(text))))
        if not asked:
            raise NoWords
        asked = [word for word in asked if word not in _FILLERS] or asked
        known = [word for word in asked if self.word(word) is not None]
        return known[:MOST_WORDS], [word for word in asked if word not in known]

    def versions(self, track: Track) -> Sequence[int]:
        """Every index that is the same song to a person: remasters, live takes, singles."""
        return self._songs.of(song_key(track))

    def versions_of(self, index: int) -> Sequence[int]:
        """Every index that is the same song to a person as this one, itself among them."""
        return self._songs.like(index)

    async def _work(self, call: Callable[..., _T], *arguments: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._workers, call, *arguments)

    async def _chosen(self, track_id: str) -> Track:
        places = self._ids.of(track_id)
        if not places:
            raise UnknownChoice
        return await self._work(self.track, places[0])

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
        places = [self._ids.of(track.track_id) if track.track_id else [] for track in tracks]
        wanted = {found[0] for found in places if found}
        marks = ", ".join("?" * len(wanted))
        statement = f"SELECT idx, spotify_id FROM spotify WHERE idx IN ({marks})"  # noqa: S608 - only question marks
        with self._lock:
            known = dict(self._connection.execute(statement, list(wanted)).fetchall())
        return [
            track.spotify_id or (known.get(found[0]) if found else None)
            for track, found in zip(tracks, places, strict=True)
        ]

    def _search(self, asked: Sequence[str], limit: int, whole: bool) -> list[Track]:
        found = self._match(" ".join(f'"{word}"*' for word in asked))
        if not any(self._fame[index] >= WELL_KNOWN for index in found):
            meant = [[word, *self._similar(word)] for word in asked]
            found = [*dict.fromkeys(found + self._match(" AND ".join(_any_of(each) for each in meant)))]
            if not found and not whole:
                found = self._match(" OR ".join(_any_of(each) for each in meant))
        tracks = dict(zip(found, self.tracks(found), strict=True))
        years = first_years(tracks.values())

        def likely(index: int) -> float:
            return rank(tracks[index], float(self._fame[index]), asked, years)

        best: dict[int, Track] = {}
        for index in sorted(found, key=likely, reverse=True):
            best.setdefault(self._songs.like(index)[0], tracks[index])
        return [*best.values()][:limit]

    def _match(self, query: str) -> list[int]:
        return self._rows(_MATCHES, query, CANDIDATES)

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with self._lock:
            (text,) = self._connection.execute(statement, values).fetchone()
        return cast(list[Any], orjson.loads(text))

    def _similar(self, word: str) -> list[str]:
        """Words of the catalogue that a mistyped one may stand for."""
        if len(word) < 3:
            return []
        near = process.extract(
            word,
            self._vocabulary,
            scorer=WORDS_ALIKE,
            score_cutoff=SIMILAR,
            limit=8,
        )
        return [term for term, _, _ in near]


def _any_of(terms: Iterable[str]) -> str:
    first, *others = terms
    return "(" + " OR ".join([f'"{first}"*', *(f'"{term}"' for term in others)]) + ")"


def _words(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """The words that playlists are named with, and their indices; an older catalogue has none."""
    named = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'words'").fetchone()
    return connection.execute("SELECT word, idx FROM words").fetchall() if named else []


def _connect(path: Path) -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True, check_same_thread=False)
