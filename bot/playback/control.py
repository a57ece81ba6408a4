"""How a party sounds: on a host's Spotify account, or on nobody's, when the clock alone keeps time."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.party.base import finished
from bot.party.domain import Entry, Member, Playback, Room
from bot.party.errors import (
    DevicePlaysOn,
    DeviceRefuses,
    HostedAlready,
    LinkEndsSoon,
    NoDevice,
    NoHost,
    NothingPlaying,
    RestsMeanwhile,
    SpotifyAway,
    SpotifyRests,
)
from bot.playback.hosting import HostingService, choice
from bot.playback.words import Account, Device, Played

log = logging.getLogger(__name__)


class PlaybackService(HostingService):
    """What people can do about it: connect, play, pause, choose a device, and stop."""

    async def connect(self, room: Room, member: Member) -> str:
        """A link that connects the member's Spotify account; nobody else may see it.

        Raises:
            NoSpotify: it is not set up.
        """
        return await self._music().connect(member, room.workspace)

    @finished
    async def disconnect(self, member: Member) -> bool:
        """Forgets the member's account, and says whether there was one; their parties go on by the clock.

        Raises:
            NoSpotify: it is not set up.
        """
        await self._leave(member)
        return await self._music().disconnect(member)

    async def account(self, member: Member) -> Account | None:
        """The member's account, if one is connected.

        Raises:
            NoSpotify: it is not set up.
        """
        return await self._music().account(member)

    async def ending(self) -> list[tuple[Member, LinkEndsSoon]]:
        """Whose connection ends soon and has not been told so, and what to tell them."""
        return [(member, LinkEndsSoon(days)) for member, days in await self._music().ending()]

    async def told(self, member: Member) -> None:
        """Notes that a member knows when the connection ends."""
        await self._music().told(member)

    async def devices(self, member: Member) -> list[Device]:
        """What the member's account could play on.

        Raises:
            SpotifyError: that cannot be said.
        """
        return await self._music().devices(member)

    @finished
    async def play(self, room: Room, member: Member, key: str | None = None) -> Played:
        """Plays on; where nobody plays the party yet, the member's account does from now on.

        Raises:
            NoSpotify, NotConnected, NotPremium, NoDevice: nothing stands still, and there is no account to
                play on.
            HostedAlready: nothing stands still, and somebody else's account plays.
            HostsDeviceGone: it stands still because that one's device is gone.
            SpotifyError: Spotify does not do it. Where it rests or is away the clock goes on all the same.
        """
        playback, playing = await self._now(room)
        paused = playing is not None and playing.left_ms is not None
        try:
            return await self._play(room, member, key, playback, paused)
        except SpotifyRests as error:
            await self._release(room, member, key)  # the clock needs nobody
            raise RestsMeanwhile(error.parts["minutes"]) if paused else error from None
        except SpotifyAway:
            await self._release(room, member, key)
            raise

    async def _play(
        self, room: Room, member: Member, key: str | None, playback: Playback | None, paused: bool
    ) -> Played:
        if playback is not None and playback.host == member and not paused:
            return await self._make_sure(room, member, key)
        if playback is None and not paused:
            await self._begin(room, member, key)
        elif playback is None and await self._can_host(member):
            try:
                await self._begin(room, member, key)
            except NoDevice:  # then the clock alone goes on
                await self._go_on(room, member, key)
        elif paused:
            if playback is not None and playback.host == member and not playback.device_id:
                await self._move_to(room, member, choice(await self._music().devices(member)), key)
            elif playback is not None and not playback.taken(member) and await self._can_host(member):
                await self._begin(room, member, key)
            else:
                await self._go_on(room, member, key)
        elif playback is not None:
            raise HostedAlready(playback.host.name)
        return await self._started(room, member)

    @finished
    async def pause(self, room: Room, member: Member, key: str | None = None) -> Entry:
        """Lets what plays stand still.

        Raises:
            NothingPlaying: nothing does.
            HostsOnly: it plays on somebody else's account, and the member is no moderator.
            DevicePlaysOn, SpotifyError: the device may go on; the party's clock stands still all the same.
        """
        async with self._desk(room, member, key) as desk:
            playing = await desk.playing()
            if playing is None:
                raise NothingPlaying
            self._may_steer(desk)
            if desk.done or playing.left_ms is not None:
                return playing
            left_ms = max(0, (playing.ends_ms or desk.now_ms) - desk.now_ms)
            await desk.record("pause", playing)
            await desk.tx.hold(playing.id, left_ms)
            playback = desk.party.playback
        if playback is not None:
            try:
                await self._music().hold(playback.host, playback.device_id)
            except (DeviceRefuses, NoDevice):
                pass  # it stands still already, or will be heard to go on
            except (SpotifyRests, SpotifyAway) as error:
                raise DevicePlaysOn from error
            self._hand(room).told(self.now_ms())
        return replace(playing, left_ms=left_ms, ends_ms=None)

    async def volume(self, room: Room, member: Member, percent: int) -> Playback:
        """Sets how loud the party is, from 0 to 100.

        Raises:
            NoHost: it sounds nowhere.
            HostsOnly: it plays on somebody else's account, and the member is no moderator.
            SpotifyError: the device does not do it.
        """
        async with self._desk(room, member, None) as desk:
            playback = desk.party.playback
            if playback is None:
                raise NoHost
            self._may_steer(desk)
        await self._music().volume(playback.host, min(max(percent, 0), 100), playback.device_id)
        return playback

    @finished
    async def choose_device(
        self, room: Room, member: Member, device_id: str, key: str | None = None
    ) -> Played:
        """Plays the party on one of the member's devices from now on.

        Raises:
            NoDevice: the account has no such device.
            HostedAlready: somebody else's account plays.
            SpotifyError: Spotify does not do it.
        """
        playback, _ = await self._now(room)
        if playback is not None and playback.taken(member):
            raise HostedAlready(playback.host.name)
        device = next((d for d in await self._music().devices(member) if d.id == device_id), None)
        if device is None:
            raise NoDevice
        if playback is None or playback.host != member:
            await self._begin(room, member, key, device)
        else:
            await self._move_to(room, member, device, key)
        return await self._started(room, member)

    @finished
    async def stop(self, room: Room, member: Member, key: str | None = None) -> Playback | None:
        """Plays the party on nobody's account any more; returns where it did, None if told so before.

        Raises:
            NoHost: it does not.
            HostsOnly: it plays on somebody else's account, and the member is no moderator.
        """
        async with self._desk(room, member, key) as desk:
            playback = desk.party.playback
            if desk.done:
                return None
            if playback is None:
                raise NoHost
            self._may_steer(desk)
            await desk.record("stop")
            await desk.tx.drop_playback(desk.party.id)
        await self._silence(room, playback)
        return playback
