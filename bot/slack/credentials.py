"""Slack's tokens and secrets: told apart by their form, and tried.

What tokens look like stands in Slack's documents ("Tokens", "Token rotation").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.party.errors import NotReached, StartError
from bot.slack.refusals import reason
from bot.slack.renewal import quiet

BOT, APP, SECRET = "a bot token (xoxb-...)", "an app-level token (xapp-...)", "a secret of 32 digits"
_KINDS = (
    (r"xoxb-.*|xoxe\.xoxb-.*", BOT),
    (r"xapp-.*", APP),
    (r"xoxp-.*|xoxe\.xoxp-.*", "a user token (xoxp-...)"),
    (r"xoxe-.*", "a refresh token (xoxe-...)"),
    (r"xox[a-z]-.*", "a token of another kind"),
    (r"[0-9a-f]{32}", SECRET),
    (r"[0-9]+\.[0-9]+", "a client ID"),
)
_OF_APP = re.compile(r"xapp-(?:[0-9]+-)?(A[A-Z0-9]+)-")
MENDS = {
    "SLACK_BOT_TOKEN": "copy the Bot User OAuth Token (xoxb-...) from your app's Install App page",
    "SLACK_APP_TOKEN": (
        "copy an app-level token with the scope connections:write from your app's Basic Information"
    ),
    "SLACK_SIGNING_SECRET": "copy the Signing Secret from your app's Basic Information",
    "SLACK_CLIENT_ID": "copy the Client ID from your app's Basic Information",
    "SLACK_CLIENT_SECRET": "copy the Client Secret from your app's Basic Information",
}
"""Where each of them is found."""
_WANTED = {
    "SLACK_BOT_TOKEN": BOT,
    "SLACK_APP_TOKEN": APP,
    "SLACK_SIGNING_SECRET": SECRET,
    "SLACK_CLIENT_ID": "a client ID",
    "SLACK_CLIENT_SECRET": SECRET,
}
_TROUBLES = {"fatal_error", "internal_error", "service_unavailable", "request_timeout", "ratelimited"}
"""What Slack says when it is in trouble itself; any other error is about what was asked."""
NOTHING = "encore-check"
"""A code that nobody was given: what Slack says of it shows whether it knows the app."""


def kind(token: str) -> str:
    """What a token is by its form; empty for a form that is not known."""
    return next((told for form, told in _KINDS if re.fullmatch(form, token)), "")


def misplaced(secrets: dict[str, str]) -> str:
    """What stands in the wrong setting, with the mend; empty where nothing does.

    Args:
        secrets: what is set, by the names of the settings.
    """
    found = {name: kind(value) for name, value in secrets.items()}
    if (found.get("SLACK_BOT_TOKEN"), found.get("SLACK_APP_TOKEN")) == (APP, BOT):
        return "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are swapped; exchange them"
    wrong = [
        f"{name} holds {is_} in place of {_WANTED[name]}; {MENDS[name]}"
        for name, is_ in found.items()
        if is_ and is_ != _WANTED[name]
    ]
    return "; ".join(wrong)


@dataclass(frozen=True, slots=True)
class BotToken:
    """What Slack tells of a bot token; `scopes` is None and `app_id` empty where it does not."""

    workspace: str
    app_id: str
    scopes: frozenset[str] | None


async def tried(token: str, base_url: str) -> BotToken:
    """Asks Slack whose a bot token is, and what it may do (docs, "auth.test", "bots.info").

    Raises:
        StartError: Slack does not accept it; NotReached where that cannot be told.
    """
    client = _client(base_url, token)
    try:
        answer = await client.auth_test()
    except Exception as error:
        raise _why(error, "SLACK_BOT_TOKEN") from error
    scopes = answer.headers.get("x-oauth-scopes")  # of every answer (slack-ruby-client#378)
    known = None if scopes is None else frozenset(filter(None, re.split(r"[,\s]+", scopes)))
    app_id = ""
    if answer.get("bot_id") and known and "users:read" in known:
        try:
            app_id = str((await client.bots_info(bot=answer["bot_id"]))["bot"]["app_id"])
        except (SlackApiError, aiohttp.ClientError, OSError, TimeoutError, KeyError, TypeError):
            app_id = ""  # then it cannot be told
    return BotToken(str(answer.get("team") or ""), app_id, known)


async def opened(token: str, client: AsyncWebClient) -> str:
    """The address of a new connection by Socket Mode (docs, "apps.connections.open").

    Raises:
        StartError: Slack does not accept the token; NotReached where that cannot be told.
    """
    try:
        answer = await client.apps_connections_open(app_token=token)
        return str(answer["url"])
    except Exception as error:
        raise _why(error, "SLACK_APP_TOKEN") from error


async def openable(token: str, base_url: str) -> None:
    """Finds out whether an app-level token opens connections; none is opened. Raises what `opened` does."""
    await opened(token, _client(base_url))


async def registered(client_id: str, client_secret: str, base_url: str) -> None:
    """Finds out whether Slack knows an app, by exchanging a code that is none (docs, "oauth.v2.access").

    Raises:
        StartError: it does not, or has another secret; NotReached where that cannot be told.
    """
    client = _client(base_url)
    try:
        await client.oauth_v2_access(client_id=client_id, client_secret=client_secret, code=NOTHING)
    except SlackApiError as error:
        told = reason(error)
        if told == "invalid_code":
            return
        name = "SLACK_CLIENT_SECRET" if told == "bad_client_secret" else "SLACK_CLIENT_ID"
        raise _why(error, name) from error
    except Exception as error:
        raise _why(error, "SLACK_CLIENT_ID") from error


def app_of(app_token: str) -> str:
    """The id of the app that an app-level token is of; empty where its form does not say."""
    found = _OF_APP.match(app_token)
    return found[1] if found else ""


def other_app(bot: BotToken, app_token: str) -> str:
    """What is wrong where both tokens are known to be of different apps; else empty."""
    theirs = app_of(app_token)
    if not (theirs and bot.app_id) or theirs == bot.app_id:
        return ""
    return (
        f"SLACK_BOT_TOKEN is of the app {bot.app_id}, SLACK_APP_TOKEN of {theirs}; "
        "copy both from the same app"
    )


def _client(base_url: str, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token, base_url=base_url, logger=quiet)


def _why(error: Exception, name: str) -> StartError:
    """What came in place of an answer, and the mend."""
    if isinstance(error, SlackApiError):
        told = reason(error)
        response: Any = error.response
        status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
        if told and told not in _TROUBLES and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return StartError(f"{name} is not accepted by Slack ({told}); {MENDS[name]}")
        why = told or f"HTTP {status}"
    elif isinstance(error, (aiohttp.ClientError, OSError, TimeoutError)):
        why = " ".join(str(error).split())[:200] or type(error).__name__
    else:  # slack_sdk takes the shape of an answer for granted
        why = "an answer that I can't read"
    return NotReached(f"Slack cannot be reached ({why}); check the network and start again")
