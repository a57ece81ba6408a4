"""The room's protocol, spoken over a real socket."""

from __future__ import annotations

import json
import logging
import re
from functools import partial
from typing import Any, cast

import aiohttp
import pytest

from bot.party.limits import LONGEST_TEXT
from bot.party.words import Mood, Suggestion
from bot.recommend.recommender import Recommender
from bot.room import guest, open_room
from bot.room.guest import BURST, Pace
from bot.room.hub import LOBBY
from bot.service import PartyService
from tests.bot.room.conftest import Enter
from tests.bot.room.visitor import Json, dial
from tests.conftest import Clock

SOME_SONG = "Zzyxq Vlorp - Qwzx Mump"
"""A song that no catalogue knows, typed so that it is queued all the same."""


def titles(entries: list[Json]) -> list[str]:
    """What these entries are called."""
    return [entry["title"] for entry in entries]


async def test_newcomer(enter: Enter) -> None:
    """Whoever comes in is shown the party at once."""
    state = await (await enter(None)).until(lambda state: state["watching"])
    assert (state["playing"], state["queue"], state["ballot"], state["history"]) == (None, [], [], [])
    assert (state["people"], state["watching"]) == ([], 1)


async def test_adding_is_seen_by_all(enter: Enter) -> None:
    """A song that one adds is playing for everybody, marked as its adder's own for the adder only."""
    ann, bob = await enter("Ann"), await enter("Bob")
    answer = await ann.ask("add", text="mr brightside")
    assert answer["ok"]
    assert answer["say"].startswith("Now playing: ")
    hers = (await ann.until(lambda state: state["playing"]))["playing"]
    his = (await bob.until(lambda state: state["playing"]))["playing"]
    assert (hers["yours"], his["yours"]) == (True, False)
    assert (hers["title"], hers["by"]) == (his["title"], "Ann")
    assert bob.state["now_ms"] <= his["ends_ms"]


async def test_search_needs_no_name(enter: Enter) -> None:
    """Songs are found as one types, from anybody, and what was found can be added by its id."""
    onlooker, ann = await enter(None), await enter("Ann")
    tracks = (await onlooker.ask("search", text="take on m"))["tracks"]
    assert tracks
    assert (await ann.ask("add", text=f"track:{tracks[0]['track_id']}"))["ok"]
    assert (await onlooker.until(lambda state: state["playing"]))["playing"]["title"] == tracks[0]["title"]


@pytest.mark.parametrize(
    ("do", "fields"),
    [
        ("add", {"text": "take on me"}),
        ("next", {}),
        ("vibe", {"text": "90s rock"}),
        ("vote", {"entry": 1, "value": 1}),
        ("skip", {"entry": 1}),
        ("remove", {"entry": 1}),
        ("undo", {}),
    ],
)
async def test_changes_need_a_name(
    enter: Enter, party: PartyService, do: str, fields: dict[str, Any]
) -> None:
    """Without a name one can look, but not change anything."""
    answer = await (await enter(None)).ask(do, **fields)
    assert (answer["ok"], answer["kind"]) == (False, "NameNeeded")
    assert (await party.insight.now(LOBBY)).playing is None


@pytest.mark.parametrize("name", ["", "   ", "🎉🎉", "x" * 33, "\u200b\u202e", "-"])
async def test_no_name(enter: Enter, name: str) -> None:
    """A name that nobody could read is asked for again."""
    assert (await (await enter(None)).hello(name))["kind"] == "NameNeeded"


@pytest.mark.parametrize("again", ["Ann Lee", "ann LEE", "  Ann   Lee ", "Ann\u200b Lee", "\uff21nn Lee"])
async def test_name_taken(enter: Enter, again: str) -> None:
    """A name belongs to the browser that took it first, however it is spelled."""
    ann = await enter("Ann Lee")
    other = await enter(None)
    answer = await other.hello(again)
    assert (answer["ok"], answer["kind"]) == (False, "NameTaken")
    assert (await other.hello(again, secret=ann.secret))["ok"]


async def test_name_survives_its_owner_leaving(enter: Enter) -> None:
    """A name stays taken while its owner is away."""
    ann, bob = await enter("Ann"), await enter("Bob")
    await ann.socket.close()
    assert (await bob.until(lambda state: state["people"] == ["Bob"]))["watching"] == 1
    assert (await bob.hello("Ann"))["kind"] == "NameTaken"


async def test_two_tabs_are_one_person(enter: Enter) -> None:
    """Somebody who has the room open twice is one person in it; an onlooker without a name is another."""
    ann, again, onlooker = await enter("Ann"), await enter(None), await enter(None)
    assert (await onlooker.until(lambda state: state["watching"] == 3))["people"] == ["Ann"]
    assert (await again.hello("Ann", secret=ann.secret))["ok"]
    assert (await onlooker.until(lambda state: state["watching"] == 2))["people"] == ["Ann"]


async def test_same_id_happens_once(enter: Enter) -> None:
    """A change that is sent again with its id, even over a new connection, changes nothing more."""
    ann = await enter("Ann")
    first = await ann.ask("add", ident="one", text=SOME_SONG)
    back = await enter(None)
    assert (await back.hello("Ann", secret=ann.secret))["ok"]
    again = await back.ask("add", ident="one", text="take on me")
    assert (again["ok"], again["say"]) == (True, first["say"])
    await ann.ask("add", ident="two", text="mr brightside")
    assert len((await ann.until(lambda state: state["queue"]))["queue"]) == 1


async def test_same_id_of_two_members(enter: Enter) -> None:
    """Two members who happen to use one id both get what they asked for."""
    ann, bob = await enter("Ann"), await enter("Bob")
    await ann.ask("add", ident="one", text="mr brightside")
    await bob.ask("add", ident="one", text="take on me")
    state = await ann.until(lambda state: state["queue"])
    assert state["queue"][0]["by"] == "Bob"


async def test_votes(enter: Enter) -> None:
    """Votes are counted for all, marked for the voter, and can be taken back."""
    ann, bob = await enter("Ann"), await enter("Bob")
    for text in ("mr brightside", "take on me"):
        await ann.ask("add", text=text)
    entry = (await bob.until(lambda state: state["queue"]))["queue"][0]["id"]
    await bob.ask("vote", entry=entry, value=-1)
    hers = (await ann.until(lambda state: state["queue"] and state["queue"][0]["downs"]))["queue"][0]
    his = (await bob.until(lambda state: state["queue"][0]["downs"]))["queue"][0]
    assert (hers["vote"], his["vote"]) == (0, -1)
    await bob.ask("vote", entry=entry, value=0)
    assert (await ann.until(lambda state: not state["queue"][0]["downs"]))["queue"][0]["ups"] == 0


async def test_remove(enter: Enter) -> None:
    """Only who added a song takes it out; undo puts it back."""
    ann, bob = await enter("Ann"), await enter("Bob")
    for text in ("mr brightside", SOME_SONG):
        await ann.ask("add", text=text)
    entry = (await ann.until(lambda state: state["queue"]))["queue"][0]["id"]
    assert (await bob.ask("remove", entry=entry))["kind"] == "NotYours"
    assert (await ann.ask("remove", entry=entry))["ok"]
    await ann.until(lambda state: not state["queue"])
    assert (await ann.ask("undo"))["ok"]
    assert titles((await ann.until(lambda state: state["queue"]))["queue"]) == ["Zzyxq Vlorp"]
    assert (await bob.ask("undo"))["kind"] == "NothingToUndo"


async def test_skip(enter: Enter, clock: Clock) -> None:
    """A wish to skip is shown to all, can be undone, and with more than half the song is over."""
    ann, bob, cleo = await enter("Ann"), await enter("Bob"), await enter("Cleo")
    clock.pass_by(minutes=4)
    await ann.ask("add", text="mr brightside")
    await bob.ask("add", text="take on me")
    playing = (await bob.until(lambda state: state["queue"]))["playing"]["id"]
    await cleo.ask("skip", entry=playing)
    assert (await bob.until(lambda state: state["skip"]["votes"]))["skip"] == {
        "votes": 1,
        "needed": 2,
        "mine": False,
    }
    assert (await cleo.until(lambda state: state["skip"]["votes"]))["skip"]["mine"]
    await cleo.ask("undo")
    await bob.until(lambda state: not state["skip"]["votes"])
    await cleo.ask("skip", entry=playing)
    assert (await bob.ask("skip", entry=playing))["say"].startswith("Skipped ")
    state = await ann.until(lambda state: state["history"])
    assert (state["history"][0]["state"], state["skip"]["votes"]) == ("skipped", 0)
    assert state["playing"]["by"] == "Bob"


async def test_own_skip(enter: Enter) -> None:
    """Whoever added what plays skips it at once, and is told so."""
    ann, bob = await enter("Ann"), await enter("Bob")
    await ann.ask("add", text="mr brightside")
    await bob.ask("add", text="take on me")
    said = (await ann.ask("skip"))["say"]
    assert said.startswith(
        "Ann skipped Mr. Brightside – The Killers, their own song. Now playing: Take on Me"
    )
    assert (await bob.until(lambda state: state["history"]))["playing"]["by"] == "Bob"


async def test_a_long_song(enter: Enter) -> None:
    """A song longer than the room wants is refused; nobody blocks here, so there is no such request."""
    ann = await enter("Ann")
    refused = await ann.ask("add", text="Tubular Bells - Pt. I - Mike Oldfield")
    assert (refused["ok"], refused["kind"]) == (False, "SongTooLong")
    assert "26:01" in refused["say"]
    assert (await ann.ask("block", song="imagine"))["kind"] == "NotUnderstood"


async def test_late_skip(enter: Enter) -> None:
    """A wish to skip that arrives when its song is over leaves the next song alone."""
    ann = await enter("Ann")
    for text in ("mr brightside", "take on me"):
        await ann.ask("add", text=text)
    first = (await ann.until(lambda state: state["queue"]))["playing"]["id"]
    await ann.ask("skip", entry=first)
    assert (await ann.ask("skip", entry=first))["kind"] == "AlreadyOver"
    assert (await ann.until(lambda state: not state["queue"]))["playing"]


async def test_nothing_to_skip(enter: Enter) -> None:
    """Where nothing plays there is nothing to skip."""
    assert (await (await enter("Ann")).ask("skip", entry=1))["kind"] == "NothingPlaying"


async def test_suggestions(enter: Enter) -> None:
    """Suggestions come to all with their match and reason; one vote up queues a song."""
    ann, bob = await enter("Ann"), await enter("Bob")
    await ann.ask("add", text="mr brightside")
    assert (await ann.ask("next"))["ok"]
    ballot = (await bob.until(lambda state: state["ballot"]))["ballot"]
    assert all(0 <= song["match"] <= 1 and 0 <= song["match_bar"] <= 1 for song in ballot)
    assert {song["match_words"] for song in ballot} <= {"strong match", "good match", "worth a try"}
    assert any(song["because"].startswith("because of ") for song in ballot)
    assert (await bob.ask("vote", entry=ballot[0]["id"], value=1))["ok"]
    state = await ann.until(lambda state: state["queue"])
    assert (state["queue"][0]["id"], state["queue"][0]["by"]) == (ballot[0]["id"], "Bob")
    assert ballot[0]["id"] not in [song["id"] for song in state["ballot"]]


async def test_words(enter: Enter) -> None:
    """Words bring a ballot to all without a song, and the asker hears which of them say nothing."""
    ann, bob = await enter("Ann"), await enter("Bob")
    answer = await ann.ask("vibe", ident="one", text="90s rock vlorp", mood="safe")
    assert answer["say"].startswith("I don't know the word vlorp. Songs for “90s rock”")
    ballot = (await bob.until(lambda state: state["ballot"]))["ballot"]
    assert {song["because"] for song in ballot} == {"because of 90s rock"}
    assert (await ann.ask("vibe", ident="one", text="90s rock vlorp"))["say"] == answer["say"]
    assert (await ann.ask("vibe", text="jazz"))["say"].startswith("Songs for “jazz”")
    assert titles((await bob.until(lambda state: state["ballot"] != ballot))["ballot"]) != titles(ballot)


@pytest.mark.parametrize(("text", "kind"), [("", "NoWords"), ("🎉", "NoWords"), ("90s " * 99, "TextTooLong")])
async def test_no_words(enter: Enter, party: PartyService, text: str, kind: str) -> None:
    """Without words, or with too many, there is a reason and no ballot."""
    ann = await enter("Ann")
    answer = await ann.ask("vibe", text=text)
    assert (answer["ok"], answer["kind"]) == (False, kind)
    assert (await party.insight.now(LOBBY)).ballot == ()


@pytest.mark.parametrize("mood", Mood)
@pytest.mark.parametrize(("do", "fields"), [("next", {}), ("vibe", {"text": "jazz"})])
async def test_mood(
    enter: Enter, monkeypatch: pytest.MonkeyPatch, do: str, fields: dict[str, Any], mood: Mood
) -> None:
    """The mood that is asked in reaches the model; without one it is balanced."""
    asked = []
    suggest = Recommender.suggest

    async def spy(*args: Any, **more: Any) -> list[Suggestion]:
        asked.append(more["mood"])
        return await suggest(*args, **more)

    monkeypatch.setattr(Recommender, "suggest", spy)
    ann = await enter("Ann")
    assert (await ann.ask(do, mood=mood.value, **fields))["ok"]
    assert (await ann.ask(do, **fields))["ok"]
    assert asked == [mood, Mood.BALANCED]


GARBAGE: list[str | bytes] = [
    "",
    "{",
    "[]",
    "null",
    "7",
    '"add"',
    "[" * 50_000,
    b"\x00\xff",
    json.dumps({"id": "a", "do": "dance"}),
    json.dumps({"id": "a", "do": ["add"]}),
    json.dumps({"id": "a", "do": "add", "text": 7}),
    json.dumps({"id": "a", "do": "add", "text": None}),
    json.dumps({"id": "a", "do": "add", "text": "take on me \ud800"}),
    json.dumps({"id": "a", "do": "vibe"}),
    json.dumps({"id": "a", "do": "vibe", "text": ["90s"]}),
    json.dumps({"id": "a", "do": "next", "mood": "angry"}),
    json.dumps({"id": "a", "do": "next", "mood": ["safe"]}),
    json.dumps({"id": "a", "do": "vibe", "text": "90s", "mood": None}),
    json.dumps({"id": "a", "do": "vote", "entry": "1", "value": 1}),
    json.dumps({"id": "a", "do": "vote", "entry": True, "value": 1}),
    json.dumps({"id": "a", "do": "vote", "entry": 1.5, "value": 1}),
    json.dumps({"id": "a", "do": "vote", "entry": 1, "value": 2}),
    '{"id": "a", "do": "vote", "value": 1, "entry": ' + "9" * 5000 + "}",
    json.dumps({"id": "a", "do": "hello", "name": "Zoe", "secret": "short"}),
    json.dumps({"id": "a/b", "do": "undo"}),
    json.dumps({"id": "x" * 65, "do": "undo"}),
    json.dumps({"id": 7, "do": "undo"}),
    json.dumps({"do": "undo"}),
]


@pytest.mark.parametrize("raw", GARBAGE, ids=range(len(GARBAGE)))
async def test_garbage(enter: Enter, party: PartyService, raw: str | bytes) -> None:
    """What no page of ours sends gets one private sentence; the connection and the party stay."""
    ann = await enter("Ann")
    answer = await ann.blurt(raw)
    assert (answer["ok"], answer["kind"]) == (False, "NotUnderstood")
    assert (await ann.ask("search", text="take"))["ok"]
    assert (await party.insight.now(LOBBY)).playing is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "EmptyText"),
        (" \t\n", "EmptyText"),
        ("\x00\x07", "EmptyText"),
        ("🎉🎶", "EmptyText"),
        ("x" * (LONGEST_TEXT + 1), "TextTooLong"),
        ("x" * 10_000, "TextTooLong"),
        ("typed:🎉", "EmptyText"),
        ("track:no-such-song", None),
    ],
)
async def test_no_song(enter: Enter, party: PartyService, text: str, kind: str | None) -> None:
    """A text that names no song gets its reason, and the party stays as it was."""
    ann = await enter("Ann")
    answer = await ann.ask("add", text=text)
    assert not answer["ok"]
    assert answer["kind"] == kind or (kind is None and answer["kind"] != "Fault")
    assert (await party.insight.now(LOBBY)).playing is None


@pytest.mark.parametrize("entry", [0, -1, 10**6, 2**63 - 1, 2**63, 10**30])
async def test_no_entry(enter: Enter, entry: int) -> None:
    """A number that is no entry of this party is answered as such."""
    ann = await enter("Ann")
    assert (await ann.ask("vote", entry=entry, value=1))["kind"] == "NoSuchEntry"
    assert (await ann.ask("remove", entry=entry))["kind"] == "NoSuchEntry"


async def test_errors_are_private(enter: Enter) -> None:
    """Nobody else hears of a request that could not be met."""
    ann, bob = await enter("Ann"), await enter("Bob")
    assert not (await ann.ask("add", text=""))["ok"]
    await ann.ask("add", text="take on me")
    heard = [await bob.hear()]
    while not bob.state["playing"]:
        heard.append(await bob.hear())
    assert all(set(message) == {"change"} for message in heard)


async def test_flood(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks faster than people can is told so, and served again later; the others do not notice."""
    now_s = 0.0
    monkeypatch.setattr(guest, "Pace", partial(Pace, clock=lambda: now_s))
    ann, bob = await enter("Ann"), await enter("Bob")
    kinds = [(await ann.ask("vote", entry=1, value=1))["kind"] for _ in range(BURST)]
    assert {*kinds} == {"NoSuchEntry", "TooFast"}
    assert kinds[-1] == "TooFast"
    assert (await bob.ask("search", text="take"))["ok"]
    now_s = 1.0
    assert (await ann.ask("search", text="take"))["ok"]


async def test_fault(web: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture) -> None:
    """A fault of ours is apologised for with a number that the log has too, and nothing of its insides."""
    broken = PartyService(cast(Any, None), cast(Any, None), cast(Any, None))
    caplog.set_level(logging.ERROR)
    async with open_room(broken, "127.0.0.1", 0) as url, dial(web, url) as ann:
        answer = await ann.ask("search", text="take")
        assert (answer["ok"], answer["kind"]) == (False, "Fault")
        number = re.search(r"\(error ([0-9a-f]{8})\)", answer["say"])
        assert number
        assert f"Failure {number[1]}" in caplog.text
        assert "“Up next”" in answer["say"]
        assert "NoneType" not in answer["say"]
