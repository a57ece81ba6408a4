"""What is kept of a member, as a file for the member."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bot.party.words import Member

NAME = "encore-my-data.json"
"""What the file is called."""
_INSTANT = "_ms"
_JSON = "rights"


def own_data(
    member: Member,
    kept: Mapping[str, Sequence[Mapping[str, object]]],
    spotify_name: str | None,
    now_ms: int,
) -> bytes:
    """JSON in UTF-8: who it is about, and all that is kept. Instants are ISO 8601 in UTC.

    Args:
        member: who it is about.
        kept: what is kept, by kind; instants are `..._ms`.
        spotify_name: what they are called at Spotify, if they have connected an account.
        now_ms: when this was asked for.
    """
    told = {
        "about": {"platform": member.platform, "id": member.user_id, "name": member.name},
        "made": _instant(now_ms),
        "name_at_spotify": spotify_name,
        **{kind: [_told(row) for row in rows] for kind, rows in kept.items()},
    }
    return json.dumps(told, indent=2, ensure_ascii=False).encode("utf-8", "replace")


def _told(row: Mapping[str, object]) -> dict[str, object]:
    return {name.removesuffix(_INSTANT): _value(name, value) for name, value in row.items()}


def _value(name: str, value: object) -> object:
    if name.endswith(_INSTANT) and isinstance(value, int):
        return _instant(value) if value else None
    return json.loads(value) if name == _JSON and isinstance(value, str) else value


def _instant(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
