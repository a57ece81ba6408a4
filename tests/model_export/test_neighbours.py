"""Neighbours and kin: how they are found, and that the graph remembers them as numpy does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from model_export import neighbours
from model_export.model import Blend, Floats, Memory, Model, Settings, log_sum_exp, queue_matrix
from model_export.neighbours import (
    SHRINKAGE,
    TYPICAL_LENGTH,
    Cosines,
    _sampled,
    as_bytes,
    from_bytes,
    length_weights,
    nearest,
    remember,
    supported,
)
from model_export.playlists import Song
from tests.model_export.planted import playlists
from tests.model_export.test_graph import Graph
from tests.model_export.test_graph import stand_ins as random_stand_ins

TRACKS, ARTISTS, DIMS = 30, 5, 4


def as_stored(likeness: Floats) -> sparse.csr_array:
    """Likenesses as they are after a byte each."""
    found = sparse.csr_array(likeness)
    small, step = as_bytes(found.data)
    found.data = from_bytes(small, step)
    return found


@pytest.fixture(scope="module")
def graph() -> Graph:
    """A random model in which every song but the first remembers some others, and every artist some."""
    rng = np.random.default_rng(7)

    def some(size: int) -> Floats:
        likeness = np.where(rng.random((size, size)) < 0.3, rng.random((size, size)), 0).astype(np.float32)
        np.fill_diagonal(likeness, 0)
        likeness[0] = 0
        return likeness

    def normal(*shape: int) -> Floats:
        return rng.normal(size=shape).astype(np.float32)

    artist_of = rng.integers(-1, ARTISTS, TRACKS).astype(np.int32)
    artist_of[:3] = [-1, 2, 2]
    model = Model(
        normal(TRACKS, DIMS),
        np.exp(normal(TRACKS)),
        normal(TRACKS),
        0.6,
        Memory(as_stored(some(TRACKS)), as_stored(some(ARTISTS)), artist_of),
        Blend(1.7, 0.6, 1.3, 1.6),
        temper=0.6,
        scale=0.7,
        level=1.5,
    )
    return Graph(model, random_stand_ins(rng))


def biases(model: Model, queue: Sequence[int]) -> Floats:
    """What is in a logit beside the entries' shares."""
    tempered = np.float32(model.temper) * model.scores(queue_matrix([np.array(queue, np.int64)], TRACKS))
    normaliser = log_sum_exp(tempered)[0, 0]
    return np.asarray(model.scale * (model.temper * model.bias - normaliser) + model.level)


def by_track(tracks: npt.NDArray[np.int64], reasons: Floats) -> Floats:
    """Reasons in the order of the tracks' numbers."""
    return reasons[np.argsort(tracks)]


QUEUES = [[3], [3, 7, 20], [5, 5, 9], [0], [0, 1], [1, 2], [], list(range(20))]


@pytest.mark.parametrize("queue", QUEUES)
def test_the_graph_remembers_what_numpy_does(graph: Graph, queue: list[int]) -> None:
    """Order, match and the sum of reasons and biases are numpy's, with every member of the ensemble."""
    answer = graph(queue, limit=TRACKS)
    logits = graph.model.logits(queue_matrix([np.array(queue, np.int64)], TRACKS))[0]
    free = np.setdiff1d(np.arange(TRACKS), queue)
    assert answer.tracks.tolist() == free[np.argsort(-logits[free], kind="stable")].tolist()
    found = np.log(answer.match) - np.log1p(-answer.match)
    np.testing.assert_allclose(found, logits[answer.tracks], atol=1e-4)
    told = answer.reasons.sum(axis=1) + biases(graph.model, queue)[answer.tracks]
    np.testing.assert_allclose(told, found, atol=1e-4)


@pytest.mark.parametrize(("place", "member"), [(0, "factors"), (1, "neighbours"), (2, "content")])
def test_each_member_can_be_left_out(graph: Graph, place: int, member: str) -> None:
    """A zero in `blend` takes one member's share out of every reason, and nothing else."""
    queue = [3, 7, 1]
    without = [1.0, 1.0, 1.0]
    without[place] = 0.0
    answer, shrunk = graph(queue, limit=TRACKS), graph(queue, limit=TRACKS, blend=without)
    lost = by_track(answer.tracks, answer.reasons) - by_track(shrunk.tracks, shrunk.reasons)
    model = graph.model
    seen = queue_matrix([np.array(queue)], TRACKS)
    near, same, kin = (
        weight * part[0] for weight, part in zip(model.blend[:3], model.members(seen), strict=True)
    )
    dots = model.pooled(seen)[0] @ model.factors.T
    expected = {"factors": dots, "neighbours": near, "content": same + kin}[member]
    assert np.abs(expected).max() > 0.1
    slope = model.scale * model.temper
    np.testing.assert_allclose(lost.sum(axis=1), slope * expected[np.sort(answer.tracks)], atol=1e-4)


def test_an_entrys_reason_does_not_depend_on_its_company(graph: Graph) -> None:
    """Each entry's share is its own: with power's divisor taken out it is the same in every queue."""
    model = graph.model
    together, alone = graph([3, 7], limit=TRACKS), graph([3], limit=TRACKS)
    total = model.weights[[3, 7]].sum()
    ratio = (model.weights[3] / total) ** model.power
    both = np.isin(alone.tracks, together.tracks)
    one = by_track(alone.tracks[both], alone.reasons[both])[:, 0]
    np.testing.assert_allclose(
        by_track(together.tracks, together.reasons)[:, 0], one * ratio, rtol=1e-3, atol=1e-5
    )


def test_a_blend_that_is_no_number_changes_nothing(graph: Graph) -> None:
    """NaN counts as 1, less than nothing as nothing; whatever comes, the answer is finite and sorted."""
    plain = graph([3, 7], limit=TRACKS)
    odd = graph([3, 7], limit=TRACKS, blend=[float("nan")] * 3)
    assert plain.tracks.tolist() == odd.tracks.tolist()
    for blend in ([-1.0, -5.0, -0.1], [float("inf")] * 3, [0.0, 0.0, 0.0]):
        answer = graph([3, 7], limit=TRACKS, blend=blend)
        assert np.isfinite(answer.match).all()
        assert np.isfinite(answer.reasons).all()
        assert (np.diff(answer.match) <= 0).all()


def test_an_artists_stand_in_speaks_by_its_artist(graph: Graph) -> None:
    """A song outside the catalogue pulls its artist's songs and the kin's, and has no neighbours."""
    memory = graph.model.memory
    assert memory is not None
    artist = 2
    answer = graph([TRACKS + artist], limit=TRACKS)
    silent = graph([TRACKS + artist], limit=TRACKS, blend=[1, 1, 0])
    gained = by_track(answer.tracks, answer.reasons)[:, 0] - by_track(silent.tracks, silent.reasons)[:, 0]
    kinship = graph.model.blend.kin * memory.kinship.toarray()[artist]
    kinship[artist] += graph.model.blend.same_artist
    expected = np.append(kinship, 0)[memory.artist_of]
    share = graph.others.weights[artist] ** (1 - graph.model.power) * graph.model.scale * graph.model.temper
    np.testing.assert_allclose(gained, share * expected, atol=1e-4)
    assert (gained[memory.artist_of == artist] > 0).all()
    assert (gained[memory.artist_of < 0] == 0).all()


def test_a_label_below_zero_pushes_remembered_songs_down(graph: Graph) -> None:
    """Voting a song down takes from its neighbours what voting it up gives them."""
    up, down = (graph([3], label=[label], limit=TRACKS) for label in (1.0, -1.0))
    gained = by_track(up.tracks, up.reasons)[:, 0]
    np.testing.assert_allclose(by_track(down.tracks, down.reasons)[:, 0], -gained, atol=1e-5)


def test_cosines_by_hand() -> None:
    """Two songs in three and two lists, together in two: 2 / (sqrt(6) + shrinkage); none with itself."""
    seen = playlists([[0, 1], [0, 1], [0, 2]], 3).matrix()
    found = Cosines(seen, np.ones(3, np.float32)).of(np.array([0, 1])).toarray()
    assert found[0, 1] == pytest.approx(2 / (np.sqrt(6) + SHRINKAGE))
    assert found[0, 2] == pytest.approx(1 / (np.sqrt(3) + SHRINKAGE))
    assert found[1, 2] == 0
    assert found[0, 0] == found[1, 1] == 0
    assert found[0, 1] == pytest.approx(found[1, 0])


def test_a_long_list_says_less() -> None:
    """Two songs in one list of four times the length are half as near before shrinking, with damping 1/2."""
    lists = playlists([list(range(20)), list(range(80)), [0, 1, 2, 3]], 80)
    assert TYPICAL_LENGTH == 20
    assert supported(lists, 0.5).tolist() == pytest.approx([1, 0.5, 1])
    assert length_weights(lists, 0.5).tolist() == pytest.approx([1, 0.5, 5**0.5])
    seen = playlists([[0, 1], [2, 3]], 4).matrix()
    found = Cosines(seen, np.array([1, 0.5], np.float32)).of(np.array([0, 2])).toarray()
    assert found[0, 1] == pytest.approx(1 / (1 + SHRINKAGE))
    assert found[1, 3] == pytest.approx(0.5 / (0.5 + SHRINKAGE))


def test_one_short_list_does_not_decide() -> None:
    """A neighbour by one list of four songs counts less than a quarter of one by ten lists of twenty.

    Each of the two songs of the ten lists stands in ten others, too, so that its plain cosine is a half.
    """
    asked, often, once = 0, 1, 2
    together = [[asked, often, *range(10 + 18 * i, 28 + 18 * i)] for i in range(10)]
    apart = [[song, *range(400 + 19 * i, 419 + 19 * i)] for song in (asked, often) for i in range(10)]
    lists = playlists([*together, *apart, [once, 3, 4, 5], [once, 6]], 800)
    memory = remember(lists, replace(Settings(), neighbours=100))
    assert memory is not None
    assert 0 < memory.likeness[[once], [3]] < memory.likeness[[asked], [often]] / 4


def test_only_the_nearest_are_kept() -> None:
    """Each row that is asked for keeps its greatest values, the others none."""
    lists = playlists([[0, 1, 2], [0, 1], [0, 2], [0, 1], [3, 0]], 4)
    cosines = Cosines(lists.matrix(), np.ones(len(lists), np.float32))
    kept = nearest(cosines, np.array([2, 0, 0, 2])).toarray()
    assert (kept[0] > 0).tolist() == [False, True, True, False]
    assert (kept[3] > 0).tolist() == [True, False, False, False]
    assert not kept[1:3].any()
    np.testing.assert_allclose(kept[0], cosines.of(np.array([0])).toarray()[0] * (kept[0] > 0), rtol=0.01)


def test_a_byte_keeps_small_values_apart() -> None:
    """A byte is within a hundredth of the greatest value, and storing it again changes nothing."""
    values = np.array([1.0, 0.5, 0.1, 0.01, 0.001], np.float32)
    small, step = as_bytes(values)
    back = from_bytes(small, step)
    np.testing.assert_allclose(back, values, atol=0.004)
    again, same_step = as_bytes(back)
    assert again.tolist() == small.tolist()
    assert same_step == pytest.approx(step)
    assert len(set(small.tolist())) == 5


def songs(*artists: str) -> list[Song]:
    """A song of each artist."""
    return [Song(f"t{i}", f"title {i}", artist) for i, artist in enumerate(artists)]


def test_a_single_list_makes_nobody_a_neighbour() -> None:
    """Songs and artists of one parent's snapshots alone remember nobody, those of two parents do."""
    four = songs("A", "B", "C", "D")
    once = remember(playlists([[0, 1], [0, 1], [2, 3]], four, ["p", "p", "q"]), Settings())
    twice = remember(playlists([[0, 1], [0, 1], [2, 3]], four, ["p", "r", "q"]), Settings())
    assert once is not None
    assert twice is not None
    assert once.likeness.nnz == once.kinship.nnz == 0
    assert twice.likeness.nnz == twice.kinship.nnz == 2


def test_kin_are_artists_of_the_same_lists() -> None:
    """Two artists with no song in common with anybody are kin when their songs share lists."""
    memory = remember(playlists([[0, 2], [1, 3]], songs("A", "A", "B", "B")), Settings())
    assert memory is not None
    assert memory.likeness.nnz == 0
    assert (memory.kinship.toarray() > 0).tolist() == [[False, True], [True, False]]
    assert memory.artist_of.tolist() == [0, 0, 1, 1]


def test_memory_can_be_left_out() -> None:
    """With neither neighbours nor kin asked for there is nothing to remember."""
    assert remember(playlists([[0, 1]], 2), Settings(neighbours=0, kin=0)) is None


def test_without_memory_the_members_are_silent(graph: Graph) -> None:
    """Factors alone answer as the formula without the other members."""
    alone = Graph(replace(graph.model, memory=None), graph.others)
    queue = [3, 7]
    seen = queue_matrix([np.array(queue)], TRACKS)
    expected = replace(graph.model, memory=None).scores(seen)[0]
    assert (
        alone(queue, limit=3).tracks.tolist()
        == [track for track in np.argsort(-expected, kind="stable").tolist() if track not in queue][:3]
    )


def crowd(lists: int = 300, count: int = 120) -> sparse.csr_array:
    """Lists of songs of which the first are hits: (lists, songs)."""
    rng = np.random.default_rng(11)
    chances = np.geomspace(0.8, 0.01, count)
    return playlists([np.flatnonzero(rng.random(count) < chances) for _ in range(lists)], count).matrix()


def test_unbounded_neighbours_are_the_nearest_of_all() -> None:
    """Each song's kept cosines are its greatest, as many as it may have, hits and rare songs alike."""
    seen = crowd()
    cosines = Cosines(seen, np.random.default_rng(0).uniform(0.5, 2, seen.shape[0]).astype(np.float32))
    counts = np.minimum(np.bincount(seen.indices, minlength=seen.shape[1]) // 2, 40)
    kept, whole = nearest(cosines, counts).toarray(), cosines.of(np.arange(len(counts))).toarray()
    for row, all_of_row, count in zip(kept, whole, counts, strict=True):
        expected = np.sort(all_of_row)[::-1][:count]
        found = np.sort(row)[::-1][:count]
        np.testing.assert_allclose(found, expected, rtol=0.02, atol=0.001)
        np.testing.assert_allclose(row[row > 0], all_of_row[row > 0], rtol=0.02, atol=0.001)


def test_of_a_hit_a_bounded_number_of_lists_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row is of more lists, each song weighs as before, and the nearest are nearly the same."""
    seen = crowd()
    cosines = Cosines(seen, np.ones(seen.shape[0], np.float32))
    whole = nearest(cosines, np.full(seen.shape[1], 20)).toarray()
    monkeypatch.setattr(neighbours, "HUB", 60)
    bounded = _sampled(cosines.by_song)
    assert np.diff(cosines.by_song.indptr).max() > 200
    assert np.diff(bounded.indptr).max() == 60
    np.testing.assert_allclose(bounded.sum(axis=1).A1, cosines.times, rtol=1e-5)
    part = nearest(cosines, np.full(seen.shape[1], 20)).toarray()
    hit = slice(0, 20)
    shared = [
        len(set(np.flatnonzero(a)) & set(np.flatnonzero(b)))
        for a, b in zip(whole[hit], part[hit], strict=True)
    ]
    assert np.mean(shared) > 14
    assert not np.array_equal(whole, part)


def test_of_many_songs_each_keeps_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many neighbours a song may have, all together have a bound."""
    lists = playlists([list(range(30))] * 8, 30)
    monkeypatch.setattr(neighbours, "ALL_NEIGHBOURS", 30 * 5)
    monkeypatch.setattr(neighbours, "FEWEST", 2)
    memory = remember(lists, Settings())
    assert memory is not None
    assert np.diff(memory.likeness.indptr).tolist() == [5] * 30


def test_of_a_very_long_list_some_songs_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evenly spread ones, so that one list of a hundred thousand is not five thousand million pairs."""
    monkeypatch.setattr(neighbours, "LONGEST", 5)
    lists = playlists([[*range(10)], [0, 1, 2], [2, 1, 0], [3, 4]], 10)
    some = neighbours.thinned(lists)
    assert [some.tracks(i).tolist() for i in range(4)] == [[0, 2, 4, 6, 8], [0, 1, 2], [2, 1, 0], [3, 4]]
    memory = neighbours.remember(lists, Settings())
    assert memory is not None
    found = memory.likeness
    assert {*found.indices[found.indptr[2] : found.indptr[3]].tolist()} == {0, 1, 4, 6, 8}
    assert {*found.indices[found.indptr[1] : found.indptr[2]].tolist()} == {0, 2}
