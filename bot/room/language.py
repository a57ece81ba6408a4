"""How the room speaks: with the names of the page's buttons where chats have commands."""

from __future__ import annotations

from functools import cache

from bot.wording.languages import Language, Renamed
from bot.wording.replies import Replies

BUTTONS = {
    "spotify connect": "Connect Spotify",
    "spotify disconnect": "Disconnect",
    "spotify device": "Device",
    "spotify stop": "Stop",
    "play": "Play",
    "pause": "Pause",
    "volume": "Volume",
    "save": "Save as a playlist",
    "import": "Add",
    "add": "Add",
    "next": "What next?",
    "queue": "Up next",
    "skip": "Skip",
    "remove": "Remove",
    "undo": "Undo",
    "history": "Played earlier",
}
"""Commands, and what on the page does the same; the others keep their name, which programs can ask for."""


@cache
def room_language(code: str) -> Language:
    """A language as the page speaks it; its buttons are English in all of them."""
    return Renamed(code, {name: f"“{button}”" for name, button in BUTTONS.items()})


def _name(label: str, url: str) -> str:
    """The name alone: the page's lists have the link."""
    return label


@cache
def replies(code: str) -> Replies:
    """What is said in a language; the page shows every text as text, so nothing needs an escape."""
    return Replies(room_language(code), plain=str, bold="", linked=_name)


REPLIES = replies("en")
