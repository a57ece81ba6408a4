"""All checks side by side: for people, and for a start."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from bot.checks import copies, database, discord, model, slack, sources, spotify, voice, web
from bot.checks.result import Check, Result, Standing, exit_code, found, table
from bot.hiding import hide
from bot.party.errors import StartError
from bot.settings import Settings

log = logging.getLogger(__name__)

NEEDED = {discord.NAME, slack.APP, database.NAME, model.NAME}
"""What a start ends without; what else cannot be reached is only warned of."""


async def check(settings: Settings) -> int:
    """Prints how everything stands; returns the exit code of a start that finds the same."""
    results = await _found(
        (discord.NAME, partial(discord.check, settings)),
        (slack.BOT, partial(slack.bot, settings)),
        (slack.APP, partial(slack.app, settings)),
        (slack.INSTALLS, partial(slack.installs, settings)),
        (spotify.NAME, partial(spotify.check, settings)),
        (sources.FOLDERS, partial(sources.folders, settings)),
        (sources.SERVER, partial(sources.server, settings)),
        (database.NAME, partial(database.check, settings)),
        (copies.NAME, partial(copies.check, settings)),
        (model.NAME, partial(model.check, settings)),
        (web.NAME, partial(web.check, settings)),
        (voice.NAME, partial(voice.check, settings)),
    )
    print(hide(table(results)), flush=True)
    return exit_code(results, NEEDED)


async def at_start(settings: Settings) -> None:
    """Tries what nothing else in a start tries; what is amiss but does no harm becomes a warning.

    The front doors try their own tokens as they open, and so do the database and the model.

    Raises:
        StartError: a service refuses what is set for it.
    """
    if wrong := slack.misplaced(settings):
        raise StartError(wrong)
    results = await _found(
        (slack.BOT, partial(slack.bot, settings)),
        (slack.INSTALLS, partial(slack.installs, settings)),
        (spotify.NAME, partial(spotify.check, settings)),
        (sources.FOLDERS, partial(sources.folders, settings)),
        (sources.SERVER, partial(sources.server, settings)),
    )
    wrong = "; ".join(each.line for each in results if each.standing is Standing.WRONG)
    if wrong:
        raise StartError(wrong, exit_code(results))
    for each in results:
        _warn(each)


async def public(settings: Settings) -> None:
    """Warns where the running room is not reached at PUBLIC_URL."""
    if settings.public_url:
        _warn(await found(web.NAME, partial(web.reached, settings.public_url)))


async def _found(*checks: tuple[str, Check]) -> Sequence[Result]:
    return await asyncio.gather(*(found(name, check) for name, check in checks))


def _warn(result: Result) -> None:
    if result.missing or result.standing is Standing.NOT_REACHED:
        log.warning("%s: %s.", result.name, result.line)
