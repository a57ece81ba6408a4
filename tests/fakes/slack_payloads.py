"""The JSON in which Slack tells of people, places, messages and views."""

from __future__ import annotations

import mimetypes
from typing import Any
from urllib.parse import quote

from .slack_model import FakeChannel, FakeFile, FakeMember, FakeMessage, FakeTeam, FakeView, Json
from .slack_parts import state_values
from .slack_world import World


def user(member: FakeMember, *, locale: bool = False) -> Json:
    """A person as users.info tells."""
    shown = {"real_name": member.name, "display_name": member.name.lower()}
    normalized = {f"{key}_normalized": value for key, value in shown.items()}
    blank = dict.fromkeys(("title", "phone", "skype", "status_text", "status_emoji", "avatar_hash"), "")
    name = member.name.lower().replace(" ", ".")
    told: Json = {"id": member.id, "team_id": member.team.id, "name": name, "deleted": member.deleted}
    told |= {"real_name": member.name, "is_bot": member.bot, "is_app_user": False, "updated": 1_700_000_000}
    told["profile"] = {**shown, **normalized, **blank, "fields": {}, "team": member.team.id}
    if not member.deleted:
        roles = {"is_admin": member.admin or member.owner, "is_owner": member.owner}
        guest = {"is_restricted": member.guest or member.ultra, "is_ultra_restricted": member.ultra}
        told |= roles | guest | {"is_primary_owner": False, "tz": member.tz, "tz_label": member.tz}
        told["tz_offset"] = 3600
    if member.stranger:
        told["is_stranger"] = True
    return told | ({"locale": member.locale} if locale else {})


def channel(place: FakeChannel, *, count: bool = False) -> Json:
    """A conversation as conversations.info tells."""
    told: Json = {"id": place.id, "created": 1_700_000_000, "is_archived": place.archived}
    if place.im:
        (member,) = place.members.values()
        return told | {"is_im": True, "is_org_shared": False, "user": member.id, "priority": 0}
    told |= {"name": place.name, "name_normalized": place.name, "creator": place.team.bot_user_id}
    told |= {"is_channel": not place.private, "is_group": place.private, "is_im": False, "is_mpim": False}
    told |= {"is_private": place.private, "is_member": place.has_bot, "is_shared": place.shared}
    told |= {"is_ext_shared": place.shared, "is_org_shared": False, "is_general": False, "unlinked": 0}
    told["topic"] = told["purpose"] = {"value": "", "creator": "", "last_set": 0}
    return told | ({"num_members": len(place.members)} if count else {})


def message(it: FakeMessage, app_id: str) -> Json:
    """A message as the Web API and the payloads tell."""
    team = it.channel.team
    told: Json = {"type": "message", "ts": it.ts, "text": it.text, "team": team.id}
    told["user"] = it.author.id if it.author is not None else team.bot_user_id
    if it.author is None:
        told |= {"bot_id": team.bot_id, "app_id": app_id}
    if it.blocks:
        told["blocks"] = it.blocks
    if it.options.get("attachments"):
        told["attachments"] = it.options["attachments"]
    if it.files:
        told |= {"files": it.files, "subtype": "file_share"}
    if it.thread_ts:
        told["thread_ts"] = it.thread_ts
    if it.edited:
        told["edited"] = {"user": team.bot_user_id, "ts": it.ts}
    return told


def file(world: World, it: FakeFile) -> Json:
    """A person's file as messages, forms and files.info tell."""
    team, ending = it.member.team, it.name.rpartition(".")[2].lower() if "." in it.name else ""
    address = f"{world.base}/files-pri/{team.id}-{it.id}"
    name = quote(it.name.lower().replace(" ", "_"))
    told: Json = {"id": it.id, "created": 1_700_000_000, "timestamp": 1_700_000_000, "name": it.name}
    told |= {"title": it.name, "mimetype": mimetypes.guess_type(it.name)[0] or "application/octet-stream"}
    told |= {"filetype": {"txt": "text", "": "text"}.get(ending, ending), "pretty_type": ending.upper()}
    told |= {"user": it.member.id, "user_team": team.id, "editable": False, "size": len(it.content)}
    told |= {"mode": "hosted", "is_external": False, "external_type": "", "is_public": bool(it.channels)}
    told |= {"public_url_shared": False, "display_as_bot": False, "username": "", "file_access": "visible"}
    told |= {"url_private": f"{address}/{name}", "url_private_download": f"{address}/download/{name}"}
    return told | it.told


def stub(it: FakeFile) -> Json:
    """All that an app is told at first of a file in a channel shared with another company."""
    return {"id": it.id, "mode": "file_access", "file_access": "check_file_info"}


def view(it: FakeView, app_id: str) -> Json:
    """A view as the Web API and the payloads tell."""
    body = it.body
    told: Json = {
        "id": it.id,
        "team_id": it.member.team.id,
        "type": it.kind,
        "blocks": it.blocks,
        "hash": it.hash,
    }
    told |= {key: body.get(key) or "" for key in ("private_metadata", "callback_id", "external_id")}
    told |= {key: body.get(key) for key in ("title", "close", "submit")}
    told |= {key: bool(body.get(key)) for key in ("clear_on_close", "notify_on_close")}
    told |= {"state": {"values": state_values(it.blocks, it.values)}, "root_view_id": it.root_id or it.id}
    told |= {"previous_view_id": it.previous_id, "app_id": app_id, "bot_id": it.team.bot_id}
    return told | {"app_installed_team_id": it.team.id}


def team(it: FakeTeam) -> Json:
    """A workspace as the interaction payloads tell."""
    told: Json = {"id": it.id, "domain": it.domain}
    if it.enterprise is not None:
        told |= {"enterprise_id": it.enterprise.id, "enterprise_name": it.enterprise.name}
    return told


def enterprise(it: FakeTeam) -> Json | None:
    """The organisation of a workspace, or None."""
    found = it.enterprise
    return None if found is None else {"id": found.id, "name": found.name}


def command(world: World, member: FakeMember, place: FakeChannel, name: str, text: str) -> dict[str, str]:
    """A slash command's form, but for what it can be answered with."""
    shown = "directmessage" if place.im else "privategroup" if place.private else place.name
    told = {"token": world.verification_token, "team_id": place.team.id, "team_domain": place.team.domain}
    if place.team.enterprise is not None:
        found = place.team.enterprise
        told |= {"enterprise_id": found.id, "enterprise_name": found.name}
    told |= {"channel_id": place.id, "channel_name": shown, "user_id": member.id}
    told |= {"user_name": member.name.lower(), "command": name, "text": text, "api_app_id": world.app_id}
    return told | {"is_enterprise_install": "true" if place.team.org_install else "false"}


def interaction(world: World, kind: str, member: FakeMember, home: FakeTeam) -> Json:
    """What all of clicks, menus, forms and shortcuts say."""
    person = {"id": member.id, "username": member.name.lower(), "name": member.name.lower()}
    return {
        "type": kind,
        "user": person | {"team_id": member.team.id},
        "api_app_id": world.app_id,
        "token": world.verification_token,
        # An org-wide install is told of no workspace, but of the organisation.
        "team": None if home.org_install else team(home),
        "enterprise": enterprise(home),
        "is_enterprise_install": home.org_install,
    }


def surface(world: World, source: FakeMessage | FakeView) -> Json:
    """Where a click happened: `container`, and the message or the view itself."""
    if isinstance(source, FakeView):
        return {
            "container": {"type": "view", "view_id": source.id},
            "view": view(source, world.app_id),
        }
    place = source.channel
    container = {"type": "message", "message_ts": source.ts, "channel_id": place.id}
    told: Json = {"container": container | {"is_ephemeral": source.ephemeral}}
    told["channel"] = {"id": place.id, "name": "directmessage" if place.im else place.name}
    # What only one person sees is not stored, so its content does not come along.
    return told if source.ephemeral else told | {"message": message(source, world.app_id)}


def event(world: World, home: FakeTeam, inner: Json) -> Json:
    """An Events API envelope with a new event_id."""
    found = home.enterprise
    ids: dict[str, Any] = {"enterprise_id": found.id if found else None, "team_id": home.id}
    bot = {"user_id": home.bot_user_id, "is_bot": True, "is_enterprise_install": home.org_install}
    authorization = ids | bot | ({"team_id": None} if home.org_install else {})
    event_id = world.id("Ev")
    told: Json = {"token": world.verification_token, "team_id": home.id, "api_app_id": world.app_id}
    if found is not None:
        told["enterprise_id"] = found.id
    told |= {"event": {"event_ts": world.ts(), **inner}, "type": "event_callback", "event_id": event_id}
    told |= {"event_time": int(world.now()), "authorizations": [authorization]}
    place = world.channels.get(str(inner.get("channel")))
    told["is_ext_shared_channel"] = bool(place and place.shared)
    return told | {"event_context": f"4-{event_id}", "context_team_id": home.id}
