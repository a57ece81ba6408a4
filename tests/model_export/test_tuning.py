"""Looking for better settings: it can be gone on with, it is used by `train`, and faults are sentences."""

from __future__ import annotations

import json
import signal
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState

from model_export.model import Settings
from model_export.playlists import DataError, Playlists
from model_export.tuning import TUNED, finished, load_settings, open_study, save_settings, tune
from tests.model_export.planted import planted, playlists, write_playlists
from tests.model_export.test_cli import interrupted, refused, run

BRIEF = Settings(epochs=2, check_every=1, batch=32)


def trials_of(path: Path) -> list[FrozenTrial]:
    """What a study's file holds."""
    return open_study(path).trials


def silent(trial: int, epoch: int, loss: float, ndcg: float | None) -> None:
    """Takes note of nothing."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of sixty playlists of three genres."""
    return write_playlists(tmp_path_factory.mktemp("data"), planted())


# --- trials


def test_the_first_trial_is_the_settings_as_they_are(tmp_path: Path, lists: Playlists) -> None:
    """What is found is never worse than what was there: it has been measured too, and told as it went."""
    told: list[tuple[int, int]] = []
    base = replace(BRIEF, dims=16, dropout=0.3)
    tune(open_study(tmp_path / "s.db"), lists, 1, base, lambda *each: told.append(each[:2]))
    (first,) = trials_of(tmp_path / "s.db")
    tuned = [name for name in TUNED if name != "follower_weight"]
    assert first.params == {name: getattr(base, name) for name in tuned}
    assert told == [(0, 1), (0, 2)]
    assert first.value is not None
    assert 0 < first.value <= 1


def test_validation_is_looked_at_five_times_a_trial(tmp_path: Path, lists: Playlists) -> None:
    """However long a trial is, a poor one is given up early."""
    looks: list[int] = []

    def followed(trial: int, epoch: int, loss: float, ndcg: float | None) -> None:
        if ndcg is not None:
            looks.append(epoch)

    tune(open_study(tmp_path / "s.db"), lists, 1, replace(BRIEF, epochs=10, patience=10), followed)
    assert looks == [2, 4, 6, 8, 10]


def test_a_study_goes_on_where_it_stopped_with_new_trials(tmp_path: Path, lists: Playlists) -> None:
    """Numbers go on, the settings as they are come once, and no trial is made a second time."""
    path = tmp_path / "new" / "s.db"
    for more in (2, 2):
        tune(open_study(path), lists, more, BRIEF, silent)
    trials = trials_of(path)
    assert [trial.number for trial in trials] == [0, 1, 2, 3]
    tried = [tuple(trial.params.values()) for trial in trials]
    assert len(set(tried)) == len(tried)


@pytest.mark.parametrize(
    ("written", "when"),
    [("set_trial_state_values", 1), ("set_trial_state_values", 2), ("set_trial_intermediate_value", 1)],
    ids=["a trial is begun", "a trial is over", "an epoch is over"],
)
def test_control_c_waits_until_what_is_written_is_whole(
    tmp_path: Path, lists: Playlists, monkeypatch: pytest.MonkeyPatch, written: str, when: int
) -> None:
    """Pressed while the file is written to, it stops the tuning after that: no trial stays half told."""
    write = getattr(RDBStorage, written)
    calls: list[Any] = []

    def pressing(*of: Any, **more: Any) -> Any:
        calls.append(of)
        if len(calls) == when:
            signal.raise_signal(signal.SIGINT)
        return write(*of, **more)

    study = open_study(tmp_path / "s.db")
    monkeypatch.setattr(RDBStorage, written, pressing)
    with pytest.raises(KeyboardInterrupt):
        tune(study, lists, 1000, BRIEF, silent)
    assert len(calls) >= when
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    trials = trials_of(tmp_path / "s.db")
    assert {trial.state.name for trial in trials} <= {"COMPLETE", "FAIL"}
    assert len(trials) <= 2


def test_followers_are_weighed_where_somebody_counted_them(tmp_path: Path, lists: Playlists) -> None:
    """The weight of followers is looked for only in data that has some."""
    followed = replace(lists, followers=[i % 5 for i in range(len(lists))])
    tune(open_study(tmp_path / "with.db"), followed, 2, BRIEF, silent)
    tune(open_study(tmp_path / "without.db"), lists, 2, BRIEF, silent)
    assert all("follower_weight" in trial.params for trial in trials_of(tmp_path / "with.db"))
    assert not any("follower_weight" in trial.params for trial in trials_of(tmp_path / "without.db"))


def test_the_finished_come_best_first_and_those_given_up_last(tmp_path: Path) -> None:
    """A trial given up early is no winner, however well it began, and one that failed is not there."""
    study = open_study(tmp_path / "s.db")
    for value, state in ((0.2, "COMPLETE"), (0.5, "COMPLETE"), (0.9, "PRUNED"), (None, "FAIL")):
        steps = {10: value} if value else {}
        study.add_trial(
            optuna.trial.create_trial(state=TrialState[state], value=value, intermediate_values=steps)
        )
    assert [trial.number for trial in finished(study)] == [1, 0, 2]


def test_after_ctrl_c_before_anything_finished_the_settings_as_they_are_come_again(
    tmp_path: Path, lists: Playlists
) -> None:
    """A first trial that was stopped says nothing, so a study that goes on begins with it anew."""

    def stopped(trial: int, epoch: int, loss: float, ndcg: float | None) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "s.db"
    with pytest.raises(KeyboardInterrupt):
        tune(open_study(path), lists, 3, BRIEF, stopped)
    assert finished(open_study(path)) == []
    tune(open_study(path), lists, 1, BRIEF, silent)
    (trial,) = finished(open_study(path))
    assert trial.params["dropout"] == BRIEF.dropout
    assert trial.params["learning_rate"] == BRIEF.learning_rate


def test_data_without_a_validation_playlist_is_a_fault(tmp_path: Path) -> None:
    """Where nothing can be judged there is nothing to look for, and the sentence says what it takes."""
    lists = playlists([[0, 1, 2]] * 3, 3, parents=["parent-0", "parent-4", "parent-6"])
    with pytest.raises(DataError, match="twenty playlists"):
        tune(open_study(tmp_path / "s.db"), lists, 1, BRIEF, silent)


# --- settings as a file


def test_settings_survive_their_file(tmp_path: Path) -> None:
    """What is written is what is read, whole numbers as such; what is not named stays as it is."""
    settings = Settings(dims=16, dropout=0.125, in_order=1.0, seed=3)
    save_settings(settings, tmp_path / "new" / "s.json")
    assert load_settings(tmp_path / "new" / "s.json") == settings
    (tmp_path / "few.json").write_text('{"dims": 32, "dropout": 0}')
    found = load_settings(tmp_path / "few.json")
    assert found == Settings(dims=32, dropout=0.0)
    assert type(found.dropout) is float


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"3",
        b"null",
        b'"dims"',
        b"\xff\xfe",
        b'{"dims": "many"}',
        b'{"dims": null}',
        b'{"dims": Infinity}',
        b'{"dimensions": 4}',
        b'{"dims": [4]}',
    ],
)
def test_a_file_that_holds_no_settings_is_named(tmp_path: Path, content: bytes) -> None:
    """Whatever else stands in it, the file is named in one sentence with the mend."""
    path = tmp_path / "s.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"s\.json holds no settings .*tune --out") as refusal:
        load_settings(path)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["nowhere.json", "."])
def test_settings_that_are_not_there_are_named(tmp_path: Path, name: str) -> None:
    """A missing file, and a folder in its place, are refused likewise."""
    with pytest.raises(DataError, match="holds no settings"):
        load_settings(tmp_path / name)


def test_settings_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    """A file where the settings' folder should be is a fault in one sentence, and stays as it was."""
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(DataError, match=r"best\.json cannot be written"):
        save_settings(Settings(), tmp_path / "taken" / "best.json")
    assert (tmp_path / "taken").read_text() == "mine"


# --- as a person runs it


def test_tune_finds_settings_that_train_takes(data: Path, tmp_path: Path) -> None:
    """Two runs make one study, its table has every trial, and `train --settings` trains with the best."""
    study, out = tmp_path / "study.db", tmp_path / "best.json"
    first = run("tune", data, "--study", study, "--trials", "1", "--epochs", "10")
    assert first.returncode == 0, first.stderr
    assert not out.exists()
    second = run("tune", data, "--study", study, "--trials", "2", "--epochs", "10", "--out", out)
    assert second.returncode == 0, second.stderr
    best, *others = finished(open_study(study))
    assert {trial.number for trial in (best, *others)} == {0, 1, 2}
    assert best.value == max(each.value or 0 for each in (best, *others) if each.state.name == "COMPLETE")
    rows = [line.split() for line in second.stdout.splitlines() if "0." in line]
    assert sorted(row[1] for row in rows) == ["0", "1", "2"]
    assert rows[0][1] == str(best.number)
    settings = json.loads(out.read_text("utf-8"))
    assert settings == asdict(Settings()) | best.params
    done = run("train", data, "--out", tmp_path / "model", "--settings", out, "--epochs", "5", "--dims", "8")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "model" / "manifest.json").read_text("utf-8"))
    squares = manifest["settings"]["squares"]
    assert squares in {0, settings["squares"]}  # what is no better without them is left out
    assert manifest["settings"] == settings | {"epochs": 5, "dims": 8, "squares": squares}


def test_a_study_that_is_none_is_one_line(data: Path, tmp_path: Path) -> None:
    """A file of something else is named in one line, exit code 2, and stays as it was."""
    (tmp_path / "notes.txt").write_text("dear diary " * 100)
    line = refused(run("tune", data, "--study", tmp_path / "notes.txt", "--trials", "1"))
    assert str(tmp_path / "notes.txt") in line
    assert (tmp_path / "notes.txt").read_text() == "dear diary " * 100


def test_settings_that_are_none_are_one_line(data: Path, tmp_path: Path) -> None:
    """`train --settings` with another file names it in one line, exit code 2, and writes nothing."""
    (tmp_path / "s.json").write_text('{"dimensions": 4}')
    line = refused_after_counting(data, tmp_path / "model", tmp_path / "s.json")
    assert str(tmp_path / "s.json") in line
    assert not (tmp_path / "model").exists()


def refused_after_counting(data: Path, out: Path, settings: Path) -> str:
    """The line with which `train` refused settings, past the line that counts the playlists."""
    done = run("train", data, "--out", out, "--settings", settings)
    assert done.returncode == 2
    counts, line = done.stderr.splitlines()
    assert "60 playlists" in counts
    return line


def test_too_little_data_to_judge_by_is_one_line(tmp_path: Path) -> None:
    """Data without a validation playlist is refused in a sentence, without a traceback, exit code 2."""
    lists = playlists([[0, 1, 2]] * 3, 3, parents=["parent-0", "parent-4", "parent-6"])
    data = write_playlists(tmp_path / "data", lists)
    done = run("tune", data, "--study", tmp_path / "s.db", "--trials", "1", "--epochs", "1")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "twenty playlists" in done.stderr.splitlines()[-1]


def test_control_c_leaves_a_study_that_can_be_gone_on_with(data: Path, tmp_path: Path) -> None:
    """Ctrl-C ends the tuning with 130 and no traceback; what was finished stays, and a later run goes on."""
    study = tmp_path / "study.db"
    open_study(study)
    stopped = interrupted(
        lambda: bool(finished(open_study(study))),
        *("tune", data, "--study", study, "--trials", "1000", "--epochs", "10"),
    )
    assert stopped.returncode == 130
    assert "Traceback" not in stopped.stderr
    assert "half written" in stopped.stderr
    before = trials_of(study)
    assert {trial.state.name for trial in before} <= {"COMPLETE", "PRUNED", "FAIL"}
    done = run("tune", data, "--study", study, "--trials", "1", "--epochs", "10")
    assert done.returncode == 0, done.stderr
    assert [trial.number for trial in trials_of(study)] == list(range(len(before) + 1))
