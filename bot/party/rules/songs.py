"""What can be told of songs: which are the same, which are explicit, and how to mix artists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from bot.party.spelling import names, title_key, version_key
from bot.party.visible import normal
from bot.party.words import Entry, Track


def explicit(track: Track) -> bool:
    """Whether a song is marked explicit, in its title or its album's; most are not marked either way."""
    return any("explicit" in note for text in (track.title, track.album) if text for note in _notes(text))


def _notes(text: str) -> list[str]:
    """What stands in brackets."""
    return re.findall(r"[(\[]([^()\[\]]*)[)\]]", text.casefold())


def main_artist(track: Track) -> str:
    """Whose song it is, for comparing: the first credited artist without case."""
    return track.artist.split(",")[0].strip().casefold()


def of_one_artist(count: int) -> int:
    """How many of so many songs one artist may have."""
    return max(2, 2 * count // 5)


def varied(ranked: Sequence[Track], count: int) -> list[int]:
    """The places of the best `count` with at most two songs of one artist in five, the best of each first."""
    per_artist = of_one_artist(count)
    taken: dict[str, int] = {}
    kept = []
    for place, track in enumerate(ranked):
        artist = main_artist(track)
        taken[artist] = taken.get(artist, 0) + 1
        if taken[artist] <= per_artist:
            kept.append(place)
    return kept[:count]


def same_song(one: Track, other: Track) -> bool:
    """Whether two tracks are one to a person: by the catalogue's id, or in any spelling.

    Twins have the same title, with guests or without, and either the same main artist or the same artists in
    another order. A live take or a remix is another song.
    """
    if one.track_id and one.track_id == other.track_id:
        return True
    title, artists = _spelt(one.title, one.artist)
    other_title, other_artists = _spelt(other.title, other.artist)
    return title == other_title and (
        artists[:1] == other_artists[:1] or frozenset(artists) == frozenset(other_artists)
    )


def twin_keys(track: Track) -> frozenset[object]:
    """What a song has in common with each of its twins, and with no other song: see `same_song`."""
    title, artists = _spelt(track.title, track.artist)
    keys = {(title, artists[:1]), (title, frozenset(artists)), track.track_id}
    return frozenset(keys - {None})


@lru_cache(maxsize=5_000)  # the same few songs are compared again and again
def _spelt(title: str, artist: str) -> tuple[str, tuple[str, ...]]:
    return version_key(title) or _signs(title), tuple(names(artist))


def any_version(one: Track, other: Track) -> bool:
    """Whether two tracks are one song by the same main artist, be it live, remixed or in another spelling."""
    keys = [_any_version(each.title, each.artist) for each in (one, other)]
    return keys[0] == keys[1] or same_song(one, other)


@lru_cache(maxsize=5_000)
def _any_version(title: str, artist: str) -> tuple[str, tuple[str, ...]]:
    return title_key(title) or _signs(title), tuple(names(artist)[:1])


def _signs(title: str) -> str:
    """A title of signs alone, which is its own key: of such titles no other key is left."""
    return normal("NFC", "".join(title.split()))


def twin(entries: Iterable[Entry], track: Track) -> Entry | None:
    """The entry among these that is this song."""
    return next((entry for entry in entries if same_song(entry.track, track)), None)
