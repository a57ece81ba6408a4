"""The bot's process with the web room: `python -m tests.measure.room.house DATABASE_URL PORT`."""

from __future__ import annotations

import sys

from bot.room import open_room
from bot.room.limits import Limits
from tests.measure.house import serve

LIMITS = Limits(guests=1_000, lines_each=2_000, joins_a_minute=10_000)
"""All guests come from this machine, which is more than a household."""

if __name__ == "__main__":
    database_url, port = sys.argv[1:]
    serve(database_url, lambda party: open_room(party, "127.0.0.1", int(port), limits=LIMITS))
