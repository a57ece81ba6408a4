"""What the party needs of the world, as small Protocols: a store, a catalogue, a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bot.party.domain import (
    Change,
    Entry,
    Forgotten,
    Member,
    Mood,
    PartyRecord,
    Room,
    Rules,
    Signal,
    State,
    Suggestion,
    Track,
    Why,
)
from bot.playback.ports import Playbacks, SpotifyShelf


class Transaction(Playbacks, SpotifyShelf, Protocol):
    """All that is read and written between BEGIN and COMMIT."""

    async def party(self, room: Room, now_ms: int) -> PartyRecord:
        """The room's party, made if there is none."""

    async def enter(
        self, room: Room, now_ms: int, member: Member, key: str | None, entry_id: int | None = None
    ) -> tuple[PartyRecord, Change | None]:
        """The room's party, as `party` has it, and the change of it that this key has made already.

        `entry_id` is what the change will be about, if that is known.
        """

    async def touch(self, party_id: int, started_ms: int, active_ms: int) -> None:
        """Notes when the party began and was last active."""

    async def announce(self, room: Room) -> None:
        """Tells the other processes on this database, once all is committed, that the party has changed."""

    async def share(self, party_id: int, on: bool) -> None:
        """Notes whether a model may be trained on the room's songs."""

    async def record(
        self, party_id: int, member: Member, change: Change, now_ms: int, key: str | None
    ) -> int:
        """Writes a line of the diary and returns its number (the change's own is not looked at)."""

    async def last_undoable(self, party_id: int, member: Member) -> Change | None:
        """The member's latest change that has not been taken back and whose song is not over."""

    async def mark_undone(self, change_id: int) -> None:
        """Keeps a change from being taken back twice."""

    async def mark_import_undone(self, party_id: int, change_id: int) -> frozenset[int]:
        """Keeps all songs of one import from being taken back twice; returns the numbers of their entries.

        Args:
            party_id: whose diary it is.
            change_id: of one of the songs.
        """

    async def started_ms(self, party_id: int) -> dict[str, int]:
        """When a song of each member was last started, by user_id."""

    async def pin(self, entry_id: int, place: int | None) -> None:
        """Gives a queued entry a place from 1, or none."""

    async def close_ranks(self, party_id: int) -> None:
        """Moves every place that was given one up, because a song has left the front of the queue."""

    async def set_rules(self, party_id: int, rules: Rules) -> None:
        """Keeps what the room has chosen."""

    async def set_card(self, party_id: int, card: str) -> None:
        """Keeps in which message the party is shown; empty for none."""

    async def shown_rooms(self, platform: str, since_ms: int) -> list[Room]:
        """The rooms with a card in which something happened since then."""

    async def rooms_of(self, member: Member, since_ms: int) -> list[Room]:
        """The rooms in which a member did something since then, the latest first."""

    async def rolling(self, since_ms: int) -> list[Room]:
        """The rooms whose autopilot has something to do, if people did something there since then."""

    async def open_vote(self, party_id: int) -> Change | None:
        """The autopilot's latest ballot, unless it is settled."""

    async def stats(self, party_id: int, most: int) -> tuple[list[Entry], list[Entry]]:
        """What was played or skipped, in that order of time, and the most wanted of all, best first."""

    async def added(self, party_id: int) -> dict[str, int]:
        """How many songs each member has added, by user_id."""

    async def forget(self, member: Member) -> tuple[Forgotten, list[Room]]:
        """Takes a member out of everything, for good; says of what and in which rooms."""

    async def entries(self, party_id: int, states: Iterable[State], since_ms: int = 0) -> list[Entry]:
        """The party's entries in these states, added or ended since then, oldest first."""

    async def waiting(self, party_id: int) -> list[Entry]:
        """What plays and what is queued, oldest first."""

    async def standing(
        self, party_id: int, since_ms: int
    ) -> tuple[list[Entry], list[Entry], frozenset[str], frozenset[str]]:
        """`waiting`, `ballot`, the user_ids of who wants to skip what plays, and of who acted since then."""

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
    ) -> list[Entry]:
        """Keeps a ballot, and returns its entries."""

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
    ) -> None:
        """Changes an entry's state if it is still the expected one."""

    async def set_vote(self, entry_id: int, member: Member, value: int) -> None:
        """Sets a member's vote; 0 takes it back."""

    async def add_skip(self, entry_id: int, member: Member) -> bool:
        """Notes that a member wants to skip, once however often, and says whether that is new."""

    async def drop_skip(self, entry_id: int, member: Member) -> None:
        """Takes a wish to skip back."""

    async def skippers(self, entry_id: int) -> frozenset[str]:
        """The user_ids of those who want to skip."""

    async def overdue(self, now_ms: int, grace_ms: int) -> list[Room]:
        """The rooms whose song is over, for so long already where a device plays it."""

    async def unsettled(self) -> list[Room]:
        """The rooms in which somebody wants to skip what plays."""

    async def save_install(self, enterprise_id: str, team_id: str, sealed: str, now_ms: int) -> None:
        """Keeps where Slack's app was installed: a workspace, or for an empty `team_id` an organisation."""

    async def install(self, workspace: str) -> str | None:
        """The sealed installation of a workspace or organisation, by its id."""

    async def installs(self) -> list[tuple[str, str]]:
        """All installations: the id of the workspace or organisation, and what is sealed."""

    async def swap_install(self, workspace: str, before: str, after: str, now_ms: int) -> bool:
        """Replaces what is sealed if it is still as before, and says whether it was."""

    async def drop_install(self, workspace: str) -> None:
        """Forgets the installation of a workspace or organisation."""

    async def save_state(self, digest: str, expires_ms: int, now_ms: int) -> None:
        """Notes that an install has begun, and forgets those that were never finished."""

    async def consume_state(self, digest: str, now_ms: int) -> bool:
        """Takes a note away, and says whether it was there and in time."""

    async def forget_workspace(self, platform: str, workspace: str) -> list[Room]:
        """Takes out all of a workspace for good; says which rooms it had."""


class Store(Protocol):
    """Where parties live."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """All or nothing: COMMIT on a clean exit; ROLLBACK when an error passes through."""

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """The same for what only looks, at what is committed when it is asked; it may not write."""


class Catalogue(Protocol):
    """What songs there are."""

    async def resolve(self, text: str) -> Track:
        """The song that a text or link means.

        Raises:
            EmptyText, TextTooLong, UnknownSong, UnknownLink: no song, in the words for people.
        """

    async def search(self, text: str, limit: int = 10) -> list[Track]:
        """Songs as one types, best first; none for a text without letters or digits."""

    async def spotify_ids(self, tracks: Sequence[Track]) -> list[str | None]:
        """Where songs play on Spotify, as linked or as far as it is known."""

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
        clean: bool = False,
    ) -> list[Suggestion]:
        """The best `count` songs for what the room has told, none of the banned ones in any version.

        Args:
            told: songs, and what each member has said of them.
            banned: never to be suggested.
            count: how many.
            words: of what is looked for besides.
            mood: how far from all that the songs may lie.
            served: how many songs each member has had, by user_id.
            clean: none that are marked explicit.
        """

    async def why(self, told: Sequence[Signal], track: Track, names: Mapping[str, str]) -> Why | None:
        """Why a song fits to what the room has told, or None for one whose artist the model does not know.

        Args:
            told: the songs, none of them the track itself.
            track: the song that is asked for.
            names: of the members that the signals name by user_id.
        """

    async def likeness(self, tracks: Sequence[Track]) -> npt.NDArray[np.float32]:
        """How much each song (row) is spoken for by each other one: (songs, songs), in logits.

        0 for a song by itself; nan where the model does not know it, or has had it before in the list.
        """
