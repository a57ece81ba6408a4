"""How a program ends that is asked to by SIGTERM or SIGINT, at whatever moment: its imports included.

It is imported before all else, and knows nothing of ours. A process is killed by what it is sent before that,
which is as long as Python itself takes to start.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

INTERRUPTED = 130
"""The exit code of what was not done to its end."""
WITHIN_S = 9.5
"""So long after the first signal all ends; answers that are under way are given eight of it."""


class Ending:
    """What a signal does: the first one asks to end, and the second one ends at once."""

    def __init__(self) -> None:
        self.asked = False
        self._code = INTERRUPTED
        self._stop: Callable[[], object] | None = None
        self._first = threading.Event()

    def heed(self, code: int = INTERRUPTED) -> None:
        """From now on a signal ends the process at once, for nothing is open yet.

        Args:
            code: the exit code that the first signal leads to.
        """
        self._code = code
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._heard)

    def by(self, stop: Callable[[], object], within_s: float = WITHIN_S) -> None:
        """From now on the first signal calls `stop`, which closes all and soon; then `over` is called.

        Args:
            stop: may be called in the middle of anything, and only asks.
            within_s: so long afterwards the process ends in any case.
        """
        threading.Thread(target=self._end_late, args=[within_s], daemon=True).start()
        self._stop = stop

    def over(self) -> None:
        """From now on nothing is open any more, so that a signal ends the process at once."""
        self._stop = None

    def _heard(self, _number: int, _frame: object) -> None:
        if self.asked:
            os._exit(INTERRUPTED)
        if self._stop is None:
            os._exit(self._code)
        self.asked = True
        self._first.set()
        self._stop()

    def _end_late(self, within_s: float) -> None:
        self._first.wait()
        time.sleep(within_s)
        os._exit(self._code)


ending = Ending()
"""That of this process."""


def leave(code: int) -> NoReturn:
    """Ends the process at once: no thread is waited for, and no signal comes in between."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads it any more
            stream.flush()
    os._exit(code)
