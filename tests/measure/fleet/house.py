"""One of several bot processes: `python -m bot` with its Discord at another address.

`python -m tests.measure.fleet.house REST_URL GATEWAY_URL`, all else in the environment as for the bot.
"""

from __future__ import annotations

import sys

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.__main__ import main

if __name__ == "__main__":
    Route.BASE, gateway_url = sys.argv[1:]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
    sys.exit(main([]))
