"""What was not refused, the bot can use: bundles of odd songs are opened, searched and suggested from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.doors.meant import named
from bot.party.words import Mood, Signal
from bot.recommend.bundle import Bundle, open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.recommend.texts import words
from cogs.cards import CHOICE_LIMIT
from model_export.catalogue import write_catalogue
from model_export.learning import learn
from model_export.playlists import DataError, Song
from tests.model_export.planted import QUICK, playlists
from tests.model_export.test_cli import run
from tests.model_export.test_playlists import mpd_playlist, mpd_track, write_slice
from tests.model_export.test_slices import local

UNSEEN = ("", " ", "\n", "\u200b", "\u202e \x1b", None)
"""Titles of which nothing can be seen."""
ODD = (
    "😀",
    "?!",
    "\u202egnirts",
    "two\nlines",
    "\x1b[31mred",
    '"; DROP TABLE tracks; --',
    "NEAR(a OR b*)",
    "ﷺ" * 50,
    "long " * 2000,
    "\uffff\ufdd0 x",
    "İstanbul ß ﬁ",
    "(all in brackets)",
    "- - -",
)


async def test_a_bundle_of_odd_slices_is_used_by_the_bot(tmp_path: Path) -> None:
    """Trained on the command line; then every song is found, searched by its words, and may be suggested."""
    data, out = tmp_path / "data", tmp_path / "model"
    data.mkdir()
    tracks = [{**mpd_track(i, i), "track_name": title} for i, title in enumerate((*ODD, *UNSEEN))]
    artists = (None, "", ",", *ODD)
    tracks += [{**mpd_track(0, 100 + i), "artist_name": artist} for i, artist in enumerate(artists)]
    tracks += [local(0, "spotify:local::::225"), local(0, "spotify:local:::::", duration_ms=0)]
    placed = [{**track, "pos": place} for place, track in enumerate(tracks)]
    write_slice(data, 0, [mpd_playlist(pid, placed[pid % 5 :]) | {"name": ODD[pid % 5]} for pid in range(40)])
    done = run("train", data, "--out", out, "--dims", "4", "--epochs", "2")
    assert done.returncode == 0, done.stderr

    bundle = open_bundle(out)
    assert bundle.tracks == len(tracks) - len(UNSEEN)
    catalogue = Catalogue.open(bundle)
    recommender = Recommender(bundle, catalogue)
    try:
        songs = catalogue.tracks(range(bundle.tracks))
        for index, track in enumerate(songs):
            assert catalogue.index_of(track) == index
            assert await catalogue.resolve(f"track:{track.track_id}") == track
            assert 1 <= len(named(track, CHOICE_LIMIT)) <= CHOICE_LIMIT
            assert len(f"track:{track.track_id}") <= CHOICE_LIMIT
            text = f"{track.title} {track.artist}"
            for word in words(text)[:3]:
                assert await catalogue.search(word) or not text.isascii()
        told = [Signal(track, 1.0, 1.0) for track in songs[:3]]
        for mood in Mood:
            found = await recommender.suggest(told, songs[:3], 10, mood=mood, clean=True)
            assert found
    finally:
        catalogue.close()


def test_songs_without_a_title_are_left_out() -> None:
    """Nobody could be offered them; the others keep their places in the lists."""
    songs = [Song(f"t{i}", title or "", "Ann") for i, title in enumerate(("First", *UNSEEN, "Last"))]
    lists = playlists([range(len(songs))] * 8, songs, [f"parent-{i}" for i in (0, 4, 6, 7, 9, 10, 11, 12)])
    learned = learn(lists, replace(QUICK, epochs=1), everything=True)
    assert {song.title for song in learned.lists.songs} == {"First", "Last"}
    assert set(np.diff(learned.lists.bounds)) == {2}


def test_songs_that_all_lack_a_title_are_refused() -> None:
    """In a sentence that says what is missing."""
    lists = playlists([[0, 1]] * 8, [Song("a", "", "Ann"), Song("b", " ", "Ben")])
    with pytest.raises(DataError, match=r"^no song with a title stands in 1 different playlists; [^\n]*$"):
        learn(lists, QUICK)


@pytest.mark.parametrize("year", [0, None, 1, 9999])
async def test_any_year_of_a_catalogue_is_searched(tmp_path: Path, year: int | None) -> None:
    """A bundle that was made elsewhere may say 0 where a year is not known."""
    path = tmp_path / "catalog.db"
    songs = [Song("a", "One Song", "Ann", year=year), Song("b", "Other Song", "Ben", year=1999)]
    write_catalogue(path, songs, np.array([1, 0.5], np.float32), ["Ann", "Ben"])
    catalogue = Catalogue.open(Bundle(path, path, 2, 2))
    try:
        assert len(await catalogue.search("song")) == 2
    finally:
        catalogue.close()
