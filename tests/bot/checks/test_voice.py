"""What is found of what voice channels need."""

from __future__ import annotations

import pytest

from bot.checks import voice
from bot.checks.result import Standing
from tests.bot.checks.conftest import Make

TOKEN = "a-token"


async def test_what_is_missing_is_named(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what installs it; no fault, for the bot runs without."""
    monkeypatch.setattr(voice, "missing", lambda: ["davey", "PyNaCl"])
    found = await voice.check(make(discord_token=TOKEN))
    assert found.standing is Standing.NOT_SET
    assert found.code == 0
    assert "davey, PyNaCl not installed" in found.told
    assert "run make voice" in found.told


async def test_with_all_of_it_voice_works(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is Discord at all."""
    monkeypatch.setattr(voice, "missing", list)
    assert (await voice.check(make(discord_token=TOKEN))).standing is Standing.WORKS
    assert (await voice.check(make())).standing is Standing.NOT_SET
