"""The model in use, and how another one takes its place while people go on asking.

A new bundle is loaded beside the old one, in threads. From one moment on every question goes to the new one;
the old one still answers those that it was asked, and is closed with the last of them. One model answers a
question from beginning to end, and what comes of it are songs and words, never a model's own numbers: nothing
that outlives a question depends on how a bundle has numbered its songs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from bot.heap import give_back
from bot.party.errors import StartError
from bot.party.words import Stock
from bot.recommend.bundle import DATA, GRAPHS, MEND, Bundle, open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender

Asked = ParamSpec("Asked")
Result = TypeVar("Result")
Closable = TypeVar("Closable", Catalogue, Recommender)

LOOK_EVERY_S = 10.0
"""How often the bundle's folder is looked at."""
TRIES = 3
"""How often a bundle is read anew that was replaced while it was read."""
FILES = ("manifest.json", "catalog.db", DATA, *GRAPHS)

log = logging.getLogger(__name__)

Seen = tuple[tuple[int, int, int] | None, ...]
"""What tells each of a bundle's files from what was there before; None for one that is not there."""


def seen(folder: Path) -> Seen:
    """How a bundle's files look from outside: another one's look otherwise."""

    def of(name: str) -> tuple[int, int, int] | None:
        with suppress(OSError):
            found = (folder / name).stat()
            return found.st_ino, found.st_size, found.st_mtime_ns
        return None

    return tuple(map(of, FILES))


@dataclass(eq=False, slots=True)
class Model:
    """A bundle that is loaded."""

    bundle: Bundle
    catalogue: Catalogue
    recommender: Recommender
    asked: int = 0  # how many questions it is answering

    async def close(self) -> None:
        """Closes it, once none of its threads works any more."""
        await asyncio.to_thread(self.recommender.close)
        await asyncio.to_thread(self.catalogue.close)

    def __str__(self) -> str:
        return f"{self.bundle.versions['model']} ({self.bundle.tracks:,} songs)"


async def load(folder: Path) -> Model:
    """Loads a bundle, all of it from the same one however often the folder is replaced meanwhile.

    Raises:
        StartError: it is damaged, or no bundle.
    """
    for _ in range(TRIES):
        before = await asyncio.to_thread(seen, folder)
        try:
            model = await _loaded(folder)
        except Exception:
            if await asyncio.to_thread(seen, folder) == before:
                raise
            continue
        if await asyncio.to_thread(seen, folder) == before:
            return model
        await model.close()
    raise StartError(f"{folder} changes again and again while I read it; {MEND}")


async def _loaded(folder: Path) -> Model:
    bundle = await asyncio.to_thread(open_bundle, folder)
    catalogue = await _made(Catalogue.open, bundle)
    try:
        return Model(bundle, catalogue, await _made(Recommender, bundle, catalogue))
    except BaseException:
        await asyncio.to_thread(catalogue.close)
        raise


async def _made(make: Callable[Asked, Closable], *given: Asked.args, **named: Asked.kwargs) -> Closable:
    """Makes something in a thread; whoever is stopped meanwhile closes what came of it."""
    making = asyncio.create_task(asyncio.to_thread(make, *given, **named))
    try:
        return await asyncio.shield(making)
    except asyncio.CancelledError:
        with suppress(Exception):
            await asyncio.to_thread((await making).close)
        raise


async def _ended(model: Model) -> None:
    """Closes a model that nobody asks any longer, and gives its memory back."""
    await model.close()
    del model
    await asyncio.to_thread(give_back)


def _of_catalogue(
    ask: Callable[Concatenate[Catalogue, Asked], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[Models, Asked], Coroutine[Any, Any, Result]]:
    """What the catalogue in use answers."""

    async def asked(models: Models, /, *given: Asked.args, **named: Asked.kwargs) -> Result:
        with models.lent() as model:
            return await ask(model.catalogue, *given, **named)

    return asked


def _of_recommender(
    ask: Callable[Concatenate[Recommender, Asked], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[Models, Asked], Coroutine[Any, Any, Result]]:
    """What the recommender in use answers."""

    async def asked(models: Models, /, *given: Asked.args, **named: Asked.kwargs) -> Result:
        with models.lent() as model:
            return await ask(model.recommender, *given, **named)

    return asked


class Models:
    """The catalogue and the recommender in use, as the party sees them; all front doors ask this one.

    Args:
        folder: where the bundle is, and later ones are put.
        model: what was there.
        as_seen: how its files looked.
    """

    def __init__(self, folder: Path, model: Model, as_seen: Seen) -> None:
        self.now = model
        self._folder = folder
        self._seen = as_seen
        self.closing: set[asyncio.Task[None]] = set()  # of models that were in use

    @classmethod
    async def open(cls, folder: Path) -> Self:
        """Loads the first bundle.

        Raises:
            StartError: it is damaged, or there is none.
        """
        as_seen = await asyncio.to_thread(seen, folder)
        return cls(folder, await load(folder), as_seen)

    resolve = _of_catalogue(Catalogue.resolve)
    by_spotify = _of_catalogue(Catalogue.by_spotify)
    search = _of_catalogue(Catalogue.search)
    spotify_ids = _of_catalogue(Catalogue.spotify_ids)
    vibe = _of_catalogue(Catalogue.vibe)
    taken = _of_catalogue(Catalogue.taken)
    meant = _of_catalogue(Catalogue.meant)
    offered = _of_catalogue(Catalogue.offered)
    by_ids = _of_catalogue(Catalogue.by_ids)
    matched = _of_catalogue(Catalogue.matched)
    twins = _of_catalogue(Catalogue.twins)
    suggest = _of_recommender(Recommender.suggest)
    why = _of_recommender(Recommender.why)
    likeness = _of_recommender(Recommender.likeness)
    locate = _of_recommender(Recommender.locate)

    @staticmethod
    def stock() -> Stock | None:
        """The songs that can sound: nobody knows of any here, see `bot.recommend.own`."""
        return None

    @contextmanager
    def lent(self) -> Iterator[Model]:
        """The model in use, which stays open meanwhile."""
        model = self.now
        model.asked += 1
        try:
            yield model
        finally:
            model.asked -= 1
            self._close_unused(model)

    def _close_unused(self, model: Model) -> None:
        if model is not self.now and not model.asked:
            task = asyncio.create_task(_ended(model), name="old model")
            self.closing.add(task)
            task.add_done_callback(self.closing.discard)

    async def take(self) -> bool:
        """Loads what is in the folder now and uses it from then on; what does not load changes nothing."""
        try:
            self._seen = await asyncio.to_thread(seen, self._folder)
            bundle = await asyncio.to_thread(open_bundle, self._folder)
            if bundle.versions == self.now.bundle.versions:
                log.info("%s holds the model that is in use: %s", self._folder, self.now)
                return False
            new = await self._read()
        except Exception as error:  # whatever is wrong with a bundle, the one in use is not
            told = " ".join(str(error).split()) or repr(error)
            log.warning("The new model is not used (%s); the old one stays: %s", told, self.now)
            return False
        old, self.now = self.now, new
        self._close_unused(old)
        log.info("The model is now %s; it was %s", new, old)
        return True

    async def _read(self) -> Model:
        """A model whose songs are all read, so that nobody waits for them."""
        model = await load(self._folder)
        try:
            await asyncio.to_thread(model.catalogue.read)
        except BaseException:
            await model.close()
            raise
        return model

    async def watch(self, asked: asyncio.Event, taken: Callable[[Model], None]) -> None:
        """Takes another bundle as soon as one is there, or somebody asks.

        Args:
            asked: is set by whoever asks.
            taken: is called each time with the model that is in use from then on.
        """
        before = self._seen
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(asked.wait(), LOOK_EVERY_S)
            found = await asyncio.to_thread(seen, self._folder)
            settled, before = found == before, found  # files may still be on their way there
            if asked.is_set() or (settled and found != self._seen):
                asked.clear()
                if await self.take():
                    taken(self.now)

    async def close(self) -> None:
        """Closes the model in use, and waits for those that were."""
        await asyncio.gather(*self.closing)
        await self.now.close()
