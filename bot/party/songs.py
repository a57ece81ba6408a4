"""Which song is meant: the catalogue's, or one that only a link names."""

from __future__ import annotations

from dataclasses import replace

from bot.party import links
from bot.party.errors import UnknownLink, UnsureSong
from bot.party.ports import Catalogue, LinkedSongs
from bot.party.words import Track, Wanted

CHOSEN = "track:"
"""Marks a song that was picked from a list: the rest of the text is its track id."""
OWN = "own:"
"""How the ids of songs begin that only people's own music has."""
AS_TYPED = "typed:"
"""Marks a song that is none of those offered: the rest of the text is what it is called."""


class Songs:
    """Finds songs.

    Args:
        catalogue: the songs there are.
        linked: who looks up what the catalogue lacks, if anybody does.
    """

    def __init__(self, catalogue: Catalogue, linked: LinkedSongs | None = None) -> None:
        self.catalogue = catalogue
        self._linked = linked

    async def find(self, text: str) -> Track:
        """The song that a text or link means; one that nobody knows as it was typed.

        Raises:
            EmptyText, TextTooLong, UnknownLink, SpotifyError: no song.
            UnsureSong: several may be meant.
        """
        try:
            return await self.catalogue.resolve(text)
        except UnknownLink:
            link = links.read(text)
            if link is None or link.kind is not links.Kind.TRACK or self._linked is None:
                raise
            return await self._linked.song(link.id)

    async def wanted(self, line: Wanted) -> tuple[Track, bool]:
        """The song that a line of a list means, and whether it is known.

        Raises:
            EmptyText, TextTooLong, UnknownLink, SpotifyError: no song.
            UnsureSong: several may be meant.
        """
        if line.spotify_id:
            known = await self.catalogue.by_spotify([line.spotify_id])
            if line.spotify_id in known:
                return known[line.spotify_id], True
        if not line.title:
            track = await self.find(line.text)
            return track, track.known
        try:
            track = await self.catalogue.resolve(
                f"{line.title}\t{line.artist}" if line.artist else line.title
            )
        except UnsureSong as error:
            raise UnsureSong(line.text, error.offered) from None
        if track.track_id is not None:
            return replace(track, spotify_id=line.spotify_id), True
        told = Track(
            line.title,
            line.artist or track.artist,
            album=line.album,
            year=line.year,
            duration_ms=line.duration_ms,
            spotify_id=line.spotify_id,
        )
        return told, told.known
