"""What the room says: in English, with the names of the page's buttons where chats have commands."""

from __future__ import annotations

import re
from functools import cache

from bot.languages import Language
from bot.replies import Replies

BUTTONS = {
    "spotify connect": "Connect Spotify",
    "spotify disconnect": "Disconnect",
    "spotify device": "Device",
    "spotify stop": "Stop",
    "play": "Play",
    "save": "Save as a playlist",
    "import": "Add",
    "add": "Add",
    "next": "What next?",
    "remove": "Take out",
}
"""Commands, and the button that does the same."""
COMMAND = re.compile("/(" + "|".join(BUTTONS) + r")(?!\w)")


class RoomLanguage(Language):
    """A language as the page speaks it."""

    def adapted(self, text: str) -> str:
        """A text that names buttons."""
        return COMMAND.sub(lambda found: f"“{BUTTONS[found[1]]}”", text)


@cache
def room_language(code: str) -> RoomLanguage:
    """A language with the names of the page's buttons, which are English."""
    return RoomLanguage(code)


REPLIES = Replies(room_language("en"), plain=str)
"""The page shows every text as text, so nothing needs an escape."""
