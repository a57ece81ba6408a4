"""A party that sounds from people's own music: what is suggested, what comes first, and what is silent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

from bot.doors.answers import ShowBallot
from bot.doors.ask import Ask, Door
from bot.doors.handlers import look, suggestions
from bot.lists.reading import read_list
from bot.party.errors import NothingToPlay
from bot.party.limits import AUTOPILOT_WAITS_MS
from bot.party.words import Outlet, Suggestion, Track
from bot.recommend.bundle import Bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.own import AllSongs
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from bot.wording.languages import language
from bot.wording.replies import Replies
from db.store import Store
from tests.conftest import ANNA, BEN, MOD, ON_BOTH, ROOM, Clock
from tests.own_music import Own

HERE = (
    *("bohemian rhapsody", "queen we will rock you", "abba dancing queen", "africa toto", "hotel california"),
    *("stairway to heaven", "dream on aerosmith", "more than a feeling", "the joker", "sultans of swing"),
    *("go your own way", "hey jude", "imagine", "superstition", "september earth wind and fire"),
)
RARITY = Track("Rarity Nobody Has", "Queen", year=1975, duration_ms=180_000)
SPEAKER = "speaker"
WORDS = Replies(language("en"), str)
NUMBERS = count()
ONLY = "I only suggest songs that I can play here."


@dataclass
class Evening:
    """A party and its own music."""

    party: PartyService
    own: Own

    async def next(self, songs: int = 5) -> ShowBallot:
        """What `/next` answers."""
        rules = await self.party.settings.rules(ROOM)
        ask = Ask(Door.DISCORD, self.party, ROOM, ANNA, f"next {next(NUMBERS)}", rules, WORDS, WORDS)
        answer = await suggestions.next_songs(ask, songs)
        assert isinstance(answer, ShowBallot)
        return answer

    async def drain(self) -> None:
        """Asks for songs until there are no more."""
        for _ in range(5):
            await self.next(10)


@pytest.fixture
async def evening(
    store: Store, bundle: Bundle, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> AsyncIterator[Evening]:
    """A party that sounds on Anna's page, from fifteen songs that the catalogue has and one that it lacks."""
    tracks = [await catalogue.resolve(text) for text in HERE]
    own = await Own.of(store, bundle, catalogue, recommender, RARITY, *tracks)
    party = PartyService(store, own.songs, own.models, clock, library=own.library)
    await party.queue.add(ROOM, ANNA, "bohemian rhapsody")
    await party.outlets.begin(ROOM, ANNA, Outlet.PAGE, SPEAKER, "")
    yield Evening(party, own)
    await party.close()
    own.songs.close()


@ON_BOTH
async def test_only_what_can_sound_is_suggested_and_it_is_said(evening: Evening) -> None:
    """Every suggestion can sound, and the answer has a line that says so; without own music it has none."""
    answer = await evening.next()
    assert len(answer.ballot) == 5
    assert all(evening.own.library.sounds(entry.track) for entry in answer.ballot)
    assert answer.intro.endswith(f"\n{ONLY}")
    await evening.party.outlets.end(ROOM, SPEAKER)
    answer = await evening.next(10)
    assert not all(evening.own.library.sounds(entry.track) for entry in answer.ballot)
    assert ONLY not in answer.intro


async def test_words_are_held_to_it_too(evening: Evening) -> None:
    """So is what is asked for in words, and the sentence stands there as well."""
    ballot = (await evening.party.ballots.vibe(ROOM, ANNA, "70s rock")).ballot
    assert ballot
    assert all(evening.own.library.sounds(entry.track) for entry in ballot)


async def test_a_room_may_want_all_songs(evening: Evening) -> None:
    """Then those that are silent are marked, where they wait and where they are put to the vote."""
    await evening.party.settings.choose(ROOM, MOD, {"own_only": False})
    answer = await evening.next(10)
    assert ONLY not in answer.intro
    silent = {entry.id for entry in answer.ballot if not evening.own.library.sounds(entry.track)}
    assert silent
    assert (await evening.party.insight.now(ROOM)).silent == silent


async def test_songs_of_its_own_are_suggested(evening: Evening) -> None:
    """What the catalogue lacks comes by its artist, is queued by a vote, and is not offered twice."""
    await evening.own.hold(*evening.own.records.tracks[:8])  # so that there is room for all of them
    found = (await evening.next(10)).ballot
    (rarity,) = [entry for entry in found if entry.track.title == RARITY.title]
    assert (rarity.track.track_id or "").startswith("own:")
    assert rarity.because
    with pytest.raises(NothingToPlay):
        await evening.next(10)
    voted = await evening.party.ballots.vote(ROOM, BEN, rarity.id, 1)
    assert voted.taken_up
    assert rarity.id not in (await evening.party.insight.now(ROOM)).silent


async def test_the_last_few_say_that_there_are_no_more(evening: Evening) -> None:
    """A ballot that cannot be filled says why; without any song it is said what to do."""
    assert len((await evening.next(10)).ballot) == 10
    answer = await evening.next(10)
    assert 1 <= len(answer.ballot) < 10
    assert answer.intro.endswith("I only suggest songs that I can play here, and found no more that fit.")
    with pytest.raises(NothingToPlay, match="let me suggest other songs in /settings"):
        await evening.drain()


@ON_BOTH
async def test_the_autopilot_plays_what_can_sound(evening: Evening, clock: Clock) -> None:
    """Its ballot, and what it chooses."""
    await evening.party.settings.choose(ROOM, MOD, {"autopilot": True})
    await evening.party.autopilot.roll_on()
    now = await evening.party.insight.now(ROOM)
    assert now.automatic
    assert all(evening.own.library.sounds(entry.track) for entry in now.ballot)
    assert not now.silent
    clock.pass_by(minutes=AUTOPILOT_WAITS_MS / 60_000)
    await evening.party.autopilot.roll_on()
    (queued,) = (await evening.party.insight.now(ROOM)).queue
    assert evening.own.library.sounds(queued.track)


async def test_the_autopilot_passes_over_what_is_silent_by_now(evening: Evening, clock: Clock) -> None:
    """It asked before the music began here: it asks anew, for nobody has voted for any of it."""
    party, sounds = evening.party, evening.own.library.sounds
    await party.outlets.end(ROOM, SPEAKER)
    await party.settings.choose(ROOM, MOD, {"autopilot": True})
    await party.autopilot.roll_on()
    offered = {entry.track.track_id for entry in (await party.insight.now(ROOM)).ballot}
    here = evening.own.records.tracks
    await evening.own.hold(*(track for track in here if track.track_id not in offered))
    await party.outlets.begin(ROOM, ANNA, Outlet.PAGE, SPEAKER, "")
    clock.pass_by(minutes=AUTOPILOT_WAITS_MS / 60_000)
    await party.autopilot.roll_on()
    assert not (await party.insight.now(ROOM)).queue
    await party.autopilot.roll_on()
    now = await party.insight.now(ROOM)
    assert now.automatic
    assert all(sounds(entry.track) for entry in now.ballot)


async def test_the_autopilot_queues_what_is_silent_but_wanted(evening: Evening, clock: Clock) -> None:
    """Whoever votes has seen that it is silent."""
    party = evening.party
    await party.outlets.end(ROOM, SPEAKER)
    await party.settings.choose(ROOM, MOD, {"autopilot": True, "threshold": 3})
    await party.autopilot.roll_on()
    wanted = (await party.insight.now(ROOM)).ballot[1]
    await party.ballots.vote(ROOM, BEN, wanted.id, +1)
    await party.outlets.begin(ROOM, ANNA, Outlet.PAGE, SPEAKER, "")
    clock.pass_by(minutes=AUTOPILOT_WAITS_MS / 60_000)
    await party.autopilot.roll_on()
    assert [entry.id for entry in (await party.insight.now(ROOM)).queue] == [wanted.id]


async def test_the_autopilot_does_not_ask_all_the_time(
    evening: Evening, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing else can sound, the model is asked once in a while instead of every second."""
    suggest, asked = evening.own.models.suggest, count()

    async def counted(*given: Any, **named: Any) -> list[Suggestion]:
        next(asked)
        return await suggest(*given, **named)

    with pytest.raises(NothingToPlay):
        await evening.drain()
    monkeypatch.setattr(evening.own.models, "suggest", counted)
    await evening.party.settings.choose(ROOM, MOD, {"autopilot": True})
    clock.pass_by(minutes=AUTOPILOT_WAITS_MS / 60_000)
    for _ in range(3):
        await evening.party.autopilot.roll_on()
    assert not (await evening.party.insight.now(ROOM)).automatic
    assert next(asked) == 1
    clock.pass_by(minutes=AUTOPILOT_WAITS_MS / 60_000)
    await evening.own.hold(*evening.own.records.tracks, await evening.own.models.resolve("take on me"))
    await evening.party.autopilot.roll_on()
    assert (await evening.party.insight.now(ROOM)).automatic


async def test_what_can_sound_comes_first_as_one_types(evening: Evening) -> None:
    """Where it sounds; elsewhere, and once it is over, songs are in their order."""
    party = evening.party
    usual = await party.insight.search("d", 10)
    assert await party.insight.search("d", 10, replace(ROOM, channel="9")) == usual
    found = await party.insight.search("d", 10, ROOM)
    sounds = [evening.own.library.sounds(track) for track in found]
    assert sounds[0]
    assert sounds == sorted(sounds, reverse=True)
    assert found != usual
    await party.outlets.end(ROOM, SPEAKER)
    assert await party.insight.search("d", 10, ROOM) == usual


async def test_what_is_silent_is_marked(evening: Evening) -> None:
    """While own music sounds, and what can sound is not."""
    silent = (await evening.party.queue.add(ROOM, BEN, "take on me")).entry
    sounding = (await evening.party.queue.add(ROOM, BEN, "africa toto")).entry
    now = await evening.party.insight.now(ROOM)
    assert now.silent == {silent.id}
    assert "🔇 silent here" in WORDS.line(silent, silent=silent.id in now.silent)
    assert "🔇" not in WORDS.line(sounding, silent=sounding.id in now.silent)
    await evening.party.outlets.end(ROOM, SPEAKER)
    assert not (await evening.party.insight.now(ROOM)).silent


async def test_own_songs_come_with_lists(evening: Evening) -> None:
    """A pasted list finds them, misspelt ones too, as it does the catalogue's."""
    wanted = read_list(b"Queen - Rarity Nobody Haz\nABBA - Dancing Queen\nToto - Africa\n")
    result = await evening.party.lists.bring(ROOM, ANNA, wanted, "a list")
    assert (result.known, result.total) == (3, 3)
    queue = (await evening.party.insight.now(ROOM)).queue
    assert RARITY.title in [entry.track.title for entry in queue]


async def test_a_card_tells_that_there_is_music(evening: Evening) -> None:
    """Where nothing plays it yet the card says where to look, and not that there is no sound here."""
    party = evening.party
    await party.outlets.end(ROOM, SPEAKER)
    assert "not playing anywhere yet: see /help" in WORDS.sound(await party.insight.now(ROOM))
    await evening.own.hold()
    assert "I don't make a sound" in WORDS.sound(await party.insight.now(ROOM))


@pytest.mark.parametrize(
    ("door", "only", "plays"),
    [
        (Door.DISCORD, True, True),
        (Door.DISCORD, False, False),
        (Door.ROOM, False, True),
    ],
)
async def test_help_tells_of_ones_own_music(
    evening: Evening, store: Store, door: Door, only: bool, plays: bool
) -> None:
    """But in a chat not of the pieces that a party is tried with: its page has a button for them."""
    songs = AllSongs(evening.own.models, evening.own.library, only=only)
    party = PartyService(store, songs, evening.own.models, library=evening.own.library)
    ask = Ask(door, party, ROOM, ANNA, "help", await party.settings.rules(ROOM), WORDS, WORDS)
    (first, *_) = look.help_sections(ask, {}).texts
    assert first.startswith("I play your own music") is plays
    assert (await party.insight.now(ROOM)).own_music is only
    await party.close()
    songs.close()
