"""The fake Discord's voice servers: the real voice client joins, is heard, and comes through a lot."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import itertools
import json
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import pytest

from tests.fakes.discord_model import EVERYONE, FakeChannel
from tests.fakes.discord_people import CONNECT, SPEAK
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.discord_voice_packets import AES, XCHACHA
from tests.fakes.discord_voice_session import VoiceClose, VoiceOp, VoiceSession
from tests.hearing import heard, needs_voice, pitch, tone
from tests.patience import PATIENCE_S, until

pytestmark = needs_voice
TOKEN = "let-me-in"


class Tone(discord.AudioSource):
    """A tone without end, in Opus."""

    def __init__(self, hertz: float) -> None:
        encoder = importlib.import_module("cogs.voice_decoding").Encoder()
        self._frames: list[bytes] = [*encoder.encode(tone(hertz, 1.0))]
        self._at = 0

    def is_opus(self) -> bool:
        """It is."""
        return True

    def read(self) -> bytes:
        """The next 20 ms."""
        self._at = (self._at + 1) % len(self._frames)
        return self._frames[self._at]


@asynccontextmanager
async def logged_in(fake: FakeDiscord) -> AsyncIterator[discord.Client]:
    """The real client, in the fake's server."""
    client = discord.Client(intents=discord.Intents(guilds=True, voice_states=True))
    ready = asyncio.Event()
    client.event(_named("on_ready", ready))
    with fake.patched_client():
        async with client:
            running = asyncio.create_task(client.start(TOKEN))
            async with asyncio.timeout(PATIENCE_S):
                await ready.wait()
            yield client
            await client.close()
            await asyncio.gather(running, return_exceptions=True)


def _named(name: str, ready: asyncio.Event) -> Any:
    async def on_ready() -> None:
        ready.set()

    on_ready.__name__ = name
    return on_ready


def there(client: discord.Client, channel: FakeChannel) -> discord.VoiceChannel:
    """The channel as the client knows it."""
    found = client.get_channel(int(channel.id))
    assert isinstance(found, discord.VoiceChannel)
    return found


async def hear(fake: FakeDiscord, frames: int) -> list[bytes]:
    """So many further frames that are no silence."""
    known = len(fake.voice.heard(fake.guild))

    def new() -> list[bytes]:
        return [it.opus for it in fake.voice.heard(fake.guild)[known:] if len(it.opus) > 3]

    await until(lambda: len(new()) >= frames)
    return new()[:frames]


async def test_what_is_sent_is_heard() -> None:
    """Over the real handshake, in the mode that both know, in numbered and encrypted packets."""
    async with FakeDiscord(TOKEN) as fake:
        stage = fake.add_voice_channel("Music")
        async with logged_in(fake) as client:
            voice: discord.VoiceClient = await there(client, stage).connect()
            voice.play(Tone(440))
            await hear(fake, 50)
            frames = fake.voice.heard(fake.guild)
            (leg,) = fake.voice.legs
            assert leg.mode == voice.mode == XCHACHA  # the library knows no AES
            assert leg.dave > 0
            assert (leg.selected["address"], leg.selected["port"]) == leg.found_at
            assert {b.sequence - a.sequence for a, b in itertools.pairwise(frames)} == {1}
            assert {b.timestamp - a.timestamp for a, b in itertools.pairwise(frames)} == {960}
            sounds = [it.opus for it in frames if len(it.opus) > 3]
            assert pitch(heard(sounds)[4800:]) == pytest.approx(440, abs=5)
            assert fake.voice.call(fake.guild).channel is stage
            await voice.disconnect()
            await until(lambda: not fake.voice.calls)
        assert fake.violations == []


async def test_a_sealed_packet_is_opened_in_either_mode() -> None:
    """What was encrypted with the preferred mode is heard as well, and what was changed on its way is not."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    from tests.fakes.discord_voice_packets import Arrived  # noqa: PLC0415

    key, header = bytes(range(32)), struct.pack(">BBHII", 0x80, 0x78, 7, 960, 5)
    sealed = AESGCM(key).encrypt((3).to_bytes(4, "big").ljust(12, b"\0"), b"opus", header)
    packet = header + sealed + (3).to_bytes(4, "big")
    opened = Arrived(packet, 1).open(AES, key)
    assert opened is not None
    assert (opened.sequence, opened.timestamp, opened.opus) == (7, 960, b"opus")
    assert Arrived(packet, 1).open(XCHACHA, key) is None
    assert Arrived(packet[:3] + b"\x09" + packet[4:], 1).open(AES, key) is None


@pytest.mark.parametrize(
    ("permissions", "limit", "listeners"),
    [(EVERYONE & ~CONNECT, 0, 0), (EVERYONE, 1, 1)],
    ids=["may not connect", "full"],
)
async def test_who_is_not_let_in_hears_nothing(permissions: int, limit: int, listeners: int) -> None:
    """Neither event comes ("Retrieving Voice Server Information")."""
    async with FakeDiscord(TOKEN) as fake:
        stage = fake.add_voice_channel("Music", permissions=permissions, limit=limit)
        for number in range(listeners):
            fake.join_voice(fake.member(f"Guest {number}"), stage)
        async with logged_in(fake) as client:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await there(client, stage).connect(timeout=0.2)
            assert fake.voice.asked[0]["channel_id"] == stage.id
            assert not fake.voice.calls
            assert not fake.voice.legs


async def test_it_may_be_there_without_speaking() -> None:
    """Who lacks Speak is suppressed, and hears so at once when that changes."""
    async with FakeDiscord(TOKEN) as fake:
        stage = fake.add_voice_channel("Music", permissions=EVERYONE & ~SPEAK)
        async with logged_in(fake) as client:
            voice: discord.VoiceClient = await there(client, stage).connect()
            await until(lambda: bool(voice.guild.me.voice and voice.guild.me.voice.suppress))
            fake.permit(stage, EVERYONE)
            await until(lambda: bool(voice.guild.me.voice and not voice.guild.me.voice.suppress))


async def test_a_kick_ends_it() -> None:
    """The library hears it from both gateways, and disconnects."""
    async with FakeDiscord(TOKEN) as fake:
        stage = fake.add_voice_channel("Music")
        async with logged_in(fake) as client:
            voice: discord.VoiceClient = await there(client, stage).connect()
            await fake.voice.kick(fake.guild)
            await until(lambda: not voice.is_connected() and not client.voice_clients)


async def test_it_goes_on_where_it_was_moved() -> None:
    """To another channel, and to another voice server: there is another connection, and the sound goes on."""
    async with FakeDiscord(TOKEN) as fake:
        stage, lounge = fake.add_voice_channel("Music"), fake.add_voice_channel("Lounge")
        async with logged_in(fake) as client:
            voice: discord.VoiceClient = await there(client, stage).connect()
            voice.play(Tone(440))
            await hear(fake, 10)
            await fake.voice.move(fake.guild, lounge)
            await until(lambda: voice.channel.id == int(lounge.id) and voice.is_connected())
            await hear(fake, 10)
            await fake.voice.move_region(fake.guild)
            await until(lambda: bool(fake.voice.legs[2].frames))
            assert len({leg.server.endpoint for leg in fake.voice.legs}) == 2


async def test_without_udp_nobody_gets_in() -> None:
    """Nothing answers the discovery of the client's address."""
    async with FakeDiscord(TOKEN) as fake:
        stage = fake.add_voice_channel("Music")
        (await fake.voice.server()).deaf = True
        async with logged_in(fake) as client:
            with pytest.raises(TimeoutError):
                await there(client, stage).connect(timeout=0.3)


# What the library does not do, by hand


@asynccontextmanager
async def offered() -> AsyncIterator[tuple[FakeDiscord, VoiceSession, aiohttp.ClientWebSocketResponse]]:
    """A voice server that expects somebody, and a line to it."""
    async with FakeDiscord(TOKEN) as fake, aiohttp.ClientSession() as http:
        server = await fake.voice.server()
        leg = server.offer(fake.guild.id, "1", "session")
        fake.voice.legs.append(leg)
        async with http.ws_connect(f"ws://{server.endpoint}/?v=8") as ws:
            assert (await ws.receive_json())["op"] == VoiceOp.HELLO
            yield fake, leg, ws


def identify(leg: VoiceSession, **other: Any) -> dict[str, Any]:
    """What a client says first."""
    known = {"server_id": leg.guild_id, "user_id": "1", "session_id": "session", "token": leg.token}
    return {"op": 0, "d": known | {"max_dave_protocol_version": 1} | other}


SELECT = {"op": 1, "d": {"protocol": "udp", "data": {"address": "127.0.0.1", "port": 1, "mode": AES}}}


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"token": "another"}, VoiceClose.AUTHENTICATION_FAILED),
        ({"server_id": "7"}, VoiceClose.SERVER_NOT_FOUND),
        ({"session_id": "another"}, VoiceClose.SESSION_INVALID),
        ({"max_dave_protocol_version": 0}, VoiceClose.DAVE_REQUIRED),
    ],
)
async def test_a_wrong_identify_closes_the_line(other: dict[str, Any], code: VoiceClose) -> None:
    """With the code that Discord documents."""
    async with offered() as (_, leg, ws):
        await ws.send_json(identify(leg, **other))
        await ws.receive()
        assert ws.close_code == code


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"op": 5, "d": {"speaking": 1, "delay": 0, "ssrc": 1}}, VoiceClose.NOT_AUTHENTICATED),
        ({"op": 3, "d": 17}, VoiceClose.BAD_REQUEST),
        ({"op": 7, "d": {"token": "x", "server_id": "1", "session_id": "s", "seq_ack": 0}}, 4004),
    ],
)
async def test_what_comes_too_early_closes_the_line(payload: dict[str, Any], code: int) -> None:
    """Nobody speaks before they have said who they are, and heartbeats have another form since version 8."""
    async with offered() as (_, _leg, ws):
        await ws.send_json(payload)
        await ws.receive()
        assert ws.close_code == code


async def test_a_session_is_resumed_with_what_was_missed() -> None:
    """After a crash, until it is closed for good."""
    async with offered() as (fake, leg, ws), aiohttp.ClientSession() as http:
        await ws.send_json(identify(leg))
        assert (await ws.receive_json())["d"]["modes"] == [AES, XCHACHA]
        await ws.send_json(SELECT)
        described = await ws.receive_json()
        assert described["d"]["dave_protocol_version"] == 0
        assert described["seq"] == 1
        await ws.send_json({"op": 3, "d": {"t": 5, "seq_ack": 1}})
        assert await ws.receive_json() == {"op": 6, "d": {"t": 5}}
        await leg.close(VoiceClose.CRASHED, resumable=True)
        resume = {"token": leg.token, "server_id": leg.guild_id, "session_id": "session", "seq_ack": 0}
        async with http.ws_connect(f"ws://{leg.server.endpoint}/?v=8") as again:
            await again.receive_json()
            await again.send_json({"op": 7, "d": resume})
            assert await again.receive_json() == {"op": 9, "d": None}
            assert await again.receive_json() == described
            await leg.close(VoiceClose.SESSION_INVALID)
        async with http.ws_connect(f"ws://{leg.server.endpoint}/?v=8") as late:
            await late.receive_json()
            await late.send_json({"op": 7, "d": resume})
            await late.receive()
            assert late.close_code == VoiceClose.SESSION_INVALID
        assert fake.violations == []


async def test_sound_before_speaking_is_a_breach() -> None:
    """Discord disconnects who sends sound without having said who speaks ("Speaking")."""
    async with offered() as (fake, leg, ws):
        await ws.send_json(identify(leg))
        ready = (await ws.receive_json())["d"]
        await ws.send_json(SELECT)
        await ws.receive_json()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            header = struct.pack(">BBHII", 0x80, 0x78, 1, 0, leg.ssrc)
            for _ in range(50):
                udp.sendto(header + bytes(24), (ready["ip"], ready["port"]))
            await until(lambda: leg.unannounced == 50)
        assert json.dumps(fake.violations).count("before SPEAKING") == 1
