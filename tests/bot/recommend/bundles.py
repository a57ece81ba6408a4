"""Small bundles of the same songs under other numbers: what one says with another's numbers is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import sparse

from model_export.bundle import MODEL, write_files
from model_export.folders import written_whole
from model_export.graph import StandIns
from model_export.model import Blend, Memory, Model
from model_export.neighbours import nothing
from model_export.playlists import Song

SONGS = 400
DIMS = 8
ARTISTS = tuple(f"Band {number}" for number in range(SONGS // 4))
TITLES = tuple(f"Melody {number} of {SONGS - number}" for number in range(SONGS))


def write_bundle(folder: Path, seed: int, *, more: int = 0, lost: int = 0) -> None:
    """Puts a bundle into a folder's place, as `model_export` does.

    Args:
        folder: its place.
        seed: of the order in which the songs are numbered, and of what the model has learned of each.
        more: how many songs it has that others lack.
        lost: of how many songs it does not know how popular they are: its number for that is none.
    """
    rng = np.random.default_rng(seed)
    count = SONGS + more
    order = rng.permutation(count)
    songs = [_song(int(each)) for each in order]
    artist_of = np.array([int(each) % len(ARTISTS) for each in order], np.int32)
    factors, bias = rng.standard_normal((count, DIMS), np.float32), rng.standard_normal(count, np.float32)
    bias[:lost] = np.nan
    model = Model(
        factors,
        np.ones(count, np.float32),
        bias,
        0.6,
        Memory(_near(count, rng), _near(len(ARTISTS), rng), artist_of),
        Blend(1.0, 1.0, 1.0),
    )
    others = StandIns(
        rng.standard_normal((len(ARTISTS), DIMS), np.float32),
        np.ones(len(ARTISTS), np.float32),
        np.arange(len(ARTISTS), dtype=np.int32),
        nothing(len(ARTISTS), count),
    )
    facts = {"blend": {}, "data": [], "splits": ["train"], "settings": {}, "epochs": 0, "metrics": {}}
    popularity = np.linspace(1, 0, count, dtype=np.float32)
    with written_whole(folder, MODEL, "model") as scratch:
        write_files(scratch, model, others, songs, popularity, ARTISTS, (), facts)


def _near(rows: int, rng: np.random.Generator) -> sparse.csr_array:
    """One neighbour of each, drawn by lot."""
    likeness = rng.random(rows, np.float32)
    return sparse.csr_array((likeness, rng.permutation(rows), np.arange(rows + 1)), shape=(rows, rows))


def _song(number: int) -> Song:
    title = TITLES[number] if number < SONGS else f"Late Arrival {number - SONGS}"
    return Song(f"song-{number}", title, ARTISTS[number % len(ARTISTS)], "", 2000, 200_000, f"{number:022d}")
