"""The state of the fake Slack, and what becomes of messages, modals and tokens."""

from __future__ import annotations

import itertools
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .slack_blocks import check_message
from .slack_errors import SlackError
from .slack_limits import Limits
from .slack_model import (
    Code,
    FakeChannel,
    FakeEnterprise,
    FakeFile,
    FakeMember,
    FakeMessage,
    FakeTeam,
    FakeView,
    Grant,
    Json,
    SlackRequest,
    Timing,
)
from .slack_reply import Act
from .slack_schemas import Schemas

_HOOK_USES, HOOK_S = 5, 1800


@dataclass(eq=False)
class Trigger:
    """What a modal is opened with: good once and for three seconds."""

    act: Act
    made_at: float
    used: bool = False


@dataclass(eq=False)
class Hook:
    """A response_url: good for half an hour and five posts."""

    act: Act
    made_at: float
    uses: int = 0


class World:
    """Everything that the Web API, the deliveries and the tests share."""

    def __init__(self, timing: Timing, specs: Path | None, scopes: str) -> None:
        """Start with an app and nothing else."""
        self.timing = timing
        self.schemas = Schemas(specs)
        self.scopes = tuple(scopes.split(","))
        self.base = ""
        self.offset_s = 0.0
        self._numbers = itertools.count(1)
        self._last_ts = 0
        self.app_id = self.id("A")
        self.client_id, self.client_secret = "1111111111.2222222222", secrets.token_hex(16)
        self.signing_secret = secrets.token_hex(16)
        self.verification_token = secrets.token_urlsafe(18)
        self.redirect_uris: tuple[str, ...] = ()
        self.commands: frozenset[str] | None = None  # of the app's manifest; None for any
        self.rotate = False
        self.teams: dict[str, FakeTeam] = {}
        self.members: dict[str, FakeMember] = {}
        self.channels: dict[str, FakeChannel] = {}
        self.dms: dict[tuple[str, str], FakeChannel] = {}
        self.messages: dict[tuple[str, str], FakeMessage] = {}
        self.views: dict[str, FakeView] = {}
        self.modals: defaultdict[str, list[FakeView]] = defaultdict(list)
        self.homes: dict[str, FakeView] = {}
        self.files: dict[str, Json] = {}
        self.uploads: dict[str, FakeFile] = {}  # people's
        self.sent_bytes = 0  # of the last download that went on and on
        self.limits = Limits(self.now)
        self.grants: dict[str, Grant] = {}
        self.codes: dict[str, Code] = {}
        self.triggers: dict[str, Trigger] = {}
        self.hooks: dict[str, Hook] = {}
        self.open_acts: set[Act] = set()
        self.remember = True
        self.requests: list[SlackRequest] = []
        self.violations: list[str] = []
        self.heard: Callable[[FakeMessage], None] = lambda message: None  # each chat post and update

    def now(self) -> float:
        """The time in seconds since 1970, on a clock that the test can move on."""
        return time.time() + self.offset_s

    def id(self, prefix: str) -> str:
        """A new id that looks like Slack's."""
        return f"{prefix}0FAKE{next(self._numbers):05d}"

    def ts(self) -> str:
        """A new timestamp; no two are the same."""
        self._last_ts = max(self._last_ts + 1, int(self.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def report(self, breaches: Iterable[str]) -> None:
        """Keep breaches for the test to see."""
        self.violations += breaches

    # Tokens

    def grant(
        self,
        team: FakeTeam | None,
        enterprise: FakeEnterprise | None = None,
        scopes: tuple[str, ...] | None = None,
        *,
        kind: str = "bot",
    ) -> Grant:
        """A new token of the app for a workspace, for an organisation, or for itself."""
        # An app-level token is xapp-1-, its app's id, a number, and what is secret of it.
        prefix = {"bot": "xoxb", "app": f"xapp-1-{self.app_id}-1234567890", "user": "xoxp"}[kind]
        token = f"{prefix}-{secrets.token_hex(12)}"
        grant = Grant(token, kind, self.scopes if scopes is None else scopes, team, enterprise)
        self.grants[token] = grant
        return grant

    def grant_for(self, team: FakeTeam) -> Grant | None:
        """The bot's newest good token that covers a workspace."""
        found = [it for it in self.grants.values() if it.kind == "bot" and not it.error]
        covering = [it for it in found if it.team is team]
        if team.enterprise is not None:
            covering += [it for it in found if it.team is None and it.enterprise is team.enterprise]
        return covering[-1] if covering else None

    # Where

    def channel(self, grant: Grant, channel_id: str | None) -> FakeChannel:
        """A channel that this token can see, or a person's direct message; `channel_not_found`."""
        member = self.members.get(channel_id or "")
        if member is not None and not member.bot:
            return self.dm(member)
        channel = self.channels.get(channel_id or "")
        if channel is None or channel.deleted or not covers(grant, channel.team):
            raise SlackError("channel_not_found")
        if (channel.private or channel.im) and not channel.has_bot:
            raise SlackError("channel_not_found")
        return channel

    def dm(self, member: FakeMember) -> FakeChannel:
        """The direct message between the bot and a person."""
        key = (member.team.id, member.id)
        if key not in self.dms:
            channel = FakeChannel(self.id("D"), "directmessage", member.team, im=True)
            channel.members[member.id] = member
            self.channels[channel.id] = self.dms[key] = channel
        return self.dms[key]

    # Messages

    def post(self, channel: FakeChannel, body: Json, by: Act | None = None) -> FakeMessage:
        """A message of the bot's; raises what Slack refuses it with."""
        check_message(body)
        message = FakeMessage(self.ts(), channel, thread_ts=body.get("thread_ts"))
        self.write(message, body)
        kept = ("unfurl_links", "unfurl_media", "reply_broadcast", "metadata", "attachments", "link_names")
        message.options = {key: body[key] for key in (*kept, "parse", "mrkdwn") if key in body}
        return self.keep(message, by)

    def keep(self, message: FakeMessage, by: Act | None = None) -> FakeMessage:
        """Show a new message."""
        self.messages[message.channel.id, message.ts] = message
        for act in self.acts(message.channel.team, by):
            act.messages.append(message)
            act.touch(time.monotonic(), visible=True)
        return message

    def write(self, message: FakeMessage, body: Json) -> None:
        """Set the text and blocks of a message; text alone takes the blocks away, as in Slack."""
        message.text = body.get("text") or (message.text if "text" not in body else "")
        if "blocks" in body or "text" in body:
            message.blocks = self.numbered(body.get("blocks") or [])

    def numbered(self, blocks: list[Json]) -> list[Json]:
        """The blocks with an id each, and with an action id in each of their elements."""
        found = []
        for block in blocks:
            block = {"block_id": secrets.token_urlsafe(4), **block}
            for key in ("element", "accessory"):
                if isinstance(block.get(key), dict) and block[key]["type"] != "image":
                    block[key] = {"action_id": secrets.token_urlsafe(4), **block[key]}
            if block["type"] == "actions":
                block["elements"] = [
                    {"action_id": secrets.token_urlsafe(4), **it} for it in block["elements"]
                ]
            found.append(block)
        return found

    def edit(self, message: FakeMessage, body: Json, by: Act | None = None) -> FakeMessage:
        """Change a message."""
        check_message({"text": message.text, "blocks": message.blocks} | body)
        self.write(message, body)
        message.edits += 1
        message.edited = "blocks" not in body
        return self._changed(message, by)

    def delete(self, message: FakeMessage, by: Act | None = None) -> None:
        """Take a message away."""
        message.deleted = True
        self._changed(message, by)

    def _changed(self, message: FakeMessage, by: Act | None) -> FakeMessage:
        for act in self.acts(message.channel.team, by):
            act.changed_messages.append(message)
            act.touch(time.monotonic(), visible=True)
        return message

    def acts(self, team: FakeTeam, by: Act | None) -> list[Act]:
        """Whose consequence something may be: that of the one act, or of any open one of the team.

        What was delivered twice has one trigger_id and one response_url, so both are meant then.
        """
        if by is not None:
            return [by, *(it for it in self.open_acts if it.first is by)]
        return [it for it in self.open_acts if it.team is team]

    # What an act can be answered with

    def trigger(self, act: Act) -> str:
        """A new trigger_id for an act."""
        trigger_id = f"{next(self._numbers)}.{secrets.token_hex(6)}"
        self.triggers[trigger_id] = Trigger(act, self.now())
        return trigger_id

    def pull(self, trigger_id: str | None) -> Act:
        """Use up a trigger_id."""
        trigger = self.triggers.get(trigger_id or "")
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.now() - trigger.made_at > self.timing.trigger_s:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger.act

    def response_url(self, act: Act) -> str:
        """A new response_url for an act."""
        hook_id = secrets.token_urlsafe(16)
        self.hooks[hook_id] = Hook(act, self.now())
        return f"{self.base}/actions/{act.team.id}/{next(self._numbers)}/{hook_id}"

    def hook(self, hook_id: str) -> Act:
        """Use a response_url once; `expired_url` or `used_url`."""
        hook = self.hooks.get(hook_id)
        if hook is None or self.now() - hook.made_at > HOOK_S:
            raise SlackError("expired_url")
        if hook.uses >= _HOOK_USES:
            raise SlackError("used_url")
        hook.uses += 1
        return hook.act


def covers(grant: Grant, team: FakeTeam) -> bool:
    """Whether a token is good in a workspace."""
    if grant.team is not None:
        return grant.team is team
    return grant.enterprise is not None and grant.enterprise is team.enterprise
