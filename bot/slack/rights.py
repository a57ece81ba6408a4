"""What a member of a workspace may do now, for whoever comes to the party's page by a link of their own."""

from __future__ import annotations

from bot.party.words import Member, Room
from bot.slack.asked import Slack

KNOWN_FOR_S = 60.0
"""How old what Slack said of somebody may be: whoever is deactivated is not to act for longer."""


class Rights:
    """Asks Slack who somebody is by now."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def look_up(self, room: Room, member: Member) -> Member | None:
        """A member with the rights that they have in the workspace now.

        None for whoever is deactivated, or a guest where the room wants none.

        Raises:
            LookupError: the bot is not installed there.
            PartyError, OSError, TimeoutError: Slack does not say.
        """
        client = await self._slack.client(None, room.workspace)
        if client is None:
            raise LookupError(f"no workspace {room.workspace} here")
        person = await self._slack.people.person(
            client, room.workspace, member.user_id, member.name, known_for_s=KNOWN_FOR_S
        )
        if person.unknown is not None:
            raise person.unknown
        rules = await self._slack.party.settings.rules(room)
        if person.gone or person.bot or (person.outside and not rules.guests):
            return None
        return person.member
