"""Texts as people send them, brought to one line, and the words that playlists are named with."""

from __future__ import annotations

import re

from bot.party.errors import TextTooLong
from bot.party.limits import LONGEST_TEXT
from bot.party.visible import normal, visible

_ACCENTS = re.compile(r"([a-z])[\u0300-\u036f]+")
_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"\s+")


def words(text: str) -> list[str]:
    """The words of a text as training counts them in names of playlists: without case, accents and signs."""
    if text.isascii():
        return _WORD.findall(text.lower())
    plain = _ACCENTS.sub(r"\1", normal("NFKD", text.casefold()))
    return _WORD.findall(normal("NFC", plain))


def tidy(text: str) -> str:
    """A text as people see it, on one line; of tabs one is left, since they separate the cells of a table.

    Raises:
        TextTooLong: longer than any song's name.
    """
    if len(text) > 20 * LONGEST_TEXT:
        raise TextTooLong(LONGEST_TEXT)
    text = _GAP.sub(lambda gap: "\t" if "\t" in gap[0] else " ", visible(text).strip())
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(LONGEST_TEXT)
    return text
