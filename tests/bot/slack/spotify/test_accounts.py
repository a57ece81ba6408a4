"""Accounts in Slack: connected by a link that one person sees, erased with all that goes."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from bot.party import errors
from bot.party.words import Member
from bot.playback.errors import HostLeft, NoHost, NotConnected
from bot.service import PartyService
from bot.slack.blocks import CONNECT, DISCONNECT, OPENED
from tests.bot.slack.spotify.stage import BOTH, Music, done, link_in, member, queue, seen_by_others
from tests.bot.slack.stage import answer, answers, private, read, room, sentence, until
from tests.fakes.slack_server import FakeSlack


@BOTH
async def test_a_link_connects_and_only_the_asker_sees_it(fake: FakeSlack, music: Music) -> None:
    """The link stands behind a button in a private message, and what it connects goes with the workspace."""
    anna = fake.member("Anna")
    message = await answer(await fake.slash(anna, "/spotify", "connect"))
    assert message.private_to is anna
    link = link_in(message)
    assert urlsplit(link).path.startswith("/spotify/connect/")
    assert link not in message.shown + message.text
    assert answers(await fake.press(anna, message, OPENED)) == []  # Slack tells of it, and nothing is due
    await music.open(link, music.fake.user("Anna at Spotify"))
    told = await private(await fake.slash(anna, "/spotify", "status"))
    assert "You're connected as Anna at Spotify." in told
    assert link not in seen_by_others(fake)


@pytest.mark.parametrize(
    "typed", ["/spotify connect", "/party spotify  CONNECT", "/spotify status", "/spotify"]
)
async def test_an_account_needs_no_channel(fake: FakeSlack, music: Music, typed: str) -> None:
    """What concerns the asker alone works in a direct message with the bot too."""
    anna = fake.member("Anna")
    name, _, text = typed.partition(" ")
    told = await private(await fake.slash(anna, name, text, channel=fake.dm(anna)))
    assert told.startswith("Open this link" if "onnect" in typed.lower() else "You haven't connected Spotify")


@pytest.mark.parametrize(
    "typed", ["/play", "/spotify device", "/spotify stop", "/save", "/import x", "/volume 3"]
)
async def test_the_rest_needs_a_channel(fake: FakeSlack, typed: str) -> None:
    """A direct message has no party that could sound."""
    anna = fake.member("Anna")
    name, _, text = typed.partition(" ")
    told = await private(await fake.slash(anna, name, text, channel=fake.dm(anna)))
    assert told == sentence(errors.ServersOnly())


async def test_status_says_where_the_party_sounds(fake: FakeSlack, music: Music) -> None:
    """Everybody may know that, and nobody but the asker is told what account the asker has."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await music.host(anna)
    said = await private(await fake.slash(ben, "/spotify", "status"))
    assert sentence(NotConnected()) in said
    assert sentence(NoHost()) in said
    await done(fake.slash(anna, "/play"))
    assert "🔊 Kitchen, hosted by anna" in await private(await fake.slash(ben, "/spotify", "status"))
    assert "Anna at Spotify" not in await private(await fake.slash(ben, "/party", "spotify status"))


async def test_status_connects_and_disconnects(fake: FakeSlack, music: Music) -> None:
    """Under what is said of an account is the button that is due, which does what the command does."""
    anna = fake.member("Anna")
    status = await answer(await fake.slash(anna, "/spotify"))
    assert [*status.actions] == [CONNECT]
    message = await answer(await fake.press(anna, status, CONNECT))
    assert message.private_to is anna
    await music.open(link_in(message), music.fake.user("Anna at Spotify"))
    status = await answer(await fake.slash(anna, "/spotify"))
    assert [*status.actions] == [DISCONNECT]
    assert "is disconnected" in await private(await fake.press(anna, status, DISCONNECT))
    assert await music.stage.accounts.account(member(anna)) is None


async def test_disconnecting_erases_and_lets_the_clock_go_on(
    fake: FakeSlack, music: Music, party: PartyService
) -> None:
    """With the account goes what played on it; a second time there is nothing to erase."""
    anna = fake.member("Anna")
    await music.song("mr brightside")
    await music.host(anna)
    await queue(fake, anna, "mr brightside")
    await done(fake.slash(anna, "/play"))
    assert (await party.insight.now(room(fake))).playback is not None
    reply = await fake.slash(anna, "/spotify", "disconnect")
    await until(lambda: any(each.ephemeral and "erased" in read(each) for each in answers(reply)))
    await until(lambda: sentence(HostLeft("anna")) in seen_by_others(fake))
    assert await music.stage.accounts.account(member(anna)) is None
    assert (await party.insight.now(room(fake))).playback is None
    assert "nothing to erase" in await private(await fake.slash(anna, "/spotify", "disconnect"))


async def test_the_home_connects_and_disconnects(fake: FakeSlack, music: Music) -> None:
    """The home shows the account and has the button that is due; the link comes as a direct message."""
    anna = fake.member("Anna")
    home = (await fake.open_home(anna)).view
    assert "You haven't connected Spotify yet" in home.shown
    await fake.press(anna, home, CONNECT)
    await until(lambda: any(it.channel is fake.dm(anna) for it in fake.messages))
    (message,) = [it for it in fake.messages if it.channel is fake.dm(anna)]
    assert answers(await fake.press(anna, message, OPENED)) == []
    await music.open(link_in(message), music.fake.user("*Anna*"))
    home = (await fake.open_home(anna)).view
    assert "You're connected as *Anna*." in home.shown.replace("\u200b", "")
    assert "*Anna*" not in home.shown
    await fake.press(anna, home, DISCONNECT)
    await until(lambda: CONNECT in getattr(fake.home(anna), "actions", ()))
    assert await music.stage.accounts.account(member(anna)) is None


async def test_who_is_erased_has_no_account(fake: FakeSlack, music: Music) -> None:
    """Who has all data deleted is told that the account goes too, and it does."""
    anna = fake.member("Anna")
    await music.host(anna)
    message = await answer(await fake.slash(anna, "/party", "delete-my-data"))
    assert "Spotify connection" in read(message)
    await fake.press(anna, message, f"encore:forget:{anna.id}")
    await until(lambda: not message.actions)
    assert await music.stage.accounts.account(member(anna)) is None


async def test_an_uninstall_erases_the_workspaces_accounts(
    fake: FakeSlack, music: Music, party: PartyService
) -> None:
    """With a workspace go the accounts that were connected in it, and no others."""
    anna = fake.member("Anna")
    await music.host(anna)
    other = Member("slack", "UELSE", "Else")
    await music.stage.link(other, music.fake.user("Else"), "TELSE")
    await fake.uninstall(fake.team)
    await until(lambda: not fake.world.open_acts)
    assert await music.stage.accounts.account(member(anna)) is None
    assert await music.stage.accounts.account(other) is not None
