"""Tables: playlists and listens in CSV and its kin, with any of four separators.

- Exportify (https://exportify.net; https://github.com/pavelkomarov/exportify): a playlist in each file.
- TuneMyMusic (https://www.tunemymusic.com): all playlists in one file, told apart by `Playlist name`; `Type`
  says which rows are songs. Of videos the title names the artist, and the artist's cell is empty.
- Last.fm's listens, by the tools that people use: https://lastfm.ghan.nl/export (`uts,utc_time,artist,…`),
  https://lastfmstats.com (`Artist;Album;AlbumId;Track;Date#USER`, in milliseconds), and
  https://benjaminbenben.com/lastfm-to-csv (artist, album, title and "02 Jan 2024 13:04" without a head).
- YouTube's Takeout, see `model_export/exports/youtube.py`.
- Whatever else has a head that names a title and an artist: Soundiiz, iTunes' text, tables made by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice

from model_export.exports import youtube
from model_export.exports.found import Found, LeftOut, Named, NamedList, Play
from model_export.exports.libraries import NAMELESS
from model_export.exports.listens import LASTFM, seconds
from model_export.exports.spotify import EPISODES, time
from model_export.exports.understanding import records, rows_of, song, word

SEPARATORS = ",;\t|"
NO_SONGS = "rows of artists and albums"
_HEAD_WITHIN = 8
_PLAYED = {"uts", "date", "utc time", "timestamp", "played at", "listened at", "time", "datetime"}
"""What a column of instants is called; the first of these that reads as such is taken."""
_OF_SERVICES = {"spotify uri", "track uri", "added by", "added at"}
_CHARTS = {"rank", "scrobbles"}
"""What lastfmstats.com calls the columns of the most heard songs, and of the most heard albums."""
_SAMPLE = 20
_SPOKEN = re.compile(r"(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4}),? (\d\d):(\d\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read_table(text: str, name: str) -> Found | None:
    """The lists or listens of a table, or None for a text that is none with a head.

    Raises:
        LeftOut: it is one of something else.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    best: tuple[int, Found] | None = None
    for separator in SEPARATORS:
        top = list(islice(records(lines, separator), _HEAD_WITHIN))
        if not top or max(map(len, top)) < 2:
            continue
        if youtube.read_table(top, name):
            return youtube.read_table(list(records(lines, separator)), name)
        if (at := _head(top)) is not None and (best is None or len(top[at]) > best[0]):
            rows = islice(records(lines, separator), at + 1, None)
            best = len(top[at]), _below(top[at], rows, name)
        elif best is None and _is_dated(top):
            return _dated(records(lines, separator))
    return best[1] if best else None


def _head(top: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows is a head that names a title beside something else."""
    for number, row in enumerate(top[:4]):
        if len(row) > 1 and rows_of(row) is not None:
            return number
    return None


def _below(head: Sequence[str], rows: Iterable[Sequence[str]], name: str) -> Found:
    told = list(rows)
    columns = {word(cell.partition("#")[0]): number for number, cell in reversed(list(enumerate(head)))}
    instants = [columns[each] for each in _PLAYED if each in columns]
    if columns.keys() >= _CHARTS:
        raise LeftOut("charts of what was heard most, which are no lists")
    reader = rows_of(head)
    songs = [reader(row) for row in told] if reader else []
    for column in sorted(instants) if not _OF_SERVICES & columns.keys() else ():
        times = [_instant(row[column]) if column < len(row) else None for row in told]
        if sum(at_s is not None for at_s in times[:_SAMPLE]) * 2 > len(times[:_SAMPLE]):
            return _plays(times, songs)
    if {"playlist name", "type"} <= columns.keys():
        return _by_playlist(told, songs, columns["playlist name"], columns["type"])
    episodes = [row[:1] and row[0].startswith("spotify:episode:") for row in told]
    songs = [song for song, episode in zip(songs, episodes, strict=True) if not episode]
    linked = any(cell.startswith("spotify:") for row in told[:_SAMPLE] for cell in row[:1])
    found = Found("Exportify CSV", "exportify") if linked else Found("table", "table")
    found.lists.append(NamedList(_kept(songs, found), _spaced(name)))
    if any(episodes):
        found.left[EPISODES] += sum(map(bool, episodes))
    return found


def _plays(times: Sequence[float | None], songs: Sequence[Named | None]) -> Found:
    found = Found(LASTFM, "lastfm")
    for at_s, named in zip(times, songs, strict=True):
        if at_s is None or named is None:
            found.left[NAMELESS] += 1
        else:
            found.plays.append(Play(at_s, named))
    return found


def _by_playlist(rows: Sequence[Sequence[str]], songs: Sequence[Named | None], name: int, kind: int) -> Found:
    """TuneMyMusic's playlists, in the order in which they begin."""
    found = Found("TuneMyMusic CSV", "tunemymusic")
    playlists: dict[str, list[Named | None]] = {}
    for row, named in zip(rows, songs, strict=True):
        if len(row) > kind and word(row[kind]) in {"artist", "album", "artists", "albums"}:
            found.left[NO_SONGS] += 1
            continue
        if named and named.title and not named.artist:  # of a video
            named = Named(line=named.title, spotify_id=named.spotify_id)
        playlists.setdefault(row[name].strip() if len(row) > name else "", []).append(named)
    for called, some in playlists.items():
        found.lists.append(NamedList(_kept(some, found), called or None))
    return found


def _kept(songs: Sequence[Named | None], found: Found) -> list[Named]:
    kept = [each for each in songs if each is not None]
    if len(kept) < len(songs):
        found.left[NAMELESS] += len(songs) - len(kept)
    return kept


def _spaced(name: str) -> str:
    """A file's name as its list was called: exporters write _ for a blank."""
    return " ".join(name.replace("_", " ").split())


# --- listens without a head


def _is_dated(top: Sequence[Sequence[str]]) -> bool:
    """Whether these rows are artist, album, title and an instant, as lastfm-to-csv writes them."""
    return all(len(row) >= 4 and _instant(row[3]) is not None and row[2].strip() for row in top)


def _dated(rows: Iterable[Sequence[str]]) -> Found:
    told = [row for row in rows if len(row) >= 4]
    return _plays([_instant(row[3]) for row in told], [song(row[2], row[0], row[1]) for row in told])


def _instant(cell: str) -> float | None:
    """An instant in s since 1970: a number, a date of ISO 8601, or 02 Jan 2024 13:04."""
    found = seconds(cell) or (time(cell) if len(cell.strip()) > 10 else None)
    if found is not None:
        return found if found > _SPOTIFY_BEGAN else None
    spoken = _SPOKEN.match(cell.strip())
    if spoken is None or spoken[2].casefold() not in _MONTHS:
        return None
    try:
        day, year, hour, minute = (int(spoken[number]) for number in (1, 3, 4, 5))
        month = _MONTHS.index(spoken[2].casefold()) + 1
        return datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()
    except ValueError:
        return None


_SPOTIFY_BEGAN = 1_000_000_000
"""No listen is older than 2001; a smaller number counts something else."""
