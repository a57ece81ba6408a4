"""Who is who in the room: a nickname belongs to the browser that took it first.

A member is a browser and not a nickname: nicknames are free again after a restart, and what somebody has
connected must not go to whoever takes the name then.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Collection

from bot.party.errors import NameNeeded, NameTaken, NotUnderstood
from bot.party.limits import LONGEST_NAME
from bot.party.visible import visible
from bot.party.words import Member

PLATFORM = "web"
MOST_NAMES = 5_000
"""How many names are kept; past that the oldest whose owner has left is free again."""
SHORTEST_SECRET = 16
LONGEST_SECRET = 128
ID_LENGTH = 32
"""So many hexadecimal digits of the hash are a member's id: 128 bits."""

INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Unicode categories that nobody sees: with them two names could look the same."""
JOINERS = "\u200c\u200d"
UNSEEN_JOINERS = str.maketrans("", "", JOINERS)
"""What makes no other name of one."""
BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs of other categories that nobody sees either."""


class Names:
    """The names taken, each with its owner's id: a hash of the secret, which itself is never kept."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}

    def claim(self, name: str, secret: str, present: Collection[str]) -> Member:
        """The member of this name, if it is free or the secret is its owner's.

        Args:
            name: as typed.
            secret: random text that the browser made once and keeps.
            present: the ids of the members in the room, whose names stay theirs.

        Raises:
            NameNeeded: the name is empty, too long, or has no letter or digit.
            NameTaken: another browser has it.
            NotUnderstood: the secret is none that the page makes.
        """
        shown = tidy(name)
        if not any(map(str.isalnum, shown)) or len(shown) > LONGEST_NAME:
            raise NameNeeded
        if not SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET:
            raise NotUnderstood
        taken = unicodedata.normalize("NFKC", shown.casefold()).translate(UNSEEN_JOINERS)
        owner = hashlib.sha256(secret.encode()).hexdigest()[:ID_LENGTH]
        if self._owners.get(taken) is None:  # a new name sets the old one free
            self._owners = {name: other for name, other in self._owners.items() if other != owner}
        if not hmac.compare_digest(self._owners.setdefault(taken, owner), owner):
            raise NameTaken(shown)
        self._forget(present)
        return Member(PLATFORM, owner, shown)

    def _forget(self, present: Collection[str]) -> None:
        if len(self._owners) > MOST_NAMES:
            left = next((name for name, owner in self._owners.items() if owner not in present), None)
            if left is not None:
                del self._owners[left]


def tidy(name: str) -> str:
    """A name as it is shown: one form of each letter, single spaces, nothing unseen but joiners."""
    seen = "".join(
        " " if char.isspace() else char
        for char in visible(unicodedata.normalize("NFKC", name))
        if char.isspace()
        or char in JOINERS
        or (unicodedata.category(char) not in INVISIBLE and char not in BLANK)
    )
    return " ".join(seen.split())
