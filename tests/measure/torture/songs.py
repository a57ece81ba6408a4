"""Made-up songs, and what suggests them: nothing is read for it, so a process is up in no time."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from bot.party.errors import NoMap, UnknownLink
from bot.party.results import Located, Taken, Why
from bot.party.songs import CHOSEN
from bot.party.words import Mood, Signal, Stock, Suggestion, Track

COUNT = 400
"""So many songs there are."""
ARTISTS = 40
SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu"]
SHORTEST_MS, LONGEST_MS = 300, 4_000
"""Songs are over so soon that a party's clock has something to do while its process lives."""


def track(number: int) -> Track:
    """A song by its number; no two look alike."""
    name = "".join(SYLLABLES[int(digit)] for digit in f"{number:03}").title()
    artist = "".join(SYLLABLES[int(digit)] for digit in f"{number % ARTISTS:02}").title()
    length_ms = SHORTEST_MS + number * 37 % (LONGEST_MS - SHORTEST_MS)
    return Track(name, artist, track_id=f"s{number}", duration_ms=length_ms)


def named(number: int) -> str:
    """What one types to have exactly this song."""
    return f"{CHOSEN}s{number}"


class Songs:
    """A catalogue and a recommender at once."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - no secret

    async def resolve(self, text: str) -> Track:
        """A song by what `named` says; UnknownLink for anything else."""
        if not text.startswith(f"{CHOSEN}s"):
            raise UnknownLink
        return track(int(text.removeprefix(f"{CHOSEN}s")))

    async def by_spotify(self, spotify_ids: Sequence[str]) -> dict[str, Track]:
        """None: no song is on Spotify."""
        return {}

    async def search(self, text: str, limit: int = 10, *, own_first: bool = False) -> list[Track]:
        """None: nobody searches."""
        return []

    @staticmethod
    def stock() -> Stock | None:
        """None: nothing sounds."""
        return None

    async def spotify_ids(self, tracks: Sequence[Track]) -> list[str | None]:
        """None of any."""
        return [None] * len(tracks)

    async def vibe(self, text: str) -> tuple[list[str], list[str]]:
        """All words are about something."""
        return text.split(), []

    async def taken(self, phrases: Sequence[str]) -> Sequence[Taken]:
        """Nothing."""
        return ()

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
        """Any songs that are not banned."""
        out = {*offered, *(each.track_id for each in banned)}
        numbers = [number for number in range(COUNT) if f"s{number}" not in out]
        chosen = self._rng.sample(numbers, min(count, len(numbers)))
        return [Suggestion(track(number), 0.5, ("A Song",), 0.5) for number in chosen]

    async def why(self, told: Sequence[Signal], track: Track, names: Mapping[str, str]) -> Why | None:
        """Nobody knows."""
        return None

    async def likeness(self, tracks: Sequence[Track]) -> npt.NDArray[np.float32]:
        """All songs say nothing of each other."""
        return np.zeros((len(tracks), len(tracks)), np.float32)

    async def locate(self, tracks: Sequence[Track], around: int) -> Located:
        """Nowhere."""
        raise NoMap
