"""What one voice channel hears: the party's songs, opened, decoded ahead, and put one behind the other."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from bot.party.words import Entry
from bot.playback.errors import SongGone, SourceAway
from bot.playback.ports import Source
from bot.playback.words import OwnSong, Sounding
from cogs.voice_decoding import Broken, Song
from cogs.voice_frames import AHEAD_MS, END, Frames
from cogs.voice_reading import Reader, readable
from cogs.voice_stream import Stream

Result = TypeVar("Result")

SLICE = 25
"""So many frames are made at a time; then it is looked whether something else is wanted."""
NEXT_MS = 20_000
"""The next song is opened when so much is left of the one before."""
SOON_MS = 3_000
"""A song that the party has begun already may be heard so much later, behind the end of the one before."""
OPEN_WITHIN_S = 15.0
NEXT_WITHIN_S = 4.0
"""So long the next song may take to open while another one is heard, of which more than that is made."""
AGAIN_S = 4.0
NOTHING = 0


class Sources(Protocol):
    """Where own music is opened."""

    def source(self, name: str) -> Source:
        """The source of this name.

        Raises:
            SourceAway: there is none any more.
        """


@dataclass(eq=False)
class Opened:
    """A song that is open, and what has to be closed after it."""

    song: Song
    stack: AsyncExitStack
    length_ms: int


class Player:
    """Frames of what a party plays.

    Args:
        sources: where own music is opened.
        workers: the threads that decode.
    """

    def __init__(self, sources: Sources, workers: Executor) -> None:
        self.frames = Frames()
        self._sources, self._workers = sources, workers
        self._stream = Stream()
        self._entry = NOTHING  # what is heard, as far as the party was told
        self._from_ms = 0
        self._opened: dict[int, Opened] = {}
        self._failed = NOTHING  # what should be heard, and cannot
        self._bad: set[int] = set()  # what is no sound, so that it is not opened again and again
        self._seen: Sounding | None = None  # what was obeyed last
        self._again_s = 0.0  # until then the next song is not tried again
        self._working: asyncio.Future[Any] | None = None
        self._closing: asyncio.Future[None] | None = None

    @property
    def sounds(self) -> bool:
        """Whether there is something to hear, or will be, or something to tell of what cannot be heard."""
        return self._entry != NOTHING or self._failed != NOTHING

    def came_to_end(self) -> tuple[int, bool] | None:
        """The entry that is heard no more, and whether that was before its time; None if there is none."""
        if self._failed:
            failed, self._failed = self._failed, NOTHING
            return failed, True
        heard = self.frames.now
        if heard is None or heard.entry == self._entry or self._entry == NOTHING:
            return None
        over, self._entry = self._entry, heard.entry
        self._from_ms = 0
        return over, over in self._stream.broken

    def left_ms(self) -> tuple[int, int] | None:
        """What is heard, and how much of it is left; None if that cannot be said."""
        opened = self._opened.get(self._entry)
        if self._entry == NOTHING or opened is None:
            return None
        ahead = self.frames.left_ms(self._entry)
        if self._made_whole:
            return self._entry, ahead
        return self._entry, max(opened.length_ms - self._at_ms, ahead + 1000)

    @property
    def _at_ms(self) -> int:
        return self.frames.now.at_ms if self.frames.now is not None else self._from_ms

    @property
    def _made_whole(self) -> bool:
        """Whether all that is left of what is heard is made."""
        return self._stream.now is None or self._stream.now.entry != self._entry

    # What the party wants

    async def obey(self, wanted: Sounding, apart_ms: int) -> bool:
        """Plays what the party wants to hear, and says whether it begins, or goes on elsewhere.

        Raises:
            SourceAway: the music cannot be reached.
        """
        playing, song = wanted.playing, wanted.song
        if playing is None or song is None:
            self.silence()
            return False
        began = False
        if playing.id == self._entry:
            if abs(self._at_ms - wanted.position_ms) > apart_ms and not self._is_stale(wanted):
                began = await self._start(playing, song, wanted)
        elif not self._comes_soon(playing):
            began = await self._start(playing, song, wanted)
        self._seen = wanted
        await self._look_ahead(wanted)
        return began

    def _is_stale(self, wanted: Sounding) -> bool:
        """Whether this was looked at already: what is heard has gone on since."""
        return wanted is self._seen

    def _comes_soon(self, playing: Entry) -> bool:
        """Whether a song follows at once behind what is heard."""
        follows = self._stream.now is not None and self._stream.now.entry == playing.id
        return follows and self._entry != NOTHING and self.frames.left_ms(self._entry) <= SOON_MS

    async def _start(self, playing: Entry, song: OwnSong, wanted: Sounding) -> bool:
        self.frames.clear()
        self._entry = NOTHING
        await self._close_all()
        self._stream.fade_s = wanted.rules.crossfade_s
        opened = await self._open(playing, song, wanted, wanted.position_ms, OPEN_WITHIN_S)
        if opened is None:
            self._failed = playing.id
            return False
        self._stream.play(opened.song)
        self._entry, self._from_ms = playing.id, wanted.position_ms
        return True

    def silence(self) -> None:
        """Plays nothing."""
        if self._entry != NOTHING or self._stream.now is not None:
            self._stream.stop()
            self.frames.clear()
            self._entry = NOTHING

    async def _look_ahead(self, wanted: Sounding) -> None:
        """Has the next song follow, as soon as it is time for it."""
        following = wanted.next if wanted.next_song is not None else None
        if self._entry == NOTHING or wanted.playing is None or wanted.playing.id != self._entry:
            return
        if self._made_whole:
            ahead = self._stream.now.entry if self._stream.now is not None else NOTHING
            if ahead == (following.id if following is not None else NOTHING):
                return
            self.frames.keep(self._entry)
            self._stream.stop()
            if following is None:
                self.frames.add([END])
        elif self._stream.next is not None and (following is None or self._stream.next.entry != following.id):
            self._stream.follow(None)
        left = self.left_ms()
        early_ms = NEXT_MS + 1000 * self._stream.fade_s  # what fades is made later
        if following is None or left is None or left[1] > early_ms or self._stream.next is not None:
            return
        opened = await self._next(following, wanted)
        if opened is None:
            return
        if self._made_whole:
            self.frames.keep(self._entry)
            self._stream.play(opened.song)
        else:
            self._stream.follow(opened.song)

    async def _next(self, following: Entry, wanted: Sounding) -> Opened | None:
        """The next song; None while it cannot be opened, which is not tried all the time."""
        now_s = asyncio.get_running_loop().time()
        if following.id in self._bad or now_s < self._again_s or wanted.next_song is None:
            return None
        try:
            return await self._open(following, wanted.next_song, wanted, 0, NEXT_WITHIN_S)
        except SourceAway:
            self._again_s = now_s + AGAIN_S
            return None

    async def _open(
        self, entry: Entry, own: OwnSong, wanted: Sounding, from_ms: int, within_s: float
    ) -> Opened | None:
        """Opens a song; None for what is none that sounds, which the party will hear of.

        Raises:
            SourceAway: its source cannot be reached.
        """
        source = self._sources.source(own.source)
        gain = own.gain_db if wanted.rules.levelled else None
        whole = bool(wanted.rules.crossfade_s)
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(within_s):
                    sound = await stack.enter_async_context(source.open(own.ref))
                    file = readable(sound, asyncio.get_running_loop())
                    if isinstance(file, Reader):
                        stack.push_async_callback(file.close)
                    song = await self._work(lambda: Song(entry.id, file, from_ms, gain, whole=whole))
            except TimeoutError:
                raise SourceAway from None
            except (SongGone, Broken):
                self._bad.add(entry.id)
                return None
            length_ms = own.track.duration_ms or song.length_ms or entry.track.duration_ms or 0
            opened = Opened(song, stack.pop_all(), length_ms)
        self._opened[entry.id] = opened
        return opened

    # What is made

    async def fill(self, hurry: asyncio.Event) -> None:
        """Makes what is to be heard next, until there is enough of it or something else may be wanted."""
        while self._stream.now is not None and self.frames.ahead_ms < AHEAD_MS:
            self.frames.add(await self._work(lambda: self._stream.more(SLICE)))
            if hurry.is_set():
                return
        await self._close_others()

    async def _work(self, work: Callable[[], Result]) -> Result:
        working = asyncio.get_running_loop().run_in_executor(self._workers, work)
        self._working = working
        return await asyncio.shield(working)

    async def _close_others(self) -> None:
        """Closes what is heard no more."""
        used = {self._entry, *(song.entry for song in (self._stream.now, self._stream.next) if song)}
        for entry in self._opened.keys() - used:
            await self._close(self._opened.pop(entry))

    async def _close_all(self) -> None:
        self._stream.stop()
        for entry in [*self._opened]:
            await self._close(self._opened.pop(entry))

    async def _close(self, opened: Opened) -> None:
        opened.song.close()
        with contextlib.suppress(Exception):  # it is over either way
            await opened.stack.aclose()

    async def close(self) -> None:
        """Closes everything; what a thread works on still is closed when that lets go of it."""
        self.frames.clear()
        self._entry = NOTHING
        if self._working is None or self._working.done():
            await self._close_all()
        else:
            self._working.add_done_callback(self._close_later)

    def _close_later(self, _: asyncio.Future[Any]) -> None:
        self._closing = asyncio.ensure_future(self._close_all())
