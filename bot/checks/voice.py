"""Voice channels: what they need beside the bot."""

from __future__ import annotations

from bot.checks.result import Result, not_set, works
from bot.settings import Settings
from cogs.voice_libraries import missing

NAME = "Voice"


async def check(settings: Settings) -> Result:
    """Looks whether parties could be heard in Discord's voice channels; the bot runs without."""
    if settings.discord_token is None:
        return not_set(NAME, "DISCORD_TOKEN is empty")
    lacking = missing()
    if lacking:
        return not_set(
            NAME,
            f"{', '.join(lacking)} not installed: run make voice (for a container see docs/operations.md)",
        )
    return works(NAME, "your own music can be heard in voice channels: /join")
