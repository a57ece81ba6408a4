"""What the bot knows of lists and songs, as the exports need it: the only module here that knows the bot.

How a text is decoded, what a table's columns say, how players write lists, and which song of a catalogue is
meant are told by `bot.lists` and `bot.recommend`, so that an export means here what it means in a party.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path

from bot.lists.cells import Unit
from bot.lists.cells import duration_ms as length_of
from bot.lists.cells import year as year_of
from bot.lists.copied import read_copied
from bot.lists.decoding import decoded
from bot.lists.heads import Role, plain, read_head
from bot.lists.lines import named, spotify_id, tidy
from bot.lists.markdown import read_markdown
from bot.lists.paths import DASH, from_artist_and_title
from bot.lists.plain import read_plain
from bot.lists.players import read_m3u, read_pls
from bot.lists.rows import read_row
from bot.lists.tables import read_table
from bot.lists.tables import records as records
from bot.party.errors import ListTooLarge, PartyError, StartError, TooManyLines
from bot.party.limits import LONGEST_TEXT
from bot.party.rules.songs import same_song, twin_keys
from bot.party.songs import AS_TYPED
from bot.party.words import Track, Wanted
from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.finder import Outcome
from bot.recommend.matching import by_the_artist
from model_export.columns import Song, main_artist
from model_export.exports.found import LeftOut, Named
from model_export.exports.sides import artist_first, turned
from model_export.playlists import DataError
from model_export.written import typed_id

MOST_LINES = 1_000_000
"""A text of more lines is no list of songs."""
_AT_ONCE = 500
_Told = Callable[[int, int], None]


def text_of(data: bytes, largest: int) -> str:
    """A file as text, whatever its encoding.

    Raises:
        LeftOut: it is another kind of file, or larger than that.
    """
    try:
        return decoded(data, largest)
    except ListTooLarge as error:
        raise LeftOut("too large") from error
    except PartyError as error:
        raise LeftOut("no text") from error


def word(head: str) -> str:
    """A column's name as it is compared: no case, no accents, single blanks for punctuation."""
    return plain(head)


@lru_cache(maxsize=1 << 17)
def song(
    title: str,
    artist: str = "",
    album: str = "",
    *,
    seconds: str = "",
    ms: str = "",
    year: str = "",
    link: str = "",
) -> Named | None:
    """A song of these texts, each as a file has it; None where neither a title nor a link names one."""
    length = length_of(seconds, Unit.SECONDS) if seconds else length_of(ms, Unit.MILLISECONDS)
    wanted = named(
        title,
        artist,
        album=album,
        duration_ms=length,
        year=year_of(year),
        spotify_id=spotify_id(link) if link else None,
    )
    return _named(wanted) if wanted else None


def name_of(said: str | None) -> str | None:
    """A list's name on one line, without what nobody can see."""
    return tidy(said or "")[:LONGEST_TEXT].rstrip() or None


def video_song(title: str, channel: str) -> Named | None:
    """The song of a video: its own title names the artist, unless the channel is the artist's."""
    if not channel or DASH.search(title):
        return Named(line=title) if any(map(str.isalnum, title)) else None
    return song(title, channel)


def _named(wanted: Wanted) -> Named:
    line = "" if wanted.title else wanted.text
    return Named(
        wanted.title,
        wanted.artist,
        wanted.album,
        wanted.year,
        wanted.duration_ms,
        wanted.spotify_id,
        "" if wanted.spotify_id and "open.spotify.com" in line else line,
    )


def rows_of(head: Sequence[str]) -> Callable[[Sequence[str]], Named | None] | None:
    """What reads the rows below a table's head, or None where no column is a title or a link."""
    known = read_head(head)
    if known is None or not {Role.TITLE, Role.LINK} & known.columns.keys():
        return None

    def read(row: Sequence[str]) -> Named | None:
        wanted = read_row(row, known)
        return _named(wanted) if wanted else None

    return read


def songs_of_player(text: str, name: str) -> tuple[str, list[Named]] | None:
    """Whether a text is an M3U or a PLS, and the songs in it."""
    for form, reader in (("PLS", read_pls), ("M3U", read_m3u)):
        songs = _songs(reader, text, name)
        if songs is not None:
            return form, songs
    return None


def songs_of_text(text: str, name: str) -> list[Named]:
    """The songs of a text: a table without a head, one copied from a page, or a line for each.

    Raises:
        LeftOut: it is too long.
    """
    for reader in (read_markdown, read_copied, read_table):
        songs = _songs(reader, text, name)
        if songs is not None:
            return songs
    return _songs(partial(read_plain, most=MOST_LINES), text, name) or []


def _songs(reader: Callable[[str, str], Iterable[Wanted] | None], text: str, name: str) -> list[Named] | None:
    try:
        found = reader(text, name)
        return None if found is None else [_named(each) for each in found]
    except TooManyLines as error:
        raise LeftOut("too many lines for a list") from error
    except PartyError as error:
        raise LeftOut("no list of songs") from error


class Matcher:
    """Finds the songs that files name: a catalogue's, or new ones that every spelling shares.

    Args:
        bundle: the folder of the model whose catalogue it is; without one, every song is new.

    Raises:
        DataError: the bundle cannot be used.
    """

    def __init__(self, bundle: Path | None) -> None:
        try:
            self._catalogue = Catalogue.open(open_bundle(bundle)) if bundle else None
        except StartError as error:
            raise DataError(str(error)) from error
        self._new: dict[object, Song] = {}
        self._known: set[str] = set()

    def close(self) -> None:
        """Closes the catalogue."""
        if self._catalogue:
            self._catalogue.close()

    def known(self, song: Song) -> bool:
        """Whether a song that was found is the catalogue's."""
        return song.track_id in self._known

    def matched(self, lists: Sequence[Sequence[Named]], told: _Told) -> dict[Named, Song]:
        """The song of each name in some lists; whatever has neither a title nor a known link has none.

        Args:
            lists: the names in each.
            told: is told how many names were looked at so far, and how many there are.
        """
        names = list(dict.fromkeys(name for each in lists for name in each))
        tracks: dict[Named, Track] = {}
        if self._catalogue:
            tracks = asyncio.run(self._meant(self._catalogue, names, told))
        told(len(names), len(names))
        found: dict[Named, Song] = {}
        for some in lists:
            lines = [(each.line, each) for each in some if each.line]
            known = [(line, tracks[each]) for line, each in lines if each in tracks and tracks[each].known]
            first = artist_first((line, track.title, main_artist(track.artist)) for line, track in known)
            for each in some:
                track = tracks.get(each) or _as_it_stands(each)
                if track.track_id:
                    found[each] = self._known_song(track)
                elif track.title and each not in found:
                    found[each] = self._new_song(self._turned(track, each, first), each)
        return found

    def _turned(self, track: Track, told: Named, artist_comes_first: bool) -> Track:
        """A song of a line, told apart as the rest of its list is, unless the artist is one that is known."""
        if not told.line or (self._catalogue and self._catalogue.artist(track) >= 0):
            return track
        line = (told.line, track.title, track.artist)
        return Track(*turned(line, artist_comes_first=artist_comes_first))

    def _known_song(self, track: Track) -> Song:
        track_id = track.track_id or ""
        self._known.add(track_id)
        return Song(track_id, track.title, track.artist, track.album, track.year, track.duration_ms)

    def _new_song(self, track: Track, told: Named) -> Song:
        """A song that no catalogue knows, as its first spelling here has it."""
        keys = [("spotify", told.spotify_id)] if told.spotify_id else []
        alike: list[object] = [*keys, *twin_keys(Track(track.title, track.artist))]
        first = next((self._new[key] for key in alike if key in self._new), None)
        if first is None:
            track_id = typed_id(track.title, main_artist(track.artist))
            facts = (told.album, told.year, told.duration_ms, told.spotify_id)
            first = Song(track_id, track.title, track.artist, *facts)
        for key in alike:
            self._new.setdefault(key, first)
        return first

    async def _meant(self, catalogue: Catalogue, names: Sequence[Named], told: _Told) -> dict[Named, Track]:
        found: dict[Named, Track] = {}
        answers: dict[tuple[str, str, str], Track | None] = {}
        for first in range(0, len(names), _AT_ONCE):
            some = names[first : first + _AT_ONCE]
            linked = await catalogue.by_spotify([each.spotify_id for each in some if each.spotify_id])
            for number, each in enumerate(some):
                track = linked.get(each.spotify_id or "")
                if track is None:
                    key = (each.title, each.artist, each.line)
                    if key not in answers:
                        answers[key] = _spelt_so(catalogue, each) or await _understood(catalogue, each)
                    track = answers[key]
                if track is not None:
                    found[each] = track
                if number % 50 == 0:
                    told(first + number, len(names))
        return found


def _spelt_so(catalogue: Catalogue, told: Named) -> Track | None:
    """The best-known song of this title and artist in any spelling: others need not be looked at."""
    if not told.title or not told.artist:
        return None
    asked = Track(told.title, told.artist)
    versions = catalogue.tracks(catalogue.versions(asked))
    return next((each for each in versions if same_song(each, asked)), None)


async def _understood(catalogue: Catalogue, told: Named) -> Track | None:
    """The song that a text surely means; a new one, title and artist told apart, where it means none."""
    text = f"{told.title}\t{told.artist}" if told.artist else told.title or told.line
    if not text:
        return None
    try:
        meant = await catalogue.meant(text)
    except PartyError:  # no letter in it, or a link that nobody knows
        return None
    if meant.track is not None and meant.outcome is Outcome.SURE:
        return meant.track if by_the_artist(meant.track, told.title, told.artist) else None
    if told.title and told.artist:
        return None
    return meant.track or (await catalogue.meant(f"{AS_TYPED}{text}")).track


def _as_it_stands(told: Named) -> Track:
    """A song that nobody was asked about; of a line, the artist stands before the dash."""
    wanted = from_artist_and_title(told.line) if told.line else None
    return Track(wanted.title, wanted.artist) if wanted else Track(told.title or told.line, told.artist)


def lines_with_two_names(lines: Iterable[str]) -> int:
    """How many lines tell two names apart by a dash or a tab, as lists of songs do and other texts do not."""
    return sum(bool(DASH.search(line[:1000])) or "\t" in line for line in lines)
