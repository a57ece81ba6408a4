"""A fake OpenSubsonic server on 127.0.0.1, as kind and as strict as the servers that it stands for.

Every request and every answer is held against what OpenSubsonic publishes (`subsonic_schemas`); what is
against it is in `breaches`. Faults are told beforehand: `fake.fail("search3", code=0)`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web

from . import subsonic_schemas as schemas
from .subsonic_music import NAVIDROME, FakeSong, Flavour, album, child
from .subsonic_schemas import Json

MESSAGES = {
    10: "Required parameter is missing",
    40: "Wrong username or password",
    41: "Token-based authentication not supported",
    42: "Provided authentication mechanism not supported",
    50: "User is not authorized for the given operation",
    70: "The requested data was not found",
}


class _No(Exception):
    """An error of the protocol's."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(code)
        self.code, self.message = code, message or MESSAGES.get(code, "Something failed")


@dataclass
class Fault:
    """What goes wrong instead of an answer, in this order of precedence."""

    code: int | None = None  # an error of the protocol's
    message: str = ""
    status: int = 200
    body: bytes | None = None  # these bytes, as HTML unless `kind` says otherwise
    kind: str = "text/html"
    location: str = ""  # a redirect
    never: bool = False  # no answer at all, until the fake closes
    broken: bool = False  # the connection is cut
    after: int | None = None  # a file is cut after so many bytes
    delay_s: float = 0.0


@dataclass
class Asked:
    """A request."""

    method: str  # of the protocol: ping, search3
    http: str
    query: str  # what stood in the address
    asked: dict[str, str]


class FakeSubsonic:
    """The server, its songs and its users; listens while it is entered."""

    def __init__(
        self, songs: Iterable[FakeSong] = (), flavour: Flavour = NAVIDROME, *, prefix: str = ""
    ) -> None:
        """A server of some kind with these songs; `prefix` is the path it lives under."""
        self.songs = {song.id: song for song in songs}
        self.flavour = flavour
        self.user, self.password = "encore", "correct horse & Batterie 7!"
        self.scanning = False
        self.scans = 1
        self.requests: list[Asked] = []
        self.breaches: list[str] = []
        self._prefix = prefix
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._always: dict[str, Fault] = {}
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        """Listens; on the same port as before where it was closed."""
        self._closing = asyncio.Event()
        app = web.Application()
        app.router.add_route("*", f"{self._prefix}/rest/{{method}}", self._handle)
        app.router.add_get("/play/{id}", self._play)
        self._runner = web.AppRunner(app, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops listening."""
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._port}{self._prefix}"

    def methods(self) -> list[str]:
        """What was asked, in order."""
        return [each.method for each in self.requests]

    def fail(self, method: str, times: int = 1, **fault: object) -> None:
        """Has a method fail so often; 0 for always, until `mend`."""
        made = Fault(**fault)  # type: ignore[arg-type]
        if times:
            self._faults[method].extend([made] * times)
        else:
            self._always[method] = made

    def mend(self) -> None:
        """Nothing fails any more."""
        self._faults.clear()
        self._always.clear()

    def rescan(self) -> None:
        """The server has looked through its files again."""
        self.scans += 1

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].removesuffix(".view")
        form = await request.post()
        asked = {**request.query, **{key: str(value) for key, value in form.items()}}
        self.requests.append(Asked(method, request.method, request.query_string, asked))
        self.breaches += schemas.of_request(method, asked)
        if request.method == "POST" and "formPost" not in self.flavour.extensions:
            # "405" of the description's `HTTPFormPostNotSupported`
            return web.Response(status=405)
        fault = self._fault(method)
        if fault is not None and (answer := await self._failing(request, method, fault)) is not None:
            return answer
        try:
            if method == "getOpenSubsonicExtensions" and self.flavour.open:
                return self._ok(method, self._extensions())
            self._admit(asked)
            if method == "stream":
                return await self._stream(request, asked, fault)
            if method == "getCoverArt":
                return self._cover(asked)
            return self._ok(method, self._answer(method, asked))
        except _No as no:
            return self._failed(method, no)

    def _fault(self, method: str) -> Fault | None:
        for name in (method, "*"):
            if self._faults[name]:
                return self._faults[name].popleft()
        return self._always.get(method) or self._always.get("*")

    async def _failing(self, request: web.Request, method: str, fault: Fault) -> web.StreamResponse | None:
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        if fault.code is not None:
            return self._failed(method, _No(fault.code, fault.message), fault.status)
        if fault.body is not None:
            return web.Response(body=fault.body, status=fault.status, content_type=fault.kind)
        if fault.location:
            return web.Response(status=302, headers={"Location": fault.location})
        if fault.never:
            await self._closing.wait()
        if fault.never or fault.broken:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        return None if fault.status == 200 else web.Response(status=fault.status)

    def _admit(self, asked: dict[str, str]) -> None:
        """Raises _No unless who asks may."""
        if not {"u", "v", "c"} <= asked.keys():
            raise _No(10)
        if asked.keys() & {"t", "s"} and "p" in asked:
            raise _No(43)
        if "t" in asked:
            if self.flavour.token is not None:
                raise _No(self.flavour.token)
            secret = hashlib.md5((self.password + asked.get("s", "")).encode()).hexdigest()  # noqa: S324
            fits = asked["t"] == secret
        else:
            given = asked.get("p", "")
            # "API reference": the password in clear text, or in hex behind `enc:`
            fits = (bytes.fromhex(given[4:]).decode() if given.startswith("enc:") else given) == self.password
        if asked["u"] != self.user or not fits:
            raise _No(40)

    def _extensions(self) -> Json:
        return {"openSubsonicExtensions": [{"name": it, "versions": [1]} for it in self.flavour.extensions]}

    def _answer(self, method: str, asked: dict[str, str]) -> Json:
        if method == "ping":
            return {}
        if method == "getScanStatus" and self.flavour.scans != "none":
            told: Json = {"scanning": self.scanning, "count": len(self.songs)}
            if self.flavour.scans == "last":
                told |= {"folderCount": 3, "lastScan": f"2026-01-01T00:{self.scans:02}:00Z"}
            return {"scanStatus": told}
        if method == "search3":
            return self._search(asked)
        if method == "getAlbumList2":
            start, many = int(asked.get("offset", 0)), min(int(asked.get("size", 10)), 500)
            found = list(self._albums().values())[start : start + many]
            return {"albumList2": {"album": [album(it, self.flavour) for it in found]} if found else {}}
        if method == "getAlbum" and asked.get("id") in self._albums():
            return {"album": album(self._albums()[asked["id"]], self.flavour, whole=True)}
        if method == "getSong":
            return {"song": child(self._song(asked), self.flavour)}
        raise _No(70)

    def _albums(self) -> dict[str, list[FakeSong]]:
        found: dict[str, list[FakeSong]] = {}
        for song in sorted(self.songs.values(), key=lambda it: it.album):
            found.setdefault(song.album_id, []).append(song)
        return found

    def _search(self, asked: dict[str, str]) -> Json:
        query = asked.get("query")
        if query is None or (
            not query and "" not in self.flavour.empty and self.flavour.no_empty == "missing"
        ):
            raise _No(10)
        found = [it for it in self.songs.values() if query in self.flavour.empty or query in it.title]
        start, many = int(asked.get("songOffset", 0)), min(int(asked.get("songCount", 20)), self.flavour.most)
        page = found[start : start + many]
        # Go leaves empty lists out ("omitempty").
        return {"searchResult3": {"song": [child(it, self.flavour) for it in page]} if page else {}}

    def _song(self, asked: dict[str, str]) -> FakeSong:
        song = self.songs.get(asked.get("id", ""))
        if song is None:
            raise _No(70)
        return song

    def _cover(self, asked: dict[str, str]) -> web.Response:
        """A picture, by the id that a song names it by, not by the song's own (Gonic, Ampache)."""
        for song in self.songs.values():
            if song.cover is not None and asked.get("id") == f"mf-{song.id}_0":
                kind = "image/png" if song.cover.startswith(b"\x89PNG") else "image/jpeg"
                return web.Response(body=song.cover, content_type=kind)
        raise _No(70)

    async def _stream(
        self, request: web.Request, asked: dict[str, str], fault: Fault | None
    ) -> web.StreamResponse:
        song = self._song(asked)
        if self.flavour.redirects:
            # To an address of its own, which lets in whoever knows it.
            return web.Response(status=302, headers={"Location": f"/play/{song.id}?ssid=once"})
        if self.flavour.transcodes and asked.get("format") != "raw":
            return await self._transcoded(request, asked, song)
        return await self._send(request, song, fault)

    async def _transcoded(
        self, request: web.Request, asked: dict[str, str], song: FakeSong
    ) -> web.StreamResponse:
        """Another form: without ranges, and with a length only if asked for (server/subsonic/stream.go)."""
        response = web.StreamResponse(headers={"Accept-Ranges": "none"})
        response.content_type = "audio/mpeg"
        if asked.get("estimateContentLength") == "true":
            response.content_length = len(song.data) + 4_711  # a guess
        else:
            response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(song.data[::-1])
        await response.write_eof()
        return response

    async def _play(self, request: web.Request) -> web.StreamResponse:
        return await self._send(request, self.songs[request.match_info["id"]], None)

    async def _send(self, request: web.Request, song: FakeSong, fault: Fault | None) -> web.StreamResponse:
        """A file, or a part of it (RFC 9110, 14)."""
        data, status, headers = song.data, 200, {}
        part = request.http_range if self.flavour.ranges else slice(None)
        if part.start is not None:
            if part.start >= len(data):
                return web.Response(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
            stop = min(part.stop if part.stop is not None else len(data), len(data))
            headers = {"Content-Range": f"bytes {part.start}-{stop - 1}/{len(data)}"}
            data, status = data[part.start : stop], 206
        response = web.StreamResponse(status=status, headers=headers)
        response.content_type = song.kind
        response.content_length = len(data)
        await response.prepare(request)
        if fault is not None and fault.after is not None:
            await response.write(data[: fault.after])
            if len(data) > fault.after:
                if request.transport is not None:
                    request.transport.close()
                return response
            data = data[fault.after :]
        await response.write(data)
        await response.write_eof()
        return response

    def _base(self, status: str) -> Json:
        told: Json = {"status": status, "version": "1.16.1"}
        if self.flavour.name:
            told |= {"type": self.flavour.name, "serverVersion": self.flavour.version}
        return {**told, "openSubsonic": True} if self.flavour.open else told

    def _ok(self, method: str, told: Json) -> web.Response:
        return self._sent(method, {"subsonic-response": {**self._base("ok"), **told}}, 200)

    def _failed(self, method: str, no: _No, status: int = 200) -> web.Response:
        """Errors come with HTTP 200 ("Subsonic response"), but not from everybody."""
        told = {**self._base("failed"), "error": {"code": no.code, "message": no.message}}
        status = dict(self.flavour.status).get(no.code, status)
        return self._sent(method, {"subsonic-response": told}, status)

    def _sent(self, method: str, told: Json, status: int) -> web.Response:
        if self.flavour.open:  # what is no OpenSubsonic server is held to nothing
            self.breaches += schemas.of_answer(method, told, self.flavour.beyond)
        return web.Response(body=json.dumps(told).encode(), status=status, content_type="application/json")
