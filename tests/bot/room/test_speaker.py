"""The party's speaker over its line, and the links that it gets: who may, how long, and what they answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from bot.party.words import Member, Outlet, Way
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.room import covers, open_room, songs, speakers
from bot.room.hub import LOBBY
from bot.service import PartyService
from db.store import Store, open_store
from tests.bot.room.speaker_stage import HOST, SpeakerRoom, speaker_room
from tests.bot.room.visitor import Json, Visitor, dial
from tests.conftest import ANNA, ON_POSTGRESQL, ROOM
from tests.patience import PATIENCE_S

Come = Callable[..., Awaitable[Visitor]]


@pytest.fixture
async def loud(
    store: Store, catalogue: Catalogue, recommender: Recommender, tmp_path: Path
) -> AsyncIterator[SpeakerRoom]:
    """A room whose songs sound."""
    async with speaker_room(store, catalogue, recommender, tmp_path / "music") as room:
        await room.stock(10, 10, 10)
        yield room


@pytest.fixture
async def come(loud: SpeakerRoom, web: aiohttp.ClientSession) -> AsyncIterator[Come]:
    """Lets somebody in by a link; without one into the lobby."""
    async with AsyncExitStack() as stack:

        async def come_in(name: str | None = "Hanna", link: str | None = None, **fields: object) -> Visitor:
            visitor = await stack.enter_async_context(dial(web, loud.url))
            host = await loud.party.passes.host(LOBBY)
            assert (await visitor.enter(host if link is None else link, **fields))["ok"]
            if name is not None:
                assert (await visitor.hello(name))["ok"]
            await visitor.until(lambda state: True)
            return visitor

        yield come_in


async def told(visitor: Visitor, holds: Callable[[Json | None], object]) -> Json | None:
    """What a speaker is told of what to play, once something holds of it."""
    while True:
        heard = await visitor.hear()
        if "sound" in heard and "id" not in heard and holds(heard["sound"]):
            sound: Json | None = heard["sound"]
            return sound


async def test_what_a_speaker_is_told(loud: SpeakerRoom, come: Come, web: aiohttp.ClientSession) -> None:
    """What plays and what is next, each with a link; nobody else is told."""
    first, second, third = await loud.queue(0, 1, 4)
    ann, guest = await come(), await come("Gus", "")
    answer = await ann.ask("speak")
    sound = answer["sound"]
    assert (sound["playing"]["entry"], sound["next"]["entry"]) == (first.id, second.id)
    assert sound["playing"]["position_ms"] < 1500
    assert (sound["paused"], sound["crossfade_s"]) == (False, 0)
    async with web.get(loud.url + sound["playing"]["link"]) as got:
        assert await got.read() == (loud.music.folder / "0.wav").read_bytes()
    await loud.party.queue.skip(LOBBY, HOST)
    now = await told(ann, lambda sound: sound and sound["playing"]["entry"] == second.id)
    assert now is not None
    assert now["playing"]["link"] == sound["next"]["link"]  # what was loaded ahead is not loaded again
    assert now["next"] == {"entry": third.id, "link": None, "gain_db": 0.0}
    await guest.until(lambda state: state["playing"]["id"] == second.id)
    assert (await guest.ask("speak-at", entry=second.id, left_ms=5))["kind"] == "SpeakerLost"
    assert guest.state["playback"]["outlet"] == "page"


async def test_who_may(loud: SpeakerRoom, come: Come) -> None:
    """Hosts and whoever they appoint; no guests, no onlookers, and no screen by the guests' link."""
    await loud.queue(0)
    guest, onlooker = await come("Gus", ""), await come(None, "")
    assert (await guest.ask("speak"))["kind"] == "NotForVisitors"
    assert (await onlooker.ask("speak"))["kind"] == "NameNeeded"
    assert (guest.known.own["may"]["sound"], onlooker.known.own["may"]["sound"]) == (False, False)
    screen = await come(None, "", look=True)
    assert (await screen.ask("speak", name="Hanna", secret="x" * 32))["kind"] == "NotForVisitors"
    await guest.ask("add", text="jolene dolly parton")
    (member,) = await added_by(loud, "Gus")
    await loud.party.settings.appoint(LOBBY, HOST, member, True, "a key")
    assert (await guest.ask("speak"))["ok"]


async def added_by(loud: SpeakerRoom, name: str) -> list[str]:
    """The ids of whoever is called that and has added something."""
    party = await loud.party.insight.now(LOBBY)
    entries = [*([party.playing] if party.playing else []), *party.queue]
    return [each.added_by.user_id for each in entries if each.added_by and each.added_by.name == name]


async def test_a_screen(loud: SpeakerRoom, come: Come) -> None:
    """By the host's link it is whoever has a name in its browser, or just a TV."""
    await loud.queue(0)
    screen = await come(None, look=True)
    assert screen.known.own["may"]["sound"]
    assert (await screen.ask("speak"))["ok"]
    playback = (await screen.until(lambda state: state["playback"]))["playback"]
    assert (playback["host"], playback["words"]) == ("TV", "🔊 On the TV")
    other = await come(None, look=True)
    assert (await other.ask("speak", name="Hanna", secret="x" * 32))["ok"]
    await other.until(lambda state: state["playback"]["host"] == "Hanna")


async def test_a_members_own_link(loud: SpeakerRoom, come: Come) -> None:
    """A member of a chat is no visitor."""
    room, anna = ROOM, ANNA
    link = await loud.party.passes.own(room, anna)
    loud.party.passes.rights_by("discord", here)
    await loud.party.queue.add(room, anna, "mr brightside")
    visitor = await come(None, link)
    assert visitor.known.own["as"] == Way.MEMBER.value
    assert (await visitor.ask("speak"))["ok"]


async def here(room: object, member: Member) -> Member:
    """Whoever asks is there."""
    return member


async def test_a_link_ends_with_its_speaker(
    loud: SpeakerRoom, come: Come, web: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be guessed, says nothing of the file, is good for the song alone, and then for nothing."""
    monkeypatch.setattr(songs, "FADES_MS", 0)
    first, *_ = await loud.queue(0, 1, 2)
    ann = await come()
    sound = (await ann.ask("speak"))["sound"]
    links = [sound["playing"]["link"], sound["next"]["link"]]
    assert all(len(link) > len("/sound/") + 30 and ".wav" not in link for link in links)
    assert len({*links}) == 2
    assert [await status(web, loud.url + link) for link in links] == [200, 200]
    after = (await ann.ask("speak-over", entry=first.id))["sound"]
    assert after["playing"]["link"] == links[1]
    assert [await status(web, loud.url + link) for link in links] == [404, 200]
    other = await come("Otto")
    theirs = (await other.ask("speak"))["sound"]["playing"]["link"]
    assert theirs != links[1]
    assert [await status(web, loud.url + link) for link in (links[1], theirs)] == [404, 200]
    assert (await ann.ask("speak-at", entry=1, left_ms=1))["kind"] == "SpeakerLost"
    assert (await other.ask("speak-end"))["sound"] is None
    assert await status(web, loud.url + theirs) == 404
    for guessed in ("", "x", "..%2F..%2Fetc%2Fpasswd", "%00", "0.wav"):
        assert await status(web, f"{loud.url}/sound/{guessed}") == 404


async def test_what_fades_out(loud: SpeakerRoom, come: Come, web: aiohttp.ClientSession) -> None:
    """A song that is over has its link for some seconds: it may still be heard under the next one."""
    first, *_ = await loud.queue(0, 1, 2)
    ann = await come()
    link = (await ann.ask("speak"))["sound"]["playing"]["link"]
    await ann.ask("speak-over", entry=first.id)
    assert await status(web, loud.url + link) == 200
    await ann.ask("speak-end")
    assert await status(web, loud.url + link) == 404


async def test_a_link_expires(
    loud: SpeakerRoom, come: Come, web: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some time after the song should be over; whoever still plays it gets it renewed by saying so."""
    monkeypatch.setattr(songs, "LONGEST_LEFT_MS", -3_600_000)
    (first,) = await loud.queue(0)
    ann = await come()
    link = (await ann.ask("speak"))["sound"]["playing"]["link"]
    assert await status(web, loud.url + link) == 404
    monkeypatch.setattr(songs, "LONGEST_LEFT_MS", 0)
    assert (await ann.ask("speak-at", entry=first.id, left_ms=5000))["sound"]["playing"]["link"] == link
    assert await status(web, loud.url + link) == 200


async def status(web: aiohttp.ClientSession, url: str, **headers: str) -> int:
    """How a request is answered."""
    async with web.get(url, headers=headers) as answer:
        await answer.read()
        return answer.status


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, -1),
        ("bytes=100-199", 100, 199),
        ("bytes=-50", -50, -1),
        ("bytes=5-99999999", 5, -1),
        ("bytes=0-0", 0, 0),
    ],
)
async def test_ranges(
    loud: SpeakerRoom, come: Come, web: aiohttp.ClientSession, asked: str, first: int, last: int
) -> None:
    """A part of a file is that part."""
    await loud.queue(0)
    ann = await come()
    url = loud.url + (await ann.ask("speak"))["sound"]["playing"]["link"]
    data = (loud.music.folder / "0.wav").read_bytes()
    start, end = first % len(data), last % len(data)
    async with web.get(url, headers={"Range": asked}) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Range"] == f"bytes {start}-{end}/{len(data)}"
        assert answer.headers["Content-Length"] == str(end - start + 1)
        assert await answer.read() == data[start : end + 1]


@pytest.mark.parametrize(
    "asked", ["bytes=99999999-", "bytes=5-4", "bytes=0-1,5-6", "bytes=a-b", "bytes=-", "lines=1-2"]
)
async def test_ranges_that_are_none(
    loud: SpeakerRoom, come: Come, web: aiohttp.ClientSession, asked: str
) -> None:
    """What is beyond the end, or no range, or several, is refused with the size."""
    await loud.queue(0)
    ann = await come()
    url = loud.url + (await ann.ask("speak"))["sound"]["playing"]["link"]
    async with web.get(url, headers={"Range": asked}) as answer:
        assert answer.status == 416
        size = (loud.music.folder / "0.wav").stat().st_size
        assert answer.headers["Content-Range"] == f"bytes */{size}"


async def test_headers(loud: SpeakerRoom, come: Come, web: aiohttp.ClientSession) -> None:
    """A song is kept by nobody, says what it is, and is taken for nothing else; HEAD brings no byte of it."""
    await loud.queue(0)
    ann = await come()
    url = loud.url + (await ann.ask("speak"))["sound"]["playing"]["link"]
    size = (loud.music.folder / "0.wav").stat().st_size
    async with web.head(url) as answer:
        assert (answer.status, await answer.read()) == (200, b"")
        assert answer.headers["Content-Length"] == str(size)
        assert answer.headers["Content-Type"] == "audio/wav"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        tag = answer.headers["ETag"]
    assert await status(web, url, Range="bytes=0-9", **{"If-Range": tag}) == 206
    assert await status(web, url, Range="bytes=0-9", **{"If-Range": '"another"'}) == 200


async def test_a_kind_that_is_none(loud: SpeakerRoom, come: Come, web: aiohttp.ClientSession) -> None:
    """What a file says that it is stands in no header unless it is a kind of sound."""
    await loud.stock(1, kind="text/html")
    await loud.queue(0)
    ann = await come()
    url = loud.url + (await ann.ask("speak"))["sound"]["playing"]["link"]
    async with web.get(url) as answer:
        assert answer.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("kind", ["audio/ogg; codecs=opus", 'audio/mp4; codecs="alac"'])
async def test_a_kind_with_its_codec(
    loud: SpeakerRoom, come: Come, web: aiohttp.ClientSession, kind: str
) -> None:
    """Is told: no browser guesses what a file is where it is told not to."""
    await loud.stock(1, kind=kind)
    await loud.queue(0)
    ann = await come()
    url = loud.url + (await ann.ask("speak"))["sound"]["playing"]["link"]
    async with web.get(url) as answer:
        assert answer.headers["Content-Type"] == kind


async def test_a_file_whose_length_nobody_knows(
    loud: SpeakerRoom, come: Come, web: aiohttp.ClientSession
) -> None:
    """Comes whole, whatever part is asked for."""
    loud.music.unsized = True
    await loud.queue(0)
    ann = await come()
    url = loud.url + (await ann.ask("speak"))["sound"]["playing"]["link"]
    async with web.get(url, headers={"Range": "bytes=5-9"}) as answer:
        assert answer.status == 200
        assert "Accept-Ranges" not in answer.headers
        assert await answer.read() == (loud.music.folder / "0.wav").read_bytes()


async def test_what_cannot_be_had(loud: SpeakerRoom, come: Come, web: aiohttp.ClientSession) -> None:
    """A source that is away is asked again; a file that is gone is gone; one that breaks off is not whole."""
    await loud.queue(0)
    ann = await come()
    url = loud.url + (await ann.ask("speak"))["sound"]["playing"]["link"]
    loud.music.away = True
    async with web.get(url) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    loud.music.away = False
    loud.music.away_after = 64 * 1024
    with pytest.raises(aiohttp.ClientError):
        await status(web, url)
    loud.music.away_after = None
    (loud.music.folder / "0.wav").unlink()
    assert await status(web, url) == 410


async def test_not_too_many_at_once(loud: SpeakerRoom, come: Come, web: aiohttp.ClientSession) -> None:
    """A link that is passed on serves no crowd."""
    await loud.stock(600)
    await loud.queue(0)
    ann = await come()
    url = loud.url + (await ann.ask("speak"))["sound"]["playing"]["link"]
    async with AsyncExitStack() as stack:
        for _ in range(songs.MOST_AT_ONCE):
            answer = await stack.enter_async_context(web.get(url))
            assert answer.status == 200
        assert await status(web, url) == 429
    for _ in range(100):
        if await status(web, url, Range="bytes=0-0") == 206:
            break
        await asyncio.sleep(0.1)
    else:
        raise AssertionError("it is busy for ever")


async def test_coming_back(loud: SpeakerRoom, come: Come) -> None:
    """A page that was the speaker a moment ago is it again by its name for it, and the song goes on."""
    (first,) = await loud.queue(0)
    ann = await come()
    name = (await ann.ask("speak"))["speaker"]
    await ann.ask("speak-at", entry=first.id, left_ms=4_000)
    await ann.socket.close()
    back = await come("Hanna again")
    answer = await back.ask("speak", again=name)
    assert answer["speaker"] == name
    assert 5_500 < answer["sound"]["playing"]["position_ms"] < 9_000
    assert (await back.ask("speak", again="another"))["speaker"] not in {name, "another"}


async def test_a_voice_channel_is_no_page(loud: SpeakerRoom, come: Come) -> None:
    """Its number, which everybody in it knows, lets nobody's page go on in its place."""
    await loud.queue(0)
    await loud.party.outlets.begin(LOBBY, HOST, Outlet.VOICE, "1234567890", "Lounge")
    ann = await come()
    assert (await ann.ask("speak", again="1234567890"))["speaker"] != "1234567890"


async def test_gone(loud: SpeakerRoom, come: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while without it the party goes on by the clock, and everybody is told."""
    monkeypatch.setattr(speakers, "AWAY_S", 0.3)
    monkeypatch.setattr(speakers, "PING_S", 0.05)
    (first,) = await loud.queue(0)
    ann, guest = await come(), await come("Gus", "")
    await ann.ask("speak")
    await ann.socket.close()
    state = await guest.until(lambda state: state["playback"] is None and state["playing"])
    assert state["playing"]["id"] == first.id
    while not guest.told:
        await guest.hear()
    assert guest.told == ["The page that played the music is gone. The queue keeps its own time."]


async def test_of_a_process_before(
    store: Store,
    catalogue: Catalogue,
    recommender: Recommender,
    tmp_path: Path,
    web: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A speaker comes back to the bot that was started anew; one that does not is gone."""
    async with speaker_room(store, catalogue, recommender, tmp_path / "music") as room:
        await room.stock(60)
        await room.queue(0)
        host = await room.party.passes.host(LOBBY)
        async with dial(web, room.url) as ann:
            await ann.enter(host)
            await ann.hello("Hanna", "the same browser")
            name = (await ann.ask("speak"))["speaker"]
    async with speaker_room(store, catalogue, recommender, tmp_path / "music") as room:
        await room.stock(60)
        async with dial(web, room.url) as ann:
            await ann.enter(host)
            await ann.hello("Hanna", "the same browser")
            assert (await ann.ask("speak", again=name))["speaker"] == name
    monkeypatch.setattr(speakers, "UNHEARD_S", 0.2)
    monkeypatch.setattr(speakers, "PING_S", 0.05)
    async with speaker_room(store, catalogue, recommender, tmp_path / "music") as room:
        for _ in range(200):
            if await room.party.outlets.now(LOBBY) is None:
                break
            await asyncio.sleep(0.05)
        assert await room.party.outlets.now(LOBBY) is None


@ON_POSTGRESQL
async def test_of_a_process_that_is_gone(
    store: Store,
    database_url: str,
    catalogue: Catalogue,
    recommender: Recommender,
    tmp_path: Path,
    web: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another one on the same database sees it, and has the party go on by the clock."""
    monkeypatch.setattr(speakers, "PING_S", 0.05)
    monkeypatch.setattr(speakers, "BEATS", 300)
    async with open_store(database_url) as own, asyncio.timeout(PATIENCE_S):
        other = PartyService(own, catalogue, recommender)
        async with open_room(other, "127.0.0.1", 0, ()):
            async with speaker_room(store, catalogue, recommender, tmp_path / "music") as room:
                await room.stock(60)
                await room.queue(0)
                async with dial(web, room.url) as ann:
                    await ann.enter(await room.party.passes.host(LOBBY))
                    await ann.hello("Hanna", "the same browser")
                    name = (await ann.ask("speak"))["speaker"]
                    said: set[tuple[str, int]] = set()
                    while len(said) < 3:  # the first says it again and again
                        said.add((await other.outlets.beats(Outlet.PAGE))[LOBBY])
                        await asyncio.sleep(0.05)
                    assert {device for device, _ in said} == {name}
            assert await other.outlets.now(LOBBY) is not None
            monkeypatch.setattr(speakers, "UNHEARD_S", 0.2)
            while await other.outlets.now(LOBBY) is not None:  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.05)
        await other.close()


def test_whoever_is_heard_of_is_not_gone() -> None:
    """However long it is there, and whatever its clock says; a new speaker has all the time again."""
    others, late_s = speakers.Others(), speakers.UNHEARD_S + 1
    assert others.gone({LOBBY: ("a", 0)}, 100.0) == {}
    assert others.gone({LOBBY: ("a", -5)}, 100.0 + late_s) == {}
    assert others.gone({LOBBY: ("b", -5)}, 100.0 + 2 * late_s) == {}
    assert others.gone({LOBBY: ("b", -5)}, 100.0 + 3 * late_s) == {LOBBY: "b"}
    assert others.gone({}, 100.0 + 3 * late_s) == {}
    assert others.gone({LOBBY: ("b", -5)}, 100.0 + 4 * late_s) == {}


async def test_paused_by_the_browser(loud: SpeakerRoom, come: Come) -> None:
    """What the speaker says of itself counts; what it says of how far it is, only for what plays."""
    first, second = await loud.queue(0, 1)
    ann = await come()
    await ann.ask("speak")
    assert (await ann.ask("speak-at", entry=first.id, left_ms=4_000, paused=True))["sound"]["paused"]
    assert not (await ann.ask("speak-at", entry=first.id, left_ms=4_000, paused=False))["sound"]["paused"]
    assert not (await ann.ask("speak-at", entry=second.id, left_ms=1, paused=True))["sound"]["paused"]
    assert (await ann.ask("speak-over", entry=second.id))["sound"]["playing"]["entry"] == first.id


async def test_pictures(loud: SpeakerRoom, come: Come, web: aiohttp.ClientSession) -> None:
    """Whoever is in the room is told where the picture of what plays is; what is none is not sent."""
    await loud.stock(10, 10, 10, 10, cover=True)
    loud.music.covers |= {
        "0.wav": (b"a picture", "image/png"),
        "1.wav": (b"<script/>", "image/svg+xml"),
        "2.wav": (b"x" * (covers.LARGEST_BYTES + 1), "image/png"),
    }
    await loud.queue(0, 1, 2, 3, 4)
    guest = await come("Gus", "")
    link = guest.state["cover"]
    assert len(link) > len("/cover/") + 20
    async with web.get(loud.url + link) as answer:
        assert (await answer.read(), answer.content_type) == (b"a picture", "image/png")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for _ in range(3):
        link = guest.state["cover"]
        await loud.party.queue.skip(LOBBY, HOST)
        state = await guest.until(lambda state, link=link: state["cover"] != link)  # type: ignore[misc]
        assert await status(web, loud.url + state["cover"]) == 404
    await loud.party.queue.skip(LOBBY, HOST)
    await guest.until(lambda state: state["cover"] is None)
    assert await status(web, f"{loud.url}/cover/0.wav") == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"do": "speak", "again": "x" * 65},
        {"do": "speak", "again": 7},
        {"do": "speak-at", "entry": 1},
        {"do": "speak-at", "entry": -1, "left_ms": 1},
        {"do": "speak-at", "entry": 1, "left_ms": -1},
        {"do": "speak-at", "entry": 1, "left_ms": 10**12},
        {"do": "speak-at", "entry": 1, "left_ms": 1, "paused": 1},
        {"do": "speak-over", "entry": "1"},
        {"do": "speak-over", "entry": 1, "failed": "yes"},
    ],
)
async def test_garbage(come: Come, asked: Json) -> None:
    """What no page of ours sends is not understood."""
    ann = await come()
    assert (await ann.ask(**asked))["kind"] == "NotUnderstood"
