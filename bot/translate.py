"""`python -m bot.translate` brings the translations up to date: `bot/locale/*.po`.

New texts come in without a translation, those that are gone go out; what is said of them stays. A test fails
until every text has a translation with the same braces in it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.doors.arguments import OneOf
from bot.doors.commands import ADD_FROM_MESSAGE, TABLE
from bot.wording.languages import LANGUAGES, LOCALE
from bot.wording.scripts import texts_in

ROOT = Path(__file__).parents[1]
KEYWORDS: dict[str, Any] = {"marked": None, "count": (1, 2), "counted": (1, 2)}
"""What marks a text: `marked` and `counted`, and `count` with its singular and plural."""
IN_PAGES: dict[str, Any] = {"say": None, "count": (1, 2)}
"""The same in the room's templates."""
WIDTH = 110
NOISE = (
    b"POT-Creation-Date",
    b"PO-Revision-Date",
    b"Generated-By",
    b"Report-Msgid-Bugs-To",
    b"Last-Translator",
    b"Language-Team",
)


def collected() -> Catalog:
    """Every text that people read: from the code, the room's pages and scripts, and the table of commands."""
    found = Catalog(fuzzy=False)
    for folder, kind, method, keywords in (
        ("bot", "**.py", "python", KEYWORDS),
        ("cogs", "**.py", "python", KEYWORDS),
        ("bot/room/templates", "**.html", "jinja2", IN_PAGES),
    ):
        texts = extract_from_dir(ROOT / folder, [(kind, method)], keywords=keywords, comment_tags=())
        for file, _, message, _, context in texts:
            found.add(message, locations=[(f"{folder}/{file}", 0)], context=context)
    for script in sorted((ROOT / "bot/room/static").glob("*.js")):
        for one, many in texts_in(script.read_text("utf-8")):
            found.add((one, many) if many else one)
    for context, message in names():
        found.add(message, context=context)
    return found


def names() -> Iterator[tuple[str, str]]:
    """Every name in the table of commands, and what it names: a word may be translated in two ways."""
    yield "command", ADD_FROM_MESSAGE
    for command in TABLE:
        yield from (("command", word) for word in command.words)
        for argument in command.arguments:
            if argument.shown:
                yield "option", argument.name
            if argument.shown and isinstance(argument.kind, OneOf):
                yield from (("choice", value) for value in argument.kind.values)


def written(code: str, texts: Catalog) -> bytes:
    """A language's file with exactly these texts."""
    path = LOCALE / f"{code}.po"
    catalogue = Catalog(locale=code, project="Encore", version="1", fuzzy=False)
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=code)
    catalogue.update(texts, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    page = io.BytesIO()
    write_po(page, catalogue, width=WIDTH, no_location=True, omit_header=False, sort_output=True)
    return b"\n".join(line for line in page.getvalue().split(b"\n") if not _is_noise(line))


def _is_noise(line: bytes) -> bool:
    """Whether a line of the header says when, by what or by whom the file was written."""
    return line.startswith((b"#", *(b'"' + name for name in NOISE)))


def main() -> None:
    """Brings every language up to date and says what is left to translate."""
    texts = collected()
    for code in [code for code in LANGUAGES if code != "en"]:
        page = written(code, texts)
        (LOCALE / f"{code}.po").write_bytes(page)
        catalogue = read_po(io.BytesIO(page), locale=code)
        missing = sum(not all(_said(message.string)) for message in catalogue if message.id)
        print(f"{code}: {len(catalogue)} texts, {missing} without a translation")


def _said(string: Any) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string or ("",))


if __name__ == "__main__":
    main()
