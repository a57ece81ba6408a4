"""Pictures of own songs, for whoever is in a room where one plays: by links that nobody else can guess."""

from __future__ import annotations

import secrets
from collections import OrderedDict

from aiohttp import web

from bot.party.errors import PartyError
from bot.party.words import Track
from bot.playback.words import OwnSong
from bot.service import PartyService

PATH = "/cover/"
MOST_KNOWN = 500
"""The links to so many pictures are good; the latest are."""
LARGEST_BYTES = 2 << 20
KINDS = {"image/jpeg", "image/png", "image/webp", "image/gif"}
"""What is shown; a picture that could hold a script is none."""
KEPT = "private, max-age=3600"


class Covers:
    """The pictures that pages show.

    Args:
        party: all parties, and their music.
    """

    def __init__(self, party: PartyService) -> None:
        self._party = party
        self._known: OrderedDict[str, OwnSong] = OrderedDict()
        self._links: dict[OwnSong, str] = {}

    async def link(self, track: Track) -> str | None:
        """Where the picture of a song is; None where it has none."""
        library = self._party.library
        song = await library.song(track) if library is not None and library.sounds(track) else None
        if song is None or not song.cover:
            return None
        token = self._links.get(song)
        if token is None:
            token = self._links[song] = secrets.token_urlsafe(18)
            self._known[token] = song
            if len(self._known) > MOST_KNOWN:
                _, oldest = self._known.popitem(last=False)
                del self._links[oldest]
        else:
            self._known.move_to_end(token)
        return f"{PATH}{token}"

    async def serve(self, request: web.Request) -> web.Response:
        """Sends a picture."""
        song, library = self._known.get(request.match_info["token"]), self._party.library
        if song is None or library is None:
            raise web.HTTPNotFound
        try:
            found = await library.cover(song)
        except PartyError:
            found = None
        if found is None or found[1] not in KINDS or len(found[0]) > LARGEST_BYTES:
            raise web.HTTPNotFound
        return web.Response(body=found[0], content_type=found[1], headers={"Cache-Control": KEPT})
