"""The manifest with which the app is made at Slack says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from bot.slack.app import COMMANDS, SCOPES, SHORTCUT

MANIFEST = (Path(__file__).parents[3] / "manifest.yaml").read_text(encoding="utf-8")
APP = (Path(__file__).parents[3] / "bot" / "slack" / "app.py").read_text(encoding="utf-8")


def items(key: str) -> list[str]:
    """The plain list under a key."""
    found = re.search(rf"^( *){key}:\n((?:\1 +- .+\n?)+)", MANIFEST, re.MULTILINE)
    assert found is not None, key
    return re.findall(r"- (.+)", found[2])


def test_the_commands_are_those_that_are_answered() -> None:
    """Each command is registered once, and Slack shows it with a description that fits."""
    assert re.findall(r"- command: (\S+)", MANIFEST) == [*COMMANDS]
    described = re.findall(r"- command: \S+\n +description: (.+)", MANIFEST)
    assert len(described) == len(COMMANDS)
    assert all(len(text) <= 100 for text in described)
    assert all(len(text) <= 100 for text in re.findall(r"usage_hint: (.+)", MANIFEST))


def test_the_scopes_are_those_that_an_install_asks_for() -> None:
    """What is asked for on either way to install is the same."""
    assert items("bot") == SCOPES


def test_the_shortcut_is_the_one_that_is_listened_to() -> None:
    """Its id is the code's."""
    assert re.findall(r"callback_id: (\S+)", MANIFEST) == [SHORTCUT]


def test_the_events_are_those_that_are_listened_to() -> None:
    """Slack tells of nothing that nobody hears, and all that somebody does."""
    assert items("bot_events") == re.findall(r'app\.event\("(\w+)"\)', APP)
    for switch in ("home_tab_enabled", "is_enabled", "org_deploy_enabled"):
        assert f"{switch}: true" in MANIFEST
