"""What hosts do on the page, asked over the room's socket, and what nobody else may."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import aiohttp
import pytest

from bot.party.limits import MOST_DJS
from bot.party.words import Member, Room
from bot.room.hub import LOBBY
from bot.service import PartyService
from tests.bot.room.visitor import Json, Visitor, dial, validator

HOSTILE = '<img src=x onerror=alert(1)> \u202eevil\u2066 "Zz"'
CHANNEL = Room("discord", "1", "2")
COMES_BY = Callable[..., Awaitable[Visitor]]


@pytest.fixture
async def come(room: str, party: PartyService, web: aiohttp.ClientSession) -> AsyncIterator[COMES_BY]:
    """Lets somebody in by a link, under a name if one is given; without a link into the lobby."""
    async with AsyncExitStack() as stack:

        async def come_in(name: str | None = None, link: str = "") -> Visitor:
            visitor = await stack.enter_async_context(dial(web, room))
            named = {"name": name, "secret": visitor.secret} if name else {}
            assert (await visitor.enter(link, **named))["ok"]
            await visitor.until(lambda state: True)
            return visitor

        yield come_in


@pytest.fixture
async def host(come: COMES_BY, party: PartyService) -> Visitor:
    """The lobby's host."""
    return await come("Hanna", await party.passes.host(LOBBY))


def id_of(answer: Json, name: str) -> str:
    """Somebody's id."""
    (found,) = (each["id"] for each in answer["people"] if each["name"] == name)
    assert isinstance(found, str)
    return found


async def person(visitor: Visitor, name: str) -> Json:
    """Somebody as the panel lists them."""
    (found,) = (each for each in (await visitor.ask("people"))["people"] if each["name"] == name)
    assert isinstance(found, dict)
    return found


ASKED: list[tuple[str, Json, str]] = [
    ("choose", {"rule": "visitors", "value": "look"}, "ManagersOnly"),
    ("choose", {"rule": "adding_locked", "value": "on"}, "ManagersOnly"),
    ("appoint", {"person": "x"}, "ManagersOnly"),
    ("dismiss", {"person": "x"}, "ManagersOnly"),
    ("kick", {"person": "x"}, "ModeratorsOnly"),
    ("block", {"person": "x"}, "ModeratorsOnly"),
    ("block", {"entry": 1}, "ModeratorsOnly"),
    ("unblock", {"mark": "member:x"}, "ModeratorsOnly"),
    ("links", {"renew": "guest"}, "ModeratorsOnly"),
    ("links", {"renew": "host"}, "OwnersOnly"),
    ("clear", {}, "ModeratorsOnly"),
    ("settings", {}, "ManagersOnly"),
    ("autopilot", {"choice": "off"}, "ManagersOnly"),
    ("learn", {"choice": "on"}, "OwnersOnly"),
]


@pytest.mark.parametrize(("do", "fields", "kind"), ASKED)
async def test_a_guest_may_none_of_it(
    come: COMES_BY, party: PartyService, do: str, fields: Json, kind: str
) -> None:
    """The server says no, whatever the page shows; and nothing is another."""
    guest = await come("Gus")
    assert (await guest.ask("add", text="mr brightside"))["ok"]
    before = (
        await party.settings.rules(LOBBY),
        await party.blocks.of(LOBBY),
        await party.passes.guest(LOBBY),
    )
    answer = await guest.ask(do, **fields)
    assert (answer["ok"], answer["kind"]) == (False, kind)
    after = (await party.settings.rules(LOBBY), await party.blocks.of(LOBBY), await party.passes.guest(LOBBY))
    assert after == before


@pytest.mark.parametrize(("do", "fields"), [(do, fields) for do, fields, _ in ASKED])
async def test_nobody_without_a_name_may(come: COMES_BY, party: PartyService, do: str, fields: Json) -> None:
    """Not even by the host's link: what happens has a name to it."""
    nameless = await come(None, await party.passes.host(LOBBY))
    assert (await nameless.ask(do, **fields))["kind"] == "NameNeeded"


@pytest.mark.parametrize(
    ("do", "fields"),
    [
        ("choose", {}),
        ("choose", {"rule": "visitors"}),
        ("choose", {"rule": "visitors", "value": 1}),
        ("choose", {"rule": "x" * 5000, "value": "on"}),
        ("choose", {"rule": "adding_locked", "value": "x" * 5000}),
        ("choose", {"rule": "djs", "value": "x"}),
        ("choose", {"rule": HOSTILE[:30], "value": HOSTILE[:30]}),
        ("appoint", {}),
        ("appoint", {"person": ""}),
        ("appoint", {"person": 7}),
        ("appoint", {"person": "x" * 5000}),
        ("kick", {"person": ["x"]}),
        ("block", {}),
        ("block", {"person": "x", "entry": 1}),
        ("block", {"entry": "1"}),
        ("block", {"entry": True}),
        ("block", {"entry": -1}),
        ("block", {"entry": 10**15}),
        ("block", {"entry": 10**30}),
        ("unblock", {}),
        ("unblock", {"mark": "x" * 5000}),
        ("links", {"renew": "member"}),
        ("links", {"renew": True}),
    ],
)
async def test_what_is_no_request(host: Visitor, do: str, fields: Json) -> None:
    """Bad input is one sentence, and the line stays."""
    assert (await host.ask(do, **fields))["kind"] == "NotUnderstood"
    assert (await host.ask("people"))["ok"]


@pytest.mark.parametrize(
    ("do", "fields", "kind"),
    [
        ("appoint", {"person": "nobody-here"}, "PersonGone"),
        ("appoint", {"person": HOSTILE}, "PersonGone"),
        ("kick", {"person": "nobody-here"}, "PersonGone"),
        ("block", {"person": "nobody-here"}, "PersonGone"),
        ("block", {"entry": 10**15 - 1}, "NoSuchEntry"),
        ("unblock", {"mark": HOSTILE}, "NotBlocked"),
    ],
)
async def test_who_is_not_there(host: Visitor, do: str, fields: Json, kind: str) -> None:
    """Whom or what this party has not is told in a sentence."""
    assert (await host.ask(do, **fields))["kind"] == kind


async def test_another_partys_song_is_not_blocked(host: Visitor, party: PartyService) -> None:
    """A number of another party's is no song of this one's."""
    foreign = await party.queue.add(CHANNEL, Member("discord", "11", "Anna"), "mr brightside")
    assert (await host.ask("block", entry=foreign.entry.id))["kind"] == "NoSuchEntry"
    assert (await party.insight.now(CHANNEL)).playing is not None


async def test_settings_are_saved_at_once(host: Visitor, come: COMES_BY) -> None:
    """A choice is answered with how all stands, and everybody's page knows."""
    guest = await come("Gus")
    offered = {each["rule"]: each for each in (await host.ask("settings"))["settings"]}
    assert offered["visitors"]["chosen"] == "add"
    answer = await host.ask("choose", rule="visitors", value="vote")
    assert answer["say"] == "Saved."
    validator("Message").validate(answer)
    assert {each["rule"]: each["chosen"] for each in answer["settings"]}["visitors"] == "vote"
    await guest.until(lambda state: state["rules"]["visitors"] == "vote")
    assert not (await guest.ask("add", text="mr brightside"))["ok"]


async def test_locks(host: Visitor, come: COMES_BY) -> None:
    """Nobody else adds until the host says so, and everybody's page knows of both locks."""
    guest = await come("Gus")
    assert (await host.ask("choose", rule="adding_locked", value="on"))["ok"]
    assert (await guest.ask("add", text="mr brightside"))["kind"] == "AddingLocked"
    assert (await host.ask("add", text="mr brightside"))["ok"]
    assert (await host.ask("choose", rule="joining_locked", value="on"))["ok"]
    await guest.until(lambda state: state["rules"]["adding_locked"] and state["rules"]["joining_locked"])
    assert (await host.ask("choose", rule="adding_locked", value="off"))["ok"]
    assert (await guest.ask("add", text="take on me"))["ok"]


async def test_people(host: Visitor, come: COMES_BY) -> None:
    """Everybody sees who is here; what can be done to them only whoever may."""
    guest = await come(HOSTILE[:32])
    mine = (await host.ask("people"))["people"]
    assert [each["role"] for each in mine] == ["host", "guest"]
    assert [each["may"] for each in mine] == [[], ["appoint", "kick", "block"]]
    assert [each["me"] for each in mine] == [True, False]
    assert "\u202e" not in mine[1]["name"]
    theirs = await guest.ask("people")
    assert all(not each["may"] for each in theirs["people"])
    assert "blocked" not in theirs
    validator("Message").validate(theirs)


async def test_a_dj_may_moderate_until_they_are_none(host: Visitor, come: COMES_BY) -> None:
    """Whom the host appoints has the panel as well."""
    guest = await come("Gus")
    answer = await host.ask("appoint", person=id_of(await host.ask("people"), "Gus"))
    assert answer["say"] == "Gus is a DJ now: they can moderate and change settings."
    assert (await person(host, "Gus"))["role"] == "dj"
    assert (await guest.ask("settings"))["ok"]
    assert (await guest.ask("choose", rule="quiet", value="on"))["ok"]
    assert (await guest.ask("links", renew="host"))["kind"] == "OwnersOnly"
    assert (await host.ask("dismiss", person=id_of(answer, "Gus")))["ok"]
    assert (await guest.ask("settings"))["kind"] == "ManagersOnly"


async def test_a_dj_who_is_away_can_be_dismissed(
    host: Visitor, party: PartyService, room: str, web: aiohttp.ClientSession
) -> None:
    """They stay on the list, nameless if nothing of theirs is in the party."""
    async with dial(web, room) as guest:
        await guest.enter(name="Gus", secret=guest.secret)
        gus = id_of(await host.ask("people"), "Gus")
        assert (await host.ask("appoint", person=gus))["ok"]
    await host.until(lambda state: state["named"] == 1)
    (away,) = (each for each in (await host.ask("people"))["people"] if not each["here"])
    assert (away["id"], away["name"], away["may"]) == (gus, "", ["dismiss"])
    assert (await host.ask("dismiss", person=gus))["ok"]
    assert (await party.settings.rules(LOBBY)).djs == ""


async def test_there_are_only_so_many_djs(host: Visitor, come: COMES_BY, party: PartyService) -> None:
    """The list is bounded."""
    await come("Gus")
    boss = Member("web", "boss", "Boss", manager=True)
    for number in range(MOST_DJS):
        await party.settings.appoint(LOBBY, boss, f"dj-{number}", is_dj=True)
    assert (await host.ask("appoint", person=id_of(await host.ask("people"), "Gus")))["kind"] == "TooManyDJs"


async def test_two_appointments_at_once_both_hold(party: PartyService) -> None:
    """Neither overwrites the other."""
    boss = Member("web", "boss", "Boss", manager=True)
    async with AsyncExitStack():
        await party.settings.appoint(LOBBY, boss, "one", is_dj=True, key="a")
        await party.settings.appoint(LOBBY, boss, "two", is_dj=True, key="b")
        await party.settings.appoint(LOBBY, boss, "one", is_dj=True, key="c")
    assert {*(await party.settings.rules(LOBBY)).djs.split()} == {"one", "two"}


async def test_sending_out(host: Visitor, come: COMES_BY, room: str, web: aiohttp.ClientSession) -> None:
    """All of somebody's pages close with the reason, and they may come back."""
    guest = await come("Gus")
    answer = await host.ask("kick", person=id_of(await host.ask("people"), "Gus"))
    assert answer["say"] == "Gus is out, but can come back. Block them to keep them out."
    heard: Json = {}
    while "bye" not in heard:
        heard = await guest.hear()
    assert (heard["bye"]["kind"], heard["bye"]["retry"]) == ("Kicked", False)
    await host.until(lambda state: state["named"] == 1)
    async with dial(web, room) as again:
        assert (await again.enter(name="Gus", secret=guest.secret))["ok"]
        assert (await again.ask("add", text="mr brightside"))["ok"]


async def test_whoever_moderates_is_not_sent_out(host: Visitor, come: COMES_BY, party: PartyService) -> None:
    """Neither a host by another, nor anybody by themselves."""
    await come("Hugo", await party.passes.host(LOBBY))
    people = await host.ask("people")
    for name in ("Hanna", "Hugo"):
        assert (await host.ask("kick", person=id_of(people, name)))["kind"] == "CannotKick"
    assert (await host.ask("block", person=id_of(people, "Hugo")))["kind"] == "NotModerators"
    assert (await host.ask("block", person=id_of(people, "Hanna")))["kind"] == "NotYourself"


async def test_blocking_a_person(host: Visitor, come: COMES_BY) -> None:
    """They may look, their songs go; and they are let back in."""
    guest = await come("Gus")
    for song in ("mr brightside", "take on me"):
        assert (await guest.ask("add", text=song))["ok"]
    answer = await host.ask("block", person=id_of(await host.ask("people"), "Gus"))
    assert "/unblock" not in answer["say"]
    validator("Message").validate(answer)
    await host.until(lambda state: not state["queue"])
    assert (await guest.ask("add", text="dancing queen"))["kind"] == "KeptOut"
    (kept,) = answer["blocked"]
    assert (kept["name"], kept["song"]) == ("Gus", False)
    assert (await host.ask("unblock", mark=kept["mark"]))["blocked"] == []
    assert (await guest.ask("add", text="dancing queen"))["ok"]


async def test_blocking_whoever_has_left(
    host: Visitor, party: PartyService, room: str, web: aiohttp.ClientSession
) -> None:
    """Whoever adds a song and goes can still be blocked by it, and comes back blocked."""
    async with dial(web, room) as guest:
        await guest.enter(name="Gus", secret=guest.secret)
        assert (await guest.ask("add", text="mr brightside"))["ok"]
    playing = (await host.until(lambda state: state["playing"] and state["named"] == 1))["playing"]
    assert (await host.ask("block", person=playing["by_id"]))["ok"]
    async with dial(web, room) as again:
        await again.enter(name="Gus", secret=guest.secret)
        assert (await again.ask("add", text="take on me"))["kind"] == "KeptOut"


async def test_blocking_a_song(host: Visitor, come: COMES_BY) -> None:
    """It goes, and does not come again until it is unblocked."""
    guest = await come("Gus")
    assert (await guest.ask("add", text="mr brightside"))["ok"]
    playing = (await host.until(lambda state: state["playing"]))["playing"]
    answer = await host.ask("block", entry=playing["id"])
    (kept,) = answer["blocked"]
    assert kept["song"]
    assert (await guest.ask("add", text="mr brightside"))["kind"] == "SongBlocked"
    assert (await host.ask("unblock", mark=kept["mark"]))["say"].endswith("can be added again.")
    assert (await guest.ask("add", text="mr brightside"))["ok"]


async def test_a_visitor_can_be_blocked_in_a_chats_party(come: COMES_BY, party: PartyService) -> None:
    """Who comes by a channel's link is blocked as who they are, and stays so when it is read anew."""
    guest = await come("Gus", await party.passes.guest(CHANNEL))
    moderator = Member("discord", "14", "Mo", moderator=True, manager=True)
    mo = await come(None, await party.passes.own(CHANNEL, moderator))
    answer = await mo.ask("block", person=id_of(await mo.ask("people"), "Gus"))
    assert answer["ok"], answer
    assert [each.platform for each in (await party.blocks.of(CHANNEL)).members] == ["web"]
    assert (await guest.ask("add", text="mr brightside"))["kind"] == "KeptOut"


async def test_a_moderator_of_the_chat_has_the_panel(come: COMES_BY, party: PartyService) -> None:
    """By their own link, with the chat's rights; there is no link for hosts then."""
    moderator = Member("discord", "14", "Mo", moderator=True, manager=True)
    mo = await come(None, await party.passes.own(CHANNEL, moderator))
    assert mo.known.own["may"]["moderate"]
    rules = {each["rule"] for each in (await mo.ask("settings"))["settings"]}
    assert {"voice_status", "newcomers", "language", "visitors"} <= rules
    links = (await mo.ask("links"))["links"]
    assert (links["host"], links["renews"]) == (None, ["guest"])


async def test_links(host: Visitor, come: COMES_BY, party: PartyService) -> None:
    """Everybody may pass on the guests' link; the hosts' is the hosts' alone."""
    guest = await come("Gus")
    told = await guest.ask("links")
    validator("Message").validate(told)
    theirs = told["links"]
    assert theirs["guest"]["path"] == f"/party/{await party.passes.guest(LOBBY)}"
    assert (theirs["host"], theirs["renews"]) == (None, [])
    mine = (await host.ask("links"))["links"]
    assert mine["host"]["path"] == f"/party/{await party.passes.host(LOBBY)}"
    assert mine["renews"] == ["guest", "host"]


async def test_a_link_has_its_code(host: Visitor, party: PartyService) -> None:
    """Where others reach the page its address can be scanned; elsewhere no picture pretends so."""
    party.passes.address = ""
    assert (await host.ask("links"))["links"]["guest"]["qr"] is None
    party.passes.address = "https://party.example"
    link = (await host.ask("links"))["links"]["guest"]
    assert link["url"] == f"https://party.example{link['path']}"
    assert link["qr"]["size"] > 21
    assert link["qr"]["path"].startswith("M4 4h7")


async def test_a_new_link_ends_the_old_one(
    host: Visitor, party: PartyService, room: str, web: aiohttp.ClientSession
) -> None:
    """The old one leads nowhere from then on."""
    old = await party.passes.guest(LOBBY)
    answer = await host.ask("links", renew="guest")
    assert answer["links"]["guest"]["path"] != f"/party/{old}"
    async with dial(web, room) as late:
        assert (await late.enter(old))["kind"] == "LinkGone"
