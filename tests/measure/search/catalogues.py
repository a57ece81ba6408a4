"""Other catalogues made of one: without some songs, and with a million."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence, Set
from contextlib import closing
from pathlib import Path
from random import Random

import numpy as np

from model_export.catalogue import write_catalogue
from model_export.playlists import Song

MILLION = 1_000_000
LEAST = 1e-6
"""How popular a song is that was made up."""
_SONGS = """
    SELECT track_id, title, artist, album, year, duration_ms, spotify_id, popularity FROM tracks
    LEFT JOIN (SELECT min(spotify_id) AS spotify_id, idx FROM spotify GROUP BY idx) USING (idx)
    ORDER BY idx"""

Named = tuple[str, str]
"""A title, and all credited artists."""


def names(catalogue: Path) -> list[Named]:
    """Title and artists of every song, the most popular first."""
    with _open(catalogue) as connection:
        return connection.execute("SELECT title, artist FROM tracks ORDER BY idx").fetchall()


def without(catalogue: Path, removed: Set[int], copy: Path) -> None:
    """Writes a catalogue without some of the songs; the others move up."""
    songs, popularity = _read(catalogue)
    kept = [place for place in range(len(songs)) if place not in removed]
    _write(copy, catalogue, [songs[place] for place in kept], [popularity[place] for place in kept])


def million(catalogue: Path, seed: int, copy: Path) -> None:
    """Writes a catalogue with a million songs: those there are, and ones made up of their words."""
    songs, popularity = _read(catalogue)
    more = MILLION - len(songs)
    _write(copy, catalogue, [*songs, *_made_up(songs, more, Random(seed))], [*popularity, *[LEAST] * more])  # noqa: S311


def _made_up(songs: Sequence[Song], count: int, dice: Random) -> Iterator[Song]:
    """Each as long as one of the songs, of words that are drawn as often as these use them."""
    words = [word for song in songs for word in song.title.split()]
    artists = [word for song in songs for word in song.main_artist.split()]
    for number, like in enumerate(dice.choices(songs, k=count)):
        title = dice.choices(words, k=len(like.title.split()) or 1)
        artist = dice.choices(artists, k=len(like.main_artist.split()) or 1)
        yield Song(f"made-up-{number}", " ".join(title), " ".join(artist))


def _read(catalogue: Path) -> tuple[list[Song], list[float]]:
    with _open(catalogue) as connection:
        rows = connection.execute(_SONGS).fetchall()
    return [Song(*row[:-1]) for row in rows], [row[-1] for row in rows]


def _write(path: Path, like: Path, songs: Sequence[Song], popularity: Sequence[float]) -> None:
    with _open(like) as connection:
        artists = [name for (name,) in connection.execute("SELECT name FROM artists ORDER BY idx")]
        words = [word for (word,) in connection.execute("SELECT word FROM words ORDER BY idx")]
    write_catalogue(path, songs, np.array(popularity, np.float32), artists, words)


def _open(catalogue: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(f"{catalogue.resolve().as_uri()}?mode=ro&immutable=1", uri=True))
