"""A folder of playlists, in either format.

Two are read: three Parquet files (`model_export/tables.py`) and the Million Playlist Dataset's
`mpd.slice.*.json` as published, packed with gzip or not (`model_export/slices.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

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


def read_playlists(folder: Path) -> Playlists:
    """All playlists of a folder, in either format.

    A track_id or playlist_id that stands twice in its table counts as its first row says, and `notes` tells
    how many rows were passed over; the entries of such a playlist are one list. A track in no playlist is
    in the songs all the same; a playlist may be as short as one track, or as long as it likes.

    Raises:
        DataError: nothing readable there, or a file is damaged, lacks a column or holds what it must not.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder; name the folder that holds the playlists")
    slices = _slices(folder)
    if not slices and not any((folder / f"{name}.parquet").exists() for name in NEEDED):
        raise DataError(_nothing(folder))
    lists = read_slices(slices) if slices else read_tables(folder)
    if not len(lists.entries):
        raise DataError(f"{folder} holds no playlist with a track in it; check the files")
    return lists


def _slices(folder: Path) -> list[Path]:
    """The slices of a folder by name; where one lies there packed and unpacked, only the unpacked one."""
    plain, packed = (sorted(folder.glob(f"mpd.slice.*.json{ending}")) for ending in ("", ".gz"))
    return sorted([*plain, *(path for path in packed if path.with_suffix("") not in plain)])


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
