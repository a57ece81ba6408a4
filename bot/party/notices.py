"""Who hears that a party has changed, and how people learn what nobody has asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.party.errors import PartyError
from bot.party.words import Member, Room

Changed = Callable[[Room], None]
News = Callable[[Room, PartyError], None]
Over = Callable[[Room, str], None]
Gone = Callable[[Room], None]
Forgotten = Callable[[Member], None]
Send = Callable[[Member, PartyError], Awaitable[bool]]
"""Sends a member something in private; False if that cannot be."""


class Notices:
    """What goes from the party to the front doors without a request."""

    def __init__(self) -> None:
        self._on_change: list[Changed] = []
        self._on_music: list[Callable[[], None]] = []
        self._on_news: list[News] = []
        self._on_night: list[Over] = []
        self._on_gone: list[Gone] = []
        self._on_forgotten: list[Forgotten] = []
        self._senders: dict[str, Send] = {}

    def on_change(self, listener: Changed) -> None:
        """Calls `listener(room)` after every committed change of a party, here or in another process."""
        self._on_change.append(listener)

    def changed(self, room: Room) -> None:
        """Says that a party has changed."""
        for listener in self._on_change:
            listener(room)

    def on_music(self, listener: Callable[[], None]) -> None:
        """Calls `listener()` whenever other songs of people's own music can sound, in whichever party."""
        self._on_music.append(listener)

    def music(self) -> None:
        """Says that other songs can sound."""
        for listener in self._on_music:
            listener()

    def on_news(self, listener: News) -> None:
        """Calls `listener(room, error)` for what a whole room should read."""
        self._on_news.append(listener)

    def post(self, room: Room, error: PartyError) -> None:
        """Has a whole room read what has happened to its party."""
        for listener in self._on_news:
            listener(room, error)

    def on_night(self, listener: Over) -> None:
        """Calls `listener(room, secret)` once for each party that is over and has a page, in one process."""
        self._on_night.append(listener)

    def over(self, room: Room, secret: str) -> None:
        """Says that a party is over, and what its page is found by."""
        for listener in self._on_night:
            listener(room, secret)

    def on_gone(self, listener: Gone) -> None:
        """Calls `listener(room)` for each room that was forgotten here, with all that it had."""
        self._on_gone.append(listener)

    def gone(self, room: Room) -> None:
        """Says that a room is no more."""
        for listener in self._on_gone:
            listener(room)

    def on_forgotten(self, listener: Forgotten) -> None:
        """Calls `listener(member)` for each member who was forgotten here, as they had asked for."""
        self._on_forgotten.append(listener)

    def forgotten(self, member: Member) -> None:
        """Says that nothing is kept of a member any more."""
        for listener in self._on_forgotten:
            listener(member)

    def send_by(self, platform: str, send: Send) -> None:
        """Has private messages to members of this platform sent by `send`."""
        self._senders[platform] = send

    async def send(self, member: Member, error: PartyError) -> bool:
        """Sends a member something in private, and says whether that was possible."""
        send = self._senders.get(member.platform)
        return send is not None and await send(member, error)
