"""How the party sounds, `/play`, `/pause`, `/volume` and `/spotify`, and what is saved and brought in."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from typing import Any, Self

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.party.domain import AddedAll, Member, Room
from bot.party.errors import PartyError, marked
from bot.playback.words import Device, Played
from bot.service import PartyService
from bot.wording.languages import language
from bot.wording.replies import Replies, short
from cogs import choices
from cogs.buttons import CHOICE_LIMIT, LABEL_LIMIT, AnyItem, Pressed
from cogs.cards import TEXT_LIMIT, Card, fitting
from cogs.common import Asked, Interaction, ask, own_words, plain, room_words
from cogs.queue import told

log = logging.getLogger(__name__)

LONGEST_NAME = 100
"""The longest name of a playlist."""


class DeviceSelect(Pressed, ui.DynamicItem[ui.Select[Any]], template=r"encore:device"):
    """Chooses on which of the member's devices the party plays."""

    private = True

    def __init__(self, devices: Sequence[Device], replies: Replies) -> None:
        options = [
            discord.SelectOption(
                label=choices.device_name(each), value=each.id, emoji="🔊" if each.active else None
            )
            for each in devices
            if len(each.id) <= CHOICE_LIMIT
        ]
        super().__init__(
            ui.Select(
                custom_id="encore:device",
                placeholder=short(replies.devices(devices), 150),
                options=options[: choices.CHOICES],
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: AnyItem, match: re.Match[str], /) -> Self:
        """Makes the menu again; what was chosen is in the request."""
        made = cls.__new__(cls)
        ui.DynamicItem.__init__(made, item)
        return made

    async def press(self, asked: Asked) -> None:
        """Plays there, if it is a device of the member's, and says so in the menu's place."""
        device_id = str(self.item.values[0])
        choosing = asked.party.choose_device(asked.room, asked.member, device_id, asked.key)
        played = await asked.soon(choosing)
        await asked.update(Card(ui.TextDisplay(asked.replies.played(played))))


def device_card(devices: Sequence[Device], replies: Replies) -> Card:
    """A choice among devices, or what to do where there is none."""
    items: list[AnyItem] = [ui.TextDisplay(replies.devices(devices))]
    if devices:
        items.append(ui.ActionRow(DeviceSelect(devices, replies)))
    return Card(*items)


class Sound(commands.Cog):
    """Everything that needs an account, and what stands still without one."""

    spotify = app_commands.Group(
        name="spotify", description="Play the party on your own Spotify: connect, choose a device, stop."
    )

    def __init__(self, client: commands.AutoShardedBot, party: PartyService) -> None:
        self._client = client
        self._party = party
        self._posts: set[asyncio.Task[None]] = set()
        self._spoken: dict[str, Replies] = {}  # the words of those who have asked for Spotify, by user_id

    async def cog_load(self) -> None:
        """Listens for what rooms and members are to be told."""
        self._party.hear(self.said)
        self._party.whisper_by("discord", self.whisper)

    async def cog_unload(self) -> None:
        """Tells nobody anything any more."""
        for task in self._posts:
            task.cancel()
        await asyncio.gather(*self._posts, return_exceptions=True)

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Notes in which language somebody may be told something in private later."""
        self._spoken[str(interaction.user.id)] = own_words(interaction)
        return True

    @app_commands.command()
    async def play(self, interaction: Interaction) -> None:
        """Go on with what stands still, or play the party on your Spotify."""
        asked = await ask(interaction)
        played = await asked.soon(asked.party.play(asked.room, asked.member, asked.key))
        await asked.reply(asked.replies.played(played))

    @app_commands.command()
    async def pause(self, interaction: Interaction) -> None:
        """Let the song stand still until somebody says /play."""
        asked = await ask(interaction)
        entry = await asked.soon(asked.party.pause(asked.room, asked.member, asked.key))
        await asked.reply(asked.replies.paused(entry))

    @app_commands.command()
    @app_commands.describe(percent="How loud, from 0 to 100")
    async def volume(self, interaction: Interaction, percent: app_commands.Range[int, 0, 100]) -> None:
        """Set how loud the party is, if it plays on your Spotify or you moderate."""
        asked = await ask(interaction)
        await asked.soon(asked.party.volume(asked.room, asked.member, percent))
        await asked.reply(asked.replies.loud(percent))

    @app_commands.command()
    @app_commands.describe(name="What the playlist is called; the day if you don't say")
    async def save(
        self, interaction: Interaction, name: app_commands.Range[str, 1, LONGEST_NAME] | None = None
    ) -> None:
        """Keep this party as a playlist on your Spotify; again brings it up to date."""
        asked = await ask(interaction, private=True)
        given, words = (name or "").strip(), asked.replies.playlist_told()
        name = given or asked.replies.playlist_name(asked.room, asked.party.now_ms())
        saving = asked.party.save(asked.room, asked.member, name, words, named=bool(given))
        saved = await asked.soon(saving)
        await asked.reply(fitting(asked.replies.saved(saved).splitlines(), TEXT_LIMIT))

    @app_commands.command(name="import")
    @app_commands.describe(link="A link to a Spotify album, or to a playlist of yours")
    async def bring_in(self, interaction: Interaction, link: str) -> None:
        """Add all songs of a Spotify playlist or album."""
        asked = await ask(interaction, quiet=True)
        imported = await asked.soon(asked.party.bring_in(asked.room, asked.member, link, asked.key))
        await told(asked, AddedAll((), ()), [imported])

    @spotify.command()
    async def connect(self, interaction: Interaction) -> None:
        """Connect your Spotify account, with a link that only you see."""
        asked = await ask(interaction, private=True)
        url = await asked.soon(asked.party.connect(asked.room, asked.member))
        label = short(asked.replies.say(marked("Connect Spotify")), LABEL_LIMIT)
        button: ui.Button[Any] = ui.Button(label=label, url=url)
        await asked.reply(view=Card(ui.TextDisplay(asked.replies.connect()), ui.ActionRow(button)))

    @spotify.command()
    async def disconnect(self, interaction: Interaction) -> None:
        """Disconnect your Spotify and have everything erased that I keep of it."""
        asked = await ask(interaction, private=True)
        was = await asked.soon(asked.party.disconnect(asked.member))
        await asked.reply(asked.replies.disconnected(was))

    @spotify.command()
    async def status(self, interaction: Interaction) -> None:
        """See how your Spotify stands, and where this party plays."""
        asked = await ask(interaction, private=True)
        account = await asked.soon(asked.party.account(asked.member))
        party = await asked.soon(asked.party.party(asked.room, history=0))
        await asked.reply(asked.replies.standing(account, party.playback, asked.member))

    @spotify.command()
    @app_commands.describe(device="Which one; leave it out to see them all")
    @app_commands.autocomplete(device=choices.devices)
    async def device(self, interaction: Interaction, device: str | None = None) -> None:
        """Choose on which of your devices the party plays."""
        asked = await ask(interaction, private=True)
        if device is not None:
            played = await asked.soon(self._choose(asked, device))
            await asked.reply(asked.replies.played(played))
            return
        devices = await asked.soon(asked.party.devices(asked.member))
        await asked.reply(view=device_card(devices, asked.replies))

    async def _choose(self, asked: Asked, device: str) -> Played:
        device_id = await choices.device_meant(asked.party, asked.member, device)
        return await asked.party.choose_device(asked.room, asked.member, device_id, asked.key)

    @spotify.command()
    async def stop(self, interaction: Interaction) -> None:
        """Play this party on nobody's Spotify any more; the clock goes on."""
        asked = await ask(interaction)
        playback = await asked.soon(asked.party.stop(asked.room, asked.member, asked.key))
        await asked.reply(asked.replies.stopped(playback))

    def said(self, room: Room, error: PartyError) -> None:
        """Posts into a room what has happened to its party."""
        if room.platform == "discord":
            task = asyncio.create_task(self._post(room, error), name=f"tell {room.channel}")
            self._posts.add(task)
            task.add_done_callback(self._posts.discard)

    async def _post(self, room: Room, error: PartyError) -> None:
        try:
            guild = self._client.get_guild(int(room.workspace))
            rules = await self._party.rules(room)
            words = room_words(rules, guild.preferred_locale if guild else None)
            channel = self._client.get_partial_messageable(int(room.channel), guild_id=int(room.workspace))
            await channel.send(words.error(error))
        except discord.HTTPException as refused:
            log.info("The room %s could not be told anything: %s", room.channel, refused)
        except Exception:
            log.exception("The room %s could not be told anything.", room.channel)

    async def whisper(self, member: Member, error: PartyError) -> bool:
        """Writes to a member in private; False where they take no such messages."""
        words = self._spoken.get(member.user_id) or Replies(language("en"), plain)
        try:
            channel = await self._client.create_dm(discord.Object(int(member.user_id)))
            await channel.send(words.error(error))
        except (discord.HTTPException, OSError) as refused:
            log.info("A member could not be told anything: %s", refused)
            return False
        return True
