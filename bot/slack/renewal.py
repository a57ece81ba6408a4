"""Tokens of Slack's that end, exchanged for new ones."""

from __future__ import annotations

import logging

from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

log = logging.getLogger(__name__)
quiet = logging.getLogger(f"{__name__}.requests")
quiet.setLevel(logging.INFO)
"""For clients that exchange tokens: slack_sdk would write them into the log of debugging."""

ANSWER_S = 10
"""How long Slack may take for a new token."""
AT_ONCE_MIN = 10**7
"""For slack_sdk, which asks how many minutes ahead to renew: now, for whether is decided elsewhere."""


class Renewal:
    """Asks Slack for new tokens.

    Args:
        client_id: the app's.
        client_secret: the app's.
        base_url: of Slack's Web API.
    """

    def __init__(self, client_id: str, client_secret: str, base_url: str) -> None:
        client = AsyncWebClient(base_url=base_url, timeout=ANSWER_S, logger=quiet)
        self._rotator = AsyncTokenRotator(client_id=client_id, client_secret=client_secret, client=client)

    async def ask(self, workspace: str, installation: Installation) -> Installation | None:
        """The same installation with a new token; None where Slack gives none, which is logged."""
        try:
            bot = await self._rotator.perform_bot_token_rotation(
                bot=installation.to_bot(), minutes_before_expiration=AT_ONCE_MIN
            )
        except SlackTokenRotationError as error:
            reason = _reason(error)
        except Exception as error:  # whatever it is, the old token may still be good
            reason = type(error).__name__  # its text could hold a token
        else:
            if bot is not None:
                values = installation.to_dict_for_copying()
                values |= {
                    "bot_token": bot.bot_token,
                    "bot_refresh_token": bot.bot_refresh_token,
                    "bot_token_expires_at": bot.bot_token_expires_at,
                }
                return Installation(**values)
            reason = "no bot token"
        log.warning(
            "Slack did not renew the token of %s (%s); the old one is used until it expires.",
            workspace,
            reason,
        )
        return None


def _reason(error: SlackTokenRotationError) -> str:
    response = error.api_error.response
    answer = response.data if isinstance(response, AsyncSlackResponse) else None
    return str(answer.get("error")) if isinstance(answer, dict) else "no answer I can read"
