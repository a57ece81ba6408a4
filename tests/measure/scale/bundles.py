"""Bundles of random numbers, made once and kept."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from bot.recommend.bundle import FORMAT
from tests.measure.scale.children import run
from tests.measure.scale.sizes import Size


def bundle(folder: Path, size: Size, seed: int) -> Path:
    """The folder of a bundle of this size; one of an older format is made anew.

    Raises:
        Failed: it could not be made.
    """
    place = folder / "bundles" / f"{size}-{seed}"
    if not whole(place):
        for stale in (place, *(folder / "indexes").glob(f"{place.name}*")):
            shutil.rmtree(stale, ignore_errors=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        numbers = ["--tracks", str(size.tracks), "--dims", str(size.dims), "--seed", str(seed)]
        run("model_export", ["synth-bundle", *numbers, "--out", str(place)])
    return place


def whole(place: Path) -> bool:
    """Whether a bundle stands there that today's bot reads: its manifest is written last."""
    try:
        return bool(json.loads((place / "manifest.json").read_text("utf-8"))["format"] == FORMAT)
    except (OSError, ValueError, KeyError, TypeError):
        return False
