"""What Discord's refusals mean for a card: see `bot.doors.card`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import aiohttp
import discord

from bot.doors.card import Gone, Later, RoomGone, Waits

RETRY_S = 10.0
"""How long a card rests when Discord did not take it, at first."""
UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008
MISSING_ACCESS, MISSING_PERMISSIONS = 50001, 50013
ARCHIVED = 50083
"""The thread is archived; a message that is sent into it opens it again (docs, "Threads")."""
TOKEN_OVER = {10015, 10062, 50027}
"""The webhook of an interaction ends with its token, after 15 minutes (docs, "Followup Messages")."""


class Barred(Exception):
    """The bot lacks a permission in the channel."""


@contextlib.contextmanager
def understood() -> Iterator[None]:
    """Turns what Discord and the network answer into what it means for a card.

    Raises:
        Gone, RoomGone, Barred, Waits: Discord says so.
        Later: anything else; no other refusal says that the card is not there.
    """
    try:
        yield
    except discord.HTTPException as error:
        raise _meaning(error) from error
    except discord.RateLimited as error:
        raise Later(max(RETRY_S, error.retry_after), "Discord's rate limit", grows=True) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise Later(RETRY_S, f"no answer ({type(error).__name__})", grows=True) from error


def _meaning(error: discord.HTTPException) -> Exception:
    if error.code == UNKNOWN_CHANNEL:
        return RoomGone()
    if error.code == UNKNOWN_MESSAGE:
        return Gone()
    if error.code in {MISSING_ACCESS, MISSING_PERMISSIONS}:
        return Barred()
    if error.code == ARCHIVED:
        return Waits(anew=True)
    if error.code in TOKEN_OVER:
        return Waits()
    return Later(RETRY_S, f"HTTP {error.status}, code {error.code}", grows=True)
