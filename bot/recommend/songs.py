"""What is compared of a song."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.party.spelling import outside

Words = tuple[str, ...]

_BRACKETS = {"(", ")", ","}
_CALLED = {"feat", "ft", "featurin", "with"}


class Song(NamedTuple):
    """What is compared of a song, every word written in the one way (`bot.party.spelling.same`)."""

    titles: tuple[Words, ...]  # without what stands in brackets, with it, and other titles
    names: tuple[Words, ...]  # of the credited artists, the main one first, all together, and other names
    main: frozenset[str]  # each word of the titles and names
    everything: frozenset[str]  # those in brackets too
    shared: frozenset[str]  # those that stand in title and a name
    joined: tuple[str, ...]  # each title without spaces

    @property
    def notes(self) -> frozenset[str]:
        """The words in brackets."""
        return self.everything - self.main


def read(title: str, artists: str, titles: Iterable[Words] = (), names: Iterable[Words] = ()) -> Song:
    """A song from texts as `bot.party.spelling.alike_all` leaves them, and under what else it is known."""
    words = title.split()
    noted = [word for word in words if word not in _BRACKETS]
    full = tuple(_without_guests(words)) if _CALLED.intersection(noted) and "(" in words else tuple(noted)
    short = tuple(outside(words)) or full
    people = [_without_the(tuple(name.split())) for name in artists.split(" , ")]
    if len(people) > 1:
        people.append(tuple([word for name in people for word in name]))
    people += [("".join([word[0] for word in name]),) for name in people if len(name) > 2]
    people += names
    others = (short, *titles) if short == full else (short, full, *titles)
    everybody = frozenset().union(*people)
    main = everybody.union(short, *titles)
    return Song(
        others,
        tuple(people),
        main,
        main.union(noted),
        everybody.intersection(full),
        tuple(["".join(each) for each in others]),
    )


def _without_guests(words: Sequence[str]) -> list[str]:
    """The words of a title without brackets that name guests."""
    kept: list[str] = []
    guests = False
    for at, word in enumerate(words):
        if word == "(":
            guests = at + 1 < len(words) and words[at + 1] in _CALLED
        elif word == ")":
            guests = False
        elif word != "," and not guests:
            kept.append(word)
    return kept


def _without_the(name: Words) -> Words:
    return name[1:] if len(name) > 1 and name[0] == "the" else name
