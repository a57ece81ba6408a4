"""What came of a request, as the fields of the room's answer."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # which pydantic asks for before Python 3.12

from bot.doors.answers import (
    AccountStatus,
    Answer,
    AskForSettings,
    AskForSongs,
    AskWhich,
    ConfirmErasure,
    OfferDevices,
    OfferFavourites,
    OfferLink,
    Question,
    Said,
    SavedPlaylist,
    Sections,
    SendFile,
    ShowBallot,
    ShowCard,
)
from bot.doors.ask import Ask
from bot.party.errors import EmptyText
from bot.party.results import Favourite, Stats, Why
from bot.party.vitals import LAST_COPY
from bot.playback.words import Device, Saved
from bot.room.choices import choices
from bot.room.drawn import StatsJson, WhyJson, stats, why
from bot.room.hosted import BlockedJson, ChoiceJson, LinkJson, LinksJson, PersonHereJson, choice, link
from bot.room.mapped import MapJson
from bot.room.names import LOBBY
from bot.room.qr import QrJson
from bot.room.sounding import SoundJson
from bot.room.state import SongJson, track
from bot.wording.replies import seen

LINK = re.compile(
    r"https://open\.spotify\.com/[\w/-]+"
    r"|https?://[^/?#@\s]+/spotify/connect/[\w-]+"
    r"|(https?://[^/?#@\s]+)?/party/[\w-]+"
    r"|/night/[\w-]+",
    re.ASCII,
)
"""The only links that the page is given: to Spotify's pages, to ours for connecting, parties and nights."""
CODE = re.compile(r"`([^`\n]*)`")
"""What chats show as code; the page shows every text as it is."""
TYPES = {
    ".csv": "text/csv",
    ".jspf": "application/json",
    ".json": "application/json",
    ".m3u8": "audio/mpegurl",
    ".png": "image/png",
    ".xspf": "application/xspf+xml",
}
"""The media types of the files that handlers send, by the ends of their names."""
ANY_TYPE = "application/octet-stream"


class AccountJson(TypedDict):
    """A member's Spotify account."""

    name: str


class DeviceJson(TypedDict):
    """Something that an account can play on."""

    id: str
    name: str
    active: bool
    volume: Annotated[int | None, Field(description="From 0 to 100; null where it cannot be set")]
    party: Annotated[bool, Field(description="Whether the asker's party plays on it")]


class FileJson(TypedDict):
    """A file to take home."""

    name: str
    type: Annotated[str, Field(description="Its media type")]
    base64: str


class QuestionJson(TypedDict):
    """Which song was meant.

    `add` takes the answer: `track:` and the id of one of the songs, or `typed:` and what was typed.
    """

    typed: str
    tracks: Annotated[list[SongJson], Field(description="The songs that it may be, likeliest first")]
    say: Annotated[str, Field(description="The question in words, which is one of the lines of `say`")]


class FavouriteJson(SongJson):
    """A song that the asker has voted for."""

    entry: Annotated[int, Field(description="What adds it, as the `entry` of `favourites`")]


_Entered = TypedDict(
    "_Entered",
    {"as": Annotated[str, Field(description="To `enter`: guest, member or host")]},
    total=False,
)


class Fields(_Entered, total=False):
    """What an answer may have, besides whose it is."""

    say: Annotated[str, Field(description="A text for people, of one or more lines")]
    name: Annotated[
        str | None, Field(description="To `enter` and `hello`: the name as it is shown; null without one")
    ]
    tracks: Annotated[list[SongJson], Field(description="To `search`: the songs, best first")]
    questions: Annotated[
        list[QuestionJson], Field(description="To what adds songs: which were meant, where that is not sure")
    ]
    account: Annotated[AccountJson | None, Field(description="To `status`: null where none is connected")]
    devices: Annotated[
        list[DeviceJson], Field(description="What the asker can play on, where one must be chosen")
    ]
    url: Annotated[str, Field(description="To `connect`: our page, good once; to `save`: the playlist")]
    missing: Annotated[list[SongJson], Field(description="To `save`: the songs that Spotify does not have")]
    file: Annotated[FileJson, Field(description="To `map`, `export` and `my-data`")]
    favourites: Annotated[
        list[FavouriteJson], Field(description="To `favourites`: what can be added, the latest songs first")
    ]
    confirm: Annotated[bool, Field(description="True where it has to be asked once more, with `sure`")]
    settings: Annotated[
        list[ChoiceJson],
        Field(description="To `settings` and `choose`: what can be chosen, and how it stands"),
    ]
    map: Annotated[MapJson, Field(description="To `places`")]
    qr: Annotated[QrJson, Field(description="To `code`")]
    sections: Annotated[list[str], Field(description="To `help`: the parts of `say`")]
    why: Annotated[WhyJson, Field(description="To `why`: what `say` tells, as numbers")]
    stats: Annotated[StatsJson, Field(description="To `stats`, likewise")]
    people: Annotated[list[PersonHereJson], Field(description="To `people` and what changes them")]
    blocked: Annotated[
        list[BlockedJson], Field(description="The same, for whoever moderates: what is kept out")
    ]
    link: Annotated[LinkJson, Field(description="To `link` and `new`: the same as `url`")]
    links: Annotated[LinksJson, Field(description="To `links`")]
    speaker: Annotated[str, Field(description="To `speak`: what the page is called as the party's speaker")]
    sound: Annotated[
        SoundJson | None, Field(description="To `speak` and what belongs to it: what the page plays")
    ]
    on: Annotated[bool, Field(description="To `autopilot` and `learn`: how the switch is set")]


async def rendered(ask: Ask, answer: Answer) -> Fields:
    """The fields of the answer.

    Raises:
        EmptyText: a song has to be named.
    """
    match answer:
        case Said(text, about=about):
            return {"say": as_text(text), **_drawn(ask, about)}
        case ShowBallot(_, intro, _):
            return {"say": as_text(intro)}
        case ShowCard():
            return {}
        case AskForSongs():
            raise EmptyText
        case AskWhich(text, questions):
            return {"say": as_text(text), "questions": [_question(ask, each) for each in questions]}
        case OfferDevices(text, devices):
            return {"say": as_text(text), "devices": await _devices(ask, devices)}
        case OfferLink(text, _, url):
            address, party, secret = checked(url).rpartition("/party/")
            return {
                "say": as_text(text),
                "url": url,
                **({"link": link(address, secret)} if party else {}),
            }
        case SendFile(name, data, text):
            return {"say": as_text(text), "file": _file(name, data)}
        case ConfirmErasure(text, _):
            return {"say": as_text(text), "confirm": True}
        case AccountStatus(text, account):
            return {"say": as_text(text), "account": {"name": seen(account.name)} if account else None}
        case SavedPlaylist(saved):
            return _saved(ask, saved)
        case AskForSettings(rules, _):
            told = [choice(each) for each in choices(ask.room, rules, ask.own)]
            return {"settings": told, **_copied(ask)}
        case OfferFavourites(text=text, favourites=found):
            songs = [_favourite(each) for each in found.songs]
            return {"say": as_text(text), "favourites": songs}
        case Sections(texts):
            sections = [as_text(text) for text in texts]
            return {"say": "\n\n".join(sections), "sections": sections}


def as_text(text: str) -> str:
    """A text without the signs that chats take for code."""
    return CODE.sub(r"\1", text)


def checked(url: str) -> str:
    """A link that the page may open.

    Raises:
        ValueError: it leads elsewhere, which only a fault of ours can bring.
    """
    if not LINK.fullmatch(url):
        raise ValueError("a link that leads elsewhere")
    return url


def _drawn(ask: Ask, about: Why | Stats | bool | None) -> Fields:
    match about:
        case Why():
            return {"why": why(about, ask.own.language.percent(about.match))}
        case Stats():
            return {"stats": stats(about)}
        case bool():
            return {"on": about}
        case None:
            return {}


def _copied(ask: Ask) -> Fields:
    """When the parties were last copied, for whoever runs the bot, who is the host of the lobby."""
    at_s = ask.party.vitals.read(LAST_COPY)
    if at_s is None or ask.room != LOBBY or not ask.member.manager:
        return {}
    return {"say": ask.own.copied(int(at_s * 1000))}


def _question(ask: Ask, question: Question) -> QuestionJson:
    return {
        "typed": question.typed,
        "tracks": [track(each) for each in question.offered],
        "say": as_text(ask.own.which([(question.typed, question.offered)])),
    }


def _favourite(found: Favourite) -> FavouriteJson:
    return {**track(found.track), "entry": found.entry_id}


async def _devices(ask: Ask, devices: Sequence[Device]) -> list[DeviceJson]:
    playback = (await ask.party.insight.now(ask.room, history=0)).playback
    here = playback.device_id if playback and playback.host == ask.member else None
    return [_device(each, here) for each in devices]


def _device(device: Device, here: str | None) -> DeviceJson:
    return {
        "id": device.id,
        "name": seen(device.name),
        "active": device.active,
        "volume": device.volume,
        "party": here is not None and (device.id == here or (not here and device.active)),
    }


def _saved(ask: Ask, saved: Saved) -> Fields:
    return {
        "say": ask.own.saved(replace(saved, missing=())),
        "url": checked(saved.url),
        "missing": [track(each) for each in saved.missing],
    }


def _file(name: str, data: bytes) -> FileJson:
    kind = TYPES.get(PurePath(name).suffix.casefold(), ANY_TYPE)
    return {"name": name, "type": kind, "base64": b64encode(data).decode("ascii")}
