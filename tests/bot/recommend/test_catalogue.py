"""Search on the shipped catalogue, as people type."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.party.errors import EmptyText, StartError, TextTooLong, UnknownLink, UnsureSong
from bot.party.spelling import names, song_key
from bot.party.words import Track
from bot.recommend.bundle import Bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.finder import Outcome
from bot.recommend.texts import words


@pytest.mark.parametrize(
    ("text", "title", "artist"),
    [
        ("mr brightside", "Mr. Brightside", "The Killers"),
        ("brightside killers", "Mr. Brightside", "The Killers"),
        ("bohemian rapsody", "Bohemian Rhapsody", "Queen"),
        ("BOHEMIAN  RHAPSODY", "Bohemian Rhapsody", "Queen"),
        ("dua lipa levitating", "Levitating (feat. DaBaby)", "Dua Lipa, DaBaby"),
        ("dont stop me now", "Don't Stop Me Now", "Queen"),
        ("acdc thunderstruck", "Thunderstruck", "AC/DC"),
        ("smels like teen spirit", "Smells Like Teen Spirit", "Nirvana"),
        ("michael jakson thriler", "Thriller", "Michael Jackson"),
        ("Queen - Bohemian Rhapsody", "Bohemian Rhapsody", "Queen"),
        ("bohemian rapsody - queen", "Bohemian Rhapsody", "Queen"),
        ("naive the kooks", "Naive", "The Kooks"),
    ],
)
async def test_what_people_type_is_the_song_they_mean(
    catalogue: Catalogue, text: str, title: str, artist: str
) -> None:
    """Word order, case, signs and typos do not matter, and the original comes first."""
    track = await catalogue.resolve(text)
    assert (track.title, track.artist) == (title, artist)


@pytest.mark.parametrize("letter", list("abcdefghijklmnoprstuvwy"))
async def test_the_first_letter_finds_popular_songs(catalogue: Catalogue, letter: str) -> None:
    """A word of nearly each song begins with the letter, and the popular songs come first.

    Of some an artist's other name does, or a word that is written otherwise, as `y` for `why`.
    """
    found = await catalogue.search(letter, 10)
    assert len(found) == 10
    named = [words(f"{track.title} {track.artist}") for track in found]
    assert sum(any(word.startswith(letter) for word in each) for each in named) >= 4
    places = [catalogue.index_of(track) or 0 for track in found]
    assert sum(places) / len(places) < 0.03 * catalogue.counts[0]


@pytest.mark.parametrize(
    ("text", "artist"),
    [
        ("wonderwall", "Oasis"),
        ("imagine", "John Lennon"),
        ("yesterday", "The Beatles"),
        ("africa", "TOTO"),
        ("blinding lights", "The Weeknd"),
        ("hello", "Adele"),
    ],
)
async def test_originals_come_before_covers(catalogue: Catalogue, text: str, artist: str) -> None:
    """The song that made a title famous is the first one, whoever covered it."""
    assert (await catalogue.search(text))[0].artist == artist


async def test_karaoke_comes_last(catalogue: Catalogue) -> None:
    """No karaoke version of a song stands above another version of it."""
    for text in ("cold heart", "you can cry", "stay", "levitating"):
        title = text.split()
        marks = [
            not {"karaoke", "instrumental", "originally"}.isdisjoint(words(track.title))
            for track in await catalogue.search(text, 25)
            if words(track.title)[: len(title)] == title
        ]
        assert marks == sorted(marks)


async def test_a_version_that_is_asked_for_is_found(catalogue: Catalogue) -> None:
    """Who types karaoke gets karaoke."""
    found = await catalogue.search("karaoke", 3)
    assert found
    assert all("karaoke" in words(f"{track.title} {track.artist}") for track in found)


async def test_karaoke_that_is_asked_for_is_not_put_last(catalogue: Catalogue) -> None:
    """With the word a karaoke version of a song stands before the song, without it behind."""
    for text, wanted in (("ice ice baby karaoke", True), ("you can cry marshmello karaoke", True)):
        (first, *_) = await catalogue.search(text, 3)
        assert ("karaoke" in words(f"{first.title} {first.artist}")) is wanted


async def test_a_search_shows_a_song_once(catalogue: Catalogue) -> None:
    """Remasters and live takes of one song do not fill the list."""
    for text in ("hey jude", "b", "queen", "love"):
        keys = [song_key(track) for track in await catalogue.search(text, 25)]
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize("text", ["", " ", "🎉🎉", "-", "?!", "\u200b", '"', "*", "'; DROP TABLE tracks"])
async def test_signs_do_not_confuse_the_search(catalogue: Catalogue, text: str) -> None:
    """Signs of the search engine's own language are text like any other; without a word nothing is found."""
    found = await catalogue.search(text)
    assert bool(found) <= bool(words(text))


@pytest.mark.parametrize(
    "text", ['"', 'a" OR "b', "title:abba", "NEAR(a b)", "(((", "a AND", "NOT queen", "^abba", "x" * 299]
)
async def test_the_engines_language_is_not_spoken(catalogue: Catalogue, text: str) -> None:
    """No text makes the search fail."""
    assert isinstance(await catalogue.search(text), list)


async def test_a_picked_song_is_exactly_that_one(catalogue: Catalogue) -> None:
    """The value of a choice names a track id; an unknown one is refused."""
    track = (await catalogue.search("hey jude"))[0]
    assert await catalogue.resolve(f"track:{track.track_id}") == track
    with pytest.raises(UnknownLink):
        await catalogue.resolve("track:nothing")


async def test_spotify_links_are_known_offline(catalogue: Catalogue, bundle: Bundle) -> None:
    """Every usual form of a track link leads to the track."""
    with closing(sqlite3.connect(bundle.catalogue)) as connection:
        spotify_id, index = connection.execute("SELECT spotify_id, idx FROM spotify LIMIT 1").fetchone()
    for link in (
        f"https://open.spotify.com/track/{spotify_id}",
        f"https://open.spotify.com/track/{spotify_id}?si=abc&x=y",
        f"http://open.spotify.com/intl-de/track/{spotify_id}",
        f"open.spotify.com/track/{spotify_id}",
        f"spotify:track:{spotify_id}",
    ):
        known = replace(catalogue.track(index), spotify_id=spotify_id)
        assert await catalogue.resolve(link) == known


@pytest.mark.parametrize(
    "link",
    [
        "https://open.spotify.com/track/0000000000000000000000",
        "https://open.spotify.com/track/tooshort",
        "https://open.spotify.com.evil.example/track/0000000000000000000000",
        "https://open.spotify.com/album/0000000000000000000000",
        "spotify:artist:0000000000000000000000",
        "https://youtu.be/dQw4w9WgXcQ",
        "www.example.com",
    ],
)
async def test_other_links_are_refused(catalogue: Catalogue, link: str) -> None:
    """A link that leads to no known track is not queued as a title."""
    with pytest.raises(UnknownLink):
        await catalogue.resolve(link)


async def test_a_typed_song_is_not_bent_into_another_one(catalogue: Catalogue) -> None:
    """Title - artist that nobody knows is asked about where a letter makes another song, else as typed."""
    with pytest.raises(UnsureSong) as unsure:
        await catalogue.resolve("Love - Taylor Swift")
    assert "Lover" in {track.title for track in unsure.value.offered}
    for text in ("typed:Love - Taylor Swift", "typed:Taylor Swift - Love"):
        assert await catalogue.resolve(text) == Track("Love", "Taylor Swift")
    track = await catalogue.resolve("Quixotic Zebras - Taylor Swift")
    assert track == Track("Quixotic Zebras", "Taylor Swift")
    assert catalogue.index_of(track) is not None
    assert catalogue.index_of(Track("Nothing", "Nobody Anybody Knows")) is None


async def test_invisible_signs_are_dropped(catalogue: Catalogue) -> None:
    """What hides in copied text neither disturbs the search nor gets into a title."""
    assert (await catalogue.resolve("thunder\u200bstruck ac\u200b/dc")).title == "Thunderstruck"
    assert await catalogue.resolve("No\u202e Such\x07 Song - No\u200bbody") == Track("No Such Song", "Nobody")


async def test_bad_texts_have_their_own_errors(catalogue: Catalogue) -> None:
    """Nothing, too much and nonsense are told apart; nonsense gets a hint when something is near."""
    with pytest.raises(EmptyText):
        await catalogue.resolve("🎉")
    with pytest.raises(TextTooLong):
        await catalogue.resolve("la " * 200)
    with pytest.raises(UnsureSong, match=r"Did you mean .*Mr\. Brightside"):
        await catalogue.resolve("zzyzx brightside")


def test_versions_share_a_key() -> None:
    """Remasters, brackets and featured guests do not make another song; another artist does."""
    one = Track("Hey Jude", "The Beatles")
    assert song_key(one) == song_key(Track("Hey Jude - Remastered 2015", "The Beatles, George Martin"))
    assert song_key(one) == song_key(Track("Hey Jude (Live)", "The Beatles"))
    assert song_key(one) != song_key(Track("Hey Jude", "Wilson Pickett"))
    assert song_key(Track("(What)", "X")) != song_key(Track("(Who)", "X"))


def test_every_song_is_found_by_what_it_is(catalogue: Catalogue, bundle: Bundle) -> None:
    """Ids, artists and versions, which are looked up in memory, are those of the songs in the file."""
    tracks = catalogue.tracks(range(bundle.tracks))
    with closing(sqlite3.connect(bundle.catalogue)) as connection:
        ids = [each for (each,) in connection.execute("SELECT track_id FROM tracks ORDER BY idx")]
    assert [track.track_id for track in tracks] == ids
    assert [catalogue.index_of(track) for track in tracks] == [*range(bundle.tracks)]
    numbers = catalogue.artists(np.arange(bundle.tracks)).tolist()
    assert [catalogue.artist(track) for track in tracks] == numbers
    spelt = [(names(track.artist) or [""])[0] for track in tracks]
    assert len({*zip(spelt, numbers, strict=True)}) == len({*spelt}) == len({*numbers})  # one each
    versions: dict[str, list[int]] = {}
    for index, track in enumerate(tracks):
        versions.setdefault(song_key(track), []).append(index)
    for track, index in zip(tracks[:5_000], range(5_000), strict=True):
        found = catalogue.versions(track)
        assert found == catalogue.versions_of(index)
        assert {*versions[song_key(track)]} <= {*found}
        for other in {*found} - {*versions[song_key(track)]}:  # the same people in another order
            swapped = [{*names(tracks[each].artist)} for each in versions[song_key(track)]]
            assert any({*names(tracks[also].artist)} in swapped for also in versions[song_key(tracks[other])])
    assert not catalogue.versions(Track("Nothing", "Nobody Anybody Knows"))


def test_an_artist_stands_in_for_an_unknown_song(catalogue: Catalogue, bundle: Bundle) -> None:
    """However the name is spelt; the indices of the artists are the file's."""
    with closing(sqlite3.connect(bundle.catalogue)) as connection:
        (index,) = connection.execute("SELECT idx FROM artists WHERE name = 'Beyoncé'").fetchone()
    for name in ("Beyoncé", "beyonce", "BEYONCÉ, Somebody Else"):
        assert catalogue.index_of(Track("No Such Song", name)) == index


@pytest.mark.parametrize("text", ["AC/DC - T.N.T. (Live) 2003_x", "don't STOP", "a", "", "_ -"])
def test_plain_texts_have_the_words_of_others(text: str) -> None:
    """A text of plain letters is split as it is when a letter of another script stands beside it."""
    assert words(f"{text} ж") == [*words(text), "ж"]


async def test_a_closed_catalogue_has_let_go_of_its_file(bundle: Bundle) -> None:
    """Closing waits for the search that still reads, and nothing reads afterwards."""
    catalogue = Catalogue.open(bundle)
    searches = [asyncio.create_task(catalogue.search("bohemian rapsody")) for _ in range(3)]
    await asyncio.sleep(0)  # each has been handed to a thread
    await asyncio.to_thread(catalogue.close)
    found = await asyncio.gather(*searches, return_exceptions=True)
    assert not [each for each in found if isinstance(each, sqlite3.Error)]
    with pytest.raises(sqlite3.ProgrammingError):
        catalogue.track(0)


def test_a_catalogue_that_does_not_add_up_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    """Another number of songs than the manifest's, or no database at all, names the file."""
    copy = Path(shutil.copy(bundle.catalogue, tmp_path))
    before = {*threading.enumerate()}
    with pytest.raises(StartError, match=r"catalog\.db"):
        Catalogue.open(replace(bundle, catalogue=copy, tracks=1))
    assert {*threading.enumerate()} <= before  # nobody reads the closed file: that would end the process
    copy.write_bytes(b"no database at all")
    with pytest.raises(StartError, match=r"catalog\.db"):
        Catalogue.open(replace(bundle, catalogue=copy))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Bohemian Rhapsody - Remastered 2011", "Bohemian Rhapsody"),
        ("Africa - Toto - 2018 Remaster", "Africa"),
        ("Under Pressure - David Bowie", "Under Pressure"),
        ("levitating - dababy", "Levitating"),
        ("Bohemian Rhapsody - Live", "Bohemian Rhapsody"),
    ],
)
async def test_a_dash_is_understood(catalogue: Catalogue, text: str, title: str) -> None:
    """Behind a dash may stand any of the artists, or which version it is: the song is known all the same."""
    track = await catalogue.resolve(text)
    assert track.track_id is not None
    assert track.title.startswith(title)


async def test_every_title_with_a_dash_finds_its_song(catalogue: Catalogue, bundle: Bundle) -> None:
    """A title copied from the catalogue, version and all, leads back to a song of that title."""
    dashed = [catalogue.track(i) for i in range(bundle.tracks) if " - " in catalogue.track(i).title][:200]
    lost = [
        track.title for track in dashed if (await catalogue.meant(track.title)).outcome is not Outcome.SURE
    ]
    assert len(lost) <= len(dashed) // 50, lost


async def test_songs_of_other_scripts_are_found(catalogue: Catalogue, bundle: Bundle) -> None:
    """Hangul, Cyrillic and Japanese titles are found as they are written."""
    foreign = [
        track
        for track in map(catalogue.track, range(bundle.tracks))
        if any(ord(char) > 0x370 for char in track.title if char.isalpha()) and len(words(track.title)) > 0
    ]
    missed = [track.title for track in foreign if not await catalogue.search(track.title)]
    assert foreign
    assert len(missed) <= len(foreign) // 50, missed


@pytest.mark.parametrize(
    "text",
    ["goodbye earl", "folsom prison", "friends in low places", "la vida es un carnaval", "take fiver"],
)
async def test_an_unknown_song_is_not_bent_into_another(catalogue: Catalogue, text: str) -> None:
    """A song that the catalogue lacks is never replaced by one that shares some letters."""
    assert (await catalogue.meant(text)).outcome is not Outcome.SURE


async def test_a_pasted_link_suggests_its_song_alone(catalogue: Catalogue, bundle: Bundle) -> None:
    """While a link stands in the field, the list shows what it leads to, not what its letters spell."""
    with closing(sqlite3.connect(bundle.catalogue)) as connection:
        spotify_id, index = connection.execute("SELECT spotify_id, idx FROM spotify LIMIT 1").fetchone()
    link = f"https://open.spotify.com/track/{spotify_id}"
    assert await catalogue.search(link) == [replace(catalogue.track(index), spotify_id=spotify_id)]
    assert await catalogue.search("https://open.spotify.com/track/0000000000000000000000") == []
