"""Who acts in Slack, as `users.info` says, remembered for a while."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.party.errors import PartyError
from bot.party.limits import LONGEST_TYPED
from bot.party.words import Member
from bot.slack.refusals import reason, told

KNOWN_FOR_S = 600.0
"""How long what Slack says of a person is taken for true."""
UNKNOWN_FOR_S = 60.0
"""How long Slack is not asked again of whom it did not say anything."""
MOST_KNOWN = 10_000
OTHERS = {"user_not_found", "user_not_visible"}
"""What Slack says of people whom this workspace does not know."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person as one workspace sees them."""

    member: Member
    bot: bool
    outside: bool  # a guest of the workspace, or of another company
    locale: str
    unknown: PartyError | None = None  # why nobody knows what the person may do
    gone: bool = False  # deactivated, or nobody whom the workspace knows


class People:
    """Asks Slack who somebody is."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[float, Person]] = {}

    async def person(
        self,
        client: AsyncWebClient | None,
        team: str,
        user: str,
        name: str,
        *,
        known_for_s: float = KNOWN_FOR_S,
    ) -> Person:
        """A person of a workspace or one who visits it; somebody without rights where Slack does not say.

        Args:
            client: of the workspace.
            team: the workspace.
            user: the person's id.
            name: what they are called if Slack does not say.
            known_for_s: how old what Slack said may be.
        """
        until_s, person = self._known.get((team, user), (0.0, None))
        if person is not None and time.monotonic() < until_s - (KNOWN_FOR_S - known_for_s):
            return person
        called = name[:LONGEST_TYPED] or (person.member.name if person is not None else "")
        stranger = Person(Member("slack", user, called), bot=False, outside=True, locale="en-US")
        if client is None:
            return stranger
        try:
            answer = await client.users_info(user=user, include_locale=True)
        except SlackApiError as error:
            why = None if reason(error) in OTHERS else told(error)
            unknown = replace(stranger, unknown=why, gone=why is None)
            if person is not None and time.monotonic() < until_s and why is not None:
                return unknown  # what is known holds for who is content with it
            return self._keep(team, user, unknown, UNKNOWN_FOR_S)
        return self._keep(team, user, _person(answer["user"], team, name), KNOWN_FOR_S)

    def forget(self, team: str, user: str) -> None:
        """Asks Slack anew when the person comes next."""
        self._known.pop((team, user), None)

    def _keep(self, team: str, user: str, person: Person, seconds: float) -> Person:
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[team, user] = time.monotonic() + seconds, person
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
        Member("slack", str(user["id"]), str(called)[:LONGEST_TYPED], moderator=leads, manager=leads),
        bot=bool(user.get("is_bot")),
        outside=outside,
        locale=str(user.get("locale") or "en-US"),
        gone=bool(user.get("deleted")),
    )
