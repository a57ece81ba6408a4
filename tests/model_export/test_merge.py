"""Several folders of playlists as one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from model_export.merge import merged, read_folders, song_key
from model_export.playlists import DataError, Playlists, Song
from tests.model_export.planted import planted, playlists, write_playlists


def titles(lists: Playlists) -> list[list[str]]:
    """The titles of each list."""
    return [[lists.songs[track].title for track in lists.tracks(i)] for i in range(len(lists))]


def joined(first: Sequence[Song], second: Sequence[Song]) -> Playlists:
    """Two folders of one list each, with all its songs."""
    return merged([playlists([range(len(songs))], songs) for songs in (first, second)])


CLOCKS = Song("10", "Clocks", "Coldplay, A Guest", spotify_id="spotify-clocks")


@pytest.mark.parametrize(
    "other",
    [
        Song("10", "Clocks - Remastered", "Coldplay"),
        Song("10", "", ""),
        Song("77", "Zeitmesser", "Kaltspiel", spotify_id="spotify-clocks"),
        Song("77", "CLOCKS!", "Còldplay"),
    ],
)
def test_a_song_is_found_again_in_another_folder(other: Song) -> None:
    """The same track_id, Spotify id, or title and main artist however spelled, is the first folder's song."""
    both = joined([CLOCKS], [other, Song("78", "Yellow", "Coldplay")])
    assert both.songs == [CLOCKS, Song("78", "Yellow", "Coldplay")]
    assert titles(both) == [["Clocks"], ["Clocks", "Yellow"]]


@pytest.mark.parametrize(
    "other",
    [
        Song("77", "Clocks", "Somebody Else"),
        Song("77", "Yellow", "Coldplay"),
        Song("77", "Clocks", ""),
        Song("77", "Clocks", "Coldplay feat. A Guest"),
    ],
)
def test_another_song_stays_another(other: Song) -> None:
    """One that shares only the title or only the artist, or whose artist is not known, is not joined."""
    assert joined([CLOCKS], [other]).songs == [CLOCKS, other]


def test_catalogues_that_count_alike_are_kept_apart() -> None:
    """A track_id that means quite another song in the second folder gets a name of its own there."""
    both = joined([CLOCKS], [Song("10", "Our Own Demo", "The Garage Neighbours"), Song("11", "Yellow", "C")])
    assert titles(both) == [["Clocks"], ["Our Own Demo", "Yellow"]]
    assert [song.track_id for song in both.songs] == ["10", "10'", "11"]


def test_recordings_of_one_folder_stay_apart() -> None:
    """Within a folder two ids are two songs; another folder's song of that name joins the first of them."""
    takes = [Song("1", "Clocks", "Coldplay"), Song("2", "Clocks", "Coldplay")]
    assert joined([Song("0", "Yellow", "Coldplay")], takes).songs[1:] == takes
    both = joined(takes, [Song("3", "clocks", "coldplay")])
    assert both.songs == takes
    assert both.tracks(1).tolist() == [0]


def test_a_list_holds_a_joined_song_once() -> None:
    """Two recordings that are one song of an earlier folder stand once in a list, where the first stood."""
    takes = [
        Song("1", "clocks", "Coldplay"),
        Song("2", "Yellow", "Coldplay"),
        Song("3", "Clocks", "COLDPLAY"),
    ]
    both = joined([CLOCKS], takes)
    assert titles(both) == [["Clocks"], ["Clocks", "Yellow"]]
    assert both.bounds.tolist() == [0, 1, 3]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Déjà Vu", "deja vu"), ("AC/DC", "ACDC"), ("Don’t", "dont"), ("Ｆｕｌｌ", "full"), ("カ゛", "ガ")],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    """Case, accents, signs and widths do not count."""
    assert song_key(one, "") == song_key(other, "")


@pytest.mark.parametrize(("one", "other"), [("की", "का"), ("カ", "ガ"), ("!!!", "???"), ("1999", "1989")])
def test_names_that_differ(one: str, other: str) -> None:
    """Marks that are vowels or consonants count, and so do signs where there is nothing else."""
    assert song_key(one, "") != song_key(other, "")


def test_parents_of_different_sources_do_not_collide() -> None:
    """The first folder's parents keep their names; another source's that is taken gets one of its own."""
    one = playlists([[0], [0]], 1, parents=["a", "b"])
    two = playlists([[0], [0], [0]], 1, parents=["b", "b", "c"], sources=["radio", "radio", "radio"])
    assert merged([one, two]).parents == ["a", "b", "b'", "b'", "c"]


def test_a_playlist_in_two_folders_is_one() -> None:
    """The same parent of the same source stays one, so that no split parts it from its copy."""
    one = playlists([[0], [0]], 1, parents=["a", "b"], sources=["radio", "cards"])
    two = playlists([[0], [0], [0]], 1, parents=["b", "a", "c"], sources=["cards", "cards", "cards"])
    assert merged([one, two, two]).parents == ["a", "b", *["b", "a'", "c"] * 2]


def test_licences_are_merged() -> None:
    """Every source keeps its licence; one that stands under two names both."""
    one = playlists([[0], [0]], 1, sources=["radio", "friends"])
    two = playlists([[0], [0]], 1, sources=["radio", "harvest"])
    two.licences.update(radio="CC0", harvest="own")
    both = merged([one, two])
    assert both.licences == {"radio": "MIT and CC0", "friends": "MIT", "harvest": "own"}
    assert both.sources == ["radio", "friends", "radio", "harvest"]


def test_a_single_folder_is_read_as_it_stands(tmp_path: Path) -> None:
    """One folder gives the songs, parents and entries that are in it, so that its splits stay as they are."""
    before = planted(12)
    after = read_folders([write_playlists(tmp_path, before)])
    assert (after.songs, after.parents) == (before.songs, before.parents)
    np.testing.assert_array_equal(after.entries, before.entries)


def test_folders_are_read_in_their_order(tmp_path: Path) -> None:
    """The lists of two folders stand one after the other, over one set of songs."""
    before = planted(12)
    two = playlists([[0, 1]], [Song("x", "Rock Song 1", "ROCK BAND 0"), Song("y", "New", "New")], ["new"])
    both = read_folders([write_playlists(tmp_path / "1", before), write_playlists(tmp_path / "2", two)])
    assert titles(both) == [*titles(before), ["rock song 1", "New"]]
    assert len(both.songs) == len(before.songs) + 1
    assert both.parents == [*before.parents, "new"]


def test_a_folder_named_twice_is_refused(tmp_path: Path) -> None:
    """Its lists would stand in training and test at once."""
    folder = write_playlists(tmp_path / "data", planted(12))
    with pytest.raises(DataError, match="twice"):
        read_folders([folder, tmp_path / "data" / ".." / "data"])
