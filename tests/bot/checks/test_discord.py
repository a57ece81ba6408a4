"""What is found of Discord's application."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.checks import discord as checks
from bot.checks.result import Result, Standing, table
from bot.party.errors import StartError
from bot.service import PartyService
from cogs.login import PERMISSIONS, SCOPES
from tests.bot.checks.conftest import Make
from tests.cogs.stage import TOKEN, log_in
from tests.fakes.discord_server import FakeDiscord

README = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
VIEW, SEND, FILES, IN_THREADS = 1 << 10, 1 << 11, 1 << 15, 1 << 38
MESSAGE_CONTENT = 1 << 18


def guild_install(permissions: int, scopes: tuple[str, ...] = SCOPES) -> dict[str, Any]:
    """The Installation page's Guild Install, as Discord tells it."""
    params = {"scopes": [*scopes], "permissions": str(permissions)}
    return {"integration_types_config": {"0": {"oauth2_install_params": params}, "1": {}}}


async def look(make: Make) -> Result:
    """What the check finds."""
    return await checks.check(make(discord_token=TOKEN))


async def test_the_install_link_asks_for_what_the_readme_names(discord: FakeDiscord, make: Make) -> None:
    """The same permissions stand in the link, in the README and in the code; one is for threads."""
    found = await look(make)
    assert found.standing is Standing.WORKS
    (link,) = re.findall(r"https://discord\.com/\S+", table([found]))
    asked = parse_qs(urlsplit(link).query)
    assert asked["client_id"] == [discord.world.bot.id]
    assert asked["scope"] == ["bot applications.commands"]
    assert asked["permissions"] == [str(VIEW | SEND | FILES | IN_THREADS)]
    steps = README[README.index("## In Discord") : README.index("## In Slack")]
    assert set(re.findall(r"\*([A-Z][A-Za-z ]+)\*", steps)) - {"Guild Install"} >= {*PERMISSIONS}
    assert all(f"`{scope}`" in steps for scope in SCOPES)


async def test_logins_left_are_told_and_none_is_spent(discord: FakeDiscord, make: Make) -> None:
    """Discord is asked how many there are."""
    discord.session_starts(remaining=340)
    assert "340 of 1000 logins left" in (await look(make)).told
    assert discord.identified == []
    assert [each.path for each in discord.requests] == [
        "/users/@me",
        "/oauth2/applications/@me",
        "/gateway/bot",
    ]
    discord.session_starts(remaining=99)
    with pytest.raises(StartError, match="only 99 more logins"):
        await look(make)


@pytest.mark.parametrize(
    ("permissions", "scopes", "missing"),
    [
        (VIEW | SEND | FILES, SCOPES, "Send Messages in Threads"),
        (VIEW | SEND | FILES | IN_THREADS, ("bot",), "applications.commands"),
        (0, SCOPES, "View Channels, Send Messages, Send Messages in Threads, Attach Files"),
        (VIEW | SEND | FILES | IN_THREADS, SCOPES, ""),
        (1 << 3, SCOPES, ""),  # administrators may do everything
    ],
)
async def test_what_the_installation_page_leaves_out_is_named(
    discord: FakeDiscord,
    make: Make,
    party: PartyService,
    caplog: pytest.LogCaptureFixture,
    permissions: int,
    scopes: tuple[str, ...],
    missing: str,
) -> None:
    """The check names it with the mend, and so does every start."""
    caplog.set_level(logging.WARNING)
    discord.application(**guild_install(permissions, scopes))
    found = await look(make)
    assert found.standing is Standing.WORKS
    assert found.missing == (f"the Installation page leaves out {missing}" if missing else "")
    async with log_in(discord, party):
        assert (missing in caplog.text) is True
        assert ("Installation page" in caplog.text) is bool(missing)


async def test_an_endpoint_that_takes_all_clicks_away_is_wrong(
    discord: FakeDiscord, make: Make, party: PartyService
) -> None:
    """With an Interactions Endpoint URL nothing comes over the gateway, and nobody would know why."""
    discord.application(interactions_endpoint_url="https://elsewhere.example/discord")
    found = await look(make)
    assert found.standing is Standing.WRONG
    assert "Interactions Endpoint URL" in found.told
    with pytest.raises(StartError, match="Interactions Endpoint URL"):
        async with log_in(discord, party):
            pass


async def test_an_app_for_people_alone_is_in_no_server(discord: FakeDiscord, make: Make) -> None:
    """Where only User Install is on, nobody can invite the bot."""
    discord.application(integration_types_config={"1": {}})
    assert "add the bot to a server" in (await look(make)).missing


async def test_intents_that_nobody_needs_are_mentioned(discord: FakeDiscord, make: Make) -> None:
    """The bot reads no messages, so that it may go without."""
    discord.application(flags=MESSAGE_CONTENT, flags_new=str(MESSAGE_CONTENT))
    assert "none of the privileged intents" in table([await look(make)])
    discord.application()
    assert "privileged" not in table([await look(make)])
