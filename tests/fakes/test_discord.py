"""The fake Discord behaves like the real one, seen through the real discord.py client."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands
from discord.ext import commands

from tests.fakes.discord_errors import ApiError
from tests.fakes.discord_limits import check_message
from tests.fakes.discord_model import Json, Timing
from tests.fakes.discord_schemas import Schemas
from tests.fakes.discord_server import FakeDiscord
from tests.patience import PATIENCE_S, until

SPECS = Path(__file__).parents[3] / "shared" / "specs"
TOKEN = "let-me-in"
SONGS = ("Mr. Brightside", "Dancing Queen", "Toxic")

needs_specs = pytest.mark.skipif(not SPECS.exists(), reason=f"the published schemas are not in {SPECS.name}")


class VoteButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"vote:(\d+)"):
    """Counts its own presses in its custom id, so it works without any state in the bot."""

    def __init__(self, count: int) -> None:
        """Show this count."""
        super().__init__(discord.ui.Button(label=f"{count} votes", custom_id=f"vote:{count}"))
        self.count = count

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> VoteButton:
        """Read the count back from the custom id."""
        return cls(int(match[1]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Count one more, or tell a stranger off in private."""
        if interaction.user.name == "stranger":
            await interaction.response.defer()
            await interaction.followup.send("You are not at this party.", ephemeral=True)
        elif self.count == 1:
            await interaction.response.defer()
            await interaction.edit_original_response(view=panel(self.count + 1))
        else:
            await interaction.response.edit_message(view=panel(self.count + 1))


def panel(count: int) -> discord.ui.View:
    """A view with the vote button and a button that nobody can press."""
    view = discord.ui.View(timeout=None)
    view.add_item(VoteButton(count))
    view.add_item(discord.ui.Button(label="Over", emoji="🎉", custom_id="over", disabled=True))
    return view


class PartyBot(commands.Bot):
    """A small bot that uses every way of answering that the fake knows."""

    def __init__(self) -> None:
        """Ask for no privileged intents."""
        super().__init__(command_prefix=[], intents=discord.Intents.default(), guild_ready_timeout=0.05)
        self.refusals: list[discord.HTTPException] = []

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Skip the five seconds that discord.py lets pass before it identifies again."""

    async def setup_hook(self) -> None:
        """Register everything."""
        for command in globals().values():
            if isinstance(command, app_commands.Command):
                self.tree.add_command(command)
        self.add_dynamic_items(VoteButton)
        await self.tree.sync()


@app_commands.command()
async def add(interaction: discord.Interaction[PartyBot], song: str, times: int = 1) -> None:
    """Add a song."""
    embed = discord.Embed(title=song).add_field(name="times", value=str(times))
    await interaction.response.send_message("Added", embed=embed)


@add.autocomplete("song")
async def songs(interaction: discord.Interaction[PartyBot], typed: str) -> list[app_commands.Choice[str]]:
    """Offer the songs that contain what was typed."""
    found = [song for song in SONGS if typed in song.lower()]
    return [app_commands.Choice(name=song, value=song) for song in found]


@app_commands.command()
async def think(interaction: discord.Interaction[PartyBot], private: bool) -> None:
    """Defer, then edit."""
    await interaction.response.defer(ephemeral=private)
    await asyncio.sleep(0.1)
    await interaction.edit_original_response(content="Thought about it")


@app_commands.command()
async def fail(interaction: discord.Interaction[PartyBot]) -> None:
    """Defer in public, then fail in private."""
    await interaction.response.defer()
    await interaction.delete_original_response()
    await asyncio.sleep(0.1)
    await interaction.followup.send("That did not work", ephemeral=True)


@app_commands.command()
async def twice(interaction: discord.Interaction[PartyBot], seconds: float = 0.0) -> None:
    """Acknowledge with two separate responses, after a while."""
    await asyncio.sleep(seconds)
    for _ in range(2):
        try:
            await interaction.response.send_message("here")
        except discord.HTTPException as error:
            interaction.client.refusals.append(error)
        interaction.response._response_type = None  # noqa: SLF001 - a second answer needs a first forgotten


@app_commands.command()
async def vote(interaction: discord.Interaction[PartyBot]) -> None:
    """Post the panel."""
    await interaction.response.send_message("Vote!", view=panel(0))


@app_commands.command()
async def talk(interaction: discord.Interaction[PartyBot]) -> None:
    """Defer in private, then follow up twice without asking for privacy."""
    await interaction.response.defer(ephemeral=True)
    await interaction.followup.send("first")
    await interaction.followup.send("second", wait=True)


@contextlib.asynccontextmanager
async def party(timing: Timing | None = None) -> AsyncIterator[tuple[FakeDiscord, PartyBot]]:
    """A running fake with a running bot in it."""
    specs = SPECS if SPECS.exists() else None
    async with FakeDiscord(TOKEN, specs=specs, timing=timing) as fake:
        with fake.patched_client():
            bot = PartyBot()
            running = asyncio.create_task(bot.start(TOKEN))
            try:
                await fake.ready()
                yield fake, bot
            finally:
                await bot.close()
                await running


@needs_specs
async def test_a_session_with_every_kind_of_answer_keeps_to_the_published_schemas() -> None:
    """Nothing that goes over the wire in either direction may breach Discord's own schemas."""
    async with party() as (fake, bot):
        anna, stranger = fake.member("anna"), fake.member("stranger")
        await bot.wait_until_ready()
        await fake.slash(anna, "add", song="Toxic", times=2)
        await fake.slash(anna, "fail")
        await fake.slash(anna, "talk")
        await fake.autocomplete(anna, "add", song="t")
        reply = await fake.slash(anna, "vote")
        for custom_id in ("vote:0", "vote:1"):
            await fake.click(anna, reply.messages[0], custom_id)
        await fake.click(stranger, reply.messages[0], "vote:2")
        channel = bot.get_channel(int(fake.channel.id))
        assert isinstance(channel, discord.TextChannel)
        sent = await channel.send("Hello", allowed_mentions=discord.AllowedMentions.none())
        await sent.edit(content="Hello again", embed=discord.Embed(description="there"))
        await (await channel.fetch_message(sent.id)).delete()
        await bot.fetch_channel(channel.id)
        await bot.tree.fetch_commands()
        assert fake.violations == []


@needs_specs
async def test_a_breach_of_the_schemas_is_reported() -> None:
    """A body that Discord does not specify, and a route that it does not have, are seen."""
    async with FakeDiscord(TOKEN, specs=SPECS) as fake, aiohttp.ClientSession() as http:
        url = f"{fake.rest_url}/channels/{fake.channel.id}/messages"
        headers = {"Authorization": f"Bot {TOKEN}"}
        async with http.post(url, json={"content": "x", "tts": "loud"}, headers=headers):
            assert ["tts" in it for it in fake.violations] == [True]
        async with http.post(f"{fake.rest_url}/songs") as answer:
            assert answer.status == 404
            assert len(fake.violations) == 2


@needs_specs
def test_a_breach_is_told_each_time_and_whatever_was_sound_before() -> None:
    """What has no breach is not checked twice, which hides none."""
    schemas, path = Schemas(SPECS), "/channels/{channel_id}/messages"

    def breaches(message_id: str, **more: str) -> list[str]:
        body = {"content": "x", "message_reference": {"message_id": message_id}, **more}
        return schemas.request("POST", path, body)

    for number in (1, 2):
        assert breaches(f"{number}" * 18) == []
        assert breaches(f"{number}" * 18, tts="loud")
        assert breaches("0" * 18)
        assert breaches("1" * 17 + "x")


@needs_specs
@pytest.mark.parametrize("name", ["HELLO", "READY", "GUILD_CREATE", "INTERACTION_CREATE", "IDENTIFY"])
def test_an_empty_gateway_payload_is_a_breach(name: str) -> None:
    """Every payload that has a published schema is held against it."""
    assert Schemas(SPECS).gateway(name, {})


async def test_a_slash_command_is_answered_with_what_the_bot_sent() -> None:
    """The reply has the text, the embed and the time of the acknowledgement."""
    async with party() as (fake, _):
        reply = await fake.slash(fake.member("anna"), "add", song="Toxic", times=2)
        assert reply.text == "Added\nToxic\ntimes\n2"
        assert [message.ephemeral for message in reply.messages] == [False]
        assert not reply.deferred
        assert reply.acknowledged_ms is not None
        assert reply.acknowledged_ms >= 0


async def test_a_command_that_the_client_would_refuse_is_not_sent() -> None:
    """Unknown commands, missing options and wrong types fail in the test, not in the bot."""
    async with party() as (fake, _):
        anna = fake.member("anna")
        with pytest.raises(ValueError, match="not registered"):
            await fake.slash(anna, "dance")
        with pytest.raises(ValueError, match="needs the options"):
            await fake.slash(anna, "add")
        with pytest.raises(TypeError, match="cannot be"):
            await fake.slash(anna, "add", song="Toxic", times="two")


async def test_autocomplete_gives_the_offered_choices() -> None:
    """What the bot offers comes back as pairs of name and value."""
    async with party() as (fake, _):
        anna = fake.member("anna")
        offered = await fake.autocomplete(anna, "add", song="queen")
        assert offered == [("Dancing Queen", "Dancing Queen")]
        assert await fake.autocomplete(anna, "add", times=1, song="nothing") == []
        with pytest.raises(ValueError, match="no autocomplete"):
            await fake.autocomplete(anna, "add", song="queen", times=1)


@pytest.mark.parametrize("private", [True, False])
async def test_a_deferral_decides_who_sees_the_answer(private: bool) -> None:
    """An edited deferral is one message, as private as the deferral was."""
    async with party() as (fake, _):
        reply = await fake.slash(fake.member("anna"), "think", private=private)
        assert reply.deferred
        assert [(it.text, it.ephemeral) for it in reply.messages] == [("Thought about it", private)]


async def test_an_error_after_a_public_deferral_is_waited_for() -> None:
    """The answer is the private follow-up, not the deletion that comes before it."""
    async with party() as (fake, _):
        reply = await fake.slash(fake.member("anna"), "fail")
        assert [(it.text, it.ephemeral) for it in reply.messages] == [("That did not work", True)]


async def test_the_first_follow_up_takes_the_place_of_the_deferral() -> None:
    """Only the follow-up that completes the deferral inherits its privacy."""
    async with party() as (fake, _):
        reply = await fake.slash(fake.member("anna"), "talk")
        shown = [(it.text, it.ephemeral) for it in reply.messages]
        assert shown == [("first", True), ("second", False)]


async def test_a_button_changes_the_message_that_carries_it() -> None:
    """Both ways of updating change the message in place and make no new one."""
    async with party() as (fake, _):
        anna = fake.member("anna")
        message = (await fake.slash(anna, "vote")).messages[0]
        for count, button in enumerate(("vote:0", "vote:1"), start=1):
            reply = await fake.click(anna, message, button)
            assert reply.messages == []
            assert reply.updated
            assert message.buttons[0].label == f"{count} votes"
        with pytest.raises(ValueError, match="disabled"):
            await fake.click(anna, message, "over")


async def test_a_private_error_on_a_button_is_a_new_message() -> None:
    """A follow-up after a deferred update leaves the clicked message alone."""
    async with party() as (fake, _):
        message = (await fake.slash(fake.member("anna"), "vote")).messages[0]
        reply = await fake.click(fake.member("stranger"), message, message.buttons[0])
        assert [it.ephemeral for it in reply.messages] == [True]
        assert not reply.updated
        assert fake.message(message.id).buttons[0].label == "0 votes"


async def test_an_interaction_can_be_acknowledged_only_once() -> None:
    """The second acknowledgement is refused with code 40060."""
    async with party() as (fake, bot):
        reply = await fake.slash(fake.member("anna"), "twice")
        assert len(reply.messages) == 1
        assert [error.code for error in bot.refusals] == [40060]


async def test_a_second_delivery_is_the_same_interaction() -> None:
    """A bot that answers both deliveries is refused the second time."""
    async with party() as (fake, bot):
        anna = fake.member("anna")
        first = await fake.slash(anna, "twice")
        second = await fake.slash(anna, "twice", interaction_id=first.interaction_id)
        assert second.interaction is first.interaction
        assert [error.code for error in bot.refusals] == [40060, 40060, 40060]


async def test_an_interaction_expires_unless_it_is_acknowledged_in_time() -> None:
    """After the limit the token is unknown, and the wait for the answer says so."""
    async with party(Timing(acknowledge_s=0.05, timeout_s=0.5)) as (fake, bot):
        late = await fake.slash(fake.member("anna"), "twice", seconds=0.2, wait=False)
        await until(lambda: len(bot.refusals) == 2)
        assert [error.code for error in bot.refusals] == [10062, 10062]
        with pytest.raises(TimeoutError, match=r"(?s)not acknowledged.*10062"):
            await fake.settled(late)


async def test_a_follow_up_needs_an_acknowledged_interaction() -> None:
    """Before the acknowledgement, and for unknown tokens, there is no webhook."""
    async with party() as (fake, bot):
        reply = await fake.slash(fake.member("anna"), "twice", seconds=PATIENCE_S, wait=False)
        assert bot.application_id is not None
        for token in (reply.interaction.token, "unknown"):
            url = f"{fake.rest_url}/webhooks/{bot.application_id}/{token}"
            async with (
                aiohttp.ClientSession() as http,
                http.post(url, json={"content": "x"}) as answer,
            ):
                assert answer.status == 404
                assert (await answer.json())["code"] == 10015


async def test_a_dropped_gateway_is_resumed_without_losing_an_interaction() -> None:
    """What happens while the bot is away reaches it after the resume."""
    async with party() as (fake, _):
        await fake.drop_gateway()
        away = await fake.slash(fake.member("anna"), "add", song="Toxic", wait=False)
        await fake.ready()
        assert (await fake.settled(away)).text.startswith("Added")
        assert (fake.resumes, len(fake.identified)) == (1, 1)


async def test_a_forgotten_session_is_identified_anew() -> None:
    """A session that cannot be resumed makes the client identify again."""
    async with party() as (fake, _):
        await fake.drop_gateway(resumable=False)
        await fake.ready()
        assert (fake.resumes, len(fake.identified)) == (0, 2)


async def test_a_wrong_token_is_refused() -> None:
    """The client is told by the HTTP API, before it ever sees the gateway."""
    async with FakeDiscord(TOKEN) as fake:
        with fake.patched_client():
            async with PartyBot() as bot:
                with pytest.raises(discord.LoginFailure):
                    await bot.login("wrong")
        assert [(it.path, it.status) for it in fake.requests] == [("/users/@me", 401)]


@pytest.mark.parametrize(("token", "intents", "code"), [("no", 0, 4004), (TOKEN, 1 << 15, 4014)])
async def test_the_gateway_closes_on_a_bad_identify(token: str, intents: int, code: int) -> None:
    """A wrong token and an intent that was not allowed each have their close code."""
    properties = {"os": "linux", "browser": "test", "device": "test"}
    data = {"token": token, "intents": intents, "properties": properties}
    async with (
        FakeDiscord(TOKEN) as fake,
        aiohttp.ClientSession() as http,
        http.ws_connect(fake.gateway_url) as socket,
    ):
        assert (await socket.receive_json())["op"] == 10
        await socket.send_json({"op": 2, "d": data})
        await socket.receive()
        assert socket.close_code == code


async def test_discord_py_points_back_to_discord_afterwards() -> None:
    """The patch ends with its block."""
    before = discord.http.Route.BASE
    async with FakeDiscord(TOKEN) as fake:
        with fake.patched_client():
            assert fake.rest_url == discord.http.Route.BASE
    assert before == discord.http.Route.BASE


async def test_a_failure_can_be_ordered() -> None:
    """The next matching request is refused, the one after it is not."""
    async with party() as (fake, _):
        anna = fake.member("anna")
        fake.fail_next("POST", "/callback", status=403, code=50013)
        await fake.slash(anna, "twice")
        assert [it.status for it in fake.requests if "/callback" in it.path] == [403, 200]


def button(number: int = 0, **changes: Any) -> Json:
    """A button that Discord takes, but for the changes."""
    return {"type": 2, "style": 1, "label": "Go", "custom_id": f"go:{number}"} | changes


def row(*parts: Json) -> Json:
    """An action row."""
    return {"type": 1, "components": list(parts)}


OVER_LIMIT: dict[str, tuple[Json, str]] = {
    "content": ({"content": "x" * 2001}, "content"),
    "rows": ({"components": [row(button(it)) for it in range(6)]}, "components"),
    "buttons": ({"components": [row(*map(button, range(6)))]}, "components.0.components"),
    "same id": ({"components": [row(button(), button())]}, "components.0.components.1.custom_id"),
    "label": ({"components": [row(button(label="x" * 81))]}, "components.0.components.0.label"),
    "custom id": (
        {"components": [row(button(custom_id="x" * 101))]},
        "components.0.components.0.custom_id",
    ),
    "description": ({"embeds": [{"description": "x" * 4097}]}, "embeds.0.description"),
    "title": ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title"),
    "fields": ({"embeds": [{"fields": [{"name": "a", "value": "b"}] * 26}]}, "embeds.0.fields"),
    "total": ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds"),
}


@pytest.mark.parametrize("name", OVER_LIMIT)
def test_a_message_over_a_limit_is_refused_at_its_field(name: str) -> None:
    """Each limit has an error of code 50035 at the field that breaks it."""
    body, path = OVER_LIMIT[name]
    with pytest.raises(ApiError) as refused:
        check_message(body, None)
    node: Any = refused.value.body["errors"]
    for key in path.split("."):
        node = node[key]
    assert refused.value.body["code"] == 50035
    assert node["_errors"][0]["message"]


async def test_discord_py_understands_the_refusals() -> None:
    """Over-long and empty messages raise the client's own error, with Discord's code."""
    async with party() as (fake, bot):
        channel = bot.get_partial_messageable(int(fake.channel.id))
        for content, code in (("x" * 2001, 50035), ("", 50006)):
            with pytest.raises(discord.HTTPException) as refused:
                await channel.send(content)
            assert refused.value.code == code


async def test_a_channel_can_be_closed_to_the_bot() -> None:
    """Posting where the bot sees nothing, or may not write, is forbidden."""
    async with party() as (fake, bot):
        for permissions, code in ((0, 50001), (1 << 10, 50013)):
            hidden = fake.add_channel("hidden", app_permissions=permissions)
            with pytest.raises(discord.Forbidden) as refused:
                await bot.get_partial_messageable(int(hidden.id)).send("Hello")
            assert refused.value.code == code
