"""What can be answered: each front door shows these in its own way, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.party.results import Favourites, Stats, Why
from bot.party.words import NOTHING_BLOCKED, Blocked, Entry, Mood, Rules, Track
from bot.playback.words import Account, Device, Saved


@dataclass(frozen=True, slots=True)
class Said:
    """A text of one or more lines; `private` where others must not see it whatever the command says.

    `about` is what the text tells, for a door that draws it: numbers, or whether a switch is on.
    """

    text: str
    private: bool = False
    about: Why | Stats | bool | None = None


@dataclass(frozen=True, slots=True)
class ShowCard:
    """The party's card, which from then on is the room's only one."""


@dataclass(frozen=True, slots=True)
class Again:
    """What other suggestions of the same kind are: for the button under a ballot."""

    mood: Mood
    count: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class ShowBallot:
    """Suggestions to vote for, and above them a sentence."""

    ballot: Sequence[Entry]
    intro: str
    again: Again


@dataclass(frozen=True, slots=True)
class AskForSongs:
    """A form for several songs; what is sent back is the argument of the command that adds."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which song was meant: what was asked for, and the songs that it may be."""

    typed: str
    offered: Sequence[Track]


@dataclass(frozen=True, slots=True)
class AskWhich:
    """Which songs were meant, for the asker alone; a button for each choice, see `bot.doors.presses.choices`.

    `text` says so by itself, for who cannot press.
    """

    text: str
    questions: Sequence[Question]


@dataclass(frozen=True, slots=True)
class AskForSettings:
    """A form of all that the room may choose, and of what it keeps out, see `bot.wording.menus`."""

    rules: Rules
    blocked: Blocked = NOTHING_BLOCKED


@dataclass(frozen=True, slots=True)
class OfferDevices:
    """A choice among the asker's devices; nobody else may see it."""

    text: str
    devices: Sequence[Device]


@dataclass(frozen=True, slots=True)
class OfferLink:
    """A link for the asker alone: whoever else has it could act as them."""

    text: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class SendFile:
    """A file, and a sentence with it."""

    name: str
    data: bytes
    text: str


@dataclass(frozen=True, slots=True)
class ConfirmErasure:
    """Whether the asker really wants to be forgotten; `label` is the button's."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """How the asker's account stands."""

    text: str
    account: Account | None


@dataclass(frozen=True, slots=True)
class SavedPlaylist:
    """What became of saving the party as a playlist of the asker's."""

    saved: Saved


@dataclass(frozen=True, slots=True)
class OfferFavourites:
    """The asker's favourites, a button for each, and for all; nobody else may see it.

    `text` lists them, `said` is what became of those that were pressed before; `before` tells the page.
    """

    said: str
    text: str
    favourites: Favourites
    before: int


@dataclass(frozen=True, slots=True)
class Sections:
    """A longer text in parts."""

    texts: Sequence[str]


Answer = (
    Said
    | ShowCard
    | ShowBallot
    | AskForSongs
    | AskWhich
    | AskForSettings
    | OfferDevices
    | OfferLink
    | SendFile
    | ConfirmErasure
    | AccountStatus
    | SavedPlaylist
    | OfferFavourites
    | Sections
)
