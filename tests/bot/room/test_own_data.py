"""What is known of somebody on the page: a file with it, and its end, for guests with a nickname too."""

from __future__ import annotations

import base64
import json
from typing import Any

import aiohttp
from playwright.async_api import expect

from bot.party.words import Member, Room, Way
from bot.room.floors import LOBBY
from bot.room.names import person
from bot.service import PartyService
from db.store import Store
from tests.bot.room.conftest import Enter, OpenPage
from tests.bot.room.sound_stage import SoundRoom
from tests.bot.room.test_panel_page import open_menu
from tests.bot.room.visitor import Visitor, connect
from tests.conftest import ON_BOTH
from tests.db.sentinel import walk


async def told(visitor: Visitor) -> dict[str, Any]:
    """What is in the file."""
    file = (await visitor.ask("my-data"))["file"]
    assert (file["name"], file["type"]) == ("encore-my-data.json", "application/json")
    found: dict[str, Any] = json.loads(base64.b64decode(file["base64"]))
    return found


async def kept(store: Store, visitor: Visitor) -> set[tuple[str, str]]:
    """Where the database has a visitor's name or id."""
    who = person("Annabella", visitor.secret)
    return {
        (table, column)
        for table, column, text in await walk(store)
        if who.user_id in text or who.name in text
    }


async def test_everything_about_a_guest_is_a_file(enter: Enter) -> None:
    """With the nickname, and nothing of anybody else."""
    ann, ben = await enter("Annabella"), await enter("Benedikt")
    await ann.ask("add", song="take on me")
    await ben.ask("add", song="mr brightside")
    found = await told(ann)
    assert [each["title"] for each in found["songs"]] == ["Take on Me"]
    assert [each["name"] for each in found["nicknames"]] == ["Annabella"]
    assert "Benedikt" not in json.dumps(found)


async def test_a_connection_is_told_without_its_keys(sounding: SoundRoom) -> None:
    """The name at Spotify and since when; what lets the bot in stays sealed."""
    ann, user = await sounding.host("Annabella")
    found = await told(ann)
    assert found["name_at_spotify"] == user.name
    assert [each["linked"][-6:] for each in found["spotify_connections"]] == ["+00:00"]
    assert not {"sealed", "access", "refresh", "secret"} & {
        key for rows in found.values() if isinstance(rows, list) for row in rows for key in row
    }


@ON_BOTH
async def test_a_guest_is_erased_for_good(enter: Enter, store: Store) -> None:
    """Their page has no name any more, so that nothing of them comes back by itself."""
    ann = await enter("Annabella")
    other = await enter(None)
    other.secret = ann.secret  # a second tab of the same browser
    assert (await other.hello("Annabella"))["ok"]
    await ann.ask("add", song="take on me")
    await ann.ask("add", song="mr brightside")
    await ann.ask("vote", song="mr brightside")
    assert len(await kept(store, ann)) > 5
    asked = await ann.ask("delete-my-data")
    assert asked["confirm"]
    assert await kept(store, ann)
    assert (await ann.ask("delete-my-data", sure="yes"))["ok"]
    assert await kept(store, ann) == set()
    for page in (ann, other):
        while page.known.own["name"] is not None:
            await page.hear()
        assert (await page.ask("add", song="wonderwall"))["kind"] == "NameNeeded"
    assert await kept(store, ann) == set()
    await ann.until(lambda state: state["playing"] and not state["playing"]["by"])
    ann.secret = "another secret of the same browser"
    assert (await ann.hello("Annabella"))["ok"]


async def test_a_link_of_ones_own_ends_with_it(
    party: PartyService, room: str, web: aiohttp.ClientSession, store: Store
) -> None:
    """A member of a chat who erases everything on the page has no link to it any more, and is sent out."""
    place, anna = Room("slack", "T1", "C1"), Member("slack", "UANNA", "Annabella")
    secret = await party.passes.own(place, anna)
    async with connect(web, room) as page:
        assert (await page.ask("enter", link=secret))["as"] == Way.MEMBER
        assert (await page.ask("add", song="take on me"))["ok"]
        assert (await page.ask("delete-my-data", sure="yes"))["ok"]
        assert not [text for _, _, text in await walk(store) if text in {"UANNA", "Annabella"}]
        while not page.bye:
            await page.hear()
        assert page.bye["kind"] == "LinkGone"


async def test_the_page_gives_the_file_and_forgets(
    room: str, visit: OpenPage, party: PartyService, store: Store
) -> None:
    """A download; after erasure the browser has neither name nor key, also when it comes back."""
    page = await visit(room, "Annabella")
    await page.get_by_role("combobox", name="Add a song").fill("take on me")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.locator("#now-artist")).to_contain_text("added by you")
    sheet = await open_menu(page, "What I know")
    async with page.expect_download() as coming:
        await sheet.get_by_role("button", name="Get my data").click()
    file = await (await coming.value).path()
    assert [each["title"] for each in json.loads(file.read_text())["songs"]] == ["Take on Me"]
    before = await page.evaluate("localStorage.getItem('encore.secret')")
    await sheet.get_by_role("button", name="Erase my data").click()
    await sheet.get_by_role("button", name="Erase everything").click()
    await expect(page.locator("#my-name")).to_have_text("Pick a name")
    assert not await page.evaluate("localStorage.getItem('encore.name')")
    assert await page.evaluate("localStorage.getItem('encore.secret')") != before
    await page.reload()
    await expect(page.locator("#now-title")).to_have_text("Take on Me")
    assert not [text for _, _, text in await walk(store) if "Annabella" in text]
    assert await party.passes.guest(LOBBY)
