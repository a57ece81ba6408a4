"""Which own songs there are and can sound, in memory: numbers, and names of what the catalogue lacks.

Whoever reads it in a thread is given copies: it changes while songs are looked for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace

from bot.party.words import Track
from bot.playback.words import OWN, OwnSong

_NONE, _HERE, _AWAY = range(3)


class Shelf:
    """The songs that are known."""

    def __init__(self) -> None:
        self.last = 0
        """The highest number that was read."""
        self.count = 0
        self._state = bytearray()  # of each number: whether there is such a song, and whether it is away
        self._numbers: dict[str, int] = {}  # of each song of the catalogue
        self._more: dict[str, list[int]] = {}  # the same of those that there are several times
        self._own: dict[int, Track] = {}
        self._moves = 0
        self._told = 0
        self._catalogue_ids: tuple[int, frozenset[str]] = (-1, frozenset())
        self._lacked: tuple[int, tuple[Track, ...]] = (-1, ())

    def changed(self) -> bool:
        """Whether it is another one than when it was last asked."""
        before, self._told = self._told, self._moves
        return before != self._moves

    @property
    def catalogue_ids(self) -> Set[str]:
        """The songs of the catalogue that can sound now."""
        if self._catalogue_ids[0] != self._moves:
            state = self._state  # of 50,000 each look-up counts
            here = {each for each, number in self._numbers.items() if state[number] == _HERE}
            here.update(filter(self.number, self._more))
            self._catalogue_ids = self._moves, frozenset(here)
        return self._catalogue_ids[1]

    @property
    def own(self) -> Sequence[Track]:
        """The songs that the catalogue lacks and that can sound now."""
        if self._lacked[0] != self._moves:
            here = (song for number, song in self._own.items() if self._state[number] == _HERE)
            self._lacked = self._moves, tuple(here)
        return self._lacked[1]

    def number(self, track_id: str | None) -> int | None:
        """The number of what sounds for a song; None where nothing does."""
        if not track_id:
            return None
        if track_id.startswith(OWN):
            number = track_id.removeprefix(OWN)
            found = [int(number)] if len(number) < 19 and number.isascii() and number.isdecimal() else []
        else:
            first = self._numbers.get(track_id)
            found = [] if first is None else [first, *self._more.get(track_id, ())]
        return next((each for each in found if self._is(each, _HERE)), None)

    @property
    def numbers(self) -> Set[int]:
        """The numbers of all songs."""
        return {number for number, state in enumerate(self._state) if state != _NONE}

    def holds(self, song: OwnSong) -> bool:
        """Whether a song is here as it is."""
        track_id = song.track.track_id or OWN
        if self._is(song.id, _NONE) or track_id.startswith(OWN):
            return self._own.get(song.id) == song.track
        return song.id == self._numbers.get(track_id) or song.id in self._more.get(track_id, ())

    def put(self, song: OwnSong, twins: Iterable[str], *, away: bool) -> None:
        """Takes in a song, and the ids of the catalogue's that are the same to a person."""
        self._moves += 1
        if len(self._state) <= song.id:
            self._state.extend(bytes(song.id + 1024 - len(self._state)))
        self.count += self._state[song.id] == _NONE
        self._state[song.id] = _AWAY if away else _HERE
        track = song.track
        if track.track_id is None or track.track_id.startswith(OWN):
            # Thousands of songs have few artists and albums.
            artist, album = sys.intern(track.artist), sys.intern(track.album) if track.album else None
            self._own[song.id] = replace(track, artist=artist, album=album)
            return
        for track_id in (track.track_id, *twins):
            first = self._numbers.setdefault(track_id, song.id)
            if first != song.id and song.id not in self._more.get(track_id, ()):
                self._more.setdefault(track_id, []).append(song.id)

    def note(self, number: int, *, away: bool) -> None:
        """Notes whether a song is away."""
        if not self._is(number, _AWAY if away else _HERE) and not self._is(number, _NONE):
            self._moves += 1
            self._state[number] = _AWAY if away else _HERE

    def take(self, numbers: Iterable[int]) -> None:
        """Takes out songs."""
        gone = {number for number in numbers if not self._is(number, _NONE)}
        if not gone:
            return
        self._moves += 1
        self.count -= len(gone)
        for number in gone:
            self._state[number] = _NONE
            self._own.pop(number, None)
        for track_id in [each for each, several in self._more.items() if not gone.isdisjoint(several)]:
            self._more[track_id] = [each for each in self._more[track_id] if each not in gone]
        for track_id in [each for each, number in self._numbers.items() if number in gone]:
            others = self._more.pop(track_id, [])
            if others:
                self._numbers[track_id] = others[0]
                self._more[track_id] = others[1:]
            else:
                del self._numbers[track_id]

    def _is(self, number: int, state: int) -> bool:
        return (self._state[number] if 0 <= number < len(self._state) else _NONE) == state
