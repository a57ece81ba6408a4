"""What is found of what voice channels need."""

from __future__ import annotations

import pytest

from bot.checks import voice
from bot.checks.result import Standing
from bot.settings import Settings

DISCORD = Settings(discord_token="a token", _env_file=None)  # type: ignore[call-arg, arg-type]


async def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what installs it; no fault, for the bot runs without."""
    monkeypatch.setattr(voice, "missing", lambda: ["davey", "PyNaCl"])
    found = await voice.check(DISCORD)
    assert found.standing is Standing.NOT_SET
    assert found.code == 0
    assert "davey, PyNaCl not installed" in found.told
    assert "requirements-voice.txt" in found.told


async def test_with_all_of_it_voice_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is Discord at all."""
    monkeypatch.setattr(voice, "missing", list)
    assert (await voice.check(DISCORD)).standing is Standing.WORKS
    without = Settings(discord_token=None, _env_file=None)  # type: ignore[call-arg]
    assert (await voice.check(without)).standing is Standing.NOT_SET
