"""`/history`, `/stats`, `/map`, `/export` and `/why` on Discord."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import xml.etree.ElementTree as ET

import pytest

from bot.party.errors import NothingToShow, UnknownToModel
from bot.service import PartyService
from tests.cogs.stage import private, public, read, room
from tests.conftest import Clock
from tests.fakes.discord_model import FakeMessage, Reply
from tests.fakes.discord_server import FakeDiscord

PNG = b"\x89PNG\r\n\x1a\n"
SONGS = ("mr brightside", "take on me", "wonderwall", "bohemian rhapsody")
TITLES = ["Mr. Brightside", "Take on Me", "Wonderwall", "Bohemian Rhapsody"]


@pytest.fixture
async def going(fake: FakeDiscord, party: PartyService, clock: Clock) -> FakeDiscord:
    """A party in which one song was played, one skipped, one plays and one waits."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    for song in SONGS[:2]:
        await fake.slash(anna, "add", song=song)
    for song in SONGS[2:]:
        await fake.slash(ben, "add", song=song)
    playing = (await party.insight.now(room(fake))).playing
    assert playing is not None
    await fake.slash(ben, "vote", song=TITLES[0])
    clock.pass_by(minutes=10)
    await party.clock.play_on()
    await fake.slash(anna, "skip")
    await fake.slash(ben, "skip")
    return fake


def file(reply: Reply) -> tuple[str, bytes]:
    """The one file of a private answer."""
    (message,) = reply.messages
    assert message.ephemeral
    ((name, content),) = message.files.items()
    return name, content


async def test_the_history_tells_what_was_played_and_skipped(going: FakeDiscord) -> None:
    """Latest first, with who added it and its votes, to the asker alone."""
    lines = private(await going.slash(going.member("Cleo"), "history")).splitlines()
    assert [line[0] for line in lines] == ["⏭", "✔"]
    assert "Take on Me – a-ha" in lines[0]
    assert lines[1] == "✔ Mr. Brightside – The Killers · 👍 1 · added by Anna"


async def test_the_numbers_count_what_happened(going: FakeDiscord) -> None:
    """Played, skipped, what each member brought, and what was loved."""
    text = read(public(await going.slash(going.member("Cleo"), "stats")).text)
    assert "Played: 1 · skipped: 1" in text
    assert "**Anna**: 2 added, 1 played, 👍 1" in text
    assert "💛 Mr. Brightside – The Killers · 👍 1" in text


@pytest.mark.parametrize("command", ["stats", "map", "export"])
async def test_before_the_first_song_there_is_nothing_to_show(fake: FakeDiscord, command: str) -> None:
    """One private sentence says what to do."""
    assert private(await fake.slash(fake.member("Anna"), command)) == str(NothingToShow())


@pytest.mark.usefixtures("hasty")
async def test_the_map_is_a_picture_for_everybody(going: FakeDiscord) -> None:
    """A PNG of some size arrives with a sentence."""
    message: FakeMessage = public(await going.slash(going.member("Cleo"), "map"))
    ((name, content),) = message.files.items()
    assert name == "map.png"
    assert content.startswith(PNG)
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    assert min(width, height) >= 300
    assert len(content) < 10 * 1024 * 1024
    assert message.text


async def test_a_party_can_be_taken_home_as_a_table(going: FakeDiscord) -> None:
    """CSV if nothing is said: every song in the order in which it was or will be played."""
    name, content = file(await going.slash(going.member("Cleo"), "export"))
    assert name.endswith(".csv")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert [next(title for title in TITLES if title in row) for row in rows[1:]] == TITLES


async def test_a_party_can_be_taken_home_as_a_playlist(going: FakeDiscord) -> None:
    """M3U, XSPF and JSPF each read back as the songs in their order."""
    ask = going.member("Cleo")
    name, content = file(await going.slash(ask, "export", form="m3u"))
    assert name.endswith((".m3u", ".m3u8"))
    lines = content.decode().splitlines()
    assert lines[0] == "#EXTM3U"
    told = [line for line in lines if line.startswith("#EXTINF")]
    assert [title in line for title, line in zip(TITLES, told, strict=True)] == [True] * 4
    name, content = file(await going.slash(ask, "export", form="xspf"))
    assert name.endswith(".xspf")
    space = "{http://xspf.org/ns/0/}"
    root = ET.fromstring(content)  # noqa: S314 # our own file
    assert [it.findtext(f"{space}title") for it in root.iter(f"{space}track")] == TITLES
    name, content = file(await going.slash(ask, "export", form="jspf"))
    assert name.endswith(".jspf")
    assert [it["title"] for it in json.loads(content)["playlist"]["track"]] == TITLES


@pytest.mark.parametrize("song", ["creep radiohead", "bohemian rhapsody", "mr brightside"])
async def test_the_reasons_for_a_song_add_up(going: FakeDiscord, song: str) -> None:
    """The parts give the sum, the sum the match, and the members' parts are the songs' again."""
    text = private(await going.slash(going.member("Cleo"), "why", song=song))
    head, *lines = text.splitlines()
    match = int(re.search(r"(\d+)\s?% match", head)[1])  # type: ignore[index]
    numbers = [float(found[1]) for line in lines if (found := re.match(r"`([+-]\d+\.\d\d)`", line))]
    whose = next((i for i, line in enumerate(lines) if line.startswith("What each member")), len(lines))
    parts, total = numbers[: whose - 1], numbers[whose - 1]
    assert "in total" in lines[whose - 1]
    assert sum(parts) == pytest.approx(total, abs=0.005 * (len(parts) + 1))
    assert 100 / (1 + math.exp(-total)) == pytest.approx(match, abs=0.75)
    songs = parts[:-2]
    if members := numbers[whose:]:
        assert sum(members) == pytest.approx(sum(songs), abs=0.005 * (len(parts) + len(members)))


async def test_a_chosen_song_of_the_queue_is_explained(going: FakeDiscord) -> None:
    """What the list offers first are the party's own songs."""
    ask = going.member("Cleo")
    offered = await going.autocomplete(ask, "why", song="bohemian")
    assert offered[0][0] == "Bohemian Rhapsody – Queen"
    assert str(offered[0][1]).startswith("entry:")
    assert "Bohemian Rhapsody" in private(await going.slash(ask, "why", song=str(offered[0][1])))


async def test_what_the_model_does_not_know_is_said(going: FakeDiscord) -> None:
    """A song by nobody known is explained by nothing."""
    reply = await going.slash(going.member("Cleo"), "why", song="Zzqxv Demo - Zzqxv Neighbours")
    assert private(reply) == str(UnknownToModel())
