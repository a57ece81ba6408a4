"""What everybody in a party is shown, made once for all who read it in one language, and what has changed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict  # which pydantic asks for before Python 3.12

from bot.party.rules.lifetime import ends_ms
from bot.party.words import Entry, Party, Room
from bot.room.state import (
    EntryJson,
    PersonJson,
    PlaybackJson,
    RoomJson,
    RulesJson,
    SkipJson,
    entry,
    playback,
    rules,
)
from bot.wording.replies import Replies

Step = tuple[int, int]
"""An entry's number and where in a list it comes to stand, or -1 for out of it."""
Lists = dict[str, list[int]]


class TopJson(TypedDict):
    """What is told besides the songs."""

    title: Annotated[str, Field(description="What the party is called; empty where nobody knows")]
    room: RoomJson
    people: Annotated[list[PersonJson], Field(description="Who is connected, the first twenty")]
    named: Annotated[int, Field(description="How many people with a name are connected")]
    watching: Annotated[int, Field(description="How many people are connected, named or not")]
    paused: bool
    left_ms: Annotated[int | None, Field(description="How much is left of what plays, while it is paused")]
    length_ms: int | None
    playback: Annotated[
        PlaybackJson | None, Field(description="Null where it sounds nowhere, and the clock alone keeps time")
    ]
    spotify: Annotated[bool, Field(description="Whether members can connect accounts")]
    demo: Annotated[bool, Field(description="Whether there are short pieces to try a party with")]
    own_music: Annotated[bool, Field(description="Whether there are songs that a page can play by itself")]
    cover: Annotated[str | None, Field(description="Where the picture of what plays is, if it has one")]
    skip: SkipJson
    automatic: Annotated[bool, Field(description="Whether the autopilot has asked for the ballot")]
    decides_ms: Annotated[int | None, Field(description="When it chooses")]
    rules: RulesJson
    over: Annotated[bool, Field(description="Whether the party has ended; the next song begins a new one")]
    night: Annotated[
        str | None,
        Field(description="Where the page is that is kept of the night; null while it goes on, or if short"),
    ]
    guest_url: Annotated[str | None, Field(description="What lets guests in; null where nobody outside can")]


class StateJson(TopJson):
    """How things stand."""

    run: Annotated[str, Field(description="Other numbers count in another run")]
    seq: Annotated[int, Field(description="How many changes came before")]
    now_ms: Annotated[int, Field(description="The room's clock")]
    playing: EntryJson | None
    queue: Annotated[list[EntryJson], Field(description="What plays next first")]
    ballot: Annotated[
        list[EntryJson], Field(description="The latest suggestions that nobody has taken up, best first")
    ]
    history: Annotated[list[EntryJson], Field(description="What was played or skipped, latest first")]


class StateMessage(TypedDict):
    """Comes once, to whoever enters and missed more than a few changes."""

    state: StateJson


class ChangeJson(TypedDict):
    """What has become different since the change before."""

    run: str
    seq: Annotated[int, Field(description="One more than before")]
    now_ms: int
    set: Annotated[
        dict[str, Any],
        Field(description="The fields of the state that are others now; of `playing` the id, or null"),
    ]
    entries: Annotated[
        list[dict[str, Any]],
        Field(description="`id` and what is another now of songs; of a new one all"),
    ]
    lists: Annotated[
        dict[str, list[Step]],
        Field(
            description="For queue, ballot and history steps in order: an id is taken out where it stands, "
            "and put at a place from 0, or with -1 nowhere"
        ),
    ]


class ChangeMessage(TypedDict):
    """Comes after each change."""

    change: ChangeJson


@dataclass(frozen=True, slots=True)
class Around:
    """What is shown besides the party itself."""

    room: Room
    lobby: bool
    people: tuple[PersonJson, ...] = ()  # the first of them
    named: int = 0
    watching: int = 0
    spotify: bool = False
    demo: bool = False
    own_music: bool = False
    cover: str | None = None  # of what plays
    guest_url: str | None = None


class Songs:
    """A party's songs as fields, in one language: what did not change is not made anew."""

    def __init__(self, words: Replies) -> None:
        self.words = words
        self._made: dict[int, tuple[Entry, bool, EntryJson]] = {}

    def of(self, party: Party) -> dict[int, EntryJson]:
        """All songs of a party that are shown, by number."""
        made = {}
        for one in shown(party):
            known, silent = self._made.get(one.id), one.id in party.silent
            if known is None or known[0] is not one or known[1] is not silent:
                known = one, silent, entry(one, self.words, silent=silent)
            made[one.id] = known
        self._made = made
        return {number: fields for number, (_, _, fields) in made.items()}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What everybody is shown at one moment, in one language."""

    top: TopJson
    playing: int | None
    entries: Mapping[int, EntryJson]
    lists: Lists

    def whole(self, run: str, seq: int, now_ms: int) -> StateMessage:
        """All of it."""
        return {
            "state": {
                **self.top,
                "run": run,
                "seq": seq,
                "now_ms": now_ms,
                "playing": None if self.playing is None else self.entries[self.playing],
                "queue": [self.entries[number] for number in self.lists["queue"]],
                "ballot": [self.entries[number] for number in self.lists["ballot"]],
                "history": [self.entries[number] for number in self.lists["history"]],
            }
        }

    def since(self, before: Sheet) -> ChangeJson | None:
        """What is another than before, without whose change it is; None where nothing is."""
        top: dict[str, Any] = {**self.top, "playing": self.playing}
        old: dict[str, Any] = {**before.top, "playing": before.playing}
        change: ChangeJson = {
            "run": "",
            "seq": 0,
            "now_ms": 0,
            "set": {name: value for name, value in top.items() if value != old[name]},
            "entries": [*_changed(before.entries, self.entries)],
            "lists": {
                name: steps(before.lists[name], now)
                for name, now in self.lists.items()
                if now != before.lists[name]
            },
        }
        return change if change["set"] or change["entries"] or change["lists"] else None


def shown(party: Party) -> Iterable[Entry]:
    """All songs of a party that everybody is shown."""
    if party.playing:
        yield party.playing
    yield from party.queue
    yield from party.ballot
    yield from party.history


def sheet(party: Party, around: Around, songs: Songs) -> Sheet:
    """What everybody is shown who reads these words."""
    playing = party.playing
    top: TopJson = {
        "title": "",
        "room": {"lobby": around.lobby, "platform": around.room.platform},
        "people": [*around.people],
        "named": around.named,
        "watching": around.watching,
        "paused": party.paused,
        "left_ms": playing.left_ms if playing else None,
        "length_ms": ends_ms(playing.track, 0) if playing else None,
        "playback": playback(party.playback, songs.words) if party.playback else None,
        "spotify": around.spotify,
        "demo": around.demo,
        "own_music": around.own_music,
        "cover": around.cover,
        "skip": {"votes": len(party.skippers), "needed": party.skips_needed},
        "automatic": party.automatic,
        "decides_ms": party.decides_ms,
        "rules": rules(party.rules),
        "over": party.over,
        "night": f"/night/{party.night}" if party.night else None,
        "guest_url": around.guest_url,
    }
    return Sheet(
        top,
        playing.id if playing else None,
        songs.of(party),
        {
            "queue": [one.id for one in party.queue],
            "ballot": [one.id for one in party.ballot],
            "history": [one.id for one in party.history],
        },
    )


def _changed(before: Mapping[int, EntryJson], now: Mapping[int, EntryJson]) -> Iterable[dict[str, Any]]:
    for number, one in now.items():
        old = before.get(number)
        if old is None:
            yield {**one}
        elif old is not one and old != one:
            fields: Any = one
            yield {"id": number, **{k: v for k, v in fields.items() if v != old.get(k)}}


def steps(before: Sequence[int], now: Sequence[int]) -> list[Step]:
    """The fewest steps from one order of a list to another, see `ChangeJson`."""
    staying = {*now}
    done: list[Step] = [(number, -1) for number in before if number not in staying]
    order = [number for number in before if number in staying]
    places = {number: place for place, number in enumerate(order)}
    still = _longest_rising([places.get(number) for number in now])
    for place, number in enumerate(now):
        if place in still:
            continue
        if number in places:
            order.remove(number)
        to = order.index(now[place - 1]) + 1 if place else 0
        order.insert(to, number)
        done.append((number, to))
    return done


def _longest_rising(places: Sequence[int | None]) -> set[int]:
    """The indices of most places that rise from left to right; None is none."""
    lasts: list[int] = []
    ends: list[int] = []
    befores: list[int | None] = [None] * len(places)
    for index, place in enumerate(places):
        if place is None:
            continue
        length = bisect_left(lasts, place)
        befores[index] = ends[length - 1] if length else None
        if length == len(lasts):
            lasts.append(place)
            ends.append(index)
        else:
            lasts[length], ends[length] = place, index
    found: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        found.add(last)
        last = befores[last]
    return found
