"""Spotify in Slack: accounts, devices, where the party sounds, and playlists."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.party.errors import ManyDevices, marked
from bot.playback.words import Device
from bot.slack.asked import Asked
from bot.slack.blocks import Json, actions, button, device_choice, section
from bot.slack.words import link

Result = TypeVar("Result")

SOON_S = 1.5
"""What takes longer than this says that it goes on."""
CONNECT, DISCONNECT, OPENED = "encore:spotify:connect", "encore:spotify:disconnect", "encore:link"
"""The ids of the buttons about an account; the last one only opens an address."""
PLAY, PAUSE = "encore:play", "encore:pause"
"""The ids of the card's buttons."""
DEVICE = re.compile(r"encore:device:[0-9]{1,2}")
_ALONE = re.compile(r"(?:party\s+)?spotify(?:\s+(?:connect|disconnect|status))?\s*", re.IGNORECASE)
_PERCENT = re.compile(r"([0-9]{1,3}) ?%?")


def is_personal(command: str) -> bool:
    """Whether a command concerns the asker alone, so that it needs no channel."""
    return bool(_ALONE.fullmatch(command))


async def patiently(asked: Asked, work: Coroutine[Any, Any, Result]) -> Result:
    """Waits for what may take long; if it does, the asker is told that it goes on."""
    task = asyncio.ensure_future(work)
    await asyncio.wait({task}, timeout=SOON_S)
    if not task.done():
        with contextlib.suppress(SlackApiError, aiohttp.ClientError, OSError, TimeoutError):
            await asked.tell(asked.own.say(marked("One moment, I am busy with Spotify.")))
    return await task


async def connect(asked: Asked) -> None:
    """Gives the asker a link, behind a button: Slack looks at addresses in texts itself."""
    url = await asked.party.connect(asked.room, asked.member)
    told = asked.own.connect()
    opens = button(OPENED, asked.own.say(marked("Connect Spotify")), style="primary") | {"url": url}
    await asked.tell(told, [section(told), actions(opens)])


async def disconnect(asked: Asked) -> None:
    """Erases the asker's account."""
    await asked.tell(asked.own.disconnected(await asked.party.disconnect(asked.member)))


async def status(asked: Asked) -> None:
    """Says which account the asker has, and where the party sounds."""
    account = await asked.party.account(asked.member)
    told = asked.own.account(account)
    if asked.in_channel:
        now = await asked.party.party(asked.room, history=0)
        told = asked.own.standing(account, now.playback, asked.member)
    usage = marked("Behind /spotify you can write connect, disconnect, status, device or stop.")
    await asked.tell(f"{told}\n{asked.own.say(usage)}")


async def stop(asked: Asked) -> None:
    """Plays the party on nobody's account any more."""
    playback = await patiently(asked, asked.party.stop(asked.room, asked.member, asked.key))
    await asked.say(asked.replies.stopped(playback))


async def device(asked: Asked, name: str) -> None:
    """Plays on the device of that name, or lets the asker choose."""
    devices = await patiently(asked, asked.party.devices(asked.member))
    wanted = name.casefold()
    found = [each for each in devices if wanted == each.name.casefold()]
    found = found or [each for each in devices if wanted in each.name.casefold()]
    if wanted and len(found) == 1:
        await asked.tell(await _chosen(asked, found[0].id))
    else:
        await offer(asked, devices)


async def offer(asked: Asked, devices: Sequence[Device]) -> None:
    """Shows the asker's devices to the asker alone, a button each."""
    told, blocks = device_choice(devices, asked.own)
    await asked.tell(told, blocks)


async def choose(asked: Asked, device_id: str) -> None:
    """Plays on the device that was pressed, whose button is done with."""
    told = await _chosen(asked, device_id)
    await asked.replace(told, [section(told)])


async def _chosen(asked: Asked, device_id: str) -> str:
    """Plays on a device, and returns what the asker is told of it."""
    chosen = asked.party.choose_device(asked.room, asked.member, device_id, asked.key)
    return asked.own.played(await patiently(asked, chosen))


async def bring_in(asked: Asked, link: str, key: str | None = None) -> None:
    """Queues the songs of a playlist or album."""
    songs = asked.party.bring_in(asked.room, asked.member, link, key or asked.key)
    result = await patiently(asked, songs)
    alone = asked.rules.quiet or not result.added
    await asked.say((asked.own if alone else asked.replies).imported(result), quiet=alone)


async def play(asked: Asked) -> str:
    """Plays on, and returns what the channel is told; empty where the asker must choose a device first."""
    try:
        result = await patiently(asked, asked.party.play(asked.room, asked.member, asked.key))
    except ManyDevices:
        await offer(asked, await asked.party.devices(asked.member))
        return ""
    return asked.replies.played(result)


async def press(asked: Asked, action: Json) -> bool:
    """Does what a button about sound says; False for any other button."""
    said = str(action["action_id"])
    if said == PLAY:
        if (await asked.party.party(asked.room, history=0)).paused:  # else it is the half of a double click
            await play(asked)
    elif said == PAUSE:
        await patiently(asked, asked.party.pause(asked.room, asked.member, asked.key))
    elif DEVICE.fullmatch(said):
        await choose(asked, str(action.get("value") or ""))
    elif said == CONNECT:
        await connect(asked)
    elif said == DISCONNECT:
        await disconnect(asked)
    else:
        return said == OPENED
    return True


class SoundCommands:
    """The commands; each takes who asks, what was typed behind it, and the trigger, which none needs."""

    async def spotify(self, asked: Asked, text: str, trigger: str) -> None:
        """Connects, disconnects, chooses a device or stops; says how all is if nothing of that is typed."""
        what, _, rest = text.partition(" ")
        if what.casefold() == "device":
            await device(asked, rest.strip())
        else:
            await SPOTIFY.get(what.casefold(), status)(asked)

    async def play(self, asked: Asked, text: str, trigger: str) -> None:
        """Plays on, on the asker's account where nobody plays the party yet."""
        if told := await play(asked):
            await asked.say(told)

    async def pause(self, asked: Asked, text: str, trigger: str) -> None:
        """Lets the party stand still."""
        entry = await patiently(asked, asked.party.pause(asked.room, asked.member, asked.key))
        await asked.say(asked.replies.paused(entry))

    async def volume(self, asked: Asked, text: str, trigger: str) -> None:
        """Sets how loud the party is."""
        found = _PERCENT.fullmatch(text)
        if found is None:
            await asked.tell(asked.own.say(marked("Say how loud, from 0 to 100: /volume 40.")))
            return
        percent = min(int(found[1]), 100)
        await patiently(asked, asked.party.volume(asked.room, asked.member, percent))
        await asked.say(asked.replies.loud(percent))

    async def save(self, asked: Asked, text: str, trigger: str) -> None:
        """Writes the party into a playlist of the asker's."""
        own = asked.own
        name = text or own.playlist_name(asked.room, asked.party.now_ms())
        save = asked.party.save(asked.room, asked.member, name, own.playlist_told(), named=bool(text))
        result = await patiently(asked, save)
        await asked.tell(own.saved(replace(result, url=link(result.url))))

    async def bring_in(self, asked: Asked, text: str, trigger: str) -> None:
        """Queues the songs of a playlist or album."""
        await bring_in(asked, text)


SPOTIFY: dict[str, Callable[[Asked], Awaitable[None]]] = {
    "connect": connect,
    "disconnect": disconnect,
    "stop": stop,
}
