"""The model's factors out of the graph's file, and the axes that a map shows them along."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from onnx import helper, numpy_helper

from bot.party.errors import NoMap
from bot.party.words import Track
from bot.recommend.bundle import Bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.factors import NAMES, Factors, NoFactors, tensors
from bot.recommend.recommender import Recommender
from model_export.graph import Layout

SONGS, DIMS = 30_000, 8


def written(path: Path, **values: npt.NDArray[Any]) -> Path:
    """A file with a graph that has only these tensors, as ONNX writes it."""
    stored = [numpy_helper.from_array(each, name) for name, each in values.items()]
    graph = helper.make_graph([], "model", [], [], stored)
    path.write_bytes(helper.make_model(graph).SerializeToString())
    return path


def model(path: Path, factors: npt.NDArray[Any], bias: npt.NDArray[Any], lanes: int = 16) -> Path:
    """A graph's file with these whole numbers as factors, laid out as `model_export` does it."""
    blocks = -(-len(factors) // lanes)
    stored = np.full((blocks * lanes, factors.shape[1]), 128, np.uint8)
    lane, block = np.divmod(np.arange(len(factors)), blocks)
    stored[block * lanes + lane] = factors.astype(np.int16) + 128
    return written(path, stored_factors=stored, track_bias=bias, lanes_32=np.array(lanes, np.int32))


@pytest.fixture(scope="module")
def numbers() -> npt.NDArray[np.int8]:
    """Random songs that differ most along the third factor, then along the sixth and the first."""
    rng = np.random.default_rng(0)
    spread = np.array([8, 1, 40, 1, 1, 20, 1, 1])
    found = np.clip(rng.normal(0, spread, (SONGS, DIMS)) + np.eye(DIMS)[1] * 30, -127, 127)
    return np.asarray(found, np.int8)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory, numbers: npt.NDArray[np.int8]) -> Path:
    """Their model."""
    path = tmp_path_factory.mktemp("planted") / "model.onnx"
    return model(path, numbers, np.zeros(SONGS, np.float32))


def test_the_tensors_are_those_that_onnx_reads(bundle: Bundle) -> None:
    """Of the shipped model each is the same, number by number, as the library for such files has it."""
    found = tensors(bundle.model, NAMES)
    stored = {each.name: each for each in onnx.load(bundle.model).graph.initializer}
    assert set(found) == set(NAMES)
    for name, values in found.items():
        np.testing.assert_array_equal(values, numpy_helper.to_array(stored[name]))


def test_the_shipped_directions_are_the_factors_of_the_bundle(bundle: Bundle) -> None:
    """Song by song, as the layout that the exporter documents says where each stands."""
    stored = {each.name: numpy_helper.to_array(each) for each in onnx.load(bundle.model).graph.initializer}
    layout = Layout(bundle.tracks, int(stored["dims"]))
    rows = stored["stored_factors"][layout.rows()].astype(np.float64) - 128
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    found = np.vstack([each for _, each in Factors(bundle.model, bundle.tracks).directions()])
    np.testing.assert_allclose(found, unit, atol=1e-5)


@pytest.mark.parametrize("dims", [1, 2])
def test_fewer_factors_than_axes_lie_flat(tmp_path: Path, numbers: npt.NDArray[np.int8], dims: int) -> None:
    """A place always has three numbers; what the model does not tell apart is 0."""
    few = numbers[:100, :dims]
    places = Factors(model(tmp_path / "model.onnx", few, np.zeros(100, np.float32)), 100).places([0, 1, 2])
    assert places.shape == (3, 3)
    assert np.isfinite(places).all()
    assert places[:, :dims].any()
    assert not places[:, dims:].any()


@pytest.mark.parametrize("how", ["missing", "cut"])
def test_numbers_that_are_not_beside_the_graph_are_no_factors(
    bundle: Bundle, tmp_path: Path, how: str
) -> None:
    """A graph without its `model.data`, or with a part of it, is told apart from one that can be read."""
    path = Path(shutil.copy(bundle.model, tmp_path))
    if how == "cut":
        (tmp_path / "model.data").write_bytes(bundle.model.with_name("model.data").read_bytes()[:5000])
    with pytest.raises((NoFactors, FileNotFoundError)):
        Factors(path, bundle.tracks)


def test_packed_dimensions_are_read_too(tmp_path: Path) -> None:
    """Protocol buffers may write numbers in a row as one field."""
    name, raw = b"x", np.arange(600, dtype=np.float32).tobytes()
    tensor = b"\x0a\x03\x02\xac\x02\x10\x01" + b"\x42\x01" + name + b"\x4a\xe0\x12" + raw
    graph = b"\x2a" + varint(len(tensor)) + tensor
    path = tmp_path / "model.onnx"
    path.write_bytes(b"\x3a" + varint(len(graph)) + graph)
    assert tensors(path, ["x"])["x"].shape == (2, 300)


def varint(number: int) -> bytes:
    """A whole number as protocol buffers have it."""
    return bytes([number & 0x7F | 0x80, number >> 7]) if number > 0x7F else bytes([number])


def test_the_axes_are_the_widest_in_their_order(planted: Path, numbers: npt.NDArray[np.int8]) -> None:
    """The three factors that songs differ in most are the axes, all in one scale and within -1 and 1."""
    factors = Factors(planted, SONGS)
    places = factors.places(range(SONGS))
    stored = numbers.astype(np.float64)
    unit = stored / np.linalg.norm(stored, axis=1, keepdims=True)
    for axis, factor in enumerate(np.argsort(-unit.var(axis=0))[:3]):
        assert abs(np.corrcoef(places[:, axis], unit[:, factor])[0, 1]) > 0.95
    assert np.abs(places).max() == pytest.approx(1, abs=1e-5)
    assert (np.diff(places.std(axis=0)) < 0).all()
    np.testing.assert_allclose(places.mean(axis=0), 0, atol=1e-4)


def test_popular_songs_count_for_more(tmp_path: Path) -> None:
    """What the songs differ in that are in many playlists is the widest axis."""
    rng = np.random.default_rng(1)
    rare = rng.normal(0, [60, 9, 9, 9], (900, 4))
    known = rng.normal(0, [9, 60, 9, 9], (100, 4))
    factors = np.vstack([rare, known]).astype(np.int8)
    bias = np.repeat([0.0, 5.0], [900, 100]).astype(np.float32)
    path = model(tmp_path / "m.onnx", factors, bias)
    places = Factors(path, 1000).places(range(900, 1000))
    assert abs(np.corrcoef(places[:, 0], np.sign(factors[900:, 1]))[0, 1]) > 0.9


def test_the_same_model_has_the_same_places(planted: Path) -> None:
    """No axis is mirrored: the sign is told by the numbers, and a song's place by its model alone."""
    one, other = Factors(planted, SONGS), Factors(planted, SONGS)
    np.testing.assert_array_equal(one.places([5, 17, 23]), other.places([5, 17, 23]))
    np.testing.assert_allclose(one.places([17]), one.places([5, 17, 23])[1:2], atol=1e-6)


def test_the_nearest_are_those_with_the_largest_cosine(planted: Path) -> None:
    """As a full comparison has it, each one's nearest in turn, across all parts of the table."""
    factors = Factors(planted, SONGS)
    asked = [3, 20_000]
    unit = np.vstack([rows for _, rows in factors.directions()])
    order = np.argsort(-(unit[asked] @ unit.T), axis=1, kind="stable")
    expected = [index for index in dict.fromkeys(order[:, :50].T.reshape(-1).tolist()) if index not in asked]
    assert factors.nearest(asked, 40)[:60] == expected[:60]


def test_all_songs_may_be_near(tmp_path: Path) -> None:
    """A model with fewer songs than are asked for gives all the others."""
    factors = np.eye(5, dtype=np.int8) * 9
    path = model(tmp_path / "m.onnx", factors, np.zeros(5, np.float32), lanes=2)
    assert sorted(Factors(path, 5).nearest([2], 100)) == [0, 1, 3, 4]


@pytest.mark.parametrize("what", ["other names", "fewer songs", "cut", "garbage"])
def test_another_file_has_no_factors(tmp_path: Path, planted: Path, what: str) -> None:
    """A graph of another make, or what is none, is told apart from one that can be read."""
    path = tmp_path / "model.onnx"
    match what:
        case "other names":
            written(path, factors=np.zeros((5, 3), np.int8))
        case "fewer songs":
            path.write_bytes(planted.read_bytes())
        case "cut":
            path.write_bytes(planted.read_bytes()[:100_000])
        case _:
            path.write_bytes(b"\xff" * 500)
    with pytest.raises(NoFactors):
        Factors(path, SONGS + 1 if what == "fewer songs" else SONGS)


async def test_a_model_without_factors_has_no_map(
    bundle: Bundle, catalogue: Catalogue, tmp_path: Path
) -> None:
    """Its songs are suggested as ever, and who asks for a map is told why there is none."""
    for each in (bundle.fold, bundle.scan, bundle.rank, bundle.model.with_name("model.data")):
        shutil.copy(each, tmp_path)
    renamed = tmp_path / "model.onnx"
    renamed.write_bytes(bundle.model.read_bytes().replace(b"stored_factors", b"other__factors"))
    model = Recommender(Bundle(renamed, bundle.catalogue, bundle.tracks, bundle.artists), catalogue)
    assert await model.suggest([], [], 3)
    for _ in range(2):
        with pytest.raises(NoMap):
            await model.locate([], 5)


async def test_a_song_lies_among_its_kind(catalogue: Catalogue, recommender: Recommender) -> None:
    """What lies around hip-hop is not what lies around hard rock; no song of the party is among it."""
    kinds = []
    for songs in (("in da club", "lose yourself", "still dre"), ("back in black", "highway to hell")):
        tracks = [await catalogue.resolve(song) for song in songs]
        located = await recommender.locate(tracks, 40)
        assert len(located.around) == 40
        assert None not in located.places
        around = [track for track, _ in located.around]
        assert not {track.track_id for track in around} & {track.track_id for track in tracks}
        artists = [track.artist.split(",")[0] for track in around]
        assert max(map(artists.count, artists)) <= 2
        kinds.append({track.track_id for track in around})
    assert kinds[0].isdisjoint(kinds[1])


async def test_a_stranger_has_no_place(catalogue: Catalogue, recommender: Recommender) -> None:
    """A song that the model does not know is left out, and so is one that it knows only by the artist."""
    tracks = [
        Track("Nothing", "Nobody"),
        Track("A Song That Is Not There", "AC/DC"),
        await catalogue.resolve("thunderstruck"),
    ]
    first, second, third = (await recommender.locate(tracks, 0)).places
    assert first is second is None
    assert third is not None
