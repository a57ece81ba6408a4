"""The house with people's own music in it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp

from bot.__main__ import open_house
from bot.party.words import Outlet
from bot.settings import Settings
from tests.conftest import ANNA, ROOM
from tests.patience import LOOK_EVERY_S
from tests.tones import AFRICA, tone


async def test_a_folder_of_music_is_looked_through(tmp_path: Path) -> None:
    """Beside the doors, and /metrics says how much there is."""
    tone(tmp_path / "music" / "a.mp3", AFRICA)
    (tmp_path / "music" / "b.mp3").write_bytes(b"no music")
    given = Settings(
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'party.db'}",
        room_port=0,
        music_dir=(tmp_path / "music",),
    )
    async with open_house(given) as house:
        library = house.library
        assert library is not None
        assert house.party.library is library
        while not library.looked_once:  # noqa: ASYNC110 - it says so to nobody
            await asyncio.sleep(LOOK_EVERY_S)
        africa = (await house.party.queue.add(ROOM, ANNA, "Africa - Toto")).entry
        assert library.sounds(africa.track)
        async with aiohttp.ClientSession() as web, web.get(f"{house.room_url}/metrics") as answer:
            figures = await answer.text()
        assert "encore_own_songs 1.0" in figures
        assert "encore_own_songs_bad 1.0" in figures
        assert not any(door.done() for door in house.doors)


async def test_without_any_there_is_no_library(tmp_path: Path) -> None:
    """And nothing that sounds."""
    given = Settings(database_url=f"sqlite+aiosqlite:///{tmp_path / 'party.db'}", room_port=0)
    async with open_house(given) as house:
        assert house.library is None
        assert not house.party.outlets.has_music


async def test_a_song_that_the_catalogue_lacks_is_found(tmp_path: Path) -> None:
    """Soon after it was looked through, misspelt as well, and it is suggested where own music sounds."""
    tone(tmp_path / "music" / "a.mp3", {"title": "Rarity Nobody Has", "artist": "Queen"})
    given = Settings(
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'party.db'}",
        room_port=0,
        music_dir=(tmp_path / "music",),
    )
    async with open_house(given) as house:
        party = house.party
        while not (found := await party.insight.find("rarity nobody haz")).known:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY_S)
        assert (await party.insight.search("rarity nobody"))[0] == found
        await party.queue.add(ROOM, ANNA, "bohemian rhapsody")
        await party.outlets.begin(ROOM, ANNA, Outlet.PAGE, "speaker", "")
        (suggested,) = await party.ballots.next(ROOM, ANNA)
        assert suggested.track == found
        queued = (await party.queue.add(ROOM, ANNA, f"track:{found.track_id}")).entry
        assert (await party.insight.now(ROOM)).silent.isdisjoint({queued.id})
        assert not any(door.done() for door in house.doors)
