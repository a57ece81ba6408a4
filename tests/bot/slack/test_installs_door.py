"""The bot in many workspaces: installed through its own pages, and taken out again."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from cryptography.fernet import Fernet

from bot.service import PartyService
from bot.slack.app import SCOPES, SlackDoor, install_flow
from bot.slack.installs import Installs
from bot.slack.states import States
from bot.vault import Vault
from db.store import Store
from tests.bot.slack.stage import answers, card, public, read, room, titles, until
from tests.conftest import SPECS
from tests.fakes.slack_server import FakeSlack
from tests.fakes.test_slack_install import install

# slack_sdk still sends the client's secret by what aiohttp is about to rename.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")


@contextlib.asynccontextmanager
async def served(fake: FakeSlack, party: PartyService, store: Store) -> AsyncIterator[str]:
    """The real bot with its pages for installing; yields where."""
    own = fake.client_id, fake.client_secret
    installs = Installs(store, Vault([Fernet.generate_key().decode()]), *own, base_url=fake.base_url)
    flow = install_flow(installs, States(store), *own)
    flow.client.base_url = fake.base_url
    door = SlackDoor(party, installs, signing_secret=fake.signing_secret, flow=flow, base_url=fake.base_url)
    app = web.Application()
    door.add_routes(app)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        async with door.open():
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            base = f"http://127.0.0.1:{runner.addresses[0][1]}"
            fake.http(f"{base}/slack/events")
            yield base
    finally:
        await runner.cleanup()
        await installs.close()


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A Slack in which the bot is not installed yet."""
    specs = SPECS if SPECS.exists() else None
    async with FakeSlack(specs=specs, installed=False, scopes=",".join(SCOPES)) as fake:
        yield fake
    assert fake.violations == []


async def test_two_workspaces_and_one_that_leaves(
    slack: FakeSlack, party: PartyService, store: Store
) -> None:
    """Each has its own token and parties; with one that leaves goes all it had, and nothing of the other."""
    other = slack.add_team("Other")
    place = slack.channel("elsewhere", team=other)
    anna, ben = slack.member("Anna"), slack.member("Ben", team=other)
    async with served(slack, party, store) as base:
        assert await install(slack, base, anna) == 200
        assert await install(slack, base, ben) == 200
        await public(await slack.slash(anna, "/add", "wonderwall"))
        await public(await slack.slash(ben, "/add", "hey jude", channel=place))
        await card(slack)
        await slack.uninstall(other)
        await until(lambda: not slack.world.open_acts)
        assert await titles(slack, party, place) == []
        assert await titles(slack, party) == ["Wonderwall"]
        told = await slack.slash(anna, "/skip")
        assert "skipped Wonderwall" in read(await public(told))


async def test_an_organisation_has_cards_too(slack: FakeSlack, party: PartyService, store: Store) -> None:
    """Installed for a whole organisation, the bot shows the card in a workspace of it."""
    grid = slack.add_enterprise("Grid")
    team = slack.add_team("Inside", grid)
    place = slack.channel("inside", team=team)
    anna = slack.member("Anna", team=team)
    async with served(slack, party, store) as base:
        assert await install(slack, base, anna, org=grid) == 200
        reply = await slack.slash(anna, "/add", "wonderwall", channel=place)
        assert len(answers(reply)) == 1
        await until(lambda: any("encore:next" in it.actions for it in slack.messages))
        shown = next(it for it in slack.messages if "encore:next" in it.actions)
        assert shown.channel is place
        (skip,) = [each for each in shown.actions if each.startswith("encore:skip:")]
        await slack.press(anna, shown, skip)
        assert (await party.insight.now(room(slack, place))).playing is None


async def test_a_denied_install_leaves_nothing(slack: FakeSlack, party: PartyService, store: Store) -> None:
    """Who cancels at Slack has installed nothing."""
    async with served(slack, party, store) as base:
        await install(slack, base, slack.member("Anna"), deny=True)
    assert [it.kind for it in slack.world.grants.values()] == ["app"]
