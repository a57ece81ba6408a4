"""Where somebody comes from, and how many may come from there."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from bot.party.errors import TooManyFromHere
from bot.party.shares import HOUSEHOLD
from bot.room.limits import Gate, Limits, address_of

PROXY = (ip_network("10.0.0.0/8"), ip_network("::1/128"))


class Line:
    """The little of a transport that says who is at its other end."""

    def __init__(self, peer: str) -> None:
        self._peer = peer

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """The other end, as asyncio has it for IPv4."""
        return (self._peer, 50_000) if name == "peername" and self._peer else default


def come_from(peer: str, *forwarded: str) -> str:
    """Where a request comes from that reached us from this peer."""
    headers = CIMultiDict([("X-Forwarded-For", each) for each in forwarded])
    transport: Any = Line(peer)
    return address_of(make_mocked_request("GET", "/live", headers, transport=transport), PROXY)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.7", [], "192.0.2.7"),
        ("192.0.2.7", ["198.51.100.1"], "192.0.2.7"),  # nobody trusts this peer
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.1"], "198.51.100.1"),  # the first was made up
        ("10.0.0.1", ["203.0.113.9", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, 10.0.0.2"], "198.51.100.1"),  # two proxies of ours
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, <script>"], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.2, " * 10_000], "10.0.0.1"),
        ("::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2:a:b:c:d", [], "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", ["192.0.2.1"], "2001:db8:1:3::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("::ffff:192.0.2.7", [], "192.0.2.7"),
        ("", [], ""),
    ],
)
def test_address(peer: str, forwarded: list[str], address: str) -> None:
    """A proxy's word counts where it is trusted, and no further; a household of IPv6 is one."""
    assert come_from(peer, *forwarded) == address


def test_joins() -> None:
    """So many of one address a minute, whether they stay or not; the others do not notice."""
    now = 0.0
    gate = Gate(Limits(lines_each=2, joins_a_minute=3), clock=lambda: now)
    for _ in range(3):
        assert gate.come("a") is None
        gate.go("a")
    assert isinstance(gate.come("a"), TooManyFromHere)
    gate.go("a")
    assert gate.come("b") is None
    now = 61.0
    assert gate.come("a") is None
    assert gate.come("a") is None
    assert isinstance(gate.come("a"), TooManyFromHere)


def test_an_address_of_more_pages_may_ask_for_more_work() -> None:
    """A school, or all guests behind a proxy that nobody believes: `ROOM_CONNECTIONS` says so."""
    assert Limits().household == Limits(lines_each=10).household == HOUSEHOLD
    assert Limits(lines_each=200).household == 5 * HOUSEHOLD


def test_nothing_piles_up() -> None:
    """Of addresses that nobody has come from lately nothing is kept."""
    now = 0.0
    gate = Gate(Limits(), clock=lambda: now)
    for number in range(1_000):
        gate.come(str(number))
        gate.go(str(number))
    now = 100.0
    gate.come("a")
    assert gate.known == {"a"}
