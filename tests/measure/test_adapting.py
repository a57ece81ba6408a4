"""What adapting gains and costs is measured on lists that were left out."""

from __future__ import annotations

from pathlib import Path

from model_export.bundle import write_bundle
from model_export.columns import Song
from model_export.learning import learn
from model_export.merge import read_folders
from model_export.renew import opened
from model_export.written import List, write_lists
from tests.measure.adapting import chosen, measure
from tests.measure.left_out import part
from tests.model_export.planted import QUICK, planted
from tests.model_export.test_adapt import polka


def test_a_gain_and_little_loss(tmp_path: Path) -> None:
    """A community that the model does not know gains; lists like the few it was trained on lose a little."""
    write_bundle(learn(planted(), QUICK), tmp_path)
    theirs = planted(20, seed=7)
    draw = measure(opened(tmp_path), polka(40), theirs, 30, 0)
    assert len(draw.before) == len(draw.after) == len(draw.its_before) == 3
    assert sum(draw.after) > 2 * sum(draw.before)
    assert sum(draw.its_after) > 0.9 * sum(draw.its_before)
    assert 2 / 16 <= draw.known <= 2 / 8  # two songs of each list, which has six to fourteen more
    assert draw.shared == 1


def test_what_is_asked_about_was_not_learned() -> None:
    """The lists of a parent are learned or asked about, never both, and one of each parent is asked about."""
    lists = polka(40)
    learned, asked = chosen(lists, 30, 5)
    assert len(learned) == 30
    assert len(asked) == 10
    assert not {*learned.tolist()} & {*asked.tolist()}


def test_a_source_that_is_left_out(tmp_path: Path) -> None:
    """Its lists are its own, in their order, and the others' hold none of them, nor their songs alone."""
    lists = [
        List("a", [Song("t1", "One", "Ann"), Song("t2", "Two", "Ben")], "radio", "radio"),
        List("b", [Song("t3", "Three", "Cid"), Song("t2", "Two", "Ben")], "friends", "user"),
        List("c", [Song("t1", "One", "Ann"), Song("t4", "Four", "Dan")], "radio", "radio"),
    ]
    (tmp_path / "all").mkdir()
    write_lists(tmp_path / "all", lists)
    assert part(tmp_path / "all", "radio", tmp_path / "left") == {"own": 2, "others": 1}
    own, others = (read_folders([tmp_path / "left" / name]) for name in ("own", "others"))
    assert [own.songs[i].title for i in own.tracks(1)] == ["One", "Four"]
    assert {*own.sources} == {"radio"}
    assert {*others.sources} == {"friends"}
    assert {song.title for song in others.songs} == {"Two", "Three"}
