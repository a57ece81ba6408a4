"""A party against a simple model of one, with a bot that is started anew in between, on both databases."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.party.errors import NothingPlaying, NothingToUndo
from bot.party.results import Added
from bot.party.words import Entry, Member, Room, State
from bot.service import PartyService
from db.store import open_store
from tests import postgres as private
from tests.conftest import ANNA, BEN, MOD, ON_BOTH, Clock
from tests.measure.torture.songs import Songs, named, track

EXAMPLES, STEPS = 16, 30
SONGS = st.integers(0, 9)
"""Few, so that people often mean the same."""
PEOPLE = st.sampled_from([ANNA, BEN, MOD])
VALUES = st.sampled_from([-1, 0, 1])
PLACES = st.integers(0, 30)
WAITS = {State.QUEUED, State.PLAYING}

_rooms = itertools.count()

Result = TypeVar("Result")
Crash = Callable[[str], str]
"""Has a database be as if the bot had been killed; returns the address that it has from then on."""


@dataclass
class Song:
    """A song as the model has it."""

    id: int
    number: int
    state: State
    who: Member | None
    added_ms: int
    ends_ms: int = 0
    votes: dict[str, int] = field(default_factory=dict)

    @property
    def score(self) -> int:
        """How much it is wanted."""
        return sum(self.votes.values())


@dataclass
class Done:
    """Something that can be taken back."""

    who: Member
    kind: str
    songs: list[Song]
    before: int = 0  # of a vote
    state: State = State.QUEUED  # what the song was when it was voted for
    undone: bool = False


class Model:
    """A party in a list."""

    def __init__(self) -> None:
        self.songs: list[Song] = []
        self.diary: list[Done] = []
        self.now_ms = 0

    @property
    def playing(self) -> Song | None:
        """What plays."""
        return next((each for each in self.songs if each.state is State.PLAYING), None)

    @property
    def queue(self) -> list[Song]:
        """What waits: the most wanted first, then who came first."""
        waiting = [each for each in self.songs if each.state is State.QUEUED]
        return sorted(waiting, key=lambda each: (-each.score, each.added_ms, each.id))

    @property
    def open(self) -> list[Song]:
        """What can be voted for."""
        return [each for each in self.songs if each.state in WAITS or each.state is State.SUGGESTED]

    def twin(self, number: int) -> Song | None:
        """What waits or plays with this song."""
        return next((each for each in self.songs if each.number == number and each.state in WAITS), None)

    def start(self) -> None:
        """Lets the next song play if none does."""
        if self.playing is None and self.queue:
            first = self.queue[0]
            first.state = State.PLAYING
            first.ends_ms = self.now_ms + (track(first.number).duration_ms or 0)

    def end(self, song: Song, state: State) -> None:
        """Lets a song be over, and the next one play."""
        played, song.state = song.state is State.PLAYING, state
        if played:
            self.start()

    def vote(self, who: Member, song: Song, value: int) -> None:
        """Counts a vote; what is suggested and wanted waits from then on."""
        silent = song.state is State.SUGGESTED and self.playing is None
        before, was = song.votes.get(who.user_id, 0), song.state
        song.votes[who.user_id] = value
        if before != value:
            self.diary.append(Done(who, "vote", [song], before, was))
        if was is State.SUGGESTED and song.score >= 1:
            song.state, song.who, song.added_ms = State.QUEUED, who, self.now_ms
            if silent:
                self.start()

    def undo(self, who: Member) -> None:
        """Takes back what somebody did last; NothingToUndo where that cannot be."""
        theirs = [each for each in self.diary if each.who == who and not each.undone]
        done = next((each for each in reversed(theirs) if self._can_undo(each)), None)
        if done is None:
            raise NothingToUndo
        song = done.songs[0]
        if done.kind == "add":
            self.end(song, State.REMOVED)
        elif done.kind == "vote":
            song.votes[who.user_id] = done.before
            mine = song.state is State.QUEUED and song.who == who
            if done.state is State.SUGGESTED and mine and song.score < 1:
                song.state = State.SUGGESTED
        elif done.kind == "remove" and self.twin(song.number):
            raise NothingToUndo
        else:
            for each in done.songs:
                if each.state is State.REMOVED and self.twin(each.number) is None:
                    each.state = State.QUEUED
            self.start()
        done.undone = True

    @staticmethod
    def _can_undo(done: Done) -> bool:
        state = done.songs[0].state
        if done.kind in {"remove", "clear"}:
            return state is State.REMOVED
        return state in WAITS or (done.kind == "vote" and state is State.SUGGESTED)


class Machine(RuleBasedStateMachine):
    """People at a party, whose bot now and then ends, well or badly."""

    def __init__(self, url: str, crash: Crash) -> None:
        super().__init__()
        self._url, self._crash = url, crash
        self._runner = asyncio.Runner()
        self._clock, self._model = Clock(), Model()
        self._room = Room("discord", "1", f"machine-{next(_rooms)}")
        self._keys = itertools.count()
        self._songs = Songs(0)
        self._pass_by(0)

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self._runner.run(work)

    def _pass_by(self, seconds: float) -> None:
        self._clock.pass_by(minutes=seconds / 60)
        self._model.now_ms = int(self._clock() * 1000)

    def _key(self) -> str:
        self._pass_by(3)
        return f"{self._room.channel}/{next(self._keys)}"

    @initialize(first=st.lists(st.tuples(PEOPLE, SONGS), min_size=6, max_size=9))
    def begins(self, first: list[tuple[Member, int]]) -> None:
        """The bot starts, and people add some songs."""
        self._open()
        for who, number in first:
            self.adds(who, number, 1)

    def _open(self) -> None:
        self._opened = open_store(self._url)
        store = self._run(self._opened.__aenter__())
        self._party = PartyService(store, self._songs, self._songs, self._clock)

    def _close(self) -> None:
        self._run(self._party.close())
        with suppress(OSError):  # of connections that somebody has ended
            self._run(self._opened.__aexit__(None, None, None))

    @rule(badly=st.booleans())
    def starts_anew(self, badly: bool) -> None:
        """The bot ends, by itself or as if it had been killed, and another one starts."""
        if badly:
            self._url = self._crash(self._url)
        self._close()
        self._open()

    @rule(who=PEOPLE, number=SONGS, deliveries=st.integers(1, 5))
    def adds(self, who: Member, number: int, deliveries: int) -> None:
        """Somebody adds a song, in as many deliveries as there are."""
        key, there = self._key(), self._model.twin(number)

        async def deliver() -> list[Added]:
            add = self._party.queue.add
            return await asyncio.gather(
                *(add(self._room, who, named(number), key) for _ in range(deliveries))
            )

        told = self._run(deliver())
        assert len({each.entry.id for each in told}) == 1
        if there is None:
            song = Song(told[0].entry.id, number, State.QUEUED, who, self._model.now_ms)
            self._model.songs.append(song)
            self._model.diary.append(Done(who, "add", [song]))
            self._model.start()
        elif there.who != who:
            self._model.vote(who, there, +1)

    @rule(who=PEOPLE, place=PLACES, value=VALUES, deliveries=st.integers(1, 5))
    def votes(self, who: Member, place: int, value: int, deliveries: int) -> None:
        """Somebody votes for what waits, plays or is suggested."""
        if not self._model.open:
            return
        key, song = self._key(), self._model.open[place % len(self._model.open)]

        async def deliver() -> None:
            vote = self._party.ballots.vote
            await asyncio.gather(*(vote(self._room, who, song.id, value, key) for _ in range(deliveries)))

        self._run(deliver())
        meant = self._model.twin(song.number) if song.state is State.SUGGESTED else None
        self._model.vote(who, meant or song, value)

    @rule(who=PEOPLE, count=st.integers(1, 3))
    def asks(self, who: Member, count: int) -> None:
        """Somebody asks for suggestions."""
        key = self._key()
        entries = self._run(self._party.ballots.next(self._room, who, count, key))
        again = self._run(self._party.ballots.next(self._room, who, count, key))
        assert [each.id for each in again] == [each.id for each in entries]
        for each in entries:
            number = int(f"{each.track.track_id}"[1:])
            self._model.songs.append(Song(each.id, number, State.SUGGESTED, None, each.added_ms))

    @rule()
    def skips(self) -> None:
        """A moderator skips what plays."""
        key, playing = self._key(), self._model.playing
        if playing is None:
            with pytest.raises(NothingPlaying):
                self._run(self._party.queue.skip(self._room, MOD, key))
            return
        self._run(self._party.queue.skip(self._room, MOD, key, playing.id))
        self._model.end(playing, State.SKIPPED)

    @rule(place=PLACES)
    def removes(self, place: int) -> None:
        """A moderator takes a song out."""
        there = [each for each in self._model.songs if each.state in WAITS]
        if there:
            song = there[place % len(there)]
            self._run(self._party.queue.remove(self._room, MOD, song.id, self._key()))
            self._model.diary.append(Done(MOD, "remove", [song]))
            self._model.end(song, State.REMOVED)

    @rule()
    def clears(self) -> None:
        """A moderator takes all out that waits."""
        waiting = sorted(self._model.queue, key=lambda each: each.id)
        assert self._run(self._party.queue.clear(self._room, MOD, self._key())) == len(waiting)
        for each in waiting:
            each.state = State.REMOVED
        if waiting:
            self._model.diary.append(Done(MOD, "clear", waiting))

    @rule(who=PEOPLE, times=st.integers(1, 4))
    def undoes(self, who: Member, times: int) -> None:
        """Somebody takes back what they did last, and what they did before, as far as they can."""
        for _ in range(times):
            key = self._key()
            try:
                self._model.undo(who)
            except NothingToUndo:
                with pytest.raises(NothingToUndo):
                    self._run(self._party.queue.undo(self._room, who, key))
            else:
                self._run(self._party.queue.undo(self._room, who, key))

    @rule(seconds=st.integers(1, 5))
    def time_goes_by(self, seconds: int) -> None:
        """A song that is over ends."""
        self._pass_by(seconds)
        self._run(self._party.clock.play_on())
        playing = self._model.playing
        if playing is not None and playing.ends_ms <= self._model.now_ms:
            self._model.end(playing, State.PLAYED)

    @invariant()
    def is_as_the_model_says(self) -> None:
        """What plays, what waits in which order, and each one's votes."""
        if not hasattr(self, "_party"):
            return
        shown = self._run(self._party.insight.now(self._room, history=0))
        model = self._model
        assert _seen(shown.playing) == _meant(model.playing)
        assert [_seen(each) for each in shown.queue] == [_meant(each) for each in model.queue]

    def teardown(self) -> None:
        """The bot ends."""
        if hasattr(self, "_party"):
            self._close()
        self._runner.close()


def _seen(entry: Entry | None) -> object:
    return entry and (entry.id, entry.track.track_id, entry.added_by, dict(entry.votes))


def _meant(song: Song | None) -> object:
    votes = {who: value for who, value in song.votes.items() if value} if song else {}
    return song and (song.id, f"s{song.number}", song.who, votes)


@pytest.fixture
def crash(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Crash:
    """What a database is after a kill: a file as it lies there with its WAL, or all connections gone."""
    copies = itertools.count()

    def left_lying(url: str) -> str:
        file, copy = Path(url.split("///")[1]), tmp_path / f"crashed-{next(copies)}.db"
        for end in ("", "-wal"):
            shutil.copy(f"{file}{end}", f"{copy}{end}")
        return f"sqlite+aiosqlite:///{copy}"

    def cut(url: str) -> str:
        server: private.Server = request.getfixturevalue("postgres")
        server.end_connections(url)
        return url

    return left_lying if database_url.startswith("sqlite") else cut


@ON_BOTH
def test_a_party_is_as_a_simple_model_says(database_url: str, crash: Crash) -> None:
    """Whatever people do, however often it is delivered, and whenever the bot starts anew."""

    class Here(Machine):
        def __init__(self) -> None:
            super().__init__(database_url, crash)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=[*HealthCheck],
        ),
    )
