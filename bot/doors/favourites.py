"""The buttons under a list of favourites; which songs each adds stands in its id."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.doors.answers import OfferFavourites
from bot.doors.meant import named
from bot.party.errors import marked
from bot.wording.replies import Replies

LABEL_LIMIT = 75
"""The longest label of a button that every chat takes, in characters."""
_FAVOURITES = re.compile(r"encore:favourites:([0-9]{1,15})-([0-9]{1,15}):([0-9]{1,15})")
_OLDER = re.compile(r"encore:older:([0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class AddFavourites:
    """Favourites of whoever presses: those of entries with these numbers and between, on a page of them."""

    newest: int
    oldest: int
    before: int = 0

    @property
    def id(self) -> str:
        """The button's id."""
        return f"encore:favourites:{self.newest}-{self.oldest}:{self.before}"

    @classmethod
    def read(cls, custom_id: str) -> AddFavourites | None:
        """What a button's id adds, if it is such a button."""
        match = _FAVOURITES.fullmatch(custom_id)
        return cls(int(match[1]), int(match[2]), int(match[3])) if match else None


@dataclass(frozen=True, slots=True)
class OlderFavourites:
    """The next page of the favourites of whoever presses."""

    before: int

    @property
    def id(self) -> str:
        """The button's id."""
        return f"encore:older:{self.before}"

    @classmethod
    def read(cls, custom_id: str) -> OlderFavourites | None:
        """Which page a button's id asks for, if it is such a button."""
        match = _OLDER.fullmatch(custom_id)
        return cls(int(match[1])) if match else None


def favourite_choices(answer: OfferFavourites, words: Replies) -> tuple[list[tuple[str, str]], ...]:
    """The buttons under favourites, the label and the id of each: one a song, then those for several."""
    songs, before = answer.favourites.songs, answer.before
    single = [
        (named(each.track, LABEL_LIMIT, place), AddFavourites(each.entry_id, each.entry_id, before).id)
        for place, each in enumerate(songs, start=1)
    ]
    several = []
    if len(songs) > 1:
        label = words.count("Add this one", "Add all {number}", len(songs))
        several.append((label, AddFavourites(songs[0].entry_id, songs[-1].entry_id, before).id))
    if answer.favourites.more:
        several.append((words.say(marked("Older ones")), OlderFavourites(songs[-1].entry_id).id))
    return single, several
