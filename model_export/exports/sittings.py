"""Listens as lists: what somebody heard without a pause is what belonged together for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from model_export.exports.found import Play

ENDS_AFTER_S = 45 * 60
"""From one song to the next, in s: half an hour of silence and a song. Some services tell when a song began,
others when it ended."""


def sittings(plays: Iterable[Play]) -> list[Sequence[Play]]:
    """The sittings in the order of time; what two files tell of one moment is told once."""
    found: list[list[Play]] = []
    last: Play | None = None
    for play in sorted(plays, key=lambda play: play.at_s):
        if last is not None and play == last:
            continue
        if last is None or play.at_s - last.at_s > ENDS_AFTER_S:
            found.append([])
        found[-1].append(play)
        last = play
    return list(found)
