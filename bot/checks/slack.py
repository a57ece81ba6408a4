"""Slack: both tokens, their scopes and their app, or where many workspaces have installed it."""

from __future__ import annotations

import json

from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.checks.result import Result, Standing, not_set, works
from bot.party.errors import CANNOT_START, StartError
from bot.settings import Settings
from bot.slack import credentials
from bot.slack.app import SCOPES
from bot.vault import NotOpened, Vault
from db.looking import MOST_INSTALLS, look

BOT, APP, INSTALLS = "Slack bot token", "Slack app token", "Slack installs"
URL = AsyncWebClient.BASE_URL
NEEDED = {"commands", "chat:write"}
"""Without these no party can be; without another one, part of it cannot."""
INSTALL_AGAIN = (
    "paste the manifest that .venv/bin/python -m bot manifest prints under App Manifest, "
    "and install the app again"
)


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value is not None else ""


def misplaced(settings: Settings) -> str:
    """What stands in the wrong setting, with the mend; empty where nothing does. Nothing is asked."""
    names = ("bot_token", "app_token", "signing_secret", "client_id", "client_secret")
    values = {f"SLACK_{name.upper()}": _secret(getattr(settings, f"slack_{name}")) for name in names}
    return credentials.misplaced({name: value for name, value in values.items() if value})


async def bot(settings: Settings, url: str = "") -> Result:
    """Whose the bot token is, and what it may do.

    Raises:
        StartError: Slack does not accept it, or it is of another app; NotReached where Slack does not
            answer.
    """
    if settings.slack_bot_token is None:
        instead = "SLACK_CLIENT_ID is set instead" if settings.slack_client_id else "SLACK_BOT_TOKEN is empty"
        return not_set(BOT, instead)
    if wrong := misplaced(settings):
        raise StartError(wrong)
    token, app_token = _secret(settings.slack_bot_token), _secret(settings.slack_app_token)
    tried = await credentials.tried(token, url or URL)
    if wrong := credentials.other_app(tried, app_token):
        raise StartError(wrong)
    lacking = [scope for scope in SCOPES if tried.scopes is not None and scope not in tried.scopes]
    missing = f"the scopes {', '.join(lacking)}" if lacking else ""
    if NEEDED & {*lacking}:
        told = f"SLACK_BOT_TOKEN lacks {missing}"
        return Result(BOT, Standing.WRONG, told, mend=INSTALL_AGAIN, code=CANNOT_START)
    told = f"of the workspace {tried.workspace}"
    return works(BOT, told, missing=missing, mend=INSTALL_AGAIN if missing else "")


async def app(settings: Settings, url: str = "") -> Result:
    """Whether the app-level token opens connections.

    Raises:
        StartError: Slack does not accept it; NotReached where Slack does not answer.
    """
    if settings.slack_app_token is None:
        if settings.slack_signing_secret is None:
            return not_set(APP, "SLACK_APP_TOKEN is empty")
        return not_set(APP, "SLACK_SIGNING_SECRET is set instead, which cannot be tried")
    if wrong := misplaced(settings):
        raise StartError(wrong)
    await credentials.openable(_secret(settings.slack_app_token), url or URL)
    return works(APP, "it opens connections (Socket Mode)")


async def installs(settings: Settings, url: str = "") -> Result:
    """Whether Slack knows the app, how many workspaces have installed it, and whether their tokens open.

    Raises:
        StartError: Slack does not know it, or a key or the database is none; NotReached where Slack does not
            answer.
    """
    if settings.slack_client_id is None:
        return not_set(INSTALLS, "SLACK_CLIENT_ID is empty")
    if wrong := misplaced(settings):
        raise StartError(wrong)
    client_id, client_secret = _secret(settings.slack_client_id), _secret(settings.slack_client_secret)
    vault = Vault.from_setting(settings.encryption_keys)
    await credentials.registered(client_id, client_secret, url or URL)
    kept = (await look(settings.database_url)).installs
    lost = [workspace for workspace, sealed in kept if not _opens(vault, sealed)]
    at_least = "at least " if len(kept) == MOST_INSTALLS else ""
    told = f"installed in {at_least}{len(kept)} workspace{'' if len(kept) == 1 else 's'}"
    if not lost:
        return works(INSTALLS, told)
    missing = f"{len(lost)} of their tokens cannot be opened: {', '.join(lost[:10])}"
    mend = "add the key that sealed them to ENCRYPTION_KEYS, or install the app there again"
    return works(INSTALLS, told, missing=missing, mend=mend)


def _opens(vault: Vault, sealed: str) -> bool:
    try:
        return bool(json.loads(vault.open(sealed)).get("bot_token"))
    except (NotOpened, ValueError):
        return False
