"""Slips of the finger, and words spelt as they sound."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import Random

from tests.measure.search.kinds import Kind, Write, in_words
from tests.measure.search.songs import Song

Slip = Callable[[str, int, Random], str]
"""Makes one mistake at a place of a word."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_PLAIN = re.compile(r"[a-z]+")


def _neighbours() -> dict[str, str]:
    """The keys beside and below each key."""
    at = {
        letter: (column + row / 2, row)
        for row, keys in enumerate(_ROWS)
        for column, letter in enumerate(keys)
    }
    return {
        one: "".join(
            other
            for other, (x, y) in at.items()
            if other != one and abs(x - at[one][0]) <= 1 and abs(y - at[one][1]) <= 1
        )
        for one in at
    }


_BESIDE = _neighbours()


def _swapped(word: str, place: int, _: Random) -> str:
    place = min(place, len(word) - 2)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


_SLIPS: dict[str, Slip] = {
    "dropped": lambda word, place, _: word[:place] + word[place + 1 :],
    "doubled": lambda word, place, _: word[:place] + word[place] + word[place:],
    "replaced": lambda word, place, dice: word[:place] + dice.choice(_LETTERS) + word[place + 1 :],
    "put in": lambda word, place, dice: word[:place] + dice.choice(_LETTERS) + word[place:],
    "of a neighbour key": lambda word, place, dice: (
        word[:place] + dice.choice(_BESIDE[word[place]]) + word[place + 1 :]
    ),
    "swapped": _swapped,
}
_HEARD = """
    ph>f f>ph ck>k ck>c c>k k>c k>ck i>y y>i y>ie ie>y z>s s>z ce>se se>ce ee>ea ea>ee ou>u oo>u
    ei>ie ie>ei ai>ay ay>ai ight>ite wh>w w>wh gh>g x>ks qu>kw er>a er>ur au>o aw>au sch>sh sh>sch
    tion>shun ch>tch j>g g>j v>w th>t t>th e>a a>e o>u an>en h>"""
"""What is heard, and how it is written instead."""
_SOUNDS = [tuple(pair.split(">")) for pair in _HEARD.split()]


def slip(word: str, how: Slip, dice: Random, times: int = 1) -> str | None:
    """A small-letter word with some slips behind its first letter; None where there are none."""
    for _ in range(times):
        before = word
        word = how(word, dice.randrange(1, len(word)), dice)
        if word == before:
            return None
    return word


def _in_title(how: Slip, letters: range, times: int = 1) -> Write:
    return lambda song, dice: _together(_slipped(song.title, how, letters, dice, times), song.artist.lower())


def _in_artist(how: Slip, letters: range, times: int = 1) -> Write:
    return lambda song, dice: _together(song.title.lower(), _slipped(song.artist, how, letters, dice, times))


def _slipped(text: str, how: Slip, letters: range, dice: Random, times: int = 1) -> str | None:
    def change(word: str) -> str | None:
        return slip(word, how, dice, times) if len(word) in letters and _PLAIN.fullmatch(word) else None

    return in_words(text.lower(), change, dice)


def _together(title: str | None, artist: str | None, between: str = " ") -> str | None:
    return None if title is None or artist is None else f"{title}{between}{artist}"


_LONG, _SHORT, _VERY_LONG = range(5, 30), range(3, 5), range(8, 30)


def _slips() -> Iterator[Kind]:
    for name, how in _SLIPS.items():
        yield Kind(f"typo: letter {name} in title", _in_title(how, _LONG))
        yield Kind(f"typo: letter {name} in artist", _in_artist(how, _LONG))
        yield Kind(f"typo: letter {name} in short word of title", _in_title(how, _SHORT))
        yield Kind(f"typo: letter {name} in short word of artist", _in_artist(how, _SHORT))
        yield Kind(f"typo: letter {name}, title only", _alone(how), "famous title", "famous")
    for name in ("dropped", "replaced", "swapped"):
        how = _SLIPS[name]
        yield Kind(f"typo: two letters {name} in long word of title", _in_title(how, _VERY_LONG, 2))
        yield Kind(f"typo: two letters {name} in long word of artist", _in_artist(how, _VERY_LONG, 2))
        yield Kind(f"typo: letter {name} in title and in artist", _in_both(how))
        yield Kind(f"typo: letter {name}, A - T", _dashed(how))
    yield Kind("typo: first letter of title wrong", _first_wrong)
    yield Kind("typo: first letter of artist missing", _first_missing)
    yield Kind("typo: last letter missing in both", _last_missing)


def _alone(how: Slip) -> Write:
    return lambda song, dice: _slipped(song.title, how, _LONG, dice)


def _in_both(how: Slip) -> Write:
    return lambda song, dice: _together(
        _slipped(song.title, how, _LONG, dice), _slipped(song.artist, how, _LONG, dice)
    )


def _dashed(how: Slip) -> Write:
    return lambda song, dice: _together(song.artist, _slipped(song.title, how, _LONG, dice), " - ")


def _first_wrong(song: Song, dice: Random) -> str | None:
    title = song.title.lower()
    if len(title) < 5 or title[0] not in _BESIDE:
        return None
    return f"{dice.choice(_BESIDE[title[0]])}{title[1:]} {song.artist.lower()}"


def _first_missing(song: Song, _: Random) -> str | None:
    return f"{song.title.lower()} {song.artist.lower()[1:]}" if len(song.artist) >= 5 else None


def _last_missing(song: Song, _: Random) -> str | None:
    if min(len(song.title), len(song.artist)) < 5:
        return None
    return f"{song.title.lower()[:-1]} {song.artist.lower()[:-1]}"


def _heard(heard: str, written: str) -> Write:
    def change(word: str) -> str | None:
        place = word.find(heard, 1 if len(heard) == 1 else 0)
        long = len(word) >= 4 and _PLAIN.fullmatch(word)
        return word[:place] + written + word[place + len(heard) :] if long and place >= 0 else None

    def write(song: Song, dice: Random) -> str | None:
        both = [song.title.lower(), song.artist.lower()]
        for place in dice.sample((0, 1), 2):
            changed = in_words(both[place], change, dice)
            if changed is not None:
                both[place] = changed
                return " ".join(both)
        return None

    return write


def _doubled_letter(word: str) -> str | None:
    found = re.search(r"(?<=[a-z])([bdflmnprst])(?=[aeiou])(?<!\1\1)", word)
    return word[: found.end()] + word[found.start() :] if found else None


def _single_letter(word: str) -> str | None:
    return re.sub(r"([a-z])\1", r"\1", word, count=1)


def _every_word(change: Callable[[str], str | None]) -> Write:
    return lambda song, dice: in_words(f"{song.title} {song.artist}".lower(), change, dice)


TYPOS: list[Kind] = [
    *_slips(),
    *(
        Kind(f"sounds alike: {heard} as {written or 'nothing'}", _heard(heard, written))
        for heard, written in _SOUNDS
    ),
    Kind("sounds alike: double letter as single", _every_word(_single_letter)),
    Kind("sounds alike: single letter as double", _every_word(_doubled_letter)),
]
"""Kinds with mistakes in them."""
