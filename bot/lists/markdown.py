"""Tables and marks of Markdown, as notes and chats have them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from bot.lists.columns import guessed
from bot.lists.heads import read_head
from bot.lists.rows import read_rows
from bot.party.words import Wanted

_RULE = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_BAR = re.compile(r"(?<!\\)\|")
_LINKED = re.compile(r'\[([^\]\[]+)\]\(<?([^()\s<>]+)>?(?:\s+"[^"]*")?\)')
_STRONG = re.compile(r"(?<![\w*_])(\*\*|__|\*|_)(?=\S)([^*_]+)(?<=\S)\1(?![\w*_])")
_RULE_WITHIN = 4
_LONGEST_LINE = 2000


def read_markdown(text: str, _name: str) -> Iterable[Wanted] | None:
    """The songs of a table with a rule of dashes below its head, or None for a text that has none."""
    lines = [line.strip()[:_LONGEST_LINE] for line in text.split("\n") if line.strip()]
    rules = (number for number, line in enumerate(lines[:_RULE_WITHIN]) if is_rule(line))
    rule = next(rules, 0)
    if not rule:
        return None
    below = [_cells(line) for line in lines[rule + 1 :] if "|" in line and not is_rule(line)]
    head = read_head(_cells(lines[rule - 1])) or guessed(list(islice(below, 60)))
    return read_rows(below, head)


def is_rule(line: str) -> bool:
    """Whether a line only divides a table's head from its rows."""
    return "|" in line and "-" in line and bool(_RULE.fullmatch(line))


def unmarked(text: str) -> str:
    """A text without the signs that make it bold, slanted or a link."""
    return _STRONG.sub(r"\2", _LINKED.sub(r"\1", text))


def link_in(text: str) -> str:
    """Where a text that is one link leads; empty for any other text."""
    found = _LINKED.fullmatch(text)
    return found[2] if found else ""


def _cells(line: str) -> list[str]:
    inner = line.removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [unmarked(cell.replace("\\|", "|").strip()) for cell in _BAR.split(inner)]
