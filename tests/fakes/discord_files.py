"""Files that people send: what Discord makes of them, and how its CDN hands them out."""

from __future__ import annotations

import asyncio
import mimetypes
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Literal

from aiohttp import web

from .discord_model import RestRequest
from .discord_people import Json
from .discord_state import State

CDN_PATH = "/{kind:attachments|ephemeral-attachments}/{place}/{id}/{name}"
MOST_FILES = 10
SIZE_LIMIT = 10 * 1024 * 1024
_STRANGE = re.compile(r"[^0-9A-Za-z._-]")
_REFUSED = {"gone": 404, "forbidden": 403, "unavailable": 503}

Fault = Literal["gone", "forbidden", "unavailable", "cut", "silent"]
"""How a download fails: refused, ended halfway, or never answered."""


@dataclass(frozen=True)
class FakeFile:
    """A file as somebody has it."""

    name: str
    data: bytes
    fault: Fault | None = None


@dataclass(frozen=True)
class FakeAttachment:
    """A file as Discord has it."""

    id: str
    payload: Json = field(compare=False)


class Files:
    """The files that were sent, behind addresses that are signed."""

    def __init__(self, world: State) -> None:
        """Hand out files of this world."""
        self._world = world
        self._kept: dict[str, tuple[str, FakeFile]] = {}
        self.url = ""

    def send(self, file: FakeFile, place: str, *, ephemeral: bool) -> FakeAttachment:
        """Take a file, as a client uploads it to a channel, or beside a command for that alone."""
        if len(file.data) > SIZE_LIMIT:
            raise ValueError(f"the client does not send {file.name}: it is too large")
        own_id, name = self._world.snowflake(), _plain(file.name)
        path = f"/{'ephemeral-attachments' if ephemeral else 'attachments'}/{place}/{own_id}/{name}"
        signature = secrets.token_hex(32)
        self._kept[path] = signature, file
        url = f"{self.url}{path}?ex=7fffffff&is=6fffffff&hm={signature}&"
        payload: Json = {"id": own_id, "filename": name, "size": len(file.data)}
        payload |= {"url": url, "proxy_url": url}
        if kind := mimetypes.guess_type(name)[0]:
            is_text = kind.startswith("text/") or kind == "application/json"
            payload["content_type"] = f"{kind}; charset=utf-8" if is_text else kind
        if name != file.name.replace(" ", "_"):
            payload["title"] = PurePath(file.name).stem
        if ephemeral:
            payload["ephemeral"] = True
        return FakeAttachment(own_id, payload)

    def send_all(self, files: Iterable[FakeFile], place: str) -> list[Json]:
        """The attachments of a message."""
        sent = [self.send(file, place, ephemeral=False).payload for file in files]
        if len(sent) > MOST_FILES:
            raise ValueError(f"the client sends at most {MOST_FILES} files with a message")
        return sent

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer as the CDN does: to anybody who has the whole address."""
        if "Authorization" in request.headers:
            self._world.report(["the bot showed its token to the CDN"])
        signature, file = self._kept.get(request.path, ("", FakeFile("", b"", "gone")))
        status = _REFUSED.get(file.fault or "", 200)
        if not secrets.compare_digest(signature, request.query.get("hm", "")):
            status = 404
        told = RestRequest("GET", request.path, dict(request.query), None, status, None)
        if self._world.remember:
            self._world.requests.append(told)
        if status != 200:
            return web.Response(status=status, text="This content is no longer available.")
        if file.fault == "silent":
            await asyncio.Event().wait()
        if file.fault == "cut":
            return await _half(request, file.data)
        return web.Response(body=file.data)


async def _half(request: web.Request, data: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": str(len(data))})
    await response.prepare(request)
    await response.write(data[: len(data) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def _plain(name: str) -> str:
    """A file's name as Discord writes it: spaces become lines, and what is not ASCII goes."""
    stem, dot, ending = _STRANGE.sub("", name.replace(" ", "_")).rpartition(".")
    return f"{stem or 'unknown'}{dot}{ending}" if dot else ending or "unknown"
