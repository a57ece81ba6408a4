"""How what was found is printed, and which exit code it comes to."""

from __future__ import annotations

from bot.checks.result import WIDTH, Result, Standing, exit_code, failed, not_set, table, works
from bot.party.errors import NOT_AS_CONFIGURED, NotReached, StartError

LINK = f"https://{'x' * 2 * WIDTH}.example"
RESULTS = [
    works("Discord", "Encore, in 3 servers", f"Install link: {LINK}", missing="a right " * 30, mend="add it"),
    failed("Slack bot token", StartError("SLACK_BOT_TOKEN is not accepted; copy it again")),
    failed("Spotify", NotReached("Spotify cannot be reached (HTTP 503); try again later")),
    not_set("Web room", "PUBLIC_URL is empty"),
]


def test_the_table_has_columns() -> None:
    """Each thing begins a line, what goes on stands below, and only addresses are wider than the table."""
    lines = table(RESULTS).splitlines()
    assert [line.split("  ")[0] for line in lines if line[0] != " "] == [each.name for each in RESULTS]
    told = lines[0].index("Encore, in 3")
    assert all(line[told - 1] == " " and line[told] != " " for line in lines)
    assert [line for line in lines if len(line) > WIDTH] == [f"{'':<{told}}Install link: {LINK}"]
    assert f"{'Slack bot token':<17}{'wrong':<13}SLACK_BOT_TOKEN is not accepted" in lines
    assert f"{'':<{told}}Mend: copy it again" in lines
    assert f"{'Spotify':<17}{'not reached':<13}Spotify cannot be reached (HTTP 503)" in lines


def test_the_exit_code_is_that_of_a_start() -> None:
    """What is not set up is no fault; what no supervisor should try again weighs most."""
    assert exit_code([RESULTS[0], RESULTS[3]]) == 0
    assert exit_code(RESULTS) == 2
    refused = failed("Discord", StartError("no", NOT_AS_CONFIGURED))
    assert exit_code([*RESULTS, refused]) == NOT_AS_CONFIGURED


def test_a_line_says_what_is_missing_and_the_mend() -> None:
    """As a start says it in the log."""
    assert Result("Slack", Standing.WORKS, "of Party", "the scope im:write", "install it again").line == (
        "the scope im:write; install it again"
    )
