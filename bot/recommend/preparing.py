"""Prepares a catalogue's songs ahead, so that the first start is as quick as all others.

`python -m bot prepare` does so for a bundle. The export runs this module instead, in a process of its own, as
soon as it has written a large catalogue: `python -m bot.recommend.preparing CATALOGUE`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bot.party.errors import StartError
from bot.recommend import prepared
from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import made


def prepare(catalogue: Path, digest: str = "") -> Path:
    """Writes the prepared file beside a catalogue and returns where it is.

    Args:
        catalogue: the database.
        digest: `bot.recommend.prepared.digest` of it, if that is known.

    Raises:
        StartError: the catalogue is damaged, or the file cannot be written.
    """
    path = catalogue.with_name(prepared.FILE)
    digest = digest or prepared.digest(catalogue)
    kept = made(catalogue)
    try:
        prepared.write(path, kept, digest)
    except OSError as error:
        raise StartError(f"{path} cannot be written ({error}); make room there, or let me write") from error
    return path


def prepared_for(folder: Path) -> str:
    """Prepares the songs of a model's bundle and says so in a line.

    Raises:
        StartError: the bundle is damaged, or the file cannot be written.
    """
    bundle = open_bundle(folder)
    path = prepare(bundle.catalogue, bundle.versions["catalogue"])
    return f"{path}: {bundle.tracks:,} songs in {path.stat().st_size / 1e6:,.0f} MB"


if __name__ == "__main__":
    try:
        prepare(Path(sys.argv[1]))
    except (OSError, StartError) as found:
        print(found, file=sys.stderr)
        sys.exit(2)
