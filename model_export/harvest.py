"""A bot's own past parties as playlists to train on: what was wanted, and nothing of who or where.

A room is read only if it has switched `/learn` on. Each of its parties becomes one playlist; the playlists of
a room share a parent, so that the split keeps them together. The parents are drawn by lot at every harvest:
nothing leads from them back to a room.
"""

from __future__ import annotations

import secrets
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from pathlib import Path

from db.harvest import NotReadable, SharedRoom, Wanted, shared_rooms
from model_export.folders import written_whole
from model_export.playlists import DataError, Song
from model_export.written import FILES, SHORTEST, List, typed_id, write_lists

PARTY_ENDS_AFTER_MS = 12 * 3_600_000
"""Where nothing happened for longer than this, in ms, one party ends and another begins, as for the bot."""


@dataclass(frozen=True, slots=True)
class Harvested:
    """How much was written."""

    rooms: int
    playlists: int
    songs: int


def harvest(database_url: str, out: Path) -> Harvested:
    """Writes the parties of the rooms that opted in as a folder of playlists, whole or not at all.

    Args:
        database_url: the bot's own; the bot may run meanwhile.
        out: the folder; an earlier harvest in it is replaced.

    Raises:
        DataError: no such database, nobody opted in, no party to learn from, or `out` cannot be written.
    """
    with written_whole(out, FILES, "harvest") as scratch:
        try:
            rooms = shared_rooms(database_url)
        except NotReadable as error:
            raise DataError(str(error)) from error
        if not rooms:
            raise DataError(
                "no room lets me learn from it; who has Manage Server on Discord opts a channel in "
                "with /learn on"
            )
        lists = [
            [list_ for party in parties(room) if len(list_ := _list(party)) >= SHORTEST] for room in rooms
        ]
        if not any(lists):
            raise DataError("no party in the rooms that opted in has two wanted songs yet; harvest after one")
        return _write(scratch, [room for room in lists if room])


def parties(room: SharedRoom) -> list[list[Wanted]]:
    """A room's wanted songs, party by party."""
    moments = room.moments
    begins = [after for before, after in pairwise(moments) if after - before > PARTY_ENDS_AFTER_MS]
    return [list(songs) for _, songs in groupby(room.songs, lambda song: bisect_right(begins, song.added_ms))]


def _list(party: Sequence[Wanted]) -> dict[str, Song]:
    """The songs of a party by their ids, in order; a song twice counts where it is first."""
    songs: dict[str, Song] = {}
    for wanted in party:
        song = _song(wanted)
        songs.setdefault(song.track_id, song)
    return songs


def _song(wanted: Wanted) -> Song:
    """A song under the catalogue's id, or under one that every spelling of an unknown song shares."""
    song = Song(
        wanted.track_id or "",
        wanted.title,
        wanted.artist,
        wanted.album,
        wanted.year,
        wanted.duration_ms,
    )
    if song.track_id:
        return song
    return replace(song, track_id=typed_id(song.title, song.main_artist))


def _write(folder: Path, rooms: Sequence[Sequence[dict[str, Song]]]) -> Harvested:
    parents = [f"harvest:{secrets.token_hex(8)}" for _ in rooms]
    found = write_lists(
        folder,
        (
            List(parent, [*party.values()], "harvest", "party")
            for parent, room in zip(parents, rooms, strict=True)
            for party in room
        ),
    )
    return Harvested(len(rooms), *found)
