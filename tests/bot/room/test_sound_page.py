"""How a party sounds, in a real browser: what is shown to whom, and what it leads to."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from bot.party.words import Member, Wanted
from bot.playback.errors import DeviceGone
from bot.room.hub import LOBBY
from bot.service import PartyService
from bot.wording.replies import short
from tests.bot.room.conftest import OpenPage
from tests.bot.room.sound_stage import SoundRoom
from tests.conftest import Clock
from tests.fakes.spotify_model import FakeUser

HOST = Member("web", "host", "Host")
HOSTILE = "<img src=x onerror=\"document.title='owned'\"> Zzyxq"


async def connect(page: Page, user: FakeUser, room: SoundRoom) -> None:
    """Presses the button, and agrees in the tab that opens."""
    room.fake.browser_user = user
    async with page.context.expect_page() as opened:
        await page.get_by_role("button", name="Connect Spotify").click()
    tab = await opened.value
    assert await tab.evaluate("window.opener") is None
    await tab.get_by_role("button", name="Connect Spotify for").click()
    await tab.get_by_role("button", name="Agree").click()
    await tab.get_by_role("heading", name="Connected as").wait_for()
    await tab.close()
    await page.evaluate("dispatchEvent(new Event('focus'))")  # headless tabs are never without it
    await expect(page.locator("#spotify-name")).to_contain_text(user.name[:30])


async def test_without_spotify(party: PartyService, room: str, visit: OpenPage, clock: Clock) -> None:
    """Nothing of it is shown but a way to pause, and the bar of a song that stands still does so, too."""
    entry = (await party.queue.add(LOBBY, HOST, "mr brightside")).entry
    clock.pass_by(minutes=1)
    page = await visit(f"{room}/party/{await party.passes.host(LOBBY)}", "Ann")
    bob = await visit(room, "Bob")
    await expect(page.locator("#sound")).to_be_hidden()
    await page.get_by_role("button", name="Pause").click()
    await expect(bob.locator("#stage-title")).to_contain_text("Paused")
    await expect(bob.locator("#elapsed")).to_have_text("1:00")
    clock.pass_by(minutes=1)
    await party.ballots.vote(LOBBY, HOST, entry.id, 1)
    await expect(bob.locator("#now-votes .up")).to_have_text("1")
    await expect(bob.locator("#elapsed")).to_have_text("1:00")
    await expect(bob.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "60")
    await expect(bob.locator("#pause")).to_be_hidden()
    await page.get_by_role("button", name="Play", exact=True).click()
    await expect(bob.locator("#stage-title")).to_have_text("Now playing")
    clock.pass_by(minutes=1)
    await party.ballots.vote(LOBBY, HOST, entry.id, 0)
    await expect(page.locator("#elapsed")).to_have_text(re.compile("2:0."))
    assert "Spotify" not in await page.locator("body").inner_text()


async def test_songs_from_spotify_lead_there(sounding: SoundRoom, visit: OpenPage) -> None:
    """What plays and what waits is linked where its title came from Spotify, and nothing else is."""
    page = await visit(sounding.url, "Ann")
    urls = []
    for title in ("Zzyzx One", "Zzyzx Two"):
        song = sounding.fake.song(title, "The Colemak Band")
        urls.append(f"https://open.spotify.com/track/{song.id}")
        await sounding.party.queue.add(LOBBY, HOST, urls[-1])
    await sounding.party.queue.add(LOBBY, HOST, "mr brightside")
    row = page.locator("#queue li")
    await expect(row).to_have_count(2)
    now, waiting = page.locator("#now-source"), row.first.get_by_role("link", name="Zzyzx Two on Spotify")
    await expect(now).to_have_attribute("href", urls[0])
    await expect(waiting).to_have_attribute("href", urls[1])
    await expect(waiting).to_have_text("Spotify")
    await expect(row.nth(1).locator(".source")).to_be_hidden()
    await sounding.party.queue.skip(LOBBY, HOST)
    await sounding.party.queue.skip(LOBBY, HOST)
    await expect(now).to_be_hidden()


async def test_favourites_from_spotify_lead_there(sounding: SoundRoom, visit: OpenPage) -> None:
    """In the list of favourites too, beside the button that adds them."""
    page = await visit(sounding.url, "Ann")
    song = sounding.fake.song("Zzyzx One", "The Colemak Band")
    url = f"https://open.spotify.com/track/{song.id}"
    await sounding.party.queue.add(LOBBY, HOST, url)
    await page.locator("#now-votes .up").click()
    await expect(page.locator("#now-votes .up")).to_have_attribute("aria-pressed", "true")
    await sounding.party.queue.skip(LOBBY, HOST)
    await page.get_by_role("button", name="Your favourites").click()
    panel = page.get_by_role("region", name="Your favourites")
    await expect(panel.get_by_role("button", name="Add Zzyzx One by The Colemak Band")).to_be_visible()
    await expect(panel.get_by_role("link", name="Zzyzx One on Spotify")).to_have_attribute("href", url)


async def test_connecting_and_playing(sounding: SoundRoom, visit: OpenPage) -> None:
    """One connects in a tab of its own, plays on a device, and all see where; only the host steers."""
    await sounding.stock("mr brightside")
    user = sounding.fake.user("Ann S")
    kitchen = sounding.fake.device(user, "Kitchen", volume=30)
    sounding.fake.device(user, "Phone", active=True)
    await sounding.party.queue.add(LOBBY, HOST, "mr brightside")
    ann, bob = await visit(sounding.url, "Ann"), await visit(sounding.url, "Bob")
    await connect(ann, user, sounding)
    await expect(bob.locator("#sound-in")).to_be_hidden()
    device = ann.get_by_role("combobox", name="Device")
    await expect(device.locator("option")).to_have_text(["Kitchen", "Phone"])
    await expect(device.locator("option:checked")).to_have_text("Phone")
    await device.select_option("Kitchen")
    await ann.get_by_role("button", name="Play here").click()
    for page in (ann, bob):
        await expect(page.locator("#now-sound")).to_have_text("Kitchen, hosted by Ann")
    await expect(bob.get_by_role("button", name="Pause")).to_be_hidden()
    volume = ann.get_by_role("slider", name="Volume")
    await expect(volume).to_have_value("30")
    await volume.press("ArrowRight")
    await expect(ann.locator("#toast")).to_have_text("🔊 The volume is now 35%.")
    assert kitchen.volume == 35
    await ann.get_by_role("button", name="Pause").click()
    await expect(bob.locator("#stage-title")).to_contain_text("Paused")
    await expect(bob.locator("#pause")).to_be_hidden()
    await ann.get_by_role("button", name="Play", exact=True).click()
    await ann.get_by_role("button", name="Stop").click()
    await expect(bob.locator("#now-sound")).to_be_hidden()
    await expect(ann.locator("#spotify-steer")).to_be_hidden()
    await ann.get_by_role("button", name="Disconnect").click()
    await expect(ann.get_by_role("button", name="Connect Spotify")).to_be_focused()


async def test_without_a_name(sounding: SoundRoom, visit: OpenPage) -> None:
    """Whoever connects without a name is asked for one first, and the link is there if no tab opens."""
    page = await visit(sounding.url)
    await page.get_by_role("button", name="Connect Spotify").click()
    await page.get_by_role("textbox", name="Your name").fill("Ann")
    await page.get_by_role("textbox", name="Your name").press("Enter")
    link = page.get_by_role("link", name="Open the link")
    await expect(link).to_have_attribute("href", re.compile(re.escape(f"{sounding.url}/spotify/connect/")))
    await expect(link).to_have_attribute("target", "_blank")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")


async def test_saving_and_bringing_in(sounding: SoundRoom, visit: OpenPage) -> None:
    """A pasted link brings a playlist in; what is saved is linked, and what is missing is listed as text."""
    songs = await sounding.stock("mr brightside", "take on me")
    user = sounding.fake.user(HOSTILE)
    mine = sounding.fake.playlist(user, HOSTILE, songs, public=False)
    sounding.fake.device(user, HOSTILE)
    page = await visit(sounding.url, "Ann")
    await connect(page, user, sounding)
    await expect(page.get_by_role("combobox", name="Device")).to_contain_text(HOSTILE[:20])
    box = page.get_by_role("combobox", name="Add a song")
    await box.fill(f"https://open.spotify.com/playlist/{mine.id}")
    await box.press("Enter")
    await expect(page.locator("#toast")).to_have_text(f"Added 2 songs from {short(HOSTILE, 32)}.")
    await expect(box).to_have_value("")
    hostile = Wanted(HOSTILE, title=HOSTILE, artist="<b>Qwzx</b>")
    await sounding.party.lists.bring(LOBBY, HOST, [hostile], "list")
    await page.get_by_role("textbox", name="Name of the playlist").fill("Our night")
    await page.get_by_role("button", name="Save as a playlist").click()
    link = page.get_by_role("link", name="Open it in Spotify")
    await expect(link).to_have_attribute("href", re.compile(r"https://open\.spotify\.com/playlist/\w{22}"))
    await expect(link).to_have_attribute("target", "_blank")
    said = page.locator("#sound-said")
    await expect(said).to_contain_text("Saved this party as a playlist: 2 songs. Open it in Spotify")
    await expect(said.get_by_role("listitem")).to_have_text([f"{HOSTILE} – <b>Qwzx</b>"])
    assert await page.locator("body img:not(.cover)").count() == 0
    assert HOSTILE not in await page.title()


async def test_a_refusal_does_not_stay(sounding: SoundRoom, visit: OpenPage) -> None:
    """What keeps a party from being saved now is said, and nothing of it is left under the form."""
    await sounding.stock("mr brightside")
    page = await visit(sounding.url, "Ann")
    await sounding.party.queue.add(LOBBY, HOST, "mr brightside")
    await connect(page, sounding.fake.user("Ann S"), sounding)
    sounding.fake.limit(21_600)
    await page.get_by_role("button", name="Save as a playlist").click()
    await expect(page.locator("#toast")).to_contain_text("Try again in about 6 hours")
    await expect(page.locator("#sound-said")).to_be_empty()


async def test_the_list_of_devices_is_fresh_when_it_is_opened(sounding: SoundRoom, visit: OpenPage) -> None:
    """A device that has vanished is not offered, a new one is, and what was chosen stays chosen."""
    user = sounding.fake.user("Ann S")
    phone = sounding.fake.device(user, "Phone", active=True)
    sounding.fake.device(user, "Kitchen")
    page = await visit(sounding.url, "Ann")
    await connect(page, user, sounding)
    device = page.get_by_role("combobox", name="Device")
    await expect(device.locator("option")).to_have_text(["Phone", "Kitchen"])
    sounding.fake.device(user, "Garden")
    await device.focus()
    await expect(device.locator("option")).to_have_text(["Phone", "Kitchen", "Garden"])
    await device.select_option("Kitchen")
    sounding.fake.unplug(user, phone)
    await device.click()
    await expect(device.locator("option")).to_have_text(["Kitchen", "Garden"])
    await expect(device.locator("option:checked")).to_have_text("Kitchen")


async def test_what_cannot_be_brought_in(sounding: SoundRoom, visit: OpenPage) -> None:
    """The page no longer says that it is under way."""
    theirs = sounding.fake.playlist(sounding.fake.user("Bob S"), "Theirs", public=False)
    page = await visit(sounding.url, "Ann")
    await connect(page, sounding.fake.user("Ann S"), sounding)
    box = page.get_by_role("combobox", name="Add a song")
    await box.fill(f"https://open.spotify.com/playlist/{theirs.id}")
    await page.evaluate("window.setTimeout = () => 0")  # what is shown does not go by itself
    with sounding.fake.held("/playlists") as gate:
        await box.press("Enter")
        await expect(page.locator("#bringing")).to_contain_text("Importing …")
        gate.open()
    await expect(page.locator("#add-said")).to_contain_text("only lets me read playlists that you own")
    await expect(page.locator("#bringing")).to_be_hidden()


async def test_who_is_no_longer_let_in_can_connect_again(sounding: SoundRoom, visit: OpenPage) -> None:
    """The button that the room speaks of is there at once."""
    user = sounding.fake.user("Ann S")
    sounding.fake.device(user, "Kitchen", active=True)
    await sounding.stock("mr brightside")
    page = await visit(sounding.url, "Ann")
    await sounding.party.queue.add(LOBBY, HOST, "mr brightside")
    await connect(page, user, sounding)
    await page.get_by_role("button", name="Play here").click()
    await expect(page.locator("#now-sound")).to_be_visible()
    sounding.fake.revoke(user)
    # The page may have asked by itself just now, and then this button is hidden already.
    await page.get_by_role("button", name="Refresh the devices", include_hidden=True).dispatch_event("click")
    await expect(page.get_by_role("button", name="Connect Spotify")).to_be_visible()
    await expect(page.get_by_role("button", name="Disconnect")).to_be_hidden()


async def test_the_room_is_told(sounding: SoundRoom, visit: OpenPage) -> None:
    """What happens by itself comes up for everybody."""
    page, other = await visit(sounding.url, "Ann"), await visit(sounding.url)
    await expect(page.locator("#count")).to_have_text("2 here")
    sounding.party.notices.post(LOBBY, DeviceGone())
    for each in (page, other):
        await expect(each.get_by_role("status").filter(has_text="the party is paused")).to_be_visible()


async def test_phone(sounding: SoundRoom, visit: OpenPage) -> None:
    """On a small phone nothing runs off to the side, whatever a device is called."""
    user = sounding.fake.user("W" * 60)
    sounding.fake.device(user, "M" * 80, active=True)
    await sounding.party.queue.add(LOBBY, HOST, "mr brightside")
    await sounding.stock("mr brightside")
    page = await visit(sounding.url, "Ann", width=320)
    await connect(page, user, sounding)
    await page.get_by_role("button", name="Play here").click()
    await expect(page.locator("#now-sound")).to_be_visible()
    await expect(page.get_by_role("button", name="Stop")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320


LINKS = {
    "https://open.spotify.com/playlist/4aawyAB9vmqN3uQ7FjRGTy": True,
    "https://party.example/spotify/connect/aZ-_09": True,
    "http://127.0.0.1:8080/spotify/connect/x": True,
    "http://open.spotify.com/playlist/x": False,
    "https://open.spotify.com.evil.example/x": False,
    "https://open.spotify.com@evil.example/x": False,
    "https://open.spotify.com:444/x": False,
    "http://evil.example/spotify/connect/x": False,
    "https://evil.example/?https://open.spotify.com/": False,
    "https://party.example/spotify/connect/x?next=//evil.example": False,
    "https://party.example/spotify/connect/x/y": False,
    "javascript:alert(1)": False,
    "data:text/html,x": False,
    "/spotify/connect/x": False,
    "": False,
}


async def test_other_links_are_never_shown(room: str, visit: OpenPage) -> None:
    """The page takes only links to Spotify's own pages, and to ours for connecting."""
    page = await visit(room)
    script = """links => import(document.querySelector("script[type=module]").src).then(
      ({ ours }) => links.map(each => ours(each) !== null))"""
    taken = await page.evaluate(script, list(LINKS))
    assert dict(zip(LINKS, taken, strict=True)) == LINKS
