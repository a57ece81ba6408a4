"""The connections that answers go over."""

from __future__ import annotations

from bot.service import PartyService
from bot.slack.app import SlackDoor
from bot.slack.installs import Single
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


async def test_whoever_watches_is_told_whether_slack_is_connected(party: PartyService) -> None:
    """By Socket Mode while the connection is open, over HTTP always: there is nothing to be connected."""
    async with open_server() as fake:
        door = SlackDoor(party, Single(fake.bot_token), app_token=fake.app_token, base_url=fake.base_url)
        async with door.open():
            assert party.vitals.parts() == {"Slack": True}
        assert party.vitals.parts() == {"Slack": False}
        door = SlackDoor(party, Single(fake.bot_token), signing_secret="signed", base_url=fake.base_url)
        async with door.open():
            assert party.vitals.parts() == {"Slack": True}
