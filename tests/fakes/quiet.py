"""When nothing more comes of what somebody did.

Between two of its requests a bot may be at work, or held up on a busy machine: such time is no quiet.
The bots of tests run in the fake's own process, so its clocks tell.
"""

from __future__ import annotations

import asyncio
import time

_PARTS = 4
_LONGEST_S = 0.05
_MOST_BUSY = 20
"""So many parts that do not count are waited for: somebody may be at work all the time."""


async def quiet(changed: asyncio.Event, seconds: float) -> bool:
    """Whether nothing changed for so long; time in which this process was busy or held up does not count."""
    part_s, busy = seconds / _PARTS, 0
    while seconds > 0:
        began_s, worked_s = time.monotonic(), time.process_time()
        try:
            async with asyncio.timeout(part_s):
                await changed.wait()
        except TimeoutError:
            late = time.monotonic() - began_s > 2 * part_s
            at_work = time.process_time() - worked_s > part_s / 2
        else:
            return False
        if (late or at_work) and busy < _MOST_BUSY:
            busy, part_s = busy + 1, min(2 * part_s, _LONGEST_S)
        else:
            seconds -= part_s
    return True
