"""How a party in Slack sounds, over sockets on both sides: what is typed and pressed, and what cannot be."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from bot.doors.presses import PAUSE, PLAY
from bot.party import errors
from bot.party.errors import PartyError
from bot.playback.errors import (
    HostedAlready,
    HostsOnly,
    LinkAgain,
    NoDevice,
    NoHost,
    NoPlaylistLink,
    NotConnected,
    NothingBehindLink,
    NotOnTheList,
    NotPremium,
    SpotifyAway,
    SpotifyRests,
)
from bot.playback.watcher import DeviceWatcher
from bot.service import PartyService
from bot.slack import asked
from tests.bot.slack.spotify.stage import BOTH, SONGS, Music, done, queue, seen_by_others
from tests.bot.slack.stage import answer, answers, card, private, public, read, room, sentence, titles, until
from tests.fakes.slack_model import FakeMessage
from tests.fakes.slack_server import FakeSlack


@BOTH
async def test_a_party_plays_on_a_device_and_stands_still(
    fake: FakeSlack, music: Music, party: PartyService
) -> None:
    """`/play` makes the asker the host, `/pause` and `/play` hold the device, `/spotify stop` ends it."""
    anna = fake.member("Anna")
    await music.song("mr brightside")
    user, _ = await music.host(anna)
    await queue(fake, anna, "mr brightside")
    said = read(await public(await fake.slash(anna, "/play")))
    assert said == "▶ Playing Mr. Brightside – The Killers on Kitchen."
    assert music.plays(user) == "Mr. Brightside"
    assert "Paused: " in read(await public(await fake.slash(anna, "/pause")))
    assert music.plays(user) == "⏸ Mr. Brightside"
    assert "on Kitchen." in read(await public(await fake.slash(anna, "/party", "play")))
    assert music.plays(user) == "Mr. Brightside"
    assert "no longer playing on anna's" in read(await public(await fake.slash(anna, "/spotify", "stop")))
    assert music.plays(user) == "⏸ Mr. Brightside"
    assert (await party.insight.now(room(fake))).playback is None


@BOTH
async def test_the_card_says_where_it_sounds_and_holds_it(fake: FakeSlack, music: Music) -> None:
    """The card names the device and the host; its button holds and goes on, and nobody is answered."""
    anna = fake.member("Anna")
    await music.song("mr brightside")
    user, _ = await music.host(anna, "<!channel> *den*")
    await queue(fake, anna, "mr brightside")
    await done(fake.slash(anna, "/play"))
    shown = await card(fake, lambda it: "🔊" in it.shown)
    assert "🔊 &lt;!channel&gt; *den*, hosted by anna" in read(shown)
    assert "<!channel>" not in shown.shown
    assert "ends" in read(shown)
    assert answers(await fake.press(anna, shown, PAUSE)) == []
    await card(fake, lambda it: "⏸ *Now playing:*" in read(it) and "ends" not in read(it))
    await until(lambda: music.plays(user) == "⏸ Mr. Brightside")
    assert answers(await fake.press(anna, shown, PLAY)) == []
    await card(fake, lambda it: "▶ *Now playing:*" in read(it))
    await until(lambda: music.plays(user) == "Mr. Brightside")


async def test_a_double_click_on_play_says_nothing(fake: FakeSlack, party: PartyService) -> None:
    """The second half of a double click finds a party that goes on, and asks nobody for an account."""
    anna = fake.member("Anna")
    await queue(fake, anna, "mr brightside")
    shown = await card(fake)
    await fake.press(anna, shown, PAUSE)
    shown = await card(fake, lambda it: PLAY in it.actions)
    old = FakeMessage(shown.ts, shown.channel, shown.text, list(shown.blocks))
    for _ in range(2):
        assert answers(await fake.press(anna, old, PLAY)) == []
    assert not (await party.insight.now(room(fake))).paused


async def test_a_device_is_chosen_in_private(fake: FakeSlack, music: Music, party: PartyService) -> None:
    """The asker alone sees the devices; the one that is pressed plays, and the buttons are gone."""
    anna = fake.member("Anna")
    await music.song("mr brightside")
    user = await music.link(anna)
    for name in ("Bedroom <secret>", "Bath"):
        music.fake.device(user, name)
    await queue(fake, anna, "mr brightside")
    message = await answer(await fake.slash(anna, "/play"))  # which of the two nobody can know
    assert message.private_to is anna
    assert [it["text"]["text"] for it in message.actions.values()] == ["Bedroom <secret>", "Bath"]
    await fake.press(anna, message, "encore:device:1")
    await until(lambda: not message.actions)
    assert "on Bath." in read(message)
    assert music.plays(user) == "Mr. Brightside"
    assert "Bedroom" not in seen_by_others(fake)
    chosen = await answer(await fake.slash(anna, "/spotify", "device"))
    assert (chosen.private_to, [*chosen.actions]) == (anna, ["encore:device:0", "encore:device:1"])
    assert chosen.actions["encore:device:1"]["text"]["text"] == "🔊 Bath"


@pytest.mark.parametrize(("typed", "found"), [("BED", "Bedroom"), ("bath", "Bath"), ("b", ""), ("attic", "")])
async def test_a_device_is_named(
    fake: FakeSlack, music: Music, party: PartyService, typed: str, found: str
) -> None:
    """A name or a part of one that fits one device plays there; else all are offered, to the asker alone."""
    anna = fake.member("Anna")
    await music.song("mr brightside")
    user = await music.link(anna)
    for name in ("Bedroom", "Bath", "Bathhouse"):
        music.fake.device(user, name)
    await queue(fake, anna, "mr brightside")
    message = await answer(await fake.slash(anna, "/spotify", f"device {typed}"))
    assert message.private_to is anna
    assert bool(message.actions) is not bool(found)
    playback = (await party.insight.now(room(fake))).playback
    assert (playback.device_name if playback else "") == found


async def test_a_forged_device_is_refused(fake: FakeSlack, music: Music, party: PartyService) -> None:
    """A press with the id of another account's device is refused in private, and nothing sounds."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    _, theirs = await music.host(ben, "Ben's")
    await music.host(anna)
    message = await answer(await fake.slash(anna, "/spotify", "device"))
    reply = await fake.press(anna, message, "encore:device:0", value=theirs.id)
    assert await private(reply) == sentence(NoDevice())
    assert (await party.insight.now(room(fake))).playback is None


async def test_the_volume_is_the_devices(fake: FakeSlack, music: Music) -> None:
    """What is typed is set, more than all is refused, and what is no number says how it is done."""
    anna = fake.member("Anna")
    _, device = await music.host(anna)
    await done(fake.slash(anna, "/play"))
    for typed, percent in {"30": 30, "45%": 45, "0": 0, "100": 100}.items():
        assert f"{percent}%" in read(await public(await fake.slash(anna, "/volume", typed)))
        assert device.volume == percent
    for typed in ("", "loud", "-1", "٣"):
        said = await private(await fake.slash(anna, "/volume", typed))
        assert said == sentence(errors.WrongUsage("/volume 0–100"))
    for typed in ("101", "9" * 30):
        assert await private(await fake.slash(anna, "/volume", typed)) == sentence(errors.OutOfRange(0, 100))
    assert device.volume == 100


async def test_a_vote_skips_on_the_device(fake: FakeSlack, music: Music, party: PartyService) -> None:
    """Once enough want to skip, the host's device plays the next song."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    for text in SONGS[:2]:
        await music.song(text)
    user, _ = await music.host(anna)
    await queue(fake, anna, "mr brightside")
    await queue(fake, ben, "take on me")
    await done(fake.slash(anna, "/play"))
    following = asyncio.create_task(DeviceWatcher(party.devices, party.accounts).run())
    try:
        await music.fake.until_asked("GET", "/me/player")
        for wants in (ben, anna):
            await done(fake.slash(wants, "/skip"))
        await until(lambda: music.plays(user) == "Take on Me")
        await card(fake, lambda it: "*Now playing:* Take on Me" in read(it))
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


async def test_what_takes_long_says_that_it_goes_on(
    fake: FakeSlack, music: Music, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While Spotify does not answer the asker is told so in private; the answer comes all the same."""
    monkeypatch.setattr(asked, "SOON_S", 0.01)
    anna = fake.member("Anna")
    await music.host(anna)
    with music.fake.held("/me/player"):
        reply = await fake.slash(anna, "/play", wait=False)
        await until(lambda: any("One moment" in read(it) for it in reply.messages))
    await until(lambda: len(reply.messages) == 2)
    waiting, done = reply.messages
    assert (waiting.private_to, done.private_to) == (anna, None)
    assert "I'll play on Kitchen" in read(done)


# What cannot be

REFUSED: dict[str, PartyError] = {
    "/pause": errors.NothingPlaying(),
    "/volume 10": NoHost(),
    "/spotify stop": NoHost(),
    "/spotify device": NotConnected(),
    "/play": NotConnected(),
    "/save": errors.NothingToShow(),
    "/import wonderwall": NoPlaylistLink(),
    "/import https://spotify.link/abc": errors.ShortLink(),
    "/import https://open.spotify.com/track/003vvx7Niy0yvhvHt4a68B": NoPlaylistLink(),
    "/import https://open.spotify.com/album/0000000000000000000000": NothingBehindLink(),
    "/import https://open.spotify.com/playlist/0000000000000000000000": NotConnected(),
    "/add https://open.spotify.com/playlist/0000000000000000000000": NotConnected(),
}


@BOTH
@pytest.mark.parametrize("typed", REFUSED)
async def test_what_cannot_be_is_one_private_sentence(fake: FakeSlack, typed: str) -> None:
    """With no song and no account each command says in private what is missing."""
    name, _, text = typed.partition(" ")
    assert await private(await fake.slash(fake.member("Anna"), name, text)) == sentence(REFUSED[typed])


HOSTED: dict[str, PartyError] = {
    "/play": HostedAlready("anna"),
    "/pause": HostsOnly(),
    "/volume 10": HostsOnly(),
    "/spotify stop": HostsOnly(),
    "/spotify device": NotConnected(),
    "/save": NotConnected(),
}


@pytest.mark.parametrize("typed", HOSTED)
async def test_the_hosts_device_is_the_hosts(
    fake: FakeSlack, music: Music, party: PartyService, typed: str
) -> None:
    """Where somebody plays the party others may not steer it; who moderates may hold and stop it."""
    anna, ben, boss = fake.member("Anna"), fake.member("Ben"), fake.member("Boss", admin=True)
    await music.song("mr brightside")
    user, _ = await music.host(anna)
    await queue(fake, anna, "mr brightside")
    await done(fake.slash(anna, "/play"))
    name, _, text = typed.partition(" ")
    assert await private(await fake.slash(ben, name, text)) == sentence(HOSTED[typed])
    assert music.plays(user) == "Mr. Brightside"
    if isinstance(HOSTED[typed], HostsOnly):
        await public(await fake.slash(boss, name, text))


async def test_a_press_of_who_may_not_is_told_in_private(fake: FakeSlack, music: Music) -> None:
    """The card's button asks for the same rights as the command."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await music.song("mr brightside")
    user, _ = await music.host(anna)
    await queue(fake, anna, "mr brightside")
    await done(fake.slash(anna, "/play"))
    shown = await card(fake, lambda it: "🔊" in it.shown)
    assert await private(await fake.press(ben, shown, PAUSE)) == sentence(HostsOnly())
    assert music.plays(user) == "Mr. Brightside"


WORKS = {("/spotify device", "free"), ("/save", "free"), ("/save", "none")}
"""What needs no Premium and no device."""


@pytest.mark.parametrize("typed", ["/play", "/spotify device", "/save"])
@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        ("none", NoDevice()),
        ("free", NotPremium()),
        ("unlisted", NotOnTheList()),
        ("ended", LinkAgain()),
        ("down", SpotifyAway()),
        ("busy", SpotifyRests(360)),
    ],
)
async def test_what_spotify_refuses_is_told_in_private(
    fake: FakeSlack, music: Music, party: PartyService, typed: str, trouble: str, error: PartyError
) -> None:
    """Whatever is wrong with an account or at Spotify, the asker reads one sentence and the party goes on."""
    anna = fake.member("Anna")
    await music.song("mr brightside")
    await queue(fake, anna, "mr brightside")
    user = await music.link(anna, "free" if trouble == "free" else "premium")
    if trouble != "none":
        music.fake.device(user, active=True)
    if trouble == "unlisted":
        music.fake.world.app.users.remove(user)
    elif trouble == "ended":
        music.fake.revoke(user)
    elif trouble == "down":
        music.fake.fail(503)
    elif trouble == "busy":
        music.fake.limit(21_600)
    name, _, text = typed.partition(" ")
    message = await answer(await fake.slash(anna, name, text))
    assert message.private_to is anna
    if (typed, trouble) in WORKS:
        assert message.actions or "Saved this party" in read(message)
    else:
        assert read(message) == sentence(error)
    assert await titles(fake, party) == ["Mr. Brightside"]
    assert (await party.insight.now(room(fake))).playback is None


@pytest.mark.parametrize("typed", ["/play", "/pause", "/volume 20", "/spotify device kit"])
async def test_what_comes_twice_has_one_effect(
    fake: FakeSlack, music: Music, party: PartyService, typed: str
) -> None:
    """A command that Slack delivers twice is done once, and answered alike."""
    anna = fake.member("Anna")
    await music.song("mr brightside")
    user, _ = await music.host(anna)
    await queue(fake, anna, "mr brightside")
    if typed != "/play":
        await done(fake.slash(anna, "/play"))
    name, _, text = typed.partition(" ")
    first = await fake.slash(anna, name, text)
    await answer(first)
    once, plays = await party.insight.now(room(fake)), music.plays(user)
    await fake.redeliver(first)
    await until(lambda: len(answers(first)) == 2)
    twice = await party.insight.now(room(fake))
    assert (twice.paused, twice.playback, music.plays(user)) == (once.paused, once.playback, plays)
    assert len({read(each) for each in answers(first)}) == 1
