"""A page that sounds, in a real Chromium that hears itself: what plays, how it goes on, and who steers it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from bot.party.words import Member
from bot.room import speakers
from bot.room.hub import LOBBY
from tests.bot.room.axe import broken_words, faults, small_targets
from tests.bot.room.conftest import OpenEars, OpenPage
from tests.bot.room.ears import heard, until_heard, until_silent
from tests.bot.room.speaker_stage import HOST, SpeakerRoom

GUEST = Member("web", "a guest", "Gus")

POSITION = "players.filter((each) => !each.paused).map((each) => each.currentTime)[0] ?? null"


async def sound(page: Page) -> None:
    """Presses the button."""
    await page.get_by_role("button", name="Sound here").click()
    await page.get_by_role("button", name="Stop the sound").wait_for()


async def test_one_button(loud: SpeakerRoom, listen: OpenEars, visit: OpenPage) -> None:
    """The host's page sounds after one press, which browsers want; everybody sees where, and no guest may."""
    await loud.stock(20)
    await loud.queue(0)
    page, guest = await listen(), await visit(loud.url, "Gus")
    await expect(guest.locator("#speaker")).to_be_hidden()
    await sound(page)
    await until_heard(page, 0)
    await expect(guest.locator("#now-sound")).to_have_text("On Hanna's page")
    await expect(guest.locator("#speaker")).to_be_hidden()
    await page.get_by_role("button", name="Stop the sound").click()
    await until_silent(page)
    await expect(guest.locator("#now-sound")).to_have_text("")
    await expect(page.get_by_role("button", name="Sound here")).to_be_visible()


async def test_without_music_of_ones_own(loud: SpeakerRoom, listen: OpenEars) -> None:
    """There is no button where there is nothing to play."""
    page = await listen()
    await expect(page.locator("#speaker")).to_be_hidden()


@pytest.mark.parametrize(("crossfade_s", "silence_ms"), [(0, 100), (2, 20)])
async def test_one_song_after_the_other(
    loud: SpeakerRoom, listen: OpenEars, crossfade_s: int, silence_ms: int
) -> None:
    """The songs follow each other in the party's order without a pause that anybody hears."""
    await loud.stock(*[6 if crossfade_s else 2.5] * 3)
    await loud.queue(0, 1, 2)
    if crossfade_s:
        rules = await loud.party.settings.rules(LOBBY)
        await loud.party.settings.choose(LOBBY, HOST, {"crossfade_s": crossfade_s}, "a key")
        assert (await loud.party.settings.rules(LOBBY)) != rules
    page = await listen()
    await sound(page)
    await until_heard(page, 2)
    await asyncio.sleep(0.5)
    found = await heard(page)
    assert found.order() == [0, 1, 2]
    assert max(found.silences_ms(), default=0) < silence_ms
    while await loud.playing() is not None:  # noqa: ASYNC110 - the party tells nobody here
        await asyncio.sleep(0.05)


async def test_the_clock_follows(loud: SpeakerRoom, listen: OpenEars) -> None:
    """The party says how much is left of the file, not of the song in the catalogue, and where it is."""
    await loud.stock(30)
    await loud.queue(0)
    page = await listen()
    await sound(page)
    await until_heard(page, 0)
    now = await until(loud, lambda now: now.playback.on is not None)
    at_s = await page.evaluate(POSITION)
    assert abs(now.position_ms / 1000 - at_s) < 1.5
    playing = (await loud.party.insight.now(LOBBY)).playing
    assert playing is not None
    assert playing.ends_ms is not None
    assert abs((playing.ends_ms - loud.party.now_ms()) / 1000 - (30 - at_s)) < 2


async def until(loud: SpeakerRoom, holds: Callable[[Any], Any]) -> Any:
    """What the party's outlet should do, once something holds."""
    for _ in range(400):
        now = await loud.party.outlets.now(LOBBY)
        if now is not None and holds(now):
            return now
        await asyncio.sleep(0.05)
    raise AssertionError("it never did")


async def test_others_steer(loud: SpeakerRoom, listen: OpenEars) -> None:
    """Whoever pauses, goes on, skips and seeks in the party does so on the page that sounds."""
    await loud.stock(60, 60)
    first, second = await loud.queue(0, 1)
    page = await listen()
    await sound(page)
    await until_heard(page, 0)
    await loud.party.playback.pause(LOBBY, HOST)
    await until_silent(page)
    before_s = (await until(loud, lambda now: now.paused)).position_ms / 1000
    await asyncio.sleep(1)
    await loud.party.playback.play(LOBBY, HOST)
    await until_heard(page, 0)
    assert abs(await page.evaluate(POSITION) - before_s) < 1.5
    await loud.party.outlets.seek(LOBBY, HOST, 40_000)
    await page.wait_for_function(f"() => ({POSITION}) > 39")
    await until(loud, lambda now: abs(now.position_ms - 40_000) < 5_000)
    assert await loud.playing() == first.id
    await loud.party.queue.skip(LOBBY, HOST)
    await until_heard(page, 1)
    assert await loud.playing() == second.id
    assert await page.evaluate(POSITION) < 3


async def test_the_browser_pauses(loud: SpeakerRoom, listen: OpenEars) -> None:
    """What the system pauses, as when headphones are pulled out, the party pauses; it goes on likewise."""
    await loud.stock(60)
    await loud.queue(0)
    page = await listen()
    await sound(page)
    await until_heard(page, 0)
    await page.evaluate("players.filter((each) => !each.paused).forEach((each) => each.pause())")
    await until(loud, lambda now: now.paused)
    await page.evaluate("players.filter((each) => each.src).forEach((each) => each.play())")
    await until(loud, lambda now: not now.paused)
    await until_heard(page, 0)


async def test_loaded_anew(loud: SpeakerRoom, listen: OpenEars) -> None:
    """After a reload the same page is the speaker, where the song is by now; a press if browsers want it."""
    await loud.stock(60)
    await loud.queue(0)
    page = await listen()
    await sound(page)
    await until_heard(page, 0)
    before = (await until(loud, lambda now: now.playback)).playback.device_id
    await loud.party.outlets.seek(LOBBY, HOST, 30_000)
    await page.wait_for_function(f"() => ({POSITION}) > 29")
    await until(loud, lambda now: abs(now.position_ms - 30_000) < 5_000)
    await page.reload()
    button = page.get_by_role("button", name="Sound here")
    stop = page.get_by_role("button", name="Stop the sound")
    await expect(button.or_(stop)).to_be_visible()
    if await button.is_visible():
        await button.click()
    await until_heard(page, 0)
    assert 28 < await page.evaluate(POSITION) < 45
    assert (await until(loud, lambda now: now.playback)).playback.device_id == before


async def test_a_page_that_is_closed(
    loud: SpeakerRoom, listen: OpenEars, visit: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The party goes on by the clock, and says so."""
    monkeypatch.setattr(speakers, "AWAY_S", 0.5)
    monkeypatch.setattr(speakers, "PING_S", 0.1)
    await loud.stock(60)
    (entry,) = await loud.queue(0)
    page, guest = await listen(), await visit(loud.url, "Gus")
    await sound(page)
    await until_heard(page, 0)
    await page.close()
    await expect(guest.locator("#toast")).to_contain_text("The page that played the music is gone")
    await expect(guest.locator("#now-sound")).to_have_text("")
    assert await loud.playing() == entry.id


async def test_a_song_without_a_file(loud: SpeakerRoom, listen: OpenEars) -> None:
    """Is silent, which the page says, and the clock goes on; then it sounds again."""
    await loud.stock(60)
    await loud.queue(4, 0)
    page = await listen()
    await sound(page)
    await expect(page.locator("#speaker-said")).to_have_text("This song has no file here, so it's silent.")
    assert (await page.locator("#now-artist").inner_text()).split(" · ")[-2] == "silent here"
    await loud.party.queue.skip(LOBBY, HOST)
    await until_heard(page, 0)
    await expect(page.locator("#speaker-said")).to_have_text("")


async def test_a_file_that_is_none(loud: SpeakerRoom, listen: OpenEars) -> None:
    """What cannot be played is passed over, and everybody is told; what follows sounds."""
    await loud.stock(60, 60)
    (loud.music.folder / "0.wav").write_bytes(b"This is no sound at all. " * 400)
    await loud.queue(0, 1)
    page = await listen()
    await sound(page)
    await until_heard(page, 1)
    await expect(page.locator("#toast")).to_contain_text("so I skipped it")


async def test_a_source_that_is_away(loud: SpeakerRoom, listen: OpenEars) -> None:
    """Nothing is skipped and nothing lost: one sentence, and it sounds as soon as the source is back."""
    await loud.stock(60, 60)
    first, _ = await loud.queue(0, 1)
    loud.music.away = True
    page = await listen()
    await sound(page)
    await expect(page.locator("#speaker-said")).to_have_text(
        "I can't reach this song right now. I'll keep trying."
    )
    assert await loud.playing() == first.id
    loud.music.away = False
    await until_heard(page, 0)
    assert await loud.playing() == first.id
    await expect(page.locator("#speaker-said")).to_have_text("")


async def test_how_loud(loud: SpeakerRoom, listen: OpenEars) -> None:
    """The control makes it quieter, and the browser remembers; songs are levelled as they were measured."""
    await loud.stock(60, gain_db=-6.0)
    await loud.queue(0)
    page = await listen()
    await sound(page)
    await until_heard(page, 0)
    level = "window.heard.slice(-30).reduce((sum, [, loud]) => sum + loud, 0) / 30"
    await page.wait_for_function(f"() => Math.abs({level} - 0.3536 * 10 ** (-6 / 20)) < 0.01")
    await page.locator("#speaker-volume").fill("50")
    await page.wait_for_function(f"() => Math.abs({level} - 0.25 * 0.3536 * 10 ** (-6 / 20)) < 0.004")
    await page.reload()
    await expect(page.locator("#speaker-volume")).to_have_value("50")


async def test_another_page_takes_over(loud: SpeakerRoom, listen: OpenEars) -> None:
    """A party sounds on one page at a time: the one before is silent."""
    await loud.stock(60)
    await loud.queue(0)
    page, other = await listen(), await listen(name="Otto")
    await sound(page)
    await until_heard(page, 0)
    await sound(other)
    await until_heard(other, 0)
    await until_silent(page)
    await expect(page.locator("#now-sound")).to_have_text("On Otto's page")


async def test_a_screen_sounds(loud: SpeakerRoom, listen: OpenEars) -> None:
    """TV mode by the host's link has the button as well; by the guests' link it has none."""
    await loud.stock(60)
    await loud.queue(0)
    guest = await listen("/tv", None)
    await expect(guest.locator("#tv-title")).not_to_be_empty()
    await expect(guest.locator("#speaker")).to_be_hidden()
    screen = await listen((await loud.host_url()).removeprefix(loud.url) + "/tv", None)
    await screen.mouse.move(10, 10)
    await sound(screen)
    await until_heard(screen, 0)


async def test_a_songs_own_picture(loud: SpeakerRoom, listen: OpenEars) -> None:
    """Stands on the record, on every page and on the TV; a song without one has its drawn sleeve."""
    picture = io.BytesIO()
    Image.new("RGB", (40, 40), "green").save(picture, "JPEG")
    loud.music.covers["0.wav"] = picture.getvalue(), "image/jpeg"
    await loud.stock(60, cover=True)
    await loud.queue(0, 4)
    guest, screen = await listen("/", None), await listen("/tv", None)
    for page, image in ((guest, "#record-cover"), (screen, "#tv-cover")):
        await expect(page.locator(image)).to_be_visible()
        assert await page.locator(image).evaluate("(each) => each.naturalWidth") == 40
    await loud.party.queue.skip(LOBBY, HOST)
    for page, image in ((guest, "#record-cover"), (screen, "#tv-cover")):
        await expect(page.locator(image)).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 390, 320])
async def test_access(loud: SpeakerRoom, listen: OpenEars, width: int) -> None:
    """The button and what takes its place can be used by everybody, at every width."""
    await loud.stock(60)
    await loud.queue(0, 4)
    page = await listen(viewport={"width": width, "height": 844}, reduced_motion="reduce")
    await expect(page.get_by_role("button", name="Sound here")).to_be_visible()
    assert await faults(page) == []
    await sound(page)
    await loud.party.queue.skip(LOBBY, HOST)
    await expect(page.locator("#speaker-said")).not_to_be_empty()
    assert await faults(page) == []
    assert await broken_words(page) == []
    assert await small_targets(page) == []


async def test_a_screen_that_may_sound(loud: SpeakerRoom, listen: OpenEars) -> None:
    """Whoever may have the party sound finds the address of a TV that may; the guests' one may not."""
    await loud.stock(60)
    page = await listen()
    await page.get_by_role("button", name="This party: more").click()
    await page.get_by_role("button", name="Invite people").click()
    link = page.get_by_role("link", name="Open a TV view that can play the music")
    await expect(link).to_have_attribute("href", f"{(await loud.host_url()).removeprefix(loud.url)}/tv")
