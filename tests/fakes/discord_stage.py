"""Who and what is there in the fake Discord, and how a test changes it."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from . import discord_places as places
from .discord_errors import ApiError
from .discord_faults import Fault, HangUp
from .discord_files import FakeFile, Files
from .discord_gateway import Gateway
from .discord_model import (
    ADMINISTRATOR,
    EVERYONE,
    FakeChannel,
    FakeGuild,
    FakeMember,
    FakeMessage,
    FakeRole,
    FakeUser,
    Timing,
)
from .discord_people import ChannelKind
from .discord_rate_limits import Bucket
from .discord_rest import RestApi
from .discord_session import SessionStarts
from .discord_state import now
from .discord_voice import HEARD, Voice
from .discord_world import World


class Stage:
    """The fake's servers, channels, roles and people; a connected bot is told of every change."""

    def __init__(
        self, token: str, timing: Timing, specs: Path | None, *, heartbeat_ms: int, allowed_intents: int
    ) -> None:
        """Start with one server that has one channel."""
        self.world = World(token, timing, specs, allowed_intents)
        self._rest = RestApi(self.world)
        self._files = Files(self.world)
        self._gateway = Gateway(self.world, heartbeat_ms=heartbeat_ms, allowed_intents=allowed_intents)
        self.world.announce = self._gateway.dispatch
        self.world.announce_message = self._gateway.dispatch_message
        self.voice = Voice(self.world, self._gateway.dispatch)
        self._gateway.on_voice = self.voice.ask
        self._gateway.on_session_over = self.voice.session_over
        self.guild = self.add_guild("Party")
        self.channel = self.add_channel("general")

    def add_guild(self, name: str, *, has_bot: bool = True, days: int = 0) -> FakeGuild:
        """Open another server, with the bot in it unless told otherwise; `days` is how old it is."""
        world = self.world
        own_id, role_id = world.guild_snowflake(days), world.snowflake()
        guild = FakeGuild(own_id, name, world.owner.id, role_id, now(days), has_bot=has_bot)
        if has_bot:
            world.guilds[own_id] = guild
            self._gateway.announce_guild(guild)
        return guild

    def add_guilds(self, count: int) -> list[FakeGuild]:
        """Put the bot into many servers, which spread evenly over any number of shards."""
        return [self.add_guild(f"Server {number}") for number in range(count)]

    def kick_bot(self, guild: FakeGuild) -> None:
        """Throw the bot out of a server."""
        del self.world.guilds[guild.id]
        self._gateway.dispatch("GUILD_DELETE", {"id": guild.id}, guild.id)

    def add_channel(
        self,
        name: str,
        guild: FakeGuild | None = None,
        *,
        app_permissions: int = EVERYONE,
        kind: ChannelKind = ChannelKind.TEXT,
        user_limit: int = 0,
    ) -> FakeChannel:
        """Open a channel in which the bot has these permissions."""
        home = guild or self.guild
        own_id = self.world.snowflake()
        channel = FakeChannel(own_id, name, home, app_permissions, kind, user_limit=user_limit)
        self.world.channels[channel.id] = channel
        self.world.channels_of[home.id].append(channel)
        if home.has_bot:
            self._gateway.dispatch("CHANNEL_CREATE", places.channel(channel))
        return channel

    def add_thread(
        self, name: str, parent: FakeChannel | None = None, *, app_permissions: int = EVERYONE
    ) -> FakeChannel:
        """Open a thread in a channel, or a post in a forum."""
        above = parent or self.channel
        thread = FakeChannel(
            self.world.snowflake(), name, above.guild, app_permissions, ChannelKind.THREAD, parent=above
        )
        self.world.channels[thread.id] = thread
        self.world.channels_of[above.guild.id].append(thread)
        if thread.seen_by_bot:
            self._gateway.dispatch("THREAD_CREATE", places.channel(thread) | {"newly_created": True})
        return thread

    def archive(self, thread: FakeChannel) -> None:
        """Put a thread away, as Discord does once nobody has written in it for long."""
        thread.archived = True
        self._gateway.dispatch("THREAD_UPDATE", places.channel(thread))

    def permit(self, channel: FakeChannel, app_permissions: int) -> None:
        """Give the bot these permissions in a channel, and in its threads."""
        threads = [it for it in self.world.channels_of[channel.guild.id] if it.parent is channel]
        for place in (channel, *threads):
            place.app_permissions = app_permissions
        self._gateway.dispatch("CHANNEL_UPDATE", places.channel(channel))
        self.voice.permitted(channel)

    def hide(self, channel: FakeChannel) -> None:
        """Make a channel private."""
        channel.hidden = True
        self._gateway.dispatch("CHANNEL_UPDATE", places.channel(channel))

    def leaves(self, member: FakeMember) -> None:
        """Somebody leaves a server, which a bot without the privileged intent for members is not told."""
        del self.world.members_of[member.guild.id][member.id]

    def time_out(self, member: FakeMember, *, days: int) -> FakeMember:
        """A moderator gives somebody a time-out; days below 0 for one that is over."""
        silenced = replace(member, timed_out_until=now(-days))
        self.world.members_of[member.guild.id][member.id] = silenced
        return silenced

    def make_bot_admin(self, guild: FakeGuild, *, by_role: FakeRole | None = None) -> None:
        """Allow the bot everything in a server: by its own role, or by another one that it gets."""
        for place in self.world.channels_of[guild.id]:
            place.app_permissions |= ADMINISTRATOR
        if by_role is None:
            told = {"guild_id": guild.id, "role": places.bot_role(guild, self.world.bot, ADMINISTRATOR)}
            self._gateway.dispatch("GUILD_ROLE_UPDATE", told)
        else:
            member = places.bot_membership(guild, by_role) | {"user": places.user(self.world.bot)}
            self._gateway.dispatch("GUILD_MEMBER_UPDATE", member | {"guild_id": guild.id})

    def delete_channel(self, channel: FakeChannel) -> None:
        """Take a channel or thread away, with all that was said in it.

        Of the threads that go with a channel Discord tells nothing more.
        """
        there = self.world.channels_of[channel.guild.id]
        for place in [channel, *(it for it in there if it.parent is channel)]:
            del self.world.channels[place.id]
            there.remove(place)
            for message in self.world.messages_in[place.id]:
                message.deleted = True
        if channel.parent is None:
            self.voice.gone(channel)
            self._gateway.dispatch("CHANNEL_DELETE", places.channel(channel))
        else:
            self._gateway.dispatch("THREAD_DELETE", places.deleted_thread(channel))

    def take_down(self, guild: FakeGuild) -> None:
        """Have a server unavailable: READY names it, and nothing more is told of it."""
        self.world.down.add(guild.id)

    def bring_back(self, guild: FakeGuild) -> None:
        """Have it available again (docs, "Gateway Events: Guild Create")."""
        self.world.down.discard(guild.id)
        self._gateway.announce_guild(guild)

    def purge(self, channel: FakeChannel, messages: Sequence[FakeMessage] | None = None) -> None:
        """Delete several messages at once, all of a channel if none is named."""
        gone = [*(self.world.messages_in[channel.id] if messages is None else messages)]
        for message in gone:
            message.deleted = True
        if channel.seen_by_bot:
            told = {"ids": [it.id for it in gone], "channel_id": channel.id, "guild_id": channel.guild.id}
            self._gateway.dispatch("MESSAGE_DELETE_BULK", told)

    def delete_message(self, message: FakeMessage) -> None:
        """Somebody else than the bot takes a message away."""
        self.world.delete(message, by=None)

    def dm(self, member: FakeMember) -> FakeChannel:
        """Where somebody and the bot write to each other."""
        return self.world.dm(member.user)

    def private_channel(self, member: FakeMember) -> FakeChannel:
        """A group of people without the bot, which somebody in it has installed for themselves."""
        return self.world.between(ChannelKind.GROUP, f"Group {member.name}", member.user, self.world.owner)

    def elsewhere(self) -> FakeChannel:
        """A channel in a server without the bot, which people there have installed for themselves."""
        known = (it for it in self.world.channels.values() if it.name == "elsewhere")
        return next(known, None) or self.add_channel("elsewhere", self.add_guild("Other", has_bot=False))

    def close_dms(self, member: FakeMember) -> None:
        """Somebody takes no private messages from people who are no friends."""
        self.world.closed.add(member.id)

    def add_voice_channel(
        self, name: str, guild: FakeGuild | None = None, *, permissions: int = EVERYONE, limit: int = 0
    ) -> FakeChannel:
        """Open a channel that people can listen in, so many at once; 0 for any number."""
        kind = ChannelKind.VOICE
        return self.add_channel(name, guild, app_permissions=permissions, kind=kind, user_limit=limit)

    def add_role(self, name: str, guild: FakeGuild | None = None, *, permissions: int = EVERYONE) -> FakeRole:
        """Make a role that members can have."""
        home = guild or self.guild
        known = self.world.roles_of[home.id]
        role = FakeRole(self.world.snowflake(), name, home, permissions, position=len(known) + 2)
        known.append(role)
        self._gateway.dispatch("GUILD_ROLE_CREATE", {"guild_id": role.guild.id, "role": places.role(role)})
        return role

    def member(
        self,
        name: str,
        *,
        guild: FakeGuild | None = None,
        permissions: int = EVERYONE,
        locale: str = "en-US",
        roles: Sequence[FakeRole] = (),
        bot: bool = False,
        days: int | None = None,
    ) -> FakeMember:
        """A member by name: the same account at every call, with the permissions and roles given last.

        `days` is how long ago they joined; if not given, when the server was opened.
        """
        home = guild or self.guild
        user = self.world.users.get(name) or FakeUser(self.world.snowflake(), name, bot)
        joined = home.created if days is None else now(days)
        member = FakeMember(user, home, permissions, locale, tuple(roles), joined)
        self.world.users[name] = user
        self.world.members_of[home.id][user.id] = member
        return member

    def join_voice(self, member: FakeMember, channel: FakeChannel) -> None:
        """Somebody starts to listen in a voice channel, or goes on in another one."""
        if channel.kind not in HEARD:
            raise ValueError(f"nobody can listen in {channel.name}")
        self.world.voice_of[channel.guild.id][member.id] = channel
        self._tell_voice(member, channel)

    def leave_voice(self, member: FakeMember) -> None:
        """Somebody stops listening; ValueError if they did not listen."""
        if self.world.voice_of[member.guild.id].pop(member.id, None) is None:
            raise ValueError(f"{member.name} is in no voice channel")
        self._tell_voice(member, None)

    def _tell_voice(self, member: FakeMember, channel: FakeChannel | None) -> None:
        told = places.voice_state(member, channel) | {"guild_id": member.guild.id}
        self._gateway.dispatch("VOICE_STATE_UPDATE", told | {"member": places.guild_member(member)})

    def says(
        self,
        member: FakeMember,
        text: str,
        channel: FakeChannel | None = None,
        *,
        files: Sequence[FakeFile] = (),
    ) -> FakeMessage:
        """Somebody posts a message, with files if wanted; the bot reads it only with the intent to."""
        place = channel or self.channel
        return self.world.say(member, place, text, self._files.send_all(files, place.id))

    def session_starts(
        self,
        *,
        shards: int = 1,
        total: int = 1000,
        remaining: int = 1000,
        reset_after_ms: int = 14_400_000,
        max_concurrency: int = 1,
        per_s: float = 0.0,
    ) -> SessionStarts:
        """Say in /gateway/bot how many shards to start, how often, and how fast.

        Of each `max_concurrency` shards one may identify in `per_s` seconds; Discord has 5.0.
        """
        starts = SessionStarts(shards, total, remaining, reset_after_ms, max_concurrency, per_s)
        self.world.starts = starts
        return starts

    def mentioned(self, text: str) -> list[str]:
        """The commands that a click on their mentions in a text begins, in order.

        Discord shows whatever name stands there, and a click on any but the registered one does nothing, a
        translated one too (discord-api-docs#5518, #5462).
        """
        names = {
            command["id"]: {
                command["name"],
                *(
                    f"{command['name']} {it['name']}"
                    for it in command.get("options") or []
                    if it["type"] == 1
                ),
            }
            for command in self.world.commands.get(None, [])
        }
        found = re.findall(r"</([^:>]+):([0-9]+)>", text)
        return [name for name, command_id in found if name in names.get(command_id, ())]

    def application(self, **says: object) -> None:
        """Let the application's pages say something else (docs, "Application Resource", Application Object).

        A fresh application has no `install_params` and no `integration_types_config`.
        """
        self.world.application = says

    def limit(
        self, method: str, path_part: str, *, limit: int = 1, per_s: float = 0.2, scope: str = "user"
    ) -> Bucket:
        """Allow only so many of these requests in so many seconds."""
        bucket = Bucket(method, path_part, limit, per_s, scope)
        self._rest.limits.buckets.append(bucket)
        return bucket

    def limit_globally(self, retry_after_s: float) -> None:
        """Refuse every request for so long, but for answers to interactions."""
        self._rest.limits.global_until = time.monotonic() + retry_after_s

    def hang_up_next(self, method: str, path_part: str, *, taken: bool, reset: bool = False) -> None:
        """Close the connection of the next such request, after it was taken or not, without an answer."""
        self._rest.hang_ups.append(HangUp(method, path_part, taken, reset))

    def fail_next(
        self, method: str, path_part: str, *, status: int = 500, code: int = 0, message: str = ""
    ) -> None:
        """Refuse the next request with this method and this text in its path."""
        error = ApiError(status, code, message or f"{status}: ordered by the test")
        self._rest.faults.append(Fault(method, path_part, error))
