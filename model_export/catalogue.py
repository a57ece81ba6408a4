"""`catalog.db`: the songs of a model in index order.

Tables, beside the contract's `tracks`: `artists` (their index past the tracks', for songs outside the
catalogue), `words` (likewise, for a party that starts from words) and `spotify` (which track an id there is).
Tracks stand in order of popularity, so that a search can stop early. What a search needs of very many songs
the bot keeps in a file beside it, which it is told to write here.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from model_export.model import Floats
from model_export.playlists import Song

_ROOT = Path(__file__).parents[1]
CatalogueError = sqlite3.Error
"""What goes wrong with a catalogue's file: a full disk while it is written, or it is none."""

_SCHEMA = """
CREATE TABLE tracks(
    idx INTEGER PRIMARY KEY, track_id TEXT, title TEXT, artist TEXT, album TEXT, year INTEGER,
    duration_ms INTEGER, popularity REAL
);
CREATE TABLE artists(idx INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE words(idx INTEGER PRIMARY KEY, word TEXT NOT NULL);
CREATE TABLE spotify(spotify_id TEXT PRIMARY KEY, idx INTEGER NOT NULL) WITHOUT ROWID;
"""
_QUICK = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TEMP TABLE ids(spotify_id TEXT NOT NULL, idx INTEGER NOT NULL);
"""
"""What is not complete is removed, so nothing has to be taken back."""
MANY = 200_000
"""From so many songs on the bot keeps what it makes of them."""


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
    try:
        _write(path, songs, popularity, artists, words)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if len(songs) >= MANY:
        _prepare(path)


def _write(
    path: Path, songs: Sequence[Song], popularity: Floats, artists: Sequence[str], words: Sequence[str]
) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_QUICK + _SCHEMA)
        connection.executemany("INSERT INTO tracks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _rows(songs, popularity))
        connection.executemany("INSERT INTO artists VALUES (?, ?)", enumerate(artists, start=len(songs)))
        first_word = len(songs) + len(artists)
        connection.executemany("INSERT INTO words VALUES (?, ?)", enumerate(words, start=first_word))
        connection.executemany(
            "INSERT INTO temp.ids VALUES (?, ?)",
            ((song.spotify_id, idx) for idx, song in enumerate(songs) if song.spotify_id),
        )
        # In their order: millions that are put in anywhere would write most pages again and again.
        connection.execute(
            "INSERT OR IGNORE INTO spotify SELECT spotify_id, idx FROM temp.ids ORDER BY spotify_id, idx"
        )
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM")


def _prepare(path: Path) -> None:
    """Lets the bot, in a process of its own, keep what it makes of the songs; it would at its first start."""
    command = [sys.executable, "-m", "bot.recommend.preparing", str(path.resolve())]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        why = (done.stderr.strip().splitlines() or [f"code {done.returncode}"])[-1]
        mend = f"the bot's first start takes longer, or run `python -m bot prepare {path.parent}`"
        print(f"{path} is not prepared to be searched ({why}): {mend}", file=sys.stderr)


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
