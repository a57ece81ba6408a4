"""What is found of Slack's tokens."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass

import pytest

from bot.checks import slack
from bot.checks.result import Standing
from bot.checks.together import at_start
from bot.party.errors import NotReached, StartError
from bot.service import PartyService
from bot.slack.app import SCOPES, SlackDoor
from bot.slack.credentials import kind
from bot.slack.installs import Single
from bot.vault import Vault
from db.store import open_store
from tests.bot.checks.conftest import KEY, Make
from tests.fakes.slack_server import FakeSlack

SECRET = "0123456789abcdef0123456789abcdef"


@dataclass
class Misplaced:
    """Settings in which something stands in the wrong place, and what has to be said."""

    settings: dict[str, str]
    said: str


async def test_a_good_token_names_its_workspace(slack_: FakeSlack, make: Make) -> None:
    """Whose it is, with nothing missing."""
    found = await slack.bot(make(slack_bot_token=slack_.bot_token, slack_app_token=slack_.app_token))
    assert (found.standing, found.told, found.missing) == (Standing.WORKS, "of the workspace Party", "")


@pytest.mark.parametrize("error", ["invalid_auth", "account_inactive", "token_revoked", "token_expired"])
async def test_a_refused_bot_token_is_named(slack_: FakeSlack, make: Make, error: str) -> None:
    """Whatever Slack calls it, the setting is named, and where the token is found."""
    slack_.world.grants[slack_.bot_token].error = error
    with pytest.raises(StartError, match=rf"SLACK_BOT_TOKEN .+\({error}\); copy .+Install App") as refused:
        await slack.bot(make(slack_bot_token=slack_.bot_token, slack_app_token=slack_.app_token))
    assert slack_.bot_token not in str(refused.value)


@pytest.mark.parametrize(
    "case",
    [
        Misplaced({"slack_bot_token": "xapp-1-A1-2-3", "slack_app_token": "xoxb-1-2"}, "are swapped"),
        Misplaced({"slack_bot_token": "xoxp-1-2", "slack_app_token": "xapp-1-A1-2-3"}, "holds a user token"),
        Misplaced({"slack_bot_token": SECRET, "slack_app_token": "xapp-1-A1-2-3"}, "holds a secret"),
        Misplaced({"slack_bot_token": "xoxb-1", "slack_app_token": "xoxb-1"}, "SLACK_APP_TOKEN holds a bot"),
        Misplaced({"slack_bot_token": "xoxb-1", "slack_signing_secret": "xapp-1-A1-2-3"}, "Signing Secret"),
        Misplaced({"slack_bot_token": "xoxe-1-abc", "slack_app_token": "xapp-1-A1-2-3"}, "a refresh token"),
    ],
    ids=lambda case: case.said,
)
async def test_what_is_in_the_wrong_place_is_seen_before_anything_is_asked(
    slack_: FakeSlack, make: Make, case: Misplaced
) -> None:
    """Tokens tell by their form what they are: nothing is sent to Slack, and no value is shown."""
    settings = make(**case.settings)
    for asked in (slack.bot(settings), at_start(settings)):
        with pytest.raises(StartError, match=case.said) as refused:
            await asked
        assert not [value for value in case.settings.values() if value in str(refused.value)]
    assert slack_.requests == []


def test_kinds_of_tokens() -> None:
    """What rotates is known too, and what is of no known form is left for Slack to judge."""
    assert kind("xoxe.xoxb-1-abc") == kind("xoxb-1")
    assert kind("1111111111.2222222222") == "a client ID"
    assert kind("something") == ""


async def test_tokens_of_two_apps_are_told_apart(slack_: FakeSlack, make: Make) -> None:
    """The app of each is known, so that nobody wonders why no click arrives."""
    slack_.world.grants[slack_.bot_token].app_id = "A0OTHER"
    with pytest.raises(StartError, match=rf"the app A0OTHER, SLACK_APP_TOKEN of {slack_.world.app_id};"):
        await slack.bot(make(slack_bot_token=slack_.bot_token, slack_app_token=slack_.app_token))


async def test_a_missing_scope_is_named(
    slack_: FakeSlack, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """An app that was made before lists were taken works on, with a warning at each start."""
    caplog.set_level(logging.WARNING)
    old = slack_.install(slack_.team, [scope for scope in SCOPES if scope != "files:read"])
    settings = make(slack_bot_token=old.token, slack_app_token=slack_.app_token)
    found = await slack.bot(settings)
    assert (found.standing, found.missing) == (Standing.WORKS, "the scopes files:read")
    await at_start(settings)
    assert "files:read" in caplog.text
    assert "install the app again" in caplog.text


async def test_without_a_scope_that_everything_needs_it_is_wrong(slack_: FakeSlack, make: Make) -> None:
    """A bot that may not write is no party bot."""
    mute = slack_.install(slack_.team, [scope for scope in SCOPES if scope != "chat:write"])
    found = await slack.bot(make(slack_bot_token=mute.token, slack_app_token=slack_.app_token))
    assert (found.standing, found.told) == (
        Standing.WRONG,
        "SLACK_BOT_TOKEN lacks the scopes chat:write",
    )


async def test_whether_the_app_token_opens_connections(slack_: FakeSlack, make: Make) -> None:
    """It is tried, and no connection is opened."""
    found = await slack.app(make(slack_bot_token=slack_.bot_token, slack_app_token=slack_.app_token))
    assert found.standing is Standing.WORKS
    assert slack_.socket.live == []
    weak = slack_.world.grant(None, scopes=("authorizations:read",), kind="app")
    with pytest.raises(StartError, match=r"missing_scope\); .+connections:write"):
        await slack.app(make(slack_bot_token=slack_.bot_token, slack_app_token=weak.token))


PAGE = "<html><body>Service unavailable</body></html>"


@pytest.mark.parametrize(("status", "page"), [(500, ""), (503, PAGE), (502, PAGE), (429, "")])
async def test_an_outage_of_slacks_is_one_line(
    slack_: FakeSlack, party: PartyService, status: int, page: str
) -> None:
    """Whatever stands in place of an answer, the start ends with what happened, not with a traceback."""
    slack_.fail_next("apps.connections.open", status=status, page=page)
    door = SlackDoor(party, Single(slack_.bot_token), app_token=slack_.app_token, base_url=slack_.base_url)
    with pytest.raises(NotReached, match=r"\ASlack cannot be reached \([^\n]+\); [^\n]+\Z"):
        async with door.open():
            pytest.fail("it opened")


async def test_an_outage_while_the_bot_token_is_tried_is_a_warning(
    slack_: FakeSlack, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be told keeps nothing from starting."""
    slack_.fail_next("auth.test", status=503, page=PAGE)
    await at_start(make(slack_bot_token=slack_.bot_token, slack_app_token=slack_.app_token))
    assert "Slack cannot be reached (HTTP 503)" in caplog.text


async def test_many_workspaces(slack_: FakeSlack, make: Make) -> None:
    """The app is known to Slack, and those whose tokens no key opens are named."""
    given = {
        "slack_client_id": slack_.client_id,
        "slack_client_secret": slack_.client_secret,
        "slack_app_token": slack_.app_token,
        "encryption_keys": KEY,
    }
    settings = make(**given)
    assert (await slack.installs(settings)).told == "installed in 0 workspaces"
    sealed = Vault([KEY]).seal(json.dumps({"bot_token": "xoxb-1"}))
    async with open_store(settings.database_url) as store, store.writing() as tx:
        await tx.installs.save("", "T1", sealed, 1)
        await tx.installs.save("", "T2", "sealed with a key that is gone", 1)
    found = await slack.installs(settings)
    assert (found.told, found.missing) == (
        "installed in 2 workspaces",
        "1 of their tokens cannot be opened: T2",
    )
    for name, value in (("slack_client_id", "1.2"), ("slack_client_secret", SECRET)):
        bad = make(**given | {name: value})
        for asked in (slack.installs(bad), at_start(bad)):
            with pytest.raises(StartError, match=f"{name.upper()} is not accepted by Slack"):
                await asked
