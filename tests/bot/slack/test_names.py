"""What commands are called in Slack, and how they are found again."""

from __future__ import annotations

import pytest

from bot.doors.commands import BY_NAME, GROUPS
from bot.slack.names import HELP, ROWS, Typed, find, named, names

PREFIXES = ["", "party", "dj", "my-own_1"]
FOUND: dict[tuple[str, str], Typed] = {
    ("/add", "a song"): Typed(BY_NAME["add"], "/add", "a song", ""),
    ("/add", "one\ntwo  three"): Typed(BY_NAME["add"], "/add", "one\ntwo  three", ""),
    ("/drop", "1"): Typed(BY_NAME["remove"], "/drop", "1", ""),
    ("/remove", "1"): Typed(BY_NAME["remove"], "/remove", "1", ""),
    ("/party-drop", "1"): Typed(BY_NAME["remove"], "/party-drop", "1", "party"),
    ("/my-party-next", "3"): Typed(BY_NAME["next"], "/my-party-next", "3", "my-party"),
    ("/party", ""): Typed(HELP, "/party"),
    ("/party", "HELP me"): Typed(HELP, "/party"),
    ("/party", "party"): Typed(HELP, "/party"),
    ("/dj", ""): Typed(HELP, "/dj", "", "dj"),
    ("/party", "ADD one\ntwo"): Typed(BY_NAME["add"], "/party add", "one\ntwo"),
    ("/party", "drop 1"): Typed(BY_NAME["remove"], "/party drop", "1"),
    ("/dj", "remove 1"): Typed(BY_NAME["remove"], "/dj remove", "1", "dj"),
    ("/party", "delete-my-data yes"): Typed(BY_NAME["delete-my-data"], "/party delete-my-data", "yes"),
    ("/spotify", ""): Typed(BY_NAME["spotify status"], "/spotify", "", ""),
    ("/spotify", "CONNECT"): Typed(BY_NAME["spotify connect"], "/spotify connect", "", ""),
    ("/party", "spotify  device Living room"): Typed(
        BY_NAME["spotify device"], "/party spotify device", "Living room"
    ),
    ("/dj-spotify", "stop"): Typed(BY_NAME["spotify stop"], "/dj-spotify stop", "", "dj"),
    ("/spotify", "dance"): Typed(None, "/spotify connect|disconnect|status|device|stop", "", ""),
    ("/party", "spotify dance"): Typed(None, "/party spotify connect|disconnect|status|device|stop"),
    ("/party", "dance"): Typed(None, "/party help"),
    ("/dj", "dance"): Typed(None, "/dj help", "", "dj"),
    ("/", "add x"): Typed(BY_NAME["add"], "/ add", "x"),
    ("/é\0", "dance"): Typed(None, "/é\0 help"),
}


@pytest.mark.parametrize(("command", "text"), FOUND)
def test_a_command_is_found_however_it_is_typed(command: str, text: str) -> None:
    """By its name in Slack or in the table, with any prefix, and behind `/party`; groups by two words."""
    assert find(command, text) == FOUND[command, text]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_what_a_command_is_called_finds_it(prefix: str) -> None:
    """Whatever people are told to type is the command they are told of."""
    for row in ROWS:
        command, _, text = named(row, prefix).partition(" ")
        found = find(command, text)
        assert found.row is row
        assert found.named == (f"/{prefix or 'party'}" if row is HELP else named(row, prefix))
        assert found.prefix in {prefix, None}


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_command_and_group_has_its_own_name(prefix: str) -> None:
    """No two have the same."""
    said = names(prefix)
    assert {*said} == {row.name for row in ROWS} | {*GROUPS} | {"party"}
    assert len({*said.values()}) == len(said)
