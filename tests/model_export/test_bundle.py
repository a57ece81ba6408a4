"""The bundle: its files, its catalogue, its manifest, and what must not be in it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from model_export.bundle import (
    FILES,
    MODEL,
    Learned,
    load_learned,
    popularity_of,
    save_learned,
    write_bundle,
)
from model_export.evaluate import Bundle
from model_export.folders import written_whole
from model_export.learning import learn
from model_export.metrics import Case
from model_export.model import Model, queue_matrix
from model_export.playlists import DataError, Playlists, Song
from model_export.reading import read_playlists
from model_export.training import train
from tests.model_export.planted import QUICK, name_of, planted, playlists, write_playlists

COLUMNS = [
    ("idx", "INTEGER"),
    ("track_id", "TEXT"),
    ("title", "TEXT"),
    ("artist", "TEXT"),
    ("album", "TEXT"),
    ("year", "INTEGER"),
    ("duration_ms", "INTEGER"),
    ("popularity", "REAL"),
]
BY_POPULARITY = [
    Song("1", "Highway to Hell", "AC/DC", "Highway to Hell", 1979, 208_000, "spotify-highway"),
    Song("2", "Halo", "Beyoncé", "I Am... Sasha Fierce", 2008),
    Song("3", "Ace of Spades", "Motörhead"),
    Song("4", "Thunderstruck", "AC/DC", "The Razors Edge", None, 292_000),
    Song("5", "Crazy in Love", "Beyoncé, JAY-Z", "Dangerously in Love"),
    Song("6", "Islands in the Stream", "Dolly Parton & Kenny Rogers"),
    Song("7", "Untitled", ""),
]
LISTS = [list(range(length)) for length in (7, 6, 5, 4, 3, 2, 2)]


@pytest.fixture(scope="session")
def rock() -> Learned:
    """A model of seven songs whose names are hard to search for."""
    lists = playlists(LISTS, BY_POPULARITY, sources=["radio"] * 4 + ["friends"] * 3)
    model, epochs, *_ = train(lists, replace(QUICK, dims=3, epochs=4))
    model = replace(model, scale=0.8, level=3.0)
    quality = {"cases": 2, "r_precision": 0.5, "ndcg": 0.25, "recall_10": 0.125, "hit_10": 1.0}
    return Learned(model, lists, QUICK, epochs, ("train",), {"test": {"1": quality}})


@pytest.fixture(scope="session")
def folder(rock: Learned, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its bundle."""
    path = tmp_path_factory.mktemp("bundle")
    write_bundle(rock, path)
    return path


Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def ask(folder: Path) -> Ask:
    """Asks the catalogue in SQL."""

    def run(sql: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{folder / 'catalog.db'}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, values).fetchall()

    return run


# --- the catalogue


def test_the_table_of_tracks_is_the_contracts(ask: Ask) -> None:
    """Exactly these columns with these types, in this order, and the index is the key."""
    columns = ask("SELECT name, type, pk FROM pragma_table_info('tracks') ORDER BY cid")
    assert [(name, kind) for name, kind, _ in columns] == COLUMNS
    assert [name for name, _, key in columns if key] == ["idx"]


def test_tracks_stand_with_all_that_is_known(ask: Ask) -> None:
    """Each song's row holds what the playlists said of it; what is unknown is null, and ids are text."""
    rows = ask("SELECT track_id, title, artist, album, year, duration_ms FROM tracks ORDER BY idx")
    assert rows == [
        (song.track_id, song.title, song.artist, song.album, song.year, song.duration_ms)
        for song in BY_POPULARITY
    ]
    assert ask("SELECT DISTINCT typeof(track_id) FROM tracks") == [("text",)]


def test_the_most_popular_come_first(learned: Learned, tmp_path: Path) -> None:
    """Learned songs stand by popularity, from 1 downwards, numbered from 0 without a gap."""
    write_bundle(learned, tmp_path)
    with closing(sqlite3.connect(tmp_path / "catalog.db")) as connection:
        rows = connection.execute("SELECT idx, popularity FROM tracks ORDER BY idx").fetchall()
    popularity = [row[1] for row in rows]
    assert [row[0] for row in rows] == list(range(len(learned.lists.songs)))
    assert popularity == sorted(popularity, reverse=True)
    assert popularity[0] == 1
    assert popularity[-1] > 0


def test_the_index_is_the_models(rock: Learned, folder: Path) -> None:
    """A track's place in the catalogue is its place in the graph: both rank the same song first."""
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    ones = np.ones(1, np.float32)
    for index in range(len(BY_POPULARITY)):
        queue = np.array([index], np.int64)
        tracks, _, _ = session.run(
            None,
            {
                "queue": queue,
                "weight": ones,
                "label": ones,
                "banned": queue[:0],
                "limit": np.array(6, np.int64),
            },
        )
        scores = rock.model.scores(queue_matrix([queue], len(BY_POPULARITY)))[0]
        assert tracks.tolist() == [i for i in np.argsort(-scores).tolist() if i != index]


def test_artists_follow_the_tracks(ask: Ask) -> None:
    """Artists are numbered past the last track, each once, under their main name."""
    assert ask("SELECT idx, name FROM artists ORDER BY idx") == [
        (7, "AC/DC"),
        (8, "Beyoncé"),
        (9, "Motörhead"),
        (10, "Dolly Parton & Kenny Rogers"),
    ]


def test_spotify_ids_find_their_track(ask: Ask) -> None:
    """Known Spotify ids lead to the track's index; unknown ones have no row."""
    assert ask("SELECT spotify_id, idx FROM spotify") == [("spotify-highway", 0)]


def test_the_catalogue_has_only_what_is_read(ask: Ask) -> None:
    """Four tables: a full-text index, which nobody asks, would take half as much again."""
    tables = {name for (name,) in ask("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {"tracks", "artists", "words", "spotify"}


# --- the model's stand-ins


def test_an_artist_stands_in_for_a_song_outside(rock: Learned, folder: Path) -> None:
    """A queue that holds an artist's index is answered with that artist's direction."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(folder / "model.onnx", options)
    one = np.ones(1, np.float32)
    inputs = {"weight": one, "label": one, "banned": np.empty(0, np.int64), "limit": np.array(7, np.int64)}
    tracks, _, reasons = session.run(None, {"queue": np.array([9], np.int64), **inputs})
    model = rock.model  # Motörhead has one song, so its stand-in is that song
    seen = queue_matrix([np.array([2])], 7)
    expected = model.scale * (model.factors @ model.pooled(seen)[0])
    np.testing.assert_allclose(reasons[:, 0], expected[tracks], rtol=1e-2, atol=2e-4)


def test_an_artists_hits_speak_for_it(tmp_path: Path) -> None:
    """An artist whose hit and whose rare song point opposite ways stands in the hit's direction."""
    songs = [Song("hit", "Hit", "Abba"), Song("rare", "Rare", "Abba"), Song("a", "A", ""), Song("b", "B", "")]
    lists = playlists([[0, 2], [0, 3], [0, 2], [0, 1, 3]], songs)
    factors = np.array([[2, 0], [-2, 0], [1, 0], [-1, 0]], np.float32)
    model = Model(factors, np.ones(4, np.float32), np.zeros(4, np.float32), 0.8)
    write_bundle(Learned(model, lists, QUICK, 1, ("train",), {}), tmp_path)
    outside = playlists([[4]], [*songs, Song("new", "New", "Abba, A Guest")])
    found = Bundle(tmp_path, outside).rank(Case(np.array([4], np.int32), np.empty(0, np.int32), ""), 4)
    assert found.tolist() == [0, 2, 3, 1]


def test_songs_of_nobody_can_be_bundled(tmp_path: Path) -> None:
    """A catalogue that knows no artist has none to stand in, and its graph runs."""
    lists = playlists([[0, 1, 2], [1, 2]], 3)
    model, epochs, *_ = train(lists, replace(QUICK, dims=2, epochs=2))
    write_bundle(Learned(model, lists, QUICK, epochs, ("train",), {}), tmp_path)
    assert json.loads((tmp_path / "manifest.json").read_text("utf-8"))["artists"] == 0
    found = Bundle(tmp_path, lists).rank(Case(np.array([0], np.int32), np.array([1], np.int32), ""), 5)
    assert sorted(found.tolist()) == [1, 2]


def test_a_bundle_answers_for_the_data_by_its_tracks(learned: Learned, tmp_path: Path) -> None:
    """Asked for songs as the data numbers them, the best of one genre come back in those numbers."""
    lists = planted()
    write_bundle(learned, tmp_path)
    found = Bundle(tmp_path, lists).rank(Case(np.array([30, 31], np.int32), np.empty(0, np.int32), ""), 5)
    assert {lists.songs[track].title.split()[0] for track in found} == {"jazz"}


def test_a_bundle_of_other_tracks_is_refused(learned: Learned, tmp_path: Path) -> None:
    """Measuring a model on data that lacks its tracks would say nothing, so it is an error."""
    write_bundle(learned, tmp_path)
    with pytest.raises(DataError, match="other tracks"):
        Bundle(tmp_path, playlists(LISTS, BY_POPULARITY))


@pytest.mark.parametrize("name", ["model.onnx", "model.data", "catalog.db", "manifest.json"])
@pytest.mark.parametrize("content", [None, b"damaged"])
def test_a_broken_bundle_is_refused(
    learned: Learned, lists: Playlists, tmp_path: Path, name: str, content: bytes | None
) -> None:
    """A bundle with a file missing or damaged is refused with its folder's name."""
    write_bundle(learned, tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as refusal:
        Bundle(tmp_path, lists)
    assert str(tmp_path) in str(refusal.value)


# --- manifest and card


def test_the_manifest_has_the_digest_of_every_other_file(folder: Path) -> None:
    """Every file of the bundle stands in the manifest with its SHA-256, and there is no other."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["files"] == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES
    }
    assert {path.name for path in folder.iterdir()} == {*FILES, "manifest.json"}


def test_the_manifest_counts_right(rock: Learned, folder: Path) -> None:
    """Tracks, artists, dims, and each source's licence, playlists and parents are what was learned from."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (manifest["format"], manifest["tracks"], manifest["artists"], manifest["dims"]) == (2, 7, 4, 3)
    assert manifest["splits"] == ["train"]
    assert manifest["epochs"] == rock.epochs
    assert manifest["metrics"] == rock.metrics
    assert manifest["data"] == [
        {"source": "friends", "licence": "MIT", "playlists": 3, "parents": 3},
        {"source": "radio", "licence": "MIT", "playlists": 4, "parents": 4},
    ]


def test_snapshots_count_as_playlists_but_not_as_parents(tmp_path: Path) -> None:
    """The manifest tells how many lists there are and of how many different ones."""
    lists = playlists([[0, 1], [0, 1], [1, 0]], 2, parents=["a", "a", "b"])
    model, epochs, *_ = train(lists, replace(QUICK, dims=1, epochs=1))
    write_bundle(Learned(model, lists, QUICK, epochs, ("train",), {}), tmp_path)
    (source,) = json.loads((tmp_path / "manifest.json").read_text("utf-8"))["data"]
    assert (source["playlists"], source["parents"]) == (3, 2)


def test_the_card_names_sources_and_figures(folder: Path) -> None:
    """The card has each source with licence and counts, and each figure measured; no field stays empty."""
    card = (folder / "MODEL_CARD.md").read_text("utf-8")
    assert "| friends | MIT | 3 | 3 |" in card
    assert "| radio | MIT | 4 | 4 |" in card
    assert "| test | 1 | 0.500 | 0.250 | 0.125 | 1.000 |" in card
    assert "7 tracks, 4 artists" in card
    assert "{" not in card


def test_no_playlist_is_in_the_bundle(tmp_path: Path) -> None:
    """No file of a bundle holds any playlist's name, id or parent, as text of either width."""
    before = planted()
    lists = read_playlists(write_playlists(tmp_path / "data", before))
    (tmp_path / "bundle").mkdir()
    write_bundle(learn(lists, replace(QUICK, epochs=5)), tmp_path / "bundle")
    contents = {path.name: path.read_bytes().lower() for path in (tmp_path / "bundle").iterdir()}
    assert b"rock song 3" in contents["catalog.db"]
    for i in range(len(lists)):
        for secret in (name_of(i), f"id-of-list-{i:03}", lists.parents[i]):
            for coded in (secret.lower().encode(), secret.lower().encode("utf-16-le")):
                assert not [name for name, content in contents.items() if coded in content]


def test_the_same_learning_makes_the_same_bytes(rock: Learned, folder: Path, tmp_path: Path) -> None:
    """A model written twice is the same to the byte, so that a digest tells whether something changed."""
    write_bundle(rock, tmp_path)
    for name in (*FILES, "manifest.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_popularity_is_not_drowned_by_a_large_source() -> None:
    """A song of a hundred radio sessions is not 25 times as popular as one of all four friends' lists."""
    lists = playlists([[0]] * 100 + [[1]] * 4, 3, sources=["radio"] * 100 + ["friends"] * 4)
    popularity = popularity_of(lists)
    assert popularity[0] == 1
    assert popularity[1] > 0.1
    assert popularity[2] == 0


# --- what training leaves behind


def same_model(one: Model, other: Model) -> bool:
    """Whether two models are equal in every number."""
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("factors", "weights", "track_bias", "power", "scale", "level")
    )


def test_a_saved_model_is_the_same_again(learned: Learned, lists: Playlists, tmp_path: Path) -> None:
    """What is loaded over the same data equals what was saved, and exports to the same graph."""
    save_learned(learned, tmp_path)
    again = load_learned(tmp_path, lists)
    assert same_model(again.model, learned.model)
    assert again.lists.songs == learned.lists.songs
    np.testing.assert_array_equal(again.lists.entries, learned.lists.entries)
    assert (again.settings, again.epochs, again.splits, again.metrics) == (
        learned.settings,
        learned.epochs,
        learned.splits,
        learned.metrics,
    )


def older(model: Path) -> None:
    """Makes of a saved model what was saved before playlists were as many as a million."""
    with np.load(model / "learned.npz") as arrays:
        stored = {name: arrays[name] for name in arrays.files if name not in ("playlist", "playlists")}
    stored["track_id"] = np.char.decode(stored["track_id"], "utf-8")
    facts = json.loads(str(stored["facts"]))
    for name in ("few", "sample", "sample_power"):
        del facts["settings"][name]
    np.savez_compressed(model / "learned.npz", **{**stored, "facts": json.dumps(facts)})


def test_an_older_model_is_exported(learned: Learned, lists: Playlists, tmp_path: Path) -> None:
    """Its ids were texts, and it had fewer settings."""
    save_learned(learned, tmp_path)
    older(tmp_path)
    again = load_learned(tmp_path, lists)
    assert same_model(again.model, learned.model)
    assert again.lists.songs == learned.lists.songs


def test_a_saved_model_holds_the_playlists_factors_and_biases(learned: Learned, tmp_path: Path) -> None:
    """The slides' model can be looked at whole: beside the neighbours a logit is dot product and biases."""
    save_learned(learned, tmp_path)
    with np.load(tmp_path / "learned.npz") as arrays:
        stored = {name: arrays[name] for name in arrays.files}
    model = learned.model
    slope = model.scale * model.temper
    logits = (
        slope * (stored["playlist_factors"] @ stored["track_factors"].T + stored["track_bias"])
        + stored["playlist_bias"][:, None]
    )
    seen = learned.lists.matrix()
    remembered = model.scores(seen) - replace(model, memory=None).scores(seen)
    expected = model.logits(seen) - slope * remembered
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-4)


def test_a_model_over_other_data_is_refused(learned: Learned, tmp_path: Path) -> None:
    """Data that lacks a track of the model is not what it was learned from."""
    save_learned(learned, tmp_path)
    with pytest.raises(DataError, match="the data it was trained on"):
        load_learned(tmp_path, playlists(LISTS, BY_POPULARITY))


def test_a_folder_without_a_model_is_named(lists: Playlists, tmp_path: Path) -> None:
    """A folder that holds no trained model, or a file that is none, is refused with its name."""
    with pytest.raises(DataError, match=str(tmp_path)):
        load_learned(tmp_path, lists)
    (tmp_path / "learned.npz").write_bytes(b"damaged")
    with pytest.raises(DataError, match=str(tmp_path)):
        load_learned(tmp_path, lists)


# --- written whole


def names(folder: Path) -> Sequence[str]:
    """What a folder holds."""
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_takes_its_place_at_the_end(tmp_path: Path) -> None:
    """Until all is written nothing stands at the folder's name, then all of it and nothing beside it."""
    out = tmp_path / "models" / "mine"
    with written_whole(out, MODEL, "model") as scratch:
        (scratch / "model.onnx").write_text("new")
        assert not out.exists()
    assert names(out) == ["model.onnx"]
    assert names(out.parent) == ["mine"]
    assert out.stat().st_mode & 0o555 == 0o555


def test_an_older_model_gives_way_whole(tmp_path: Path) -> None:
    """A model that stood there is replaced, files that the new one lacks included."""
    out = tmp_path / "mine"
    out.mkdir()
    (out / "learned.npz").write_text("old")
    with written_whole(out, MODEL, "model") as scratch:
        (scratch / "model.onnx").write_text("new")
        assert names(out) == ["learned.npz"]
    assert names(out) == ["model.onnx"]


@pytest.mark.parametrize("error", [DataError, OSError, KeyboardInterrupt])
def test_an_error_leaves_nothing_behind(tmp_path: Path, error: type[BaseException]) -> None:
    """Whatever stops the writing, an older model stays as it was and no scratch folder remains."""
    out = tmp_path / "mine"
    out.mkdir()
    (out / "model.onnx").write_text("old")
    with pytest.raises(error), written_whole(out, MODEL, "model") as scratch:  # noqa: PT012 - half a file is the point
        (scratch / "model.onnx").write_text("half")
        raise error
    assert names(tmp_path) == ["mine"]
    assert (out / "model.onnx").read_text() == "old"


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    """A folder that holds a stranger's file is named with it, and nothing in it is touched."""
    out = tmp_path / "holidays"
    out.mkdir()
    (out / "beach.jpg").write_text("sand")
    with pytest.raises(DataError) as refusal, written_whole(out, MODEL, "model"):
        pytest.fail("a folder of holiday pictures was taken for a model")
    assert str(out) in str(refusal.value)
    assert "beach.jpg" in str(refusal.value)
    assert names(tmp_path) == ["holidays"]
    assert names(out) == ["beach.jpg"]


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """Where a file stands in the way of the parent folder, the error says what cannot be written."""
    (tmp_path / "file").touch()
    with pytest.raises(DataError) as refusal, written_whole(tmp_path / "file" / "mine", MODEL, "model"):
        pytest.fail("a folder was made inside a file")
    assert "mine" in str(refusal.value)
