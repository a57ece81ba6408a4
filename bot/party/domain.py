"""The words of a party and its pure rules: who is next, how many must agree, what the model is told.

Instants are whole milliseconds since 1970 UTC (`..._ms`), durations whole milliseconds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS

ACTIVE_FOR_MS = 30 * MINUTE_MS
"""Whoever did something this long ago still counts when a skip is voted on."""
PARTY_ENDS_AFTER_MS = 12 * HOUR_MS
"""A party in which nobody did anything for this long is over: what it played may be suggested again."""
OFFER_LASTS_MS = 10 * MINUTE_MS
"""A ballot is open for this long, and its suggestions are not repeated by the next ones."""
AUTOPILOT_WAITS_MS = 45_000
"""How long people may vote before the autopilot chooses for them."""
ONE_PRESS_MS = 700
"""Who presses a button twice within this time meant to press it once."""
ONE_SKIP_MS = 2_000
"""Who asks for a skip this soon after one means the song that was skipped: they all pressed at once."""
GRACE_MS = 6_000
"""So long after a song should be over the clock waits for the device that plays it."""
TYPICAL_SONG_MS = 210_000
"""How long a song plays whose length nobody knows."""
LONGEST_TEXT = 300
"""The longest text that can name a song, in characters."""
LONGEST_NAME = 32
"""The longest name of a member that is shown, in characters."""
LONGEST_QUEUE = 500
"""How many songs may wait in one party."""
MOST_SUGGESTIONS = 10
"""How many songs one ballot may hold."""
USUAL_SUGGESTIONS = 5
"""How many it holds when nobody says."""
MOST_LINES = 10
"""How many songs one request may add."""
MOST_WORDS = 6
"""How many words a party can be started from; more only blur what is meant."""

UP_VOTE_WEIGHT = 1.0
"""What each up-vote adds to an entry's weight of 1 ..."""
HEAVIEST = 4.0
"""... up to this: trials found 2 to 4 best."""
UNWANTED = -0.25
"""The label of what the room skipped or voted down: trials found -0.1 to -0.25 best, stronger hurts."""


class Mood(StrEnum):
    """How far from the queue suggestions may lie."""

    SAFE = "safe"  # what fits best, always the same
    BALANCED = "balanced"  # now and then something else
    ADVENTUROUS = "adventurous"  # further away, and more by chance


class Order(StrEnum):
    """Which song of the queue plays next."""

    VOTES = "votes"  # the most wanted
    TURNS = "turns"  # one song of each member after the other
    ARRIVAL = "arrival"  # who came first


class Quorum(StrEnum):
    """How many of the people there must agree before a song is skipped."""

    ONE = "one"
    THIRD = "third"  # at least
    HALF = "half"  # more than
    MOST = "most"  # at least two thirds
    ALL = "all"


class Strategy(StrEnum):
    """How the tastes of a group become one order of songs (J. Masthoff, 2015, names most of them)."""

    POOLED = "pooled"  # everybody's songs as one person's
    AVERAGE = "average"  # what is good on average
    WITHOUT_MISERY = "without misery"  # the same, but for what somebody would dislike
    LEAST_MISERY = "least misery"  # as good as it is for whom it is worst
    MOST_PLEASURE = "most pleasure"  # as good as it is for whom it is best
    TURNS = "turns"  # one after the other, whoever was served least first


class State(StrEnum):
    """Where an entry stands."""

    SUGGESTED = "suggested"
    QUEUED = "queued"
    PLAYING = "playing"
    PLAYED = "played"
    SKIPPED = "skipped"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Room:
    """A place where a party happens."""

    platform: str  # discord, slack or web
    workspace: str
    channel: str


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a room. Bots are not members."""

    platform: str
    user_id: str
    name: str = field(compare=False)
    moderator: bool = field(default=False, compare=False)  # as the platform says, at this moment
    manager: bool = field(default=False, compare=False)  # may change what holds for everybody, likewise
    roles: frozenset[str] = field(default=frozenset(), compare=False)  # likewise


BROUGHT_IN = "bring in"
"""The diary's word for a song that came with a whole playlist from elsewhere: no model is trained on it."""
NOBODY = "nobody"
"""The user_id of who did what no person did, or whom we were asked to forget. No platform has such a one."""


@dataclass(frozen=True, slots=True)
class Track:
    """A song; `track_id` is the catalogue's, None for a song that nobody but the adder knows."""

    title: str
    artist: str  # all credited artists, comma separated, the main one first; may be empty
    track_id: str | None = None
    album: str | None = None
    year: int | None = None
    duration_ms: int | None = None
    spotify_id: str | None = None  # where it plays, if that is known; says nothing of which song it is


@dataclass(frozen=True, slots=True)
class Entry:
    """A song in a party, or one suggested to it."""

    id: int
    track: Track
    state: State
    added_by: Member | None  # None for a suggestion that nobody has taken up
    added_ms: int
    started_ms: int | None = None
    ends_ms: int | None = None  # of what plays: when its time is up
    ended_ms: int | None = None
    votes: Mapping[str, int] = field(default_factory=dict)  # user_id -> +1 or -1
    match: float | None = None  # of a suggestion: the probability that it belongs here
    because: tuple[str, ...] = ()  # of a suggestion: the titles and words that speak for it most
    ballot: int | None = None  # of a suggestion: which ballot it stood on
    pin: int | None = None  # the place in the queue that somebody has given it, from 1
    left_ms: int | None = None  # of what plays: how much of it is left, while it stands still

    @property
    def ups(self) -> int:
        """How many want it."""
        return sum(value > 0 for value in self.votes.values())

    @property
    def downs(self) -> int:
        """How many do not."""
        return sum(value < 0 for value in self.votes.values())

    @property
    def score(self) -> int:
        """Up-votes less down-votes."""
        return self.ups - self.downs


@dataclass(frozen=True, slots=True)
class Rules:
    """What a room has chosen for itself."""

    order: Order = Order.VOTES
    quorum: Quorum = Quorum.HALF
    threshold: int = 1  # so many more up- than down-votes queue a suggestion
    cooldown_min: int = 0  # a song that was played may not be added again for so many minutes
    songs_each: int = 0  # how many songs of one member may wait; 0 for any number
    one_of_each: bool = True  # a song that waits already is not queued twice
    clean: bool = False  # no songs that are marked explicit
    quiet: bool = False  # who adds a song is answered in private
    guests: bool = True  # guests of the workspace and people of other companies may take part
    djs: str = ""  # the platform's ids of people who may moderate, with spaces between them
    dj_role: str = ""  # the platform's id of the role whose members may moderate
    voice: str = ""  # the platform's id of the voice channel where the party is heard
    language: str = ""  # a code of ours; empty: as the platform says
    autopilot: bool = False  # keep the party rolling
    autopilot_below: int = 3  # ... as soon as fewer songs than this are left


THRESHOLDS = (1, 2, 3, 5, 8)
COOLDOWNS_MIN = (0, 30, 60, 120, 240, 720)
SONGS_EACH = (0, 1, 2, 3, 5, 10)
BELOW = (1, 2, 3, 5, 8)


@dataclass(frozen=True, slots=True)
class Playback:
    """Where a party sounds: on whose account, on which device, and which entries that device has."""

    host: Member
    device_id: str = ""  # empty: the one that played is gone, and whichever is active will do
    device_name: str = ""
    on: int | None = None  # the entry that the device was last known to play
    ahead: int | None = None  # the entry that stands next in the device's own queue

    def taken(self, member: Member) -> bool:
        """Whether somebody else than the member plays; whose device is gone leaves the party to others."""
        return self.host != member and bool(self.device_id)


@dataclass(frozen=True, slots=True)
class Party:
    """A room's party as it stands now."""

    playing: Entry | None
    queue: tuple[Entry, ...]  # what plays next first
    ballot: tuple[Entry, ...]  # the latest suggestions that nobody has taken up, best first
    history: tuple[Entry, ...]  # what was played or skipped, latest first
    skippers: frozenset[str]  # the user_ids of those who want to skip what plays
    skips_needed: int
    rules: Rules = Rules()
    started_ms: int = 0
    automatic: bool = False  # whether the autopilot has asked for the ballot
    decides_ms: int | None = None  # when it chooses
    playback: Playback | None = None  # where it sounds, if it does

    @property
    def paused(self) -> bool:
        """Whether what plays stands still."""
        return self.playing is not None and self.playing.left_ms is not None


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a party's diary: who did what to which entry, and what it was like before."""

    id: int
    kind: str  # what the use case is called, or "undo " and what was taken back
    entry_id: int | None
    state_before: State | None  # None: there was no entry
    vote_before: int  # of a move the pin before, 0 for none; of what concerns several songs their number
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class PartyRecord:
    """A stored party: when it began (`started_ms`) and when somebody last did something."""

    id: int
    room: Room
    started_ms: int
    active_ms: int
    shared: bool  # whether a model may be trained on the room's songs
    rules: Rules = Rules()
    card: str = ""  # the message in which the party is shown, by the platform's id
    playback: Playback | None = None  # where it sounds, if it does


@dataclass(frozen=True, slots=True)
class Signal:
    """What the model is told of one song: label 1 is wanted, 0 or below is not; weight is how sure.

    `stances` are the labels of each member who said something of it, by user_id.
    """

    track: Track
    weight: float
    label: float
    stances: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A song the model proposes, how probably it belongs, and the titles and words that speak for it."""

    track: Track
    match: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vibe:
    """What `vibe` found for some words."""

    ballot: tuple[Entry, ...]
    known: tuple[str, ...]  # the words that were looked for
    unknown: tuple[str, ...]  # the words that say nothing to the model


@dataclass(frozen=True, slots=True)
class Added:
    """What `add` did: `again` when the song was there already, `wished` when that became a vote for it."""

    entry: Entry
    place: int  # 0 when it is playing, 1 when it is next
    again: bool = False
    wished: bool = False


@dataclass(frozen=True, slots=True)
class Voted:
    """What `vote` did: `taken_up` when this vote took a suggestion into the queue."""

    entry: Entry
    value: int  # +1, -1, or 0 when a vote was taken back
    taken_up: bool
    ballot: tuple[Entry, ...]  # the whole ballot of a suggestion, as it stands now


@dataclass(frozen=True, slots=True)
class Skipped:
    """How a vote to skip stands."""

    entry: Entry
    votes: int
    needed: int
    playing: Entry | None  # what plays now

    @property
    def enough(self) -> bool:
        """Whether enough people agree now."""
        return self.votes >= self.needed

    @property
    def done(self) -> bool:
        """Whether the song was skipped."""
        return self.entry.state is State.SKIPPED


@dataclass(frozen=True, slots=True)
class Undone:
    """What `undo` took back: `kind` is add, vote, remove, skip, move, clear or BROUGHT_IN."""

    kind: str
    entry: Entry
    songs: int = 0  # of an import: how many went out


@dataclass(frozen=True, slots=True)
class AddedAll:
    """What became of several songs: those that were added, and those that were not with the reason."""

    added: tuple[Added, ...]
    refused: tuple[tuple[str, Exception], ...]  # the line and its PartyError


@dataclass(frozen=True, slots=True)
class Moved:
    """What `move` did."""

    entry: Entry
    place: int  # 1 is next


@dataclass(frozen=True, slots=True)
class Share:
    """What one thing adds to a song's logit: `name` is a song's title or a member's name."""

    name: str
    logit: float


@dataclass(frozen=True, slots=True)
class Why:
    """Why a song fits, in logits: start, room and the songs' shares add up to the song's logit.

    `match` is the chance with that logit. The members' shares are the songs' shares again, each divided
    evenly among those who stand behind the song.
    """

    track: Track
    match: float
    start: float  # the song's own: what it has at a party without songs
    room: float  # the queue's own: how much likelier any song becomes with it
    songs: tuple[Share, ...]
    members: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class MemberStats:
    """What a member has done in a room."""

    name: str
    added: int
    played: int
    loved: int  # up-votes of others on the member's songs
    streak: int  # the most songs of the member played in a row that nobody skipped


@dataclass(frozen=True, slots=True)
class Stats:
    """A room's history in numbers, over all its parties."""

    played: int
    skipped: int
    members: tuple[MemberStats, ...]  # who had most played first
    loved: tuple[Entry, ...]  # the most wanted songs, best first


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was taken out of the database for a member who asked for it."""

    songs: int  # whose adder is nobody now
    votes: int


def in_order(
    queue: Iterable[Entry], order: Order = Order.VOTES, started_ms: Mapping[str, int] | None = None
) -> tuple[Entry, ...]:
    """What plays next first: what people asked for, by the room's order, then what the autopilot added.

    Args:
        queue: the entries that wait.
        order: what decides; an entry that was moved stands where it was moved to all the same.
        started_ms: when a song of each member was last started, by user_id; of whoever had none, never.
    """
    waiting = sorted(queue, key=lambda entry: _rank(entry, order))
    if order is Order.TURNS:
        waiting = _in_turn(waiting, started_ms or {})
    waiting.sort(key=lambda entry: entry.added_by is None)
    pinned = sorted((e for e in waiting if e.pin), key=lambda entry: entry.pin or 0)
    free = [entry for entry in waiting if not entry.pin]
    for entry in pinned:
        free.insert((entry.pin or 1) - 1, entry)
    return tuple(free)


def _rank(entry: Entry, order: Order) -> tuple[int, int, int]:
    return (0 if order is Order.ARRIVAL else -entry.score, entry.added_ms, entry.id)


def _in_turn(waiting: Sequence[Entry], started_ms: Mapping[str, int]) -> list[Entry]:
    """A song of each member after the other, each member's own in the order given.

    In a round those whose last song is longest ago come first.
    """
    turns: Counter[str] = Counter()
    placed = []
    for entry in waiting:
        user = entry.added_by.user_id if entry.added_by else NOBODY
        placed.append((turns[user], started_ms.get(user, 0), entry))
        turns[user] += 1
    return [entry for _, _, entry in sorted(placed, key=lambda each: each[:2])]


def skips_needed(people: int, quorum: Quorum = Quorum.HALF) -> int:
    """How many of the people there must agree before a song is skipped; at least one."""
    return max(
        1,
        {
            Quorum.ONE: 1,
            Quorum.THIRD: -(-people // 3),
            Quorum.HALF: people // 2 + 1,
            Quorum.MOST: -(-2 * people // 3),
            Quorum.ALL: people,
        }[quorum],
    )


def explicit(track: Track) -> bool:
    """Whether a song is marked explicit, in its title or its album's; most are not marked either way."""
    return any("explicit" in _brackets(text) for text in (track.title, track.album or ""))


def _brackets(text: str) -> str:
    """What stands in brackets."""
    return " ".join(re.findall(r"[(\[]([^)\]]*)[)\]]", text.casefold()))


def streaks(history: Iterable[Entry]) -> dict[str, int]:
    """Each member's longest run of songs that were played to their end, by user_id.

    Args:
        history: what was played or skipped, in the order in which it was.
    """
    longest: dict[str, int] = {}
    run = 0
    whose: str | None = None
    for entry in history:
        user = entry.added_by.user_id if entry.added_by else None
        run = (run + 1 if user == whose else 1) if entry.state is State.PLAYED else 0
        whose = user
        if user is not None:
            longest[user] = max(longest.get(user, 0), run)
    return longest


def began_ms(started_ms: int, active_ms: int, now_ms: int) -> int:
    """When the party of this moment began: now, if the last one has long been over."""
    return now_ms if now_ms - active_ms > PARTY_ENDS_AFTER_MS else started_ms


def ends_ms(track: Track, started_ms: int) -> int:
    """When a song that started then is over."""
    return started_ms + (track.duration_ms or TYPICAL_SONG_MS)


def vetoed(entry: Entry) -> bool:
    """Whether the room has said no to this song: skipped, taken out, or voted down by most."""
    return entry.state in {State.SKIPPED, State.REMOVED} or entry.score < 0


def spoken_for(entry: Entry, now_ms: int) -> bool:
    """Whether suggesting this song now would repeat something or ignore the room."""
    if entry.state is State.SUGGESTED and not vetoed(entry):
        return now_ms - entry.added_ms < OFFER_LASTS_MS
    return True


def signals(entries: Iterable[Entry]) -> list[Signal]:
    """What a party's entries and votes tell the model.

    A song that was taken out says nothing of itself: people mistype. A suggestion speaks only once it has
    been voted on.
    """
    told = []
    for entry in entries:
        if entry.state is State.SKIPPED or entry.score < 0:
            told.append(Signal(entry.track, 1.0, UNWANTED, stances(entry)))
        elif entry.state is not State.REMOVED and (entry.state is not State.SUGGESTED or entry.score):
            weight = min(1 + UP_VOTE_WEIGHT * entry.ups, HEAVIEST)
            told.append(Signal(entry.track, weight, 1.0, stances(entry)))
    return told


def stances(entry: Entry) -> dict[str, float]:
    """What each member has said of an entry: whoever added it wants it, unless they voted against it."""
    adder = entry.added_by
    said = {adder.user_id: 1.0} if adder and adder.user_id != NOBODY else {}
    return said | {user: 1.0 if value > 0 else UNWANTED for user, value in entry.votes.items()}


def served(entries: Iterable[Entry]) -> dict[str, int]:
    """How many songs of each member have been played or are playing, by user_id."""
    on = [entry for entry in entries if entry.state in {State.PLAYING, State.PLAYED}]
    return dict(Counter(entry.added_by.user_id for entry in on if entry.added_by))


def is_dj(member: Member, rules: Rules) -> bool:
    """Whether the room has given a member the say, by role or by name."""
    return rules.dj_role in member.roles or member.user_id in rules.djs.split()


def main_artist(track: Track) -> str:
    """Whose song it is, for comparing: the first credited artist without case."""
    return track.artist.split(",")[0].strip().casefold()


def varied(ranked: Sequence[Track], count: int) -> list[int]:
    """The places of the best `count` with at most two songs of one artist in five, the best of each first."""
    per_artist = max(2, (2 * count) // 5)
    taken: dict[str, int] = {}
    kept = []
    for place, track in enumerate(ranked):
        artist = main_artist(track)
        taken[artist] = taken.get(artist, 0) + 1
        if taken[artist] <= per_artist:
            kept.append(place)
    return kept[:count]


def expired(entry: Entry, now_ms: int) -> bool:
    """Whether an entry is a suggestion whose ballot is closed."""
    return entry.state is State.SUGGESTED and now_ms - entry.added_ms >= OFFER_LASTS_MS


def still_open(ballot: Iterable[Entry], waiting: Sequence[Entry], now_ms: int) -> list[Entry]:
    """The suggestions that can be voted for: in time, and nobody has added the song by hand meanwhile."""
    return [
        each
        for each in ballot
        if not expired(each, now_ms) and not any(same_song(each.track, e.track) for e in waiting)
    ]


def same_song(one: Track, other: Track) -> bool:
    """Whether two tracks are one: by the catalogue's id, or as typed."""
    if one.track_id or other.track_id:
        return one.track_id == other.track_id
    return (one.title.casefold(), one.artist.casefold()) == (
        other.title.casefold(),
        other.artist.casefold(),
    )
