"""What goes wrong with PostgreSQL while the bot runs: what it means, and one line a minute about it."""

from __future__ import annotations

import logging
import time
from enum import Enum, auto

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree

log = logging.getLogger(__name__)

SAY_EVERY_S = 60.0
AWAY = ("08", "53", "57P", "57014", "58", "25P03", "25P04", "55P03")
"""How the codes begin (PostgreSQL's documentation, appendix A) of a server that is lost, full, or about to
stop, or that had no time for what it was asked."""
CHOSEN = "40"
"""And of a transaction that was rolled back for another one's sake: 40001, 40P01."""
UNKNOWN = "40003"
"""The code that says that it cannot be told whether a transaction was kept."""


class Trouble(Enum):
    """Why a transaction could not go on."""

    LOST = auto()
    """The connection cannot be used, and what it was told last may have been done or not."""
    CHOSEN = auto()
    """Nothing was done; the same may succeed at once."""


def trouble(error: BaseException) -> Trouble | None:
    """What an error of the driver means; None where it is a fault."""
    if isinstance(error, DBAPIError):
        code = getattr(error.orig, "sqlstate", None) or ""
        if code.startswith(CHOSEN) and code != UNKNOWN:
            return Trouble.CHOSEN
        return Trouble.LOST if error.connection_invalidated or code.startswith((*AWAY, UNKNOWN)) else None
    return Trouble.LOST if isinstance(error, OSError | NoneFree) else None  # a TimeoutError is an OSError


class Outage:
    """Says that the database is away, once a minute while it is, and that it is back."""

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._said_s = -SAY_EVERY_S
        self._told = False

    def away(self, error: BaseException) -> None:
        """Something has found that it is."""
        now_s = time.monotonic()
        if self._since_s is None:
            self._since_s = now_s
        if now_s - self._said_s >= SAY_EVERY_S:
            self._said_s, self._told = now_s, True
            log.warning("PostgreSQL is away (%s); trying again until it is back.", _why(error))

    def back(self) -> None:
        """Something has found that it answers."""
        if self._since_s is None:
            return
        if self._told:
            log.warning("PostgreSQL is back after %.0f s.", time.monotonic() - self._since_s)
        self._since_s, self._told = None, False


def _why(error: BaseException) -> str:
    """The driver's own reason in a few words."""
    said = str(getattr(error, "orig", None) or error).splitlines()
    return said[0][:200] if said and said[0] else "no answer in time"
