"""What use cases need of the world besides a store, as small Protocols: a catalogue and a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bot.party.results import Located, Taken, Why
from bot.party.words import Mood, Signal, Stock, Suggestion, Track


class Catalogue(Protocol):
    """What songs there are."""

    async def resolve(self, text: str) -> Track:
        """The song that a text or link means; one that nobody knows as it was typed.

        Raises:
            UnsureSong: several may be meant.
            PartyError: no song, in the words for people.
        """

    async def by_spotify(self, spotify_ids: Sequence[str]) -> dict[str, Track]:
        """The songs behind some Spotify ids, of those that are known."""

    async def search(self, text: str, limit: int = 10, *, own_first: bool = False) -> list[Track]:
        """Songs as one types, best first; none for a text without letters or digits.

        Args:
            text: words of title and artist.
            limit: how many.
            own_first: whether people's own songs come before others that fit no better.
        """

    async def spotify_ids(self, tracks: Sequence[Track]) -> list[str | None]:
        """Where songs play on Spotify, as linked or as far as it is known."""

    def stock(self) -> Stock | None:
        """The songs that can sound from people's own music; None where nobody knows of any."""

    async def vibe(self, text: str) -> tuple[list[str], list[str]]:
        """The phrases of a text that are about something, at most `MOST_WORDS`, and words that nobody knows.

        Raises:
            PartyError: no words.
        """

    async def taken(self, phrases: Sequence[str]) -> Sequence[Taken]:
        """What each of some phrases is taken for, of those that are known."""


class LinkedSongs(Protocol):
    """Whoever can look up a song that only a link names."""

    async def song(self, spotify_id: str) -> Track:
        """A song that the catalogue does not know, by its id.

        Raises:
            PartyError: nobody can look it up, or there is none.
        """


class Recommender(Protocol):
    """The model."""

    async def suggest(
        self,
        told: Sequence[Signal],
        banned: Sequence[Track],
        count: int,
        *,
        offered: Sequence[str] = (),
        words: Sequence[str] = (),
        mood: Mood = Mood.SAFE,
        served: Mapping[str, float] | None = None,
        clean: bool = False,
        longest_ms: int = 0,
        christmas: bool = False,
        among: Stock | None = None,
    ) -> list[Suggestion]:
        """The best `count` songs for what the room has told, none of the banned ones in any version.

        Of a room that has told nothing, or nothing that the model knows, a mix of decades and tastes.

        Args:
            told: songs, and what each member has said of them.
            banned: never to be suggested.
            count: how many.
            offered: the catalogue's ids of more songs that are not to be suggested: there may be thousands.
            words: of what is looked for besides.
            mood: how far from all that the songs may lie.
            served: how many songs each member has had, by user_id.
            clean: none that are marked explicit.
            longest_ms: none that are longer; 0 for any.
            christmas: also songs about Christmas.
            among: only songs that can sound.
        """

    async def why(self, told: Sequence[Signal], track: Track, names: Mapping[str, str]) -> Why | None:
        """Why a song fits to what the room has told, or None for one whose artist the model does not know.

        Args:
            told: the songs, none of them the track itself.
            track: the song that is asked for.
            names: of the members that the signals name by user_id.
        """

    async def likeness(self, tracks: Sequence[Track]) -> npt.NDArray[np.float32]:
        """How much each song (row) is spoken for by each other one: (songs, songs), in logits.

        0 for a song by itself; nan where the model does not know it, or has had it before in the list.
        """

    async def locate(self, tracks: Sequence[Track], around: int) -> Located:
        """Where songs lie among all that the model knows, and so many others that are most alike to them.

        Raises:
            NoMap: the model does not say.
        """


class Playable(Protocol):
    """Which songs can sound from people's own music."""

    def any(self) -> bool:
        """Whether there are any."""

    def sounds(self, track: Track) -> bool:
        """Whether a song can sound."""
