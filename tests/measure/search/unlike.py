"""Songs whose names are unlike most: very short, very long, numbers, dashes."""

from __future__ import annotations

from tests.measure.search.kinds import Kind
from tests.measure.search.songs import Song


def _if_short(song: Song, pattern: str) -> str | None:
    return pattern.format(song.title, song.artist) if len(song.title) <= 3 else None


def _if_number(song: Song) -> str | None:
    return f"{song.title} {song.artist}" if song.title.replace(" ", "").isdecimal() else None


def _if_short_artist(song: Song) -> str | None:
    return f"{song.title} {song.artist}" if len(song.artist) <= 2 or song.artist.isdecimal() else None


def _if_long(song: Song) -> str | None:
    return f"{song.title} {song.artist}".lower() if len(song.title.split()) >= 6 else None


def _if_named_so(song: Song) -> str | None:
    return f"{song.title} {song.artist}".lower() if song.title.lower() == song.artist.lower() else None


UNLIKE: list[Kind] = [
    Kind("short: title of 1 to 3 letters and artist", lambda song, _: _if_short(song, "{} {}")),
    Kind("short: title of 1 to 3 letters, A - T", lambda song, _: _if_short(song, "{1} - {0}")),
    Kind("short: title of 1 to 3 letters only", lambda song, _: _if_short(song, "{}"), "title"),
    Kind("short: title is a number", lambda song, _: _if_number(song)),
    Kind("short: artist is a number or a letter", lambda song, _: _if_short_artist(song)),
    Kind("long: title of 6 and more words", lambda song, _: _if_long(song)),
    Kind("short: title is the artist's name", lambda song, _: _if_named_so(song)),
    Kind(
        "dash: in title, T - A",
        lambda song, _: f"{song.title} - {song.artist}" if "-" in song.title else None,
    ),
    Kind(
        "dash: in artist, T - A",
        lambda song, _: f"{song.title} - {song.artist}" if "-" in song.artist else None,
    ),
    Kind(
        "dash: in artist, A - T",
        lambda song, _: f"{song.artist} - {song.title}" if "-" in song.artist else None,
    ),
]
"""Kinds that only some songs can be written in."""
