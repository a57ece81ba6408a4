"""Measures, a song at a time and slowly, how loud own songs are whose files do not say it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from bot.party.errors import PartyError
from bot.playback.kept import Kept
from bot.playback.ports import Source
from bot.playback.words import OwnSong

log = logging.getLogger(__name__)

RESTS = 4.0
"""After a song it rests so many times as long as that took: a fifth of one core at most."""
LOOK_AGAIN_S = 3600.0


def can_measure() -> bool:
    """Whether what measures is installed: requirements-voice.txt has it."""
    return find_spec("av") is not None


class Levelling:
    """Measures songs.

    Args:
        table: where they are kept.
        sources: where they are, by name.
    """

    def __init__(self, table: Kept, sources: Mapping[str, Source]) -> None:
        self._table, self._sources = table, sources
        self._elsewhere: set[str] = set()  # sources whose songs are no files of this machine
        self._more = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "loudness")
        self._loudness: Any = None

    def look(self) -> None:
        """Says that there may be more songs."""
        self._more.set()

    def close(self) -> None:
        """Ends the thread, once the song that it listens to is over."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def run(self) -> None:
        """Measures what is there, and what comes, for as long as it runs."""
        while True:
            self._more.clear()
            try:
                await self.measure()
            except Exception:
                log.exception("Own songs could not be levelled; trying again later.")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._more.wait(), LOOK_AGAIN_S)

    async def measure(self) -> None:
        """Measures every song of which nobody knows yet how loud it is."""
        number = 0
        while songs := await self._table.unlevelled(number):
            for song in songs:
                began_s = time.monotonic()
                gain_db = await self._gain(song)
                if gain_db is not None:
                    await self._table.set_gain(song.id, gain_db)
                await asyncio.sleep(RESTS * (time.monotonic() - began_s))
            number = songs[-1].id

    async def _gain(self, song: OwnSong) -> float | None:
        """What levels a song; 0 for one that cannot be decoded, and None where it cannot be had now."""
        source = self._sources.get(song.source)
        if source is None or song.source in self._elsewhere:
            return None
        if self._loudness is None:
            self._loudness = await asyncio.to_thread(import_module, "bot.playback.sources.loudness")
        try:
            async with source.open(song.ref) as sound:
                if sound.path is None:
                    self._elsewhere.add(song.source)
                    return None
                loop = asyncio.get_running_loop()
                found: float = await loop.run_in_executor(self._thread, self._loudness.gain_of, sound.path)
                return found
        except PartyError:
            return None
        except self._loudness.NotMeasured:
            log.debug("%s cannot be measured.", song.ref)
            return 0.0
