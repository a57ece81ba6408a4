"""Whether Spotify knows the app that the settings name, without anybody's account.

Spotify's answers are those of RFC 6749, 5.2: `invalid_client` for an app that it does not know or that shows
another secret, `invalid_grant` for a code that is none, which tells that the app is known.
"""

from __future__ import annotations

from http import HTTPStatus

import aiohttp

from bot.party.errors import NotReached, StartError

NOTHING = "encore-check"
"""A code that nobody was given."""
VERIFIER = "encore-check".ljust(43, "-")
"""The shortest verifier of a code that there may be (RFC 7636, 4.1)."""


async def known(client_id: str, client_secret: str, redirect_uri: str, accounts_url: str) -> bool:
    """Whether Spotify knows the app; False where its answer does not tell.

    Args:
        client_id: the app's.
        client_secret: the app's; empty where it has none, and then a code that is none is exchanged.
        redirect_uri: where Spotify sends who has agreed.
        accounts_url: of the accounts service.

    Raises:
        StartError: it does not; NotReached where Spotify does not answer.
    """
    form = {"grant_type": "client_credentials"}
    if not client_secret:
        form = {
            "grant_type": "authorization_code",
            "client_id": client_id,
            "code": NOTHING,
            "redirect_uri": redirect_uri,
            "code_verifier": VERIFIER,
        }
    shown = aiohttp.encode_basic_auth(client_id, client_secret) if client_secret else ""
    headers = {"Authorization": shown} if shown else {}
    try:
        async with (
            aiohttp.ClientSession() as web,
            web.post(f"{accounts_url}/api/token", data=form, headers=headers) as answer,
        ):
            status, told = answer.status, await _error(answer)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise NotReached(f"Spotify cannot be reached ({reason}); check the network") from error
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise NotReached(f"Spotify cannot be reached (HTTP {status}); try again later")
    if told == "invalid_client":
        names = "SPOTIFY_CLIENT_ID or SPOTIFY_CLIENT_SECRET" if client_secret else "SPOTIFY_CLIENT_ID"
        raise StartError(f"{names} is not accepted by Spotify; copy it again from your app's dashboard")
    return status == HTTPStatus.OK or told == "invalid_grant"


async def _error(answer: aiohttp.ClientResponse) -> str:
    """What an answer calls its error; empty where it is none that can be read."""
    try:
        told = await answer.json(content_type=None)
    except ValueError:
        return ""
    return str(told.get("error") or "") if isinstance(told, dict) else ""
