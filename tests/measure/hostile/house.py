"""The bot's process with the web room, its limits as they are; takes a database's address and a port."""

from __future__ import annotations

import sys

from bot.room import open_room
from tests.measure.house import serve

if __name__ == "__main__":
    database_url, port = sys.argv[1:]
    serve(database_url, lambda party: open_room(party, "127.0.0.1", int(port)))
