"""Members' Spotify accounts, as the party sees them."""

from __future__ import annotations

from bot.party.unit_of_work import finished
from bot.party.words import Member, Room
from bot.playback.device import Devices
from bot.playback.errors import LinkEndsSoon, SpotifyRests
from bot.playback.hosting import Hosts
from bot.playback.words import Account


class Accounts:
    """Connects and disconnects accounts."""

    def __init__(self, devices: Devices, hosts: Hosts) -> None:
        self.unit = devices.unit
        self._devices = devices
        self._hosts = hosts

    async def connect(self, room: Room, member: Member) -> str:
        """A link that connects the member's Spotify account; nobody else may see it.

        Raises:
            NoSpotify: it is not set up.
        """
        return await self._devices.music.connect(member, room.workspace)

    @finished
    async def disconnect(self, member: Member) -> bool:
        """Forgets the member's account, and says whether there was one; their parties go on by the clock.

        Raises:
            NoSpotify: it is not set up.
        """
        await self._hosts.leave(member)
        return await self._devices.music.disconnect(member)

    async def of(self, member: Member) -> Account | None:
        """The member's account, if one is connected.

        Raises:
            NoSpotify: it is not set up.
        """
        return await self._devices.music.account(member)

    async def resting(self) -> SpotifyRests | None:
        """What to tell people while Spotify is left alone; None while it is not.

        Raises:
            NoSpotify: it is not set up.
        """
        return await self._devices.music.resting()

    async def ending(self) -> list[tuple[Member, LinkEndsSoon]]:
        """Whose connection ends soon and has not been told so, and what to tell them."""
        return [(member, LinkEndsSoon(days)) for member, days in await self._devices.music.ending()]

    async def mark_told(self, member: Member) -> None:
        """Notes that a member knows when the connection ends."""
        await self._devices.music.mark_told(member)
