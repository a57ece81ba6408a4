"""How a party sounds: on a host's Spotify account, or on nobody's, when the clock alone keeps time."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot import domain
from bot.desk import MemberDesk
from bot.device import DeviceService
from bot.domain import Entry, Member, Playback, Room
from bot.errors import (
    DevicePlaysOn,
    DeviceRefuses,
    HostedAlready,
    HostLeft,
    HostsDeviceGone,
    HostsOnly,
    LinkEndsSoon,
    ManyDevices,
    NoDevice,
    NoHost,
    NotConnected,
    NothingPlaying,
    PartyError,
    SpotifyAway,
    SpotifyError,
    SpotifyRests,
)
from bot.playing import Account, Device, Played
from bot.service import finished

log = logging.getLogger(__name__)


class PlaybackService(DeviceService):
    """What people can do about it: connect, play, pause, choose a device, and stop."""

    async def connect(self, room: Room, member: Member) -> str:
        """A link that connects the member's Spotify account; nobody else may see it.

        Raises:
            NoSpotify: it is not set up.
        """
        workspace = room.workspace if room.platform == "slack" else ""
        return await self._music().connect(member, workspace)

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
            SpotifyError: Spotify does not do it.
        """
        playback, playing = await self._now(room)
        paused = playing is not None and playing.left_ms is not None
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
                await self._move_to(room, member, _choice(await self._music().devices(member)), key)
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

    async def _leave(self, host: Member, but: Room | None = None, *, silently: bool = False) -> None:
        """Lets the parties that sound on a member's account, except one, go on by the clock."""
        for room in await self.hosted_by(host):
            async with self._read(room) as desk:
                playback = desk.party.playback
                if room == but or playback is None or playback.host != host:
                    continue
                await desk.tx.drop_playback(desk.party.id)
                await desk.tx.announce(room)
            self.tell(room)
            if not silently:
                self.say(room, HostLeft(playback.host.name))
            await self._silence(room, playback)

    async def _silence(self, room: Room, playback: Playback) -> None:
        """Has a device stop that the party has left, if it can be told; after what is being told to it."""
        try:
            async with self._hand(room).turn:
                await self._music().hold(playback.host, playback.device_id)
        except PartyError as error:
            log.info("A device plays on without its party: %s", error)

    async def _now(self, room: Room) -> tuple[Playback | None, Entry | None]:
        async with self._read(room) as desk:
            return desk.party.playback, await desk.playing()

    def _may_steer(self, desk: MemberDesk) -> None:
        """Lets the host and moderators, and everybody where it sounds nowhere.

        Raises:
            HostsOnly: anybody else.
        """
        playback = desk.party.playback
        if playback is not None and playback.host != desk.member and not desk.moderates:
            raise HostsOnly

    async def _make_sure(self, room: Room, member: Member, key: str | None) -> Played:
        """Looks whether the member's device plays what it should, and finds another one if it is gone."""
        try:
            followed = await self.follow_device(room, listen=True)
        except NoDevice:
            await self._begin(room, member, key)
            return await self._started(room, member)
        if followed.playing is not None and followed.playing.left_ms is not None:  # paused on the device
            await self._go_on(room, member, key)
            return await self._started(room, member)
        return Played(followed.playback, followed.playing)

    async def _started(self, room: Room, member: Member) -> Played:
        """What follows for the device; a host that Spotify does not let play is none."""
        try:
            followed = await self.follow_device(room)
        except (SpotifyRests, SpotifyAway):
            raise
        except NoDevice as error:
            raise await self._without_device(room, member, error) from error
        except SpotifyError:
            await self.lose_host(room)
            raise
        return Played(followed.playback, followed.playing)

    async def _without_device(self, room: Room, member: Member, error: NoDevice) -> NoDevice:
        """Lets the party stand still, and says what the member is told: of their device, or of the host's."""
        await self.lose_device(room)
        playback, _ = await self._now(room)
        if playback is None or playback.host == member:
            return error
        return HostsDeviceGone(playback.host.name)

    async def _can_host(self, member: Member) -> bool:
        if not self.has_spotify:
            return False
        return await self._music().account(member) is not None

    async def _move_to(self, room: Room, member: Member, device: Device, key: str | None) -> None:
        """Goes on with a party of the member's on another device."""
        async with self._desk(room, member, key) as desk:
            playing, playback = await desk.playing(), desk.party.playback
            if playback is None or playback.host != member or desk.done:
                return
            playback = replace(playback, device_id=device.id, device_name=device.name)
            await desk.record("device")
            await desk.tx.set_playback(desk.party.id, playback)
            if playing is not None and playing.left_ms is not None:
                await desk.tx.go_on(playing.id, desk.now_ms + playing.left_ms)
        if playing is not None and playing.id == playback.on:
            await self._music().move_to(member, device.id)
            self._hand(room).told(self.now_ms())

    async def _begin(self, room: Room, member: Member, key: str | None, device: Device | None = None) -> None:
        """Makes a member the host, on a device of theirs; what plays begins anew there.

        An account plays in one room at a time: two would take the device from each other with every song.

        Raises:
            NoSpotify, NotConnected, NoDevice: there is nothing to play on.
            HostedAlready: somebody else was faster.
        """
        account = await self._music().account(member)
        if account is None:
            raise NotConnected
        device = device or _choice(await self._music().devices(member))
        playback = Playback(member, device.id, device.name)
        async with self._desk(room, member, key) as desk:
            before = desk.party.playback
            if before is not None and before.taken(member):
                raise HostedAlready(before.host.name)
            if not desk.done:
                await desk.record("host")
                await desk.tx.set_playback(desk.party.id, playback)
                playing = await desk.playing()
                if playing is not None:
                    await desk.tx.go_on(playing.id, domain.ends_ms(playing.track, desk.now_ms))
        await self._leave(member, room)

    async def _go_on(self, room: Room, member: Member, key: str | None) -> None:
        """Lets what stands still go on."""
        async with self._desk(room, member, key) as desk:
            playing, playback = await desk.playing(), desk.party.playback
            if desk.done or playing is None or playing.left_ms is None:
                return
            await desk.record("go on", playing)
            await desk.tx.go_on(playing.id, desk.now_ms + playing.left_ms)
        if playback is not None and playback.on == playing.id:
            try:
                await self._music().go_on(playback.host, playback.device_id)
            except NoDevice as error:
                raise await self._without_device(room, member, error) from error
            except DeviceRefuses:
                pass  # it goes on already, or will be heard to stand still
            self._hand(room).told(self.now_ms())


def _choice(devices: list[Device]) -> Device:
    """The device that plays already, or the only one.

    Raises:
        NoDevice (ManyDevices): there is none, or it must be chosen.
    """
    for device in devices:
        if device.active or len(devices) == 1:
            return device
    if devices:
        raise ManyDevices(", ".join(device.name for device in devices))
    raise NoDevice
