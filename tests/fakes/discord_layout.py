"""The limits that the components of a message or a form have to keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from .discord_errors import FormErrors, Path
from .discord_parts import SELECTS, Part, bounds, texts, walk
from .discord_people import Json

_LINK_STYLE, _PREMIUM_STYLE = 5, 6
_PARTS, _TEXT = 40, 4000
_IN_CONTAINER = {Part.ROW, Part.SECTION, Part.TEXT, Part.GALLERY, Part.FILE, Part.SEPARATOR}
_ON_TOP = _IN_CONTAINER | {Part.CONTAINER}
_IN_LABEL = {Part.TEXT_INPUT, *SELECTS, 19, 21, 22, 23}
_IN_MODAL = {Part.ROW, Part.TEXT, Part.LABEL}


def check_rows(errors: FormErrors, rows: Sequence[Json]) -> None:
    """Hold the rows of a message without the V2 flag against Discord's limits."""
    errors.count(("components",), rows, 0, 5)
    for number, row in enumerate(rows):
        here: Path = ("components", number)
        if errors.kind(here, row, {Part.ROW}):
            _check_row(errors, (*here, "components"), row["components"])


def check_layout(errors: FormErrors, components: Sequence[Json]) -> None:
    """Hold the components of a message with the V2 flag against Discord's limits."""
    errors.count(("components",), list(walk(components)), 0, _PARTS)
    if sum(map(len, texts(components))) > _TEXT:
        told = f"The total text of all components must be {_TEXT} or fewer in length."
        errors.add(("components",), "BASE_TYPE_MAX_LENGTH", told)
    _check_parts(errors, ("components",), components, _ON_TOP)


def check_modal(modal: Json) -> None:
    """Refuse a form that Discord would refuse."""
    errors = FormErrors()
    errors.count(("title",), modal.get("title") or "", 1, 45)
    errors.count(("custom_id",), modal.get("custom_id") or "", 1, 100)
    components = modal.get("components") or []
    errors.count(("components",), components, 1, 5)
    for number, part in enumerate(components):
        here: Path = ("components", number)
        if errors.kind(here, part, _IN_MODAL):
            _check_top(errors, here, part)
    check_custom_ids(errors, components)
    errors.refuse(under="data")


def check_custom_ids(errors: FormErrors, components: Sequence[Json]) -> None:
    """Refuse custom ids that are too long or there twice."""
    placed = list(_placed({"components": components}, ()))
    uses = Counter(part["custom_id"] for _, part in placed)
    for here, part in placed:
        errors.at_most((*here, "custom_id"), part["custom_id"], 100)
        if uses[part["custom_id"]] > 1:
            told = "Component custom id cannot be duplicated"
            errors.add((*here, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", told)


def _check_parts(errors: FormErrors, here: Path, parts: Sequence[Json], allowed: set[Part]) -> None:
    for number, part in enumerate(parts):
        if errors.kind((*here, number), part, allowed):
            _check_part(errors, (*here, number), part)


def _check_part(errors: FormErrors, here: Path, part: Json) -> None:
    inner: Path = (*here, "components")
    match part["type"]:
        case Part.ROW:
            _check_row(errors, inner, part["components"])
        case Part.SECTION:
            _check_section(errors, here, part)
        case Part.CONTAINER:
            errors.required(inner, part.get("components"))
            _check_parts(errors, inner, part.get("components") or [], _IN_CONTAINER)
        case Part.TEXT:
            errors.count((*here, "content"), part.get("content") or "", 1, _TEXT)
        case Part.GALLERY:
            _check_gallery(errors, (*here, "items"), part.get("items") or [])
        case Part.SEPARATOR if part.get("spacing") not in (None, 1, 2):
            errors.add((*here, "spacing"), "BASE_TYPE_CHOICES", "Value must be one of (1, 2).")


def _check_section(errors: FormErrors, here: Path, section: Json) -> None:
    inner, accessory = section.get("components") or [], section.get("accessory")
    errors.count((*here, "components"), inner, 1, 3)
    _check_parts(errors, (*here, "components"), inner, {Part.TEXT})
    errors.required((*here, "accessory"), accessory)
    at: Path = (*here, "accessory")
    if accessory and errors.kind(at, accessory, {Part.BUTTON, Part.THUMBNAIL}):
        if accessory["type"] == Part.BUTTON:
            _check_button(errors, at, accessory)
        else:
            errors.at_most((*at, "description"), accessory.get("description"), 1024)


def _check_gallery(errors: FormErrors, here: Path, items: Sequence[Json]) -> None:
    errors.count(here, items, 1, 10)
    for number, item in enumerate(items):
        errors.at_most((*here, number, "description"), item.get("description"), 1024)
        errors.required((*here, number, "media"), item.get("media"))


def _check_row(errors: FormErrors, here: Path, parts: Sequence[Json]) -> None:
    only_buttons = all(part["type"] == Part.BUTTON for part in parts)
    errors.count(here, parts, 1, 5 if only_buttons else 1)
    for number, part in enumerate(parts):
        if not errors.kind((*here, number), part, {Part.BUTTON, *SELECTS}):
            continue
        if part["type"] == Part.BUTTON:
            _check_button(errors, (*here, number), part)
        else:
            _check_select(errors, (*here, number), part)


def _check_button(errors: FormErrors, here: Path, button: Json) -> None:
    errors.at_most((*here, "label"), button.get("label"), 80)
    if button["style"] == _LINK_STYLE:
        errors.required((*here, "url"), button.get("url"))
        errors.at_most((*here, "url"), button.get("url"), 512)
    elif button["style"] != _PREMIUM_STYLE:
        errors.required((*here, "custom_id"), button.get("custom_id"))
    if not button.get("label") and not button.get("emoji") and button["style"] != _PREMIUM_STYLE:
        told = "A button must have a label or an emoji"
        errors.add((*here, "label"), "BUTTON_COMPONENT_MISSING_LABEL_OR_EMOJI", told)


def _check_select(errors: FormErrors, here: Path, select: Json) -> None:
    errors.required((*here, "custom_id"), select.get("custom_id"))
    errors.at_most((*here, "placeholder"), select.get("placeholder"), 150)
    least, most = bounds(select)
    errors.within((*here, "min_values"), least, 0, 25)
    errors.within((*here, "max_values"), most, max(1, least), 25)
    if select["type"] == Part.STRING_SELECT:
        _check_options(errors, (*here, "options"), select.get("options") or [], least)


def _check_options(errors: FormErrors, here: Path, options: Sequence[Json], least: int) -> None:
    errors.count(here, options, max(1, least), 25)
    uses = Counter(option["value"] for option in options)
    for number, option in enumerate(options):
        at: Path = (*here, number)
        errors.count((*at, "label"), option["label"], 1, 100)
        errors.count((*at, "value"), option["value"], 1, 100)
        errors.at_most((*at, "description"), option.get("description"), 100)
        if uses[option["value"]] > 1:
            told = "The specified option value is already used"
            errors.add((*at, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", told)


def _check_top(errors: FormErrors, here: Path, part: Json) -> None:
    if part["type"] == Part.ROW:
        errors.count((*here, "components"), part["components"], 1, 1)
        for inner in part["components"]:
            # A box in a row has its label in itself.
            errors.count((*here, "components", 0, "label"), inner.get("label") or "", 1, 45)
            _check_field(errors, (*here, "components", 0), inner)
    elif part["type"] == Part.LABEL:
        errors.count((*here, "label"), part.get("label") or "", 1, 45)
        errors.at_most((*here, "description"), part.get("description"), 100)
        _check_field(errors, (*here, "component"), part["component"])
    else:
        _check_part(errors, here, part)


def _check_field(errors: FormErrors, here: Path, field: Json) -> None:
    if not errors.kind(here, field, _IN_LABEL):
        return
    if field["type"] == Part.TEXT_INPUT:
        _check_box(errors, here, field)
    elif field["type"] in SELECTS:
        _check_select(errors, here, field)


def _check_box(errors: FormErrors, here: Path, box: Json) -> None:
    errors.required((*here, "custom_id"), box.get("custom_id"))
    errors.at_most((*here, "placeholder"), box.get("placeholder"), 100)
    errors.at_most((*here, "value"), box.get("value"), 4000)
    least, most = box.get("min_length"), box.get("max_length")
    errors.within((*here, "min_length"), least or 0, 0, 4000)
    errors.within((*here, "max_length"), 4000 if most is None else most, max(1, least or 0), 4000)


def _placed(part: Json, here: Path) -> Iterator[tuple[Path, Json]]:
    if part.get("custom_id"):
        yield here, part
    for number, inner in enumerate(part.get("components") or []):
        yield from _placed(inner, (*here, "components", number))
    for key in ("accessory", "component"):
        if inner := part.get(key):
            yield from _placed(inner, (*here, key))
