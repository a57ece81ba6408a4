"""Who and where in the fake Discord: accounts, servers, roles, channels and members."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

Json = dict[str, Any]

ADMINISTRATOR = 1 << 3
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
READ_HISTORY = 1 << 16
# View, send, embed, attach, read history, use external emoji, connect, speak, slash commands.
EVERYONE = sum(1 << bit for bit in (10, 11, 14, 15, 16, 18, 20, 21, 31))


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


@dataclass(frozen=True)
class FakeChannel:
    """A channel, in a guild or between people; `app_permissions` is what the bot may do in it."""

    id: str
    name: str
    home: FakeGuild | None
    app_permissions: int = EVERYONE
    kind: ChannelKind = ChannelKind.TEXT
    people: tuple[FakeUser, ...] = ()

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
