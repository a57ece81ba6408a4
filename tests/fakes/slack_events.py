"""What the fake Slack tells an app of without being asked: events."""

from __future__ import annotations

import asyncio
from typing import Any

from . import slack_payloads as payloads
from .slack_delivery import Delivery
from .slack_model import FakeChannel, FakeMember, FakeMessage, FakeTeam, Json
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

    async def mention(
        self,
        member: FakeMember,
        channel: FakeChannel,
        text: str,
        *,
        thread: FakeMessage | None = None,
        wait: bool = True,
        **more: Any,
    ) -> Reply | None:
        """Write a message that names the app, `@Encore` in its text; None where the app is told nothing.

        It is told where it is in the conversation, and never of direct messages
        (docs.slack.dev/reference/events/app_mention). `more` goes into the event, as `bot_id` or `edited` do.
        """
        written = text.replace("@Encore", f"<@{channel.team.bot_user_id}>")
        said = self.say(member, channel, written, thread=thread)
        if channel.im or not channel.has_bot or not self._may_hear(channel.team, "app_mentions:read"):
            return None
        inner: Json = {"type": "app_mention", "user": member.id, "text": written, "ts": said.ts}
        inner |= {"channel": channel.id, "team": member.team.id, "event_ts": said.ts}
        if thread is not None:
            inner["thread_ts"] = thread.ts
        return await self.event(inner | more, team=channel.team, wait=wait)

    async def deactivate(self, member: FakeMember, **more: Any) -> Reply | None:
        """Close a person's account; `more` changes what Slack tells of them.

        Slack has no other event for it (docs.slack.dev/reference/events/user_change, scope users:read).
        """
        member.deleted = True
        return await self.change(member, **more)

    async def change(self, member: FakeMember, **more: Any) -> Reply | None:
        """Tell of a person's profile as it is now."""
        if not self._may_hear(member.team, "users:read"):
            return None
        inner = {"type": "user_change", "user": payloads.user(member) | more, "cache_ts": 1_700_000_000}
        return await self.event(inner, team=member.team)

    async def delete_channel(self, channel: FakeChannel) -> Reply | None:
        """Delete a channel for good (docs.slack.dev/reference/events/channel_deleted and group_deleted)."""
        channel.deleted = True
        return await self._tell_of_channel(channel, "deleted")

    async def unarchive(self, channel: FakeChannel) -> Reply | None:
        """Open an archived channel again (docs.slack.dev/reference/events/channel_unarchive)."""
        channel.archived = False
        return await self._tell_of_channel(channel, "unarchive")

    async def remove_bot(self, channel: FakeChannel) -> Reply | None:
        """Take the app out of a channel (docs.slack.dev/reference/events/channel_left and group_left)."""
        channel.has_bot = False
        return await self._tell_of_channel(channel, "left")

    async def _tell_of_channel(self, channel: FakeChannel, what: str) -> Reply | None:
        if not self._may_hear(channel.team, "groups:read" if channel.private else "channels:read"):
            return None
        kind = f"{'group' if channel.private else 'channel'}_{what}"
        return await self.event({"type": kind, "channel": channel.id}, team=channel.team)

    def _may_hear(self, team: FakeTeam, scope: str) -> bool:
        """Whether the app's token has the scope that an event asks for."""
        grant = self.world.grant_for(team)
        return grant is not None and scope in grant.scopes

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
