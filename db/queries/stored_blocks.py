"""Whom and what a room keeps out, as it is kept: JSON with the party, which every request reads anyway."""

from __future__ import annotations

from functools import lru_cache

import orjson

from bot.party.words import Blocked, Member, Track


def blocked_column(blocked: Blocked) -> str:
    """What a party keeps of whom and what it has blocked."""
    kept: dict[str, object] = {}
    if blocked.members:
        kept["members"] = [_kept(each) for each in blocked.members]
    if blocked.songs:
        kept["songs"] = [[each.title, each.artist, each.track_id, each.spotify_id] for each in blocked.songs]
    return orjson.dumps(kept).decode()


def _kept(member: Member) -> list[str]:
    """A member of the room's own platform, or one who came to its page without an account."""
    came = ["web"] if member.platform == "web" else []
    return [member.user_id, member.name, *came]


@lru_cache(maxsize=1_000)  # most rooms have blocked nothing
def read_blocked(platform: str, stored: str) -> Blocked:
    """Whom and what a party of this platform has blocked, as it was kept, by an earlier Encore too."""
    kept = orjson.loads(stored)
    return Blocked(
        tuple(
            Member(elsewhere[0] if elsewhere else platform, user_id, name)
            for user_id, name, *elsewhere in kept.get("members", ())
        ),
        tuple(
            Track(title, artist, track_id, spotify_id=spotify_id)
            for title, artist, track_id, spotify_id in kept.get("songs", ())
        ),
    )
