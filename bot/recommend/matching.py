"""Which songs of the catalogue some songs are whose title and artist are known apart, as files have them.

Only what is sure counts, and only where the artist agrees: a namesake would teach nonsense, and sound instead
of the song that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from anyascii import anyascii
from rapidfuzz.fuzz import partial_ratio

from bot.party.errors import PartyError
from bot.party.rules.songs import same_song
from bot.party.spelling import fold, without_the
from bot.party.words import Track
from bot.recommend.finder import Outcome
from bot.recommend.other_names import all_names

if TYPE_CHECKING:
    from bot.recommend.catalogue import Catalogue

LIKE_THE_ARTIST = 75
"""So much of an artist's name, in percent, must be in what is said, where letters may differ."""
EXACTLY_MS = 4_000
"""Where nobody says who made a song, its length may differ by so much."""
AT_ONCE = 200
"""So many songs are looked up in one go by their names: that takes a hundredth of a second."""


async def matched(catalogue: Catalogue, songs: Sequence[Track]) -> list[Track | None]:
    """The song of the catalogue that each of some songs surely is; None for one that it lacks.

    Those that are spelt as the catalogue has them take a fraction of a millisecond. The search looks for the
    others, one at a time, unless their artist has no song there at all.
    """
    found: list[Track | None] = []
    for at in range(0, len(songs), AT_ONCE):
        found += await catalogue.beside(_spelt_so, catalogue, songs[at : at + AT_ONCE])
    for at, song in enumerate(songs):
        if found[at] is None and (not song.artist or catalogue.artist(song) >= 0):
            found[at] = await _understood(catalogue, song)
    return found


async def twins(catalogue: Catalogue, track_ids: Sequence[str]) -> dict[str, list[str]]:
    """Of those of some ids that are known: the ids of other versions that are the same song to a person."""
    found: dict[str, list[str]] = {}
    for at in range(0, len(track_ids), AT_ONCE):
        found |= await catalogue.beside(_twins, catalogue, track_ids[at : at + AT_ONCE])
    return found


def by_the_artist(track: Track, title: str, artist: str) -> bool:
    """Whether what is said to be a title and an artist can be about a song's artist."""
    if not artist:
        return True
    name = track.artist.split(",")[0].strip()
    called = (name, *all_names().get(without_the(fold(name)), ()))
    if any(_within(each, artist) for each in called):
        return True
    return _within(track.title, artist) and any(_within(each, title) for each in called)


def _spelt_so(catalogue: Catalogue, songs: Sequence[Track]) -> list[Track | None]:
    """The songs that have the title and the artist in any spelling."""
    versions = [catalogue.versions(song) if song.title and song.artist else () for song in songs]
    tracks = iter(catalogue.tracks(index for each in versions for index in each))
    found: list[Track | None] = []
    for song, several in zip(songs, versions, strict=True):
        same = [track for track in (next(tracks) for _ in several) if same_song(track, song)]
        found.append(_nearest(song, same))
    return found


def _nearest(song: Track, versions: Iterable[Track]) -> Track | None:
    """The version that is as long, and on the album; else the best known."""

    def differs(track: Track) -> tuple[bool, bool]:
        return not _as_long(track, song), fold(track.album or "") != fold(song.album or "")

    return min(versions, key=differs, default=None)


def _as_long(track: Track, song: Track) -> bool:
    if not (track.duration_ms and song.duration_ms):
        return False
    return abs(track.duration_ms - song.duration_ms) <= EXACTLY_MS


async def _understood(catalogue: Catalogue, song: Track) -> Track | None:
    try:
        meant = await catalogue.meant(f"{song.title}\t{song.artist}" if song.artist else song.title)
    except PartyError:  # no letter in it, or too long for a name
        return None
    track = meant.track
    if track is None or meant.outcome is not Outcome.SURE:
        return None
    agrees = by_the_artist(track, song.title, song.artist) if song.artist else _as_long(track, song)
    return track if agrees else None


def _twins(catalogue: Catalogue, track_ids: Sequence[str]) -> dict[str, list[str]]:
    places = {each: index for each in track_ids if (index := catalogue.index_of_id(each)) is not None}
    versions = {each: catalogue.versions_of(index) for each, index in places.items()}
    found: dict[str, list[str]] = {each: [] for each in places}
    versions = {each: several for each, several in versions.items() if len(several) > 1}
    tracks = iter(catalogue.tracks(index for each in versions.values() for index in each))
    for track_id, several in versions.items():
        every = [next(tracks) for _ in several]
        itself = next(track for track in every if track.track_id == track_id)
        same = (track.track_id for track in every if same_song(track, itself))
        found[track_id] = [each for each in same if each and each != track_id]
    return found


def _within(name: str, said: str) -> bool:
    """Whether about this name is in a text, in whichever script."""
    return partial_ratio(*(fold(anyascii(text)) for text in (name, said))) >= LIKE_THE_ARTIST
