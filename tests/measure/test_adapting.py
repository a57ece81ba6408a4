"""What adapting gains and costs is measured on lists that were left out."""

from __future__ import annotations

from pathlib import Path

from model_export.bundle import write_bundle
from model_export.learning import learn
from model_export.renew import opened
from tests.measure.adapting import chosen, measure
from tests.model_export.planted import QUICK, planted
from tests.model_export.test_adapt import polka


def test_a_gain_and_little_loss(tmp_path: Path) -> None:
    """A community that the model does not know gains; lists like the few it was trained on lose a little."""
    write_bundle(learn(planted(), QUICK), tmp_path)
    theirs = planted(20, seed=7)
    before, after, its_before, its_after = measure(opened(tmp_path), polka(40), theirs, 30, 0)
    assert len(before) == len(after) == len(its_before) == 3
    assert sum(after) > 2 * sum(before)
    assert sum(its_after) > 0.9 * sum(its_before)


def test_what_is_asked_about_was_not_learned() -> None:
    """The lists of a parent are learned or asked about, never both, and one of each parent is asked about."""
    lists = polka(40)
    learned, asked = chosen(lists, 30, 5)
    assert len(learned) == 30
    assert len(asked) == 10
    assert not {*learned.tolist()} & {*asked.tolist()}
