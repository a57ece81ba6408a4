"""The translations: complete, true to the English texts' braces, and within what Discord takes."""

from __future__ import annotations

import ast
import asyncio
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import product
from string import Formatter
from typing import Any, cast

import discord
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from bot.party.limits import MOST_LINES
from bot.party.words import Rules
from bot.service import PartyService
from bot.translate import ROOT, collected, written
from bot.wording.languages import LANGUAGES, LOCALE, language, spoken
from bot.wording.replies import Replies
from cogs.client import EncoreBot
from cogs.commands import add_commands
from cogs.escape import plain
from cogs.forms import settings_view
from cogs.texts import SPOKEN, Texts

TRANSLATED = [code for code in LANGUAGES if code != "en"]
LOCALES = sorted(locale.value for locale in SPOKEN)
NAME_LIMIT = 32
TEXT_LIMIT = 100
"""The longest description and the longest choice that Discord takes, in characters."""
SUBCOMMAND = 1
LABELS = {
    **{"Add songs": 45, "What next?": 80, "Other songs": 80, "Erase my data": 80},
    **{"Connect Spotify": 75, "Disconnect": 75, "Resume": 73, "Pause": 73},
    "Which device should the party play on?": 150,
}
"""The form's title, the buttons and a menu, with the most characters that Discord and Slack take."""

Payload = Mapping[str, Any]

in_every_language = pytest.mark.parametrize("code", TRANSLATED)
in_every_locale = pytest.mark.parametrize("locale", ["en-US", *LOCALES])


@pytest.fixture(scope="module")
def texts() -> Catalog:
    """Every text of the code and of the commands."""
    return collected()


@pytest.fixture(scope="module")
def commands() -> list[Payload]:
    """The commands as they are registered with Discord."""
    return asyncio.run(_registered())


async def _registered() -> list[Payload]:
    nothing = cast(Any, None)  # nobody is asked anything
    bot = EncoreBot(PartyService(nothing, nothing, nothing))
    add_commands(bot.tree, spotify=True)
    return [await each.get_translated_payload(bot.tree, Texts()) for each in bot.tree.get_commands()]


def catalogue(code: str) -> list[Message]:
    """The texts of a language's file."""
    with (LOCALE / f"{code}.po").open("rb") as file:
        return [message for message in read_po(file, locale=code) if message.id]


def forms(message: Message) -> tuple[str, ...]:
    """A text's translation, or one for each plural form."""
    return message.string if isinstance(message.string, tuple) else (str(message.string or ""),)


def english(message: Message) -> tuple[str, str]:
    """The singular and the plural of a text; the same where it has but one form."""
    one, many = message.id if isinstance(message.id, tuple) else (message.id, message.id)
    return str(one), str(many)


def braces(text: str) -> list[str]:
    """The names in a text's braces."""
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def said(part: Payload, key: str, locale: str) -> str:
    """What Discord shows of a command, an option or a choice to whoever uses this locale."""
    translations = part.get(f"{key}_localizations") or {}
    return str(translations.get(locale, part[key]))


def parts(command: Payload) -> Iterator[tuple[str, Payload]]:
    """A command, the commands behind its name, their options and choices, each with what it is."""
    yield "command", command
    for option in command.get("options", []):
        if option["type"] == SUBCOMMAND:
            yield from parts(option)
            continue
        yield "option", option
        for choice in option.get("choices", []):
            yield "choice", choice


def mentioned(message: Message, commands: list[Payload]) -> list[str]:
    """The commands that an English text tells people to type."""
    named = [name for command in commands for name in typed(command)]
    return [name for name in named if re.search(rf"/{name}(?![\w-])", english(message)[0])]


def typed(command: Payload) -> Iterator[str]:
    """What is typed for a command, and for each behind its name."""
    yield command["name"]
    for option in command.get("options", []):
        if option["type"] == SUBCOMMAND:
            yield f"{command['name']} {option['name']}"


def fits(name: str) -> bool:
    """Whether Discord takes it as the name of a slash command or an option."""
    letters = all(char in "-_'" or unicodedata.category(char)[0] in "LN" for char in name)
    return letters and 1 <= len(name) <= NAME_LIMIT and name == name.lower()


@in_every_language
def test_a_file_holds_exactly_the_texts_of_the_code(code: str, texts: Catalog) -> None:
    """No text is missing, none is left over, and `python -m bot.translate` would change nothing."""
    wanted = {(message.context, message.id) for message in texts if message.id}
    assert {(message.context, message.id) for message in catalogue(code)} == wanted
    assert written(code, texts) == (LOCALE / f"{code}.po").read_bytes()


@in_every_language
def test_every_text_is_translated(code: str) -> None:
    """Each form of each text says something, and none waits for a second look."""
    untold = [message.id for message in catalogue(code) if not all(forms(message)) or message.fuzzy]
    assert untold == []


@in_every_language
def test_a_translation_has_the_braces_of_the_english_text(code: str) -> None:
    """Only where the English singular lacks the number may a form other than the last lack it too."""
    for message in catalogue(code):
        one, many = map(braces, english(message))
        *others, last = map(braces, forms(message))
        assert last == many, message.id
        assert all(other in (one, many) for other in others), message.id


@in_every_language
def test_every_text_can_be_said(code: str, texts: Catalog) -> None:
    """Whatever belongs into the braces of a text stands in what is said, for any number."""
    words = language(code)
    for message in texts:
        one, many = english(message)
        values = {name: f"<{name}>" for name in braces(many) if name != "number" or one == many}
        if message.context:
            assert words.label(message.context, one), one
        elif one == many:
            heard = words.say(one, **values)
            assert all(value in heard for value in values.values()), one
        else:
            for number in (0, 1, 2, 5, 1_000_000):
                heard = words.count(one, many, number, **values)
                assert all(value in heard for value in values.values()), one
                assert number < 2 or "number" not in braces(many) or str(number) in heard, one


@in_every_language
def test_a_command_that_a_text_mentions_has_the_name_that_is_registered(
    code: str, commands: list[Payload]
) -> None:
    """People can type what they are told."""
    words = language(code)
    for message in catalogue(code):
        for text, name in product(forms(message), mentioned(message, commands)):
            assert re.search(rf"{words.command(name)}(?!\w)", text), text


@in_every_locale
def test_names_are_what_discord_takes(locale: str, commands: list[Payload]) -> None:
    """Names of commands and options have no spaces or capitals; only the name in a message's menu may."""
    for command in commands:
        for kind, part in parts(command):
            name = said(part, "name", locale)
            if kind == "choice":
                assert 1 <= len(name) <= TEXT_LIMIT, name
            elif command["type"] == 1:
                assert fits(name), name
            else:
                assert 1 <= len(name) <= NAME_LIMIT, name


@in_every_locale
def test_names_are_unique(locale: str, commands: list[Payload]) -> None:
    """No two commands share a name, nor two options of a command, nor two choices of an option."""
    found = [part for command in commands for _, part in parts(command)]
    options = [part.get("options", []) for part in found]
    choices = [part.get("choices", []) for part in found]
    for siblings in [commands, *options, *choices]:
        names = [said(part, "name", locale) for part in siblings]
        assert len(names) == len(set(names)), names


@in_every_locale
def test_descriptions_are_short_enough(locale: str, commands: list[Payload]) -> None:
    """Discord refuses a command with a description of more than 100 characters."""
    for command in commands:
        for kind, part in parts(command):
            if kind != "choice" and command["type"] == 1:
                assert 1 <= len(said(part, "description", locale)) <= TEXT_LIMIT, part["description"]


@pytest.mark.parametrize("locale", LOCALES)
def test_discord_is_told_every_name_in_every_language(locale: str, commands: list[Payload]) -> None:
    """Names and descriptions are registered as they are translated."""
    words = language(spoken(locale))
    for command in commands:
        for kind, part in parts(command):
            assert said(part, "name", locale) == words.label(kind, part["name"])
            if kind != "choice" and command["type"] == 1:
                assert said(part, "description", locale) == words.say(part["description"])


def test_every_language_is_one_of_discords() -> None:
    """Commands are registered in each language that is spoken here, for everybody whose Discord speaks it."""
    assert {spoken(locale) for locale in LOCALES} == set(TRANSLATED)
    ours = {locale for locale in discord.Locale if spoken(locale.value) != "en"}
    assert ours == SPOKEN


@pytest.mark.parametrize("code", LANGUAGES)
def test_nothing_that_can_be_pressed_is_cut(code: str) -> None:
    """Labels, titles and menus are as short as Discord wants them, so that none ends in dots."""
    words = language(code)
    for text, limit in LABELS.items():
        assert len(words.say(text)) <= limit, text
    told = words.count("One song per line, one at most", "One song per line, {number} at most", MOST_LINES)
    assert len(told) <= 45, told
    view = cast(Any, settings_view(Rules(), Replies(words, plain)))
    assert "…" not in json.dumps(view.to_components(), ensure_ascii=False)


@pytest.mark.parametrize(
    ("locale", "code"),
    [
        ("en-GB", "en"),
        ("en-US", "en"),
        ("de", "de"),
        ("fr", "fr"),
        ("es-ES", "es"),
        ("es-419", "es"),
        ("pt-BR", "pt_BR"),
        ("ja", "ja"),
        ("zh-CN", "zh_CN"),
        ("zh-TW", "en"),
        ("tlh", "en"),
        ("", "en"),
    ],
)
def test_a_locale_is_answered_in_the_nearest_language(locale: str, code: str) -> None:
    """A region that has no texts of its own gets its language's; an unknown language gets English."""
    assert spoken(locale) == code


def test_an_unknown_language_is_english() -> None:
    """A code that nobody translated for says the texts as they stand in the code."""
    assert language("tlh").say("Now playing: {song}", song="Africa") == "Now playing: Africa"


@pytest.mark.parametrize(
    ("code", "listed", "percent"),
    [
        ("en", "a, b and c", "87%"),
        ("de", "a, b und c", "87\u00a0%"),
        ("fr", "a, b et c", "87\u00a0%"),
        ("es", "a, b y c", "87\u00a0%"),
        ("pt_BR", "a, b e c", "87%"),
        ("ja", "a、b、c", "87%"),
        ("zh_CN", "a、b和c", "87%"),
    ],
)
def test_lists_and_percentages_are_those_of_the_language(code: str, listed: str, percent: str) -> None:
    """Names are joined, and shares written, as the language does it."""
    assert language(code).listed(["a", "b", "c"]) == listed
    assert language(code).percent(0.874) == percent


def test_no_marked_text_escapes_the_translators(texts: Catalog) -> None:
    """What the code marks is collected: one inside an f-string would be overlooked, and stay English."""
    files = [file for folder in ("bot", "cogs") for file in (ROOT / folder).rglob("*.py")]
    calls = [node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    marked = {
        node.args[0].value
        for node in calls
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in {"marked", "counted"} and isinstance(node.args[0], ast.Constant)
    }
    assert marked
    assert marked - {english(message)[0] for message in texts} == set()
