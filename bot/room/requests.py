"""What can be asked over `/live`: a model for each row of the table of commands."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    WithJsonSchema,
    create_model,
)

from bot.doors.arguments import Argument, File, Number, OneOf, Person, Song, Text, Upload
from bot.doors.ask import Door
from bot.doors.commands import TABLE
from bot.doors.handlers.queue import VOTES
from bot.doors.meant import CHOSEN, DEVICE
from bot.doors.table import Command, Who, of_door
from bot.party import links
from bot.party.errors import ListTooLarge, NotUnderstood, OutOfRange, TextTooLong
from bot.party.limits import LARGEST_LIST_BYTES, MOST_LINES

Json = dict[str, Any]

ID = "[A-Za-z0-9_-]{1,64}"
"""No slash, so that a member's id and a request's make one key in one way only."""
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
CONTROLS_BUT_LINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
LONGEST_FILE_NAME = 255
"""The longest name of a file, in characters."""
LARGEST_BASE64 = 4 * -(-LARGEST_LIST_BYTES // 3)
"""How long the largest file is in base64."""
FURTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "spotify status": ("account",),
    "spotify device": ("devices",),
}
"""What else a row is called here."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """Another way to give an argument, for pages that show songs and devices and know their ids.

    Args:
        field: what it is called.
        fills: the argument that it gives.
        help: what it is.
        read: makes the argument of it.
        kind: what it may be, as pydantic reads it; the same as the argument if not said.
    """

    field: str
    fills: str
    help: str
    read: Callable[[Any], str] = str
    kind: Any = None


_WORDS = {value: word for word, value in VOTES.items()}
_ENTRY = Spelling("entry", "song", "The song's `id` in the state", f"{CHOSEN}{{}}".format, StrictInt)
_VALUE = Spelling(
    "value",
    "vote",
    "1, -1, or 0 to take the vote back",
    _WORDS.__getitem__,
    Annotated[StrictInt, Field(ge=min(_WORDS), le=max(_WORDS))],
)
SPELLINGS: Mapping[str, tuple[Spelling, ...]] = {
    "add": (Spelling("text", "song", "The same as `song`"),),
    "vibe": (Spelling("text", "words", "The same as `words`"),),
    "vote": (_ENTRY, _VALUE),
    "skip": (_ENTRY,),
    "remove": (_ENTRY,),
    "move": (_ENTRY,),
    "why": (_ENTRY,),
    "favourites": (replace(_ENTRY, help="The song's `entry` in the answer without one"),),
    "spotify device": (
        Spelling(
            "device",
            "device",
            "Its `id` in the answer to `devices`; leave it out to be told which there are",
            lambda id: id if not id or id.startswith(DEVICE) else f"{DEVICE}{id}",
        ),
    ),
}
"""The other spellings of a row's arguments, by its name."""


class Request(BaseModel):
    """What every request has; fields that are not known are passed over."""

    model_config = ConfigDict(strict=True, frozen=True)

    id: Annotated[str, Field(pattern=f"^{ID}$", description="Made up by who asks, for the answer to carry")]
    do: str


def _tell_what_is_needed(schema: Json, model: type[OfTable]) -> None:
    """Says of each argument that is needed that any of its spellings will do."""
    needed = []
    for argument in model.row.arguments:
        spellings = [each.field for each in SPELLINGS.get(model.row.name, ()) if each.fills == argument.name]
        if argument.required:
            needed.append({"anyOf": [{"required": [name]} for name in (argument.name, *spellings)]})
    if needed:
        schema["allOf"] = needed


class SentFile(BaseModel):
    """A file."""

    model_config = ConfigDict(strict=True, frozen=True)

    name: Annotated[
        str,
        Field(max_length=LONGEST_FILE_NAME, description="What it is called"),
        AfterValidator(lambda name: CONTROLS.sub(" ", name)),
    ]
    base64: Annotated[
        str,
        Field(
            description="What is in it",
            json_schema_extra={"contentEncoding": "base64", "maxLength": LARGEST_BASE64},
        ),
    ]


def _upload(file: SentFile) -> Upload:
    """The file that was sent; only a list's reader can tell whether one just fits.

    Raises:
        ListTooLarge: it is surely larger than any list.
        NotUnderstood: what is in it is no base64.
    """
    if len(file.base64) > LARGEST_BASE64:
        raise ListTooLarge(LARGEST_LIST_BYTES >> 20)
    try:
        return Upload(file.name, b64decode(file.base64, validate=True))
    except ValueError:
        raise NotUnderstood from None


class OfTable(Request):
    """A row of the table of commands."""

    model_config = ConfigDict(json_schema_extra=_tell_what_is_needed)

    row: ClassVar[Command]

    @property
    def slow(self) -> bool:
        """Whether it may take longer than a blink."""
        given = self.arguments()
        songs = (given.get(each.name, "") for each in self.row.arguments if isinstance(each.kind, Song))
        lines = [line for line in "\n".join(songs).splitlines() if line.strip()]
        return self.row.slow or len(lines) > MOST_LINES or any(map(links.several, lines))

    def arguments(self) -> Json:
        """What the row's handler takes.

        Raises:
            NotUnderstood: something that it needs is missing.
        """
        given = {name: getattr(self, name) for name in self.model_fields_set - {"id", "do"}}
        for spelling in SPELLINGS.get(self.row.name, ()):
            if spelling.field in given:
                said = given.pop(spelling.field)
                given.setdefault(spelling.fills, spelling.read(said))
        if any(argument.required and argument.name not in given for argument in self.row.arguments):
            raise NotUnderstood
        return given


def names(row: Command) -> tuple[str, ...]:
    """What a row is called here: by its name, or its last word alone."""
    return (*dict.fromkeys((row.name, row.words[-1])), *FURTHER_NAMES.get(row.name, ()))


def _model(row: Command) -> type[OfTable]:
    who = "" if row.who is Who.EVERYBODY else f" Only for {row.who}."
    name = "".join(map(str.capitalize, re.split(r"\W", row.name)))
    fields: dict[str, Any] = {"do": (_one_of(names(row)), ...), **dict(_fields(row))}
    made = create_model(name, __base__=OfTable, __doc__=row.help + who, __module__=__name__, **fields)
    made.row = row
    return made


def _fields(row: Command) -> Iterator[tuple[str, tuple[Any, Any]]]:
    spellings = SPELLINGS.get(row.name, ())
    arguments = {argument.name: argument for argument in row.arguments}
    for argument in row.arguments:
        yield argument.name, (_kind(argument), _optional(argument.help))
    for spelling in spellings:
        kind = spelling.kind or _kind(arguments[spelling.fills])
        yield spelling.field, (kind, _optional(spelling.help))


def _optional(help: str) -> Any:
    # A factory's product is not told as a default: what is left out is the handler's to choose.
    return Field(default_factory=lambda: None, description=help)


def _kind(argument: Argument) -> Any:
    match argument.kind:
        case Number(least, most):
            told = {"type": "integer", "minimum": least, "maximum": most}
            return Annotated[StrictInt, AfterValidator(_within(least, most)), WithJsonSchema(told)]
        case OneOf(values):
            return _one_of(values)
        case File():
            return Annotated[SentFile, AfterValidator(_upload)]
        case Person():
            raise TypeError(f"{argument.name}: nobody is chosen here; leave the room out of that row.")
        case Text(longest):
            controls = CONTROLS_BUT_LINES if isinstance(argument.kind, Song) else CONTROLS
            told = {"type": "string", "maxLength": longest}
            return Annotated[str, AfterValidator(_tidy(longest, controls)), WithJsonSchema(told)]


def _one_of(values: tuple[str, ...]) -> Any:
    return Literal[values]


def _within(least: int, most: int) -> Callable[[int], int]:
    def check(number: int) -> int:
        if not least <= number <= most:
            raise OutOfRange(least, most)
        return number

    return check


def _tidy(longest: int, controls: re.Pattern[str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if len(text) > longest:
            raise TextTooLong(longest)
        return controls.sub(" ", text)

    return check


ROWS: tuple[type[OfTable], ...] = tuple(map(_model, of_door(TABLE, Door.ROOM)))
"""A model for each row that the room has."""
