"""Whether garbage goes while the bot runs."""

from __future__ import annotations

import asyncio
import gc
import itertools
import weakref
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from sqlite3 import Connection

import pytest

from bot import garbage
from db.store import open_store
from tests.patience import until as eventually


class Circle:
    """Something that holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def own_ways() -> Iterator[None]:
    """The collector is afterwards as it was before."""
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


async def test_what_has_lived_long_is_collected_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A circle that was alive for many looks goes soon after it has ended, and free memory with it."""
    given_back: list[int] = []
    monkeypatch.setattr(garbage, "TIDY_S", 0.001)
    monkeypatch.setattr(garbage, "THOROUGH_S", 0.05)
    monkeypatch.setattr(garbage, "SHARE", 1)
    tidying = asyncio.create_task(garbage.tidy(lambda: given_back.append(1)))
    await eventually(lambda: bool(given_back))  # what was there before it began is set aside
    held = [Circle()]
    seen = weakref.ref(held[0])
    await eventually(lambda: len(given_back) > 3)
    alive = seen() is not None
    held.clear()
    assert alive
    await eventually(lambda: seen() is None)
    tidying.cancel()


async def test_what_a_rush_leaves_goes_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long looking took in the rush, and however long it would be until the next look."""
    given_back: list[int] = []
    monkeypatch.setattr(garbage, "TIDY_S", 0.001)
    monkeypatch.setattr(garbage, "THOROUGH_S", 0.05)
    monkeypatch.setattr(garbage, "SHARE", 1e9)
    monkeypatch.setattr(garbage, "MUCH", 900)
    remembered = lru_cache(maxsize=1_000)(str)
    tidying = asyncio.create_task(garbage.tidy(lambda: given_back.append(1)))
    await asyncio.sleep(0)

    new = itertools.count()

    def ask() -> bool:
        for _ in range(10 * garbage.CALM):
            remembered(next(new))
        return bool(given_back)

    await eventually(ask)
    ask()
    await eventually(lambda: remembered.cache_info().currsize == 0)
    await eventually(lambda: len(given_back) == 2)
    tidying.cancel()


async def test_what_came_after_the_start_is_never_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is set aside is spared every look, and lies there for good if it has become garbage."""
    looks: list[int] = []
    collect = gc.collect

    def counted(*which: int) -> int:
        looks.append(1)
        return collect(*which)

    monkeypatch.setattr(garbage, "TIDY_S", 0.001)
    monkeypatch.setattr(gc, "collect", counted)
    tidying = asyncio.create_task(garbage.tidy())
    await eventually(lambda: bool(looks))
    set_aside = gc.get_freeze_count()
    kept = [[each] for each in range(1_000)]
    at = len(looks)
    await eventually(lambda: len(looks) > at + 3)
    assert gc.get_freeze_count() <= set_aside
    assert len(kept) == 1_000
    tidying.cancel()


def test_what_is_remembered_is_forgotten_when_it_is_calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not while people ask for what is new, and never the few things that the bot needs always."""
    monkeypatch.setattr(garbage, "MUCH", 400)
    many, few = lru_cache(maxsize=1_000)(str), lru_cache(maxsize=8)(str)
    memories = garbage.Memories()
    for each in range(500):
        many(each)
    few(1)
    assert not memories.forget_if_calm()
    assert many.cache_info().currsize == 500
    many(1)
    assert memories.forget_if_calm()
    assert (many.cache_info().currsize, few.cache_info().currsize) == (0, 1)
    for each in range(500):
        many(each)
    assert not memories.forget_if_calm()


def test_the_clock_of_the_parties_is_no_rush(monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks for the same songs each second while somebody's wish to skip is open, all night."""
    monkeypatch.setattr(garbage, "MUCH", 400)
    many = lru_cache(maxsize=10_000)(str)
    memories = garbage.Memories()
    for each in range(5_000):
        many(each)
    assert not memories.forget_if_calm()

    def ask() -> None:
        for _ in range(60):
            for each in range(50):
                many(each)

    ask()
    assert memories.forget_if_calm()
    ask()
    assert not memories.forget_if_calm()  # so little is not worth it
    assert many.cache_info().currsize == 50


def test_what_came_after_the_start_forgets_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model is read while the bot is ready already, or in place of another one."""
    monkeypatch.setattr(garbage, "MUCH", 400)
    first = lru_cache(maxsize=1_000)(str)
    memories = garbage.Memories()
    later = lru_cache(maxsize=1_000)(str)
    for each in range(500):
        first(each)
        later(each)
    assert not memories.forget_if_calm()
    assert memories.forget_if_calm()
    assert (first.cache_info().currsize, later.cache_info().currsize) == (0, 0)


def test_what_is_remembered_ends_with_what_it_belongs_to() -> None:
    """A model that another one has replaced is not kept for what it remembers."""

    class Model:
        def named(self, name: str) -> str:
            return name

    model = Model()
    remembered = lru_cache(maxsize=1_000)(model.named)
    memories = garbage.Memories()
    seen = weakref.ref(model)
    remembered("a")
    del model, remembered
    memories.forget_if_calm()
    assert seen() is None


def names_in(folder: Path) -> set[str]:
    """What stands in a folder."""
    return {each.name for each in folder.iterdir()}


async def test_a_database_is_closed_whatever_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a clean end all is in the file itself, and no log is beside it."""
    monkeypatch.setattr(garbage, "MUCH", 0)
    async with open_store(f"sqlite+aiosqlite:///{tmp_path / 'party.db'}") as store:
        async with store.reading() as look:
            await look.parties.overdue(0, 0)
        async with store.writing() as tx:
            await tx.rests.begin("kept", 7)
        caches = [each for each in gc.get_objects() if isinstance(each, type(lru_cache(str)))]
        prepared = [each for each in caches if isinstance(each.__wrapped__, Connection)]
        memories = garbage.Memories()
        memories.forget_if_calm()
        memories.forget_if_calm()
        assert any(each.cache_info().currsize for each in prepared)
        del caches, prepared
    there = names_in(tmp_path)
    memories.forget_if_calm()
    assert there == {"party.db", "party.db.lock"}
