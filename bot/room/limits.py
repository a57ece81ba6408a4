"""How many may come: into one party, from one address, and how fast."""

from __future__ import annotations

import ipaddress
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from bot.party.errors import PartyError, TooManyFromHere
from bot.party.shares import HOUSEHOLD

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

HOUSEHOLD_BITS = 64
"""A household has so much of an IPv6 address to itself: the rest is one device, or a new one each day."""
LINES_EACH = 40
"""So many pages of one address may be open, unless an operator expects more people behind one."""
MINUTE_S = 60.0
MOST_HOPS = 20
"""So many addresses of X-Forwarded-For are looked at, from its end."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an operator may choose."""

    guests: int = 500  # who may look at one party at once
    parties: int = 300  # so many parties may be looked at at once
    lines: int = 5_000  # so many connections there are at once
    lines_each: int = LINES_EACH  # of one address
    joins_a_minute: int = 80  # of one address
    proxies: tuple[Network, ...] = field(default=())  # whose word on where somebody comes from is taken

    @property
    def household(self) -> float:
        """How many times the work that one page may ask for one address may: more where more pages may be."""
        return HOUSEHOLD * max(1.0, self.lines_each / LINES_EACH)


class Gate:
    """Counts who comes from where."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._lines: dict[str, int] = {}
        self._joins: dict[str, deque[float]] = {}

    def come(self, address: str) -> PartyError | None:
        """Counts one more connection of an address; says why, if it should be the last thing it hears."""
        now = self._clock()
        self._lines[address] = self._lines.get(address, 0) + 1
        self.forget()
        joins = self._joins.pop(address, None) or deque(maxlen=self._limits.joins_a_minute + 1)
        joins.append(now)
        self._joins[address] = joins
        lately = sum(now - at < MINUTE_S for at in joins)
        if self._lines[address] > self._limits.lines_each or lately > self._limits.joins_a_minute:
            return TooManyFromHere()
        return None

    def go(self, address: str) -> None:
        """One of an address is gone."""
        self._lines[address] -= 1
        if not self._lines[address]:
            del self._lines[address]

    @property
    def known(self) -> set[str]:
        """The addresses of whoever is here, or came lately."""
        return {*self._lines, *self._joins}

    def forget(self) -> None:
        """Lets go of addresses that nobody has come from lately; they stand in the order of their latest."""
        now = self._clock()
        while self._joins:
            address, joins = next(iter(self._joins.items()))
            if now - joins[-1] < MINUTE_S:
                return
            del self._joins[address]


def address_of(request: web.Request, proxies: tuple[Network, ...]) -> str:
    """Where a request comes from: an IPv4 address, or what a household has of an IPv6 one.

    X-Forwarded-For is read from its end, where the nearest proxy has written, and only as long as whoever
    wrote is trusted: what stands before anybody may have made up.
    """
    peer = request.transport.get_extra_info("peername") if request.transport else None
    found = _address(str(peer[0])) if isinstance(peer, tuple) else None
    named = ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")
    for text in reversed(named[-MOST_HOPS:]):
        if found is None or not any(found in each for each in proxies):
            break
        further = _address(text.strip())
        if further is None:
            break
        found = further
    if found is None:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, HOUSEHOLD_BITS), strict=False))
    return str(found)


def _address(text: str) -> Address | None:
    host = text.partition(":")[0] if text.count(":") == 1 else text  # some proxies name the port as well
    try:
        found = ipaddress.ip_address(host.partition("%")[0].strip("[]"))
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found
