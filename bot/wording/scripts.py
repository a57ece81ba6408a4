"""The texts that people read in the page's scripts: the first argument of `say`, the first two of `count`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_TEXT = r'"(?:[^"\\\n]|\\.)*"'
_CALL = re.compile(
    rf"(?<![\w.$])(?:say\(\s*(?P<text>{_TEXT})|count\(\s*(?P<one>{_TEXT}),\s*(?P<many>{_TEXT}))"
)


def texts_in(script: str) -> Iterator[tuple[str, str]]:
    """Each text of a script, and its plural; that is empty where a text depends on no number."""
    for call in _CALL.finditer(script):
        if call["text"]:
            yield json.loads(call["text"]), ""
        else:
            yield json.loads(call["one"]), json.loads(call["many"])
