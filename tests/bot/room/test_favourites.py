"""Favourites in the web room: over its socket, and on the page in a real browser."""

from __future__ import annotations

from playwright.async_api import expect

from tests.bot.room.conftest import Enter, OpenPage
from tests.bot.room.visitor import Visitor

SONGS = ("mr brightside", "take on me", "wonderwall")


async def play_all(visitor: Visitor, *, voting: bool) -> None:
    """Somebody adds the songs; who votes does so for each, and all are over in the end."""
    for song in SONGS:
        await visitor.ask("add", text=song)
        state = await visitor.until(lambda state: state["playing"])
        if voting:
            await visitor.ask("vote", entry=state["playing"]["id"], value=1)
        await visitor.ask("remove", entry=state["playing"]["id"])
        await visitor.until(lambda state: not state["playing"])


async def test_favourites_over_the_socket(enter: Enter) -> None:
    """A list with what adds each; one, several, or all at once, and nobody else's."""
    ann, bob = await enter("Ann"), await enter("Bob")
    assert (await ann.ask("favourites"))["favourites"] == []
    await play_all(ann, voting=True)
    listed = await ann.ask("favourites")
    found = listed["favourites"]
    assert [each["title"] for each in found] == ["Wonderwall", "Take on Me", "Mr. Brightside"]
    assert listed["say"].splitlines()[1] == "1. Wonderwall – Oasis"
    assert (await bob.ask("favourites"))["favourites"] == []
    assert (await bob.ask("favourites", entry=found[0]["entry"]))["kind"] == "NotAFavourite"
    first = await ann.ask("favourites", ident="once", entry=found[1]["entry"])
    again = await ann.ask("favourites", ident="once", entry=found[1]["entry"])
    assert first["say"] == again["say"] == "Now playing: Take on Me – a-ha"
    both = f"entry:{found[0]['entry']}-{found[2]['entry']}"
    assert len((await ann.ask("favourites", song=both))["say"].splitlines()) == 2
    state = await bob.until(lambda state: len(state["queue"]) == 2)
    assert [each["title"] for each in state["queue"]] == ["Wonderwall", "Mr. Brightside"]
    assert (await ann.ask("favourites"))["say"].startswith("That's all")


async def test_favourites_on_the_page(room: str, visit: OpenPage, enter: Enter) -> None:
    """One tap opens the list, one adds a song, one all of them; a phone's width is enough."""
    page = await visit(room, "Ann", width=390)
    opens = page.get_by_role("button", name="Your favourites")
    await opens.click()
    panel = page.get_by_role("region", name="Your favourites")
    await expect(panel).to_contain_text("You have no favourites yet.")
    await expect(opens).to_have_attribute("aria-expanded", "true")
    await panel.get_by_role("button", name="Close").click()
    await expect(panel).to_be_hidden()
    bob = await enter("Bob")
    for song in SONGS:
        await bob.ask("add", text=song)
        await page.locator("#now-votes .up").click()
        await expect(page.locator("#now-votes .up")).to_have_attribute("aria-pressed", "true")
        state = await bob.until(lambda state: state["playing"])
        await bob.ask("remove", entry=state["playing"]["id"])
        await expect(page.locator("#now-title")).to_have_text("Add the first song")
    await opens.click()
    await expect(panel.locator(".choice")).to_have_count(3)
    await panel.get_by_role("button", name="Add Take on Me by a-ha").click()
    await expect(page.locator("#now-title")).to_have_text("Take on Me")
    await panel.get_by_role("button", name="Add all 2").click()
    await expect(page.locator("#queue li")).to_have_count(2)
    await expect(panel).to_contain_text("That's all")
    await panel.get_by_role("button", name="Close").click()
    await opens.click()  # they are favourites all the same
    await expect(panel).to_contain_text("That's all")
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
