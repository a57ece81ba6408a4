"""Playlists and albums in Slack: the night saved, and whole lists brought in."""

from __future__ import annotations

import pytest

from bot.party import errors
from bot.playback.errors import PlaylistClosed
from bot.service import PartyService
from bot.slack import asked
from bot.slack.app import SHORTCUT
from tests.bot.slack.spotify.stage import BOTH, SONGS, Music, done, queue, seen_by_others, url_of
from tests.bot.slack.stage import (
    answer,
    answers,
    card,
    choose,
    private,
    public,
    read,
    room,
    sentence,
    titles,
    until,
)
from tests.fakes.slack_server import FakeSlack
from tests.fakes.spotify_model import FakeSong


async def test_saving_twice_is_one_playlist(fake: FakeSlack, music: Music) -> None:
    """The first time makes it, the second brings it up to date, and the asker alone has the link."""
    anna = fake.member("Anna")
    for text in SONGS[:2]:
        await music.song(text)
    user = await music.link(anna)
    await queue(fake, anna, "mr brightside", "Zqx Never Wxq - Vqz Us")
    first = await private(await fake.slash(anna, "/save", "Our  night &amp; day"))
    (made,) = music.fake.world.playlists.values()
    assert (made.name, made.owner, made.public) == ("Our night & day", user, False)
    assert "Saved this party as a playlist: 1 song." in first
    assert f"<https://open.spotify.com/playlist/{made.id}>" in first
    assert "• Zqx Never Wxq – Vqz Us" in first
    await queue(fake, anna, "take on me")
    again = await private(await fake.slash(anna, "/party", "save another name"))
    assert "Updated your playlist: 2 songs." in again
    assert [*music.fake.world.playlists.values()] == [made]
    assert [it.song.title for it in made.entries if isinstance(it.song, FakeSong)] == [
        "Mr. Brightside",
        "Take on Me",
    ]
    assert made.id not in seen_by_others(fake)


async def test_what_spotify_says_of_a_song_is_named_and_linked(fake: FakeSlack, music: Music) -> None:
    """A song that only Spotify knows leads there wherever it is named; the catalogue's songs do not."""
    anna = fake.member("Anna")
    await queue(fake, anna, "mr brightside")
    song = music.fake.song("Zzyzx <Qwfp>", "The Colemak & Co")
    url = f"https://open.spotify.com/track/{song.id}"
    name = f"Zzyzx &lt;Qwfp&gt; – The Colemak &amp; Co (<{url}|Spotify>)"
    assert read(await public(await fake.slash(anna, "/add", url))) == f"Added {name}: next up."
    shown = await card(fake, lambda card: "Colemak" in card.shown)
    assert f"{name} · added by anna" in read(shown)
    assert read(shown).count("Spotify>") == 1


async def test_a_save_that_is_delivered_twice_is_one_playlist(fake: FakeSlack, music: Music) -> None:
    """Slack may deliver a command again: there is one playlist all the same."""
    anna = fake.member("Anna")
    await music.song("mr brightside")
    await music.link(anna)
    await queue(fake, anna, "mr brightside")
    first = await fake.slash(anna, "/save")
    await answer(first)
    await fake.redeliver(first)
    await until(lambda: len(answers(first)) == 2)
    (made,) = music.fake.world.playlists.values()
    assert made.name == "Party on 2027-01-15"


@BOTH
@pytest.mark.parametrize("how", ["/import {}", "/add {}", "/party import <{}>", "form", "shortcut"])
async def test_a_playlist_is_brought_in(fake: FakeSlack, music: Music, party: PartyService, how: str) -> None:
    """Each way in takes a playlist that the asker may read, and everybody reads how many songs came."""
    anna = fake.member("Anna")
    user = await music.link(anna)
    songs = [await music.song(text) for text in SONGS]
    link = url_of(music.fake.playlist(user, "My <!here> list", songs, public=False))
    await queue(fake, anna, "wonderwall")
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
        await done(fake.slash(anna, name, text))
    await until(lambda: any("Added 3 songs" in it.shown for it in fake.messages))
    told = next(it for it in fake.messages if it.ts not in before and "Added 3" in it.shown)
    assert not told.ephemeral
    assert "<!here>" not in told.shown
    assert read(told) == (
        "Added 3 songs from My &lt;!here&gt; list. 1 was already queued or isn't allowed here."
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
    told = read(await public(reply))
    assert "Now playing: Mr. Brightside" in told
    assert "Added 3 songs from Songs." in told
    wanted = ["Mr. Brightside", "Song 0", "Song 1", "Song 2"]
    assert sorted(await titles(fake, party)) == wanted
    await fake.redeliver(reply)
    assert sorted(await titles(fake, party)) == wanted


@pytest.mark.parametrize("how", ["/import", "/add", "form", "shortcut", "bare"])
async def test_a_list_that_takes_long_says_that_it_goes_on(
    fake: FakeSlack, music: Music, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """While Spotify does not answer the asker is told so in private, however the list was named."""
    monkeypatch.setattr(asked, "SOON_S", 0.01)
    anna = fake.member("Anna")
    album = music.fake.album("Songs", "Somebody")
    music.fake.song("Song", "Somebody", album=album)
    link = f"https://open.spotify.com/album/{album.id}"
    view = (await fake.slash(anna, "/add")).view
    said = fake.say(anna, fake.general, link)
    with music.fake.held("/albums"):
        if how == "form":
            await fake.submit(anna, view, {"encore:songs": {"encore:songs": link}}, wait=False)
        elif how == "shortcut":
            await fake.shortcut(anna, SHORTCUT, message=said, wait=False)
        elif how == "bare":
            await fake.slash(anna, "/add", link.removeprefix("https://"), wait=False)
        else:
            await fake.slash(anna, how, link, wait=False)
        await until(lambda: any("One moment" in read(it) and it.ephemeral for it in fake.messages))
    await until(lambda: any("Added 1 song from Songs" in read(it) for it in fake.messages))


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
    assert "Nothing new in Songs" in await private(await fake.slash(anna, "/import", link))


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
    assert told.endswith(f"{sentence(errors.TooManyOfYours(2))} 3 were left out.")
    assert len(await titles(fake, party)) == 3


@pytest.mark.parametrize("public", [True, False])
async def test_somebody_elses_playlist_stays_closed(fake: FakeSlack, music: Music, public: bool) -> None:
    """Spotify lets nobody read that; the asker is told so in private, and what to do."""
    anna = fake.member("Anna")
    await music.link(anna)
    made = music.fake.playlist(music.fake.user("Zoe"), "Zoe's", [await music.song(SONGS[0])], public=public)
    told = await private(await fake.slash(anna, "/import", url_of(made)))
    assert told == sentence(PlaylistClosed())
