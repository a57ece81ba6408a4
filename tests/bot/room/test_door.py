"""Who is let into which party, by which link, and who is sent out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from functools import partial

import aiohttp
import pytest

from bot.party.words import Member, Room
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.room import floor, floors, guest, hub, open_room
from bot.room.floors import LOBBY
from bot.room.limits import Limits
from bot.service import PartyService
from db.store import Store
from tests.bot.room.conftest import HOST
from tests.bot.room.visitor import Json, Visitor, dial
from tests.conftest import ANNA, BEN, MOD, Clock
from tests.patience import until

CHANNEL = Room("discord", "1", "2")
SOME_SONG = "Zzyxq Vlorp - Qwzx Mump"
SECRET = "the secret of a browser"
Come = Callable[..., Awaitable[Visitor]]
"""Lets somebody in: a link and what else `enter` may have; what was answered stands in `answer`."""


@pytest.fixture
async def come(room: str, web: aiohttp.ClientSession) -> AsyncIterator[Come]:
    """A way in; everybody leaves in the end."""
    async with AsyncExitStack() as stack:

        async def come_in(link: str = "", **fields: object) -> Visitor:
            visitor = await stack.enter_async_context(dial(web, room))
            if "name" in fields:
                fields.setdefault("secret", visitor.secret)
            visitor.answer = await visitor.enter(link, **fields)
            return visitor

        yield come_in


async def goodbye(visitor: Visitor) -> Json:
    """What somebody is told last."""
    async for _ in visitor.rest():
        pass
    return visitor.bye


async def test_three_parties_at_once(come: Come, party: PartyService) -> None:
    """Each sees its own, and can reach no song of another by its number."""
    lobby, begun = await come(name="Lo"), await party.passes.begin()
    channel = await come(await party.passes.guest(CHANNEL), name="Cha")
    own = await come(begun.guest, name="Own")
    for visitor, song in ((lobby, "mr brightside"), (channel, "take on me"), (own, "africa toto")):
        assert (await visitor.ask("add", song=f"{song}\n{SOME_SONG}"))["ok"]
    states = [await each.until(lambda state: state["queue"]) for each in (lobby, channel, own)]
    assert [state["playing"]["title"] for state in states] == ["Mr. Brightside", "Take on Me", "Africa"]
    assert [state["room"]["lobby"] for state in states] == [True, False, False]
    assert [state["named"] for state in states] == [1, 1, 1]
    theirs = states[1]["queue"][0]["id"]
    host = await come(begun.host, name="Hanna")
    asked: list[tuple[str, Json]] = [("vote", {"value": 1}), ("move", {"place": 1})]
    for do, fields in [*asked, ("remove", {}), ("why", {}), ("skip", {})]:
        answer = await host.ask(do, entry=theirs, **fields)
        assert (answer["ok"], answer["kind"]) == (False, "NoSuchEntry"), do
    assert (await party.insight.now(CHANNEL)).queue[0].ups == 0


async def test_a_channels_party_and_its_page(come: Come, party: PartyService) -> None:
    """A member by their own link has the votes and rights that they have in the chat."""
    anna = await come(await party.passes.own(CHANNEL, ANNA), language="de")
    assert (anna.answer["as"], anna.answer["name"]) == ("member", "Anna")
    added = await party.queue.add(CHANNEL, BEN, "mr brightside")
    await party.queue.add(CHANNEL, BEN, "take on me")
    queue = (await anna.until(lambda state: state["queue"]))["queue"]
    assert (await anna.ask("vote", entry=queue[0]["id"], value=1))["ok"]
    assert (await party.insight.now(CHANNEL)).queue[0].votes == {ANNA.user_id: 1}
    await party.ballots.vote(CHANNEL, ANNA, queue[0]["id"], -1)
    assert (await anna.until(lambda state: state["queue"][0]["downs"]))["queue"][0]["vote"] == -1
    assert (await anna.ask("hello", name="Bertha", secret=SECRET))["name"] == "Anna"
    mod = await come(await party.passes.own(CHANNEL, MOD))
    await mod.until(lambda _: True)
    assert (mod.known.own["may"]["moderate"], anna.known.own["may"]["moderate"]) == (True, False)
    assert (await mod.ask("skip", entry=added.entry.id))["ok"]


async def test_ids_of_chats_stay_in_chats(come: Come, party: PartyService) -> None:
    """A guest's page tells members apart, but not by what their chat calls them."""
    dora = Member("discord", "184320000000000001", "Dora")
    await party.queue.add(CHANNEL, dora, "mr brightside")
    entry = (await party.queue.add(CHANNEL, dora, "take on me")).entry
    await party.ballots.vote(CHANNEL, dora, entry.id, 1)
    member, guest = (
        await come(await party.passes.own(CHANNEL, dora)),
        await come(await party.passes.guest(CHANNEL), name="Gus"),
    )
    state = await guest.until(lambda state: state["named"] == 2)
    seen = [guest.known.told, guest.known.own, await guest.ask("people"), await guest.ask("stats")]
    assert dora.user_id not in json.dumps(seen)
    await member.until(lambda state: state["queue"])
    assert state["queue"][0]["by_id"] == member.known.own["me"] != guest.known.own["me"]


async def test_rights_are_those_of_now(come: Come, party: PartyService, clock: Clock) -> None:
    """Who moderates no more does not on the page either, and whoever has left the chat is sent out."""
    now: list[Member | None] = [MOD]

    async def look_up(room: Room, member: Member) -> Member | None:
        return now[0]

    party.passes.rights_by("discord", look_up)
    mod = await come(await party.passes.own(CHANNEL, MOD))
    await mod.until(lambda _: mod.known.own["may"]["moderate"])
    now[0] = Member("discord", MOD.user_id, MOD.name)
    clock.pass_by(minutes=2)
    assert (await mod.ask("clear"))["kind"] == "ModeratorsOnly"
    assert not mod.known.own["may"]["moderate"]
    now[0] = None
    clock.pass_by(minutes=2)
    assert (await mod.ask("clear"))["kind"] == "LinkGone"


@pytest.mark.parametrize("link", ["x", "x" * 32, "../..", "%00", "\u202e", "A" * 200])
async def test_no_such_link(come: Come, link: str) -> None:
    """A guessed link leads nowhere, and says so in the visitor's language."""
    visitor = await come(link, language="fr")
    assert (visitor.answer["ok"], visitor.answer["kind"]) == (False, "LinkGone")
    assert visitor.answer["say"] == (await goodbye(visitor))["say"]
    assert visitor.bye["retry"] is False


async def test_a_link_of_5000_letters(come: Come) -> None:
    """It is not even read."""
    assert (await come("A" * 5_000)).answer["kind"] == "NotUnderstood"


async def test_links_made_anew(come: Come, party: PartyService) -> None:
    """Whoever came by an earlier link is sent out, and nobody else; the state has the new one."""
    party.passes.address = "https://party.example"
    guest_link = await party.passes.guest(CHANNEL)
    guest = await come(guest_link, name="Gus")
    assert (await guest.until(lambda _: True))["guest_url"].endswith(guest_link)
    lobby = await come(name="Lo")
    assert (await lobby.until(lambda _: True))["guest_url"] == "https://party.example/"
    await party.passes.renew(CHANNEL, MOD)
    bye = await goodbye(guest)
    assert (bye["kind"], bye["retry"]) == ("LinkGone", False)
    again = await come(await party.passes.guest(CHANNEL), name="Gus", secret=guest.secret)
    assert not (await again.until(lambda _: True))["guest_url"].endswith(guest_link)
    assert (await come(guest_link)).answer["kind"] == "LinkGone"
    assert (await lobby.ask("ping"))["ok"]


async def test_a_link_that_ends(
    come: Come, party: PartyService, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member's own link that is over by now lets nobody stay, whether they ask for something or not."""
    anna = await come(await party.passes.own(CHANNEL, ANNA))
    clock.pass_by(hours=24 * 8)
    assert (await anna.ask("add", song="africa"))["kind"] == "LinkGone"
    monkeypatch.setattr(floors, "RIGHTS_S", 0.0)
    assert (await goodbye(anna))["kind"] == "LinkGone"


@pytest.mark.parametrize("all_of_it", [True, False])
async def test_a_channel_that_is_gone(come: Come, party: PartyService, all_of_it: bool) -> None:
    """Its pages are closed, and nothing that they ask for brings its party back."""
    guest = await come(await party.passes.guest(CHANNEL), name="Gus")
    anna, lobby = await come(await party.passes.own(CHANNEL, ANNA)), await come(name="Lo")
    if all_of_it:
        await party.leave(CHANNEL.platform, CHANNEL.workspace)
    else:
        await party.leave_rooms(CHANNEL.platform, CHANNEL.workspace, [CHANNEL.channel])
    for visitor in (guest, anna):
        bye = await goodbye(visitor)
        assert (bye["kind"], bye["retry"]) == ("LinkGone", False)
    assert await party.workspaces(CHANNEL.platform) == []
    assert (await lobby.ask("ping"))["ok"]


async def test_a_link_that_another_process_took_away(
    come: Come,
    party: PartyService,
    store: Store,
    catalogue: Catalogue,
    recommender: Recommender,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever came by it is sent out within a minute, and the party that it led to stays forgotten."""
    other = PartyService(store, catalogue, recommender)
    guest = await come(await party.passes.guest(CHANNEL), name="Gus")
    await party.passes.renew(CHANNEL, MOD)
    await goodbye(guest)
    guest = await come(await party.passes.guest(CHANNEL), name="Gus")
    await other.leave(CHANNEL.platform, CHANNEL.workspace)
    monkeypatch.setattr(floors, "RIGHTS_S", 0.0)
    assert (await goodbye(guest))["kind"] == "LinkGone"
    assert await party.workspaces(CHANNEL.platform) == []


async def test_a_host(come: Come, party: PartyService) -> None:
    """By the host's link one has all rights, and may be called Host."""
    begun = await party.passes.begin()
    host = await come(begun.host, name="Host")
    assert (host.answer["as"], host.answer["name"]) == ("host", "Host")
    guest = await come(begun.guest, name="Gus")
    assert (await guest.ask("add", song="mr brightside\ntake on me\nafrica toto"))["ok"]
    assert (await guest.ask("clear"))["kind"] == "ModeratorsOnly"
    assert (await host.ask("clear"))["ok"]
    people = (await guest.until(lambda state: state["named"] == 2))["people"]
    assert people == ["Host", "Gus"]
    assert [each["role"] for each in guest.known.top["people"]] == ["host", "guest"]


@pytest.mark.parametrize("name", ["Host", "Еncore", "ADA.", "Ada ✓", "Аda"])
async def test_names_that_are_not_free(come: Come, name: str) -> None:
    """Nobody looks like somebody else, or like the house; they are let in without a name."""
    ada = await come(name="Ada")
    other = await come(name=name)
    assert (ada.answer["name"], other.answer["name"], other.answer["ok"]) == ("Ada", None, True)
    assert other.answer["say"]
    assert (await other.hello(name))["kind"] in {"NameTaken", "NameReserved"}
    assert (await other.hello("Bo"))["ok"]


async def test_who_has_added_a_song_keeps_the_name(come: Come, party: PartyService) -> None:
    """A nickname in a chat's party is none of the chat's people whose songs are there."""
    await party.queue.add(CHANNEL, BEN, "mr brightside")
    guest = await come(await party.passes.guest(CHANNEL))
    assert (await guest.hello("Ben"))["kind"] == "NameTaken"


async def test_tabs(come: Come) -> None:
    """Two tabs are one member with one vote; a new name is seen by both at once."""
    first, second, bob = await come(name="Ada", secret=SECRET), await come(), await come(name="Bob")
    assert (await second.enter(name="Ada", secret=SECRET))["name"] == "Ada"
    await bob.until(lambda state: state["people"] == ["Ada", "Bob"] and state["watching"] == 2)
    assert (await bob.ask("add", song="mr brightside\ntake on me"))["ok"]
    entry = (await first.until(lambda state: state["queue"]))["queue"][0]["id"]
    for tab in (first, second):
        assert (await tab.ask("vote", entry=entry, value=1))["ok"]
    for tab in (first, second, bob):
        state = await tab.until(lambda state: state["queue"] and state["queue"][0]["ups"])
        assert state["queue"][0]["ups"] == 1
    assert (await first.ask("hello", name="Ida", secret=SECRET))["name"] == "Ida"
    while second.known.own["name"] != "Ida":
        await second.hear()
    await bob.until(lambda state: state["people"] == ["Bob", "Ida"])
    assert (await bob.hello("Ada"))["ok"]  # it is free


async def test_a_name_outlives_the_process(
    party: PartyService, web: aiohttp.ClientSession, clock: Clock
) -> None:
    """A nickname belongs to its browser over restarts, in its party alone, and whoever had it is not new."""
    async with open_room(party, "127.0.0.1", 0) as url, dial(web, url) as ada:
        assert (await ada.enter(name="Ada", secret=SECRET))["name"] == "Ada"
    clock.pass_by(minutes=10)
    begun = await party.passes.begin()
    async with open_room(party, "127.0.0.1", 0) as url, dial(web, url) as other, dial(web, url) as ada:
        assert (await other.enter(name="Ada", secret=other.secret))["name"] is None
        assert (await other.enter(begun.guest, name="Ada", secret=other.secret))["name"] == "Ada"
        assert (await ada.enter(name="Ada", secret=SECRET))["name"] == "Ada"
        await party.queue.add(LOBBY, HOST, "mr brightside")
        await other.enter(name="Bo", secret=other.secret)
        assert (await other.ask("skip"))["kind"] == "TooNewToSkip"
        assert (await ada.ask("skip"))["ok"]


async def test_a_name_is_free_after_a_month(come: Come, party: PartyService, clock: Clock) -> None:
    """What nobody has used for so long may be taken."""
    ada = await come(name="Ada", secret=SECRET)
    await ada.socket.close()
    clock.pass_by(hours=24 * 31)
    assert (await come(name="Ada")).answer["name"] == "Ada"


async def test_joining_is_locked(come: Come, party: PartyService) -> None:
    """Then nobody new comes in or takes a name; whoever was there stays, and comes back."""
    begun = await party.passes.begin()
    gus, onlooker = await come(begun.guest, name="Gus"), await come(begun.guest)
    await party.settings.choose(begun.room, HOST, {"joining_locked": True})
    assert (await onlooker.hello("Bo"))["kind"] == "JoiningLocked"
    for fields in ({}, {"name": "Cleo"}):
        refused = await come(begun.guest, **fields)
        assert refused.answer["kind"] == "JoiningLocked"
        assert (await goodbye(refused))["retry"] is False
    assert (await come(begun.guest, name="Gus", secret=gus.secret)).answer["ok"]
    assert (await come(begun.guest, look=True)).answer["ok"]
    assert (await come(begun.host, name="Hanna")).answer["ok"]


async def test_a_screen_is_nobody(come: Come) -> None:
    """Whoever only shows the party on the wall is not counted, and has no name."""
    ann = await come(name="Ann")
    screen = await come(look=True, name="Tv")
    assert screen.answer["name"] is None
    assert (await ann.until(lambda state: state["watching"]))["watching"] == 1
    assert (await ann.ask("add", song="mr brightside"))["ok"]
    assert (await screen.until(lambda state: state["playing"]))["watching"] == 1


async def test_what_was_missed(come: Come, party: PartyService) -> None:
    """Whoever comes back is told what they missed, or the whole where nobody knows."""
    ann, bob = await come(name="Ann"), await come(name="Bob", secret=SECRET)
    await bob.until(lambda state: state["named"] == 2)
    since = {name: bob.known.top[name] for name in ("run", "seq")}
    known = bob.known
    await bob.socket.close()
    await ann.until(lambda state: state["named"] == 1)
    assert (await ann.ask("add", song="mr brightside\ntake on me"))["ok"]
    await ann.until(lambda state: state["queue"])
    back = await come(name="Bob", secret=SECRET, since=since)
    back.known = known
    heard = [await back.hear()]
    while not back.state["queue"]:
        heard.append(await back.hear())
    assert {key for each in heard for key in each} == {"own", "change"}
    for unknown in ({"run": "another", "seq": 0}, {"run": since["run"], "seq": 10_000}):
        lost = await come(since=unknown)
        while not lost.known.top:
            await lost.hear()
        assert (await lost.until(lambda state: True))["queue"]


async def test_in_each_language(come: Come, party: PartyService) -> None:
    """Each is told in their own language, of one and the same party."""
    de, en = await come(name="Greta", language="de-AT"), await come(name="Ann", language="tlh")
    assert (await en.ask("add", song="mr brightside"))["ok"]
    assert (await en.ask("next", mood="safe"))["ok"]
    hers = (await de.until(lambda state: state["ballot"]))["ballot"]
    his = (await en.until(lambda state: state["ballot"]))["ballot"]
    assert [one["id"] for one in hers] == [one["id"] for one in his]
    assert {one["match_words"] for one in his} <= {"strong match", "good match", "worth a try"}
    assert not {one["match_words"] for one in hers} & {one["match_words"] for one in his}
    assert [one["match_bar"] for one in hers] == [one["match_bar"] for one in his]
    assert (await de.ask("vote", entry=10**6, value=1))["say"] != (
        await en.ask("vote", entry=10**6, value=1)
    )["say"]


async def test_entering_again(come: Come, party: PartyService) -> None:
    """A page may go from one party to another over one line; where the last one leaves, a party is closed."""
    begun = await party.passes.begin()
    ann = await come(name="Ann")
    bob = await come(name="Bob")
    assert (await ann.enter(begun.guest, name="Ann", secret=ann.secret))["ok"]
    await bob.until(lambda state: state["people"] == ["Bob"])
    assert (await ann.ask("add", song="mr brightside"))["ok"]
    assert (await ann.until(lambda state: state["playing"]))["people"] == ["Ann"]
    assert (await party.insight.now(LOBBY)).playing is None


@pytest.mark.parametrize("fields", [{"link": 7}, {"since": {"run": "a"}}, {"since": 7}, {"look": "yes"}])
async def test_enter_is_read_strictly(come: Come, fields: Json) -> None:
    """What no page sends is not understood."""
    ann = await come()
    assert (await ann.ask("enter", **fields))["kind"] == "NotUnderstood"
    assert (await ann.ask("ping"))["ok"]


async def test_full(party: PartyService, web: aiohttp.ClientSession) -> None:
    """A party that is full says so, and one more party than there may be, too; who is in stays."""
    limits = Limits(guests=2, parties=1)
    begun = await party.passes.begin()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(open_room(party, "127.0.0.1", 0, limits=limits))
        first, second, third = [await stack.enter_async_context(dial(web, url)) for _ in range(3)]
        for each in (first, second):
            assert (await each.enter())["ok"]
        answer = await third.enter()
        assert (answer["ok"], answer["kind"]) == (False, "RoomFull")
        assert "2 people" in answer["say"]
        bye = await goodbye(third)
        assert (bye["kind"], bye["retry"], bye["after_s"] > 0) == ("RoomFull", True, True)
        other = await stack.enter_async_context(dial(web, url))
        assert (await other.enter(begun.guest))["kind"] == "HouseFull"
        assert (await first.ask("ping"))["ok"]
        await second.socket.close()
        late = await stack.enter_async_context(dial(web, url))
        await first.until(lambda state: state["watching"] == 1)
        assert (await late.enter())["ok"]


async def test_from_one_address(party: PartyService, web: aiohttp.ClientSession) -> None:
    """One address takes its share of the places and no more, each refusal with a reason."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(
            open_room(party, "127.0.0.1", 0, limits=Limits(lines_each=5, joins_a_minute=10))
        )
        lines = [await stack.enter_async_context(dial(web, url)) for _ in range(8)]
        for line in lines[5:]:
            assert (await goodbye(line))["kind"] == "TooManyFromHere"
        for line in lines[:5]:
            assert (await line.enter())["ok"]
        await lines[0].socket.close()
        await lines[1].until(lambda state: state["watching"] == 4)
        assert (await (await stack.enter_async_context(dial(web, url))).enter())["ok"]
        await stack.enter_async_context(dial(web, url))
        last = await stack.enter_async_context(dial(web, url))
        assert (await goodbye(last))["after_s"] == 60


async def test_whoever_says_nothing(
    room: str, web: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line over which nobody comes in is closed."""
    monkeypatch.setattr(hub, "ENTER_WITHIN_S", 0.05)
    async with dial(web, room) as silent:
        assert (await silent.socket.receive()).data == aiohttp.WSCloseCode.POLICY_VIOLATION


async def test_a_half_open_line(
    party: PartyService, web: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line whose other end is gone without a word is noticed, and its place is free."""
    monkeypatch.setattr(hub, "HEARTBEAT_S", 0.2)
    async with open_room(party, "127.0.0.1", 0) as url, dial(web, url) as ann:
        assert (await ann.enter())["ok"]
        headers = {"Origin": url}
        async with web.ws_connect(f"{url}/live", headers=headers, autoping=False) as gone:
            await gone.send_str(json.dumps({"id": "a", "do": "enter"}))
            await ann.until(lambda state: state["watching"] == 2)
            await ann.until(lambda state: state["watching"] == 1)


async def test_ten_megabytes(come: Come) -> None:
    """A frame of ten megabytes ends its own line, and no other."""
    ann, bob = await come(name="Ann"), await come(name="Bob")
    with suppress(ConnectionError):
        await ann.socket.send_str("x" * 10_000_000)
    while (message := await ann.socket.receive()).type is aiohttp.WSMsgType.TEXT:
        pass
    assert message.data == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
    assert (await bob.ask("ping"))["ok"]


@pytest.mark.parametrize("packs", [0, 15])
async def test_packed(party: PartyService, web: aiohttp.ClientSession, packs: int) -> None:
    """Browsers that unpack are sent less; the others are sent the same."""
    await party.queue.add(LOBBY, HOST, "mr brightside")
    headers = {"Origin": ""}
    async with open_room(party, "127.0.0.1", 0) as url:
        headers["Origin"] = url
        async with web.ws_connect(f"{url}/live", headers=headers, compress=packs) as socket:
            visitor = Visitor(socket)
            assert socket.compress == packs
            assert (await visitor.enter())["ok"]
            assert (await visitor.until(lambda state: True))["playing"]["title"] == "Mr. Brightside"


@pytest.mark.parametrize(
    "text",
    ["<img src=x onerror=alert(1)>", "\u202egnos\u202c", "&lt;b&gt;", "x" * 5_000, "a\u0301\u0301" * 2_500],
)
@pytest.mark.parametrize("field", ["name", "secret", "language"])
async def test_texts_of_all_kinds(come: Come, text: str, field: str) -> None:
    """Markup, overrides and five thousand letters in any field: one answer, and the line stays."""
    visitor = await come()
    fields: Json = {"name": "Ann", "secret": SECRET, "language": "en"} | {field: text}
    answer = await visitor.enter(**fields)
    assert answer["ok"] or answer["kind"] in {"NotUnderstood", "NameNeeded"}
    assert "\u202e" not in json.dumps(answer, ensure_ascii=False)
    assert (await visitor.ask("ping"))["ok"]


async def test_parties_are_closed(party: PartyService, come: Come) -> None:
    """Of what nobody looks at any more nothing is kept."""
    before = len(asyncio.all_tasks())
    for _ in range(3):
        visitor = await come((await party.passes.begin()).guest)
        await visitor.until(lambda state: True)
        await visitor.socket.close()
    await until(lambda: len(asyncio.all_tasks()) <= before)


async def test_a_link_ends_for_whoever_is_on_their_way_in(come: Come, party: PartyService) -> None:
    """Nobody stays who was let in while the link that they came by was still one."""
    asked, may = asyncio.Event(), asyncio.Event()

    async def look_up(_: Room, member: Member) -> Member:
        asked.set()
        await may.wait()
        return member

    party.passes.rights_by("discord", look_up)
    own_link = await party.passes.own(CHANNEL, ANNA)
    inside = await come(await party.passes.guest(CHANNEL), name="Gus")
    coming = asyncio.ensure_future(come(own_link))
    await asked.wait()
    await party.passes.renew(CHANNEL, MOD)
    assert (await goodbye(inside))["kind"] == "LinkGone"
    may.set()
    with suppress(AssertionError, TypeError, ValueError):
        await coming
    still = await come(await party.passes.guest(CHANNEL), name="Bo")
    await still.ask("ping")
    people = (await still.ask("people"))["people"]
    assert [each["name"] for each in people] == ["Bo"]


@pytest.mark.parametrize("do", ["link", "links"])
async def test_an_ended_link_leads_to_no_new_one(
    come: Come, party: PartyService, monkeypatch: pytest.MonkeyPatch, do: str
) -> None:
    """Whoever asks between the end of their link and their own is told neither the new one nor another."""
    monkeypatch.setattr(floor, "GATHER_S", 60)  # nobody is sent out yet
    party.passes.address = "https://party.example"
    begun = await party.passes.begin()
    guest, host = await come(begun.guest, name="Gus"), await come(begun.host, name="Hanna")
    await party.passes.renew(begun.room, HOST)
    await party.passes.renew_host(begun.room, HOST)
    for visitor in (guest, host):
        assert (await visitor.ask(do))["kind"] == "LinkGone"
    assert (await host.ask("links", renew="host"))["kind"] == "LinkGone"


@pytest.mark.parametrize("again", ["hello", "enter"])
async def test_a_page_is_one_browsers(come: Come, again: str) -> None:
    """Nobody is many people over one line: not by another secret, and not by coming in again."""
    ann = await come(name="Ann", secret="a" * 32)
    fields = {"name": "Bob", "secret": "b" * 32}
    refused = await (ann.ask("hello", **fields) if again == "hello" else ann.enter("", **fields))
    assert refused.get("kind") == "NotUnderstood" or refused["name"] is None
    assert (await ann.ask("hello", name="Anna", secret="a" * 32))["name"] == "Anna"


async def test_a_bad_name_opens_no_locked_door(come: Come, party: PartyService) -> None:
    """Where joining is locked, nobody comes in by asking for a name that cannot be had."""
    begun = await party.passes.begin()
    await party.settings.choose(begun.room, HOST, {"joining_locked": True})
    for fields in ({"name": ""}, {"name": "Host"}, {"name": "Gus", "secret": "short"}):
        assert (await come(begun.guest, **fields)).answer["kind"] == "JoiningLocked"


async def test_a_flood_of_pings(room: str, web: aiohttp.ClientSession) -> None:
    """Pings of the protocol count like requests: whoever sends thousands is sent out, with a reason."""
    async with dial(web, room) as flooder:
        assert (await flooder.enter())["ok"]
        with suppress(ConnectionError):
            for _ in range(1_000):
                await flooder.socket.ping()
        assert (await goodbye(flooder))["kind"] == "TooFast"


async def test_large_messages_count_as_several(come: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long to read is not read ten times a second."""
    monkeypatch.setattr(guest, "Pace", partial(guest.Pace, clock=lambda: 0.0))
    ann = await come()
    kinds = [(await ann.ask("ping", filled="x" * 60_000)).get("kind") for _ in range(4)]
    assert kinds == [None, None, "TooFast", "TooFast"]


async def test_a_list_that_is_none_is_not_taken_apart(come: Come) -> None:
    """A message may be large for a file, which is one text; a hundred thousand small things are refused."""
    ann = await come(name="Ann")
    raw = '{"id":"a","do":"import","file":{"name":"x","base64":""},"x":[' + "{}," * 400_000 + "{}]}"
    await ann.socket.send_str(raw)
    while "ok" not in (answer := await ann.hear()):
        pass
    assert (answer["id"], answer["kind"]) == (None, "NotUnderstood")
