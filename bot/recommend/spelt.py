"""How alike words and whole texts are: slips of the keyboard, and words that sound alike."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import OSA

SOUNDS_ALIKE = 0.9
"""What a word counts that only sounds like the one that is meant, of 1."""


def slips(letters: int) -> int:
    """How many slips of the keyboard a text of so many letters may hold and still be read."""
    return 0 if letters < 3 else 1 if letters < 8 else 2


@lru_cache(maxsize=16384)
def near(one: str, other: str) -> float:
    """How alike two words are, from 0 to 1; 0 where more than a slip lies between them."""
    longest = max(len(one), len(other))
    most = slips(longest)
    found = OSA.distance(one, other, score_cutoff=most)
    if found <= most:
        return 1 - found / longest
    return SOUNDS_ALIKE if longest > 3 and sound(one) == sound(other) else 0.0


@lru_cache(maxsize=16384)
def sound(word: str) -> str:
    """About how a word sounds: the same for `fergalicious` and `fergalishus`, `kwik` and `quick`."""
    for spelt, heard in _SOUNDS:
        if spelt in word:
            word = word.replace(spelt, heard)
    return "".join([letter for at, letter in enumerate(word) if at == 0 or letter != word[at - 1]])


_SOUNDS = (
    ("tion", "shn"),
    ("sion", "shn"),
    ("tious", "shs"),
    ("cious", "shs"),
    ("shun", "shn"),
    ("shus", "shs"),
    ("ough", "o"),
    ("ight", "it"),
    ("ite", "it"),
    ("eigh", "e"),
    ("gh", ""),
    ("ph", "f"),
    ("ck", "k"),
    ("qu", "kw"),
    ("q", "k"),
    ("x", "ks"),
    ("ce", "se"),
    ("ci", "si"),
    ("cy", "si"),
    ("sch", "sh"),
    ("ch", "k"),
    ("c", "k"),
    ("z", "s"),
    ("kn", "n"),
    ("wr", "r"),
    ("oo", "u"),
    ("ou", "u"),
    ("ie", "i"),
    ("ee", "e"),
    ("ea", "e"),
    ("y", "i"),
)


def spelt(typed: str, meant: str) -> float:
    """How alike two texts are, from 0 to 1; 0 where more than some slips lie between them."""
    most = slips(len(meant))
    if not -most <= len(typed) - len(meant) <= most:
        return 0.0
    found = OSA.distance(typed, meant, score_cutoff=most)
    return 1 - found / max(len(typed), 1) if found <= most else 0.0
