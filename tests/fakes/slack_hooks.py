"""What an app may send to a response_url: five times within half an hour.

So says docs.slack.dev, "Handling user interaction", under "Message responses".
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from aiohttp import web

from .slack_errors import HttpFailure, SlackError
from .slack_model import FakeMessage, FakeTeam, Json, SlackRequest
from .slack_reply import Act
from .slack_world import World

_GONE = ("expired_url", "used_url")


class Hooks:
    """Answers `/actions/<team>/<number>/<secret>`, as such an address reads in the documentation."""

    def __init__(self, world: World) -> None:
        """Serve this world."""
        self._world = world
        self.refuse: Callable[[str, Json, FakeTeam | None], None] = lambda name, params, team: None

    async def handle(self, request: web.Request) -> web.Response:
        """Take one post."""
        body: Json = {}
        try:
            body = json.loads(await request.text())
            act = self._world.hook(request.match_info["hook"])
            self.refuse("response_url", {"channel": act.channel.id if act.channel else ""}, act.team)
            self.apply(act, body)
            status, answer = 200, "ok"
        except json.JSONDecodeError:
            status, answer = 400, "invalid_payload"
        except SlackError as error:
            status, answer = (404 if str(error) in _GONE else 400), json.dumps(error.body)
        except HttpFailure as failure:  # an outage: a text or a page, never Slack's JSON
            status, answer = failure.status, failure.page or "no_service"
        if self._world.remember:
            self._world.requests.append(SlackRequest("response_url", body, "", status, answer))
        kind = "text/html" if status == 200 else "application/json"
        return web.Response(status=status, text=answer, content_type=kind)

    def apply(self, act: Act, body: Json) -> None:
        """Do what the post says; raises what Slack refuses it with."""
        for it in self._world.acts(act.team, act):
            it.posts.append(body)
            it.touch(time.monotonic())
        if body.get("delete_original"):
            self._world.delete(self._original(act), by=act)
        elif body.get("replace_original"):
            self._world.edit(self._original(act), body, by=act)
        else:
            self.say(act, body)

    def say(self, act: Act, body: Json) -> FakeMessage:
        """Answer an act with a message, which only the person sees unless it says `in_channel`."""
        if act.channel is None:
            raise SlackError("channel_not_found")
        kind = body.get("response_type") or "ephemeral"
        if kind not in ("ephemeral", "in_channel"):
            raise SlackError("invalid_arguments")
        message = self._world.post(act.channel, body, by=act)
        message.private_to = act.member if kind == "ephemeral" else None
        return message

    def _original(self, act: Act) -> FakeMessage:
        # For a command it is what was answered to it first.
        source = act.source if isinstance(act.source, FakeMessage) else None
        source = source or next(iter(act.messages), None)
        if source is None or source.deleted:
            raise SlackError("message_not_found")
        return source
