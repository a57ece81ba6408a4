"""Installing, several workspaces and Socket Mode in the fake Slack, seen through real Bolt apps."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization.async_authorize import AsyncInstallationStoreAuthorize
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack_apps import over_http, over_socket
from tests.fakes.slack_model import FakeEnterprise, FakeMember, Json, Timing
from tests.fakes.slack_server import FakeSlack
from tests.patience import PATIENCE_S, pass_by, until

SPECS = Path(__file__).parents[3] / "shared" / "specs"
_A_YEAR_MIN = 60 * 24 * 365
BUTTON: Json = {"type": "button", "action_id": "who", "text": {"type": "plain_text", "text": "Who"}}
ROW: list[Json] = [{"type": "actions", "elements": [BUTTON]}]

# slack_sdk still sends the client's secret by what aiohttp is about to rename.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")


def listen(app: AsyncApp) -> AsyncApp:
    """An app that tells where it thinks it is."""

    @app.command("/where")
    async def where(ack: Any, say: Any, context: Any) -> None:
        await ack()
        await say(text=f"{context.team_id} {context.enterprise_id} {context.bot_user_id}", blocks=ROW)

    @app.action("who")
    async def who(ack: Any, respond: Any, body: Json, context: Any) -> None:
        await ack()
        own = body["team"]["id"] if body["team"] else None
        await respond(f"{own} {body['user']['team_id']} {context.is_enterprise_install}")

    @app.event("app_home_opened")
    async def home(event: Json) -> None:
        """Take it, and do nothing."""

    return app


def one_team(fake: FakeSlack) -> AsyncApp:
    client = AsyncWebClient(base_url=fake.base_url, token=fake.bot_token)
    return listen(AsyncApp(client=client, signing_secret=fake.signing_secret))


def many_teams(fake: FakeSlack, folder: Path, *, refresh: bool = False) -> AsyncApp:
    """An app that is installed through its own pages; `refresh` renews tokens at every use."""
    client = AsyncWebClient(base_url=fake.base_url)
    settings = AsyncOAuthSettings(
        client_id=fake.client_id,
        client_secret=fake.client_secret,
        scopes=["commands", "chat:write"],
        installation_store=FileInstallationStore(base_dir=str(folder)),
        state_store=FileOAuthStateStore(expiration_seconds=600, base_dir=str(folder)),
    )
    flow = AsyncOAuthFlow(client=client, settings=settings)
    app = AsyncApp(client=client, signing_secret=fake.signing_secret, oauth_flow=flow)
    app.enable_token_revocation_listeners()
    authorize = settings.authorize
    assert isinstance(authorize, AsyncInstallationStoreAuthorize)
    assert authorize.token_rotator is not None
    # Bolt renews tokens at slack.com, whatever client the app has.
    authorize.token_rotator.client = client
    if refresh:
        authorize.token_rotation_expiration_minutes = _A_YEAR_MIN
    return listen(app)


async def install(
    fake: FakeSlack, base: str, member: FakeMember, *, org: FakeEnterprise | None = None, deny: bool = False
) -> int:
    """Walk through the app's own pages and Slack's; returns the last status."""
    async with aiohttp.ClientSession() as browser:
        async with browser.get(f"{base}/slack/install") as page:
            (link,) = re.findall(r'href="(https://slack.com/oauth[^"]*)"', await page.text())
            cookie = page.headers["Set-Cookie"].split(";")[0]
        back = fake.authorise(
            unescape(link), member, org=org, redirect_uri=f"{base}/slack/oauth_redirect", deny=deny
        )
        async with browser.get(back, headers={"Cookie": cookie}) as page:
            return page.status


async def test_an_app_is_installed_into_two_workspaces(tmp_path: Path) -> None:
    """Each workspace gets a token of its own, and the app answers in each with the right one."""
    async with FakeSlack(specs=SPECS, installed=False) as fake:
        other = fake.add_team("Other")
        place = fake.channel("elsewhere", team=other)
        anna, ben = fake.member("Anna"), fake.member("Ben", team=other)
        async with over_http(fake, many_teams(fake, tmp_path)) as base:
            assert await install(fake, base, anna) == 200
            assert await install(fake, base, ben) == 200
            first = await fake.slash(anna, "/where", channel=fake.general)
            second = await fake.slash(ben, "/where", channel=place)
        assert first.message.text == f"{fake.team.id} None {fake.team.bot_user_id}"
        assert second.message.text == f"{other.id} None {other.bot_user_id}"
        assert not fake.violations


async def test_a_denied_install_gives_nothing(tmp_path: Path) -> None:
    """Cancel on Slack's page leads back with an error, and there is no token."""
    async with FakeSlack(specs=SPECS, installed=False) as fake:
        async with over_http(fake, many_teams(fake, tmp_path)) as base:
            await install(fake, base, fake.member("Anna"), deny=True)
        assert [it.kind for it in fake.world.grants.values()] == ["app"]


async def test_tokens_are_renewed_while_the_app_is_used(tmp_path: Path) -> None:
    """Bolt renews a token with its refresh token, which is good once."""
    async with FakeSlack(specs=SPECS, installed=False, rotate=True) as fake:
        anna = fake.member("Anna")
        async with over_http(fake, many_teams(fake, tmp_path, refresh=True)) as base:
            assert await install(fake, base, anna) == 200
            for _ in range(2):
                assert (await fake.slash(anna, "/where")).messages
        bots = [it for it in fake.world.grants.values() if it.kind == "bot"]
        assert [bool(it.refresh_token) for it in bots] == [False, False, True]
        assert not fake.violations


async def test_an_expired_token_is_refused_until_renewed() -> None:
    """After twelve hours the token is void; the refresh token brings a new one, once."""
    async with FakeSlack(specs=SPECS, installed=False, rotate=True) as fake:
        client = AsyncWebClient(base_url=fake.base_url)
        own = {"client_id": fake.client_id, "client_secret": fake.client_secret}
        code = fake.authorise("state", fake.member("Anna")).split("code=")[1].split("&")[0]
        told = await client.oauth_v2_access(**own, code=code)
        assert (told["expires_in"], told["token_type"]) == (43_200, "bot")
        fake.pass_by(43_201)
        with pytest.raises(SlackApiError, match="token_expired"):
            await client.auth_test(token=told["access_token"])
        renewing = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
        renewed = await client.oauth_v2_access(**own, **renewing)
        assert (await client.auth_test(token=renewed["access_token"]))["ok"]
        with pytest.raises(SlackApiError, match="invalid_refresh_token"):
            await client.oauth_v2_access(**own, **renewing)


async def test_a_lasting_token_is_exchanged_for_one_that_expires() -> None:
    """The old token is void from then on."""
    async with FakeSlack(specs=SPECS) as fake:
        client = AsyncWebClient(base_url=fake.base_url)
        own = {"client_id": fake.client_id, "client_secret": fake.client_secret}
        told = await client.oauth_v2_exchange(token=fake.bot_token, **own)
        assert (await client.auth_test(token=told["access_token"]))["team_id"] == fake.team.id
        with pytest.raises(SlackApiError, match="token_revoked"):
            await client.auth_test(token=fake.bot_token)


async def test_a_code_is_checked() -> None:
    """A wrong secret, another redirect, a second use and a late one are told apart."""
    async with FakeSlack(specs=SPECS, installed=False, redirect_uris=("https://encore.example/",)) as fake:
        client, anna = AsyncWebClient(base_url=fake.base_url), fake.member("Anna")
        own = {"client_id": fake.client_id, "client_secret": fake.client_secret}
        page = f"https://slack.com/oauth/v2/authorize?client_id={fake.client_id}&scope=commands&state=s"

        def code(target: str = "https://encore.example/back") -> str:
            return fake.authorise(f"{page}&redirect_uri={target}", anna).split("code=")[1].split("&")[0]

        async def refused(error: str, **asked: Any) -> None:
            with pytest.raises(SlackApiError, match=error):
                await client.oauth_v2_access(**(own | asked))

        back = {"redirect_uri": "https://encore.example/back"}
        await refused("bad_client_secret", client_secret="guessed", code=code(), **back)
        await refused("invalid_client_id", client_id="1.2", code=code(), **back)
        await refused("bad_redirect_uri", code=code())
        await refused("invalid_code", code="guessed", **back)
        used = code()
        assert (await client.oauth_v2_access(**own, code=used, **back))["scope"] == "commands"
        await refused("code_already_used", code=used, **back)
        late = code()
        fake.pass_by(601)
        await refused("invalid_code", code=late, **back)
        with pytest.raises(ValueError, match="bad_redirect_uri"):
            code("https://evil.example/")


async def test_an_organisation_installs_once_for_all_its_workspaces(tmp_path: Path) -> None:
    """One token covers every workspace; the payloads name no team but the organisation."""
    async with FakeSlack(specs=SPECS, installed=False) as fake:
        grid = fake.add_enterprise("Grid")
        one, two = fake.add_team("One", grid), fake.add_team("Two", grid)
        place = fake.channel("floor", team=two)
        anna, ben = fake.member("Anna", team=one), fake.member("Ben", team=two)
        async with over_http(fake, many_teams(fake, tmp_path)) as base:
            assert await install(fake, base, anna, org=grid) == 200
            shown = (await fake.slash(ben, "/where", channel=place)).message
            reply = await fake.press(ben, shown, "who")
        assert shown.text.split()[:2] == [two.id, grid.id]
        assert reply.payload["team"] is None
        assert reply.message.text == f"None {two.id} True"
        assert not fake.violations


async def test_an_uninstall_voids_the_token_and_tells_the_app(tmp_path: Path) -> None:
    """Bolt forgets the workspace when it is told, and the token is no good from then on."""
    async with FakeSlack(specs=SPECS, installed=False) as fake:
        anna = fake.member("Anna")
        async with over_http(fake, many_teams(fake, tmp_path)) as base:
            await install(fake, base, anna)
            told = await fake.uninstall()
            after = await fake.slash(anna, "/where")
        assert [it.payload["event"]["type"] for it in told] == ["tokens_revoked", "app_uninstalled"]
        assert not [it for it in after.messages if not it.ephemeral]
        (token,) = (it.token for it in fake.world.grants.values() if it.kind == "bot")
        with pytest.raises(SlackApiError, match="account_inactive"):
            await AsyncWebClient(base_url=fake.base_url, token=token).auth_test()


async def test_an_app_can_uninstall_itself() -> None:
    """apps.uninstall has to come with the app's own secret, and then the events follow."""
    async with FakeSlack(specs=SPECS) as fake:
        seen = asyncio.Event()
        app = one_team(fake)

        @app.event("app_uninstalled")
        async def gone() -> None:
            seen.set()

        @app.event("tokens_revoked")
        async def revoked() -> None:
            """Take it, and do nothing."""

        client = AsyncWebClient(base_url=fake.base_url, token=fake.bot_token)
        async with over_http(fake, app):
            with pytest.raises(SlackApiError, match="bad_client_secret"):
                await client.apps_uninstall(client_id=fake.client_id, client_secret="guessed")
            # Bolt asks for the token's owner once, before the token is void.
            await fake.slash(fake.member("Anna"), "/where")
            await client.apps_uninstall(client_id=fake.client_id, client_secret=fake.client_secret)
            await asyncio.wait_for(seen.wait(), PATIENCE_S)


async def test_a_stranger_clicks_in_a_shared_channel() -> None:
    """The click names the app's workspace, and the stranger's own beside the stranger."""
    async with FakeSlack(specs=SPECS) as fake, over_http(fake, one_team(fake)):
        place = fake.channel("shared", shared=True)
        anna, stan = fake.member("Anna"), fake.member("Stan", stranger=True)
        with pytest.raises(PermissionError):
            await fake.slash(stan, "/where", channel=place)
        shown = (await fake.slash(anna, "/where", channel=place)).message
        reply = await fake.press(stan, shown, "who")
        assert reply.message.text == f"{fake.team.id} {stan.team.id} False"
        assert reply.message.private_to is stan
        trigger, title = reply.payload["trigger_id"], {"type": "plain_text", "text": "Hi"}
        client = AsyncWebClient(base_url=fake.base_url, token=fake.bot_token)
        await client.views_open(
            trigger_id=trigger, view={"type": "modal", "callback_id": "hi", "title": title, "blocks": ROW}
        )
        sent = (await fake.submit(stan, fake.modals(stan)[-1])).payload
        assert sent["team"]["id"] == sent["view"]["team_id"] == stan.team.id
        assert sent["view"]["app_installed_team_id"] == fake.team.id
        with pytest.raises(PermissionError):
            await fake.slash(stan, "/where", channel=fake.general)


async def test_two_acts_at_once_keep_their_own_answers() -> None:
    """What comes through a response_url belongs to its own act."""
    async with FakeSlack(specs=SPECS) as fake, over_http(fake, one_team(fake)):
        anna, ben = fake.member("Anna"), fake.member("Ben")
        shown = (await fake.slash(anna, "/where")).message
        replies = [await fake.press(it, shown, "who", wait=False) for it in (anna, ben)]
        for reply, member in zip(replies, (anna, ben), strict=True):
            assert (await fake.settled(reply)).message.private_to is member


async def test_a_slow_app_is_told_apart_from_none() -> None:
    """Slack gives an app three seconds; without an app nothing is delivered at all."""
    async with FakeSlack(specs=SPECS, timing=Timing(ack_s=0.1)) as fake:
        app, go_on = one_team(fake), asyncio.Event()

        @app.command("/slow")
        async def slow(ack: Any) -> None:
            await go_on.wait()
            await ack()

        anna = fake.member("Anna")
        assert (await fake.slash(anna, "/slow")).failure == "dispatch_failed"
        async with over_socket(fake, app):
            reply = await fake.slash(anna, "/slow")
            go_on.set()
        assert (reply.failure, reply.acked_ms) == ("operation_timeout", None)


async def test_a_benchmark_keeps_no_requests() -> None:
    """With remember=False nothing is kept of the requests."""
    async with FakeSlack(remember=False) as fake, over_http(fake, one_team(fake)):
        await fake.slash(fake.member("Anna"), "/where")
        assert fake.messages
        assert not fake.requests


# Socket Mode


async def test_a_connection_is_greeted_and_takes_its_envelope() -> None:
    """The greeting counts the connections; an envelope says whether it takes an answer."""
    async with FakeSlack() as fake, aiohttp.ClientSession() as session:
        opened = await AsyncWebClient(base_url=fake.base_url).apps_connections_open(app_token=fake.app_token)
        async with session.ws_connect(opened["url"]) as socket:
            hello = await socket.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
            assert hello["debug_info"]["approximate_connection_time"] > 0
            reply = await fake.slash(fake.member("Anna"), "/add", "Toxic", wait=False)
            envelope = await socket.receive_json()
            assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
            answer = {"envelope_id": envelope["envelope_id"], "payload": {"text": "Taken."}}
            await socket.send_json(answer)
            assert (await fake.settled(reply)).message.text == "Taken."
            await socket.send_json({"envelope_id": "unknown"})
        await fake.connected(0)
        assert len(fake.violations) == 1
        async with session.get(opened["url"]) as again:
            assert again.status == 403


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_an_app_reconnects_when_it_is_asked_to(reason: Any) -> None:
    """slack_sdk opens a new connection, over which commands work as before."""
    async with FakeSlack() as fake, over_socket(fake, one_team(fake)):
        (first,) = fake.socket.live
        await fake.socket.disconnect(reason)
        await fake.reconnected(first)
        assert (await fake.slash(fake.member("Anna"), "/where")).messages


async def test_an_app_comes_back_after_a_cut() -> None:
    """slack_sdk notices a lost connection, and opens another one."""
    async with FakeSlack() as fake, over_socket(fake, one_team(fake), ping_interval_s=0.25):
        (first,) = fake.socket.live
        await fake.socket.drop()
        await fake.reconnected(first)
        assert (await fake.slash(fake.member("Anna"), "/where")).messages


async def test_an_app_leaves_a_stale_connection() -> None:
    """slack_sdk gives up a connection that answers no pings."""
    async with FakeSlack() as fake, over_socket(fake, one_team(fake), ping_interval_s=0.25):
        (first,) = fake.socket.live
        first.answers_pings = False
        await fake.reconnected(first)
        assert (await fake.slash(fake.member("Anna"), "/where")).messages


async def test_a_ghost_takes_its_share_of_the_clicks() -> None:
    """Connections take turns, and what goes to one whose end is gone is lost."""
    async with FakeSlack() as fake:
        app = one_team(fake)
        async with over_socket(fake, app), over_socket(fake, app):
            fake.socket.live[0].ghost = True
            anna = fake.member("Anna")
            replies = [await fake.slash(anna, "/where", wait=False) for _ in range(4)]
            await until(lambda: sum(it.acked_ms is not None for it in replies) == 2)
            pass_by(fake.world.timing.ack_s)
            for reply in replies:
                await fake.settled(reply)
            assert sorted(str(it.failure) for it in replies) == ["None"] * 2 + ["operation_timeout"] * 2
            assert [len(it.envelopes) for it in fake.socket.live] == [2, 2]
