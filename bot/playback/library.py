"""People's own music: which songs there are, kept in the database, and which of them can sound now.

What a source has is read once and kept; later only what has changed is. Each song is looked for in the
catalogue, and is the catalogue's song from then on where that is sure. In memory are only numbers and the
names of songs that the catalogue lacks.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterable, Sequence, Set
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import Protocol

from bot.party.errors import PartyError
from bot.party.shares import Asker, Share, work_for
from bot.party.vitals import Vitals
from bot.party.words import Track
from bot.playback.errors import SourceAway
from bot.playback.kept import Kept, Store
from bot.playback.levelling import Levelling, can_measure
from bot.playback.ports import Source
from bot.playback.shelf import Shelf
from bot.playback.sources.pictures import LARGEST_PICTURE, picture_kind
from bot.playback.words import OWN, Found, OwnSong

log = logging.getLogger(__name__)

AT_ONCE = 200
"""So many songs are written in one transaction."""
AGAIN_S = 30.0
"""A source that fails in a way that nobody expects is left alone for so long."""
SAY_EVERY_S = 20.0
"""How often a long look says how far it is."""
WORK_S, WORK_PER_S, USED_S = 60.0, 0.6, 5.0
"""Looking for songs may take so much of a thread's time, and comes behind everybody who searches."""


class Understanding(Protocol):
    """What knows which song of the catalogue is meant."""

    async def matched(self, songs: Sequence[Track]) -> list[Track | None]:
        """The song of the catalogue that each of some songs surely is; None for one that it lacks."""

    async def twins(self, track_ids: Sequence[str]) -> dict[str, list[str]]:
        """Of those of some ids that are known: the ids of other versions that are the same song."""


class Library:
    """The songs of some sources.

    Args:
        store: where they are kept.
        sources: where they are.
        catalogue: what knows which songs they are.
    """

    def __init__(self, store: Store, sources: Sequence[Source], catalogue: Understanding) -> None:
        self._table, self._catalogue = Kept(store), catalogue
        self._sources = {source.name: source for source in sources}
        self._shelf = Shelf()
        self._listeners: list[Callable[[], None]] = []
        self._away: dict[str, set[str] | None] = {}  # of each source what is away; None: all of it
        self._anew = asyncio.Event()
        self._troubled: set[str] = set()  # sources that have failed, and of which that was told
        self._levelling = Levelling(self._table, self._sources)
        self._whole: set[str] = set()  # which sources have been looked through
        self.looked_at = 0
        """How many songs the looks under way have seen."""
        self.failed = 0
        """How many songs could not be kept."""

    # What can sound

    def any(self) -> bool:
        """Whether there are any songs."""
        return self.count > 0

    @property
    def count(self) -> int:
        """How many songs there are."""
        return self._shelf.count

    @property
    def looked_once(self) -> bool:
        """Whether every source was looked through since it was opened."""
        return self._whole == self._sources.keys()

    def sounds(self, track: Track) -> bool:
        """Whether a song can sound now: it, or another version that is the same song to a person."""
        return self._shelf.number(track.track_id) is not None

    async def song(self, track: Track) -> OwnSong | None:
        """What sounds for a song."""
        number = self._shelf.number(track.track_id)
        song = None if number is None else await self._table.get(number)
        if song is None or not (track.track_id or "").startswith(OWN) or _alike(song.track, track):
            return song
        return None  # the number is another song's now

    @property
    def catalogue_ids(self) -> Set[str]:
        """The songs of the catalogue that can sound now, as they are at this moment."""
        return self._shelf.catalogue_ids

    @property
    def own(self) -> Sequence[Track]:
        """The songs that the catalogue lacks, as they are at this moment."""
        return self._shelf.own

    def on_change(self, callback: Callable[[], None]) -> None:
        """Has something called whenever other songs can sound."""
        self._listeners.append(callback)

    def source(self, name: str) -> Source:
        """A source by its name.

        Raises:
            SourceAway: there is none any more.
        """
        if name not in self._sources:
            raise SourceAway
        return self._sources[name]

    async def cover(self, song: OwnSong) -> tuple[bytes, str] | None:
        """A song's picture and its MIME type, JPEG, PNG or WebP of at most 2 MB; None without one."""
        if not song.cover or song.source not in self._sources:
            return None
        found = await self._sources[song.source].cover(song.ref)
        kind = picture_kind(found[0]) if found else ""
        return (found[0], kind) if found and kind and len(found[0]) <= LARGEST_PICTURE else None

    # How it comes to be known

    def report(self, vitals: Vitals) -> None:
        """Has the numbers of songs told to whoever watches over the bot."""
        vitals.figure("own_songs", "Songs of people's own music", lambda: self._shelf.count)
        vitals.figure(
            "own_songs_looked_at", "Songs that the looks under way have seen", lambda: self.looked_at
        )
        vitals.figure("own_songs_bad", "Files of own music that are no songs", self._bad)

    def _bad(self) -> int:
        return self.failed + sum(getattr(source, "bad", 0) for source in self._sources.values())

    async def run(self) -> None:
        """Knows all songs, and looks for others for as long as it runs."""
        share = Share(WORK_S, WORK_PER_S)
        share.spend(USED_S)
        work_for(Asker(share))
        while True:
            try:
                await self.read()
                break
            except Exception:
                log.exception("What is known of own music cannot be read; trying again.")
                await asyncio.sleep(AGAIN_S)
        async with asyncio.TaskGroup() as group:
            for source in self._sources.values():
                group.create_task(self._follow(source), name=f"music in {source.name}")
            group.create_task(self._match_when_asked(), name="own songs")
            if can_measure():
                group.create_task(self._levelling.run(), name="loudness")

    async def read(self) -> None:
        """Learns what is kept; whoever asks earlier is told of fewer songs."""
        await self._read_on()
        self._told()

    async def look(self) -> None:
        """Looks through every source once."""
        await self.read()
        for source in self._sources.values():
            await self._look(source)

    def match_anew(self) -> None:
        """Has every song looked for in the catalogue again: it is another one."""
        self._anew.set()

    async def close(self) -> None:
        """Lets go of the sources."""
        self._levelling.close()
        for source in self._sources.values():
            await source.close()

    async def _follow(self, source: Source) -> None:
        while True:
            try:
                with suppress(SourceAway):  # it has told already, and says when it is back
                    await self._look(source)
                self._troubled.discard(source.name)
                await source.changed()
            except Exception as error:
                if source.name not in self._troubled:
                    self._troubled.add(source.name)
                    fault = None if isinstance(error, PartyError) else error
                    log.warning("The music in %s cannot be kept: %s", source.name, error, exc_info=fault)
                await asyncio.sleep(AGAIN_S)

    async def _look(self, source: Source) -> None:
        """Looks through a source: what is new or different is kept, what is not there any more is dropped."""
        look = _Look(source.name)
        known = await self._table.known(source.name)
        left = set(known)
        waiting: list[Found] = []
        away: set[str] = set()
        try:
            async with aclosing(source.look(known)) as finding:
                async for found in finding:
                    left.discard(found.ref)
                    look.seen += 1
                    self.looked_at += 1
                    if found.away:
                        away.add(found.ref)
                    elif found.track is not None:
                        waiting.append(found)
                    if len(waiting) >= AT_ONCE:
                        await self._keep(source.name, waiting, known)
                        look.kept += len(waiting)
                        waiting = []
                    look.say()
            await self._keep(source.name, waiting, known)
            look.kept += len(waiting)
            for refs in _few(sorted(left)):
                self._shelf.take(await self._table.drop(source.name, refs))
            await self._note_away(source.name, away)
        except SourceAway:
            await self._keep(source.name, waiting, known)
            await self._note_away(source.name, None)
            raise
        finally:
            self.looked_at -= look.seen
        await self._read_on()
        if self._table.shared:
            await self._compare()
        self._told()
        self._whole.add(source.name)
        self._levelling.look()
        look.over(len(left), getattr(source, "bad", 0), self._shelf)

    async def _keep(self, source: str, found: Sequence[Found], known: Collection[str]) -> None:
        if not found:
            return
        tracks = [each.track for each in found if each.track is not None]
        matched = await self._matched(tracks)
        songs = [
            (each, replace(track, track_id=match.track_id if match else None))
            for each, track, match in zip(found, tracks, matched, strict=True)
        ]
        await self._keep_each(source, songs)
        # Those have old numbers, which are not read on from.
        await self._put_anew([(source, each.ref) for each in found if each.ref in known])
        await self._read_on()
        self._told()

    async def _matched(self, tracks: Sequence[Track]) -> list[Track | None]:
        """The songs of the catalogue; one that it makes nothing of keeps none of the others from theirs."""
        try:
            return await self._catalogue.matched(tracks)
        except Exception:
            if len(tracks) == 1:
                log.exception("A song cannot be looked for: %r", tracks[0])
                return [None]
            return [(await self._matched([track]))[0] for track in tracks]

    async def _keep_each(self, source: str, songs: Sequence[tuple[Found, Track]]) -> None:
        """Keeps songs; one that no database takes keeps none of the others out."""
        try:
            await self._table.keep(source, songs)
        except PartyError:  # the database is away, or its disk is full
            raise
        except Exception:
            if len(songs) == 1:
                self.failed += 1
                log.warning("A song cannot be kept: %s", songs[0][0].ref, exc_info=True)
                return
            for song in songs:
                await self._keep_each(source, [song])

    async def _note_away(self, source: str, refs: set[str] | None) -> None:
        """Notes what cannot be had now: some songs of a source, or all of it."""
        if refs == self._away.get(source, set()):
            return
        self._away[source] = refs
        number = 0
        while songs := await self._table.after(number):
            for song in songs:
                if song.source == source:
                    self._shelf.note(song.id, away=refs is None or song.ref in refs)
            number = songs[-1].id
            await asyncio.sleep(0)
        self._told()

    async def _match_when_asked(self) -> None:
        while True:
            await self._anew.wait()
            self._anew.clear()
            try:
                await self._match_all()
            except Exception:
                log.exception("Own songs could not be looked for in the new catalogue; trying again later.")
                await asyncio.sleep(AGAIN_S)
                self._anew.set()

    async def _match_all(self) -> None:
        number = 0
        while songs := await self._table.after(number):
            matched = await self._matched([replace(song.track, track_id=None) for song in songs])
            others: dict[OwnSong, str | None] = {}
            for song, match in zip(songs, matched, strict=True):
                track_id = match.track_id if match else None
                if track_id != (None if _is_own(song) else song.track.track_id):
                    others[song] = track_id
            await self._table.set_tracks({song.id: track_id for song, track_id in others.items()})
            await self._put_anew([(song.source, song.ref) for song in others])
            number = songs[-1].id
        self._told()

    # The table

    async def _read_on(self) -> None:
        """Puts what is in the table, and not on the shelf yet, on the shelf."""
        while songs := await self._table.after(self._shelf.last):
            await self._put([song for song in songs if song.source in self._sources])
            self._shelf.last = songs[-1].id

    async def _compare(self) -> None:
        """Has the shelf say what the table does, where another process has dropped or changed songs."""
        before, there = self._shelf.numbers, set[int]()  # what comes meanwhile is no less there
        number = 0
        while songs := await self._table.after(number):
            there.update(song.id for song in songs)
            others = [song for song in songs if song.source in self._sources and not self._shelf.holds(song)]
            self._shelf.take([song.id for song in others])
            await self._put(others)
            number = songs[-1].id
        self._shelf.take(before - there)

    async def _put_anew(self, called: Iterable[tuple[str, str]]) -> None:
        """Has the shelf say of some songs what the table does."""
        songs = [song for each in called if (song := await self._table.called(*each))]
        self._shelf.take([song.id for song in songs])
        await self._put(songs)

    async def _put(self, songs: Sequence[OwnSong]) -> None:
        ids = [song.track.track_id or "" for song in songs if not _is_own(song)]
        twins = await self._catalogue.twins(ids) if ids else {}
        if any(each not in twins for each in ids):
            self._anew.set()  # they are another catalogue's
        for song in songs:
            refs = self._away.get(song.source, set())
            away = refs is None or song.ref in refs
            self._shelf.put(song, twins.get(song.track.track_id or "", ()), away=away)

    def _told(self) -> None:
        """Tells whoever wants to know, if other songs can sound than before."""
        if self._shelf.changed():
            for callback in self._listeners:
                callback()


class _Look:
    """How far one look through a source is, and what it says in the log."""

    def __init__(self, source: str) -> None:
        self.seen = self.kept = 0
        self._source = source
        self._began_s = self._said_s = time.monotonic()

    def say(self) -> None:
        """Says now and then how far it is."""
        if time.monotonic() - self._said_s > SAY_EVERY_S:
            self._said_s = time.monotonic()
            log.info("Looking through the music in %s: %s songs so far.", self._source, f"{self.seen:,}")

    def over(self, dropped: int, bad: int, shelf: Shelf) -> None:
        """Says what came of it, if anything did."""
        if self.kept or dropped:
            log.info(
                "The music in %s has %s songs: %s were new or changed, %s are gone, %s files are no songs "
                "(%.0f s). The catalogue knows %s of all %s.",
                self._source,
                f"{self.seen:,}",
                f"{self.kept:,}",
                f"{dropped:,}",
                f"{bad:,}",
                time.monotonic() - self._began_s,
                f"{shelf.count - len(shelf.own):,}",
                f"{shelf.count:,}",
            )


def _is_own(song: OwnSong) -> bool:
    return song.track.track_id == f"{OWN}{song.id}"


def _alike(one: Track, other: Track) -> bool:
    """Whether two songs may be one whose tags were put right meanwhile."""
    return one.title == other.title or one.artist == other.artist


def _few(refs: Sequence[str]) -> Iterable[Sequence[str]]:
    return (refs[at : at + AT_ONCE] for at in range(0, len(refs), AT_ONCE))
