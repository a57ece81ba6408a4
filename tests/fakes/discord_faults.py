"""What goes wrong with requests to the fake Discord because a test has ordered it."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from .discord_errors import ApiError


@dataclass(frozen=True)
class Fault:
    """A refusal that a test has ordered for a coming request."""

    method: str
    path_part: str
    error: ApiError


@dataclass(frozen=True)
class HangUp:
    """A connection that the server closes in place of an answer.

    Discord's servers, and proxies before them, close connections that nobody uses; a request that is under
    way then may have been taken or not (RFC 9112, "Persistence").
    """

    method: str
    path_part: str
    taken: bool
    reset: bool


def cut_off(request: web.Request, how: HangUp) -> web.Response:
    """Close the connection; what is returned reaches nobody."""
    if request.transport is not None:
        if how.reset:  # without what is said at the end of a connection
            line = request.transport.get_extra_info("socket")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()


def is_cloudflares(status: int, answer: Any) -> bool:
    """Whether a refusal comes from the proxy in front of Discord (docs, "Rate Limits: Invalid Requests")."""
    return status == 429 and "retry_after" not in answer
