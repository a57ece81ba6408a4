"""What others wrote is what it says it is."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

from bot.room.assets import STATIC

ROOT = Path(__file__).parents[3]
VENDOR = STATIC / "vendor"
THREE = "77241560c9ba8afc003506e695313417a34c48e68da8aeba11e7df990b428481"
"""The SHA-256 of what `make vendor` makes of the versions that stand in the Makefile."""
MOST_KB = 140
"""How large it may be over the wire."""


def test_three_is_what_make_vendor_made() -> None:
    """Nobody has changed it by hand."""
    assert hashlib.sha256((VENDOR / "three.js").read_bytes()).hexdigest() == THREE


def test_three_says_whose_it_is() -> None:
    """The licence is beside it and in it, and the version that is noted is the one that is made."""
    assert (VENDOR / "three-LICENSE").read_text("utf-8").startswith("The MIT License")
    assert "SPDX-License-Identifier: MIT" in (VENDOR / "three.js").read_text("utf-8")[:200]
    made = re.search(r"THREE := three@([\d.]+)", (ROOT / "Makefile").read_text("utf-8"))
    assert made
    assert f"three.js {made[1]}" in (VENDOR / "README.md").read_text("utf-8")


def test_three_runs_under_the_policy() -> None:
    """It makes no code of texts, which the page's policy forbids, and is no larger than a picture."""
    text = (VENDOR / "three.js").read_text("utf-8")
    assert not re.search(r"\beval\(|new Function\(", text)
    assert len(gzip.compress(text.encode(), 9)) < 1024 * MOST_KB
