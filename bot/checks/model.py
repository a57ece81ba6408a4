"""The model's bundle: its files, by their hashes, and what is in it."""

from __future__ import annotations

import asyncio

from bot.checks.result import Result, works
from bot.recommend.bundle import open_bundle
from bot.settings import Settings

NAME = "Model"


async def check(settings: Settings) -> Result:
    """Reads the bundle as a start does.

    Raises:
        StartError: something is missing or does not add up.
    """
    bundle = await asyncio.to_thread(open_bundle, settings.model_dir)
    folder = bundle.model.parent
    return works(
        NAME, f"{folder}: {bundle.tracks:,} songs by {bundle.artists:,} artists, every file as its hash says"
    )
