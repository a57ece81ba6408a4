"""What the fake Discord remembers of messages and interactions."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any

from tests.patience import PATIENCE_S

from .discord_parts import FakeButton, FakeMenu, FakeModal, buttons, embed_texts, menus, texts
from .discord_people import (
    ADMINISTRATOR,
    EVERYONE,
    SEND_MESSAGES,
    VIEW_CHANNEL,
    FakeChannel,
    FakeGuild,
    FakeMember,
    FakeRole,
    FakeUser,
    Json,
)

__all__ = [
    "ADMINISTRATOR",
    "EVERYONE",
    "SEND_MESSAGES",
    "STRICT",
    "VIEW_CHANNEL",
    "Callback",
    "FakeButton",
    "FakeChannel",
    "FakeGuild",
    "FakeMember",
    "FakeMenu",
    "FakeMessage",
    "FakeModal",
    "FakeRole",
    "FakeUser",
    "Flag",
    "Interaction",
    "Json",
    "Kind",
    "Reply",
    "RestRequest",
    "Timing",
    "embed_texts",
]


class Kind(IntEnum):
    """The interaction types that the fake sends."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    SUBMIT = 5


class Callback(IntEnum):
    """The interaction callback types that the fake understands."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


class Flag(IntFlag):
    """The message flags that change what the fake does."""

    SUPPRESS_EMBEDS = 1 << 2
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SILENT = 1 << 12
    COMPONENTS_V2 = 1 << 15


@dataclass(frozen=True)
class Timing:
    """How long the fake waits for what, in seconds.

    It is more patient than Discord unless told otherwise, so that a busy machine fails no test.
    """

    acknowledge_s: float = PATIENCE_S
    token_s: float = 900.0
    old_s: float = 3600.0
    old_edits_s: float = 6.0
    settle_s: float = 0.05
    unchanged_s: float = 0.5
    timeout_s: float = PATIENCE_S


STRICT = Timing(acknowledge_s=3.0)
"""As Discord has it."""


@dataclass(eq=False)
class FakeMessage:
    """A message and its present state; edits and deletion change the object in place."""

    id: str
    channel: FakeChannel
    kind: int
    created: str
    author: FakeMember | None = None  # the bot
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    flags: int = 0
    allowed_mentions: Json | None = None
    edited: str | None = None
    deleted: bool = False
    interaction: Interaction | None = field(default=None, repr=False)
    replies_to: FakeMessage | None = field(default=None, repr=False)
    outside_changes: int = 0  # those that belong to no interaction

    @property
    def ephemeral(self) -> bool:
        """Whether only the member who interacted sees the message."""
        return bool(self.flags & Flag.EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether this is still the "thinking" placeholder of a deferral."""
        return bool(self.flags & Flag.LOADING)

    @property
    def buttons(self) -> list[FakeButton]:
        """All buttons of the message, row after row."""
        return buttons(self.components)

    @property
    def menus(self) -> list[FakeMenu]:
        """All select menus of the message, from top to bottom."""
        return menus(self.components)

    @property
    def text(self) -> str:
        """The content, text displays and embed texts, joined by line breaks."""
        told = [text for embed in self.embeds for text in embed_texts(embed)]
        return "\n".join(part for part in (self.content, *texts(self.components), *told) if part)


@dataclass(eq=False)
class Interaction:
    """One interaction from its dispatch to its last follow-up."""

    id: str
    token: str
    kind: Kind
    label: str
    member: FakeMember
    channel: FakeChannel
    source: FakeMessage | None = None
    payload: Json = field(default_factory=dict, repr=False)
    created: float = field(default_factory=time.monotonic)
    callback: Callback | None = None
    acknowledged: float | None = None
    ephemeral: bool = False
    original: FakeMessage | None = None
    modal: FakeModal | None = None
    target: FakeMessage | FakeMember | None = None
    by_user_install: bool = False
    opener: Interaction | None = field(default=None, repr=False)
    touched: set[str] = field(default_factory=set, repr=False)
    seen_changes: dict[str, int] = field(default_factory=dict, repr=False)
    messages: list[FakeMessage] = field(default_factory=list)
    choices: list[Json] | None = None
    open_requests: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def touch(self) -> None:
        """Note that something happened, so that the quiet before the answer starts anew."""
        self.changed.set()

    @property
    def owners(self) -> Json:
        """For whom the bot was installed: a guild by 0 (0 in a bot's DM), a person by 1."""
        if self.by_user_install:
            return {"1": self.member.id}
        return {"0": self.channel.home.id if self.channel.home is not None else "0"}

    def watch(self, message: FakeMessage) -> None:
        """Count changes of the message from now on."""
        self.seen_changes.setdefault(message.id, message.outside_changes)

    def has_changed(self, message: FakeMessage | None) -> bool:
        """Whether a watched message was edited or deleted, by this interaction or by none."""
        if message is None:
            return False
        seen = self.seen_changes.get(message.id, message.outside_changes)
        return message.id in self.touched or message.outside_changes > seen

    @property
    def source_touched(self) -> bool:
        """Whether the clicked message changed since."""
        return self.has_changed(self.source)

    @property
    def age(self) -> float:
        """Seconds since the interaction was sent to the bot."""
        return time.monotonic() - self.created

    @property
    def visible(self) -> list[FakeMessage]:
        """The new messages that a member can see as a result."""
        return [shown for shown in self.messages if not shown.deleted and not shown.loading]

    @property
    def answered(self) -> bool:
        """Whether a member was shown something new, though it may have been deleted since."""
        return any(not shown.loading for shown in self.messages)

    @property
    def awaits_first_follow_up(self) -> bool:
        """Whether the next follow-up takes the place of the deferral."""
        return self.callback is Callback.DEFERRED_MESSAGE and not self.has_changed(self.original)

    def quiet_s(self, timing: Timing) -> float | None:
        """Seconds of quiet after which the answer counts as complete, None while there is none."""
        if self.choices is not None:
            return 0.0
        if self.open_requests or self.callback is None:
            return None
        if self.answered or self.source_touched or self.modal is not None:
            return timing.settle_s
        return timing.unchanged_s if self.callback is Callback.DEFERRED_UPDATE else None


class Reply:
    """A live view of what an interaction led to."""

    def __init__(self, interaction: Interaction) -> None:
        """Watch this interaction."""
        self.interaction = interaction

    @property
    def interaction_id(self) -> str:
        """The id, for a second delivery of the same interaction."""
        return self.interaction.id

    @property
    def messages(self) -> list[FakeMessage]:
        """The new messages that are visible now, oldest first."""
        return self.interaction.visible

    @property
    def text(self) -> str:
        """All texts of all visible messages, joined by line breaks."""
        return "\n".join(message.text for message in self.messages)

    @property
    def modal(self) -> FakeModal | None:
        """The form that was opened, if one was."""
        return self.interaction.modal

    @property
    def acknowledged_ms(self) -> float | None:
        """Milliseconds from dispatch to acknowledgement, or None before it."""
        if self.interaction.acknowledged is None:
            return None
        return (self.interaction.acknowledged - self.interaction.created) * 1000

    @property
    def deferred(self) -> bool:
        """Whether the acknowledgement was a deferral."""
        return self.interaction.callback in (Callback.DEFERRED_MESSAGE, Callback.DEFERRED_UPDATE)

    @property
    def updated(self) -> bool:
        """Whether the clicked message was edited or deleted in answer."""
        return self.interaction.source_touched


@dataclass(frozen=True)
class RestRequest:
    """One request that the bot made, with the answer it got."""

    method: str
    path: str
    query: dict[str, str]
    json: Any
    status: int
    answer: Any

    def __str__(self) -> str:
        """Describe the request in one line, with the answer where it was refused."""
        refused = f" {self.answer}" if self.status >= 400 else ""
        return f"{self.method} {self.path} {self.json} -> {self.status}{refused}"
