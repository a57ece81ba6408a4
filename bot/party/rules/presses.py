"""What people mean who press a button twice, or all at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.party.limits import ONE_PRESS_MS, ONE_SKIP_MS
from bot.party.words import Entry, Room, State

Press = tuple[Room, str, int, int]
"""A button pressed: where, by whose user_id, on which entry, for which vote."""
MOST_PRESSES = 10_000
"""So many presses are remembered; past that all are forgotten, which costs a double click at most."""


@dataclass(slots=True)
class Presses:
    """The latest press of each button by each member."""

    _seen: dict[Press, tuple[int, str | None]] = field(default_factory=dict)

    def is_second_half(self, press: Press, key: str | None, now_ms: int) -> bool:
        """Whether this is the second half of a double click: by when it came in, not when it is served.

        Args:
            press: the button and who pressed it.
            key: the request's; the same press delivered again has the same one.
            now_ms: when it came in.
        """
        before_ms, before_key = self._seen.pop(press, (now_ms - ONE_PRESS_MS, None))
        if len(self._seen) >= MOST_PRESSES:
            self._seen.clear()
        self._seen[press] = now_ms, key
        delivered_again = key is not None and key == before_key
        return now_ms - before_ms < ONE_PRESS_MS and not delivered_again


def just_skipped(last: Entry, now_ms: int) -> bool:
    """Whether a song was skipped a moment ago, so that whoever asks for a skip now may mean it."""
    return last.state is State.SKIPPED and now_ms - (last.ended_ms or 0) < ONE_SKIP_MS
