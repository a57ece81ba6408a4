"""The live card in Slack, and what plays in a thread under it: see `bot.doors.card`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.doors.card import Gone, Later, LiveCards
from bot.party.errors import NotHere, TooFast, marked
from bot.party.words import Party, Room
from bot.slack.asked import NOT_THERE, Slack, reason
from bot.slack.blocks import party_card, sections

POST_EVERY_S = 1.0
"""Slack takes about one message a second in a channel (docs, "Rate limits")."""
RETRY_S = 10.0
"""How long a card rests when Slack could not take it."""
GONE = NOT_THERE | {
    "message_not_found",
    "cant_update_message",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "invalid_auth",
    "not_authed",
    "missing_scope",
}


class SlackCards(LiveCards):
    """Keeps the cards of all Slack channels up to date."""

    platform = "slack"

    def __init__(self, slack: Slack) -> None:
        super().__init__(slack.party)
        self._slack = slack
        self._told: dict[Room, int] = {}  # the song that the thread has named last

    @property
    def every_s(self) -> float:
        """How long a card rests between two edits, in seconds."""
        return POST_EVERY_S

    def is_ours(self, room: Room) -> bool:
        """Every room: whichever process hears of a change shows it, and the same edit twice is none."""
        return True

    async def show(self, room: Room) -> None:
        """Posts the card anew at the bottom, showing its first page, once the channel has rested.

        Raises:
            NotHere: the bot may not write there.
            TooFast: Slack takes no more just now.
        """
        async with self.writing(room):
            party = await self.party.insight.now(room, history=0)
            try:
                card = await self.send(room, party, 0)
            except Gone as error:
                raise NotHere from error
            except Later as error:
                raise TooFast from error
            self._pages.pop(room, None)
            await self.take(room, card)

    async def send(self, room: Room, party: Party, page: int) -> str:
        """Posts a card."""
        client = await self._client(room)
        reply = self._slack.words(party.rules.language or "en")
        with _told():
            sent = await client.chat_postMessage(
                channel=room.channel,
                text=reply.aloud(party),
                blocks=party_card(party, reply, page),
                unfurl_links=False,
                unfurl_media=False,
            )
        self._told[room] = party.playing.id if party.playing else 0
        return str(sent["ts"])

    async def edit(self, room: Room, card: str, party: Party, page: int) -> None:
        """Shows the party in a card that is there; a new song is named in the thread under it."""
        client = await self._slack.client(None, room.workspace)
        if client is None:  # its organisation may have to ask first, after a restart
            return
        reply = self._slack.words(party.rules.language or "en")
        with _told():
            await client.chat_update(
                channel=room.channel, ts=card, text=reply.aloud(party), blocks=party_card(party, reply, page)
            )
        playing = party.playing
        if playing is None or self._told.setdefault(room, playing.id) == playing.id:
            return
        self._told[room] = playing.id
        await asyncio.sleep(POST_EVERY_S)
        name = reply.say(marked("Now playing: {song}"), song=reply.line(playing))
        with _told():
            await client.chat_postMessage(
                channel=room.channel, thread_ts=card, text=name, unfurl_links=False, unfurl_media=False
            )

    async def post(self, room: Room, text: str) -> None:
        """Posts a text into a channel once it has rested.

        Raises:
            Gone, Later: it could not be.
        """
        async with self.writing(room):
            client = await self._client(room)
            with _told():
                await client.chat_postMessage(
                    channel=room.channel,
                    text=text,
                    blocks=sections(text),
                    unfurl_links=False,
                    unfurl_media=False,
                )

    async def delete(self, room: Room, card: str) -> None:
        """Takes a card away."""
        with contextlib.suppress(Gone, Later):
            client = await self._client(room)
            with _told():
                await client.chat_delete(channel=room.channel, ts=card)

    async def _client(self, room: Room) -> AsyncWebClient:
        client = await self._slack.client(None, room.workspace)
        if client is None:
            raise Gone
        return client


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What Slack says of a card, in the words of `bot.doors.card`."""
    try:
        yield
    except SlackApiError as error:
        if reason(error) in GONE:
            raise Gone from error
        headers = getattr(error.response, "headers", None) or {}
        wait = str(headers.get("Retry-After", RETRY_S))
        raise Later(float(wait) if wait.replace(".", "", 1).isdecimal() else RETRY_S) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise Later(RETRY_S) from error
