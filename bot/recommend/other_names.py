"""Other spellings: any script in Latin letters, and names under which artists and songs are asked for too.

What a rule can tell, `romanised` does. What one has to know is in two small tables: that Diddy was Puff
Daddy, that 群青 reads "gunjou". The tables leave out what the rules or a
forgiving search find anyway: "the beatles" for Beatles, "металлика" for Metallica.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from anyascii import anyascii

from bot.party.spelling import artist_key, title_key
from bot.party.visible import normal

NAMES = Path(__file__).with_name("other_names.tsv")
TITLES = Path(__file__).with_name("other_titles.tsv")
BAR = " | "
"""Stands between the names in one field of a table."""

_RUNS = re.compile(
    r"(?P<hangul>[가-힣]+)|(?P<kana>[ぁ-ゖァ-ヺー]+)|(?P<han>[々〆㐀-䶿一-鿿豈-\ufaff\U00020000-\U0003ffff]+)"
    r"|(?P<greek>[\u0370-\u03ff\u1f00-\u1fff]+)|(?P<other>[^\x00-\x7f]+)"
)
_LATIN_TOO = re.compile(r"(?<!\S)\S*[A-Za-z]\S*")
_LOOK_ALIKES = str.maketrans("ΛΔ∆ΣΞΠΘΩαοАВЕЁКМНОРСТХаеёорсх", "AAAEENOOaoABEEKMHOPCTXaeeopcx")
"""What letters stand for in the middle of a Latin word, where only their looks count: JMΔC, Сafé."""
_THAI_VOWEL = re.compile(r"([เแโใไ])([ก-ฮ])")  # is written before the consonant it is spoken after
_HARD_SIGN = re.compile(r"(?<=[бвгджзклмнпрстфхцчшщ])ъ(?=[бвгджзклмнпрстфхцчшщ])", re.IGNORECASE)

_STARTS = (
    "g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "-", "j", "jj", "ch", "k", "t", "p", "h",
)  # fmt: skip
_VOWELS = (
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi",
    "yu", "eu", "ui", "i",
)  # fmt: skip
_ENDS = (
    "-", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t",
    "t", "ng", "t", "t", "k", "t", "p", "t",
)  # fmt: skip
"""How the final consonants sound at the end of a word."""
_MOVED = (
    "-", "g", "kk", "ks", "n", "nj", "n", "d", "r", "lg", "lm", "lb", "ls", "lt", "lp", "r", "m", "b",
    "ps", "s", "ss", "ng", "j", "ch", "k", "t", "p", "-",
)  # fmt: skip
"""The same before a vowel, to which they move."""
_MEETINGS = {
    "kn": "ngn", "km": "ngm", "kr": "ngn", "tn": "nn", "tm": "nm", "tr": "nn", "pn": "mn", "pm": "mm",
    "pr": "mn", "mr": "mn", "ngr": "ngn", "nr": "ll", "ln": "ll", "lr": "ll",
}  # fmt: skip
"""How a final and a first consonant sound together, where that differs."""
_BREATHED = {"g": "k", "d": "t", "j": "ch"}
"""What ㅎ makes of the consonant behind it."""
_ASPIRATES = {6: "n", 15: "l", 27: ""}
"""What is left of ㄶ, ㅀ and ㅎ before a consonant that they make breathed."""

_GREEK = (
    ("ου", "ou"), ("μπ", "b"), ("ντ", "nt"), ("γκ", "gk"), ("γγ", "ng"), ("γχ", "nch"), ("γξ", "nx"),
    ("τζ", "tz"),
)  # fmt: skip
_GREEK_UPSILON = re.compile("([αεη])υ([θκξπσςτφχψ]|$)?")


def romanised(text: str) -> str:
    """A text in Latin letters, as people type it; what is Latin stays.

    Chinese characters are read as Mandarin, one word each; how Japanese titles read, the table says.
    """
    text = normal("NFKC", text)
    if text.isascii():
        return text
    text = _LATIN_TOO.sub(_as_it_looks, text)
    return " ".join(_RUNS.sub(_run, text).split())


def other_names(artist: str) -> Sequence[str]:
    """Other names under which an artist is asked for; none for most."""
    return all_names().get(artist_key(artist), ())


def other_titles(title: str, artist: str) -> Sequence[str]:
    """Other titles under which a song of an artist is asked for; none for most."""
    return _titles().get((title_key(title), artist_key(artist.split(",")[0])), ())


def rows(table: Path) -> Iterator[list[str]]:
    """The rows of one of the tables, without its heading."""
    with table.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(reader)
        yield from reader


@cache
def all_names() -> Mapping[str, tuple[str, ...]]:
    """The other names of every artist in the table, by `bot.party.spelling.artist_key`."""
    return {artist_key(name): tuple(others.split(BAR)) for name, others, _ in rows(NAMES)}


@cache
def _titles() -> Mapping[tuple[str, str], tuple[str, ...]]:
    return {
        (title_key(title), artist_key(artist.split(",")[0])): tuple(others.split(BAR))
        for title, artist, others in rows(TITLES)
    }


def _as_it_looks(word: re.Match[str]) -> str:
    latin = word[0].translate(_LOOK_ALIKES)
    return latin if anyascii(latin) and all(_is_latin(letter) for letter in latin) else word[0]


def _is_latin(letter: str) -> bool:
    return letter.isascii() or not letter.isalpha() or "LATIN" in unicodedata.name(letter, "")


def _run(found: re.Match[str]) -> str:
    run = found[0]
    match found.lastgroup:
        case "hangul":
            return f" {_korean(run)} "
        case "kana":
            return f" {_japanese(run)} "
        case "han":
            return f" {' '.join(map(_plain, run))} "
        case "greek":
            return _greek(run)
    run = _HARD_SIGN.sub("а", run)
    return _plain(_THAI_VOWEL.sub(r"\2\1", run))


def _plain(text: str) -> str:
    """The letters, digits and currency signs of a text in ASCII; a space for what is none of them."""
    kept = (
        sign if unicodedata.category(sign)[0] in "LMN" or unicodedata.category(sign) == "Sc" else " "
        for sign in text
    )
    return anyascii("".join(kept)).replace("'", "").replace("`", "").lower()


def _korean(run: str) -> str:
    """Revised Romanisation, without the rarer changes of sound."""
    spelt = ""
    before = 0  # the final consonant of the syllable before
    for syllable in run:
        first, rest = divmod(ord(syllable) - 0xAC00, 588)
        vowel, end = divmod(rest, 28)
        start = _STARTS[first]
        if before and start == "-":
            meeting = _MOVED[before]
        elif before in _ASPIRATES and start in _BREATHED:
            meeting = _ASPIRATES[before] + _BREATHED[start]
        else:
            meeting = _ENDS[before] + start
            meeting = _MEETINGS.get(meeting, meeting)
        spelt += meeting.replace("-", "") + _VOWELS[vowel]
        before = end
    return spelt + _ENDS[before].replace("-", "")


def _japanese(run: str) -> str:
    """Hepburn for kana, with "ou" as typed and no sign for other long vowels."""
    spelt = ""
    doubled = False
    for sign in run:
        if "ァ" <= sign <= "ヶ":
            sign = chr(ord(sign) - 0x60)
        if sign == "っ":
            doubled = True
            continue
        if sign == "ー":
            continue
        sound = anyascii(sign)
        if sign in "ゃゅょ" and spelt.endswith("i"):
            spelt = spelt[:-1]
            sound = sound[1:] if spelt.endswith(("sh", "ch", "j")) else sound
        elif sign in "ぁぃぅぇぉゅ" and spelt[-1:] in {"a", "i", "u", "e", "o"}:
            alone = spelt.endswith("u") and not spelt[-2:-1].isalpha()
            spelt = spelt[:-1] + ("w" if alone else "")
            sound = sound[-1]
        if doubled and sound[:1].isalpha():
            sound = ("t" if sound.startswith("ch") else sound[0]) + sound
        doubled = False
        spelt += sound
    return spelt


def _greek(run: str) -> str:
    """Greek as it sounds, as far as letters that stand together tell."""
    plain = normal("NFD", run.lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = _GREEK_UPSILON.sub(lambda found: found[1] + ("v" if found[2] is None else "f" + found[2]), plain)
    for pair, sound in _GREEK:
        plain = plain.replace(pair, sound)
    return _plain(plain)
