"""Every row of the table of commands, asked over the room's socket."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest

from bot.doors.answers import AskForSettings
from bot.doors.ask import Ask, Door
from bot.doors.commands import TABLE
from bot.doors.table import Command, Group, of_door
from bot.party.errors import ManagersOnly, ModeratorsOnly, OutOfRange, OwnersOnly
from bot.party.limits import MOST_IMPORTED
from bot.party.vitals import LAST_COPY
from bot.party.words import Member, Room, Rules
from bot.room.choices import choices
from bot.room.drawn import MOST_DRAWN
from bot.room.hub import LOBBY
from bot.room.language import REPLIES
from bot.room.rendering import as_text, rendered
from bot.service import PartyService
from tests.bot.room.conftest import Enter
from tests.bot.room.test_schema import validator
from tests.bot.room.visitor import Json, Visitor
from tests.conftest import Clock

ROWS = of_door(TABLE, Door.ROOM)
SOME_SONG = "Zzyxq Vlorp - Qwzx Mump"
OTHER_SONG = "Vlorp Zzyxq - Qwzx Mump"
QUEEN = (
    *("bohemian rhapsody", "radio ga ga", "under pressure", "killer queen", "we will rock you"),
    *("another one bites the dust", "i want to break free", "crazy little thing called love"),
    *("somebody to love", "dont stop me now"),
)
ASKED: dict[str, Json] = {
    "add": {"song": "dancing queen"},
    "next": {"count": 3},
    "vibe": {"words": "90s rock"},
    "vote": {"song": "1", "vote": "down"},
    "remove": {"song": "1"},
    "move": {"song": "1", "place": 2},
    "why": {"song": "take on me"},
    "volume": {"percent": 40},
    "seek": {"to": "+30"},
    "import": {"link": "https://open.spotify.com/album/4aawyAB9vmqN3uQ7FjRGTy"},
}
"""With what each row is asked that needs something."""
REFUSED = {
    "clear": "ModeratorsOnly",
    "end": "ModeratorsOnly",
    "move": "ModeratorsOnly",
    "settings": "ManagersOnly",
    "stats": "NothingToShow",
    "play": "NoSpotify",
    "pause": "NotForVisitors",
    "volume": "NoHost",
    "seek": "HostsOnly",
    "demo": "NoDemo",
    "spotify stop": "NoHost",
    "spotify connect": "NoSpotify",
    "spotify disconnect": "NoSpotify",
    "spotify status": "NoSpotify",
    "spotify device": "NoSpotify",
    "save": "NoSpotify",
    "import": "NoSpotify",
}
"""What a room without Spotify, moderators and a past cannot do; none of it is a message not understood."""


async def fill(visitor: Visitor, *texts: str) -> None:
    """Adds songs."""
    for text in texts:
        assert (await visitor.ask("add", text=text))["ok"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_every_row_is_answered(enter: Enter, row: Command) -> None:
    """Whatever stands in the table can be asked in the room, and what is said to it is in the schema."""
    ann = await enter("Ann")
    await fill(ann, "mr brightside", "take on me", SOME_SONG)
    asked = ASKED.get(row.name, {})
    assert validator("Request").is_valid({"id": "a", "do": row.name, **asked})
    answer = await ann.ask(row.name, **asked)
    if answer["ok"]:
        assert row.name not in REFUSED
        assert answer["say"]
    else:
        assert answer["kind"] == REFUSED.get(row.name)
    validator("Message").validate(answer)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_every_row_needs_a_name(enter: Enter, party: PartyService, row: Command) -> None:
    """Whoever only looks on runs no command."""
    answer = await (await enter(None)).ask(row.name, **ASKED.get(row.name, {}))
    assert (answer["ok"], answer["kind"]) == (False, "NameNeeded")
    assert (await party.insight.now(LOBBY)).playing is None


@pytest.mark.parametrize(
    ("do", "fields", "error"),
    [
        ("next", {"count": 10}, OutOfRange(3, 5)),
        ("next", {"count": 2}, OutOfRange(3, 5)),
        ("volume", {"percent": 101}, OutOfRange(0, 100)),
        ("volume", {"percent": -1}, OutOfRange(0, 100)),
        ("move", {"song": "1"}, ModeratorsOnly(LOBBY)),
        ("clear", {}, ModeratorsOnly(LOBBY)),
        ("end", {}, ModeratorsOnly(LOBBY)),
        ("settings", {}, ManagersOnly(LOBBY)),
        ("autopilot", {"choice": "on"}, ManagersOnly(LOBBY)),
        ("learn", {"choice": "on"}, OwnersOnly(LOBBY)),
    ],
)
async def test_the_same_words_as_elsewhere(enter: Enter, do: str, fields: Json, error: Any) -> None:
    """What is refused everywhere is refused here in the same words, and the queue stays."""
    ann = await enter("Ann")
    await fill(ann, "mr brightside", "take on me")
    answer = await ann.ask(do, **fields)
    assert (answer["ok"], answer["kind"]) == (False, type(error).__name__)
    assert answer["say"] == REPLIES.error(error)
    assert len((await ann.until(lambda state: state["queue"]))["queue"]) == 1


async def test_the_number_is_said(enter: Enter) -> None:
    """Who asks for too many songs is told how many there can be."""
    assert (await (await enter("Ann")).ask("next", count=10))["say"] == "Pick a number from 3 to 5."


async def test_two_lines_are_two_songs(enter: Enter) -> None:
    """A song a line is added, once however often it is sent; a line that names none is told."""
    ann = await enter("Ann")
    text = f"mr brightside\n\n  {SOME_SONG}\n🎉"
    answer = await ann.ask("add", ident="one", text=text)
    first, second, third = answer["say"].splitlines()
    assert first.startswith("Now playing: ")
    assert second.startswith("Added Zzyxq Vlorp – Qwzx Mump: next up. I don't know this song, ")
    assert third.startswith("✖ 🎉: ")
    assert (await ann.ask("add", ident="one", text=text))["ok"]
    assert len((await ann.until(lambda state: state["queue"]))["queue"]) == 1


async def test_too_many_lines(enter: Enter, party: PartyService) -> None:
    """More songs than any list may have are refused, and none is added."""
    answer = await (await enter("Ann")).ask("add", text="africa\n" * (MOST_IMPORTED + 1))
    assert answer["kind"] == "TooManyLines"
    assert (await party.insight.now(LOBBY)).playing is None


async def test_songs_by_number_and_title(enter: Enter) -> None:
    """A song is meant by its number in the queue, by its title, or by its id, as everywhere."""
    ann = await enter("Ann")
    await fill(ann, "mr brightside", SOME_SONG, OTHER_SONG)
    queue = (await ann.until(lambda state: len(state["queue"]) == 2))["queue"]
    assert (await ann.ask("vote", song="2", vote="down"))["ok"]
    assert (await ann.ask("vote", song="zzyxq vlorp", vote="down"))["ok"]
    state = await ann.until(lambda state: all(each["downs"] for each in state["queue"]))
    assert [each["vote"] for each in state["queue"]] == [-1, -1]
    assert (await ann.ask("remove", song=f"entry:{queue[0]['id']}"))["ok"]
    assert (await ann.ask("remove", song="2"))["kind"] == "NoSuchEntry"
    await ann.until(lambda state: len(state["queue"]) == 1)


async def test_skip_means_what_plays(enter: Enter) -> None:
    """Without a song whatever plays is skipped; another song than what plays is not."""
    ann = await enter("Ann")
    await fill(ann, "mr brightside", SOME_SONG)
    assert (await ann.ask("skip", song="zzyxq vlorp"))["kind"] == "AlreadyOver"
    assert (await ann.ask("skip"))["say"].startswith("Ann skipped Mr. Brightside")


async def test_a_map(enter: Enter) -> None:
    """The map comes as a picture, after the sign that it is being drawn."""
    ann = await enter("Ann")
    assert (await ann.ask("map"))["kind"] == "NothingToShow"
    await fill(ann, "mr brightside", "take on me", "dancing queen")
    await ann.socket.send_json({"id": "one", "do": "map"})
    heard = [await ann.hear()]
    while heard[-1].get("id") != "one" or "going" in heard[-1]:
        heard.append(await ann.hear())
    assert {"id": "one", "going": True} in heard
    assert heard[-1]["say"]
    assert (heard[-1]["file"]["name"], heard[-1]["file"]["type"]) == ("map.png", "image/png")
    assert b64decode(heard[-1]["file"]["base64"]).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("form", "name", "kind"),
    [
        (None, "party.csv", "text/csv"),
        ("csv", "party.csv", "text/csv"),
        ("m3u", "party.m3u8", "audio/mpegurl"),
        ("xspf", "party.xspf", "application/xspf+xml"),
        ("jspf", "party.jspf", "application/json"),
    ],
)
async def test_a_file(enter: Enter, form: str | None, name: str, kind: str) -> None:
    """The party can be taken home in every form, under a name and with a type that browsers know."""
    ann = await enter("Ann")
    await fill(ann, SOME_SONG)
    file = (await ann.ask("export", **({"form": form} if form else {})))["file"]
    assert (file["name"], file["type"]) == (name, kind)
    assert "Zzyxq Vlorp" in b64decode(file["base64"]).decode()


async def test_help(enter: Enter) -> None:
    """Help lists every row that works in the room, by its button where the page has one, and none besides."""
    answer = await (await enter("Ann")).ask("help")
    first, *groups, last = (section.splitlines() for section in answer["sections"])
    assert first[0].startswith("I don't make a sound myself")
    assert last[0].startswith("The mood of ")
    rows = [row for row in ROWS if not row.spotify and row.name != "demo"]  # which are not set up here
    assert [head for head, *_ in groups] == [each for each in Group if any(row.group is each for row in rows)]
    lines = [line for _, *listed in groups for line in listed]
    told = {f"{REPLIES.language.command(row.name)} {REPLIES.say(row.help)}" for row in rows}
    assert len(lines) == len(rows)
    assert {*lines} == told
    assert any(line.startswith("“Remove” ") for line in lines)
    assert any(line.startswith("“Map of the songs” ") for line in lines)
    assert answer["say"] == "\n\n".join(answer["sections"])
    assert "`" not in answer["say"]


async def test_looking(enter: Enter) -> None:
    """What plays, what played, and why are told in words without the signs of chats."""
    ann = await enter("Ann")
    await fill(ann, "mr brightside", "take on me")
    assert (await ann.ask("now"))["say"].startswith("Now playing: Mr. Brightside")
    assert (await ann.ask("skip"))["ok"]
    assert (await ann.ask("history"))["say"].startswith("⏭ Mr. Brightside")
    assert "Mr. Brightside" in (await ann.ask("why", song="take on me"))["say"]
    assert "Ann: 2 added" in (await ann.ask("stats"))["say"]
    for do in ("now", "history", "stats"):
        assert not {"`", "*"} & {*(await ann.ask(do))["say"]}


async def test_choices_stand_as_they_are(enter: Enter) -> None:
    """Anybody may ask how the autopilot stands, and whether a model learns here."""
    ann = await enter("Ann")
    assert (await ann.ask("autopilot"))["say"] == REPLIES.autopilot(True, Rules().autopilot_below)
    assert (await ann.ask("learn"))["say"] == REPLIES.learning(False)


async def test_erasure_is_asked_for_twice(enter: Enter) -> None:
    """Nothing is erased before the member is sure; then their name is gone from the party."""
    ann = await enter("Ann")
    await fill(ann, "mr brightside")
    first = await ann.ask("delete-my-data")
    assert (first["ok"], first["confirm"]) == (True, True)
    assert (await ann.until(lambda state: state["playing"]))["playing"]["by"] == "Ann"
    second = await ann.ask("delete-my-data", sure="yes")
    assert second["ok"]
    assert "confirm" not in second
    await ann.until(lambda state: not state["playing"]["by"])


@pytest.mark.parametrize(
    ("at_s", "said"), [(0.0, "No safe copy"), (1_800_000_000.0, "Friday, 15 January 2027, 08:00 UTC")]
)
async def test_the_host_reads_when_parties_were_copied(party: PartyService, at_s: float, said: str) -> None:
    """Whoever runs the bot, who is the host of the lobby, and nobody else."""
    host, room = Member("web", "a", "Ann", manager=True), Room("web", "", "theirs")
    answer = AskForSettings(Rules())

    async def told(where: Room, member: Member) -> str:
        ask = Ask(Door.ROOM, party, where, member, "key", Rules(), REPLIES, REPLIES)
        return (await rendered(ask, answer)).get("say", "")

    assert await told(LOBBY, host) == ""
    party.vitals.figure(LAST_COPY, "When", lambda: at_s)
    assert said in await told(LOBBY, host)
    assert await told(room, host) == await told(LOBBY, Member("web", "b", "Ben")) == ""


async def test_choices(party: PartyService) -> None:
    """What can be chosen comes as controls, with what is chosen now."""
    rules, member = Rules(), Member("web", "a", "Ann", manager=True)
    ask = Ask(Door.ROOM, party, LOBBY, member, "key", rules, REPLIES, REPLIES)
    told = (await rendered(ask, AskForSettings(rules)))["settings"]
    assert [each["rule"] for each in told] == [each.rule for each in choices(LOBBY, rules, REPLIES)]
    assert (told[0]["topic"], told[0]["chosen"]) == ("Order", "votes")
    assert {option["value"] for option in told[0]["options"]} == {"votes", "turns", "arrival"}
    validator("Message").validate({"id": "a", "ok": True, "settings": told})


@pytest.mark.parametrize(
    ("text", "shown"),
    [("`+0.12` Africa\n`/next` now", "+0.12 Africa\n/next now"), ("a ` b\n` c", "a ` b\n` c"), ("", "")],
)
def test_texts(text: str, shown: str) -> None:
    """Signs for code fall away in pairs, and nothing else does."""
    assert as_text(text) == shown


async def test_why_in_numbers(enter: Enter) -> None:
    """What speaks for a song comes as numbers besides, and they add up."""
    ann = await enter("Ann")
    await fill(ann, "mr brightside", "take on me", "dancing queen")
    answer = await ann.ask("why", song="africa toto")
    why = answer["why"]
    assert f"{why['match_words']} match" in answer["say"]
    songs = why["songs"]
    added = sum(each["logit"] for each in songs["shares"]) + songs["rest"]
    assert why["start"] + why["room"] + added == pytest.approx(why["total"])
    assert {each["name"] for each in songs["shares"]} >= {"Dancing Queen"}
    assert [each["name"] for each in why["members"]["shares"]] == ["Ann"]
    assert [abs(each["logit"]) for each in songs["shares"]] == sorted(
        (abs(each["logit"]) for each in songs["shares"]), reverse=True
    )
    validator("Message").validate(answer)


async def test_few_shares_are_told_apart(enter: Enter) -> None:
    """However many songs speak for one, the picture stays small, and the rest is added up."""
    ann = await enter("Ann")
    await fill(ann, *(f"{name} - queen" for name in QUEEN))
    songs = (await ann.ask("why", song="africa toto"))["why"]["songs"]
    assert len(songs["shares"]) == MOST_DRAWN
    assert songs["more"] == len(QUEEN) - MOST_DRAWN


async def test_stats_in_numbers(enter: Enter, party: PartyService, clock: Clock) -> None:
    """Who did what, and what was loved, comes as numbers besides."""
    ann, bob = await enter("Ann"), await enter("Bob")
    await fill(ann, "mr brightside", "take on me")
    assert (await bob.ask("vote", song="brightside"))["ok"]
    clock.pass_by(minutes=5)
    await party.clock.play_on()
    assert (await ann.ask("skip"))["ok"]
    answer = await ann.ask("stats")
    (of_ann,) = answer["stats"]["members"]
    assert of_ann == {"name": "Ann", "added": 2, "played": 1, "loved": 1, "streak": 1}
    assert (answer["stats"]["played"], answer["stats"]["skipped"]) == (1, 1)
    assert [(each["title"], each["ups"]) for each in answer["stats"]["loved"]] == [("Mr. Brightside", 1)]
    validator("Message").validate(answer)


async def test_switches_say_how_they_are_set(enter: Enter) -> None:
    """A page can draw a switch without reading the sentence."""
    ann = await enter("Ann")
    assert (await ann.ask("learn"))["on"] is False
    assert isinstance((await ann.ask("autopilot"))["on"], bool)
