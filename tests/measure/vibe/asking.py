"""Phrases as people type them, in seven languages, and what each is to be taken for.

`phrases.tsv` was written before there was a table of facts, `held_back.tsv` after it was finished, without a
look at it; what that misses has since been added to the tables, so its first result stands in the README.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.recommend.catalogue import Catalogue

LISTS = ("phrases", "held_back")


@dataclass(frozen=True)
class Vibe:
    """What somebody types, and the topics that it is about."""

    language: str
    phrase: str
    expected: frozenset[str]


@dataclass(frozen=True)
class Asked:
    """What became of it: the English names of the topics, and the words that nobody knows."""

    vibe: Vibe
    meant: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def as_expected(self) -> bool:
        """Whether all that it is about was found, be there more or not."""
        return {each.casefold() for each in self.vibe.expected} <= {each.casefold() for each in self.meant}


def read(name: str) -> list[Vibe]:
    """The phrases of a list."""
    lines = Path(__file__).with_name(f"{name}.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines)
    return [Vibe(language, phrase, frozenset(expected.split("+"))) for language, phrase, expected in rows]


def asked(vibe: Vibe, catalogue: Catalogue) -> Asked:
    """What a phrase is taken for."""
    parts = catalogue.understood(vibe.phrase)
    meant = [name for part in parts for name in ([each.key for each in part.topics] or [part.said])]
    return Asked(vibe, tuple(meant), tuple(catalogue.phrases(vibe.phrase)[1]))
