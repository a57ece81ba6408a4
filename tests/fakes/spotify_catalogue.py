"""Songs, albums, search, and who one is."""

from __future__ import annotations

import re

from .spotify_call import Answer, Call, Route
from .spotify_errors import ApiError
from .spotify_model import FakeAlbum, FakeSong, Json
from .spotify_world import World

SEARCH_MOST = 10
"""How many songs a search returns at most, since February 2026."""

_KINDS = ("album", "artist", "playlist", "track", "show", "episode", "audiobook")
_FILTER = re.compile(r'\b(track|artist|album|isrc|year):(?:"([^"]*)"|(\S+))')


class Catalogue:
    """GET /me, /tracks, /albums and /search."""

    def __init__(self, world: World) -> None:
        """Serve this world."""
        self._world = world

    def routes(self) -> list[Route]:
        """What this answers."""
        return [
            Route("GET", "/me", self._me),
            Route("GET", "/tracks/{}", self._track),
            Route("GET", "/albums/{}", self._album),
            Route("GET", "/albums/{}/tracks", self._album_songs),
            Route("GET", "/search", self._search),
        ]

    def _me(self, call: Call) -> Answer:
        return Answer(self._world.payloads.me(call.user))

    def _track(self, call: Call) -> Answer:
        song = self._world.songs.get(call.id())
        if song is None:
            raise ApiError(404, "Resource not found")
        return Answer(self._world.payloads.song(song))

    def _album(self, call: Call) -> Answer:
        return Answer(self._world.payloads.album(self._find(call)))

    def _album_songs(self, call: Call) -> Answer:
        album = self._find(call)
        songs = [self._world.payloads.album_song(it) for it in album.songs]
        path = f"albums/{album.id}/tracks"
        return Answer(self._world.payloads.page(path, call.rest, songs, *call.window()))

    def _find(self, call: Call) -> FakeAlbum:
        album = self._world.albums.get(call.id())
        if album is None:
            raise ApiError(404, "Resource not found")
        return album

    def _search(self, call: Call) -> Answer:
        kinds = call.query.get("type", "").split(",")
        if not call.query.get("q"):
            raise ApiError(400, "No search query")
        if kinds == [""]:
            raise ApiError(400, "Missing parameter type")
        for kind in kinds:
            if kind not in _KINDS:
                raise ApiError(400, f"Bad search type field {kind}")
        limit, offset = call.window(most=SEARCH_MOST, default=5)
        songs = [it for it in self._world.songs.values() if _fits(it, call.query["q"])]
        told: Json = {}
        for kind in kinds:
            # Only songs are ever found; a party needs nothing else.
            items = [self._world.payloads.song(it) for it in songs] if kind == "track" else []
            told[f"{kind}s"] = self._world.payloads.page("search", call.rest, items, limit, offset)
        return Answer(told)


def _fits(song: FakeSong, query: str) -> bool:
    """Whether a song has every word of a query, and each of its filters where it asks for it."""
    fields = {"track": song.title, "artist": song.artist.name, "album": song.album.title}
    fields |= {"isrc": song.isrc, "year": song.album.released[:4]}
    for match in _FILTER.finditer(query):
        wanted = (match[2] if match[2] is not None else match[3]).casefold()
        if wanted not in fields[match[1]].casefold():
            return False
    words = _FILTER.sub(" ", query).casefold().split()
    text = f"{song.title} {song.artist.name} {song.album.title}".casefold()
    return all(it in text for it in words)
