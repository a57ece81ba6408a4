"""What works in the bot's direct messages, for people who have left every server."""

from __future__ import annotations

import pytest

from bot.service import PartyService
from tests.cogs.stage import private, room
from tests.fakes.discord_server import FakeDiscord


async def test_whoever_has_left_can_still_erase_everything(fake: FakeDiscord, party: PartyService) -> None:
    """What they added in a server is nobody's after they have confirmed it in a direct message."""
    anna = fake.member("Anna")
    await fake.slash(anna, "add", song="mr brightside")
    asked = await fake.slash(anna, "delete-my-data", context="dm")
    (message,) = asked.messages
    await fake.click(anna, message, message.buttons[0])
    playing = (await party.insight.now(room(fake))).playing
    assert playing is not None
    assert playing.added_by is not None
    assert playing.added_by.name != "Anna"


async def test_help_is_there(fake: FakeDiscord) -> None:
    """It names the commands, and needs no party."""
    reply = await fake.slash(fake.member("Anna"), "help", context="dm")
    assert "add" in fake.mentioned(reply.text)


async def test_a_party_is_in_no_direct_message(fake: FakeDiscord) -> None:
    """No client offers the commands of a party there, and one that is sent all the same is refused."""
    with pytest.raises(PermissionError):
        await fake.slash(fake.member("Anna"), "queue", context="dm")
    forged = await fake.slash(fake.member("Anna"), "queue", context="dm", force=True)
    assert "direct messages" in private(forged)
