"""Whether Spotify knows the app."""

from __future__ import annotations

import pytest

from bot.checks import spotify
from bot.checks.result import Standing
from bot.party.errors import NotReached, StartError
from tests.bot.checks.conftest import KEY, Make
from tests.fakes.spotify_server import FakeSpotify


@pytest.mark.parametrize("secret", [True, False])
async def test_an_app_that_it_knows(spotify_: FakeSpotify, make: Make, secret: bool) -> None:
    """With its secret, or by a code that is none; the redirect URI is printed as it must be registered."""
    given = {"spotify_client_id": spotify_.client_id, "encryption_keys": KEY}
    if secret:
        given["spotify_client_secret"] = spotify_.client_secret
    found = await spotify.check(make(**given, public_url="https://party.example"))
    assert (found.standing, found.told) == (Standing.WORKS, "it knows the app")
    assert found.notes[0].endswith("https://party.example/spotify/callback")
    assert not spotify_.breaches


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"spotify_client_id": "nobody"}, "SPOTIFY_CLIENT_ID is not"),
        ({"spotify_client_secret": "wrong"}, "SPOTIFY_CLIENT_ID or SPOTIFY_CLIENT_SECRET is not"),
    ],
)
async def test_one_that_it_does_not_know(
    spotify_: FakeSpotify, make: Make, wrong: dict[str, str], named: str
) -> None:
    """Either setting is named, and no value shown."""
    given = {"spotify_client_id": spotify_.client_id, "encryption_keys": KEY, "room_port": 8080}
    with pytest.raises(StartError, match=named) as refused:
        await spotify.check(make(**given | wrong))
    assert spotify_.client_id not in str(refused.value)


async def test_one_that_is_away(spotify_: FakeSpotify, make: Make) -> None:
    """An outage says nothing about the app."""
    spotify_.token_status = 503
    with pytest.raises(NotReached, match="HTTP 503"):
        await spotify.check(make(spotify_client_id=spotify_.client_id, encryption_keys=KEY, room_port=8080))
