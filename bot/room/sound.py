"""Spotify in the room: what its page asks for, for the party's sound and for a member's own account."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.party.domain import Member, Room
from bot.playback.words import Device
from bot.room.protocol import Json, Request, track
from bot.room.words import REPLIES
from bot.service import PartyService
from bot.wording.replies import short

LINK = re.compile(r"https://open\.spotify\.com/[\w/-]+|https?://[^/?#@\s]+/spotify/connect/[\w-]+", re.ASCII)
"""The only links that the page is given: to Spotify's pages, and to ours for connecting."""


class Sound:
    """What members can do about how their party sounds; each returns the fields of the answer."""

    def __init__(self, party: PartyService, room: Room) -> None:
        self._party = party
        self._room = room

    async def connect(self, member: Member, request: Request, key: str) -> Json:
        """A private link."""
        url = checked(await self._party.connect(self._room, member))
        return {"say": REPLIES.connect(), "url": url}

    async def disconnect(self, member: Member, request: Request, key: str) -> Json:
        """Forgets the account."""
        return {"say": REPLIES.disconnected(await self._party.disconnect(member))}

    async def account(self, member: Member, request: Request, key: str) -> Json:
        """How the account stands."""
        found = await self._party.account(member)
        return {"say": REPLIES.account(found), "account": {"name": short(found.name)} if found else None}

    async def devices(self, member: Member, request: Request, key: str) -> Json:
        """What the account could play on, and which of it the party plays on."""
        found = await self._party.devices(member)
        playback = (await self._party.party(self._room)).playback
        here = playback.device_id if playback and playback.host == member else None
        return {"say": REPLIES.devices(found), "devices": [_device(each, here) for each in found]}

    async def play(self, member: Member, request: Request, key: str) -> Json:
        """Plays on, or here from now on."""
        return {"say": REPLIES.played(await self._party.play(self._room, member, key))}

    async def device(self, member: Member, request: Request, key: str) -> Json:
        """Plays on this device from now on."""
        played = await self._party.choose_device(self._room, member, request.device, key)
        return {"say": REPLIES.played(played)}

    async def pause(self, member: Member, request: Request, key: str) -> Json:
        """Stands still."""
        return {"say": REPLIES.paused(await self._party.pause(self._room, member, key))}

    async def volume(self, member: Member, request: Request, key: str) -> Json:
        """Louder, or not so loud."""
        await self._party.volume(self._room, member, request.percent)
        return {"say": REPLIES.loud(request.percent)}

    async def stop(self, member: Member, request: Request, key: str) -> Json:
        """Goes on by the clock alone."""
        return {"say": REPLIES.stopped(await self._party.stop(self._room, member, key))}

    async def save(self, member: Member, request: Request, key: str) -> Json:
        """The night as a playlist."""
        given, told = request.name.strip(), REPLIES.playlist_told()
        name = given or REPLIES.playlist_name(self._room, self._party.now_ms())
        saved = await self._party.save(self._room, member, name, told, named=bool(given))
        say = REPLIES.saved(replace(saved, missing=()))
        return {
            "say": say,
            "url": checked(saved.url),
            "missing": [track(each) for each in saved.missing],
        }

    async def bring_in(self, member: Member, request: Request, key: str) -> Json:
        """All songs of an album or a playlist."""
        return {"say": REPLIES.imported(await self._party.bring_in(self._room, member, request.text, key))}


def checked(url: str) -> str:
    """A link that the page may open.

    Raises:
        ValueError: it leads elsewhere, which only a fault of ours can bring.
    """
    if not LINK.fullmatch(url):
        raise ValueError("a link that leads elsewhere")
    return url


def _device(device: Device, here: str | None) -> Json:
    return {
        "id": device.id,
        "name": short(device.name),
        "active": device.active,
        "volume": device.volume,
        "party": here is not None and (device.id == here or (not here and device.active)),
    }
