"""The accounts service: asking a person for leave, and handing out tokens."""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import re
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from .spotify_errors import ApiError, TokenError
from .spotify_faults import drop
from .spotify_model import FakeCode, FakeGrant, FakeRequest, FakeUser, Json
from .spotify_world import ACCESS_S, REFRESH_S, World, scopes_of

USER_COOKIE = "sp_user"
"""The cookie that says who is logged in to this browser, by user id."""

_CODE_S = 600
_FORM = "application/x-www-form-urlencoded"
_LOOPBACK = re.compile(r"(127\.0\.0\.1|\[::1\])(:\d+)?")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_AGREED = "agree"


class Accounts:
    """`/authorize`, its form, and `/api/token`."""

    def __init__(self, world: World) -> None:
        """Serve the accounts of this world."""
        self._world = world
        self._agreed: dict[str, frozenset[str]] = {}

    def routes(self) -> list[web.RouteDef]:
        """What to listen for."""
        return [
            web.get("/authorize", self._ask),
            web.post("/authorize", self._decide),
            web.post("/api/token", self._token),
        ]

    def forget(self, user: FakeUser) -> None:
        """Take back what a person has agreed to: the tokens are void from now on."""
        self._agreed.pop(user.id, None)
        for grant, _ in self._world.access.values():
            if grant.user is user:
                grant.revoked = True

    # Leave

    async def _ask(self, request: web.Request) -> web.Response:
        query = request.query
        refusal = self._refusal(query)
        if refusal is not None:
            return web.Response(status=400, text=refusal)
        user = self._logged_in(request)
        if user is None:
            return _page("Log in to Spotify", "")
        scopes = scopes_of(query.get("scope", ""))
        known = self._agreed.get(user.id)
        if known is not None and scopes <= known and query.get("show_dialog", "").lower() != "true":
            return self._agree(user, query)
        return _page(f"You agree that Encore may do this as {user.name}", " ".join(sorted(scopes)))

    async def _decide(self, request: web.Request) -> web.Response:
        """The form of the page posts to the address that the page has."""
        refusal, user = self._refusal(request.query), self._logged_in(request)
        if refusal is not None or user is None:
            return web.Response(status=400, text=refusal or "Log in to Spotify")
        if (await request.post()).get("choice") != _AGREED:
            return _back(request.query, {"error": "access_denied"})
        return self._agree(user, request.query)

    def _agree(self, user: FakeUser, query: Mapping[str, str]) -> web.Response:
        scopes = scopes_of(query.get("scope", ""))
        self._agreed[user.id] = self._agreed.get(user.id, frozenset()) | scopes
        code = "AQ" + secrets.token_urlsafe(120)
        challenge, at = query.get("code_challenge"), self._world.now()
        self._world.codes[code] = FakeCode(user, query["redirect_uri"], scopes, challenge, at)
        return _back(query, {"code": code})

    def _logged_in(self, request: web.Request) -> FakeUser | None:
        return self._world.users.get(request.cookies.get(USER_COOKIE, "")) or self._world.browser_user

    def _refusal(self, query: Mapping[str, str]) -> str | None:
        app, redirect_uri = self._world.app, query.get("redirect_uri", "")
        if query.get("client_id") != app.client_id:
            return "INVALID_CLIENT: Invalid client"
        if redirect_uri not in app.redirect_uris or not _is_allowed(redirect_uri):
            return "INVALID_CLIENT: Invalid redirect URI"
        if query.get("response_type") != "code":
            return "response_type must be code"
        if "code_challenge" in query and query.get("code_challenge_method") != "S256":
            return "code_challenge_method must be S256"
        try:
            scopes_of(query.get("scope", ""))
        except ValueError:
            return "INVALID_SCOPE: Invalid scope"
        return None

    # Tokens

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self._world.token_requests[form.get("grant_type", "")] += 1
        status: int
        answer: Json
        try:
            await self._meet()
            if request.content_type != _FORM:
                raise TokenError("invalid_request", "The body has to be a form", 415)
            status, answer = 200, self._issue(form, _client(request.headers.get("Authorization"), form))
        except TokenError as error:
            status, answer = error.status, error.body
        except ConnectionResetError:
            drop(request)
            status, answer = 0, {}
        except ApiError as error:
            status, answer = error.status, {"error": "server_error", "error_description": error.message}
            await self._keep(form, status, answer)
            return web.json_response(answer, status=status, headers=error.headers)
        await self._keep(form, status, answer)
        return web.json_response(answer, status=status or 500, headers={"Cache-Control": "no-store"})

    async def _meet(self) -> None:
        await self._world.faults.meet("/api/token")
        if self._world.token_status is not None:
            raise ApiError(self._world.token_status, "The service is not available")

    async def _keep(self, form: dict[str, str], status: int, answer: Json) -> None:
        request = FakeRequest("POST", "/api/token", {}, form, status, answer, self._world.now())
        self._world.keep(request)
        await self._world.faults.linger("/api/token", self._world.token_delay_s)

    def _issue(self, form: dict[str, str], client: tuple[str, str | None]) -> Json:
        if client[0] != self._world.app.client_id:
            raise TokenError("invalid_client", "Invalid client")
        secret = client[1]
        if secret is not None and secret != self._world.app.client_secret:
            raise TokenError("invalid_client", "Invalid client secret")
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange(form, secret)
            case "refresh_token":
                return self._renew(form, secret)
            case "client_credentials":
                _need_secret(secret)
                return _told(self._world.grant(None, ()))
            case None:
                raise TokenError("unsupported_grant_type", "grant_type parameter is missing")
        offered = "client_credentials, authorization_code or refresh_token"
        raise TokenError("unsupported_grant_type", f"grant_type must be {offered}")

    def _exchange(self, form: dict[str, str], secret: str | None) -> Json:
        code = self._world.codes.get(form.get("code", ""))
        if code is None or code.used:
            raise TokenError("invalid_grant", "Invalid authorization code")
        if self._world.now() - code.made_at > _CODE_S:
            raise TokenError("invalid_grant", "Authorization code expired")
        if form.get("redirect_uri") != code.redirect_uri:
            raise TokenError("invalid_grant", "Invalid redirect URI")
        if code.challenge is None:
            _need_secret(secret)
        else:
            _verify(code.challenge, form.get("code_verifier"))
        code.used = True
        pkce = code.challenge is not None
        return _told(self._world.grant(code.user, code.scopes, pkce=pkce), refreshed=True)

    def _renew(self, form: dict[str, str], secret: str | None) -> Json:
        token = form.get("refresh_token")
        if not token:
            raise TokenError("invalid_request", "refresh_token must be supplied")
        grant = self._world.refresh.get(token)
        if grant is None:
            raise TokenError("invalid_grant", "Invalid refresh token")
        if not grant.pkce:
            _need_secret(secret)
        if grant.revoked or grant.refresh_token != token:
            raise TokenError("invalid_grant", "Refresh token revoked")
        if self._world.now() - grant.made_at >= REFRESH_S:
            raise TokenError("invalid_grant", "Refresh token expired")
        self._world.new_access(grant)
        if grant.pkce:
            self._world.new_refresh(grant)
        return _told(grant, refreshed=grant.pkce)


def _is_allowed(redirect_uri: str) -> bool:
    parts = urlsplit(redirect_uri)
    if parts.hostname == "localhost":
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and bool(_LOOPBACK.fullmatch(parts.netloc)))


def _client(header: str | None, form: dict[str, str]) -> tuple[str, str | None]:
    """The client's id and, where it showed one, its secret: from HTTP Basic or the form."""
    if header is None:
        return form.get("client_id", ""), form.get("client_secret")
    try:
        kind, _, text = header.partition(" ")
        name, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise TokenError("invalid_client", "Invalid authorization header") from error
    if kind != "Basic":
        raise TokenError("invalid_client", "Invalid authorization header")
    return name, secret


def _need_secret(secret: str | None) -> None:
    if secret is None:
        raise TokenError("invalid_client", "Invalid client secret")


def _verify(challenge: str, verifier: str | None) -> None:
    if verifier is None:
        raise TokenError("invalid_request", "code_verifier required")
    digest = hashlib.sha256(verifier.encode()).digest()
    if (
        not _VERIFIER.fullmatch(verifier)
        or base64.urlsafe_b64encode(digest).decode().rstrip("=") != challenge
    ):
        raise TokenError("invalid_grant", "code_verifier was incorrect")


def _told(grant: FakeGrant, *, refreshed: bool = False) -> Json:
    told: Json = {"access_token": grant.access_token, "token_type": "Bearer", "expires_in": ACCESS_S}
    if grant.user is not None:
        told["scope"] = " ".join(sorted(grant.scopes))
    if refreshed:
        told["refresh_token"] = grant.refresh_token
    return told


def _back(query: Mapping[str, str], answer: dict[str, str]) -> web.Response:
    if "state" in query:
        answer["state"] = query["state"]
    joint = "&" if urlsplit(query["redirect_uri"]).query else "?"
    return web.Response(status=302, headers={"Location": query["redirect_uri"] + joint + urlencode(answer)})


def _page(title: str, scopes: str) -> web.Response:
    buttons = "".join(
        f'<button name="choice" value="{value}">{label}</button>'
        for value, label in ((_AGREED, "Agree"), ("deny", "Cancel"))
    )
    text = f"<!doctype html><title>Spotify</title><h1>{html.escape(title)}</h1><p>{html.escape(scopes)}</p>"
    return web.Response(text=f'{text}<form method="post">{buttons}</form>', content_type="text/html")
