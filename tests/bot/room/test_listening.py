"""Where the room listens, and what it says where it cannot."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.party.errors import StartError
from bot.room import open_room
from bot.service import PartyService

ANY = "0.0.0.0"  # noqa: S104 - what containers need


def has_ipv6() -> bool:
    """Whether this machine has IPv6."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


NEEDS_IPV6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


@pytest.mark.parametrize(
    ("host", "begins"),
    [
        ("127.0.0.1", "http://127.0.0.1:"),
        (ANY, "http://127.0.0.1:"),
        ("localhost", "http://localhost:"),
        pytest.param("::1", "http://[::1]:", marks=NEEDS_IPV6),
        pytest.param("::", "http://127.0.0.1:", marks=NEEDS_IPV6),
    ],
)
async def test_the_address_that_is_told_can_be_opened(
    party: PartyService, web: aiohttp.ClientSession, host: str, begins: str
) -> None:
    """By a browser on this machine."""
    async with open_room(party, host, 0) as url, web.get(url) as answer:
        assert url.startswith(begins)
        assert "<title>Encore</title>" in await answer.text()


@NEEDS_IPV6
@pytest.mark.parametrize("given", [True, False])
async def test_both_families_are_served(party: PartyService, web: aiohttp.ClientSession, given: bool) -> None:
    """ROOM_HOST=:: listens at one port for IPv4 and IPv6, whether the port was chosen or is any."""
    with socket.create_server((ANY, 0)) as free:
        port = free.getsockname()[1] if given else 0
    async with open_room(party, "::", port) as url:
        port = urlsplit(url).port
        for host in ("127.0.0.1", "[::1]"):
            async with web.get(f"http://{host}:{port}/healthz") as answer:
                assert await answer.text() == "ok"


@pytest.mark.parametrize(
    ("host", "taken"),
    [
        ("127.0.0.1", "127.0.0.1"),
        pytest.param("::", ANY, marks=NEEDS_IPV6),
        pytest.param("::", "::", marks=NEEDS_IPV6),
    ],
)
async def test_port_in_use(party: PartyService, host: str, taken: str) -> None:
    """A port that is taken is named in one line, with the mend; taken in one family is taken for both."""
    family = socket.AF_INET6 if ":" in taken else socket.AF_INET
    with socket.create_server((taken, 0), family=family) as server:
        port = server.getsockname()[1]
        with pytest.raises(StartError) as refused:
            async with open_room(party, host, port):
                pass
    assert (
        str(refused.value)
        == f"Port {port} is in use; stop the program that uses it, or set ROOM_PORT to another port"
    )


async def test_without_ipv6_the_mend_is_named(party: PartyService, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container without it: Linux says EADDRNOTAVAIL there, or EAFNOSUPPORT."""

    def refuse(address: tuple[str, int], **others: object) -> socket.socket:
        raise OSError(99, "Cannot assign requested address")

    monkeypatch.setattr("bot.room.listening.socket.create_server", refuse)
    with pytest.raises(StartError, match=r"\A[^\n]*no IPv6[^\n]*ROOM_HOST=0\.0\.0\.0\Z"):
        async with open_room(party, "::", 0):
            pass


async def test_unknown_address(party: PartyService) -> None:
    """An address that is not this machine's is named in one line."""
    with pytest.raises(StartError, match=r"\A[^\n]*192\.0\.2\.1[^\n]*ROOM_HOST[^\n]*\Z"):
        async with open_room(party, "192.0.2.1", 0):
            pass
