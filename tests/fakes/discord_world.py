"""What interactions and commands do to the state of the fake Discord."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any

from . import discord_payloads as payloads
from .discord_command_limits import check_commands
from .discord_errors import (
    ALREADY_ACKNOWLEDGED,
    INVALID_WEBHOOK_TOKEN,
    UNKNOWN_CHANNEL,
    UNKNOWN_INTERACTION,
    UNKNOWN_MESSAGE,
    UNKNOWN_WEBHOOK,
    ApiError,
    FormErrors,
)
from .discord_layout import check_modal
from .discord_limits import check_choices, check_message
from .discord_model import (
    Callback,
    FakeChannel,
    FakeMember,
    FakeMessage,
    FakeModal,
    Flag,
    Interaction,
    Json,
    Kind,
    Timing,
)
from .discord_state import State

_REPLY, _SLASH_ANSWER, _MENU_ANSWER = 19, 20, 23

_CALLBACKS = {
    Kind.COMMAND: {Callback.MESSAGE, Callback.DEFERRED_MESSAGE, Callback.MODAL},
    Kind.COMPONENT: set(Callback) - {Callback.CHOICES},
    Kind.SUBMIT: set(Callback) - {Callback.CHOICES, Callback.MODAL},
    Kind.AUTOCOMPLETE: {Callback.CHOICES},
}


class World(State):
    """Everything that the REST side, the gateway side and the tests share."""

    def __init__(self, token: str, timing: Timing, specs: Path | None, allowed_intents: int = 0) -> None:
        """Start with a bot account and nothing else."""
        super().__init__(token, timing, specs, allowed_intents)
        self._by_token: dict[str, Interaction] = {}

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
        interaction.by_user_install = not channel.has_bot
        self.interactions[own_id] = interaction
        self._by_token[token] = interaction
        if source is not None:
            interaction.watch(source)
        return interaction

    def by_token(self, token: str) -> Interaction | None:
        """The interaction that has this token."""
        return self._by_token.get(token)

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
        if interaction.source is None:
            allowed = allowed - {Callback.UPDATE}
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
        elif callback is Callback.MODAL:
            check_modal(data)
            it.modal = FakeModal(data | {"components": payloads.numbered(data["components"])})
        elif callback is Callback.MESSAGE:
            check_message(data, None, under="data")
            it.original = self._answer(it, data, data.get("flags") or 0)
        elif callback is Callback.DEFERRED_MESSAGE:
            it.ephemeral = bool((data.get("flags") or 0) & Flag.EPHEMERAL)
            it.original = self._answer(it, {}, Flag.LOADING | self._privacy(it))
            it.watch(it.original)
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
        kind = _REPLY
        if it.kind is Kind.COMMAND and it.original is None:
            kind = _SLASH_ANSWER if it.target is None else _MENU_ANSWER
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
        if it.channel.id not in self.channels:
            raise ApiError(*UNKNOWN_CHANNEL)
        if it.awaits_first_follow_up:
            return self.edit(self.original(it), body, by=it)
        return self._answer(it, body, body.get("flags") or 0)

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
