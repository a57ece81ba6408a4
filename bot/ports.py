"""What the party needs of the world, as small Protocols: a store, a catalogue, a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.domain import (
    Change,
    Entry,
    Member,
    Mood,
    PartyRecord,
    Room,
    Signal,
    State,
    Suggestion,
    Track,
)


class Transaction(Protocol):
    """All that is read and written between BEGIN and COMMIT."""

    async def party(self, room: Room, now_ms: int) -> PartyRecord:
        """The room's party, made if there is none."""

    async def touch(self, party_id: int, started_ms: int, active_ms: int) -> None:
        """Notes when the party began and was last active."""

    async def share(self, party_id: int, on: bool) -> None:
        """Notes whether a model may be trained on the room's songs."""

    async def claimed(self, party_id: int, key: str) -> Change | None:
        """The change that this key has made already."""

    async def record(
        self, party_id: int, member: Member, change: Change, now_ms: int, key: str | None
    ) -> int:
        """Writes a line of the diary and returns its number (the change's own is not looked at)."""

    async def last_undoable(self, party_id: int, member: Member) -> Change | None:
        """The member's latest change that has not been taken back and whose song is not over."""

    async def mark_undone(self, change_id: int) -> None:
        """Keeps a change from being taken back twice."""

    async def active_members(self, party_id: int, since_ms: int) -> int:
        """How many different people did something since then."""

    async def entries(self, party_id: int, states: Iterable[State], since_ms: int = 0) -> list[Entry]:
        """The party's entries in these states, added or ended since then, oldest first."""

    async def ballot(self, party_id: int) -> list[Entry]:
        """The latest suggestions that nobody has taken up, best first."""

    async def history(self, party_id: int, limit: int) -> list[Entry]:
        """What was played or skipped, latest first."""

    async def entry(self, party_id: int, entry_id: int) -> Entry | None:
        """One entry of this party."""

    async def insert_entry(self, party_id: int, track: Track, member: Member, now_ms: int) -> int:
        """Queues a song and returns its number."""

    async def insert_suggestions(
        self, party_id: int, change_id: int, suggestions: Sequence[Suggestion], now_ms: int
    ) -> None:
        """Keeps a ballot."""

    async def offered(self, change_id: int) -> list[Entry]:
        """The suggestions of one ballot, best first, whatever has become of them."""

    async def move(
        self,
        entry_id: int,
        expected: State,
        state: State,
        *,
        now_ms: int,
        ends_ms: int | None = None,
        added_by: Member | None = None,
    ) -> bool:
        """Changes an entry's state if it is still the expected one, and says whether it was."""

    async def set_vote(self, entry_id: int, member: Member, value: int) -> int:
        """Sets a member's vote (0 takes it back) and returns what it was."""

    async def add_skip(self, entry_id: int, member: Member) -> bool:
        """Notes that a member wants to skip, once however often, and says whether that is new."""

    async def drop_skip(self, entry_id: int, member: Member) -> None:
        """Takes a wish to skip back."""

    async def skippers(self, entry_id: int) -> frozenset[str]:
        """The user_ids of those who want to skip."""

    async def overdue(self, now_ms: int) -> list[Room]:
        """The rooms whose song is over."""


class Store(Protocol):
    """Where parties live."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """BEGIN on entry; COMMIT on a clean exit; ROLLBACK when an error passes through."""


class Catalogue(Protocol):
    """What songs there are."""

    async def resolve(self, text: str) -> Track:
        """The song that a text or link means.

        Raises:
            EmptyText, TextTooLong, UnknownSong, UnknownLink: no song, in the words for people.
        """

    async def search(self, text: str, limit: int = 10) -> list[Track]:
        """Songs as one types, best first; none for a text without letters or digits."""

    def vibe(self, text: str) -> tuple[list[str], list[str]]:
        """The words of a text that the model knows, at most `MOST_WORDS`, and those that it does not.

        Raises:
            EmptyText, TextTooLong: no words.
        """


class Recommender(Protocol):
    """The model."""

    async def suggest(
        self,
        told: Sequence[Signal],
        banned: Sequence[Track],
        count: int,
        *,
        words: Sequence[str] = (),
        mood: Mood = Mood.SAFE,
        served: Mapping[str, float] | None = None,
    ) -> list[Suggestion]:
        """The best `count` songs for what the room has told, none of the banned ones in any version.

        Args:
            told: songs, and what each member has said of them.
            banned: never to be suggested.
            count: how many.
            words: of what is looked for besides.
            mood: how far from all that the songs may lie.
            served: how many songs each member has had, by user_id.
        """
