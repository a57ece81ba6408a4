"""What the recommender's tests share: planted playlists, and what a short training learns from them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from model_export.bundle import Learned
from model_export.learning import learn
from model_export.model import Model
from model_export.playlists import Playlists
from model_export.training import train
from tests.model_export.planted import QUICK, genre_of, planted


@pytest.fixture(scope="session")
def lists() -> Playlists:
    """Sixty playlists of three genres."""
    return planted()


@pytest.fixture(scope="session")
def model(lists: Playlists) -> Model:
    """What a short training learns from all of them, over their own songs."""
    return train(lists, QUICK)[0]


@pytest.fixture(scope="session")
def learned(lists: Playlists) -> Learned:
    """What the whole of learning leaves behind: split, judged, calibrated."""
    return learn(lists, QUICK)


@pytest.fixture(scope="session")
def genres(lists: Playlists) -> Sequence[str]:
    """The genre of each planted song."""
    return [genre_of(song) for song in lists.songs]
