"""What somebody asks for: the one step that takes a typed or pasted text apart, for all doors and all lists.

Nothing is thrown away for good, since nearly every word of decoration is a title somewhere. A word only
counts for less: what is in brackets, "please" at the end, a number before the artist, an album in a table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.party.limits import LONGEST_TEXT
from bot.recommend.asking import BETWEEN, DECORATIONS, NOUNS, ORDINARY, REQUESTS, WISHES
from bot.recommend.lines import cells, undecorated, words_of

CHEAP = 0.1
"""What a word counts that only decorates, of 1."""
GUEST = 0.2
"""What the name of a guest counts: catalogues credit guests or leave them out."""
NOTED = 0.3
"""What any other word in brackets counts, and a small word within a text."""
LONGEST_PHRASE = 5
MOST_SIDES = 8
"""So many parts of a line are told apart: artist, album, title and what services add."""

_YEAR = re.compile(r"(?:19|20)\d\d")
_KEY = re.compile(r"\d{1,2}[ABab]")
_BRACKETS = re.compile(r"[(\[【「『｢〔〈《{]([^()\[\]【】「」『』｢｣〔〕〈〉《》{}]*)[)\]】」』｣〕〉》}]?")
_SIDES = re.compile(
    r"\s+(?:[-–—−~|│｜/·•:：→★_]+|//)\s+|\s+[-–—](?=[^\s\d-])|(?<=\w)[-–—]\s+|\s*[|│｜·•★]+\s*|(?<=[^\s\d]):\s+"
)
_QUOTED = re.compile(
    r"^(.*?)\s*[\"“”„«»]([^\"“”„«»]{1,200})[\"“”«»](.*)$|^(.{2,}?)\s+['‘’](.{1,200})['’](.*)$"
)
_CALLED = re.compile(r"^\s*(?:feat|ft|featuring|with|w|mit|con|avec|com|x|vs)\b[./]*\s*", re.IGNORECASE)
_CREDIT = (
    r"(?:prod|produced|written|dir|directed|remastered|mixed|produziert|produit|producido)\b\.?\s+"
    r"(?:by|von|par|por|da)\s"
)
_CREDITED = re.compile(_CREDIT, re.IGNORECASE)
_CREDITS = re.compile(rf"\s(?:{_CREDIT}|prod\.\s).*$", re.IGNORECASE)
_FEATURING = re.compile(r"\s(?:feat\.?|ft\.?|featuring|w/)\s*(.+)$", re.IGNORECASE)
_AMONG = re.compile(r"\s(?:&|x|×|\+|and|und|vs\.?)\s|,\s", re.IGNORECASE)
_EXPLICIT = re.compile(r"[(\[][^()\[\]]*\bexplicit\b", re.IGNORECASE)
_BY = re.compile(r"\s+by\s+(?!.*\sby\s)", re.IGNORECASE)
_OF_VIDEOS = frozenset(
    (
        "video",
        "audio",
        "lyrics",
        "lyric",
        "visualizer",
        "official",
        "oficial",
        "officiel",
        "clip",
        "mv",
        "hd",
        "4k",
    )
)
_SMALL = {
    "by",
    "the",
    "a",
    "an",
    "and",
    "in",
    "on",
    "w",
    "with",
    "at",
    "from",
    "n",
    "s",
    "の",
    "的",
    "의",
    "of",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A text as it was understood."""

    words: tuple[str, ...]  # folded
    weights: tuple[float, ...]  # of each word, from CHEAP to 1
    sides: tuple[str, ...] = ()  # the parts between separators, as typed, without decoration
    wishes: frozenset[str] = frozenset()  # versions that are asked for
    explicit: bool = False  # whether it is marked explicit
    decorated: bool = False  # whether it looks like a title of a video or a file: those name the artist first

    def core(self) -> list[str]:
        """The words that count, or all where none does."""
        weighed = zip(self.words, self.weights, strict=True)
        return [word for word, weight in weighed if weight > GUEST] or [*self.words]


@dataclass(slots=True)
class _Side:
    """One part of a line while it is read."""

    text: str  # as typed, without what was found to be decoration
    words: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    asks: list[int] = field(default_factory=lambda: [0, 0])  # how many words ask, at the start and at the end
    drops: bool = False  # whether it only says what video or file this is

    def say(self, text: str, weight: float) -> None:
        found = words_of(text)
        self.words += found
        self.weights += [weight] * len(found)

    @property
    def counts(self) -> bool:
        return any(weight > GUEST for weight in self.weights)


def understood(text: str) -> Asked:
    """Takes a text apart.

    Args:
        text: one line, as `bot.recommend.texts.tidy` leaves it; tabs separate.
    """
    aside = _Side("")
    wishes: set[str] = set()
    text = text[:LONGEST_TEXT]  # some of what tells parts apart takes the square of that
    line, folders, decorated = undecorated(text)
    for folder in folders:
        aside.say(folder, CHEAP)
    row = cells(line)
    sides = _read(row or [line], wishes, aside, split=not row)
    if not any(side.words for side in sides):
        aside = _Side("")
        sides = [_Side(text)]
        sides[0].say(text, 1.0)
    decorated |= not _OF_VIDEOS.isdisjoint(aside.words)
    if row:
        for side in sides[2:]:
            side.weights = [CHEAP] * len(side.words)
    else:
        _weigh(sides, wishes)
    meant = [side for side in sides if side.counts]
    if not meant:
        meant = sides
        for side in sides:
            side.weights = [1.0] * len(side.words)
    everything = [*sides, aside]
    return Asked(
        tuple(word for side in everything for word in side.words),
        tuple(weight for side in everything for weight in side.weights),
        _by(tuple(_shortened(side) for side in sides if side.text and (side in meant or not side.drops))),
        frozenset(wishes),
        bool(_EXPLICIT.search(text)),
        decorated,
    )


def _read(parts: Sequence[str], wishes: set[str], aside: _Side, *, split: bool) -> list[_Side]:
    """Reads the parts of a line: what stands in brackets goes aside, as do guests; the rest is split on."""
    sides: list[_Side] = []
    for part in parts:
        text = _BRACKETS.sub(lambda match: _bracket(match, wishes, aside), part)
        credit = _CREDITS.search(text)
        if credit:
            aside.say(text[credit.start() :], CHEAP)
            text = text[: credit.start()]
        for piece in _split(text) if split else [text]:
            side = _Side("")
            guests = _FEATURING.search(f" {piece}")
            if guests:
                aside.say(guests[1], GUEST)
                piece = f" {piece}"[: guests.start()]
            side.text = piece.replace("\x02", "(").replace("\x03", ")").strip(' "“”„«»`*_,;')
            for number, bit in enumerate(re.split("[\x02\x03]", piece)):
                side.say(bit, NOTED if number % 2 else 1.0)
            if side.words:
                sides.append(side)
    return sides[:MOST_SIDES]


def _bracket(match: re.Match[str], wishes: set[str], aside: _Side) -> str:
    """What is left in its place of something in brackets."""
    weight = _noted(match[1], wishes)
    if weight == NOTED:
        return f"\x02{_SIDES.sub(' ', match[1]).replace(chr(34), '')}\x03"
    aside.say(match[1], weight)
    return " "


def _split(line: str) -> list[str]:
    """The parts of a line between separators; what is quoted behind a name is one."""
    found: list[str] = []
    for part in _SIDES.split(line):
        quoted = _QUOTED.match(part)
        found += [each for each in quoted.groups() if each] if quoted else [part]
    return [each for each in found if each.strip()]


def _noted(note: str, wishes: set[str]) -> float:
    """What the words in a bracket count."""
    said = words_of(note)
    if _CREDITED.match(note):
        return CHEAP
    if _CALLED.match(note) and len(said) > 1:
        return CHEAP if _decorates(said[1:]) else GUEST
    wished = {WISHES[phrase] for phrase in _phrases(said) if phrase in WISHES}
    wishes |= wished
    return CHEAP if wished or _decorates(said) else NOTED


def _phrases(said: Sequence[str]) -> list[str]:
    said = said[:40]
    return [
        " ".join(said[start : start + length])
        for length in range(1, LONGEST_PHRASE + 1)
        for start in range(len(said) - length + 1)
    ]


def _decorates(said: Sequence[str]) -> bool:
    """Whether words only decorate: one of them at least says so, or they are years and numbers."""
    if all(word.isdecimal() or _KEY.fullmatch(word) for word in said):
        return True
    return any(phrase in DECORATIONS for phrase in _phrases(said))


def _only_decorates(said: Sequence[str]) -> bool:
    """Whether some word of a part decorates, and no other says anything else."""
    left = len(said)
    decorates = False
    while left:
        for length in range(min(LONGEST_PHRASE, left), 0, -1):
            phrase = " ".join(said[left - length : left])
            if phrase in DECORATIONS or phrase in WISHES or phrase in REQUESTS:
                decorates = True
                break
            if phrase in NOUNS or phrase.isdecimal() or phrase in _SMALL or _KEY.fullmatch(phrase):
                break
        else:
            return False
        left -= length
    return decorates


def _weigh(sides: list[_Side], wishes: set[str]) -> None:
    """Lets words count for less that ask, decorate or stand in a part of their own."""
    numbered = False
    for at, side in enumerate(sides):
        numbers = len(sides) > 2 and all(word.isdecimal() or _KEY.fullmatch(word) for word in side.words)
        if len(sides) > 1 and (numbers or _only_decorates(side.words)):
            numbered |= 0 < at < len(sides) - 1 and all(word.isdecimal() for word in side.words)
            wishes |= {WISHES[phrase] for phrase in _phrases(side.words) if phrase in WISHES}
            side.weights = [CHEAP] * len(side.words)
            side.drops = numbers or any(phrase in DECORATIONS for phrase in _phrases(side.words))
        elif at and len(sides) > 2 and len(side.words) > 1 and re.fullmatch(r"0\d|1\d", side.words[0]):
            numbered = True
            side.weights[0] = CHEAP
            side.text = side.text.partition(" ")[2]
    meant = [side for side in sides if side.counts]
    if not meant:
        return
    if numbered:
        for side in meant[1:-1]:  # artist, album, number, title
            side.weights = [CHEAP] * len(side.words)
    for at, side in enumerate(meant):
        _edge(side, wishes, from_start=True, asks=at == 0)
        _edge(side, wishes, from_start=False, asks=at == len(meant) - 1)
        _small(side)
        if len(meant) > 1:
            _guests(side)


def _small(side: _Side) -> None:
    """Lets small words count for little that stand within a part, and a leading The."""
    last = len(side.words) - 1
    for at, word in enumerate(side.words):
        if (0 < at < last and (word in BETWEEN or word in _SMALL)) or (word == "the" and last):
            side.weights[at] = min(side.weights[at], NOTED)


def _guests(side: _Side) -> None:
    """Lets the names behind the first count for less."""
    first = _AMONG.split(side.text)[0]
    at = len(words_of(first))
    side.weights[at:] = [min(weight, 2 * NOTED) for weight in side.weights[at:]]


def _edge(side: _Side, wishes: set[str], *, from_start: bool, asks: bool) -> None:
    """Lets phrases at one end of a part count for little, as long as a word is left."""
    count = len(side.words)
    done = 0
    while done < count - 1:
        for length in range(min(LONGEST_PHRASE, count - 1 - done), 0, -1):
            start = done if from_start else count - done - length
            phrase = " ".join(side.words[start : start + length])
            known = asks and (phrase in REQUESTS or phrase in NOUNS)
            known |= phrase in DECORATIONS and not (asks and from_start)
            wished = not from_start and phrase in WISHES
            if ((known or wished) and (phrase not in ORDINARY or done)) or _YEAR.fullmatch(phrase):
                if wished:
                    wishes.add(WISHES[phrase])
                if asks and phrase in REQUESTS and side.asks[not from_start] == done:
                    side.asks[not from_start] += length
                for at in range(start, start + length):
                    side.weights[at] = min(side.weights[at], CHEAP)
                done += length
                break
        else:
            return


def _by(sides: tuple[str, ...]) -> tuple[str, ...]:
    """The parts; of a single one those before and behind `by`."""
    if len(sides) == 1 and (by := _BY.split(sides[0], maxsplit=1))[1:]:
        return tuple(by)
    return sides


def _shortened(side: _Side) -> str:
    """A part as typed, without the words at its ends that ask for it."""
    typed = side.text.split()
    if len(typed) != len(side.words):
        return side.text
    start, end = side.asks
    return " ".join(typed[start : len(typed) - end]) or side.text
