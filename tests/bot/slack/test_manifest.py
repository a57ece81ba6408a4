"""The manifest with which the app is made at Slack says what the code does."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bot.doors.ask import Door
from bot.doors.check import MOST_IN_SLACK, RESERVED_BY_SLACK
from bot.doors.commands import TABLE
from bot.doors.table import of_door
from bot.party.errors import StartError
from bot.service import PartyService
from bot.slack.app import EVENTS, SCOPES, SHORTCUT
from bot.slack.manifest import manifest, printed
from bot.slack.names import ROWS, find
from tests.bot.slack.conftest import log_in, open_server
from tests.bot.slack.stage import card, private
from tests.fakes.slack_errors import SlackError

URL = "https://party.example"
PREFIXES = ["", "party", "dj"]
WAYS = [{"prefix": prefix} for prefix in PREFIXES] + [{"only": "party"}, {"only": "dj"}]


def commands(prefix: str = "", url: str = "") -> list[dict[str, Any]]:
    """The slash commands of a manifest."""
    made: list[dict[str, Any]] = manifest(url, prefix)["features"]["slash_commands"]
    return made


@pytest.mark.parametrize("prefix", PREFIXES)
def test_commands_keep_to_slacks_limits(prefix: str) -> None:
    """As many as Slack takes, each of its own name, which is not Slack's, and described in short."""
    made = commands(prefix)
    names = [each["command"] for each in made]
    assert len(names) == len({*names}) <= MOST_IN_SLACK
    assert all(len(name) <= 32 for name in names)
    assert not RESERVED_BY_SLACK & {name.removeprefix("/") for name in names}
    assert all(0 < len(each["description"]) <= 100 for each in made)
    assert all(0 < len(each.get("usage_hint", "x")) <= 1_000 for each in made)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("url", ["", URL])
async def test_slack_makes_an_app_of_it(way: dict[str, str], url: str) -> None:
    """Each manifest that can be printed is taken, with every address that it needs."""
    async with open_server() as fake:
        made = manifest(url, way.get("prefix", ""), way.get("only", ""))
        fake.create_app(made)
        named = [each["command"] for each in made["features"]["slash_commands"]]
        assert fake.world.commands == frozenset(named)


@pytest.mark.parametrize("name", ["/status", "/remove", "/Add", "/add song"])
async def test_one_name_that_slack_does_not_take_spoils_all(name: str) -> None:
    """Slack refuses the manifest whole, so that no app is made at all."""
    made = manifest()
    made["features"]["slash_commands"][3]["command"] = name
    async with open_server() as fake:
        with pytest.raises(SlackError, match="invalid_manifest") as refused:
            fake.create_app(made)
        assert refused.value.body["errors"][0]["pointer"] == "/features/slash_commands/3/command"
        assert fake.world.commands is None


@pytest.mark.parametrize("only", ["party", "dj"])
async def test_one_command_alone_runs_all_of_them(party: PartyService, only: str) -> None:
    """The app has no other; help, the card and what is said of mistakes name what can be typed."""
    async with open_server() as fake, log_in(fake, party, only=only):
        fake.create_app(manifest(only=only))
        assert fake.world.commands == frozenset([f"/{only}"])
        anna = fake.member("Anna")
        with pytest.raises(ValueError, match="/add is not a valid command"):
            await fake.slash(anna, "/add", "wonderwall")
        told = await private(await fake.slash(anna, f"/{only}", "help"))
        assert all(f"`/{only} {row.name}`" in told for row in ROWS if not row.spotify)
        assert not re.search(rf"/(?!{only}\b)[a-z]", told)
        await fake.slash(anna, f"/{only}", "queue")
        assert f"`/{only} add` a song" in (await card(fake)).shown
        for row in ROWS:
            assert (await fake.slash(anna, f"/{only}", f"{row.name} x")).acked_ms is not None


@pytest.mark.parametrize("missing", [each["command"] for each in manifest()["features"]["slash_commands"]])
async def test_a_command_that_was_left_out_is_reached_by_another(party: PartyService, missing: str) -> None:
    """A manifest that somebody shortened by hand: `/party` runs what is gone, and help says so."""
    made = manifest()
    commands = made["features"]["slash_commands"]
    made["features"]["slash_commands"] = [each for each in commands if each["command"] != missing]
    async with open_server() as fake, log_in(fake, party):
        fake.create_app(made)
        anna = fake.member("Anna")
        if missing == "/party":
            said = await private(await fake.slash(anna, "/queue", "help"))
            assert "`/add`" in said
        else:
            said = await private(await fake.slash(anna, "/party", "help"))
            assert "If a name is missing, or another app uses it, put `/party` in front" in said
            assert find("/party", missing[1:]).row is not None
            assert (await fake.slash(anna, "/party", f"{missing[1:]} x")).acked_ms is not None


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_command_of_the_table_can_be_typed(prefix: str) -> None:
    """Each stands in the manifest by itself or by its group, or behind the one that runs them all."""
    made = {each["command"]: each for each in commands(prefix)}
    group = made[f"/{prefix}-spotify" if prefix else "/spotify"]
    assert group["usage_hint"] == "[connect|disconnect|status|device|stop]"
    everything = made[f"/{prefix or 'party'}"]
    behind = everything["usage_hint"].strip("[]").split("|")
    assert behind[0] == "help"
    assert all(find("/party", each).row for each in behind)
    of_group = group["usage_hint"].strip("[]").split("|")
    found = [*(find(name, "") for name in made), *(find(group["command"], each) for each in of_group)]
    typed = {each.row.name for each in found if each.row is not None}
    assert {row.name for row in of_door(TABLE, Door.SLACK)} - typed == {"my-data", "delete-my-data"}
    assert {"my-data", "delete-my-data"} <= {*behind}


def test_how_a_command_is_used_is_shown() -> None:
    """The hint is the usage that a mistake is answered with; who needs nothing has none."""
    made = {each["command"]: each.get("usage_hint") for each in commands()}
    assert made["/next"] == "[3–5] [safe|balanced|adventurous]"
    assert made["/vote"] == "song [up|down|none]"
    assert made["/queue"] is None


def test_a_prefix_stands_in_what_is_described_too() -> None:
    """A description names no command that the app does not have."""
    made = {each["command"]: each["description"] for each in commands("dj")}
    assert "/dj-play" in made["/dj-pause"]


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_every_command_is_listened_to(party: PartyService, prefix: str) -> None:
    """Whatever prefix was chosen, each command of the manifest is taken and answered."""
    async with open_server() as fake, log_in(fake, party):
        anna = fake.member("Anna")
        for each in commands(prefix):
            reply = await fake.slash(anna, each["command"], "x")
            assert reply.failure is None
            assert reply.acked_ms is not None


def test_the_scopes_are_those_that_an_install_asks_for() -> None:
    """What is asked for on either way to install is the same."""
    assert manifest()["oauth_config"] == {"scopes": {"bot": SCOPES}}


def test_the_shortcut_is_the_one_that_is_listened_to() -> None:
    """Its id is the code's, and its name and description fit."""
    (shortcut,) = manifest()["features"]["shortcuts"]
    assert shortcut["callback_id"] == SHORTCUT
    assert len(shortcut["name"]) <= 24
    assert len(shortcut["description"]) <= 150


def test_the_events_are_those_that_are_listened_to() -> None:
    """Slack tells of nothing that nobody hears, and all that somebody does."""
    made = manifest()
    assert made["settings"]["event_subscriptions"] == {"bot_events": [*EVENTS]}
    assert made["settings"]["interactivity"] == {"is_enabled": True}
    assert made["settings"]["org_deploy_enabled"]
    assert made["features"]["app_home"]["home_tab_enabled"]


def test_without_an_address_it_is_socket_mode() -> None:
    """Then nothing has an address."""
    assert manifest()["settings"]["socket_mode_enabled"]
    assert "https" not in printed()


@pytest.mark.parametrize("url", [URL, f"{URL}/", f"{URL}:8443"])
def test_with_an_address_everything_has_it(url: str) -> None:
    """Commands, presses, menus and events go to the one address, and installs come back to theirs."""
    base = url.rstrip("/")
    made = manifest(url)
    taken = f"{base}/slack/events"
    assert {each["url"] for each in made["features"]["slash_commands"]} == {taken}
    settings = made["settings"]
    assert not settings["socket_mode_enabled"]
    assert settings["event_subscriptions"]["request_url"] == taken
    assert settings["interactivity"] == {
        "is_enabled": True,
        "request_url": taken,
        "message_menu_options_url": taken,
    }
    assert made["oauth_config"]["redirect_urls"] == [f"{base}/slack/oauth_redirect"]


@pytest.mark.parametrize("url", ["party.example", "http://party.example", f"{URL}/bot", "https://"])
def test_an_address_that_slack_cannot_use_is_refused(url: str) -> None:
    """Slack wants https and a name, and this door has its own paths."""
    with pytest.raises(StartError, match=url):
        manifest(url)


@pytest.mark.parametrize("way", ["prefix", "only"])
@pytest.mark.parametrize("prefix", ["Party", "a b", "add", "drop", "my-party", "x" * 32, "dm", "é"])
def test_a_prefix_that_cannot_be_is_refused(prefix: str, way: str) -> None:
    """Capitals, spaces, what is a command by itself, what is too long and what is Slack's own."""
    with pytest.raises(StartError, match=f"begin with {prefix}"):
        manifest("", *((prefix, "") if way == "prefix" else ("", prefix)))


@pytest.mark.parametrize("way", WAYS)
def test_without_spotify_no_command_is_there_that_needs_it(way: dict[str, str]) -> None:
    """Slack offers what is in the manifest, also behind the command that runs every other one."""
    made = manifest("", way.get("prefix", ""), way.get("only", ""), spotify=False)
    offered = [each["command"] + each.get("usage_hint", "") for each in made["features"]["slash_commands"]]
    assert offered
    assert not re.search("spotify|save", " ".join(offered))


def test_it_is_printed_as_json() -> None:
    """What is printed is the manifest."""
    assert json.loads(printed(URL, "dj")) == manifest(URL, "dj")
