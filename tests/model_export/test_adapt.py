"""A bundle is taught a community's own playlists: what it gains, what it keeps, and what is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.recommend.bundle import open_bundle
from model_export.adapt import FEWEST, Adapted, adapt, copies_of, summary
from model_export.bundle import FILES, ORIGIN, Learned, write_bundle
from model_export.grown import Remembered
from model_export.learning import learn
from model_export.origin import original
from model_export.playlists import DataError, Playlists, Song
from model_export.renew import Opened, opened
from tests.model_export.planted import QUICK, playlists, song, write_playlists
from tests.model_export.test_cli import refused, run
from tests.model_export.test_graph_exact import Case, session, stated

SONGS = [song("polka", number) for number in range(24)]
KNOWN = [song("rock", number) for number in range(6)]
ROUNDING = 2e-3


def polka(count: int, seed: int = 3, songs: Sequence[Song] = (*SONGS, *KNOWN)) -> Playlists:
    """So many lists of a kind of music that the bundle lacks, each with two songs that it has."""
    rng = np.random.default_rng(seed)
    lists = [
        rng.permutation([*rng.permutation(24)[: rng.integers(6, 15)], *(24 + rng.permutation(6)[:2])])
        for _ in range(count)
    ]
    return playlists(lists, songs, parents=[f"polka-{seed}-{i}" for i in range(count)])


@pytest.fixture(scope="module")
def old(learned: Learned, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that knows rock, jazz and folk."""
    folder = tmp_path_factory.mktemp("old")
    write_bundle(learned, folder)
    return folder


@pytest.fixture(scope="module")
def told(old: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Adapted, Path]:
    """What adapting says, and the new bundle."""
    out = tmp_path_factory.mktemp("told") / "new"
    return adapt(old, polka(40), out), out


def answers(folder: Path, queue: Sequence[int], limit: int = 10) -> list[str]:
    """The ids of the songs that a bundle's graph suggests."""
    ones = np.ones(len(queue), np.float32)
    asked = {
        "queue": np.array(queue, np.int64),
        "weight": ones,
        "label": ones,
        "banned": np.empty(0, np.int64),
        "limit": np.array(limit, np.int64),
    }
    tracks, _, _ = session(folder / "model.onnx").run(None, asked)
    songs = opened(folder).songs
    return [songs[row].track_id for row in tracks.tolist()]


def manifest(folder: Path) -> dict[str, Any]:
    """What a bundle says of itself."""
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return found


def row_of(folder: Path, track_id: str) -> int:
    """The index of a song in a bundle."""
    return [each.track_id for each in opened(folder).songs].index(track_id)


def test_own_songs_are_suggested(told: tuple[Adapted, Path]) -> None:
    """The new bundle is whole, has the songs that the old one lacked, and knows what belongs to them."""
    found, out = told
    assert open_bundle(out).tracks == found.songs == 72 + 24
    assert {path.name for path in out.iterdir()} == {*FILES, ORIGIN, "manifest.json"}
    suggested = answers(out, [row_of(out, "polka-03"), row_of(out, "polka-07")])
    assert sum(each.startswith("polka") for each in suggested) >= 7
    assert {each.split("-")[0] for each in suggested} <= {"polka", "rock"}


def test_before_and_after_are_of_lists_that_were_left_out(told: tuple[Adapted, Path]) -> None:
    """What is gained is measured where nothing was learned, for each length of queue."""
    found, _ = told
    assert found.judged == found.lists == 40
    assert list(found.before) == list(found.after) == [1, 5, 10]
    assert found.better
    assert all(found.after[length] > 2 * found.before[length] for length in (1, 5, 10))
    assert found.known == pytest.approx(80 / len(polka(40).entries))


def new_biases(old: Path, lists: Playlists, out: Path) -> np.ndarray:
    """How far above the least bias those of new songs are, after adapting."""
    adapt(old, lists, out)
    known = {each.track_id for each in opened(old).songs}
    found = opened(out)
    new = [row for row, each in enumerate(found.songs) if each.track_id not in known]
    return np.asarray(found.model.track_bias[new] - opened(old).model.track_bias.min())


def test_popularity_counts_where_it_helps(old: Path, tmp_path: Path) -> None:
    """Evenings that share some hits and little else are answered with these, whatever is asked."""
    hits = [Song(f"h{i}", f"hit {i}", f"star {i}") for i in range(12)]
    songs = [*hits, *(Song(f"n{i}", f"nothing {i}", f"nobody {i}") for i in range(400))]
    rng = np.random.default_rng(5)
    evenings = [
        np.concatenate([12 + np.arange(10) + 10 * i, rng.choice(12, 5, replace=False)]) for i in range(40)
    ]
    assert new_biases(old, playlists(evenings, songs), tmp_path / "new")[:12].min() > 1


def test_popularity_is_left_out_where_it_brings_nothing(old: Path, tmp_path: Path) -> None:
    """Where neighbours tell as much, no bias is raised: every queue would meet it, of whatever kind."""
    assert new_biases(old, polka(40), tmp_path / "new").max() == pytest.approx(0, abs=ROUNDING)


def test_lists_of_chance_bring_nothing(old: Path, tmp_path: Path) -> None:
    """Where no list tells of another, adapting says that it is no better."""
    songs = [Song(f"n{i}", f"nothing {i}", f"nobody {i}") for i in range(400)]
    found = adapt(old, playlists([range(i, i + 20) for i in range(0, 400, 20)], songs), tmp_path / "new")
    assert not found.better
    assert "keep the old bundle" in summary(found)


@pytest.mark.parametrize("genre", ["jazz", "folk"])
def test_the_old_strength_is_kept(old: Path, told: tuple[Adapted, Path], genre: str) -> None:
    """What the own lists say nothing of is answered as before, song by song."""
    _, out = told
    queue = [f"{genre}-{number:02}" for number in (1, 5, 9)]
    before, after = (answers(folder, [row_of(folder, each) for each in queue]) for folder in (old, out))
    assert after == before


def test_the_graph_is_exact(told: tuple[Adapted, Path]) -> None:
    """Match and reasons are those of the model card's formula, for old, new and unknown songs."""
    _, out = told
    found = opened(out)
    queue = [row_of(out, "polka-03"), row_of(out, "rock-02"), len(found.songs) + 3]
    case = Case(
        found.model,
        found.others,
        np.array(queue, np.int64),
        np.array([1, 2, 1], np.float32),
        np.array([1, 1, -0.25], np.float32),
        np.array([0], np.int64),
        40,
        np.ones(3, np.float32),
    )
    tracks, match, reasons = session(out / "model.onnx").run(None, case.asked())
    scores, logits, shares = stated(case)
    free = np.setdiff1d(np.arange(len(scores)), [*queue, 0])
    np.testing.assert_allclose(scores[tracks], np.sort(scores[free])[::-1][:40], atol=ROUNDING)
    np.testing.assert_allclose(match, 1 / (1 + np.exp(-logits[tracks])), atol=ROUNDING)
    np.testing.assert_allclose(reasons, shares[tracks], atol=ROUNDING)


def test_adapting_again_starts_from_the_old_bundle(
    told: tuple[Adapted, Path], old: Path, tmp_path: Path
) -> None:
    """The same lists twice and three times are the same bundle as once, and other lists replace them."""
    _, once = told
    twice, thrice = tmp_path / "twice", tmp_path / "thrice"
    assert adapt(once, polka(40), twice).replaced == 40
    adapt(twice, polka(40), thrice)
    assert [(folder / "model.data").read_bytes() for folder in (twice, thrice)] == [
        (once / "model.data").read_bytes()
    ] * 2
    facts = [
        json.loads((folder / "manifest.json").read_text("utf-8"))["adapted"] for folder in (once, thrice)
    ]
    assert facts[0]["from"] == facts[1]["from"]
    assert facts[1]["lists"] == 40
    jazz = playlists([range(i, i + 4) for i in range(20)], [song("jazz", number) for number in range(24)])
    adapt(thrice, jazz, tmp_path / "other")
    adapt(old, jazz, tmp_path / "fresh")
    queue = [
        [row_of(folder, f"jazz-{i:02}") for i in (1, 2)]
        for folder in (tmp_path / "other", tmp_path / "fresh")
    ]
    other, fresh = answers(tmp_path / "other", queue[0]), answers(tmp_path / "fresh", queue[1])
    assert other[:4] == fresh[:4]
    assert {*other} == {*fresh}  # behind the first four all are as near as rounding can tell
    assert len(opened(tmp_path / "other").songs) == 72


def test_the_original_comes_back(told: tuple[Adapted, Path], old: Path) -> None:
    """What was there before is read out of an adapted bundle: songs, words, and what it remembers."""
    _, out = told
    before, after = opened(old), original(opened(out), out)
    assert after.songs == before.songs
    assert (after.artists, after.words) == (before.artists, before.words)
    for one, other in _numbers(before, after):
        np.testing.assert_allclose(other, one, rtol=0.1, atol=0.02)
    assert (after.model.temper, after.model.scale, after.model.level) == pytest.approx(
        (before.model.temper, before.model.scale, before.model.level)
    )


def _numbers(*bundles: Opened) -> list[tuple[np.ndarray, ...]]:
    def of(bundle: Opened) -> list[np.ndarray]:
        model, others = bundle.model, bundle.others
        remembered = Remembered.of(bundle)
        return [
            model.factors,
            model.weights,
            model.track_bias,
            bundle.popularity,
            others.factors,
            others.weights,
            remembered.likeness.toarray(),
            remembered.kinship.toarray(),
        ]

    return list(zip(*map(of, bundles), strict=True))


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"PK\x03\x04 cut")])
def test_without_its_origin_an_adapted_bundle_is_refused(
    told: tuple[Adapted, Path], tmp_path: Path, damage: object
) -> None:
    """To adapt what was adapted would count twice: it is refused in a line, and nothing is written."""
    folder = Path(shutil.copytree(told[1], tmp_path / "damaged"))
    assert callable(damage)
    damage(folder / ORIGIN)
    with pytest.raises(DataError, match=r"^.*adapted before.*origin\.npz[^\n]*bundle that it was made from$"):
        adapt(folder, polka(40), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_words_of_three_parents_start_a_party(old: Path, tmp_path: Path) -> None:
    """A word of the own names is a word of the bundle if three parents use it; no name is in any file."""
    lists = polka(40)
    names = [f"Klara's secret {i}" for i in range(40)]
    names[:5] = ["dancing one", "dancing two", "dancing", "polka alone", "polka alone two"]
    out = tmp_path / "new"
    adapt(old, replace(lists, names=names), out)
    found = opened(out)
    assert {"dancing", "klara", "secret"} <= set(found.words)
    assert not {"polka", "alone"} & set(found.words)
    word = len(found.songs) + len(found.artists) + list(found.words).index("dancing")
    assert sum(each.startswith("polka") for each in answers(out, [word])) >= 8
    for path in out.iterdir():
        assert b"Klara's secret" not in path.read_bytes()


def test_few_lists_leave_the_match_as_it_was(old: Path, tmp_path: Path) -> None:
    """Ten lists are learned, but too few to say how sure the match may be; forty are enough."""
    before = opened(old).model
    found = adapt(old, polka(FEWEST), tmp_path / "new")
    model = opened(tmp_path / "new").model
    assert not found.calibrated
    assert (model.scale, model.level) == pytest.approx((before.scale, before.level))
    assert "match stays as it was" in summary(found)


def test_many_lists_calibrate_the_match(told: tuple[Adapted, Path], old: Path) -> None:
    """From twenty lists on the match is fitted to what the own lists held."""
    found, out = told
    assert found.calibrated
    assert opened(out).model.scale != pytest.approx(opened(old).model.scale)


def test_the_manifest_and_the_card_say_it(told: tuple[Adapted, Path], old: Path) -> None:
    """From what the bundle was adapted and with how many lists stands in both."""
    _, out = told
    before, after = manifest(old), manifest(out)
    about = after["adapted"]
    assert about["from"] == before["files"]["model.data"][:12]
    assert (about["lists"], about["new_songs"]) == (40, 24)
    card = (out / "MODEL_CARD.md").read_text("utf-8")
    assert about["from"] in card
    assert "40 playlists" in card
    assert "adapted" not in (old / "MODEL_CARD.md").read_text("utf-8").casefold()


def test_evenings_of_one_room_count_each() -> None:
    """Lists of one parent are copies if they share half of their songs; lists of two parents never are."""
    lists = playlists(
        [range(10), range(1, 11), range(20, 30), range(10), range(21, 30)],
        40,
        parents=["room", "room", "room", "other", "room"],
    )
    assert copies_of(lists).tolist() == [0, 0, 2, 3, 2]


def test_a_room_alone_is_learned(old: Path, tmp_path: Path) -> None:
    """The evenings of a single room are lists of their own: judged, learned and calibrated as such."""
    found = adapt(old, replace(polka(40), parents=["room"] * 40), tmp_path / "new")
    assert found.judged == found.lists > 20
    assert found.better
    assert found.calibrated


@pytest.mark.parametrize(
    ("few", "said"),
    [
        (polka(1), "1 different"),
        (polka(2), "2 different"),
        (polka(FEWEST - 1), "9 different"),
        (playlists([[i] for i in range(24)], SONGS), "0 different"),
        (playlists([range(12)] * 30, SONGS, parents=["the same"] * 30), "1 different"),
    ],
    ids=["one", "two", "nine", "of one song", "copies"],
)
def test_too_few_lists_are_refused(old: Path, tmp_path: Path, few: Playlists, said: str) -> None:
    """Where it could not be seen whether it helps, nothing is written, and a line says how many it takes."""
    with pytest.raises(DataError, match=rf"^{said} playlists[^\n]*at least {FEWEST}[^\n]*$"):
        adapt(old, few, tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_who_shares_nothing_is_learned_alone(old: Path, tmp_path: Path) -> None:
    """Lists without a song or artist of the bundle's train a model of their own, where that is better.

    Of sixty songs of a kind a list has eight: few pairs stand together, and what is akin has to be inferred.
    """
    rng = np.random.default_rng(1)
    songs = [Song(f"s{i}", f"strange {i}", f"stranger {i}") for i in range(180)]
    found = adapt(
        old,
        playlists([(i % 3) * 60 + rng.permutation(60)[:8] for i in range(90)], songs),
        tmp_path / "new",
    )
    assert found.alone
    assert found.known == 0
    assert open_bundle(tmp_path / "new").tracks == found.songs <= 180
    assert "It knows nothing else" in summary(found)


def test_lists_of_one_artist(old: Path, tmp_path: Path) -> None:
    """Twelve lists of an unknown artist's songs are learned: one song names the others."""
    songs = [Song(f"o{i}", f"opus {i}", "Only One") for i in range(12)]
    rng = np.random.default_rng(0)
    adapt(old, playlists([rng.permutation(12)[:6] for _ in range(12)], songs), tmp_path / "new")
    suggested = answers(tmp_path / "new", [row_of(tmp_path / "new", "o3")], 5)
    assert all(each[0] == "o" for each in suggested)


def test_lists_of_nobody(old: Path, tmp_path: Path) -> None:
    """Songs without artist or title are no obstacle; one without a title is not suggested."""
    songs = [Song(f"x{i}", "" if i == 3 else f"x {i}", "") for i in range(30)]
    rng = np.random.default_rng(0)
    adapt(old, playlists([rng.permutation(30)[:8] for _ in range(20)], songs), tmp_path / "new")
    own = [each for each in opened(tmp_path / "new").songs if each.track_id.startswith("x")]
    assert len(own) == 29


def test_eight_thousand_songs_in_a_list(old: Path, tmp_path: Path) -> None:
    """A collection beside eleven parties is no obstacle, and what it remembers stays bounded."""
    songs = [*SONGS, *KNOWN, *(Song(f"c{i}", f"collected {i}", f"c {i % 900}") for i in range(8000))]
    parties = polka(11, songs=songs)
    lists = playlists(
        [*(parties.tracks(i) for i in range(11)), np.arange(30, 8030)],
        songs,
        parents=[f"p{i}" for i in range(12)],
    )
    found = adapt(old, lists, tmp_path / "new")
    assert found.songs == 72 + 24 + 8000
    assert Remembered.of(opened(tmp_path / "new")).likeness.nnz < 3_000_000
    assert (tmp_path / "new" / "model.data").stat().st_size < 12_000_000


def test_a_bundle_without_neighbours(lists: Playlists, tmp_path: Path) -> None:
    """A model of factors alone is adapted like any other."""
    write = tmp_path / "old"
    write.mkdir()
    write_bundle(learn(lists, replace(QUICK, neighbours=0, kin=0)), write)
    found = adapt(write, polka(30), tmp_path / "new")
    assert found.better
    queue = [row_of(tmp_path / "new", "polka-03")]
    assert answers(tmp_path / "new", queue, 5)[0].startswith("polka")
    again = adapt(tmp_path / "new", polka(30), tmp_path / "again")
    assert again.replaced == 30


def test_another_format_is_refused(old: Path, tmp_path: Path) -> None:
    """A newer bundle, and what is none, are one line with a name, and nothing is written."""
    newer = Path(shutil.copytree(old, tmp_path / "newer"))
    (newer / "manifest.json").write_text('{"format": 99}', "utf-8")
    data = write_playlists(tmp_path / "data", polka(12))
    for folder in (newer, data, tmp_path / "nowhere"):
        line = refused(run("adapt", folder, data, "--out", tmp_path / "out" / "new"), after=1)
        assert str(folder) in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_name_that_is_too_long_is_a_line(old: Path, tmp_path: Path, place: int) -> None:
    """Whether it is the bundle's, a list's or the new folder's."""
    words: list[str | Path] = [old, write_playlists(tmp_path / "data", polka(12)), "--out", tmp_path / "new"]
    words[place] = tmp_path / ("x" * 300)
    assert "File name too long" in refused(run("adapt", *words), after=1)
    assert not (tmp_path / "new").exists()


def test_the_command(old: Path, tmp_path: Path) -> None:
    """On the command line: before and after on the own lists, and a bundle that the bot takes."""
    data = write_playlists(tmp_path / "data", polka(30))
    done = run("adapt", old, data, "--out", tmp_path / "new")
    assert done.returncode == 0, done.stderr
    assert "30 playlists with 24 new songs" in done.stdout
    for length in (1, 5, 10):
        assert f"first {length} songs: " in done.stdout
    assert "times as good" in done.stdout
    assert open_bundle(tmp_path / "new").tracks == 96


def test_exports_are_taken_as_they_are(old: Path, tmp_path: Path) -> None:
    """Lists that players and services export need no folder of playlists in between, and go beside one."""
    exports = tmp_path / "exports"
    exports.mkdir()
    lists = polka(12)
    for i in range(12):
        rows = [f"{each.artist} - {each.title}\n" for each in (lists.songs[t] for t in lists.tracks(i))]
        (exports / f"party {i}.txt").write_text("".join(rows), "utf-8")
    (exports / "broken.json").write_text('{"playlists": [{', "utf-8")
    data = write_playlists(tmp_path / "data", polka(12, seed=4))
    done = run("adapt", old, exports, data, "--out", tmp_path / "new")
    assert done.returncode == 0, done.stderr
    assert "exports/broken.json" in done.stdout  # what was found in which file, and what was left out
    assert "broken or cut off" in done.stdout
    assert int(done.stdout[done.stdout.index("playlists with") - 4 :].split()[0]) > 20


def test_what_was_trained_is_not_adapted_away(old: Path, tmp_path: Path) -> None:
    """A bundle may be adapted into its own folder, but not one that holds what training left."""
    folder = Path(shutil.copytree(old, tmp_path / "here"))
    (folder / "learned.npz").write_bytes(b"")
    with pytest.raises(DataError, match=r"learned\.npz"):
        adapt(folder, polka(12), folder)
    (folder / "learned.npz").unlink()
    assert adapt(folder, polka(12), folder).songs == 96
