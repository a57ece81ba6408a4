"""The people, places and things in the fake Slack, and what a test gets back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.patience import PATIENCE_S

from .slack_parts import walk

Json = dict[str, Any]
Kind = Literal["slash_commands", "interactive", "events_api"]
Values = dict[str, dict[str, Json]]  # by block id and action id, as in `state.values`

BOT_SCOPES = (
    "app_mentions:read,channels:history,channels:read,chat:write,commands,files:read,files:write,"
    "groups:history,groups:read,im:history,im:read,im:write,users:read"
)


@dataclass(frozen=True)
class Timing:
    """How long Slack waits, and how long the driving methods do; all in seconds.

    It is more patient than Slack unless told otherwise, so that a busy machine fails no test.
    """

    ack_s: float = PATIENCE_S
    trigger_s: float = PATIENCE_S
    settle_s: float = 0.05
    unchanged_s: float = 0.3
    timeout_s: float = PATIENCE_S


STRICT = Timing(ack_s=3.0, trigger_s=3.0)
"""As Slack has it."""


@dataclass(eq=False)
class FakeTeam:
    """A workspace, with the app's own bot user in it."""

    id: str
    name: str
    domain: str
    bot_user_id: str
    bot_id: str
    enterprise: FakeEnterprise | None = None
    org_install: bool = False


@dataclass(eq=False)
class FakeEnterprise:
    """An Enterprise Grid organisation."""

    id: str
    name: str


@dataclass(eq=False)
class FakeMember:
    """A person (or a bot) of a workspace."""

    id: str
    name: str
    team: FakeTeam
    admin: bool = False
    owner: bool = False
    guest: bool = False
    ultra: bool = False
    bot: bool = False
    stranger: bool = False
    deleted: bool = False
    tz: str = "Europe/Amsterdam"
    locale: str = "en-US"

    @property
    def mention(self) -> str:
        """How a message names this person."""
        return f"<@{self.id}>"


@dataclass(eq=False)
class FakeChannel:
    """A public or private channel, or a direct message with the bot."""

    id: str
    name: str
    team: FakeTeam
    im: bool = False
    private: bool = False
    archived: bool = False
    has_bot: bool = True
    shared: bool = False
    members: dict[str, FakeMember] = field(default_factory=dict)


Trouble = Literal["", "missing", "broken", "slow", "endless", "redirect"]
"""What goes wrong with a download: 404, 500, no end in sight, more than was told, or an address elsewhere."""


@dataclass(eq=False)
class FakeFile:
    """A file that a person has sent; `told` changes what Slack says of it."""

    id: str
    name: str
    content: bytes
    member: FakeMember
    channels: list[FakeChannel] = field(default_factory=list)
    told: Json = field(default_factory=dict)
    trouble: Trouble = ""
    elsewhere: str = ""


@dataclass(eq=False)
class FakeMessage:
    """A message; `private_to` is whom an ephemeral one is for, `author` None for the bot's own."""

    ts: str
    channel: FakeChannel
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    author: FakeMember | None = None
    private_to: FakeMember | None = None
    thread_ts: str | None = None
    options: Json = field(default_factory=dict)
    files: list[Json] = field(default_factory=list)
    edits: int = 0
    edited: bool = False
    deleted: bool = False
    values: dict[str, Values] = field(default_factory=dict)

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.private_to is not None

    @property
    def shown(self) -> str:
        """All texts that a person reads, a line each: the blocks', or the text where there are none."""
        return "\n".join(texts(self.blocks)) if self.blocks else self.text

    @property
    def aloud(self) -> str:
        """What a screen reader says of it, and a notification shows (docs, "chat.postMessage": `text`)."""
        return self.text

    @property
    def actions(self) -> dict[str, Json]:
        """Its buttons and menus by action id."""
        return {it["action_id"]: it for it in walk(self.blocks) if "action_id" in it}


@dataclass(eq=False)
class FakeView:
    """A modal or an App Home, as the app last set it."""

    id: str
    member: FakeMember
    body: Json
    hash: str
    team: FakeTeam
    root_id: str = ""
    previous_id: str | None = None
    values: Values = field(default_factory=dict)
    closed: bool = False

    @property
    def kind(self) -> str:
        """`modal` or `home`."""
        return str(self.body["type"])

    @property
    def blocks(self) -> list[Json]:
        """Its blocks."""
        found: list[Json] = self.body["blocks"]
        return found

    @property
    def title(self) -> str:
        """The title of a modal."""
        return str((self.body.get("title") or {}).get("text", ""))

    @property
    def shown(self) -> str:
        """All texts that a person reads, a line each."""
        return "\n".join(texts(self.blocks))

    @property
    def actions(self) -> dict[str, Json]:
        """Its buttons, menus and inputs by action id."""
        return {it["action_id"]: it for it in walk(self.blocks) if "action_id" in it}


@dataclass(eq=False)
class Grant:
    """One token: whose it is and what it may do. `team` is None for an org-wide install."""

    token: str
    kind: str
    scopes: tuple[str, ...]
    team: FakeTeam | None = None
    enterprise: FakeEnterprise | None = None
    user: FakeMember | None = None
    refresh_token: str | None = None
    expires_at: float | None = None
    error: str | None = None


@dataclass(eq=False)
class Code:
    """A temporary OAuth code, good once and for ten minutes."""

    code: str
    member: FakeMember
    team: FakeTeam | None
    enterprise: FakeEnterprise | None
    scopes: tuple[str, ...]
    redirect_uri: str | None
    made_at: float
    used: bool = False


@dataclass(frozen=True)
class SlackRequest:
    """One request to the Web API or to a response_url."""

    method: str
    params: Json
    token: str
    status: int
    answer: Any

    def __str__(self) -> str:
        """The method, and what came of it."""
        return f"{self.method} {self.params} -> {self.status} {self.answer}"[:600]


def texts(blocks: list[Json]) -> Iterator[str]:
    """All texts in blocks, in the order in which they are shown."""
    for block in blocks:
        yield from (str(it["text"]) for it in walk([block]) if isinstance(it.get("text"), str))
