"""Which song is meant: the catalogue's, or one that only a link names."""

from __future__ import annotations

from bot.party import links
from bot.party.errors import UnknownLink
from bot.party.ports import Catalogue, LinkedSongs
from bot.party.words import Track


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
        """The song that a text or link means.

        Raises:
            EmptyText, TextTooLong, UnknownSong, UnknownLink, SpotifyError: no song.
        """
        try:
            return await self.catalogue.resolve(text)
        except UnknownLink:
            link = links.read(text)
            if link is None or link.kind is not links.Kind.TRACK or self._linked is None:
                raise
            return await self._linked.song(link.id)
