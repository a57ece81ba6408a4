"""What a server that speaks OpenSubsonic answers, and how it says no. Nothing in it is taken on trust."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any

import aiohttp

Json = dict[str, Any]

SIGN_IN = {
    40: "does not accept SUBSONIC_USER or SUBSONIC_PASSWORD",
    41: "does not accept a token, and not the password either",
    42: "takes neither a token nor a password",
    43: "mixes up two ways to sign in",
    44: "wants an API key",
}
"""What an error says that has to do with signing in, by its code ("Error", opensubsonic.netlify.app)."""
REFUSED = {
    10: "misses something in what I asked",
    20: "wants a newer client than me",
    30: "is too old for me",
    50: "does not let that user do this",
    60: "says that its trial period is over",
    70: "does not have that",
}
GONE = 70
MISSING = 10
MEND_SIGN_IN = "sign in to its page with them, and correct them"
MEND_CERTIFICATE = "set SUBSONIC_URL to the name that the certificate is for, or have this machine trust it"
_XML_ERROR = re.compile(rb"<error\s[^>]{0,100}?code=[\"'](\d{1,4})[\"']")


class Trouble(Exception):
    """The server did not give what it was asked for.

    Args:
        reason: how it failed, as a clause whose subject is the server.
        mend: what whoever runs the bot can do.
    """

    def __init__(self, reason: str, mend: str = "") -> None:
        super().__init__(reason)
        self.reason, self.mend = reason, mend


class NotSignedIn(Trouble):
    """The server does not let us in."""


class Refused(Trouble):
    """The server answers, but does not do this.

    Args:
        reason: see Trouble.
        code: the protocol's; None where it does not have the method.
    """

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.code = code


def text(told: Mapping[str, Any], name: str) -> str:
    """A text of an answer, without halves of letters; a number, which some have as ids, as text; or empty."""
    value = told.get(name)
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def number(told: Mapping[str, Any], name: str) -> int | None:
    """A whole number of an answer, or None."""
    value = told.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def listed(told: Mapping[str, Any], *names: str) -> list[Json]:
    """The objects of a list somewhere in an answer; Subsonic leaves empty ones out."""
    found: Any = told
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def parsed(body: bytes) -> Json | None:
    """What stands in an answer's `subsonic-response`; None where there is none."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    inner = told.get("subsonic-response") if isinstance(told, dict) else None
    return inner if isinstance(inner, dict) else None


def code_in_xml(body: bytes) -> int | None:
    """The code of an error in XML, as which some servers send it in place of a song."""
    found = _XML_ERROR.search(body[:10_000])
    return int(found[1]) if found else None


def unanswered(error: Exception) -> Trouble:
    """Why there is no answer; what aiohttp says itself may have the whole address in it."""
    if isinstance(error, TimeoutError):
        return Trouble("does not answer in time")
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return Trouble("has a certificate that is not valid here", MEND_CERTIFICATE)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Trouble("has a name that nobody knows", "correct SUBSONIC_URL")
    if isinstance(error, aiohttp.ClientConnectorError):
        reason = os.strerror(error.os_error.errno) if error.os_error.errno else "no connection"
        return Trouble(f"cannot be reached ({reason})")
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError | ConnectionError):
        return Trouble("broke the connection off")
    return Trouble(f"cannot be asked ({type(error).__name__})")
