"""People and places as the objects that Discord sends."""

from __future__ import annotations

from collections.abc import Iterable

from .discord_people import (
    EVERYONE,
    VIEW_CHANNEL,
    ChannelKind,
    FakeChannel,
    FakeGuild,
    FakeMember,
    FakeRole,
    FakeUser,
    Json,
)


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


def role(it: FakeRole) -> Json:
    """A role that members can have."""
    return _role(it.id, it.name, it.position, managed=False) | {"permissions": str(it.permissions)}


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


def membership(joined: str | None, roles: Iterable[str]) -> Json:
    """What an account is in a guild, since when."""
    return {
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": list(roles),
        "joined_at": joined,
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "flags": 0,
    }


def bot_role(guild: FakeGuild, bot: FakeUser, permissions: int) -> Json:
    """The bot's own role, with further permissions."""
    mine = _role(guild.bot_role_id, bot.name, 1, managed=True)
    return mine | {"permissions": str(EVERYONE | permissions)}


def bot_membership(guild: FakeGuild, *roles: FakeRole) -> Json:
    """What the bot is in a guild."""
    mine = membership(guild.created, [guild.bot_role_id, *(it.id for it in roles)])
    return mine | {"deaf": False, "mute": False}


def member(who: FakeMember) -> Json:
    """A guild member as interactions carry it: with user and permissions."""
    return guild_member(who) | {"permissions": str(who.permissions)}


def guild_member(who: FakeMember) -> Json:
    """A guild member as events carry it: with user."""
    return message_member(who) | {"user": user(who.user)}


def message_member(who: FakeMember) -> Json:
    """A guild member as messages carry it, without the user that stands beside it."""
    timed_out = {"communication_disabled_until": who.timed_out_until}
    return membership(who.joined, (it.id for it in who.roles)) | timed_out | {"deaf": False, "mute": False}


def resolved_member(who: FakeMember) -> Json:
    """A guild member as the resolved data of an option or a menu carries it."""
    roles = (it.id for it in who.roles)
    return membership(who.joined, roles) | {"permissions": str(who.permissions)}


def resolved(chosen: Iterable[object]) -> Json:
    """The resolved data for people, roles and channels among what was chosen."""
    found: Json = {}
    for it in chosen:
        if isinstance(it, FakeMember):
            found.setdefault("users", {})[it.id] = user(it.user)
            found.setdefault("members", {})[it.id] = resolved_member(it)
        elif isinstance(it, FakeRole):
            found.setdefault("roles", {})[it.id] = role(it)
        elif isinstance(it, FakeChannel):
            found.setdefault("channels", {})[it.id] = resolved_channel(it)
    return found


def channel(place: FakeChannel) -> Json:
    """A channel."""
    base: Json = {"id": place.id, "type": int(place.kind), "last_message_id": None, "flags": 0}
    if place.home is None:
        return base | _between_people(place)
    if place.parent is not None:
        return base | _thread(place, place.parent)
    base |= {
        "name": place.name,
        "guild_id": place.home.id,
        "position": 0,
        "permission_overwrites": [_overwrite(place, place.home), *_hiding(place, place.home)],
        "nsfw": False,
        "parent_id": None,
        "rate_limit_per_user": 0,
    }
    if place.kind in (ChannelKind.VOICE, ChannelKind.STAGE):
        return base | {"bitrate": 64_000, "user_limit": place.user_limit, "rtc_region": None}
    return base | {"topic": None}


def _overwrite(place: FakeChannel, home: FakeGuild) -> Json:
    """What the channel says of the bot's own role, which has the usual permissions."""
    allow, deny = place.app_permissions & ~EVERYONE, EVERYONE & ~place.app_permissions
    allow |= place.app_permissions & VIEW_CHANNEL if place.hidden else 0
    return {"id": home.bot_role_id, "type": 0, "allow": str(allow), "deny": str(deny)}


def _hiding(place: FakeChannel, home: FakeGuild) -> list[Json]:
    """What a private channel says of everybody's role, whose id is the server's (docs, "Permissions")."""
    return [{"id": home.id, "type": 0, "allow": "0", "deny": str(VIEW_CHANNEL)}] if place.hidden else []


def _thread(place: FakeChannel, parent: FakeChannel) -> Json:
    at = parent.guild.created
    return {
        "name": place.name,
        "guild_id": parent.guild.id,
        "parent_id": parent.id,
        "owner_id": parent.guild.owner_id,
        "message_count": 0,
        "member_count": 1,
        "total_message_sent": 0,
        "rate_limit_per_user": 0,
        "thread_metadata": {
            "archived": place.archived,
            "auto_archive_duration": 1440,
            "archive_timestamp": at,
            "locked": False,
            "create_timestamp": at,
        },
    }


def deleted_thread(place: FakeChannel) -> Json:
    """What THREAD_DELETE tells."""
    above = place.parent.id if place.parent is not None else None
    return {"id": place.id, "guild_id": place.guild.id, "parent_id": above, "type": int(place.kind)}


def _between_people(place: FakeChannel) -> Json:
    told: Json = {"recipients": [user(who) for who in place.people]}
    if place.kind is ChannelKind.GROUP:
        told |= {"name": place.name, "icon": None, "owner_id": place.people[0].id}
    return told


def resolved_channel(place: FakeChannel) -> Json:
    """A channel as the resolved data of an option or a menu carries it."""
    return {"id": place.id, "type": int(place.kind), "name": place.name, "permissions": str(EVERYONE)}


def voice_state(who: FakeMember, place: FakeChannel | None) -> Json:
    """Where somebody listens, None for nowhere, without the guild."""
    return bot_voice_state(who.user, place, f"voice{who.id}")


def bot_voice_state(who: FakeUser, place: FakeChannel | None, session_id: str) -> Json:
    """The same for an account, by the session that its voice connection begins with."""
    return {
        "channel_id": place.id if place is not None else None,
        "user_id": who.id,
        "session_id": session_id,
        "deaf": False,
        "mute": False,
        "self_deaf": False,
        "self_mute": False,
        "self_video": False,
        "suppress": False,
        "request_to_speak_timestamp": None,
    }


def guild_create(
    guild: FakeGuild,
    bot: FakeUser,
    channels: Iterable[FakeChannel],
    roles: Iterable[FakeRole],
    listeners: Iterable[tuple[FakeMember, FakeChannel]],
    size: int,
) -> Json:
    """The guild as GUILD_CREATE carries it; `size` is the number of its members."""
    own_roles = [
        _role(guild.id, "@everyone", 0, managed=False),
        _role(guild.bot_role_id, bot.name, 1, managed=True),
    ]
    # Of the members only the bot and those in voice channels are told without a privileged intent.
    listening, places = list(listeners), list(channels)
    people = [guild_member(who) for who, _ in listening if who.id != bot.id]
    return _GUILD_DEFAULTS | {
        "id": guild.id,
        "name": guild.name,
        "owner_id": guild.owner_id,
        "joined_at": guild.created,
        "preferred_locale": guild.locale,
        "member_count": size,
        "members": [bot_membership(guild) | {"user": user(bot)}, *people],
        "channels": [channel(place) for place in places if place.parent is None],
        "threads": [channel(it) for it in places if it.parent and it.seen_by_bot and not it.archived],
        "roles": own_roles + [role(it) for it in roles],
        "voice_states": [voice_state(who, place) for who, place in listening],
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
    "presences": [],
    "stage_instances": [],
    "guild_scheduled_events": [],
    "soundboard_sounds": [],
}
