"""Exports as playlists to learn from: what is in each file, which songs that is, and what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from model_export.columns import Song
from model_export.exports.copies import parents
from model_export.exports.files import File, files
from model_export.exports.found import Found, LeftOut, Named
from model_export.exports.recognising import recognised
from model_export.exports.sittings import sittings
from model_export.exports.understanding import Matcher, name_of
from model_export.exports.youtube import UNNAMED_VIDEOS
from model_export.folders import written_whole
from model_export.playlists import DataError, Playlists
from model_export.reading import read_playlists
from model_export.written import FILES, SHORTEST, List, write_lists

Told = Callable[[str, int, int], None]
"""Is told what is done, how far it is and of how much."""
TOO_SHORT = "lists of fewer than two songs"
MOST_SONGS = 20_000_000
"""So many songs of lists, one by one, are kept in memory at most."""


@dataclass(slots=True)
class FileCount:
    """What became of a file.

    Args:
        file: where it is.
        form: what it is, or nothing where it was left out whole.
        lists: how many lists began in it.
        songs: how many different songs are in those.
        known: how many of them the catalogue has; the others are new.
        left: what was left out, by the reason.
    """

    file: str
    form: str = ""
    lists: int = 0
    songs: int = 0
    known: int = 0
    left: Counter[str] = field(default_factory=Counter)

    @property
    def new(self) -> int:
        """How many of its songs the catalogue lacks."""
        return self.songs - self.known


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of all of them; songs count once, whatever number of files has them."""

    files: Sequence[FileCount]
    lists: int
    entries: int
    songs: int
    known: int

    @property
    def new(self) -> int:
        """How many songs the catalogue lacks."""
        return self.songs - self.known


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A list as it was found, and in which file it began."""

    file: int
    source: str
    kind: str
    songs: Sequence[Named]
    name: str | None = None


def is_export(path: Path) -> bool:
    """Whether a path is an export, or a folder with one, rather than a folder of playlists to train on."""
    if path.is_dir() and (any(path.glob("*.parquet")) or any(path.glob("**/mpd.slice.*.json*"))):
        return False
    try:
        return any(_found(file) is not None for file in files([path]))
    except DataError:
        return False


def _found(file: File) -> Found | None:
    try:
        found = recognised(file.read(), file.stem, alone=file.alone)
    except LeftOut:
        return None
    return found if found.lists or found.plays else None


def read(paths: Sequence[Path], out: Path, bundle: Path | None, told: Told = lambda *_: None) -> Counts:
    """Writes the lists of some exports as a folder of playlists, whole or not at all.

    Args:
        paths: files, archives and folders of them.
        out: the folder; what was read into it before is replaced.
        bundle: the folder of the model whose catalogue the songs are looked for in, if there is one.
        told: is told of the progress.

    Raises:
        DataError: there is nothing to learn from, the bundle is none, or `out` cannot be written.
    """
    with written_whole(out, FILES, "folder of playlists") as scratch:
        return _read(paths, scratch, bundle, told)


def lists_from(
    paths: Sequence[Path], bundle: Path | None, told: Told = lambda *_: None
) -> tuple[Playlists, Counts]:
    """The lists of some exports, without keeping a folder of them, and what became of the files.

    Raises:
        DataError: see `read`.
    """
    with TemporaryDirectory(prefix="exports-", ignore_cleanup_errors=True) as folder:
        counts = _read(paths, Path(folder), bundle, told)
        return read_playlists(Path(folder)), counts


def _read(paths: Sequence[Path], folder: Path, bundle: Path | None, told: Told) -> Counts:
    counts: list[FileCount] = []
    chosen = list(_lists(paths, counts, told))
    if not any(each.songs for each in chosen):
        raise DataError(_nothing(counts))
    with closing(Matcher(bundle)) as matcher:
        songs = matcher.matched(
            [each.songs for each in chosen], lambda done, of: told("matching songs", done, of)
        )
        lists = list(_songs_of(chosen, songs, counts))
        if not lists:
            raise DataError(_nothing(counts))
        _count(lists, counts, matcher)
        every = {song.track_id: matcher.known(song) for _, some in lists for song in some}
    told("writing", 0, 0)
    of = parents([[song.track_id for song in some] for _, some in lists])
    write_lists(
        folder,
        (
            List(parent, some, each.source, each.kind, name_of(each.name))
            for parent, (each, some) in zip(of, lists, strict=True)
        ),
    )
    entries = sum(len(some) for _, some in lists)
    return Counts(counts, len(lists), entries, len(every), sum(every.values()))


def _lists(paths: Sequence[Path], counts: list[FileCount], told: Told) -> Iterator[_Chosen]:
    """The lists of all files, and the sittings of what was listened to."""
    videos: dict[str, Named] = {}
    waiting: list[_Chosen] = []
    entries = 0
    for number, file in enumerate(files(paths)):
        told("reading files", number, 0)
        counts.append(FileCount(file.shown))
        try:
            found = recognised(file.read(), file.stem, alone=file.alone)
        except LeftOut as error:
            counts[-1].left[str(error)] += 1
            continue
        entries += len(found.plays) + sum(len(each.songs) for each in found.lists)
        if entries > MOST_SONGS:
            raise DataError(f"these are more than {MOST_SONGS:,} songs and listens; read fewer files at once")
        counts[-1].form = found.form
        counts[-1].left.update(found.left)
        videos.update(found.videos)
        waiting += [_Chosen(number, found.source, "playlist", each.songs, each.name) for each in found.lists]
        waiting += [
            _Chosen(number, found.source, "sitting", [play.song for play in sitting])
            for sitting in sittings(found.plays)
        ]
    for each in waiting:
        yield _named(each, videos, counts[each.file])


def _named(chosen: _Chosen, videos: dict[str, Named], count: FileCount) -> _Chosen:
    """A list with the songs of its videos, as far as any file names them."""
    if not any(song.video for song in chosen.songs):
        return chosen
    songs = [videos.get(song.video) for song in chosen.songs]
    known = [song for song in songs if song is not None]
    count.left[UNNAMED_VIDEOS] += len(songs) - len(known)
    return _Chosen(chosen.file, chosen.source, chosen.kind, known, chosen.name)


def _songs_of(
    chosen: Sequence[_Chosen], songs: dict[Named, Song], counts: Sequence[FileCount]
) -> Iterator[tuple[_Chosen, list[Song]]]:
    """The lists that are long enough, each song of one where it is first."""
    for each in chosen:
        found = {songs[name].track_id: songs[name] for name in reversed(each.songs) if name in songs}
        if missing := sum(name not in songs for name in each.songs):
            counts[each.file].left["links to songs that I don't know"] += missing
        if len(found) >= SHORTEST:
            yield each, list(reversed(found.values()))
        else:
            counts[each.file].left[TOO_SHORT] += 1


def _count(
    lists: Sequence[tuple[_Chosen, list[Song]]], counts: Sequence[FileCount], matcher: Matcher
) -> None:
    of_file: dict[int, dict[str, Song]] = {}
    for each, songs in lists:
        counts[each.file].lists += 1
        of_file.setdefault(each.file, {}).update((song.track_id, song) for song in songs)
    for number, found in of_file.items():
        counts[number].songs = len(found)
        counts[number].known = sum(map(matcher.known, found.values()))


def _nothing(counts: Sequence[FileCount]) -> str:
    """Why there is nothing to learn from."""
    if not counts:
        return "there is no file in it; name a file or a folder of exports"
    some = [f"{each.file}: {', '.join(each.left) or 'no songs'}" for each in counts[:3]]
    more = f", and {len(counts) - 3:,} more" if len(counts) > 3 else ""
    return f"no list of two songs is in these files ({'; '.join(some)}{more}); name exports of playlists"
