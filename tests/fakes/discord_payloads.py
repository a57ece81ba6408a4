"""Turns what the fake remembers into the objects that Discord sends."""

from __future__ import annotations

from .discord_model import (
    EVERYONE,
    FakeChannel,
    FakeGuild,
    FakeMember,
    FakeMessage,
    FakeUser,
    Interaction,
    Json,
    Kind,
)

_ATTACHMENT_SIZE_LIMIT = 10 * 1024 * 1024


def user(who: FakeUser) -> Json:
    """A user object."""
    return {
        "id": who.id,
        "username": who.name.lower(),
        "discriminator": "0042" if who.bot else "0",
        "global_name": None if who.bot else who.name,
        "avatar": None,
        "bot": who.bot,
        "flags": 0,
        "public_flags": 0,
        "primary_guild": None,
    }


def own_user(bot: FakeUser) -> Json:
    """The bot's own account, with what only the owner of a token sees."""
    account = {"verified": True, "mfa_enabled": True, "email": None, "locale": "en-US"}
    return user(bot) | account


def application(bot: FakeUser, owner: FakeUser) -> Json:
    """The application behind the bot."""
    return {
        "id": bot.id,
        "name": bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(bot),
        "owner": user(owner),
        "team": None,
        "summary": "",
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "bot_public": True,
        "bot_require_code_grant": False,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
    }


def _role(role_id: str, name: str, position: int, *, managed: bool) -> Json:
    return {
        "id": role_id,
        "name": name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": position,
        "permissions": str(EVERYONE),
        "managed": managed,
        "mentionable": False,
        "flags": 0,
    }


def _membership(guild: FakeGuild, roles: list[str]) -> Json:
    return {
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": roles,
        "joined_at": guild.created,
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "flags": 0,
    }


def _bot_membership(guild: FakeGuild) -> Json:
    return _membership(guild, [guild.bot_role_id]) | {"deaf": False, "mute": False}


def member(who: FakeMember) -> Json:
    """A guild member as interactions carry it: with user and permissions."""
    more = {"user": user(who.user), "permissions": str(who.permissions)}
    return _membership(who.guild, []) | {"deaf": False, "mute": False} | more


def resolved_member(who: FakeMember) -> Json:
    """A guild member as the resolved data of a user option carries it."""
    return _membership(who.guild, []) | {"permissions": str(who.permissions)}


def channel(place: FakeChannel) -> Json:
    """A text channel."""
    return {
        "id": place.id,
        "type": 0,
        "name": place.name,
        "guild_id": place.guild.id,
        "position": 0,
        "permission_overwrites": [],
        "topic": None,
        "nsfw": False,
        "parent_id": None,
        "rate_limit_per_user": 0,
        "last_message_id": None,
        "flags": 0,
    }


def resolved_channel(place: FakeChannel) -> Json:
    """A channel as the resolved data of a channel option carries it."""
    return {"id": place.id, "type": 0, "name": place.name, "permissions": str(EVERYONE)}


def guild_create(guild: FakeGuild, bot: FakeUser, channels: list[FakeChannel], size: int) -> Json:
    """The guild as GUILD_CREATE carries it; `size` is the number of its members."""
    roles = [
        _role(guild.id, "@everyone", 0, managed=False),
        _role(guild.bot_role_id, bot.name, 1, managed=True),
    ]
    return _GUILD_DEFAULTS | {
        "id": guild.id,
        "name": guild.name,
        "owner_id": guild.owner_id,
        "joined_at": guild.created,
        "preferred_locale": guild.locale,
        "member_count": size,
        "members": [_bot_membership(guild) | {"user": user(bot)}],
        "channels": [channel(place) for place in channels],
        "roles": roles,
    }


_GUILD_DEFAULTS: Json = {
    "large": False,
    "unavailable": False,
    "icon": None,
    "splash": None,
    "discovery_splash": None,
    "banner": None,
    "description": None,
    "application_id": None,
    "afk_channel_id": None,
    "afk_timeout": 300,
    "system_channel_id": None,
    "system_channel_flags": 0,
    "rules_channel_id": None,
    "public_updates_channel_id": None,
    "safety_alerts_channel_id": None,
    "vanity_url_code": None,
    "verification_level": 0,
    "default_message_notifications": 0,
    "explicit_content_filter": 0,
    "mfa_level": 0,
    "nsfw_level": 0,
    "hub_type": None,
    "incidents_data": None,
    "premium_tier": 0,
    "premium_progress_bar_enabled": False,
    "features": [],
    "emojis": [],
    "stickers": [],
    "voice_states": [],
    "threads": [],
    "presences": [],
    "stage_instances": [],
    "guild_scheduled_events": [],
    "soundboard_sounds": [],
}


def message(it: FakeMessage, bot: FakeUser) -> Json:
    """A message that the bot wrote."""
    shown: Json = {
        "id": it.id,
        "type": it.kind,
        "channel_id": it.channel.id,
        "author": user(bot),
        "content": it.content,
        "embeds": it.embeds,
        "components": it.components,
        "attachments": it.attachments,
        "flags": it.flags,
        "timestamp": it.created,
        "edited_timestamp": it.edited,
        "tts": False,
        "pinned": False,
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
    }
    return shown | _origin(it, bot) | _reference(it)


def gateway_message(it: FakeMessage, bot: FakeUser) -> Json:
    """A message as the events about messages carry it."""
    place = {"guild_id": it.channel.guild.id, "channel_type": 0}
    return message(it, bot) | place | {"member": _bot_membership(it.channel.guild)}


def _origin(it: FakeMessage, bot: FakeUser) -> Json:
    if it.interaction is None:
        return {}
    return {
        "application_id": bot.id,
        "webhook_id": bot.id,
        "interaction_metadata": _metadata(it, it.interaction),
    }


def _metadata(it: FakeMessage, interaction: Interaction) -> Json:
    metadata: Json = {
        "id": interaction.id,
        "type": int(interaction.kind),
        "user": user(interaction.member.user),
        "authorizing_integration_owners": {"0": interaction.member.guild.id},
    }
    if interaction.original is not None and interaction.original is not it:
        metadata["original_response_message_id"] = interaction.original.id
    if interaction.kind is Kind.COMPONENT and interaction.source is not None:
        metadata["interacted_message_id"] = interaction.source.id
    return metadata


def _reference(it: FakeMessage) -> Json:
    if it.replies_to is None:
        return {}
    place = {"channel_id": it.channel.id, "guild_id": it.channel.guild.id}
    return {"message_reference": {"type": 0, "message_id": it.replies_to.id} | place}


def interaction_create(it: Interaction, bot: FakeUser, data: Json) -> Json:
    """An interaction in a guild channel."""
    guild = it.channel.guild
    payload: Json = {
        "version": 1,
        "id": it.id,
        "token": it.token,
        "type": int(it.kind),
        "application_id": bot.id,
        "data": data,
        "member": member(it.member),
        "guild_id": guild.id,
        "guild": {"id": guild.id, "features": [], "locale": guild.locale},
        "guild_locale": guild.locale,
        "locale": it.member.locale,
        "channel_id": it.channel.id,
        "channel": channel(it.channel),
        "app_permissions": str(it.channel.app_permissions),
        "entitlements": [],
        "authorizing_integration_owners": {"0": guild.id},
        "context": 0,
        "attachment_size_limit": _ATTACHMENT_SIZE_LIMIT,
    }
    return payload | ({"message": message(it.source, bot)} if it.source is not None else {})


def callback_answer(it: Interaction, bot: FakeUser) -> Json:
    """What a callback answers when the bot asks for a response."""
    told: Json = {"id": it.id, "type": int(it.kind), "channel_id": it.channel.id}
    told["guild_id"] = it.channel.guild.id
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
        copy |= _CONTAINER_DEFAULTS.get(part["type"], {}) | _filled(part)
        if "components" in copy:
            copy["components"] = [shown(inner) for inner in copy["components"]]
        if "accessory" in copy:
            copy["accessory"] = shown(copy["accessory"])
        return copy

    return [shown(part) for part in components]


_CONTAINER_DEFAULTS: dict[int, Json] = {17: {"accent_color": None, "spoiler": False}}


def _filled(part: Json) -> Json:
    kept = {key: value for key, value in part.items() if value is not None}
    # A plain emoji has no id, and comes back without the null that is sent for it.
    if "emoji" in kept:
        kept["emoji"] = _filled(kept["emoji"])
    if "options" in kept:
        kept["options"] = [_filled(option) for option in kept["options"]]
    return kept
