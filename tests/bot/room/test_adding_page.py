"""Lists of songs, and the questions which was meant, on the page in a real browser."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import FilePayload, Locator, Page, WebSocketRoute, expect

from bot.party.errors import EmptyList, ListTooLarge, NotAList, PartyError
from bot.party.words import Member
from bot.room.hub import LOBBY
from bot.room.language import REPLIES
from bot.service import PartyService
from tests.bot.room.conftest import OpenPage
from tests.bot.room.test_adding import UNSURE, made_up
from tests.bot.room.test_page import HOSTILE, queue
from tests.bot.room.visitor import Json

MANAGER = Member("web", "host", "Host", moderator=True, manager=True)
PASTE = """(text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  if (document.activeElement.dispatchEvent(event)) document.execCommand("insertText", false, text);
}"""
"""Pastes as people do; the browser itself inserts what the page leaves to it."""
DROP = """({ kind, names, text }) => {
  const dataTransfer = new DataTransfer();
  for (const name of names) dataTransfer.items.add(new File([text], name));
  const target = document.querySelector("footer, main");
  return target.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
}"""
"""Drags files over the page or drops them; says whether the browser would open them in its place."""


def box(page: Page) -> Locator:
    """The field for a song."""
    return page.get_by_role("combobox", name="Add a song")


def lines(page: Page) -> Locator:
    """The field for several songs."""
    return page.get_by_role("textbox", name="Add songs, one on each line")


async def ask_for(page: Page, text: str) -> Locator:
    """Adds a text that may mean several songs, and returns the question."""
    await box(page).fill(text)
    await box(page).press("Enter")
    question = page.get_by_role("group", name=text)
    await expect(question).to_be_visible()
    return question


def chosen(name: str, data: bytes | str) -> FilePayload:
    """A file to choose."""
    return {"name": name, "mimeType": "", "buffer": data.encode() if isinstance(data, str) else data}


async def test_one_tap(room: str, visit: OpenPage) -> None:
    """A text that may mean several songs is asked about where it was typed, and one tap queues the song."""
    ann, bob = await visit(room, "Ann", width=390), await visit(room, "Bob")
    question = await ask_for(ann, UNSURE)
    await expect(ann.locator("#heard")).to_contain_text("I'm not sure which song “ashes” is.")
    await expect(box(ann)).to_have_value("")
    assert await ann.evaluate("document.documentElement.scrollWidth") <= 390
    song = question.get_by_role("button").nth(1)
    title = await song.locator(".title").text_content() or ""
    await song.dblclick()
    await expect(bob.locator("#now-title")).to_have_text(title)
    await expect(ann.locator("#toast")).to_contain_text(f"Now playing: {title}")
    await expect(ann.locator("#which")).to_be_hidden()
    await expect(bob.locator("#which")).to_be_hidden()
    await expect(ann.locator("#now-votes .up")).to_have_text("")


async def test_by_keyboard(room: str, visit: OpenPage) -> None:
    """Questions are reached and answered by keyboard alone, one after the other, or waved away."""
    page = await visit(room, "Ann")
    await ask_for(page, "the killers")
    second = await ask_for(page, UNSURE)
    await second.get_by_role("button").first.focus()
    for _ in range(3):
        await page.keyboard.press("Tab")
    await expect(second.get_by_role("button", name="As I typed it")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#now-title")).to_have_text(UNSURE)
    await expect(page.locator("#toast")).to_contain_text("I don't know this song")
    first = page.get_by_role("group", name="the killers")
    await expect(first).to_be_focused()
    await page.get_by_role("button", name="Never mind").click()
    await expect(page.locator("#which")).to_be_hidden()
    await expect(queue(page)).to_have_count(0)


async def test_pasted_lines(room: str, visit: OpenPage) -> None:
    """Several pasted lines stay lines and are added together; a single one stays in its field."""
    page = await visit(room, "Ann")
    await box(page).focus()
    await page.evaluate(PASTE, "africa toto\n")
    await expect(box(page)).to_have_value("africa toto")
    await box(page).press("Home")
    await page.evaluate(PASTE, "take on me\r\nzzyxq vlorp\r\n\r\n")
    await expect(lines(page)).to_have_value("take on me\nzzyxq vlorpafrica toto")
    await expect(lines(page)).to_be_focused()
    await page.get_by_role("button", name="Clear the list").click()
    await expect(box(page)).to_be_focused()
    await page.evaluate(PASTE, f"take on me\nzzyxq vlorp\n{UNSURE}")
    await lines(page).press("Control+Enter")
    await expect(page.locator("#told-words")).to_contain_text("Now playing: Take on Me")
    await expect(page.locator("#told-words")).to_contain_text("Added zzyxq vlorp: next up.")
    await expect(page.locator("#told-words")).not_to_contain_text("I'm not sure")
    await expect(page.get_by_role("group", name=UNSURE)).to_be_visible()
    await expect(box(page)).to_be_focused()
    await expect(box(page)).to_have_value("")
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("#told")).to_be_hidden()


async def test_a_long_list_is_pasted(party: PartyService, room: str, visit: OpenPage) -> None:
    """More than one request may name is added all the same, and an error leaves the list where it is."""
    await party.settings.choose(LOBBY, MANAGER, {"visitor_songs": 300})
    page = await visit(room, "Ann")
    await box(page).focus()
    songs = [song.replace(",", " - ") for song in made_up(200)]
    assert len("\n".join(songs)) > 4_000
    await page.evaluate(PASTE, "\n".join(songs * 3))
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("alert").filter(has_text="too many songs at once")).to_be_visible()
    await lines(page).fill("\n".join(songs))
    await expect(page.get_by_role("alert").filter(has_text="too many")).to_have_count(0)
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.locator("#told-words")).to_contain_text("Found 0 of 200 songs. Added 200.")
    await expect(page.locator("#queue-count")).to_have_text("199")


async def test_a_dropped_file(party: PartyService, room: str, visit: OpenPage) -> None:
    """A file can be dropped anywhere, even before one has a name; one undo takes all of it back."""
    await party.settings.choose(LOBBY, MANAGER, {"visitor_songs": 300})
    page = await visit(room)
    text = "\n".join(["title,artist", "Take On Me,a-ha", f"{UNSURE},", *made_up(58)])
    drop: Json = {"kind": "dragover", "names": ["party.csv"], "text": text}
    assert not await page.evaluate(DROP, drop)
    await expect(page.get_by_text("Drop your list to add its songs")).to_be_visible()
    assert not await page.evaluate(DROP, {**drop, "kind": "drop"})
    await expect(page.locator("#drop")).to_be_hidden()
    await page.get_by_role("textbox", name="Your name").fill("Ann")
    await page.get_by_role("button", name="Join in").click()
    await expect(page.locator("#told-words")).to_contain_text("Found 1 of 60 songs. Added 59.")
    await expect(page.locator("#heard")).to_contain_text("Found 1 of 60 songs.")
    await expect(page.locator("#bringing")).to_be_hidden()
    await expect(page.get_by_role("group", name=UNSURE)).to_be_visible()
    await expect(page.locator("#queue-count")).to_have_text("58")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#toast")).to_contain_text("Removed the 58 imported songs")
    await expect(queue(page)).to_have_count(0)


async def test_chosen_files(room: str, visit: OpenPage) -> None:
    """The button opens a chooser; of several files each says what became of it."""
    page = await visit(room, "Ann", width=390)
    async with page.expect_file_chooser() as opening:
        await page.get_by_role("button", name="Add a list").click()
    chooser = await opening.value
    assert chooser.is_multiple()
    await chooser.set_files(
        [
            chosen("one.txt", "take on me"),
            chosen("two.zip", b"PK\x03\x04abc"),
            chosen("x" * 300, "africa toto"),
        ]
    )
    told = page.locator("#told-words")
    await expect(told).to_contain_text("one.txt: Found 1 of 1 songs. Added one.")
    await expect(told).to_contain_text("xxx: Found 1 of 1 songs. Added one.")
    await expect(page.locator("#add-said")).to_have_text(f"two.zip: {REPLIES.error(NotAList())}")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(
    ("name", "data", "error", "is_sent"),
    [
        ("large.csv", b"a,b\n" * 500_000, ListTooLarge(1), False),
        ("zip.csv", b"PK\x03\x04" + bytes(range(256)) * 9, NotAList(), True),
        ("empty.csv", b"", EmptyList(), True),
    ],
    ids=["large", "zip", "empty"],
)
async def test_no_list(
    room: str, visit: OpenPage, name: str, data: bytes, error: PartyError, is_sent: bool
) -> None:
    """What is no list gets one sentence; what is too large is not even sent."""
    page = await visit(room, "Ann")
    sent: list[str] = []
    page.on("websocket", lambda line: line.on("framesent", lambda text: sent.append(json.loads(text)["do"])))
    await page.reload()
    await page.get_by_role("button", name="You are Ann").wait_for()
    await page.locator("#file").set_input_files([chosen(name, data)])
    await expect(page.locator("#add-said")).to_have_text(REPLIES.error(error))
    await expect(page.locator("#told")).to_be_hidden()
    await expect(page.locator("#now-title")).to_have_text("Add the first song")
    assert ("import" in sent) is is_sent
    await box(page).press_sequentially("a")
    await expect(page.locator("#add-said")).to_be_empty()


async def test_while_a_list_is_added(room: str, visit: OpenPage) -> None:
    """What takes long shows how far it is, survives a broken line, and leaves the page to other things."""
    page = await visit(room, "Ann")
    asked: list[Json] = []
    lines_open: list[WebSocketRoute] = []

    def serve(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        lines_open.append(route)

        def pass_on(text: str | bytes) -> None:
            message = json.loads(text)
            asked.append(message)
            if message["do"] != "import" or len(lines_open) > 1:
                server.send(text)
            else:
                route.send(json.dumps({"id": message["id"], "going": True}))

        route.on_message(pass_on)

    await page.route_web_socket("**/live", serve)
    await page.reload()
    await page.get_by_role("button", name="You are Ann").wait_for()
    await page.locator("#file").set_input_files([chosen("party.csv", "Take On Me,a-ha\nAfrica,TOTO")])
    await expect(page.locator("#bringing")).to_contain_text("Adding party.csv …")
    await expect(page.get_by_role("progressbar", name="Adding party.csv")).to_be_visible()
    await box(page).fill("dancing queen")
    await box(page).press("Enter")
    await expect(page.locator("#bringing")).to_contain_text("Adding party.csv … 1 song so far")
    await lines_open[0].close()
    await expect(page.locator("#told-words")).to_contain_text("Found 2 of 2 songs. Added 2.")
    await expect(page.locator("#bringing")).to_be_hidden()
    imports = [message["id"] for message in asked if message["do"] == "import"]
    assert len(imports) == 2
    assert len({*imports}) == 1


async def test_hostile_questions(room: str, visit: OpenPage) -> None:
    """Markup in what is asked, in songs, file names and answers is shown as the text that it is."""
    page = await visit(room, "Ann")
    song = {"track_id": HOSTILE, "title": HOSTILE, "artist": "<b>Qwzx</b>", "year": 1999, "duration_ms": None}
    unknown = {**song, "track_id": None, "title": "Nobody knows"}
    asked: list[Json] = []

    def serve(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def pass_on(text: str | bytes) -> None:
            message = json.loads(text)
            asked.append(message)
            if message["do"] not in {"add", "import"}:
                return server.send(text)
            question = {"typed": f"{HOSTILE}\n1", "tracks": [song, unknown], "say": "which?"}
            answer: Json = {"say": f"{HOSTILE}\n<i>two</i>\nwhich?", "questions": [question]}
            return route.send(json.dumps({"id": message["id"], "ok": True, **answer}))

        route.on_message(pass_on)

    await page.route_web_socket("**/live", serve)
    await page.reload()
    await page.get_by_role("button", name="You are Ann").wait_for()
    await page.locator("#file").set_input_files([chosen("<img src=x>.csv", "a"), chosen("b.csv", "b")])
    await expect(page.locator("#told-words")).to_contain_text(f"<img src=x>.csv: {HOSTILE}\n<i>two</i>")
    question = page.locator(".question")
    await expect(question).to_have_count(1)
    await expect(question.locator("legend")).to_contain_text(HOSTILE)
    await expect(question.get_by_role("button")).to_have_text(
        [f"{HOSTILE} <b>Qwzx</b> · 1999", "As I typed it"], use_inner_text=True
    )
    assert await page.locator("body img:not(.cover), main b:not(.vote b), main p i, main span b").count() == 0
    await question.get_by_role("button").first.click()
    await expect(question).to_have_count(0)
    await page.locator("#file").set_input_files([chosen("c.csv", "c")])
    await question.get_by_role("button", name="As I typed it").click()
    await expect(question).to_have_count(0)
    songs = [message["song"] for message in asked if message["do"] == "add"]
    assert songs == [f"track:{HOSTILE}", f"typed:{HOSTILE}\n1"]
    assert "owned" not in (await page.title()).replace(HOSTILE, "")
