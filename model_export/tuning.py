"""Looks for better settings: each trial is a training, judged on validation, kept in a file to go on from."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState

from model_export.interrupt import ControlC
from model_export.learning import learn
from model_export.model import Settings
from model_export.playlists import DataError, Playlists

STUDY = "encore"
TUNED = (
    "dims",
    "dropout",
    "decay",
    "learning_rate",
    "power",
    "damping",
    "length_damping",
    "in_order",
    "follower_weight",
)
"""Which settings are looked for."""

LOOKS = 5
"""How often validation is looked at in each trial: a poor one is soon given up."""

Told = Callable[[int, int, float, float | None], None]
"""Told after every epoch: the trial's number, the epoch, the loss, and NDCG@100 where it was measured."""


def open_study(path: Path) -> optuna.Study:
    """The study in a file, new or as an earlier run left it.

    Raises:
        DataError: the file cannot be written or is no study.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)  # a trial that is stopped is told elsewhere
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        study = optuna.create_study(
            storage=f"sqlite:///{path}",
            study_name=STUDY,
            direction="maximize",
            pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
            load_if_exists=True,
        )
        # The same seed again would propose what an earlier run has tried.
        study.sampler = optuna.samplers.TPESampler(seed=len(study.trials))
    except Exception as error:  # Optuna lets the errors of its database through, which have no common base
        reason = str(error).partition("\n")[0]
        raise DataError(f"{path} cannot be used as a study ({reason}); name another file") from error
    return study


def tune(study: optuna.Study, lists: Playlists, trials: int, base: Settings, told: Told) -> None:
    """Makes so many more trials; the first of a study are the settings as they are.

    A trial that is worse than the median at the same epoch is given up. After Ctrl-C the file holds all
    trials that were finished, and the one that was stopped as failed.

    Raises:
        DataError: too little data to judge by.
        KeyboardInterrupt: after Ctrl-C.
    """
    base = replace(base, check_every=max(1, base.epochs // LOOKS))
    if not finished(study):
        study.enqueue_trial({name: getattr(base, name) for name in _searched(lists)})

    def trial_of(trial: optuna.Trial) -> float:
        settings = replace(base, **_proposed(trial, lists))

        def followed(stage: str, epoch: int, loss: float, ndcg: float | None) -> None:
            told(trial.number, epoch, loss, ndcg)
            if ndcg is not None:
                with control_c.waiting():
                    trial.report(ndcg, epoch)
                    pruned = trial.should_prune()
                if pruned:
                    raise optuna.TrialPruned

        with control_c.counting():
            learned = learn(lists, settings, progress=followed)
        found = [each["ndcg"] for each in learned.metrics["validation"].values()]
        if not any(found):
            raise DataError("no validation playlist can be measured; it takes some twenty playlists")
        return float(np.mean(found))

    with ControlC() as control_c:
        study.optimize(trial_of, n_trials=trials)


def _searched(lists: Playlists) -> list[str]:
    return [name for name in TUNED if name != "follower_weight" or lists.followers]


def _proposed(trial: optuna.Trial, lists: Playlists) -> dict[str, Any]:
    """What a trial tries."""
    proposed: dict[str, Any] = {
        "dims": trial.suggest_categorical("dims", [16, 32, 48, 64, 96]),
        "dropout": trial.suggest_float("dropout", 0, 0.6),
        "decay": trial.suggest_float("decay", 1e-4, 1e-1, log=True),
        "learning_rate": trial.suggest_float("learning_rate", 1e-3, 2e-2, log=True),
        "power": trial.suggest_float("power", 0.3, 1),
        "damping": trial.suggest_float("damping", 0, 1),
        "length_damping": trial.suggest_float("length_damping", 0, 1),
        "in_order": trial.suggest_float("in_order", 0, 1),
    }
    if lists.followers:
        proposed["follower_weight"] = trial.suggest_float("follower_weight", 0, 1)
    return proposed


def finished(study: optuna.Study) -> list[FrozenTrial]:
    """The trials that came to a result, best first; those given up early last."""
    done = [trial for trial in study.trials if trial.state in {TrialState.COMPLETE, TrialState.PRUNED}]
    return sorted(done, key=lambda trial: (trial.state != TrialState.COMPLETE, -(trial.value or 0)))


def save_settings(settings: Settings, path: Path) -> None:
    """Writes settings as JSON, for `train --settings`.

    Raises:
        DataError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(settings), indent=2) + "\n", "utf-8")
    except OSError as error:
        raise DataError(f"{path} cannot be written ({error}); name another file") from error


def load_settings(path: Path) -> Settings:
    """Reads what `save_settings` wrote; what is not named there stays as it is by default.

    Raises:
        DataError: no such file, or it names something that is no setting.
    """
    try:
        told = json.loads(path.read_text("utf-8"))
        kinds = {each.name: type(getattr(Settings(), each.name)) for each in fields(Settings)}
        return Settings(**{name: kinds[name](value) for name, value in told.items()})
    except (OSError, ValueError, OverflowError, TypeError, KeyError, AttributeError) as error:
        raise DataError(f"{path} holds no settings ({error!r}); make it with `tune --out`") from error
