"""What the members of the fake Discord do: commands, buttons, menus and forms."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from . import discord_payloads as payloads
from .discord_commands import autocomplete_data, command_data, is_shown, target_data
from .discord_files import FakeFile
from .discord_forms import Value, component_data, submit_data
from .discord_model import (
    FakeButton,
    FakeChannel,
    FakeMember,
    FakeMenu,
    FakeMessage,
    Interaction,
    Json,
    Kind,
    Reply,
)
from .discord_parts import walk
from .discord_stage import Stage
from .quiet import quiet

_CHAT_INPUT, _ON_USER, _ON_MESSAGE = 1, 2, 3


Where = Literal["dm", "private", "elsewhere"]


class Acts(Stage):
    """A test acts as the members of a server, and sees what they see in answer."""

    async def slash(
        self,
        member: FakeMember,
        name: str,
        /,
        *,
        channel: FakeChannel | None = None,
        context: Where | None = None,
        force: bool = False,
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
            context: Where, in place of a channel: "dm" with the bot, "private" in a group of
                people, "elsewhere" in a server without the bot.
            force: Sends it also where a client would not show it, as an old or forged one could.
            interaction_id: Delivers an interaction a second time, if one with this id exists.
            wait: Whether to wait for the complete answer (see the class).
            options: Options with names that cannot be keywords here, such as `channel`.
            more_options: All other options.

        Returns:
            A live view of the answer.
        """
        place = channel or self._place(context, member)
        path = name.split()
        command = self._command(path[0], place, member, force=force)
        data = command_data(command, path, self._sent({**(options or {}), **more_options}))
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
        command = self._command(path[0], place, member)
        data = autocomplete_data(command, path, {**(options or {}), **more_options})
        interaction = self._deliver(Kind.AUTOCOMPLETE, f"typing /{name}", member, place, data)
        await self._reply(interaction, wait=True)
        return [(choice["name"], choice["value"]) for choice in interaction.choices or []]

    async def use_on(
        self,
        member: FakeMember,
        name: str,
        target: FakeMessage | FakeMember,
        /,
        *,
        channel: FakeChannel | None = None,
        interaction_id: str | None = None,
        wait: bool = True,
    ) -> Reply:
        """Choose a command from the context menu of a message, or of a person in a channel."""
        on_message = isinstance(target, FakeMessage)
        if isinstance(target, FakeMessage):
            self._see(member, target)
            channel = target.channel
        place = channel or self.channel
        command = self._command(name, place, member, _ON_MESSAGE if on_message else _ON_USER)
        data = target_data(command, target, self.world.bot)
        label = f"{name} on {target.id}"
        interaction = self._open(Kind.COMMAND, label, member, place, interaction_id)
        interaction.target = target
        return await self._reply(self._send(interaction, data), wait=wait)

    async def click(
        self,
        member: FakeMember,
        message: FakeMessage | str,
        button: FakeButton | FakeMenu | str,
        /,
        *,
        values: Sequence[Value] = (),
        interaction_id: str | None = None,
        wait: bool = True,
    ) -> Reply:
        """Press a button, given as itself or by custom id, or choose `values` in a menu.

        The values of a string menu are texts, those of the others people, roles and channels.
        The reply's messages are the new ones; the clicked message changes in place.
        """
        shown = message if isinstance(message, FakeMessage) else self.message(message)
        custom_id = button if isinstance(button, str) else button.custom_id
        data = component_data(self._component(member, shown, custom_id), values)
        label = f"click on {custom_id}"
        interaction = self._deliver(Kind.COMPONENT, label, member, shown.channel, data, interaction_id, shown)
        return await self._reply(interaction, wait=wait)

    async def submit(
        self,
        member: FakeMember,
        opened: Reply,
        fields: Mapping[str, Any] | None = None,
        /,
        *,
        interaction_id: str | None = None,
        wait: bool = True,
    ) -> Reply:
        """Fill in and send the form that an interaction opened, as often as wanted.

        Args:
            member: Who sends it: only who opened it can.
            opened: The reply with the form.
            fields: Texts, and lists of values for menus, by custom id; what is left out keeps
                what the bot filled in.
            interaction_id: Delivers an interaction a second time, if one with this id exists.
            wait: Whether to wait for the complete answer (see FakeDiscord).
        """
        opener = opened.interaction
        if opener.modal is None:
            raise ValueError(f"{opener.label} opened no form")
        if member.id != opener.member.id:
            raise PermissionError(f"{member.name} does not see the form")
        data = submit_data(opener.modal.payload, fields or {})
        label = f"submit {opener.modal.custom_id}"
        interaction = self._open(Kind.SUBMIT, label, member, opener.channel, interaction_id, opener.source)
        interaction.opener = opener
        interaction.by_user_install = opener.by_user_install
        return await self._reply(self._send(interaction, data), wait=wait)

    async def settled(self, reply: Reply) -> Reply:
        """Wait for the complete answer of an interaction that was sent with `wait=False`."""
        return await self._reply(reply.interaction, wait=True)

    def message(self, message_id: str | int) -> FakeMessage:
        """A message by its id, deleted ones included; KeyError if there never was one."""
        return self.world.messages[str(message_id)]

    def _sent(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Options with the files among them uploaded."""
        return {
            name: self._files.send(it, self.world.bot.id, ephemeral=True) if isinstance(it, FakeFile) else it
            for name, it in given.items()
        }

    def _place(self, context: Where | None, member: FakeMember) -> FakeChannel:
        match context:
            case "dm":
                return self.dm(member)
            case "private":
                return self.private_channel(member)
            case "elsewhere":
                return self.elsewhere()
            case _:
                return self.channel

    def _command(
        self,
        name: str,
        place: FakeChannel,
        member: FakeMember,
        kind: int = _CHAT_INPUT,
        *,
        force: bool = False,
    ) -> Json:
        scopes = (place.home.id if place.home is not None else None, None)
        found = [it for scope in scopes for it in self.world.commands.get(scope, [])]
        command = next((it for it in found if it["name"] == name and it["type"] == kind), None)
        if command is None:
            raise ValueError(f"/{name} is not registered, only {[it['name'] for it in found]}")
        needed = int(command["default_member_permissions"] or 0) if place.home is not None else 0
        if not force and not (member.may(needed) and is_shown(command, place)):
            raise PermissionError(f"{member.name} does not see /{name}")
        return command

    def _see(self, member: FakeMember, message: FakeMessage) -> None:
        if message.deleted:
            raise ValueError("the message is deleted")
        if message.ephemeral and message.interaction and message.interaction.member.id != member.id:
            raise PermissionError(f"{member.name} does not see this message")

    def _component(self, member: FakeMember, message: FakeMessage, custom_id: str | None) -> Json:
        self._see(member, message)
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
        return self._send(self._open(kind, label, member, channel, interaction_id, source), data)

    def _open(
        self,
        kind: Kind,
        label: str,
        member: FakeMember,
        channel: FakeChannel,
        interaction_id: str | None = None,
        source: FakeMessage | None = None,
    ) -> Interaction:
        if member.user.bot:
            raise PermissionError(f"{member.name} is a bot, and bots cannot interact")
        known = self.world.interactions.get(interaction_id or "")
        return known or self.world.open(kind, label, member, channel, source, interaction_id)

    def _send(self, interaction: Interaction, data: Json) -> Interaction:
        if not interaction.payload:
            interaction.payload = payloads.interaction_create(interaction, self.world.bot, data)
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
        self.world.waiting.add(interaction)
        try:
            await self._wait(interaction)
        finally:
            self.world.waiting.discard(interaction)

    async def _wait(self, interaction: Interaction) -> None:
        while True:
            interaction.changed.clear()
            quiet_s = interaction.quiet_s(self.world.timing)
            if quiet_s is None:
                await interaction.changed.wait()
            elif await quiet(interaction.changed, quiet_s):
                return

    def _story(self, interaction: Interaction) -> str:
        requests = [str(it) for it in self.world.requests if interaction.token in it.path]
        told = "\n".join(requests).replace(interaction.token, "TOKEN") or "no request at all"
        callback = interaction.callback.name if interaction.callback else "not acknowledged"
        waited = self.world.timing.timeout_s
        return f"{interaction.label} has no complete answer in {waited} s ({callback}):\n{told}"
