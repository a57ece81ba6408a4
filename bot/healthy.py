"""`python -m bot.healthy`: whether the bot beside it is alive, with the exit code 0 or 1, for a health check.

It loads nothing of the bot's, so that it takes no time: of the settings it knows the environment alone.
"""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address

WITHIN_S = 5.0
"""How long an answer may take."""


def main() -> int:
    """Asks, says what is wrong if something is, and returns the exit code."""
    host = _reachable(os.environ.get("ROOM_HOST") or "127.0.0.1")
    port = int(os.environ.get("ROOM_PORT") or os.environ.get("PORT") or 8080)
    try:
        connection = HTTPConnection(host, port, timeout=WITHIN_S)
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        if answer.status == 200 and answer.read(10) == b"ok":
            return 0
        reason = f"HTTP {answer.status}"
    except (OSError, HTTPException) as error:
        reason = str(error) or type(error).__name__
    print(f"The room does not answer at {host} port {port}: {reason}", file=sys.stderr)
    return 1


def _reachable(host: str) -> str:
    """An address to ask at for one to listen at."""
    try:
        return "127.0.0.1" if ip_address(host).is_unspecified else host
    except ValueError:
        return host


if __name__ == "__main__":
    sys.exit(main())
