"""A music server's songs as the party knows them: real catalogue, real database, a server that changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.party.words import Track
from bot.playback import library as library_module
from bot.playback.library import Library
from bot.playback.sources import subsonic, subsonic_sound
from bot.playback.sources.subsonic import Subsonic
from bot.recommend.catalogue import Catalogue
from db.store import Store
from tests.fakes.subsonic import FakeSubsonic
from tests.fakes.subsonic_music import GONIC, NAVIDROME, NEXTCLOUD, OLD_NAVIDROME, FakeSong, Flavour
from tests.patience import until

DATA = bytes(range(256)) * 500
AFRICA = FakeSong("a", "Africa", ("Toto",), "Toto IV", gain_db=-6.5, data=DATA)
GARAGE = FakeSong("g", "Our Garage", ("The Neighbours", "Anna"), "Demos", seconds=61)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakeSubsonic:
    """A server with a song that the catalogue knows, and one that it does not."""
    monkeypatch.setattr(subsonic, "LOOK_S", 0.01)
    monkeypatch.setattr(subsonic, "FIRST_PAUSE_S", 0.0)
    monkeypatch.setattr(subsonic_sound, "WAIT_S", 0.0)
    monkeypatch.setattr(library_module, "AGAIN_S", 0.01)
    return FakeSubsonic([AFRICA, GARAGE])


@asynccontextmanager
async def known(store: Store, catalogue: Catalogue, fake: FakeSubsonic) -> AsyncIterator[Library]:
    """What knows the server's songs."""
    library = Library(store, [Subsonic(fake.url, fake.user, fake.password)], catalogue)
    try:
        yield library
    finally:
        await library.close()


@asynccontextmanager
async def running(library: Library) -> AsyncIterator[None]:
    """The library looks for what is new meanwhile, as it does in a bot."""
    task = asyncio.create_task(library.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def heard(library: Library, track: Track) -> bytes:
    """What an outlet plays for a song."""
    song = await library.song(track)
    assert song is not None
    async with library.source(song.source).open(song.ref) as sound:
        return b"".join([chunk async for chunk in sound.read()])


@pytest.mark.parametrize("flavour", [NAVIDROME, OLD_NAVIDROME, GONIC, NEXTCLOUD], ids=lambda it: it.version)
async def test_its_songs_sound(
    store: Store, catalogue: Catalogue, server: FakeSubsonic, flavour: Flavour
) -> None:
    """One by the catalogue's id, with its gain, and one by a number of its own, with all its artists."""
    server.flavour = flavour
    async with server, known(store, catalogue, server) as library:
        await library.look()
        africa = await catalogue.resolve("Africa - Toto")
        song = await library.song(africa)
        assert song is not None
        assert (song.source, song.ref, song.kind) == ("subsonic", "a", "audio/mpeg")
        assert (song.track.track_id, song.track.duration_ms) == (africa.track_id, 200_000)
        assert song.gain_db == (-6.5 if flavour.open else None)
        (garage,) = library.own
        assert garage.title == "Our Garage"
        assert garage.artist == ("The Neighbours, Anna" if flavour.open else "The Neighbours")
        assert await heard(library, africa) == DATA
        assert await heard(library, garage) == GARAGE.data
    assert server.breaches == []


async def test_a_restart_reads_nothing_anew(store: Store, catalogue: Catalogue, server: FakeSubsonic) -> None:
    """Its songs can sound before the server is asked, and keep their numbers."""
    async with server, known(store, catalogue, server) as library:
        await library.look()
        (garage,) = library.own
        server.requests.clear()
        async with known(store, catalogue, server) as again:
            await again.read()
            assert again.sounds(garage)
            assert server.requests == []
            await again.look()
            assert [each.track_id for each in again.own] == [garage.track_id]


async def test_an_evening_with_a_server(
    store: Store, catalogue: Catalogue, server: FakeSubsonic, caplog: pytest.LogCaptureFixture
) -> None:
    """A song comes, one goes, the server goes away and comes back, and its password changes for a while.

    What can sound follows by itself each time, and what was known is known again under the same number.
    """
    async with server, known(store, catalogue, server) as library, running(library):
        await until(lambda: len(library.own) == 1)
        (garage,) = library.own
        server.songs["n"] = FakeSong("n", "Brand New", ("The Neighbours",))
        server.rescan()
        await until(lambda: len(library.own) == 2)
        del server.songs["n"]
        server.rescan()
        await until(lambda: len(library.own) == 1)
        await server.__aexit__(None, None, None)
        await until(lambda: not library.sounds(garage))
        assert await library.song(garage) is None
        await server.__aenter__()
        await until(lambda: library.sounds(garage))
        password, server.password = server.password, "another"
        await until(lambda: not library.sounds(garage))
        server.password = password
        await until(lambda: library.sounds(garage))
        assert await heard(library, garage) == GARAGE.data
        assert [each.track_id for each in library.own] == [garage.track_id]
    told = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert len(told) == 2
    assert "does not accept SUBSONIC_USER" in told[1]


async def test_a_server_whose_disk_is_not_there(
    store: Store, catalogue: Catalogue, server: FakeSubsonic
) -> None:
    """It has no songs for a while: they are silent, and nothing that was queued is lost."""
    async with server, known(store, catalogue, server) as library:
        await library.look()
        (garage,) = library.own
        songs, server.songs = server.songs, {}
        await library.look()
        assert not library.sounds(garage)
        server.songs = songs
        await library.look()
        assert library.sounds(garage)
