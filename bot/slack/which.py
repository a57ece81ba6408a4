"""Which songs were meant: the questions, a button for each choice, and what is left of them after a press.

Slack does not tell what stood in a message that only one person saw, so each button carries all of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from bot.doors import presses
from bot.doors.answers import AskWhich, Question
from bot.doors.meant import named
from bot.party.songs import AS_TYPED
from bot.party.words import Track
from bot.slack.blocks import LABEL_LIMIT, Json, actions, button, section, sections
from bot.wording.replies import Replies

ADD = presses.Add("").id
"""How the ids of these buttons begin."""
VALUE_LIMIT = 2_000
"""What a button can carry, in characters (Slack's docs, "Button element")."""
TEXT_LIMIT = 4_000
"""So much of a message's text is for notifications and screen readers."""
MOST_TOLD = 20
"""So many sections a message begins with at most: Slack takes 50 blocks."""
MARK_LENGTH = 16
_BETWEEN = " – "  # as `Replies.song` puts it between title and artist
_ESCAPED = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "&<>"})
"""Slack may escape these on their way; as JSON escapes them they stay what they are."""


@dataclass(frozen=True, slots=True)
class Open:
    """A question that is not answered; `whole` unless what was typed had to be cut."""

    question: Question
    whole: bool = True


Item = Open | str
"""A question, or what became of it."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A message that asks.

    Args:
        channel: where the party is; the message may be elsewhere.
        mark: the same for every delivery of the request that is answered.
        told: what stands above the questions.
        items: the questions, in their order.
    """

    channel: str
    mark: str
    told: str
    items: tuple[Item, ...]

    def settled(self, texts: Mapping[int, str]) -> Asking:
        """The same message when some questions are answered."""
        return replace(self, items=tuple(texts.get(at, item) for at, item in enumerate(self.items)))


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a button carries: its song, which question it answers, and the message it stands in."""

    song: str
    at: int
    asking: Asking

    @property
    def key(self) -> str:
        """The key of the request: a question has one answer, however often its buttons are pressed."""
        return f"slack:{self.asking.mark}:{self.at}"


def asking(answer: AskWhich, channel: str, key: str, words: Replies) -> Asking:
    """The message that asks what an answer asks."""
    own = {_line(question, words) for question in answer.questions}
    told = "\n".join(line for line in answer.text.split("\n") if line not in own)
    mark = sha256(key.encode()).hexdigest()[:MARK_LENGTH]
    return Asking(channel, mark, told, tuple(map(Open, answer.questions)))


def shown(message: Asking, words: Replies) -> tuple[str, list[Json]]:
    """The message's text and its blocks."""
    texts = [item if isinstance(item, str) else _line(item.question, words) for item in message.items]
    blocks = sections(message.told)[:MOST_TOLD] if message.told else []
    ids: set[str] = set()
    for at, (item, text) in enumerate(zip(message.items, texts, strict=True)):
        if text:
            blocks.append(section(text))
        if isinstance(item, Open) and (buttons := _buttons(message, at, item, words, ids)):
            blocks.append(actions(*buttons))
    return _beginning("\n".join(filter(None, [message.told, *texts]))), blocks


def read(action: Json) -> Pressed | None:
    """What the button that was pressed carries; None for any other button."""
    if not str(action.get("action_id") or "").startswith(ADD):
        return None
    try:
        song, at, channel, mark, told, items = json.loads(str(action.get("value") or ""))
        message = Asking(str(channel), str(mark), str(told), tuple(map(_item, items)))
        pressed = Pressed(str(song), int(at), message)
    except (ValueError, TypeError):
        return None
    known = presses.read(f"{ADD}{pressed.song}") is not None and 0 <= pressed.at < len(message.items)
    return pressed if known else None


def _beginning(text: str) -> str:
    """As many whole lines of a text as a message's text has room for."""
    return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT].rpartition("\n")[0] or "…"


def _line(question: Question, words: Replies) -> str:
    return words.which([(question.typed, question.offered)])


def _buttons(message: Asking, at: int, item: Open, words: Replies, ids: set[str]) -> list[Json]:
    """A question's buttons; no two of a message have the same id, though two questions may offer one song."""
    made: list[Json] = []
    for text, choice in presses.choices(item.question, words):
        song = choice.removeprefix(ADD)
        if song.startswith(AS_TYPED) and not item.whole:
            continue
        action = choice if choice not in ids else f"{choice} #{at}"
        if action not in ids:
            ids.add(action)
            made.append(button(action, text, _value(message, at, song)))
    return made


def _value(message: Asking, at: int, song: str) -> str:
    """What a button carries, shortened as far as it must be."""
    return next(value for value in _values(message, at, song) if len(value) <= VALUE_LIMIT)


def _values(message: Asking, at: int, song: str) -> Iterator[str]:
    """The same with less and less: short labels, not what was told besides, the questions' beginnings."""
    for labels, texts, typed in ((LABEL_LIMIT, True, 0), (40, True, 0), (40, False, 0), (15, False, 10)):
        items = [_carried(item, labels, texts, typed) for item in message.items]
        told = message.told if texts else ""
        yield _json([song, at, message.channel, message.mark, told, items])
    yield _json([song, at, message.channel, message.mark, "", [""] * len(message.items)])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)


def _carried(item: Item, labels: int, texts: bool, typed: int) -> Any:
    if isinstance(item, str):
        return item if texts else ""
    asked, longest = item.question.typed, presses.ID_LIMIT
    whole = item.whole and len(presses.Add(f"{AS_TYPED}{asked}").id) <= longest and not typed
    songs = [[track.track_id, named(track, labels)] for track in item.question.offered if track.track_id]
    return [asked if whole else asked[: typed or longest], songs, int(whole)]


def _item(carried: Any) -> Item:
    if isinstance(carried, str):
        return carried
    typed, songs, whole = carried
    return Open(Question(str(typed), _tracks(songs)), bool(whole))


def _tracks(songs: Sequence[Any]) -> list[Track]:
    found = []
    for track_id, called in songs:
        title, _, artist = str(called).partition(_BETWEEN)
        found.append(Track(title, artist, str(track_id)))
    return found
