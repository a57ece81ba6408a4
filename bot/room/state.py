"""How things stand, as the room tells it to each browser: the party, and who is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # which pydantic asks for before Python 3.12

from bot.party.links import Kind, Link
from bot.party.rules.lifetime import ends_ms
from bot.party.words import Entry, Member, Party, Playback, Track
from bot.room.language import REPLIES
from bot.wording.replies import seen


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
    """A song of the party, as one member sees it."""

    id: Annotated[int, Field(description="Its number, which is the `entry` of requests")]
    state: Annotated[str, Field(description="suggested, queued, playing, played, skipped or removed")]
    by: Annotated[str, Field(description="Who added it; empty for nobody")]
    yours: bool
    ups: int
    downs: int
    vote: Annotated[int, Field(description="The member's own: 1, -1, or 0 for none")]
    started_ms: Annotated[int | None, Field(description="Since 1970, as all instants are")]
    ends_ms: int | None


class SuggestionJson(EntryJson):
    """A song that could be next."""

    match: Annotated[float | None, Field(description="The chance that it belongs here, from 0 to 1")]
    match_words: str
    because: str


class PlaybackJson(TypedDict):
    """Where the party sounds."""

    host: str
    device: Annotated[str, Field(description="Empty while it is gone")]
    yours: Annotated[bool, Field(description="Whether it is on the member's account")]
    words: str


class SkipJson(TypedDict):
    """How the vote to skip stands."""

    votes: int
    needed: int
    mine: bool


class StateJson(TypedDict):
    """How things stand."""

    now_ms: Annotated[int, Field(description="The room's clock")]
    people: Annotated[list[str], Field(description="The names of who is connected")]
    watching: Annotated[int, Field(description="How many people are connected, named or not")]
    playing: EntryJson | None
    paused: bool
    left_ms: Annotated[int | None, Field(description="How much is left of what plays, while it is paused")]
    length_ms: int | None
    playback: Annotated[
        PlaybackJson | None, Field(description="Null where it sounds nowhere, and the clock alone keeps time")
    ]
    spotify: Annotated[bool, Field(description="Whether members can connect accounts")]
    skip: SkipJson
    queue: Annotated[list[EntryJson], Field(description="What plays next first")]
    ballot: Annotated[
        list[SuggestionJson], Field(description="The latest suggestions that nobody has taken up, best first")
    ]
    history: Annotated[list[EntryJson], Field(description="What was played or skipped, latest first")]


class StateMessage(TypedDict):
    """Comes by itself, at first and after each change."""

    state: StateJson


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What everybody in the room is shown."""

    party: Party
    people: tuple[str, ...]  # the names of who is connected
    watching: int  # how many people are connected, named or not
    now_ms: int
    spotify: bool = False  # whether it is set up


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


def entry(one: Entry, me: Member | None) -> EntryJson:
    """An entry as one member sees it."""
    return {
        **track(one.track),
        "id": one.id,
        "state": one.state.value,
        "by": seen(one.added_by.name) if one.added_by else "",
        "yours": me is not None and one.added_by == me,
        "ups": one.ups,
        "downs": one.downs,
        "vote": one.votes.get(me.user_id, 0) if me else 0,
        "started_ms": one.started_ms,
        "ends_ms": one.ends_ms,
    }


def suggestion(one: Entry, me: Member | None) -> SuggestionJson:
    """A suggestion as one member sees it."""
    return {
        **entry(one, me),
        "match": one.match,
        "match_words": REPLIES.match(one),
        "because": REPLIES.because(one),
    }


def playback(sounds: Playback, me: Member | None) -> PlaybackJson:
    """Where the party sounds, as one member sees it."""
    return {
        "host": seen(sounds.host.name),
        "device": seen(sounds.device_name),
        "yours": sounds.host == me,
        "words": REPLIES.sounding(sounds),
    }


def state(now: Snapshot, me: Member | None) -> StateMessage:
    """How things stand, as one member sees them."""
    party = now.party
    playing = party.playing
    return {
        "state": {
            "now_ms": now.now_ms,
            "people": [*now.people],
            "watching": now.watching,
            "playing": entry(playing, me) if playing else None,
            "paused": party.paused,
            "left_ms": playing.left_ms if playing else None,
            "length_ms": ends_ms(playing.track, 0) if playing else None,
            "playback": playback(party.playback, me) if party.playback else None,
            "spotify": now.spotify,
            "skip": {
                "votes": len(party.skippers),
                "needed": party.skips_needed,
                "mine": me is not None and me.user_id in party.skippers,
            },
            "queue": [entry(one, me) for one in party.queue],
            "ballot": [suggestion(one, me) for one in party.ballot],
            "history": [entry(one, me) for one in party.history],
        }
    }
