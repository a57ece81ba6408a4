"""The fake Discord's gateway, shards and rate limits: the real client must come through all of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands

from tests.fakes.discord_model import Json
from tests.fakes.discord_server import FakeDiscord
from tests.patience import PATIENCE_S

SPECS = Path(__file__).parents[3] / "shared" / "specs"
TOKEN = "let-me-in"
PROPERTIES = {"os": "linux", "browser": "test", "device": "test"}


@app_commands.command()
async def where(interaction: discord.Interaction[Any]) -> None:
    """Say where this is, after a while of thinking."""
    await interaction.response.defer()
    guild = interaction.guild_id is not None
    told = f"guild={guild} context={'dm' if interaction.context.dm_channel else ''} {interaction.user.name}"
    owner = interaction.is_user_integration()
    await interaction.followup.send(f"{told} user_install={owner}")


@app_commands.command()
@app_commands.guild_only()
async def add(interaction: discord.Interaction[Any]) -> None:
    """Say that something was added."""
    await interaction.response.send_message("Added")


class Impatient(discord.Client):
    """A client that does not wait before it identifies."""

    def __init__(self, **options: Any) -> None:
        """Ask for no privileged intents."""
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.05, **options)
        self.tree = app_commands.CommandTree(self)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Skip the five seconds that discord.py lets pass before it identifies again."""

    async def setup_hook(self) -> None:
        """Register everything, also for people who install the bot for themselves."""
        self.tree.allowed_installs = app_commands.AppInstallationType(guild=True, user=True)
        self.tree.add_command(where)
        self.tree.add_command(add)
        await self.tree.sync()


class Sharded(Impatient, discord.AutoShardedClient):
    """The same over several shards."""


@contextlib.asynccontextmanager
async def logged_in(
    fake: FakeDiscord, bot: discord.Client | None = None, *, shards: int = 1
) -> AsyncIterator[discord.Client]:
    """A client in the fake; nothing may breach the published schemas."""
    with fake.patched_client():
        client = bot or Impatient()
        running = asyncio.create_task(client.start(TOKEN))
        try:
            await fake.ready(shards=shards)
            yield client
        finally:
            await client.close()
            await running
    assert fake.violations == []


def fake_discord(**options: Any) -> FakeDiscord:
    """A fake that holds everything against the published schemas, where they are."""
    return FakeDiscord(TOKEN, specs=SPECS if SPECS.exists() else None, **options)


# The connection


async def test_a_client_that_is_asked_to_reconnect_resumes() -> None:
    """Nothing that happens in between is lost."""
    async with fake_discord() as fake, logged_in(fake):
        await fake.ask_to_reconnect()
        away = await fake.slash(fake.member("anna"), "add", wait=False)
        await fake.ready()
        assert (await fake.settled(away)).text == "Added"
        assert (fake.resumes, len(fake.identified)) == (1, 1)


@pytest.mark.parametrize(("resumable", "counts"), [(True, (1, 1)), (False, (0, 2))])
async def test_an_invalid_session_is_resumed_or_begun_anew(resumable: bool, counts: tuple[int, int]) -> None:
    """The client does as it is told, and answers afterwards."""
    async with fake_discord() as fake, logged_in(fake):
        await fake.invalidate(resumable=resumable)
        await fake.ready()
        assert (fake.resumes, len(fake.identified)) == counts
        assert (await fake.slash(fake.member("anna"), "add")).text == "Added"


async def test_a_silent_connection_is_given_up_and_resumed() -> None:
    """Without answers to its heartbeats the client comes back over a new connection."""
    async with fake_discord(heartbeat_ms=50) as fake, logged_in(fake, Impatient(heartbeat_timeout=0.2)):
        fake.ack_heartbeats = False
        async with asyncio.timeout(PATIENCE_S):
            await fake.until(lambda: fake.resumes > 0)
        fake.ack_heartbeats = True
        await fake.ready()
        assert (await fake.slash(fake.member("anna"), "add")).text == "Added"
        assert len(fake.identified) == 1


@pytest.mark.parametrize(("code", "told"), [(1000, 9), (4000, 0)])
async def test_only_a_goodbye_ends_the_session(code: int, told: int) -> None:
    """A client that closes with 1000 cannot resume, one that closes otherwise can."""
    async with fake_discord() as fake, aiohttp.ClientSession() as http:
        async with asyncio.timeout(PATIENCE_S), http.ws_connect(fake.gateway_url) as socket:
            await socket.send_json(identify())
            ready = [await socket.receive_json() for _ in range(3)][1]
            await socket.close(code=code)
            await fake.until(lambda: not fake._gateway.live)  # noqa: SLF001 - no client tells when
        assert (await _resumed(fake, ready["d"]["session_id"], 1))["op"] == told


async def test_a_resume_that_claims_the_future_is_refused() -> None:
    """An event number that was never sent closes the connection with 4007."""
    async with fake_discord() as fake, logged_in(fake):
        (session,) = fake._gateway.sessions  # noqa: SLF001 - no client tells its session's id
        assert await _resumed(fake, session, 10_000) == 4007


async def _resumed(fake: FakeDiscord, session: str, seq: int) -> Any:
    data = {"token": TOKEN, "session_id": session, "seq": seq}
    return await _told(fake, {"op": 6, "d": data})


def identify(**changes: Any) -> Json:
    """An IDENTIFY that is taken, but for the changes."""
    return {"op": 2, "d": {"token": TOKEN, "intents": 1, "properties": PROPERTIES} | changes}


async def _told(fake: FakeDiscord, *payloads: Json | str) -> Any:
    """What the gateway says last to these payloads: the code with which it closes, or a payload."""
    async with (
        asyncio.timeout(PATIENCE_S),
        aiohttp.ClientSession() as http,
        http.ws_connect(fake.gateway_url) as socket,
    ):
        assert (await socket.receive_json())["op"] == 10
        for payload in payloads:
            await socket.send_str(payload if isinstance(payload, str) else json.dumps(payload))
        received = await socket.receive()
        while received.type is aiohttp.WSMsgType.TEXT:
            told = json.loads(received.data)
            if told["op"] == 9 or (told["t"] in ("READY", "RESUMED") and len(payloads) == 1):
                return told
            received = await socket.receive()
        return socket.close_code


@pytest.mark.parametrize(
    ("code", "payloads"),
    [
        (4001, [{"op": 99, "d": None}]),
        (4002, ["no JSON"]),
        (4003, [{"op": 3, "d": {}}]),
        (4004, [identify(token="wrong")]),
        (4005, [identify(), identify()]),
        (4008, [{"op": 1, "d": None}] * 121),
        (4010, [identify(shard=[2, 2])]),
        (4013, [identify(intents=1 << 30)]),
        (4014, [identify(intents=1 << 15)]),
    ],
)
async def test_a_breach_of_the_gateway_closes_it(code: int, payloads: list[Json | str]) -> None:
    """Each breach has the close code that Discord documents."""
    async with fake_discord() as fake:
        assert await _told(fake, *payloads) == code


async def test_a_minute_takes_120_events() -> None:
    """The last allowed event is still answered."""
    async with fake_discord() as fake:
        beats: list[Json | str] = [{"op": 1, "d": None}] * 119
        assert (await _told(fake, *beats, identify(shard=[0, 1]), {"op": 99, "d": None})) == 4008
        assert (await _told(fake, *beats[1:], identify(), {"op": 99, "d": None})) == 4001


async def test_a_heartbeat_that_claims_the_future_is_reported() -> None:
    """A client may only have seen what was sent."""
    async with fake_discord() as fake:
        assert await _told(fake, identify(), {"op": 1, "d": 7}, {"op": 99, "d": None}) == 4001
        assert ["event 7 was seen" in it for it in fake.violations] == [True]


async def test_a_compressed_connection_is_one_stream() -> None:
    """With zlib-stream all payloads come in one zlib stream, each flushed."""
    async with (
        fake_discord() as fake,
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{fake.gateway_url}?compress=zlib-stream") as socket,
    ):
        stream, seen = zlib.decompressobj(), []
        await socket.send_json(identify())
        for _ in range(3):
            packed = await socket.receive_bytes()
            assert packed.endswith(b"\x00\x00\xff\xff")
            payload = json.loads(stream.decompress(packed))
            seen.append(payload["t"] or payload["op"])
        assert seen == [10, "READY", "GUILD_CREATE"]


# Shards


async def test_a_big_bot_runs_over_two_shards() -> None:
    """More than 2,500 servers need two shards; each has its own servers, and events find their shard."""
    async with FakeDiscord(TOKEN) as fake:
        fake.session_starts(shards=2)
        guilds = fake.add_guilds(2500)
        assert await _told(fake, identify()) == 4011
        bot = Sharded()
        async with logged_in(fake, bot, shards=2):
            await bot.wait_until_ready()
            assert len(bot.guilds) == 2501
            assert [data["shard"] for data in fake.identified] == [[0, 2], [1, 2]]
            shares = [sum(guild.shard_id == shard for guild in bot.guilds) for shard in (0, 1)]
            assert abs(shares[0] - shares[1]) <= 1
            for guild in guilds[:2]:
                channel = fake.add_channel("new", guild)
                reply = await fake.slash(fake.member("anna", guild=guild), "add", channel=channel)
                assert reply.text == "Added"
            sessions = fake._gateway.sessions.values()  # noqa: SLF001 - which shard got what
            told = [sum(it["t"] == "INTERACTION_CREATE" for it in one.events) for one in sessions]
            assert told == [1, 1]


async def test_the_session_starts_go_down() -> None:
    """Each IDENTIFY costs one, and the client is told how many are left."""
    async with fake_discord() as fake:
        fake.session_starts(remaining=50, max_concurrency=2)
        bot = Sharded()
        async with logged_in(fake, bot):
            limits = await bot.fetch_session_start_limits()
        assert (limits.remaining, limits.max_concurrency, limits.total) == (49, 2, 1000)
        fake.session_starts(remaining=0)
        assert await _told(fake, identify()) == 4004


async def test_an_early_identify_is_refused() -> None:
    """Only shards of different rate limit keys may identify at once."""
    async with fake_discord() as fake:
        fake.session_starts(max_concurrency=2, per_s=60)
        answers = [await _told(fake, identify(shard=[shard, 4])) for shard in range(3)]
        assert [answer["op"] for answer in answers if isinstance(answer, dict)][-1] == 9
        assert [data["shard"] for data in fake.identified] == [[0, 4], [1, 4]]


# Rate limits


async def test_a_bucket_makes_the_client_wait_and_the_message_arrive() -> None:
    """discord.py reads the headers, waits by itself and loses nothing."""
    async with fake_discord() as fake, logged_in(fake) as bot:
        bucket = fake.limit("POST", "/messages", limit=2, per_s=0.2)
        channel = bot.get_partial_messageable(int(fake.channel.id))
        await asyncio.gather(*(channel.send(str(number)) for number in range(5)))
        assert sorted(it.content for it in fake.messages) == list("01234")
        assert bucket.refused == 0


async def test_a_429_is_waited_for() -> None:
    """A request that was refused in between, here by another user of the bucket, is sent again."""
    async with fake_discord() as fake, logged_in(fake) as bot:
        bucket = fake.limit("POST", "/messages", per_s=0.2, scope="shared")
        url = f"{fake.rest_url}/channels/{fake.channel.id}/messages"
        headers = {"Authorization": f"Bot {TOKEN}"}
        async with aiohttp.ClientSession(headers=headers) as http:
            for status in (200, 429):
                async with http.post(url, json={"content": "x"}) as answer:
                    assert answer.status == status
                    told = await answer.json()
        assert answer.headers["X-RateLimit-Scope"] == "shared"
        assert answer.headers["X-RateLimit-Remaining"] == "0"
        assert (told["global"], 0 < told["retry_after"] <= 0.2) == (False, True)
        await bot.get_partial_messageable(int(fake.channel.id)).send("y")
        assert [it.content for it in fake.messages] == ["x", "y"]
        assert bucket.refused == 2


async def test_answers_to_interactions_are_limited_by_bucket_only() -> None:
    """A follow-up over its limit comes later; the global limit does not hold it up."""
    async with fake_discord() as fake, logged_in(fake) as bot:
        fake.limit("POST", "/callback", limit=1, per_s=0.1)
        fake.limit_globally(60)
        first, second = await asyncio.gather(*(fake.slash(fake.member("anna"), "where") for _ in range(2)))
        assert first.text == second.text != ""
        assert not [it for it in fake.requests if it.path.startswith("/channels")]
        fake.limit_globally(0.3)
        await bot.get_partial_messageable(int(fake.channel.id)).send("after the global limit")
        statuses = [it.status for it in fake.requests if it.path.startswith("/channels")]
        assert statuses == [429, 200]


# Places


@pytest.mark.parametrize(
    ("context", "told"),
    [
        (None, "guild=True context= anna user_install=False"),
        ("dm", "guild=False context=dm anna user_install=False"),
        ("private", "guild=False context= anna user_install=True"),
        ("elsewhere", "guild=True context= anna user_install=True"),
    ],
)
async def test_a_command_is_used_in_every_kind_of_place(context: Any, told: str) -> None:
    """The bot learns where it is, and for whom it was installed."""
    async with fake_discord() as fake, logged_in(fake):
        reply = await fake.slash(fake.member("anna"), "where", context=context)
        assert reply.text == told


async def test_a_command_for_servers_is_not_shown_in_a_dm_but_can_be_forged() -> None:
    """A client hides it; an old or forged one may send it all the same."""
    async with fake_discord() as fake, logged_in(fake):
        anna = fake.member("anna")
        with pytest.raises(PermissionError):
            await fake.slash(anna, "add", context="dm")
        forged = await fake.slash(anna, "add", context="dm", force=True, wait=False)
        assert forged.interaction.payload["context"] == 1
        assert "member" not in forged.interaction.payload


async def test_a_place_without_the_bot_is_closed_to_it() -> None:
    """There only the interaction's own webhook works."""
    async with fake_discord() as fake, logged_in(fake) as bot:
        for place in (fake.elsewhere(), fake.private_channel(fake.member("anna"))):
            with pytest.raises(discord.Forbidden):
                await bot.get_partial_messageable(int(place.id)).send("Hello")
        await bot.get_partial_messageable(int(fake.dm(fake.member("anna")).id)).send("Hello")


async def test_a_private_conversation_is_opened_and_may_be_closed_to_the_bot() -> None:
    """It is the same one every time; who takes no messages gets none, and nobody's cannot be opened."""
    async with fake_discord() as fake, logged_in(fake) as bot:
        anna, ben = fake.member("anna"), fake.member("ben")
        opened = await bot.create_dm(discord.Object(int(anna.id)))
        sent = await opened.send("Hello")
        assert (str(opened.id), fake.message(sent.id).channel) == (fake.dm(anna).id, fake.dm(anna))
        fake.close_dms(ben)
        closed = await bot.create_dm(discord.Object(int(ben.id)))
        with pytest.raises(discord.Forbidden) as refused:
            await closed.send("Hello")
        assert refused.value.code == 50007
        with pytest.raises(discord.NotFound):
            await bot.create_dm(discord.Object(1))


async def test_a_channel_tells_its_messages() -> None:
    """A page after a message holds the next ones, and without the right to read it is empty."""
    async with fake_discord() as fake, logged_in(fake) as bot:
        said = [fake.says(fake.member("anna"), f"{number}") for number in range(5)]
        channel = bot.get_partial_messageable(int(fake.channel.id))
        after = discord.Object(int(said[1].id))
        found = [it.id async for it in channel.history(after=after, limit=2)]
        assert found == [int(said[2].id), int(said[3].id)]
        newest = [it.id async for it in channel.history(limit=1)]
        assert newest == [int(said[4].id)]
        blind = fake.add_channel("blind", app_permissions=1 << 10)
        fake.says(fake.member("anna"), "x", blind)
        assert [it async for it in bot.get_partial_messageable(int(blind.id)).history()] == []


async def test_a_card_can_vanish_under_the_bot() -> None:
    """Messages, channels and whole servers go, the client is told, and requests there fail."""
    async with fake_discord() as fake, logged_in(fake) as bot:
        await bot.wait_until_ready()
        gone, lost = fake.add_guild("Gone"), fake.add_channel("lost")
        left = fake.add_channel("left", gone)
        channel = bot.get_partial_messageable(int(fake.channel.id))
        card = await channel.send("card")
        told = asyncio.ensure_future(bot.wait_for("raw_message_delete", timeout=PATIENCE_S))
        await asyncio.sleep(0)
        fake.delete_message(fake.message(card.id))
        assert (await told).message_id == card.id
        with pytest.raises(discord.NotFound) as unknown:
            await card.edit(content="still there?")
        assert unknown.value.code == 10008

        lost_told = asyncio.ensure_future(bot.wait_for("guild_channel_delete", timeout=PATIENCE_S))
        await asyncio.sleep(0)
        fake.delete_channel(lost)
        assert (await lost_told).name == "lost"
        with pytest.raises(discord.NotFound) as unknown:
            await bot.get_partial_messageable(int(lost.id)).send("Hello")
        assert unknown.value.code == 10003

        gone_told = asyncio.ensure_future(bot.wait_for("guild_remove", timeout=PATIENCE_S))
        await asyncio.sleep(0)
        fake.kick_bot(gone)
        assert (await gone_told).name == "Gone"
        with pytest.raises(discord.Forbidden) as missing:
            await bot.get_partial_messageable(int(left.id)).send("Hello")
        assert missing.value.code == 50001


async def test_a_stranger_s_message_is_not_the_bot_s_to_change() -> None:
    """Editing it is never allowed, deleting it needs a permission."""
    async with fake_discord() as fake, logged_in(fake) as bot:
        said = fake.says(fake.member("anna"), "mine")
        message = bot.get_partial_messageable(int(fake.channel.id)).get_partial_message(int(said.id))
        with pytest.raises(discord.Forbidden) as refused:
            await message.edit(content="yours")
        assert refused.value.code == 50005
        with pytest.raises(discord.Forbidden) as refused:
            await message.delete()
        assert refused.value.code == 50013
