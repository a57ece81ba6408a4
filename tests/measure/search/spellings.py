"""Other spellings of the same: signs, accents, apostrophes, numbers, spaces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from random import Random

from tests.measure.search.kinds import Kind, Pool, Write, in_words
from tests.measure.search.songs import Song

Change = Callable[[str], str]
_NUMBERS = dict(
    enumerate(re.findall(r"\w+", "zero one two three four five six seven eight nine ten eleven twelve"))
)
_ROMAN = dict(enumerate(re.findall(r"\w+", "I II III IV V VI VII VIII IX X"), start=1))
_PLAINLY = str.maketrans(
    {"ø": "o", "æ": "ae", "ß": "ss", "ł": "l", "đ": "d", "œ": "oe", "Ø": "O", "Æ": "AE", "ı": "i"}
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "å": "aa"})
_FANCY = {chr(97 + i): chr(0x1D41A + i) for i in range(26)} | {
    chr(65 + i): chr(0x1D400 + i) for i in range(26)
}
_SOUNDS = re.findall(r"\S+", "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya")
_CYRILLIC = dict(zip("абвгдежзийклмнопрстуфхцчшщъыьэюя", _SOUNDS, strict=True))
_SHORT_FORMS = {
    "you": "u",
    "to": "2",
    "for": "4",
    "are": "r",
    "be": "b",
    "too": "2",
    "love": "luv",
    "the": "tha",
    "your": "ur",
}
_LONG_FORMS = {
    "u": "you",
    "2": "to",
    "4": "for",
    "r": "are",
    "luv": "love",
    "tha": "the",
    "ur": "your",
    "da": "the",
    "n": "and",
}
_SPOKEN = {
    "gonna": "going to",
    "wanna": "want to",
    "gotta": "got to",
    "'cause": "because",
    "'til": "until",
    "till": "until",
    "don't": "do not",
    "can't": "cannot",
    "i'm": "i am",
    "it's": "it is",
    "won't": "will not",
    "you're": "you are",
    "'em": "them",
    "thru": "through",
    "tonight": "tonite",
    "night": "nite",
}
_PICTURES = {
    "love": "❤️",
    "fire": "🔥",
    "heart": "💔",
    "sun": "☀️",
    "moon": "🌙",
    "star": "⭐",
    "dance": "💃",
    "money": "💸",
}


def typed(change: Change, pattern: str = "{} {}") -> Write:
    """Title and artist, both changed."""

    def write(song: Song, _: Random) -> str | None:
        as_it_is = pattern.format(song.title, song.artist)
        changed = pattern.format(change(song.title), change(song.artist))
        return changed if changed.lower() != as_it_is.lower() else None

    return write


def title(change: Change, pattern: str = "{} {}") -> Write:
    """Title and artist, the title changed."""

    def write(song: Song, _: Random) -> str | None:
        changed = change(song.title)
        same = changed.lower() == song.title.lower()
        return pattern.format(changed, song.artist) if changed.strip() and not same else None

    return write


def artist(change: Change, pattern: str = "{} {}") -> Write:
    """Title and artist, the artist changed."""

    def write(song: Song, _: Random) -> str | None:
        changed = change(song.artist)
        same = changed.lower() == song.artist.lower()
        return pattern.format(song.title, changed) if changed.strip() and not same else None

    return write


def swap(old: str, new: str) -> Change:
    """Puts something in place of what a pattern finds, whatever its case."""
    return lambda text: re.sub(old, new, text, flags=re.IGNORECASE)


def named(words: dict[str, str]) -> Change:
    """Puts other words in place of those named, in small letters."""
    return lambda text: re.sub(r"['\w]+", lambda match: words.get(match[0], match[0]), text.lower())


def _plain(text: str) -> str:
    split = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in split if not 0x300 <= ord(c) < 0x370))


def _in_figures(text: str) -> str:
    return re.sub(r"\w+", lambda match: _figure(match[0]), text)


def _figure(word: str) -> str:
    return next((str(number) for number, name in _NUMBERS.items() if name == word.lower()), word)


def _in_words(text: str) -> str:
    return re.sub(r"\d+", lambda match: _NUMBERS.get(int(match[0]), match[0]), text)


def _arabic(text: str) -> str:
    numbers = {roman: str(number) for number, roman in _ROMAN.items() if number > 1}
    return re.sub(r"\b[IVX]{2,}\b", lambda match: numbers.get(match[0], match[0]), text)


def _roman(text: str) -> str:
    return re.sub(r"(?<=\S )([1-9])$", lambda match: _ROMAN[int(match[0])], text)


def _letters_from_cyrillic(text: str) -> str:
    return "".join(_CYRILLIC.get(c, c) for c in text.lower()).replace("-", "")


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _split(song: Song, dice: Random) -> str | None:
    def change(word: str) -> str | None:
        place = dice.randrange(3, len(word) - 2) if len(word) > 5 and word.isalpha() else 0
        return f"{word[:place]} {word[place:]}" if place else None

    changed = in_words(song.title.lower(), change, dice)
    return changed and f"{changed} {song.artist.lower()}"


def _joined_once(song: Song, dice: Random) -> str | None:
    words = song.title.lower().split(" ")
    if len(words) < 2:
        return None
    place = dice.randrange(len(words) - 1)
    return " ".join(
        [*words[:place], words[place] + words[place + 1], *words[place + 2 :], song.artist.lower()]
    )


def _all_joined(song: Song, _: Random) -> str | None:
    return f"{song.title}{song.artist}".replace(" ", "").lower() if " " in song.title else None


def _lead(word: str) -> Change:
    return lambda text: re.sub(rf"^{word} (?=\S)", "", text, flags=re.IGNORECASE)


def _with_the(text: str) -> str:
    return text if text.lower().startswith(("the ", "a ", "dj ")) or not text.isascii() else f"The {text}"


def _article_last(text: str) -> str:
    return re.sub(r"^(The|A|Die|Los|Las|Les) (\S.*)$", r"\2, \1", text)


def _lower(write: Write) -> Write:
    def small(song: Song, dice: Random) -> str | None:
        text = write(song, dice)
        return None if text is None else text.lower()

    return small


def _signs() -> list[Kind]:
    either: dict[str, Change] = {
        "& as and": swap(" & ", " and "),
        "and as &": swap(" and ", " & "),
        "& as +": swap(" & ", " + "),
        "& left out": swap(" & ", " "),
        "and as n": swap(" and ", " n "),
        "$ as s": swap(r"\$", "s"),
        "signs for letters (! as i, @ as a, 0 as o)": lambda text: re.sub(
            r"(?<=[A-Za-z])[!0](?=[A-Za-z])", lambda m: {"!": "i", "0": "o"}[m[0]], text
        ),
        "apostrophe left out": swap("(?<=[a-z])['’](?=[a-z])", ""),
        "apostrophe as space": swap("(?<=[a-z])['’](?=[a-z])", " "),
        "apostrophe curly": swap("'", "’"),
        "apostrophe as accent": swap("['’]", "´"),
        "hyphen as space": swap(r"(?<=\w)-(?=\w)", " "),
        "hyphen left out": swap(r"(?<=\w)-(?=\w)", ""),
        "hyphen of another kind": swap(r"(?<=\w)-(?=\w)", "‐"),
        "dots left out": swap(r"\.", ""),
        "dots as spaces": swap(r"\.(?=\w)", " "),
        "slash left out": swap(r"(?<=\w)/(?=\w)", ""),
        "slash as space": swap("/", " "),
        "comma left out": swap(",", ""),
        "question and exclamation marks left out": swap(r"[?!]+", ""),
        "colon left out": swap(":", ""),
        "stars and other signs left out": lambda text: re.sub(r"[*+=#~^_%°♡]", "", text),
        "accents left out": _plain,
        "ø æ ß ł đ plainly": lambda text: text.translate(_PLAINLY),
        "ä ö ü as ae oe ue": lambda text: text.translate(_UMLAUTS),
        "ae oe ue as ä ö ü": lambda text: swap("ue", "ü")(swap("oe", "ö")(swap("ae", "ä")(text))),
        "ss as ß": swap("ss", "ß"),
        "accents decomposed": lambda text: unicodedata.normalize("NFD", text),
        "Cyrillic in Latin letters": _letters_from_cyrillic,
    }
    found = []
    for name, change in either.items():
        pool: Pool = "not Latin" if "Cyrillic" in name else "any"
        found += [Kind(f"spelt: {name}", _lower(typed(change)), pool=pool)]
        found += [Kind(f"spelt: {name}, T - A", typed(change, "{} - {}"), pool=pool)]
        found += [Kind(f"spelt: {name}, A - T", typed(change, "{1} - {0}"), pool=pool)]
    return found


SPELLINGS: list[Kind] = [
    *_signs(),
    Kind("spelt: in' as ing", _lower(title(swap(r"(?<=\w)in['’](?=\s|$)", "ing")))),
    Kind("spelt: ing as in", _lower(title(swap(r"(?<=\w\w)ing\b", "in")))),
    Kind("spelt: you to for as u 2 4", title(named(_SHORT_FORMS))),
    Kind("spelt: u 2 4 as you to for", _lower(title(named(_LONG_FORMS)))),
    Kind("spelt: gonna as going to", title(named(_SPOKEN))),
    Kind("spelt: number as word", title(_in_words)),
    Kind("spelt: word as number", title(_in_figures)),
    Kind("spelt: number as word, artist", artist(_in_words)),
    Kind("spelt: word as number, artist", artist(_in_figures)),
    Kind("spelt: roman as arabic", title(_arabic)),
    Kind("spelt: arabic as roman", title(_roman)),
    Kind("spelt: Pt. as Part", title(swap(r"\bpt\.? ", "Part "))),
    Kind("spelt: Part as Pt.", title(swap(r"\bpart ", "Pt. "))),
    Kind("spelt: emoji for a word", title(named(_PICTURES))),
    Kind("spelt: bold letters", typed(lambda text: "".join(_FANCY.get(c, c) for c in text))),
    Kind("spelt: wide letters", typed(_wide)),
    Kind("spelt: c a p s apart", title(lambda text: " ".join(text.upper()) if len(text) < 12 else text)),
    Kind("article: The left out of artist", artist(_lead("the"))),
    Kind("article: The left out of artist, A - T", artist(_lead("the"), "{1} - {0}")),
    Kind("article: The added to artist", artist(_with_the)),
    Kind("article: The added to artist, A - T", artist(_with_the, "{1} - {0}")),
    Kind("article: Artist, The - T", artist(_article_last, "{1} - {0}")),
    Kind("article: T - Artist, The", artist(_article_last, "{0} - {1}")),
    Kind("article: The left out of title", title(_lead("the"))),
    Kind("article: A left out of title", title(_lead("an?"))),
    Kind("article: The added to title", title(_with_the)),
    Kind("article: DJ left out of artist", artist(_lead("dj"))),
    Kind("space: put into a word", _split),
    Kind("space: missing once in title", _joined_once),
    Kind("space: missing in title", _lower(title(lambda text: text.replace(" ", "")))),
    Kind("space: missing in artist", _lower(artist(lambda text: text.replace(" ", "")))),
    Kind("space: missing in artist, first", _lower(artist(lambda text: text.replace(" ", ""), "{1} {0}"))),
    Kind("space: missing in both", _lower(typed(lambda text: text.replace(" ", "")))),
    Kind("space: missing everywhere", _all_joined),
]
"""Kinds that are spelt differently."""
