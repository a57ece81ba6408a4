"""One request from Slack: who asks where, in which language, and how it is answered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.doors.ask import Ask, Door
from bot.party.errors import (
    ManagersOnly,
    ModeratorsOnly,
    NoGuests,
    NoSuchPerson,
    NotHere,
    NotYours,
    PartyError,
    ServersOnly,
    marked,
)
from bot.party.shares import counted
from bot.party.words import Member, Room, Rules
from bot.service import PartyService
from bot.slack.blocks import Json, section, sections
from bot.slack.client import Client, Gate
from bot.slack.people import People
from bot.slack.refusals import meaning, told
from bot.slack.renewal import quiet
from bot.slack.text import words
from bot.wording.replies import Replies

log = logging.getLogger(__name__)

Result = TypeVar("Result")

SOON_S = 1.5
"""What takes longer than this says that it goes on."""
WITH_SPOTIFY = marked("One moment, I'm talking to Spotify.")
TIMEOUT_S = 30.0
"""How long Slack may take for an answer."""
MOST_USES = 4
"""So often a request is answered through its own address; Slack allows five times."""
MOST_GATES = 5_000
"""So many workspaces' limits are remembered."""


class Tokens(Protocol):
    """The tokens of the workspaces that have installed the bot."""

    async def bot_token(self, enterprise_id: str | None, team_id: str | None) -> str | None:
        """The token of one; None if it has not."""

    async def async_delete_all(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forgets the tokens of one."""

    async def reseal(self) -> int:
        """Seals what is kept with the newest key; says how many."""

    async def close(self) -> None:
        """Ends what goes on in the background."""


@dataclass(slots=True)
class Slack:
    """What every request needs: the party, the workspaces' tokens, who people are, and where Slack is.

    Between `open` and `close` all share the connections to Slack; else each makes its own.
    """

    party: PartyService
    tokens: Tokens
    base_url: str
    people: People = field(default_factory=People)
    session: aiohttp.ClientSession | None = None
    prefix: str = ""  # what stood in front of the last command whose name was typed
    only: str = ""  # the one command that the app has, if it has no other
    gates: OrderedDict[str, Gate] = field(default_factory=OrderedDict)  # by workspace

    def words(self, locale: str) -> Replies:
        """The replies in a language, which name commands as they are typed here."""
        return words(locale, self.prefix, self.only)

    def open(self) -> None:
        """Keeps connections from now on, so that not every answer begins with a handshake."""
        self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))

    async def close(self) -> None:
        """Closes the connections."""
        if self.session is not None:
            await self.session.close()

    async def client(self, enterprise: str | None, team: str | None) -> Client | None:
        """A client for one workspace; None where the bot is not installed."""
        token = await self.tokens.bot_token(enterprise, team)
        if not token:
            return None
        return Client(self.gate(team or enterprise or ""), token, self.base_url, self.session, quiet)

    def gate(self, workspace: str) -> Gate:
        """What a workspace lets us ask now."""
        gate = self.gates.setdefault(workspace, Gate(workspace))
        self.gates.move_to_end(workspace)
        if len(self.gates) > MOST_GATES:
            self.gates.popitem(last=False)
        return gate


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request comes from, as its payload says."""

    enterprise: str | None
    team: str
    channel: str
    user: str
    name: str
    key: str  # the same for every delivery of one request
    response_url: str = ""
    trigger: str = ""  # what may open a form, for three seconds
    title: str = ""  # what the channel is called, if that is known
    thread: str = ""  # the thread in which it was asked, for who asked there by name


UNSURE = (NoGuests, ManagersOnly, ModeratorsOnly, NotYours)
"""What is told of rights, which nobody knows of whom Slack does not tell."""


class Asked:
    """One request, and its answers."""

    def __init__(self, slack: Slack, place: Place) -> None:
        self.slack = slack
        self.party = slack.party
        self.place = place
        self.room = Room("slack", place.team, place.channel if self.in_channel else "")
        self.key = place.key
        self.client: Client | None = None
        self.member = Member("slack", place.user, place.name)
        self.rules = Rules()
        self.own = self.replies = slack.words("en")
        self._uses = 0
        self._told: set[type[PartyError]] = set()
        self._unknown: PartyError | None = None  # why nobody knows who asks

    @property
    def in_channel(self) -> bool:
        """Whether a party can be where this comes from."""
        return bool(self.place.channel) and not self.place.channel.startswith("D")

    async def look(self, *, anywhere: bool = False) -> None:
        """Finds out who asks and what the room has chosen.

        Args:
            anywhere: whether there need be no channel.

        Raises:
            ServersOnly: there is no channel.
            NoGuests: the room wants none, or a bot asked.
        """
        self.client = await self.slack.client(self.place.enterprise, self.place.team)
        person = await self.slack.people.person(
            self.client, self.place.team, self.place.user, self.place.name
        )
        self.member, self._unknown = person.member, person.unknown
        self.own = self.slack.words(person.locale)
        if self.in_channel:
            self.rules = await self.party.settings.rules(self.room)
            self.replies = self.slack.words(self.rules.language or "en")
        elif not anywhere:
            raise ServersOnly
        if person.bot or (person.outside and not self.rules.guests):
            raise NoGuests

    async def someone(self, user: str, name: str) -> Member:
        """A person who was mentioned, with what they may do.

        Raises:
            NoSuchPerson: it is a bot.
            PartyError: Slack does not say who it is, and so not what they may do.
        """
        person = await self.slack.people.person(self.client, self.place.team, user, name)
        if person.unknown is not None:
            raise person.unknown
        if person.bot:
            raise NoSuchPerson
        return person.member

    def ask(self, *, alone: bool) -> Ask:
        """The request as handlers take it; `alone`: nobody but the asker sees the answer."""
        return Ask(
            door=Door.SLACK,
            party=self.party,
            room=self.room,
            member=self.member,
            key=self.key,
            rules=self.rules,
            words=self.own if alone else self.replies,
            own=self.own,
            title=self.place.title,
        )

    async def patiently(self, work: Awaitable[Result], told: str = WITH_SPOTIFY) -> Result:
        """Waits for what may take long; if it does, the asker is told that it goes on."""
        task = asyncio.ensure_future(counted(work))
        await asyncio.wait({task}, timeout=SOON_S)
        if not task.done():
            with contextlib.suppress(SlackApiError, aiohttp.ClientError, OSError, TimeoutError):
                await self.tell(self.own.say(told))
        return await task

    async def tell(self, text: str, blocks: list[Json] | None = None) -> None:
        """Answers the asker alone, by a direct message where the bot may not write."""
        shown = blocks or sections(text)
        if await self._respond(text, shown, response_type="ephemeral") or self.client is None:
            return
        if self.place.channel:
            try:
                await self.client.chat_postEphemeral(
                    channel=self.place.channel,
                    user=self.place.user,
                    text=text,
                    blocks=shown,
                    thread_ts=self.place.thread or None,
                )
            except SlackApiError as error:
                if not meaning(error).here:
                    raise
            else:
                return
        await self.client.chat_postMessage(channel=await self.direct(), text=text, blocks=shown)

    async def direct(self) -> str:
        """The id of the bot's direct messages with the asker.

        Raises:
            NotHere: there can be none.
        """
        if self.client is None:
            raise NotHere
        opened = await self.client.conversations_open(users=self.place.user)
        return str(opened["channel"]["id"])

    async def say(self, text: str, blocks: list[Json] | None = None, *, quiet: bool = False) -> None:
        """Answers the whole channel, or the asker alone where that is wanted, or nobody else can be told."""
        shown = blocks or sections(text)
        if quiet:
            await self.tell(text, shown)
        elif not await self._respond(text, shown, response_type="in_channel"):
            try:
                await self._post(text, shown)
            except PartyError as error:
                why = [] if self._knows(error) else [self.own.error(error)]
                await self.tell("\n\n".join([text, *why]), [*shown, *map(section, why)])

    async def _post(self, text: str, blocks: list[Json]) -> None:
        """Posts into the channel.

        Raises:
            PartyError: Slack does not take it.
        """
        if self.client is None:
            raise NotHere
        try:
            await self.client.chat_postMessage(
                channel=self.place.channel,
                text=text,
                blocks=blocks,
                unfurl_links=False,
                unfurl_media=False,
                thread_ts=self.place.thread or None,
            )
        except SlackApiError as error:
            raise told(error) from error

    async def replace(self, text: str, blocks: list[Json]) -> None:
        """Shows the message that was clicked anew."""
        await self._respond(text, blocks, replace_original=True)

    async def _respond(self, text: str, blocks: list[Json], **how: Any) -> bool:
        """Answers at the address that came with the request, good for half an hour and a few times."""
        if not self.place.response_url or self._uses >= MOST_USES:
            return False
        self._uses += 1
        hook = AsyncWebhookClient(self.place.response_url, session=self.slack.session)
        try:
            sent = await hook.send(text=text, blocks=blocks, unfurl_links=False, unfurl_media=False, **how)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False
        return sent.status_code == HTTPStatus.OK

    async def warn(self, error: PartyError) -> None:
        """Tells the asker alone why the party has no live card, though it goes on."""
        if self._knows(error):
            return
        told = self.own.say(marked("The party goes on, but I can't show its card in this channel."))
        with contextlib.suppress(SlackApiError, PartyError):  # where it was refused it is logged
            await self.tell(f"{told} {self.own.error(error)}")

    def _knows(self, error: PartyError) -> bool:
        """Whether the asker was told of such a refusal; from now on they were."""
        known = type(error) in self._told
        self._told.add(type(error))
        return known

    async def explain(self, error: Exception) -> None:
        """Answers a failed request in private: in the error's own words, or with an apology and a number."""
        if isinstance(error, SlackApiError):
            error = told(error)
        if isinstance(error, UNSURE) and self._unknown is not None:
            error = self._unknown
        try:
            await self.tell(self.own.failure(error))
        except SlackApiError:  # which is logged where it was refused
            log.warning("Could not tell a member in %s: %s", self.room, type(error).__name__)
