"""The live card and the ballots in Slack: what they show, and how fast."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.doors.card import Later
from bot.party import errors
from bot.party.limits import AUTOPILOT_WAITS_MS
from bot.party.words import Member, Room
from bot.service import PartyService
from bot.slack import card as live
from bot.slack.asked import Slack
from bot.slack.card import SlackCards
from bot.slack.installs import Single
from tests.bot.slack.conftest import log_in, open_server
from tests.bot.slack.stage import (
    answers,
    card,
    cards,
    choose,
    fill,
    private,
    public,
    read,
    room,
    sentence,
    titles,
    until,
    votes,
)
from tests.conftest import Clock
from tests.fakes.slack_model import FakeMessage
from tests.fakes.slack_server import FakeSlack

REAL_S = live.POST_EVERY_S
ANNA = Member("slack", "UANNA", "Anna")


def guest(number: int) -> Member:
    """One of many people whom Slack need not know."""
    return Member("slack", f"UGUEST{number}", f"Guest {number}")


async def add(fake: FakeSlack, party: PartyService, *songs: str) -> list[int]:
    """Adds songs as somebody whom Slack need not know."""
    return [(await party.queue.add(room(fake), ANNA, song)).entry.id for song in songs]


async def begun(fake: FakeSlack, party: PartyService, *songs: str) -> FakeMessage:
    """The card of a party with these songs, once it shows the last of them."""
    await add(fake, party, *songs)
    last = (await party.insight.now(room(fake))).queue[-1].track.title
    return await card(fake, lambda it: last in read(it))


def refused(fake: FakeSlack) -> list[str]:
    """The requests that Slack refused as too many."""
    return [str(each) for each in fake.requests if each.status == 429]


async def test_the_first_song_brings_one_card(fake: FakeSlack) -> None:
    """Nobody need ask for it, and there is one, however many songs follow; it is edited in its place."""
    anna = fake.member("Anna")
    await fill(fake, anna, "mr brightside")
    first = await card(fake)
    await fill(fake, anna, "take on me", "wonderwall")
    shown = await card(fake, lambda it: "Wonderwall" in read(it))
    assert cards(fake) == [first] == [shown]
    assert "▶ *Now playing:* Mr. Brightside" in read(shown)
    assert "I don't make a sound: put the songs on yourselves" in read(shown)
    assert shown.options["unfurl_links"] is False


async def test_a_burst_is_one_post_or_edit_a_second(
    fake: FakeSlack, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much happens, Slack is asked once a second at most in a channel, and the last is shown."""
    monkeypatch.setattr(live, "POST_EVERY_S", REAL_S)
    fake.refuse_fast_posts = True
    fake.limit("chat.update", 1, 0.99)
    began_s = time.monotonic()
    one, other = await add(fake, party, "mr brightside", "take on me")
    for number in range(40):
        await party.ballots.vote(room(fake), guest(number), other, +1)
    shown = await card(fake, lambda it: "👍 40" in it.shown)
    assert 1 <= shown.edits <= (time.monotonic() - began_s) / REAL_S
    assert refused(fake) == []
    await party.queue.remove(room(fake), ANNA, one)
    await until(lambda: any(it.thread_ts for it in fake.messages))
    assert refused(fake) == []
    assert fake.posts_per_second(fake.general) == 1


async def test_what_plays_next_is_named_in_the_cards_thread(fake: FakeSlack, party: PartyService) -> None:
    """Each song that starts after the card came up is named once under it."""
    one, _ = await add(fake, party, "mr brightside", "take on me")
    shown = await card(fake, lambda it: "Take on Me" in read(it))
    await party.queue.remove(room(fake), ANNA, one)
    await until(lambda: any(it.thread_ts for it in fake.messages))
    (told,) = [it for it in fake.messages if it.thread_ts]
    assert told.thread_ts == shown.ts
    assert read(told) == "Now playing: Take on Me – a-ha · added by Anna"
    await add(fake, party, "wonderwall")
    await card(fake, lambda it: "Wonderwall" in read(it))
    assert len([it for it in fake.messages if it.thread_ts]) == 1


async def test_votes_on_the_card(fake: FakeSlack, party: PartyService) -> None:
    """A press votes, a second one takes the vote back, and the menu votes against; nobody is answered."""
    ben = fake.member("Ben")
    shown = await begun(fake, party, "mr brightside", "take on me", "wonderwall")
    up = votes(shown)[1]
    reply = await fake.press(ben, shown, up)
    await card(fake, lambda it: "👍 1" in it.shown)
    assert answers(reply) == []
    assert await titles(fake, party) == ["Mr. Brightside", "Wonderwall", "Take on Me"]
    entry = up.split(":")[2]
    await fake.choose(ben, shown, "encore:down", entry)
    await card(fake, lambda it: "👎 1" in it.shown)
    assert await titles(fake, party) == ["Mr. Brightside", "Take on Me", "Wonderwall"]


async def test_a_double_click_is_one_vote(fake: FakeSlack, party: PartyService, clock: Clock) -> None:
    """Two presses at once are one vote; a press a while later takes it back."""
    ben = fake.member("Ben")
    shown = await begun(fake, party, "mr brightside", "take on me")
    (up,) = votes(shown)
    await fake.press(ben, shown, up)
    await fake.press(ben, shown, up)
    assert (await party.insight.now(room(fake))).queue[0].ups == 1
    clock.pass_by(minutes=1)
    await fake.press(ben, shown, up)
    assert (await party.insight.now(room(fake))).queue[0].ups == 0


async def test_a_redelivered_press_is_one_vote(fake: FakeSlack, party: PartyService, clock: Clock) -> None:
    """A press that Slack delivers again, however much later, does not take its own vote back."""
    shown = await begun(fake, party, "mr brightside", "take on me")
    pressed = await fake.press(fake.member("Ben"), shown, votes(shown)[0])
    clock.pass_by(minutes=1)
    await fake.redeliver(pressed)
    assert (await party.insight.now(room(fake))).queue[0].ups == 1


async def test_pages_are_turned_for_everybody(fake: FakeSlack, party: PartyService) -> None:
    """Ten songs a page; the first has no way back, the last none on."""
    ben = fake.member("Ben")
    await add(fake, party, *(f"typed:Zqxsong {number} - Vqz Us" for number in range(24)))
    shown = await card(fake, lambda it: "encore:page:2" not in it.actions and "encore:page:1" in it.actions)
    assert len(votes(shown)) == 10
    await fake.press(ben, shown, "encore:page:1")
    await card(fake, lambda it: "*11.*" in it.shown)
    assert len(votes(shown)) == 10
    await fake.press(ben, shown, "encore:page:2")
    await card(fake, lambda it: "*21.*" in it.shown)
    assert [each for each in shown.actions if "page" in each] == ["encore:page:1"]
    assert len(votes(shown)) == 3


async def test_a_song_that_was_on_an_old_card_cannot_be_voted_for(
    fake: FakeSlack, party: PartyService
) -> None:
    """A press on a song that is over is told so in private."""
    ben = fake.member("Ben")
    shown = await begun(fake, party, "mr brightside", "take on me")
    (up,) = votes(shown)
    now = await party.insight.now(room(fake))
    shown.blocks = list(shown.blocks)
    old = FakeMessage(shown.ts, shown.channel, shown.text, shown.blocks)
    await party.queue.remove(room(fake), ANNA, now.queue[0].id)
    assert await private(await fake.press(ben, old, up)) == sentence(errors.AlreadyOver())


async def test_skip_on_the_card(fake: FakeSlack, party: PartyService) -> None:
    """The button counts who wants to skip, and skips what it stands beside only."""
    anna, ben, cleo = (fake.member(name) for name in ("Anna", "Ben", "Cleo"))
    await fill(fake, anna, "mr brightside")
    await fill(fake, ben, "wonderwall")
    await fill(fake, cleo, "take on me")
    shown = await card(fake, lambda it: "⏭ 0/2" in it.shown)
    (skip,) = [each for each in shown.actions if each.startswith("encore:skip:")]
    await fake.press(ben, shown, skip)
    await card(fake, lambda it: "⏭ 1/2" in it.shown)
    old = FakeMessage(shown.ts, shown.channel, shown.text, list(shown.blocks))
    await fake.press(cleo, shown, skip)
    await card(fake, lambda it: "▶ *Now playing:* Wonderwall" in read(it))
    assert await private(await fake.press(cleo, old, skip)) == sentence(errors.AlreadyOver())


async def test_what_next_on_the_card_posts_a_ballot(fake: FakeSlack, party: PartyService) -> None:
    """The button does what `/next` does."""
    ben = fake.member("Ben")
    shown = await begun(fake, party, "mr brightside", "take on me")
    ballot = await public(await fake.press(ben, shown, "encore:next"))
    assert len([each for each in votes(ballot) if each.endswith(":1")]) == 5


async def test_the_queue_brings_the_card_down(fake: FakeSlack, party: PartyService) -> None:
    """`/queue` posts the card anew at the bottom, takes the one before away, and the new one is live."""
    ben = fake.member("Ben")
    former = await begun(fake, party, "mr brightside", "take on me")
    await fake.slash(ben, "/queue")
    await until(lambda: former.deleted)
    (shown,) = cards(fake)
    await add(fake, party, "wonderwall")
    await card(fake, lambda it: it is shown and "Wonderwall" in read(it))


async def test_a_card_that_slack_could_not_take_away_goes_later(
    fake: FakeSlack, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two cards of one party would tell two stories: the old one goes when Slack lets it."""
    monkeypatch.setattr(live, "RETRY_S", 0.05)
    ben = fake.member("Ben")
    former = await begun(fake, party, "mr brightside", "take on me")
    fake.fail_next("chat.delete", status=503)
    fake.fail_next("chat.delete", error="internal_error")
    await fake.slash(ben, "/queue")
    await until(lambda: former.deleted)
    assert len(cards(fake)) == 1


async def test_the_queue_again_and_again_keeps_one_live_card(fake: FakeSlack, party: PartyService) -> None:
    """However fast people ask for the card while songs come in, one is left, and it is live."""
    people = [fake.member(f"Guest {number}") for number in range(6)]
    await begun(fake, party, "mr brightside", "take on me")
    for turn in range(4):
        asked = [fake.slash(each, "/queue") for each in people]
        await asyncio.gather(*asked, add(fake, party, f"typed:Zqxsong {turn} - Vqz Us"))
    await until(lambda: sum(it.method == "chat.postMessage" for it in fake.requests) == 1 + 4 * len(people))
    await add(fake, party, "wonderwall")
    shown = await card(fake, lambda it: "Wonderwall" in read(it))
    await until(lambda: cards(fake) == [shown])
    await add(fake, party, "hey jude")
    await card(fake, lambda it: it is shown and "Hey Jude" in read(it))


async def test_too_many_cards_at_once_are_told_kindly(fake: FakeSlack, party: PartyService) -> None:
    """Where Slack takes no more posts, who asks for the card is asked to wait a moment."""
    ben = fake.member("Ben")
    await begun(fake, party, "mr brightside", "take on me")
    fake.fail_next("chat.postMessage", status=429)
    assert await private(await fake.slash(ben, "/queue")) == sentence(errors.TooFast())


async def test_an_empty_queue_says_how_to_begin(fake: FakeSlack) -> None:
    """The card of a party without songs names the commands that change that."""
    await fake.slash(fake.member("Anna"), "/queue")
    shown = (await card(fake)).shown
    assert "`/add`" in shown
    assert "`/next`" in shown


async def test_a_channel_without_the_bot_is_told_to_invite_it(fake: FakeSlack, party: PartyService) -> None:
    """Where the bot may not post, songs can be added all the same, and `/queue` says what to do."""
    ben = fake.member("Ben")
    place = fake.channel("elsewhere", has_bot=False, private=True)
    await fake.slash(ben, "/add", "wonderwall", channel=place)
    told = await private(await fake.slash(ben, "/queue", channel=place))
    assert (told or "").endswith(sentence(errors.NotHere()))
    assert await titles(fake, party, place) == ["Wonderwall"]


async def test_a_deleted_card_does_not_come_back_by_itself(fake: FakeSlack, party: PartyService) -> None:
    """A card that somebody deleted stays away until it is asked for."""
    ben = fake.member("Ben")
    former = await begun(fake, party, "mr brightside", "take on me")
    fake.world.delete(former)
    await fill(fake, ben, "wonderwall")
    await until(lambda: any("message_not_found" in str(it.answer) for it in fake.requests))
    await fill(fake, ben, "hey jude")
    assert cards(fake) == []
    await fake.slash(ben, "/queue")
    assert len(cards(fake)) == 1


async def test_a_card_that_slack_could_not_take_is_shown_later(
    fake: FakeSlack, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a refusal for a while or a fault of Slack's the card is edited again."""
    monkeypatch.setattr(live, "RETRY_S", 0.05)
    shown = await begun(fake, party, "mr brightside", "take on me")
    fake.fail_next("chat.update", status=500)
    await add(fake, party, "wonderwall")
    assert await card(fake, lambda it: "Wonderwall" in read(it)) is shown


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/html", "none"])
async def test_a_page_of_a_proxy_is_no_answer(party: PartyService, kind: str) -> None:
    """What answers in Slack's place, in whatever form, makes a card wait and does not end it."""

    async def sorry(request: web.Request) -> web.Response:
        if kind == "none" and request.transport is not None:
            request.transport.close()
        return web.Response(status=503, text="try again", content_type=kind if kind != "none" else None)

    async with _served(sorry) as base:
        keeper = SlackCards(Slack(party, Single("xoxb-1"), base))
        here = Room("slack", "T1", "C1")
        shown = await party.insight.now(here)
        with pytest.raises(Later):
            await keeper.edit(here, "1.1", shown, 0)
        with pytest.raises(Later):
            await keeper.send(here, shown, 0)


@contextlib.asynccontextmanager
async def _served(handle: object) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/api/{method}", handle)  # type: ignore[arg-type]
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    finally:
        await runner.cleanup()


async def test_a_restart_picks_the_card_up(party: PartyService) -> None:
    """After a restart the card that is there is brought up to date and goes on."""
    async with open_server() as fake:
        async with log_in(fake, party):
            shown = await begun(fake, party, "mr brightside", "take on me")
            await add(fake, party, "creep radiohead")
            await card(fake, lambda it: "Creep" in read(it))  # an edit: the database knows of the card
        await party.queue.add(room(fake), ANNA, "wonderwall")
        async with log_in(fake, party):
            await card(fake, lambda it: "Wonderwall" in read(it))
            await add(fake, party, "hey jude")
            await card(fake, lambda it: "Hey Jude" in read(it))
        assert cards(fake) == [shown]


async def test_the_autopilot_asks_on_the_card_and_decides(
    fake: FakeSlack, party: PartyService, clock: Clock
) -> None:
    """Where few songs are left the card asks what comes next; a press chooses."""
    ben = fake.member("Ben")
    await choose(party, room(fake), autopilot=True)
    await fill(fake, ben, "mr brightside")
    await party.autopilot.roll_on()
    shown = await card(fake, lambda it: "What next? Vote, or I'll choose" in it.shown)
    offered = [each for each in votes(shown) if each.endswith(":queue")]
    assert len(offered) == 5
    await fake.press(ben, shown, offered[0])
    assert len(await titles(fake, party)) == 2
    clock.pass_by(minutes=AUTOPILOT_WAITS_MS / 60_000)
    await party.autopilot.roll_on()
    await card(fake, lambda it: "or I'll choose" not in it.shown)
