"""Which song an export means: the catalogue's, as in a party, or a new one that every spelling shares."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bot.recommend.catalogue import Catalogue
from bot.settings import STARTER
from model_export.columns import Song
from model_export.exports import lists_from, read
from model_export.exports.found import Named
from model_export.exports.understanding import Matcher
from model_export.playlists import DataError
from model_export.written import typed_id
from tests.model_export.exports import forms
from tests.model_export.exports.test_forms import lists_of, written


@pytest.fixture(scope="module")
def matcher() -> Iterator[Matcher]:
    """Who knows the starter's songs."""
    with closing(Matcher(STARTER)) as matcher:
        yield matcher


def matched(matcher: Matcher, *names: Named) -> list[Song]:
    """The song of each name."""
    found = matcher.matched([names], lambda *_: None)
    return [found[name] for name in names]


async def test_a_song_is_the_one_that_a_party_would_take(matcher: Matcher, catalogue: Catalogue) -> None:
    """In any spelling, with guests and remasters, swapped or as one line."""
    known = await catalogue.resolve("mr brightside")
    names = [
        Named("Mr. Brightside", "The Killers"),
        Named("MR BRIGHTSIDE", "Killers"),
        Named("Mr Brightsid", "The Killers"),
        Named("The Killers", "Mr. Brightside"),
        Named(line="The Killers - Mr. Brightside (Official Video)"),
        Named(line="mr brightside"),
    ]
    songs = [Song(song.track_id, song.title, song.artist) for song in await asked(matcher, *names)]
    assert songs == [Song(known.track_id or "", known.title, known.artist)] * len(names)
    assert all(map(matcher.known, songs))


async def asked(matcher: Matcher, *names: Named) -> list[Song]:
    """The same beside a loop that runs."""
    return await asyncio.to_thread(matched, matcher, *names)


@pytest.mark.parametrize(
    ("title", "artist"),
    [
        *(
            ("Unbelievable", "Our Neighbours"),
            ("Mr. Brightside", "Our Neighbours"),
            ("Our Own Demo", "The Killers"),
        ),
        ("Killers", "Our Neighbours"),  # a band is called so
    ],
)
def test_a_namesake_is_another_song(matcher: Matcher, title: str, artist: str) -> None:
    """A title that another artist made famous stays the one that the file names."""
    (song,) = matched(matcher, Named(title, artist, "An album", 1991, 200_000))
    assert song == Song(typed_id(title, artist), title, artist, "An album", 1991, 200_000)
    assert not matcher.known(song)


@pytest.mark.parametrize(
    ("title", "artist", "known"),
    [
        ("Dynamite", "방탄소년단", "BTS"),
        ("Toxic", "ブリトニー・スピアーズ", "Britney Spears"),
        ("Racing into the Night", "YOASOBI", "YOASOBI"),
        ("Waterloo", "Abba", "ABBA"),
    ],
)
def test_an_artist_has_other_names(matcher: Matcher, title: str, artist: str, known: str) -> None:
    """What the bot knows of names in other scripts, and of titles, holds for exports too."""
    (song,) = matched(matcher, Named(title, artist))
    assert (song.artist, matcher.known(song)) == (known, True)


def test_spellings_of_a_new_song_are_one(matcher: Matcher) -> None:
    """Case, accents, guests and a shared Spotify id: one new song, as it was spelt first."""
    songs = matched(
        matcher,
        Named("Déjà Démo", "The Garage Neighbours, Anna B", spotify_id="1" * 22),
        Named("DEJA DEMO!", "the garage neighbours"),
        Named("Deja Demo (feat. Anna B)", "The Garage Neighbours"),
        Named("Another title", "Somebody", spotify_id="1" * 22),
        Named("Déjà Démo (Live)", "The Garage Neighbours"),
    )
    assert len({song.track_id for song in songs[:4]}) == 1
    assert songs[0].title == "Déjà Démo"
    assert songs[4].track_id != songs[0].track_id


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    "line", ["The Garage Neighbours - Our Own Demo", "Our Own Demo - The Garage Neighbours"]
)
def test_a_list_names_the_artist_on_one_side(tmp_path: Path, line: str, known: bool) -> None:
    """A new song is told apart as the known ones of its list are; of none, the artist is first."""
    artist_first = line.startswith("The")
    others = ["ABBA - Waterloo", "The Killers - Mr. Brightside"]
    others = others if artist_first else [" - ".join(reversed(each.split(" - "))) for each in others]
    files = {"list.txt": "\n".join([*(others if known else ["Nobody Else - No Song"]), line])}
    read([written(tmp_path / "in", files)], tmp_path / "out", STARTER)
    told = ("Our Own Demo", "The Garage Neighbours")
    assert lists_of(tmp_path / "out")[0][-1] == (told if known or artist_first else told[::-1])


def test_a_link_alone_is_a_song_only_where_it_is_known(tmp_path: Path) -> None:
    """A track that only an id names has no title to learn; it is counted."""
    text = "Track URI,Track Name,Artist Name(s)\n" + "".join(
        f"spotify:track:{id_},{title},{artist}\n"
        for id_, (title, artist) in zip((*forms.IDS, "9" * 22), [*forms.BOTH, ("", "")], strict=True)
    )
    counts = read([written(tmp_path / "in", {"x.csv": text})], tmp_path / "out", STARTER)
    assert lists_of(tmp_path / "out") == [forms.BOTH]
    assert counts.files[0].left == {"links to songs that I don't know": 1}


def test_counts_say_what_the_catalogue_knows(tmp_path: Path) -> None:
    """Of each file and of all, where a song counts once; known songs have the catalogue's ids and facts."""
    new = forms.PLAIN + "3. The Garage Neighbours - Our Own Demo\n"
    folder = written(tmp_path / "in", {"a.txt": new, "b.csv": forms.EXPORTIFY})
    counts = read([folder], tmp_path / "out", STARTER)
    assert [(each.lists, each.songs, each.known, each.new) for each in counts.files] == [
        (1, 3, 2, 1),
        (1, 2, 2, 0),
    ]
    assert (counts.lists, counts.entries, counts.songs, counts.known, counts.new) == (2, 5, 3, 2, 1)
    tracks = pq.read_table(tmp_path / "out" / "tracks.parquet").to_pylist()
    assert [each["track_id"].startswith("typed:") for each in tracks] == [False, False, True]
    assert [each["year"] for each in tracks] == [1974, 2004, None]
    assert tracks[0]["spotify_id"] is None


def test_the_same_files_give_the_same_folder(tmp_path: Path) -> None:
    """Nothing is drawn by lot, so that a split into training and test stays what it was."""
    folder = written(tmp_path / "in", {"a.txt": forms.PLAIN, "b.json": json.dumps(forms.SPOTIFY_EXTENDED)})
    for out in ("one", "two"):
        read([folder], tmp_path / out, STARTER)
    for table in ("tracks", "playlists", "entries"):
        one, two = (pq.read_table(tmp_path / out / f"{table}.parquet").to_pylist() for out in ("one", "two"))
        assert one == two


def test_lists_without_a_folder(tmp_path: Path) -> None:
    """What adapts a model asks for the lists themselves."""
    folder = written(tmp_path / "in", {"a.txt": forms.PLAIN})
    lists, counts = lists_from([folder], STARTER)
    assert [lists.songs[track].title for track in lists.tracks(0)] == ["Waterloo", "Mr. Brightside"]
    assert (len(lists), counts.known) == (1, 2)
    assert [each.name for each in tmp_path.iterdir()] == ["in"]


def test_a_bundle_that_is_none_is_a_line(tmp_path: Path) -> None:
    """It names the file; nothing is written."""
    folder = written(tmp_path / "in", {"a.txt": forms.PLAIN})
    with pytest.raises(DataError, match=r"manifest\.json cannot be read"):
        read([folder], tmp_path / "out", tmp_path)
    assert not (tmp_path / "out").exists()
