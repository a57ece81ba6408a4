"""Discord: the token, the application's pages, and the logins that are left."""

from __future__ import annotations

import discord

from bot.checks.result import Result, Standing, not_set, works
from bot.party.errors import CANNOT_START
from bot.settings import Settings
from cogs.login import elsewhere, install_link, log_in, needless, shortcomings

NAME = "Discord"


async def check(settings: Settings) -> Result:
    """Logs in without connecting, which costs none of the day's logins.

    Raises:
        StartError: Discord does not accept the token; NotReached where it does not answer.
    """
    if settings.discord_token is None:
        return not_set(NAME, "DISCORD_TOKEN is empty")
    async with discord.Client(intents=discord.Intents.none()) as client:
        login = await log_in(client, settings.discord_token.get_secret_value())
    app = login.application
    notes = [f"Install link: {install_link(app)}"]
    if needless(app):
        notes.append("It needs none of the privileged intents on the Bot page: you can switch them off.")
    if not app.bot_public:
        notes.append("Only the application's owner can add it: Public Bot is off.")
    servers = f"{app.approximate_guild_count} server{'' if app.approximate_guild_count == 1 else 's'}"
    told = f"{app.name}, in {servers}; {login.remaining} of {login.total} logins left today"
    wanting = shortcomings(app)
    missing, mend = ("; ".join(each) for each in zip(*wanting, strict=True)) if wanting else ("", "")
    if elsewhere(app):
        return Result(NAME, Standing.WRONG, missing, mend=mend, notes=tuple(notes), code=CANNOT_START)
    return works(NAME, told, *notes, missing=missing, mend=mend)
