"""Somebody in the room who speaks its protocol by hand."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import Any

import aiohttp
from jsonschema import Draft202012Validator

from bot.room.schema import schema
from tests.patience import PATIENCE_S

Json = dict[str, Any]
LISTS = ("queue", "ballot", "history")


@cache
def validator(part: str) -> Draft202012Validator:
    """What judges requests, or what the room says."""
    return Draft202012Validator({**schema(), "$ref": f"#/$defs/{part}"})


class Known:
    """What a page knows of a party: the state that it was told once, with each change since."""

    def __init__(self) -> None:
        self.top: Json = {}
        self.own: Json = {}
        self._entries: dict[int, Json] = {}
        self._playing: int | None = None
        self._lists: dict[str, list[int]] = {name: [] for name in LISTS}

    def hear(self, heard: Json) -> None:
        """Takes in what was said, if it is of how things stand."""
        if "own" in heard:
            votes = {**self.own.get("votes", {}), **heard["own"].get("votes", {})}
            self.own |= heard["own"] | {"votes": {key: value for key, value in votes.items() if value}}
        elif "state" in heard:
            self._begin(dict(heard["state"]))
        elif "change" in heard:
            self._go_on(heard["change"])

    def _begin(self, state: Json) -> None:
        self._entries = {one["id"]: one for name in LISTS for one in state[name]}
        playing = state.pop("playing")
        self._playing = playing["id"] if playing else None
        self._entries |= {playing["id"]: playing} if playing else {}
        self._lists = {name: [one["id"] for one in state.pop(name)] for name in LISTS}
        self.top = state

    def _go_on(self, change: Json) -> None:
        assert (change["run"], change["seq"]) == (self.top["run"], self.top["seq"] + 1)
        for one in change["entries"]:
            self._entries[one["id"]] = self._entries.get(one["id"], {}) | one
        top = dict(change["set"])
        self._playing = top.pop("playing", self._playing)
        self.top |= top | {name: change[name] for name in ("seq", "now_ms")}
        for name, steps in change["lists"].items():
            ids = self._lists[name]
            for number, place in steps:
                if number in ids:
                    ids.remove(number)
                if place >= 0:
                    ids.insert(place, number)

    @property
    def told(self) -> Json:
        """The state as it was told, or as it would be."""
        if not self.top:
            return {}
        playing = None if self._playing is None else self._entries[self._playing]
        lists = {name: [self._entries[number] for number in ids] for name, ids in self._lists.items()}
        return {**self.top, "playing": playing, **lists}

    @property
    def state(self) -> Json:
        """The same as one sees it: with what is one's own."""
        state = self.told
        if not state:
            return {}
        playing = self._mine(state["playing"]) if state["playing"] else None
        skip = {**state["skip"], "mine": self.own["skip"]}
        lists = {name: [self._mine(one) for one in state[name]] for name in LISTS}
        people = [each["name"] for each in state["people"]]
        return {**state, "playing": playing, "skip": skip, "people": people, **lists}

    def _mine(self, one: Json) -> Json:
        yours = one["by_id"] is not None and one["by_id"] == self.own["me"]
        return {**one, "yours": yours, "vote": self.own["votes"].get(str(one["id"]), 0)}


class Visitor:
    """One WebSocket: what it asks, and the latest state that it was told."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.secret = uuid.uuid4().hex
        self.known = Known()
        self.told: list[str] = []
        self.bye: Json = {}
        self.answer: Json = {}  # to `enter`

    @property
    def state(self) -> Json:
        """How things stand, with what is one's own."""
        return self.known.state

    async def hear(self) -> Json:
        """The next message."""
        heard: Json = await self.socket.receive_json(timeout=PATIENCE_S)
        validator("Message").validate(heard)
        self.known.hear(heard)
        if "told" in heard:
            self.told.append(heard["told"])
        self.bye = heard.get("bye", self.bye)
        return heard

    async def rest(self) -> AsyncIterator[Json]:
        """All that is said until the connection is closed."""
        with suppress(TypeError):  # a close is no text
            while True:
                yield await self.hear()

    async def ask(self, do: str, ident: str | None = None, **fields: object) -> Json:
        """Asks, and waits for the answer."""
        ident = ident or uuid.uuid4().hex
        await self.socket.send_str(json.dumps({"id": ident, "do": do, **fields}))
        while (heard := await self.hear()).get("id") != ident or "going" in heard:
            pass
        return heard

    async def blurt(self, raw: str | bytes) -> Json:
        """Sends something as it is, and waits for what the room says to it."""
        if isinstance(raw, bytes):
            await self.socket.send_bytes(raw)
        else:
            await self.socket.send_str(raw)
        while "ok" not in (heard := await self.hear()):
            pass
        return heard

    async def enter(self, link: str = "", **fields: Any) -> Json:
        """Comes in."""
        return await self.ask("enter", link=link, **fields)

    async def hello(self, name: str, secret: str | None = None) -> Json:
        """Takes a name."""
        return await self.ask("hello", name=name, secret=secret or self.secret)

    async def until(self, holds: Callable[[Json], object]) -> Json:
        """The first state for which something holds."""
        while not self.state or not holds(self.state):
            await self.hear()
        return self.state


@asynccontextmanager
async def connect(session: aiohttp.ClientSession, url: str) -> AsyncIterator[Visitor]:
    """Comes into the lobby as the room's own page does."""
    async with dial(session, url) as visitor:
        assert (await visitor.enter())["ok"]
        yield visitor


@asynccontextmanager
async def dial(session: aiohttp.ClientSession, url: str) -> AsyncIterator[Visitor]:
    """Opens a line, and says nothing yet."""
    async with session.ws_connect(f"{url}/live", headers={"Origin": url}) as socket:
        yield Visitor(socket)


@asynccontextmanager
async def connect_as(url: str, name: str, secret: str | None = None) -> AsyncIterator[Visitor]:
    """Comes in with a session of one's own and takes a name."""
    async with aiohttp.ClientSession() as session, connect(session, url) as visitor:
        assert (await visitor.hello(name, secret))["ok"]
        yield visitor
