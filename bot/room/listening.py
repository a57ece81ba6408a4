"""Where the room listens: on an address, on all of a name's, or on all of this machine's in both families."""

from __future__ import annotations

import errno
import ipaddress
import socket

from aiohttp import web

from bot.party.errors import StartError

TRIES = 10
"""So often a free port is looked for that both families have free."""
BACKLOG = 128
"""How many connections may wait to be taken."""
NO_IPV6 = {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}
"""What a system says that has no IPv6."""


async def listen(runner: web.AppRunner, host: str, port: int) -> int:
    """Has a room that was set up listen, and returns the port; `::` stands for IPv4 as well.

    Args:
        runner: the room's.
        host: the address or name to listen on.
        port: 0 for a free one.

    Raises:
        StartError: it cannot listen there.
    """
    try:
        if _is_any_ipv6(host):
            for each in _both_families(port):
                await web.SockSite(runner, each, backlog=BACKLOG).start()
        else:
            await web.TCPSite(runner, host, port, backlog=BACKLOG).start()
    except (OSError, UnicodeError) as error:
        raise StartError(_why_not(error, host, port)) from error
    found: int = runner.addresses[0][1]
    return found


def url_of(host: str, port: int) -> str:
    """The address that a browser on this machine can open."""
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return f"http://{host}:{port}"
    if ip.is_unspecified:
        return f"http://127.0.0.1:{port}"
    return f"http://[{ip}]:{port}" if ip.version == 6 else f"http://{ip}:{port}"


def _is_any_ipv6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host) == ipaddress.IPv6Address("::")
    except ValueError:
        return False


def _both_families(port: int) -> tuple[socket.socket, socket.socket]:
    """A socket for each family, at one port.

    One for both would show IPv4 addresses in IPv6's clothes, and asyncio's own `::` serves IPv6 alone.

    Raises:
        OSError: the port is taken, or there is no IPv6.
    """
    for left in reversed(range(TRIES)):
        newer = socket.create_server(("::", port), family=socket.AF_INET6, backlog=BACKLOG)
        try:
            return newer, socket.create_server(("0.0.0.0", newer.getsockname()[1]), backlog=BACKLOG)  # noqa: S104
        except OSError:
            newer.close()
            if port or not left:
                raise
    raise AssertionError("the last try returns or raises")


def _why_not(error: OSError | UnicodeError, host: str, port: int) -> str:
    if isinstance(error, UnicodeError):
        return f"ROOM_HOST {host[:80]!r} is not a valid host name; set it to an address like 127.0.0.1"
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use; stop the program that uses it, or set ROOM_PORT to another port"
    if error.errno == errno.EACCES:
        return f"Port {port} needs more permissions than I have; set ROOM_PORT to a port above 1023"
    if _is_any_ipv6(host) and error.errno in NO_IPV6:
        return "This machine has no IPv6, which ROOM_HOST=:: needs; set ROOM_HOST=0.0.0.0"
    return f"The room cannot listen on {host} port {port} ({error.strerror}); set ROOM_HOST or ROOM_PORT"
