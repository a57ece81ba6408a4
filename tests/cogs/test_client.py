"""How the bot logs in to Discord, what it asks for, and how it stays connected or gives up."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import pytest

from bot.doors.ask import Door
from bot.doors.commands import ADD_FROM_MESSAGE, TABLE
from bot.party.errors import NOT_AS_CONFIGURED, StartError
from bot.service import PartyService
from cogs.client import open_discord
from db.store import Store
from tests.cogs.stage import TOKEN, log_in, open_server, private, public, room
from tests.fakes.discord_model import Json
from tests.fakes.discord_server import FakeDiscord
from tests.patience import PATIENCE_S, until
from tests.stall import stalled

GUILDS = 1 << 0
PRIVILEGED = {"GUILD_MEMBERS": 1 << 1, "GUILD_PRESENCES": 1 << 8, "MESSAGE_CONTENT": 1 << 15}
GUILD_MESSAGES, VOICE_STATES = 1 << 9, 1 << 7
LOCALES = {"de", "fr", "es-ES", "es-419", "pt-BR", "ja", "zh-CN"}
FEWEST_TRANSLATED = 3  # a word may be the same in some languages
GUILD_ONLY, GUILD_AND_DM, GUILD_INSTALL, SLASH = [0], [0, 1], [0], 1
IN_DMS = {"help", "my-data", "delete-my-data"}


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    """A Discord server that nobody has logged in to yet."""
    async with open_server() as fake:
        yield fake


def described(command: Json) -> list[Json]:
    """A command, its subcommands and their options: all that has a name and a description."""
    return [command, *(part for option in command.get("options", []) for part in described(option))]


async def test_the_registered_commands(fake: FakeDiscord, party: PartyService) -> None:
    """All that works without Spotify, for servers, each described within Discord's limits.

    Only what somebody who has left every server still needs is there in the bot's direct messages.
    """
    async with log_in(fake, party):
        rows = {row.name for row in TABLE if not row.spotify and Door.DISCORD not in row.without}
        assert {*fake.commands} == rows | {ADD_FROM_MESSAGE}
    for command in fake.commands.values():
        assert command["contexts"] == (GUILD_AND_DM if command["name"] in IN_DMS else GUILD_ONLY)
        assert command["integration_types"] == GUILD_INSTALL
        assert command["default_member_permissions"] is None
        for part in described(command) if command["type"] == SLASH else ():
            assert 1 <= len(part["name"]) <= 32
            assert 5 <= len(part["description"]) <= 100
            assert part["description"] == part["description"].strip()


async def test_commands_are_registered_once_and_globally(fake: FakeDiscord, party: PartyService) -> None:
    """One request registers everything, so that every server that invites the bot has the commands."""
    async with log_in(fake, party):
        puts = [it for it in fake.requests if it.method == "PUT"]
    assert [it.path.partition("/applications/")[2].count("/") for it in puts] == [1]


async def test_no_privileged_intent_is_asked_for(fake: FakeDiscord, party: PartyService) -> None:
    """The bot hears that somebody wrote and who is in a voice channel, and nothing of what people write."""
    async with log_in(fake, party):
        (identified,) = fake.identified
    intents = identified["intents"]
    assert intents == GUILDS | GUILD_MESSAGES | VOICE_STATES
    assert not [name for name, bit in PRIVILEGED.items() if intents & bit]


async def test_no_message_is_ever_read(fake: FakeDiscord, party: PartyService) -> None:
    """A party runs without one request for a message."""
    async with log_in(fake, party):
        anna = fake.member("Anna")
        await fake.slash(anna, "add", song="mr brightside")
        ballot = public(await fake.slash(anna, "next"))
        await fake.click(anna, ballot, ballot.buttons[0])
        await fake.slash(anna, "queue")
    assert [it.path for it in fake.requests if it.method == "GET" and "messages" in it.path] == []


async def test_a_dropped_connection_is_resumed(fake: FakeDiscord, party: PartyService) -> None:
    """What members do while the bot is away is answered after it has resumed, and so is what follows."""
    async with log_in(fake, party):
        anna = fake.member("Anna")
        await fake.drop_gateway()
        away = await fake.slash(anna, "add", song="mr brightside", wait=False)
        await fake.ready()
        assert "Now playing" in public(await fake.settled(away)).text
        assert "next up" in public(await fake.slash(anna, "add", song="take on me")).text
        assert (fake.resumes, len(fake.identified)) == (1, 1)


async def test_names_and_descriptions_are_registered_in_six_more_languages(
    fake: FakeDiscord, party: PartyService
) -> None:
    """Discord shows each member the commands in the member's own language."""
    async with log_in(fake, party):
        for command in fake.commands.values():
            translated = len(command.get("name_localizations") or {})
            assert translated >= FEWEST_TRANSLATED, command["name"]
            if command["type"] == SLASH:
                assert set(command["description_localizations"]) == LOCALES, command["name"]


async def test_two_processes_share_the_shards(
    fake: FakeDiscord, database_url: str, party: PartyService
) -> None:
    """Each process serves the shards that it is told to, and answers in its own servers only."""
    fake.session_starts(shards=2)
    homes = fake.add_guilds(4)
    async with (
        open_discord(party, TOKEN, shard_ids=[0], shard_count=2),
        open_discord(party, TOKEN, shard_ids=[1], shard_count=2),
    ):
        await fake.ready(shards=2)
        assert sorted(it["shard"] for it in fake.identified) == [[0, 2], [1, 2]]
        for home in homes:
            anna = fake.member("Anna", guild=home)
            place = fake.add_channel("party", home)
            assert (
                "Now playing" in public(await fake.slash(anna, "add", channel=place, song="wonderwall")).text
            )


async def test_few_logins_left_keep_the_bot_from_starting(fake: FakeDiscord, party: PartyService) -> None:
    """Below a hundred the start is refused with what to do, and no login is spent."""
    fake.session_starts(remaining=99)
    with pytest.raises(StartError, match=r"\ADiscord allows only 99 more logins.+wait 4 h.+\Z"):
        async with open_discord(party, TOKEN):
            pytest.fail("it logged in")
    assert fake.identified == []


async def test_leaving_ends_the_connection(fake: FakeDiscord, party: PartyService) -> None:
    """When the front door is closed its task is over, and no error comes out of it."""
    async with log_in(fake, party) as connected:
        assert not connected.done()
    assert connected.done()
    assert connected.cancelled() or connected.exception() is None


@pytest.mark.parametrize(
    "token",
    ["mistyped", "mistyped\n", "wro\nng", "wro\r\nng", "wro\0ng", "fälsch", "日本語", "\udcff", "", " "],
    ids=ascii,
)
async def test_a_wrong_token_is_named_and_not_shown(
    fake: FakeDiscord, party: PartyService, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A token that Discord does not take, or that no header can hold, is one line that names its setting."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(StartError, match=r"\ADISCORD_TOKEN .+\Z") as refused:
        async with open_discord(party, token):
            pytest.fail("it logged in")
    assert refused.value.code == NOT_AS_CONFIGURED
    if token.strip():
        assert token.strip() not in f"{refused.value} {caplog.text}"


async def test_spaces_around_the_token_do_no_harm(fake: FakeDiscord, party: PartyService) -> None:
    """A token that was copied with a line break logs in."""
    async with open_discord(party, f" {TOKEN}\n"):
        await fake.ready()


async def test_an_unreachable_discord_is_told(party: PartyService) -> None:
    """Where nobody listens, the start fails with one line that says so."""
    async with open_server() as fake:
        pass
    with fake.patched_client(), pytest.raises(StartError, match=r"\ADiscord cannot be reached.+\Z"):
        async with open_discord(party, TOKEN):
            pytest.fail("it logged in")


@pytest.mark.parametrize(("method", "path"), [("GET", "/users/@me"), ("PUT", "/commands")])
async def test_a_refused_start_is_one_line(
    fake: FakeDiscord, party: PartyService, method: str, path: str
) -> None:
    """Whatever Discord or a proxy before it answers, a page of HTML too, the start fails with one line."""
    fake.fail_next(method, path, status=403, message="<html>\n<body>\nYou are blocked\n</body>\n</html>")
    with pytest.raises(StartError, match=r"\A[^\n]*Discord[^\n]+\Z"):
        async with open_discord(party, TOKEN):
            pytest.fail("it logged in")


@pytest.mark.parametrize("code", [4004, 4013, 4014])
async def test_being_shut_out_ends_the_task(fake: FakeDiscord, party: PartyService, code: int) -> None:
    """When Discord closes the gateway for good, the task ends with a line that names the code."""
    async with log_in(fake, party) as connected:
        await fake.drop_gateway(code, resumable=False)
        with pytest.raises(StartError, match=rf"\A[^\n]*Discord[^\n]*{code}[^\n]*\Z"):
            async with asyncio.timeout(PATIENCE_S):
                await connected


async def test_the_token_is_never_told(
    fake: FakeDiscord, party: PartyService, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the log at its most talkative nor any message holds the token or a part of it."""
    caplog.set_level(logging.DEBUG)
    async with log_in(fake, party):
        anna = fake.member("Anna")
        await fake.slash(anna, "add", song="mr brightside")
        private(await fake.slash(anna, "undo", channel=fake.add_channel("other")))
        fake.fail_next("POST", "/callback", status=400, code=50035)
        assert "(error " in private(await fake.slash(anna, "queue"))
        await fake.drop_gateway()
        await fake.ready()
        await fake.slash(anna, "help")
        assert (await party.insight.now(room(fake))).playing is not None
    assert len(caplog.records) > 10
    told = caplog.text + json.dumps([it.json for it in fake.requests])
    assert [part for part in TOKEN.split(".") if part in told] == []


async def test_what_was_asked_before_the_end_is_answered(
    fake: FakeDiscord, party: PartyService, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever asked something before the bot was told to stop has their answer; then it is gone."""
    anna = fake.member("Anna")
    opened = open_discord(party, TOKEN)
    await opened.__aenter__()
    await fake.ready()
    await fake.slash(anna, "add", song="take on me")
    card = next(message for message in fake.messages if message.buttons)
    async with stalled(store):
        added = await fake.slash(anna, "add", song="mr brightside", wait=False)
        voted = await fake.click(anna, card, "encore:next", wait=False)
        await until(lambda: len(party.unit.running) > 1)
        closing = asyncio.create_task(opened.__aexit__(None, None, None))
        await until(lambda: not fake.connected(0))
    await closing
    assert "Mr. Brightside" in public(added).text
    assert public(voted).buttons
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_an_answer_that_never_comes_holds_up_nothing(
    fake: FakeDiscord, party: PartyService, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bot that is told to stop waits for answers only so long."""
    monkeypatch.setattr("cogs.client.LAST_ANSWERS_S", 0.01)
    anna = fake.member("Anna")
    async with open_discord(party, TOKEN):
        await fake.ready()
        await fake.slash(anna, "add", song="take on me")
        stall = stalled(store)
        await stall.__aenter__()
        asked = await fake.slash(anna, "add", song="mr brightside", wait=False)
        await until(lambda: bool(party.unit.running))
    assert not asked.messages
    await stall.__aexit__(None, None, None)
