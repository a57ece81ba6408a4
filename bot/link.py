"""`python -m bot link`: shows the host's link of the lobby, from the database, while the bot runs or not."""

from __future__ import annotations

import sys

from bot.party.errors import StartError
from bot.reach import find
from bot.settings import Settings
from bot.terminal import for_guests
from db.looking import host_secret

NONE_YET = "There is no link for the host yet; start the bot once, with this DATABASE_URL, and it makes one"
WHICH_PORT = "ROOM_PORT is 0, so only the running bot knows its port; set ROOM_PORT, or PUBLIC_URL"


async def show(settings: Settings) -> None:
    """Prints the link, and in a terminal how guests come in as well.

    Raises:
        StartError: there is none, or the database cannot be read.
    """
    if not settings.room_port and not settings.public_url:
        raise StartError(WHICH_PORT)
    secret = await host_secret(settings.database_url, settings.sealing_keys)
    if not secret:
        raise StartError(NONE_YET)
    place = find(settings.room_host, settings.room_port, settings.public_url)
    print(f"{place.host}/party/{secret}")
    if sys.stdout.isatty():
        print(*for_guests(place, sys.stdout), sep="\n")
