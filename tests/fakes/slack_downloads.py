"""Hands people's files out to the app, as files.slack.com does."""

from __future__ import annotations

import asyncio

from aiohttp import web

from . import slack_payloads as payloads
from .slack_errors import SlackError
from .slack_model import FakeFile, Json, SlackRequest
from .slack_web import Call, Method
from .slack_world import World, covers

_LOGIN = "<!DOCTYPE html>\n<html><head><title>Sign in | Slack</title></head><body>Sign in</body></html>"
_ENDLESS, _CHUNK = 64 * 1024**2, 64 * 1024


class Downloads:
    """files.info, and `/files-pri/<team>-<file>/<name>`."""

    def __init__(self, world: World) -> None:
        """Serve this world."""
        self._world = world

    def methods(self) -> dict[str, Method]:
        """The methods by name."""
        return {"files.info": Method(self._info, scopes=("files:read",))}

    def _info(self, call: Call) -> Json:
        file = self._world.uploads.get(call.text("file", "file_not_found"))
        if file is None or not self._visible(file, call.token):
            raise SlackError("file_not_found")
        return {"file": payloads.file(self._world, file), "comments": []}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a download; who may not see the file gets the page on which people sign in, with 200."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        file = self._world.uploads.get(request.match_info["file"].partition("-")[2])
        if file is None or file.trouble == "missing":
            return self._note(request, token, web.Response(status=404, text="File not found."))
        if scheme != "Bearer" or not self._visible(file, token):
            return self._note(request, token, web.Response(text=_LOGIN, content_type="text/html"))
        match file.trouble:
            case "broken":
                return self._note(request, token, web.Response(status=500))
            case "redirect":
                away = web.Response(status=302, headers={"Location": file.elsewhere})
                return self._note(request, token, away)
            case "slow" | "endless":
                return await self._never_done(request, token, file)
        kind = str(payloads.file(self._world, file)["mimetype"])
        return self._note(request, token, web.Response(body=file.content, content_type=kind))

    async def _never_done(self, request: web.Request, token: str, file: FakeFile) -> web.StreamResponse:
        response = web.StreamResponse()
        self._note(request, token, response)
        await response.prepare(request)
        sent = 0
        try:
            while file.trouble == "slow" or sent < _ENDLESS:
                if file.trouble == "slow":
                    await asyncio.sleep(0.05)
                await response.write(b"a" * (1 if file.trouble == "slow" else _CHUNK))
                sent += _CHUNK
        except ConnectionError:
            pass  # the app has had enough
        self._world.sent_bytes = sent
        return response

    def _visible(self, file: FakeFile, token: str) -> bool:
        """Whether a token may see a file: one in a form, or in a channel that the bot is in."""
        grant = self._world.grants.get(token)
        if grant is None or grant.error or "files:read" not in grant.scopes:
            return False
        if grant.expires_at is not None and grant.expires_at <= self._world.now():
            return False
        places = [it for it in file.channels if covers(grant, it.team)]
        return any(it.has_bot for it in places) if file.channels else covers(grant, file.member.team)

    def _note(self, request: web.Request, token: str, response: web.StreamResponse) -> web.StreamResponse:
        if self._world.remember:
            told = {"file": request.match_info["file"]}
            self._world.requests.append(SlackRequest("files-pri", told, token, response.status, ""))
        return response
