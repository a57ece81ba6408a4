"""Text from outside is shown by Discord, never acted on."""

from __future__ import annotations

import gc
import weakref

import pytest

from bot.party.words import Rules
from bot.wording.languages import language
from bot.wording.replies import Replies
from cogs.escape import plain
from cogs.forms import settings_view
from cogs.request import passing
from tests.cogs.stage import ZERO_WIDTH, live, read

HOSTILE = [
    "[click](http://evil.example)",
    "[click](<http://evil.example>)",
    "http://a)[y](http://b",
    "https://evil.example/path?x=1",
    "steam://run/1",
    "discord.gg/abc",
    "@everyone",
    "@here",
    "\\@everyone",
    "<@1>",
    "<@!1>",
    "<@&2>",
    "<#3>",
    "\\<#3>",
    "<t:1:R>",
    "<t:1>",
    "</add:1>",
    "</queue show:1>",
    "<:smile:1>",
    "<a:dance:1>",
    "<id:customize>",
    "<+4930123456>",
    "<eve@evil.example>",
    "**bold**",
    "*slanted*",
    "_slanted_",
    "__underlined__",
    "***all of it***",
    "~~gone~~",
    "||hidden||",
    "`code`",
    "```py\ncode\n```",
    "# Heading",
    "### Heading",
    "-# small",
    "> quoted",
    ">>> all quoted",
    "- item",
    "* item",
    "discord.com/invite/abc",
    "a\n# Heading",
    "\\**bold**",
    "\\\\**bold**",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_from_outside_comes_alive(text: str) -> None:
    """What Discord would act on when it is sent as it is, it only shows once it has been made plain."""
    assert live(text)
    assert live(plain(text)) == set()


@pytest.mark.parametrize(
    "text", [*HOSTILE, "AC/DC", "P!nk", "Mr. Brightside", "¿Qué?", "日本語", "\\", "👍🏽"]
)
def test_plain_text_reads_as_it_was_typed(text: str) -> None:
    """Making a text harmless takes nothing from it that people see."""
    assert read(plain(text)) == text


def test_plain_text_cannot_be_continued_into_markup() -> None:
    """Two plain texts next to each other are as harmless as each alone."""
    for one, other in (
        ("<", "@1>"),
        ("@", "everyone"),
        ("[a]", "(http://b)"),
        ("\\", "**b**"),
        ("http:", "//b"),
    ):
        assert live(plain(one) + plain(other)) == set()


def test_ordinary_words_are_left_alone() -> None:
    """Letters, digits, spaces and accents get no escape and no invisible character."""
    text = "Für Elise 2 – Beethoven, Ludwig van"
    assert plain(text) == text
    assert ZERO_WIDTH not in plain(text)


async def test_a_view_that_was_sent_is_no_garbage() -> None:
    gc.disable()  # what is gone then, is gone by itself
    try:
        view = settings_view(Rules(), Replies(language("en"), plain))
        parts = [weakref.ref(each) for each in (view, *view.walk_children())]
        with passing(view):
            assert len(parts) > 10
            assert view.is_finished()
        del view
        assert not [part() for part in parts if part() is not None]
    finally:
        gc.enable()
