"""The slices of the Million Playlist Dataset as published (C.-W. Chen et al., RecSys Challenge 2018)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from model_export.playlists import DataError, Listed, Playlists, Song, assembled


def read_slices(paths: Sequence[Path]) -> Playlists:
    """All playlists of some slices."""
    songs: dict[str, Song] = {}
    number: dict[str, int] = {}
    lists: list[Listed] = []
    for path in paths:
        try:
            for playlist in json.loads(path.read_text("utf-8"))["playlists"]:
                tracks: dict[int, None] = {}
                for track in sorted(playlist["tracks"], key=lambda each: int(each["pos"])):
                    uri = track["track_uri"]
                    songs.setdefault(uri, _mpd_song(track))
                    tracks[number.setdefault(uri, len(number))] = None
                listed = Listed(f"mpd:{playlist['pid']}", "million_playlist_dataset", tracks)
                listed.followers = int(playlist.get("num_followers") or 0)
                listed.name = str(playlist.get("name") or "")
                lists.append(listed)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path} is no slice of the Million Playlist Dataset ({error!r})") from error
    licences = {"million_playlist_dataset": "research only"}
    return assembled(list(songs.values()), lists, licences)


def _mpd_song(track: dict[str, Any]) -> Song:
    spotify_id = str(track["track_uri"]).rsplit(":", 1)[-1]
    return Song(
        track_id=spotify_id,
        title=track["track_name"] or "",
        artist=track["artist_name"] or "",
        album=track["album_name"],
        duration_ms=track.get("duration_ms"),
        spotify_id=spotify_id,
    )
