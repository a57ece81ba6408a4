"""The model bundle, checked whole before anything of it is used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.party.errors import StartError

FORMAT = 1
"""The version of the bundle's format that this bot reads."""
MEND = "put a good bundle there, or set MODEL_DIR to another one"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A model's files and counts, known to be whole."""

    model: Path
    catalogue: Path
    tracks: int
    artists: int
    versions: Mapping[str, str] = field(default_factory=dict)  # how the hashes of both begin


def open_bundle(folder: Path) -> Bundle:
    """Checks a bundle: its format, its counts, and the SHA-256 of each of its files.

    Raises:
        StartError: something is missing or does not add up; the text names the file.
    """
    manifest = _manifest(folder / "manifest.json")
    if manifest.get("format") != FORMAT:
        found = f"bundle format {manifest.get('format')!r}"
        raise StartError(f"{folder / 'manifest.json'} has {found}, but I read {FORMAT}; {MEND}")
    try:
        tracks, artists = int(manifest["tracks"]), int(manifest["artists"])
        digests = {str(name): str(digest) for name, digest in manifest["files"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StartError(f"{folder / 'manifest.json'} is damaged ({error!r}); {MEND}") from error
    for name in {"model.onnx", "catalog.db", *digests}:
        _check(folder / name, digests.get(name))
    versions = {"model": digests["model.onnx"][:12], "catalogue": digests["catalog.db"][:12]}
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
