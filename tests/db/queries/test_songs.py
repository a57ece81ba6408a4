"""Songs that were looked up, on real databases of both kinds."""

from __future__ import annotations

from dataclasses import replace

from bot.party.words import Track
from db.store import Store
from tests.conftest import ON_BOTH

pytestmark = ON_BOTH

SONG = Track("Song", "Band", None, "Album", 1999, 200_000, spotify_id="4uLU6hMCjMI75M1A2tKUQC")


async def test_a_song_that_was_looked_up_is_known_for_a_while(store: Store) -> None:
    """It comes back whole, until it is too old; what is looked up again replaces it."""
    async with store.writing() as tx:
        await tx.songs.keep(SONG, 100, 0)
        assert await tx.songs.get(SONG.spotify_id or "", 100) == SONG
        assert await tx.songs.get(SONG.spotify_id or "", 101) is None
        assert await tx.songs.get("0" * 22, 0) is None
        again = replace(SONG, title="Other", album=None, year=None, duration_ms=None)
        await tx.songs.keep(again, 200, 0)
        assert await tx.songs.get(SONG.spotify_id or "", 200) == again


async def test_songs_that_were_looked_up_do_not_pile_up(store: Store) -> None:
    """A new one takes those away that are too old."""
    async with store.writing() as tx:
        for number in range(3):
            await tx.songs.keep(replace(SONG, spotify_id=str(number) * 22), 100 + number, 101)
        assert [await tx.songs.get(str(number) * 22, 0) is not None for number in range(3)] == [
            False,
            True,
            True,
        ]
