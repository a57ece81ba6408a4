"""Reads whole lists of songs, whatever form they have; what a list is, its content tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from bot.lists.copied import read_copied
from bot.lists.decoding import decoded
from bot.lists.markdown import read_markdown
from bot.lists.objects import read_json
from bot.lists.plain import read_plain
from bot.lists.players import read_m3u, read_pls
from bot.lists.tables import read_table
from bot.lists.xspf import read_xspf
from bot.party.errors import EmptyList, TooManyLines
from bot.party.limits import MOST_IMPORTED
from bot.party.words import Wanted

_READERS: Sequence[Callable[[str, str], Iterable[Wanted] | None]] = (
    read_xspf,
    read_json,
    read_pls,
    read_m3u,
    read_markdown,
    read_copied,
    read_table,
    read_plain,
)
"""Each says None to a text that is none of its kind; the last one takes any text."""
_FENCED = re.compile(r"\s*```\w*\n(.*?)\n?```\s*", re.DOTALL)


def read_list(data: bytes | str, name: str = "") -> Sequence[Wanted]:
    """The songs of a list in its order, each as often as the list names it.

    Args:
        data: a file, or a text as somebody pasted it.
        name: the file's name, a hint where the content leaves a doubt.

    Raises:
        ListTooLarge: more than `LARGEST_LIST_BYTES`.
        NotAList: another kind of file, or a broken one.
        TooManyLines: more than `MOST_IMPORTED` songs.
        EmptyList: no song in it.
    """
    text = decoded(data)
    fenced = _FENCED.fullmatch(text)
    text = fenced[1] if fenced else text
    tried = (reader(text, name) for reader in _READERS)
    found: Iterable[Wanted] = next((songs for songs in tried if songs is not None), ())
    songs = list(islice(found, MOST_IMPORTED + 1))
    if not songs:
        raise EmptyList
    if len(songs) > MOST_IMPORTED:
        raise TooManyLines(MOST_IMPORTED)
    return songs
