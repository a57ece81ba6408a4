"""Answers that meet a closed connection are sent once more."""

from __future__ import annotations

import pytest

from bot.party.words import State
from bot.service import PartyService
from db.store import Store
from tests.cogs.stage import is_card, public, read, room, until
from tests.fakes.discord_server import FakeDiscord
from tests.patience import until as eventually
from tests.stall import stalled

both_ways = pytest.mark.parametrize("taken", [False, True], ids=["not taken", "taken"])
both_ends = pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])


@both_ways
@both_ends
async def test_an_acknowledgement_is_sent_once_more(
    fake: FakeDiscord, party: PartyService, taken: bool, reset: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """The song is added once and answered once, whether Discord had the first one or not."""
    await fake.slash(fake.member("Ben"), "now")  # so that there is a connection to close
    fake.hang_up_next("POST", "/callback", taken=taken, reset=reset)
    answer = public(await fake.slash(fake.member("Anna"), "add", song="mr brightside"))
    assert "Now playing" in read(answer.text)
    assert (await party.insight.now(room(fake))).queue == ()
    assert [it.getMessage() for it in caplog.records if it.levelname == "ERROR"] == []


@both_ways
async def test_a_clicks_answer_is_sent_once_more(fake: FakeDiscord, party: PartyService, taken: bool) -> None:
    """A vote on a ballot shows, and counts once."""
    ballot = public(await fake.slash(fake.member("Anna"), "next"))
    fake.hang_up_next("POST", "/callback", taken=taken)
    reply = await fake.click(fake.member("Ben"), ballot, ballot.buttons[0])
    assert (reply.messages, reply.acknowledged_ms is not None) == ([], True)
    now = await party.insight.now(room(fake))
    assert now.playing is not None
    assert (now.playing.state, now.playing.ups) == (State.PLAYING, 1)


@both_ways
async def test_the_card_as_an_answer_is_known_after_that(
    fake: FakeDiscord, party: PartyService, taken: bool
) -> None:
    """The lost answer had its id, which is asked for then."""
    await fake.slash(fake.member("Anna"), "add", song="mr brightside")
    fake.hang_up_next("POST", "/callback", taken=taken)
    await fake.slash(fake.member("Ben"), "queue")
    await eventually(lambda: sum(map(is_card, fake.messages)) == 1)  # the first song's goes
    (card,) = filter(is_card, fake.messages)
    assert await party.cards.of(room(fake)) == card.id


@both_ways
async def test_a_file_is_whole_the_second_time(fake: FakeDiscord, taken: bool) -> None:
    """It is read from its beginning again."""
    await fake.slash(fake.member("Anna"), "add", song="mr brightside")
    fake.hang_up_next("POST", "/callback", taken=taken)
    reply = await fake.slash(fake.member("Anna"), "export")
    ((data,),) = [it.files.values() for it in reply.messages]
    assert b"Brightside" in data


@pytest.mark.usefixtures("hasty")
@both_ways
async def test_a_late_answer_is_sent_once_more(fake: FakeDiscord, store: Store, taken: bool) -> None:
    """What follows a deferral too."""
    async with stalled(store):
        reply = await fake.slash(fake.member("Anna"), "add", song="mr brightside", wait=False)
        await until(reply.interaction, lambda: reply.deferred)
        fake.hang_up_next("PATCH", "/messages/@original", taken=taken)
    assert "Now playing" in read((await fake.settled(reply)).text)
