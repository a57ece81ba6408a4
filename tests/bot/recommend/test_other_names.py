"""Other spellings: what the rules make of other letters, and that the tables are about this catalogue."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator

import pytest

from bot.party.spelling import song_key
from bot.party.words import Track
from bot.recommend import asking
from bot.recommend.other_names import BAR, NAMES, TITLES, other_names, other_titles, romanised, rows
from bot.recommend.texts import words
from bot.settings import STARTER


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("Gangnam Style", "Gangnam Style"),
        ("Beyoncé", "Beyonce"),
        ("к черту любовь", "k chertu lyubov"),
        ("Кукла колдуна", "kukla kolduna"),
        ("объяснить", "obyasnit"),
        ("Смърт", "smart"),
        ("달라달라", "dalladalla"),
        ("신청곡", "sincheonggok"),
        ("독립문", "dongnimmun"),
        ("좋아합니다", "joahamnida"),
        ("강남스타일 Gangnam", "gangnamseutail Gangnam"),
        ("たぶん", "tabun"),
        ("きゃりーぱみゅぱみゅ", "kyaripamyupamyu"),
        ("ヨルシカ", "yorushika"),
        ("マッチ", "matchi"),
        ("ラブレター", "rabureta"),
        ("シャッター", "shatta"),
        ("ファミリー ウィンク ティー", "famiri winku ti"),
        ("ﾋｶﾘ", "hikari"),
        ("周杰伦", "zhou jie lun"),
        ("童話", "tong hua"),
        ("ευχαριστώ μπουζούκι", "efcharisto bouzouki"),
        ("ლინდა ადამია", "linda adamia"),
        ("JMΔC", "JMAC"),
        ("LOOΠΔ", "LOONA"),
        ("Сafé", "Cafe"),
        ("ДамаLove", "damaLove"),
        ("🎵", ""),
    ],
)
def test_other_letters_are_spelt_in_latin(text: str, spelt: str) -> None:
    assert romanised(text) == spelt


def test_every_song_of_the_catalogue_can_be_spelt(songs: list[tuple[str, str]]) -> None:
    assert all(romanised(f"{title} {artist}").isascii() for title, artist in songs)


@pytest.mark.parametrize(
    ("artist", "other"),
    [
        ("BTS", "bangtan boys"),
        ("bts", "방탄소년단"),
        ("Kenshi Yonezu", "米津玄師"),
        ("P!nk", "pink"),
        ("The Notorious B.I.G.", "biggie"),
        ("AC/DC", "acdc"),
        ("Prince", "the artist formerly known as prince"),
    ],
)
def test_an_artist_has_other_names(artist: str, other: str) -> None:
    assert other in other_names(artist)


def test_most_artists_have_no_other_name() -> None:
    assert other_names("Nobody Ever Heard Of") == ()
    assert other_titles("Nothing", "Nobody") == ()


def test_a_title_has_other_titles() -> None:
    assert "gurenge" in other_titles("紅蓮華", "LiSA")
    assert "yoru ni kakeru" in other_titles("夜に駆ける", "YOASOBI")


def test_the_names_are_of_this_catalogue_and_of_one_artist_each(songs: list[tuple[str, str]]) -> None:
    """Some are credited by two names, 2Pac and Tupac: the other one is that of fewer songs."""
    own = Counter(folded(name) for _, artists in songs for name in {*artists.split(", "), artists})
    table = list(rows(NAMES))
    assert [name for name, *_ in table if folded(name) not in own] == []
    pairs = [(folded(name), folded(other)) for name, names, _ in table for other in names.split(BAR)]
    assert [(name, other) for name, other in pairs if own[other] >= own[name]] == []
    others = [other for _, other in pairs]
    assert [other for other, count in Counter(others).items() if count > 1] == []
    assert all(others)
    assert [name for name, count in Counter(folded(name) for name, *_ in table).items() if count > 1] == []


def test_the_titles_are_of_this_catalogue(songs: list[tuple[str, str]]) -> None:
    known = {song_key(Track(*song)) for song in songs}
    table = [(song_key(Track(title, artist)), others) for title, artist, others in rows(TITLES)]
    assert [key for key, _ in table if key not in known] == []
    assert len({key for key, _ in table}) == len(table)
    assert all(folded(other) for _, others in table for other in others.split(BAR))


def test_the_words_of_requests_are_folded() -> None:
    lists = [asking.REQUESTS, asking.BETWEEN, asking.NOUNS, asking.DECORATIONS, asking.WISHES]
    assert [word for listed in lists for word in listed if folded(word) != word or not word] == []
    assert asking.DECORATIONS.isdisjoint(asking.WISHES)
    assert asking.BETWEEN["by"] == "title first"
    assert asking.BETWEEN["の"] == "artist first"
    assert asking.WISHES["en vivo"] == "live"


def folded(text: str) -> str:
    return " ".join(words(text))


@pytest.fixture(scope="module")
def songs() -> Iterator[list[tuple[str, str]]]:
    """Title and artists of every song of the starter model."""
    connection = sqlite3.connect(STARTER / "catalog.db")
    yield connection.execute("SELECT title, artist FROM tracks").fetchall()
    connection.close()
