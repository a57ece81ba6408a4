"""The copies of the parties: where they go, and when the last one was made."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

from bot.checks.result import Result, not_set, works
from bot.copies import last_copy
from bot.party.errors import StartError
from bot.settings import Settings

NAME = "Copies"


async def check(settings: Settings) -> Result:
    """Looks into the folder, if there is one, and changes nothing.

    Raises:
        StartError: no copy can be made there.
    """
    if settings.backup_dir is None:
        return not_set(NAME, "set BACKUP_DIR to have the parties copied every 15 minutes")
    return await asyncio.to_thread(_looked, settings.backup_dir)


def _looked(folder: Path) -> Result:
    try:
        if not folder.exists():
            return works(NAME, f"{folder} is not there yet, the first start makes it")
        last = last_copy(folder)
    except OSError as error:
        raise StartError(
            f"BACKUP_DIR: {folder} cannot be used ({error.strerror}); name a folder of yours"
        ) from error
    if not os.access(folder, os.W_OK):
        raise StartError(f"BACKUP_DIR: {folder} cannot be written to; name a folder of yours")
    if last is None:
        return works(NAME, f"{folder}: no copy yet")
    minutes = int((datetime.now(UTC) - last).total_seconds() // 60)
    when = f"{last:%Y-%m-%d %H:%M} UTC, {minutes:,} minutes ago"
    return works(NAME, f"{folder}: the last safe copy is of {when}")
