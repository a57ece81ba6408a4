"""discord.py's voice client, with what it does not tell: whether it was thrown out, and when it gave up."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

import discord
from discord.voice_state import VoiceConnectionState

from bot.playback.errors import VoiceUnreached

log = logging.getLogger(__name__)

WITHIN_S = 8.0
"""So long it may take to get into a channel: Discord does not say where it lets nobody in (docs, "Voice")."""
MOMENT_S = 0.05
LEAVE_WITHIN_S = 2.0
"""So long it may take to get out of one."""


class _Connection(VoiceConnectionState):
    """Ends without a traceback: what the library cannot mend is tried with another connection."""

    async def _poll_voice_ws(self, reconnect: bool) -> None:
        try:
            await super()._poll_voice_ws(reconnect)
        except (discord.ConnectionClosed, TimeoutError) as error:
            log.info("The connection to voice channel %s is lost: %s", self.voice_client.channel, error)


class Client(discord.VoiceClient):
    """One connection to a voice channel. Moves and other regions are the library's, all else ends it.

    A lost connection it would mend itself, but its reader sits on the old socket for up to half a minute.
    """

    thrown_out = False
    over = False
    _ended = False
    when_over: Callable[[], None] | None = None

    def create_connection_state(self) -> VoiceConnectionState:
        """What the library keeps of it."""
        return _Connection(self)

    async def on_voice_state_update(self, data: Any) -> None:
        """Notes that somebody else than the bot has taken it out of the channel.

        Where the library leaves, it is disconnected before Discord says that it is gone.
        """
        if data["channel_id"] is None and self.is_connected():
            self.thrown_out = True
        await super().on_voice_state_update(data)

    async def on_voice_server_update(self, data: Any) -> None:
        """Lets the library hear first that its old line was closed.

        An update in that very moment it overlooks, for it waits for one in a task that has not begun yet
        (`sane_wait_for` of discord.py 2.7.1).
        """
        await asyncio.sleep(MOMENT_S)
        await super().on_voice_server_update(data)

    def cleanup(self) -> None:
        """The library has given up, or was told to leave."""
        super().cleanup()
        self.over = True
        if self.when_over is not None:
            self.when_over()

    def sound(self, source: discord.AudioSource, *, on: bool) -> None:
        """Sends what the source has, or nothing."""
        if not self.is_connected():
            return
        if self._ended:  # its thread gives up where a reconnection takes long, and says that it plays still
            self.stop()
        if on and self.is_paused():
            self.resume()
        elif on and not self.is_playing():
            self._ended = False
            self.play(source, after=self._end)
        elif not on and self.is_playing():
            self.pause()

    def _end(self, error: Exception | None) -> None:
        """The sending thread is over."""
        self._ended = True

    async def hang_up(self) -> None:
        """Leaves the channel, if only by not saying anything any more."""
        with contextlib.suppress(TimeoutError, discord.DiscordException, OSError):
            async with asyncio.timeout(LEAVE_WITHIN_S):
                await self.disconnect(force=True)


async def connect(channel: discord.VoiceChannel) -> Client:
    """Enters a voice channel, hearing nobody there.

    Raises:
        VoiceUnreached: Discord lets nobody in, or its voice servers are not reached.
    """
    try:
        async with asyncio.timeout(WITHIN_S + LEAVE_WITHIN_S):
            return await channel.connect(timeout=WITHIN_S, reconnect=False, cls=Client, self_deaf=True)
    except (TimeoutError, discord.DiscordException, OSError) as error:
        log.info("Could not connect to voice channel %s: %r", channel.id, error)
        stuck = channel.guild.voice_client
        if isinstance(stuck, Client):
            await stuck.hang_up()
            stuck.cleanup()
        raise VoiceUnreached(channel.name) from error
