"""What goes when somebody leaves: a channel, a person, or a whole workspace."""

from __future__ import annotations

from bot.party.words import Member, Room
from bot.slack.asked import Slack
from bot.slack.blocks import Json
from bot.slack.card import SlackCards

DELETED = ("channel_deleted", "group_deleted")
OPENED = ("channel_unarchive", "group_unarchive")
LEFT = ("channel_left", "group_left")
"""What Slack calls these for public and for private channels."""


class Leaving:
    """Forgets what nobody needs any more."""

    def __init__(self, slack: Slack, cards: SlackCards) -> None:
        self._slack, self._cards = slack, cards

    async def workspace(self, body: Json) -> None:
        """A workspace has uninstalled the bot: all of it goes."""
        event = body["event"]
        if event["type"] == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            return
        enterprise, team = body.get("enterprise_id"), None if _is_whole(body) else body.get("team_id")
        workspace = str(team or enterprise or "")
        await self._slack.party.leave("slack", workspace)
        await self._slack.tokens.async_delete_all(enterprise_id=enterprise, team_id=team)
        self._cards.leave(workspace)

    async def channel(self, body: Json) -> None:
        """A channel was deleted or is no longer archived, or the bot is no longer in it.

        A deleted channel's party is forgotten. An archived one keeps it: Slack refuses the next edit, and the
        card goes on when the channel is opened again. Where the bot was removed the card goes, and the party
        stays for `/queue`.
        """
        room = Room("slack", installed(body), _channel(body["event"]))
        match str(body["event"]["type"]):
            case kind if kind in DELETED:
                await self._slack.party.leave_rooms("slack", room.workspace, [room.channel])
                self._cards.drop(room)
            case kind if kind in LEFT:
                if await self._cards.card_of(room):
                    await self._cards.forget(room)
            case kind if kind in OPENED:
                self._cards.wake(room)
                self._cards.note(room)

    async def person(self, body: Json) -> None:
        """Something about a person has changed; who was deactivated in their own workspace is forgotten.

        Slack tells of each change of a profile; only deactivation is final. In an organisation a person may
        leave one workspace and stay in others, and is then kept.
        """
        user = body["event"].get("user") or {}
        user_id = str(user.get("id") or "")
        self._slack.people.forget(installed(body), user_id)
        elsewhere = {*((user.get("enterprise_user") or {}).get("teams") or ())} - {user.get("team_id")}
        at_home = user.get("team_id") in {body.get("team_id"), None}
        if user_id and user.get("deleted") is True and at_home and not elsewhere:
            await self._slack.party.forget(Member("slack", user_id, ""))


def installed(body: Json) -> str:
    """The id of what the bot was installed in, as an event says it: a workspace, or a whole organisation."""
    enterprise, team = body.get("enterprise_id"), body.get("team_id")
    return str((enterprise if _is_whole(body) else team) or team or enterprise or "")


def _is_whole(body: Json) -> bool:
    return any(each.get("is_enterprise_install") for each in body.get("authorizations") or [])


def _channel(event: Json) -> str:
    channel = event.get("channel")
    return str(channel.get("id") if isinstance(channel, dict) else channel or "")
