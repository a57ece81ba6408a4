"""All songs that there are here: the catalogue's, and people's own that it lacks, found in the one way.

What can sound is kept a second time as the catalogue's songs are: a shelf, and a finder on it. They are made
anew in a thread when there is other music, and asked beside the catalogue.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bot.heap import give_back
from bot.party import links
from bot.party.errors import UnknownChoice, UnsureSong
from bot.party.limits import LONGEST_TEXT
from bot.party.results import Taken
from bot.party.rules.songs import same_song
from bot.party.shares import Turns
from bot.party.songs import CHOSEN, OWN
from bot.party.words import Stock, Track
from bot.recommend.asked import understood
from bot.recommend.catalogue import AT_A_TIME, AT_ONCE, Catalogue, Meant, Offered
from bot.recommend.current import Models
from bot.recommend.finder import KNOWN, OFFERED, Finder, Found, Outcome, Typed
from bot.recommend.shelf import Shelf
from bot.recommend.shelving import Row, shelved
from bot.recommend.texts import tidy

log = logging.getLogger(__name__)

FITS_WHOLLY = 159.9
"""A song of the catalogue of whose name and text nothing is left over; none of people's own fits better."""
AS_WELL = 0.1
"""A song that can sound stands first where it explains as much of a text, but for this part, as any does."""
RESTS, RESTS_S, LONGEST_S = 10.0, 0.5, 60.0
"""After songs were read they are left alone for so many times as long, and so long at least and at most."""


class Library(Protocol):
    """People's own music."""

    @property
    def catalogue_ids(self) -> Set[str]:
        """The songs of the catalogue that can sound now; another set whenever they are others."""

    @property
    def own(self) -> Sequence[Track]:
        """The songs that the catalogue lacks, likewise."""

    def sounds(self, track: Track) -> bool:
        """Whether a song can sound."""

    def on_change(self, callback: Callable[[], None]) -> None:
        """Calls this whenever there is other music."""


@dataclass(frozen=True, slots=True)
class _Read:
    """The songs that can sound, ready to be searched: those of the catalogue, then the others."""

    known: Sequence[str]  # the ids of the former
    lacked: Sequence[Track]
    finder: Finder

    def at(self, places: Sequence[int]) -> list[str | Track]:
        """The songs at some places, those of the catalogue by their ids."""
        first = len(self.known)
        return [self.known[place] if place < first else self.lacked[place - first] for place in places]


class AllSongs:
    """The songs of the catalogue in use, and people's own.

    Args:
        models: the catalogue.
        library: people's own.
        only: whether suggestions may keep to what can sound; of a few pieces to try a party with they do not.
    """

    def __init__(self, models: Models, library: Library, *, only: bool = True) -> None:
        self._models, self._library, self._only = models, library, only
        self._stock = Stock()
        self._now: _Read | None = None
        self._turns = Turns("own music", AT_ONCE)
        self._changed = asyncio.Event()
        self._changed.set()
        library.on_change(self._changed.set)

    def stock(self) -> Stock | None:
        """The songs that can sound, for suggestions to keep to; the same object until they are others."""
        return self._sounding() if self._only else None

    def _sounding(self) -> Stock:
        known, lacked = self._library.catalogue_ids, self._library.own
        if known is not self._stock.known or lacked is not self._stock.lacked:
            self._stock = Stock(known, lacked)
        return self._stock

    async def run(self) -> None:
        """Keeps what is found as the music is, for ever."""
        while True:
            await self._changed.wait()
            took_s = LONGEST_S
            try:
                took_s = await self.renew()
            except Exception:
                log.exception("Own music could not be made ready to be searched.")
            await asyncio.sleep(min(RESTS_S + RESTS * took_s, LONGEST_S))

    async def renew(self) -> float:
        """Reads the songs that can sound, and returns how many seconds that took."""
        with self._models.lent() as model:
            await asyncio.to_thread(model.catalogue.read)
            self._changed.clear()
            stock, began_s = self._sounding(), time.monotonic()
            self._now = await asyncio.to_thread(_read, stock, model.catalogue)
        await asyncio.to_thread(give_back)
        return time.monotonic() - began_s

    def close(self) -> None:
        """Waits for the searches under way; it is asked no more."""
        self._turns.close()

    async def resolve(self, text: str) -> Track:
        """The song that a text, a picked choice or a link means, known or as it was typed.

        Where both may be meant it is the one that fits better, and of two that fit alike the catalogue's.

        Raises:
            EmptyText, TextTooLong, UnknownLink, ShortLink: no song, see `Catalogue.resolve`.
            UnsureSong: several songs may be meant, or one that is spelt otherwise.
        """
        if text.startswith(f"{CHOSEN}{OWN}") and " " not in text:
            return await self._turns.run(_chosen, self._library.own, text.removeprefix(CHOSEN))
        meant = await self._models.meant(text)
        if self._now is not None and not _settled(meant):
            meant = await self._better(text, meant, self._now)
        if meant.track is None:
            raise UnsureSong(text, meant.offered)
        return meant.track

    async def _better(self, text: str, meant: Meant, now: _Read) -> Meant:
        """What is meant, of the catalogue and of people's own songs."""
        found = await self._turns.run(_meant, now, links.bare(tidy(text)))
        if found.outcome is Outcome.UNKNOWN or (
            meant.outcome is Outcome.SURE and (found.outcome is Outcome.UNSURE or found.fits <= meant.fits)
        ):
            return meant
        own = await self._tracks(now.at(found.songs))
        if not own or (found.outcome is Outcome.SURE and found.fits > meant.fits):
            return Meant(Outcome.SURE, own[0], (), found.fits) if own else meant
        first, second = (own, meant.offered) if found.fits >= meant.fits else (meant.offered, own)
        return Meant(Outcome.UNSURE, None, _of_both(first, second), max(found.fits, meant.fits))

    async def search(self, text: str, limit: int = 10, *, own_first: bool = False) -> list[Track]:
        """Songs as one types, best first; none for a text without letters or digits.

        Args:
            text: words of title and artist in any order; typos are forgiven.
            limit: how many.
            own_first: whether those that can sound come before others that fit no better.
        """
        found = await self._models.offered(text, limit)
        now = self._now
        if now is not None and not (links.is_link(text) and " " not in text.strip()):
            typed = await self._turns.run(_typed, now, text[:LONGEST_TEXT], limit)
            found += await self._offered(now, typed, {one.track.track_id for one in found})
        enough = max((one.explained for one in found), default=0.0) - AS_WELL

        def stands(one: Offered) -> tuple[bool, float]:
            first = own_first and one.explained >= enough and self._library.sounds(one.track)
            return not first, -one.worth

        return [one.track for one in sorted(found, key=stands)[:limit]]

    async def _offered(self, now: _Read, typed: Sequence[Typed], had: set[str | None]) -> list[Offered]:
        songs = zip(now.at([one.place for one in typed]), typed, strict=True)
        new = [(song, one) for song, one in songs if song not in had]
        tracks = {track.track_id: track for track in await self._tracks([song for song, _ in new])}
        return [
            Offered(one.worth, tracks[track_id], one.explained)
            for song, one in new
            if (track_id := song if isinstance(song, str) else song.track_id) in tracks
        ]

    async def _tracks(self, songs: Sequence[str | Track]) -> list[Track]:
        """Songs, some of them by their ids; without those that another catalogue had."""
        ids = [song for song in songs if isinstance(song, str)]
        known = {track.track_id: track for track in await self._models.by_ids(ids)} if ids else {}
        found = [known.get(song) if isinstance(song, str) else song for song in songs]
        return [track for track in found if track is not None]

    async def by_spotify(self, spotify_ids: Sequence[str]) -> dict[str, Track]:
        """The songs behind some Spotify ids, of those that are known."""
        return await self._models.by_spotify(spotify_ids)

    async def spotify_ids(self, tracks: Sequence[Track]) -> list[str | None]:
        """Where songs play on Spotify, as linked or as far as it is known."""
        return await self._models.spotify_ids(tracks)

    async def vibe(self, text: str) -> tuple[list[str], list[str]]:
        """The phrases of a text that are about something, and words that nobody knows."""
        return await self._models.vibe(text)

    async def taken(self, phrases: Sequence[str]) -> Sequence[Taken]:
        """What each of some phrases is taken for, of those that are known."""
        return await self._models.taken(phrases)


def _settled(meant: Meant) -> bool:
    """Whether none of people's own songs can fit better."""
    by_words = np.isfinite(meant.fits)
    return not by_words or (meant.outcome is Outcome.SURE and meant.fits >= FITS_WHOLLY)


def _of_both(first: Sequence[Track], second: Sequence[Track]) -> tuple[Track, ...]:
    """Some of each, the better ones first."""
    new = [track for track in second if not any(same_song(track, one) for one in first)]
    return (*first[: OFFERED - min(len(new), 1)], *new)[:OFFERED]


def _chosen(songs: Sequence[Track], track_id: str) -> Track:
    found = next((track for track in songs if track.track_id == track_id), None)
    if found is None:
        raise UnknownChoice
    return found


def _meant(now: _Read, text: str) -> Found:
    return now.finder.meant(understood(text))


def _typed(now: _Read, text: str, limit: int) -> list[Typed]:
    asked = understood(text)
    return now.finder.typing(asked, limit) if asked.words else []


def _read(stock: Stock, catalogue: Catalogue) -> _Read | None:
    """Makes songs ready to be searched: for worker threads."""
    indices = np.sort(catalogue.indices([*stock.known]))
    if not len(indices) and not stock.lacked:
        return None
    same = {track_id: track_id for track_id in stock.known}  # so that no id is kept twice
    known: list[str] = []

    def parts() -> Iterator[list[Row]]:
        for first in range(0, len(indices), AT_A_TIME):
            tracks = catalogue.tracks(indices[first : first + AT_A_TIME].tolist())
            known.extend(same[track.track_id or ""] for track in tracks)
            yield [*map(_row, tracks)]
        for first in range(0, len(stock.lacked), AT_A_TIME):
            yield [*map(_row, stock.lacked[first : first + AT_A_TIME])]

    kept = shelved(parts())
    kept["fame"] = _fame(catalogue, indices, len(stock.lacked))
    return _Read(known, stock.lacked, Finder(Shelf(kept), own=True))


def _fame(catalogue: Catalogue, indices: npt.NDArray[np.int64], lacked: int) -> npt.NDArray[np.float32]:
    """How well known songs are; those that the catalogue lacks as little as a song can be that is meant."""
    return np.concatenate([catalogue.fame(indices), np.full(lacked, KNOWN, np.float32)])


def _row(track: Track) -> Row:
    title, artist, album = (
        (text or "")[:LONGEST_TEXT].replace("\n", " ").replace("\r", " ").replace("\t", " ")
        for text in (track.title, track.artist, track.album)
    )
    return Row(title, artist, 0.0, track.year or 0, album)
