"""How things stand in a party, as the fields of what everybody there is told."""

from __future__ import annotations

import secrets
from functools import lru_cache
from hashlib import blake2b
from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict  # which pydantic asks for before Python 3.12

from bot.party.links import Kind, Link
from bot.party.rules.fits import full
from bot.party.words import Entry, Member, Playback, Rules, Track
from bot.wording.replies import Replies, seen

_KEY = secrets.token_bytes(16)


class SongJson(TypedDict):
    """A song."""

    track_id: Annotated[
        str | None, Field(description="What adds it, behind `track:`; null for a song that no catalogue has")
    ]
    title: str
    artist: str
    year: int | None
    duration_ms: int | None
    spotify: Annotated[
        str | None,
        Field(description="Its page at Spotify, where title and artist came from there"),
    ]


class EntryJson(SongJson):
    """A song of the party. What was suggested once keeps the last four fields."""

    id: Annotated[int, Field(description="Its number, which is the `entry` of requests")]
    state: Annotated[str, Field(description="suggested, queued, playing, played, skipped or removed")]
    by: Annotated[str, Field(description="Who added it; empty for nobody")]
    by_id: Annotated[str | None, Field(description="The same, as `me` of `own` and `id` of `people`")]
    ups: int
    downs: int
    started_ms: Annotated[int | None, Field(description="Since 1970, as all instants are")]
    ends_ms: int | None
    silent: Annotated[bool, Field(description="Whether it cannot sound, where people's own music sounds")]
    match: NotRequired[Annotated[float | None, Field(description="The chance that it belongs here, 0 to 1")]]
    match_bar: NotRequired[Annotated[float, Field(description="How well it fits this room, 0 to 1")]]
    match_words: NotRequired[Annotated[str, Field(description="The same in words; `why` has the number")]]
    because: NotRequired[str]


class PlaybackJson(TypedDict):
    """Where the party sounds."""

    host: str
    host_id: str
    device: Annotated[str, Field(description="Empty while it is gone, and for a page")]
    outlet: Annotated[str, Field(description="spotify, page or voice")]
    words: str


class SkipJson(TypedDict):
    """How the vote to skip stands."""

    votes: int
    needed: int


class PersonJson(TypedDict):
    """Somebody who is connected."""

    id: str
    name: str
    role: Annotated[str, Field(description="host, dj, member or guest")]


class RoomJson(TypedDict):
    """Which room it is."""

    lobby: bool
    platform: str


class RulesJson(TypedDict):
    """What the room has chosen, as far as everybody is concerned; all of it is in `settings`."""

    visitors: Annotated[str, Field(description="look, vote or add")]
    visitor_songs: int
    songs_each: int
    order: str
    adding_locked: bool
    joining_locked: bool
    autopilot: bool
    quiet: bool


def known_as(member: Member) -> str:
    """What pages call a member by: the ids of chats are not for everybody who has a guest's link.

    The same for as long as this process runs, which is at least as long as any page is connected to it.
    """
    return _known_as(member.platform, member.user_id)


@lru_cache(maxsize=10_000)
def _known_as(platform: str, user_id: str) -> str:
    return blake2b(f"{platform}/{user_id}".encode(), digest_size=12, key=_KEY).hexdigest()


def track(song: Track) -> SongJson:
    """A song as the page shows it."""
    return {
        "track_id": song.track_id,
        "title": seen(song.title),
        "artist": seen(song.artist),
        "year": song.year,
        "duration_ms": song.duration_ms,
        "spotify": Link(Kind.TRACK, song.on_spotify).url if song.on_spotify else None,
    }


def entry(one: Entry, words: Replies, *, silent: bool = False) -> EntryJson:
    """An entry; one that was suggested says why, in words."""
    made: Any = {
        **track(one.track),
        "id": one.id,
        "state": one.state.value,
        "by": seen(one.added_by.name) if one.added_by else "",
        "by_id": known_as(one.added_by) if one.added_by else None,
        "ups": one.ups,
        "downs": one.downs,
        "started_ms": one.started_ms,
        "ends_ms": one.ends_ms,
        "silent": silent,
    }
    if one.ballot is not None:
        made["match"] = one.match
        made["match_bar"] = full(one)
        made["match_words"] = words.match(one)
        made["because"] = words.because(one)
    told: EntryJson = made
    return told


def playback(sounds: Playback, words: Replies) -> PlaybackJson:
    """Where the party sounds."""
    return {
        "host": seen(sounds.host.name),
        "host_id": known_as(sounds.host),
        "device": seen(sounds.device_name),
        "outlet": sounds.outlet.value,
        "words": words.sounding(sounds),
    }


def rules(chosen: Rules) -> RulesJson:
    """What the room has chosen."""
    return {
        "visitors": chosen.visitors.value,
        "visitor_songs": chosen.visitor_songs,
        "songs_each": chosen.songs_each,
        "order": chosen.order.value,
        "adding_locked": chosen.adding_locked,
        "joining_locked": chosen.joining_locked,
        "autopilot": chosen.autopilot,
        "quiet": chosen.quiet,
    }
