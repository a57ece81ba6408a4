"""What happens by itself, told to a channel in words, or to one member in a direct message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine

from slack_sdk.errors import SlackApiError

from bot.doors.card import Gone
from bot.party.errors import PartyError
from bot.party.words import Member, Room
from bot.slack.asked import Slack
from bot.slack.blocks import Json, night_card, sections
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
        slack.party.notices.on_night(self.tell)
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
        self._begin(room, self._say(room, error))

    def tell(self, room: Room, secret: str) -> None:
        """Has a channel shown what its party was, if it wants to be and its page can be reached."""
        self._begin(room, self._tell(room, secret))

    def _begin(self, room: Room, work: Coroutine[None, None, None]) -> None:
        if self._closed or room.platform != "slack":
            work.close()
            return
        task = asyncio.create_task(self._kindly(room, work), name=f"news {room.channel}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _kindly(self, room: Room, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Gone:
            log.info("Could not post the news to %s.", room)
        except Exception:
            log.exception("Could not post the news to %s.", room)

    async def _say(self, room: Room, error: PartyError) -> None:
        rules = await self._slack.party.settings.rules(room)
        await self._post(room, self._slack.words(rules.language or "en").error(error))

    async def _tell(self, room: Room, secret: str) -> None:
        party = self._slack.party
        rules, url = await party.settings.rules(room), party.nights.url(secret)
        if not (rules.night and url):
            return
        night = await party.nights.read(secret)
        if night.is_news(party.now_ms()):
            words = self._slack.words(rules.language or "en")
            await self._post(room, "\n".join(words.night(night)), night_card(night, words, url))

    async def _post(self, room: Room, text: str, blocks: list[Json] | None = None) -> None:
        for _ in range(TRIES):
            try:
                await self._cards.post(room, text, blocks)
            except Refused as refused:
                if refused.fate is Fate.OFF:
                    return
                await asyncio.sleep(refused.seconds or RETRY_S)
            else:
                return

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
