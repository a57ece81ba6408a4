"""A table of commands that a door cannot show is refused before any test runs, and the row is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from bot.doors.answers import Answer, Said
from bot.doors.arguments import Argument, Number, OneOf, Text
from bot.doors.ask import Ask, Door
from bot.doors.check import RESERVED_BY_SLACK, problems
from bot.doors.commands import GROUPS, TABLE
from bot.doors.table import Command, Group
from tests.fakes.slack_manifests import BUILT_IN


async def first(ask: Ask) -> Answer:
    """Does nothing."""
    return Said("")


async def second(ask: Ask) -> Answer:
    """Does nothing either."""
    return Said("")


@dataclass(frozen=True)
class Colour:
    """A kind of argument that no door knows."""


GOOD = Command("dance", first, "Dance.", group=Group.PARTY)
WORD = Argument("word", Text(), "A word.")


def with_arguments(*arguments: Argument) -> Command:
    """The good row with arguments."""
    return replace(GOOD, arguments=arguments)


def test_our_own_table_is_sound() -> None:
    """Every door can show every row that it has."""
    assert problems(TABLE, GROUPS) == []


BAD: list[tuple[Sequence[Command], str]] = [
    ([replace(GOOD, help="  ")], "dance: it has no help"),
    ([replace(GOOD, help="x" * 101)], "dance: its help is longer"),
    ([GOOD, replace(GOOD, help="Again.", handler=second)], "dance: it stands in the table twice"),
    ([GOOD, replace(GOOD, name="sing")], "sing: its handler is another command's"),
    ([replace(GOOD, name="Dance")], "Dance: Discord takes no name like 'Dance'"),
    ([replace(GOOD, name="d" * 33)], "Discord takes no name"),
    ([replace(GOOD, name="")], "(without a name): a name is one word"),
    ([replace(GOOD, name="dance with me")], "dance with me: a name is one word"),
    ([replace(GOOD, name="dance slowly")], "dance slowly: dance is no group"),
    ([replace(GOOD, name="thread", slack="x")], "thread: /thread is Discord's own"),
    ([replace(GOOD, name="remove")], "remove: /remove is Slack's own"),
    ([replace(GOOD, slack="status")], "dance: /status is Slack's own"),
    ([replace(GOOD, slack="take out")], "dance: Slack takes no name like 'take out'"),
    (
        [GOOD, replace(GOOD, name="sing", handler=second, help="Sing.", slack="dance")],
        "two commands have this name in Slack",
    ),
    ([with_arguments(replace(WORD, help=""))], "dance: word: it has no help"),
    ([with_arguments(replace(WORD, name="Wort!"))], "dance: Wort!: Discord takes no such name"),
    ([with_arguments(WORD, WORD)], "dance: it has two arguments called word"),
    ([with_arguments(WORD, replace(WORD, name="other"))], "dance: of two texts nobody can tell"),
    (
        [with_arguments(WORD, Argument("how", OneOf(("fast",)), "How.", required=True))],
        "dance: what it needs comes before what it does not",
    ),
    ([with_arguments(Argument("count", Number(5, 3), "How many."))], "dance: count: no number is in"),
    ([with_arguments(Argument("how", OneOf(()), "How."))], "dance: how: it needs 1 to 25"),
    ([with_arguments(Argument("how", OneOf(("a", "a")), "How."))], "dance: how: it needs 1 to 25"),
    ([with_arguments(Argument("how", OneOf(tuple(map(str, range(26)))), "How."))], "dance: how: it needs"),
    ([with_arguments(Argument("how", OneOf(("Very Fast",)), "How."))], "dance: how: a value is one word"),
    ([with_arguments(Argument("shade", cast(Any, Colour()), "Which."))], "dance: shade: no door can show"),
    (
        [with_arguments(*(Argument(f"a{i}", Number(0, 1), "A number.") for i in range(26)))],
        "dance: it has more than 25 arguments",
    ),
    ([replace(GOOD, without={Door.ROOM: " "})], "dance: a door lacks it and no reason is given"),
    ([replace(GOOD, without=dict.fromkeys(Door, "no"))], "dance: no door has it"),
]


@pytest.mark.parametrize(("table", "told"), BAD, ids=[told for _, told in BAD])
def test_a_row_that_a_door_cannot_show_is_named(table: Sequence[Command], told: str) -> None:
    """What is wrong is told in a sentence with the row's name."""
    assert any(told in problem for problem in problems(table, {}))


def test_a_row_that_slack_lacks_may_bear_any_name_there() -> None:
    """What Slack reserves says nothing of a command that Slack does not have."""
    assert problems([replace(GOOD, name="remove", without={Door.SLACK: "it is Discord's"})], {}) == []


def test_more_commands_than_slack_takes_are_too_many() -> None:
    """An app of Slack's has 50 commands, one of which is the one for all of them."""

    def row(number: int) -> Command:
        async def handler(ask: Ask) -> Answer:
            return Said("")

        return Command(f"c{number}", handler, "Do something.", group=Group.YOU)

    assert problems([row(number) for number in range(49)], {}) == []
    assert any("more commands than Slack takes" in each for each in problems(list(map(row, range(50))), {}))


def test_what_slack_is_known_to_reserve_is_reserved() -> None:
    """All that Slack's help has listed among its own commands, and what its manifests were refused for."""
    assert BUILT_IN <= RESERVED_BY_SLACK
