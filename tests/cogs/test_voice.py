"""Parties in voice channels, through the real voice client: what is heard is what the party plays."""

from __future__ import annotations

import asyncio
import importlib
import itertools
import threading

import pytest

from bot.party.words import Member, Outlet
from cogs.voice_client import Client
from tests.cogs.stage import private, public, room
from tests.cogs.stage_voice import AFRICA, BOSS, BRIGHTSIDE, HEARD_BY, TAKE_ON_ME, Night
from tests.fakes.discord_model import EVERYONE
from tests.fakes.discord_people import CONNECT, SPEAK, ChannelKind
from tests.hearing import heard, needs_voice, pitch
from tests.patience import until

pytestmark = needs_voice


async def test_a_member_calls_the_bot_and_hears_the_party(night: Night) -> None:
    """In the member's own channel, song after song."""
    await night.queue(BRIGHTSIDE, TAKE_ON_ME)
    said = public(await night.join()).text
    assert said == "🔊 Playing in Music. Use /leave to make me go."
    await night.hears(440)
    call = night.fake.voice.call(night.fake.guild)
    assert call.channel is night.channel
    assert call.flags["self_deaf"]  # which /privacy promises
    await night.hears(640)
    await night.plays("Take on Me")
    public(await night.fake.slash(night.anna, "leave"))
    await until(lambda: not night.fake.voice.calls)


async def test_two_songs_meet_without_a_gap(night: Night) -> None:
    """The last frame of one is followed by the first of the other, and none is missing."""
    await night.queue(BRIGHTSIDE, TAKE_ON_ME)
    await night.join()
    await night.hears(640, 50)
    frames = night.fake.voice.heard(night.fake.guild)
    sounding = [at for at, it in enumerate(frames) if len(it.opus) > 3]
    last = 6_000 // 20  # a busy machine may be late elsewhere
    assert sounding[last] - sounding[last - 1] == 1
    around = [frames[at].opus for at in sounding[last - 25 : last + 25]]
    assert abs(pitch(heard(around[:25])[2400:]) - 440) < HEARD_BY
    assert abs(pitch(heard(around[25:])[2400:]) - 640) < HEARD_BY
    assert {b.sequence - a.sequence for a, b in itertools.pairwise(frames)} == {1}


async def test_it_follows_pause_skip_and_seek(night: Night) -> None:
    """A pause is silence with the five frames that end a transmission, a skip is another tone at once."""
    await night.shelf.put(BRIGHTSIDE, 440, 60)
    await night.queue(BRIGHTSIDE, TAKE_ON_ME, AFRICA)
    await night.join()
    await night.hears(440)
    await night.fake.slash(night.anna, "pause")
    await until(lambda: night.fake.voice.legs[-1].speaking[-1] == 0)
    await until(
        lambda: [it.opus for it in night.fake.voice.heard(night.fake.guild)[-5:]] == [b"\xf8\xff\xfe"] * 5
    )
    night.forget()
    await night.fake.slash(night.anna, "play")
    await night.hears(440)
    await night.party.outlets.seek(room(night.fake), BOSS, 58_000)
    await night.hears(640)
    await night.fake.slash(night.anna, "skip")
    await night.hears(840)


async def test_a_song_without_a_record_is_silence_by_the_clock(night: Night) -> None:
    """The bot stays, and goes on with the next one."""
    await night.queue("hey ya", AFRICA)
    await night.join()
    assert not night.sounds()
    await night.fake.slash(night.anna, "skip")
    await night.hears(840)


async def test_what_cannot_be_played_is_skipped(night: Night) -> None:
    """Text in a file of music, and a file that is gone: one sentence each, and the next one sounds."""
    (night.shelf.folder / "text.mp3").write_text("no music at all " * 500)
    await night.shelf.put_file(BRIGHTSIDE, night.shelf.folder / "text.mp3")
    await night.shelf.put_file(TAKE_ON_ME, night.shelf.folder / "gone.flac")
    await night.queue(BRIGHTSIDE, TAKE_ON_ME, AFRICA)
    await night.join()
    await night.hears(840)
    await until(lambda: len(night.said()) == 2)
    assert night.said()[0].startswith("I couldn't play “Mr. Brightside”, so I skipped it.")


async def test_the_next_song_is_not_waited_for(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be played is skipped at once, not with the next look at the party."""
    monkeypatch.setattr("cogs.voice_line.LOOK_S", 3_600.0)
    await night.shelf.put_file(BRIGHTSIDE, night.shelf.folder / "gone.flac")
    await night.queue(BRIGHTSIDE, AFRICA)
    await night.join()
    await night.hears(840)


async def test_what_decodes_is_loaded_beside_the_loop(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """FFmpeg takes a third of a second; and where it is broken, the party sounds nowhere."""
    load, threads = importlib.import_module, list[threading.Thread]()

    def loaded(name: str, package: str | None = None) -> object:
        if name == "cogs.voice_line":
            threads.append(threading.current_thread())
            raise ImportError("libavcodec.so: file too short")
        return load(name, package)

    monkeypatch.setattr(importlib, "import_module", loaded)
    await night.queue(BRIGHTSIDE)
    private(await night.join())
    assert threads
    assert threading.main_thread() not in threads
    assert await night.party.outlets.now(room(night.fake)) is None


async def test_songs_come_from_a_server_too(night: Night) -> None:
    """Where a source has no file, its bytes are read."""
    night.shelf.served = True
    await night.queue(BRIGHTSIDE, TAKE_ON_ME)
    await night.join()
    await night.hears(440)
    await night.hears(640)


async def test_who_is_in_no_channel_is_told(night: Night) -> None:
    """Unless the settings name one."""
    night.fake.leave_voice(night.anna)
    assert private(await night.join()) == "Join a voice channel first, then use /join."
    await night.party.settings.choose(room(night.fake), BOSS, {"voice": night.channel.id})
    assert "Playing in Music" in public(await night.join()).text


@pytest.mark.parametrize(
    ("permissions", "limit", "kind", "told"),
    [
        (EVERYONE & ~CONNECT, 0, ChannelKind.VOICE, "I need Connect and Speak to play in Stage."),
        (EVERYONE & ~SPEAK, 0, ChannelKind.VOICE, "I need Connect and Speak to play in Stage."),
        (EVERYONE, 1, ChannelKind.VOICE, "Stage is full."),
        (EVERYONE, 0, ChannelKind.STAGE, "I can't play on a stage."),
    ],
    ids=["connect", "speak", "full", "stage"],
)
async def test_a_channel_that_will_not_do(
    night: Night, permissions: int, limit: int, kind: ChannelKind, told: str
) -> None:
    """One sentence, and the party sounds nowhere."""
    place = night.fake.add_channel("Stage", app_permissions=permissions, kind=kind, user_limit=limit)
    night.fake.join_voice(night.anna, place)
    assert private(await night.join()).startswith(told)
    assert await night.party.outlets.now(room(night.fake)) is None


async def test_without_udp_there_is_a_sentence(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the party sounds nowhere."""
    monkeypatch.setattr("cogs.voice_client.WITHIN_S", 0.5)
    (await night.fake.voice.server()).deaf = True
    await night.queue(BRIGHTSIDE)
    assert private(await night.join()).startswith("I couldn't connect to Music.")
    assert await night.party.outlets.now(room(night.fake)) is None


async def test_what_sounds_goes_on_where_the_bot_cannot_get_in(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost by trying."""
    monkeypatch.setattr("cogs.voice_client.WITHIN_S", 0.5)
    (await night.fake.voice.server()).deaf = True
    anna = Member("discord", night.anna.id, "Anna")
    await night.party.outlets.begin(room(night.fake), anna, Outlet.PAGE, "a speaker", "")
    assert private(await night.join()).startswith("I couldn't connect to Music.")
    sounding = await night.party.outlets.now(room(night.fake))
    assert sounding is not None
    assert (sounding.playback.outlet, sounding.playback.device_id) == (Outlet.PAGE, "a speaker")


async def test_it_is_called_while_it_leaves(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes back, and does not take the line that it hangs up for one that goes on."""
    await night.shelf.put(BRIGHTSIDE, 440, 60)
    await night.queue(BRIGHTSIDE)
    await night.join()
    await night.hears(440)
    hang_up, held = Client.hang_up, asyncio.Event()

    async def slowly(client: Client) -> None:
        await held.wait()
        await hang_up(client)

    monkeypatch.setattr(Client, "hang_up", slowly)
    public(await night.fake.slash(night.anna, "leave"))
    joining = asyncio.create_task(night.join())
    await asyncio.wait({joining}, timeout=1.0)
    held.set()
    assert "Playing in Music" in public(await joining).text
    night.forget()
    await night.hears(440)


async def test_a_server_hears_one_party(night: Night) -> None:
    """Discord lets a bot into one voice channel of a server."""
    await night.join()
    other = night.fake.add_channel("other")
    assert "another party in Music" in private(await night.fake.slash(night.anna, "join", channel=other))


async def test_the_bot_is_called_into_another_channel(night: Night) -> None:
    """Where the member is now; the party goes on there."""
    await night.shelf.put(BRIGHTSIDE, 440, 60)
    await night.queue(BRIGHTSIDE)
    await night.join()
    await night.hears(440)
    lounge = night.fake.add_voice_channel("Lounge")
    night.fake.join_voice(night.anna, lounge)
    assert "Playing in Lounge" in public(await night.join()).text
    night.forget()
    await night.hears(440)
    assert night.fake.voice.call(night.fake.guild).channel is lounge
