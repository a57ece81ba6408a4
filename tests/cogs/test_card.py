"""The live card on Discord: one message a channel that always shows the party as it stands."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest
from discord.webhook.async_ import AsyncWebhookAdapter

from bot.doors import card as shared
from bot.party.limits import AUTOPILOT_WAITS_MS
from bot.party.unit_of_work import MANY
from bot.party.words import Member
from bot.service import PartyService
from cogs import card as live
from cogs import refusals
from db.store import Store
from tests.cogs.stage import is_card, log_in, open_server, private, public, read, room
from tests.conftest import ANNA, BEN, MOD, Clock
from tests.fakes.discord_model import EVERYONE, SEND_MESSAGES, VIEW_CHANNEL, FakeMessage
from tests.fakes.discord_server import FakeDiscord
from tests.patience import PATIENCE_S
from tests.patience import until as eventually
from tests.stall import stalled

PACE_S = 0.1
"""How long a card rests in most tests here."""
REST_S = live.EDIT_EVERY_S
FEW = ("mr brightside", "take on me", "wonderwall")


@pytest.fixture(autouse=True)
def pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards rest shorter than they really do."""
    monkeypatch.setattr(live, "EDIT_EVERY_S", PACE_S)


def cards(fake: FakeDiscord) -> list[FakeMessage]:
    """The cards that there are."""
    return [message for message in fake.messages if is_card(message)]


def edits(fake: FakeDiscord, message: FakeMessage) -> int:
    """How often a card was edited in its place."""
    return sum(it.method == "PATCH" and it.path.endswith(f"/messages/{message.id}") for it in fake.requests)


async def fill(fake: FakeDiscord, party: PartyService, *songs: str) -> list[int]:
    """Adds songs as somebody whom Discord need not know."""
    return [(await party.queue.add(room(fake), ANNA, song)).entry.id for song in songs]


async def begun(fake: FakeDiscord, party: PartyService, *songs: str) -> FakeMessage:
    """The card of a party with these songs, once it shows the last of them."""
    await fill(fake, party, *songs)
    last = (await party.insight.now(room(fake))).queue[-1].track.title
    await eventually(lambda: any(last in read(card.text) for card in cards(fake)))
    (card,) = cards(fake)
    return card


async def test_the_first_song_brings_a_card(fake: FakeDiscord) -> None:
    """Nobody need ask for it; it pings nobody and there is one, however many songs follow."""
    await fake.slash(fake.member("Anna"), "add", song="mr brightside")
    await eventually(lambda: bool(cards(fake)))
    await fake.slash(fake.member("Anna"), "add", song="take on me")
    await eventually(lambda: "Take on Me" in cards(fake)[0].text)
    (card,) = cards(fake)
    assert not card.ephemeral
    assert card.allowed_mentions == {"parse": []}
    assert "Mr. Brightside" in read(card.text)
    assert "I don't make a sound: put the songs on yourselves" in card.text


async def test_a_burst_of_votes_is_few_edits_and_ends_with_the_last(
    fake: FakeDiscord, party: PartyService
) -> None:
    """At most one edit in the time that a card rests, and then all that happened is in it."""
    card = await begun(fake, party, *FEW)
    song = (await party.insight.now(room(fake))).queue[-1].id
    before, started = edits(fake, card), time.monotonic()
    for number in range(60):
        await party.ballots.vote(room(fake), Member("discord", str(500 + number), "Guest"), song, +1)
    await eventually(lambda: "👍 60" in card.text)
    lasted_s = time.monotonic() - started
    assert REST_S == 2.0
    assert 1 <= edits(fake, card) - before <= lasted_s / PACE_S + 2


async def test_in_a_rush_a_card_stays_as_it_is(
    fake: FakeDiscord, party: PartyService, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While many requests wait for the database, people's answers go first, and the card right after."""
    monkeypatch.setattr(shared, "IN_A_RUSH", 10_000.0)
    card = await begun(fake, party, *FEW)
    song = (await party.insight.now(room(fake))).queue[-1].id
    before = edits(fake, card)
    async with stalled(store, looks=False):
        rush = [
            asyncio.create_task(
                party.ballots.vote(room(fake), Member("discord", str(500 + number), "Guest"), song, +1)
            )
            for number in range(MANY + 1)
        ]
        await asyncio.sleep(0)
        assert party.busy
        party.notices.changed(room(fake))
        await asyncio.sleep(5 * PACE_S)
        assert edits(fake, card) == before
    await asyncio.gather(*rush)
    await eventually(lambda: f"👍 {MANY + 1}" in card.text)


async def test_a_card_that_is_scrolled_away_is_posted_anew(fake: FakeDiscord, party: PartyService) -> None:
    """After twenty messages of people the next change brings it down, and the old one is gone."""
    card = await begun(fake, party, *FEW[:2])
    await fill(fake, party, "hey jude")
    await eventually(lambda: "Hey Jude" in card.text)  # an edit: the bot knows of its card
    for number in range(15):
        fake.says(fake.member("Ben"), f"message {number}")
    await fill(fake, party, "wonderwall")
    await eventually(lambda: "Wonderwall" in card.text)
    assert cards(fake) == [card]
    for number in range(6):
        fake.says(fake.member("Ben"), f"message {15 + number}")
    await fake.slash(fake.member("Ben"), "history")  # by now the bot has heard of it
    await fill(fake, party, "creep radiohead")
    await eventually(lambda: card.deleted and "Creep" in cards(fake)[0].text)
    assert len(cards(fake)) == 1


async def test_asking_for_the_queue_brings_the_card_down(fake: FakeDiscord, party: PartyService) -> None:
    """The answer is the card from then on, and the one before is taken away."""
    card = await begun(fake, party, *FEW[:2])
    answer = public(await fake.slash(fake.member("Ben"), "queue"))
    await eventually(lambda: card.deleted)
    await fill(fake, party, "wonderwall")
    await eventually(lambda: "Wonderwall" in answer.text)
    assert cards(fake) == [answer]


async def test_pages_are_turned_for_everybody(fake: FakeDiscord, party: PartyService) -> None:
    """Ten songs a page; the first has no way back, the last none on."""
    await fill(fake, party, *(f"Qwxzv {number} - The Wvvkjs" for number in range(24)))
    await eventually(lambda: any("and 13 more" in each.text for each in cards(fake)))
    (card,) = cards(fake)

    def turns() -> list[tuple[str | None, str]]:
        pages = (it for it in card.buttons if (it.custom_id or "").startswith("encore:page:"))
        return [(it.emoji, it.label) for it in pages]

    assert turns() == [("➡️", "Page 2 of 3")]
    assert "Page 1 of 3" in card.text
    await fake.click(fake.member("Ben"), card, "encore:page:1")
    await eventually(lambda: "Qwxzv 15" in card.text)
    assert turns() == [("⬅️", "Page 1 of 3"), ("➡️", "Page 3 of 3")]
    await fake.click(fake.member("Ben"), card, "encore:page:2")
    await eventually(lambda: "Qwxzv 23" in card.text)
    assert turns() == [("⬅️", "Page 2 of 3")]


async def test_the_skip_button_counts_for_its_own_song_only(fake: FakeDiscord, party: PartyService) -> None:
    """Pressed after the next song has started it is refused in private and skips nothing."""
    card = await begun(fake, party, *FEW)
    skip = next(it for it in card.buttons if (it.custom_id or "").startswith("encore:skip:"))
    await fake.click(fake.member("Ben"), card, skip)
    await eventually(lambda: any(it.label == "Skip 1/2" for it in card.buttons))
    await fake.click(fake.member("Cleo"), card, skip)
    old = {"type": 2, "style": 2, "label": "old", "custom_id": skip.custom_id}
    stale = fake.world.send(
        fake.channel,
        {"components": [{"type": 1, "components": [old]}]},
    )
    for name in ("Dora", "Emil"):
        assert "ended" in private(await fake.click(fake.member(name), stale, skip))
    playing = (await party.insight.now(room(fake))).playing
    assert playing is not None
    assert playing.track.title == "Take on Me"
    await eventually(lambda: "Now playing:** Take on Me" in read(card.text))


async def test_a_card_is_picked_up_after_a_restart(party: PartyService) -> None:
    """It is edited, not posted again; the buttons of even older cards still work."""
    async with open_server() as fake:
        async with log_in(fake, party):
            card = await begun(fake, party, *FEW)
        first, *_ = (await party.insight.now(room(fake))).queue
        await party.ballots.vote(room(fake), BEN, first.id, +1)
        async with log_in(fake, party):
            await eventually(lambda: "👍 1" in card.text)
            await fake.click(fake.member("Cleo"), card, f"encore:vote:{first.id}:1:queue")
            await eventually(lambda: "👍 2" in card.text)
            await fake.click(fake.member("Cleo"), card, "encore:down", values=[str(first.id)])
            await eventually(lambda: "👎 1" in card.text)
            assert cards(fake) == [card]


async def test_a_deleted_card_stays_away_until_somebody_asks(fake: FakeDiscord, party: PartyService) -> None:
    """Whoever deletes it does not want it: no new one comes by itself."""
    card = await begun(fake, party, *FEW[:2])
    fake.delete_message(card)
    await fake.slash(fake.member("Ben"), "history")
    await fill(fake, party, "wonderwall")
    await asyncio.sleep(3 * PACE_S)  # that nothing happens can only be waited for
    assert cards(fake) == []
    answer = public(await fake.slash(fake.member("Ben"), "queue"))
    await fill(fake, party, "creep radiohead")
    await eventually(lambda: "Creep" in answer.text)
    assert cards(fake) == [answer]


@pytest.mark.parametrize("harm", ["channel", "kick", "permissions"])
async def test_a_place_that_is_gone_does_no_harm(
    fake: FakeDiscord, party: PartyService, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A deleted channel, a kicked bot, no right to write: the party goes on, and other channels too."""
    other = fake.add_channel("other")
    permissions = EVERYONE & ~SEND_MESSAGES & ~VIEW_CHANNEL if harm == "permissions" else EVERYONE
    place = fake.add_channel("bad", fake.add_guild("Elsewhere"), app_permissions=permissions)
    await fake.slash(fake.member("Anna"), "now", channel=other)
    where = room(fake, place)
    await party.queue.add(where, ANNA, "mr brightside")
    if harm != "permissions":
        await eventually(lambda: any(card.channel == place for card in cards(fake)))
    if harm == "channel":
        fake.delete_channel(place)
    elif harm == "kick":
        fake.kick_bot(place.guild)
    for song in FEW[1:]:
        await party.queue.add(where, ANNA, song)
        await party.queue.add(room(fake, other), ANNA, song)
    await eventually(lambda: any("Wonderwall" in it.text for it in cards(fake) if it.channel == other))
    await asyncio.sleep(3 * PACE_S)  # that nothing more happens can only be waited for
    refused = [it for it in fake.requests if it.status >= 400 and place.id in it.path]
    assert len(refused) <= 2
    if harm == "permissions":  # what is gone takes its parties along
        assert len((await party.insight.now(where)).queue) == 2
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_server_that_removes_the_bot_takes_its_parties_along(
    fake: FakeDiscord, party: PartyService
) -> None:
    """Nothing of it is kept, and another server's party goes on."""
    home = fake.add_guild("Elsewhere")
    gone, here = room(fake, fake.add_channel("gone", home)), room(fake)
    for where in (gone, here):
        await party.queue.add(where, ANNA, "mr brightside")
    fake.kick_bot(home)
    async with asyncio.timeout(PATIENCE_S):
        while (await party.insight.now(gone)).playing is not None:
            pass  # each look lets the event come in
    assert (await party.insight.now(here)).playing is not None


async def test_the_next_party_gets_a_card_of_its_own(
    fake: FakeDiscord, party: PartyService, clock: Clock
) -> None:
    """The last party's card lies far above, or somebody has deleted it: the first song posts a new one."""
    where = room(fake)
    await party.queue.add(where, ANNA, "mr brightside")
    await eventually(lambda: len(cards(fake)) == 1)
    (first,) = cards(fake)
    async with asyncio.timeout(PATIENCE_S):
        while await party.cards.of(where) != first.id:
            pass  # each look lets the bot take note of its card
    fake.delete_message(first)
    await fake.slash(fake.member("Anna"), "now")  # by then the bot has heard of it
    clock.pass_by(hours=30)
    await party.clock.play_on()
    await party.queue.add(where, ANNA, "wonderwall")
    await eventually(lambda: [card for card in cards(fake) if card is not first and not card.deleted] != [])


async def test_the_autopilots_question_stands_in_the_card(
    fake: FakeDiscord, party: PartyService, clock: Clock
) -> None:
    """With a button a song, their votes, and when it decides; then what it has chosen waits."""
    where = room(fake)
    await party.settings.choose(where, MOD, {"autopilot": True, "threshold": 2})
    await party.queue.add(where, ANNA, "mr brightside")
    await party.autopilot.roll_on()
    now = await party.insight.now(where)
    await eventually(lambda: any("What next?" in card.text for card in cards(fake)))
    (card,) = cards(fake)
    assert f"<t:{(now.decides_ms or 0) // 1000}:R>" in card.text
    chosen = now.ballot[2]
    await fake.click(fake.member("Ben"), card, f"encore:vote:{chosen.id}:1:queue")
    await eventually(lambda: any(it.label == "C 1" for it in card.buttons))
    clock.now_s += AUTOPILOT_WAITS_MS / 1000
    await party.autopilot.roll_on()
    await eventually(lambda: "What next?" not in card.text)
    assert f"1.** {chosen.track.title}" in read(card.text)
    assert "added by me" in card.text


async def test_a_late_press_in_the_card_leaves_the_card_a_card(
    fake: FakeDiscord, party: PartyService, clock: Clock
) -> None:
    """A question that closed meanwhile is refused in private, and no ballot takes the card's place."""
    where = room(fake)
    await party.settings.choose(where, MOD, {"autopilot": True})
    await party.queue.add(where, ANNA, "mr brightside")
    await party.autopilot.roll_on()
    await eventually(lambda: any("What next?" in card.text for card in cards(fake)))
    (card,) = cards(fake)
    entry = (await party.insight.now(where)).ballot[0]
    clock.pass_by(minutes=11)
    assert "ended" in private(await fake.click(fake.member("Ben"), card, f"encore:vote:{entry.id}:1:queue"))
    assert is_card(card)


async def test_a_card_waits_while_discord_is_ill(
    fake: FakeDiscord, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit that Discord did not take is tried again, and shows the latest state then."""
    monkeypatch.setattr(refusals, "RETRY_S", PACE_S)
    card = await begun(fake, party, *FEW[:2])
    fake.fail_next("PATCH", f"/messages/{card.id}", status=400, code=50035, message="ordered")
    await fill(fake, party, "wonderwall")
    await eventually(lambda: "Wonderwall" in card.text)


async def test_a_slow_connection_answers_the_queue_once(
    fake: FakeDiscord, party: PartyService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """However long an answer is under way, no second one is sent for the same request."""
    await begun(fake, party, *FEW)
    send = AsyncWebhookAdapter.create_interaction_response

    async def slowly(*args: object, **kwargs: object) -> object:
        await asyncio.sleep(0.2)
        return await send(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(AsyncWebhookAdapter, "create_interaction_response", slowly)
    reply = await fake.slash(fake.member("Ben"), "queue")
    message = public(reply)
    await fill(fake, party, "creep radiohead")
    await eventually(lambda: "Creep" in message.text)
    callbacks = [it for it in fake.requests if it.path.startswith(f"/interactions/{reply.interaction_id}/")]
    assert [it.status for it in callbacks] == [200]
    assert cards(fake) == [message]


async def test_an_archived_thread_is_left_in_peace(fake: FakeDiscord, party: PartyService) -> None:
    """Songs that end there open it again never; the next request does, and brings a new card."""
    thread = fake.add_thread("thread")
    where = room(fake, thread)
    anna = fake.member("Anna")
    await fake.slash(anna, "add", channel=thread, song="mr brightside")
    await eventually(lambda: bool(cards(fake)))
    (old,) = cards(fake)
    fake.archive(thread)
    before = len(fake.requests)
    for song in FEW[1:]:
        await party.queue.add(where, ANNA, song)
        await asyncio.sleep(3 * PACE_S)  # that nothing more happens can only be waited for
    tried = [it for it in fake.requests[before:] if thread.id in it.path]
    assert [(it.method, it.status) for it in tried] == [("PATCH", 400)]
    assert thread.archived
    await fake.slash(anna, "now", channel=thread)
    await eventually(lambda: old.deleted and ["Wonderwall" in card.text for card in cards(fake)] == [True])


async def test_a_channel_that_is_cleared_gets_its_card_back(fake: FakeDiscord, party: PartyService) -> None:
    """Whoever clears a channel does not mean the card; a purge of other messages leaves it where it is."""
    card = await begun(fake, party, *FEW)
    fake.purge(fake.channel, [fake.says(fake.member("Ben"), "hello")])
    await fake.slash(fake.member("Ben"), "history")
    assert cards(fake) == [card]
    fake.purge(fake.channel)
    await eventually(lambda: ["Wonderwall" in it.text for it in cards(fake)] == [True])
    assert cards(fake) != [card]


@pytest.mark.parametrize(
    ("status", "code"), [(400, 50035), (400, 0), (403, 40333), (404, 0), (429, 0), (503, 0), (401, 0)]
)
async def test_nothing_else_lets_a_card_go(
    fake: FakeDiscord,
    party: PartyService,
    status: int,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An odd refusal is tried again, with one line in the log however often it comes."""
    monkeypatch.setattr(refusals, "RETRY_S", PACE_S)
    card = await begun(fake, party, *FEW[:2])
    for _ in range(3):
        fake.fail_next("PATCH", f"/messages/{card.id}", status=status, code=code)
    await fill(fake, party, "wonderwall")
    await eventually(lambda: "Wonderwall" in card.text)
    assert cards(fake) == [card]
    assert caplog.text.count("has to wait") == 1
    assert [it for it in caplog.records if it.levelname == "ERROR"] == []


async def test_a_connection_that_closes_only_delays_a_card(
    fake: FakeDiscord, party: PartyService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The edit is tried again, as often as it takes."""
    monkeypatch.setattr(refusals, "RETRY_S", PACE_S)
    card = await begun(fake, party, *FEW[:2])
    for _ in range(3):
        fake.hang_up_next("PATCH", f"/messages/{card.id}", taken=False)
    await fill(fake, party, "wonderwall")
    await eventually(lambda: "Wonderwall" in card.text)
    assert [it for it in caplog.records if it.levelname == "ERROR"] == []


async def test_an_old_card_is_edited_as_often_as_discord_takes_it(
    fake: FakeDiscord, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of messages older than an hour that is three times in six seconds a channel (error 30046)."""
    assert fake.world.timing.old_edits_s < 3 * live.OLD_EDIT_EVERY_S
    shorter = PACE_S / REST_S  # as all rests here
    fake.world.timing = replace(fake.world.timing, old_s=-1.0, old_edits_s=6 * shorter)
    monkeypatch.setattr(live, "OLD_AFTER_S", -3600.0)
    monkeypatch.setattr(live, "OLD_EDIT_EVERY_S", live.OLD_EDIT_EVERY_S * shorter)
    card = await begun(fake, party, *FEW)
    song = (await party.insight.now(room(fake))).queue[-1].id
    for number in range(20):
        await party.ballots.vote(room(fake), Member("discord", str(500 + number), "Guest"), song, +1)
        await asyncio.sleep(PACE_S / 2)
    await eventually(lambda: "👍 20" in card.text)
    assert [it.answer for it in fake.requests if it.status == 429] == []
