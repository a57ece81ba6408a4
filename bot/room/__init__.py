"""The web room: a front door to the party in the browser, one page, live for everybody in it."""

from bot.room.server import build_room, open_room

__all__ = ["build_room", "open_room"]
