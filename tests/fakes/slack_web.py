"""The Web API of the fake Slack: what goes on around each method."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from .slack_errors import HttpFailure, SlackError
from .slack_model import FakeTeam, Grant, Json, SlackRequest
from .slack_world import World

_AS_JSON = ("blocks", "view", "attachments", "files", "metadata")


@dataclass(frozen=True)
class Call:
    """One call, taken apart. `grant` is None for the methods that need no token."""

    method: str
    params: Json
    token: str
    grant: Grant | None
    client: tuple[str, str] | None = None

    @property
    def by(self) -> Grant:
        """Whose call it is."""
        assert self.grant is not None, f"{self.method} should ask for a token"
        return self.grant

    def require(self, *scopes: str) -> None:
        """Raise `missing_scope` unless the token has one of these scopes."""
        if not set(scopes) & set(self.by.scopes):
            raise SlackError("missing_scope", needed=scopes[0], provided=",".join(self.by.scopes))

    def text(self, name: str, error: str = "invalid_arguments") -> str:
        """A required argument."""
        if not self.params.get(name):
            raise SlackError(error)
        return str(self.params[name])

    def number(self, name: str, default: int) -> int:
        """A whole number among the arguments."""
        try:
            return int(self.params.get(name) or default)
        except ValueError:
            raise SlackError("invalid_arguments") from None

    def flag(self, name: str) -> bool:
        """A yes or no among the arguments."""
        return str(self.params.get(name, "")).lower() in ("1", "true")


@dataclass(frozen=True)
class Method:
    """What answers a method, and the tokens and scopes that it asks for."""

    answer: Callable[[Call], Json]
    kind: str | None = "bot"
    scopes: tuple[str, ...] = ()


@dataclass(eq=False)
class Fault:
    """A refusal that a test has ordered: for the next call, or for all of them until it is lifted.

    Args:
        method: whose calls; one that ends in a dot and a star stands for all that begin so.
        failure: what they are refused with.
        channel: the id of the only channel that it is about; empty for any.
        team: the only workspace that it is about; None for any.
        lasting: whether it stays until it is lifted.
    """

    method: str
    failure: SlackError | HttpFailure
    channel: str = ""
    team: FakeTeam | None = None
    lasting: bool = False

    def meets(self, name: str, params: Json, team: FakeTeam | None) -> bool:
        """Whether a call is refused."""
        wanted = self.method.removesuffix("*")
        if name != wanted and not (self.method.endswith("*") and name.startswith(wanted)):
            return False
        channel = params.get("channel") or params.get("channel_id")
        return (not self.channel or channel == self.channel) and (self.team is None or self.team is team)


class WebApi:
    """Answers `/api/<method>`."""

    def __init__(self, world: World, methods: Mapping[str, Method]) -> None:
        """Serve this world with these methods."""
        self.world = world
        self.methods = methods
        self.faults: list[Fault] = []

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one call."""
        name = request.match_info["method"]
        token, params, headers = "", {}, {}
        page = ""
        team: FakeTeam | None = None
        try:
            params = await arguments(request)
            token = _token(request, params)
            grant = self.world.grants.get(token)
            team = grant.team if grant is not None else None
            self._busy(team, 1)
            status, answer = 200, self._answer(request, name, params, token)
        except SlackError as error:
            status, answer = 200, error.body
        except HttpFailure as failure:
            status = failure.status
            answer = {"ok": False, "error": "ratelimited" if status == 429 else "fatal_error"}
            page = failure.page
            if failure.retry_after_s is not None:
                headers["Retry-After"] = str(failure.retry_after_s)
        finally:
            self._busy(team, -1)
        self._note(name, params, token, status, page or answer)
        if page:  # slack_sdk knows of such answers, too: `_build_unexpected_body_error_message`
            return web.Response(status=status, text=page, content_type="text/html")
        return web.json_response(answer, status=status, headers=headers | self._scopes(name, token))

    def _answer(self, request: web.Request, name: str, params: Json, token: str) -> Json:
        method = self.methods.get(name)
        if method is None:
            self.world.report([f"the fake has no method {name}"])
            raise SlackError("unknown_method", req_method=name)
        known = self.world.grants.get(token)
        counted = _counted(known, token)
        self.world.limits.take(name, counted)
        try:
            self.fail_if_ordered(name, params, known.team if known else None)
        except HttpFailure as failure:
            self.world.limits.rest(name, counted, failure.retry_after_s or 0)
            raise
        grant = self._authorize(method, token)
        self.world.report(self.world.schemas.request(name, params))
        call = Call(name, params, token, grant, _client(request, params))
        if method.scopes:
            call.require(*method.scopes)
        answer = {"ok": True, **method.answer(call)}
        self.world.report(self.world.schemas.answer(name, answer))
        return answer

    def _authorize(self, method: Method, token: str) -> Grant | None:
        if method.kind is None:
            return None
        if not token:
            raise SlackError("not_authed")
        grant = self.world.grants.get(token)
        if grant is None:
            raise SlackError("invalid_auth")
        if grant.error is not None:
            raise SlackError(grant.error)
        if grant.expires_at is not None and grant.expires_at <= self.world.now():
            raise SlackError("token_expired")
        if (grant.kind == "app") != (method.kind == "app"):
            raise SlackError("not_allowed_token_type")
        return grant

    def fail_if_ordered(self, name: str, params: Json, team: FakeTeam | None) -> None:
        """Refuse what a test wants refused."""
        for fault in self.faults:
            if fault.meets(name, params, team):
                if not fault.lasting:
                    self.faults.remove(fault)
                raise fault.failure

    def _busy(self, team: FakeTeam | None, change: int) -> None:
        for act in self.world.open_acts:
            if team is None or act.team is team:
                act.open_requests = max(0, act.open_requests + change)
                act.touch(time.monotonic())

    def _scopes(self, name: str, token: str) -> dict[str, str]:
        grant, method = self.world.grants.get(token), self.methods.get(name)
        if grant is None or method is None:
            return {}
        return {"X-OAuth-Scopes": ",".join(grant.scopes), "X-Accepted-OAuth-Scopes": ",".join(method.scopes)}

    def _note(self, name: str, params: Json, token: str, status: int, answer: Any) -> None:
        if self.world.remember:
            self.world.requests.append(SlackRequest(name, params, token, status, answer))


def _counted(grant: Grant | None, token: str) -> str:
    """What a limit counts for: the workspace, or the organisation that has the app."""
    if grant is None or grant.kind == "app":
        return token
    place = grant.team or grant.enterprise
    return place.id if place else token


async def arguments(request: web.Request) -> Json:
    """The arguments of a call, from its query and from its JSON or form."""
    found: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except json.JSONDecodeError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        found |= body
    else:
        found |= await request.post()
    for key in _AS_JSON:
        if isinstance(found.get(key), str):
            try:
                found[key] = json.loads(found[key])
            except json.JSONDecodeError:
                raise SlackError(
                    "invalid_blocks_format" if key == "blocks" else "invalid_arguments"
                ) from None
    return found


def _token(request: web.Request, params: Json) -> str:
    header = request.headers.get("Authorization", "")
    given = params.pop("token", None)
    return header.removeprefix("Bearer ") if header.startswith("Bearer ") else str(given or "")


def _client(request: web.Request, params: Json) -> tuple[str, str] | None:
    header = request.headers.get("Authorization", "")
    if header.startswith("Basic "):
        name, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        return name, secret
    if "client_id" in params:
        return str(params["client_id"]), str(params.get("client_secret", ""))
    return None
