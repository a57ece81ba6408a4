"""How a party ends, by itself and by somebody's word, and what is kept of it for a while."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.party.autopilot import Autopilot
from bot.party.errors import ModeratorsOnly, NightGone, NothingToEnd
from bot.party.limits import AUTOPILOT_WAITS_MS
from bot.party.results import Night
from bot.party.words import Member, Party, Room, State
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from db.store import Store
from tests.conftest import ANNA, BEN, CLEO, MOD, ON_BOTH, ROOM, Clock
from tests.db.raw import run_sql

pytestmark = ON_BOTH

SONGS = ("mr brightside", "take on me", "wonderwall", "africa toto")
OTHER = Room(ROOM.platform, ROOM.workspace, "another")


async def played(party: PartyService, clock: Clock, *songs: str, room: Room = ROOM) -> None:
    """Anna and Ben in turn add songs that are played to their end."""
    for number, song in enumerate(songs):
        await party.queue.add(room, (ANNA, BEN)[number % 2], song)
        clock.pass_by(minutes=10)
        await party.clock.play_on()


async def silence(party: PartyService, clock: Clock, hours: float = 12.1) -> None:
    """Nobody does anything for so long, and the clock looks."""
    clock.pass_by(hours=hours)
    await party.nights.look()


def told(party: PartyService) -> list[tuple[Room, str]]:
    """What is said of parties that are over, from now on."""
    said: list[tuple[Room, str]] = []
    party.notices.on_night(lambda room, secret: said.append((room, secret)))
    return said


def titles(night: Night) -> list[str]:
    """What was played."""
    return [entry.track.title for entry in night.songs]


async def test_the_word_of_a_moderator_ends_a_party(party: PartyService, clock: Clock) -> None:
    """What plays stops, what waits is dropped, the page says what was; the request again does nothing."""
    said = told(party)
    await played(party, clock, *SONGS[:2])
    await party.queue.add(ROOM, CLEO, SONGS[2])
    clock.pass_by(minutes=1)
    await party.queue.add(ROOM, ANNA, SONGS[3])
    await party.ballots.vote(ROOM, CLEO, (await waiting(party)).queue[0].id, 1)
    began_ms = (await party.insight.now(ROOM)).started_ms
    first = await party.end(ROOM, MOD, "key", "the kitchen")
    again = await party.end(ROOM, MOD, "key", "the kitchen")
    assert first == again
    assert (first.dropped, [room for room, _ in said]) == (1, [ROOM])
    assert first.night == said[0][1]
    now = await party.insight.now(ROOM)
    assert (now.playing, now.queue, now.over, now.night) == (None, (), True, first.night)
    night = await party.nights.read(first.night)
    assert (night.title, night.room) == ("the kitchen", ROOM)
    assert titles(night) == ["Mr. Brightside", "Take on Me", "Wonderwall"]
    assert [entry.track.title for entry in night.unplayed] == ["Africa"]
    assert (night.played, night.skipped, night.people) == (3, 0, 3)
    assert (night.started_ms, night.ended_ms) == (began_ms, party.now_ms())
    with pytest.raises(NothingToEnd):
        await party.end(ROOM, MOD, "another key")


async def waiting(party: PartyService) -> Party:
    """What plays and waits."""
    return await party.insight.now(ROOM)


async def test_only_moderators_end_a_party(party: PartyService, clock: Clock) -> None:
    """And nothing changes where somebody else tries."""
    await played(party, clock, *SONGS)
    await party.queue.add(ROOM, ANNA, "creep radiohead")
    with pytest.raises(ModeratorsOnly):
        await party.end(ROOM, ANNA, "key")
    with pytest.raises(ModeratorsOnly, match="the host and DJs"):
        await party.end(Room("web", "", "lobby"), Member("web", "1", "Gus"), "key")
    now = await party.insight.now(ROOM)
    assert now.playing is not None
    assert not now.over


async def test_there_must_be_a_party_to_end(party: PartyService, clock: Clock) -> None:
    """None in a room that nobody was in, nor in one whose songs were all taken out, nor after silence."""
    with pytest.raises(NothingToEnd):
        await party.end(ROOM, MOD)
    added = await party.queue.add(ROOM, ANNA, SONGS[0])
    await party.queue.remove(ROOM, ANNA, added.entry.id)
    with pytest.raises(NothingToEnd):
        await party.end(ROOM, MOD)
    await played(party, clock, *SONGS[1:])
    clock.pass_by(hours=13)
    with pytest.raises(NothingToEnd):
        await party.end(ROOM, MOD)


async def test_the_next_song_begins_a_new_party(party: PartyService, clock: Clock) -> None:
    """Of which the last one's songs are no part; its page stays as it was, and the new one gets its own."""
    await played(party, clock, *SONGS)
    first = await party.end(ROOM, MOD, "first")
    clock.pass_by(minutes=5)
    await party.queue.add(ROOM, CLEO, "creep radiohead")
    now = await party.insight.now(ROOM)
    assert (now.over, now.night) == (False, "")
    assert now.started_ms == party.now_ms()
    assert [entry.track.title for entry in await party.insight.songs(ROOM)] == ["Creep"]
    clock.pass_by(minutes=10)
    await played(party, clock, "hey jude", "bohemian rhapsody")
    second = await party.end(ROOM, MOD, "second")
    assert first.night != second.night
    assert len(titles(await party.nights.read(first.night))) == 4
    assert titles(await party.nights.read(second.night))[0] == "Creep"


async def test_a_short_party_has_no_page(party: PartyService, clock: Clock) -> None:
    """Two songs are no night, by word or by silence, and a skipped song is none; it ends all the same."""
    said = told(party)
    await played(party, clock, *SONGS[:2])
    await party.queue.add(ROOM, ANNA, SONGS[2])
    await party.queue.skip(ROOM, MOD)
    assert (await party.end(ROOM, MOD)).night == ""
    assert (await party.insight.now(ROOM)).over
    await played(party, clock, *SONGS[:2], room=OTHER)
    await silence(party, clock)
    assert said == []


async def test_silence_ends_a_party(party: PartyService, clock: Clock) -> None:
    """Half a day later, once, with the hours when something was going on; not a minute sooner."""
    said = told(party)
    await played(party, clock, *SONGS)
    ended_ms = party.now_ms()
    await silence(party, clock, 11.9)
    assert said == []
    assert not (await party.insight.now(ROOM)).over
    for _ in range(3):
        await silence(party, clock, 0.2)
    assert [room for room, _ in said] == [ROOM]
    night = await party.nights.read(said[0][1])
    assert (len(night.songs), night.ended_ms) == (4, ended_ms)
    assert (await party.insight.now(ROOM)).night == said[0][1]


async def test_what_ended_while_nobody_looked(party: PartyService, clock: Clock, store: Store) -> None:
    """The bot was off for days: it notices when it comes back, a few parties at a time, all of them."""
    rooms = [Room("discord", "1", f"room {number}") for number in range(3)]
    for room in rooms:
        await played(party, clock, *SONGS, room=room)
    clock.pass_by(hours=200)
    back = PartyService(store, *made(party), clock)
    said = told(back)
    for _ in range(4):
        await back.nights.look()
        clock.pass_by(minutes=2)
    assert sorted(room.channel for room, _ in said) == [room.channel for room in rooms]


def made(party: PartyService) -> tuple[Catalogue, Recommender]:
    """What a party service was made of."""
    insight = party.insight
    return insight._songs.catalogue, insight._recommender  # type: ignore[return-value] # noqa: SLF001


@pytest.mark.parametrize("at_once", [1, 2, 20])
async def test_a_look_is_bounded(
    party: PartyService, clock: Clock, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """So many rooms each, the others next time; short parties are in nobody's way, nor are equal instants."""
    monkeypatch.setattr("bot.party.nights.AT_ONCE", at_once)
    said = told(party)
    rooms = [Room("discord", "1", f"room {number}") for number in range(4)]
    for number, room in enumerate(rooms):
        await played(party, clock, *(SONGS if number % 2 else SONGS[:1]), room=room)
    await run_sql(party.unit.store, f"UPDATE parties SET active_ms = {party.now_ms()}")  # type: ignore[arg-type] # noqa: S608
    clock.pass_by(hours=13)
    looks = 0
    while len(said) < 2:
        await party.nights.look()
        clock.pass_by(minutes=2)
        looks += 1
        assert looks <= 5
    assert sorted(room.channel for room, _ in said) == ["room 1", "room 3"]
    assert (looks > 1) is (at_once < 4)


async def test_the_next_party_is_faster_than_the_clock(party: PartyService, clock: Clock) -> None:
    """Whoever begins a party makes the page of the one before, where nobody has noticed that it is over."""
    said = told(party)
    await played(party, clock, *SONGS)
    clock.pass_by(hours=13)
    await party.queue.add(ROOM, ANNA, "creep radiohead")
    assert len(said) == 1
    assert len(titles(await party.nights.read(said[0][1]))) == 4
    await silence(party, clock, 0.1)
    assert len(said) == 1


async def test_songs_that_wait_through_the_silence_stay(party: PartyService, clock: Clock) -> None:
    """A party that was paused for half a day is over, and its queue is there for the next one."""
    said = told(party)
    await played(party, clock, *SONGS[:3])
    await party.queue.add(ROOM, ANNA, SONGS[3])
    await party.queue.add(ROOM, BEN, "creep radiohead")
    await party.playback.pause(ROOM, ANNA)
    await silence(party, clock, 13)
    night = await party.nights.read(said[0][1])
    assert (len(night.songs), night.unplayed) == (4, ())
    now = await party.insight.now(ROOM)
    assert [entry.track.title for entry in now.queue] == ["Creep"]


async def test_the_page_lasts_for_thirty_days(party: PartyService, clock: Clock, store: Store) -> None:
    """Then the link leads nowhere, as a guessed one does, and nothing of it is left in the database."""
    await played(party, clock, *SONGS)
    secret = (await party.end(ROOM, MOD)).night
    for guess in ("", "guess", secret[:-1], secret + "x", secret.swapcase(), "\ud800", "x" * 5000):
        with pytest.raises(NightGone):
            await party.nights.read(guess)
    clock.pass_by(hours=24 * 30 - 1)
    assert (await party.nights.read(secret)).songs
    clock.pass_by(hours=2)
    with pytest.raises(NightGone):
        await party.nights.read(secret)
    await party.nights.look()
    assert await run_sql(store, "SELECT * FROM nights") == []
    said = told(party)
    for _ in range(3):
        await silence(party, clock, 1)
    assert said == []


async def test_the_secret_cannot_be_guessed(party: PartyService, clock: Clock, store: Store) -> None:
    """192 bits of it."""
    await played(party, clock, *SONGS)
    secret = (await party.end(ROOM, MOD)).night
    assert len(secret) == 32
    await played(party, clock, *SONGS, room=OTHER)
    assert (await party.end(OTHER, MOD)).night != secret


async def test_what_was_loved_and_who_brought_it(party: PartyService, clock: Clock) -> None:
    """By votes, the skipped ones not among it; each person's numbers are of this night alone."""
    await played(party, clock, *SONGS)
    await party.end(ROOM, MOD, "the night before")
    clock.pass_by(minutes=1)
    for number, song in enumerate(("creep radiohead", "hey jude", "bohemian rhapsody", "mr brightside")):
        added = await party.queue.add(ROOM, (ANNA, ANNA, BEN, ANNA)[number], song)
        for fan in (BEN, CLEO)[: number % 3]:
            await party.ballots.vote(ROOM, fan, added.entry.id, 1)
        clock.pass_by(minutes=1)
        if number == 2:
            await party.queue.skip(ROOM, MOD)
        else:
            clock.pass_by(minutes=10)
            await party.clock.play_on()
    night = await party.nights.read((await party.end(ROOM, MOD, "the night")).night)
    assert [(entry.track.title, entry.score) for entry in night.loved] == [("Hey Jude", 1)]
    assert (night.played, night.skipped, night.people) == (3, 1, 3)
    numbers = [(each.name, each.added, each.played, each.loved, each.streak) for each in night.members]
    assert numbers == [("Anna", 3, 3, 1, 2), ("Ben", 1, 0, 1, 0)]


async def test_who_is_forgotten_is_nobody_there(party: PartyService, clock: Clock) -> None:
    """Their songs stay, their name and votes do not; and whoever has a new name has it there, too."""
    await played(party, clock, *SONGS)
    added = await party.queue.add(ROOM, CLEO, "creep radiohead")
    await party.ballots.vote(ROOM, ANNA, added.entry.id, 1)
    secret = (await party.end(ROOM, MOD)).night
    await party.forget(ANNA)
    clock.pass_by(minutes=1)
    await party.queue.add(OTHER, replace(BEN, name="Benjamin"), "hey jude")
    night = await party.nights.read(secret)
    assert (len(night.songs), night.loved, night.people) == (5, (), 2)
    assert [each.name for each in night.members] == ["Benjamin", "Cleo"]
    assert {entry.added_by.name for entry in night.songs if entry.added_by} == {"", "Benjamin", "Cleo"}


async def test_it_goes_with_the_room(party: PartyService, clock: Clock) -> None:
    """Whether the channel is gone or the whole workspace."""
    secrets = []
    elsewhere = Room(ROOM.platform, "another", "place")
    for room in (ROOM, OTHER, elsewhere):
        await played(party, clock, *SONGS, room=room)
        secrets.append((await party.end(room, MOD)).night)
    await party.leave_rooms(ROOM.platform, ROOM.workspace, [ROOM.channel])
    with pytest.raises(NightGone):
        await party.nights.read(secrets[0])
    assert (await party.nights.read(secrets[1])).songs
    await party.leave(ROOM.platform, ROOM.workspace)
    with pytest.raises(NightGone):
        await party.nights.read(secrets[1])
    assert (await party.nights.read(secrets[2])).songs


async def test_the_autopilot_lets_a_party_end(party: PartyService, clock: Clock) -> None:
    """It neither asks what comes next in a party that somebody has ended, nor chooses what it had asked."""
    autopilot: Autopilot = party.autopilot
    await party.settings.choose(ROOM, MOD, {"autopilot": True})
    await played(party, clock, *SONGS)
    await party.queue.add(ROOM, ANNA, "creep radiohead")
    await autopilot.roll_on()
    assert (await party.insight.now(ROOM)).automatic
    await party.end(ROOM, MOD)
    now = await party.insight.now(ROOM)
    assert (now.ballot, now.automatic) == ((), False)
    clock.now_s += AUTOPILOT_WAITS_MS / 1000 + 1
    await autopilot.roll_on()
    clock.pass_by(minutes=11)
    await autopilot.roll_on()
    now = await party.insight.now(ROOM)
    assert (now.playing, now.queue, now.ballot, now.over) == (None, (), (), True)


async def test_of_a_long_party_the_page_shows_the_beginning(
    party: PartyService, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many songs and no more."""
    monkeypatch.setattr("bot.party.nights.LONGEST_NIGHT", 3)
    await played(party, clock, *SONGS)
    night = await party.nights.read((await party.end(ROOM, MOD)).night)
    assert titles(night) == ["Mr. Brightside", "Take on Me", "Wonderwall"]


async def test_files_say_where_songs_play(party: PartyService, clock: Clock, catalogue: Catalogue) -> None:
    """As /export does."""
    await played(party, clock, *SONGS)
    night = await party.nights.read((await party.end(ROOM, MOD)).night)
    linked = await party.nights.linked(night)
    expected = await catalogue.spotify_ids([entry.track for entry in night.songs])
    assert [entry.track.spotify_id for entry in linked] == expected
    assert [entry.state for entry in linked] == [State.PLAYED] * 4
