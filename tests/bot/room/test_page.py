"""The page in a real browser: two people, one room."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

from playwright.async_api import Locator, Page, expect

from bot.party.words import Member, Wanted
from bot.room import open_room
from bot.room.hub import LOBBY
from bot.service import PartyService
from tests.bot.room.conftest import OpenPage
from tests.bot.room.visitor import Json
from tests.conftest import Clock

HOST = Member("web", "host", "Host")
HOSTILE = "<img src=x onerror=\"document.title='owned'\"> Zzyxq"


async def add_first_found(page: Page, text: str) -> str:
    """Types, takes the first song that comes up, by keyboard, and says what it is called."""
    box = page.get_by_role("combobox", name="Add a song")
    await box.press_sequentially(text)
    first = page.get_by_role("option").first
    await expect(first).to_be_visible()
    await expect(first.locator(".title")).to_contain_text(text, ignore_case=True)
    title = await first.locator(".title").text_content() or ""
    await box.press("ArrowDown")
    await expect(first).to_have_attribute("aria-selected", "true")
    await box.press("Enter")
    await expect(box).to_have_value("")
    return title


def queue(page: Page) -> Locator:
    """The songs that wait."""
    return page.locator("#queue > li")


async def fill(party: PartyService, *texts: str) -> None:
    """Queues songs before anybody comes."""
    for text in texts:
        await party.queue.add(LOBBY, HOST, text)


async def test_an_empty_room_says_where_the_sound_comes_from(room: str, visit: OpenPage) -> None:
    """Nobody waits for the page to play."""
    page = await visit(room)
    await expect(page.locator("#now-artist")).to_contain_text("This page makes no sound")


async def test_two_people(room: str, visit: OpenPage) -> None:
    """What one adds the other sees at once, and what the other votes the first sees at once."""
    ann, bob = await visit(room, "Ann"), await visit(room, "Bob")
    title = await add_first_found(ann, "take on me")
    await expect(bob.locator("#now-title")).to_have_text(title)
    await expect(bob.locator("#now-artist")).to_contain_text("added by Ann")
    await expect(ann.locator("#now-artist")).to_contain_text("added by you")
    second = await add_first_found(bob, "brightside")
    await expect(queue(ann).locator(".title")).to_have_text([second])
    vote = queue(ann).get_by_role("button", name=f"Vote for {second}")
    await vote.click()
    await expect(vote).to_have_attribute("aria-pressed", "true")
    theirs = queue(bob).get_by_role("button", name=f"Vote for {second}")
    await expect(theirs).to_have_text("1")
    await expect(theirs).to_have_attribute("aria-pressed", "false")
    await vote.click()
    await expect(theirs).to_have_text("")
    await expect(ann.locator("#count")).to_have_text("2 here")


async def test_name_at_the_first_action(room: str, visit: OpenPage) -> None:
    """Whoever adds before having a name is asked for one, and then the song is added."""
    page = await visit(room)
    box = page.get_by_role("combobox", name="Add a song")
    await box.fill("take on me")
    await page.get_by_role("button", name="Add", exact=True).click()
    name = page.get_by_role("textbox", name="Your name")
    await name.fill("🎉")
    await name.press("Enter")
    await expect(page.locator("#name-said")).to_contain_text("1 to 32 letters or digits")
    await name.fill("Ann")
    await name.press("Enter")
    await expect(page.locator("#now-artist")).to_contain_text("added by you")
    await expect(box).to_have_value("")


async def test_name_taken(room: str, visit: OpenPage) -> None:
    """A second browser is told that a name is taken, in the dialog."""
    await visit(room, "Ann")
    page = await visit(room)
    await page.get_by_role("button", name="Pick a name").click()
    await page.get_by_role("textbox", name="Your name").fill("ann")
    await page.get_by_role("button", name="Join in").click()
    await expect(page.locator("#name-said")).to_contain_text("Pick another name")


async def test_unknown_song(room: str, visit: OpenPage) -> None:
    """A song that nobody knows is queued as it was typed, and that is said."""
    page = await visit(room, "Ann")
    box = page.get_by_role("combobox", name="Add a song")
    await box.fill("zzyxq vlorp qwzx")
    await box.press("Enter")
    await expect(page.locator("#toast")).to_contain_text("I don't know this song")
    await expect(page.locator("#now-title")).to_have_text("zzyxq vlorp qwzx")
    await expect(box).to_have_value("")


async def test_no_song(room: str, visit: OpenPage) -> None:
    """A text without a song in it is answered next to the field, and it stays."""
    page = await visit(room, "Ann")
    box = page.get_by_role("combobox", name="Add a song")
    await box.fill("🎉")
    await box.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="I need a song for that")).to_be_visible()
    await expect(box).to_have_value("🎉")


async def test_type_ahead_by_keyboard(room: str, visit: OpenPage) -> None:
    """Arrows walk through the songs and back to the text, new letters forget the choice, Escape closes."""
    page = await visit(room)
    box = page.get_by_role("combobox", name="Add a song")
    await box.press_sequentially("t")
    options = page.get_by_role("option")
    await expect(options.first).to_be_visible()
    await expect(box).to_have_attribute("aria-expanded", "true")
    await box.press("ArrowDown")
    await expect(box).to_have_attribute("aria-activedescendant", "song-0")
    await box.press("ArrowUp")
    await expect(box).not_to_have_attribute("aria-activedescendant", "song-0")
    await box.press("ArrowDown")
    await box.press_sequentially("a")
    await expect(box).not_to_have_attribute("aria-activedescendant", "song-0")
    await expect(options.first).to_be_visible()
    await box.press("Escape")
    await expect(box).to_have_attribute("aria-expanded", "false")
    await expect(box).to_have_value("ta")
    await box.press("Escape")
    await expect(box).to_have_value("")


async def test_what_next(party: PartyService, room: str, visit: OpenPage) -> None:
    """Suggestions show their match and their reason, and one vote up queues a song for everybody."""
    await fill(party, "mr brightside", "take on me")
    ann, bob = await visit(room, "Ann"), await visit(room)
    await ann.get_by_role("button", name="What next?").click()
    ballot = bob.locator("#ballot > li")
    await expect(ballot).to_have_count(5)
    await expect(ballot.first).to_contain_text("strong match")
    bar = "row => Number(getComputedStyle(row.querySelector('.match i')).getPropertyValue('--match'))"
    assert await ballot.first.evaluate(bar) >= 0.75
    await expect(ballot.filter(has_text="because of").first).to_be_visible()
    title = await ann.locator("#ballot .title").first.text_content() or ""
    await ann.locator("#ballot .up").first.click()
    await expect(queue(bob).locator(".title").filter(has_text=title)).to_be_visible()
    await expect(ballot).to_have_count(4)


async def test_words(room: str, visit: OpenPage) -> None:
    """A few words start a party without a song, in the mood that is chosen, and they stay to be seen."""
    page = await visit(room, "Ann")
    sent: list[Json] = []
    page.on("websocket", lambda line: line.on("framesent", lambda text: sent.append(json.loads(text))))
    await page.reload()
    await page.get_by_role("button", name="You are Ann").wait_for()
    words = page.get_by_role("textbox", name="What you're in the mood for")
    mood = page.get_by_role("group", name="How far to stray from your songs")
    await expect(mood.get_by_role("radio", name="Balanced")).to_be_checked()
    await mood.get_by_role("radio", name="Safe").check()
    await words.fill(" 90s rock vlorp ")
    await words.press("Enter")
    await expect(page.locator("#toast")).to_contain_text("I don't know the word vlorp. Songs for “90s rock”")
    await expect(page.locator("#ballot > li")).to_have_count(5)
    await expect(page.locator("#ballot .note").first).to_contain_text("because of")
    await expect(words).to_have_value(" 90s rock vlorp ")
    await words.fill("🎉")
    await page.get_by_role("button", name="What next?").click()
    await expect(page.locator("#toast.bad")).to_contain_text("I need a word or two")
    await words.fill(" ")
    await mood.get_by_role("radio", name="Safe").press("ArrowLeft")
    await page.get_by_role("button", name="What next?").click()
    await expect(page.locator("#toast")).to_contain_text("a mix of decades and styles")
    assert [(it["do"], it.get("text"), it["mood"]) for it in sent if it["do"] in {"next", "vibe"}] == [
        ("vibe", "90s rock vlorp", "safe"),
        ("vibe", "🎉", "safe"),
        ("next", None, "adventurous"),
    ]


async def test_skip(party: PartyService, room: str, visit: OpenPage, clock: Clock) -> None:
    """A vote to skip shows how it stands, and enough of them play the next song."""
    ann, bob = await visit(room, "Ann"), await visit(room, "Bob")
    clock.pass_by(minutes=4)  # whoever has only just come does not count
    await fill(party, "mr brightside", "take on me")
    await expect(ann.locator("#now-title")).to_have_text("Mr. Brightside")
    await expect(queue(ann)).to_have_count(1)
    first = await ann.locator("#now-title").text_content() or ""
    second = await queue(ann).locator(".title").text_content() or ""
    await ann.locator("#skip").click()
    await expect(bob.locator("#skip")).to_contain_text("1 of 2")
    await expect(ann.locator("#skip")).to_have_attribute("aria-pressed", "true")
    await bob.locator("#skip").click()
    await expect(ann.locator("#now-title")).to_have_text(second)
    await ann.locator("#history-title").click()
    await expect(ann.locator("#history .title")).to_have_text([first])


async def test_take_out_and_undo(party: PartyService, room: str, visit: OpenPage) -> None:
    """One can take out one's own songs only, and bring them back."""
    await fill(party, "mr brightside", "take on me")
    page = await visit(room, "Ann")
    await expect(queue(page)).to_have_count(1)
    await expect(queue(page).locator(".link")).to_have_count(0)
    title = await add_first_found(page, "dancing queen")
    await page.get_by_role("button", name=f"Remove {title} from the queue").click()
    await expect(queue(page)).to_have_count(1)
    await page.get_by_role("button", name="Undo").click()
    await expect(queue(page)).to_have_count(2)


async def test_phone(party: PartyService, room: str, visit: OpenPage) -> None:
    """On a phone nothing runs off to the side, whatever the songs are called."""
    await fill(
        party, "mr brightside", f"{'W' * 120} - {'M' * 120}", f"{'zzyxq vlorp ' * 12} - {'qwzx mump ' * 12}"
    )
    for width in (390, 360):
        page = await visit(room, f"Ann{width}", width=width)
        await page.get_by_role("button", name="What next?").click()
        await expect(page.locator("#ballot > li").first).to_be_visible()
        await expect(queue(page)).to_have_count(2)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_reload(party: PartyService, room: str, visit: OpenPage) -> None:
    """A page that is loaded again still knows who one is and what one voted."""
    await fill(party, "mr brightside", "take on me")
    page = await visit(room, "Ann")
    await queue(page).locator(".down").click()
    await expect(queue(page).locator(".down")).to_have_attribute("aria-pressed", "true")
    await page.reload()
    await expect(page.get_by_role("button", name="You are Ann")).to_be_visible()
    await expect(queue(page).locator(".down")).to_have_attribute("aria-pressed", "true")


async def test_hostile_texts(party: PartyService, room: str, visit: OpenPage) -> None:
    """Markup in titles, artists and names is shown as the text that it is."""
    songs = (HOSTILE, "<b>Qwzx</b>"), (f"{HOSTILE} Two", "<script>1</script>")
    wanted = [Wanted(title, title=title, artist=artist) for title, artist in songs]
    await party.lists.bring(LOBBY, HOST, wanted, "list")
    page = await visit(room, "<i>Ann</i>")
    await expect(page.locator("#now-title")).to_have_text(HOSTILE)
    await expect(page.locator("#now-artist")).to_contain_text("<b>Qwzx</b>")
    await expect(queue(page).locator(".title")).to_have_text([f"{HOSTILE} Two"])
    await expect(page.locator("#my-name")).to_have_text("<i>Ann</i>")
    assert await page.locator("body img:not(.cover), main b:not(.vote b), main i i, body script").count() == 0
    assert HOSTILE in await page.title()


async def test_restart(party: PartyService, visit: OpenPage) -> None:
    """A page outlives a restart of the room; what was changed meanwhile arrives, once."""
    await fill(party, "mr brightside", "take on me")
    async with AsyncExitStack() as before:
        url = await before.enter_async_context(open_room(party, "127.0.0.1", 0))
        page = await visit(url, "Ann")
        await expect(queue(page)).to_have_count(1)
        await before.aclose()
        await expect(page.locator("#away")).to_contain_text("Can't reach the room right now")
        await queue(page).locator(".up").click()
        await expect(page.locator("#away")).to_contain_text("One change is waiting to be sent")
        await page.get_by_role("textbox", name="What you're in the mood for").fill("90s rock")
        await page.get_by_role("button", name="What next?").click()
        await expect(page.locator("#away")).to_contain_text("2 changes are waiting to be sent")
    async with open_room(party, "127.0.0.1", urlsplit(url).port or 0):
        await expect(page.locator("#away")).to_be_hidden()
        await expect(queue(page).locator(".up")).to_have_attribute("aria-pressed", "true")
        await expect(queue(page).locator(".up")).to_have_text("1")
        await expect(page.locator("#ballot > li")).to_have_count(5)


async def test_songs_that_run_the_other_way(room: str, visit: OpenPage, party: PartyService) -> None:
    """A title and a name from right to left turn nothing around that stands beside them."""
    await fill(party, "typed:Africa - TOTO")
    eve = Member("web", "eve", "أنا")
    await party.queue.add(LOBBY, eve, "typed:שיר - זמר")
    page = await visit(room, "Ann")
    row = queue(page).first
    await expect(row.locator(".title")).to_have_text("שיר")
    await expect(row.locator(".title")).to_have_css("unicode-bidi", "isolate")
    await expect(row.locator(".note")).to_have_text("added by \u2068أنا\u2069")
    await expect(row.get_by_role("button", name="Vote for \u2068שיר\u2069, 0 so far")).to_be_visible()
