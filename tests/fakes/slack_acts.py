"""What the people in the fake Slack do: commands, clicks, menus, forms and shortcuts."""

from __future__ import annotations

import re
from typing import Any

from . import slack_payloads as payloads
from .slack_blocks import check_options
from .slack_errors import SlackError
from .slack_events import Events, take_nothing
from .slack_forms import check_complete, check_errors, check_files
from .slack_model import FakeChannel, FakeMember, FakeMessage, FakeTeam, FakeView, Json
from .slack_parts import EXTERNAL, HOLDS_VALUE, find, options, state_values, value_of
from .slack_reply import Act, Reply

Surface = FakeMessage | FakeView


class Acts(Events):
    """A test acts as the people of a workspace, and sees what they see in answer."""

    async def slash(
        self,
        member: FakeMember,
        command: str,
        text: str = "",
        *,
        channel: FakeChannel | None = None,
        wait: bool = True,
    ) -> Reply:
        """Send a slash command, also where the app is not a member; PermissionError where it has none.

        What is no command of the app's is not sent to it: Slack says that it is not valid (ValueError).
        """
        if self.world.commands is not None and command not in self.world.commands:
            raise ValueError(f"{command} is not a valid command")
        place = channel or self._usual(member)
        self._see(member, place)
        if member.stranger:
            raise PermissionError(f"{member.name} has no commands of another workspace's app")
        act = Act(f"{command} {text}", place.team, member, place)
        sent = self._as_sent(text, escaped=command in self.escaped)
        told = payloads.command(self.world, member, place, command, sent)
        told["response_url"], told["trigger_id"] = self.world.response_url(act), self.world.trigger(act)
        act.payload = told
        return await self._deliver("slash_commands", act, self._take_command, wait=wait)

    def _as_sent(self, text: str, *, escaped: bool) -> str:
        """What the app reads where `<@U1>` is mentioned and `<#C1>` is named behind a command.

        With `should_escape` both keep their id and get their name, else only the name is left ("Enabling
        interactivity with Slash commands" in Slack's docs).
        """

        def shown(found: re.Match[str]) -> str:
            sign, own_id = found.groups()
            known = self.world.members.get(own_id) or self.world.channels.get(own_id)
            name = known.name.lower() if known else own_id
            return f"<{sign}{own_id}|{name}>" if escaped else f"{sign}{name}"

        return re.sub(r"<([@#])([A-Z0-9]+)>", shown, text)

    async def press(
        self,
        member: FakeMember,
        where: Surface,
        action: str | Json,
        *,
        value: str | None = None,
        wait: bool = True,
    ) -> Reply:
        """Press a button, given by action id or as itself; `value` forges the one that it carries."""
        block, button = self._part(member, where, action)
        if button["type"] not in ("button", "workflow_button"):
            raise ValueError(f"{button['action_id']} is no button but a {button['type']}")
        told: Json = {
            key: button[key] for key in ("type", "action_id", "text", "value", "style") if key in button
        }
        if value is not None:
            told["value"] = value
        return await self._act_on(member, where, block, told, wait=wait)

    async def choose(
        self, member: FakeMember, where: Surface, action: str | Json, value: Any, *, wait: bool = True
    ) -> Reply:
        """Choose in a menu: an option's value, a list of them, a person's or a channel's id, a date."""
        block, menu = self._part(member, where, action)
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise ValueError(f"{menu['action_id']} is sent with its form only: give it to submit")
        if menu["type"] == "overflow":
            (option,) = (it for it in options(menu) if it["value"] == value)
            told: Json = {"type": "overflow", "selected_option": option}
        else:
            told = self._chosen(member, menu, value)
            self._values(member, where).setdefault(block["block_id"], {})[menu["action_id"]] = told
        told = told | {"action_id": menu["action_id"]}
        return await self._act_on(member, where, block, told, wait=wait)

    async def suggest(
        self, member: FakeMember, action: str | Json, typed: str, *, where: Surface | None = None
    ) -> Reply:
        """Type into a menu that asks the app for options, which are in the reply's `offered`.

        Without `where` it is looked for in the modal on top, the App Home and the messages, newest first.
        """
        place = where or self._with(member, action)
        block, menu = self._part(member, place, action)
        if menu["type"] not in EXTERNAL or len(typed) < menu.get("min_query_length", 3):
            raise ValueError(f"Slack asks for no options: {menu}, {typed!r}")
        act = self._at(member, place, f"typing {typed}")
        act.payload = payloads.interaction(self.world, "block_suggestion", member, self._home(member, place))
        act.payload |= payloads.surface(self.world, place)
        act.payload |= {"action_id": menu["action_id"], "block_id": block["block_id"], "value": typed}
        return await self._deliver("interactive", act, self._take_options, wait=True)

    async def submit(
        self,
        member: FakeMember,
        view: FakeView,
        values: dict[str, dict[str, Any]] | None = None,
        *,
        wait: bool = True,
    ) -> Reply:
        """Fill in and send a modal; ValueError where Slack's own client would not send it.

        Args:
            member: Who has it open.
            view: The modal, which has to be the one on top.
            values: What is typed or chosen, by block id and action id.
            wait: Whether to wait for the complete answer.
        """
        self._on_top(member, view)
        for block_id, inner in (values or {}).items():
            for action_id, value in inner.items():
                _, element = find(view.blocks, {"action_id": action_id, "block_id": block_id})
                chosen = self._chosen(member, element, value)
                view.values.setdefault(block_id, {})[action_id] = chosen
        check_complete(view.blocks, state_values(view.blocks, view.values))
        return await self._send_view("view_submission", member, view, wait=wait)

    async def dismiss(self, member: FakeMember, view: FakeView, *, every: bool = False) -> Reply | None:
        """Close a modal; the app is told, and there is a reply, only if it asked for that."""
        self._on_top(member, view)
        self._views.close(member, every=every)
        if not view.body.get("notify_on_close"):
            return None
        return await self._send_view("view_closed", member, view, wait=True, is_cleared=every)

    async def shortcut(
        self,
        member: FakeMember,
        callback_id: str,
        *,
        message: FakeMessage | None = None,
        wait: bool = True,
    ) -> Reply:
        """Choose a shortcut, on a message if there is one."""
        if member.stranger:
            raise PermissionError(f"{member.name} has no shortcuts of another workspace's app")
        place = message.channel if message is not None else None
        act = Act(f"shortcut {callback_id}", place.team if place else member.team, member, place, message)
        kind = "shortcut" if message is None else "message_action"
        told = payloads.interaction(self.world, kind, member, act.team)
        told |= {"callback_id": callback_id, "action_ts": self.world.ts()}
        told["trigger_id"] = self.world.trigger(act)
        if message is not None:
            self._see(member, message.channel)
            seen = payloads.surface(self.world, message)
            told |= {"message": payloads.message(message, self.world.app_id), "channel": seen["channel"]}
            told |= {"message_ts": message.ts, "response_url": self.world.response_url(act)}
        act.payload = told
        return await self._deliver("interactive", act, take_nothing, wait=wait)

    # What the acknowledgement does

    def _take_command(self, act: Act, body: Any) -> None:
        if not body:
            return
        answer = {"text": body} if isinstance(body, str) else body
        self._hooks.say(act, answer)

    def _take_options(self, act: Act, body: Any) -> None:
        faults = check_options(body)
        if faults:
            raise SlackError("invalid_options", errors=faults)
        for option in options(body):
            action = act.payload["action_id"]
            self._offers[act.payload["user"]["id"], action, option["value"]] = option

    def _take_submission(self, act: Act, body: Any) -> None:
        view, member = act.source, act.member
        assert isinstance(view, FakeView)
        assert member is not None
        answer = body or {}
        if not isinstance(answer, dict):
            raise SlackError("invalid_response_action", got=body)
        match answer.get("response_action"):
            case None:
                self._views.close(member, every=False)
            case "clear":
                self._views.close(member, every=True)
            case "errors":
                act.errors = check_errors(view.blocks, answer.get("errors"))
            case "update":
                self._views.change(view, answer.get("view"), act)
            case "push":
                self._views.new(member, view.team, answer.get("view"), act)
            case _:
                raise SlackError("invalid_response_action", got=body)

    # Helpers

    _offers: dict[tuple[str, str, str], Json]

    def _usual(self, member: FakeMember) -> FakeChannel:
        return next(
            it for it in self.world.channels.values() if it.team is member.team and member.id in it.members
        )

    def _see(self, member: FakeMember, place: FakeChannel) -> None:
        if member.bot:
            raise PermissionError(f"{member.name} is a bot")
        if member.id not in place.members:
            raise PermissionError(f"{member.name} is not in {place.name}")
        if place.archived:
            raise PermissionError(f"{place.name} is archived")

    def _part(self, member: FakeMember, where: Surface, action: str | Json) -> tuple[Json, Json]:
        if isinstance(where, FakeView):
            if where.kind == "modal":
                self._on_top(member, where)
            elif where.member is not member:
                raise PermissionError(f"{member.name} does not see the home of {where.member.name}")
            return find(where.blocks, action)
        self._see(member, where.channel)
        if where.deleted:
            raise LookupError("the message is deleted")
        if where.private_to not in (None, member):
            raise PermissionError(f"{member.name} does not see this message")
        return find(where.blocks, action)

    def _on_top(self, member: FakeMember, view: FakeView) -> None:
        if self.modals(member)[-1:] != [view]:
            raise PermissionError(f"{member.name} does not have {view.title!r} on top")

    def _with(self, member: FakeMember, action: str | Json) -> Surface:
        home = self.home(member)
        found: list[Surface] = [*self.modals(member)[-1:], *([home] if home else [])]
        seen = [it for it in reversed(self.messages) if it.private_to in (None, member)]
        wanted = action if isinstance(action, str) else action["action_id"]
        return next(it for it in [*found, *seen] if wanted in it.actions)

    def _values(self, member: FakeMember, where: Surface) -> dict[str, dict[str, Json]]:
        if isinstance(where, FakeView):
            return where.values
        return where.values.setdefault(member.id, {})

    def _chosen(self, member: FakeMember, element: Json, value: Any) -> Json:
        if element["type"] not in HOLDS_VALUE:
            raise ValueError(f"nothing can be chosen in a {element['type']}")
        if element["type"] == "file_input":
            check_files(element, value)
            return value_of(element, [payloads.file(self.world, it) for it in value])
        if element["type"] in EXTERNAL:
            given = value if isinstance(value, list) else [value]
            found = [self._offer(member, element, it) for it in given]
            value = found if isinstance(value, list) else found[0]
        return value_of(element, value)

    def _offer(self, member: FakeMember, element: Json, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        offered = self._offers.get((member.id, element["action_id"], value))
        if offered is None:
            raise ValueError(f"{value!r} was not offered: use suggest before")
        return offered

    def _home(self, member: FakeMember, where: Surface) -> FakeTeam:
        # A stranger's modal tells of the stranger's own workspace, a message of the app's.
        return member.team if isinstance(where, FakeView) else where.channel.team

    def _at(self, member: FakeMember, where: Surface, label: str) -> Act:
        if isinstance(where, FakeView):
            return Act(label, where.team, member, None, where)
        return Act(label, where.channel.team, member, where.channel, where)

    async def _act_on(
        self, member: FakeMember, where: Surface, block: Json, action: Json, *, wait: bool
    ) -> Reply:
        act = self._at(member, where, f"{action['type']} {action['action_id']}")
        told = payloads.interaction(self.world, "block_actions", member, self._home(member, where))
        told |= payloads.surface(self.world, where)
        values = state_values(where.blocks, self._values(member, where))
        told |= {"state": {"values": values}, "trigger_id": self.world.trigger(act)}
        told["actions"] = [action | {"block_id": block["block_id"], "action_ts": self.world.ts()}]
        if isinstance(where, FakeMessage):
            told["response_url"] = self.world.response_url(act)
        act.payload = told
        return await self._deliver("interactive", act, take_nothing, wait=wait)

    async def _send_view(
        self, kind: str, member: FakeMember, view: FakeView, *, wait: bool, **more: Any
    ) -> Reply:
        act = self._at(member, view, f"{kind} {view.title}")
        told = payloads.interaction(self.world, kind, member, member.team)
        told |= {"view": payloads.view(view, self.world.app_id), **more}
        if kind == "view_submission":
            told |= {"trigger_id": self.world.trigger(act), "response_urls": []}
        act.payload = told
        taken = self._take_submission if kind == "view_submission" else take_nothing
        return await self._deliver("interactive", act, taken, wait=wait)
