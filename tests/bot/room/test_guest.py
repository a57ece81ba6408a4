"""One connection: its pace, and what happens when it does not listen."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import closing
from functools import partial

import pytest

from bot.room import floors, guest
from bot.room.guest import BURST, MOST_REFUSED, Pace
from tests.bot.room.conftest import Enter
from tests.bot.room.visitor import Visitor
from tests.patience import PATIENCE_S

HANDSHAKE = (
    "GET /live HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def masked(text: str) -> bytes:
    """A short text as a browser frames it, under a mask of zeros (RFC 6455, 5.2)."""
    data = text.encode()
    assert len(data) < 126
    return bytes([0x81, 0x80 | len(data), 0, 0, 0, 0]) + data


async def deaf(room: str) -> socket.socket:
    """A connection that has come in, and takes nothing from then on."""
    host = room.removeprefix("http://")
    name, port = host.split(":")
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    await asyncio.to_thread(line.connect, (name, int(port)))
    line.sendall(HANDSHAKE.format(host=host).encode())
    assert b"101" in await asyncio.to_thread(line.recv, 32)
    line.sendall(masked('{"id": "a", "do": "enter"}'))
    return line


def test_pace() -> None:
    """A burst is fine, more is not, and with time it is fine again."""
    now = 0.0
    pace = Pace(burst=3, per_s=2, clock=lambda: now)
    assert [pace.allows() for _ in range(4)] == [True, True, True, False]
    now = 0.5
    assert [pace.allows() for _ in range(2)] == [True, False]
    now = 100.0
    assert [pace.allows() for _ in range(4)] == [True, True, True, False]


def test_a_flood_is_told_from_haste() -> None:
    """Whoever goes on and on though nothing is met floods; whoever was hasty twice does not."""
    now = 0.0
    pace = Pace(burst=2, per_s=1, clock=lambda: now)
    for _ in range(MOST_REFUSED + 2):
        pace.allows()
    assert not pace.floods
    now = 100.0
    assert pace.allows()
    for _ in range(MOST_REFUSED + 1):
        pace.allows()
    assert not pace.floods
    for _ in range(2):
        pace.allows()
    assert pace.floods


async def test_a_flooder_is_dropped(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends a thousand messages at once is told and dropped with a reason; the others stay."""
    monkeypatch.setattr(guest, "Pace", partial(Pace, clock=lambda: 0.0))
    ann, bob = await enter("Ann"), await enter("Bob")
    for number in range(1_000):
        await ann.socket.send_str(json.dumps({"id": f"a{number}", "do": "search", "text": "take"}))
    kinds = [heard.get("kind") async for heard in ann.rest()]
    assert kinds.count("TooFast") >= MOST_REFUSED
    assert len(kinds) < BURST + MOST_REFUSED + 10
    assert ann.bye
    assert (ann.bye["kind"], ann.bye["retry"]) == ("TooFast", True)
    assert (await bob.until(lambda state: state["people"] == ["Bob"]))["watching"] == 1


async def fill(ann: Visitor) -> None:
    """Makes a queue that is long to tell."""
    for number in range(6):
        texts = (f"Z{number}{letter} {'Vlorp ' * 40} - Qwzx Mump" for letter in "bcdfghjkl")
        assert (await ann.ask("add", song="\n".join(texts)))["ok"]


async def stuff(line: socket.socket) -> None:
    """Asks for more than any network keeps for somebody, and takes none of it."""
    for _ in range(400):
        await asyncio.to_thread(line.sendall, masked('{"id": "a", "do": "enter"}'))


async def test_whoever_does_not_listen_holds_up_nobody(
    enter: Enter, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser that takes nothing is dropped after a while; what waits for it is bounded meanwhile."""
    monkeypatch.setattr(guest, "Pace", partial(Pace, burst=10_000))
    monkeypatch.setattr(floors, "SWEEP_S", 0.05)
    ann = await enter("Ann")
    await fill(ann)
    with closing(await deaf(room)) as line:
        await ann.until(lambda state: state["watching"] == 2)
        await stuff(line)
        assert (await ann.ask("add", song="mr brightside"))["ok"]
        assert (await ann.until(lambda state: len(state["queue"]) == 54))["watching"] == 2
        monkeypatch.setattr(guest, "TAKE_WITHIN_S", 0.0)
        await ann.until(lambda state: state["watching"] == 1)


async def test_who_listens_again_is_shown_the_whole(
    enter: Enter, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever did not take what was sent for a while, and does by now, gets how things stand."""
    monkeypatch.setattr(guest, "Pace", partial(Pace, burst=10_000))
    monkeypatch.setattr(floors, "SWEEP_S", 0.05)
    ann = await enter("Ann")
    await fill(ann)
    with closing(await deaf(room)) as line:
        await ann.until(lambda state: state["watching"] == 2)
        await stuff(line)
        assert (await ann.ask("add", song="mr brightside"))["ok"]
        await ann.until(lambda state: len(state["queue"]) == 54)
        line.setblocking(False)
        latest = b""
        async with asyncio.timeout(PATIENCE_S):
            while b"Mr. Brightside" not in latest:
                latest = latest[-1_000:] + await asyncio.get_running_loop().sock_recv(line, 1 << 16)
