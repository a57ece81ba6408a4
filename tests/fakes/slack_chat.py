"""The methods that post, change and delete messages."""

from __future__ import annotations

from . import slack_payloads as payloads
from .slack_errors import SlackError
from .slack_model import FakeChannel, FakeMessage, Json
from .slack_web import Call, Method
from .slack_world import World


class Chat:
    """The methods of chat."""

    def __init__(self, world: World) -> None:
        """Post in this world."""
        self._world = world

    def methods(self) -> dict[str, Method]:
        """The methods by name."""
        write = ("chat:write",)
        return {
            "chat.postMessage": Method(self._post, scopes=write),
            "chat.postEphemeral": Method(self._ephemeral, scopes=write),
            "chat.update": Method(self._update, scopes=write),
            "chat.delete": Method(self._delete, scopes=write),
            "chat.getPermalink": Method(self._permalink),
        }

    def _place(self, call: Call) -> FakeChannel:
        place = self._world.channel(call.by, call.text("channel", "channel_not_found"))
        if place.archived:
            raise SlackError("is_archived")
        if not place.has_bot and (place.im or "chat:write.public" not in call.by.scopes):
            raise SlackError("not_in_channel")
        self._check_posting(place, threaded=bool(call.params.get("thread_ts")))
        return place

    def _check_posting(self, place: FakeChannel, *, threaded: bool) -> None:
        # chat.postMessage and chat.postEphemeral list these among their errors, chat.update does not.
        if place.posting == "read_only":
            raise SlackError("restricted_action_read_only_channel")
        if place.posting == "threads_only" and not threaded:
            raise SlackError("restricted_action_thread_only_channel")
        if place.posting == "no_threads" and threaded:
            raise SlackError("restricted_action_non_threadable_channel")

    def _post(self, call: Call) -> Json:
        place = self._place(call)
        self._check_thread(place, call)
        self._world.limits.post(place.id)
        message = self._world.post(place, call.params)
        self._world.heard(message)
        told = payloads.message(message, self._world.app_id)
        return {"channel": place.id, "ts": message.ts, "message": told}

    def _check_thread(self, place: FakeChannel, call: Call) -> None:
        thread_ts = call.params.get("thread_ts")
        if thread_ts is not None and (place.id, str(thread_ts)) not in self._world.messages:
            raise SlackError("thread_not_found")

    def _ephemeral(self, call: Call) -> Json:
        place = self._place(call)
        member = self._world.members.get(call.text("user", "user_not_in_channel"))
        if member is None or member.id not in place.members:
            raise SlackError("user_not_in_channel")
        message = self._world.post(place, call.params)
        message.private_to = member
        return {"message_ts": message.ts}

    def _own(self, call: Call, refusal: str) -> FakeMessage:
        # Unlike posting, these take no person in place of a channel.
        place = self._world.channel(call.by, call.text("channel", "channel_not_found"))
        if place.id != call.params["channel"]:
            raise SlackError("channel_not_found")
        message = self._world.messages.get((place.id, str(call.params.get("ts"))))
        if message is None or message.deleted or message.ephemeral:
            raise SlackError("message_not_found")
        if message.author is not None:
            raise SlackError(refusal)
        if place.archived:
            raise SlackError("is_archived" if refusal == "cant_delete_message" else "is_inactive")
        return message

    def _update(self, call: Call) -> Json:
        message = self._own(call, "cant_update_message")
        if not any(call.params.get(it) for it in ("text", "blocks", "attachments")):
            raise SlackError("no_text")
        self._world.edit(message, call.params)
        self._world.heard(message)
        told = payloads.message(message, self._world.app_id)
        return {"channel": message.channel.id, "ts": message.ts, "text": message.text, "message": told}

    def _delete(self, call: Call) -> Json:
        message = self._own(call, "cant_delete_message")
        self._world.delete(message)
        return {"channel": message.channel.id, "ts": message.ts}

    def _permalink(self, call: Call) -> Json:
        place = self._world.channel(call.by, call.text("channel", "channel_not_found"))
        message = self._world.messages.get((place.id, str(call.params.get("message_ts"))))
        if message is None or message.deleted:
            raise SlackError("message_not_found")
        link = f"https://{place.team.domain}.slack.com/archives/{place.id}/p{message.ts.replace('.', '')}"
        return {"channel": place.id, "permalink": link}
