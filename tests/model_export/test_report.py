"""The report: it says what was measured and nothing that it must not say, and its pictures are pictures."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from model_export import plots
from model_export.bundle import MODEL, Learned, load_learned, save_learned, write_bundle
from model_export.evaluate import OURS, Bundle, compare, match_error
from model_export.findings import (
    HELD_OUT,
    mapped,
    samples,
    train_sample,
)
from model_export.folders import written_whole
from model_export.learning import learn
from model_export.metrics import QUEUE_LENGTHS, Quality, cases, measure, reliability
from model_export.playlists import SPLITS, DataError, Playlists
from model_export.reading import read_playlists
from model_export.report import FILES, PAGE, Report, chance, decimal, examine, percent, times, write_report
from tests.model_export.planted import (
    GENRES,
    QUICK,
    name_of,
    planted,
    playlists,
    write_playlists,
)
from tests.model_export.test_bundle import older
from tests.model_export.test_cli import interrupted, refused, run
from tests.model_export.test_playlists import mpd_track, write_slice

HOSTILE = "<script>alert('title')</script>"
WORD = "farewell 00"


def written(learned: Learned, folder: Path) -> Path:
    """A model's folder, as `train` writes it."""
    folder.mkdir()
    save_learned(learned, folder)
    write_bundle(learned, folder)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty playlists of two sources, whose titles are hostile."""
    lists = planted()
    songs = [replace(song, title=f"{HOSTILE} {i}") for i, song in enumerate(lists.songs)]
    sources = [("friends", "radio")[i % 2] for i in range(len(lists))]
    hostile = replace(lists, songs=songs, sources=sources, licences={"friends": "MIT", "radio": "CC0"})
    return write_playlists(tmp_path_factory.mktemp("data"), hostile)


@pytest.fixture(scope="module")
def named(data: Path) -> Playlists:
    """Those playlists as they are read, with their names."""
    return read_playlists(data)


@pytest.fixture(scope="module")
def folder(named: Playlists, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of their train split."""
    return written(learn(named, QUICK), tmp_path_factory.mktemp("of") / "model")


@pytest.fixture(scope="module")
def report(named: Playlists, folder: Path) -> Report:
    """What is found out about it."""
    return examine(named, folder, WORD)


@pytest.fixture(scope="module")
def out(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page and its pictures."""
    out = tmp_path_factory.mktemp("report")
    write_report(report, out)
    return out


class Cells(HTMLParser):
    """The texts of a page's table rows, and the tags that it uses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.sources: set[str] = set()
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens a row or a cell."""
        self.tags.add(tag)
        self.sources.update(value or "" for name, value in attrs if name in {"src", "srcset"})
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        """Closes a cell."""
        self._inside = self._inside and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        """Adds to the open cell."""
        if self._inside:
            self.rows[-1][-1] += data.strip()


def cells(out: Path) -> Cells:
    """The page's tables."""
    return Cells((out / PAGE).read_text("utf-8"))


def figures(quality: Quality) -> list[str]:
    """How a line of the table says them."""
    return [
        f"{value:.3f}"
        for value in (
            quality.r_precision,
            quality.ndcg,
            quality.recall_10,
            quality.hit_10,
            quality.coverage,
            quality.ndcg_all,
        )
    ]


# --- the numbers


def test_the_page_says_what_evaluate_measures(out: Path, named: Playlists, folder: Path) -> None:
    """Each line of `compare` that has cases stands in the page, figure by figure, on both splits."""
    bundle = Bundle(folder, named)
    rows = cells(out).rows
    for split in SPLITS[1:]:
        for line in compare(bundle, named, bundle.unseen(named, split)):
            if line.quality.cases:
                assert [line.method, *figures(line.quality)] in [row[-7:] for row in rows]


def test_each_source_is_measured_by_itself(report: Report, out: Path, named: Playlists, folder: Path) -> None:
    """A source's line is what measure() says of the cases of that source alone."""
    bundle = Bundle(folder, named)
    rows = [row[-7:] for row in cells(out).rows]
    for length in QUEUE_LENGTHS[:3]:
        for source in ("friends", "radio"):
            own = [case for case in cases(bundle.unseen(named, "test"), length) if case.source == source]
            expected = measure(own, bundle.rank, bundle.catalogue)
            assert expected.cases
            (found,) = [
                row.quality
                for row in report.measured["test"].rows
                if (row.source, row.length, row.method) == (source, length, OURS)
            ]
            assert found == expected
            assert [OURS, *figures(expected)] in rows


def test_the_talks_table_is_the_mean_of_three_lengths(out: Path, named: Playlists, folder: Path) -> None:
    """Beside the talk's own figures stand the means over k = 1, 5 and 10 on all three splits."""
    bundle = Bundle(folder, named)
    splits = [train_sample(named), *(bundle.unseen(named, split) for split in SPLITS[1:])]
    rows = cells(out).rows
    assert ["its model", "35 %", "18 %", "15 %"] in rows
    assert ["same artist", "8 %, the only figure"] in rows
    assert ["same album", "7 %, the only figure"] in rows
    for figure, worded in (("r_precision", percent), ("ndcg", decimal)):
        means = [
            np.mean([
                getattr(measure(list(cases(lists, length)), bundle.rank, bundle.catalogue), figure)
                for length in (1, 5, 10)
            ])
            for lists in splits
        ]  # fmt: skip
        assert [OURS, *(worded(float(mean)) for mean in means)] in rows


def test_the_calibration_error_is_evaluates(
    report: Report, out: Path, named: Playlists, folder: Path
) -> None:
    """The error and the number of answers on the page are those of the whole split."""
    bundle = Bundle(folder, named)
    error = match_error(bundle, bundle.unseen(named, "test"))
    assert report.reliability["test"].error == error
    assert f"<b>{error:.3f}</b>" in (out / PAGE).read_text("utf-8")
    found = report.reliability["test"]
    assert sum(each.count for each in found.bins) == found.answers > 0


def test_reliability_bins_hold_their_means() -> None:
    """Two answers near 0.9, one of them right, and one of 0.1 that is wrong: two bins."""
    low, high = reliability(np.array([0.92, 0.1, 0.98]), np.array([True, False, False]))
    assert [(each.count, each.true) for each in (low, high)] == [(1, 0), (2, 0.5)]
    assert [low.match, high.match] == pytest.approx([0.1, 0.95])


# --- the training sample


def test_the_training_sample_is_fixed_and_small() -> None:
    """At most so many training lists, one of each parent, the same ones whatever their order."""
    lists = planted(120)
    lists = replace(lists, parents=[f"parent-{i // 2}" for i in range(120)])
    sample = train_sample(lists, 20)
    assert len(sample) == len(set(sample.parents)) == 20
    assert {sample.split_name(i) for i in range(20)} == {"train"}
    backwards = train_sample(lists.select(range(119, -1, -1)), 20)
    assert set(backwards.parents) == set(sample.parents)
    assert len(train_sample(lists, 1000)) == len(lists.split("train").one_per_parent())


# --- popularity, map, samples


def test_popularity_counts_every_playlist_the_same(report: Report) -> None:
    """Shares rise from 0 to 1 over the catalogue, and the most popular method keeps to the hits."""
    found = report.popularity
    assert found is not None
    for share in found.shares.values():
        assert len(share) == len(report.learned.lists.songs)
        assert (np.diff(share) >= 0).all()
        assert share[-1] == pytest.approx(1, abs=1e-5)
    assert found.medians["most popular"] < found.medians[OURS]
    assert set(found.medians) == {*remembered_methods(), HELD_OUT}


def remembered_methods() -> Sequence[str]:
    """The names of the methods."""
    return ("most popular", "same artist", "same album", "item-kNN", "item-kNN, shrunk", "plain ALS", OURS)


def test_the_map_counts_the_names_with_the_word(report: Report, named: Playlists) -> None:
    """Each training parent is one point, in colour where the name has the word."""
    train = named.split("train")
    marked = sum(WORD in name for name in train.names)
    assert len(report.map.with_word) == marked > 0
    assert len(report.map.without) == len(train) - marked
    assert report.map.tracks.shape == (len(report.learned.lists.songs), 3)


def test_planted_genres_lie_apart_on_the_map(report: Report) -> None:
    """Songs of a genre are nearer to each other than to those of another."""
    genre = np.array([song.track_id.split("-")[0] for song in report.learned.lists.songs])
    centres = [report.map.tracks[genre == each].mean(axis=0) for each in GENRES]
    spread = max(float(report.map.tracks[genre == each].std(axis=0).max()) for each in GENRES)
    assert min(np.linalg.norm(centres[i] - centres[i - 1]) for i in range(3)) > 2 * spread


@pytest.mark.parametrize("dims", [1, 2, 5])
def test_a_map_has_three_axes_whatever_the_dimensions(dims: int) -> None:
    """Axes that the model lacks are flat, and the shares of the variance never pass one."""
    factors = np.random.default_rng(0).normal(size=(9, dims)).astype(np.float32)
    found = mapped(factors, factors[:4] * 7, np.array([True, False, False, True]))
    assert (found.tracks.shape, found.with_word.shape, found.without.shape) == ((9, 3), (2, 3), (2, 3))
    assert sum(found.explained) <= 1.0001
    np.testing.assert_allclose(found.tracks[[0, 3]], found.with_word, atol=1e-5)


def test_samples_are_the_ends_of_the_whole_ranking(report: Report, named: Playlists, folder: Path) -> None:
    """The first five and the last five of all songs, and one more queue of all sample songs together."""
    bundle = Bundle(folder, named)
    assert len(report.samples) == 6
    assert [song.track_id for song in report.samples[-1].queue] == [
        sample.queue[0].track_id for sample in report.samples[:5]
    ]
    number = {song.track_id: i for i, song in enumerate(named.songs)}
    for sample in report.samples:
        queue = np.array([number[song.track_id] for song in sample.queue], np.int32)
        tracks, match, shares = bundle.explained(queue, len(bundle.catalogue))
        strongest = [factor for fit in sample.most for _, factor in fit.reasons[:1]]
        assert strongest == pytest.approx(np.exp(np.abs(shares[:5]).max(axis=1)).tolist())
        assert [number[fit.song.track_id] for fit in sample.most] == tracks[:5].tolist()
        assert [number[fit.song.track_id] for fit in sample.least] == tracks[:-6:-1].tolist()
        assert [fit.match for fit in sample.least] == match[:-6:-1].tolist()
        assert all(len(fit.reasons) == len(queue) for fit in (*sample.most, *sample.least))
    artists = [sample.queue[0].main_artist for sample in report.samples[:5]]
    assert len(set(artists)) == 5


def test_a_catalogue_smaller_than_two_ends_shows_no_song_twice(tmp_path: Path) -> None:
    """With seven songs, the six that are left are five best ones and one worst."""
    lists = playlists([list(range(7))] * 12, 7)
    learned = learn(lists, replace(QUICK, epochs=2))
    bundle = Bundle(written(learned, tmp_path / "model"), lists)
    assert list(samples(bundle, lists)) == []  # nobody's songs have no artist
    named = replace(lists, songs=[replace(song, artist="One") for song in lists.songs])
    (sample,) = samples(bundle, named)
    assert (len(sample.most), len(sample.least)) == (5, 1)


def test_numbers_are_worded_for_people() -> None:
    """Small chances are one in so many, odds keep two digits that mean something."""
    assert [percent(0.123), percent(float("nan"))] == ["12.3 %", "–"]
    assert [chance(0.5), chance(0.0042), chance(1 / 12_345_678), chance(0)] == [
        "50.0 %", "1 in 240", "1 in 12,000,000", "1 in 1,000,000,000,000",
    ]  # fmt: skip
    assert [times(12.34), times(0.456)] == ["× 12.3", "× 0.46"]


# --- what must not be there


def test_no_playlist_name_is_in_any_byte(out: Path, named: Playlists) -> None:
    """Names are personal: the page has the word and a count, neither page nor pictures have a name."""
    assert set(named.names) == {name_of(i) for i in range(len(named))}
    for path in out.iterdir():
        content = path.read_bytes()
        assert not any(name.encode() in content for name in named.names)
        assert b"Dana" not in content
    assert WORD in (out / PAGE).read_text("utf-8")


def test_a_hostile_title_is_text(out: Path) -> None:
    """A title that is a script is shown, not run; the page has no script and fetches nothing."""
    page = (out / PAGE).read_text("utf-8")
    assert "&lt;script&gt;alert(&#39;title&#39;)&lt;/script&gt;" in page
    found = cells(out)
    assert "script" not in found.tags
    assert found.sources == set(plots.FILES)
    assert not re.search(r"https?:|//", page)
    assert "\n</html>" in page


def test_a_hostile_word_is_text(report: Report, tmp_path: Path) -> None:
    """The word is somebody's, too: no markup on the page, no formula and no missing letter on the map."""
    bare = replace(report, word="<b>$x^2$", measured={}, reliability={}, popularity=None)
    write_report(replace(bare, missing=dict.fromkeys(SPLITS, "<b>seen")), tmp_path)
    assert not re.search(r"<b>(\$|seen)", (tmp_path / PAGE).read_text("utf-8"))
    few = replace(report.map, tracks=report.map.tracks[:1])
    for word in ("$\\frac$", "派对 🎉", "two\nlines"):
        plots.save(plots.landscape(few, word, plots.THEMES[0]), tmp_path / "map.png")


# --- the pictures


def test_every_picture_is_there_and_not_blank(out: Path) -> None:
    """All pictures open, in both dresses, and show at least a handful of colours."""
    assert {path.name for path in out.iterdir()} == FILES
    for name in plots.FILES:
        picture = matplotlib.image.imread(out / name)
        assert picture.shape[1] == plots.WIDTH_IN * plots.DPI
        assert len(np.unique(picture[::9, ::9].reshape(-1, picture.shape[2]), axis=0)) > 20
        dark = picture[0, 0, :3].mean() < 0.5
        assert dark == name.endswith("-dark.png")


def test_a_report_is_the_same_twice(report: Report, out: Path, named: Playlists, folder: Path) -> None:
    """The same data and model give the same page and the same map."""
    again = examine(named, folder, WORD)
    np.testing.assert_array_equal(again.map.tracks, report.map.tracks)
    assert again.samples == report.samples
    assert again.measured == report.measured


# --- models of all kinds


def test_a_model_that_has_seen_everything_says_so(named: Playlists, tmp_path: Path) -> None:
    """What cannot be measured is said in its place; the rest is there."""
    learned = learn(named, replace(QUICK, epochs=5), everything=True)
    found = examine(named, written(learned, tmp_path / "model"), WORD)
    assert set(found.measured) == {"train"}
    assert set(found.missing) == {"validation", "test"}
    assert found.popularity is None
    (tmp_path / "out").mkdir()
    write_report(found, tmp_path / "out")
    assert {path.name for path in tmp_path.glob("out/*.png")} == {
        f"{name}{dress}.png" for name in ("map", "training") for dress in ("", "-dark")
    }
    page = (tmp_path / "out" / PAGE).read_text("utf-8")
    assert page.count("Nothing here for the test playlists") >= 3
    assert "--everything" in page
    assert cells(tmp_path / "out").sources == {path.name for path in tmp_path.glob("out/*.png")}


def test_data_without_a_test_list_says_so(named: Playlists, tmp_path: Path) -> None:
    """Too little data for a test split is said in the page as well."""
    few = named.split("train")
    found = examine(few, written(learn(few, replace(QUICK, epochs=5)), tmp_path / "model"), WORD)
    assert "some twenty playlists" in found.missing["test"]
    write_report(found, tmp_path)
    assert "some twenty playlists" in (tmp_path / PAGE).read_text("utf-8")


def test_a_model_without_a_curve_says_so(report: Report, tmp_path: Path) -> None:
    """A model from before there were curves has no picture of its training, and says why."""
    write_report(replace(report, learned=replace(report.learned, curve=())), tmp_path)
    assert not (tmp_path / "training.png").exists()
    assert "before training kept its course" in (tmp_path / PAGE).read_text("utf-8")


def test_an_older_model_has_a_map_too(report: Report, named: Playlists, folder: Path, tmp_path: Path) -> None:
    """It holds the factors of all its playlists, and does not say of which."""
    model = shutil.copytree(folder, tmp_path / "model")
    older(model)
    assert len(examine(named, model, WORD).map.without) == len(report.map.without)


def test_data_without_names_marks_nothing(named: Playlists, folder: Path) -> None:
    """Playlists need no names; then none has the word."""
    found = examine(replace(named, names=()), folder, WORD)
    assert len(found.map.with_word) == 0


def test_the_curve_is_kept(named: Playlists, tmp_path: Path) -> None:
    """Every epoch's loss and, where it was looked at, NDCG is told, stored and read again."""
    told: list[tuple[int, float, float | None]] = []
    learned = learn(
        named,
        replace(QUICK, epochs=7, check_every=5),
        progress=lambda stage, epoch, loss, ndcg: told.append((epoch, loss, ndcg)),
    )
    assert list(learned.curve) == told
    assert [epoch for epoch, _, ndcg in told if ndcg is not None] == [5]
    save_learned(learned, tmp_path)
    assert list(load_learned(tmp_path, named).curve) == told


# --- names


def test_names_are_read_from_both_formats(tmp_path: Path, data: Path) -> None:
    """The name stays with its list through every choice of lists; an unknown one is empty."""
    lists = read_playlists(data)
    assert list(lists.names) == [name_of(i) for i in range(60)]
    assert list(lists.select([3, 1]).names) == [name_of(3), name_of(1)]
    tracks = [mpd_track(0, 1)]
    write_slice(tmp_path, 0, [{"pid": 1, "name": "Gym", "tracks": tracks}, {"pid": 2, "tracks": tracks}])
    assert list(read_playlists(tmp_path).names) == ["Gym", ""]


# --- the command


def test_the_command_writes_the_page(data: Path, folder: Path, tmp_path: Path) -> None:
    """The command says where the page is; an older report is replaced."""
    out = tmp_path / "new" / "report"
    out.mkdir(parents=True)
    (out / PAGE).write_text("old")
    done = run("report", data, "--model", folder, "--out", out, "--word", "farewell")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in out.iterdir()} == FILES
    assert str(out / PAGE) in done.stderr.replace("\n", "")
    assert "have\n“farewell” in the name" in (out / PAGE).read_text("utf-8")
    assert [path.name for path in out.parent.iterdir()] == ["report"]


def test_no_data_is_one_line(folder: Path, tmp_path: Path) -> None:
    """A folder that is none is named in one line, and nothing is made."""
    line = told(run("report", tmp_path / "nowhere", "--model", folder, "--out", tmp_path / "out"))
    assert str(tmp_path / "nowhere") in line
    assert list(tmp_path.iterdir()) == []


def test_no_model_is_one_line(data: Path, tmp_path: Path) -> None:
    """A folder without a model is named in one line, and nothing is made."""
    line = told(run("report", data, "--model", tmp_path / "nowhere", "--out", tmp_path / "out"))
    assert str(tmp_path / "nowhere") in line
    assert list(tmp_path.iterdir()) == []


def test_an_empty_word_is_one_line(data: Path, folder: Path, tmp_path: Path) -> None:
    """A blank word would mark every playlist, so it is refused."""
    assert "--word" in told(run("report", data, "--model", folder, "--out", tmp_path / "out", "--word", "  "))


def test_a_folder_of_something_else_is_not_written_to(data: Path, folder: Path, tmp_path: Path) -> None:
    """A report does not take the place of a model, nor a model that of a report."""
    shutil.copytree(folder, tmp_path / "model")
    line = refused(run("report", data, "--model", folder, "--out", tmp_path / "model"))
    assert str(tmp_path / "model") in line
    assert "no part of a report" in line
    assert (tmp_path / "model" / "model.onnx").exists()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / PAGE).touch()
    with (
        pytest.raises(DataError, match="no part of a model"),
        written_whole(tmp_path / "out", MODEL, "model"),
    ):
        pytest.fail("a report was taken for a model")


def test_a_model_of_other_playlists_is_named(named: Playlists, folder: Path) -> None:
    """The same songs in other playlists are other data."""
    with pytest.raises(DataError, match="other playlists"):
        examine(named.select(range(40)), folder, WORD)


def told(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence with which a command gave up, after its progress."""
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


def test_control_c_leaves_the_older_report(data: Path, folder: Path, tmp_path: Path) -> None:
    """Ctrl-C in the midst of a report ends it without a traceback; the older report stays alone."""
    out = tmp_path / "report"
    out.mkdir()
    (out / PAGE).write_text("old")
    done = interrupted(
        lambda: len(list(tmp_path.iterdir())) > 1, "report", data, "--model", folder, "--out", out
    )
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["report"]
    assert [path.name for path in out.iterdir()] == [PAGE]
    assert (out / PAGE).read_text() == "old"
