"""The words in which Slack's door speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bot.doors.commands import GROUPS, TABLE
from bot.party.errors import NotInvited, PartyError
from bot.slack.names import ROWS, named
from bot.slack.text import OTHERWISE, words
from bot.wording.languages import LANGUAGES, language


def every_error(kind: type[PartyError] = PartyError) -> Iterator[type[PartyError]]:
    """Each way in which a request can fail."""
    for each in kind.__subclasses__():
        yield each
        yield from every_error(each)


def texts() -> Iterator[str]:
    """What errors and commands say, in English."""
    for error in every_error():
        said = getattr(error, "text", ())
        if error is not NotInvited:  # Discord's alone
            yield from (said,) if isinstance(said, str) else said
    for row in TABLE:
        yield row.help
        yield from (argument.help for argument in row.arguments)


def adapted(text: str, prefix: str = "") -> str:
    """A text as Slack's door says it."""
    spoken = words("en", prefix).language
    return spoken.adapted(str(OTHERWISE.get(text, text)))


@pytest.mark.parametrize("text", sorted({*texts()}))
def test_slack_has_workspaces(text: str) -> None:
    """Nothing that Slack's door says speaks of servers or of Discord's rights."""
    assert not re.search(r"\bserver|Manage Server", adapted(text), re.IGNORECASE)


def test_what_is_said_otherwise_would_be_said() -> None:
    """Every text that Slack words in its own way is one that others say."""
    assert {*OTHERWISE} <= {*texts()}


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("prefix", ["", "dj"])
def test_people_can_type_what_they_are_told(code: str, prefix: str) -> None:
    """In every language a text names commands as they are called in Slack."""
    usual, slack = language(code), words(code, prefix).language
    for row in ROWS:
        assert slack.adapted(f"x {usual.command(row.name)}.") == f"x {named(row, prefix)}."
        assert slack.command(row.name) == named(row, prefix)
    for group in GROUPS:
        typed = f"/dj-{group}" if prefix else f"/{group}"
        assert slack.adapted(usual.command(group)) == typed


def test_a_prefix_stands_in_front_of_what_texts_name() -> None:
    """With a prefix nobody is told of a command that does not exist."""
    assert adapted("`/party` in front of it: `/party next`", "dj") == "`/dj` in front of it: `/dj next`"
    assert adapted("/add and/or /remove, see /help", "dj") == "/dj-add and/or /dj-drop, see /dj help"
