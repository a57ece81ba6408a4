"""The model bundle, checked whole before anything of it is used."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.party.errors import StartError
from bot.recommend.factors import NoFactors, outside
from bot.recommend.manifest import Odd, check_fields, read_manifest

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
    manifest = _manifest(folder)
    tracks, artists, digests = manifest["tracks"], manifest["artists"], manifest["files"]
    for name in {*GRAPHS, DATA, "catalog.db", *digests}:
        _check(folder / name, digests.get(name))
    for name in GRAPHS:
        _check_outside(folder / name)
    model = hashlib.sha256("".join(digests[name] for name in (*GRAPHS, DATA)).encode()).hexdigest()
    versions = {"model": model[:12], "catalogue": digests["catalog.db"][:12]}
    return Bundle(folder / "model.onnx", folder / "catalog.db", tracks, artists, versions)


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest, each of whose fields is what it has to be."""
    path = folder / "manifest.json"
    try:
        manifest = read_manifest(path)
        if (found := manifest.get("format")) != FORMAT or type(found) is not int:
            mend = RENEW.format(folder) if found == 1 else MEND
            raise StartError(f"{path} has bundle format {found!r:.40}, but I read {FORMAT}; {mend}")
        check_fields(manifest)
    except OSError as error:
        raise StartError(f"{path} cannot be read ({error.strerror}); {MEND}") from error
    except Odd as error:
        raise StartError(f"{path} is damaged ({' '.join(str(error).split())}); {MEND}") from error
    return manifest


def _check(path: Path, digest: str | None) -> None:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # another kind may have no end
            raise StartError(f"{path} is no file; {MEND}")
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StartError(f"{path} cannot be read ({error}); {MEND}") from error
    if found != digest:
        raise StartError(f"{path} is not the file that its manifest describes; {MEND}")


def _check_outside(path: Path) -> None:
    """Whether a graph has its numbers in itself and in the one file that was checked with it."""
    with suppress(NoFactors):  # what is no graph onnxruntime refuses, which reads nothing else then
        if others := outside(path) - {DATA}:
            raise StartError(f"{path} has numbers in {min(others)!r:.100}, which nobody has checked; {MEND}")
