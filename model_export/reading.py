"""A folder of playlists, in either format.

Two are read: three Parquet files (`model_export/tables.py`) and the Million Playlist Dataset's
`mpd.slice.*.json` as published, packed with gzip or not, also one folder down in `data`, where its archive
has them (`model_export/slices.py`). Either is put down as arrays on disk (`model_export/arrays.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from model_export.arrays import FILES, FORMAT, is_stored, opened
from model_export.folders import written_whole
from model_export.playlists import DataError, Playlists
from model_export.slices import read_slices
from model_export.tables import NEEDED, read_tables

_INSTEAD = {
    frozenset({"csv", "tsv"}): "CSV is not read: convert {} to these Parquet files",
    frozenset({"gz"}): "first unpack {} with gunzip",
    frozenset({"zip"}): "first unpack {}",
    frozenset({"json"}): "slices must be named like mpd.slice.0-999.json, unlike {}",
}
"""What to do with files of other endings."""
_SHOWN = 3
"""How many files a sentence names."""


def read_playlists(folder: Path, cache: Path | None = None) -> Playlists:
    """All playlists of a folder, in either format.

    A track_id or playlist_id that stands twice in its table counts as its first row says, and `notes` tells
    how many rows were passed over; the entries of such a playlist are one list. A track in no playlist is
    in the songs all the same; a playlist may be as short as one track, or as long as it likes.

    Args:
        folder: where the files lie.
        cache: a folder to keep the arrays in, from which the same files are there at once the next time.

    Raises:
        DataError: nothing readable there, or a file is damaged, lacks a column or holds what it must not.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder; name the folder that holds the playlists")
    files = _slices(folder) or _slices(folder / "data") or _tables(folder)
    key = _key(files)
    if cache is None:
        with TemporaryDirectory(prefix="playlists-", ignore_cleanup_errors=True) as scratch:
            _read(folder, files, Path(scratch), key)
            lists = opened(Path(scratch))  # what is mapped stays readable when its name is gone
    else:
        place = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
        kept = cache / f"{folder.resolve().name}-{place}"
        if not is_stored(kept, key):
            with written_whole(kept, FILES, "cache") as scratch_folder:
                _read(folder, files, scratch_folder, key)
        lists = opened(kept)
    if not len(lists.entries):
        raise DataError(f"{folder} holds no playlist with a track in it; check the files")
    return lists


def _read(folder: Path, files: Sequence[Path], into: Path, key: str) -> None:
    """Writes the arrays of some files."""
    try:
        if files[0].suffix == ".parquet":
            read_tables(folder, into, key)
        else:
            read_slices(files, into, key)
    except OSError as error:  # of the files that are read, errors have been told
        mend = "free some room, or set TMPDIR or --cache to a disk with more"
        raise DataError(f"{into.parent} has no room for the arrays of {folder} ({error}); {mend}") from error
    if _key(files) != key:
        raise DataError(f"{folder} changed while it was read; start again when nothing writes there")


def _key(files: Sequence[Path]) -> str:
    """What changes when a file does: of all names, sizes and times."""
    every = [
        each for path in files for each in ([path, *sorted(path.rglob("*"))] if path.is_dir() else [path])
    ]
    facts = [(str(path.resolve()), *_facts(path)) for path in every]
    return hashlib.sha256(json.dumps([FORMAT, facts]).encode()).hexdigest()


def _facts(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return -1, -1
    return found.st_size, found.st_mtime_ns


def _slices(folder: Path) -> list[Path]:
    """The slices of a folder by name; where one lies there packed and unpacked, only the unpacked one."""
    plain, packed = (sorted(folder.glob(f"mpd.slice.*.json{ending}")) for ending in ("", ".gz"))
    there = {*plain}
    return sorted([*plain, *(path for path in packed if path.with_suffix("") not in there)])


def _tables(folder: Path) -> list[Path]:
    """The three tables of a folder, though one or two of them may be missing."""
    tables = [folder / f"{name}.parquet" for name in NEEDED]
    if not any(path.exists() for path in tables):
        raise DataError(_nothing(folder))
    return tables


def _nothing(folder: Path) -> str:
    """What to put into a folder that holds no playlists, and what to do with what is there."""
    advice = []
    for endings, said in _INSTEAD.items():
        names = [
            path.name for path in sorted(folder.glob("*")) if endings & {*path.name.casefold().split(".")}
        ]
        if names:
            advice.append(said.format(_some(names)))
    wanted = "tracks.parquet, playlists.parquet and entries.parquet, or mpd.slice.*.json"
    return f"{folder} holds no playlists; put {wanted} there" + (f" ({'; '.join(advice)})" if advice else "")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"
