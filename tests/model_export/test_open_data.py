"""The open playlists, and the bundle that is shipped from them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from model_export.merge import read_folders
from model_export.playlists import SPLITS, Playlists
from model_export.reading import read_playlists
from tests.model_export.planted import table

OPEN, MORE = (Path(__file__).parents[3] / "shared" / "data" / name for name in ("open", "open2"))
STARTER = Path(__file__).parents[2] / "models" / "starter"
LONG_ENOUGH = 12
"""Characters that a playlist's name must have for its bytes not to turn up by chance."""

pytestmark = pytest.mark.skipif(
    not (OPEN.is_dir() and MORE.is_dir()), reason=f"the open playlists are not at {OPEN} and {MORE}"
)


@pytest.fixture(scope="module")
def data() -> Playlists:
    """All open playlists."""
    return read_playlists(OPEN)


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """What the shipped bundle says of itself."""
    found: dict[str, Any] = json.loads((STARTER / "manifest.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def seen(manifest: dict[str, Any]) -> Playlists:
    """The playlists that the shipped model has learned from: those of its sources and splits."""
    both = read_folders([OPEN, MORE])
    sources = {each["source"] for each in manifest["data"]}
    return both.select(
        [
            i
            for i in range(len(both))
            if both.sources[i] in sources and both.split_name(i) in manifest["splits"]
        ]
    )


@pytest.fixture(scope="module")
def contents() -> dict[str, bytes]:
    """The bytes of the shipped files, in small letters."""
    return {path.name: path.read_bytes().lower() for path in STARTER.iterdir()}


def test_the_open_playlists_read(data: Playlists) -> None:
    """All lists, tracks and parents that the data's README counts are read, and no entry is out of range."""
    assert len(data) == 2611
    assert len(set(data.parents)) == 1863
    assert len(data.songs) == 89_417
    assert 0 <= data.entries.min() <= data.entries.max() < len(data.songs)
    assert data.licences.keys() == set(data.sources)
    assert all(data.licences.values())


def test_no_open_list_holds_a_song_twice(data: Playlists) -> None:
    """Each list's songs are different ones."""
    of_list = np.repeat(np.arange(len(data)), np.diff(data.bounds))
    pairs = of_list * len(data.songs) + data.entries
    assert len(np.unique(pairs)) == len(pairs)


def test_every_source_is_in_every_split(data: Playlists) -> None:
    """No source is measured that was not learned from, and none escapes measuring."""
    for name in SPLITS:
        assert set(data.split(name).sources) == set(data.sources)


def test_the_starter_holds_every_song(seen: Playlists, manifest: dict[str, Any]) -> None:
    """The shipped catalogue is every song of the playlists seen, those of a single list too."""
    expected = {seen.songs[i].track_id for i in np.flatnonzero(seen.parents_per_song()).tolist()}
    with closing(sqlite3.connect(f"file:{STARTER / 'catalog.db'}?mode=ro", uri=True)) as connection:
        found = {track_id for (track_id,) in connection.execute("SELECT track_id FROM tracks")}
    assert found == expected
    assert manifest["tracks"] == len(found)
    assert len(found) >= 89_417


def test_the_starter_is_small() -> None:
    """The whole bundle stays under 50 MB, so that it can live in the repository."""
    assert sum(path.stat().st_size for path in STARTER.iterdir()) < 50_000_000


def test_the_starter_holds_no_name_of_a_playlist(contents: dict[str, bytes]) -> None:
    """No playlist's name turns up in the shipped bytes, unless a song, artist or album is called so too."""
    names = {name.lower() for name in column("playlists", "name") if name and len(name) >= LONG_ENOUGH}
    assert len(names) > 500
    public = "\n".join(
        text.lower()
        for name in ("title", "artist", "album")
        for folder in (OPEN, MORE)
        for text in pc.unique(pq.read_table(table(folder, "tracks"), columns=[name])[name]).to_pylist()
        if text
    )
    encoded = {name.encode() for name in names}
    leaked = [
        (name, file)
        for file, content in contents.items()
        for name in held(encoded, content)
        if name.decode() not in public
    ]
    assert leaked == []


def test_what_is_held_is_found() -> None:
    """The search by their beginnings finds texts wherever they lie, and only whole ones."""
    words = {b"farewell 2019", "für immer ❤".encode(), b"not in there"}
    content = b"\x00\x01farewell 2019" + bytes(100_000) + b"not in the" + "für immer ❤".encode()
    assert held(words, content) == words - {b"not in there"}
    assert held(words, content[:-1]) == {b"farewell 2019"}
    assert held(words, b"short") == set()


def held(words: set[bytes], content: bytes) -> set[bytes]:
    """Which words of at least twelve bytes are part of the content; it looks for all of them at once."""
    if len(content) < LONG_ENOUGH:
        return set()
    pairs = np.lib.stride_tricks.sliding_window_view(np.frombuffer(content, np.uint8), 2)
    numbers = pairs[:, 0] * np.uint16(256) + pairs[:, 1]
    maybe = np.ones(len(content) - LONG_ENOUGH + 1, bool)
    for at in range(0, LONG_ENOUGH, 2):
        begins = np.zeros(65_536, bool)
        begins[[int.from_bytes(word[at : at + 2], "big") for word in words]] = True
        maybe &= begins[numbers[at : at + len(maybe)]]
    beginnings: dict[bytes, set[bytes]] = {}
    for word in words:
        beginnings.setdefault(word[:LONG_ENOUGH], set()).add(word)
    found = set()
    for place in np.flatnonzero(maybe).tolist():
        alike = beginnings.get(content[place : place + LONG_ENOUGH], ())
        found |= {word for word in alike if content.startswith(word, place)}
    return found


def column(name: str, of: str) -> list[str | None]:
    """A column of the open data, of both folders."""
    return [
        value
        for folder in (OPEN, MORE)
        for value in pq.read_table(table(folder, name), columns=[of])[of].to_pylist()
    ]


def test_the_card_names_every_source_and_licence(seen: Playlists) -> None:
    """Each source that the shipped model has seen stands on its card with its licence and its counts."""
    card = (STARTER / "MODEL_CARD.md").read_text("utf-8")
    for source in set(seen.sources):
        lists = [i for i in range(len(seen)) if seen.sources[i] == source]
        parents = {seen.parents[i] for i in lists}
        assert f"| {source} | {seen.licences[source]} | {len(lists):,} | {len(parents):,} |" in card


def test_the_manifest_tells_what_the_starter_has_seen(seen: Playlists, manifest: dict[str, Any]) -> None:
    """Sources, licences and counts in the manifest are those of the splits it names."""
    assert set(manifest["splits"]) <= set(SPLITS)
    told = {each["source"]: each["licence"] for each in manifest["data"]}
    assert told == {source: seen.licences[source] for source in told}
    assert sum(each["playlists"] for each in manifest["data"]) == len(seen)
    assert sum(each["parents"] for each in manifest["data"]) == len(
        set(zip(seen.sources, seen.parents, strict=True))
    )
