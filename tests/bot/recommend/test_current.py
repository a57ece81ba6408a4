"""Another model takes the old one's place while people ask: each answer is one model's, none is missing."""

from __future__ import annotations

import asyncio
import gc
import logging
import shutil
import sqlite3
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

import pytest

from bot.party.words import Member, Room, Signal, Track
from bot.recommend import current
from bot.recommend.bundle import Bundle, open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.current import Model, Models, load, seen
from bot.recommend.index import Arrays
from bot.recommend.shelf import Shelf
from bot.service import PartyService
from db.store import Store
from tests.bot.recommend.bundles import ARTISTS, SONGS, TITLES, write_bundle
from tests.conftest import ANNA, Clock
from tests.patience import PATIENCE_S

ASKED = 1000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle in its place."""
    write_bundle(tmp_path / "model", 1)
    return tmp_path / "model"


@pytest.fixture
async def models(folder: Path) -> AsyncIterator[Models]:
    """It, in use."""
    models = await Models.open(folder)
    yield models
    await models.close()


def track(number: int) -> Track:
    """A song as a party keeps it."""
    return Track(TITLES[number], ARTISTS[number % len(ARTISTS)], f"song-{number}")


async def suggested(models: Models | Model, number: int) -> tuple[str, ...]:
    """What goes with a song, by title."""
    asked = models.recommender if isinstance(models, Model) else models
    found = await asked.suggest([Signal(track(number), 1.0, 1.0)], [track(number)], 5)
    return tuple(each.track.title for each in found)


async def ended(models: Models) -> None:
    """Waits for the end of the models that were in use."""
    async with asyncio.timeout(PATIENCE_S):
        while models.closing:
            await asyncio.gather(*models.closing)


async def test_what_is_asked_meanwhile_is_answered_by_one_model(folder: Path, models: Models) -> None:
    """A thousand questions of each kind of two bundles that number songs otherwise: all are right."""
    of_each = [
        {number: await suggested(models, number) for number in range(0, SONGS, 20)},
        {},
    ]
    write_bundle(folder, 2)
    other = await load(folder)
    of_each[1] = {number: await suggested(other, number) for number in of_each[0]}
    await other.close()
    assert not any(of_each[0][number] == of_each[1][number] for number in of_each[0])
    taken = 0

    async def ask(place: int) -> int:
        """Asks in one of five ways; says which model suggested something, or -1."""
        number = place * 20 % SONGS
        match place // 20 % 5:
            case 0:
                found = await suggested(models, number)
                return [each[number] for each in of_each].index(found)
            case 1:
                assert (await models.resolve(f"{TITLES[number]} - {track(number).artist}")).track_id == (
                    f"song-{number}"
                )
            case 2:
                assert f"song-{number}" in {each.track_id for each in await models.search(TITLES[number], 8)}
            case 3:
                assert await models.spotify_ids([track(number)]) == [f"{number:022d}"]
            case _:
                why = await models.why([Signal(track(7), 1.0, 1.0)], track(number), {})
                assert why is not None
                assert why.track.track_id == f"song-{number}"
        return -1

    async def ask_all() -> list[int]:
        waiting = asyncio.Semaphore(8)

        async def one(place: int) -> int:
            async with waiting:
                return await ask(place)

        return await asyncio.gather(*(one(place) for place in range(ASKED)))

    asking = asyncio.create_task(ask_all())
    while not asking.done():
        assert await models.take()
        taken += 1
        write_bundle(folder, 2 if taken % 2 == 0 else 1)
    found = await asking
    assert {*found} == {-1, 0, 1}
    assert taken > 1
    await ended(models)


async def test_the_party_goes_on_over_a_change(
    folder: Path, models: Models, store: Store, clock: Clock
) -> None:
    """Rooms keep songs, so a queue of before is what another model suggests for; the map is a new one."""
    party = PartyService(store, models, models, clock)
    room, anna = Room("discord", "1", "2"), Member("discord", "11", "Anna")
    for number in (3, 50, 90):
        await party.queue.add(room, anna, f"{TITLES[number]} - {track(number).artist}")
    typed = (await party.queue.add(room, anna, "typed:Late Arrival 8 - Band 8")).entry.track
    assert typed.track_id is None
    before = await party.map.of(room)
    assert await models.why([], typed, {}) is None
    write_bundle(folder, 2, more=30)
    assert await models.take()
    party.map.forget()
    after = await party.map.of(room)
    assert [spot.track.title for spot in before.spots] == [TITLES[number] for number in (3, 50, 90)]
    assert [spot.track for spot in after.spots] == [*(spot.track for spot in before.spots), typed]
    assert [spot.place for spot in after.spots[:3]] != [spot.place for spot in before.spots]
    why = await models.why([], typed, {})  # what was typed is known to the other model
    assert why is not None
    assert why.track.track_id == f"song-{SONGS + 8}"
    added = await party.queue.add(room, anna, "Late Arrival 5 - Band 5")
    assert added.entry.track.track_id == f"song-{SONGS + 5}"
    assert len(await party.ballots.next(room, ANNA, 3)) == 3
    await party.close()


@pytest.mark.parametrize(
    "fault", ["cut", "no manifest", "no folder", "another format", "another count", "no catalogue"]
)
async def test_what_does_not_load_changes_nothing(
    folder: Path, models: Models, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    """One line says why, and the old model answers on: also what it had not been asked before."""
    answers = await suggested(models, 5)
    write_bundle(folder, 2)
    match fault:
        case "cut":
            (folder / "model.data").write_bytes((folder / "model.data").read_bytes()[:-7])
        case "no manifest":
            (folder / "manifest.json").unlink()
        case "no folder":
            shutil.rmtree(folder)
        case "another format":
            manifest = (folder / "manifest.json").read_text("utf-8")
            (folder / "manifest.json").write_text(manifest.replace('"format": 2', '"format": 77'), "utf-8")
        case "another count":
            manifest = (folder / "manifest.json").read_text("utf-8")
            (folder / "manifest.json").write_text(
                manifest.replace(f'"tracks": {SONGS}', '"tracks": 1'), "utf-8"
            )
        case _:
            (folder / "catalog.db").unlink()
    with caplog.at_level(logging.INFO, "bot.recommend.current"):
        assert not await models.take()
    (line,) = [each.getMessage() for each in caplog.records]
    assert "the old one stays" in line
    assert "\n" not in line
    assert await suggested(models, 5) == answers
    assert (await models.locate([track(5)], 3)).places[0] is not None  # its files are still its own


async def test_the_songs_are_read_before_it_is_used(
    folder: Path, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A catalogue whose songs turn out damaged while they are read is not used either."""
    write_bundle(folder, 2)

    def fail(self: object) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr("bot.recommend.catalogue.Catalogue._read", fail)
    old = models.now
    assert not await models.take()
    assert models.now is old


async def test_the_same_bundle_is_not_loaded_twice(
    folder: Path, models: Models, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever asks for it again is told so."""
    with caplog.at_level(logging.INFO, "bot.recommend.current"):
        assert not await models.take()
    assert "holds the model that is in use" in caplog.text


async def test_the_old_model_is_closed_with_the_last_that_asks_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before, and then all of it: its threads, its file, its memory, without the garbage collector."""
    others = {*threading.enumerate()}  # of models that other tests share
    shelves: list[weakref.ref[Shelf]] = []

    def shelf(kept: Arrays) -> Shelf:
        made = Shelf(kept)
        shelves.append(weakref.ref(made))
        return made

    monkeypatch.setattr("bot.recommend.catalogue.Shelf", shelf)
    models = await Models.open(folder)
    old = models.now
    await models.resolve(TITLES[5])
    await suggested(models, 5)
    kept: list[Callable[[], object]] = [weakref.ref(old.recommender), weakref.ref(old.catalogue), *shelves]
    gc.collect()
    gc.disable()
    try:
        with models.lent():
            write_bundle(folder, 2)
            assert await models.take()
            await asyncio.sleep(0)
            assert not models.closing
            assert old.catalogue.track(0).title  # it is still open
        await ended(models)
        with pytest.raises(sqlite3.ProgrammingError):
            old.catalogue.track(0)
        del old
        assert [each() for each in kept] == [None, None, None]
    finally:
        gc.enable()
    await models.search("melody")
    await models.close()
    left = {*threading.enumerate()} - others
    assert not [each.name for each in left if each.name.startswith("model_")]


async def test_who_gives_up_does_not_have_it_closed_under_a_thread(
    folder: Path, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question that nobody waits for any longer is still worked on: the file is open for it."""
    begun, go_on = threading.Event(), threading.Event()
    old = models.now
    failed: list[BaseException] = []

    tracks = old.catalogue.tracks

    def slow(indices: Iterable[int]) -> list[Track]:
        begun.set()
        go_on.wait(PATIENCE_S)
        try:
            return tracks(indices)
        except BaseException as error:
            failed.append(error)
            raise

    monkeypatch.setattr(old.catalogue, "tracks", slow)
    asking = asyncio.create_task(suggested(models, 5))
    await asyncio.to_thread(begun.wait, PATIENCE_S)
    asking.cancel()
    write_bundle(folder, 2)
    assert await models.take()
    with pytest.raises(asyncio.CancelledError):
        await asking
    go_on.set()
    await ended(models)
    assert not failed


async def test_a_folder_that_is_replaced_while_it_is_read_is_read_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Songs of one bundle and a model of another would be a model of nothing."""
    opened = open_bundle
    left = [2, 3]

    def replaced(place: Path) -> object:
        bundle = opened(place)
        if left:
            write_bundle(place, left.pop(0))
        return bundle

    monkeypatch.setattr(current, "open_bundle", replaced)
    model = await load(folder)
    assert model.bundle == opened(folder)
    assert await suggested(model, 5)
    await model.close()


async def test_another_bundle_is_noticed(
    folder: Path, models: Models, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Without being asked: one that does not load is tried once, a good one is used."""
    monkeypatch.setattr(current, "LOOK_EVERY_S", 0.01)
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[Model] = asyncio.Queue()
    watching = asyncio.create_task(models.watch(asyncio.Event(), told.put_nowait))
    first = models.now
    looks, enough = [], asyncio.Event()

    def look(place: Path) -> current.Seen:
        looks.append("is not used" in caplog.text)
        if sum(looks) > 5:
            loop.call_soon_threadsafe(enough.set)
        return seen(place)

    monkeypatch.setattr(current, "seen", look)
    (folder / "manifest.json").write_text("nonsense", "utf-8")
    async with asyncio.timeout(PATIENCE_S):
        await enough.wait()
        assert caplog.text.count("is not used") == 1
        write_bundle(folder, 2)
        model = await told.get()
    assert model is models.now is not first
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_who_asks_need_not_wait_for_the_next_look(
    folder: Path, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal has the folder read at once."""
    monkeypatch.setattr(current, "LOOK_EVERY_S", 10 * PATIENCE_S)
    told: asyncio.Queue[Model] = asyncio.Queue()
    asked = asyncio.Event()
    watching = asyncio.create_task(models.watch(asked, told.put_nowait))
    write_bundle(folder, 2)
    asked.set()
    async with asyncio.timeout(PATIENCE_S):
        assert await told.get() is models.now
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_who_stops_while_another_is_loaded_leaves_nothing_open(
    folder: Path, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a file nor a thread of the half-loaded one."""
    write_bundle(folder, 2)
    made: list[Catalogue] = []
    opening = threading.Event()
    open_ = Catalogue.open

    def slow(bundle: Bundle) -> Catalogue:
        opening.set()
        made.append(open_(bundle))
        return made[-1]

    monkeypatch.setattr(Catalogue, "open", slow)
    taking = asyncio.create_task(models.take())
    await asyncio.to_thread(opening.wait, PATIENCE_S)
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking
    with pytest.raises(sqlite3.ProgrammingError):
        made[0].track(0)


def test_what_the_bot_writes_itself_is_no_change(folder: Path) -> None:
    """The songs prepared to be searched are kept in the same folder."""
    before = seen(folder)
    (folder / "search.bin").write_bytes(b"anything")
    assert seen(folder) == before
