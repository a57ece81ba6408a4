"""The panel in a real browser: what everybody finds there, and what hosts do."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, WebSocket, expect

from bot.doors.ask import Door
from bot.doors.commands import TABLE
from bot.doors.table import of_door
from bot.party.words import Member, Room
from bot.room.hub import LOBBY
from bot.room.requests import names
from bot.service import PartyService
from tests.bot.room.axe import broken_words, faults, small_targets
from tests.bot.room.conftest import OpenPage
from tests.conftest import Clock
from tests.patience import until

SONGS = ("mr brightside", "take on me", "dancing queen", "september earth wind", "uptown girl")
HOSTILE = '<b onclick="x">Bo\u202eb</b>'
CHANNEL = Room("discord", "1", "2")
GUS = Member("web", "gus", "Gus")
PAGES = (
    *("Invite people", "Who's here", "Settings", "Numbers", "Map of the songs", "Take it home"),
    *("A party of your own", "What I know", "Help"),
)
"""What the host's menu leads to."""

AsHost = Callable[..., Awaitable[Page]]


@pytest.fixture
async def as_host(room: str, party: PartyService, visit: OpenPage) -> AsHost:
    """Opens the lobby by the host's link: name, and width if that matters."""

    async def open_page(name: str = "Hanna", width: int = 1280) -> Page:
        return await visit(f"{room}/party/{await party.passes.host(LOBBY)}", name, width)

    return open_page


async def fill(party: PartyService, *songs: str) -> None:
    """Queues songs before anybody comes."""
    for song in songs or SONGS:
        await party.queue.add(LOBBY, GUS, song)


def panel(page: Page) -> Locator:
    """The sheet."""
    return page.locator("#panel[open]")


async def open_menu(page: Page, *names_of: str) -> Locator:
    """Opens the panel, and goes on to one of its pages."""
    await page.get_by_role("button", name="This party: more").click()
    sheet = panel(page)
    for name in names_of:
        await sheet.get_by_role("button", name=name).first.click()
        await expect(sheet.get_by_role("button", name="Back")).to_be_visible()
    return sheet


async def open_song(page: Page, number: int = 0) -> Locator:
    """Opens the sheet of a song that waits."""
    await page.locator("#queue .more").nth(number).click()
    return panel(page)


def titles(page: Page) -> Locator:
    """What the songs that wait are called."""
    return page.locator("#queue .title")


async def test_a_guest_finds_what_is_for_everybody(room: str, visit: OpenPage) -> None:
    """Nothing that only hosts may is offered."""
    sheet = await open_menu(await visit(room, "Gus"))
    await expect(sheet.get_by_role("heading", name="This party")).to_be_focused()
    for name in PAGES:
        await expect(sheet.get_by_role("button", name=name)).to_have_count(0 if name == "Settings" else 1)
    await expect(sheet.get_by_role("switch")).to_have_count(0)


async def test_a_switch_saves_at_once(room: str, as_host: AsHost, visit: OpenPage) -> None:
    """The host locks the queue, the sheet says so, and a guest's page has no field any more."""
    guest, host = await visit(room, "Gus"), await as_host()
    sheet = await open_menu(host)
    lock = sheet.get_by_role("switch", name="Lock the queue to new songs")
    await expect(lock).to_have_attribute("aria-checked", "false")
    await lock.click()
    await expect(lock).to_have_attribute("aria-checked", "true")
    await expect(sheet.get_by_role("status")).to_have_text("Saved.")
    await expect(guest.get_by_role("combobox", name="Add a song")).to_be_hidden()
    await lock.click()
    await expect(guest.get_by_role("combobox", name="Add a song")).to_be_visible()


async def test_settings_are_controls(as_host: AsHost, party: PartyService) -> None:
    """A select is saved as it is chosen, and another host's page shows it without being asked."""
    host, other = await as_host(), await as_host("Hugo")
    sheet, theirs = await open_menu(host, "Settings"), await open_menu(other, "Settings")
    await sheet.get_by_label("Guests on the page").select_option("vote")
    await expect(sheet.get_by_role("status")).to_have_text("Saved.")
    assert (await party.settings.rules(LOBBY)).visitors.value == "vote"
    await expect(theirs.get_by_label("Guests on the page")).to_have_value("vote")
    await sheet.get_by_label("Skip").select_option("all")
    quorum = sheet.get_by_label("Skip")
    await expect(quorum).to_have_value("all")
    learning = sheet.get_by_role("switch", name="Learn from this party's songs")
    await learning.click()
    await expect(sheet.get_by_role("status")).to_contain_text("Learning is on here")
    await expect(learning).to_have_attribute("aria-checked", "true")
    assert await party.settings.shared(LOBBY)


async def test_people(room: str, as_host: AsHost, visit: OpenPage, party: PartyService) -> None:
    """The host appoints somebody, and blocks somebody else after one more question."""
    gus, bob = await visit(room, "Gus"), await visit(room, "Bob")
    await bob.get_by_role("combobox", name="Add a song").fill("take on me")
    await bob.get_by_role("button", name="Add", exact=True).click()
    host = await as_host()
    sheet = await open_menu(host, "Who's here")
    await expect(sheet.locator(".person")).to_have_count(3)
    await sheet.locator("summary", has_text="Gus").click()
    await sheet.get_by_role("button", name="Make a DJ: Gus").click()
    await expect(sheet.get_by_role("status")).to_contain_text("Gus is a DJ now")
    await expect(sheet.get_by_role("button", name="No longer a DJ: Gus")).to_be_visible()
    theirs = await open_menu(gus)
    await expect(theirs.get_by_role("button", name="Settings")).to_be_visible()
    await sheet.locator("summary", has_text="Bob").click()
    await sheet.get_by_role("button", name="Block: Bob").click()
    await expect(sheet.get_by_role("button", name="Never mind")).to_be_focused()
    assert not (await party.blocks.of(LOBBY)).members
    await sheet.get_by_role("group").get_by_role("button", name="Block", exact=True).click()
    await expect(sheet.get_by_role("status")).to_contain_text("Bob is blocked")
    await sheet.get_by_role("button", name="Unblock: Bob").click()
    await expect(sheet.get_by_role("heading", name="Blocked")).to_have_count(0)
    assert not (await party.blocks.of(LOBBY)).members


async def test_sending_out(room: str, as_host: AsHost, visit: OpenPage) -> None:
    """The page of whoever was sent out says so, and does not come back by itself."""
    gus, host = await visit(room, "Gus"), await as_host()
    sheet = await open_menu(host, "Who's here")
    await sheet.locator("summary", has_text="Gus").click()
    await sheet.get_by_role("button", name="Send out: Gus").click()
    await expect(gus.locator("#away")).to_contain_text("The host has sent you out")
    await expect(sheet.locator(".person")).to_have_count(1)


async def test_why_a_song_fits(room: str, visit: OpenPage, party: PartyService) -> None:
    """A tap opens bars of the songs and people that speak for it, with numbers to read aloud."""
    await fill(party)
    page = await visit(room, "Ann", 390)
    sheet = await open_song(page)
    await expect(sheet.get_by_role("heading", name="Take on Me")).to_be_focused()
    why = sheet.get_by_role("region", name="Why it fits")
    await expect(why.locator(".big")).to_contain_text("% match")
    await expect(why.get_by_role("listitem").filter(has_text="Dancing Queen")).to_contain_text("+")
    await expect(why.get_by_role("listitem").filter(has_text="Gus")).to_be_visible()
    await expect(sheet.get_by_role("button", name="Remove from the queue")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page.locator("#queue .more").first).to_be_focused()


async def test_moving_by_keyboard_alone(as_host: AsHost, party: PartyService) -> None:
    """Up, down, a place, and out: the focus stays where the next press belongs."""
    await fill(party)
    host = await as_host()
    await host.locator("#queue .more").nth(2).focus()
    await host.keyboard.press("Enter")
    sheet = panel(host)
    up = sheet.get_by_role("button", name="Up", exact=True)
    await expect(up).to_be_visible()
    await up.focus()
    await host.keyboard.press("Enter")
    await expect(titles(host).nth(1)).to_have_text("September")
    await expect(up).to_be_focused()
    await host.keyboard.press("Enter")
    await expect(titles(host).first).to_have_text("September")
    await expect(up).to_be_disabled()
    place = sheet.get_by_role("spinbutton")
    await place.fill("4")
    await place.press("Enter")
    await expect(titles(host).nth(3)).to_have_text("September")
    await sheet.get_by_role("button", name="Remove from the queue").press("Enter")
    await expect(titles(host)).to_have_count(3)


async def test_blocking_a_song_from_its_sheet(as_host: AsHost, party: PartyService) -> None:
    """It asks once more; then the song is gone and the page goes on."""
    await fill(party)
    host = await as_host()
    sheet = await open_song(host)
    await sheet.get_by_role("button", name="Block this song").click()
    await sheet.get_by_role("group").get_by_role("button", name="Block", exact=True).click()
    await expect(titles(host)).to_have_count(3)
    assert [each.title for each in (await party.blocks.of(LOBBY)).songs] == ["Take on Me"]


async def test_clearing_asks_once_more(as_host: AsHost, party: PartyService) -> None:
    """One press removes nothing."""
    await fill(party)
    host = await as_host()
    sheet = await open_menu(host)
    await sheet.get_by_role("button", name="Remove all waiting songs").click()
    await sheet.get_by_role("button", name="Never mind").click()
    await expect(sheet.get_by_role("button", name="Remove all waiting songs")).to_be_focused()
    await expect(titles(host)).to_have_count(4)
    await sheet.get_by_role("button", name="Remove all waiting songs").click()
    await sheet.get_by_role("button", name="Remove them").click()
    await expect(titles(host)).to_have_count(0)


async def test_ending_a_party_without_a_night(as_host: AsHost, party: PartyService) -> None:
    """The question is gone when it is answered, and what was for a full queue with it."""
    await fill(party, *SONGS[:2])
    page = await as_host()
    sheet = await open_menu(page)
    await sheet.get_by_role("button", name="End the party").click()
    await sheet.get_by_role("button", name="End it").click()
    await expect(sheet.locator(".sheet-said")).to_contain_text("The party is over")
    await expect(sheet.locator(".asked")).to_have_count(0)
    await expect(sheet.get_by_role("button", name="Remove all waiting songs")).to_have_count(0)
    await expect(sheet.get_by_role("button", name="End the party")).to_be_focused()


async def test_ending_a_party_leads_to_its_night(as_host: AsHost, party: PartyService, clock: Clock) -> None:
    """The link stays while the sheet is open, whatever changes meanwhile, and has the focus."""
    await fill(party)
    for _ in SONGS[1:]:
        clock.pass_by(minutes=10)
        await party.clock.play_on()
    page = await as_host()
    sheet = await open_menu(page)
    await sheet.get_by_role("button", name="End the party").click()
    await sheet.get_by_role("button", name="End it").click()
    night = sheet.get_by_role("link", name="See the night")
    await expect(night).to_be_focused()
    await expect(sheet.locator(".asked")).to_have_count(0)
    await party.queue.add(LOBBY, GUS, "hey jude")
    await expect(page.locator("#now-title")).to_contain_text("Hey Jude")
    await expect(night).to_be_visible()


async def test_links(as_host: AsHost, party: PartyService) -> None:
    """The code and the link lead to the same place, and a new one takes the old one's."""
    party.passes.address = "https://party.example"
    host = await as_host()
    sheet = await open_menu(host, "Invite people")
    await expect(sheet.get_by_role("img", name="QR code of the link").first).to_be_visible()
    field = sheet.get_by_role("textbox", name="Link for guests")
    old = await party.passes.guest(LOBBY)
    await expect(field).to_have_value(f"https://party.example/party/{old}")
    await sheet.get_by_role("button", name="Copy the link").first.click()
    await expect(sheet.get_by_role("status")).to_have_text("Copied.")
    await sheet.get_by_role("button", name="Make a new link", exact=True).click()
    await sheet.get_by_role("button", name="Make a new one").click()
    await expect(field).not_to_have_value(f"https://party.example/party/{old}")
    await expect(field).to_have_value(f"https://party.example/party/{await party.passes.guest(LOBBY)}")


async def test_numbers_are_drawn(room: str, visit: OpenPage, party: PartyService, clock: Clock) -> None:
    """Who had how many songs played, as bars with words."""
    page = await visit(room, "Ann")
    sheet = await open_menu(page, "Numbers")
    await expect(sheet).to_contain_text("There's nothing to show here yet")
    await fill(party)
    clock.pass_by(minutes=5)
    await party.clock.play_on()
    await sheet.get_by_role("button", name="Back").click()
    await sheet.get_by_role("button", name="Numbers").click()
    await expect(sheet.get_by_role("listitem").filter(has_text="Gus")).to_contain_text("1 of 5 played")


@pytest.mark.parametrize(
    ("name", "ending"), [("CSV", ".csv"), ("M3U", ".m3u8"), ("XSPF", ".xspf"), ("JSPF", ".jspf")]
)
async def test_taking_it_home(
    room: str, visit: OpenPage, party: PartyService, tmp_path: Path, name: str, ending: str
) -> None:
    """Each form comes as a file that the browser keeps."""
    await fill(party)
    page = await visit(room, "Ann")
    sheet = await open_menu(page, "Take it home")
    async with page.expect_download() as coming:
        await sheet.get_by_role("button", name=name).click()
    file = await coming.value
    assert file.suggested_filename == f"party{ending}"
    await file.save_as(tmp_path / "party")
    assert "Brightside" in (tmp_path / "party").read_text("utf-8")


async def test_the_map_as_a_picture(room: str, visit: OpenPage, party: PartyService) -> None:
    """The still map is a file."""
    await fill(party)
    page = await visit(room, "Ann")
    sheet = await open_menu(page, "Map of the songs")
    async with page.expect_download() as coming:
        await sheet.get_by_role("button", name="Keep it as a picture").click()
    assert (await coming.value).suggested_filename == "map.png"


async def test_erasing_oneself(room: str, visit: OpenPage, party: PartyService) -> None:
    """It is asked once more, and then the name is gone from the song."""
    page = await visit(room, "Ann")
    await page.get_by_role("combobox", name="Add a song").fill("take on me")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.locator("#now-artist")).to_contain_text("added by you")
    sheet = await open_menu(page, "What I know")
    await sheet.get_by_role("button", name="Erase my data").click()
    await expect(page.locator("#now-artist")).to_contain_text("added by you")
    await sheet.get_by_role("button", name="Erase everything").click()
    await expect(sheet.get_by_role("status")).to_contain_text("Done.")
    await expect(page.locator("#now-artist")).not_to_contain_text("added by")


async def test_a_party_of_ones_own(room: str, visit: OpenPage) -> None:
    """It is another party, and whoever began it is its host there."""
    page = await visit(room, "Ann")
    await page.get_by_role("combobox", name="Add a song").fill("take on me")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.locator("#now-title")).to_have_text("Take on Me")
    sheet = await open_menu(page, "A party of your own")
    await sheet.get_by_role("button", name="Start a party").click()
    await sheet.get_by_role("link", name="Go to my party").click()
    await page.wait_for_url("**/party/*")
    await expect(page.locator("#now-title")).to_have_text("Add the first song")
    sheet = await open_menu(page)
    await expect(sheet.get_by_role("button", name="Settings")).to_be_visible()


async def test_a_moderator_of_a_chat(room: str, visit: OpenPage, party: PartyService) -> None:
    """By their own link they have the host's panel of the channel's party, without a name to pick."""
    moderator = Member("discord", "14", "Mo", moderator=True, manager=True)
    page = await visit(f"{room}/party/{await party.passes.own(CHANNEL, moderator)}")
    sheet = await open_menu(page)
    await sheet.get_by_role("switch", name="Lock the page to new guests").click()
    await expect(sheet.get_by_role("status")).to_have_text("Saved.")
    assert (await party.settings.rules(CHANNEL)).joining_locked
    await sheet.get_by_role("button", name="On another device").click()
    await expect(sheet.get_by_role("textbox", name="The link")).to_be_visible()


async def test_hostile_names_are_text(room: str, as_host: AsHost, visit: OpenPage) -> None:
    """A name is shown as it is, and nothing of it runs or turns what stands beside it around."""
    guest = await visit(room)
    await guest.get_by_role("button", name="Pick a name").click()
    await guest.get_by_role("textbox", name="Your name").fill(HOSTILE)
    await guest.get_by_role("button", name="Join in").click()
    await expect(guest.locator("#my-name")).to_have_text('<b onclick="x">Bob</b>')
    host = await as_host()
    sheet = await open_menu(host, "Who's here")
    await expect(sheet.locator("summary b")).to_have_text('<b onclick="x">Bob</b>')
    assert await sheet.locator("b b").count() == 0


async def test_the_keyboard_alone(as_host: AsHost) -> None:
    """Tab reaches everything on the sheet and stays in it; Escape gives the focus back."""
    host = await as_host()
    menu = host.get_by_role("button", name="This party: more")
    await menu.focus()
    await host.keyboard.press("Enter")
    sheet = panel(host)
    await expect(sheet.get_by_role("heading", name="This party")).to_be_focused()
    for _ in range(3):
        await host.keyboard.press("Tab")
    await expect(sheet.get_by_role("switch").nth(1)).to_be_focused()
    await host.keyboard.press("Space")
    await expect(sheet.get_by_role("switch").nth(1)).to_have_attribute("aria-checked", "true")
    await sheet.get_by_role("button", name="Settings").focus()
    await host.keyboard.press("Enter")
    await expect(sheet.get_by_role("heading", name="Settings")).to_be_focused()
    await sheet.get_by_role("button", name="Back").focus()
    await host.keyboard.press("Enter")
    await expect(sheet.get_by_role("heading", name="This party")).to_be_focused()
    await host.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)
    await expect(menu).to_be_focused()


async def test_whoever_would_rather_watch_stays_where_they_are(room: str, visit: OpenPage) -> None:
    """A page that needs a name asks for one; without it the menu stays, and can be used."""
    page = await visit(room)
    sheet = await open_menu(page)
    numbers = sheet.get_by_role("button", name="Numbers")
    await numbers.click()
    await page.get_by_role("button", name="Just watching").click()
    await expect(sheet.get_by_role("heading", name="This party")).to_be_visible()
    await expect(numbers).to_be_focused()
    await sheet.get_by_role("button", name="Invite people").click()
    await expect(sheet.get_by_role("heading", name="Invite people")).to_be_focused()
    await sheet.get_by_role("button", name="Back").click()
    await expect(sheet.get_by_role("heading", name="This party")).to_be_focused()


async def test_the_focus_stays_when_others_change_something(
    room: str, as_host: AsHost, party: PartyService
) -> None:
    """Neither a control that is shown anew nor the button that closes loses it."""
    boss = Member("web", "boss", "Boss", manager=True)
    host = await as_host()
    sheet = await open_menu(host)
    numbers, lock = sheet.get_by_role("button", name="Numbers"), sheet.get_by_role("switch").first
    for control, locked in ((numbers, True), (sheet.get_by_role("button", name="Close"), False)):
        await control.focus()
        await party.settings.choose(LOBBY, boss, {"adding_locked": locked})
        await expect(lock).to_have_attribute("aria-checked", str(locked).lower())
        await expect(control).to_be_focused()


@pytest.mark.parametrize(("looks", "width"), [("light", 320), ("dark", 1280), ("forced", 320)])
async def test_axe_finds_nothing(
    browser: Browser, room: str, party: PartyService, visit: OpenPage, width: int, looks: str
) -> None:
    """Each page of the panel, with a question open as well, is for everybody."""
    party.passes.address = "https://party.example"
    await fill(party)
    await party.block_member(LOBBY, Member("web", "b", "Boss", manager=True), Member("web", "t", "Troll"))
    await visit(room, "Somebody with a name as long as")
    page = await visit(f"{room}/party/{await party.passes.host(LOBBY)}", "Hanna", width)
    await page.emulate_media(
        color_scheme="dark" if looks == "dark" else "light",
        forced_colors="active" if looks == "forced" else "none",
    )
    found = []
    sheet = await open_menu(page)
    for name in (None, *PAGES):
        if name:
            await sheet.get_by_role("button", name=name).first.click()
            await expect(sheet.get_by_role("button", name="Back")).to_be_visible()
        for summary in await sheet.locator("summary").all():
            await summary.click()
        found += [f"{name}: {each}" for each in (*await faults(page), *await small_targets(page))]
        found += [f"{name}: {each}" for each in await broken_words(page)] if width == 320 else []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if name:
            await sheet.get_by_role("button", name="Back").click()
            await expect(sheet.get_by_role("button", name="Back")).to_be_hidden()
    await page.keyboard.press("Escape")
    sheet = await open_song(page)
    await expect(sheet.locator(".big")).to_be_visible()
    await sheet.get_by_role("button", name="Block this song").click()
    found += [f"song: {each}" for each in (*await faults(page), *await small_targets(page))]
    assert found == []


async def test_every_row_is_really_asked_for(
    room: str, party: PartyService, visit: OpenPage, as_host: AsHost
) -> None:
    """Pressing the page's controls sends each row that works without Spotify and a chat."""
    await fill(party)
    page = await as_host()
    sent: set[str] = set()

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.add(json.loads(frame)["do"]))

    page.on("websocket", listen)
    await page.reload()
    await expect(page.locator("#queue > li").first).to_be_visible()
    await page.get_by_role("button", name="Your favourites").click()
    await page.locator("#queue .up").first.click()
    await page.get_by_role("button", name="What next?").click()
    await page.get_by_role("textbox", name="What you're in the mood for (optional)").fill("90s rock")
    await page.get_by_role("button", name="What next?").click()
    await page.locator("#pause").click()
    await page.locator("#pause", has_text="Play").click()
    await page.get_by_role("button", name="30 seconds ahead").click()
    await page.locator("#skip").click()
    await page.get_by_role("combobox", name="Add a song").fill("africa toto")
    await page.get_by_role("button", name="Add", exact=True).click()
    await page.get_by_role("button", name="Undo").click()
    await page.locator("#file").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"imagine"}
    )
    sheet = await open_song(page, 1)
    await sheet.get_by_role("button", name="Up", exact=True).click()
    await sheet.get_by_role("button", name="Remove from the queue").click()
    await page.keyboard.press("Escape")
    sheet = await open_menu(page)
    await sheet.get_by_role("switch", name="Autopilot: keep the music going").click()
    for name in ("Settings", "Numbers", "Help", "What I know"):
        await sheet.get_by_role("button", name=name).first.click()
        await sheet.get_by_role("button", name="Back").click()
    await sheet.get_by_role("button", name="What I know").click()
    await sheet.get_by_role("button", name="Get my data").click()
    await sheet.get_by_role("button", name="Back").click()
    await sheet.get_by_role("button", name="Take it home").click()
    await sheet.get_by_role("button", name="CSV").click()
    await sheet.get_by_role("button", name="Back").click()
    await sheet.get_by_role("button", name="Map of the songs").click()
    await sheet.get_by_role("button", name="Keep it as a picture").click()
    await sheet.get_by_role("button", name="Back").click()
    await sheet.get_by_role("button", name="A party of your own").click()
    await sheet.get_by_role("button", name="Start a party").click()
    await sheet.get_by_role("button", name="Back").click()
    await sheet.get_by_role("button", name="Remove all waiting songs").click()
    await sheet.get_by_role("button", name="Remove them").click()
    await sheet.get_by_role("button", name="End the party").click()
    await sheet.get_by_role("button", name="End it").click()
    await until(lambda: "end" in sent)
    elsewhere = {
        "now",
        "history",
        "volume",
        "save",
        "link",
        "demo",
    }  # shown anyway, or for a host of the sound or a chat
    rows = [row for row in of_door(TABLE, Door.ROOM) if not row.spotify and row.name not in elsewhere]
    missing = [row.name for row in rows if not sent & {*names(row)}]
    assert missing == []


async def test_the_panel_speaks_the_pages_language(browser: Browser, room: str, party: PartyService) -> None:
    """What is loaded later comes in the language that the page was asked for."""
    context = await browser.new_context(locale="de-DE", reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(f"{room}/party/{await party.passes.host(LOBBY)}")
    await page.locator("#menu").click()
    await expect(panel(page).get_by_role("button", name="Leute einladen")).to_be_visible()
    await expect(panel(page).get_by_role("button", name="Zurück")).to_be_hidden()


async def test_the_living_map_opens(room: str, visit: OpenPage, party: PartyService) -> None:
    """Its script comes when it is asked for, and the sheet makes room."""
    await fill(party)
    page = await visit(room, "Ann")
    sheet = await open_menu(page, "Map of the songs")
    await sheet.get_by_role("button", name="Open the map").click()
    await expect(page.get_by_role("dialog", name="How similar your songs are")).to_be_visible()
    await expect(sheet).to_have_count(0)


async def test_what_cannot_be_loaded_is_said(room: str, visit: OpenPage) -> None:
    """A panel that the line does not bring is a sentence, and comes with the next press."""
    page = await visit(room, "Ann")
    await page.context.route("**/static/panel.*", lambda route: route.abort())
    menu = page.get_by_role("button", name="This party: more")
    await menu.click()
    await expect(page.locator("#toast")).to_contain_text("I can't load that right now")
    await page.context.unroute_all()
    await page.reload()
    await menu.click()
    await expect(panel(page)).to_be_visible()
