"""Who can reach the room, and where."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from bot.reach import Place, Reach, find

ANY = "0.0.0.0"  # noqa: S104 - only named, not opened
HERE = "http://127.0.0.1:8080"


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[int, list[str]]:
    """A machine that is no container, with these addresses; a test may change them."""
    addresses: dict[int, list[str]] = {socket.AF_INET: ["192.168.1.20"], socket.AF_INET6: ["fd00::20"]}

    class Way:
        def __init__(self, family: int, kind: int) -> None:
            assert kind == socket.SOCK_DGRAM  # a connection of any other kind would be sent something
            self.own = addresses[family][:1]

        def __enter__(self) -> Way:
            return self

        def __exit__(self, *error: object) -> None: ...

        def connect(self, address: tuple[str, int]) -> None:
            if not self.own:
                raise OSError(101, "Network is unreachable")

        def getsockname(self) -> tuple[str, int]:
            return self.own[0], 40_000

    looked_up = socket.getaddrinfo

    def look_up(host: str, port: Any, family: int = 0, *others: Any) -> Any:
        if host != "machine":
            return looked_up(host, port, family, *others)
        return [(family, 0, 0, "", (each, 0)) for each in addresses[family]]

    monkeypatch.setattr("bot.reach.socket.socket", Way)
    monkeypatch.setattr("bot.reach.socket.gethostname", lambda: "machine")
    monkeypatch.setattr("bot.reach.socket.getaddrinfo", look_up)
    monkeypatch.delenv("container", raising=False)
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    return addresses


@pytest.mark.parametrize(
    ("host", "public_url", "place"),
    [
        ("127.0.0.1", "", Place(Reach.MACHINE, HERE)),
        ("127.0.0.5", "", Place(Reach.MACHINE, "http://127.0.0.5:8080")),
        ("::1", "", Place(Reach.MACHINE, "http://[::1]:8080")),
        ("localhost", "", Place(Reach.MACHINE, "http://localhost:8080")),
        (ANY, "", Place(Reach.NETWORK, HERE, "http://192.168.1.20:8080")),
        ("::", "", Place(Reach.NETWORK, HERE, "http://192.168.1.20:8080")),
        ("192.168.1.9", "", Place(Reach.NETWORK, "http://192.168.1.9:8080", "http://192.168.1.9:8080")),
        ("fd00::9", "", Place(Reach.NETWORK, "http://[fd00::9]:8080", "http://[fd00::9]:8080")),
        ("party.invalid", "", Place(Reach.NETWORK, "http://party.invalid:8080", "http://party.invalid:8080")),
        ("8.8.8.8", "", Place(Reach.INTERNET, "http://8.8.8.8:8080", "http://8.8.8.8:8080")),
        (
            "127.0.0.1",
            "https://party.example",
            Place(Reach.PUBLIC, "https://party.example", "https://party.example"),
        ),
        (ANY, "http://10.0.0.7:9000", Place(Reach.PUBLIC, "http://10.0.0.7:9000", "http://10.0.0.7:9000")),
        ("127.0.0.1", "http://127.0.0.1:9000", Place(Reach.MACHINE, "http://127.0.0.1:9000")),
        (ANY, "http://[::1]:9000", Place(Reach.NETWORK, "http://[::1]:9000", "http://192.168.1.20:8080")),
    ],
)
def test_where_the_room_is(host: str, public_url: str, place: Place) -> None:
    """By what is set; a PUBLIC_URL of this machine's own, as Spotify takes it, is none for guests."""
    assert find(host, 8080, public_url) == place


def test_an_address_of_ipv6_alone(machine: dict[int, list[str]]) -> None:
    """Only a room that listens there names it."""
    machine[socket.AF_INET] = []
    assert find("::", 8080).guests == "http://[fd00::20]:8080"
    assert find(ANY, 8080) == Place(Reach.NETWORK, HERE)


def test_no_way_out(machine: dict[int, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a way to elsewhere the machine's own name says it, if that leads anywhere."""

    def refuse(*given: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr("bot.reach.socket.socket", refuse)
    machine[socket.AF_INET] = ["127.0.1.1", "169.254.3.4", "192.168.1.21"]
    assert find(ANY, 8080).guests == "http://192.168.1.21:8080"
    machine[socket.AF_INET] = ["127.0.1.1"]
    assert find(ANY, 8080) == Place(Reach.NETWORK, HERE)


def test_a_public_address_is_said_to_be_one(machine: dict[int, list[str]]) -> None:
    """A rented server's network is the internet."""
    machine[socket.AF_INET] = ["8.8.8.8"]
    assert find(ANY, 8080).reach is Reach.INTERNET


def test_a_container_knows_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own is one that no phone can use."""
    monkeypatch.setenv("container", "docker")
    assert find(ANY, 8080) == Place(Reach.CONTAINER, HERE)
    assert find(ANY, 8080, "https://party.example").reach is Reach.PUBLIC


def test_the_host_may_sit_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever came over SSH has a browser on another machine."""
    assert find(ANY, 8080).host == HERE
    monkeypatch.setenv("SSH_CONNECTION", "192.168.1.5 50000 192.168.1.20 22")
    assert find(ANY, 8080).host == "http://192.168.1.20:8080"
    assert find("127.0.0.1", 8080).host == HERE
