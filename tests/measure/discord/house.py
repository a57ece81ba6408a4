"""The bot's process with the Discord front door.

`python -m tests.measure.discord.house DATABASE_URL TOKEN REST_URL GATEWAY_URL`, orders on standard input.
"""

from __future__ import annotations

import sys

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from cogs.client import open_discord
from tests.measure.house import serve


def point_at(rest_url: str, gateway_url: str) -> None:
    """Has discord.py find the fake."""
    Route.BASE = rest_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


if __name__ == "__main__":
    database_url, token, rest, gateway = sys.argv[1:]
    point_at(rest, gateway)
    serve(database_url, lambda party: open_discord(party, token))
