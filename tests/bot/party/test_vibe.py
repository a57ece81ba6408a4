"""A party from words, and what the model is told for it: a real database, the shipped model."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

import pytest

from bot.party.errors import EmptyText, NothingToSuggest, PartyError, TextTooLong
from bot.party.limits import LONGEST_TEXT, MOST_WORDS
from bot.party.words import Entry, Member, Mood, State, Suggestion, Track
from bot.recommend.catalogue import Catalogue
from bot.service import PartyService
from bot.wording.languages import language
from bot.wording.replies import Replies
from db.store import Store
from tests.conftest import ANNA, BEN, CLEO, ROOM, Clock

REPLIES = Replies(language("en"), str)
ELSEWHERE = type(ROOM)("discord", "1", "3")


class Listening:
    """A model that notes what it is told and has one new song to suggest each time, or none."""

    def __init__(self, *, speechless: bool = False) -> None:
        self.told: dict[str, Any] = {}
        self.songs = iter(() if speechless else map(str, range(9)))

    async def suggest(self, *_: Any, **told: Any) -> list[Suggestion]:
        """Notes what it is told besides the songs."""
        self.told = told
        return [Suggestion(Track(title, "Vlorp"), 0.5, ()) for title in islice(self.songs, 1)]

    async def why(self, *_: Any) -> None:
        """Knows no reason."""

    async def likeness(self, *_: Any) -> Any:
        """Knows no likeness."""

    async def locate(self, *_: Any) -> Any:
        """Knows no places."""


def ids(ballot: tuple[Entry, ...]) -> set[str | None]:
    """Which songs a ballot has."""
    return {entry.track.track_id for entry in ballot}


def titles(ballot: tuple[Entry, ...]) -> list[str]:
    """What the songs of a ballot are called, best first."""
    return [entry.track.title for entry in ballot]


async def test_words_start_a_party(party: PartyService) -> None:
    """Without a single song, words lead to songs of their own, kept as a ballot, and are their reason."""
    rock = await party.ballots.vibe(ROOM, ANNA, "90s Rock!", mood=Mood.SAFE)
    assert (rock.known, rock.unknown) == (("90s", "rock"), ())
    assert len(rock.ballot) == 5
    assert all(entry.because == ("90s rock",) for entry in rock.ballot)  # both are true of each
    assert (await party.insight.now(ROOM)).ballot == rock.ballot
    workout = await party.ballots.vibe(ELSEWHERE, ANNA, "workout", mood=Mood.SAFE)
    assert not ids(rock.ballot) & ids(workout.ballot)
    popular = await party.ballots.next(type(ROOM)("discord", "1", "4"), ANNA, mood=Mood.SAFE)
    assert ids(popular) not in (ids(rock.ballot), ids(workout.ballot))


async def test_a_vote_takes_a_song_of_a_vibe_up(party: PartyService) -> None:
    """The ballot is one like any other: the first vote queues a song, here one that starts at once."""
    found = await party.ballots.vibe(ROOM, ANNA, "jazz")
    assert (await party.ballots.vote(ROOM, BEN, found.ballot[1].id, +1)).entry.state is State.PLAYING


@pytest.mark.parametrize("people", [(ANNA, ANNA), (ANNA, BEN)], ids=["one", "two"])
async def test_words_and_queue_speak_together(party: PartyService, people: tuple[Member, Member]) -> None:
    """With a queue, of one or of several, it is neither what the words bring alone nor what that does."""
    words = await party.ballots.vibe(ELSEWHERE, ANNA, "90s rock", mood=Mood.SAFE)
    for number, song in enumerate(("take on me", "dancing queen", "uptown girl", "september earth wind")):
        await party.queue.add(ROOM, people[number % 2], song)
    both = await party.ballots.vibe(ROOM, ANNA, "90s rock", mood=Mood.SAFE)
    assert all("90s rock" in entry.because for entry in both.ballot)
    assert ids(both.ballot) & ids(words.ballot)
    assert titles(both.ballot) != titles(words.ballot)
    assert not ids(both.ballot) & ids(await party.ballots.next(ROOM, ANNA, mood=Mood.SAFE))


async def test_the_queue_is_named_where_it_is_a_reason(party: PartyService) -> None:
    """What is said of a ballot is true of its songs."""
    found = await party.ballots.vibe(ROOM, ANNA, "jazz")
    assert "queue" not in REPLIES.vibe(found)
    helped = replace(found, ballot=(replace(found.ballot[0], because=("jazz", "So What")),))
    assert REPLIES.vibe(helped) == "Songs for “jazz” and your queue: vote for what you want to hear."


async def test_a_vibe_never_repeats_the_party(party: PartyService) -> None:
    """What was offered, queued, or voted down is not suggested again, by words or otherwise."""
    seen: set[str | None] = set()
    for ask in ("90s rock", "90s rock", "90s"):
        found = await party.ballots.vibe(ROOM, ANNA, ask, mood=Mood.SAFE)
        assert not seen & ids(found.ballot)
        seen |= ids(found.ballot)
        await party.ballots.vote(ROOM, ANNA, found.ballot[0].id, +1)
        await party.ballots.vote(ROOM, ANNA, found.ballot[1].id, -1)
    assert not seen & ids(await party.ballots.next(ROOM, ANNA, mood=Mood.SAFE))


async def test_unknown_words_are_named(party: PartyService) -> None:
    """What nobody knows is said, and the rest is looked for all the same."""
    found = await party.ballots.vibe(ROOM, ANNA, "90s vlorp rock vlorp")
    assert (found.known, found.unknown) == (("90s", "rock"), ("vlorp",))
    said = REPLIES.vibe(found)
    assert said == "I don't know the word vlorp. Songs for “90s rock”: vote for what you want to hear."


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ("en", "gym", "I took “gym” as workout. Songs for “gym”: vote for what you want to hear."),
        ("en", "workout", "Songs for “workout”: vote for what you want to hear."),
        (
            "en",
            "wrokout",
            "I took “wrokout” as workout. Songs for “wrokout”",
        ),
        ("en", "deutschrap", "I took “deutschrap” as German and hip hop."),
        ("en", "die 80er", "I took “80er” as 80s."),
        ("en", "Hochzeit fiesta", "I took “hochzeit” as wedding and “fiesta” as party."),
        ("de", "die 80er", "Songs zu „80er“"),
    ],
)
async def test_what_a_phrase_was_taken_for_is_said(
    party: PartyService, code: str, text: str, said: str
) -> None:
    """In the language of who reads it, of phrases that are called otherwise there."""
    found = await party.ballots.vibe(ROOM, ANNA, text)
    told = Replies(language(code), str).vibe(found)
    told = told.translate(dict.fromkeys(map(ord, "\u2068\u2069")))
    assert told.startswith(said) if code == "en" else "80er" in told and "verstanden" not in told


async def test_without_a_known_word_it_is_popular_songs(party: PartyService) -> None:
    """Then it says so; with a queue it goes by that alone."""
    found = await party.ballots.vibe(ROOM, ANNA, "vlorp zorp", mood=Mood.SAFE)
    assert ids(found.ballot) == ids(await party.ballots.next(ELSEWHERE, ANNA, mood=Mood.SAFE))
    assert REPLIES.vibe(found).startswith(
        "I don't know the words vlorp and zorp. Here's what many people like"
    )
    await party.queue.add(ROOM, ANNA, "wonderwall")
    assert "your queue instead" in REPLIES.vibe(await party.ballots.vibe(ROOM, ANNA, "vlorp"))


@pytest.mark.parametrize(
    ("text", "error"),
    [("", EmptyText), (" \n", EmptyText), ("🎉 !", EmptyText), ("x" * (LONGEST_TEXT + 1), TextTooLong)],
)
async def test_bad_words_are_refused_and_the_party_unchanged(
    party: PartyService, text: str, error: type[PartyError]
) -> None:
    """No words, or too many: a sentence each, about words and not about songs, and no ballot."""
    with pytest.raises(error) as refused:
        await party.ballots.vibe(ROOM, ANNA, text)
    assert "song" not in str(refused.value)
    assert (await party.insight.now(ROOM)).ballot == ()


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        ("some songs for the 90s", ["90s"], []),
        ("the", [], ["the"]),
        ("by die all", [], ["by", "die", "all"]),
        ("kshe klos wdve", [], ["kshe", "klos", "wdve"]),
        ("JAZZ, jazz & Réggaetón\u200b!", ["jazz", "réggaetón"], []),
        ("Girls Night Out!", ["girls night out"], []),
        ("vlorp german  rap", ["german", "rap"], ["vlorp"]),
        ("a" * LONGEST_TEXT, [], ["a" * LONGEST_TEXT]),
    ],
)
def test_the_phrases_of_a_text(catalogue: Catalogue, text: str, known: list[str], unknown: list[str]) -> None:
    """Each once, as it was typed; words that say nothing are no words, and neither are names of stations."""
    assert catalogue.phrases(text) == (known, unknown)


def test_only_a_handful_of_words_count(catalogue: Catalogue) -> None:
    """More known words than that are left out; unknown ones are told, and a long list is cut when said."""
    known, _ = catalogue.phrases("80s 90s rock pop jazz funk soul disco house summer")
    assert known == ["80s", "90s", "rock", "pop", "jazz", "funk"]
    assert len(known) == MOST_WORDS
    names = [f"zz{letter}" for letter in "abcdefgh"]
    assert REPLIES.listed(names) == "zza, zzb, zzc, zzd, zze and 3 more"
    assert REPLIES.listed(names[:6]) == "zza, zzb, zzc, zzd, zze and zzf"


async def test_the_mood_and_who_was_served_reach_the_model(
    store: Store, catalogue: Catalogue, clock: Clock
) -> None:
    """Played and playing songs count for who added them; what waits or was skipped does not."""
    model = Listening()
    party = PartyService(store, catalogue, model, clock)
    for member, song in (
        (ANNA, "wonderwall"),
        (ANNA, "creep radiohead"),
        (BEN, "thriller"),
        (CLEO, "imagine"),
    ):
        await party.queue.add(ROOM, member, song)
    for _ in range(2):
        clock.pass_by(minutes=7)
        await party.clock.play_on()
    await party.ballots.next(ROOM, ANNA)
    rules = {"clean": False, "longest_ms": 600_000, "christmas": False, "offered": [], "among": None}
    assert model.told == {"words": (), "mood": Mood.BALANCED, "served": {"11": 2, "12": 1}, **rules}
    clock.pass_by(minutes=7)
    await party.clock.play_on()
    for member in (ANNA, BEN):
        await party.queue.skip(ROOM, member)
    await party.ballots.vibe(ROOM, ANNA, "jazz vlorp", mood=Mood.ADVENTUROUS)
    assert model.told == {
        "words": ["jazz"],
        "mood": Mood.ADVENTUROUS,
        "served": {"11": 2, "12": 1},
        **rules,
    }


@pytest.mark.parametrize(
    ("day", "queue", "words", "expected"),
    [
        ("2026-11-23", "wonderwall", "jazz", False),
        ("2026-11-24", "wonderwall", "jazz", True),
        ("2026-12-27", "wonderwall", "jazz", True),
        ("2026-12-28", "wonderwall", "jazz", False),
        ("2026-07-01", "last christmas", "jazz", True),
        ("2026-07-01", "wonderwall", "Weihnachten", True),
    ],
)
async def test_christmas_is_asked_for_by_season_queue_or_words(
    store: Store, catalogue: Catalogue, clock: Clock, day: str, queue: str, words: str, expected: bool
) -> None:
    """By the party's own clock; a song that was voted down does not ask for its like."""
    clock.now_s = datetime.fromisoformat(f"{day}T12:00+00:00").timestamp()
    model = Listening()
    party = PartyService(store, catalogue, model, clock)
    added = await party.queue.add(ROOM, ANNA, queue)
    await party.ballots.vibe(ROOM, ANNA, words)
    assert model.told["christmas"] is expected
    if queue == "last christmas":
        for member in (ANNA, BEN):
            await party.ballots.vote(ROOM, member, added.entry.id, -1)
        await party.ballots.next(ROOM, ANNA)
        assert not model.told["christmas"]


async def test_nothing_left_to_suggest(store: Store, catalogue: Catalogue, clock: Clock) -> None:
    """When every song is spoken for, words bring none back."""
    party = PartyService(store, catalogue, Listening(speechless=True), clock)
    with pytest.raises(NothingToSuggest):
        await party.ballots.vibe(ROOM, ANNA, "jazz")
    assert (await party.insight.now(ROOM)).ballot == ()
