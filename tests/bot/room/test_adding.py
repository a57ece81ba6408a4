"""Lists of songs, and the questions which was meant, over the room's socket."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from itertools import product
from typing import Any

import pytest

from bot.lists.decoding import decoded
from bot.party.errors import EmptyList, ListTooLarge, NotAList, TooManyLines
from bot.party.limits import LARGEST_LIST_BYTES, MOST_IMPORTED
from bot.room.hub import LOBBY
from bot.room.language import REPLIES
from bot.service import PartyService
from tests.bot.room.conftest import HOST, Enter
from tests.bot.room.test_requests import NO_FILES
from tests.bot.room.test_schema import validator
from tests.bot.room.visitor import Json, Visitor

UNSURE = "ashes"
"""A text that several songs of the catalogue may be."""


def sent(data: bytes | str, name: str = "songs.csv") -> Json:
    """A file as the page sends it."""
    data = data.encode() if isinstance(data, str) else data
    return {"name": name, "base64": b64encode(data).decode()}


def made_up(count: int) -> list[str]:
    """Songs that no catalogue knows."""
    return [
        f"Zzyx{''.join(letters)}q Vlorp,Qwzx Mump" for letters in product("bcdfghjklmnpqrstvwxz", repeat=3)
    ][:count]


async def nothing_there(party: PartyService) -> bool:
    """Whether the party is as empty as at first."""
    now = await party.insight.now(LOBBY)
    return now.playing is None and not now.queue


async def test_which_song(enter: Enter) -> None:
    """Who is not sure to mean one song is asked, alone; the answer queues it."""
    ann, bob = await enter("Ann"), await enter("Bob")
    answer = await ann.ask("add", song=UNSURE)
    validator("Message").validate(answer)
    (question,) = answer["questions"]
    assert (answer["ok"], question["typed"], question["say"]) == (True, UNSURE, answer["say"])
    assert len(question["tracks"]) > 1
    assert not ann.state.get("playing")
    chosen = question["tracks"][1]
    added = await ann.ask("add", song=f"track:{chosen['track_id']}")
    assert added["say"].startswith(f"Now playing: {chosen['title']}")
    assert "questions" not in added
    assert (await bob.until(lambda state: state["playing"]))["playing"]["track_id"] == chosen["track_id"]


async def test_as_typed(enter: Enter) -> None:
    """Who means none of the songs offered has it queued as it was typed."""
    ann = await enter("Ann")
    (question,) = (await ann.ask("play", song=UNSURE))["questions"]
    assert (await ann.ask("add", song=f"typed:{question['typed']}"))["ok"]
    playing = (await ann.until(lambda state: state["playing"]))["playing"]
    assert (playing["title"], playing["track_id"]) == (UNSURE, None)


async def test_which_of_several(enter: Enter) -> None:
    """Of several songs those that are sure are queued, and each of the others is a line of its own."""
    ann = await enter("Ann")
    answer = await ann.ask("add", song=f"take on me\n{UNSURE}\nthe killers")
    told, *asked = answer["say"].splitlines()
    assert told.startswith("Now playing: ")
    assert asked == [each["say"] for each in answer["questions"]]
    assert [each["typed"] for each in answer["questions"]] == [UNSURE, "the killers"]


async def test_a_file(enter: Enter, party: PartyService) -> None:
    """The songs of a file are counted, queued in their order, and taken back by one undo."""
    await party.settings.choose(LOBBY, HOST, {"visitor_songs": 0})
    ann, bob = await enter("Ann"), await enter("Bob")
    await bob.ask("add", song="take on me")
    lines = ["title,artist", "Dancing Queen,ABBA", f"{UNSURE},", *made_up(60)]
    asked: Json = {"file": sent("\n".join(lines))}
    assert validator("Request").is_valid({"id": "a", "do": "import", **asked})
    answer = await ann.ask("import", ident="one", **asked)
    validator("Message").validate(answer)
    assert answer["say"].startswith("Found 1 of 62 songs. Added 61.")
    assert [each["typed"] for each in answer["questions"]] == [UNSURE]
    assert (await ann.ask("import", ident="one", **asked))["ok"]
    queue = (await bob.until(lambda state: len(state["queue"]) == 61))["queue"]
    assert [song["title"][:4] for song in queue[:3]] == ["Danc", "Zzyx", "Zzyx"]
    assert "Removed the 61 imported songs" in (await ann.ask("undo"))["say"]
    await bob.until(lambda state: not state["queue"])


async def test_many_lines(enter: Enter, party: PartyService) -> None:
    """A long list in the field is a list as well, and says so before it is done."""
    await party.settings.choose(LOBBY, HOST, {"visitor_songs": 0})
    ann = await enter("Ann")
    await ann.socket.send_json({"id": "one", "do": "add", "text": "\n".join(["take on me", *made_up(20)])})
    heard = [await ann.hear()]
    while heard[-1].get("id") != "one" or "going" in heard[-1]:
        heard.append(await ann.hear())
    assert {"id": "one", "going": True} in heard
    assert heard[-1]["say"].startswith("Found 1 of 21 songs. Added 21.")


@pytest.mark.parametrize(
    ("file", "error"),
    [
        (sent(b""), EmptyList()),
        (sent("\n\n🎉\n"), EmptyList()),
        (sent(b"PK\x03\x04" + bytes(99)), NotAList()),
        (sent(b"a" * (LARGEST_LIST_BYTES + 1)), ListTooLarge(1)),
        (sent(b"a" * (LARGEST_LIST_BYTES + 9_000)), ListTooLarge(1)),
        (sent("\n".join(made_up(MOST_IMPORTED + 1)), "a.txt"), TooManyLines(MOST_IMPORTED)),
    ],
    ids=["empty", "no song", "zip", "a byte", "too large", "too many"],
)
async def test_no_list(enter: Enter, party: PartyService, file: Json, error: Any) -> None:
    """What is no list of songs gets its sentence, and nothing of it is kept."""
    answer = await (await enter("Ann")).ask("import", file=file)
    assert (answer["ok"], answer["kind"]) == (False, type(error).__name__)
    assert answer["say"] == REPLIES.error(error)
    assert await nothing_there(party)


async def test_no_file(enter: Enter, party: PartyService) -> None:
    """What is no file at all is not guessed at; without a file and a link there is nothing to bring."""
    ann = await enter("Ann")
    for file in NO_FILES:
        assert (await ann.ask("import", file=file))["kind"] == "NotUnderstood", file
    assert (await ann.ask("import"))["kind"] == "EmptyText"
    assert await nothing_there(party)


async def test_the_largest_file(enter: Enter) -> None:
    """A file that just fits is read, and from a program that writes slashes in its own way, too."""
    ann = await enter("Ann")
    text = f"take on me\n{' ' * (LARGEST_LIST_BYTES - 11)}"
    assert (await ann.ask("import", file=sent(text, "a.txt")))["say"].startswith("Found 1 of 1 songs.")
    await _escaped(ann)


async def _escaped(ann: Visitor) -> None:
    raw = json.dumps({"id": "two", "do": "import", "file": sent("zzyxq?>?>?>vlorp", "a.txt")})
    assert "/" in raw
    await ann.socket.send_str(raw.replace("/", "\\/"))
    while (heard := await ann.hear()).get("id") != "two" or "going" in heard:
        pass
    assert heard["say"].startswith("Found 0 of 1 songs. Added one.")


async def test_others_go_on(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list is read beside everything else: a large one takes half a second."""
    threads = []

    def spy(data: bytes | str) -> str:
        threads.append(threading.current_thread())
        return decoded(data)

    monkeypatch.setattr("bot.lists.reading.decoded", spy)
    ann = await enter("Ann")
    text = "\n".join(made_up(11))
    assert (await ann.ask("import", file=sent(text)))["ok"]
    assert (await ann.ask("import", link=text))["ok"]
    assert (await ann.ask("add", song=text))["ok"]
    assert len(threads) == 3
    assert threading.current_thread() not in threads


async def test_a_file_needs_a_name(enter: Enter, party: PartyService) -> None:
    """Whoever only looks on brings nothing."""
    answer = await (await enter(None)).ask("import", file=sent("take on me"))
    assert (answer["ok"], answer["kind"]) == (False, "NameNeeded")
    assert await nothing_there(party)
