"""Which changes can be taken back."""

from __future__ import annotations

from bot.party.words import BROUGHT_IN, State

UNDOABLE = {
    "add": (State.QUEUED, State.PLAYING),
    BROUGHT_IN: (State.QUEUED,),  # what plays of an import stays
    "vote": (State.SUGGESTED, State.QUEUED, State.PLAYING),
    "remove": (State.REMOVED,),
    "skip": (State.PLAYING,),
    "move": (State.QUEUED,),
    "clear": (State.REMOVED,),
}
"""The kinds of changes, and in which states their entry must be by then."""
