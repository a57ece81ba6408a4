"""Who can reach the room, and at which address: what the terminal, links and checks say of it."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import urlsplit

ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""An address of each family that nobody has (RFC 5737, RFC 3849): the way there begins at our own."""
CONTAINER = "container"
"""The variable that says so in a container of systemd or Podman, and in one of our image."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Reach(Enum):
    """Who can open the room."""

    MACHINE = auto()  # browsers on this machine
    NETWORK = auto()  # the network that it is in
    INTERNET = auto()  # everybody: its address is a public one
    CONTAINER = auto()  # whoever the container's port is published to, which cannot be seen from inside
    PUBLIC = auto()  # whoever PUBLIC_URL is for


@dataclass(frozen=True, slots=True)
class Place:
    """Where the room is.

    Args:
        reach: who can open it.
        here: its address for a browser on this machine.
        guests: its address for everybody else; empty where there is none, or where it is not known.
    """

    reach: Reach
    here: str
    guests: str = ""

    @property
    def host(self) -> str:
        """Its address for whoever sits at the terminal, which may be on another machine."""
        return self.guests if self.guests and os.environ.get("SSH_CONNECTION") else self.here


def find(host: str, port: int, public_url: str = "") -> Place:
    """Where a room is that listens on an address or name.

    Args:
        host: ROOM_HOST.
        port: where it listens.
        public_url: PUBLIC_URL, with nothing behind the port.
    """
    if public_url and not _is_of_this_machine(urlsplit(public_url).hostname or ""):
        return Place(Reach.PUBLIC, public_url, public_url)
    here = public_url or _url(_unless_any(host), port)
    if _is_of_this_machine(host):
        return Place(Reach.MACHINE, here)
    if os.environ.get(CONTAINER):
        return Place(Reach.CONTAINER, here)
    own = _own_address(host)
    if own is None:
        return Place(Reach.NETWORK, here, "" if _parsed(host) else _url(host, port))
    return Place(Reach.INTERNET if own.is_global else Reach.NETWORK, here, _url(str(own), port))


def _parsed(host: str) -> Address | None:
    with suppress(ValueError):
        return ipaddress.ip_address(host)
    return None


def _unless_any(host: str) -> str:
    ip = _parsed(host)
    return "127.0.0.1" if ip is not None and ip.is_unspecified else host


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _is_of_this_machine(host: str) -> bool:
    """Whether an address or name leads nowhere but to this machine itself."""
    ip = _parsed(host)
    if ip is not None:
        return ip.is_loopback
    try:
        found = {each[4][0] for each in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return all(ipaddress.ip_address(each).is_loopback for each in found)


def _own_address(host: str) -> Address | None:
    """The address that others in the network know this machine by, of those that the room listens on."""
    ip = _parsed(host)
    if ip is None or not ip.is_unspecified:
        return ip
    families = [socket.AF_INET] if ip.version == 4 else [socket.AF_INET, socket.AF_INET6]
    return next((own for family in families for own in _addresses(family)), None)


def _addresses(family: socket.AddressFamily) -> Iterator[Address]:
    """Addresses of this machine that others may know, the likeliest first; nothing is sent."""
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as looking:
        looking.connect((ELSEWHERE[family], 9))  # of a datagram socket this only chooses the way
        yield from _usable(looking.getsockname()[0])
    with suppress(OSError, UnicodeError):  # without a way to anywhere: by its own name
        for found in socket.getaddrinfo(socket.gethostname(), None, family):
            yield from _usable(str(found[4][0]))


def _usable(address: str) -> Iterator[Address]:
    ip = ipaddress.ip_address(address)
    if not (ip.is_loopback or ip.is_unspecified or ip.is_link_local):
        yield ip
