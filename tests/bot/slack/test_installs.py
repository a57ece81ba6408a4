"""Slack's installations through slack_sdk and Bolt, with tokens that a server on loopback renews."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import encode_basic_auth, web
from cryptography.fernet import Fernet
from slack_bolt.authorization.async_authorize import AsyncInstallationStoreAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.installs import KEEP_S, MOST, Installs, Single
from bot.slack.states import States
from bot.vault import Vault
from db.store import Store, Transaction, open_store
from tests.conftest import ON_BOTH, ON_POSTGRESQL, Clock
from tests.patience import PATIENCE_S

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
CLIENT = ("1.2", "canary-client-secret")
HOUR_S = 3600


@dataclass
class Renewals:
    """Stands for Slack's oauth.v2.access, which takes each refresh token once, and its auth.test."""

    good: set[str] = field(default_factory=lambda: {"canary-refresh-0"})
    count: int = 0
    broken: bool = False
    lasts_s: int = 12 * HOUR_S
    url: str = ""
    held: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def until_asked(self) -> None:
        """Waits for a request."""
        async with asyncio.timeout(PATIENCE_S):
            await self.asked.wait()

    async def access(self, request: web.Request) -> web.Response:
        """Renews a token, once `held` lets it."""
        self.asked.set()
        await self.held.wait()
        self.count += 1
        form = await request.post()
        token = str(form.get("refresh_token"))
        if self.broken:
            return web.Response(status=502, text="<html>canary</html>", content_type="text/html")
        if request.headers["Authorization"] != encode_basic_auth(*CLIENT) or token not in self.good:
            return web.json_response({"ok": False, "error": "invalid_refresh_token"})
        self.good = {f"canary-refresh-{self.count}"}
        return web.json_response(
            {
                "ok": True,
                "access_token": f"canary-token-{self.count}",
                "token_type": "bot",
                "refresh_token": f"canary-refresh-{self.count}",
                "expires_in": self.lasts_s,
            }
        )

    async def test(self, request: web.Request) -> web.Response:
        """Says who the bot is."""
        return web.json_response({"ok": True, "team_id": "T1", "bot_id": "B1", "user_id": "UBOT"})


@pytest.fixture
async def slack() -> AsyncIterator[Renewals]:
    """A server on a free port, which answers at once."""
    renewals = Renewals()
    renewals.held.set()
    app = web.Application()
    app.router.add_post("/api/oauth.v2.access", renewals.access)
    app.router.add_post("/api/auth.test", renewals.test)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    renewals.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield renewals
    await runner.cleanup()


@pytest.fixture
def clock() -> Clock:
    """The true time, which slack_sdk adds to, until a test lets some go by."""
    return Clock(time.time())


@pytest.fixture
async def installs(store: Store, slack: Renewals, clock: Clock) -> AsyncIterator[Installs]:
    """What a process has."""
    installs = opened(store, slack, clock)
    yield installs
    await installs.close()


def opened(store: Store | Gate, slack: Renewals, clock: Clock, *keys: str) -> Installs:
    """What another process on the same database has."""
    return Installs(store, Vault(keys or [OLD]), *CLIENT, base_url=slack.url, clock=clock)


def installation(
    team_id: str | None = "T1",
    enterprise_id: str | None = None,
    token: str = "canary-token-0",
    **more: Any,
) -> Installation:
    """One that lasts, of a workspace unless there is none."""
    values: dict[str, Any] = {
        "app_id": "A1",
        "team_id": team_id,
        "enterprise_id": enterprise_id,
        "is_enterprise_install": team_id is None,
        "bot_token": token,
        "bot_id": "B1",
        "bot_user_id": "UBOT",
        "bot_scopes": ["chat:write", "commands"],
        "user_id": "UANNA",
        "installed_at": 1_700_000_000.5,
    }
    return Installation(**{**values, **more})


def ending(clock: Clock, hours: float, **more: Any) -> Installation:
    """One whose token ends in so many hours."""
    return installation(
        bot_refresh_token="canary-refresh-0",
        bot_token_expires_at=int(clock() + hours * HOUR_S),
        **more,
    )


async def find(
    installs: Installs, team_id: str | None = "T1", enterprise_id: str | None = None
) -> str | None:
    """The token that Bolt finds."""
    found = await installs.async_find_installation(enterprise_id=enterprise_id, team_id=team_id)
    return found.bot_token if found else None


@ON_BOTH
async def test_an_installation_comes_back_whole(store: Store, slack: Renewals, clock: Clock) -> None:
    """Another process finds all that was saved, but for what renews the token."""
    saved = ending(clock, 10, enterprise_id="E1", team_name="Café", custom_values={"a": 1})
    await opened(store, slack, clock).async_save(saved)
    other = opened(store, slack, clock)
    found = await other.async_find_installation(enterprise_id="E1", team_id="T1")
    assert found is not None
    expected = {**saved.to_dict(), "bot_refresh_token": None, "bot_token_expires_at": None}
    assert found.to_dict() == expected
    bot = await other.async_find_bot(enterprise_id="E1", team_id="T1")
    assert bot is not None
    assert (bot.bot_token, bot.bot_id, bot.bot_user_id) == ("canary-token-0", "B1", "UBOT")


async def test_a_workspace_and_its_organisation_are_two(installs: Installs) -> None:
    """As slack_sdk's own stores have it; only who asks for a token gets the organisation's instead."""
    await installs.async_save(installation("T1", "E1", "canary-workspace"))
    await installs.async_save(installation(None, "E1", "canary-organisation"))
    assert await find(installs, "T1", "E1") == "canary-workspace"
    assert await find(installs, None, "E1") == "canary-organisation"
    assert await find(installs, "T2", "E1") is None
    whole = await installs.async_find_bot(enterprise_id="E1", team_id="T2", is_enterprise_install=True)
    assert whole is not None
    assert whole.bot_token == "canary-organisation"
    assert await installs.bot_token("E1", "T1") == "canary-workspace"
    assert await installs.bot_token("E1", "T2") == "canary-organisation"
    assert await installs.bot_token("E2", "T2") is None
    assert await installs.bot_token(None, None) is None


async def test_who_did_not_install_has_no_installation_of_their_own(installs: Installs) -> None:
    """Bolt asks for the person's own, and may write into what it got without harm to others."""
    await installs.async_save(installation(user_token="canary-user"))
    own = await installs.async_find_installation(enterprise_id=None, team_id="T1", user_id="UANNA")
    assert own is not None
    assert await installs.async_find_installation(enterprise_id=None, team_id="T1", user_id="UBEN") is None
    own.user_token = own.bot_token = None
    again = await installs.async_find_installation(enterprise_id=None, team_id="T1")
    assert again is not None
    assert (again.bot_token, again.user_token) == ("canary-token-0", "canary-user")


async def test_a_revoked_user_token_leaves_the_bot(installs: Installs) -> None:
    """Only the installer's own token goes, and nothing for anybody else's."""
    await installs.async_save(installation(user_token="canary-user"))
    for user_id, left in (("UBEN", "canary-user"), ("UANNA", None)):
        await installs.async_delete_installation(enterprise_id=None, team_id="T1", user_id=user_id)
        found = await installs.async_find_installation(enterprise_id=None, team_id="T1")
        assert found is not None
        assert (found.bot_token, found.user_token) == ("canary-token-0", left)


@pytest.mark.parametrize("way", ["async_delete_bot", "async_delete_installation", "async_delete_all"])
async def test_what_is_deleted_is_gone_at_once(installs: Installs, way: str) -> None:
    """The memory does not outlive the store, whichever way Bolt takes; others stay."""
    for team_id in ("T1", "T2"):
        await installs.async_save(installation(team_id, "E1", f"canary-{team_id}"))
        assert await find(installs, team_id, "E1") == f"canary-{team_id}"
    await getattr(installs, way)(enterprise_id="E1", team_id="T1")
    assert await find(installs, "T1", "E1") is None
    assert await find(installs, "T2", "E1") == "canary-T2"


async def test_a_saved_bot_keeps_the_rest(installs: Installs) -> None:
    """A bot's new token joins what is known of the installation, or begins one."""
    await installs.async_save(installation(team_name="Friends"))
    for team_id, name in (("T1", "Friends"), ("T2", None)):
        bot = installation(team_id, token="canary-new", team_name=name).to_bot()
        await installs.async_save_bot(bot)
        found = await installs.async_find_installation(enterprise_id=None, team_id=team_id)
        assert found is not None
        assert (found.bot_token, found.team_name) == ("canary-new", name)
        assert found.user_id == ("UANNA" if team_id == "T1" else "")


async def test_an_installation_in_no_workspace_is_refused(installs: Installs) -> None:
    """It could never be found again."""
    with pytest.raises(ValueError, match="no workspace"):
        await installs.async_save(installation("", None))


async def test_what_is_known_needs_no_database(installs: Installs, store: Store, clock: Clock) -> None:
    """While somebody holds the database, requests are answered, also after the answer's time."""
    await installs.async_save(installation())
    assert await find(installs) == "canary-token-0"
    async with store.writing() as tx, asyncio.timeout(PATIENCE_S):
        await tx.installs.drop("T2")
        for _ in range(2):
            assert await find(installs) == "canary-token-0"
            clock.pass_by(minutes=KEEP_S / 60)


async def test_what_another_process_did_is_seen_soon(
    installs: Installs, store: Store, slack: Renewals, clock: Clock
) -> None:
    """After the answer's time one more old answer is given, and then the new one."""
    other = opened(store, slack, clock)
    await installs.async_save(installation())
    assert await find(other) == "canary-token-0"
    await installs.async_delete_all(enterprise_id=None, team_id="T1")
    assert await find(other) == "canary-token-0"
    clock.pass_by(minutes=KEEP_S / 60)
    assert await find(other) == "canary-token-0"
    await settled(other)
    assert await find(other) is None


async def settled(installs: Installs) -> None:
    """Waits for what goes on in the background."""
    await asyncio.gather(*installs._tasks.values())  # noqa: SLF001 - nobody else needs to


class Gate:
    """The real store, whose next transaction stays open after its last statement until it is let go."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.shut = False
        self.read, self.go = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Transaction]:
        """One of the store's."""
        waits, self.shut = self.shut, False
        async with self._store.writing() as tx:
            yield tx
            if waits:
                self.read.set()
                await self.go.wait()

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """One of the store's, at any time."""
        return self._store.reading()


@ON_POSTGRESQL
async def test_an_answer_that_a_change_overtook_is_not_held(
    store: Store, slack: Renewals, clock: Clock
) -> None:
    """What was read before a delete is not remembered after it."""
    gate = Gate(store)
    installs = opened(gate, slack, clock)
    await installs.async_save(installation())
    gate.shut = True
    looking = asyncio.create_task(find(installs))
    async with asyncio.timeout(PATIENCE_S):
        await gate.read.wait()
    await installs.async_delete_all(enterprise_id=None, team_id="T1")
    gate.go.set()
    assert await looking == "canary-token-0"
    assert await find(installs) is None


async def test_the_memory_is_bounded(installs: Installs, store: Store) -> None:
    """What has not been asked for the longest is dropped."""
    await installs.async_save(installation("T0"))
    async with store.writing() as tx:
        kept = await tx.installs.get("T0")
        assert kept is not None
        for number in range(1, MOST + 1):
            await tx.installs.save("", f"T{number}", kept, 0)
    for number in range(MOST):
        await find(installs, f"T{number}")
    await find(installs, "T0")
    await find(installs, f"T{MOST}")
    held = installs._cache  # noqa: SLF001 - what is held has no other way out
    assert len(held) == MOST
    assert "T0" in held
    assert "T1" not in held


@ON_BOTH
async def test_many_who_ask_lead_to_one_request(installs: Installs, slack: Renewals, clock: Clock) -> None:
    """A token that ends within two hours is renewed once, and all get the new one."""
    await installs.async_save(ending(clock, 1.9))
    tokens = await asyncio.gather(*(installs.bot_token(None, "T1") for _ in range(50)))
    assert set(tokens) == {"canary-token-1"}
    assert slack.count == 1
    assert await installs.bot_token(None, "T1") == "canary-token-1"
    assert slack.count == 1
    clock.pass_by(hours=11)
    assert await installs.bot_token(None, "T1") == "canary-token-2"


@pytest.mark.parametrize("hours", [2.1, 12])
async def test_a_token_that_lasts_is_not_renewed(
    installs: Installs, slack: Renewals, clock: Clock, hours: float
) -> None:
    """Slack is asked only when it is time."""
    await installs.async_save(ending(clock, hours))
    assert await installs.bot_token(None, "T1") == "canary-token-0"
    assert slack.count == 0


async def test_a_request_waits_for_no_renewal_while_the_token_is_good(
    installs: Installs, slack: Renewals, clock: Clock
) -> None:
    """The old token is given at once, the new one when it has come."""
    await installs.async_save(ending(clock, 1))
    slack.held.clear()
    assert await find(installs) == "canary-token-0"
    await slack.until_asked()
    assert await find(installs) == "canary-token-0"
    slack.held.set()
    await settled(installs)
    assert await find(installs) == "canary-token-1"
    assert slack.count == 1


async def test_a_request_waits_for_a_token_that_has_ended(
    installs: Installs, slack: Renewals, clock: Clock
) -> None:
    """After a long silence the first request gets the new token."""
    await installs.async_save(ending(clock, -1))
    assert await find(installs) == "canary-token-1"


async def test_who_stops_waiting_stops_nothing(installs: Installs, slack: Renewals, clock: Clock) -> None:
    """A cancelled caller does not cancel the renewal of all the others."""
    await installs.async_save(ending(clock, 1))
    slack.held.clear()
    first, second = (asyncio.create_task(installs.bot_token(None, "T1")) for _ in range(2))
    await slack.until_asked()
    first.cancel()
    slack.held.set()
    assert await second == "canary-token-1"
    assert slack.count == 1


@pytest.mark.parametrize("broken", [True, False])
async def test_a_refused_renewal_keeps_the_old_token_to_its_end(
    installs: Installs, slack: Renewals, clock: Clock, broken: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Slack is asked again now and then; the log says what happened, without a token."""
    await installs.async_save(ending(clock, 1))
    slack.good, slack.broken = set(), broken
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            assert await installs.bot_token(None, "T1") == "canary-token-0"
        assert slack.count == 1
        clock.pass_by(hours=1)
        assert await installs.bot_token(None, "T1") is None
        await settled(installs)
        assert await installs.bot_token(None, "T1") is None
    assert slack.count == 2
    warned = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warned) == 2
    assert all("T1" in line and ("invalid_refresh_token" in line) is not broken for line in warned)
    assert "canary" not in caplog.text


async def test_two_processes_share_one_renewal(
    installs: Installs, store: Store, slack: Renewals, clock: Clock
) -> None:
    """Who comes second takes what the first has got, whether Slack was asked already or not."""
    await installs.async_save(ending(clock, 1))
    other = opened(store, slack, clock)
    assert await find(other) == "canary-token-0"  # and begins to renew
    await settled(other)
    assert await installs.bot_token(None, "T1") == "canary-token-1"
    assert slack.count == 1
    clock.pass_by(hours=11)
    slack.lasts_s = 48 * HOUR_S  # of the true time
    slack.asked.clear()
    slack.held.clear()
    both = [asyncio.create_task(each.bot_token(None, "T1")) for each in (installs, other)]
    await slack.until_asked()
    slack.held.set()
    assert "canary-token-2" in await asyncio.gather(*both)
    clock.pass_by(minutes=KEEP_S / 60)
    for each in (installs, other):
        await each.bot_token(None, "T1")
        await settled(each)
        assert await each.bot_token(None, "T1") == "canary-token-2"


@pytest.mark.parametrize("leaves", [True, False])
async def test_a_renewal_brings_back_nothing_that_has_changed(
    installs: Installs, slack: Renewals, clock: Clock, leaves: bool
) -> None:
    """An uninstall or a new install in the middle of a renewal stands."""
    await installs.async_save(ending(clock, 1))
    slack.held.clear()
    asking = asyncio.create_task(installs.bot_token(None, "T1"))
    await slack.until_asked()
    if leaves:
        await installs.async_delete_all(enterprise_id=None, team_id="T1")
    else:
        await installs.async_save(installation(token="canary-again"))
    slack.held.set()
    assert await asking == (None if leaves else "canary-again")
    assert await find(installs) == (None if leaves else "canary-again")


async def test_bolt_leaves_the_renewing_to_us(installs: Installs, slack: Renewals, clock: Clock) -> None:
    """Bolt's own authorization finds the bot, and asks Slack for no token of its own."""
    await installs.async_save(ending(clock, 1))
    authorize = AsyncInstallationStoreAuthorize(logger=logging.getLogger("bolt"), installation_store=installs)
    context = AsyncBoltContext({"client": AsyncWebClient(base_url=slack.url)})
    for _ in range(5):
        found = await authorize(context=context, enterprise_id=None, team_id="T1", user_id="UBEN")
        assert found is not None
        assert found.bot_id == "B1"
        await settled(installs)
    assert found is not None
    assert found.bot_token == "canary-token-1"
    assert slack.count == 1


async def test_closing_ends_what_goes_on(store: Store, slack: Renewals, clock: Clock) -> None:
    """A process that stops waits for no answer of Slack's."""
    installs = opened(store, slack, clock)
    await installs.async_save(ending(clock, 1))
    slack.held.clear()
    await find(installs)
    await slack.until_asked()
    await installs.close()
    slack.held.set()
    assert await find(opened(store, slack, clock)) == "canary-token-0"


async def test_a_wrong_key_is_as_good_as_not_installed(
    installs: Installs, store: Store, slack: Renewals, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """The operator reads which workspace it is and what to do; the row stays for the right key."""
    await installs.async_save(installation())
    stranger = opened(store, slack, clock, NEW)
    assert await find(stranger) is None
    assert await stranger.bot_token(None, "T1") is None
    assert "T1" in caplog.text
    assert "ENCRYPTION_KEYS" in caplog.text
    assert await find(opened(store, slack, clock)) == "canary-token-0"


async def test_keys_are_changed_while_installed(
    installs: Installs, store: Store, slack: Renewals, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """With the new key first everything is sealed again, and the old one is needed no more."""
    for team_id in ("T1", "T2"):
        await installs.async_save(installation(team_id))
    async with store.writing() as tx:
        await tx.installs.save("", "T3", Vault([Fernet.generate_key().decode()]).seal("{}"), 0)
    assert await installs.reseal() == 0
    assert await opened(store, slack, clock, NEW, OLD).reseal() == 2
    assert "T3" in caplog.text
    assert await find(opened(store, slack, clock, NEW), "T2") == "canary-token-0"
    assert await find(opened(store, slack, clock), "T2") is None


async def test_no_secret_is_in_the_file_or_in_the_log(
    tmp_path: Path, slack: Renewals, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the database nor its WAL nor the log of debugging has a token, a secret or a state."""
    caplog.set_level(logging.DEBUG)
    async with open_store(f"sqlite+aiosqlite:///{tmp_path / 'party.db'}") as store:
        states, installs = States(store, clock), opened(store, slack, clock)
        state = await states.async_issue()
        await installs.async_save(ending(clock, 1, user_token="canary-user", incoming_webhook_url="canary"))
        assert await installs.bot_token(None, "T1") == "canary-token-1"
        assert await find(installs) == "canary-token-1"
        assert await states.async_consume(state)
        slack.good = set()
        clock.pass_by(hours=11)
        await installs.bot_token(None, "T1")
        files = {name: (tmp_path / name).read_bytes() for name in ("party.db", "party.db-wal")}
        assert b"T1" in files["party.db-wal"]
        await installs.close()
    files["party.db after"] = (tmp_path / "party.db").read_bytes()
    assert b"T1" in files["party.db after"]
    for content in (*files.values(), caplog.text.encode()):
        assert b"canary" not in content
        assert state.encode() not in content
    assert "canary" not in f"{installs!r} {vars(installs)}"


async def test_a_token_from_the_settings_is_for_every_workspace() -> None:
    """Without an install there is one token, wherever it is asked for."""
    single = Single("xoxb-1")
    assert await single.bot_token("E1", "T1") == await single.bot_token(None, "T2") == "xoxb-1"
    assert "xoxb" not in repr(single)
    await single.close()
