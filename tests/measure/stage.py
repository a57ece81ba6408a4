"""Held-out playlists as people at a party, with a model that has not seen them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.party.words import Track
from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from model_export.evaluate import Bundle
from model_export.playlists import Split
from model_export.reading import read_playlists


@dataclass(frozen=True)
class Stage:
    """A model, and what people like that it has not met: the songs of held-out playlists, in order."""

    recommender: Recommender
    lists: Sequence[Sequence[Track]]
    sources: Sequence[str]  # of each list
    catalogue: Catalogue


def open_stage(model: Path, data: Path, split: Split) -> Stage:
    """Opens a bundle, and one split of the data that it was trained on."""
    bundle = open_bundle(model)
    catalogue = Catalogue.open(bundle)
    everything = read_playlists(data)
    unseen = Bundle(model, everything).unseen(everything, split)
    songs = [Track(s.title, s.artist, s.track_id, s.album, s.year, s.duration_ms) for s in unseen.songs]
    lists = [[songs[track] for track in unseen.tracks(i)] for i in range(len(unseen))]
    return Stage(Recommender(bundle, catalogue, seed=0), lists, unseen.sources, catalogue)
