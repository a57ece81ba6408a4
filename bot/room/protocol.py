"""The language of `/live`, the room's WebSocket: JSON texts, one message each.

The browser asks. It makes up the `id`: the answer carries it, and a change that is sent again with the same
id (by the same member) happens once. `do` is a command, by the name that it has in chats or by the last word
of it, and its arguments are fields. All of that is in the schema, which `python -m bot.room.schema` prints.
The page says songs by their numbers in the state, which other programs may do as well. It begins by coming
in; whoever begins with anything else is in the lobby, and told everything in English:

    {"id": .., "do": "enter", "link": "<secret>", "language": "de"}   into a party; without a link the lobby
    {"id": .., "do": "enter", .., "name": "Ann", "secret": ".."}      and takes a name at once
    {"id": .., "do": "enter", .., "since": {"run": "..", "seq": 9}}   and is told only what was missed
    {"id": .., "do": "hello", "name": "Ann", "secret": ".."}    takes a name, which most requests need
    {"id": .., "do": "search", "text": "take o"}                songs as one types
    {"id": .., "do": "ping"}                                    is the line there?
    {"id": .., "do": "add", "song": "track:<track_id>"}         or a title, or a link; several, one a line
    {"id": .., "do": "next", "count": 3, "mood": "safe"}        what is optional may be left out
    {"id": .., "do": "vote", "song": "1", "vote": "down"}       a number in the queue, or a title
    {"id": .., "do": "vote", "entry": 7, "value": -1}           the same, by the song's `id` in the state
    {"id": .., "do": "spotify stop"}                            or "stop"
    {"id": .., "do": "import", "file": {"name": .., "base64": ..}}    a list; alone may be larger, see `fits`

The room answers each, to this browser only. `say` is a text for people, `kind` the error's class. The id is
null when it was illegible. Answers to some requests have more fields, see `Fields` in `bot.room.rendering`.

    {"id": .., "ok": true, "say": "Added Africa – TOTO: next up."}
    {"id": .., "ok": true, "say": .., "questions": ..}          pick one: "add" takes it as a song
    {"id": .., "ok": false, "say": "I need a song for that ..", "kind": "EmptyText"}

What may take long is acknowledged at once and answered later, between other answers. Sent again meanwhile,
over another connection for instance, it is still done once.

    {"id": .., "going": true}

Whoever has come in is told their own part, how things stand, and then each change: see `bot.room.own` and
`bot.room.sheet`. Changes have numbers without a gap. Whoever finds one, or another `run`, comes in again.

    {"own": {"me": .., "name": "Ann", "as": "guest", "may": {..}, "votes": {"17": 1}, "skip": false}}
    {"state": {"run": "..", "seq": 9, "now_ms": .., "playing": {..}, "queue": [{..}], ..}}
    {"own": {"votes": {"18": -1}}}                              what is another; a vote of 0 is none
    {"change": {"run": "..", "seq": 10, "now_ms": .., "set": {"watching": 3, "playing": 18},
                "entries": [{"id": 17, "ups": 2}], "lists": {"queue": [[18, -1], [17, 0]]}}}

A page that is the party's speaker plays by itself and says how far it is; the party's clock follows. It alone
is told what to play, and does nothing about what it was told before an answer that it waits for.

    {"id": .., "do": "speak"}                                   begins; with `again` it goes on
    {"id": .., "do": "speak-at", "entry": 7, "left_ms": 99000}  every few seconds
    {"id": .., "do": "speak-over", "entry": 7}                  the next song; "speak-end" ends it
    {"sound": {"playing": {"entry": 7, "link": "/sound/..", ..}, "next": {..}, "paused": false, ..}}

What has happened to the party by itself is told in words, and so what concerns one member to that member
alone. Before the room closes a connection it says why, and whether the page may come back by itself.

    {"told": "The device that played is gone .."}
    {"bye": {"say": "This party is full ..", "kind": "RoomFull", "retry": true, "after_s": 30}}
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict  # which pydantic asks for before Python 3.12

from bot.party.errors import NotUnderstood, PartyError
from bot.room.own import OwnMessage
from bot.room.rendering import Fields
from bot.room.requests import ID, LARGEST_BASE64, Json
from bot.room.sheet import ChangeMessage, StateMessage
from bot.room.sounding import SoundMessage
from bot.wording.replies import Replies

FAULT = "Fault"
"""The kind of what is no error of the party's, but a fault of ours."""
LARGEST_MESSAGE = 64 * 1024
"""How large a message may be that brings no list, in bytes; a larger one closes its connection."""
LARGEST_IMPORT = LARGEST_BASE64 + LARGEST_MESSAGE
"""How large one may be that brings a list, in bytes."""
LARGEST_CHEAP = 4 * 1024
"""A request of so many bytes counts as one; a larger one takes longer to read, and counts as several."""
MOST_WITHIN = 1_000
"""So many parts the largest messages may have: what they bring is one long text."""
_ID = re.compile(ID)
_FIRST_ID = re.compile(rf'\{{\s?"id"\s?:\s?"({ID})"')
_IMPORT = re.compile(rf'\{{\s?"id"\s?:\s?"({ID})"\s?,\s?"do"\s?:\s?"import"\s?,')
"""How a large message has to begin, so that every other one is turned away unread."""


class Done(Fields):
    """The answer to a request that was met."""

    id: str | None
    ok: Literal[True]


class Refused(TypedDict):
    """The answer to a request that cannot be met."""

    id: str | None
    ok: Literal[False]
    say: str
    kind: Annotated[
        str, Field(description="The error's class in `bot.party.errors` or `bot.playback.errors`, or Fault")
    ]


class Going(TypedDict):
    """The sign that a request is being met, and that it may take a while."""

    id: str
    going: Literal[True]


class Told(TypedDict):
    """What has happened without being asked for, in words."""

    told: str


class ByeJson(TypedDict):
    """Why the room closes a connection."""

    say: str
    kind: Annotated[str, Field(description="The error's class")]
    retry: Annotated[bool, Field(description="Whether the page may come back by itself")]
    after_s: Annotated[int, Field(description="... and in how many seconds at the earliest")]


class Bye(TypedDict):
    """Comes before the room closes a connection that nobody wanted to close."""

    bye: ByeJson


Message = Done | Refused | Going | Told | Bye | OwnMessage | StateMessage | ChangeMessage | SoundMessage
"""What the room says."""


def size(raw: str | bytes) -> int:
    """How large a message is, in bytes."""
    return len(raw.encode() if isinstance(raw, str) else raw)


def cost(raw: str | bytes) -> int:
    """As how many requests a message counts: reading a large one takes longer."""
    bytes_ = size(raw)
    return 1 + bytes_ // (LARGEST_CHEAP if bytes_ <= LARGEST_MESSAGE else LARGEST_MESSAGE)


def id_at_first(raw: str | bytes) -> str | None:
    """The id of a message that begins with it, without reading the rest."""
    begins = _FIRST_ID.match(raw) if isinstance(raw, str) else None
    return begins[1] if begins else None


def id_of_import(raw: str | bytes) -> str | None:
    """The id of a message that begins like one that may be large."""
    begins = _IMPORT.match(raw) if isinstance(raw, str) else None
    return begins[1] if begins else None


def fits(raw: str | bytes) -> bool:
    """Whether a message is no larger than what it brings can be; it is not read for that."""
    return size(raw) <= (LARGEST_IMPORT if id_of_import(raw) else LARGEST_MESSAGE)


def message(raw: str) -> Json:
    """The JSON object in a text.

    Raises:
        NotUnderstood: there is none, or it holds what no UTF-8 can, or so much that reading it takes long.
    """
    if len(raw) > LARGEST_MESSAGE and sum(map(raw.count, "{[,")) > MOST_WITHIN:
        raise NotUnderstood
    try:
        found = json.loads(raw)
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair would fail in the store
    except (ValueError, RecursionError):
        raise NotUnderstood from None
    if not isinstance(found, dict):
        raise NotUnderstood
    return found


def legible_id(asked: Json) -> str | None:
    """The id of a message, if it has one."""
    ident = asked.get("id")
    return ident if isinstance(ident, str) and _ID.fullmatch(ident) else None


def done(ident: str, fields: Fields) -> Done:
    """The answer to a request that was met."""
    return {"id": ident, "ok": True, **fields}


def refused(ident: str | None, error: Exception, words: Replies) -> Refused:
    """The answer to a request that cannot be met, or that met a fault of ours."""
    kind = type(error).__name__ if isinstance(error, PartyError) else FAULT
    return {"id": ident, "ok": False, "say": words.failure(error), "kind": kind}


def going(ident: str) -> Going:
    """The sign that a request is being met."""
    return {"id": ident, "going": True}


def told(error: PartyError, words: Replies) -> Told:
    """What has happened without being asked for."""
    return {"told": words.error(error)}


def bye(error: PartyError, words: Replies, *, retry: bool, after_s: int) -> Bye:
    """Why a connection is closed."""
    say = words.error(error)
    return {"bye": {"say": say, "kind": type(error).__name__, "retry": retry, "after_s": after_s}}
