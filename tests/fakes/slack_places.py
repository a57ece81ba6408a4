"""The methods that tell of people and conversations."""

from __future__ import annotations

from . import slack_payloads as payloads
from .slack_errors import SlackError
from .slack_model import FakeChannel, FakeMember, Json
from .slack_web import Call, Method
from .slack_world import World, covers


class Places:
    """The methods of users and conversations."""

    def __init__(self, world: World) -> None:
        """Tell of this world."""
        self._world = world

    def methods(self) -> dict[str, Method]:
        """The methods by name."""
        return {
            "bots.info": Method(self._bot, scopes=("users:read",)),
            "users.info": Method(self._user, scopes=("users:read",)),
            "conversations.info": Method(self._info),
            "conversations.members": Method(self._members),
            "conversations.history": Method(self._history),
            "conversations.open": Method(self._open, scopes=("im:write", "mpim:write")),
        }

    def _user(self, call: Call) -> Json:
        member = self._visible(call, call.text("user", "user_not_found"))
        return {"user": payloads.user(member, locale=call.flag("include_locale"))}

    def _bot(self, call: Call) -> Json:
        """The bot's user, and which app it is of (docs, "bots.info")."""
        bot_id = call.text("bot", "bot_not_found")
        team = next((it for it in self._world.teams.values() if it.bot_id == bot_id), None)
        if team is None or not covers(call.by, team):
            raise SlackError("bot_not_found")
        icons = {f"image_{size}": f"https://a.slack-edge.com/bot_{size}.png" for size in (36, 48, 72)}
        told = {"id": bot_id, "deleted": False, "name": "Encore", "updated": int(self._world.now())}
        told |= {"app_id": call.by.app_id or self._world.app_id, "user_id": team.bot_user_id}
        return {"bot": told | {"icons": icons}}

    def _visible(self, call: Call, member_id: str) -> FakeMember:
        member = self._world.members.get(member_id)
        if member is None:
            raise SlackError("user_not_found")
        # People of other workspaces can be seen only where a channel is shared with them.
        together = (it for it in self._world.channels.values() if covers(call.by, it.team))
        if not covers(call.by, member.team) and not any(member.id in it.members for it in together):
            raise SlackError("user_not_visible")
        return member

    def _place(self, call: Call, right: str) -> FakeChannel:
        place = self._world.channel(call.by, call.text("channel", "channel_not_found"))
        if place.id != call.params["channel"]:
            raise SlackError("channel_not_found")
        call.require(f"{'im' if place.im else 'groups' if place.private else 'channels'}:{right}")
        return place

    def _info(self, call: Call) -> Json:
        place = self._place(call, "read")
        return {"channel": payloads.channel(place, count=call.flag("include_num_members"))}

    def _members(self, call: Call) -> Json:
        place = self._place(call, "read")
        found = [*place.members, *([place.team.bot_user_id] if place.has_bot else [])]
        start, limit = self._page(call, 100)
        rest = str(start + limit) if start + limit < len(found) else ""
        return {"members": found[start : start + limit], "response_metadata": {"next_cursor": rest}}

    def _history(self, call: Call) -> Json:
        place = self._place(call, "history")
        if not place.has_bot:
            raise SlackError("not_in_channel")
        seen = [it for it in self._world.messages.values() if it.channel is place and not it.deleted]
        found = [it for it in seen if not it.ephemeral and it.thread_ts in (None, it.ts)]
        after, before = float(call.params.get("oldest") or 0), float(call.params.get("latest") or "inf")
        exact = call.flag("inclusive")
        found = [
            it
            for it in reversed(found)
            if after < float(it.ts) < before or (exact and float(it.ts) in (after, before))
        ]
        start, limit = self._page(call, 100)
        told = [payloads.message(it, self._world.app_id) for it in found[start : start + limit]]
        more = start + limit < len(found)
        following: Json = {"response_metadata": {"next_cursor": str(start + limit)}} if more else {}
        return {"messages": told, "has_more": more, **following}

    def _page(self, call: Call, default: int) -> tuple[int, int]:
        limit = call.number("limit", default)
        cursor = str(call.params.get("cursor") or "0")
        if not 1 <= limit <= 1000:
            raise SlackError("invalid_limit")
        if not cursor.isdigit():
            raise SlackError("invalid_cursor")
        return int(cursor), limit

    def _open(self, call: Call) -> Json:
        if call.params.get("channel"):
            return {"channel": {"id": self._world.channel(call.by, call.params["channel"]).id}}
        names = [it for it in str(call.params.get("users") or "").split(",") if it]
        if not names:
            raise SlackError("users_list_not_supplied")
        if len(names) > 1:
            raise SlackError("method_not_supported_for_channel_type")
        member = self._visible(call, names[0])
        if member.bot:
            raise SlackError("cannot_dm_bot")
        if member.deleted:
            raise SlackError("user_disabled")
        place = self._world.dm(member)
        return {"channel": payloads.channel(place) if call.flag("return_im") else {"id": place.id}}
