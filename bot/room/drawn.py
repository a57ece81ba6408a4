"""What the page draws: why a song fits, and a party in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # which pydantic asks for before Python 3.12

from bot.party.results import Share, Stats, Why
from bot.room.state import SongJson, track
from bot.wording.replies import seen

MOST_DRAWN = 8
"""So many songs and members of `why` are told apart before the others are added up."""
MOST_MEMBERS = 50
"""So many members are in the numbers."""


class ShareJson(TypedDict):
    """What one thing adds to a song's logit."""

    name: Annotated[str, Field(description="A song's title or a member's name; empty for nobody")]
    logit: float


class SharesJson(TypedDict):
    """What several things add, the largest first."""

    shares: list[ShareJson]
    more: Annotated[int, Field(description="How many smaller ones there are besides ...")]
    rest: Annotated[float, Field(description="... and what they add together")]


class WhyJson(TypedDict):
    """Why a song fits, in logits: `start`, `room` and what the songs add make up `total`."""

    song: SongJson
    match: Annotated[float, Field(description="The chance that it belongs here, from 0 to 1")]
    match_words: str
    start: Annotated[float, Field(description="How popular it is on its own")]
    room: Annotated[float, Field(description="What the queue adds to every song")]
    total: float
    songs: SharesJson
    members: Annotated[SharesJson, Field(description="The same by who stands behind the songs")]


class MemberStatsJson(TypedDict):
    """What a member has done here."""

    name: str
    added: int
    played: int
    loved: Annotated[int, Field(description="Up-votes of others on their songs")]
    streak: Annotated[int, Field(description="Their longest run of songs that nobody skipped")]


class LovedJson(SongJson):
    """A song that was loved."""

    ups: int
    downs: int


class StatsJson(TypedDict):
    """A room's history in numbers."""

    played: int
    skipped: int
    members: Annotated[list[MemberStatsJson], Field(description="Who had most played first")]
    loved: Annotated[list[LovedJson], Field(description="The most wanted songs, best first")]


def why(found: Why, percent: str) -> WhyJson:
    """Why a song fits, and its match as a percentage in words."""
    return {
        "song": track(found.track),
        "match": found.match,
        "match_words": percent,
        "start": found.start,
        "room": found.room,
        "total": found.start + found.room + sum(share.logit for share in found.songs),
        "songs": _shares(found.songs),
        "members": _shares(found.members),
    }


def _shares(shares: Sequence[Share]) -> SharesJson:
    rest = shares[MOST_DRAWN:]
    return {
        "shares": [{"name": seen(each.name), "logit": each.logit} for each in shares[:MOST_DRAWN]],
        "more": len(rest),
        "rest": sum(share.logit for share in rest),
    }


def stats(found: Stats) -> StatsJson:
    """A room's history in numbers."""
    return {
        "played": found.played,
        "skipped": found.skipped,
        "members": [
            {
                "name": seen(each.name),
                "added": each.added,
                "played": each.played,
                "loved": each.loved,
                "streak": each.streak,
            }
            for each in found.members[:MOST_MEMBERS]
        ],
        "loved": [{**track(each.track), "ups": each.ups, "downs": each.downs} for each in found.loved],
    }
