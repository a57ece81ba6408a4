"""How texts are spelt: what people write in several ways and mean the same.

`fold` takes away what nobody types alike (case, accents, signs), `alike` also what people shorten and swap
(you and u, for and 4, and and &). `fold` takes several lines at once, so a catalogue is folded in one go.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.party.visible import normal
from bot.party.words import Track

_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ё": "е"}
    | {"٫": ".", "＆": "&", "♯": "#", "✝": "t"}
    | dict.fromkeys("'’‘`´ʼʻ′＇", "")
    | {
        "【": "(",
        "】": ")",
        "「": "(",
        "」": ")",
        "『": "(",
        "』": ")",
        "[": "(",
        "]": ")",
        "{": "(",
        "}": ")",
    }
)
_SIGNS = str.maketrans(
    {chr(code): " " for code in range(128) if not (chr(code).isalnum() or chr(code) in "\n(),")}
)
_ACCENTS = re.compile("(?<=[a-zα-ω])[\u0300-\u036f]+|[\u0591-\u05c7\u064b-\u065f\u0670\u0640]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\ud800-\udfff]+")
_DOTS = re.compile(r"\.(?<=\b[^\W\d_]\.)(?=[^\W\d_]\b)")  # N.O.R.E., not will.i.am
_BANG = re.compile(r"!(?<=[a-z]!)(?=[a-z])")
_DOLLAR = re.compile(r"\$(?=[a-z])|\$(?<=[a-z]\$)")
_OTHER_SIGNS = re.compile(r"[^\w\n(),]+|_+")
_SPACES = re.compile("  +")

_SAME = {
    "you": "u",
    "your": "ur",
    "youre": "ure",
    "are": "r",
    "to": "2",
    "too": "2",
    "two": "2",
    "for": "4",
    "four": "4",
    "one": "1",
    "three": "3",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
    "thirteen": "13",
    "fourteen": "14",
    "fifteen": "15",
    "sixteen": "16",
    "seventeen": "17",
    "eighteen": "18",
    "nineteen": "19",
    "twenty": "20",
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "hundred": "100",
    "thousand": "1000",
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "and": "n",
    "und": "n",
    "et": "n",
    "og": "n",
    "och": "n",
    "part": "pt",
    "pts": "pt",
    "parts": "pt",
    "volume": "vol",
    "mister": "mr",
    "saint": "st",
    "versus": "vs",
    "okay": "ok",
    "tonite": "tonight",
    "nite": "night",
    "lite": "light",
    "luv": "love",
    "thru": "through",
    "cuz": "cause",
    "cos": "cause",
    "coz": "cause",
    "because": "cause",
    "gurl": "girl",
    "da": "the",
    "tha": "the",
    "boyz": "boys",
    "girlz": "girls",
}
"""Words that are written in several ways, and one way for all of them."""


def fold(text: str) -> str:
    """A text in lower-case letters and digits, with single spaces; brackets, commas and lines stay.

    Without accents and apostrophes, dots in N.O.R.E. left out, $ and ! read as letters within words.
    """
    if text.isascii():
        text = text.lower().replace("'", "").replace("`", "").replace("[", "(").replace("]", ")")
    else:
        text = _INVISIBLE.sub("", text.casefold())
        text = _ACCENTS.sub("", normal("NFKD", text).lower())
        text = normal("NFC", text).translate(_LETTERS)
    if "." in text:
        text = _DOTS.sub("", text)
    if "!" in text:
        text = _BANG.sub("i", text)
    if "$" in text:
        text = _DOLLAR.sub("s", text)
    text = text.replace("&", " and ").replace(" + ", " and ")
    text = text.translate(_SIGNS) if text.isascii() else _OTHER_SIGNS.sub(" ", text)
    return _SPACES.sub(" ", text)


def fold_all(texts: Sequence[str]) -> list[str]:
    """Each of many texts folded; they hold no line breaks. Quick, since most of them are ASCII."""
    folded = list(texts)
    for plain in (True, False):
        some = [number for number, text in enumerate(texts) if text.isascii() is plain]
        lines = fold("\n".join(texts[number] for number in some)).split("\n") if some else []
        for number, line in zip(some, lines, strict=True):
            folded[number] = line
    return folded


def words(folded: str) -> list[str]:
    """The words of a folded text."""
    return folded.translate(_NO_BRACKETS).split()


_NO_BRACKETS = str.maketrans("(),", "   ")


def same(word: str) -> str:
    """The one way to write a word of a folded text that people write in several ways."""
    found = _SAME.get(word)
    if found is not None:
        return found
    if len(word) > 4 and word.endswith("ing"):
        word = word[:-1]
    for double in ("ae", "oe", "ue", "aa"):
        if double in word:
            word = word.replace(double, double[0])
    return word


def same_beginnings(word: str) -> tuple[str, ...]:
    """What a word may begin with in the one way to write it, of which so much is typed: for `yo` also `u`."""
    found = [word, same(word), *(_SAME[each] for each in _SAME if len(word) > 1 and each.startswith(word))]
    return tuple(dict.fromkeys(found))


def alike(folded: str) -> str:
    """A folded text with every word written in the one way; brackets and commas are left out."""
    return _TENS.sub(r"\1\2", " ".join(map(same, words(folded))))


_TENS = re.compile(r"\b([2-9])0 ([1-9])\b")


def alike_all(folded: Sequence[str], known: dict[str, str] | None = None) -> list[str]:
    """As `alike` does with each of many texts, but brackets and commas stay, as words of their own.

    Args:
        folded: the texts.
        known: words that were written the one way before; others are added.
    """
    spaced = "\n".join(folded).replace("(", " ( ").replace(")", " ) ").replace(",", " , ")
    words = spaced.replace("\n", " \n ").split(" ")
    once = {} if known is None else known
    once |= {word: same(word) for word in set(words).difference(once)}
    written = " ".join([once[word] for word in words if word])
    return _TENS.sub(r"\1\2", written).replace(" \n", "\n").replace("\n ", "\n").split("\n")


_SUFFIX = re.compile(r"(?<! ) +[-–—] +(.*)", re.DOTALL)
_GUESTS = re.compile(r" (?:feat|ft|featuring) [^\n()]+")


def with_notes(title: str) -> str:
    """A title in which what stands behind a dash stands in brackets: `One - Live` as `One (Live)`."""
    if " - " in title or " – " in title or " — " in title:
        return _SUFFIX.sub(lambda match: f" ({match[1].translate(_UNBRACKETED)})", title)
    return title


_UNBRACKETED = str.maketrans("", "", "()[]{}【】「」『』")


_NUMBERED = {"pt", "vol", "chapter", "no"}
_FEATURING = {"feat", "ft", "featurin"}


def outside(words: Sequence[str]) -> Sequence[str]:
    """The words of a title outside brackets and before guests, and numbers of parts."""
    if "(" not in words and not _FEATURING.intersection(words):
        return [word for word in words if word != ","]
    kept: list[str] = []
    inside = False
    for at, word in enumerate(words):
        if word == "(":
            inside = not (at + 2 < len(words) and words[at + 1] in _NUMBERED and words[at + 2].isdecimal())
        elif word == ")":
            inside = False
        elif not inside and word != ",":
            if word in _FEATURING and kept:
                return kept
            kept.append(word)
    return kept


def title_key(title: str) -> str:
    """The same for every version of a title: remasters, live takes, with guests or without."""
    (written,) = alike_all([fold(with_notes(_line(title)))])
    return written_title_key(written)


def written_title_key(written: str) -> str:
    """The same, of a title of which `alike_all` has made this."""
    if "(" in written or " f" in written:
        written = " ".join(outside(written.split())) or " ".join(words(written))
    return joined(written)


def joined(written: str) -> str:
    """A text as `alike` or `alike_all` leaves it, without a leading article, spaces and commas."""
    return without_the(written).replace(" ", "").replace(",", "")


def version_key(title: str) -> str:
    """The same for every spelling of one version of a title, with guests or without, remastered or not.

    A live take, a remix or an acoustic version has a key of its own.
    """
    folded = _PLAIN.sub(" ", _WITH.sub(" ", fold(with_notes(_line(title)))))
    return alike_without_the(_GUESTS.sub("", folded)) or title_key(title)


_WITH = re.compile(r"\( ?(?:feat|ft|featuring|with) [^()\n]*\)?")
_PLAIN = re.compile(
    r"\( ?(?:(?:(?:19|20)\d\d|remaster(?:ed)?|digital(?:ly)?|version|single|album|original|mono|stereo"
    r"|explicit|clean|main|radio|edit|mix|deluxe|edition|bonus|track) ?)+\)"
)


def artist_key(artist: str) -> str:
    """The same for every spelling of an artist's name: with The or without, & or and."""
    return alike_without_the(fold(_line(artist)))


def names(artist: str) -> list[str]:
    """The keys of all credited artists, the main one first; a name of signs alone is its own key."""
    credited = [name.strip() for name in artist.split(",")]
    return [alike_without_the(fold(name)) or name for name in credited if name]


def song_key(track: Track) -> str:
    """The same for every version of a song by the same main artist."""
    return f"{title_key(track.title)}\n{artist_key(track.artist.split(',')[0])}"


def alike_without_the(folded: str) -> str:
    """As `alike`, without a leading article."""
    return without_the(alike(folded))


def without_the(text: str) -> str:
    """A text without a leading article, unless nothing else is in it."""
    return text.partition(" ")[2] or text if text.startswith(_ARTICLES) else text


_ARTICLES = ("the ", "a ", "an ")


def _line(text: str) -> str:
    return " ".join(text.split())
