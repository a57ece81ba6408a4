"""What happens by itself, told to a channel in words, or to one member in a direct message."""

from __future__ import annotations

import asyncio
import logging

from slack_sdk.errors import SlackApiError

from bot.doors.card import Gone
from bot.party.errors import PartyError
from bot.party.words import Member, Room
from bot.slack.asked import Slack
from bot.slack.blocks import sections
from bot.slack.card import RETRY_S, Refused, SlackCards
from bot.slack.refusals import Fate

log = logging.getLogger(__name__)

TRIES = 3
"""So often a channel is told something that Slack could not take."""


class News:
    """Tells channels and members what nobody has asked for."""

    def __init__(self, slack: Slack, cards: SlackCards) -> None:
        self._slack, self._cards = slack, cards
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        slack.party.notices.on_news(self.say)
        slack.party.notices.send_by("slack", self.whisper)

    async def close(self) -> None:
        """Tells nothing more."""
        self._closed = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def say(self, room: Room, error: PartyError) -> None:
        """Has a channel told something, in its language and at its pace."""
        if self._closed or room.platform != "slack":
            return
        task = asyncio.create_task(self._say(room, error), name=f"news {room.channel}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _say(self, room: Room, error: PartyError) -> None:
        try:
            rules = await self._slack.party.settings.rules(room)
            text = self._slack.words(rules.language or "en").error(error)
            for _ in range(TRIES):
                try:
                    await self._cards.post(room, text)
                except Refused as refused:
                    if refused.fate is Fate.OFF:
                        return
                    await asyncio.sleep(refused.seconds or RETRY_S)
                else:
                    return
        except Gone:
            log.info("Could not post the news to %s: %s", room, error)
        except Exception:
            log.exception("Could not post the news to %s: %s", room, error)

    async def whisper(self, member: Member, error: PartyError) -> bool:
        """Writes to a member, by the workspace where they were seen last; False if none lets us."""
        if self._closed:
            return False
        rooms = await self._slack.party.insight.rooms_of(member, 0)
        for workspace in dict.fromkeys(room.workspace for room in rooms):
            client = await self._slack.client(None, workspace)
            if client is None:
                continue
            person = await self._slack.people.person(client, workspace, member.user_id, member.name)
            text = self._slack.words(person.locale).error(error)
            try:
                opened = await client.conversations_open(users=member.user_id)
                await client.chat_postMessage(
                    channel=opened["channel"]["id"], text=text, blocks=sections(text)
                )
            except SlackApiError:  # which is logged where it was refused
                continue
            return True
        return False
