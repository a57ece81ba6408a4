"""Media keys and the lock screen on a page that sounds: they steer it, and the party follows."""

from __future__ import annotations

from playwright.async_api import Page

from bot.room.hub import LOBBY
from tests.bot.room.conftest import OpenEars
from tests.bot.room.ears import until_heard, until_silent
from tests.bot.room.speaker_stage import SpeakerRoom
from tests.bot.room.test_speaker_page import POSITION, sound, until

KEYS = """
  window.keys = {};
  const set = MediaSession.prototype.setActionHandler;
  MediaSession.prototype.setActionHandler = function (action, does) {
    window.keys[action] = does;
    return set.call(this, action, does);
  };
"""
"""Lets a test press what only the system presses."""


async def press(page: Page, action: str, **details: float) -> None:
    """Presses a key."""
    await page.wait_for_function("(action) => Boolean(window.keys[action])", arg=action)
    await page.evaluate("([action, details]) => window.keys[action](details)", [action, details])


async def test_on_the_hosts_page(loud: SpeakerRoom, listen: OpenEars) -> None:
    """Pause, play, a place in the song, some seconds on, and the next song."""
    await loud.stock(60, 60)
    _, second = await loud.queue(0, 1)
    page = await listen(script=KEYS)
    await sound(page)
    await until_heard(page, 0)
    title = await page.evaluate("navigator.mediaSession.metadata.title")
    assert title == "Mr. Brightside"
    await press(page, "pause")
    await until_silent(page)
    await until(loud, lambda now: now.paused)
    await press(page, "play")
    await until(loud, lambda now: not now.paused)
    await press(page, "seekto", seekTime=30)
    await until(loud, lambda now: 29_000 < now.position_ms < 36_000)
    await press(page, "seekforward", seekOffset=10)
    await until(loud, lambda now: 39_000 < now.position_ms < 46_000)
    await press(page, "nexttrack")
    await until_heard(page, 1)
    assert await loud.playing() == second.id


async def test_on_a_screen(loud: SpeakerRoom, listen: OpenEars) -> None:
    """A TV that is nobody's pauses what sounds on it all the same, and has no vote for the next song."""
    await loud.stock(60, 60)
    await loud.queue(0, 1)
    screen = await listen((await loud.host_url()).removeprefix(loud.url) + "/tv", None, script=KEYS)
    await screen.mouse.move(10, 10)
    await sound(screen)
    await until_heard(screen, 0)
    await press(screen, "pause")
    await until(loud, lambda now: now.paused)
    await press(screen, "play")
    await until(loud, lambda now: not now.paused)
    assert await screen.evaluate(f"() => ({POSITION}) !== null")
    assert not await screen.evaluate("Boolean(window.keys.nexttrack)")
    assert (await loud.party.insight.now(LOBBY)).paused is False
