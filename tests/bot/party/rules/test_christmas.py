"""Which texts are about Christmas, and when it is in season."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.party.rules.christmas import for_christmas, in_season, is_christmas
from bot.party.words import Track


@pytest.mark.parametrize(
    "text",
    [
        "All I Want for Christmas Is You",
        "Merry Xmas Everybody",
        "Rudolph The Red-Nosed Reindeer",
        "Santa Claus Is Comin' to Town - Live",
        "O Holy Night",
        "Fröhliche Weihnacht überall",
        "In der Weihnachtsbäckerei",
        "Feliz Navidad",
        "Petit Papa Noël",
        "Então É Natal",
        "クリスマス・イブ",
        "圣诞结",
        "weihnachten",
        "Little Saint Nick - 1991 Remix",
        "Happy Holiday / The Holiday Season",
        "(There's No Place Like) Home For The Holidays",
        "Baby, It’s Cold Outside",
        "God Rest Ye Merry Gentlemen",
        "Silver Bells (feat. Naturally 7)",
        "Must Be Santa",
        "Süßer die Glocken nie klingen",
        "Los peces en el río",
        "Il est né le divin enfant",
    ],
)
def test_what_is_about_christmas(text: str) -> None:
    """In English, German, Spanish, French, Portuguese, Japanese and Chinese, as a title or as a word."""
    assert is_christmas(text)


@pytest.mark.parametrize(
    "text",
    [
        "Holiday",
        "Faithfully",
        "Santa Monica",
        "Evil Ways - Santana",
        "Noel Gallagher's High Flying Birds",
        "Natalia Lafourcade",
        "Joy to the World",
        "La Santa",
        "Oh Santa Lucia",
        "Hey Santa Barbara",
        "Happy Holidays, You Bastard",
        "Silver Lining",
        "Holiday Road",
        "Home",
        "This Is Halloween (The Nightmare Before Christmas)",
        "Frosty",
        "The Night Is Silent",
        "",
    ],
)
def test_what_only_sounds_like_it(text: str) -> None:
    """Names, other feasts and words that mean something else too."""
    assert not is_christmas(text)


def test_a_song_is_for_christmas_by_its_album_too() -> None:
    """What stands on a Christmas album is for Christmas, whatever it is called."""
    assert for_christmas(Track("Joy to the World", "Gladys Knight", album="Merry Christmas"))
    assert not for_christmas(Track("Joy to the World", "Three Dog Night"))


@pytest.mark.parametrize(
    ("month", "day", "is_it"),
    [(11, 23, False), (11, 24, True), (12, 25, True), (12, 27, True), (12, 28, False), (1, 6, False)],
)
def test_the_season(month: int, day: int, is_it: bool) -> None:
    """From 24 November to 27 December, both days whole."""
    for hour, minute in ((0, 0), (23, 59)):
        at = datetime(2026, month, day, hour, minute, tzinfo=UTC)
        assert in_season(int(at.timestamp() * 1000)) is is_it
