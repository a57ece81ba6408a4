"""A Discord server to act on, the real bot logged in to it, and eyes that read as Discord's users do."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from bot.party.words import Room
from bot.service import PartyService
from cogs.client import open_discord
from tests.conftest import SPECS
from tests.fakes.discord_model import FakeChannel, FakeMessage, Interaction, Json, Reply, Timing
from tests.fakes.discord_server import FakeDiscord
from tests.patience import PATIENCE_S

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.never-to-be-seen.anywhere"

ZERO_WIDTH = "\u200b"
_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
_PINGS = {  # the server finds these whatever stands in front of them
    "everyone": r"@(?:everyone|here)\b",
    "mention": r"<(?:@[!&]?|#)\d+>",
    "timestamp": r"<t:-?\d+(?::\w)?>",
    "command": r"</[^>]+:\d+>",
    "emoji": r"<a?:\w+:\d+>",
    "guide": r"<id:\w+>",
    "address": r"\b\w+://\S",
    "contact": r"<(?:\+\d+|[\w.+-]+@[\w.-]+)>",
    "invite": r"discord\.(?:gg|com/invite)/\w",
}
_MARKUP = {  # a backslash takes these their meaning
    "masked link": r"\[[^\]]*\]\([^)]*\)",
    "spoiler": r"\|\|.+\|\|",
    "emphasis": r"(?<!\*)\*[^*\n]+\*|\b_[^_\n]+_\b",
    "bold": r"\*\*[^*\n]+\*\*",
    "underline": r"__[^_\n]+__",
    "strike": r"~~.+~~",
    "code": r"`[^`]+`",
    "heading": r"^\s*(?:#{1,3}|-#)\s",
    "quote": r"^\s*>{1,3}\s",
    "list": r"^\s*[-*]\s",
}


@asynccontextmanager
async def open_server() -> AsyncIterator[FakeDiscord]:
    """A Discord server that discord.py finds; all traffic with it must keep to Discord's schemas."""
    specs = SPECS if SPECS.exists() else None
    async with FakeDiscord(TOKEN, specs=specs, timing=Timing(settle_s=0.02, unchanged_s=0.1)) as fake:
        with fake.patched_client():
            yield fake
    assert fake.violations == [], "Discord's published schemas were breached:\n" + "\n".join(fake.violations)


@asynccontextmanager
async def log_in(fake: FakeDiscord, party: PartyService) -> AsyncIterator[asyncio.Task[None]]:
    """The real bot, connected and with its commands registered."""
    async with open_discord(party, TOKEN) as connected:
        await fake.ready()
        yield connected


def room(fake: FakeDiscord, channel: FakeChannel | None = None) -> Room:
    """The room of a channel, of the default channel if none is given."""
    place = channel or fake.channel
    return Room("discord", place.guild.id, place.id)


async def until(interaction: Interaction, met: Callable[[], bool]) -> None:
    """Waits for something that an interaction's own requests bring about."""
    async with asyncio.timeout(PATIENCE_S):
        while not met():
            interaction.changed.clear()
            await interaction.changed.wait()


def is_card(message: FakeMessage) -> bool:
    """Whether a message is a party's card."""
    return any(button.custom_id == "encore:next" for button in message.buttons)


def public(reply: Reply) -> FakeMessage:
    """The one message of an answer, which everybody sees."""
    (message,) = reply.messages
    assert not message.ephemeral, f"only one member sees {message.text!r}"
    return message


def private(reply: Reply) -> str:
    """The one sentence of an answer, which only the asker sees; nothing is left of a public deferral."""
    (message,) = reply.messages
    assert message.ephemeral, f"everybody sees {message.text!r}"
    assert not [each for each in reply.interaction.messages if each.loading and not each.deleted]
    return read(message.text)


def read(text: str, *, copying: bool = False) -> str:
    """A text as Discord's users read it, our own bold type left as it is, or as they would copy it."""
    return _ESCAPE.sub(r"\1", text).replace("" if copying else ZERO_WIDTH, "")


def live(text: str) -> set[str]:
    """What in a text Discord would act on instead of showing it, by name."""
    inert = _ESCAPE.sub("\N{OBJECT REPLACEMENT CHARACTER}", text)
    pings = {name for name, pattern in _PINGS.items() if re.search(pattern, text, re.IGNORECASE)}
    return pings | {name for name, pattern in _MARKUP.items() if re.search(pattern, inert, re.MULTILINE)}


def sent(fake: FakeDiscord) -> list[Json]:
    """Every message body that the bot has sent, new ones and edits, oldest first."""
    bodies: list[Any] = [it.json for it in fake.requests if isinstance(it.json, dict)]
    messages = [body.get("data", body) for body in bodies]
    return [message for message in messages if {"content", "embeds"} & message.keys()]
