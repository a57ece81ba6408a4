"""Playlists as numbers: what training looks at instead of texts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model_export import playlists as module
from model_export.playlists import SPLITS, Playlists, Song, split_of
from tests.model_export.planted import playlists

SONGS = [
    Song("0", "A", "Queen, David Bowie", "Hot Space", 1982),
    Song("1", "B", "ABBA", "Greatest Hits", 1979),
    Song("2", "C", "Queen", "Greatest Hits", 1984),
    Song("3", "D", "", None, None),
    Song("4", "E", "Queen", "Hot Space", None),
]


@pytest.fixture
def lists() -> Playlists:
    """Lists of two sources, some of them snapshots, over songs of two artists."""
    return playlists(
        [[0, 1], [2], [3, 0, 4], [1]], SONGS, parents=["b", "a", "b", "c"], sources=["x", "y", "y", "x"]
    )


def random_lists(count: int = 300, songs: int = 40) -> Playlists:
    """Lists of 0 to 12 songs, a third of them snapshots of others."""
    rng = np.random.default_rng(3)
    tracks = [rng.permutation(songs)[: rng.integers(0, 13)] for _ in range(count)]
    parents = [f"parent-{i if i % 3 else i % 30}" for i in range(count)]
    made = playlists(tracks, songs, parents, [f"source-{i % 4}" for i in range(count)])
    return replace(made, followers=list(range(count)), names=[f"name {i}" for i in range(count)])


def test_parents_and_sources_are_numbered_as_they_appear(lists: Playlists) -> None:
    """The first parent is 0, and its snapshots share the number."""
    assert lists.parent_of.tolist() == [0, 1, 0, 2]
    assert lists.source_of.tolist() == [0, 1, 1, 0]
    assert lists.parent_of.dtype == lists.source_of.dtype == np.int32


def test_splits_are_those_of_the_parents() -> None:
    """The numbers say what the parents' names say."""
    lists = random_lists()
    assert [SPLITS[place] for place in lists.splits] == [split_of(parent) for parent in lists.parents]
    assert lists.splits.dtype == np.uint8


def test_songs_have_artist_album_and_era(lists: Playlists) -> None:
    """By the main artist; one name of two artists' albums is two; what is unknown is -1."""
    assert list(lists.artists) == ["Queen", "ABBA"]
    assert lists.artist_of.tolist() == [0, 1, 0, -1, 0]
    assert lists.album_of.tolist() == [0, 1, 2, -1, 0]
    assert lists.era_of.tolist() == [0, 1, 0, -1, -1]


def test_numbers_go_with_the_lists_that_are_chosen(lists: Playlists) -> None:
    """After choosing lists or songs the numbers are those of what is left."""
    assert lists.splits.shape == (4,)
    assert lists.select([3, 0]).parent_of.tolist() == [0, 1]
    fewer = lists.restricted(np.array([4, 1]))
    assert fewer.artist_of.tolist() == [0, 1]
    assert list(fewer.artists) == ["Queen", "ABBA"]
    assert fewer.parent_of.tolist() == lists.parent_of.tolist()
    assert fewer.splits.tolist() == lists.splits.tolist()


@pytest.mark.parametrize("at_once", [1, 7, 50, 2**22])
def test_what_is_done_part_by_part_is_done_as_a_whole(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """However few entries are worked on at a time, each list comes out as it would alone."""
    monkeypatch.setattr(module, "AT_ONCE", at_once)
    lists = random_lists()
    chosen = [7, 3, 3, 299, 0]
    few = lists.select(chosen)
    assert [few.tracks(i).tolist() for i in range(5)] == [lists.tracks(i).tolist() for i in chosen]
    assert (list(few.followers), list(few.names)) == (chosen, [f"name {i}" for i in chosen])

    keep = np.array([5, 30, 2])
    fewer = lists.restricted(keep)
    by_hand = [
        [keep.tolist().index(each) for each in lists.tracks(i).tolist() if each in keep]
        for i in range(len(lists))
    ]
    assert [fewer.tracks(i).tolist() for i in range(len(lists))] == by_hand

    pairs = {(song, lists.parents[i]) for i in range(len(lists)) for song in lists.tracks(i).tolist()}
    counts = [sum(each == song for each, _ in pairs) for song in range(len(lists.songs))]
    assert lists.parents_per_song().tolist() == counts


def test_no_part_is_longer_than_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The entries held at a time are bounded, but for a single list that is longer; none is left out."""
    monkeypatch.setattr(module, "AT_ONCE", 20)
    bounds = random_lists().bounds
    found = list(module.parts(bounds))
    assert [i for part in found for i in range(part.start, part.stop)] == list(range(300))
    assert all(bounds[part.stop] - bounds[part.start] <= 20 for part in found)
    assert [(part.start, part.stop) for part in module.parts(np.array([0, 90, 95, 95, 185]))] == [
        (0, 1),
        (1, 3),
        (3, 4),
    ]
