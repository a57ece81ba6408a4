"""What use cases did, for the front doors to put into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.party.limits import NIGHT_IS_NEWS_MS
from bot.party.words import Entry, Member, Playback, Room, State, Track


@dataclass(frozen=True, slots=True)
class Nickname:
    """What somebody without an account is called in a room."""

    looks: str  # how the name looks
    name: str
    seen_ms: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What a phrase of a vibe was taken for."""

    said: str
    meant: tuple[Mapping[str, str], ...]  # the name of each topic by language; none for a playlist's own word


@dataclass(frozen=True, slots=True)
class Vibe:
    """What `vibe` found for some words."""

    ballot: tuple[Entry, ...]
    known: tuple[str, ...]  # the phrases that were looked for
    unknown: tuple[str, ...]  # the words that say nothing to the model
    taken: tuple[Taken, ...] = ()  # what each was taken for


@dataclass(frozen=True, slots=True)
class Added:
    """What `add` did: `again` when the song was there already, `wished` when that became a vote for it."""

    entry: Entry
    place: int  # 0 when it is playing, 1 when it is next
    again: bool = False
    wished: bool = False


@dataclass(frozen=True, slots=True)
class Favourite:
    """A song that a member has voted for, and the entry that the vote was for."""

    entry_id: int
    track: Track


@dataclass(frozen=True, slots=True)
class Favourites:
    """Some of a member's favourites, the latest songs first."""

    songs: tuple[Favourite, ...]
    more: bool  # whether there are older ones
    voted: bool  # whether there are any votes, be it for songs that wait here already


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
    at_once: Member | None = None  # who skipped it without a vote

    @property
    def enough(self) -> bool:
        """Whether enough people agree now."""
        return self.votes >= self.needed

    @property
    def done(self) -> bool:
        """Whether the song was skipped."""
        return self.entry.state is State.SKIPPED

    @property
    def own(self) -> bool:
        """Whether whoever skipped it at once had added it."""
        return self.at_once is not None and self.entry.added_by == self.at_once and not self.entry.ballot


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
class Barred:
    """A song of a list that the room does not want, whoever adds it, and the PartyError that says why."""

    track: Track
    error: Exception


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a list of songs."""

    total: int  # lines that were looked for: all, or until no more fitted in
    known: int  # songs that the catalogue has
    added: int
    there: int  # waited already, or may not be queued here
    left: int  # no more fitted in, looked for or not
    unsure: tuple[tuple[str, tuple[Track, ...]], ...]  # what was asked for, and what may be meant
    unknown: tuple[Track, ...]  # queued as they stand in the list
    refused: int  # lines that name no song
    stopped: Exception | None = None  # the PartyError after which no more fitted in
    barred: tuple[Barred, ...] = ()  # none of those above


@dataclass(frozen=True, slots=True)
class BlockedMember:
    """Whom `block` keeps out, and how many of their songs it took out of the queue."""

    member: Member
    songs: int
    playback: Playback | None = None  # where the party sounded on their account, until then


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
    stand_in: Track | None = None  # whose figures these are, where the model knows the song's artist alone


Place = tuple[float, float, float]
"""Where a song lies among all songs of the model: three numbers within -1 and 1."""


@dataclass(frozen=True, slots=True)
class Located:
    """Where songs lie, and which others lie around them."""

    places: tuple[Place | None, ...]  # None for a song that the model does not know
    around: tuple[tuple[Track, Place], ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A song on a party's map."""

    track: Track
    place: Place
    entry: Entry | None = None  # None for a song that only lies around those of the party
    fit: float | None = None  # of a song of the party: how much the others speak for it, in logits


@dataclass(frozen=True, slots=True)
class Map:
    """A party's songs among their neighbours."""

    spots: tuple[Spot, ...]  # the latest songs, oldest first; then what is suggested, and what lies around
    most: tuple[Spot, ...]  # the songs of the party that fit best, the best first
    least: tuple[Spot, ...]  # those that fit least, the least first
    unknown: int  # so many songs of the party the model does not know
    alike: tuple[Spot, Spot] | None = None  # the two songs of the party that speak most for each other


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
class Ended:
    """What `end` did: how many songs never got their turn, and the secret of the night's page, if any."""

    dropped: int
    night: str = ""
    playback: Playback | None = None  # where the party sounded until then


@dataclass(frozen=True, slots=True)
class Night:
    """A party that is over, as its page shows it, with people's names as they are now."""

    room: Room
    title: str  # what the place was called; may be empty
    started_ms: int
    ended_ms: int
    ends_ms: int  # until then its link is good
    songs: tuple[Entry, ...]  # what was played or skipped, in that order
    unplayed: tuple[Entry, ...]  # what waited when somebody ended the party
    loved: tuple[Entry, ...]  # the most wanted songs, best first
    members: tuple[MemberStats, ...]  # who had most played first
    played: int
    skipped: int
    people: int  # how many added or voted

    def is_news(self, now_ms: int) -> bool:
        """Whether people still talk of it, or whether it ended long ago, while the bot was off."""
        return now_ms - self.ended_ms < NIGHT_IS_NEWS_MS


@dataclass(frozen=True, slots=True)
class Begun:
    """A party that was begun on the page, and the secrets of its links."""

    room: Room
    host: str
    guest: str


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was taken out of the database for a member who asked for it."""

    songs: int  # whose adder is nobody now
    votes: int
