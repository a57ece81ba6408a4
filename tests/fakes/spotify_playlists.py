"""Playlists: reading, making and changing them, with the shapes of February 2026."""

from __future__ import annotations

import secrets

from .spotify_call import Answer, Call, Route
from .spotify_errors import ApiError
from .spotify_model import FakeEntry, FakePlaylist, FakeSong, Json, new_id
from .spotify_world import World

MOST = 100
"""How many items a request adds, replaces or removes at most."""


class Playlists:
    """Everything under /playlists, and /me/playlists."""

    def __init__(self, world: World) -> None:
        """Serve this world."""
        self._world = world

    def routes(self) -> list[Route]:
        """What this answers."""
        reading = ("playlist-read-private",)
        return [
            Route("GET", "/me/playlists", self._list, reading),
            Route("POST", "/me/playlists", self._make),
            Route("GET", "/playlists/{}", self._get),
            Route("PUT", "/playlists/{}", self._change),
            Route("GET", "/playlists/{}/items", self._items, reading),
            Route("POST", "/playlists/{}/items", self._add),
            Route("PUT", "/playlists/{}/items", self._replace_or_move),
            Route("DELETE", "/playlists/{}/items", self._remove),
        ]

    # Reading

    def _list(self, call: Call) -> Answer:
        limit, offset = call.window()
        mine = [it for it in self._world.playlists.values() if it.open_to(call.user)]
        told = [self._world.payloads.listed_playlist(it) for it in mine]
        return Answer(self._world.payloads.page("me/playlists", call.rest, told, limit, offset))

    def _get(self, call: Call) -> Answer:
        playlist = self._find(call)
        told = self._world.payloads.playlist_head(playlist)
        # Only the head is shown of what belongs to somebody else.
        if playlist.open_to(call.grant.user):
            told["items"] = self._world.payloads.playlist_items(playlist, {})
        return Answer(told)

    def _items(self, call: Call) -> Answer:
        playlist = self._find(call)
        if not playlist.open_to(call.user):
            raise ApiError(403, "Forbidden")
        limit, offset = call.window()
        return Answer(self._world.payloads.playlist_items(playlist, call.rest, limit, offset))

    def _find(self, call: Call) -> FakePlaylist:
        playlist = self._world.playlists.get(call.id())
        if playlist is None or not (playlist.public or playlist.open_to(call.grant.user)):
            raise ApiError(404, "Resource not found")
        return playlist

    # Making and changing

    def _make(self, call: Call) -> Answer:
        told = call.fields
        if not told.get("name"):
            raise ApiError(400, "Missing required field: name")
        playlist = FakePlaylist(new_id(), call.user, str(told["name"]))
        _describe(playlist, told)
        _need_scope(call, playlist)
        self._world.playlists[playlist.id] = playlist
        shown = self._world.payloads.playlist_head(playlist)
        return Answer(shown | {"items": self._world.payloads.playlist_items(playlist, {})}, 201)

    def _change(self, call: Call) -> Answer:
        playlist = self._find(call)
        if call.user is not playlist.owner:
            raise ApiError(403, "You cannot change a playlist you don't own.")
        _need_scope(call, playlist)
        _describe(playlist, call.fields)
        return Answer()

    def _mine(self, call: Call) -> FakePlaylist:
        """The playlist of a call that may change it."""
        playlist = self._find(call)
        if not playlist.open_to(call.user):
            raise ApiError(403, "You cannot add tracks to a playlist you don't own.")
        _need_scope(call, playlist)
        return playlist

    def _add(self, call: Call) -> Answer:
        playlist = self._mine(call)
        songs = self._songs(call)
        if not songs:
            raise ApiError(400, "No uris provided")
        at = call.fields.get("position", call.query.get("position", len(playlist.entries)))
        if not 0 <= int(at) <= len(playlist.entries):
            raise ApiError(400, "Index out of bounds.")
        playlist.entries[int(at) : int(at)] = self._entries(call, songs)
        return _changed(playlist, 201)

    def _replace_or_move(self, call: Call) -> Answer:
        playlist, told = self._mine(call), call.fields
        if "range_start" not in told:
            playlist.entries = self._entries(call, self._songs(call))
            return _changed(playlist)
        start, to, count = int(told["range_start"]), int(told["insert_before"]), told.get("range_length", 1)
        size = len(playlist.entries)
        if "uris" in told or not (start >= 0 and start + count <= size and 0 <= to <= size):
            raise ApiError(400, "Index out of bounds.")
        moved = playlist.entries[start : start + count]
        before = [it for it in playlist.entries[:to] if it not in moved]
        after = [it for it in playlist.entries[to:] if it not in moved]
        playlist.entries = before + moved + after
        return _changed(playlist)

    def _remove(self, call: Call) -> Answer:
        playlist = self._mine(call)
        items = call.fields.get("items")
        if not isinstance(items, list) or not items:
            raise ApiError(400, "Missing required field: items")
        _check_count(items)
        gone = self._world.songs_of(it.get("uri", "") for it in items)
        playlist.entries = [it for it in playlist.entries if it.song not in gone]
        return _changed(playlist)

    def _songs(self, call: Call) -> list[FakeSong]:
        uris = call.fields.get("uris")
        if uris is None:
            uris = [it.strip() for it in call.query.get("uris", "").split(",") if it.strip()]
        if not isinstance(uris, list):
            raise ApiError(400, "Error parsing JSON.")
        _check_count(uris)
        return self._world.songs_of(uris)

    def _entries(self, call: Call, songs: list[FakeSong]) -> list[FakeEntry]:
        return [FakeEntry(it, call.user, self._world.now()) for it in songs]


def _describe(playlist: FakePlaylist, told: Json) -> None:
    collaborative = bool(told.get("collaborative", playlist.collaborative))
    public = bool(told.get("public", playlist.public))
    if collaborative and public:
        raise ApiError(400, "Collaborative playlists can only be private.")
    playlist.collaborative, playlist.public = collaborative, public
    playlist.name = str(told.get("name", playlist.name))
    playlist.description = str(told.get("description", playlist.description))


def _need_scope(call: Call, playlist: FakePlaylist) -> None:
    call.need("playlist-modify-public" if playlist.public else "playlist-modify-private")


def _check_count(items: list[object]) -> None:
    if len(items) > MOST:
        raise ApiError(400, f"You can change a maximum of {MOST} tracks per request.")


def _changed(playlist: FakePlaylist, status: int = 200) -> Answer:
    playlist.snapshot_id = secrets.token_urlsafe(18)
    return Answer({"snapshot_id": playlist.snapshot_id}, status)
