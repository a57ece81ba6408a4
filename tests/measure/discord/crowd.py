"""Ten thousand servers, each with a party that stands still."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from db.store import open_store
from tests.fakes.discord_server import FakeDiscord
from tests.measure.house import Bot

SONGS = 5
IDLE_MS = 24 * 3_600_000
LAST = 20
"""In so many of the last servers somebody asks what plays."""
QUIET_S = 5.0


async def settle(fake: FakeDiscord, database: Path, count: int) -> int:
    """Puts the bot into many servers, where parties with songs and a card are stored; returns how many."""
    async with open_store(f"sqlite+aiosqlite:///{database}"):
        pass
    channels = [fake.add_channel("party", guild) for guild in fake.add_guilds(count)]
    idle_ms = int(time.time() * 1000) - IDLE_MS
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "INSERT INTO members (id, platform, user_id, name) VALUES (1, 'discord', '1', 'Guest')"
        )
        connection.executemany(
            "INSERT INTO parties (id, platform, workspace, channel, started_ms, active_ms, card)"
            " VALUES (?, 'discord', ?, ?, ?, ?, ?)",
            [(i, it.guild.id, it.id, idle_ms, idle_ms, str(i)) for i, it in enumerate(channels, start=1)],
        )
        connection.executemany(
            "INSERT INTO entries (party_id, state, track_id, title, artist, duration_ms, added_by, added_ms)"
            " VALUES (?, 'queued', ?, ?, 'Somebody', 200000, 1, ?)",
            [(i, str(n), f"Song {n}", idle_ms) for i in range(1, len(channels) + 1) for n in range(SONGS)],
        )
    return len(channels)


async def at_rest(fake: FakeDiscord, bot: Bot) -> float:
    """The bot's memory in MB once it knows every server, as its answers in the last ones show."""
    for guild in list(fake.world.guilds.values())[-LAST:]:
        (channel,) = fake.world.channels_of[guild.id]
        reply = await fake.slash(fake.member("Guest", guild=guild), "now", channel=channel)
        if not reply.messages or reply.messages[0].ephemeral:
            raise RuntimeError(f"the bot does not know server {guild.id}: {reply.text}")
    await asyncio.sleep(QUIET_S)
    figures = await bot.order("figures")
    return float(figures["resident_mb"])
