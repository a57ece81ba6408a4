"""The language of `/live`, the room's WebSocket: JSON texts, one message each.

The browser asks. It makes up the `id`, 1 to 64 of `A-Za-z0-9_-`: the answer carries it, and a change that is
sent again with the same id (by the same member) happens once.

    {"id": .., "do": "hello", "name": "Ann", "secret": ".."}    takes a name, which every change needs
    {"id": .., "do": "search", "text": "take o"}                songs as one types
    {"id": .., "do": "add", "text": "track:<track_id>"}         or a title, or a link
    {"id": .., "do": "next", "mood": "balanced"}                asks for suggestions; balanced if not said
    {"id": .., "do": "vibe", "text": "90s rock", "mood": ".."}  asks for suggestions in words
    {"id": .., "do": "vote", "entry": 7, "value": 1}            1, -1, or 0 to take the vote back
    {"id": .., "do": "skip", "entry": 7}                        wants to skip what plays, if it is still this
    {"id": .., "do": "remove", "entry": 7}
    {"id": .., "do": "undo"}
    {"id": .., "do": "play"}                                    plays on, or on the asker's Spotify
    {"id": .., "do": "pause"}

And where `spotify` of the state says that it is set up:

    {"id": .., "do": "connect"}                                 asks for the link that connects an account
    {"id": .., "do": "account"}                                 asks whether there is one
    {"id": .., "do": "disconnect"}
    {"id": .., "do": "devices"}                                 asks what it could play on
    {"id": .., "do": "device", "device": ".."}                  plays the party there, by the device's id
    {"id": .., "do": "volume", "percent": 40}                   0 to 100
    {"id": .., "do": "stop"}                                    plays the party on nobody's account any more
    {"id": .., "do": "save", "name": ".."}                      as a playlist; it has a name if none is said

An album's or a playlist's link as the `text` of an `add` brings in all its songs.

The room answers each, to this browser only. `say` is a sentence for people, `kind` the error's class; instead
of `say`, an answered search has `tracks` and an answered hello the `name` as it is shown. The id is null when
it was illegible.

    {"id": .., "ok": true, "say": "Added Africa – TOTO: next up."}
    {"id": .., "ok": false, "say": "I need a song for that ..", "kind": "EmptyText"}

What has to do with Spotify may take long, so it is acknowledged at once and answered later, between other
answers. Sent again meanwhile, over another connection for instance, it is still done once.

    {"id": .., "going": true}

Some of its answers have more than `say`, for the asker alone:

    connect   "url": our page, good once
    account   "account": {"name": "Ann"}, or null
    devices   "devices": [{"id": "..", "name": "Kitchen", "active": true, "volume": 40, "party": false}]; the
              volume is null where it cannot be set, `party` says whether the asker's party plays on it
    save      "url": the playlist at open.spotify.com, which `say` has too, and "missing": the songs, as a
              search has them, that Spotify does not

And it tells everybody how things stand, at first and after each change, as `state` below makes it. What has
happened to the party by itself it tells in words, and so what concerns one member to that member alone:

    {"told": "The device that played is gone .."}
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.party.domain import Entry, Member, Mood, Party, Playback, Track, ends_ms
from bot.party.errors import NoSuchEntry, NotUnderstood, PartyError
from bot.room.words import REPLIES
from bot.wording.replies import short

Json = dict[str, Any]

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""No slash, so that a member's name and an id make one key in one way only."""
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
LARGEST_ENTRY = 2**63 - 1
"""The largest number that a database can be asked for."""
LOUDEST = 100

NEEDS: Mapping[str, Mapping[str, type]] = {
    "hello": {"name": str, "secret": str},
    "search": {"text": str},
    "add": {"text": str},
    "next": {},
    "vibe": {"text": str},
    "vote": {"entry": int, "value": int},
    "skip": {"entry": int},
    "remove": {"entry": int},
    "undo": {},
    "play": {},
    "pause": {},
    "connect": {},
    "account": {},
    "disconnect": {},
    "devices": {},
    "device": {"device": str},
    "volume": {"percent": int},
    "stop": {},
    "save": {},
}
"""What can be asked, and the fields that it needs."""
MOODY = {"next", "vibe"}
"""What can be asked in a mood."""
NAMED = {"save"}
"""What can be given a name."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a browser asks; the fields that `do` does not need are empty."""

    id: str
    do: str
    name: str = ""
    secret: str = ""
    text: str = ""
    entry: int = 0
    value: int = 0
    device: str = ""
    percent: int = 0
    mood: Mood = Mood.BALANCED


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What everybody in the room is shown."""

    party: Party
    people: tuple[str, ...]  # the names of who is connected
    watching: int  # how many people are connected, named or not
    now_ms: int
    spotify: bool = False  # whether it is set up


def message(raw: str) -> Json:
    """The JSON object in a text.

    Raises:
        NotUnderstood: there is none, or it holds what no UTF-8 can.
    """
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
    return ident if isinstance(ident, str) and ID.fullmatch(ident) else None


def request(asked: Json) -> Request:
    """A message as a request.

    Raises:
        NotUnderstood: the page sends no such message.
        NoSuchEntry: a number that no entry can have.
    """
    ident, do = legible_id(asked), asked.get("do")
    if ident is None or not isinstance(do, str) or do not in NEEDS:
        raise NotUnderstood
    needs = {**NEEDS[do], "name": str} if do in NAMED and "name" in asked else NEEDS[do]
    fields: Json = {field: asked.get(field) for field in needs}
    if any(type(fields[field]) is not kind for field, kind in needs.items()):
        raise NotUnderstood
    if fields.get("value", 0) not in {-1, 0, 1} or not 0 <= fields.get("percent", 0) <= LOUDEST:
        raise NotUnderstood
    if not 0 <= fields.get("entry", 0) <= LARGEST_ENTRY:
        raise NoSuchEntry
    for field in ("text", "name"):
        if field in fields and do != "hello":
            fields[field] = CONTROLS.sub(" ", fields[field])
    if do in MOODY and "mood" in asked:
        fields["mood"] = _mood(asked["mood"])
    return Request(ident, do, **fields)


def _mood(said: object) -> Mood:
    try:
        return Mood(said)  # type: ignore[arg-type] # whatever it is
    except ValueError:
        raise NotUnderstood from None


def done(ident: str | None, fields: Json) -> Json:
    """The answer to a request that was met."""
    return {"id": ident, "ok": True, **fields}


def going(ident: str) -> Json:
    """The sign that a request is being met, and that it may take a while."""
    return {"id": ident, "going": True}


def told(error: PartyError) -> Json:
    """What has happened without being asked for."""
    return {"told": REPLIES.error(error)}


def refused(ident: str | None, error: PartyError) -> Json:
    """The answer to a request that cannot be met."""
    return {"id": ident, "ok": False, "say": REPLIES.error(error), "kind": type(error).__name__}


def failed(ident: str | None, fault: str) -> Json:
    """The answer to a request that met a fault of ours."""
    say = f"Sorry, that went wrong on our side. Try again; if it stays, tell the host: {fault}"
    return {"id": ident, "ok": False, "say": say, "kind": "Fault"}


def track(song: Track) -> Json:
    """A song as the page shows it."""
    return {
        "track_id": song.track_id,
        "title": short(song.title),
        "artist": short(song.artist),
        "year": song.year,
        "duration_ms": song.duration_ms,
    }


def entry(one: Entry, me: Member | None) -> Json:
    """An entry as one member sees it."""
    return {
        **track(one.track),
        "id": one.id,
        "state": one.state.value,
        "by": short(one.added_by.name) if one.added_by else "",
        "yours": me is not None and one.added_by == me,
        "ups": one.ups,
        "downs": one.downs,
        "vote": one.votes.get(me.user_id, 0) if me else 0,
        "started_ms": one.started_ms,
        "ends_ms": one.ends_ms,
    }


def suggestion(one: Entry, me: Member | None) -> Json:
    """A suggestion as one member sees it."""
    return {
        **entry(one, me),
        "match": one.match,
        "match_words": REPLIES.match(one),
        "because": REPLIES.because(one),
    }


def playback(sounds: Playback, me: Member | None) -> Json:
    """Where the party sounds, as one member sees it."""
    return {
        "host": short(sounds.host.name),
        "device": short(sounds.device_name),  # empty while it is gone
        "yours": sounds.host == me,
        "words": REPLIES.sounding(sounds),
    }


def state(now: Snapshot, me: Member | None) -> Json:
    """How things stand, as one member sees them."""
    party = now.party
    playing = party.playing
    return {
        "state": {
            "now_ms": now.now_ms,
            "people": now.people,
            "watching": now.watching,
            "playing": entry(playing, me) if playing else None,
            "paused": party.paused,
            "left_ms": playing.left_ms if playing else None,  # while it stands still
            "length_ms": ends_ms(playing.track, 0) if playing else None,
            "playback": playback(party.playback, me) if party.playback else None,
            "spotify": now.spotify,
            "skip": {
                "votes": len(party.skippers),
                "needed": party.skips_needed,
                "mine": me is not None and me.user_id in party.skippers,
            },
            "queue": [entry(one, me) for one in party.queue],
            "ballot": [suggestion(one, me) for one in party.ballot],
            "history": [entry(one, me) for one in party.history],
        }
    }
