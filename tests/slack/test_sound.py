"""Spotify in Slack, over sockets on both sides: what can be typed and pressed, and what is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from bot import errors
from bot.catalog import Catalogue
from bot.domain import Member
from bot.errors import PartyError
from bot.follower import Follower
from bot.party import PartyService
from bot.recommender import Recommender
from bot.slack import live, sound
from bot.slack.words import words
from bot.slack_app import SHORTCUT
from db.store import Store
from tests.conftest import Clock
from tests.fakes.slack_model import FakeMember, FakeMessage
from tests.fakes.slack_server import FakeSlack
from tests.fakes.spotify_model import FakePlaylist, FakeSong
from tests.slack.conftest import log_in, open_server
from tests.slack.music import Music, open_music
from tests.slack.stage import answer, answers, card, fill, private, public, read, room, titles, until
from tests.slack.test_commands import choose, sentence
from tests.slack.test_delivery import served

BOTH = pytest.mark.parametrize("fake", ["socket", "http"], indirect=True)
"""Over Socket Mode and over signed requests; the others run over Socket Mode."""
SONGS = ("mr brightside", "take on me", "wonderwall", "hey jude")


@pytest.fixture
async def music(
    store: Store, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> AsyncIterator[Music]:
    """Spotify, with no account connected."""
    async with open_music(store, catalogue, recommender, clock) as music:
        yield music


@pytest.fixture
def party(music: Music) -> PartyService:
    """A party that can sound on Spotify."""
    return music.party


@pytest.fixture
async def fake(request: pytest.FixtureRequest, party: PartyService) -> AsyncIterator[FakeSlack]:
    """A workspace with the real bot in it."""
    opened = served if getattr(request, "param", "socket") == "http" else log_in
    async with open_server() as fake, opened(fake, party):
        yield fake


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, nothing counts as taking long unless a test says so."""
    monkeypatch.setattr(sound, "SOON_S", 60.0)


def member(who: FakeMember) -> Member:
    """A person as the party knows them."""
    return Member("slack", who.id, who.name)


def seen_by_others(fake: FakeSlack) -> str:
    """All that more than one person can read."""
    return "\n".join(read(it) for it in fake.messages if not it.ephemeral and not it.channel.im)


def link_in(message: FakeMessage) -> str:
    """The address behind the button that connects."""
    return str(message.actions[sound.OPENED]["url"])


def playlist(music: Music, owner: FakeMember | None = None, songs: tuple[FakeSong, ...] = ()) -> FakePlaylist:
    """A playlist of somebody who is nobody here."""
    return music.fake.playlist(music.fake.user("Zoe"), "Zoe's <night>", songs)


def url_of(made: FakePlaylist) -> str:
    """The address that people copy."""
    return f"https://open.spotify.com/playlist/{made.id}?si=x"


# Accounts


@BOTH
async def test_a_link_connects_and_only_the_asker_sees_it(fake: FakeSlack, music: Music) -> None:
    """The link stands behind a button in a private message, and what it connects goes with the workspace."""
    anna = fake.member("Anna")
    message = await answer(await fake.slash(anna, "/spotify", "connect"))
    assert message.private_to is anna
    link = link_in(message)
    assert urlsplit(link).scheme == "https"
    assert link not in message.shown + message.text
    assert music.accounts.links[link] == (member(anna), fake.team.id)
    assert (
        answers(await fake.press(anna, message, sound.OPENED)) == []
    )  # Slack tells of it, and nothing is due
    await music.accounts.open(link, music.fake.user("Anna at Spotify"))
    told = await private(await fake.slash(anna, "/spotify", "status"))
    assert "You are connected as Anna at Spotify." in told
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
    assert sentence(errors.NotConnected()) in said
    assert sentence(errors.NoHost()) in said
    await fake.slash(anna, "/play")
    assert "🔊 Kitchen, by anna" in await private(await fake.slash(ben, "/spotify", "status"))
    assert "Anna at Spotify" not in await private(await fake.slash(ben, "/spotify", "what is this"))


async def test_disconnecting_erases_and_lets_the_clock_go_on(
    fake: FakeSlack, music: Music, party: PartyService
) -> None:
    """With the account goes what played on it; a second time there is nothing to erase."""
    anna = fake.member("Anna")
    await music.song("mr brightside")
    await music.host(anna)
    await fill(fake, anna, "mr brightside")
    await fake.slash(anna, "/play")
    assert (await party.party(room(fake))).playback is not None
    assert "erased" in await private(await fake.slash(anna, "/spotify", "disconnect"))
    assert await music.accounts.account(member(anna)) is None
    assert (await party.party(room(fake))).playback is None
    assert "nothing to erase" in await private(await fake.slash(anna, "/spotify", "disconnect"))


async def test_the_home_connects_and_disconnects(fake: FakeSlack, music: Music) -> None:
    """The home shows the account and has the button that is due; the link comes as a direct message."""
    anna = fake.member("Anna")
    home = (await fake.open_home(anna)).view
    assert "You haven't connected Spotify yet" in home.shown
    await fake.press(anna, home, sound.CONNECT)
    await until(lambda: any(it.channel is fake.dm(anna) for it in fake.messages))
    (message,) = [it for it in fake.messages if it.channel is fake.dm(anna)]
    await music.accounts.open(link_in(message), music.fake.user("*Anna*"))
    home = (await fake.open_home(anna)).view
    assert "You are connected as *Anna*." in home.shown.replace("\u200b", "")
    assert "*Anna*" not in home.shown
    await fake.press(anna, home, sound.DISCONNECT)
    await until(lambda: sound.CONNECT in getattr(fake.home(anna), "actions", ()))
    assert await music.accounts.account(member(anna)) is None


async def test_who_is_erased_has_no_account(fake: FakeSlack, music: Music) -> None:
    """Who has all data deleted is told that the account goes too, and it does."""
    anna = fake.member("Anna")
    await music.host(anna)
    told = await private(await fake.slash(anna, "/party", "delete-my-data"))
    assert "Spotify connection" in told
    await fake.slash(anna, "/party", "delete-my-data yes")
    assert await music.accounts.account(member(anna)) is None


async def test_an_uninstall_erases_the_workspaces_accounts(
    fake: FakeSlack, music: Music, party: PartyService
) -> None:
    """With a workspace go the accounts that were connected in it, and no others."""
    anna = fake.member("Anna")
    await music.host(anna)
    other = Member("slack", "UELSE", "Else")
    link = await music.accounts.connect(other, "TELSE")
    await music.accounts.open(link, music.fake.user("Else"))
    await fake.uninstall(fake.team)
    await until(lambda: not fake.world.open_acts)
    assert await music.accounts.account(member(anna)) is None
    assert await music.accounts.account(other) is not None


# Playing


@BOTH
async def test_a_party_plays_on_a_device_and_stands_still(
    fake: FakeSlack, music: Music, party: PartyService
) -> None:
    """`/play` makes the asker the host, `/pause` and `/play` hold the device, `/spotify stop` ends it."""
    anna = fake.member("Anna")
    await music.song("mr brightside")
    user, _ = await music.host(anna)
    await fill(fake, anna, "mr brightside")
    said = read(await public(await fake.slash(anna, "/play")))
    assert said == "▶ Mr. Brightside – The Killers plays on Kitchen."
    assert music.plays(user) == "Mr. Brightside"
    assert "stands still" in read(await public(await fake.slash(anna, "/pause")))
    assert music.plays(user) == "⏸ Mr. Brightside"
    assert "plays on Kitchen" in read(await public(await fake.slash(anna, "/party", "play")))
    assert music.plays(user) == "Mr. Brightside"
    assert "no longer plays on anna's" in read(await public(await fake.slash(anna, "/spotify", "stop")))
    assert music.plays(user) == "⏸ Mr. Brightside"
    assert (await party.party(room(fake))).playback is None


@BOTH
async def test_the_card_says_where_it_sounds_and_holds_it(fake: FakeSlack, music: Music) -> None:
    """The card names the device and the host; its button holds and goes on, and nobody is answered."""
    anna = fake.member("Anna")
    await music.song("mr brightside")
    user, _ = await music.host(anna, "<!channel> *den*")
    await fill(fake, anna, "mr brightside")
    await fake.slash(anna, "/play")
    shown = await card(fake, lambda it: "🔊" in it.shown)
    assert "🔊 &lt;!channel&gt; *den*, by anna" in read(shown)
    assert "<!channel>" not in shown.shown
    assert "ends" in read(shown)
    assert answers(await fake.press(anna, shown, sound.PAUSE)) == []
    await card(fake, lambda it: "⏸ *Now playing:*" in read(it) and "ends" not in read(it))
    assert music.plays(user) == "⏸ Mr. Brightside"
    assert answers(await fake.press(anna, shown, sound.PLAY)) == []
    await card(fake, lambda it: "▶ *Now playing:*" in read(it))
    assert music.plays(user) == "Mr. Brightside"


async def test_a_double_click_on_play_says_nothing(fake: FakeSlack, party: PartyService) -> None:
    """The second half of a double click finds a party that goes on, and asks nobody for an account."""
    anna = fake.member("Anna")
    await fill(fake, anna, "mr brightside")
    shown = await card(fake)
    await fake.press(anna, shown, sound.PAUSE)
    shown = await card(fake, lambda it: sound.PLAY in it.actions)
    old = FakeMessage(shown.ts, shown.channel, shown.text, list(shown.blocks))
    for _ in range(2):
        assert answers(await fake.press(anna, old, sound.PLAY)) == []
    assert not (await party.party(room(fake))).paused


async def test_a_device_is_chosen_in_private(fake: FakeSlack, music: Music, party: PartyService) -> None:
    """The asker alone sees the devices; the one that is pressed plays, and the buttons are gone."""
    anna = fake.member("Anna")
    await music.song("mr brightside")
    user = await music.link(anna)
    for name in ("Bedroom <secret>", "Bath"):
        music.fake.device(user, name)
    await fill(fake, anna, "mr brightside")
    message = await answer(await fake.slash(anna, "/play"))  # which of the two nobody can know
    assert message.private_to is anna
    assert [it["text"]["text"] for it in message.actions.values()] == ["Bedroom <secret>", "Bath"]
    await fake.press(anna, message, "encore:device:1")
    await until(lambda: not message.actions)
    assert "plays on Bath" in read(message)
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
    await fill(fake, anna, "mr brightside")
    message = await answer(await fake.slash(anna, "/spotify", f"device {typed}"))
    assert message.private_to is anna
    assert bool(message.actions) is not bool(found)
    playback = (await party.party(room(fake))).playback
    assert (playback.device_name if playback else "") == found


async def test_a_forged_device_is_refused(fake: FakeSlack, music: Music, party: PartyService) -> None:
    """A press with the id of another account's device is refused in private, and nothing sounds."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    _, theirs = await music.host(ben, "Ben's")
    await music.host(anna)
    message = await answer(await fake.slash(anna, "/spotify", "device"))
    reply = await fake.press(anna, message, "encore:device:0", value=theirs.id)
    assert await private(reply) == sentence(errors.NoDevice())
    assert (await party.party(room(fake))).playback is None


async def test_the_volume_is_the_devices(fake: FakeSlack, music: Music) -> None:
    """What is typed is set, more than all is all, and what is no number says how it is done."""
    anna = fake.member("Anna")
    _, device = await music.host(anna)
    await fake.slash(anna, "/play")
    for typed, percent in {"30": 30, "45%": 45, "0": 0, "900": 100}.items():
        assert f"{percent} %" in read(await public(await fake.slash(anna, "/volume", typed)))
        assert device.volume == percent
    for typed in ("", "loud", "-1", "1000", "٣"):
        assert "/volume 40" in await private(await fake.slash(anna, "/volume", typed))
    assert device.volume == 100


async def test_a_vote_skips_on_the_device(fake: FakeSlack, music: Music, party: PartyService) -> None:
    """Once enough want to skip, the host's device plays the next song."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    for text in SONGS[:2]:
        await music.song(text)
    user, _ = await music.host(anna)
    await fill(fake, anna, "mr brightside")
    await fill(fake, ben, "take on me")
    await fake.slash(anna, "/play")
    following = asyncio.create_task(Follower(party).run())
    try:
        await music.fake.until_asked("GET", "/me/player")
        for wants in (ben, anna):
            await fake.slash(wants, "/skip")
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
    monkeypatch.setattr(sound, "SOON_S", 0.01)
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
    "/volume 10": errors.NoHost(),
    "/spotify stop": errors.NoHost(),
    "/spotify device": errors.NotConnected(),
    "/play": errors.NotConnected(),
    "/save": errors.NothingToShow(),
    "/import": errors.NoPlaylistLink(),
    "/import wonderwall": errors.NoPlaylistLink(),
    "/import https://spotify.link/abc": errors.ShortLink(),
    "/import https://open.spotify.com/track/003vvx7Niy0yvhvHt4a68B": errors.NoPlaylistLink(),
    "/import https://open.spotify.com/album/0000000000000000000000": errors.NothingBehindLink(),
    "/import https://open.spotify.com/playlist/0000000000000000000000": errors.NotConnected(),
    "/add https://open.spotify.com/playlist/0000000000000000000000": errors.NotConnected(),
}


@BOTH
@pytest.mark.parametrize("typed", REFUSED)
async def test_what_cannot_be_is_one_private_sentence(fake: FakeSlack, typed: str) -> None:
    """With no song and no account each command says in private what is missing."""
    name, _, text = typed.partition(" ")
    assert await private(await fake.slash(fake.member("Anna"), name, text)) == sentence(REFUSED[typed])


HOSTED: dict[str, PartyError] = {
    "/play": errors.HostedAlready("anna"),
    "/pause": errors.HostsOnly(),
    "/volume 10": errors.HostsOnly(),
    "/spotify stop": errors.HostsOnly(),
    "/spotify device": errors.NotConnected(),
    "/save": errors.NotConnected(),
}


@pytest.mark.parametrize("typed", HOSTED)
async def test_the_hosts_device_is_the_hosts(
    fake: FakeSlack, music: Music, party: PartyService, typed: str
) -> None:
    """Where somebody plays the party others may not steer it; who moderates may hold and stop it."""
    anna, ben, boss = fake.member("Anna"), fake.member("Ben"), fake.member("Boss", admin=True)
    await music.song("mr brightside")
    user, _ = await music.host(anna)
    await fill(fake, anna, "mr brightside")
    await fake.slash(anna, "/play")
    name, _, text = typed.partition(" ")
    assert await private(await fake.slash(ben, name, text)) == sentence(HOSTED[typed])
    assert music.plays(user) == "Mr. Brightside"
    if isinstance(HOSTED[typed], errors.HostsOnly):
        await public(await fake.slash(boss, name, text))


async def test_a_press_of_who_may_not_is_told_in_private(fake: FakeSlack, music: Music) -> None:
    """The card's button asks for the same rights as the command."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await music.song("mr brightside")
    user, _ = await music.host(anna)
    await fill(fake, anna, "mr brightside")
    await fake.slash(anna, "/play")
    shown = await card(fake, lambda it: "🔊" in it.shown)
    assert await private(await fake.press(ben, shown, sound.PAUSE)) == sentence(errors.HostsOnly())
    assert music.plays(user) == "Mr. Brightside"


WORKS = {("/spotify device", "free"), ("/save", "free"), ("/save", "none")}
"""What needs no Premium and no device."""


@pytest.mark.parametrize("typed", ["/play", "/spotify device", "/save"])
@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        ("none", errors.NoDevice()),
        ("free", errors.NotPremium()),
        ("unlisted", errors.NotOnTheList()),
        ("ended", errors.LinkAgain()),
        ("down", errors.SpotifyAway()),
        ("busy", errors.SpotifyRests(360)),
    ],
)
async def test_what_spotify_refuses_is_told_in_private(
    fake: FakeSlack, music: Music, party: PartyService, typed: str, trouble: str, error: PartyError
) -> None:
    """Whatever is wrong with an account or at Spotify, the asker reads one sentence and the party goes on."""
    anna = fake.member("Anna")
    await music.song("mr brightside")
    await fill(fake, anna, "mr brightside")
    user = await music.link(anna, "free" if trouble == "free" else "premium")
    if trouble != "none":
        music.fake.device(user, active=True)
    if trouble == "unlisted":
        music.fake.world.app.users.remove(user)
    elif trouble == "ended":
        music.accounts.gone.add(user.id)
    elif trouble == "down":
        music.fake.fail(503)
    elif trouble == "busy":
        music.fake.limit(21_600)
    name, _, text = typed.partition(" ")
    message = await answer(await fake.slash(anna, name, text))
    assert message.private_to is anna
    if (typed, trouble) in WORKS:
        assert message.actions or "Saved the party" in read(message)
    else:
        assert read(message) == sentence(error)
    assert await titles(fake, party) == ["Mr. Brightside"]
    assert (await party.party(room(fake))).playback is None


# Saving and bringing in


async def test_saving_twice_is_one_playlist(fake: FakeSlack, music: Music) -> None:
    """The first time makes it, the second brings it up to date, and the asker alone has the link."""
    anna = fake.member("Anna")
    for text in SONGS[:2]:
        await music.song(text)
    user = await music.link(anna)
    await fill(fake, anna, "mr brightside", "Never Heard Of - Us")
    first = await private(await fake.slash(anna, "/save", "Our  night &amp; day"))
    (made,) = music.fake.world.playlists.values()
    assert (made.name, made.owner, made.public) == ("Our night & day", user, False)
    assert "Saved the party as a playlist of yours: 1 song." in first
    assert f"<https://open.spotify.com/playlist/{made.id}>" in first
    assert "• Never Heard Of – Us" in first
    await fill(fake, anna, "take on me")
    again = await private(await fake.slash(anna, "/party", "save another name"))
    assert "Brought your playlist up to date: 2 songs." in again
    assert [*music.fake.world.playlists.values()] == [made]
    assert [it.song.title for it in made.entries if isinstance(it.song, FakeSong)] == [
        "Mr. Brightside",
        "Take on Me",
    ]
    assert made.id not in seen_by_others(fake)


async def test_a_save_that_is_delivered_twice_is_one_playlist(fake: FakeSlack, music: Music) -> None:
    """Slack may deliver a command again: there is one playlist all the same."""
    anna = fake.member("Anna")
    await music.song("mr brightside")
    await music.link(anna)
    await fill(fake, anna, "mr brightside")
    await fake.redeliver(await fake.slash(anna, "/save"))
    (made,) = music.fake.world.playlists.values()
    assert made.name == "Party of 2027-01-15"


@BOTH
@pytest.mark.parametrize("how", ["/import {}", "/add {}", "/party import <{}>", "form", "shortcut"])
async def test_a_playlist_is_brought_in(fake: FakeSlack, music: Music, party: PartyService, how: str) -> None:
    """Each way in takes a playlist that the asker may read, and everybody reads how many songs came."""
    anna = fake.member("Anna")
    user = await music.link(anna)
    songs = [await music.song(text) for text in SONGS]
    link = url_of(music.fake.playlist(user, "My <!here> list", songs, public=False))
    await fill(fake, anna, "wonderwall")
    before = {it.ts for it in fake.messages}
    if how == "form":
        view = (await fake.slash(anna, "/add")).view
        await fake.submit(anna, view, {"encore:songs": {"encore:songs": f" {link}\n"}})
    elif how == "shortcut":
        said = fake.say(anna, fake.general, f"all of <{link}|this>, please")
        before.add(said.ts)
        await fake.shortcut(anna, SHORTCUT, message=said)
    else:
        name, _, text = how.format(link).partition(" ")
        await fake.slash(anna, name, text)
    await until(lambda: any("Added 3 songs" in it.shown for it in fake.messages))
    told = next(it for it in fake.messages if it.ts not in before and "Added 3" in it.shown)
    assert not told.ephemeral
    assert "<!here>" not in told.shown
    assert read(told) == (
        "Added 3 songs from My &lt;!here&gt; list. 1 was there already or may not be queued."
    )
    assert sorted(await titles(fake, party)) == ["Hey Jude", "Mr. Brightside", "Take on Me", "Wonderwall"]


async def test_a_message_with_songs_and_an_album_brings_in_all(
    fake: FakeSlack, music: Music, party: PartyService
) -> None:
    """The shortcut takes every link of a message; an album needs no account, and twice is once."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    album = music.fake.album("Songs", "Somebody")
    for number in range(3):
        music.fake.song(f"Song {number}", "Somebody", album=album)
    text = f"<https://open.spotify.com/album/{album.id}> and spotify:track:003vvx7Niy0yvhvHt4a68B"
    said = fake.say(ben, fake.general, text)
    reply = await fake.shortcut(anna, SHORTCUT, message=said)
    await until(lambda: len(answers(reply)) == 2)
    assert [it.ephemeral for it in answers(reply)] == [False, False]
    wanted = ["Mr. Brightside", "Song 0", "Song 1", "Song 2"]
    assert sorted(await titles(fake, party)) == wanted
    await fake.redeliver(reply)
    assert sorted(await titles(fake, party)) == wanted


async def test_a_quiet_channel_hears_nothing_of_it(
    fake: FakeSlack, music: Music, party: PartyService
) -> None:
    """Where the channel wants quiet, the asker alone reads what came; so it is where nothing did."""
    anna = fake.member("Anna")
    album = music.fake.album("Songs", "Somebody")
    music.fake.song("Song", "Somebody", album=album)
    link = f"https://open.spotify.com/album/{album.id}"
    await choose(party, room(fake), quiet=True)
    assert "Added 1 song from Songs." in await private(await fake.slash(anna, "/import", link))
    await choose(party, room(fake), quiet=False)
    assert "Added 0 songs from Songs." in await private(await fake.slash(anna, "/import", link))


async def test_more_than_fits_says_what_is_left_out(
    fake: FakeSlack, music: Music, party: PartyService
) -> None:
    """Where a room lets nobody have more songs waiting, the rest is counted, and why it stays out."""
    anna = fake.member("Anna")
    user = await music.link(anna)
    await choose(party, room(fake), songs_each=2)
    songs = [music.fake.song(f"Song {number}", f"Band {number}") for number in range(6)]
    link = url_of(music.fake.playlist(user, "Long", songs))
    told = read(await public(await fake.slash(anna, "/import", link)))
    assert "Added 3 songs from Long." in told  # one of them plays
    assert told.endswith(f"{sentence(errors.TooManyOfYours(2))} 3 are left out.")
    assert len(await titles(fake, party)) == 3


@pytest.mark.parametrize("public", [True, False])
async def test_somebody_elses_playlist_stays_closed(fake: FakeSlack, music: Music, public: bool) -> None:
    """Spotify lets nobody read that; the asker is told so in private, and what to do."""
    anna = fake.member("Anna")
    await music.link(anna)
    made = music.fake.playlist(music.fake.user("Zoe"), "Zoe's", [await music.song(SONGS[0])], public=public)
    told = await private(await fake.slash(anna, "/import", url_of(made)))
    assert told == sentence(errors.PlaylistClosed())


# News


async def test_a_channel_is_told_in_its_language_at_its_pace(
    fake: FakeSlack, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happens by itself is a plain message, and none is refused for coming too soon."""
    await choose(party, room(fake), language="de")
    monkeypatch.setattr(live, "POST_EVERY_S", 1.0)
    fake.refuse_fast_posts = True
    for title in ("<!channel>", "Two"):
        party.say(room(fake), errors.NotOnSpotify(title))
    await until(lambda: len(fake.messages) == 2)
    expected = [sentence(errors.NotOnSpotify(title), "de") for title in ("<!channel>", "Two")]
    assert [read(it) for it in fake.messages] == expected
    assert not any("<!" in it.shown or it.ephemeral for it in fake.messages)
    assert [it.status for it in fake.requests if it.status != 200] == []


async def test_what_slack_cannot_take_is_told_later(
    fake: FakeSlack, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that Slack refuses for a while comes afterwards; one that it never takes is let go."""
    monkeypatch.setattr(live, "RETRY_S", 0.01)
    fake.fail_next("chat.postMessage", status=503)
    party.say(room(fake), errors.DeviceGone())
    await until(lambda: len(fake.messages) == 1)
    fake.fail_next("chat.postMessage", error="is_archived")
    party.say(room(fake), errors.HostLost("Anna"))
    party.say(room(fake), errors.NotOnSpotify("x"))
    await until(lambda: len(fake.messages) == 2)
    assert [read(it) for it in fake.messages] == [
        sentence(errors.DeviceGone()),
        sentence(errors.NotOnSpotify("x")),
    ]


async def test_a_lost_account_is_told_to_the_room_and_its_owner(
    fake: FakeSlack, music: Music, party: PartyService
) -> None:
    """Everybody reads that the clock goes on; why, the host alone reads, in a direct message."""
    anna = fake.member("Anna", locale="de-DE")
    await music.song("mr brightside")
    user, _ = await music.host(anna)
    await fill(fake, anna, "mr brightside")
    await fake.slash(anna, "/play")
    music.accounts.gone.add(user.id)
    following = asyncio.create_task(Follower(party).run())
    try:
        await until(lambda: any(it.channel is fake.dm(anna) for it in fake.messages))
        (whispered,) = [it for it in fake.messages if it.channel is fake.dm(anna)]
        assert read(whispered) == sentence(errors.LinkAgain(), "de")
        await until(lambda: sentence(errors.HostLost("anna")) in seen_by_others(fake))
        assert read(whispered) not in seen_by_others(fake)
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


async def test_an_end_that_is_near_is_told_where_the_member_was_seen(
    fake: FakeSlack, music: Music, party: PartyService
) -> None:
    """A member is written to by a workspace where they did something; who was nowhere cannot be."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await fill(fake, anna, "wonderwall")
    error = errors.LinkEndsSoon(7)
    assert await party.whisper(member(anna), error)
    (message,) = [it for it in fake.messages if it.channel is fake.dm(anna)]
    assert read(message) == sentence(error)
    assert not await party.whisper(member(ben), error)
    fake.fail_next("conversations.open", error="user_disabled")
    assert not await party.whisper(member(anna), error)


async def test_help_says_what_an_account_adds(fake: FakeSlack) -> None:
    """It names the way there and that none is needed."""
    told = await private(await fake.slash(fake.member("Anna"), "/party", "help"))
    assert words("en").about_spotify(has_spotify=True).replace("\u200b", "") in told
