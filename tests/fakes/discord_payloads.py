"""Turns the messages and interactions that the fake remembers into the objects that Discord sends."""

from __future__ import annotations

from .discord_model import FakeMessage, FakeUser, Interaction, Json, Kind
from .discord_parts import SELECTS
from .discord_places import bot_membership, channel, member, message_member, user

_ATTACHMENT_SIZE_LIMIT = 10 * 1024 * 1024


def message(it: FakeMessage, bot: FakeUser, *, readable: bool = True) -> Json:
    """A message; without the intent to read it, what another account wrote is left out."""
    author = user(it.author.user if it.author is not None else bot)
    hidden = not readable and it.author is not None and f"<@{bot.id}>" not in it.content
    shown: Json = {
        "id": it.id,
        "type": it.kind,
        "channel_id": it.channel.id,
        "author": author,
        "content": "" if hidden else it.content,
        "embeds": [] if hidden else it.embeds,
        "components": [] if hidden else it.components,
        "attachments": [] if hidden else it.attachments,
        "flags": it.flags,
        "timestamp": it.created,
        "edited_timestamp": it.edited,
        "tts": False,
        "pinned": False,
        "mentions": [user(bot)] if it.author is not None and f"<@{bot.id}>" in it.content else [],
        "mention_roles": [],
        "mention_everyone": False,
    }
    return shown | _origin(it, bot) | _reference(it)


def gateway_message(it: FakeMessage, bot: FakeUser, *, readable: bool = True) -> Json:
    """A message as the events about messages carry it."""
    shown = message(it, bot, readable=readable) | {"channel_type": int(it.channel.kind)}
    home = it.channel.home
    if home is None:
        return shown
    place: Json = {"guild_id": home.id}
    who = message_member(it.author) if it.author is not None else bot_membership(home)
    return shown | place | {"member": who}


def _origin(it: FakeMessage, bot: FakeUser) -> Json:
    if it.interaction is None:
        return {}
    return {
        "application_id": bot.id,
        "webhook_id": bot.id,
        "interaction_metadata": _metadata(it, it.interaction),
    }


def _metadata(it: FakeMessage | None, interaction: Interaction) -> Json:
    metadata: Json = {
        "id": interaction.id,
        "type": int(interaction.kind),
        "user": user(interaction.member.user),
        "authorizing_integration_owners": interaction.owners,
    }
    if it is not None and interaction.original is not None and interaction.original is not it:
        metadata["original_response_message_id"] = interaction.original.id
    if interaction.kind is Kind.COMPONENT and interaction.source is not None:
        metadata["interacted_message_id"] = interaction.source.id
    if interaction.opener is not None:
        metadata["triggering_interaction_metadata"] = _metadata(None, interaction.opener)
    if isinstance(interaction.target, FakeMessage):
        metadata["target_message_id"] = interaction.target.id
    elif interaction.target is not None:
        metadata["target_user"] = user(interaction.target.user)
    return metadata


def _reference(it: FakeMessage) -> Json:
    if it.replies_to is None:
        return {}
    told: Json = {"type": 0, "message_id": it.replies_to.id, "channel_id": it.channel.id}
    home = it.channel.home
    return {"message_reference": told | ({"guild_id": home.id} if home is not None else {})}


def interaction_create(it: Interaction, bot: FakeUser, data: Json) -> Json:
    """An interaction, in a guild or between people."""
    payload: Json = {
        "version": 1,
        "id": it.id,
        "token": it.token,
        "type": int(it.kind),
        "application_id": bot.id,
        "data": data,
        "locale": it.member.locale,
        "channel_id": it.channel.id,
        "channel": channel(it.channel),
        "app_permissions": str(it.channel.app_permissions),
        "entitlements": [],
        "authorizing_integration_owners": it.owners,
        "context": int(it.channel.context),
        "attachment_size_limit": _ATTACHMENT_SIZE_LIMIT,
    }
    if it.source is not None:
        payload["message"] = message(it.source, bot)
    return payload | _where(it, data)


def _where(it: Interaction, data: Json) -> Json:
    home = it.channel.home
    if home is None:
        return {"user": user(it.member.user)} | _without_members(data)
    return {
        "member": member(it.member),
        "guild_id": home.id,
        "guild": {"id": home.id, "features": [], "locale": home.locale},
        "guild_locale": home.locale,
    }


def _without_members(data: Json) -> Json:
    resolved = {key: it for key, it in (data.get("resolved") or {}).items() if key != "members"}
    return {"data": data | {"resolved": resolved}} if resolved else {}


def callback_answer(it: Interaction, bot: FakeUser) -> Json:
    """What a callback answers when the bot asks for a response."""
    told: Json = {"id": it.id, "type": int(it.kind), "channel_id": it.channel.id}
    if it.channel.home is not None:
        told["guild_id"] = it.channel.home.id
    if it.original is None or it.callback is None:
        return {"interaction": told}
    told["response_message_id"] = it.original.id
    told["response_message_loading"] = it.original.loading
    told["response_message_ephemeral"] = it.original.ephemeral
    # Only the two types that give the message at once answer with it.
    if it.callback not in (4, 7):
        return {"interaction": told}
    resource = {"type": int(it.callback), "message": message(it.original, bot)}
    return {"interaction": told, "resource": resource}


def shown_embed(embed: Json) -> Json:
    """An embed as Discord gives it back."""
    shown = {key: value for key, value in embed.items() if value is not None} | {"type": "rich"}
    if "fields" in shown:
        shown["fields"] = [{"inline": False} | entry for entry in shown["fields"]]
    return shown


def numbered(components: list[Json]) -> list[Json]:
    """Components as Discord gives them back: each has an id of its own, and no empty fields."""
    count = iter(range(1, 1_000))

    def shown(part: Json) -> Json:
        copy: Json = {"id": next(count)}
        copy |= _DEFAULTS.get(part["type"], {}) | _filled(part)
        if "components" in copy:
            copy["components"] = [shown(inner) for inner in copy["components"]]
        for key in ("accessory", "component"):
            if key in copy:
                copy[key] = shown(copy[key])
        if "items" in copy:
            copy["items"] = [_gallery_item(item) for item in copy["items"]]
        if "media" in copy:
            copy["media"] = _media(copy["media"])
        return copy

    return [shown(part) for part in components]


# What Discord fills in where the bot left it out.
_DEFAULTS: dict[int, Json] = {
    **{kind: {"min_values": 1, "max_values": 1, "disabled": False} for kind in SELECTS},
    11: {"description": None, "spoiler": False},
    14: {"divider": True, "spacing": 1},
    17: {"accent_color": None, "spoiler": False},
}


def _gallery_item(item: Json) -> Json:
    shown = {"description": None, "spoiler": False} | _filled(item)
    return shown | {"media": _media(item["media"])}


def _media(media: Json) -> Json:
    url = media["url"]
    size = {"width": 100, "height": 100, "content_type": "image/png"}
    return {"id": "1", "url": url, "proxy_url": url} | size


def _filled(part: Json) -> Json:
    kept = {key: value for key, value in part.items() if value is not None}
    # A plain emoji has no id, and comes back without the null that is sent for it.
    if "emoji" in kept:
        kept["emoji"] = _filled(kept["emoji"])
    if "options" in kept:
        kept["options"] = [_filled(option) for option in kept["options"]]
    if "default_values" in kept:
        kept["default_values"] = [it | {"id": str(it["id"])} for it in kept["default_values"]]
    return kept
