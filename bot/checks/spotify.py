"""Spotify: whether it knows the app, and which redirect URI has to be registered."""

from __future__ import annotations

from bot.checks.result import Result, not_set, works
from bot.settings import Settings
from bot.spotify.application import known
from bot.spotify.client import ACCOUNTS_URL

NAME = "Spotify"


async def check(settings: Settings, url: str = "") -> Result:
    """Asks for a token of the app's own or, where it has no secret, exchanges a code that is none.

    Raises:
        StartError: Spotify does not know the app; NotReached where it does not answer.
    """
    if settings.spotify_client_id is None:
        return not_set(NAME, "SPOTIFY_CLIENT_ID is empty: the party works without it")
    secret = settings.spotify_client_secret
    redirect = f"{settings.own_url}/spotify/callback"  # its form was read with the settings
    sure = await known(
        settings.spotify_client_id.get_secret_value(),
        secret.get_secret_value() if secret is not None else "",
        redirect,
        url or ACCOUNTS_URL,
    )
    told = "it knows the app" if sure else "its answer does not tell whether it knows the app"
    return works(NAME, told, f"Redirect URI to register in the dashboard: {redirect}")
