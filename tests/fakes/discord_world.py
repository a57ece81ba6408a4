"""The state of the fake Discord, and what interactions and messages do to it."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import discord_payloads as payloads
from .discord_limits import (
    ALREADY_ACKNOWLEDGED,
    INVALID_WEBHOOK_TOKEN,
    UNKNOWN_INTERACTION,
    UNKNOWN_MESSAGE,
    UNKNOWN_WEBHOOK,
    ApiError,
    FormErrors,
    check_choices,
    check_commands,
    check_message,
)
from .discord_model import (
    Callback,
    FakeChannel,
    FakeGuild,
    FakeMember,
    FakeMessage,
    FakeUser,
    Flag,
    Interaction,
    Json,
    Kind,
    RestRequest,
    Timing,
)
from .discord_schemas import Schemas

_EPOCH_MS = 1_420_070_400_000
_DEFAULT, _REPLY, _SLASH_ANSWER = 0, 19, 20

_CALLBACKS = {
    Kind.COMMAND: {Callback.MESSAGE, Callback.DEFERRED_MESSAGE},
    Kind.COMPONENT: set(Callback) - {Callback.CHOICES},
    Kind.AUTOCOMPLETE: {Callback.CHOICES},
}


class World:
    """Everything that the REST side, the gateway side and the tests share."""

    def __init__(self, token: str, timing: Timing, specs: Path | None) -> None:
        """Start with a bot account and nothing else."""
        self.token = token
        self.timing = timing
        self.schemas = Schemas(specs)
        self._count = itertools.count()
        self.owner = FakeUser(self.snowflake(), "Owner")
        self.bot = FakeUser(self.snowflake(), "Encore", bot=True)
        self.guilds: dict[str, FakeGuild] = {}
        self.channels: dict[str, FakeChannel] = {}
        self.members: dict[tuple[str, str], FakeMember] = {}
        self.messages: dict[str, FakeMessage] = {}
        self.interactions: dict[str, Interaction] = {}
        self.commands: dict[str | None, list[Json]] = {}
        self.requests: list[RestRequest] = []
        self.violations: list[str] = []
        self.announce: Callable[[str, Json], None] = _to_nobody

    def snowflake(self) -> str:
        """A new id that tells the time, as Discord's do."""
        milliseconds = time.time_ns() // 1_000_000 - _EPOCH_MS
        return str((milliseconds << 22) + next(self._count) % 4096)

    def report(self, breaches: Iterable[str]) -> None:
        """Keep breaches of the schemas for the test to see."""
        self.violations += breaches

    # Interactions

    def open(
        self,
        kind: Kind,
        label: str,
        member: FakeMember,
        channel: FakeChannel,
        source: FakeMessage | None = None,
        interaction_id: str | None = None,
    ) -> Interaction:
        """A new interaction, not yet sent."""
        own_id = interaction_id or self.snowflake()
        token = secrets.token_urlsafe(64)
        interaction = Interaction(own_id, token, kind, label, member, channel, source)
        self.interactions[own_id] = interaction
        return interaction

    def by_token(self, token: str) -> Interaction | None:
        """The interaction that has this token."""
        return next((it for it in self.interactions.values() if it.token == token), None)

    def acknowledge(self, interaction_id: str, token: str, body: Json) -> Interaction:
        """Take the one callback that an interaction may have."""
        interaction = self.interactions.get(interaction_id)
        if interaction is None or interaction.token != token:
            raise ApiError(*UNKNOWN_INTERACTION)
        if interaction.callback is not None:
            raise ApiError(*ALREADY_ACKNOWLEDGED)
        if interaction.age > self.timing.acknowledge_s:
            raise ApiError(*UNKNOWN_INTERACTION)
        callback = self._callback(interaction, body)
        self._apply_callback(interaction, callback, body.get("data") or {})
        interaction.acknowledged = time.monotonic()
        return interaction

    def _callback(self, interaction: Interaction, body: Json) -> Callback:
        allowed = _CALLBACKS[interaction.kind]
        if body.get("type") not in allowed:
            errors = FormErrors()
            told = f"Value must be one of {sorted(map(int, allowed))}."
            errors.add(("type",), "BASE_TYPE_CHOICES", told)
            errors.refuse()
        return Callback(body["type"])

    def _apply_callback(self, it: Interaction, callback: Callback, data: Json) -> None:
        if callback is Callback.CHOICES:
            check_choices(data.get("choices") or [])
            it.choices = data.get("choices") or []
        elif callback is Callback.MESSAGE:
            check_message(data, None, under="data")
            it.original = self._answer(it, data, data.get("flags") or 0)
        elif callback is Callback.DEFERRED_MESSAGE:
            it.ephemeral = bool((data.get("flags") or 0) & Flag.EPHEMERAL)
            it.original = self._answer(it, {}, Flag.LOADING | self._privacy(it))
        else:
            self._apply_update(it, callback, data)
        it.callback = callback

    def _apply_update(self, it: Interaction, callback: Callback, data: Json) -> None:
        if it.source is not None and callback is Callback.UPDATE:
            check_message(data, it.source, under="data")
            self.edit(it.source, data, by=it)
        it.original = it.source

    def _privacy(self, interaction: Interaction) -> int:
        return Flag.EPHEMERAL if interaction.ephemeral else 0

    def _answer(self, it: Interaction, body: Json, flags: int) -> FakeMessage:
        kind = _SLASH_ANSWER if it.kind is Kind.COMMAND and it.original is None else _REPLY
        before = it.original if it.original is not None else it.source
        return self._add(it.channel, body, kind, flags, it, before)

    def acknowledged(self, application_id: str, token: str) -> Interaction:
        """The interaction behind a webhook, which exists only from the callback on."""
        interaction = self.by_token(token)
        if interaction is None or application_id != self.bot.id or interaction.callback is None:
            raise ApiError(*UNKNOWN_WEBHOOK)
        if interaction.age > self.timing.token_s:
            raise ApiError(*INVALID_WEBHOOK_TOKEN)
        return interaction

    def original(self, interaction: Interaction) -> FakeMessage:
        """What @original stands for, if it is still there."""
        if interaction.original is None or interaction.original.deleted:
            raise ApiError(*UNKNOWN_MESSAGE)
        return interaction.original

    def webhook_message(self, interaction: Interaction, message_id: str) -> FakeMessage:
        """A message of this interaction by its id, or by @original."""
        if message_id == "@original":
            return self.original(interaction)
        found = self.messages.get(message_id)
        if found is None or found.deleted or found.interaction is not interaction:
            raise ApiError(*UNKNOWN_MESSAGE)
        return found

    def follow_up(self, it: Interaction, body: Json) -> FakeMessage:
        """A further message; the first after a deferral takes the deferral's place."""
        check_message(body, None)
        if it.awaits_first_follow_up:
            return self.edit(self.original(it), body, by=it)
        return self._answer(it, body, body.get("flags") or 0)

    # Messages

    def send(self, channel: FakeChannel, body: Json) -> FakeMessage:
        """A message that the bot posts in a channel."""
        check_message(body, None)
        # A message in a channel cannot be for one member only.
        flags = (body.get("flags") or 0) & ~Flag.EPHEMERAL
        return self._add(channel, body, _DEFAULT, flags, None, None)

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
        self.messages[message.id] = message
        if interaction is not None:
            interaction.messages.append(message)
        self._announce("MESSAGE_CREATE", message)
        return message

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
        if "embeds" in body:
            message.embeds = [payloads.shown_embed(embed) for embed in body["embeds"] or []]
        if "components" in body:
            message.components = payloads.numbered(body["components"] or [])
        if "attachments" in body:
            message.attachments = [self._attachment(file) for file in body["attachments"] or []]
        if "allowed_mentions" in body:
            message.allowed_mentions = body["allowed_mentions"]

    def _attachment(self, file: Json) -> Json:
        own_id, name = self.snowflake(), file.get("filename") or "file"
        url = f"http://127.0.0.1/attachments/{own_id}/{name}"
        size = file.get("size", 0)
        return {"id": own_id, "filename": name, "size": size, "url": url, "proxy_url": url}

    def _touch(self, message: FakeMessage, by: Interaction | None) -> None:
        # An edit through the channel belongs to no click, so it may be the answer to any.
        concerned = [it for it in self.interactions.values() if message in (it.source, it.original)]
        for interaction in concerned if by is None else [by]:
            interaction.original_touched |= interaction.original is message
            interaction.source_touched |= interaction.source is message
            interaction.touch()

    def _announce(self, event: str, message: FakeMessage) -> None:
        if message.ephemeral:
            return
        place = {"channel_id": message.channel.id, "guild_id": message.channel.guild.id}
        gone = {"id": message.id} | place
        shown = payloads.gateway_message(message, self.bot)
        self.announce(event, gone if event == "MESSAGE_DELETE" else shown)

    # Commands

    def register(self, guild_id: str | None, commands: list[Json]) -> list[Json]:
        """Replace all commands of a guild, or all global ones for None."""
        check_commands(commands)
        before = {(it["name"], it["type"]): it["id"] for it in self.commands.get(guild_id, [])}
        registered = [self._command(guild_id, command, before) for command in commands]
        self.commands[guild_id] = registered
        return registered

    def _command(self, guild_id: str | None, command: Json, before: dict[Any, str]) -> Json:
        kind = command.get("type") or 1
        permissions = command.get("default_member_permissions")
        given = {key: value for key, value in command.items() if value is not None}
        own: Json = {
            "id": before.get((command["name"], kind)) or self.snowflake(),
            "application_id": self.bot.id,
            "version": self.snowflake(),
            "type": kind,
            "description": command.get("description") or "",
            "default_member_permissions": None if permissions is None else str(permissions),
        }
        return given | own | ({"guild_id": guild_id} if guild_id else {})


def _to_nobody(event: str, data: Json) -> None:
    """Stand in for the gateway until there is one."""


def now() -> str:
    """The time as Discord writes it."""
    return datetime.now(UTC).isoformat()
