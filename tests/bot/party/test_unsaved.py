"""What people read while the database is away."""

from __future__ import annotations

import pytest

from bot.party.errors import Interrupted, PartyError, PerhapsSaved, Unread, Unsaved


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Unsaved, "I can't save that right now, so nothing has changed. Try again in a minute."),
        (Interrupted, "I can't save that right now, so nothing has changed. Try again in a minute."),
        (Unread, "I can't look that up right now. Try again in a minute."),
        (
            PerhapsSaved,
            "I lost my connection while saving that, so it may or may not have worked. "
            "Check in a minute before you try again.",
        ),
    ],
)
def test_each_says_what_happened_and_what_to_do(kind: type[PartyError], said: str) -> None:
    """Only where it cannot be known is nothing said of whether something changed."""
    assert str(kind()) == said
    assert isinstance(kind(), Unsaved)
