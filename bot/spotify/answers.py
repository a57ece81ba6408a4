"""What Spotify's answers say, in our own words; fields that are missing are taken as unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.party.links import ID
from bot.party.words import Track
from bot.playback.words import Device, Heard


def tracks(items: Iterable[Any]) -> list[Track]:
    """The songs among some items: neither episodes nor files of the listener's own, which have no id."""
    return [track(item) for item in items if item and item.get("type") == "track" and _id(item)]


def track(item: Mapping[str, Any]) -> Track:
    """A song as Spotify describes it; the catalogue may know it by another name."""
    album = item.get("album") or {}
    year = str(album.get("release_date") or "")[:4]
    return Track(
        title=str(item["name"]),
        artist=", ".join(str(artist["name"]) for artist in item["artists"]),
        album=album.get("name"),
        year=int(year) if year.isdecimal() else None,
        duration_ms=int(item["duration_ms"]),
        spotify_id=_id(item),
    )


def _id(item: Mapping[str, Any]) -> str | None:
    found = item.get("id")
    return found if isinstance(found, str) and ID.fullmatch(found) else None


def heard(state: Mapping[str, Any]) -> Heard:
    """What an account plays."""
    item = state.get("item") or {}
    linked = (item.get("linked_from") or {}).get("id")  # what was asked for, where this country has another
    ids = frozenset(each for each in (_id(item), linked) if each)
    return Heard(
        ids=ids,
        track=track(item) if item.get("type") == "track" and ids else None,
        progress_ms=int(state.get("progress_ms") or 0),
        playing=bool(state.get("is_playing")),
        device=device(state.get("device") or {}),
    )


def device(found: Mapping[str, Any]) -> Device | None:
    """A device that can be steered."""
    if not found.get("id") or found.get("is_restricted"):
        return None
    volume = found.get("volume_percent") if found.get("supports_volume", True) else None
    return Device(str(found["id"]), str(found.get("name") or "?"), bool(found.get("is_active")), volume)
