"""Another way to a card: the tokens of interactions, which need no permission in the channel.

Each interaction comes with a token. For 15 minutes it edits the message that answers it, which is the clicked
one where a click only changed that, and posts further ones (docs, "Receiving and Responding").
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TypeVar

import discord
from discord.http import handle_message_parameters
from discord.webhook.async_ import async_context

from bot.doors.card import Waits
from bot.doors.presses import TurnPage
from bot.party.errors import marked
from bot.party.words import Room
from bot.wording.replies import Replies
from cogs.cards import Card, button
from cogs.refusals import understood
from cogs.request import Interaction

Where = TypeVar("Where", Room, str)

FRESH_S = 840.0
"""So long a token is used; then the card goes on with a newer one ..."""
OPENS_S = 880.0
"""... or, if there is none, says so with this one, which Discord takes for 900 seconds."""
MOST = 10_000
"""The last tokens of so many rooms are kept."""
NO_PINGS = discord.AllowedMentions.none()
"""The library forgets the client's own in the edit of a message that it has not read."""


def now_s() -> float:
    """The loop's time, in seconds."""
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class _Key:
    webhook: discord.Webhook
    since_s: float
    original: str  # the message that it answers with, where that is a card

    def lasts(self, seconds: float) -> bool:
        return now_s() < self.since_s + seconds

    async def edit(self, card: str, view: discord.ui.LayoutView) -> None:
        """Shows a view in a card; one that answers the interaction has an address of its own."""
        hook = self.webhook
        if card != self.original:
            await hook.edit_message(int(card), view=view, allowed_mentions=NO_PINGS)
            return
        with handle_message_parameters(view=view, allowed_mentions=NO_PINGS) as sent:
            await async_context.get().edit_original_interaction_response(
                hook.id, str(hook.token), session=hook.session, payload=sent.payload
            )

    async def delete(self, card: str) -> None:
        """Takes a card away."""
        hook = self.webhook
        if card != self.original:
            await hook.delete_message(int(card))
            return
        await async_context.get().delete_original_interaction_response(
            hook.id, str(hook.token), session=hook.session
        )


class SideDoor:
    """Posts, edits and deletes cards with the tokens of interactions."""

    def __init__(self) -> None:
        self._last: dict[Room, _Key] = {}
        self._of: dict[str, _Key] = {}  # by the card

    def remember(self, room: Room, interaction: Interaction, original: str) -> None:
        """Keeps the token of an interaction that was answered.

        Args:
            room: where.
            interaction: it.
            original: the card that it has answered with, or changed; empty if it was another message.
        """
        key = _Key(interaction.followup, now_s(), original)
        _put(self._last, room, key)
        if original:
            _put(self._of, original, key)

    def can_edit(self, card: str) -> bool:
        """Whether there is a token for a card that lasts."""
        key = self._of.get(card)
        return key is not None and key.lasts(FRESH_S)

    def can_send(self, room: Room) -> bool:
        """Whether there is a token for a new card that lasts."""
        key = self._last.get(room)
        return key is not None and key.lasts(FRESH_S)

    def lapses_in_s(self, card: str) -> float:
        """How long a card's token still lasts."""
        key = self._of.get(card)
        return key.since_s + FRESH_S - now_s() if key is not None else 0.0

    async def send(self, room: Room, view: discord.ui.LayoutView) -> str:
        """Posts a card, and returns its id.

        Raises:
            Waits: there is no token.
            Gone, Later: see `understood`.
        """
        key = self._last.get(room)
        if key is None or not key.lasts(FRESH_S):
            raise Waits
        with understood():
            sent = await key.webhook.send(view=view, silent=True, wait=True, allowed_mentions=NO_PINGS)
        _put(self._of, str(sent.id), _Key(key.webhook, key.since_s, ""))
        return str(sent.id)

    async def edit(self, card: str, view: discord.ui.LayoutView) -> None:
        """Changes a card, with a token that may be about to end.

        Raises:
            Waits: there is no token.
            Gone, Later: see `understood`.
        """
        key = self._of.get(card)
        if key is None or not key.lasts(OPENS_S):
            raise Waits
        with understood():
            await key.edit(card, view)

    async def delete(self, card: str) -> bool:
        """Takes a card away, if there is a token for it."""
        key = self._of.pop(card, None)
        if key is None or not key.lasts(OPENS_S):
            return False
        await key.delete(card)
        return True


def _put(keys: dict[Where, _Key], where: Where, key: _Key) -> None:
    keys.pop(where, None)
    keys[where] = key
    if len(keys) > MOST:
        del keys[next(iter(keys))]


def resting_card(words: Replies) -> Card:
    """What a card shows that cannot be kept up to date: no old state, and how to see the new one."""
    text = words.say(
        marked("I can't keep this card up to date. Press the button to see the party as it is now.")
    )
    show = button(TurnPage(0).id, words.say(marked("Show the party")), "🔄")
    return Card(discord.ui.TextDisplay(text), discord.ui.ActionRow(show))
