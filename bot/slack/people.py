"""Who acts in Slack, as `users.info` says, remembered for a while."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.party.words import Member

KNOWN_FOR_S = 600.0
"""How long what Slack says of a person is taken for true."""
MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Person:
    """A person as one workspace sees them."""

    member: Member
    bot: bool
    outside: bool  # a guest of the workspace, or of another company
    locale: str


class People:
    """Asks Slack who somebody is."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[float, Person]] = {}

    async def person(self, client: AsyncWebClient | None, team: str, user: str, name: str) -> Person:
        """A person of a workspace or one who visits it; somebody without rights where Slack does not say.

        Args:
            client: of the workspace.
            team: the workspace.
            user: the person's id.
            name: what they are called if Slack does not say.
        """
        known = self._known.get((team, user))
        if known is not None and time.monotonic() - known[0] < KNOWN_FOR_S:
            return known[1]
        stranger = Person(Member("slack", user, name), bot=False, outside=True, locale="en-US")
        if client is None:
            return stranger
        try:
            answer = await client.users_info(user=user, include_locale=True)
        except (SlackApiError, aiohttp.ClientError, OSError, TimeoutError):
            return stranger
        person = _person(answer["user"], team, name)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[team, user] = time.monotonic(), person
        return person


def _person(user: dict[str, Any], team: str, name: str) -> Person:
    profile = user.get("profile") or {}
    called = profile.get("display_name") or profile.get("real_name") or user.get("real_name") or name
    guest = bool(user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger"))
    teams = (user.get("enterprise_user") or {}).get("teams") or ()  # of one organisation
    elsewhere = user.get("team_id") not in {team, None} and team not in teams
    outside = guest or elsewhere
    leads = bool(user.get("is_admin") or user.get("is_owner")) and not outside
    return Person(
        Member("slack", str(user["id"]), str(called), moderator=leads, manager=leads),
        bot=bool(user.get("is_bot")),
        outside=outside,
        locale=str(user.get("locale") or "en-US"),
    )
