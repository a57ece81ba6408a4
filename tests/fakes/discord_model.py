"""What the fake Discord remembers: people, places, messages and interactions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any

Json = dict[str, Any]

VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
ADMINISTRATOR = 1 << 3
# View, send, embed, attach, read history, use external emoji, connect, speak, slash commands.
EVERYONE = sum(1 << bit for bit in (10, 11, 14, 15, 16, 18, 20, 21, 31))

BUTTON = 2
TEXT_DISPLAY = 10


class Kind(IntEnum):
    """The interaction types that the fake sends."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4


class Callback(IntEnum):
    """The interaction callback types that the fake understands."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8


class Flag(IntFlag):
    """The message flags that change what the fake does."""

    SUPPRESS_EMBEDS = 1 << 2
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SILENT = 1 << 12
    COMPONENTS_V2 = 1 << 15


@dataclass(frozen=True)
class Timing:
    """How long the fake waits for what, in seconds."""

    acknowledge_s: float = 3.0
    token_s: float = 900.0
    settle_s: float = 0.05
    unchanged_s: float = 0.5
    timeout_s: float = 5.0


@dataclass(frozen=True)
class FakeUser:
    """An account: a person or the bot itself."""

    id: str
    name: str
    bot: bool = False


@dataclass(frozen=True)
class FakeGuild:
    """A server that the bot is in."""

    id: str
    name: str
    owner_id: str
    bot_role_id: str
    created: str
    locale: str = "en-US"


@dataclass(frozen=True)
class FakeChannel:
    """A text channel; `app_permissions` is what the bot may do in it."""

    id: str
    name: str
    guild: FakeGuild
    app_permissions: int = EVERYONE


@dataclass(frozen=True)
class FakeMember:
    """A person in a guild, with the permissions that interactions will carry."""

    user: FakeUser
    guild: FakeGuild
    permissions: int = EVERYONE
    locale: str = "en-US"

    @property
    def id(self) -> str:
        """The user's id, as Discord sends it."""
        return self.user.id

    @property
    def name(self) -> str:
        """The user's name."""
        return self.user.name

    @property
    def mention(self) -> str:
        """What mentions this person in a message."""
        return f"<@{self.id}>"

    def may(self, permissions: int) -> bool:
        """Whether the member holds all of these permissions."""
        return bool(self.permissions & ADMINISTRATOR) or not permissions & ~self.permissions


@dataclass(frozen=True)
class FakeButton:
    """A button as a member sees it."""

    custom_id: str | None
    label: str
    disabled: bool
    style: int
    emoji: str | None
    url: str | None


def walk(components: Iterable[Json]) -> Iterator[Json]:
    """Every component, with those inside rows, sections and containers."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        if accessory := component.get("accessory"):
            yield accessory


def _button(component: Json) -> FakeButton:
    emoji = component.get("emoji") or {}
    return FakeButton(
        custom_id=component.get("custom_id"),
        label=component.get("label") or "",
        disabled=bool(component.get("disabled")),
        style=component["style"],
        emoji=emoji.get("name"),
        url=component.get("url"),
    )


def embed_texts(embed: Json) -> Iterator[str]:
    """The texts of an embed, in the order in which they are read."""
    yield (embed.get("author") or {}).get("name") or ""
    yield embed.get("title") or ""
    yield embed.get("description") or ""
    for entry in embed.get("fields") or []:
        yield entry.get("name") or ""
        yield entry.get("value") or ""
    yield (embed.get("footer") or {}).get("text") or ""


@dataclass(eq=False)
class FakeMessage:
    """A message and its present state; edits and deletion change the object in place."""

    id: str
    channel: FakeChannel
    kind: int
    created: str
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    flags: int = 0
    allowed_mentions: Json | None = None
    edited: str | None = None
    deleted: bool = False
    interaction: Interaction | None = field(default=None, repr=False)
    replies_to: FakeMessage | None = field(default=None, repr=False)

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
        return [_button(part) for part in walk(self.components) if part["type"] == BUTTON]

    @property
    def text(self) -> str:
        """The content, text displays and embed texts, joined by line breaks."""
        shown = [part["content"] for part in walk(self.components) if part["type"] == TEXT_DISPLAY]
        told = [text for embed in self.embeds for text in embed_texts(embed)]
        return "\n".join(part for part in (self.content, *shown, *told) if part)


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
    original_touched: bool = False
    source_touched: bool = False
    messages: list[FakeMessage] = field(default_factory=list)
    choices: list[Json] | None = None
    open_requests: int = 0
    last_activity: float = field(default_factory=time.monotonic)
    changed: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def touch(self) -> None:
        """Note that something happened, so that the quiet before the answer starts anew."""
        self.last_activity = time.monotonic()
        self.changed.set()

    @property
    def age(self) -> float:
        """Seconds since the interaction was sent to the bot."""
        return time.monotonic() - self.created

    @property
    def visible(self) -> list[FakeMessage]:
        """The new messages that a member can see as a result."""
        return [shown for shown in self.messages if not shown.deleted and not shown.loading]

    @property
    def awaits_first_follow_up(self) -> bool:
        """Whether the next follow-up takes the place of the deferral."""
        return self.callback is Callback.DEFERRED_MESSAGE and not self.original_touched

    def quiet_left(self, timing: Timing) -> float | None:
        """Seconds of quiet still needed, 0 or less when settled, None while unanswered."""
        if self.choices is not None:
            return 0.0
        if self.open_requests or self.callback is None:
            return None
        since = time.monotonic() - self.last_activity
        if self.visible or self.source_touched:
            return timing.settle_s - since
        return timing.unchanged_s - since if self.callback is Callback.DEFERRED_UPDATE else None


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
