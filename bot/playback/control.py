"""How a party sounds: on a host's Spotify account, or on nobody's, when the clock alone keeps time."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.party.errors import NothingPlaying, Unsaved
from bot.party.unit_of_work import finished
from bot.party.words import Entry, Member, Outlet, Playback, Room
from bot.playback.device import Devices
from bot.playback.errors import (
    DevicePlaysOn,
    DeviceRefuses,
    NoDevice,
    NoHost,
    RestsMeanwhile,
    SpotifyAway,
    SpotifyRests,
    VolumeElsewhere,
    hosted_already,
)
from bot.playback.hosting import Hosts, choice
from bot.playback.words import Device, Played

log = logging.getLogger(__name__)


class Playing:
    """What people can do about how their party sounds: play, pause, choose a device, and stop."""

    def __init__(self, devices: Devices, hosts: Hosts) -> None:
        self.unit = devices.unit
        self._devices = devices
        self._hosts = hosts

    @property
    def has_spotify(self) -> bool:
        """Whether members can connect accounts here."""
        return self._devices.has_spotify

    async def devices(self, member: Member) -> list[Device]:
        """What the member's account could play on.

        Raises:
            SpotifyError: that cannot be said.
        """
        return await self._devices.music.devices(member)

    @finished
    async def play(self, room: Room, member: Member, key: str | None = None) -> Played:
        """Plays on; where nobody plays the party yet, the member's account does from now on.

        Raises:
            NoSpotify, NotConnected, NotPremium, NoDevice: nothing stands still, and there is no account to
                play on.
            HostedAlready: nothing stands still, and somebody else's account plays.
            NotForVisitors: the member has no account here, and may neither host nor go on with it.
            HostsDeviceGone: it stands still because that one's device is gone.
            SpotifyError: Spotify does not do it. Where it rests or is away the clock goes on all the same.
        """
        playback, playing = await self._hosts.now(room)
        paused = playing is not None and playing.left_ms is not None
        try:
            played = await self._play(room, member, key, playback, paused)
        except SpotifyRests as error:
            await self._hosts.release(room, member, key)  # the clock needs nobody
            raise RestsMeanwhile(error.parts["minutes"]) if paused else error from None
        except SpotifyAway:
            await self._hosts.release(room, member, key)
            raise
        hosts = played.playback is not None and played.playback.host == member
        return replace(played, began=hosts and (playback is None or playback.host != member))

    async def _play(
        self, room: Room, member: Member, key: str | None, playback: Playback | None, paused: bool
    ) -> Played:
        if playback is not None and playback.outlet is not Outlet.SPOTIFY:
            if paused:
                await self._hosts.resume(room, member, key)
            return Played(*await self._hosts.now(room))
        if playback is not None and playback.host == member and not paused:
            return await self._hosts.make_sure(room, member, key)
        if playback is None and not paused:
            if not await self._hosts.came_before(room, member, key):  # then what stood still goes on
                await self._hosts.begin(room, member, key)
        elif playback is None and await self._hosts.can_host(member):
            try:
                await self._hosts.begin(room, member, key)
            except NoDevice:  # then the clock alone goes on
                await self._hosts.resume(room, member, key)
        elif paused:
            if playback is not None and playback.host == member and not playback.device_id:
                await self._hosts.move_to(
                    room, member, choice(await self._devices.music.devices(member)), key
                )
            elif playback is not None and not playback.taken(member) and await self._hosts.can_host(member):
                await self._hosts.begin(room, member, key)
            else:
                await self._hosts.resume(room, member, key)
        elif playback is not None:
            raise hosted_already(playback)
        return await self._hosts.started(room, member)

    @finished
    async def pause(self, room: Room, member: Member, key: str | None = None) -> Entry:
        """Lets what plays stand still.

        Raises:
            NothingPlaying: nothing does.
            HostsOnly: it plays on somebody else's account, and the member is no moderator.
            NotForVisitors: it plays on nobody's, and the member has no account here.
            DevicePlaysOn, SpotifyError: the device may go on; the party's clock stands still all the same.
        """
        async with self.unit.writing_for(room, member, key) as party:
            if party.done:
                return await party.entry(party.done.entry_id)
            playing = await party.playing()
            if playing is None:
                raise NothingPlaying
            self._hosts.may_steer(party)
            if playing.left_ms is not None:
                return playing
            left_ms = max(0, (playing.ends_ms or party.now_ms) - party.now_ms)
            await party.note("pause", playing)
            await party.tx.playbacks.hold(playing.id, left_ms)
            playback = party.playback
        if playback is not None and playback.outlet is Outlet.SPOTIFY:
            try:
                await self._devices.music.pause(playback.host, playback.device_id)
            except (DeviceRefuses, NoDevice):
                pass  # it stands still already, or will be heard to go on
            except (SpotifyRests, SpotifyAway, Unsaved) as error:  # there is no token without the database
                raise DevicePlaysOn from error
            self._devices.control(room).told(self.unit.now_ms())
        return replace(playing, left_ms=left_ms, ends_ms=None)

    async def volume(self, room: Room, member: Member, percent: int) -> Playback:
        """Sets how loud the party is, from 0 to 100.

        Raises:
            NoHost: it sounds nowhere.
            VolumeElsewhere: own music sounds.
            HostsOnly: it plays on somebody else's account, and the member is no moderator.
            SpotifyError: the device does not do it.
        """
        async with self.unit.writing_for(room, member, None) as party:
            playback = party.playback
            if playback is None:
                raise NoHost
            if playback.outlet is not Outlet.SPOTIFY:
                raise VolumeElsewhere
            self._hosts.may_steer(party)
        await self._devices.music.volume(playback.host, min(max(percent, 0), 100), playback.device_id)
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
        playback, _ = await self._hosts.now(room)
        if playback is not None and playback.taken(member):
            raise hosted_already(playback)
        device = next((d for d in await self._devices.music.devices(member) if d.id == device_id), None)
        if device is None:
            raise NoDevice
        if playback is None or playback.host != member or playback.outlet is not Outlet.SPOTIFY:
            await self._hosts.begin(room, member, key, device)
        else:
            await self._hosts.move_to(room, member, device, key)
        return await self._hosts.started(room, member)

    @finished
    async def stop(self, room: Room, member: Member, key: str | None = None) -> Playback | None:
        """Has the party sound nowhere any more; returns where it did, None if told so before.

        Raises:
            NoHost: it does not.
            HostsOnly: it plays on somebody else's account, and the member is no moderator.
        """
        async with self.unit.writing_for(room, member, key) as party:
            playback = party.playback
            if party.done:
                return None
            if playback is None:
                raise NoHost
            self._hosts.may_steer(party)
            await party.note("stop")
            await party.tx.playbacks.drop(party.id)
        await self._hosts.silence(room, playback)
        return playback
