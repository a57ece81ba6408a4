"""What happens to a bot in a voice channel: the party goes on, there is one sentence, and nothing is lost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.party.words import Member, Outlet, Room
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from cogs import voice as voice_module
from db.store import Store
from tests.cogs.stage import log_in, open_server, private, public, room
from tests.cogs.stage_voice import BOSS, BRIGHTSIDE, TAKE_ON_ME, Night, three_records
from tests.fakes.discord_model import EVERYONE
from tests.fakes.discord_people import SPEAK
from tests.hearing import needs_voice
from tests.patience import PATIENCE_S, until

pytestmark = needs_voice

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def joined(night: Night, monkeypatch: pytest.MonkeyPatch) -> Night:
    """The bot plays a long song in Anna's channel."""
    monkeypatch.setattr("cogs.voice_line.AGAIN_S", (0.01, 0.01, 0.01))
    monkeypatch.setattr("cogs.voice_line.LOOK_S", 0.5)
    await night.shelf.put(BRIGHTSIDE, 440, 60)
    await night.queue(BRIGHTSIDE, TAKE_ON_ME)
    public(await night.join())
    await night.hears(440)
    return night


async def outlet(night: Night) -> Outlet | None:
    """What the party sounds from."""
    sounding = await night.party.outlets.now(room(night.fake))
    return sounding.playback.outlet if sounding is not None else None


async def left(night: Night, sentence: str) -> None:
    """The bot is gone, the party goes on by the clock, and the room was told once."""
    await until(lambda: bool(night.said()))
    assert [text.startswith(sentence) for text in night.said()] == [True]
    assert await outlet(night) is None
    await night.plays("Mr. Brightside")
    await until(lambda: not night.fake.voice.calls)


async def test_it_leaves_where_nobody_is(joined: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the five minutes of the settings; bots are nobody."""
    bot = joined.fake.member("Jukebox", bot=True)
    joined.fake.join_voice(bot, joined.channel)
    joined.fake.leave_voice(joined.anna)
    await asyncio.sleep(1.2)
    assert not joined.said()
    monkeypatch.setattr("cogs.voice_line.MINUTE_S", 0.01)
    await left(joined, "Nobody was left in Music, so I left too.")


async def test_it_stays_alone_where_the_room_wants_it_to(
    joined: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without minutes in the settings it waits for whoever comes."""
    await joined.party.settings.choose(room(joined.fake), BOSS, {"alone_min": 0})
    monkeypatch.setattr("cogs.voice_line.MINUTE_S", 0.01)
    joined.fake.leave_voice(joined.anna)
    await asyncio.sleep(1.2)
    joined.forget()
    await joined.hears(440)
    assert not joined.said()


async def test_a_kick_is_told(joined: Night) -> None:
    """The bot does not come back by itself."""
    await joined.fake.voice.kick(joined.fake.guild)
    await left(joined, "I was disconnected from Music.")


async def test_a_channel_that_is_deleted_is_told(joined: Night) -> None:
    """As any other way to be thrown out."""
    joined.fake.delete_channel(joined.channel)
    await left(joined, "I was disconnected from Music.")


async def test_a_server_that_throws_it_out_is_left_for_good(joined: Night) -> None:
    """Its parties are forgotten, and nobody is left who could be told; nothing is tried again and again."""
    joined.fake.kick_bot(joined.fake.guild)
    await until(lambda: not any(task.get_name().startswith("voice ") for task in asyncio.all_tasks()))
    assert not joined.said()


@pytest.mark.parametrize("at_once", [False, True])
async def test_it_moves_when_it_is_moved(joined: Night, at_once: bool) -> None:
    """The party knows the new channel, and the sound goes on there; also where both news come at once."""
    lounge = joined.fake.add_voice_channel("Lounge")
    joined.fake.join_voice(joined.anna, lounge)
    await joined.fake.voice.move(joined.fake.guild, lounge, at_once=at_once)
    joined.forget()
    await joined.hears(440)
    await until(lambda: joined.fake.voice.call(joined.fake.guild).channel is lounge)
    async with asyncio.timeout(20):
        while True:
            sounding = await joined.party.outlets.now(room(joined.fake))
            if sounding is not None and sounding.playback.device_name == "Lounge":
                break
            await asyncio.sleep(0.05)
    assert not joined.said()


@pytest.mark.parametrize("what", ["region", "crash", "invalid"])
async def test_a_lost_voice_server_is_mended(
    joined: Night, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another region, a crash (4015), an end of the session (4006): it is heard again, and nobody is told."""
    monkeypatch.setattr("cogs.voice_client.WITHIN_S", 2.0)
    known = len(joined.fake.voice.legs)
    match what:
        case "region":
            await joined.fake.voice.move_region(joined.fake.guild)
        case "crash":
            await joined.fake.voice.crash(joined.fake.guild)
        case _:
            await joined.fake.voice.invalidate(joined.fake.guild)
    await until(lambda: len(joined.fake.voice.legs) > known or what == "crash")
    joined.forget()
    await joined.hears(440)
    assert await outlet(joined) is Outlet.VOICE
    assert not joined.said()


async def test_a_permission_that_is_lost_is_told_once(joined: Night) -> None:
    """It stays, and is heard again when it may speak."""
    joined.fake.permit(joined.channel, EVERYONE & ~SPEAK)
    await until(lambda: bool(joined.said()))
    assert joined.said()[0].startswith("I'm muted in Music, so nobody hears me.")
    joined.fake.permit(joined.channel, EVERYONE)
    await asyncio.sleep(0.8)
    assert len(joined.said()) == 1
    assert await outlet(joined) is Outlet.VOICE


@pytest.fixture
async def interrupted(
    store: Store,
    catalogue: Catalogue,
    recommender: Recommender,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Night]:
    """The bot played a long song in Anna's channel and was stopped; nothing that it did held that up."""
    monkeypatch.setattr("cogs.client.LAST_ANSWERS_S", None)  # it waits for all answers, and there are none
    shelf = await three_records(tmp_path, catalogue)
    await shelf.put(BRIGHTSIDE, 440, 60)
    async with open_server() as fake:
        channel, anna = fake.add_voice_channel("Music"), fake.member("Anna")
        fake.join_voice(anna, channel)
        it = Night(fake, PartyService(store, catalogue, recommender, library=shelf), shelf, channel, anna)
        async with asyncio.timeout(PATIENCE_S), log_in(fake, it.party):
            await it.queue(BRIGHTSIDE)
            public(await it.join())
            await it.hears(440)
        await until(lambda: not fake.voice.calls)
        yield it
        await it.party.close()


@pytest.mark.parametrize("gone", [False, True])
async def test_it_comes_back_after_a_restart(
    interrupted: Night, store: Store, catalogue: Catalogue, recommender: Recommender, gone: bool
) -> None:
    """To the channel where it was and the song that plays; if the channel is gone, the room is told."""
    it = interrupted
    await it.party.close()
    assert await outlet(it) is Outlet.VOICE
    if gone:
        it.fake.delete_channel(it.channel)
    it.forget()
    it.party = PartyService(store, catalogue, recommender, library=it.shelf)
    async with log_in(it.fake, it.party):
        if gone:
            await left(it, "I lost the connection to Music.")
        else:
            await it.hears(440)
            sounding = await it.party.outlets.now(room(it.fake))
            assert sounding is not None
            assert sounding.position_ms > 500
            assert not it.said()


async def test_it_comes_back_to_a_server_that_was_down(
    interrupted: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """READY names such a server without its channels, which are not gone for that."""
    it = interrupted
    looked, look = asyncio.Event(), it.party.outlets.sounding_from

    async def seen(outlet: Outlet) -> list[Room]:
        looked.set()
        return await look(outlet)

    monkeypatch.setattr(it.party.outlets, "sounding_from", seen)
    it.fake.take_down(it.fake.guild)
    async with log_in(it.fake, it.party):
        await looked.wait()
        for _ in range(3):
            assert await outlet(it) is Outlet.VOICE
        it.forget()
        it.fake.bring_back(it.fake.guild)
        await it.hears(440)
        assert not it.said()


async def test_a_source_that_is_away_is_waited_for(joined: Night) -> None:
    """The song runs by the clock in silence, nothing is skipped, and it sounds as soon as it can."""
    joined.shelf.away = True
    await joined.fake.slash(joined.anna, "skip")
    await joined.plays("Take on Me")
    await until(lambda: not joined.fake.voice.legs[-1].speaking[-1])
    opened = len(joined.shelf.opened)
    await until(lambda: len(joined.shelf.opened) > opened)
    joined.shelf.away = False
    await joined.hears(640)


async def test_whoever_takes_the_party_elsewhere_frees_the_channel(joined: Night) -> None:
    """One outlet a party at a time."""
    anna = Member("discord", joined.anna.id, "Anna")
    await joined.party.outlets.begin(room(joined.fake), anna, Outlet.PAGE, "a speaker", "")
    await until(lambda: not joined.fake.voice.calls)
    assert await outlet(joined) is Outlet.PAGE


async def test_without_the_libraries_there_is_a_sentence(
    night: Night,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """For whoever runs /join."""
    monkeypatch.setattr(voice_module, "missing", lambda: ["PyNaCl"])
    assert private(await night.join()).startswith("I can't play in voice channels here yet.")


def test_the_bot_starts_without_the_libraries() -> None:
    """Nothing of what voice needs is imported before somebody calls the bot; and it is seen to be missing."""
    hidden = "class Hidden:\n  def find_spec(self, name, path=None, target=None):\n"
    hidden += "    if name.split('.')[0] in ('av', 'nacl', 'davey'): raise ModuleNotFoundError(name)\n"
    look = f"import sys\n{hidden}sys.meta_path.insert(0, Hidden())\n"
    look += "import bot.__main__, cogs.client, cogs.voice_libraries\n"
    look += "print(*cogs.voice_libraries.missing(), 'cogs.voice_decoding' in sys.modules)"
    found = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["av", "davey", "PyNaCl", "False"]
