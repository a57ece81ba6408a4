"""What voice channels need beside the bot: `requirements-voice.txt`. The bot runs without."""

from __future__ import annotations

from importlib.util import find_spec

NEEDED = {"av": "av", "davey": "davey", "nacl": "PyNaCl"}
"""Modules, and what the packages are called."""


def missing() -> list[str]:
    """The packages that are not installed."""
    return [package for module, package in NEEDED.items() if not _is_there(module)]


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
