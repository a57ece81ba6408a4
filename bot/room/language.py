"""How the room speaks: with the names of the page's buttons where chats have commands, in each language."""

from __future__ import annotations

from functools import cache

from bot.party.errors import marked
from bot.wording.languages import Language, Renamed, language
from bot.wording.replies import Replies

BUTTONS = {
    "spotify connect": marked("Connect Spotify"),
    "spotify disconnect": marked("Disconnect"),
    "spotify device": marked("Device"),
    "spotify stop": marked("Stop"),
    "play": marked("Play"),
    "pause": marked("Pause"),
    "volume": marked("Volume"),
    "demo": marked("Try it with ten short pieces"),
    "save": marked("Save as a playlist"),
    "import": marked("Add"),
    "add": marked("Add"),
    "next": marked("What next?"),
    "queue": marked("Up next"),
    "skip": marked("Skip"),
    "remove": marked("Remove"),
    "undo": marked("Undo"),
    "history": marked("Played earlier"),
    "favourites": marked("Your favourites"),
    "move": marked("Move"),
    "clear": marked("Remove all waiting songs"),
    "why": marked("Why it fits"),
    "block": marked("Block"),
    "unblock": marked("Unblock"),
    "autopilot": marked("Autopilot"),
    "settings": marked("Settings"),
    "stats": marked("Numbers"),
    "map": marked("Map of the songs"),
    "export": marked("Take it home"),
    "learn": marked("Learn from this party's songs"),
    "link": marked("Invite people"),
    "new": marked("A party of your own"),
    "my-data": marked("Get my data"),
    "delete-my-data": marked("Erase my data"),
    "help": marked("Help"),
}
"""Commands, and what on the page does the same; the others keep their name, which programs can ask for."""


@cache
def room_language(code: str) -> Language:
    """A language as the page speaks it."""
    words = language(code)
    return Renamed(code, {name: f"“{words.say(button)}”" for name, button in BUTTONS.items()})


def _name(label: str, url: str) -> str:
    """The name alone: the page's lists have the link."""
    return label


@cache
def replies(code: str) -> Replies:
    """What is said in a language. The page shows every text as text, so nothing needs an escape."""
    return Replies(room_language(code), plain=str, bold="", linked=_name)


REPLIES = replies("en")
"""What is said to whoever has not chosen a language."""
