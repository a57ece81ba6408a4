"""Which song was meant: questions with a row of buttons each, for the asker alone.

What is pressed stands in the buttons' ids, and what else is open in the message itself, so a question can be
answered after a restart too.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import discord
from discord import ui

from bot.doors.answers import AskWhich, Question
from bot.doors.presses import ID_LIMIT, choices
from bot.party.songs import CHOSEN
from bot.wording.replies import LONGEST_SHOWN, Replies, short
from cogs.cards import LABEL_LIMIT, AnyItem, Card
from cogs.escape import fitting

QUESTIONS_LIMIT = 1_500
"""So many characters of a message's 4,000 are the questions', which may become longer when answered, ..."""
TOLD_LIMIT, LEFT_LIMIT = 1_300, 250
"""... so many what is told besides, and so many the questions that there are no buttons for."""
REMEMBERED = 500
"""The answers in so many messages are remembered."""
_BUTTON = "encore:add"
_NUMBERED = re.compile(rf"{_BUTTON}[2-9]:")


def question_card(asked: AskWhich, words: Replies) -> Card:
    """What is told, and each question above its buttons."""
    lines = [_line(question, words) for question in asked.questions]
    told, _, left = asked.text.partition("\n".join(lines))
    items: list[AnyItem] = []
    if told := fitting(told.strip().splitlines(), TOLD_LIMIT):
        items.append(ui.TextDisplay(told))
    taken: set[str] = set()
    for number, question in enumerate(asked.questions, start=1):
        items.append(ui.TextDisplay(_fitting_line(question, words, QUESTIONS_LIMIT // len(lines))))
        if row := list(_buttons(question, words, number, taken)):
            items.append(ui.ActionRow(*row))
    if left := _shortened(left.strip().splitlines(), words):
        items.append(ui.TextDisplay(left))
    return Card(*items)


def _line(question: Question, words: Replies) -> str:
    return words.which([(question.typed, question.offered)])


def _fitting_line(question: Question, words: Replies, limit: int) -> str:
    """A question; only hostile names are so long that they have to be cut shorter than usual."""
    line = _line(question, words)
    for longest in (LONGEST_SHOWN // 2, LONGEST_SHOWN // 4):
        if len(line) > limit:
            offered = [
                replace(track, title=short(track.title, longest), artist=short(track.artist, longest))
                for track in question.offered
            ]
            line = _line(Question(short(question.typed, longest), offered), words)
    return line


def _shortened(lines: Sequence[str], words: Replies) -> str:
    shown = fitting(lines, LEFT_LIMIT)
    left = len(lines) - len(shown.splitlines())
    more = words.count("… and {number} more", "… and {number} more", left) if left else ""
    return "\n".join(filter(None, [shown, more]))


def _buttons(question: Question, words: Replies, number: int, taken: set[str]) -> Iterator[ui.Button[Any]]:
    """The buttons of a question. Discord takes no id twice in a message, and songs may be offered twice."""
    own: set[str] = set()
    for label, plain_id in choices(question, words):
        custom_id = plain_id
        if plain_id in taken:
            custom_id = plain_id.replace(_BUTTON, f"{_BUTTON}{number}", 1)
        if plain_id in own or len(custom_id) > ID_LIMIT:
            continue
        own.add(plain_id)
        is_song = plain_id.startswith(f"{_BUTTON}:{CHOSEN}")
        yield ui.Button(
            label=short(label, LABEL_LIMIT) or "?",
            custom_id=custom_id,
            style=discord.ButtonStyle.primary if is_song else discord.ButtonStyle.secondary,
        )
    taken |= own


def plain_id(custom_id: str) -> str:
    """The id of a button as the doors know it, without the number of its question."""
    return _NUMBERED.sub(f"{_BUTTON}:", custom_id, count=1) if _NUMBERED.match(custom_id) else custom_id


@dataclass(slots=True)
class _Answered:
    """The answers in one message, by the ids of the buttons that were pressed."""

    texts: dict[str, str] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Questions:
    """The latest answers: who presses quickly acts on a message that does not show them all yet."""

    def __init__(self) -> None:
        self._messages: OrderedDict[int, _Answered] = OrderedDict()

    @asynccontextmanager
    async def turn(self, message: discord.Message, custom_id: str) -> AsyncIterator[bool]:
        """Waits for other presses on the message; says whether the question of a button is open."""
        answered = self._of(message)
        async with answered.turn:
            row = next((ids for ids in map(_ids, _parts(message)) if custom_id in ids), set())
            yield not row & answered.texts.keys()

    def settled(self, message: discord.Message, custom_id: str, text: str) -> Card:
        """The message with a text in place of the question that a button belongs to; the others stay."""
        self._of(message).texts[custom_id] = text
        return self.shown(message)

    def shown(self, message: discord.Message) -> Card:
        """The message with all that was answered."""
        return Card(*_rebuilt(_parts(message), self._of(message).texts))

    def _of(self, message: discord.Message) -> _Answered:
        answered = self._messages.setdefault(message.id, _Answered())
        self._messages.move_to_end(message.id)
        if len(self._messages) > REMEMBERED:
            self._messages.popitem(last=False)
        return answered


def _parts(message: discord.Message) -> Sequence[Any]:
    """The texts and rows of a message."""
    top: Sequence[Any] = message.components
    return top[0].children if top and isinstance(top[0], discord.Container) else top


def _ids(part: Any) -> set[str]:
    return {str(getattr(each, "custom_id", None)) for each in getattr(part, "children", [])}


def _rebuilt(parts: Sequence[Any], answered: Mapping[str, str]) -> list[AnyItem]:
    items: list[AnyItem] = []
    for part in parts:
        if isinstance(part, discord.TextDisplay):
            items.append(ui.TextDisplay(part.content))
        elif isinstance(part, discord.ActionRow):
            told = next((answered[each] for each in _ids(part) if each in answered), None)
            if told is None:
                items.append(ui.ActionRow(*map(_again, part.children)))
                continue
            if items and isinstance(items[-1], ui.TextDisplay):
                items.pop()  # the question
            items.append(ui.TextDisplay(told))
    return items


def _again(button: Any) -> ui.Button[Any]:
    return ui.Button(label=button.label, custom_id=button.custom_id, style=button.style)
