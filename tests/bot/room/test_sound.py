"""How a party sounds, over the room's socket: real spotipy, and a Spotify on loopback."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.party.words import Member, Room
from bot.playback.errors import DeviceGone, LinkEndsSoon
from bot.room.hub import LOBBY, MOST_GOING
from bot.room.rendering import checked
from bot.service import PartyService
from tests.bot.room.conftest import Enter
from tests.bot.room.sound_stage import SoundRoom
from tests.bot.room.visitor import Json, Visitor
from tests.conftest import Clock

SOME_SONG = "Zzyxq Vlorp - Qwzx Mump"
"""A song that neither the catalogue nor Spotify knows."""


async def take_over(party: PartyService, visitor: Visitor) -> None:
    """Lets somebody come once more, as the lobby's host."""
    secret = await party.passes.host(LOBBY)
    assert (await visitor.enter(secret, name="Ann", secret=visitor.secret))["as"] == "host"


async def test_without_spotify(enter: Enter, party: PartyService) -> None:
    """The host can pause the clock's player, and everything else says that there is no Spotify."""
    ann, bob = await enter("Ann"), await enter("Bob")
    await take_over(party, ann)
    await ann.ask("add", text="mr brightside")
    state = await bob.until(lambda state: state["playing"])
    assert (state["spotify"], state["playback"], state["paused"], state["left_ms"]) == (
        *(False, None),
        *(False, None),
    )
    assert (await bob.ask("pause"))["kind"] == "NotForVisitors"
    assert (await ann.ask("pause"))["say"].endswith("Use “Play” to resume.")
    state = await ann.until(lambda state: state["paused"])
    assert state["left_ms"] == state["length_ms"]
    assert state["playing"]["ends_ms"] is None
    assert (await ann.ask("play"))["say"] == "▶ The party is playing again."
    assert not (await bob.until(lambda state: not state["paused"]))["playback"]
    asked: list[tuple[str, Json]] = [("connect", {}), ("account", {}), ("disconnect", {}), ("devices", {})]
    asked += [("device", {"device": "a"}), ("save", {}), ("play", {})]
    for do, fields in asked:
        assert (await ann.ask(do, **fields))["kind"] == "NoSpotify", do


async def test_left_stands_still(enter: Enter, party: PartyService, clock: Clock) -> None:
    """What is left of a song that stands still does not become less with time."""
    ann = await enter("Ann")
    await take_over(party, ann)
    await ann.ask("add", text="mr brightside")
    clock.pass_by(minutes=1)
    await ann.ask("pause")
    left_ms = (await ann.until(lambda state: state["paused"]))["left_ms"]
    assert left_ms == ann.state["length_ms"] - 60_000
    clock.pass_by(hours=1)
    await ann.ask("vote", entry=ann.state["playing"]["id"], value=1)
    assert (await ann.until(lambda state: state["playing"]["ups"]))["left_ms"] == left_ms


async def test_what_spotify_says_of_a_song_is_named_and_linked(sounding: SoundRoom) -> None:
    """A song that only Spotify knows has its page there with it; the catalogue's songs have none."""
    ann = await sounding.enter("Ann")
    song = sounding.fake.song("Zzyzx Qwfp", "The Colemak Band")
    url = f"https://open.spotify.com/track/{song.id}"
    await ann.ask("add", text="mr brightside")
    added = await ann.ask("add", text=url)
    assert added["say"] == "Added Zzyzx Qwfp – The Colemak Band (Spotify): next up."
    state = await ann.until(lambda state: state["queue"])
    assert state["queue"][0]["spotify"] == url
    assert state["playing"]["spotify"] is None


NEED_A_NAME: list[tuple[str, Json]] = [
    ("play", {}),
    ("pause", {}),
    ("connect", {}),
    ("account", {}),
    ("disconnect", {}),
    ("devices", {}),
    ("device", {"device": "a"}),
    ("volume", {"percent": 5}),
    ("stop", {}),
    ("save", {}),
    ("add", {"text": "https://open.spotify.com/album/4aawyAB9vmqN3uQ7FjRGTy"}),
]


@pytest.mark.parametrize(("do", "fields"), NEED_A_NAME)
async def test_onlookers_have_no_account(sounding: SoundRoom, do: str, fields: Json) -> None:
    """Who has not said hello can connect nothing, and steers nothing."""
    onlooker = await sounding.enter()
    assert (await onlooker.ask(do, **fields))["kind"] == "NameNeeded"
    assert sounding.fake.requests == []


@pytest.mark.parametrize(
    "asked",
    [
        {"do": "volume"},
        {"do": "volume", "percent": "40"},
        {"do": "volume", "percent": True},
        {"do": "device", "device": 7},
        {"do": "save", "name": None},
        {"do": "save", "name": ["x"]},
        {"do": "import", "link": ["https://open.spotify.com/album/4aawyAB9vmqN3uQ7FjRGTy"]},
    ],
)
async def test_garbage(sounding: SoundRoom, asked: dict[str, Any]) -> None:
    """What no page of ours sends reaches neither the party nor Spotify."""
    ann = await sounding.enter("Ann")
    assert (await ann.ask(**asked))["kind"] == "NotUnderstood"
    assert sounding.fake.requests == []


async def test_the_way_to_an_account(sounding: SoundRoom) -> None:
    """The link leads to our own page, the account is seen by its owner alone, and it can be erased."""
    ann, bob = await sounding.enter("Ann"), await sounding.enter("Bob")
    assert (await ann.until(lambda state: True))["spotify"]
    answer = await ann.ask("connect")
    assert re.fullmatch(re.escape(sounding.url) + r"/spotify/connect/[\w-]{40,}", answer["url"])
    assert (await ann.ask("account"))["account"] is None
    await sounding.agree(answer["url"], sounding.fake.user("Ann S"))
    assert (await ann.ask("account"))["account"] == {"name": "Ann S"}
    assert (await bob.ask("account"))["account"] is None
    assert (await bob.ask("devices"))["say"] == ("You haven't connected Spotify yet. Use “Connect Spotify”.")
    assert "is disconnected" in (await ann.ask("disconnect"))["say"]
    assert (await ann.ask("account"))["account"] is None


async def test_an_account_is_the_browsers_and_not_the_names(sounding: SoundRoom) -> None:
    """Who takes a name that was somebody's has none of what they had connected."""
    ann, _ = await sounding.host("Ann")
    assert (await ann.hello("Anna"))["ok"]
    assert (await ann.ask("account"))["account"]["name"] == "Ann S"
    other = await sounding.enter("Ann")
    assert (await other.ask("account"))["account"] is None


async def test_playing_on_a_device(sounding: SoundRoom) -> None:
    """A member plays the party on a device of theirs: all see where, only they see their devices."""
    songs = await sounding.stock("mr brightside", "take on me")
    ann, user = await sounding.host("Ann")
    bob = await sounding.enter("Bob")
    await bob.ask("add", text="mr brightside")
    await bob.ask("add", text="take on me")
    kitchen = sounding.fake.device(user, "Kitchen", volume=30)
    sounding.fake.device(user, "Phone", supports_volume=False)
    answer = await ann.ask("play")
    devices = (await ann.ask("devices"))["devices"]
    assert (answer["ok"], answer["devices"]) == (True, devices)
    assert (await ann.ask("device"))["devices"] == devices
    assert [(it["name"], it["volume"], it["party"]) for it in devices] == [
        ("Kitchen", 30, False),
        ("Phone", None, False),
    ]
    assert "on Kitchen." in (await ann.ask("device", device=devices[0]["id"]))["say"]
    assert sounding.fake.playback(user).active is kitchen
    hers = (await ann.until(lambda state: state["playback"]))["playback"]
    his = (await bob.until(lambda state: state["playback"]))["playback"]
    told = {"host": "Ann", "device": "Kitchen", "outlet": "spotify", "words": "🔊 Kitchen, hosted by Ann"}
    assert hers == {**told, "host_id": ann.known.own["me"]}
    assert his == hers
    assert [it["party"] for it in (await ann.ask("devices"))["devices"]] == [True, False]
    assert (await bob.ask("devices"))["kind"] == "NotConnected"
    assert songs[0].title == ann.state["playing"]["title"]


async def test_steering(sounding: SoundRoom) -> None:
    """The host makes it louder, pauses and stops; nobody else does."""
    await sounding.stock("mr brightside")
    ann, user = await sounding.host("Ann")
    bob = await sounding.enter("Bob")
    device = sounding.fake.device(user, "Kitchen", active=True)
    await ann.ask("add", text="mr brightside")
    assert (await bob.ask("volume", percent=40))["kind"] == "NoHost"
    assert "on Kitchen." in (await ann.ask("play"))["say"]
    assert (await ann.ask("volume", percent=40))["say"] == "🔊 The volume is now 40%."
    assert device.volume == 40
    assert (await bob.ask("volume", percent=100))["kind"] == "HostsOnly"
    for do in ("pause", "stop"):
        assert (await bob.ask(do))["kind"] == "HostsOnly", do
    assert (await bob.ask("play"))["kind"] == "HostedAlready"
    assert (await ann.ask("pause"))["ok"]
    assert not sounding.fake.playback(user).playing
    assert (await bob.until(lambda state: state["paused"]))["playback"]["host"] == "Ann"
    assert (await bob.ask("play"))["kind"] == "NotForVisitors"
    assert not sounding.fake.playback(user).playing
    assert (await ann.ask("play"))["ok"]
    assert sounding.fake.playback(user).playing
    assert "no longer playing on Ann's Spotify" in (await ann.ask("stop"))["say"]
    assert (await bob.until(lambda state: state["playback"] is None))["playing"]
    assert not sounding.fake.playback(user).playing


async def test_saving(sounding: SoundRoom) -> None:
    """The night becomes a playlist of the asker's, with a link to it and the songs that it lacks."""
    songs = await sounding.stock("mr brightside", "take on me")
    ann, _ = await sounding.host("Ann")
    assert (await ann.ask("save"))["kind"] == "NothingToShow"
    for text in ("mr brightside", SOME_SONG, "take on me"):
        await ann.ask("add", text=text)
    answer = await ann.ask("save", name=" Our\x00 night ")
    (playlist,) = sounding.fake.world.playlists.values()
    assert answer["url"] == f"https://open.spotify.com/playlist/{playlist.id}"
    assert answer["say"] == f"Saved this party as a playlist: 2 songs. {answer['url']}"
    assert [(it["title"], it["artist"]) for it in answer["missing"]] == [("Zzyxq Vlorp", "Qwzx Mump")]
    assert (playlist.name, [it.song for it in playlist.entries]) == ("Our night", songs)
    again = await ann.ask("save", name="Another name")
    assert again["say"].startswith("Updated your playlist: 2 songs.")
    assert len(sounding.fake.world.playlists) == 1


async def test_a_saved_party_has_a_name(sounding: SoundRoom) -> None:
    """Without one it is the day's."""
    await sounding.stock("mr brightside")
    ann, _ = await sounding.host("Ann")
    await ann.ask("add", text="mr brightside")
    assert (await ann.ask("save", name="  "))["ok"]
    (playlist,) = sounding.fake.world.playlists.values()
    assert playlist.name == "Party on 2027-01-15"


async def test_bringing_in(sounding: SoundRoom) -> None:
    """The link of an album or a playlist in the add field brings in all of it, once however often sent."""
    songs = await sounding.stock("mr brightside", "take on me", "dancing queen")
    ann, user = await sounding.host("Ann")
    bob = await sounding.enter("Bob")
    mine = sounding.fake.playlist(user, "Mine", songs, public=False)
    link = f"https://open.spotify.com/playlist/{mine.id}?si=x"
    answer = await ann.ask("add", ident="one", text=link)
    assert answer["say"] == "Added 3 songs from Mine."
    assert len((await bob.until(lambda state: len(state["queue"]) == 2))["queue"]) == 2
    assert (await ann.ask("add", ident="one", text=link))["say"] == answer["say"]
    assert len(ann.state["queue"]) == 2
    album = sounding.fake.song("Vlorp").album
    assert (await bob.ask("add", text=f"spotify:album:{album.id}"))["ok"]
    assert (await bob.ask("add", text=link))["kind"] == "NotConnected"


async def test_long_work_is_acknowledged(sounding: SoundRoom) -> None:
    """The sign that it goes on comes at once, and meanwhile other things can be asked."""
    await sounding.stock("mr brightside")
    ann, _ = await sounding.host("Ann")
    await ann.ask("add", text="mr brightside")
    with sounding.fake.held("/me/playlists") as gate:
        await ann.socket.send_json({"id": "one", "do": "save"})
        while (heard := await ann.hear()).get("id") != "one":
            pass
        assert heard == {"id": "one", "going": True}
        await gate.arrived.wait()
        assert (await ann.ask("search", text="take"))["ok"]
        gate.open()
    while (heard := await ann.hear()).get("id") != "one":
        pass
    assert heard["ok"]


async def test_what_is_sent_again_meanwhile_is_done_once(sounding: SoundRoom) -> None:
    """A page that comes back over a new line gets the answer to what is under way, and no second playlist."""
    await sounding.stock("mr brightside")
    ann, _ = await sounding.host("Ann")
    await ann.ask("add", text="mr brightside")
    with sounding.fake.held("/me/playlists") as gate:
        await ann.socket.send_json({"id": "one", "do": "save"})
        await gate.arrived.wait()
        await ann.socket.close()
        back = await sounding.enter()
        await back.hello("Ann", secret=ann.secret)
        await back.socket.send_json({"id": "one", "do": "save"})
        while (heard := await back.hear()).get("id") != "one":
            pass
        gate.open()
    while (heard := await back.hear()).get("id") != "one":
        pass
    assert heard["ok"]
    assert len(sounding.fake.world.playlists) == 1


async def test_not_too_much_at_once(sounding: SoundRoom) -> None:
    """A browser may have some long work under way, and then must wait; others need not."""
    ann, _ = await sounding.host("Ann")
    bob, _ = await sounding.host("Bob")
    with sounding.fake.held("/me/player/devices") as gate:
        for number in range(MOST_GOING):
            await ann.socket.send_json({"id": f"n{number}", "do": "devices"})
        assert (await ann.ask("devices"))["kind"] == "TooFast"
        gate.open()
    missing = {f"n{number}" for number in range(MOST_GOING)}  # they come in any order
    while missing:
        heard = await ann.hear()
        missing -= {heard.get("id")} if heard.get("ok") else set()
    assert (await ann.ask("devices"))["ok"]
    assert (await bob.ask("devices"))["ok"]


async def test_the_room_is_told(sounding: SoundRoom) -> None:
    """What happens to a party by itself is told to everybody in it, in words and once."""
    ann, user = await sounding.host("Ann")
    onlooker = await sounding.enter()
    sounding.fake.device(user, active=True)
    await ann.ask("add", text=SOME_SONG)
    sounding.party.notices.post(Room("web", "", "elsewhere"), DeviceGone())
    await ann.ask("play")
    await onlooker.until(lambda state: state["history"])
    assert ann.told == ["I can't find “Zzyxq Vlorp” on Spotify, so I skipped it."]
    assert onlooker.told == ann.told


async def test_whispers(sounding: SoundRoom) -> None:
    """What concerns one member is told to all pages of theirs, to nobody else, and not to who has left."""
    ann, bob = await sounding.enter("Ann"), await sounding.enter("Bob")
    again = await sounding.enter()
    await again.hello("Ann", secret=ann.secret)
    await ann.ask("add", text="mr brightside")
    playing = (await sounding.party.insight.now(LOBBY)).playing
    assert playing is not None
    assert playing.added_by is not None
    assert await sounding.party.notices.send(playing.added_by, LinkEndsSoon(6))
    assert not await sounding.party.notices.send(Member("web", "nobody here", "Ann"), LinkEndsSoon(6))
    words = "Your Spotify connection expires in 6 days. Renew it with “Connect Spotify”."
    while not again.told or not ann.told:
        await (ann if again.told else again).hear()
    await ann.ask("vote", entry=playing.id, value=1)  # what was told comes before a later state
    await bob.until(lambda state: state["playing"] and state["playing"]["ups"])
    assert (ann.told, again.told, bob.told) == ([words], [words], [])


async def test_spotify_asks_to_wait(sounding: SoundRoom) -> None:
    """Who asks while Spotify must be left alone is told for how long, and the party goes on."""
    ann, user = await sounding.host("Ann")
    sounding.fake.device(user, active=True)
    await ann.ask("add", text="mr brightside")
    sounding.fake.limit(21600)
    answer = await ann.ask("play")
    assert (answer["kind"], answer["ok"]) == ("SpotifyRests", False)
    assert (await ann.ask("add", text="take on me"))["ok"]


async def test_without_premium(sounding: SoundRoom) -> None:
    """Members without Premium are told what their account is good for; Spotify says it only at the try."""
    ann, user = await sounding.host("Ann", sounding.fake.user("Ann F", "free"))
    sounding.fake.device(user, active=True)
    await ann.ask("add", text="mr brightside")
    assert (await ann.ask("play"))["kind"] == "NotPremium"
    await ann.until(lambda state: state["playing"] and state["playback"] is None)


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/playlist/4aawyAB9vmqN3uQ7FjRGTy",
        "http://open.spotify.com/playlist/4aawyAB9vmqN3uQ7FjRGTy",
        "https://open.spotify.com.evil.example/playlist/x",
        "https://open.spotify.com@evil.example/x",
        "https://evil.example/?https://open.spotify.com/x",
        "https://a@b/spotify/connect/x",
        "https://evil.example/x/spotify/connect/x",
        "https://here.example/spotify/connect/x?next=//evil.example",
        "https://here.example/spotify/connect/x/../y",
        "javascript:alert(1)//x/spotify/connect/x",
        "//here.example/spotify/connect/x",
        "",
    ],
)
def test_other_links_are_never_given_out(link: str) -> None:
    """A link that leads neither to Spotify's pages nor to ours for connecting is a fault."""
    with pytest.raises(ValueError, match="elsewhere"):
        checked(link)
