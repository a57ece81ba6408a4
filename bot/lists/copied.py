"""Playlists copied from a page, where title, channel, length and views each have a line of their own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import Enum, auto
from operator import itemgetter

from bot.lists.cells import duration_ms
from bot.lists.lines import named, tidy
from bot.party.errors import TooManyLines
from bot.party.limits import MOST_IMPORTED
from bot.party.words import Wanted

_LENGTH = re.compile(r"\d{1,2}(?::\d\d){1,2}")
_NUMBER = re.compile(r"\d{1,4}")
_COUNT = re.compile(
    r"[\d.,\s]*\d\s*\S{0,4}\s*(?:de )?"
    r"(?:views?|plays|aufrufe?|vistas|visualiza(?:ciones|ções|zioni)|vues|reproducciones|(?:回|次).{1,5})|"
    r".{0,4}\d[\d.,]*\s*[万億亿]?\s*(?:回視聴|回再生|次观看|次觀看|次播放)",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"(?:streamed |premiered )?\d{1,3} \w{3,8} ago|vor \d{1,3} \w{3,8}|hace \d{1,3} \w{3,8}|"
    r"il y a \d{1,3} \w{2,8}|há \d{1,3} \w{3,8}|\d{1,3} \w{3,9} fa|"
    r"\d{1,3}\s?(?:年|か月|ヶ月|個月|个月|月|週間|周|日|天|時間|小时)前|"
    r"[a-z]{3} \d{1,2}, \d{4}|\d{4}/\d{1,2}/\d{1,2}|(?:\d{1,2} (?:hours?|minutes?|seconds?)(?:, )?){1,3}",
    re.IGNORECASE,
)
_SAID_BY_THE_PAGE = {
    *("now playing", "jetzt läuft", "läuft gerade", "reproduciendo ahora", "en cours de lecture"),
    *(
        "tocando agora",
        "in riproduzione",
        "再生中",
        "現在再生中",
        "正在播放",
        "play all",
        "shuffle",
        "e",
        "explicit",
    ),
    *(
        "play",
        "save",
        "share",
        "watch later",
        "add to queue",
        "action menu",
        "more",
        "new",
        "lyrics",
        "video",
    ),
    *(
        "[private video]",
        "[deleted video]",
        "private video",
        "deleted video",
        "official artist channel",
        "verified",
    ),
}
_ORNAMENT = re.compile(
    r"\s*[(\[](?=[^)\]]{0,40}\b(?:official|offiziell\w*|oficial|officiel|video|audio|lyrics?|visuali[sz]er|hd|hq|4k|m/?v)\b)"
    r"[^)\]]{1,40}[)\]]",
    re.IGNORECASE,
)
_TOPIC = re.compile(r"\s+-\s+(?:Topic|Thema|Tema|Thème|Argomento|トピック|主题)")
_MOST_LINES_A_SONG = 10
_LONGEST_LINE = 200


class _Kind(Enum):
    NAME = auto()
    LENGTH = auto()
    NUMBER = auto()
    COUNT = auto()  # of views, or how old it is
    PAGE = auto()  # a button, a mark


def read_copied(text: str, _name: str) -> Iterable[Wanted] | None:
    """The songs of a page, or None for a text that is none.

    YouTube writes a length above each title, with the channel below it; YouTube Music and Spotify write
    title, artist and album, and then the length.

    Raises:
        TooManyLines: many more than `MOST_IMPORTED`.
    """
    lines = [tidy(line)[:_LONGEST_LINE] for line in text.split("\n") if line.strip()]
    lengths = sum(bool(_LENGTH.fullmatch(line)) for line in lines)
    if lengths < 2 or lengths * _MOST_LINES_A_SONG < len(lines):
        return None
    if lengths > 2 * MOST_IMPORTED:  # some pages write each twice
        raise TooManyLines(MOST_IMPORTED)
    rows = [(kind, line) for line in lines if (kind := _kind(line)) is not _Kind.PAGE]
    starts = [number for number in range(len(rows)) if _is_length(rows, number)]
    return _titles_below(rows, starts) if _has_lengths_first(rows, starts) else _titles_above(rows, starts)


def _is_length(rows: Sequence[tuple[_Kind, str]], number: int) -> bool:
    """Whether a row is a length, and not the same once more for those who have the page read out."""
    before = rows[number - 1][0] if number else None
    return rows[number][0] is _Kind.LENGTH and before is not _Kind.LENGTH


def _kind(line: str) -> _Kind:
    if _LENGTH.fullmatch(line):
        return _Kind.LENGTH
    if _NUMBER.fullmatch(line):
        return _Kind.NUMBER
    if line.casefold() in _SAID_BY_THE_PAGE or not any(map(str.isalnum, line)):
        return _Kind.PAGE
    parts = [part.strip() for part in line.split("•")]
    if any(_COUNT.fullmatch(part) or _AGE.fullmatch(part) for part in parts):
        return _Kind.COUNT
    return _Kind.NAME


def _has_lengths_first(rows: Sequence[tuple[_Kind, str]], lengths: Sequence[int]) -> bool:
    """Whether a length begins a song rather than ends it."""
    if not _names(rows[lengths[-1] :]):
        return False
    if not _names(rows[: lengths[0]]):
        return True
    return any(kind is _Kind.COUNT for kind, _ in rows[lengths[0] :])


def _titles_below(rows: Sequence[tuple[_Kind, str]], lengths: Sequence[int]) -> Iterator[Wanted]:
    """The first line below a length is the title, even where it is a number, and the next one the channel."""
    for start, end in zip(lengths, [*lengths[1:], len(rows)], strict=True):
        block = [row for row in rows[start + 1 : end] if row[0] is not _Kind.LENGTH]
        if block and block[-1][0] is _Kind.NUMBER and end < len(rows) and len(block) > 1:
            block.pop()  # of the next song
        said = [line for kind, line in block if kind is not _Kind.COUNT]
        if said:
            channel = said[1] if len(said) > 1 else ""
            artist = _TOPIC.split(channel)[0] if _TOPIC.search(channel) else ""
            title = _ORNAMENT.sub("", said[0]) or said[0]
            yield from _line(title, artist, "", rows[start][1])


def _titles_above(rows: Sequence[tuple[_Kind, str]], lengths: Sequence[int]) -> Iterator[Wanted]:
    """Above a length are title, artist and album; above the first one there may be the head of the page."""
    blocks = [rows[start:end] for start, end in zip([0, *lengths], lengths, strict=False)]
    songs = [_names(block) or [line for kind, line in block if kind is _Kind.NUMBER] for block in blocks]
    usual = max(Counter(map(len, songs[1:])).items(), key=itemgetter(1), default=(0, 0))[0]
    songs[0] = songs[0][-usual:]
    for song, end in zip(songs, lengths, strict=True):
        title, artist, album, *_ = *song, "", "", ""
        yield from _line(title, artist, album, rows[end][1])


def _names(rows: Sequence[tuple[_Kind, str]]) -> list[str]:
    return [line for kind, line in rows if kind is _Kind.NAME]


def _line(title: str, artist: str, album: str, length: str) -> Iterator[Wanted]:
    """A video's title names the artist too, in any order, so by itself it is no song's title."""
    song = named(title, artist, album=album, duration_ms=duration_ms(length))
    if song is not None:
        yield song if song.artist else replace(song, title="")
