"""Logging in to Discord, and what the application's own pages there should say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import aiohttp
import discord

from bot.party.errors import NOT_AS_CONFIGURED, NotReached, StartError

ELSEWHERE = (
    "Discord sends what people do to the Interactions Endpoint URL, not to this bot",
    "clear that field on the General Information page",
)
"""What is wrong there, and the mend."""
FEWEST_LOGINS = 100
"""With fewer logins left the bot does not start, so that some are left for whoever mends it."""
SCOPES = ("bot", "applications.commands")
PERMISSIONS = {
    "View Channels": discord.Permissions(view_channel=True),
    "Send Messages": discord.Permissions(send_messages=True),
    # Threads and forum posts do not inherit Send Messages (docs, "Threads": Permissions).
    "Send Messages in Threads": discord.Permissions(send_messages_in_threads=True),
    "Attach Files": discord.Permissions(attach_files=True),
}
"""All that the bot needs in a server, by the names that Discord shows."""
PRIVILEGED = (
    "gateway_presence",
    "gateway_presence_limited",
    "gateway_guild_members",
    "gateway_guild_members_limited",
    "gateway_message_content",
    "gateway_message_content_limited",
)


@dataclass(frozen=True, slots=True)
class Login:
    """Who is logged in, how many servers Discord counts, and how many logins are left of how many."""

    application: discord.AppInfo
    remaining: int
    total: int


async def log_in(client: discord.Client, token: str) -> Login:
    """Logs a client in, which does not connect it yet.

    Raises:
        StartError: Discord does not accept the token, or has few logins left for today; NotReached where it
            does not answer.
    """
    try:
        await client.login(token)
        answer = await client.http.request(discord.http.Route("GET", "/gateway/bot"))
    except (discord.LoginFailure, ValueError) as error:  # ValueError: no header can hold this token
        raise StartError(
            "DISCORD_TOKEN is not accepted by Discord; copy it again from the Bot page of your application",
            NOT_AS_CONFIGURED,
        ) from error
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        reason = " ".join(str(error).split())[:200]  # a proxy may answer with a whole page
        raise NotReached(
            f"Discord cannot be reached, or refuses the bot ({reason}); check the network and start again"
        ) from error
    limit = answer["session_start_limit"]
    _spare(limit)
    assert client.application is not None  # noqa: S101 - whoever is logged in has one
    return Login(client.application, int(limit["remaining"]), int(limit["total"]))


def _spare(limit: dict[str, int]) -> None:
    """Refuses to start when few logins are left: at none Discord resets the token (docs, "Gateway")."""
    if int(limit["remaining"]) < FEWEST_LOGINS:
        hours = -(-int(limit["reset_after"]) // 3_600_000)
        raise StartError(
            f"Discord allows only {limit['remaining']} more logins of this bot for now; "
            f"wait {hours} h until there are {limit['total']} again, and find out what restarts it so often"
        )


def elsewhere(application: discord.AppInfo) -> bool:
    """Whether what people do is sent elsewhere: with an endpoint none comes over the gateway.

    Source: Discord's docs, "Receiving and Responding".
    """
    return bool(application.interactions_endpoint_url)


def all_permissions() -> discord.Permissions:
    """All that the bot needs, as one."""
    return discord.Permissions(sum(each.value for each in PERMISSIONS.values()))


def install_link(application: discord.AppInfo) -> str:
    """Where a server manager adds the bot, with all that it needs."""
    return discord.utils.oauth_url(application.id, permissions=all_permissions(), scopes=SCOPES)


def shortcomings(application: discord.AppInfo) -> list[tuple[str, str]]:
    """What the application's pages say that the bot cannot work with, each with the mend."""
    return [*_general(application), *_installation(application)]


def _general(application: discord.AppInfo) -> Iterator[tuple[str, str]]:
    if elsewhere(application):
        yield ELSEWHERE
    if application.bot_require_code_grant:
        yield (
            "the install link does not work while Requires OAuth2 Code Grant is on",
            "switch it off on the Bot page",
        )


def _installation(application: discord.AppInfo) -> Iterator[tuple[str, str]]:
    """What Discord's own install link would leave out (docs, "Application Resource", Install Params)."""
    config = application.guild_integration_config
    if config is None and application.user_integration_config is not None:
        yield "the Installation page lets nobody add the bot to a server", "switch Guild Install on there"
    params = (config.oauth2_install_params if config else None) or application.install_params
    if params is None or application.custom_install_url:
        return
    scopes = [scope for scope in SCOPES if scope not in params.scopes]
    rights = [] if params.permissions.administrator else _lacking(params.permissions)
    if scopes or rights:
        yield (
            f"the Installation page leaves out {', '.join([*scopes, *rights])}",
            "add that there under Guild Install, or use the link below",
        )


def _lacking(given: discord.Permissions) -> list[str]:
    return [name for name, needed in PERMISSIONS.items() if not needed <= given]


def needless(application: discord.AppInfo) -> bool:
    """Whether an intent is switched on that Discord calls privileged; the bot needs none of them."""
    flags = application.flags
    return any(getattr(flags, name) for name in PRIVILEGED)
