"""A folder of playlists, in either format.

Two are read: three Parquet files (`model_export/tables.py`) and the Million Playlist Dataset's
`mpd.slice.*.json` as published (`model_export/slices.py`).
"""

from __future__ import annotations

from pathlib import Path

from model_export.playlists import DataError, Playlists
from model_export.slices import read_slices
from model_export.tables import read_tables


def read_playlists(folder: Path) -> Playlists:
    """All playlists of a folder, in either format.

    A track_id or playlist_id that stands twice in its table counts as its first row says, and `notes` tells
    how many rows were passed over; the entries of such a playlist are one list. A track in no playlist is
    in the songs all the same; a playlist may be as short as one track, or as long as it likes.

    Raises:
        DataError: nothing readable there, or a file is damaged or lacks a column.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder; name the folder that holds the playlists")
    slices = sorted(folder.glob("mpd.slice.*.json"))
    lists = read_slices(slices) if slices else read_tables(folder)
    if not len(lists.entries):
        raise DataError(f"{folder} holds no playlist with a track in it; check the files")
    return lists
