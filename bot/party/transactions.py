"""What the party's use cases need of a store, as small Protocols.

A transaction either reads or writes. One that reads cannot write: the store raises, whatever is tried. Its
queries are grouped by subject, and of each group a use case sees the reading half or all of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.party.results import Favourite, Forgotten, Nickname
from bot.party.words import (
    Blocked,
    Change,
    Entry,
    Member,
    NightRecord,
    Outlet,
    PartyRecord,
    Pass,
    Playback,
    Room,
    Rules,
    Standing,
    State,
    Suggestion,
    Track,
    Way,
)


class PartyReads(Protocol):
    """Rooms and their parties, to look at."""

    async def open(self, room: Room, now_ms: int) -> PartyRecord:
        """The room's party. A transaction that writes makes it if there is none, and keeps others from it."""

    async def with_cards(self, platform: str, since_ms: int) -> list[Room]:
        """The rooms with a card in which something happened since then."""

    async def workspaces(self, platform: str) -> list[str]:
        """The workspaces of a platform that have a party."""

    async def of_workspace(self, platform: str, workspace: str) -> list[Room]:
        """The rooms of a workspace that have a party."""

    async def of_member(self, member: Member, since_ms: int) -> list[Room]:
        """The rooms in which a member did something since then, the latest first."""

    async def overdue(self, now_ms: int, grace_ms: int) -> list[Room]:
        """The rooms whose song is over, for so long already where a device has the last word on that."""

    async def with_skip_votes(self) -> list[Room]:
        """The rooms in which somebody wants to skip what plays."""

    async def low_on_songs(self, since_ms: int) -> list[Room]:
        """The rooms whose autopilot has something to do, if people did something there since then."""


class Parties(PartyReads, Protocol):
    """Rooms and their parties."""

    async def open(self, room: Room, now_ms: int, *, make: bool = True) -> PartyRecord:
        """The room's party, kept from others; made if there is none, or else one without a number."""

    async def enter(
        self, room: Room, now_ms: int, member: Member, key: str | None, entry_id: int | None = None
    ) -> tuple[PartyRecord, Change | None]:
        """The room's party, as `open` has it, and the change of it that this key has made already.

        `entry_id` is what the change will be about, if that is known.
        """

    async def touch(self, party_id: int, started_ms: int, active_ms: int) -> None:
        """Notes when the party began and was last active."""

    async def set_rules(self, party_id: int, rules: Rules) -> None:
        """Keeps what the room has chosen."""

    async def set_links(self, party_id: int, links: int) -> None:
        """Notes how often the links to the party's page were made anew."""

    async def set_blocked(self, party_id: int, blocked: Blocked) -> None:
        """Keeps whom and what the room keeps out."""

    async def set_shared(self, party_id: int, shared: bool) -> None:
        """Notes whether a model may be trained on the room's songs."""

    async def set_card(self, party_id: int, card: str) -> None:
        """Keeps in which message the party is shown; empty for none. Nobody is told."""


class EntryReads(Protocol):
    """Songs of a party, to look at."""

    async def get(self, party_id: int, entry_id: int) -> Entry | None:
        """One entry of this party."""

    async def waiting(self, party_id: int) -> list[Entry]:
        """What plays and what is queued, oldest first."""

    async def standing(self, party_id: int, since_ms: int) -> Standing:
        """What waits, the latest ballot, who wants to skip, and who acted since then, all of one moment."""

    async def since(self, party_id: int, states: Iterable[State], since_ms: int = 0) -> list[Entry]:
        """The party's entries in these states, added or ended since then, oldest first."""

    async def heard(self, party_id: int, since_ms: int) -> list[Entry]:
        """What says what the room likes, oldest first: what waits, and since then what is over or voted on.

        However much there was, it is the latest of it, and no suggestion that nobody has voted on.
        """

    async def offers(self, party_id: int, since_ms: int) -> list[str]:
        """What was suggested since then and not taken up, by the catalogue's ids."""

    async def last_ballot(self, party_id: int) -> int:
        """The number of the latest ballot; 0 if there was none."""

    async def offered_after(self, party_id: int, ballot: int) -> list[Entry]:
        """What was suggested after this ballot, whatever has become of it."""

    async def history(self, party_id: int, limit: int) -> list[Entry]:
        """What was played or skipped, latest first."""

    async def offered(self, ballot: int) -> list[Entry]:
        """The suggestions of one ballot, best first, whatever has become of them."""

    async def stats(self, party_id: int, most: int) -> tuple[list[Entry], list[Entry]]:
        """What was played or skipped, in that order of time, and the most wanted of all, best first."""

    async def added_counts(self, party_id: int) -> dict[str, int]:
        """How many songs each member has added, by user_id."""

    async def last_started_ms(self, party_id: int) -> dict[str, int]:
        """When a song of each member was last started, by user_id; of those that had one lately."""


class Entries(EntryReads, Protocol):
    """Songs of a party."""

    async def insert(self, party_id: int, track: Track, member: Member, now_ms: int) -> int:
        """Queues a song and returns its number."""

    async def insert_ballot(
        self, party_id: int, change_id: int, suggestions: Sequence[Suggestion], now_ms: int
    ) -> list[Entry]:
        """Keeps a ballot, and returns its entries."""

    async def move(
        self,
        entry_id: int,
        expected: State,
        state: State,
        *,
        now_ms: int,
        ends_ms: int | None = None,
        added_by: Member | None = None,
    ) -> None:
        """Changes an entry's state if it is still the expected one."""

    async def mark_voted(self, entry_id: int) -> None:
        """Notes that somebody has voted on a suggestion: from now on it says something. Nobody is told."""

    async def pin(self, entry_id: int, place: int | None) -> None:
        """Gives a queued entry a place from 1, or none."""

    async def close_ranks(self, party_id: int) -> None:
        """Moves every place that was given one up, because a song has left the front of the queue."""


class VoteReads(Protocol):
    """Votes and wishes to skip, to look at."""

    async def wanted(self, member: Member, most: int) -> list[Favourite]:
        """The latest songs that a member has voted for in any room of the platform, the latest first."""

    async def skippers(self, entry_id: int) -> frozenset[str]:
        """The user_ids of those who want to skip."""


class Votes(VoteReads, Protocol):
    """Votes and wishes to skip."""

    async def set(self, entry_id: int, member: Member, value: int) -> None:
        """Sets a member's vote; 0 takes it back."""

    async def add_skip(self, entry_id: int, member: Member) -> bool:
        """Notes that a member wants to skip, once however often, and says whether that is new."""

    async def drop_open(self, party_id: int, member: Member) -> None:
        """Takes a member's votes and wishes back where they would still count."""

    async def drop_skip(self, entry_id: int, member: Member) -> None:
        """Takes a wish to skip back."""


class DiaryReads(Protocol):
    """Who did what, to look at."""

    async def last_undoable(self, party_id: int, member: Member) -> Change | None:
        """The member's latest change that can be taken back, see `rules.undo`."""

    async def open_ballot(self, party_id: int) -> Change | None:
        """The autopilot's latest ballot, unless it is settled."""


class Diary(DiaryReads, Protocol):
    """Who did what."""

    async def record(
        self, party_id: int, member: Member, change: Change, now_ms: int, key: str | None
    ) -> int:
        """Writes a line of the diary and returns its number (the change's own is not looked at)."""

    async def mark_undone(self, change_id: int) -> None:
        """Keeps a change from being taken back twice."""

    async def mark_import_undone(self, party_id: int, change_id: int) -> frozenset[int]:
        """Keeps all songs of one import from being taken back twice; returns the numbers of their entries.

        Args:
            party_id: whose diary it is.
            change_id: of one of the songs.
        """


class PlaybackReads(Protocol):
    """Where parties sound, to look at."""

    async def hosted_by(self, host: Member) -> list[Room]:
        """The rooms that sound on a member's account at Spotify."""

    async def sounding_from(self, outlet: Outlet) -> list[Room]:
        """The rooms that sound from such an outlet."""

    async def beats(self, outlet: Outlet) -> dict[Room, tuple[str, int]]:
        """The rooms that sound from such an outlet: the device, and when a process said that it is there."""

    async def saved_playlist(self, party_id: int, started_ms: int, member: Member) -> str | None:
        """The playlist that a member has of the room's party that began then."""


class Playbacks(PlaybackReads, Protocol):
    """Where parties sound, what is paused, and what was saved."""

    async def hold(self, entry_id: int, left_ms: int) -> bool:
        """Stops the time of what plays, with so much left; says whether it ran."""

    async def resume(self, entry_id: int, ends_ms: int) -> None:
        """Lets what plays end then, whether it was paused or not."""

    async def set(self, party_id: int, playback: Playback) -> None:
        """Keeps where the party sounds; which process watches it stays."""

    async def mark(self, party_id: int, on: int | None, ahead: int | None) -> None:
        """Keeps which entries the device has. Nobody is told."""

    async def drop(self, party_id: int) -> None:
        """Lets the party sound nowhere."""

    async def set_spotify_id(self, entry_id: int, spotify_id: str) -> None:
        """Notes what plays for an entry on Spotify. Nobody is told."""

    async def claim(self, owner: str, until_ms: int, now_ms: int) -> list[Room]:
        """Takes on, until then, the rooms that sound at Spotify and that no other process watches."""

    async def beat(self, device_id: str, now_ms: int) -> None:
        """Says that what own music sounds from is there. Nobody is told."""

    async def release(self, owner: str) -> None:
        """Leaves the rooms that a process watches to the others."""

    async def keep_saved_playlist(
        self, party_id: int, started_ms: int, member: Member, playlist_id: str
    ) -> None:
        """Remembers the playlist that a member has of a party. Nobody is told."""


class NightReads(Protocol):
    """Parties that are over, to look at."""

    async def of(self, party_id: int, started_ms: int) -> str:
        """The secret of the page of a party's night that began then, its last one; empty if there is none."""

    async def ended(self, party_id: int, ended_ms: int) -> str:
        """The same of the one that ended then."""

    async def read(self, digest: str, now_ms: int) -> NightRecord | None:
        """What is kept under a link, by the digest of its secret, unless its time is over."""

    async def songs(self, party_id: int, began_ms: int, ended_ms: int, most: int) -> list[Entry]:
        """What was started between two instants and not taken out, in that order."""

    async def unplayed(self, party_id: int, ended_ms: int, most: int) -> list[Entry]:
        """What was taken out at that very instant without having been started, oldest first."""

    async def over(
        self, since: tuple[int, int], before_ms: int, most: int
    ) -> list[tuple[Room, tuple[int, int]]]:
        """The rooms in which nothing has happened for long and of whose party nothing is kept, with places.

        Args:
            since: which room comes before the first one, by its place, or an instant and 0.
            before_ms: somebody may have done something there until then.
            most: so many rooms.
        """


class Nights(NightReads, Protocol):
    """Parties that are over."""

    async def keep(self, night: NightRecord, digest: str) -> bool:
        """Keeps a night, and says whether nobody else has kept it before."""

    async def sweep(self, now_ms: int) -> None:
        """Forgets the nights whose time is over."""


class PassReads(Protocol):
    """Links to a party's page, to look at."""

    async def find(self, digest: str, now_ms: int) -> Pass | None:
        """What a link is good for, unless it is none or its time is over."""

    async def secret(self, party_id: int, way: Way) -> str | None:
        """The secret of a party's own link of this way, if it has one."""

    async def own(self, party_id: int, member: Member) -> list[str]:
        """The digests of a member's own links to a party, the latest first."""

    async def begun_by(self, member: Member, since_ms: int) -> int:
        """How many parties a member has begun on the page since then."""

    async def made(self, way: Way, since_ms: int) -> int:
        """How many links of this way were made since then, in all rooms."""


class Passes(PassReads, Protocol):
    """Links to a party's page."""

    async def keep(
        self,
        digest: str,
        party_id: int,
        way: Way,
        now_ms: int,
        *,
        secret: str = "",
        member: Member | None = None,
        ends_ms: int = 0,
    ) -> None:
        """Keeps a link, and forgets those whose time is over. Nobody is told."""

    async def drop(self, digests: Collection[str]) -> None:
        """Ends some links. Nobody is told."""

    async def drop_all(self, party_id: int, ways: Collection[Way]) -> None:
        """Ends all links of a party that are of these ways."""


class NicknameReads(Protocol):
    """The names of people without an account, to look at."""

    async def of(self, party_id: int, user_id: str) -> Nickname | None:
        """What somebody is called in a party."""

    async def owner(self, party_id: int, looks: str) -> str | None:
        """The user_id of whoever has a name that looks like this."""


class Nicknames(NicknameReads, Protocol):
    """The names of people without an account. Nobody is told of them."""

    async def keep(self, party_id: int, looks: str, user_id: str, name: str, seen_ms: int) -> None:
        """Gives somebody a name, in place of the one that they had."""

    async def forget(self, party_id: int, seen_before_ms: int, most: int) -> None:
        """Sets names free whose owner was not seen since then, and of too many the oldest."""


class Erasure(Protocol):
    """Forgetting for good."""

    async def member(self, member: Member) -> tuple[Forgotten, list[Room]]:
        """Takes a member out of everything; says of what and in which rooms."""

    async def rooms(self, platform: str, workspace: str, channels: Collection[str]) -> list[Room]:
        """Takes out the parties of some channels; says which of them had one."""

    async def workspace(self, platform: str, workspace: str) -> list[Room]:
        """Takes out all of a workspace; says which rooms it had."""

    async def strangers(self, people: Sequence[int]) -> None:
        """Takes out those of some members, by their numbers, who are in no party any more."""


class RetentionReads(Protocol):
    """What is long over and still names somebody, to look at by the numbers of its rows."""

    async def latest(self) -> tuple[int, int, int, int]:
        """The highest numbers of songs, lines of diaries, parties and members."""

    async def old_songs(self, after: int, until: int, before_ms: int) -> list[tuple[Room, list[int]]]:
        """The songs with these numbers that were added before then and say who added or voted, by room."""

    async def old_lines(self, after: int, until: int, before_ms: int) -> list[tuple[Room, list[int]]]:
        """The lines of diaries with these numbers that were written before then and say who did it."""

    async def old_parties(self, after: int, until: int, before_ms: int) -> list[Room]:
        """The rooms of parties with these numbers that name somebody of before then besides."""

    async def strangers(self, after: int, until: int) -> list[int]:
        """Those members with these numbers who are in no party any more."""


class Retention(RetentionReads, Protocol):
    """Names that go with time. Nobody is told."""

    async def unname_songs(self, room: Room, songs: Sequence[int]) -> None:
        """Has songs of a room be added by nobody; each vote counts on, and is nobody's."""

    async def unname_lines(self, room: Room, lines: Sequence[int]) -> None:
        """Has lines of a room's diary be nobody's."""

    async def unname_party(self, room: Room, before_ms: int) -> None:
        """Takes out of a room where an old party played, who saved it, and the names of the blocked."""

    async def sweep(self, now_ms: int, seen_before_ms: int, linked_before_ms: int) -> None:
        """Forgets links and logins whose time is over, and nicknames and accounts of before then."""


class OwnDataReads(Protocol):
    """What is kept of one member."""

    async def of(self, member: Member, most: int) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """The latest that is kept of a member, so much of each kind, by kind; instants are `..._ms`."""


class TimeReads(Protocol):
    """When things are over, to look at."""

    async def anybody(self, since_ms: int) -> bool:
        """Whether anybody was active in any room since then."""


class Times(TimeReads, Protocol):
    """When things are over."""

    async def shift(self, by_ms: int, since_ms: int) -> list[Room]:
        """Has what plays, and the parties that were active since then, be over so much later.

        Returns the rooms in which something plays. Nobody changes any room meanwhile.
        """


class ReadTransaction(Protocol):
    """What can be looked up, as it is committed when it is asked."""

    @property
    def parties(self) -> PartyReads:
        """Rooms and their parties."""

    @property
    def entries(self) -> EntryReads:
        """Songs."""

    @property
    def votes(self) -> VoteReads:
        """Votes and wishes to skip."""

    @property
    def diary(self) -> DiaryReads:
        """Who did what."""

    @property
    def playbacks(self) -> PlaybackReads:
        """Where parties sound."""

    @property
    def nights(self) -> NightReads:
        """Parties that are over."""

    @property
    def passes(self) -> PassReads:
        """Links to a party's page."""

    @property
    def nicknames(self) -> NicknameReads:
        """The names of people without an account."""

    @property
    def retention(self) -> RetentionReads:
        """Names that go with time."""

    @property
    def own_data(self) -> OwnDataReads:
        """What is kept of one member."""

    @property
    def times(self) -> TimeReads:
        """When things are over."""


class WriteTransaction(Protocol):
    """All that is read and written between BEGIN and COMMIT.

    `changed` says whether something was written that people see: such a change is announced to the other
    processes when it is committed.
    """

    @property
    def changed(self) -> bool:
        """Whether people will see a difference."""

    @property
    def parties(self) -> Parties:
        """Rooms and their parties."""

    @property
    def entries(self) -> Entries:
        """Songs."""

    @property
    def votes(self) -> Votes:
        """Votes and wishes to skip."""

    @property
    def diary(self) -> Diary:
        """Who did what."""

    @property
    def playbacks(self) -> Playbacks:
        """Where parties sound."""

    @property
    def nights(self) -> Nights:
        """Parties that are over."""

    @property
    def passes(self) -> Passes:
        """Links to a party's page."""

    @property
    def nicknames(self) -> Nicknames:
        """The names of people without an account."""

    @property
    def times(self) -> Times:
        """When things are over."""

    @property
    def erasure(self) -> Erasure:
        """Forgetting."""

    @property
    def retention(self) -> Retention:
        """Names that go with time."""

    @property
    def own_data(self) -> OwnDataReads:
        """What is kept of one member."""


class Store(Protocol):
    """Where parties live."""

    @property
    def shared(self) -> bool:
        """Whether other processes may use it as well."""

    def reading(self) -> AbstractAsyncContextManager[ReadTransaction]:
        """A transaction that cannot write."""

    def writing(self) -> AbstractAsyncContextManager[WriteTransaction]:
        """All or nothing: COMMIT on a clean exit; ROLLBACK when an error passes through."""
