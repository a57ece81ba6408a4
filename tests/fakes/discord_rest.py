"""The HTTP API of the fake Discord."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from aiohttp import web

from . import discord_payloads as payloads
from . import discord_places as places
from .discord_errors import (
    CANNOT_MESSAGE,
    INVALID_JSON,
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    NOT_FOUND,
    OTHERS_MESSAGE,
    THREAD_ARCHIVED,
    UNAUTHORIZED,
    UNKNOWN_APPLICATION,
    UNKNOWN_CHANNEL,
    UNKNOWN_GUILD,
    UNKNOWN_MEMBER,
    UNKNOWN_MESSAGE,
    UNKNOWN_USER,
    WRONG_CHANNEL_KIND,
    ApiError,
    FormErrors,
)
from .discord_faults import Fault, HangUp, cut_off, is_cloudflares
from .discord_model import (
    FakeChannel,
    FakeMessage,
    Interaction,
    Json,
    RestRequest,
)
from .discord_people import (
    ATTACH_FILES,
    MANAGE_CHANNELS,
    MANAGE_MESSAGES,
    READ_HISTORY,
    SET_VOICE_STATUS,
    ChannelKind,
)
from .discord_rate_limits import OldEdits, RateLimits
from .discord_world import World

PREFIX = "/api/v10"
_TOKEN = "interaction_token"
_WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
_MESSAGES = "/channels/{channel_id}/messages"


@dataclass(frozen=True)
class Call:
    """One request, taken apart."""

    method: str
    template: str
    path: str
    params: Mapping[str, str]
    query: dict[str, str]
    body: Any


Answer = tuple[int, Any]
Handler = Callable[[Call], Answer]


class RestApi:
    """Answers the routes that a bot with slash commands and buttons needs."""

    def __init__(self, world: World) -> None:
        """Serve this world."""
        self.world = world
        self.gateway_url = ""
        self.faults: list[Fault] = []
        self.hang_ups: list[HangUp] = []
        self.old_edits = OldEdits()
        self.limits = RateLimits()
        self.registered = asyncio.Event()

    def add_routes(self, app: web.Application) -> None:
        """Hang all routes into an aiohttp application."""
        for method, template, handler, public in self._routes():
            served = self._served(method, template, handler, public=public)
            app.router.add_route(method, PREFIX + template, served)
        app.router.add_route("*", PREFIX + "/{rest:.*}", self._unknown)

    def _routes(self) -> list[tuple[str, str, Handler, bool]]:
        commands = "/applications/{application_id}/commands"
        guild_commands = "/applications/{application_id}/guilds/{guild_id}/commands"
        callback = "/interactions/{interaction_id}/{interaction_token}/callback"
        original, hooked = f"{_WEBHOOK}/messages/@original", f"{_WEBHOOK}/messages/{{message_id}}"
        posted = f"{_MESSAGES}/{{message_id}}"
        return [
            ("GET", "/users/@me", self._me, False),
            ("POST", "/users/@me/channels", self._open_dm, False),
            ("GET", "/oauth2/applications/@me", self._application, False),
            ("GET", "/applications/@me", self._application, False),
            ("GET", "/gateway", self._gateway, True),
            ("GET", "/gateway/bot", self._gateway_bot, False),
            ("GET", commands, self._commands, False),
            ("PUT", commands, self._register, False),
            ("GET", guild_commands, self._commands, False),
            ("PUT", guild_commands, self._register, False),
            ("POST", callback, self._callback, True),
            ("POST", _WEBHOOK, self._follow_up, True),
            ("GET", original, self._get_hooked, True),
            ("PATCH", original, self._edit_hooked, True),
            ("DELETE", original, self._delete_hooked, True),
            ("GET", hooked, self._get_hooked, True),
            ("PATCH", hooked, self._edit_hooked, True),
            ("DELETE", hooked, self._delete_hooked, True),
            ("GET", "/guilds/{guild_id}/members/{user_id}", self._member, False),
            ("GET", "/channels/{channel_id}", self._channel, False),
            ("PUT", "/channels/{channel_id}/voice-status", self._set_voice_status, False),
            ("GET", _MESSAGES, self._history, False),
            ("POST", _MESSAGES, self._send, False),
            ("GET", posted, self._get_posted, False),
            ("PATCH", posted, self._edit_posted, False),
            ("DELETE", posted, self._delete_posted, False),
        ]

    # Around every request

    def _served(
        self, method: str, template: str, handler: Handler, *, public: bool
    ) -> Callable[[web.Request], Any]:
        async def serve(request: web.Request) -> web.Response:
            interaction = self._interaction(request)
            if interaction is not None:
                interaction.open_requests += 1
            try:
                return await self._serve(request, template, handler, public=public)
            finally:
                if interaction is not None:
                    interaction.open_requests -= 1
                    interaction.touch()

        return serve

    def _interaction(self, request: web.Request) -> Interaction | None:
        found = request.match_info
        return self.world.by_token(found.get(_TOKEN) or found.get("webhook_token") or "")

    async def _serve(
        self, request: web.Request, template: str, handler: Handler, *, public: bool
    ) -> web.Response:
        body: Any = None
        headers: dict[str, str] = {}
        hangs_up = self._hang_up(request)
        if hangs_up is not None and not hangs_up.taken:
            return cut_off(request, hangs_up)
        try:
            headers = self.limits.take(request.method, request.path.removeprefix(PREFIX))
            body, files = await _body(request)
            call = _call(request, template, body)
            self._authorize(request, public=public)
            self._hold_against_schema(call)
            self._fail_if_ordered(call)
            status, answer = handler(replace(call, body=_attached(body, files)))
        except ApiError as error:
            status, answer = error.status, error.body
            headers |= error.headers
        self._record(request, body, status, answer)
        if hangs_up is not None:
            return cut_off(request, hangs_up)
        if not is_cloudflares(status, answer):
            self.world.report(self.world.schemas.answer(request.method, template, status, answer))
        return _response(status, answer, headers)

    def _authorize(self, request: web.Request, *, public: bool) -> None:
        if not public and request.headers.get("Authorization") != f"Bot {self.world.token}":
            raise ApiError(*UNAUTHORIZED)

    def _hold_against_schema(self, call: Call) -> None:
        if call.body is not None:
            breaches = self.world.schemas.request(call.method, call.template, call.body)
            self.world.report(breaches)

    def _hang_up(self, request: web.Request) -> HangUp | None:
        for it in self.hang_ups:
            if it.method == request.method and it.path_part in request.path:
                self.hang_ups.remove(it)
                return it
        return None

    def _fail_if_ordered(self, call: Call) -> None:
        for fault in self.faults:
            if fault.method == call.method and fault.path_part in call.path:
                self.faults.remove(fault)
                raise fault.error

    def _record(self, request: web.Request, body: Any, status: int, answer: Any) -> None:
        if not self.world.remember:
            return
        path = request.path.removeprefix(PREFIX)
        query = dict(request.query)
        self.world.requests.append(RestRequest(request.method, path, query, body, status, answer))

    async def _unknown(self, request: web.Request) -> web.Response:
        error = ApiError(*NOT_FOUND)
        self.world.report([f"the fake has no route {request.method} {request.path}"])
        self._record(request, None, error.status, error.body)
        return _response(error.status, error.body, {})

    # The bot itself

    def _me(self, call: Call) -> Answer:
        return 200, places.own_user(self.world.bot)

    def _application(self, call: Call) -> Answer:
        return 200, places.application(self.world.bot, self.world.owner) | self.world.application

    def _gateway(self, call: Call) -> Answer:
        return 200, {"url": self.gateway_url}

    def _gateway_bot(self, call: Call) -> Answer:
        starts = self.world.starts
        told = {"shards": starts.shards, "session_start_limit": starts.told()}
        return 200, {"url": self.gateway_url} | told

    def _commands(self, call: Call) -> Answer:
        return 200, self.world.commands.get(self._command_scope(call), [])

    def _register(self, call: Call) -> Answer:
        registered = self.world.register(self._command_scope(call), call.body or [])
        self.registered.set()
        return 200, registered

    def _command_scope(self, call: Call) -> str | None:
        if call.params["application_id"] != self.world.bot.id:
            raise ApiError(*UNKNOWN_APPLICATION)
        guild_id = call.params.get("guild_id")
        if guild_id is not None and guild_id not in self.world.guilds:
            raise ApiError(*MISSING_ACCESS)
        return guild_id

    # Interactions

    def _callback(self, call: Call) -> Answer:
        own_id, token = call.params["interaction_id"], call.params[_TOKEN]
        interaction = self.world.acknowledge(own_id, token, call.body or {})
        if call.query.get("with_response", "").lower() not in ("1", "true"):
            return 204, None
        return 200, payloads.callback_answer(interaction, self.world.bot)

    def _hook(self, call: Call) -> Interaction:
        return self.world.acknowledged(call.params["webhook_id"], call.params["webhook_token"])

    def _hooked(self, call: Call) -> FakeMessage:
        return self.world.webhook_message(self._hook(call), call.params.get("message_id", "@original"))

    def _follow_up(self, call: Call) -> Answer:
        # For an interaction's webhook Discord takes `wait` as given, whatever the query says.
        return self._shown(self.world.follow_up(self._hook(call), call.body or {}))

    def _get_hooked(self, call: Call) -> Answer:
        return self._shown(self._hooked(call))

    def _edit_hooked(self, call: Call) -> Answer:
        message = self._hooked(call)
        _check_open(message.channel)
        return self._shown(self.world.edit(message, call.body or {}, by=self._hook(call)))

    def _delete_hooked(self, call: Call) -> Answer:
        self.world.delete(self._hooked(call), by=self._hook(call))
        return 204, None

    # Channels

    def _place(self, call: Call, permissions: int = 0) -> FakeChannel:
        place = self.world.channels.get(call.params["channel_id"])
        if place is None:
            raise ApiError(*UNKNOWN_CHANNEL)
        if not place.has_bot or (place.home is not None and place.home.id not in self.world.guilds):
            raise ApiError(*MISSING_ACCESS)
        if not place.seen_by_bot:
            raise ApiError(*MISSING_ACCESS)
        if not place.lets_bot(permissions):
            raise ApiError(*MISSING_PERMISSIONS)
        return place

    def _posted(self, call: Call) -> FakeMessage:
        place = self._place(call)
        message = self.world.messages.get(call.params["message_id"])
        # Ephemeral messages exist for their interaction's webhook only.
        if message is None or message.deleted or message.ephemeral or message.channel is not place:
            raise ApiError(*UNKNOWN_MESSAGE)
        return message

    def _shown(self, message: FakeMessage) -> Answer:
        return 200, payloads.message(message, self.world.bot, readable=self.world.readable)

    def _member(self, call: Call) -> Answer:
        """A member by id, which takes no intent (docs, "Get Guild Member"; only lists of them do).

        Discord knows users by another error than members ("Opcodes and Status Codes": JSON error codes).
        """
        guild = self.world.guilds.get(call.params["guild_id"])
        if guild is None or not guild.has_bot:
            raise ApiError(*UNKNOWN_GUILD)
        who = self.world.members_of[guild.id].get(call.params["user_id"])
        if who is None:
            known = any(it.id == call.params["user_id"] for it in self.world.users.values())
            raise ApiError(*(UNKNOWN_MEMBER if known else UNKNOWN_USER))
        return 200, places.guild_member(who)

    def _channel(self, call: Call) -> Answer:
        return 200, places.channel(self._place(call))

    def _set_voice_status(self, call: Call) -> Answer:
        """Takes a second permission of who is not in the channel, as the bot never is.

        Discord's OpenAPI description, "update_voice_channel_status", and discord-api-docs#6400, "Set Voice
        Channel Status".
        """
        place = self._place(call)
        if place.kind is not ChannelKind.VOICE:
            raise ApiError(*WRONG_CHANNEL_KIND)
        if (SET_VOICE_STATUS | MANAGE_CHANNELS) & ~place.app_permissions:
            raise ApiError(*MISSING_PERMISSIONS)
        errors = FormErrors()
        errors.at_most(("status",), (call.body or {}).get("status"), 500)
        errors.refuse()
        return 204, None

    def _open_dm(self, call: Call) -> Answer:
        wanted = str((call.body or {}).get("recipient_id"))
        who = next((it for it in self.world.users.values() if it.id == wanted and not it.bot), None)
        if who is None:
            raise ApiError(*UNKNOWN_USER)
        return 200, places.channel(self.world.dm(who))

    def _send(self, call: Call) -> Answer:
        place = self._place(call)
        files = ATTACH_FILES if (call.body or {}).get("attachments") else 0
        if place.home is not None and not place.lets_bot(place.to_post | files):
            raise ApiError(*MISSING_PERMISSIONS)
        if place.home is None and self.world.closed & {who.id for who in place.people}:
            raise ApiError(*CANNOT_MESSAGE)
        return self._shown(self.world.send(place, call.body or {}))

    def _history(self, call: Call) -> Answer:
        place = self._place(call)
        if not place.app_permissions & READ_HISTORY:
            return 200, []
        query = call.query
        found = [it for it in self.world.messages_in[place.id] if not it.deleted and not it.ephemeral]
        after, before = int(query.get("after", 0)), int(query.get("before", 2**63))
        found = [it for it in found if after < int(it.id) < before]
        limit = min(100, int(query.get("limit", 50)))
        # The newest come first, also where those right after a message were asked for.
        page = found[:limit] if "after" in query else found[-limit:]
        return 200, [self._shown(it)[1] for it in reversed(page)]

    def _get_posted(self, call: Call) -> Answer:
        return self._shown(self._posted(call))

    def _edit_posted(self, call: Call) -> Answer:
        message = self._posted(call)
        if message.author is not None:
            raise ApiError(*OTHERS_MESSAGE)
        _check_open(message.channel)
        self.old_edits.take(message, self.world.timing)
        return self._shown(self.world.edit(message, call.body or {}, by=None))

    def _delete_posted(self, call: Call) -> Answer:
        message = self._posted(call)
        _check_open(message.channel)
        if message.author is not None and not message.channel.app_permissions & MANAGE_MESSAGES:
            raise ApiError(*MISSING_PERMISSIONS)
        self.world.delete(message, by=None)
        return 204, None


def _check_open(place: FakeChannel) -> None:
    """Refuse to change what is in an archived thread (docs, "Threads": archived ones are read-only)."""
    if place.archived:
        raise ApiError(*THREAD_ARCHIVED)


def _call(request: web.Request, template: str, body: Any) -> Call:
    path = request.path.removeprefix(PREFIX)
    query = dict(request.query)
    return Call(request.method, template, path, dict(request.match_info), query, body)


async def _body(request: web.Request) -> tuple[Any, dict[str, bytes]]:
    if request.content_type.startswith("multipart/"):
        return await _multipart(request)
    text = await request.text()
    try:
        return (json.loads(text) if text else None), {}
    except json.JSONDecodeError:
        raise ApiError(*INVALID_JSON) from None


async def _multipart(request: web.Request) -> tuple[Json, dict[str, bytes]]:
    form = await request.post()
    body: Json = json.loads(str(form["payload_json"]))
    uploads = {key: it for key, it in form.items() if isinstance(it, web.FileField)}
    return body, {key: it.file.read() for key, it in uploads.items()}


def _attached(body: Any, files: Mapping[str, bytes]) -> Any:
    """The body with the uploaded bytes in its attachments, which never are in the JSON itself."""
    if not files:
        return body
    # A callback carries its message one level down.
    inner = body.get("data", body)
    attachments = [
        file | {"content": files.get(f"files[{file.get('id', number)}]", b"")}
        for number, file in enumerate(inner.get("attachments") or [])
    ]
    message = inner | {"attachments": attachments}
    return body | {"data": message} if "data" in body else message


def _response(status: int, answer: Any, limits: Mapping[str, str]) -> web.Response:
    headers = {
        # Without it discord.py takes a refusal for one of Cloudflare's.
        "Via": "1.1 google",
        "X-RateLimit-Limit": "50",
        "X-RateLimit-Remaining": "49",
        "X-RateLimit-Reset": f"{time.time() + 1:.3f}",
        "X-RateLimit-Reset-After": "1.000",
        **limits,
    }
    if is_cloudflares(status, answer):
        del headers["Via"]
    if status == 204:
        return web.Response(status=204, headers=headers)
    # discord.py parses a body only if its type is exactly this one, without a charset.
    body, kind = orjson.dumps(answer), "application/json"
    return web.Response(body=body, status=status, headers=headers, content_type=kind)
