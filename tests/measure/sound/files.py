"""Own music in a folder of many files: how long the first look takes, the next start and the next look.

`python -m tests.measure.sound.files --songs 50000`. The files are real and small: MP3, FLAC and Opus, half of
them songs of the catalogue, the others of nobody. Each step is a process of its own, as a bot is. While the
first look goes on somebody searches, and the event loop is watched.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from bot.__main__ import SWITCH_S, run_on_loop
from bot.heap import give_back
from bot.party.words import Track
from bot.playback.library import Library
from bot.playback.sources.folder import FolderSource
from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.settings import STARTER
from db.store import open_store
from tests.measure.house import Ticker
from tests.measure.memory import megabytes
from tests.measure.promises import Promise, at_most, percentile, table
from tests.tones import flac_picture, id3, jpeg, ogg_opus, silent_mp3, text

SONGS = 50_000
LONGEST_SCAN_S, LONGEST_START_S, MOST_MB = 300.0, 5.0, 60.0
OF_AN_ALBUM = 12
SEARCHES = ("bohemian rapsody", "smels like teen spirit", "africa toto")
SEARCH_EVERY_S = 0.05
IDLE_S = 5.0
"""For so long the loop and searches are watched before the look, on a machine that may be busy."""
WORDS = (
    "river",
    "stone",
    "amber",
    "lantern",
    "hollow",
    "meadow",
    "copper",
    "velvet",
    "willow",
    "ember",
    "thistle",
)


@dataclass(frozen=True)
class Figures:
    """What one process has measured."""

    seconds: float
    cpu_s: float
    start_s: float
    grown_mb: float
    songs: int
    known: int
    late_ms: float
    search_ms: float
    idle_late_ms: float
    idle_search_ms: float


def make(folder: Path, songs: int, tracks: Sequence[Track]) -> None:
    """Writes so many files, in folders of artists and albums."""
    chance = random.Random(22)  # noqa: S311 - no secret
    sound, picture = silent_mp3(0.25), jpeg(2_000)
    for number in range(songs):
        track = tracks[number // 2 % len(tracks)] if number % 2 else _invented(chance, number)
        artist = track.artist.split(",")[0].replace("/", " ")[:60] or "Nobody"
        path = folder / artist / f"Album {number // OF_AN_ALBUM % 7}"
        path.mkdir(parents=True, exist_ok=True)
        _write(path / f"{number % OF_AN_ALBUM + 1:02} {number}", number, track, sound, picture)


def _write(path: Path, number: int, track: Track, sound: bytes, picture: bytes) -> None:
    comments = [f"TITLE={track.title}", f"ARTIST={track.artist}", f"ALBUM={track.album or 'Album'}"]
    comments.append("REPLAYGAIN_TRACK_GAIN=-6.5 dB")
    match number % 3:
        case 0:
            tags = id3(
                (b"TIT2", text(track.title)),
                (b"TPE1", text(track.artist)),
                (b"TALB", text(track.album or "Album")),
                (b"APIC", b"\0image/jpeg\0\3\0" + picture),
            )
            path.with_suffix(".mp3").write_bytes(tags + sound)
        case 1:
            path.with_suffix(".flac").write_bytes(_flac(comments, picture))
        case _:
            path.with_suffix(".opus").write_bytes(ogg_opus([each.encode() for each in comments], seconds=200))


def _flac(comments: Sequence[str], picture: bytes) -> bytes:
    """The head of a FLAC of 200 seconds, with a picture and no sound."""
    info = struct.pack(">HH6s", 4096, 4096, bytes(6))
    info += ((44_100 << 44) | (1 << 41) | (15 << 36) | 44_100 * 200).to_bytes(8, "big") + bytes(16)
    said = [each.encode() for each in comments]
    tags = struct.pack("<II", 0, len(said)) + b"".join(struct.pack("<I", len(each)) + each for each in said)
    blocks = [(0, info), (4, tags), (6, flac_picture(picture))]
    return b"fLaC" + b"".join(
        bytes((kind | (0x80 if kind == 6 else 0),)) + len(data).to_bytes(3, "big") + data
        for kind, data in blocks
    )


def _invented(chance: random.Random, number: int) -> Track:
    title, artist = (" ".join(chance.sample(WORDS, 3)).title() for _ in range(2))
    return Track(f"{title} {number}", f"The {artist}")


async def _live(folder: Path, database: str) -> Figures:
    """Opens what a bot opens, and looks through the folder once."""
    with closing(await asyncio.to_thread(lambda: Catalogue.open(open_bundle(STARTER)))) as catalogue:
        await asyncio.to_thread(catalogue.read)
        await catalogue.search("africa")
        async with open_store(database) as store:
            give_back()
            before_mb = megabytes("VmRSS")
            library = Library(store, [FolderSource([folder])], catalogue)
            ticker = Ticker()
            waits: list[float] = []
            beside = [asyncio.create_task(ticker.run()), asyncio.create_task(_search(catalogue, waits))]
            await asyncio.sleep(IDLE_S)
            idle = _worst(ticker.late_s), _worst(waits)
            ticker.late_s.clear()
            waits.clear()
            began_s, before_s = time.perf_counter(), time.process_time()
            await library.read()
            start_s = time.perf_counter() - began_s
            looking = asyncio.create_task(library.run())
            while not library.looked_once:  # noqa: ASYNC110 - it says so to nobody
                await asyncio.sleep(0.05)
            seconds = time.perf_counter() - began_s - start_s
            cpu_s = time.process_time() - before_s
            for task in (looking, *beside):
                task.cancel()
            await asyncio.gather(looking, *beside, return_exceptions=True)
            give_back()
            await library.close()
            return Figures(
                seconds,
                cpu_s,
                start_s,
                megabytes("VmRSS") - before_mb,
                library.count,
                library.count - len(library.own),
                _worst(ticker.late_s),
                _worst(waits),
                *idle,
            )


def _worst(seconds: Sequence[float]) -> float:
    """What one in a hundred takes longer than, in milliseconds."""
    return 1000 * percentile(seconds, 0.99)


async def _search(catalogue: Catalogue, waits: list[float]) -> None:
    """Searches now and then, and takes down how long each search took."""
    while True:
        for typed in SEARCHES:
            began_s = time.perf_counter()
            await catalogue.search(typed)
            waits.append(time.perf_counter() - began_s)
            await asyncio.sleep(SEARCH_EVERY_S)


def _step(folder: Path, database: str) -> Figures:
    """One step, in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "tests.measure.sound.files",
        "--live",
        str(folder),
        "--database",
        database,
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own command
    if done.returncode:
        raise RuntimeError(f"A step has ended with {done.returncode}:\n{done.stderr}")
    return Figures(**json.loads(done.stdout.splitlines()[-1]))


def measure(songs: int, folder: Path) -> tuple[list[Promise], list[Figures]]:
    """Makes so many files in a folder, and looks through them twice."""
    with closing(Catalogue.open(open_bundle(STARTER))) as catalogue:
        tracks = catalogue.tracks(range(min(catalogue.counts[0], songs)))
    music = folder / "music"
    make(music, songs, tracks)
    database = f"sqlite+aiosqlite:///{folder / 'party.db'}"
    first, second = _step(music, database), _step(music, database)
    scene = f"{songs:,} files"
    promises = [
        at_most(scene, "first look", first.seconds, LONGEST_SCAN_S, "s"),
        at_most(scene, "memory after it", first.grown_mb, MOST_MB, "MB"),
        at_most(scene, "start after it", second.start_s, LONGEST_START_S, "s"),
        at_most(scene, "memory after that", second.grown_mb, MOST_MB, "MB"),
        Promise(scene, "processor for the first look", f"{first.cpu_s:,.1f} s"),
        Promise(scene, "next look", f"{second.seconds:,.1f} s"),
        Promise(scene, "songs of the catalogue", f"{first.known:,} of {first.songs:,}"),
        _beside(scene, "loop late meanwhile, p99", first.late_ms, first.idle_late_ms),
        _beside(scene, "a search meanwhile, p99", first.search_ms, first.idle_search_ms),
    ]
    return promises, [first, second]


def _beside(scene: str, what: str, busy_ms: float, idle_ms: float) -> Promise:
    return Promise(scene, what, f"{busy_ms:,.1f} ms (before it {idle_ms:,.1f})")


def main() -> int:
    """Measures, and prints a table; 1 where something was not as promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=int, default=SONGS)
    parser.add_argument("--live", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--database", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.live:
        sys.setswitchinterval(SWITCH_S)
        print(json.dumps(asdict(run_on_loop(_live(asked.live, asked.database)))))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        promises, _ = measure(asked.songs, Path(folder))
    Console().print(table("Own music in a folder", promises))
    return int(any(each.met is False for each in promises))


if __name__ == "__main__":
    sys.exit(main())
