"""The methods that show modals and the App Home."""

from __future__ import annotations

import secrets
import time
from typing import Any

from . import slack_payloads as payloads
from .slack_blocks import check_view
from .slack_errors import SlackError, invalid
from .slack_model import FakeMember, FakeTeam, FakeView, Json
from .slack_parts import walk
from .slack_reply import Act
from .slack_web import Call, Method
from .slack_world import World, covers

_DEEPEST = 3
_LARGEST = 250_000


class Views:
    """views.*, and what a form's answer does to a modal."""

    def __init__(self, world: World) -> None:
        """Show views in this world."""
        self._world = world

    def methods(self) -> dict[str, Method]:
        """The methods by name."""
        return {
            "views.open": Method(self._open),
            "views.push": Method(self._push),
            "views.update": Method(self._update),
            "views.publish": Method(self._publish),
        }

    # Also for a form's answer

    def new(self, member: FakeMember, team: FakeTeam, body: Any, act: Act | None) -> FakeView:
        """A view on top of those that a person has open."""
        own = self._checked(body, "modal")
        stack = self._world.modals[member.id]
        if len(stack) >= _DEEPEST:
            raise SlackError("push_limit_reached")
        view = FakeView(self._world.id("V"), member, own, _hash(), team)
        view.root_id = stack[0].id if stack else view.id
        view.previous_id = stack[-1].id if stack else None
        self._world.views[view.id] = view
        stack.append(view)
        return self._shown(view, act)

    def change(self, view: FakeView, body: Any, act: Act | None) -> FakeView:
        """Other content for a view that is open."""
        view.body, view.hash = self._checked(body, view.kind), _hash()
        return self._shown(view, act)

    def close(self, member: FakeMember, *, every: bool) -> list[FakeView]:
        """Close the view on top, or all; returns those that closed."""
        stack = self._world.modals[member.id]
        closed = stack[:] if every else stack[-1:]
        for view in closed:
            view.closed = True
            stack.remove(view)
        return closed

    # The methods

    def _open(self, call: Call) -> Json:
        act = self._pull(call)
        self.close(_person(act), every=True)
        return self._told(self.new(_person(act), act.team, call.params.get("view"), act))

    def _push(self, call: Call) -> Json:
        act = self._pull(call)
        if not isinstance(act.source, FakeView) or act.source.kind != "modal" or act.source.closed:
            raise SlackError("invalid_trigger_id")
        return self._told(self.new(_person(act), act.team, call.params.get("view"), act))

    def _pull(self, call: Call) -> Act:
        # A view that Slack refuses leaves the trigger_id good.
        view = self._checked(call.params.get("view"), "modal")
        if any(it.get("type") == "file_input" for it in walk(view)):
            call.require("files:read")
        act = self._world.pull(call.params.get("trigger_id"))
        if not covers(call.by, act.team):
            raise SlackError("invalid_trigger_id")
        return act

    def _update(self, call: Call) -> Json:
        by_own_id = {it.body.get("external_id"): it for it in self._world.views.values() if not it.closed}
        view = self._world.views.get(str(call.params.get("view_id")))
        view = view or by_own_id.get(call.params.get("external_id") or object())
        if view is None or view.closed or view.kind != "modal" or not covers(call.by, view.team):
            raise SlackError("not_found")
        self._check_hash(view, call)
        return self._told(self.change(view, call.params.get("view"), None))

    def _publish(self, call: Call) -> Json:
        member = self._world.members.get(call.text("user_id"))
        if member is None or member.bot or member.stranger or not covers(call.by, member.team):
            raise SlackError("user_not_found")
        body = self._checked(call.params.get("view"), "home")
        home = self._world.homes.get(member.id)
        if home is not None:
            self._check_hash(home, call)
            return self._told(self.change(home, body, None))
        home = FakeView(self._world.id("V"), member, body, _hash(), member.team)
        self._world.views[home.id] = self._world.homes[member.id] = home
        return self._told(self._shown(home, None))

    def _check_hash(self, view: FakeView, call: Call) -> None:
        if call.params.get("hash") not in (None, "", view.hash):
            raise SlackError("hash_conflict")

    def _checked(self, body: Any, kind: str) -> Json:
        check_view(body)
        if body["type"] != kind:
            raise invalid("invalid_arguments", [f"expected a view of type {kind} [json-pointer:/view/type]"])
        if len(str(body)) > _LARGEST:
            raise SlackError("view_too_large")
        return {**body, "blocks": self._world.numbered(body["blocks"])}

    def _shown(self, view: FakeView, by: Act | None) -> FakeView:
        for act in self._world.acts(view.team, by):
            act.views.append(view)
            act.touch(time.monotonic(), visible=True)
        return view

    def _told(self, view: FakeView) -> Json:
        return {"view": payloads.view(view, self._world.app_id)}


def _person(act: Act) -> FakeMember:
    assert act.member is not None, "only people get a trigger_id"
    return act.member


def _hash() -> str:
    return f"{int(time.time())}.{secrets.token_hex(4)}"
