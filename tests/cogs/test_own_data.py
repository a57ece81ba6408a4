"""`/my-data` on Discord."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.discord_model import Reply
from tests.fakes.discord_server import FakeDiscord


def told(reply: Reply) -> dict[str, Any]:
    """What is in the one file of an answer, which nobody else sees."""
    (message,) = reply.messages
    assert message.ephemeral
    ((name, content),) = message.files.items()
    assert name == "encore-my-data.json"
    found: dict[str, Any] = json.loads(content)
    return found


async def test_everything_about_oneself_is_a_file(fake: FakeDiscord) -> None:
    """Songs, votes and what one did, with instants that people can read; nothing of anybody else."""
    anna, ben = fake.member("Anna"), fake.member("Benedikt")
    await fake.slash(anna, "add", song="mr brightside")
    await fake.slash(ben, "add", song="wonderwall")
    await fake.slash(anna, "vote", song="wonderwall")
    found = told(await fake.slash(anna, "my-data"))
    assert found["about"] == {"platform": "discord", "id": anna.id, "name": "Anna"}
    assert [each["title"] for each in found["songs"]] == ["Mr. Brightside"]
    assert found["songs"][0]["added"].endswith("+00:00")
    assert [(each["title"], each["value"]) for each in found["votes"]] == [("Wonderwall", 1)]
    assert [each["kind"] for each in found["what_you_did"]] == ["vote", "add"]
    assert "Benedikt" not in json.dumps(found)


async def test_whoever_has_left_every_server_gets_theirs(fake: FakeDiscord) -> None:
    """It is there in direct messages, and after erasure there is nothing."""
    anna = fake.member("Anna")
    await fake.slash(anna, "add", song="mr brightside")
    assert told(await fake.slash(anna, "my-data", context="dm"))["songs"]
    message = (await fake.slash(anna, "delete-my-data")).messages[0]
    await fake.click(anna, message, message.buttons[0])
    found = told(await fake.slash(anna, "my-data", context="dm"))
    assert not any(value for name, value in found.items() if name not in {"about", "made"})
