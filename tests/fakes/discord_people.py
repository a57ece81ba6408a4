"""Who and where in the fake Discord: accounts, servers, roles, channels and members."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

Json = dict[str, Any]

ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
ATTACH_FILES = 1 << 15
READ_HISTORY = 1 << 16
CONNECT = 1 << 20
SPEAK = 1 << 21
MUTE_MEMBERS = 1 << 22
MOVE_MEMBERS = 1 << 24
SEND_IN_THREADS = 1 << 38
SET_VOICE_STATUS = 1 << 48
# View, send, embed, attach, read history, external emoji, connect, speak, slash commands, send in threads.
EVERYONE = sum(1 << bit for bit in (10, 11, 14, 15, 16, 18, 20, 21, 31, 38))


class Context(IntEnum):
    """Where an interaction happens, as Discord numbers it."""

    GUILD = 0
    BOT_DM = 1
    PRIVATE = 2


class ChannelKind(IntEnum):
    """The channel types that the fake has."""

    TEXT = 0
    DM = 1
    VOICE = 2
    GROUP = 3
    THREAD = 11
    STAGE = 13
    FORUM = 15


@dataclass(frozen=True)
class FakeUser:
    """An account: a person or a bot."""

    id: str
    name: str
    bot: bool = False


@dataclass(frozen=True)
class FakeGuild:
    """A server; without the bot in it only people who installed the bot for themselves use it there."""

    id: str
    name: str
    owner_id: str
    bot_role_id: str
    created: str
    locale: str = "en-US"
    has_bot: bool = True


@dataclass(frozen=True)
class FakeRole:
    """A role that members of a guild can have."""

    id: str
    name: str
    guild: FakeGuild
    permissions: int = EVERYONE
    position: int = 2

    @property
    def mention(self) -> str:
        """What mentions everybody with this role in a message."""
        return f"<@&{self.id}>"


@dataclass(eq=False)
class FakeChannel:
    """A channel, in a guild or between people; `app_permissions` is what the bot may do in it.

    A thread, which a forum post is too, has a parent, and may be archived.
    """

    id: str
    name: str
    home: FakeGuild | None
    app_permissions: int = EVERYONE
    kind: ChannelKind = ChannelKind.TEXT
    people: tuple[FakeUser, ...] = ()
    parent: FakeChannel | None = None
    archived: bool = False
    hidden: bool = False  # from everybody but the bot and who may do everything
    user_limit: int = 0  # so many people fit into a voice channel; 0 for any number

    @property
    def guild(self) -> FakeGuild:
        """The guild that the channel is in; ValueError for one between people."""
        if self.home is None:
            raise ValueError(f"{self.name} is in no guild")
        return self.home

    @property
    def context(self) -> Context:
        """What kind of place this is for an interaction."""
        if self.home is not None:
            return Context.GUILD
        return Context.BOT_DM if any(who.bot for who in self.people) else Context.PRIVATE

    @property
    def seen_by_bot(self) -> bool:
        """Whether the bot may view the channel, or is told of nothing in it.

        In a voice channel that takes Connect too (docs, "Permissions": implicit permissions).
        """
        return self.home is None or self.lets_bot(
            VIEW_CHANNEL | (CONNECT if self.kind in (ChannelKind.VOICE, ChannelKind.STAGE) else 0)
        )

    def lets_bot(self, permissions: int) -> bool:
        """Whether the bot has all of these permissions here."""
        return bool(self.app_permissions & ADMINISTRATOR) or not permissions & ~self.app_permissions

    @property
    def to_post(self) -> int:
        """The permission that posting takes: threads have one of their own (docs, "Threads")."""
        return SEND_IN_THREADS if self.kind is ChannelKind.THREAD else SEND_MESSAGES

    @property
    def has_bot(self) -> bool:
        """Whether the bot itself is here, and not only someone who installed it for themselves."""
        return self.home.has_bot if self.home is not None else self.context is Context.BOT_DM


@dataclass(frozen=True)
class FakeMember:
    """A person in a guild, with the permissions that interactions will carry."""

    user: FakeUser
    guild: FakeGuild
    permissions: int = EVERYONE
    locale: str = "en-US"
    roles: tuple[FakeRole, ...] = ()
    joined: str | None = None  # None for guests of a voice channel ("Guild Member Object" in Discord's docs)
    timed_out_until: str | None = None  # until then they may only read ("Permissions for Timed Out Members")

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
