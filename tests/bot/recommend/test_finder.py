"""Which songs texts mean: the cases that failed once, by kind, and songs that are not there."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from bot.party.errors import PartyError
from bot.party.spelling import names, title_key
from bot.recommend.catalogue import Catalogue
from bot.recommend.finder import Outcome

TYPED = Path(__file__).parents[4] / "shared" / "cases" / "typed.tsv"


@pytest.mark.parametrize(
    ("typed", "title", "artist"),
    [
        ("forever young alphaville", "Forever Young", "Alphaville"),
        ("numb", "Numb", "Linkin Park"),
        ("up", "Up", "Cardi B"),
        ("7", "7", "Moby"),
        ("ABBA - Waterloo (Official Video)", "Waterloo", "ABBA"),
        ("watreloo abba", "Waterloo", "ABBA"),
        ("dancing kween abba", "Dancing Queen", "ABBA"),
        ("wonderwall jackson oasis"[:10] + " oasis", "Wonderwall", "Oasis"),
        ("夜に駆ける", "夜に駆ける", "YOASOBI"),
        ("yoru ni kakeru yoasobi", "夜に駆ける", "YOASOBI"),
        ("track:Waterloo artist:ABBA", "Waterloo", "ABBA"),
        ("p!nk so what", "So What", "P!nk"),
        ("seven nation army the white stripes", "Seven Nation Army", "The White Stripes"),
        ("spiel bitte thunderstruck von acdc", "Thunderstruck", "AC/DC"),
    ],
)
async def test_the_song_is_sure(catalogue: Catalogue, typed: str, title: str, artist: str) -> None:
    """Exact artists before stars' covers, famous titles, short ones, slips, sounds, other scripts."""
    meant = await catalogue.meant(typed)
    assert meant.outcome is Outcome.SURE
    assert meant.track is not None
    assert title_key(meant.track.title) == title_key(title)
    assert names(artist)[0] in names(meant.track.artist)


@pytest.mark.parametrize(
    ("typed", "title", "artist"),
    [
        ("Quixotic Zebras - Taylor Swift", "Quixotic Zebras", "Taylor Swift"),
        ("Taylor Swift - Quixotic Zebras", "Quixotic Zebras", "Taylor Swift"),
        ("quixotic zebras taylor swift", "quixotic zebras", "taylor swift"),
        ("Zzyxq Vlorp - Quixotic Zebras (Official Video)", "Quixotic Zebras", "Zzyxq Vlorp"),
        ("Quixotic Zebras - Zzyxq Vlorp", "Quixotic Zebras", "Zzyxq Vlorp"),
        ("Song 7 of 12 - Nobody", "Song 7 of 12", "Nobody"),
    ],
)
async def test_an_unknown_song_is_as_typed(catalogue: Catalogue, typed: str, title: str, artist: str) -> None:
    """The artist is whoever is known, on either side; else the title stands first, not so in a video's."""
    meant = await catalogue.meant(typed)
    assert meant.outcome is Outcome.UNKNOWN
    assert meant.track is not None
    assert (meant.track.title, meant.track.artist, meant.track.track_id) == (title, artist, None)


async def test_unsure_offers_three_at_most(catalogue: Catalogue) -> None:
    """Each another song, the likeliest first."""
    meant = await catalogue.meant("wonderwall zzyzx")
    assert meant.outcome is Outcome.UNSURE
    assert meant.track is None
    assert 1 <= len(meant.offered) <= 3
    assert meant.offered[0].artist == "Oasis"
    assert len({track.track_id for track in meant.offered}) == len(meant.offered)


@pytest.mark.parametrize(
    "text", ["x" * 10_000, "la " * 1_000, "?!" * 100, "🎉" * 100, "\ud800", "\u202e", "\u200b" * 50]
)
async def test_bad_texts_are_refused(catalogue: Catalogue, text: str) -> None:
    """Too long, or without a word: one sentence."""
    with pytest.raises(PartyError):
        await catalogue.meant(text)


@pytest.mark.skipif(not TYPED.exists(), reason="the cases of other hands lie beside the project")
async def test_what_other_hands_typed(catalogue: Catalogue) -> None:
    """Nine tenths are sure and right, nearly all are at least offered, and hardly a wrong song is taken."""
    told: Counter[str] = Counter()
    with TYPED.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        meant = await catalogue.meant(row["typed"].replace("\\t", "\t").replace("\\n", "\n"))
        found = [meant.track, *meant.offered] if meant.track else [*meant.offered]
        right = [title_key(each.title) == title_key(row["title"]) for each in found if each.track_id]
        told["right"] += meant.outcome is Outcome.SURE and right == [True]
        told["offered"] += any(right)
        told["wrong"] += meant.outcome is Outcome.SURE and right == [False]
    assert told["right"] >= 0.9 * len(rows), told
    assert told["offered"] >= 0.97 * len(rows), told
    assert told["wrong"] <= 0.02 * len(rows), told
