"""The words of a party: who, where, what, and how a room has it.

Instants are whole milliseconds since 1970 UTC (`..._ms`), durations whole milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum


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


class Visitors(StrEnum):
    """What people may do who come to a party's page without an account."""

    LOOK = "look"
    VOTE = "vote"
    ADD = "add"  # and vote


class Outlet(StrEnum):
    """What a party sounds from."""

    SPOTIFY = "spotify"  # the host's account, on a device of theirs
    PAGE = "page"  # own music, in the browser of whoever pressed "Sound here"
    VOICE = "voice"  # own music, in a voice channel


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
    newcomer: bool = field(default=False, compare=False)  # joined less than a day ago, likewise


BROUGHT_IN = "bring in"
"""The diary's word for a song that came with a whole playlist from elsewhere: no model is trained on it."""
BEGAN = "begin"
"""The diary's word for a party that somebody has begun on the page."""
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

    @property
    def known(self) -> bool:
        """Whether anything is known of it but what somebody typed."""
        return bool(self.track_id or self.spotify_id)

    @property
    def on_spotify(self) -> str | None:
        """The Spotify id of a song that is known from there and from no catalogue of ours."""
        return None if self.track_id else self.spotify_id


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line of a list: `text` as one would type it, and what a table says of the song besides."""

    text: str
    title: str = ""
    artist: str = ""
    album: str | None = None
    duration_ms: int | None = None
    year: int | None = None
    spotify_id: str | None = None


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
    fit: float | None = None  # of a suggestion: how well it fits, 1 as well as what fits its room best

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
    longest_min: int = 10  # no song that is longer than so many minutes; 0 for any
    at_once: bool = True  # moderators, and who added what plays, skip without a vote
    newcomers: bool = False  # votes of members who joined less than a day ago count
    quiet: bool = False  # who adds a song is answered in private
    guests: bool = True  # guests of the workspace and people of other companies may take part
    visitors: Visitors = Visitors.ADD  # what people on the page may do who have no account
    visitor_songs: int = 10  # so many songs of one of them may wait; 0 for any number
    adding_locked: bool = False  # only moderators add songs
    joining_locked: bool = False  # nobody new comes in on the page without an account
    night: bool = False  # when a party ends, the chat gets a card with a link to what it was
    djs: str = ""  # the platform's ids of people who may moderate, with spaces between them
    dj_role: str = ""  # the platform's id of the role whose members may moderate
    voice: str = ""  # the platform's id of the voice channel where the party is heard
    voice_status: bool = False  # the voice channel's status shows what plays
    language: str = ""  # a code of ours; empty: as the platform says
    autopilot: bool = False  # keep the party rolling
    autopilot_below: int = 3  # ... as soon as fewer songs than this are left
    own_only: bool = True  # while own music sounds, only songs that can sound are suggested
    crossfade_s: int = 0  # own songs run into each other for so long
    levelled: bool = True  # own songs are all about as loud
    alone_min: int = 5  # the bot leaves a voice channel where it is alone for so long; 0: it stays


USUAL = Rules()
"""What most rooms have chosen at first."""
ON_THE_PAGE = Rules(autopilot=True)
"""What a room on the page has chosen at first: whoever comes there alone wants it to go on by itself."""


def first_rules(platform: str) -> Rules:
    """What a room of a platform has chosen before anybody chooses."""
    return ON_THE_PAGE if platform == "web" else USUAL


THRESHOLDS = (1, 2, 3, 5, 8)
COOLDOWNS_MIN = (0, 30, 60, 120, 240, 720)
SONGS_EACH = (0, 1, 2, 3, 5, 10)
VISITOR_SONGS = (0, 1, 2, 3, 5, 10, 20, 50)
LONGEST_MIN = (0, 5, 7, 10, 15, 20, 30, 60)
BELOW = (1, 2, 3, 5, 8)
CROSSFADES_S = (0, 2, 4, 6, 8, 12)
ALONE_MIN = (0, 1, 5, 15, 60)


@dataclass(frozen=True, slots=True)
class Blocked:
    """Whom and what a room keeps out of its party, the latest first."""

    members: tuple[Member, ...] = ()
    songs: tuple[Track, ...] = ()


NOTHING_BLOCKED = Blocked()
"""What a room keeps out at first."""


class Way(StrEnum):
    """What a link to a party's page lets people in as."""

    GUEST = "guest"  # whoever has it, under a nickname
    MEMBER = "member"  # one member of a chat
    HOST = "host"  # whoever has it, with all rights


@dataclass(frozen=True, slots=True)
class Pass:
    """What a link to a party's page is good for; its secret is not in here."""

    room: Room
    way: Way
    member: Member | None = None  # whose own link it is
    ends_ms: int | None = None  # None: only when it is made anew


@dataclass(frozen=True, slots=True)
class Playback:
    """Where a party sounds: on whose account, on which device, and which entries that device has.

    Of own music the device is a page's speaker or a voice channel, and the host whoever chose it.
    """

    host: Member
    device_id: str = ""  # empty: the one that played is gone, and whichever is active will do
    device_name: str = ""
    on: int | None = None  # the entry that the device was last known to play
    ahead: int | None = None  # the entry that stands next in the device's own queue
    outlet: Outlet = Outlet.SPOTIFY

    def taken(self, member: Member) -> bool:
        """Whether somebody else than the member plays; whose device is gone leaves the party to others."""
        return self.host != member and bool(self.device_id)

    def is_awaited(self, entry_id: int) -> bool:
        """Whether its device has the last word on when what plays is over.

        Where own music sounds that is so once it was heard of there: a song may have no file, or nobody
        hears it.
        """
        return self.outlet is Outlet.SPOTIFY or self.on == entry_id


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
    links: int = 0  # how often the links to its page were made anew
    blocked: Blocked = NOTHING_BLOCKED
    over: bool = False  # whether it has ended; the next song begins a new one
    night: str = ""  # the secret of the page that is kept of it, once it is over
    silent: frozenset[int] = frozenset()  # the ids of entries that cannot sound, where own music sounds
    own_music: bool = False  # whether people's own music could sound

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
    counts: bool = True  # whether whoever did it is counted when a skip is put to the vote


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
    blocked: Blocked = NOTHING_BLOCKED
    links: int = 0  # how often the links to its page were made anew


@dataclass(frozen=True, slots=True)
class NightRecord:
    """A party that is over, as it is kept; its link is good until `ends_ms`."""

    party_id: int
    room: Room
    secret: str
    title: str  # what the place was called, if that was known
    started_ms: int
    ended_ms: int
    ends_ms: int


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
    """A song the model proposes, how probably it belongs, and the titles and words that speak for it.

    `fit` is how much the room's songs speak for it, beside what they speak for most: from 0 to 1.
    """

    track: Track
    match: float
    because: tuple[str, ...]
    fit: float = 0.0


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Stock:
    """The songs that can sound from people's own music, as they were at one moment."""

    known: Set[str] = frozenset()  # the catalogue's ids of those that it has
    lacked: Sequence[Track] = ()  # the others, with ids of ours


@dataclass(frozen=True, slots=True)
class Standing:
    """How a party stands at one moment."""

    waiting: Sequence[Entry]  # what plays and what is queued, oldest first
    ballot: Sequence[Entry]  # the latest suggestions that nobody has taken up, best first
    skippers: frozenset[str]  # the user_ids of those who want to skip what plays
    active: frozenset[str]  # the user_ids of those who did something lately
