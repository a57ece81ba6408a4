"""`catalog.db`: the songs of a model in index order, searchable.

Tables, beside the contract's `tracks`: `artists` (their index past the tracks', for songs outside the
catalogue), `words` (likewise, for a party that starts from words), `spotify` (which track a Spotify id is)
and the FTS5 index `songs`, whose rowid is the track's index. Tracks stand in order of popularity, so the
first matches of a search are the most popular ones.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from model_export.model import Floats
from model_export.playlists import Song

_SCHEMA = """
CREATE TABLE tracks(
    idx INTEGER PRIMARY KEY, track_id TEXT, title TEXT, artist TEXT, album TEXT, year INTEGER,
    duration_ms INTEGER, popularity REAL
);
CREATE TABLE artists(idx INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE words(idx INTEGER PRIMARY KEY, word TEXT NOT NULL);
CREATE TABLE spotify(spotify_id TEXT PRIMARY KEY, idx INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE songs USING fts5(
    title, artist, content='', tokenize='unicode61 remove_diacritics 2', columnsize=0, prefix='1 2'
);
"""

_INSIDE_WORD = re.compile(r"(?<=\w)[^\w\s]+(?=\w)")


def write_catalogue(
    path: Path,
    songs: Sequence[Song],
    popularity: Floats,
    artists: Sequence[str],
    words: Sequence[str] = (),
) -> None:
    """Writes the catalogue of a model.

    Args:
        path: the file; it must not exist.
        songs: in index order.
        popularity: (songs,), 1 the most popular.
        artists: in index order; the first one's index is the number of songs.
        words: of playlist names, likewise; the first one's index is that of songs and artists.
    """
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_SCHEMA)
        connection.executemany("INSERT INTO tracks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _rows(songs, popularity))
        connection.executemany("INSERT INTO artists VALUES (?, ?)", enumerate(artists, start=len(songs)))
        first_word = len(songs) + len(artists)
        connection.executemany("INSERT INTO words VALUES (?, ?)", enumerate(words, start=first_word))
        connection.executemany(
            "INSERT OR IGNORE INTO spotify VALUES (?, ?)",
            ((song.spotify_id, idx) for idx, song in enumerate(songs) if song.spotify_id),
        )
        connection.executemany(
            "INSERT INTO songs(rowid, title, artist) VALUES (?, ?, ?)",
            ((i, _searchable(song.title), _searchable(song.artist)) for i, song in enumerate(songs)),
        )
        connection.execute("INSERT INTO songs(songs) VALUES ('optimize')")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM")


def _rows(songs: Sequence[Song], popularity: Floats) -> Iterator[tuple[object, ...]]:
    for idx, (song, popular) in enumerate(zip(songs, popularity, strict=True)):
        yield (
            idx,
            song.track_id,
            song.title,
            song.artist,
            song.album,
            song.year,
            song.duration_ms,
            round(float(popular), 6),
        )


def _searchable(text: str) -> str:
    """The text and, of words with a sign inside, the word without it: AC/DC is found as acdc too."""
    joined = [_INSIDE_WORD.sub("", word) for word in text.split() if _INSIDE_WORD.search(word)]
    return " ".join([text.replace("&", "& and"), *joined])


def read_track_ids(path: Path) -> list[tuple[str, str]]:
    """The track id and title of each index."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT track_id, title FROM tracks ORDER BY idx").fetchall()


def read_words(path: Path) -> dict[str, int]:
    """The index of each word."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return {word: idx for idx, word in connection.execute("SELECT idx, word FROM words")}


def read_artists(path: Path) -> dict[str, int]:
    """The index of each artist."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return {name: idx for idx, name in connection.execute("SELECT idx, name FROM artists")}


CatalogueError = sqlite3.Error
"""What reading raises where the file is none."""


def read_catalogue(path: Path) -> tuple[list[Song], Floats, list[str], list[str]]:
    """The songs, how popular each is, the artists and the words, in index order: what was written."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        spotify = {idx: id_ for id_, idx in connection.execute("SELECT spotify_id, idx FROM spotify")}
        rows = connection.execute(
            "SELECT track_id, title, artist, album, year, duration_ms, popularity FROM tracks ORDER BY idx"
        )
        songs, popularity = [], []
        for idx, (track_id, title, artist, album, year, duration_ms, popular) in enumerate(rows):
            songs.append(Song(track_id, title, artist, album, year, duration_ms, spotify.get(idx)))
            popularity.append(popular)
        artists = [name for (name,) in connection.execute("SELECT name FROM artists ORDER BY idx")]
        words = [word for (word,) in connection.execute("SELECT word FROM words ORDER BY idx")]
    return songs, np.array(popularity, np.float32), artists, words
