"""What Google's Takeout has of YouTube Music (https://support.google.com/accounts/answer/3024190).

`watch-history.json` tells what was watched when; only what was watched in YouTube Music, or on a channel that
YouTube makes for an artist (" - Topic"), is music. A playlist, `playlists/NAME-videos.csv`, has nothing but
the videos' ids: they are named by the history and by `music library songs.csv` beside it. The forms are those
that google_takeout_parser (seanbreckenridge) reads and tests; words are in the account's language.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from model_export.exports.found import Found, Named, NamedList, Play
from model_export.exports.libraries import NAMELESS
from model_export.exports.spotify import text, time
from model_export.exports.understanding import rows_of, song, video_song, word

Json = Mapping[str, Any]

NO_MUSIC = "videos that are no music"
UNNAMED_VIDEOS = "videos that no file beside names as music"
MUSIC = "YouTube Music"
_TOPIC = re.compile(r"\s+-\s+(?:Topic|Thema|Tema|Thème|トピック|主题|主題|Tópico|Argomento)$")
_VIDEO = re.compile(r"[\w-]{11}", re.ASCII)
_ID = re.compile(r"[?&]v=([\w-]{11})(?:&|$)|youtu\.be/([\w-]{11})", re.ASCII)
_OF_VIDEOS = re.compile(r"[-\s_]+(?:videos|vídeos|vidéos)$", re.IGNORECASE)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")
_WATCHED = ("Watched ", "Has visto ", "Vous avez regardé ", "Angesehen: ", " angesehen", " を視聴しました")
"""What stands around a title, in some of the languages that accounts have; of others it is learned."""
_MANY = 20
"""So many titles tell what they have in common."""


# --- what was watched


def is_watched(value: object) -> bool:
    """Whether this is something that was watched, as `watch-history.json` has it."""
    return isinstance(value, dict) and {"header", "title", "time"} <= value.keys()


def read_history(watched: Sequence[object]) -> Found:
    """What was listened to, and which songs the videos are."""
    found = Found("YouTube Music history", "youtube_history")
    told = [each for each in watched if isinstance(each, dict)]
    before, behind = _around([text(each, "title").replace("\xa0", " ") for each in told])
    for each in told:
        channel = _channel(each)
        artist = _TOPIC.sub("", channel)
        if each.get("details") or (each.get("header") != MUSIC and artist == channel):
            found.left[NO_MUSIC] += 1
            continue
        title = text(each, "title").replace("\xa0", " ").removeprefix(before).removesuffix(behind).strip()
        at_s = time(text(each, "time"))
        named = _song(title, channel, artist)
        if named is None or at_s is None:
            found.left[NAMELESS] += 1
            continue
        found.plays.append(Play(at_s, named))
        if video := _ID.search(text(each, "titleUrl")):
            found.videos[video[1] or video[2]] = named
    return found


def _channel(watched: Json) -> str:
    subtitles = watched.get("subtitles")
    first = subtitles[0] if isinstance(subtitles, list) and subtitles else {}
    return text(first, "name") if isinstance(first, dict) else ""


def _song(title: str, channel: str, artist: str) -> Named | None:
    """The song of a video; of one that is gone only its address is known."""
    if "://" in title or not channel:
        return None
    return song(title, artist) if artist != channel else video_song(title, channel.removesuffix("VEVO"))


def _around(titles: Sequence[str]) -> tuple[str, str]:
    """What "Watched" is in these titles' language, where it stands before a title, and where behind."""
    for known in _WATCHED:
        at_start = known.endswith(" ")
        has = str.startswith if at_start else str.endswith
        if sum(has(title, known) for title in titles) * 2 > len(titles):
            return (known, "") if at_start else ("", known)
    if len(titles) < _MANY:
        return "", ""
    words = [title.split(" ") for title in titles]
    before = _shared([each[:-1] for each in words])
    behind = "" if before else _shared([each[:0:-1] for each in words])
    return (f"{before} " if before else ""), (" " + " ".join(behind.split(" ")[::-1]) if behind else "")


def _shared(words: Sequence[Sequence[str]]) -> str:
    """The longest beginning, in words, that nine of ten have."""
    found: list[str] = []
    while True:
        at = len(found)
        next_words = Counter(each[at] for each in words if len(each) > at and [*each[:at]] == found)
        word, often = next_words.most_common(1)[0] if next_words else ("", 0)
        if often * 10 < len(words) * 9:
            return " ".join(found)
        found.append(word)


# --- tables


def read_table(rows: Sequence[Sequence[str]], name: str) -> Found | None:
    """The playlist, or the songs of the library, that a table of Takeout has; None for another table."""
    tops = zip(range(1, 8), rows, rows[1:8], strict=False)
    at = next((number for number, head, row in tops if _begins(head, row)), 0)
    if not at:
        return None
    head, below = rows[at - 1], [row for row in rows[at:] if row and _VIDEO.fullmatch(row[0].strip())]
    if len(head) == 2:
        found = Found("YouTube playlist", "youtube")
        videos = [Named(video=row[0].strip()) for row in below]
        found.lists.append(NamedList(videos, _OF_VIDEOS.sub("", name)))
        return found
    reader = rows_of(["link", *head[1:]])
    songs = {row[0].strip(): reader(["", *row[1:]]) for row in below} if reader else {}
    named = {video: each for video, each in songs.items() if each is not None}
    return Found("YouTube Music library", "youtube", videos=named) if named else None


def _begins(head: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a table of videos begins here: below a head whose first column is an id."""
    if len(row) < 2 or not head or "id" not in word(head[0]).split() or not _VIDEO.fullmatch(row[0].strip()):
        return False
    return len(head) > 2 or bool(_TIME.fullmatch(row[1].strip()))
