"""The arguments of commands, by kind: how each is read from what was typed.

A door shows a kind in its own way (a menu, a search as one types, a number field); whatever it does not show
can be typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.party.errors import NotUnderstood, OutOfRange
from bot.party.limits import LONGEST_TEXT

LONGEST_NUMBER = 9
"""So many digits of a number are looked at."""


@dataclass(frozen=True, slots=True)
class Text:
    """Any words; the rest of what was typed."""

    longest: int = LONGEST_TEXT

    def read(self, typed: str) -> str:
        """What was typed, as it is."""
        return typed


@dataclass(frozen=True, slots=True)
class Song(Text):
    """A song of the catalogue: words of title and artist, a link, or `title - artist`."""

    longest: int = 4_000  # several, one a line


@dataclass(frozen=True, slots=True)
class SongList(Song):
    """A link to a whole list of songs, or the list itself: no single song is offered for it."""


@dataclass(frozen=True, slots=True)
class WaitingSong(Text):
    """A song that plays or waits: its number in the queue, or words of its title."""


@dataclass(frozen=True, slots=True)
class RemovableSong(WaitingSong):
    """One of those that the asker may remove."""


@dataclass(frozen=True, slots=True)
class ShownSong(WaitingSong):
    """The one that a button was shown with."""

    def read(self, typed: str) -> str:
        """Nothing that is typed.

        Raises:
            NotUnderstood: always.
        """
        raise NotUnderstood


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody sent."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class File:
    """A file, which nobody types."""

    def read(self, typed: str) -> Upload:
        """Nothing that is typed.

        Raises:
            NotUnderstood: always.
        """
        raise NotUnderstood


@dataclass(frozen=True, slots=True)
class AnySong(Text):
    """A song that plays or waits, or any other."""


@dataclass(frozen=True, slots=True)
class Moment(Text):
    """A place in a song, or a step from where it is: `1:23`, `83`, `+30`, `-1:00`."""

    longest: int = 12


@dataclass(frozen=True, slots=True)
class Device(Text):
    """One of the asker's devices, by its name."""


@dataclass(frozen=True, slots=True)
class BlockedOne(Text):
    """A member or a song that is blocked: a mention, a name or a title."""


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A person as a chat writes a mention; who they are and what they may do is the door's to find out."""

    user_id: str
    name: str = ""


MENTION = re.compile(r"<@!?([A-Za-z0-9]{1,32})(?:\|([^<>]*))?>")
"""A person in a text: Slack's `<@U1|anna>` and Discord's `<@1>`."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the room, whom a chat lets one choose or mention."""

    def read(self, typed: str) -> Mentioned:
        """Who was mentioned.

        Raises:
            NotUnderstood: nobody.
        """
        match = MENTION.fullmatch(typed.strip())
        if match is None:
            raise NotUnderstood
        return Mentioned(match[1], match[2] or "")


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number between two others."""

    least: int
    most: int

    def read(self, typed: str) -> int:
        """The number.

        Raises:
            NotUnderstood: it is none.
            OutOfRange: it is too small or too large.
        """
        digits = typed.removesuffix("%").strip()
        if not (digits.isascii() and digits.isdecimal()):
            raise NotUnderstood
        number = int(digits[: LONGEST_NUMBER + 1])
        if not self.least <= number <= self.most:
            raise OutOfRange(self.least, self.most)
        return number


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words."""

    values: tuple[str, ...]

    def read(self, typed: str) -> str:
        """The word.

        Raises:
            NotUnderstood: it is none of these.
        """
        word = typed.casefold()
        if word not in self.values:
            raise NotUnderstood
        return word


Kind = Text | Number | OneOf | File | Person


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command.

    Args:
        name: in English, as Discord shows it.
        kind: what it may be.
        help: what it is, at most 100 characters.
        required: whether the command needs it.
        shown: False for what only buttons fill in.
    """

    name: str
    kind: Kind
    help: str
    required: bool = False
    shown: bool = True

    @property
    def usage(self) -> str:
        """How it stands in a line that shows how a command is used."""
        match self.kind:
            case Number(least, most):
                named = f"{least}–{most}"
            case OneOf(values):
                named = "|".join(values)
            case _:
                named = self.name
        return named if self.required else f"[{named}]"
