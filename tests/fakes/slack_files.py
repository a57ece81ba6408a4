"""The upload of files in three steps."""

from __future__ import annotations

import secrets

from aiohttp import web

from .slack_errors import SlackError
from .slack_model import FakeMessage, Json
from .slack_web import Call, Method
from .slack_world import World


class Files:
    """files.getUploadURLExternal, the upload itself, and files.completeUploadExternal."""

    def __init__(self, world: World) -> None:
        """Take files into this world."""
        self._world = world
        self._by_secret: dict[str, str] = {}

    def methods(self) -> dict[str, Method]:
        """The methods by name."""
        write = ("files:write",)
        return {
            "files.getUploadURLExternal": Method(self._ask, scopes=write),
            "files.completeUploadExternal": Method(self._complete, scopes=write),
        }

    def _ask(self, call: Call) -> Json:
        name, length = call.text("filename"), call.number("length", 0)
        if length < 1:
            raise SlackError("invalid_arguments")
        file_id, secret = self._world.id("F"), secrets.token_urlsafe(16)
        file = {"id": file_id, "name": name, "title": name, "size": length, "content": None}
        self._world.files[file_id] = file | {"shared": False, "token": call.token}
        self._by_secret[secret] = file_id
        return {"upload_url": f"{self._world.base}/upload/v1/{secret}", "file_id": file_id}

    async def upload(self, request: web.Request) -> web.Response:
        """Take the bytes; they must be as many as announced."""
        file = self._world.files.get(self._by_secret.get(request.match_info["secret"], ""))
        if file is None:
            return web.Response(status=404, text="not found")
        if request.content_type.startswith("multipart/"):
            found = [it for it in (await request.post()).values() if isinstance(it, web.FileField)]
            content = found[0].file.read() if found else b""
        else:
            content = await request.read()
        if len(content) != file["size"]:
            return web.Response(status=400, text="the length is not the announced one")
        file["content"] = content
        return web.Response(text=f"OK - {len(content)}")

    def _complete(self, call: Call) -> Json:
        given = call.params.get("files")
        if not isinstance(given, list) or not given:
            raise SlackError("invalid_arguments")
        found = [self._uploaded(it) for it in given]
        names = str(call.params.get("channels") or call.params.get("channel_id") or "")
        for name in filter(None, names.split(",")):
            self._share(call, name, [_told(it) for it in found])
        return {"files": [_told(it) for it in found]}

    def _uploaded(self, given: Json) -> Json:
        file: Json | None = self._world.files.get(str(given.get("id")))
        if file is None or file["content"] is None or file["shared"]:
            raise SlackError("file_not_found")
        file["shared"], file["title"] = True, given.get("title") or file["name"]
        return file

    def _share(self, call: Call, name: str, files: list[Json]) -> None:
        place = self._world.channel(call.by, name)
        if not place.has_bot:
            raise SlackError(
                "not_in_channel"
            )  # files need membership, whatever `chat:write.public` lets write
        if place.posting == "read_only":  # as files.completeUploadExternal calls it
            raise SlackError("posting_to_channel_denied")
        thread_ts = call.params.get("thread_ts")
        message = FakeMessage(self._world.ts(), place, str(call.params.get("initial_comment") or ""))
        message.files, message.thread_ts = files, thread_ts
        self._world.keep(message)


def _told(file: Json) -> Json:
    kind = file["name"].rpartition(".")[2]
    known = {key: file[key] for key in ("id", "name", "title", "size")}
    return known | {"filetype": kind, "mode": "hosted"}
