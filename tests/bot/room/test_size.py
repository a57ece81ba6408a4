"""How large a message may be, and how much anybody may send."""

from __future__ import annotations

import json
from functools import partial

import aiohttp
import pytest

from bot.room import guest
from bot.room.guest import BURST, Pace
from bot.room.protocol import LARGEST_IMPORT, LARGEST_MESSAGE
from tests.bot.room.conftest import Enter


async def test_large_messages_count_as_many(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    """In bytes nobody may send more than before, whether in many messages or in a few large ones."""
    monkeypatch.setattr(guest, "Pace", partial(Pace, clock=lambda: 0.0))
    ann = await enter("Ann")
    file = {"name": "a.csv", "base64": "A" * (LARGEST_MESSAGE * BURST // 2)}
    assert (await ann.ask("import", file=file))["kind"] == "NotAList"
    assert (await ann.ask("import", ident="two", file=file))["kind"] == "TooFast"
    assert (await ann.ask("search", text="take"))["ok"]


@pytest.mark.parametrize(
    "raw",
    [
        "x" * (LARGEST_MESSAGE + 1),
        b"x" * (LARGEST_MESSAGE + 1),
        "🎉" * (LARGEST_MESSAGE // 4 + 1),
        json.dumps({"id": "a", "do": "add", "song": "x" * LARGEST_MESSAGE}),
        json.dumps({"do": "import", "id": "a", "file": {"name": "a", "base64": "A" * LARGEST_MESSAGE}}),
        json.dumps({"id": "a", "do": "add", "more": {"id": "a", "do": "import", "x": "A" * LARGEST_MESSAGE}}),
        json.dumps({"id": "a/b", "do": "import", "file": {"name": "a", "base64": "A" * LARGEST_MESSAGE}}),
        json.dumps({"id": "a", "do": "import", "file": {"name": "a", "base64": "A" * LARGEST_IMPORT}}),
    ],
    ids=range(8),
)
async def test_too_large(enter: Enter, raw: str | bytes) -> None:
    """A message that is larger than any request of its kind closes its connection, and no other."""
    ann, bob = await enter("Ann"), await enter("Bob")
    if isinstance(raw, bytes):
        await ann.socket.send_bytes(raw)
    else:
        await ann.socket.send_str(raw)
    while (message := await ann.socket.receive()).type is aiohttp.WSMsgType.TEXT:
        pass
    assert message.data == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
    assert (await bob.until(lambda state: state["people"] == ["Bob"]))["watching"] == 1
