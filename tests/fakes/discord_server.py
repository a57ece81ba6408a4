"""A fake Discord on 127.0.0.1 that the real discord.py client logs in to.

It answers the HTTP API and the gateway as Discord does, as far as a bot with slash commands,
autocomplete and buttons goes, and lets a test act as the members of a guild.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yarl
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route

from . import discord_payloads as payloads
from .discord_commands import autocomplete_data, command_data
from .discord_gateway import Gateway
from .discord_limits import ApiError
from .discord_model import (
    EVERYONE,
    FakeButton,
    FakeChannel,
    FakeGuild,
    FakeMember,
    FakeMessage,
    FakeUser,
    Interaction,
    Json,
    Kind,
    Reply,
    RestRequest,
    Timing,
    walk,
)
from .discord_rest import PREFIX, Fault, RestApi
from .discord_world import World, now

_READY_S = 10.0
_STRING_SELECT = 3


class FakeDiscord:
    """The fake server, its state, and what the members in it can do.

    An answer is complete when the interaction was acknowledged, at least one visible result is
    there (a new message that is not a deferral's placeholder, or an edit or deletion of the
    clicked message), none of its requests is open, and `settle_s` seconds went by since the last
    of them. A deferred update with no visible result, which a click without effect leads to, is
    complete after `unchanged_s` seconds of quiet.
    """

    def __init__(
        self,
        token: str = "fake-token",
        *,
        specs: Path | None = None,
        timing: Timing | None = None,
        heartbeat_ms: int = 41_250,
        allowed_intents: int = 0,
    ) -> None:
        """Prepare a server for the bot with this token.

        Args:
            token: The only bot token that is let in.
            specs: The folder of published schemas; without it nothing is validated.
            timing: How long interactions live and how long the driving methods wait.
            heartbeat_ms: The heartbeat interval that HELLO asks for.
            allowed_intents: The privileged intents that the bot may identify with.
        """
        self.world = World(token, timing or Timing(), specs)
        self._rest = RestApi(self.world)
        self._gateway = Gateway(self.world, heartbeat_ms=heartbeat_ms, allowed_intents=allowed_intents)
        self.world.announce = self._gateway.dispatch
        self._runner: web.AppRunner | None = None
        self.rest_url = ""
        self.gateway_url = ""
        self.guild = self.add_guild("Party")
        self.channel = self.add_channel("general")

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        app = web.Application()
        self._rest.add_routes(app)
        app.router.add_get("/gateway", self._gateway.handle)
        self._runner = web.AppRunner(app, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self.rest_url, self.gateway_url = f"http://{host}{PREFIX}", f"ws://{host}/gateway"
        self._rest.gateway_url = self._gateway.url = self.gateway_url
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every connection and stop listening."""
        await self._gateway.drop(1001, resumable=False)
        if self._runner is not None:
            await self._runner.cleanup()

    @contextlib.contextmanager
    def patched_client(self) -> Iterator[None]:
        """Point discord.py here, and back to where it pointed afterwards."""
        base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
        Route.BASE = self.rest_url
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self.gateway_url)
        try:
            yield
        finally:
            Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway

    # What happened

    @property
    def requests(self) -> list[RestRequest]:
        """Every REST request so far, oldest first."""
        return self.world.requests

    @property
    def violations(self) -> list[str]:
        """Breaches of the published schemas, in either direction."""
        return self.world.violations

    @property
    def commands(self) -> dict[str, Json]:
        """The registered commands by name; those of the default guild win over global ones."""
        scopes = (None, self.guild.id)
        found = [command for scope in scopes for command in self.world.commands.get(scope, [])]
        return {command["name"]: command for command in found}

    @property
    def identified(self) -> list[Json]:
        """The data of every accepted IDENTIFY."""
        return self._gateway.identified

    @property
    def resumes(self) -> int:
        """How often a session was resumed."""
        return self._gateway.resumes

    @property
    def messages(self) -> list[FakeMessage]:
        """All messages that are there, oldest first."""
        return [it for it in self.world.messages.values() if not it.deleted and not it.loading]

    def message(self, message_id: str | int) -> FakeMessage:
        """A message by its id, deleted ones included; KeyError if there never was one."""
        return self.world.messages[str(message_id)]

    # The stage

    def add_guild(self, name: str) -> FakeGuild:
        """Put the bot into another guild; a connected bot is told at once."""
        own_id, role_id = self.world.snowflake(), self.world.snowflake()
        guild = FakeGuild(own_id, name, self.world.owner.id, role_id, now())
        self.world.guilds[own_id] = guild
        self._gateway.dispatch("GUILD_CREATE", self._gateway.guild(guild))
        return guild

    def add_channel(
        self, name: str, guild: FakeGuild | None = None, *, app_permissions: int = EVERYONE
    ) -> FakeChannel:
        """Open a text channel in which the bot has these permissions."""
        own_id = self.world.snowflake()
        channel = FakeChannel(own_id, name, guild or self.guild, app_permissions)
        self.world.channels[own_id] = channel
        self._gateway.dispatch("CHANNEL_CREATE", payloads.channel(channel))
        return channel

    def member(
        self,
        name: str,
        *,
        guild: FakeGuild | None = None,
        permissions: int = EVERYONE,
        locale: str = "en-US",
    ) -> FakeMember:
        """A member by name: the same person at every call, with the permissions given last."""
        home = guild or self.guild
        known = [who.user for who in self.world.members.values() if who.name == name]
        user = known[0] if known else FakeUser(self.world.snowflake(), name)
        member = FakeMember(user, home, permissions, locale)
        self.world.members[home.id, user.id] = member
        return member

    async def ready(self, *, commands: bool = True, timeout: float = _READY_S) -> None:  # noqa: ASYNC109
        """Wait until a bot has identified or resumed and, unless told otherwise, has commands."""
        try:
            async with asyncio.timeout(timeout):
                await self._gateway.connected.wait()
                if commands:
                    await self._rest.registered.wait()
        except TimeoutError:
            told = "\n".join(map(str, self.requests[-5:])) or "none"
            connected = self._gateway.connected.is_set()
            raise TimeoutError(f"{connected=}, last requests:\n{told}") from None

    async def drop_gateway(self, code: int = 4000, *, resumable: bool = True) -> None:
        """Close the bot's websocket; with `resumable=False` a resume will be refused too."""
        await self._gateway.drop(code, resumable=resumable)

    def fail_next(
        self, method: str, path_part: str, *, status: int = 500, code: int = 0, message: str = ""
    ) -> None:
        """Refuse the next request with this method and this text in its path."""
        error = ApiError(status, code, message or f"{status}: ordered by the test")
        self._rest.faults.append(Fault(method, path_part, error))

    # What members do

    async def slash(
        self,
        member: FakeMember,
        name: str,
        /,
        *,
        channel: FakeChannel | None = None,
        interaction_id: str | None = None,
        wait: bool = True,
        options: Mapping[str, Any] | None = None,
        **more_options: Any,
    ) -> Reply:
        """Use a slash command; subcommands are written as "queue show".

        Args:
            member: Who uses it.
            name: The command, with its subcommand if it has any.
            channel: Where; the default channel if not given.
            interaction_id: Delivers an interaction a second time, if one with this id exists.
            wait: Whether to wait for the complete answer (see the class).
            options: Options with names that cannot be keywords here, such as `channel`.
            more_options: All other options.

        Returns:
            A live view of the answer.
        """
        place = channel or self.channel
        path = name.split()
        command = self._command(path[0], place.guild, member)
        data = command_data(command, path, {**(options or {}), **more_options})
        interaction = self._deliver(Kind.COMMAND, f"/{name}", member, place, data, interaction_id)
        return await self._reply(interaction, wait=wait)

    async def autocomplete(
        self,
        member: FakeMember,
        name: str,
        /,
        *,
        channel: FakeChannel | None = None,
        options: Mapping[str, Any] | None = None,
        **more_options: Any,
    ) -> list[tuple[str, str | int | float]]:
        """What the bot offers while the last of these options is being typed."""
        place = channel or self.channel
        path = name.split()
        command = self._command(path[0], place.guild, member)
        data = autocomplete_data(command, path, {**(options or {}), **more_options})
        interaction = self._deliver(Kind.AUTOCOMPLETE, f"typing /{name}", member, place, data)
        await self._reply(interaction, wait=True)
        return [(choice["name"], choice["value"]) for choice in interaction.choices or []]

    async def click(
        self,
        member: FakeMember,
        message: FakeMessage | str,
        button: FakeButton | str,
        /,
        *,
        values: Sequence[str] = (),
        interaction_id: str | None = None,
        wait: bool = True,
    ) -> Reply:
        """Press a button, given as itself or by custom id, or choose `values` in a menu.

        The reply's messages are the new ones; the clicked message changes in place.
        """
        shown = message if isinstance(message, FakeMessage) else self.message(message)
        custom_id = button.custom_id if isinstance(button, FakeButton) else button
        component = self._component(member, shown, custom_id)
        data: Json = {"custom_id": custom_id, "component_type": component["type"]}
        if component["type"] == _STRING_SELECT:
            data["values"] = list(values)
        label = f"click on {custom_id}"
        interaction = self._deliver(Kind.COMPONENT, label, member, shown.channel, data, interaction_id, shown)
        return await self._reply(interaction, wait=wait)

    async def settled(self, reply: Reply) -> Reply:
        """Wait for the complete answer of an interaction that was sent with `wait=False`."""
        return await self._reply(reply.interaction, wait=True)

    def _command(self, name: str, guild: FakeGuild, member: FakeMember) -> Json:
        scopes = (guild.id, None)
        found = [it for scope in scopes for it in self.world.commands.get(scope, [])]
        command = next((it for it in found if it["name"] == name and it["type"] == 1), None)
        if command is None:
            raise ValueError(f"/{name} is not registered, only {[it['name'] for it in found]}")
        if not member.may(int(command["default_member_permissions"] or 0)):
            raise PermissionError(f"{member.name} does not see /{name}")
        return command

    def _component(self, member: FakeMember, message: FakeMessage, custom_id: str | None) -> Json:
        if message.deleted:
            raise ValueError("the message is deleted")
        if message.ephemeral and message.interaction and message.interaction.member.id != member.id:
            raise PermissionError(f"{member.name} does not see this message")
        found = {part["custom_id"]: part for part in walk(message.components) if "custom_id" in part}
        if custom_id not in found:
            raise ValueError(f"there is no {custom_id}, only {list(found)}")
        if found[custom_id].get("disabled"):
            raise ValueError(f"{custom_id} is disabled")
        return found[custom_id]

    def _deliver(
        self,
        kind: Kind,
        label: str,
        member: FakeMember,
        channel: FakeChannel,
        data: Json,
        interaction_id: str | None = None,
        source: FakeMessage | None = None,
    ) -> Interaction:
        known = self.world.interactions.get(interaction_id or "")
        interaction = known or self.world.open(kind, label, member, channel, source, interaction_id)
        if known is None:
            bot = self.world.bot
            interaction.payload = payloads.interaction_create(interaction, bot, data)
        if not self._gateway.sessions:
            raise RuntimeError("no bot is connected")
        interaction.touch()
        self._gateway.dispatch("INTERACTION_CREATE", interaction.payload)
        return interaction

    async def _reply(self, interaction: Interaction, *, wait: bool) -> Reply:
        if wait:
            try:
                async with asyncio.timeout(self.world.timing.timeout_s):
                    await self._until_quiet(interaction)
            except TimeoutError:
                raise TimeoutError(self._story(interaction)) from None
        return Reply(interaction)

    async def _until_quiet(self, interaction: Interaction) -> None:
        while True:
            interaction.changed.clear()
            left = interaction.quiet_left(self.world.timing)
            if left is not None and left <= 0:
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(interaction.changed.wait(), left)

    def _story(self, interaction: Interaction) -> str:
        requests = [str(it) for it in self.requests if interaction.token in it.path]
        told = "\n".join(requests).replace(interaction.token, "TOKEN") or "no request at all"
        callback = interaction.callback.name if interaction.callback else "not acknowledged"
        waited = self.world.timing.timeout_s
        return f"{interaction.label} has no complete answer in {waited} s ({callback}):\n{told}"
