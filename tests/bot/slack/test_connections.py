"""The connections that answers go over."""

from __future__ import annotations

from bot.service import PartyService
from tests.bot.slack.conftest import log_in, open_server


async def test_connections_last_as_long_as_the_door(party: PartyService) -> None:
    """Answers share connections while the door is open, and none is left when it has closed."""
    async with open_server() as fake:
        async with log_in(fake, party) as door:
            session = door.door.slack.session
            assert session is not None
            assert (await fake.slash(fake.member("Ann"), "/history")).posts
            assert not session.closed
        assert session.closed
