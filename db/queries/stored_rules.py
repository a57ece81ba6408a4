"""What a room has chosen, as it is kept: JSON of what differs from the usual."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from enum import StrEnum
from functools import lru_cache
from typing import Any

from bot.party.words import USUAL, Order, Quorum, Rules, Visitors

KINDS: dict[str, type[StrEnum]] = {"order": Order, "quorum": Quorum, "visitors": Visitors}
"""The rules that are neither a number, a switch nor a text."""


def rule_columns(rules: Rules) -> dict[str, object]:
    """What a party keeps of its rules."""
    usual = asdict(USUAL)
    chosen = {name: value for name, value in asdict(rules).items() if value != usual[name]}
    return {
        "rules": json.dumps(chosen, ensure_ascii=False),
        "autopilot_below": rules.autopilot_below if rules.autopilot else 0,
    }


@lru_cache(maxsize=1_000)  # most rooms have chosen nothing, or the same
def read_rules(stored: str) -> Rules:
    """A party's rules as they were kept; what this version does not know is as usual."""
    chosen = json.loads(stored)
    values: dict[str, Any] = {}
    for each in fields(Rules):
        value = chosen.get(each.name)
        kind = type(getattr(USUAL, each.name))
        if each.name in KINDS:
            if value in [*KINDS[each.name]]:
                values[each.name] = KINDS[each.name](value)
        elif type(value) is kind:
            values[each.name] = value
    return Rules(**values)
