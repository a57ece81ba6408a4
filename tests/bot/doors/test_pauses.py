"""How long cards rest that their chat does not take, and what the log says of it."""

from __future__ import annotations

import pytest

from bot.doors.pauses import LONGEST_S, Pauses
from bot.party.words import Room

HERE, THERE = Room("discord", "1", "1"), Room("discord", "1", "2")


def test_a_pause_grows_up_to_the_longest() -> None:
    """Twice as long after each try; a success starts it anew."""
    pauses = Pauses()
    first = [pauses.next_s(HERE, "ill", 10.0, grows=True) for _ in range(20)]
    assert first[:5] == [10.0, 20.0, 40.0, 80.0, 160.0]
    assert set(first[5:]) == {LONGEST_S}
    assert pauses.next_s(THERE, "ill", 10.0, grows=True) == 10.0
    pauses.over(HERE)
    assert pauses.next_s(HERE, "ill", 10.0, grows=True) == 10.0


def test_a_pause_that_the_chat_names_is_kept() -> None:
    """Also one that is longer than the longest of ours."""
    pauses = Pauses()
    assert [pauses.next_s(HERE, "limit", 3.0, grows=False) for _ in range(3)] == [3.0] * 3
    assert pauses.next_s(HERE, "limit", 2 * LONGEST_S, grows=True) == 2 * LONGEST_S


def test_the_log_has_a_line_for_each_kind(caplog: pytest.LogCaptureFixture) -> None:
    """When trouble begins, however many rooms and tries it has, and when it is over in all of them."""
    caplog.set_level("INFO")
    pauses = Pauses()
    for room in (HERE, THERE, HERE):
        pauses.next_s(room, "ill", 1.0, grows=True)
    pauses.next_s(HERE, "slow", 1.0, grows=True)
    pauses.over(THERE)
    assert [it.levelname for it in caplog.records] == ["WARNING", "WARNING"]
    pauses.over(HERE)
    assert [it.levelname for it in caplog.records] == ["WARNING", "WARNING", "INFO", "INFO"]
    pauses.over(HERE)
    assert len(caplog.records) == 4
