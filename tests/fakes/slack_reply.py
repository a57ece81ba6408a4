"""Something that a person did in the fake Slack, and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .slack_model import FakeChannel, FakeMember, FakeMessage, FakeTeam, FakeView, Json, Kind, Timing
from .slack_parts import options


@dataclass(eq=False)
class Act:
    """Something that a person did, which is on its way to the app."""

    label: str
    team: FakeTeam
    member: FakeMember | None
    channel: FakeChannel | None = None
    source: FakeMessage | FakeView | None = None
    payload: Json = field(default_factory=dict)
    kind: Kind = "interactive"
    envelope_id: str = ""
    first: Act | None = None
    taken: Callable[[Act, Any], None] = lambda act, body: None
    delivery: asyncio.Task[None] | None = None
    delivered: bool = False
    ack: Any = None
    status: int | None = None
    acked_ms: float | None = None
    failure: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    messages: list[FakeMessage] = field(default_factory=list)
    changed_messages: list[FakeMessage] = field(default_factory=list)
    views: list[FakeView] = field(default_factory=list)
    posts: list[Json] = field(default_factory=list)
    open_requests: int = 0
    visible: bool = False
    touched: float = 0.0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def touch(self, now: float, *, visible: bool = False) -> None:
        """Something came of it."""
        self.touched = now
        self.visible = self.visible or visible
        self.changed.set()

    def quiet_s(self, timing: Timing) -> float | None:
        """The seconds of quiet after which it counts as complete; None while something is still open."""
        if not self.delivered or self.open_requests:
            return None
        return timing.settle_s if self.visible or self.failure else timing.unchanged_s


@dataclass(frozen=True)
class Reply:
    """A live view of what became of an act.

    `ack` is what the app answered in time (JSON, a text, or None for an empty answer),
    `failure` is what the person is told where it did not: `operation_timeout` or `dispatch_failed`.
    """

    act: Act

    @property
    def ack(self) -> Any:
        """The body of the acknowledgement."""
        return self.act.ack

    @property
    def status(self) -> int | None:
        """The HTTP status of the acknowledgement; 200 for every one over Socket Mode."""
        return self.act.status

    @property
    def acked_ms(self) -> float | None:
        """Milliseconds until the acknowledgement; None if none came in time."""
        return self.act.acked_ms

    @property
    def failure(self) -> str | None:
        """What Slack tells the person when the app did not acknowledge."""
        return self.act.failure

    @property
    def payload(self) -> Json:
        """What was sent to the app."""
        return self.act.payload

    @property
    def messages(self) -> list[FakeMessage]:
        """The messages that became visible and still are, oldest first."""
        return [it for it in self.act.messages if not it.deleted]

    @property
    def message(self) -> FakeMessage:
        """The one message that became visible; AssertionError if there is not exactly one."""
        found = self.messages
        assert len(found) == 1, [it.shown for it in found]
        return found[0]

    @property
    def changed(self) -> list[FakeMessage]:
        """The messages that were edited or deleted, in the order of the changes."""
        return self.act.changed_messages

    @property
    def text(self) -> str:
        """What all new messages say."""
        return "\n".join(it.shown for it in self.messages)

    @property
    def views(self) -> list[FakeView]:
        """The modals that opened or changed, and the App Homes that were published."""
        return self.act.views

    @property
    def view(self) -> FakeView:
        """The last of those; IndexError if there is none."""
        return self.act.views[-1]

    @property
    def errors(self) -> dict[str, str]:
        """What a form was refused with, by block id."""
        return self.act.errors

    @property
    def offered(self) -> list[tuple[str, str]]:
        """The text and value of each option that the app offered for what was typed."""
        found = self.act.ack if isinstance(self.act.ack, dict) else {}
        return [(it["text"]["text"], it["value"]) for it in options(found)]

    @property
    def posts(self) -> list[Json]:
        """What the app sent to the response_url."""
        return self.act.posts
