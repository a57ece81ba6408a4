"""The objects of the Web API, as development mode sees them since February 2026."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from .spotify_model import FakeAlbum, FakeArtist, FakeDevice, FakePlaylist, FakeSong, FakeUser, Json
from .spotify_playback import Context, Playback


class Payloads:
    """Builds answers with links to this server."""

    def __init__(self, base: Callable[[], str]) -> None:
        """Link to the Web API at this URL, which ends in /v1/."""
        self._base = base

    def page(self, path: str, query: dict[str, str], items: Sequence[Any], limit: int, offset: int) -> Json:
        """A page of items, with links to its neighbours."""

        def link(to: int) -> str:
            return f"{self._base()}{path}?{urlencode(query | {'offset': str(to), 'limit': str(limit)})}"

        after, before = offset + limit, max(offset - limit, 0)
        told: Json = {"href": link(offset), "limit": limit, "offset": offset, "total": len(items)}
        told["next"] = link(after) if after < len(items) else None
        told["previous"] = link(before) if offset > 0 else None
        return told | {"items": list(items[offset:after])}

    def me(self, user: FakeUser) -> Json:
        """The profile; country, email and product are no longer told."""
        return self._user(user) | {"images": []}

    def song(self, song: FakeSong) -> Json:
        """A track with its album; popularity and markets are no longer told."""
        found = self.album_song(song)
        return found | {"album": self.album_head(song.album), "external_ids": {"isrc": song.isrc}}

    def album_song(self, song: FakeSong) -> Json:
        """A track as it stands in its album."""
        told: Json = self._thing("track", song.id, song.uri) | {"name": song.title}
        told |= {"artists": [self._artist(song.artist)], "duration_ms": song.duration_ms}
        told |= {"explicit": song.explicit, "is_local": False, "is_playable": song.playable}
        return told | {"disc_number": 1, "track_number": song.album.songs.index(song) + 1}

    def album_head(self, album: FakeAlbum) -> Json:
        """An album without its tracks."""
        told: Json = self._thing("album", album.id, album.uri) | {"name": album.title}
        told |= {"artists": [self._artist(album.artist)], "total_tracks": len(album.songs)}
        told |= {"album_type": "album" if len(album.songs) > 1 else "single"}
        told |= {"release_date": album.released, "release_date_precision": "day"}
        image = {"url": f"https://i.scdn.co/image/{album.id}", "height": 640, "width": 640}
        return told | {"images": [image]}

    def album(self, album: FakeAlbum) -> Json:
        """An album with its first fifty tracks."""
        songs = [self.album_song(it) for it in album.songs]
        told: Json = {"tracks": self.page(f"albums/{album.id}/tracks", {}, songs, 50, 0)}
        told |= {"copyrights": [], "external_ids": {}, "genres": []}
        return self.album_head(album) | told

    def playlist_head(self, playlist: FakePlaylist) -> Json:
        """A playlist without what is in it."""
        told: Json = self._thing("playlist", playlist.id, playlist.uri) | {"name": playlist.name}
        told |= {"public": playlist.public, "collaborative": playlist.collaborative, "images": []}
        told |= {"description": playlist.description, "snapshot_id": playlist.snapshot_id}
        return told | {"owner": self._user(playlist.owner)}

    def listed_playlist(self, playlist: FakePlaylist) -> Json:
        """A playlist in a list of playlists."""
        href = f"{self._base()}playlists/{playlist.id}/items"
        return self.playlist_head(playlist) | {"items": {"href": href, "total": len(playlist.entries)}}

    def playlist_items(
        self, playlist: FakePlaylist, query: dict[str, str], limit: int = 100, offset: int = 0
    ) -> Json:
        """A page of what is in a playlist."""
        page = self.page(f"playlists/{playlist.id}/items", query, playlist.entries, limit, offset)
        told = [
            {
                "added_at": datetime.fromtimestamp(it.added_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "added_by": self._thing("user", it.added_by.id, it.added_by.uri),
                "is_local": False,
                "item": self.song(it.song),
            }
            for it in page["items"]
        ]
        return page | {"items": told}

    def device(self, device: FakeDevice, playback: Playback) -> Json:
        """A device of an account."""
        told: Json = {"id": device.id, "name": device.name, "type": device.type, "is_private_session": False}
        told |= {"is_active": device is playback.active, "is_restricted": device.restricted}
        volume = device.volume if device.supports_volume else None
        return told | {"volume_percent": volume, "supports_volume": device.supports_volume}

    def playing(self, playback: Playback) -> Json:
        """What plays, and how far it has got."""
        context, item = playback.context, playback.item
        told: Json = {"timestamp": int(1000 * playback.changed_at), "progress_ms": playback.progress_ms}
        told |= {"is_playing": playback.playing, "currently_playing_type": "track" if item else "unknown"}
        told |= {"item": None if item is None else self.song(item)}
        told |= {"context": None if context is None else self._context(context)}
        return told | {"actions": {"disallows": {"pausing" if not playback.playing else "resuming": True}}}

    def state(self, playback: Playback) -> Json:
        """The whole state of the player, which has an active device."""
        assert playback.active is not None
        told: Json = {"device": self.device(playback.active, playback)}
        return (
            told
            | {"repeat_state": playback.repeat, "shuffle_state": playback.shuffle}
            | self.playing(playback)
        )

    def _context(self, context: Context) -> Json:
        kind = "album" if isinstance(context, FakeAlbum) else "playlist"
        told = self._thing(kind, context.id, context.uri)
        del told["id"]
        return told

    def _user(self, user: FakeUser) -> Json:
        return self._thing("user", user.id, user.uri) | {"display_name": user.name}

    def _artist(self, artist: FakeArtist) -> Json:
        return self._thing("artist", artist.id, f"spotify:artist:{artist.id}") | {"name": artist.name}

    def _thing(self, kind: str, id: str, uri: str) -> Json:
        told: Json = {"type": kind, "id": id, "uri": uri, "href": f"{self._base()}{kind}s/{id}"}
        return told | {"external_urls": {"spotify": f"https://open.spotify.com/{kind}/{id}"}}
