"""The fake Spotify's accounts service, through the real spotipy and plain HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
from spotipy.cache_handler import MemoryCacheHandler
from spotipy.oauth2 import SpotifyOAuth, SpotifyOauthError, SpotifyPKCE

from tests.conftest import SPECS
from tests.fakes.spotify_clients import TIMEOUT_S, ask, client_of, of, pointed, refused, token
from tests.fakes.spotify_model import FakeUser
from tests.fakes.spotify_server import REDIRECT_URI, FakeSpotify


@pytest.fixture
async def spotify() -> AsyncIterator[FakeSpotify]:
    """A fake whose answers are all held against the description."""
    async with FakeSpotify(specs=SPECS) as fake:
        yield fake


def pkce_of(spotify: FakeSpotify, **more: Any) -> Any:
    told = {"redirect_uri": REDIRECT_URI, "scope": "user-read-private", "state": "s1"} | more
    handler = MemoryCacheHandler()
    manager = SpotifyPKCE(spotify.client_id, cache_handler=handler, requests_timeout=TIMEOUT_S, **told)
    return pointed(spotify, manager)


def authorize_url(spotify: FakeSpotify, **more: str) -> str:
    told = {"response_type": "code", "client_id": spotify.client_id, "redirect_uri": REDIRECT_URI} | more
    return f"{spotify.accounts_url}/authorize?{urlencode(told)}"


async def code_of(spotify: FakeSpotify, user: FakeUser, **more: str) -> str:
    redirect = await spotify.agree(authorize_url(spotify, **more), user)
    return parse_qs(urlsplit(redirect).query)["code"][0]


# Asking for leave


async def test_pkce_gives_tokens_through_spotipy(spotify: FakeSpotify) -> None:
    """A person agrees, the code becomes tokens, and these work."""
    anna, manager = spotify.user("Anna"), pkce_of(spotify)
    redirect = await spotify.agree(manager.get_authorize_url(), anna)
    assert redirect.startswith(f"{REDIRECT_URI}?code=")
    assert manager.parse_auth_response_url(redirect)[0] == "s1"
    code = manager.parse_response_code(redirect)
    access = await ask(manager.get_access_token, code)
    profile = await ask(client_of(spotify, access).me)
    assert (profile["id"], profile["display_name"]) == (anna.id, "Anna")
    assert "product" not in profile, "development mode does not tell it any more"
    assert spotify.token_requests == {"authorization_code": 1}
    assert not spotify.breaches


async def test_a_pkce_refresh_token_is_good_once(spotify: FakeSpotify) -> None:
    """Each refresh gives a new refresh token, and the old one is void."""
    manager = pkce_of(spotify)
    old = spotify.sign_in(spotify.user("Anna"), pkce=True).refresh_token
    told = await ask(manager.refresh_access_token, old)
    assert told["refresh_token"] not in (None, old)
    with pytest.raises(SpotifyOauthError, match="Refresh token revoked") as caught:
        await ask(manager.refresh_access_token, old)
    assert caught.value.error == "invalid_grant"
    assert await ask(manager.refresh_access_token, told["refresh_token"])


async def test_a_confidential_client_keeps_its_refresh_token(spotify: FakeSpotify) -> None:
    """With the secret, a code needs no verifier and a refresh gives no new refresh token."""
    secrets = (spotify.client_id, spotify.client_secret, REDIRECT_URI)
    handler = MemoryCacheHandler()
    manager: Any = pointed(spotify, SpotifyOAuth(*secrets, cache_handler=handler, requests_timeout=TIMEOUT_S))
    redirect = await spotify.agree(manager.get_authorize_url(), spotify.user("Anna"))
    code = manager.parse_response_code(redirect)
    await ask(manager.get_access_token, code, as_dict=False, check_cache=False)
    first = handler.get_cached_token()
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    for _ in range(2):
        status, answer = await token(spotify, **form)
        assert (status, "refresh_token" in answer) == (200, False)
    assert await token(spotify, client_id=spotify.client_id, **form) == (
        400,
        {"error": "invalid_client", "error_description": "Invalid client secret"},
    )


async def test_a_person_may_say_no(spotify: FakeSpotify) -> None:
    """Cancelling sends the browser back with access_denied and the state."""
    redirect = await spotify.deny(authorize_url(spotify, state="s2"), spotify.user("Anna"))
    assert redirect == f"{REDIRECT_URI}?error=access_denied&state=s2"


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        (REDIRECT_URI, f"{REDIRECT_URI}/"),
        (REDIRECT_URI, "https://evil.example/callback"),
        ("http://localhost:8888/callback", "http://localhost:8888/callback"),
        ("http://party.example/callback", "http://party.example/callback"),
        ("http://127.0.0.1.evil.example/", "http://127.0.0.1.evil.example/"),
        ("https://localhost/", "https://localhost/"),
    ],
)
async def test_a_wrong_redirect_uri_is_refused_on_the_page(
    spotify: FakeSpotify, registered: str, asked: str
) -> None:
    """One that is not registered exactly so, or is not safe, gets no redirect."""
    spotify.redirect_uris[:] = [registered]
    anna = spotify.user("Anna")
    with pytest.raises(ValueError, match=r"^INVALID_CLIENT: Invalid redirect URI$"):
        await spotify.agree(authorize_url(spotify, redirect_uri=asked), anna)


@pytest.mark.parametrize("uri", ["https://party.example/cb", "http://[::1]:9/cb", "http://127.0.0.1:9/cb"])
async def test_a_safe_redirect_uri_is_taken(spotify: FakeSpotify, uri: str) -> None:
    """HTTPS and loopback addresses are, once registered."""
    spotify.redirect_uris.append(uri)
    redirect = await spotify.agree(authorize_url(spotify, redirect_uri=uri), spotify.user("Anna"))
    assert redirect.startswith(f"{uri}?code=")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"client_id": "x"}, "INVALID_CLIENT: Invalid client"),
        ({"response_type": "token"}, "response_type must be code"),
        ({"scope": "rule-the-world"}, "INVALID_SCOPE: Invalid scope"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "code_challenge_method must be S256"),
    ],
)
async def test_a_wrong_authorize_url_is_refused_on_the_page(
    spotify: FakeSpotify, more: dict[str, str], told: str
) -> None:
    """The client, the kind of answer, the scopes and the challenge are checked."""
    with pytest.raises(ValueError, match=f"^{told}$"):
        await spotify.agree(authorize_url(spotify, **more), spotify.user("Anna"))


async def test_a_browser_asks_once(spotify: FakeSpotify) -> None:
    """A page asks who is logged in; after that Spotify redirects at once, unless it shall ask."""
    spotify.browser_user = spotify.user("Anna")
    async with aiohttp.ClientSession() as session:

        async def status(**more: str) -> int:
            async with session.get(authorize_url(spotify, **more), allow_redirects=False) as answer:
                return answer.status

        assert await status() == 200
        await spotify.agree(authorize_url(spotify), spotify.browser_user)
        assert [await status(), await status(show_dialog="true")] == [302, 200]
        assert await status(scope="user-read-private") == 200


# Tokens


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"code": "x"}, "Invalid authorization code"),
        ({"redirect_uri": "https://x.example"}, "Invalid redirect URI"),
        ({"code_verifier": "v" * 43}, "code_verifier was incorrect"),
    ],
)
async def test_a_code_is_bound(spotify: FakeSpotify, change: dict[str, str], told: str) -> None:
    """Another code, redirect URI or verifier gets no token; the right ones then do."""
    manager = pkce_of(spotify)
    code = manager.parse_response_code(await spotify.agree(manager.get_authorize_url(), spotify.user("Anna")))
    good = {"grant_type": "authorization_code", "client_id": spotify.client_id, "code": code}
    good |= {"redirect_uri": REDIRECT_URI, "code_verifier": manager.code_verifier}
    assert await token(spotify, **good | change) == (
        400,
        {"error": "invalid_grant", "error_description": told},
    )
    assert (await token(spotify, **good))[0] == 200


async def test_a_code_is_good_once_and_for_ten_minutes(spotify: FakeSpotify) -> None:
    """A second use and a late one are refused."""
    anna = spotify.user("Anna")
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI}
    code = await code_of(spotify, anna)
    assert (await token(spotify, code=code, **form))[0] == 200
    status, answer = await token(spotify, code=code, **form)
    assert (status, answer["error"]) == (400, "invalid_grant")
    code = await code_of(spotify, anna)
    spotify.clock.forward(601)
    status, answer = await token(spotify, code=code, **form)
    assert answer["error_description"] == "Authorization code expired"


async def test_the_client_has_to_show_its_secret(spotify: FakeSpotify) -> None:
    """Without PKCE a code, and always client_credentials, need it; a wrong one never passes."""
    code = await code_of(spotify, spotify.user("Anna"))
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI, "code": code}
    for more in ({}, {"client_secret": "x"}):
        for asked in (form, {"grant_type": "client_credentials"}):
            status, answer = await token(spotify, client_id=spotify.client_id, **asked, **more)
            assert (status, answer["error"]) == (400, "invalid_client")
    assert (await token(spotify, client_id="x", **form))[1]["error_description"] == "Invalid client"
    both = {"client_id": spotify.client_id, "client_secret": spotify.client_secret}
    assert (await token(spotify, **both, **form))[0] == 200


@pytest.mark.parametrize(
    ("form", "error", "told"),
    [
        ({}, "unsupported_grant_type", "grant_type parameter is missing"),
        ({"grant_type": "password"}, "unsupported_grant_type", "grant_type must be"),
        ({"grant_type": "refresh_token"}, "invalid_request", "refresh_token must be supplied"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant", "Invalid refresh token"),
        ({"grant_type": "client_credentials", "client_id": ""}, "invalid_client", "Invalid client"),
    ],
)
async def test_a_wrong_token_request_is_refused(
    spotify: FakeSpotify, form: dict[str, str], error: str, told: str
) -> None:
    """The grant type, the refresh token and the client are told apart."""
    status, answer = await token(spotify, **form)
    assert (status, answer["error"]) == (400, error)
    assert answer["error_description"].startswith(told)


@pytest.mark.parametrize("header", ["Basic x", "Basic", "Bearer eDp4", "Basic /w=="])
async def test_a_wrong_client_header_is_refused(spotify: FakeSpotify, header: str) -> None:
    """What is no HTTP Basic does not crash the service."""
    url, form = f"{spotify.accounts_url}/api/token", {"grant_type": "client_credentials"}
    async with aiohttp.request("POST", url, data=form, headers={"Authorization": header}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "invalid_client")


async def test_a_token_request_is_a_form(spotify: FakeSpotify) -> None:
    """JSON is refused."""
    url, body = f"{spotify.accounts_url}/api/token", {"grant_type": "client_credentials"}
    async with aiohttp.request("POST", url, json=body) as answer:
        assert answer.status == 415


async def test_a_pkce_code_needs_its_verifier(spotify: FakeSpotify) -> None:
    """The secret does not make up for it."""
    more = {"code_challenge": "c" * 43, "code_challenge_method": "S256"}
    code = await code_of(spotify, spotify.user("Anna"), **more)
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI, "code": code}
    assert await token(spotify, **form) == (
        400,
        {"error": "invalid_request", "error_description": "code_verifier required"},
    )


async def test_tokens_end(spotify: FakeSpotify) -> None:
    """An access token lasts an hour, a refresh token six months from when the person agreed."""
    anna = spotify.user("Anna")
    client, grant = of(spotify, anna), spotify.sign_in(anna, pkce=True)
    spotify.clock.forward(3599)
    assert await ask(client.me)
    spotify.clock.forward(1)
    with refused(401, "The access token expired"):
        await ask(client.me)
    form = {"grant_type": "refresh_token", "client_id": spotify.client_id}
    assert (await token(spotify, refresh_token=grant.refresh_token, **form))[0] == 200
    spotify.clock.forward(182 * 86_400)
    status, answer = await token(spotify, refresh_token=grant.refresh_token, **form)
    assert (status, answer["error"]) == (400, "invalid_grant")


async def test_a_person_may_take_leave_back(spotify: FakeSpotify) -> None:
    """Then both tokens are void and the page asks again, and those of others are not."""
    anna, ben = spotify.user("Anna"), spotify.user("Ben")
    await spotify.agree(authorize_url(spotify), anna)
    grant, other = spotify.sign_in(anna, pkce=True), of(spotify, ben)
    spotify.revoke(anna)
    with refused(401, "Invalid access token"):
        await ask(client_of(spotify, grant.access_token).me)
    form = {"grant_type": "refresh_token", "client_id": spotify.client_id}
    _, answer = await token(spotify, refresh_token=grant.refresh_token, **form)
    assert answer == {"error": "invalid_grant", "error_description": "Refresh token revoked"}
    assert await ask(other.me)
    assert "error=access_denied" in await spotify.deny(authorize_url(spotify), anna)


async def test_the_accounts_service_may_be_down(spotify: FakeSpotify) -> None:
    """503 while a test says so, a limit, or no answer at all, and the attempts are counted."""
    spotify.token_status = 503
    assert (await token(spotify, grant_type="client_credentials"))[0] == 503
    spotify.token_status = None
    spotify.limit(60, "/api/token")
    assert (await token(spotify, grant_type="client_credentials"))[0] == 429
    spotify.limit(None)
    spotify.drop("/api/token")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await token(spotify, grant_type="client_credentials")
    spotify.drop(on=False)
    assert (await token(spotify, grant_type="client_credentials"))[0] == 200
    assert spotify.token_requests["client_credentials"] == 4
    assert [it.status for it in spotify.asked("POST", "/api/token")] == [503, 429, 0, 200]
