"""No text from outside holds the bot up: whatever looks at one takes a time that grows with its length."""

from __future__ import annotations

import ast
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from bot.doors import typed
from bot.doors.commands import BY_NAME
from bot.lists.reading import read_list
from bot.party import links, spelling
from bot.party.errors import PartyError
from bot.party.limits import LONGEST_TEXT, LONGEST_TYPED
from bot.party.rules.songs import explicit, same_song
from bot.party.visible import normal, short, visible
from bot.party.words import Track
from bot.recommend.asked import understood
from bot.recommend.texts import tidy, words
from bot.room import names, protocol
from bot.room.lookalikes import looks
from bot.slack import mentions, text
from bot.takeaway.files import LONGEST_CELL
from bot.wording.base import seen
from tests.expressions import Expression, expressions, hard_texts, modules, tree

LENGTH = 100_000
WITHIN_S = 2.0
"""Of the processor's time, which nobody else has a part in. What grows with a text's length needs a hundredth
of it, and what takes the square of that five times as much."""
OF_A_LINE = 600
"""So long a line of a list may be at most that is read (`bot.lists.plain`)."""
CUT: Mapping[str, int] = {
    "bot.lists.copied._COUNT": OF_A_LINE,
    "bot.lists.copied._ORNAMENT": OF_A_LINE,
    "bot.lists.copied._TOPIC": OF_A_LINE,
    "bot.lists.paths._NUMBERED": 4_096,
    "bot.lists.plain._BARE_NUMBER": OF_A_LINE,
    "bot.lists.plain._LENGTH_BEHIND": 20,  # the end of a line
    "bot.lists.plain._STAMP": OF_A_LINE,
    "bot.recommend.asked._BY": LONGEST_TEXT,
    "bot.recommend.asked._CREDITS": LONGEST_TEXT,
    "bot.recommend.asked._FEATURING": LONGEST_TEXT,
    "bot.recommend.asked._QUOTED": LONGEST_TEXT,
    "bot.recommend.asked._SIDES": LONGEST_TEXT,
    "bot.recommend.lines._COUNT": LONGEST_TEXT,
    "bot.recommend.lines._LENGTH": LONGEST_TEXT,
    "bot.takeaway.files._FORMULA": LONGEST_CELL,
}
"""What takes the square of a text's length, and to how many characters each text is cut that it looks at."""
HARD = {
    "marks": "e" + "\u0301\u0327" * (LENGTH // 2),
    "marks of two": "\u0f71\u0f73" * (LENGTH // 2),
    "marks that are none yet": "\uff9e\u0301" * (LENGTH // 2),
    "marks apart": "e\u0301 " * (LENGTH // 3),
    "blanks": " " * LENGTH + "x",
    "tabs": "x" + "\t \t" * (LENGTH // 3) + "=",
    "brackets": "([" * (LENGTH // 2),
    "dashes": " - " * (LENGTH // 3),
    "addresses": "http://a " * (LENGTH // 9),
    "one address": "http://" + "\u0301\u0327" * (LENGTH // 2),
    "angles": "<http://<@U1|" * (LENGTH // 13),
    "numbers": " 000" * (LENGTH // 4),
    "quotes": "\"'" * (LENGTH // 2),
    "words": "ft by feat. " * (LENGTH // 12),
    "lines": "a - b\n0:00\n" * (LENGTH // 11),
    "ligatures": "\ufdfa" * (LENGTH // 18),  # of eighteen letters each
    "Korean": "의" * LENGTH,
}
LOOKS: Mapping[str, Callable[[str], Any]] = {
    "normal": lambda said: [normal(form, said) for form in ("NFC", "NFD", "NFKC", "NFKD")],
    "visible": visible,
    "short": lambda said: short(said[:4_000], 100),
    "seen": seen,
    "fold": spelling.fold,
    "keys": lambda said: [spelling.title_key(said), spelling.version_key(said), spelling.names(said)],
    "same_song": lambda said: same_song(Track(said, said), Track(said + "!", said)),
    "explicit": lambda said: explicit(Track(said, said, album=said)),
    "understood": understood,
    "tidy": tidy,
    "words": words,
    "links": lambda said: [links.read(said), links.is_link(said), links.found_in(said), links.several(said)],
    "a list": read_list,
    "a name": lambda said: names.person(said, "0" * 32),
    "looks": lambda said: looks(said[:LONGEST_TYPED]),
    "a message": lambda said: protocol.message(said),
    "in Slack": lambda said: [text.typed(said), text.unescaped(said), text.plain(said)],
    "a mention": lambda said: mentions.command({"event": {"text": said}, "authorizations": []}),
    "a command": lambda said: typed.read(BY_NAME["vote"], said),
}
"""What looks at texts from outside."""


class _HeldUpError(Exception):
    """Something took too long."""


@contextmanager
def soon(what: str) -> Iterator[None]:
    """Fails for what takes more of the processor's time than anything that grows with a text."""

    def end(*_: object) -> None:
        raise _HeldUpError(what)

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, WITHIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def look(one: Expression, said: str) -> None:
    """Matches an expression in each way in which it is matched."""
    for way in sorted(one.ways):
        if way == "search":
            for _ in one.pattern.finditer(said):
                pass
        else:
            getattr(one.pattern, way)(said)


def test_all_expressions_are_found() -> None:
    """Those of modules, of their tables, and of calls within functions."""
    found = {one.where for one in expressions()}
    assert {"bot.party.spelling._ACCENTS", "db.keeping.backup._PIECE"} <= found
    assert any(where.startswith("bot.party.links:") for where in found)
    assert found.issuperset(CUT)


def test_each_expression_grows_with_its_text_or_is_given_a_short_one() -> None:
    """One of a hundred thousand characters, chosen by what it may repeat."""
    for one in expressions():
        length = CUT.get(one.where, LENGTH)
        for said in hard_texts(one.pattern, length):
            with soon(f"{one.where}: {one.pattern.pattern!r} on {said[:40]!r}…"):
                look(one, said)


@pytest.mark.parametrize("name", LOOKS)
def test_whatever_looks_at_a_text_grows_with_it(name: str) -> None:
    """Also where it is made of several steps: cut to its length first, and only then looked at."""
    for kind, said in HARD.items():
        with soon(f"{name} of {kind}"), suppress(PartyError):
            LOOKS[name](said)


def test_one_place_normalises_texts() -> None:
    """All others would take the square of a tower of marks."""
    for module in modules():
        if module.__name__ == "bot.party.visible":
            continue
        for node in ast.walk(tree(module)):
            named = getattr(node, "attr", getattr(node, "id", ""))
            assert named != "normalize", f"{module.__name__}, line {getattr(node, 'lineno', 0)}"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("e" + "\u0301" * 3 + "x", "é\u0301\u0301x"),
        ("\u1100\u1161 ﬁ", "\uac00 ﬁ"),
        ("!?" * 40 + "e\u0301", "!?" * 40 + "é"),
    ],
)
def test_a_text_is_normalised_as_unicode_says(said: str, told: str) -> None:
    assert normal("NFC", said) == told


def test_a_tower_of_marks_loses_its_top() -> None:
    assert normal("NFD", "a" + "\u0301" * 1_000 + "b") == "a" + "\u0301" * 30 + "b"
