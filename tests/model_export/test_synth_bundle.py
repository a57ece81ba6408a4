"""A bundle of random numbers: it answers as any other, and the same seed makes the same one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from model_export.bundle import FILES
from model_export.synth_bundle import Songs, write_random_bundle

TRACKS, DIMS = 3000, 16


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small one."""
    path = tmp_path_factory.mktemp("random")
    write_random_bundle(path, TRACKS, DIMS, 1)
    return path


async def test_the_bot_runs_it(folder: Path) -> None:
    """The bot takes it as a bundle of its format, finds a song by its title and suggests others."""
    bundle = open_bundle(folder)
    assert bundle.tracks == TRACKS
    catalogue = Catalogue.open(bundle)
    recommender = Recommender(bundle, catalogue)
    assert len(await recommender.suggest([], [], 5)) == 5


def test_the_same_seed_makes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Written again it is the same to the byte, and another seed makes another one."""
    write_random_bundle(tmp_path, TRACKS, DIMS, 1)
    (tmp_path / "other").mkdir()
    write_random_bundle(tmp_path / "other", TRACKS, DIMS, 2)
    for name in (*FILES, "manifest.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    for name in ("model.onnx", "catalog.db"):
        assert (tmp_path / "other" / name).read_bytes() != (folder / name).read_bytes()


def test_songs_are_spread_as_real_ones() -> None:
    """Ids are unique; a fifth of the titles repeat; few artists have many songs, and most have one or two."""
    songs = Songs(20_000, 8_000, 0)
    assert len({song.track_id for song in songs}) == len(songs)
    assert 0.6 < len({song.title for song in songs}) / len(songs) < 0.95
    each = np.array(list(Counter(song.artist for song in songs).values()))
    assert each.max() > 20 * np.median(each)


def test_a_bundle_of_one_song(tmp_path: Path) -> None:
    """The smallest one that can be asked for is a bundle too."""
    write_random_bundle(tmp_path, 1, 1, 0)
    assert open_bundle(tmp_path).tracks == 1
