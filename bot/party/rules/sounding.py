"""Songs that can sound, where people's own music is what a party sounds from."""

from __future__ import annotations

from bot.party.words import Outlet, Rules


def sounds_own(outlet: Outlet | None) -> bool:
    """Whether people's own music is what a party sounds from."""
    return outlet not in {None, Outlet.SPOTIFY}


def only_own(outlet: Outlet | None, rules: Rules) -> bool:
    """Whether only songs that can sound are suggested."""
    return rules.own_only and sounds_own(outlet)
