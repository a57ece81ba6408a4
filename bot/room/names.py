"""Who is who in a room: a nickname belongs to the browser that took it first.

A member is a browser and not a nickname: a name may become free again, and what somebody has connected must
not go to whoever takes it then.
"""

from __future__ import annotations

import hashlib
import unicodedata

from bot.party.errors import NameNeeded, NotUnderstood
from bot.party.limits import LONGEST_NAME, LONGEST_TYPED
from bot.party.visible import normal, visible
from bot.party.words import Member, Room

PLATFORM = "web"
LOBBY = Room(PLATFORM, "", "lobby")
"""The party of whoever opens the page by its bare address; its host runs the bot."""
SHORTEST_SECRET = 16
LONGEST_SECRET = 128
ID_LENGTH = 32
"""So many hexadecimal digits of the hash are a member's id: 128 bits."""

INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Unicode categories that nobody sees: with them two names could look the same."""
JOINERS = "\u200c\u200d"
BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs of other categories that nobody sees either."""


def person(name: str, secret: str) -> Member:
    """Whoever has this secret, under this name.

    Args:
        name: as typed.
        secret: random text that the browser made once and keeps; here it is never kept.

    Raises:
        NameNeeded: the name is empty, too long, or has no letter or digit.
        NotUnderstood: the secret is none that the page makes.
    """
    if not SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET:
        raise NotUnderstood
    shown = tidy(name) if len(name) <= LONGEST_TYPED else ""
    if not any(map(str.isalnum, shown)) or len(shown) > LONGEST_NAME:
        raise NameNeeded
    return Member(PLATFORM, hashlib.sha256(secret.encode()).hexdigest()[:ID_LENGTH], shown)


def tidy(name: str) -> str:
    """A name as it is shown: one form of each letter, single spaces, nothing unseen but joiners."""
    seen = "".join(
        " " if char.isspace() else char
        for char in visible(normal("NFKC", name))
        if char.isspace()
        or char in JOINERS
        or (unicodedata.category(char) not in INVISIBLE and char not in BLANK)
    )
    return " ".join(seen.split())
