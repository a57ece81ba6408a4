"""The database: which, how large, and how far its tables are."""

from __future__ import annotations

from bot.checks.result import Result, works
from bot.settings import Settings
from db.engine.lasting import check_lasting
from db.looking import look

NAME = "Database"


async def check(settings: Settings) -> Result:
    """Looks at it and changes nothing.

    Raises:
        StartError: it cannot be used.
    """
    if not settings.allow_ephemeral:
        check_lasting(settings.database_url)
    looked = await look(settings.database_url)
    place = f"{looked.kind}, {looked.where}"
    if not looked.version:
        return works(NAME, f"{place}: no tables yet, the first start makes them")
    told = f"{place}: {looked.size_bytes / 1_000_000:.1f} MB, tables of version {looked.version}"
    if looked.version == looked.newest:
        return works(NAME, f"{told}, the newest")
    return works(NAME, told, f"The next start brings them to version {looked.newest}; keep a copy.")
