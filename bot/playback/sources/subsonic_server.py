"""Asks a server that speaks OpenSubsonic, and takes none of its answers on trust.

The protocol is that of opensubsonic.netlify.app ("API reference"): a request names the user and shows either
a salted token, MD5 of password and salt, or the password itself. Which one a server takes shows when it is
first asked: errors 41 and 42 say that it keeps no password to make a token of, and servers from before
1.13.0, such as Supysonic, miss the parameter `p` (error 10).

Nothing of a request is in an error: its address would let people in.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
from yarl import URL

from bot.party.visible import short, visible
from bot.playback.sources.near import is_near
from bot.playback.sources.subsonic_answers import (
    MEND_SIGN_IN,
    MISSING,
    REFUSED,
    SIGN_IN,
    Json,
    NotSignedIn,
    Refused,
    Trouble,
    code_in_xml,
    listed,
    number,
    parsed,
    text,
    unanswered,
)

API = "1.16.1"
"""The last version of the protocol that Subsonic published, and OpenSubsonic's."""
CLIENT = "Encore"
"""The client's name, by which servers keep settings such as transcoding."""
CONNECT_WITHIN_S = 10.0
SILENT_FOR_S = 20.0
"""A server that says nothing for so long is away."""
ANSWER_WITHIN_S = 60.0
"""How long a whole answer that is no song may take."""
MOST_BYTES = 16 << 20
"""How large such an answer may be."""
CHUNK_BYTES = 1 << 16
MOST_REDIRECTS = 3
MOST_TOLD = 120
"""So many characters of a server's own message are passed on."""

WANTS_PASSWORD = {MISSING, 41, 42}
NOT_THERE = {
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.GONE,
    HTTPStatus.NOT_IMPLEMENTED,
}
"""How a server says that it does not have a method at all: Navidrome 410 and 501."""
REDIRECTS = {301, 302, 303, 307, 308}
NO_MEDIA = ("application/json", "application/javascript", "application/xml", "text/")
"""What an error is sent as, in place of a song."""
NETWORK = (aiohttp.ClientError, OSError, TimeoutError, ValueError)


@dataclass(frozen=True, slots=True)
class Hello:
    """Who a server says it is."""

    name: str  # navidrome, gonic, ampache; or Subsonic where it does not say it
    version: str
    forms: bool = False  # takes what it is asked in the body of a POST, where no log keeps it


class Server:
    """One server, asked as one user.

    Args:
        url: its address, with the path it lives under and without `/rest`.
        user: who asks.
        password: theirs.
    """

    def __init__(self, url: str, user: str, password: str) -> None:
        self._base = URL(url.rstrip("/"))
        self._user, self._password = user, password
        self._by_password = False
        self._hello: Hello | None = None
        self._greeting = asyncio.Lock()
        self._web: aiohttp.ClientSession | None = None

    @property
    def private(self) -> bool:
        """Whether nobody can listen on the way, as far as the address tells."""
        return self._base.scheme == "https" or is_near(self._base.host or "")

    async def hello(self) -> Hello:
        """Signs in, or says how that went before.

        Raises:
            Trouble: see `call`.
        """
        async with self._greeting:
            if self._hello is None:
                self._hello = await self._greet()
            return self._hello

    async def call(self, method: str, **asked: str | int) -> Json:
        """What a method answers.

        Raises:
            NotSignedIn: the server does not let us in.
            Refused: it does not do this.
            Trouble: it does not answer, or with something else.
        """
        hello = await self.hello()
        return await self._call(method, self._signed(asked), post=hello.forms)

    @asynccontextmanager
    async def media(
        self, method: str, headers: Mapping[str, str], **asked: str | int
    ) -> AsyncGenerator[aiohttp.ClientResponse]:
        """What a method answers that sends a file; reading it raises Trouble, too.

        Raises:
            NotSignedIn, Refused, Trouble: see `call`.
        """
        await self.hello()
        plain = {"Accept-Encoding": "identity", **headers}
        async with self._asked(method, self._signed(asked), headers=plain) as answer:
            if not answer.ok or answer.content_type.startswith(NO_MEDIA):
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    await self._told(answer)
                raise Trouble("sends something else than a file")
            yield answer

    async def close(self) -> None:
        """Ends all connections."""
        if self._web is not None:
            await self._web.close()

    async def _greet(self) -> Hello:
        """OpenSubsonic asks that the extensions are told to everybody; older servers do not know them."""
        forms = False
        try:
            told = await self._call("getOpenSubsonicExtensions", self._named({}))
            forms = any(each.get("name") == "formPost" for each in listed(told, "openSubsonicExtensions"))
        except Trouble:
            pass  # what is wrong shows below
        self._by_password = False
        try:
            told = await self._call("ping", self._signed({}), post=forms)
        except _WantsPassword as wanted:
            if not self.private:
                raise NotSignedIn(
                    "wants the password itself, which is only sent over https or within your own network",
                    "set SUBSONIC_URL to its https:// address",
                ) from None
            self._by_password = True
            try:
                told = await self._call("ping", self._signed({}), post=forms)
            except _WantsPassword:
                raise NotSignedIn(wanted.reason, MEND_SIGN_IN) from None
        name = short(visible(text(told, "type")), 40) or "Subsonic"
        version = text(told, "serverVersion") or text(told, "version")
        return Hello(name, short(visible(version), 40), forms)

    def _named(self, asked: Mapping[str, str | int]) -> dict[str, str]:
        return {"v": API, "c": CLIENT, "f": "json", **{key: str(value) for key, value in asked.items()}}

    def _signed(self, asked: Mapping[str, str | int]) -> dict[str, str]:
        named = {"u": self._user, **self._named(asked)}
        if self._by_password:
            return {**named, "p": f"enc:{self._password.encode().hex()}"}
        salt = secrets.token_hex(8)
        token = hashlib.md5((self._password + salt).encode(), usedforsecurity=False).hexdigest()
        return {**named, "t": token, "s": salt}

    async def _call(self, method: str, asked: Mapping[str, str], *, post: bool = False) -> Json:
        try:
            async with (
                asyncio.timeout(ANSWER_WITHIN_S),
                self._asked(method, asked, post=post) as answer,
            ):
                return await self._told(answer)
        except TimeoutError:
            raise Trouble(f"did not answer within {ANSWER_WITHIN_S:.0f} seconds") from None

    @asynccontextmanager
    async def _asked(
        self,
        method: str,
        asked: Mapping[str, str],
        *,
        post: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncGenerator[aiohttp.ClientResponse]:
        """An answer; where it is elsewhere on the same host it is fetched there, and from no other host."""
        url: URL = self._base / "rest" / f"{method}.view"
        form = dict(asked) if post else None
        try:
            url = url if post else url.with_query(dict(asked))
            for _ in range(MOST_REDIRECTS + 1):
                async with self._session().request(
                    "POST" if post else "GET", url, data=form, headers=headers, allow_redirects=False
                ) as answer:
                    if answer.status not in REDIRECTS:
                        yield answer
                        return
                    url = self._elsewhere(url, answer.headers.get("Location", ""))
        except NETWORK as error:
            raise unanswered(error) from None
        raise Trouble("redirects again and again", "set SUBSONIC_URL to the address of the server itself")

    def _elsewhere(self, url: URL, location: str) -> URL:
        """Where an answer sends us: to another path, or from http to https.

        Raises:
            Trouble: to another server.
        """
        there = url.join(URL(location)) if location else url
        safer = (url.scheme, there.scheme) == ("http", "https") and there.host == url.host
        if there.origin() != url.origin() and not safer:
            raise Trouble(
                f"redirects to {there.origin()}, where no password of yours is sent",
                "set SUBSONIC_URL to the address of the server itself",
            )
        return there

    async def _told(self, answer: aiohttp.ClientResponse) -> Json:
        """What an answer says.

        Raises:
            NotSignedIn, Refused, Trouble: it says no, or is none.
        """
        body = await read(answer, MOST_BYTES)
        told = parsed(body)
        if told is not None and told.get("status") == "ok":
            return told
        if told is not None and told.get("status") == "failed":
            error = told.get("error")
            found = error if isinstance(error, dict) else {}
            raise self._no(number(found, "code") or 0, text(found, "message"))
        if (code := code_in_xml(body)) is not None:
            raise self._no(code, "")
        if answer.status in NOT_THERE:
            raise Refused(f"does not have {answer.url.name.removesuffix('.view')} (HTTP {answer.status})")
        if answer.ok:
            raise Trouble(
                "answers, but not as a Subsonic server does",
                "set SUBSONIC_URL to the server's address, without /rest",
            )
        raise Trouble(f"answers with HTTP {answer.status}")

    def _no(self, code: int, message: str) -> Trouble:
        """An error of the protocol's."""
        if code in SIGN_IN:
            self._hello = None  # another try begins anew
        if code in WANTS_PASSWORD and not self._by_password:
            return _WantsPassword(SIGN_IN.get(code) or REFUSED[code], code)
        if code in SIGN_IN:
            return NotSignedIn(SIGN_IN[code], MEND_SIGN_IN)
        said = short(visible(self._hidden(message)), MOST_TOLD)
        return Refused(REFUSED.get(code) or f"says that it failed ({said or f'error {code}'})", code)

    def _hidden(self, message: str) -> str:
        """A message of the server's, without what we sent."""
        for secret in filter(None, (self._password, self._password.encode().hex())):
            message = message.replace(secret, "[hidden]")
        return message

    def _session(self) -> aiohttp.ClientSession:
        if self._web is None or self._web.closed:
            self._web = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": CLIENT},
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=CONNECT_WITHIN_S, sock_read=SILENT_FOR_S
                ),
            )
        return self._web


class _WantsPassword(Refused):
    """The server may take the password, where it does not take a token."""


async def read(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """The body of an answer.

    Raises:
        Trouble: it is larger.
    """
    body = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
        body += chunk
        if len(body) > most:
            raise Trouble(f"sends more than {most >> 20} MB at once")
    return bytes(body)
