"""Only a part of what names a song: the title, its first words, what stands there while somebody types."""

from __future__ import annotations

from random import Random

from tests.measure.search.kinds import Kind, Write, patterns
from tests.measure.search.songs import Song

_ALONE = (
    "{T}",
    "{t}",
    "{TT}",
    '"{T}"',
    "„{T}“",
    "{T}?",
    "{T}!!",
    "{T} 🔥",
    "**{T}**",
    "1. {T}",
    "- {T}",
    "play {T}",
    "spiel {T}",
    "{T} song",
    "{T} lyrics",
    "{T} (Official Video)",
    "{T} (Remastered)",
    "{T}.mp3",
    "{Tag}",
    "{T} {Y}",
)


def _first(count: int, *, artist: bool) -> Write:
    def write(song: Song, _: Random) -> str | None:
        words = song.title.split()
        return _said(song, words[:count], artist=artist) if len(words) > count + 1 else None

    return write


def _last(count: int, *, artist: bool) -> Write:
    def write(song: Song, _: Random) -> str | None:
        words = song.title.split()
        return _said(song, words[-count:], artist=artist) if len(words) > count + 1 else None

    return write


def _middle(song: Song, _: Random) -> str | None:
    words = song.title.split()
    return " ".join(words[1:-1]).lower() if len(words) > 3 else None


def _middle_and_artist(song: Song, _: Random) -> str | None:
    words = song.title.split()
    return _said(song, words[1:-1], artist=True) if len(words) > 3 else None


def _said(song: Song, words: list[str], *, artist: bool) -> str:
    return " ".join([*words, song.artist] if artist else words).lower()


def _one_left_out(song: Song, dice: Random) -> str | None:
    words = song.title.split()
    if len(words) < 4:
        return None
    del words[dice.randrange(1, len(words))]
    return _said(song, words, artist=True)


def _turned(song: Song, dice: Random) -> str | None:
    words = song.title.split()
    if len(words) < 3:
        return None
    place = dice.randrange(len(words) - 1)
    words[place : place + 2] = reversed(words[place : place + 2])
    return _said(song, words, artist=True)


def _surname(song: Song, _: Random) -> str | None:
    words = song.artist.split()
    return f"{song.title} {words[-1]}".lower() if len(words) > 1 and len(words[-1]) > 2 else None


def _surname_first(song: Song, _: Random) -> str | None:
    words = song.artist.split()
    return f"{words[-1]} {song.title}".lower() if len(words) > 1 and len(words[-1]) > 2 else None


def _surname_dashed(song: Song, _: Random) -> str | None:
    words = song.artist.split()
    return f"{song.title} - {words[-1]}" if len(words) > 1 and len(words[-1]) > 2 else None


def _first_name(song: Song, _: Random) -> str | None:
    words = song.artist.split()
    return f"{song.title} {words[0]}".lower() if len(words) > 1 and len(words[0]) > 3 else None


def _initials(song: Song, _: Random) -> str | None:
    words = song.artist.split()
    if len(words) < 3:
        return None
    return f"{song.title} {''.join(word[0] for word in words)}".lower()


def _letters(count: int) -> Write:
    def write(song: Song, _: Random) -> str | None:
        return (
            song.title.lower()[:count] if len(song.title) > count and song.title[count - 1] != " " else None
        )

    return write


def _unfinished(song: Song, dice: Random) -> str | None:
    """The title and the artist's first letters."""
    if len(song.artist) < 4:
        return None
    return f"{song.title} {song.artist[: dice.randrange(1, len(song.artist) - 1)].rstrip()}".lower()


def _artist_and_letters(song: Song, dice: Random) -> str | None:
    if len(song.title) < 4:
        return None
    return f"{song.artist} {song.title[: dice.randrange(2, len(song.title))].rstrip()}".lower()


def _half_the_last(song: Song, _: Random) -> str | None:
    words = song.title.split()
    if len(words) < 2 or len(words[-1]) < 4:
        return None
    return " ".join([*words[:-1], words[-1][: len(words[-1]) // 2]]).lower()


def _mistyped_beginning(song: Song, dice: Random) -> str | None:
    beginning = song.title.lower()[:8]
    if len(beginning) < 8 or not beginning.replace(" ", "").isalpha():
        return None
    place = dice.randrange(1, 7)
    return beginning[:place] + beginning[place + 1] + beginning[place] + beginning[place + 2 :]


PARTS: list[Kind] = [
    *patterns("famous title only", _ALONE, "famous title", "famous"),
    *patterns("title only", _ALONE[:8], "title"),
    *patterns("title only, not Latin", _ALONE[:3], "title", "not Latin"),
    *(Kind(f"part: first {count} words and artist", _first(count, artist=True)) for count in (1, 2, 3)),
    *(Kind(f"part: last {count} words and artist", _last(count, artist=True)) for count in (1, 2, 3)),
    Kind("part: middle words and artist", _middle_and_artist),
    Kind("part: a word left out", _one_left_out),
    Kind("part: two words in the wrong order", _turned),
    Kind("part: surname of artist", _surname),
    Kind("part: surname of artist first", _surname_first),
    Kind("part: T - surname of artist", _surname_dashed),
    Kind("part: first word of artist", _first_name),
    Kind("part: initials of artist", _initials),
    *(
        Kind(f"typing: {count} letters of title", _letters(count), "typing", "famous")
        for count in (3, 5, 7, 9, 12)
    ),
    *(
        Kind(f"typing: {count} letters, not Latin", _letters(count), "typing", "not Latin")
        for count in (2, 3, 5)
    ),
    Kind("typing: half of title's last word", _half_the_last, "typing", "famous"),
    Kind("typing: 8 letters with a typo", _mistyped_beginning, "typing", "famous"),
    Kind("typing: title and some of artist", _unfinished, "typing"),
    Kind("typing: artist and some of title", _artist_and_letters, "typing"),
    *(
        Kind(f"typing: first {count} words", _first(count, artist=False), "typing", "famous")
        for count in (1, 2, 3)
    ),
    *(
        Kind(f"typing: last {count} words", _last(count, artist=False), "typing", "famous")
        for count in (1, 2, 3)
    ),
    Kind("typing: middle words", _middle, "typing", "famous"),
]
"""Kinds that leave something out."""
