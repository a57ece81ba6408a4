"""The page on a line that breaks: it notices, says so, comes back, and loses nothing."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.async_api import Page, WebSocketRoute, expect

from bot.party.words import Member
from bot.room.hub import LOBBY
from bot.service import PartyService
from tests.bot.room.conftest import OpenPage
from tests.bot.room.test_page import fill, queue
from tests.bot.room.visitor import Json
from tests.patience import until

SLEPT = "dispatchEvent(new PageTransitionEvent('pageshow'))"
"""What a browser says to a page that is looked at again."""


class Wire:
    """What runs between a page and the room, and can be cut without either of them being told."""

    def __init__(self) -> None:
        self.is_dead = False
        self.asked: list[Json] = []
        self.routes: list[WebSocketRoute] = []
        self.alter: Callable[[Json], Json | None] = lambda heard: heard

    async def lay(self, page: Page) -> None:
        """Has all connections of the page run through here, from its next load on."""
        await page.route_web_socket("**/live", self._serve)

    def _serve(self, route: WebSocketRoute) -> None:
        self.routes.append(route)
        server = route.connect_to_server()

        def out(text: str | bytes) -> None:
            if self._is_cut(route):
                return
            self.asked.append(json.loads(text))
            server.send(text)

        def home(text: str | bytes) -> None:
            if self._is_cut(route):
                return
            heard = self.alter(json.loads(text))
            if heard is not None:
                route.send(json.dumps(heard))

        route.on_message(out)
        server.on_message(home)

    def _is_cut(self, route: WebSocketRoute) -> bool:
        """The first connection is; a later one is laid over a net that is there again."""
        return self.is_dead and route is self.routes[0]

    def of(self, do: str) -> list[Json]:
        """All that was asked by this name."""
        return [message for message in self.asked if message["do"] == do]


async def wired(page: Page) -> Wire:
    """Loads a page again over a wire that can be cut."""
    wire = Wire()
    await wire.lay(page)
    await page.reload()
    await page.locator("html:not(.coming)").wait_for()
    return wire


async def test_a_dead_line_is_noticed_and_what_was_asked_is_done_once(
    party: PartyService, room: str, visit: OpenPage
) -> None:
    """A vote on a line that is silently dead shows that it waits, and counts once the page is back."""
    await fill(party, "mr brightside", "take on me")
    page = await visit(room, "Ann")
    wire = await wired(page)
    wire.is_dead = True
    await queue(page).locator(".up").click()
    await expect(queue(page).locator(".up")).to_have_attribute("aria-busy", "true")
    await expect(page.locator("#slow")).to_be_visible()
    await expect(queue(page).locator(".up")).to_have_attribute("aria-pressed", "true")
    await expect(queue(page).locator(".up")).to_have_text("1")
    await expect(page.locator("#slow")).to_be_hidden()
    await expect(page.locator("#away")).to_be_hidden()
    assert len(wire.routes) == 2
    assert len({message["id"] for message in wire.of("vote")}) == 1


async def test_a_search_on_a_dead_line_finds_its_songs(room: str, visit: OpenPage) -> None:
    """Nothing that was lost reads as if there were no such song."""
    page = await visit(room, "Ann")
    wire = await wired(page)
    said: list[str] = []
    await page.expose_function("hear", lambda text: said.append(text))
    await page.evaluate(
        "new MutationObserver(() => hear(document.getElementById('found').textContent))"
        ".observe(document.getElementById('found'), { childList: true })"
    )
    wire.is_dead = True
    box = page.get_by_role("combobox", name="Add a song")
    await box.press_sequentially("take on me")
    await expect(page.get_by_role("option").first).to_be_visible()
    assert "No song found" not in said


async def test_looking_at_the_page_probes_the_line(room: str, visit: OpenPage) -> None:
    """A page that is looked at again asks at once whether the line is there, and comes back if not."""
    page = await visit(room, "Ann")
    wire = await wired(page)
    told: list[bool] = []  # it is back sooner than anybody looks for what it says meanwhile
    await page.expose_function("away", lambda hidden: told.append(not hidden))
    await page.evaluate(
        "new MutationObserver(() => away(document.getElementById('away').hidden))"
        ".observe(document.getElementById('away'), { attributes: true })"
    )
    await page.evaluate(SLEPT)
    wire.is_dead = True
    await page.evaluate(SLEPT)
    await until(lambda: len(wire.routes) == 2 and True in told)
    await expect(page.locator("#away")).to_be_hidden()
    assert wire.of("enter")[-1]["since"]["run"]


async def test_silence_is_probed(room: str, visit: OpenPage) -> None:
    """After a quarter of a minute without a word the page asks; an answer is all it wants."""
    page = await visit(room, "Ann")
    await page.clock.install()
    wire = await wired(page)
    await page.clock.run_for(14_000)
    assert wire.of("ping") == []
    await page.clock.run_for(3_000)
    await expect(page.locator("#away")).to_be_hidden()
    assert len(wire.of("ping")) == 1


async def test_offline(room: str, visit: OpenPage) -> None:
    """Without a network the page says so at once, and no longer when there is one."""
    page = await visit(room, "Ann")
    await page.context.set_offline(True)
    await expect(page.locator("#away")).to_contain_text("You're offline.")
    await page.context.set_offline(False)
    await expect(page.locator("#away")).to_be_hidden()


async def test_a_gap(party: PartyService, room: str, visit: OpenPage) -> None:
    """Whoever has missed a change comes in anew, and sees how things stand."""
    await fill(party, "mr brightside")
    page = await visit(room, "Ann")
    wire = await wired(page)
    lost: list[Json] = []

    def lose(heard: Json) -> Json | None:
        if "change" in heard and not lost:
            lost.append(heard)
            return None
        return heard

    wire.alter = lose
    await fill(party, "take on me")
    await until(lambda: bool(lost))
    await fill(party, "dancing queen")
    await party.ballots.next(LOBBY, Member("web", "host", "Host"))
    await expect(queue(page).locator(".title")).to_have_text(["Take on Me", "Dancing Queen"])
    await expect(page.locator("#ballot > li")).to_have_count(5)
    assert lost
    assert "since" not in wire.of("enter")[-1]


async def test_goodbye(room: str, visit: OpenPage) -> None:
    """What the room says before it closes a line is shown; where it is final, the page stays where it is."""
    page = await visit(room, "Ann")
    wire = await wired(page)
    say = "You were removed from this party."
    wire.routes[-1].send(json.dumps({"bye": {"say": say, "kind": "SentOut", "retry": False, "after_s": 0}}))
    await wire.routes[-1].close()
    await expect(page.locator("#away")).to_have_text(say)
    await page.evaluate(SLEPT)
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(page.locator("#away")).to_have_text(say)
    assert len(wire.routes) == 1


async def test_goodbye_for_now(room: str, visit: OpenPage) -> None:
    """Where the room says so, the page comes back by itself."""
    page = await visit(room, "Ann")
    wire = await wired(page)
    bye = {"say": "This party is full right now.", "kind": "RoomFull", "retry": True, "after_s": 1}
    wire.routes[-1].send(json.dumps({"bye": bye}))
    await wire.routes[-1].close()
    await expect(page.locator("#away")).to_contain_text("This party is full right now. Trying again.")
    await expect(page.locator("#away")).to_be_hidden()
    assert len(wire.routes) == 2


async def test_a_name_is_that_of_all_tabs(room: str, visit: OpenPage) -> None:
    """Another tab of the same browser is the same person; a new name shows in both at once."""
    page = await visit(room, "Ann")
    other = await page.context.new_page()
    await other.goto(room)
    await expect(other.locator("#my-name")).to_have_text("Ann")
    await expect(other.locator("#count")).to_have_text("1 here")
    await other.locator("#me").click()
    await other.locator("#name").fill("Bea")
    await other.locator("#name").press("Enter")
    await expect(page.locator("#my-name")).to_have_text("Bea")
    await expect(page.locator("#count")).to_have_text("1 here")


async def test_a_tab_without_a_name_takes_that_of_another(room: str, visit: OpenPage) -> None:
    """Whoever picks a name in one tab has it in those that were open already."""
    page = await visit(room)
    other = await page.context.new_page()
    await other.goto(room)
    await other.locator("html:not(.coming)").wait_for()
    await page.locator("#me").click()
    await page.locator("#name").fill("Ann")
    await page.locator("#name").press("Enter")
    await expect(other.locator("#my-name")).to_have_text("Ann")
