"""The state of the fake Discord, and what becomes of messages."""

from __future__ import annotations

import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from . import discord_payloads as payloads
from . import discord_places as places
from .discord_limits import check_message
from .discord_model import (
    FakeChannel,
    FakeGuild,
    FakeMember,
    FakeMessage,
    FakeRole,
    FakeUser,
    Flag,
    Interaction,
    Json,
    RestRequest,
    Timing,
)
from .discord_people import EVERYONE, ChannelKind
from .discord_schemas import Schemas
from .discord_session import SessionStarts

_EPOCH_MS = 1_420_070_400_000
_DAY_MS = 86_400_000
_DEFAULT, _REPLY = 0, 19
MESSAGE_CONTENT = 1 << 15


class State:
    """Everything that is there, and the messages that come, change and go."""

    def __init__(self, token: str, timing: Timing, specs: Path | None, allowed_intents: int) -> None:
        """Start with a bot account and nothing else."""
        self.token = token
        self.timing = timing
        self.schemas = Schemas(specs)
        self.readable = bool(allowed_intents & MESSAGE_CONTENT)
        self._last_id = 0
        self._older = itertools.count(1)
        self._born_ms = time.time_ns() // 1_000_000 - _EPOCH_MS
        self.owner = FakeUser(self.snowflake(), "Owner")
        self.bot = FakeUser(self.snowflake(), "Encore", bot=True)
        self.users: dict[str, FakeUser] = {}
        self.closed: set[str] = set()  # the ids of those who take no private messages
        self.guilds: dict[str, FakeGuild] = {}
        self.down: set[str] = set()  # the ids of guilds that are unavailable
        self.channels: dict[str, FakeChannel] = {}
        self.channels_of: defaultdict[str, list[FakeChannel]] = defaultdict(list)
        self.roles_of: defaultdict[str, list[FakeRole]] = defaultdict(list)
        self.members_of: defaultdict[str, dict[str, FakeMember]] = defaultdict(dict)
        self.voice_of: defaultdict[str, dict[str, FakeChannel]] = defaultdict(dict)
        self.messages: dict[str, FakeMessage] = {}
        self.interactions: dict[str, Interaction] = {}
        self.waiting: set[Interaction] = set()
        self.commands: dict[str | None, list[Json]] = {}
        self.messages_in: defaultdict[str, list[FakeMessage]] = defaultdict(list)
        self.starts = SessionStarts()
        self.application: Json = {}  # what the application's pages say otherwise
        self.remember = True
        self.requests: list[RestRequest] = []
        self.violations: list[str] = []
        self.announce: Callable[[str, Any], None] = _to_nobody
        self.announce_message: Callable[[str, FakeMessage], None] = _to_nobody

    def snowflake(self) -> str:
        """A new id that tells the time, as Discord's do; later ones are higher."""
        now_ms = time.time_ns() // 1_000_000 - _EPOCH_MS
        self._last_id = max(self._last_id + 1, now_ms << 22)
        return str(self._last_id)

    def guild_snowflake(self, days: int = 0) -> str:
        """An id that tells another millisecond for each guild, so that they spread over the shards."""
        return str((self._born_ms - days * _DAY_MS - next(self._older)) << 22)

    def report(self, breaches: Iterable[str]) -> None:
        """Keep breaches of the schemas for the test to see."""
        self.violations += breaches

    # Places between people

    def dm(self, user: FakeUser) -> FakeChannel:
        """Where somebody and the bot write to each other."""
        return self.between(ChannelKind.DM, f"DM {user.name}", user, self.bot)

    def between(self, kind: ChannelKind, name: str, *people: FakeUser) -> FakeChannel:
        """A place between people, made if there is none."""
        known = (it for it in self.channels.values() if it.home is None and it.name == name)
        channel = next(known, None)
        if channel is None:
            channel = FakeChannel(self.snowflake(), name, None, EVERYONE, kind, people)
            self.channels[channel.id] = channel
        return channel

    # Messages

    def send(self, channel: FakeChannel, body: Json) -> FakeMessage:
        """A message that the bot posts in a channel."""
        check_message(body, None)
        # A message in a channel cannot be for one member only.
        flags = (body.get("flags") or 0) & ~Flag.EPHEMERAL
        return self._add(channel, body, _DEFAULT, flags, None, None)

    def say(
        self, member: FakeMember, channel: FakeChannel, text: str, attachments: Sequence[Json] = ()
    ) -> FakeMessage:
        """A message that a person posts in a channel."""
        message = FakeMessage(self.snowflake(), channel, _DEFAULT, now(), member, text)
        message.attachments = list(attachments)
        return self._keep(message)

    def _add(
        self,
        channel: FakeChannel,
        body: Json,
        kind: int,
        flags: int,
        interaction: Interaction | None,
        before: FakeMessage | None,
    ) -> FakeMessage:
        message = FakeMessage(self.snowflake(), channel, kind, now(), flags=flags, interaction=interaction)
        message.replies_to = before
        self._write(message, body)
        if interaction is not None:
            interaction.messages.append(message)
        return self._keep(message)

    def _keep(self, message: FakeMessage) -> FakeMessage:
        if message.channel.archived and not message.ephemeral:
            self.open_again(message.channel)
        self.messages[message.id] = message
        self.messages_in[message.channel.id].append(message)
        self._announce("MESSAGE_CREATE", message)
        return message

    def open_again(self, thread: FakeChannel) -> None:
        """Take a thread out of the archive, as a message in it does (docs, "Threads")."""
        thread.archived = False
        self.announce("THREAD_UPDATE", places.channel(thread))

    def edit(self, message: FakeMessage, body: Json, *, by: Interaction | None) -> FakeMessage:
        """Change what the body names, and complete a deferral."""
        check_message(body, message)
        changeable = Flag.SUPPRESS_EMBEDS | Flag.COMPONENTS_V2
        flags = (message.flags & ~Flag.LOADING) | ((body.get("flags") or 0) & changeable)
        message.flags = int(flags)
        self._write(message, body)
        message.edited = now()
        self._touch(message, by)
        self._announce("MESSAGE_UPDATE", message)
        return message

    def delete(self, message: FakeMessage, *, by: Interaction | None) -> None:
        """Take the message away."""
        message.deleted = True
        self._touch(message, by)
        self._announce("MESSAGE_DELETE", message)

    def _write(self, message: FakeMessage, body: Json) -> None:
        if "content" in body:
            message.content = body["content"] or ""
        if "attachments" in body:
            message.attachments = [self._attachment(message, file) for file in body["attachments"] or []]
            names = {it["filename"] for it in message.attachments}
            message.files = {name: it for name, it in message.files.items() if name in names}
        if "embeds" in body:
            message.embeds = [payloads.shown_embed(embed) for embed in body["embeds"] or []]
        if "components" in body:
            message.components = payloads.numbered(body["components"] or [])
        if "allowed_mentions" in body:
            message.allowed_mentions = body["allowed_mentions"]

    def _attachment(self, message: FakeMessage, file: Json) -> Json:
        kept = next((it for it in message.attachments if it["id"] == str(file.get("id"))), None)
        if kept is not None:
            return kept
        own_id, name = self.snowflake(), file.get("filename") or "file"
        content = file.get("content", b"")
        message.files[name] = content
        url = f"http://127.0.0.1/attachments/{own_id}/{name}"
        size = len(content)
        return {"id": own_id, "filename": name, "size": size, "url": url, "proxy_url": url}

    def _touch(self, message: FakeMessage, by: Interaction | None) -> None:
        if by is not None:
            by.touched.add(message.id)
            by.touch()
            return
        # A change through the channel belongs to no click, so it may be the answer to any.
        message.outside_changes += 1
        for interaction in self.waiting:
            if message in (interaction.source, interaction.original):
                interaction.touch()

    def _announce(self, event: str, message: FakeMessage) -> None:
        place = message.channel
        if not message.ephemeral and place.has_bot and place.seen_by_bot:
            self.announce_message(event, message)


def _to_nobody(event: str, data: object) -> None:
    """Stand in for the gateway until there is one."""


def now(days_ago: int = 0) -> str:
    """The time as Discord writes it, or that of so many days ago."""
    return (datetime.now(UTC) - timedelta(days=days_ago)).isoformat()
