"""What the fake Slack tells an app of without being asked: events."""

from __future__ import annotations

import asyncio
from typing import Any

from . import slack_payloads as payloads
from .slack_delivery import Delivery
from .slack_model import FakeChannel, FakeMember, FakeTeam, Json
from .slack_reply import Act, Reply


class Events(Delivery):
    """The events that a test sends, and those of an uninstall."""

    async def event(self, inner: Json, *, team: FakeTeam | None = None, wait: bool = True) -> Reply:
        """Tell the app of an event, such as `{"type": "app_home_opened", ...}`."""
        home = team or self.team
        act = Act(f"event {inner['type']}", home, None)
        act.payload = payloads.event(self.world, home, inner)
        return await self._deliver("events_api", act, take_nothing, wait=wait)

    async def verify_url(self) -> bool:
        """Whether the app repeats the challenge that a new URL gets."""
        act = Act("url_verification", self.team, None)
        act.payload = {
            "type": "url_verification",
            "token": self.world.verification_token,
            "challenge": act.label,
        }
        reply = await self._deliver("events_api", act, take_nothing, wait=True)
        return reply.ack in (act.label, {"challenge": act.label})

    async def open_home(self, member: FakeMember, *, tab: str = "home") -> Reply:
        """Open the app's home; what it publishes is then in `home(member)`."""
        inner: Json = {
            "type": "app_home_opened",
            "user": member.id,
            "channel": self.dm(member).id,
            "tab": tab,
        }
        home = self.home(member)
        if home is not None:
            inner["view"] = payloads.view(home, self.world.app_id)
        return await self.event(inner, team=member.team)

    async def join(self, member: FakeMember, channel: FakeChannel) -> Reply:
        """Join a channel."""
        channel.members[member.id] = member
        inner = {"type": "member_joined_channel", "user": member.id, "channel": channel.id}
        kind = {"channel_type": "G" if channel.private else "C", "team": channel.team.id}
        return await self.event(inner | kind, team=channel.team)

    async def uninstall(self, team: FakeTeam | None = None) -> list[Reply]:
        """Take the app out of a workspace; its tokens are void before it is told."""
        home = team or self.team
        self._oauth.uninstall(home)
        return await self._tell_of_uninstall(home)

    async def _tell_of_uninstall(self, home: FakeTeam) -> list[Reply]:
        tokens = {"oauth": [], "bot": [home.bot_user_id]}
        # Slack promises no order between the two.
        told = await self.event({"type": "tokens_revoked", "tokens": tokens}, team=home)
        return [told, await self.event({"type": "app_uninstalled"}, team=home)]

    def _spawn_uninstall(self, team: FakeTeam) -> None:
        task = asyncio.create_task(self._tell_of_uninstall(team))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    _background: set[asyncio.Task[Any]]


def take_nothing(act: Act, body: Any) -> None:
    """Slack does nothing with this acknowledgement."""
