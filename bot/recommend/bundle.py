"""The model bundle, checked whole before anything of it is used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.party.errors import StartError

FORMAT = 2
"""The version of the bundle's format that this bot reads."""
MEND = "put a good bundle there, or set MODEL_DIR to another one"
RENEW = "write it in today's form with `python -m model_export renew {} --out NEW`, and set MODEL_DIR to that"
GRAPHS = ("model.onnx", "fold.onnx", "scan.onnx", "rank.onnx")
"""The model whole, and in three parts that share their numbers, which stand in `DATA`."""
DATA = "model.data"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A model's files and counts, known to be whole."""

    model: Path
    catalogue: Path
    tracks: int
    artists: int
    versions: Mapping[str, str] = field(default_factory=dict)  # how a hash of each one's files begins

    @property
    def fold(self) -> Path:
        """The graph that makes a queue the playlist's factors."""
        return self.model.with_name("fold.onnx")

    @property
    def scan(self) -> Path:
        """The graph that scores all tracks for some playlists at once, but for what they remember."""
        return self.model.with_name("scan.onnx")

    @property
    def rank(self) -> Path:
        """The graph that makes one row of that, and the queue, the best tracks."""
        return self.model.with_name("rank.onnx")


def open_bundle(folder: Path) -> Bundle:
    """Checks a bundle: its format, its counts, and the SHA-256 of each of its files.

    Raises:
        StartError: something is missing or does not add up; the text names the file.
    """
    manifest = _manifest(folder / "manifest.json")
    if (found := manifest.get("format")) != FORMAT:
        mend = RENEW.format(folder) if found == 1 else MEND
        what = f"bundle format {found!r}, but I read {FORMAT}"
        raise StartError(f"{folder / 'manifest.json'} has {what}; {mend}")
    try:
        tracks, artists = int(manifest["tracks"]), int(manifest["artists"])
        digests = {str(name): str(digest) for name, digest in manifest["files"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StartError(f"{folder / 'manifest.json'} is damaged ({error!r}); {MEND}") from error
    for name in {*GRAPHS, DATA, "catalog.db", *digests}:
        _check(folder / name, digests.get(name))
    model = hashlib.sha256("".join(digests[name] for name in (*GRAPHS, DATA)).encode()).hexdigest()
    versions = {"model": model[:12], "catalogue": digests["catalog.db"][:12]}
    return Bundle(folder / "model.onnx", folder / "catalog.db", tracks, artists, versions)


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StartError(f"{path} cannot be read ({error}); {MEND}") from error
    if not isinstance(manifest, dict):
        raise StartError(f"{path} is damaged; {MEND}")
    return manifest


def _check(path: Path, digest: str | None) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StartError(f"{path} cannot be read ({error}); {MEND}") from error
    if found != digest:
        raise StartError(f"{path} is not the file that its manifest describes; {MEND}")
