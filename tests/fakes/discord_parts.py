"""The parts of messages and forms as a member's client shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from .discord_people import Json


class Part(IntEnum):
    """The component types that the fake knows."""

    ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT = 10
    THUMBNAIL = 11
    GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18


SELECTS = frozenset({3, 5, 6, 7, 8})


@dataclass(frozen=True)
class FakeButton:
    """A button as a member sees it."""

    custom_id: str | None
    label: str
    disabled: bool
    style: int
    emoji: str | None
    url: str | None


@dataclass(frozen=True)
class FakeMenu:
    """A select menu as a member sees it; `options` are pairs of label and value, for a string menu."""

    custom_id: str
    kind: Part
    placeholder: str
    options: list[tuple[str, str]]
    least: int
    most: int
    disabled: bool


@dataclass(frozen=True)
class FakeInput:
    """A text box in a form as a member sees it."""

    custom_id: str
    label: str
    description: str
    value: str
    placeholder: str
    required: bool
    long: bool
    least: int
    most: int


@dataclass(frozen=True)
class FakeModal:
    """A form as a member sees it; `payload` is what the bot sent."""

    payload: Json

    @property
    def title(self) -> str:
        """What stands at the top."""
        return str(self.payload["title"])

    @property
    def custom_id(self) -> str:
        """The form's own id."""
        return str(self.payload["custom_id"])

    @property
    def inputs(self) -> list[FakeInput]:
        """The text boxes, from top to bottom."""
        labelled = (found for top in self.payload["components"] for found in _labelled(top))
        return [_input(label, part) for label, part in labelled if part["type"] == Part.TEXT_INPUT]

    @property
    def menus(self) -> list[FakeMenu]:
        """The select menus, from top to bottom."""
        return menus(self.payload["components"])

    @property
    def text(self) -> str:
        """Everything there is to read, joined by line breaks."""
        parts = list(walk(self.payload["components"]))
        labels = [part.get("label") or "" for part in parts if part["type"] in (Part.LABEL, Part.TEXT_INPUT)]
        shown = [part["content"] for part in parts if part["type"] == Part.TEXT]
        return "\n".join(text for text in (self.title, *labels, *shown) if text)


def walk(components: Iterable[Json]) -> Iterator[Json]:
    """Every component, with those inside rows, sections, containers and labels."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        for key in ("accessory", "component"):
            if inner := component.get(key):
                yield inner


def buttons(components: Iterable[Json]) -> list[FakeButton]:
    """All buttons, row after row."""
    return [_button(part) for part in walk(components) if part["type"] == Part.BUTTON]


def menus(components: Iterable[Json]) -> list[FakeMenu]:
    """All select menus, from top to bottom."""
    return [_menu(part) for part in walk(components) if part["type"] in SELECTS]


def bounds(select: Json) -> tuple[int, int]:
    """How many values a select menu takes at least and at most."""
    least, most = select.get("min_values"), select.get("max_values")
    return 1 if least is None else least, 1 if most is None else most


def text_bounds(box: Json) -> tuple[int, int]:
    """How long a text box's text may be, once something is in it."""
    least, most = box.get("min_length"), box.get("max_length")
    return least or 0, 4000 if most is None else most


def is_required(part: Json) -> bool:
    """Whether a form cannot be sent without this part."""
    return part.get("required") is not False


def texts(components: Iterable[Json]) -> list[str]:
    """The contents of all text displays."""
    return [part["content"] for part in walk(components) if part["type"] == Part.TEXT]


def embed_texts(embed: Json) -> Iterator[str]:
    """The texts of an embed, in the order in which they are read."""
    yield (embed.get("author") or {}).get("name") or ""
    yield embed.get("title") or ""
    yield embed.get("description") or ""
    for entry in embed.get("fields") or []:
        yield entry.get("name") or ""
        yield entry.get("value") or ""
    yield (embed.get("footer") or {}).get("text") or ""


def _button(component: Json) -> FakeButton:
    emoji = component.get("emoji") or {}
    return FakeButton(
        custom_id=component.get("custom_id"),
        label=component.get("label") or "",
        disabled=bool(component.get("disabled")),
        style=component["style"],
        emoji=emoji.get("name"),
        url=component.get("url"),
    )


def _menu(component: Json) -> FakeMenu:
    least, most = bounds(component)
    return FakeMenu(
        custom_id=component["custom_id"],
        kind=Part(component["type"]),
        placeholder=component.get("placeholder") or "",
        options=[(option["label"], option["value"]) for option in component.get("options") or []],
        least=least,
        most=most,
        disabled=bool(component.get("disabled")),
    )


def _labelled(top: Json) -> Iterator[tuple[Json, Json]]:
    if top["type"] == Part.LABEL:
        yield top, top["component"]
    for part in top.get("components") or []:
        yield part, part


def _input(label: Json, part: Json) -> FakeInput:
    least, most = text_bounds(part)
    return FakeInput(
        custom_id=part["custom_id"],
        label=label.get("label") or "",
        description=label.get("description") or "",
        value=part.get("value") or "",
        placeholder=part.get("placeholder") or "",
        required=is_required(part),
        long=part["style"] == 2,
        least=least,
        most=most,
    )
