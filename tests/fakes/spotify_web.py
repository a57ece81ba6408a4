"""The door of the Web API: faults, tokens and scopes, then the route; records and checks everything."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

from aiohttp import web

from .spotify_call import Answer, Call, Route
from .spotify_catalogue import Catalogue
from .spotify_errors import ApiError
from .spotify_faults import drop
from .spotify_model import FakeGrant, FakeRequest
from .spotify_player import Player
from .spotify_playlists import Playlists
from .spotify_world import World

# What development mode lost in November 2024 and February 2026.
_REMOVED = re.compile(
    r"\w+ /(albums|artists|audiobooks|chapters|episodes|shows|tracks|markets)"
    r"|\w+ /artists/[^/]+/(top-tracks|related-artists)|\w+ /playlists/[^/]+/(tracks|followers.*)"
    r"|\w+ /(audio-|browse/|recommendations|users/).*"
    r"|\w+ /me/\w+/contains(?<!/me/library/contains)|(PUT|DELETE) /me/following"
    r"|(PUT|DELETE) /me/(albums|audiobooks|episodes|shows|tracks)"
)


class WebApi:
    """Answers everything under /v1/."""

    def __init__(self, world: World) -> None:
        """Serve this world."""
        self._world = world
        self._routes: list[Route] = [
            *Catalogue(world).routes(),
            *Playlists(world).routes(),
            *Player(world).routes(),
        ]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        # Spotify takes a slash at the end, which spotipy sends.
        path = "/" + request.match_info["path"].rstrip("/")
        query = dict(request.query)
        text = await request.text()
        body = _parsed(text)
        wrong = self._world.schemas.request(request.method, path, query, body)
        self._world.breaches += wrong
        grant: FakeGrant | None = None
        headers: dict[str, str] = {}
        told: Any
        try:
            await self._world.faults.meet(path)
            grant = self._admit(request.headers.get("Authorization"))
            answer = self._route(request.method, path, query, body, grant)
            status, told = answer.status, answer.body
        except ApiError as error:
            status, told, headers = error.status, error.body, error.headers
        except ConnectionResetError:
            drop(request)
            status, told = 0, None
        except (AttributeError, TypeError, ValueError):
            # Only a body of the wrong types may come to this.
            if not wrong:
                raise
            status, told = 400, ApiError(400, "Error parsing JSON.").body
        user = None if grant is None else grant.user
        at = self._world.now()
        self._world.keep(FakeRequest(request.method, path, query, body, status, told, at, user))
        if status:
            self._world.breaches += self._world.schemas.answer(request.method, path, status, told)
        await self._world.faults.linger(path)
        return await self._send(request, path, status or 500, told, headers)

    def _admit(self, header: str | None) -> FakeGrant:
        if not header:
            raise ApiError(401, "No token provided")
        kind, _, token = header.partition(" ")
        if kind != "Bearer":
            raise ApiError(400, "Only valid bearer authentication supported")
        grant, until = self._world.access.get(token, (None, 0.0))
        if grant is None or grant.revoked:
            raise ApiError(401, "Invalid access token")
        if until <= self._world.now():
            raise ApiError(401, "The access token expired")
        app = self._world.app
        if app.owner.product != "premium":
            raise ApiError(403, "Active premium subscription required for the owner of the app.", plain=True)
        if grant.user not in (None, app.owner, *app.users):
            raise ApiError(403, "User not registered in the Developer Dashboard", plain=True)
        return grant

    def _route(self, method: str, path: str, query: dict[str, str], body: Any, grant: FakeGrant) -> Answer:
        if _REMOVED.fullmatch(f"{method} {path}"):
            raise ApiError(403, "Forbidden")
        for route in self._routes:
            ids = route.match(method, path)
            if ids is not None:
                call = Call(grant, ids, query, body)
                call.need(*route.scopes)
                return route.answer(call)
        self._world.breaches.append(f"The fake does not know {method} {path}.")
        raise ApiError(404, "Service not found")

    async def _send(
        self, request: web.Request, path: str, status: int, told: Any, headers: dict[str, str]
    ) -> web.StreamResponse:
        text = told if isinstance(told, str) else "" if told is None else json.dumps(told)
        response = web.StreamResponse(status=status, headers=headers)
        response.content_type = "text/plain" if isinstance(told, str) else "application/json"
        response.content_length = len(text.encode())
        # Who has hung up by now gets nothing, but what was asked is done.
        with suppress(ConnectionResetError):
            await response.prepare(request)
            async for part in self._world.faults.dripping(path, text.encode()):
                await response.write(part)
        return response


def _parsed(text: str) -> Any:
    """The JSON of a body, the text itself where it is none, None where it is empty."""
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
