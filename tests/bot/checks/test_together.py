"""All checks at once: what is printed, the exit code, and how little they cost."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing

import pytest

from bot.checks import result
from bot.checks.together import at_start, check
from bot.party.errors import CANNOT_START, NOT_AS_CONFIGURED, StartError
from tests.bot.checks.conftest import KEY, Make
from tests.cogs.stage import TOKEN
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.slack_server import FakeSlack
from tests.fakes.spotify_server import FakeSpotify
from tests.patience import pass_by

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


def everything(slack: FakeSlack, spotify: FakeSpotify) -> dict[str, object]:
    """All that can be set up, and works."""
    return {
        "discord_token": TOKEN,
        "slack_bot_token": slack.bot_token,
        "slack_app_token": slack.app_token,
        "spotify_client_id": spotify.client_id,
        "spotify_client_secret": spotify.client_secret,
        "encryption_keys": KEY,
        "public_url": "http://127.0.0.1:8080",
    }


async def test_what_works_is_said(
    discord: FakeDiscord,
    slack_: FakeSlack,
    spotify_: FakeSpotify,
    make: Make,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every service has its lines, nothing secret is among them, and the exit code is 0."""
    given = everything(slack_, spotify_)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    settings = make(**given | {"room_port": port, "public_url": f"http://127.0.0.1:{port}"})
    assert await check(settings) == 0
    told = capsys.readouterr().out
    for name in ("Discord", "Slack bot token", "Slack app token", "Spotify", "Database", "Model", "Web room"):
        (line,) = [line for line in told.splitlines() if line.startswith(name)]
        assert line.removeprefix(name).split()[0] == "ok", line
    assert "Slack installs   not set up" in told
    for secret in (*TOKEN.split("."), slack_.bot_token, slack_.app_token, spotify_.client_secret, KEY):
        assert secret not in told
    assert discord.identified == []  # none of the day's logins is spent
    assert max(map(len, told.splitlines())) <= result.WIDTH or "http" in told


async def test_nothing_set_up_is_no_fault(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    """A fresh clone without any account passes."""
    assert await check(make()) == 0
    told = capsys.readouterr().out
    assert told.count("not set up") == 7
    assert "Missing" not in told


async def test_a_token_that_discord_refuses_is_worth_its_own_code(
    discord: FakeDiscord, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    """Discord counts logins: the code is the one after which no supervisor starts again."""
    assert await check(make(discord_token="wrong")) == NOT_AS_CONFIGURED
    told = capsys.readouterr().out
    assert "DISCORD_TOKEN is not accepted" in told
    assert "Mend: copy it again" in told


async def test_no_check_waits_for_another(
    slack_: FakeSlack, spotify_: FakeSpotify, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While Spotify does not answer Slack does, and then Spotify is given up."""
    monkeypatch.setattr(result, "WITHIN_S", 5.0)
    spotify_.token_delay_s = 3_600
    given = everything(slack_, spotify_) | {"discord_token": None}
    checking = asyncio.create_task(at_start(make(**given)))
    while not slack_.requests or spotify_.token_requests.total() == 0:
        assert not checking.done()
        await asyncio.sleep(0)
    pass_by(5.0)
    await checking


async def test_at_start_only_what_nobody_else_tries_is_asked(
    discord: FakeDiscord, slack_: FakeSlack, spotify_: FakeSpotify, make: Make
) -> None:
    """The doors open the app token and Discord themselves: nothing is asked for twice."""
    await at_start(make(**everything(slack_, spotify_)))
    assert [each.method for each in slack_.requests] == ["auth.test", "bots.info"]
    assert spotify_.token_requests == {"client_credentials": 1}
    assert discord.requests == []


async def test_all_that_is_refused_is_said_at_once(
    slack_: FakeSlack, spotify_: FakeSpotify, make: Make
) -> None:
    """One line names both services, and what to do with each."""
    given = everything(slack_, spotify_)
    given |= {"slack_bot_token": "xoxb-wrong", "spotify_client_secret": "wrong"}
    with pytest.raises(StartError, match=r"\A[^\n]*SLACK_BOT_TOKEN[^\n]*SPOTIFY_CLIENT[^\n]*\Z") as refused:
        await at_start(make(**given))
    assert refused.value.code == CANNOT_START
    assert "xoxb-wrong" not in str(refused.value)


async def test_what_cannot_be_reached_is_a_warning(
    slack_: FakeSlack, spotify_: FakeSpotify, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """An outage of Spotify's keeps no party from starting."""
    spotify_.token_status = 503
    await at_start(make(**everything(slack_, spotify_)))
    assert "Spotify cannot be reached (HTTP 503)" in caplog.text


@pytest.mark.usefixtures("discord")
async def test_what_is_only_warned_of_is_no_failed_check(
    slack_: FakeSlack, spotify_: FakeSpotify, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    """A start would go on without Spotify and without being reached from here, so a check does."""
    spotify_.token_status = 503
    given = everything(slack_, spotify_) | {"public_url": "http://127.0.0.1:9"}
    assert await check(make(**given)) == 0
    assert capsys.readouterr().out.count("not reached") == 2
