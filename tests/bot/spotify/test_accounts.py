"""Members' Spotify accounts through the real spotipy, with a Spotify on loopback."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.fernet import Fernet

from bot.party.words import Member
from bot.playback.errors import (
    LinkAgain,
    LoginRefused,
    LoginSpent,
    NotConnected,
    NotOnTheList,
    SpotifyAway,
    SpotifyRefuses,
    SpotifyRests,
)
from bot.playback.words import Account
from bot.service import PartyService
from bot.spotify.accounts import ENDS_SOON_DAYS, LASTS_DAYS
from bot.spotify.calls import THREADS
from bot.spotify.client import SCOPES
from bot.spotify.words import Tokens
from bot.vault import Vault
from db.store import Store, open_store
from tests.bot.spotify.stage import KEY, PUBLIC_URL, Stage, process
from tests.conftest import ANNA, BEN, ON_BOTH, Clock
from tests.fakes.spotify_model import FakeUser
from tests.fakes.spotify_server import FakeSpotify
from tests.patience import PATIENCE_S, pass_by, until

NEW = Fernet.generate_key().decode()
SLACK = Member("slack", "U1", "Anna")


@pytest.fixture
async def fake(clock: Clock) -> AsyncIterator[FakeSpotify]:
    """Spotify, with the tests' time."""
    async with FakeSpotify(clock=clock) as fake:
        yield fake


@pytest.fixture
def anna(fake: FakeSpotify) -> FakeUser:
    """Whose account it is at Spotify."""
    return fake.user("Anna S")


@pytest.fixture
async def stage(store: Store, fake: FakeSpotify, clock: Clock) -> AsyncIterator[Stage]:
    """A process."""
    async with process(store, fake, clock) as stage:
        yield stage


async def test_a_link_is_secret_and_names_its_owner(stage: Stage) -> None:
    """256 bits, under our own address, and it says whose it is as often as it is looked at."""
    links = {await stage.accounts.connect(ANNA, "T1") for _ in range(3)}
    assert len(links) == 3
    for link in links:
        assert link.startswith(f"{PUBLIC_URL}/spotify/connect/")
        secret = link.rpartition("/")[2]
        assert len(secret) == 43
        for _ in range(3):
            login = await stage.accounts.begin(secret)
            assert login is not None
            assert (login.member, login.member.name, login.workspace) == (ANNA, "Anna", "")


async def test_who_agrees_is_sent_to_spotify_with_a_proof(stage: Stage, fake: FakeSpotify) -> None:
    """PKCE, a state of its own, the least scopes and our own way back; what the browser gets is not in it."""
    url, browser = await stage.sent()
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith(f"{fake.accounts_url}/authorize?")
    assert query["redirect_uri"] == f"{PUBLIC_URL}/spotify/callback"
    assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
    assert len(query["state"]) == len(query["code_challenge"]) == len(browser) == 43
    assert set(query["scope"].split()) == set(SCOPES)
    assert browser not in url


@ON_BOTH
async def test_an_account_is_connected(stage: Stage, store: Store, clock: Clock, anna: FakeUser) -> None:
    """What Spotify says of it is known here and in other processes, and its token works."""
    url, browser = await stage.sent()
    answer = await stage.back(url, anna)
    account = await stage.accounts.finish(answer["state"], browser, answer["code"])
    assert (account.name, account.linked_ms) == ("Anna S", int(clock() * 1000))
    assert account == Account("Anna S", int(clock() * 1000))
    async with process(store, stage.fake, clock) as other:
        assert await other.accounts.account(ANNA) == account
        assert await other.access_works(await other.accounts.token(ANNA))
    assert await stage.accounts.account(BEN) is None
    assert stage.fake.token_requests == {"authorization_code": 1}


async def test_a_link_is_good_once_and_for_ten_minutes(stage: Stage, clock: Clock) -> None:
    """A second browser, a late one and an invented link go no further."""
    links = [await stage.accounts.connect(ANNA, "") for _ in range(2)]
    used, late = (link.rpartition("/")[2] for link in links)
    await stage.accounts.agree(used)
    clock.pass_by(minutes=10)
    for secret in (used, late, "invented", ""):
        assert await stage.accounts.begin(secret) is None
        with pytest.raises(LoginSpent):
            await stage.accounts.agree(secret)


async def test_a_state_is_no_link_and_a_link_no_state(stage: Stage, anna: FakeUser) -> None:
    """What one half of the way is good for, the other is not."""
    url, browser = await stage.sent()
    state = parse_qs(urlsplit(url).query)["state"][0]
    assert await stage.accounts.begin(state) is None
    link = (await stage.accounts.connect(ANNA, "")).rpartition("/")[2]
    code = (await stage.back(url, anna))["code"]
    for given in (browser, ""):
        with pytest.raises(LoginSpent):
            await stage.accounts.finish(link, given, code)
    assert await stage.accounts.account(ANNA) is None


@pytest.mark.parametrize("wrong", ["browser", "no browser", "late", "state", "code"])
async def test_what_does_not_belong_together_connects_nothing(
    stage: Stage, anna: FakeUser, clock: Clock, wrong: str
) -> None:
    """Another browser, none, a late answer, an invented state or code; the state is used up by it."""
    url, browser = await stage.sent()
    answer = await stage.back(url, anna)
    state, code, given = answer["state"], answer["code"], browser
    match wrong:
        case "browser":
            _, given = await stage.sent(BEN)
        case "no browser":
            given = ""
        case "late":
            clock.pass_by(minutes=10)
        case "state":
            state = "\udcffinvented"
        case "code":
            code = "invented"
    with pytest.raises(LoginSpent):
        await stage.accounts.finish(state, given, code)
    assert stage.fake.token_requests == ({"authorization_code": 1} if wrong == "code" else {})
    if wrong not in {"state", "late"}:
        with pytest.raises(LoginSpent):
            await stage.accounts.finish(answer["state"], browser, answer["code"])
    assert await stage.accounts.account(ANNA) is None


async def test_an_answer_is_good_once(stage: Stage, anna: FakeUser) -> None:
    """State and code replayed, also at the same moment, connect once; a code with a new state does not."""
    url, browser = await stage.sent()
    answer = await stage.back(url, anna)
    coming = [stage.accounts.finish(answer["state"], browser, answer["code"]) for _ in range(5)]
    came = await asyncio.gather(*coming, return_exceptions=True)
    assert sorted(type(each).__name__ for each in came) == ["Account", *["LoginSpent"] * 4]
    url, browser = await stage.sent(BEN)
    state = parse_qs(urlsplit(url).query)["state"][0]
    with pytest.raises(LoginSpent):
        await stage.accounts.finish(state, browser, answer["code"])
    assert await stage.accounts.account(BEN) is None


async def test_two_peoples_answers_cannot_be_swapped(stage: Stage, anna: FakeUser) -> None:
    """A code belongs to the proof of its own way: Anna's account never becomes Ben's."""
    (url, _), (other, browser) = await stage.sent(ANNA), await stage.sent(BEN)
    answer, state = await stage.back(url, anna), parse_qs(urlsplit(other).query)["state"][0]
    with pytest.raises(LoginSpent):
        await stage.accounts.finish(state, browser, answer["code"])
    assert await stage.accounts.account(BEN) is None


@pytest.mark.parametrize(("reason", "error"), [("access_denied", LoginRefused), ("other", SpotifyRefuses)])
async def test_who_refuses_uses_the_way_up(stage: Stage, reason: str, error: type[Exception]) -> None:
    """It is said why, only to the browser that went; nothing can follow."""
    url, browser = await stage.sent()
    state = parse_qs(urlsplit(url).query)["state"][0]
    with pytest.raises(error):
        await stage.accounts.refuse(state, browser, reason)
    with pytest.raises(LoginSpent):
        await stage.accounts.refuse(state, browser, reason)
    url, _ = await stage.sent()
    with pytest.raises(LoginSpent):
        await stage.accounts.refuse(parse_qs(urlsplit(url).query)["state"][0], "other", reason)


async def test_who_is_not_on_the_list_is_told_so(stage: Stage) -> None:
    """Development mode serves few: nothing is kept of anybody else."""
    with pytest.raises(NotOnTheList):
        await stage.link(ANNA, stage.fake.user("Stranger", listed=False))
    assert await stage.accounts.account(ANNA) is None


@pytest.mark.parametrize("path", ["/api/token", "/me"])
async def test_a_fault_on_the_way_connects_nothing(stage: Stage, anna: FakeUser, path: str) -> None:
    """It is said that Spotify is away, and a new link works afterwards."""
    stage.fake.fail(503, path)
    with pytest.raises(SpotifyAway):
        await stage.link(ANNA, anna)
    stage.fake.fail(None, path)
    assert await stage.accounts.account(ANNA) is None
    await stage.link(ANNA, anna)
    assert await stage.accounts.account(ANNA) is not None


@pytest.mark.parametrize(("minutes", "count"), [(58.9, 0), (59, 1), (600, 1)])
async def test_a_token_is_renewed_a_minute_before_its_end(
    stage: Stage, anna: FakeUser, clock: Clock, minutes: float, count: int
) -> None:
    """Not before; and what is given works, and goes on to be given."""
    await stage.link(ANNA, anna)
    clock.pass_by(minutes=minutes)
    token = await stage.accounts.token(ANNA)
    assert stage.fake.token_requests["refresh_token"] == count
    assert await stage.access_works(token)
    assert await stage.accounts.token(ANNA) == token


@ON_BOTH
async def test_many_who_ask_lead_to_one_request(stage: Stage, anna: FakeUser, clock: Clock) -> None:
    """Fifty at once get the same new token."""
    await stage.link(ANNA, anna)
    clock.pass_by(hours=2)
    tokens = await asyncio.gather(*(stage.accounts.token(ANNA) for _ in range(50)))
    assert len(set(tokens)) == 1
    assert stage.fake.token_requests["refresh_token"] == 1
    assert await stage.access_works(tokens[0])


@ON_BOTH
async def test_processes_share_one_request(
    stage: Stage, store: Store, anna: FakeUser, clock: Clock, database_url: str
) -> None:
    """Fifty in two processes at once get the same new token."""
    await stage.link(ANNA, anna)
    clock.pass_by(hours=2)
    async with AsyncExitStack() as stack:
        second = store
        if database_url.startswith("postgresql"):
            second = await stack.enter_async_context(open_store(database_url))
        other = await stack.enter_async_context(process(second, stage.fake, clock))
        asking = [each.accounts.token(ANNA) for each in (stage, other) for _ in range(25)]
        tokens = await asyncio.gather(*asking)
    assert len(set(tokens)) == 1
    assert stage.fake.token_requests["refresh_token"] == 1


async def test_each_refresh_token_is_followed_by_the_next(stage: Stage, anna: FakeUser, clock: Clock) -> None:
    """Every renewal uses what the one before it has brought."""
    await stage.link(ANNA, anna)
    for count in range(1, 4):
        clock.pass_by(hours=1)
        assert await stage.access_works(await stage.accounts.token(ANNA))
        assert stage.fake.token_requests["refresh_token"] == count
    used = [request.body["refresh_token"] for request in stage.fake.asked("POST", "/api/token")[1:]]
    assert len(set(used)) == 3


async def test_who_stops_waiting_stops_nothing(stage: Stage, anna: FakeUser, clock: Clock) -> None:
    """A cancelled caller, even the first, does not take the renewal along."""
    await stage.link(ANNA, anna)
    clock.pass_by(hours=2)
    with stage.fake.held("/api/token") as gate:
        first, second = (asyncio.create_task(stage.accounts.token(ANNA)) for _ in range(2))
        async with asyncio.timeout(PATIENCE_S):
            await gate.arrived.wait()
        first.cancel()
        gate.open()
        assert await stage.access_works(await second)
    assert stage.fake.token_requests["refresh_token"] == 1


async def test_closing_waits_for_what_was_asked(
    store: Store, fake: FakeSpotify, clock: Clock, anna: FakeUser
) -> None:
    """A process that stops keeps the token it has asked for, for the old one is void."""
    async with process(store, fake, clock) as stage:
        await stage.link(ANNA, anna)
        clock.pass_by(hours=2)
        with fake.held("/api/token") as gate:
            asking = asyncio.create_task(stage.accounts.token(ANNA))
            async with asyncio.timeout(PATIENCE_S):
                await gate.arrived.wait()
            asking.cancel()
            closing_ = asyncio.create_task(stage.accounts.close())
            gate.open()
            await closing_
    async with process(store, fake, clock) as again:
        assert await again.access_works(await again.accounts.token(ANNA))
    assert fake.token_requests["refresh_token"] == 1


async def test_a_refused_access_token_is_renewed_once(stage: Stage, anna: FakeUser) -> None:
    """Those who were refused with it get one new one, and who comes late gets that too."""
    await stage.link(ANNA, anna)
    old = await stage.accounts.token(ANNA)
    tokens = await asyncio.gather(*(stage.accounts.renew(ANNA, old) for _ in range(10)))
    assert len({old, *tokens}) == 2
    assert await stage.accounts.renew(ANNA, old) == await stage.accounts.token(ANNA) == tokens[0]
    assert stage.fake.token_requests["refresh_token"] == 1


@ON_BOTH
async def test_a_grant_that_ended_leads_to_one_call_to_connect_again(
    stage: Stage, anna: FakeUser, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Of fifty who ask one is told to; the account is gone, and Spotify is not asked again."""
    await stage.link(ANNA, anna)
    stage.fake.revoke(anna)
    clock.pass_by(hours=2)
    asking = [stage.accounts.token(ANNA) for _ in range(50)]
    kinds = [type(each) for each in await asyncio.gather(*asking, return_exceptions=True)]
    assert sorted(kind.__name__ for kind in kinds) == ["LinkAgain", *["NotConnected"] * 49]
    with pytest.raises(NotConnected) as later:
        await stage.accounts.token(ANNA)
    assert not isinstance(later.value, LinkAgain)
    assert await stage.accounts.account(ANNA) is None
    assert stage.fake.token_requests["refresh_token"] == 1
    assert ANNA.user_id in caplog.text
    await stage.link(ANNA, anna)
    assert await stage.access_works(await stage.accounts.token(ANNA))


async def test_the_call_to_connect_again_is_not_lost_with_who_asked(
    stage: Stage, anna: FakeUser, clock: Clock
) -> None:
    """If nobody waits any more, the next who asks is told."""
    await stage.link(ANNA, anna)
    stage.fake.revoke(anna)
    clock.pass_by(hours=2)
    with stage.fake.held("/api/token") as gate:
        asking = asyncio.create_task(stage.accounts.token(ANNA))
        async with asyncio.timeout(PATIENCE_S):
            await gate.arrived.wait()
        asking.cancel()
        gate.open()
        await stage.accounts.close()
    assert await stage.accounts.account(ANNA) is None
    with pytest.raises(LinkAgain):
        await stage.accounts.token(ANNA)


async def test_a_token_revoked_in_its_hour_is_found_out(stage: Stage, anna: FakeUser) -> None:
    """An access token that Spotify refuses leads to the call to connect again."""
    await stage.link(ANNA, anna)
    token = await stage.accounts.token(ANNA)
    stage.fake.revoke(anna)
    assert not await stage.access_works(token)
    with pytest.raises(LinkAgain):
        await stage.accounts.renew(ANNA, token)


async def test_half_a_year_is_the_end(stage: Stage, anna: FakeUser, clock: Clock) -> None:
    """However often it was renewed; a new connection begins anew."""
    await stage.link(ANNA, anna)
    clock.pass_by(hours=24 * 181)
    assert await stage.access_works(await stage.accounts.token(ANNA))
    clock.pass_by(hours=24)
    with pytest.raises(LinkAgain):
        await stage.accounts.token(ANNA)


async def test_the_end_is_announced_a_week_ahead_and_once(stage: Stage, anna: FakeUser, clock: Clock) -> None:
    """With the days that are left, until the owner is told; a new connection begins anew."""
    await stage.link(ANNA, anna)
    clock.pass_by(hours=24 * (LASTS_DAYS - ENDS_SOON_DAYS))
    assert await stage.accounts.ending() == []
    clock.pass_by(minutes=1)
    assert await stage.accounts.ending() == [(ANNA, ENDS_SOON_DAYS)]
    clock.pass_by(hours=24 * 6)
    assert await stage.accounts.ending() == [(ANNA, 1)]
    await stage.accounts.mark_told(ANNA)
    assert await stage.accounts.ending() == []
    await stage.link(ANNA, anna)
    clock.pass_by(hours=24 * LASTS_DAYS)
    assert await stage.accounts.ending() == [(ANNA, 1)]


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_fault_deletes_nothing(stage: Stage, anna: FakeUser, clock: Clock, status: int) -> None:
    """The old token serves to its end; then it is said that Spotify is away, and afterwards all is well."""
    await stage.link(ANNA, anna)
    old = await stage.accounts.token(ANNA)
    clock.pass_by(minutes=59.5)
    if status == 429:
        stage.fake.limit(3600, "/api/token")
    else:
        stage.fake.fail(status, "/api/token")
    assert await stage.accounts.token(ANNA) == old
    clock.pass_by(minutes=1)
    with pytest.raises((SpotifyAway, SpotifyRests)):
        await stage.accounts.token(ANNA)
    stage.fake.fail(None, "/api/token")
    clock.pass_by(hours=2)
    assert await stage.access_works(await stage.accounts.token(ANNA))


async def test_a_broken_connection_deletes_nothing(stage: Stage, anna: FakeUser, clock: Clock) -> None:
    """What Spotify never got is asked again."""
    await stage.link(ANNA, anna)
    clock.pass_by(hours=2)
    stage.fake.drop("/api/token")
    with pytest.raises(SpotifyAway):
        await stage.accounts.token(ANNA)
    stage.fake.drop("/api/token", on=False)
    assert await stage.access_works(await stage.accounts.token(ANNA))


async def test_silence_deletes_nothing(
    stage: Stage, anna: FakeUser, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who does not answer in time is away, and the account stays."""
    await stage.link(ANNA, anna)
    clock.pass_by(hours=2)
    monkeypatch.setattr("bot.spotify.calls.WITHIN_S", 0.1)
    with stage.fake.held("/api/token"):
        with pytest.raises(SpotifyAway):
            await stage.accounts.token(ANNA)
        assert await stage.accounts.account(ANNA) is not None


async def test_a_renewal_that_had_to_wait_for_its_turn_is_not_given_up_halfway(
    stage: Stage, anna: FakeUser, clock: Clock
) -> None:
    """Spotify takes the old token and gives the new one once: who would not hear of it had to link again."""
    await stage.link(ANNA, anna)
    clock.pass_by(hours=2)
    access = await stage.spotify.app_token()
    with stage.fake.held("/api/token") as token, stage.fake.held("/search") as gate:
        searches = [asyncio.create_task(stage.spotify.search(access, "a")) for _ in range(THREADS)]
        await gate.arrived.wait()
        renewal = asyncio.create_task(stage.accounts.token(ANNA))
        await until(lambda: stage.spotify._calls._waiting > THREADS)  # noqa: SLF001 - nobody else sees who stands in line
        pass_by(0.6 * PATIENCE_S)
        gate.open()
        await asyncio.gather(*searches)
        await token.arrived.wait()
        pass_by(0.6 * PATIENCE_S)
        token.open()
        assert await stage.access_works(await renewal)
    assert stage.fake.token_requests["refresh_token"] == 1


async def test_an_app_that_is_set_up_wrongly_deletes_nothing(
    stage: Stage, anna: FakeUser, clock: Clock
) -> None:
    """A client id that Spotify does not know is the operator's fault, not the member's."""
    await stage.link(ANNA, anna)
    clock.pass_by(hours=2)
    right, stage.fake.world.app.client_id = stage.fake.client_id, "other"
    with pytest.raises(SpotifyRefuses):
        await stage.accounts.token(ANNA)
    stage.fake.world.app.client_id = right
    assert await stage.access_works(await stage.accounts.token(ANNA))


async def test_who_died_while_renewing_holds_nobody_up(
    stage: Stage, store: Store, anna: FakeUser, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process has the turn Spotify is not asked; after half a minute it is."""
    monkeypatch.setattr("bot.spotify.accounts.LOOK_S", 0)
    await stage.link(ANNA, anna)
    clock.pass_by(hours=2)
    now_ms = int(clock() * 1000)
    async with store.writing() as tx:
        kept = await tx.accounts.get(ANNA)
        assert kept is not None
        await tx.accounts.claim(kept, now_ms + 30_000, now_ms)
    with pytest.raises(SpotifyAway):
        await stage.accounts.token(ANNA)
    assert stage.fake.token_requests["refresh_token"] == 0
    clock.pass_by(minutes=0.5)
    assert await stage.access_works(await stage.accounts.token(ANNA))


@pytest.mark.parametrize("forgotten", [True, False])
async def test_a_renewal_brings_back_nothing_that_is_gone(
    stage: Stage, party: PartyService, anna: FakeUser, clock: Clock, forgotten: bool
) -> None:
    """Who disconnects in the middle of it, or has everything deleted, is not connected afterwards."""
    await stage.link(ANNA, anna)
    clock.pass_by(hours=2)
    with stage.fake.held("/api/token") as gate:
        asking = asyncio.create_task(stage.accounts.token(ANNA))
        async with asyncio.timeout(PATIENCE_S):
            await gate.arrived.wait()
        await (party.forget(ANNA) if forgotten else stage.accounts.disconnect(ANNA))
        gate.open()
        with pytest.raises(NotConnected) as gone:
            await asking
    assert not isinstance(gone.value, LinkAgain)
    assert await stage.accounts.account(ANNA) is None


async def test_a_new_connection_outlives_the_renewal_of_the_old_one(
    stage: Stage, fake: FakeSpotify, anna: FakeUser, clock: Clock
) -> None:
    """Whoever waits gets the new account's token, whether the old one was renewed or refused."""
    for refused in (False, True):
        await stage.link(ANNA, anna)
        clock.pass_by(hours=2)
        with fake.held("/api/token") as gate:
            asking = asyncio.create_task(stage.accounts.token(ANNA))
            async with asyncio.timeout(PATIENCE_S):
                await gate.arrived.wait()
            if refused:
                fake.revoke(anna)
            sealed = stage.accounts._seal(await _tokens(stage, anna, clock), "Ben S")  # noqa: SLF001 - Spotify is held
            async with stage.accounts._store.writing() as tx:  # noqa: SLF001 - as above
                await tx.accounts.save(ANNA, "", sealed, int(clock() * 1000))
            gate.open()
            assert await stage.access_works(await asking)
        account = await stage.accounts.account(ANNA)
        assert account is not None
        assert account.name == "Ben S"


async def _tokens(stage: Stage, user: FakeUser, clock: Clock) -> Tokens:
    grant = stage.fake.sign_in(user, pkce=True)
    return Tokens(grant.access_token, grant.refresh_token or "", int(clock() * 1000) + 3_600_000)


async def test_a_new_key_in_the_middle_of_a_renewal_loses_no_token(
    stage: Stage, store: Store, anna: FakeUser, clock: Clock
) -> None:
    """Neither is the new token lost, nor does another process ask as well."""
    await stage.link(ANNA, anna)
    clock.pass_by(hours=2)
    async with (
        process(store, stage.fake, clock, KEY, NEW) as first,
        process(store, stage.fake, clock, NEW, KEY) as second,
    ):
        with stage.fake.held("/api/token") as gate:
            asking = asyncio.create_task(first.accounts.token(ANNA))
            async with asyncio.timeout(PATIENCE_S):
                await gate.arrived.wait()
            assert await second.accounts.reseal() == 1
            async with store.writing() as tx:
                kept = await tx.accounts.get(ANNA)
                assert kept is not None
                assert kept.busy_until_ms > clock() * 1000
            gate.open()
            token = await asking
        assert await stage.access_works(token)
        assert await second.accounts.token(ANNA) == token
    assert stage.fake.token_requests["refresh_token"] == 1


async def test_disconnecting_erases(stage: Stage, store: Store, anna: FakeUser) -> None:
    """Nothing of the account is left, and it is said whether there was one; others stay."""
    await stage.link(ANNA, anna)
    await stage.link(BEN, anna)
    assert await stage.accounts.disconnect(ANNA)
    assert not await stage.accounts.disconnect(ANNA)
    with pytest.raises(NotConnected):
        await stage.accounts.token(ANNA)
    async with store.writing() as tx:
        assert [each.member for each in await tx.accounts.all()] == [BEN]


async def test_deleting_my_data_erases_the_account(stage: Stage, party: PartyService, anna: FakeUser) -> None:
    """Also the link that was asked for and not used."""
    await stage.link(ANNA, anna)
    secret = (await stage.accounts.connect(ANNA, "")).rpartition("/")[2]
    await party.forget(ANNA)
    assert await stage.accounts.account(ANNA) is None
    assert await stage.accounts.begin(secret) is None


@pytest.mark.parametrize(("member", "stays"), [(SLACK, False), (Member("discord", "1", "Anna"), True)])
async def test_a_slack_workspace_takes_its_peoples_accounts_along(
    stage: Stage, party: PartyService, anna: FakeUser, member: Member, stays: bool
) -> None:
    """A Discord account is its owner's in every server."""
    await stage.link(member, anna, "T1")
    await party.leave(member.platform, "T1")
    assert (await stage.accounts.account(member) is not None) is stays


async def test_keys_are_changed_while_connected(
    stage: Stage, store: Store, anna: FakeUser, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """With the new key first everything is sealed again; what no key opens is named and as good as none."""
    await stage.link(ANNA, anna)
    async with store.writing() as tx:
        await tx.accounts.save(BEN, "", Vault([Fernet.generate_key().decode()]).seal("{}"), 0)
    assert await stage.accounts.reseal() == 0
    async with process(store, stage.fake, clock, NEW, KEY) as both:
        assert await both.accounts.reseal() == 1
        assert await both.accounts.account(BEN) is None
        with pytest.raises(NotConnected):
            await both.accounts.token(BEN)
    assert BEN.user_id in caplog.text
    assert "ENCRYPTION_KEYS" in caplog.text
    async with process(store, stage.fake, clock, NEW) as new:
        assert await new.access_works(await new.accounts.token(ANNA))
    assert await stage.accounts.account(ANNA) is None


async def test_no_secret_is_in_the_files_or_in_the_log(
    tmp_path: Path,
    fake: FakeSpotify,
    clock: Clock,
    anna: FakeUser,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither the database, its WAL, a copy of it nor the log of debugging has anything to get in with."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(logging.getLogger("aiohttp.access"), "disabled", True)  # the fake's; we have none
    secrets = {fake.client_secret}
    async with (
        open_store(f"sqlite+aiosqlite:///{tmp_path / 'party.db'}") as store,
        process(store, fake, clock) as stage,
    ):
        link = (await stage.accounts.connect(ANNA, "")).rpartition("/")[2]
        url, browser = await stage.accounts.agree(link)
        answer = await stage.back(url, anna)
        secrets |= {link, browser, answer["state"], answer["code"]}
        await stage.accounts.finish(answer["state"], browser, answer["code"])
        secrets.add(await stage.accounts.token(ANNA))
        clock.pass_by(hours=2)
        secrets.add(await stage.accounts.token(ANNA))
        fake.fail(503, "/api/token")
        clock.pass_by(hours=2)
        with pytest.raises(SpotifyAway):
            await stage.accounts.token(ANNA)
        fake.fail(None, "/api/token")
        with pytest.raises(LoginSpent):
            await stage.accounts.finish(*(await _invented(stage)), "canary-code")
        with (
            closing(sqlite3.connect(tmp_path / "party.db")) as source,
            closing(sqlite3.connect(tmp_path / "backup.db")) as copy,
        ):
            source.backup(copy)
        names = ("party.db", "party.db-wal", "backup.db")
        files = {name: (tmp_path / name).read_bytes() for name in names}
        fake.revoke(anna)
        with pytest.raises(LinkAgain):
            await stage.accounts.token(ANNA)
        shown = f"{stage.accounts!r} {vars(stage.accounts)}"
    files["party.db after"] = (tmp_path / "party.db").read_bytes()
    for request in fake.asked("POST", "/api/token"):
        told = (*request.body.items(), *request.answer.items())
        secrets |= {value for name, value in told if name.endswith(("_token", "_verifier")) or name == "code"}
    assert len(secrets) >= 12
    assert b"spotify_accounts" in files["backup.db"]
    assert ANNA.user_id.encode() in files["party.db-wal"]
    assert "urllib3" in caplog.text
    for name, content in {**files, "log": caplog.text.encode(), "shown": shown.encode()}.items():
        found = [secret for secret in secrets if secret.encode() in content]
        assert not found, name


async def _invented(stage: Stage) -> tuple[str, str]:
    url, browser = await stage.sent(BEN)
    return parse_qs(urlsplit(url).query)["state"][0], browser
