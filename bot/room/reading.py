"""Messages as requests: all that can be asked over `/live`, by what `do` is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from pydantic import ValidationError

from bot.party.errors import NotUnderstood
from bot.room.asking import Enter, Hello, Own, Ping, Search
from bot.room.hosting import HOSTING
from bot.room.places import Places
from bot.room.requests import ROWS, Json, OfTable, names
from bot.room.speaking import SPEAKING
from bot.room.tv import Code

OWN: tuple[type[Own], ...] = (Enter, Hello, Search, Ping, Places, Code, *HOSTING, *SPEAKING)
"""The requests of the room's own."""
MODELS: Mapping[str, type[Own | OfTable]] = {
    **{name: model for model in OWN for name in get_args(model.model_fields["do"].annotation)},
    **{name: model for model in ROWS for name in names(model.row)},
}
"""What can be asked, by what `do` is."""


def read(asked: Json) -> Own | OfTable:
    """A message as a request.

    Raises:
        NotUnderstood: there is no such request.
        OutOfRange, TextTooLong: as the arguments' kinds say.
    """
    do = asked.get("do")
    if not isinstance(do, str) or do not in MODELS:
        raise NotUnderstood
    try:
        return MODELS[do].model_validate(asked)
    except ValidationError:
        raise NotUnderstood from None
