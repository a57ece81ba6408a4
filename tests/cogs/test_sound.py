"""`/play`, `/pause`, `/volume`, `/save`, `/import` and `/spotify` on Discord, and what they lead to."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable

import pytest

from bot.doors.ask import Door
from bot.doors.commands import ADD_FROM_MESSAGE, TABLE
from bot.party.errors import NoSuchEntry, NothingPlaying, NothingToShow, PartyError
from bot.party.words import Member
from bot.playback.errors import (
    DeviceGone,
    DeviceRefuses,
    HostedAlready,
    HostsOnly,
    LinkAgain,
    LinkEndsSoon,
    NoDevice,
    NoHost,
    NoPlaylistLink,
    NotConnected,
    NothingBehindLink,
    NotOnSpotify,
    NotOnTheList,
    NotPremium,
    PlaylistClosed,
    QuotaSpent,
    SpotifyAway,
    SpotifyRests,
)
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from bot.wording.languages import LANGUAGES, language
from bot.wording.replies import Replies
from cogs import card
from cogs.escape import TEXT_LIMIT
from db.store import Store
from tests.bot.spotify.stage import PUBLIC_URL, Stage
from tests.bot.spotify.stage import sounding as opened
from tests.cogs.stage import private, public, read, room, until
from tests.cogs.stage_sound import Sounding
from tests.conftest import MOD, SPECS, Clock
from tests.fakes.discord_model import EVERYONE, VIEW_CHANNEL, FakeMember
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.spotify_model import FakeSong, FakeUser
from tests.fakes.spotify_server import FakeSpotify
from tests.patience import until as eventually

FEW = ("mr brightside", "take on me", "wonderwall")
MANAGE_SERVER, MANAGE_MESSAGES = 1 << 5, 1 << 13
NOWHERE = "https://open.spotify.com/album/0000000000000000000000"
TRACK = "https://open.spotify.com/track/003vvx7Niy0yvhvHt4a68B"
PACE_S = 0.05
"""How long a card rests in these tests."""


@pytest.fixture(autouse=True)
def pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards rest shorter than they really do."""
    monkeypatch.setattr(card, "EDIT_EVERY_S", PACE_S)


@pytest.fixture
async def spotify(clock: Clock) -> AsyncIterator[FakeSpotify]:
    """A Spotify that keeps the party's time."""
    specs = SPECS if SPECS.exists() else None
    async with FakeSpotify(specs=specs, clock=clock) as fake:
        yield fake
        assert not fake.breaches


@pytest.fixture
async def behind(
    store: Store, catalogue: Catalogue, recommender: Recommender, clock: Clock, spotify: FakeSpotify
) -> AsyncIterator[tuple[PartyService, Stage]]:
    """A party service with Spotify behind it."""
    async with opened(store, catalogue, recommender, clock, spotify) as behind:
        yield behind


@pytest.fixture
def party(behind: tuple[PartyService, Stage]) -> PartyService:
    """The party service that the bot is logged in with."""
    return behind[0]


@pytest.fixture
def sounding(
    fake: FakeDiscord,
    spotify: FakeSpotify,
    behind: tuple[PartyService, Stage],
    catalogue: Catalogue,
    clock: Clock,
) -> Sounding:
    """Discord and Spotify with the real bot between them."""
    return Sounding(fake, spotify, behind[1], behind[0], catalogue, clock)


def told(error: PartyError) -> str:
    """An error as people read it."""
    return Replies(language("en"), str).error(error)


# Accounts


async def test_the_link_to_connect_is_for_the_asker_alone(sounding: Sounding) -> None:
    """It stands behind a button of a private message, and in no message that others see."""
    reply = await sounding.fake.slash(sounding.fake.member("Anna"), "spotify connect")
    assert "just for you" in private(reply)
    (button,) = reply.messages[0].buttons
    assert button.label == "Connect Spotify"
    assert re.fullmatch(re.escape(f"{PUBLIC_URL}/spotify/connect/") + r"\S{40,}", button.url or "")
    assert [message for message in sounding.fake.messages if not message.ephemeral] == []


async def test_status_offers_no_party_that_somebody_else_plays(sounding: Sounding) -> None:
    """Who is connected, too, reads who plays it, and is not sent to a /play that would be refused."""
    fake = sounding.fake
    anna, _ = await sounding.host("Anna", "Kitchen")
    ben, _ = await sounding.host("Ben", "Phone")
    await sounding.queue("mr brightside")
    await fake.slash(anna, "play")
    assert private(await fake.slash(ben, "spotify status")) == (
        "You're connected as Ben Premium.\n🔊 Kitchen, hosted by Anna"
    )


async def test_status_and_disconnect_tell_how_the_account_stands(sounding: Sounding) -> None:
    """Before, while and after an account is connected, in private."""
    fake, anna = sounding.fake, sounding.fake.member("Anna")
    none = f"{told(NotConnected())}\n{told(NoHost())}"
    assert private(await fake.slash(anna, "spotify status")) == none
    assert "nothing to erase" in private(await fake.slash(anna, "spotify disconnect"))
    await sounding.host("Anna", "Kitchen")
    connected = private(await fake.slash(anna, "spotify status"))
    assert connected == "You're connected as Anna Premium. Use /play to play the party there."
    await sounding.queue("mr brightside")
    await fake.slash(anna, "play")
    assert "Kitchen, hosted by Anna" in private(await fake.slash(anna, "spotify status"))
    assert "erased" in private(await fake.slash(anna, "spotify disconnect"))
    assert private(await fake.slash(anna, "spotify status")) == none
    assert (await sounding.now()).playback is None


async def test_status_tells_that_the_quota_is_used_up(sounding: Sounding) -> None:
    """Below how the account stands, until Spotify may be asked again, and without asking it."""
    anna, _ = await sounding.host("Anna", "Kitchen")
    await sounding.queue("mr brightside")
    sounding.spotify.exhaust()
    spent = told(QuotaSpent(60))
    assert private(await sounding.fake.slash(anna, "play")) == spent
    asked = len(sounding.spotify.requests)
    stands = "You're connected as Anna Premium. Use /play to play the party there."
    assert private(await sounding.fake.slash(anna, "spotify status")) == f"{stands}\n{spent}"
    sounding.clock.pass_by(hours=1)
    assert private(await sounding.fake.slash(anna, "spotify status")) == stands
    assert len(sounding.spotify.requests) == asked


# Where songs come from


def page_of(song: FakeSong) -> str:
    """A song's page at Spotify."""
    return f"https://open.spotify.com/track/{song.id}"


async def test_what_spotify_says_of_a_song_is_named_and_linked(sounding: Sounding) -> None:
    """A song that only Spotify knows leads there wherever it is named; the catalogue's songs do not."""
    fake, anna = sounding.fake, sounding.fake.member("Anna")
    await sounding.queue("mr brightside")
    song = sounding.spotify.song("Zzyzx [Qwfp]", "The Colemak *Band*")
    added = public(await fake.slash(anna, "add", song=page_of(song)))
    source = f"([Spotify](<{page_of(song)}>))"
    name = f"Zzyzx [Qwfp] – The Colemak *Band* {source}"
    assert read(added.text) == f"Added {name}: next up."
    card = read((await sounding.card()).text)
    assert f"{name} · added by Anna" in card
    assert card.count("Spotify") == 1
    assert "Mr. Brightside – The Killers · " in card
    public(await fake.slash(anna, "remove", song="zzyzx"))
    assert private(await fake.slash(anna, "vote", song="spotify")) == told(NoSuchEntry())


async def test_a_long_list_from_spotify_is_shown_whole(sounding: Sounding) -> None:
    """What was played is told with all its links, though they are longer than a plain message may be."""
    fake, anna = sounding.fake, sounding.fake.member("Anna")
    for number in range(20):
        song = sounding.spotify.song(f"Zzyzx Qwfp Colemak Number {number}", "The Colemak Band")
        await fake.slash(anna, "add", song=page_of(song))
        await fake.slash(anna, "skip")
    shown = private(await fake.slash(anna, "history"))
    assert len(shown) > TEXT_LIMIT
    assert shown.count("[Spotify](<https://open.spotify.com/track/") == 20


# Playing


async def test_play_plays_the_party_on_the_members_device(sounding: Sounding) -> None:
    """What plays is heard there from its beginning, and the card says where, and by whom."""
    anna, user = await sounding.host("Anna", "Kitchen")
    await sounding.queue(*FEW[:2])
    playing = "▶ Playing Mr. Brightside – The Killers on Kitchen."
    along = (
        "With Premium you can hear it too: use Listen Along on Anna's profile, if it shows what they play "
    )
    said = read(public(await sounding.fake.slash(anna, "play")).text)
    assert said == f"{playing}\n{along}on Spotify."
    again = await sounding.fake.slash(anna, "play")  # which begins nothing
    assert read(public(again).text) == playing
    assert sounding.on(user) == "Mr. Brightside"
    assert "I don't make a sound" not in (await sounding.card()).text
    assert "🔊 Kitchen, hosted by Anna" in read((await sounding.card()).text)


async def test_play_before_the_first_song_waits_for_it(sounding: Sounding) -> None:
    """The device is chosen and said, and the song that is added then plays there."""
    anna, user = await sounding.host("Anna", "Kitchen")
    assert "as soon as there's a song" in public(await sounding.fake.slash(anna, "play")).text
    assert "🔊 Kitchen, hosted by Anna" in read((await sounding.card()).text)
    async with sounding.followed():
        await sounding.queue("mr brightside")
        await eventually(lambda: sounding.on(user) == "Mr. Brightside")


async def test_pause_and_play_hold_clock_and_device(sounding: Sounding) -> None:
    """The card shows that the song stands still, and its button lets it go on, as the command does."""
    anna, user = await sounding.host("Anna", "Kitchen")
    await sounding.queue("mr brightside")
    await sounding.fake.slash(anna, "play")
    sounding.clock.pass_by(minutes=1)
    assert "Paused: " in public(await sounding.fake.slash(anna, "pause")).text
    assert (sounding.on(user), (await sounding.now()).paused) == ("", True)
    card = await sounding.card()
    assert card.text.startswith("⏸ **Now playing:**")
    assert "ends" not in card.text
    sounding.clock.pass_by(minutes=1)
    assert public(await sounding.fake.slash(anna, "play")).text.startswith("▶ Playing Mr")
    assert (sounding.on(user), (await sounding.now()).paused) == ("Mr. Brightside", False)
    sounding.clock.pass_by(minutes=0.1)
    for what, paused in (("pause", True), ("play", False)):
        card = await sounding.card()
        reply = await sounding.fake.click(anna, card, f"encore:{what}")
        assert reply.messages == []
        assert ((await sounding.now()).paused, not sounding.on(user)) == (paused, paused)
        sounding.clock.pass_by(minutes=0.1)
    assert (await sounding.card()).text.startswith("▶ **Now playing:**")


async def test_the_card_changes_by_itself_when_the_party_stands_still(sounding: Sounding) -> None:
    """Nobody need ask for it."""
    anna, _ = await sounding.host("Anna", "Kitchen")
    await sounding.queue("mr brightside")
    card = await sounding.card()
    await sounding.fake.slash(anna, "play")
    await sounding.fake.slash(anna, "pause")
    await eventually(lambda: card.text.startswith("⏸") and "Kitchen" in card.text)


async def test_a_party_without_a_host_stands_still_too(sounding: Sounding) -> None:
    """By the clock alone anybody may pause it and let it go on, without any account."""
    await sounding.queue("mr brightside")
    ben = sounding.fake.member("Ben")
    await sounding.fake.click(ben, await sounding.card(), "encore:pause")
    assert (await sounding.now()).paused
    resume = next(it for it in (await sounding.card()).buttons if it.custom_id == "encore:play")
    assert (resume.emoji, resume.label) == ("▶️", "Resume")
    assert public(await sounding.fake.slash(ben, "play")).text == "▶ The party is playing again."
    assert not (await sounding.now()).paused
    assert sounding.spotify.asked() == []


async def test_only_the_host_and_moderators_steer_the_device(sounding: Sounding) -> None:
    """Others are told so in private, by commands and by the card, and the song plays on."""
    anna, user = await sounding.host("Anna", "Kitchen")
    ben = sounding.fake.member("Ben")
    await sounding.queue("mr brightside")
    await sounding.fake.slash(anna, "play")
    asked: list[tuple[str, dict[str, int | str]]] = [
        ("seek", {"to": "1:00"}),
        ("pause", {}),
        ("volume", {"percent": 100}),
        ("spotify stop", {}),
    ]
    for name, options in asked:
        assert private(await sounding.fake.slash(ben, name, options=options)) == told(HostsOnly())
    click = await sounding.fake.click(ben, await sounding.card(), "encore:pause")
    assert private(click) == told(HostsOnly())
    assert sounding.on(user) == "Mr. Brightside"
    mod = sounding.fake.member("Mo", permissions=EVERYONE | MANAGE_MESSAGES)
    assert public(await sounding.fake.slash(mod, "volume", percent=35)).text == "🔊 The volume is now 35%."
    assert sounding.device(user, "Kitchen").volume == 35
    said = read(public(await sounding.fake.slash(mod, "seek", to="1:00")).text)
    assert said == "⏩ Mr. Brightside – The Killers plays from 1:00."


async def test_the_host_hands_over(sounding: Sounding) -> None:
    """One account plays at a time: the next one can after the first has stopped, and the device is still."""
    anna, user = await sounding.host("Anna", "Kitchen")
    ben, other = await sounding.host("Ben", "Garden")
    await sounding.queue("mr brightside")
    await sounding.fake.slash(anna, "play")
    assert private(await sounding.fake.slash(ben, "play")) == told(HostedAlready("Anna"))
    assert "Anna" in public(await sounding.fake.slash(anna, "spotify stop")).text
    assert (sounding.on(user), sounding.on(other)) == ("", "")
    assert "Garden" in public(await sounding.fake.slash(ben, "play")).text
    assert (sounding.on(user), sounding.on(other)) == ("", "Mr. Brightside")


async def test_a_vote_to_skip_skips_on_the_device(sounding: Sounding) -> None:
    """What the room decides is heard."""
    anna, user = await sounding.host("Anna", "Kitchen")
    await sounding.queue(*FEW[:2])
    await sounding.fake.slash(anna, "play")
    async with sounding.followed():
        for name in ("Anna", "Guest", "Ben"):
            await sounding.fake.slash(sounding.fake.member(name), "skip")
        await eventually(lambda: sounding.on(user) == "Take on Me")


async def test_a_skip_on_the_phone_is_seen_on_the_card(sounding: Sounding) -> None:
    """Whatever the host puts on by hand is what the party plays."""
    anna, user = await sounding.host("Anna", "Kitchen")
    songs = await sounding.queue(*FEW)
    await sounding.fake.slash(anna, "play")
    card = await sounding.card()
    sounding.clock.pass_by(minutes=1)
    sounding.spotify.play_elsewhere(user, songs[1])
    async with sounding.followed():
        await eventually(lambda: "Now playing:** Take on Me" in read(card.text))
    elsewhere = sounding.spotify.song("My Own Song", "My Band")
    sounding.clock.pass_by(minutes=1)
    sounding.spotify.play_elsewhere(user, elsewhere)
    async with sounding.followed():
        await eventually(lambda: "Now playing:** My Own Song" in read(card.text))


async def test_a_device_that_vanishes_is_told_to_the_room(sounding: Sounding) -> None:
    """One message in the channel says what to do, every song is kept, and the party goes on elsewhere."""
    anna, user = await sounding.host("Anna", "Kitchen")
    await sounding.queue(*FEW)
    await sounding.fake.slash(anna, "play")
    sounding.clock.pass_by(minutes=1)
    sounding.spotify.unplug(user, sounding.device(user, "Kitchen"))
    async with sounding.followed():
        await eventually(lambda: bool(sounding.said()))
    (message,) = sounding.said()
    assert read(message.text) == told(DeviceGone())
    assert message.allowed_mentions == {"parse": []}
    now = await sounding.now()
    assert (now.paused, len(now.queue)) == (True, 2)
    sounding.spotify.device(user, "Phone")
    sounding.clock.pass_by(minutes=0.1)
    assert "Phone" in public(await sounding.fake.slash(anna, "play")).text
    assert sounding.on(user) == "Mr. Brightside"


# Devices


async def test_devices_are_offered_to_their_owner_alone(sounding: Sounding) -> None:
    """The list is private, and a choice from it is played on in its place."""
    anna, user = await sounding.host("Anna", "Kitchen", "**Garden**")
    await sounding.queue("mr brightside")
    reply = await sounding.fake.slash(anna, "spotify device")
    assert "Which device" in private(reply)
    (menu,) = reply.messages[0].menus
    assert [label for label, _ in menu.options] == ["Kitchen", "**Garden**"]
    assert [m.text for m in sounding.fake.messages if not m.ephemeral and "Kitchen" in m.text] == []
    garden = menu.options[1][1]
    chosen = await sounding.fake.click(anna, reply.messages[0], menu.custom_id, values=[garden])
    assert chosen.updated
    assert "on **Garden**." in read(reply.messages[0].text)
    assert sounding.on(user) == "Mr. Brightside"
    assert sounding.spotify.playback(user).active is sounding.device(user, "**Garden**")


async def test_a_device_of_somebody_else_cannot_be_chosen(sounding: Sounding) -> None:
    """A forged choice is refused, whoever's device it is."""
    anna, _ = await sounding.host("Anna", "Kitchen", "Garden")
    _, other = await sounding.host("Ben", "Cellar")
    reply = await sounding.fake.slash(anna, "spotify device")
    (menu,) = reply.messages[0].menus
    cellar = sounding.device(other, "Cellar").id
    options = {"device": f"device:{cellar}"}
    assert private(await sounding.fake.slash(anna, "spotify device", options=options)) == told(NoDevice())
    part = reply.messages[0].components[0]["components"][1]["components"][0]
    part["options"][0]["value"] = cellar
    forged = await sounding.fake.click(anna, reply.messages[0], menu.custom_id, values=[cellar])
    assert private(forged) == told(NoDevice())
    assert (await sounding.now()).playback is None


@pytest.mark.parametrize("typed", ["kitchen", "Kitch", "{offered}"])
async def test_a_device_is_chosen_as_one_types(sounding: Sounding, typed: str) -> None:
    """From what is offered, or by its name; what plays moves there."""
    anna, user = await sounding.host("Anna", "Garden", "Kitchen")
    await sounding.queue("mr brightside")
    await sounding.fake.slash(anna, "spotify device", device="garden")
    assert sounding.spotify.playback(user).active is sounding.device(user, "Garden")
    offered = await sounding.fake.autocomplete(anna, "spotify device", device="kit")
    assert [name for name, _ in offered] == ["Kitchen"]
    typed = typed.format(offered=offered[0][1])
    assert "Kitchen" in private(await sounding.fake.slash(anna, "spotify device", device=typed))
    assert sounding.spotify.playback(user).active is sounding.device(user, "Kitchen")
    assert sounding.on(user) == "Mr. Brightside"


@pytest.mark.parametrize("typed", ["", " ", "cellar", "x" * 6000])
async def test_who_names_no_device_is_offered_what_there_is(sounding: Sounding, typed: str) -> None:
    """Nothing is played anywhere until they choose."""
    anna, user = await sounding.host("Anna", "Kitchen")
    await sounding.queue("mr brightside")
    reply = await sounding.fake.slash(anna, "spotify device", device=typed)
    assert private(reply) == "Which device should the party play on?"
    assert sounding.on(user) == ""
    kitchen = sounding.device(user, "Kitchen")
    await sounding.fake.click(anna, reply.messages[0], "encore:device", values=[kitchen.id])
    assert sounding.on(user) == "Mr. Brightside"


@pytest.mark.parametrize("typed", ["device:", "device:nope"])
async def test_a_device_that_is_gone_is_refused_in_private(sounding: Sounding, typed: str) -> None:
    """Nothing is played anywhere."""
    anna, user = await sounding.host("Anna", "Kitchen")
    await sounding.queue("mr brightside")
    assert private(await sounding.fake.slash(anna, "spotify device", device=typed)) == told(NoDevice())
    assert sounding.on(user) == ""


async def test_nothing_is_offered_where_devices_are_unknown(sounding: Sounding) -> None:
    """Without an account, and while Spotify is away, the list is empty and no error."""
    ben = sounding.fake.member("Ben")
    assert await sounding.fake.autocomplete(ben, "spotify device", device="") == []
    anna, _ = await sounding.host("Anna", "Kitchen")
    sounding.spotify.fail(503)
    assert await sounding.fake.autocomplete(anna, "spotify device", device="") == []


# What Spotify refuses


async def test_a_member_without_an_account_is_told_how_to_connect(sounding: Sounding) -> None:
    """In private, and nothing changes."""
    await sounding.queue("mr brightside")
    before, ben = await sounding.now(), sounding.fake.member("Ben")
    for name in ("play", "spotify device", "save"):
        assert private(await sounding.fake.slash(ben, name)) == told(NotConnected())
    mine = sounding.spotify.playlist(sounding.spotify.user("Ben"), "Mine")
    link = f"https://open.spotify.com/playlist/{mine.id}"
    assert private(await sounding.fake.slash(ben, "import", link=link)) == told(NotConnected())
    assert private(await sounding.fake.slash(ben, "volume", percent=5)) == told(NoHost())
    assert await sounding.now() == before


def _host(it: Sounding) -> FakeUser:
    return it.spotify.world.app.users[0]


def _free(it: Sounding) -> None:
    _host(it).product = "free"


def _unlisted(it: Sounding) -> None:
    it.spotify.world.app.users.clear()


def _revoked(it: Sounding) -> None:
    it.spotify.revoke(_host(it))


def _limited(it: Sounding) -> None:
    it.spotify.limit(21_600)


def _away(it: Sounding) -> None:
    it.spotify.fail(503)


def _hung_up(it: Sounding) -> None:
    it.spotify.drop()


def _nowhere(it: Sounding) -> None:
    it.spotify.playback(_host(it)).devices.clear()


@pytest.mark.parametrize(
    ("ruin", "error"),
    [
        (_free, NotPremium()),
        (_unlisted, NotOnTheList()),
        (_revoked, LinkAgain()),
        (_limited, SpotifyRests(360)),
        (_away, SpotifyAway()),
        (_hung_up, SpotifyAway()),
        (_nowhere, NoDevice()),
    ],
)
async def test_what_keeps_the_party_from_playing_is_told_in_private(
    sounding: Sounding, ruin: Callable[[Sounding], None], error: PartyError
) -> None:
    """The asker alone reads why, and the party's queue is as it was."""
    anna, _ = await sounding.host("Anna", "Kitchen")
    await sounding.queue(*FEW)
    before = await sounding.now()
    ruin(sounding)
    assert private(await sounding.fake.slash(anna, "play")) == told(error)
    now = await sounding.now()
    assert (now.playing, now.queue, now.playback) == (before.playing, before.queue, None)


async def test_who_has_several_devices_is_asked_in_private(sounding: Sounding) -> None:
    """Spotify says of none that it is in use, so nobody but the host can know."""
    anna, user = await sounding.host("Anna", "Kitchen")
    sounding.spotify.device(user, "Garden")
    await sounding.queue("mr brightside")
    reply = await sounding.fake.slash(anna, "play")
    assert private(reply) == "Which device should the party play on?"
    garden = sounding.device(user, "Garden")
    await sounding.fake.click(anna, reply.messages[0], "encore:device", values=[garden.id])
    assert sounding.spotify.playback(user).active is garden


async def test_a_volume_that_cannot_be_set_is_told_in_private(sounding: Sounding) -> None:
    """Phones let nobody else set it."""
    anna, user = await sounding.host("Anna", "Kitchen")
    sounding.device(user, "Kitchen").supports_volume = False
    await sounding.queue("mr brightside")
    await sounding.fake.slash(anna, "play")
    assert private(await sounding.fake.slash(anna, "volume", percent=10)) == told(DeviceRefuses())


async def test_pausing_nothing_is_told_in_private(sounding: Sounding) -> None:
    """There is nothing to hold."""
    assert private(await sounding.fake.slash(sounding.fake.member("Ben"), "pause")) == told(NothingPlaying())


# Saving


async def test_a_party_is_saved_and_saved_again(sounding: Sounding) -> None:
    """The second time brings the same playlist up to date; who saves it is the only one who hears of it."""
    anna, user = await sounding.host("Anna", "Kitchen")
    songs = await sounding.queue(*FEW[:2])
    first = private(await sounding.fake.slash(anna, "save", name="  Our   night "))
    (playlist,) = [it for it in sounding.spotify.world.playlists.values() if it.owner is user]
    assert (playlist.name, playlist.public, playlist.songs) == ("Our night", False, songs)
    assert playlist.description == "What we played at a party with Encore."
    assert f"https://open.spotify.com/playlist/{playlist.id}" in first
    songs += await sounding.queue(FEW[2])
    again = private(await sounding.fake.slash(anna, "save"))
    assert again.startswith("Updated your playlist: 3 songs.")
    assert [it.songs for it in sounding.spotify.world.playlists.values() if it.owner is user] == [songs]


@pytest.mark.parametrize("options", [{}, {"name": "   "}])
async def test_a_saved_party_without_a_name_is_called_after_its_day(
    sounding: Sounding, options: dict[str, str]
) -> None:
    """And what Spotify does not have is listed."""
    anna, user = await sounding.host("Anna")
    await sounding.queue("mr brightside")
    await sounding.fake.slash(anna, "add", song="Our Own_Kvvzx - The Wvvkjs")
    text = private(await sounding.fake.slash(anna, "save", options=options))
    assert "can't find these on Spotify:\n• Our Own_Kvvzx – The Wvvkjs" in text
    (playlist,) = [it for it in sounding.spotify.world.playlists.values() if it.owner is user]
    assert playlist.name == "Party on 2027-01-15"


async def test_a_party_without_songs_is_not_saved(sounding: Sounding) -> None:
    """There is nothing to keep."""
    anna, _ = await sounding.host("Anna")
    assert private(await sounding.fake.slash(anna, "save")) == told(NothingToShow())


# Importing


async def playlist_of_three(it: Sounding) -> tuple[FakeMember, str]:
    """A playlist of somebody's with an account, and its link."""
    anna, user = await it.host("Anna")
    playlist = it.spotify.playlist(user, "For **Friday**", await it.songs(*FEW))
    return anna, f"https://open.spotify.com/playlist/{playlist.id}?si=abc"


async def test_a_playlist_is_imported(sounding: Sounding) -> None:
    """Everybody sees how many songs came from it; a second time only the asker hears that they are there."""
    anna, link = await playlist_of_three(sounding)
    text = read(public(await sounding.fake.slash(anna, "import", link=link)).text)
    assert text == "Added 3 songs from For **Friday**."
    now = await sounding.now()
    assert now.playing is not None
    assert [e.track.title for e in (now.playing, *now.queue)] == [
        "Mr. Brightside",
        "Take on Me",
        "Wonderwall",
    ]
    again = private(await sounding.fake.slash(anna, "import", link=link))
    assert "3 songs were already queued" in again
    assert await sounding.now() == now


async def test_a_link_to_a_playlist_is_imported_wherever_songs_are_added(sounding: Sounding) -> None:
    """By `/add`, in a form beside songs, and out of a message; all is told in one answer."""
    anna, link = await playlist_of_three(sounding)
    fake, album = sounding.fake, sounding.spotify.album("Great Album", "Great Band")
    for number in range(2):
        sounding.spotify.song(f"Great {number}", "Great Band", album=album)
    assert "Added 3 songs" in public(await fake.slash(anna, "add", song=f"<{link}>")).text
    opened = await fake.slash(anna, "add")
    lines = f"creep radiohead\n{album.uri}\n🎉"
    told_lines = read(public(await fake.submit(anna, opened, {"songs": lines})).text).splitlines()
    assert told_lines[0].startswith("Added Creep")
    assert told_lines[1].startswith("✖ 🎉:")
    assert told_lines[2] == "Added 2 songs from Great Album."
    other = sounding.spotify.song("Alone", "Great Band")
    said = fake.says(anna, f"hear (https://open.spotify.com/album/{other.album.id}), and {TRACK}!")
    text = read(public(await fake.use_on(anna, ADD_FROM_MESSAGE, said)).text)
    assert "Mr. Brightside" in text
    assert text.endswith("Added 1 song from Alone.")
    assert len((await sounding.now()).queue) == 6


@pytest.mark.usefixtures("hasty")
async def test_an_import_shows_that_it_goes_on(sounding: Sounding) -> None:
    """It is acknowledged while Spotify takes its time."""
    anna, link = await playlist_of_three(sounding)
    with sounding.spotify.held("/playlists") as gate:
        reply = await sounding.fake.slash(anna, "import", link=link, wait=False)
        await gate.arrived.wait()
        await until(reply.interaction, lambda: reply.deferred)
        assert reply.messages == []
        gate.open()
    assert "Added 3 songs" in public(await sounding.fake.settled(reply)).text


async def test_what_cannot_be_imported_is_told_in_private(sounding: Sounding) -> None:
    """A song, somebody else's playlist, nothing at all: by `/import` and by `/add`, nothing changes."""
    anna, _ = await sounding.host("Anna")
    other = sounding.spotify.user("Ben")
    theirs = sounding.spotify.playlist(other, "Theirs", await sounding.songs("wonderwall"), public=False)
    closed = f"https://open.spotify.com/playlist/{theirs.id}"
    for name, link, error in (
        ("import", TRACK, NoPlaylistLink()),
        ("import", "take on me", NoPlaylistLink()),
        ("import", closed, PlaylistClosed()),
        ("import", NOWHERE, NothingBehindLink()),
    ):
        assert private(await sounding.fake.slash(anna, name, link=link)) == told(error), link
    for link, error in ((closed, PlaylistClosed()), (NOWHERE, NothingBehindLink())):
        assert private(await sounding.fake.slash(anna, "add", song=link)) == told(error)
        said = sounding.fake.says(anna, f"look: {link}")
        assert private(await sounding.fake.use_on(anna, ADD_FROM_MESSAGE, said)) == told(error)
    assert (await sounding.now()).playing is None


# What is told unasked


async def test_a_room_is_told_in_its_own_language(sounding: Sounding) -> None:
    """As plain text, whatever a title holds; a room that lets the bot say nothing is left in peace."""
    fake = sounding.fake
    german, shut = fake.add_channel("german"), fake.add_channel("shut", app_permissions=VIEW_CHANNEL)
    await sounding.party.settings.choose(room(fake, german), MOD, {"language": "de"})
    sounding.party.notices.post(room(fake, shut), NothingPlaying())
    sounding.party.notices.post(room(fake, german), NothingPlaying())
    sounding.party.notices.post(room(fake), NotOnSpotify("**@everyone** [a](http://b)"))
    await eventually(lambda: bool(sounding.said(german)) and bool(sounding.said()))
    assert read(sounding.said(german)[0].text) == Replies(language("de"), str).error(NothingPlaying())
    assert read(sounding.said()[0].text) == told(NotOnSpotify("**@everyone** [a](http://b)"))
    assert sounding.said()[0].allowed_mentions == {"parse": []}
    assert sounding.said(shut) == []


async def test_a_member_is_told_in_private_and_in_a_known_language(sounding: Sounding) -> None:
    """English, until the member has asked for something in another one."""
    fake, anna = sounding.fake, sounding.fake.member("Anna", locale="de")
    member = Member("discord", anna.id, "Anna")
    assert await sounding.party.notices.send(member, LinkEndsSoon(7))
    await fake.slash(anna, "spotify status")
    assert await sounding.party.notices.send(member, NothingPlaying())
    assert [read(message.text) for message in sounding.said(fake.dm(anna))] == [
        told(LinkEndsSoon(7)),
        Replies(language("de"), str).error(NothingPlaying()),
    ]


async def test_who_takes_no_messages_is_not_told(sounding: Sounding) -> None:
    """A closed conversation, and a member who is none any more, are no faults."""
    ben = sounding.fake.member("Ben")
    sounding.fake.close_dms(ben)
    assert not await sounding.party.notices.send(Member("discord", ben.id, "Ben"), LinkEndsSoon(7))
    assert not await sounding.party.notices.send(Member("discord", "1", "Nobody"), LinkEndsSoon(7))


async def test_all_commands_are_there_with_spotify(sounding: Sounding) -> None:
    """What needs it is registered where it is set up, and described within Discord's limits."""
    commands = sounding.fake.commands
    inner = {f"spotify {it['name']}" for it in commands["spotify"]["options"]}
    rows = {row.name for row in TABLE if Door.DISCORD not in row.without}
    assert {*commands} - {"spotify"} | inner == rows | {ADD_FROM_MESSAGE}
    for each in (*commands["spotify"]["options"], commands["save"]):
        assert 5 <= len(each["description"]) <= 100
        assert len(each["description_localizations"]) >= len(LANGUAGES) - 1


async def test_help_says_what_an_account_adds(sounding: Sounding) -> None:
    """Where accounts can be connected."""
    reply = await sounding.fake.slash(sounding.fake.member("Anna"), "help")
    text = "\n".join(message.text for message in reply.messages)
    assert "or use /spotify connect (with Premium) and /play" in read(text)
    assert {each for each in sounding.fake.mentioned(text) if each.startswith("spotify")} == {
        row.name for row in TABLE if row.words[0] == "spotify"
    }


@pytest.mark.parametrize("locale", ["de", "es-ES", "fr", "ja", "pt-BR", "zh-CN"])
async def test_all_of_help_fits_in_every_language(sounding: Sounding, locale: str) -> None:
    """With Spotify it is longest; Discord takes it, and nobody else reads it."""
    reply = await sounding.fake.slash(sounding.fake.member("Anna", locale=locale), "help")
    assert all(message.ephemeral for message in reply.messages)
    text = "\n".join(message.text for message in reply.messages)
    assert len(sounding.fake.mentioned(text)) == sum(Door.DISCORD not in row.without for row in TABLE)
