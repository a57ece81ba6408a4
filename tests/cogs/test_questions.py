"""Which song was meant is asked in private, and one press settles it."""

from __future__ import annotations

import asyncio

import discord
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.doors.answers import AskWhich, Question
from bot.party.errors import QueueFull, TooManyOfYours
from bot.party.words import Track
from bot.service import PartyService
from bot.wording.languages import LANGUAGES, language
from bot.wording.replies import Replies
from cogs.escape import plain
from cogs.questions import question_card
from db.store import Store
from tests.cogs.stage import is_card, log_in, open_server, public, read, room, until
from tests.cogs.test_hostile import LONG, checked
from tests.conftest import MOD
from tests.fakes.discord_model import FakeMessage, Reply
from tests.fakes.discord_parts import buttons
from tests.fakes.discord_server import FakeDiscord
from tests.patience import until as eventually
from tests.stall import stalled

UNSURE = "brigtside the kilers"
OTHER = "sultans"
BRIGHTSIDE, SULTANS = "Mr. Brightside – The Killers", "Sultans of Swing – Dire Straits"
AS_TYPED = "As I typed it"
UNKNOWN = "zzqxv wvvkj"


def asked(reply: Reply) -> FakeMessage:
    """The one message of an answer, which only the asker sees; nothing is left of a public deferral."""
    (message,) = reply.messages
    assert message.ephemeral, f"everybody sees {message.text!r}"
    assert not [each for each in reply.interaction.messages if each.loading and not each.deleted]
    return message


def labels(message: FakeMessage) -> list[str]:
    """What can be pressed."""
    return [button.label for button in message.buttons]


async def press(fake: FakeDiscord, message: FakeMessage, label: str, which: int = 0) -> Reply:
    """Anna presses a button by its label, the first one of that label unless told otherwise."""
    button = [each for each in message.buttons if each.label == label][which]
    return await fake.click(fake.member("Anna"), message, button)


async def titles(fake: FakeDiscord, party: PartyService) -> list[str]:
    """What plays, then what waits."""
    now = await party.insight.now(room(fake))
    return [entry.track.title for entry in ((now.playing,) if now.playing else ()) + now.queue]


async def form(fake: FakeDiscord, *lines: str) -> Reply:
    """Anna adds several songs."""
    anna = fake.member("Anna")
    return await fake.submit(anna, await fake.slash(anna, "add"), {"songs": "\n".join(lines)})


@pytest.mark.parametrize("command", ["add", "play"])
async def test_one_press_says_which_song_was_meant(
    fake: FakeDiscord, party: PartyService, command: str
) -> None:
    """Nothing is queued until then; the answer takes the question's place, and nobody else sees either."""
    message = asked(await fake.slash(fake.member("Anna"), command, song=UNSURE))
    assert read(message.text).startswith(f"I'm not sure which song “{UNSURE}” is. Did you mean {BRIGHTSIDE}")
    assert labels(message)[0] == BRIGHTSIDE
    assert labels(message)[-1] == AS_TYPED
    assert 2 <= len(labels(message)) <= 4
    assert await titles(fake, party) == []
    reply = await press(fake, message, BRIGHTSIDE)
    assert reply.messages == []
    assert read(message.text) == f"Now playing: {BRIGHTSIDE}"
    assert message.buttons == []
    assert await titles(fake, party) == ["Mr. Brightside"]
    assert [each for each in fake.messages if not each.ephemeral and not is_card(each)] == []


async def test_what_was_typed_is_queued_as_it_is(fake: FakeDiscord, party: PartyService) -> None:
    """None of those offered: the song keeps the name that it was given, and undo takes it out."""
    message = asked(await fake.slash(fake.member("Anna"), "add", song=UNSURE))
    await press(fake, message, AS_TYPED)
    assert read(message.text).startswith(f"Now playing: {UNSURE}")
    assert "I don't know this song" in message.text
    assert await titles(fake, party) == [UNSURE]
    await fake.slash(fake.member("Anna"), "undo")
    assert await titles(fake, party) == []


async def test_of_two_questions_one_is_answered_and_the_other_stays(
    fake: FakeDiscord, party: PartyService
) -> None:
    """What was added besides is told above them; each answer stands where its question stood."""
    message = asked(await form(fake, "take on me", UNSURE, OTHER))
    lines = read(message.text).splitlines()
    assert lines[0] == "Now playing: Take on Me – a-ha"
    assert [UNSURE in lines[1], OTHER in lines[2], len(lines)] == [True, True, 3]
    assert labels(message).count(AS_TYPED) == 2
    await press(fake, message, SULTANS)
    assert read(message.text).splitlines() == [*lines[:2], f"Added {SULTANS}: next up."]
    assert labels(message).count(AS_TYPED) == 1
    assert BRIGHTSIDE in labels(message)
    await press(fake, message, BRIGHTSIDE)
    assert read(message.text).splitlines() == [
        lines[0],
        f"Added {BRIGHTSIDE}: number 2 in the queue.",
        f"Added {SULTANS}: next up.",
    ]
    assert message.buttons == []
    assert await titles(fake, party) == ["Take on Me", "Sultans of Swing", "Mr. Brightside"]


async def test_questions_that_offer_the_same_songs_are_asked_each(
    fake: FakeDiscord, party: PartyService
) -> None:
    """Discord takes no id twice in a message, so the later ones have a number."""
    message = asked(await form(fake, UNSURE, f"{UNSURE}!", UNSURE.upper(), UNSURE))
    assert labels(message).count(BRIGHTSIDE) == labels(message).count(AS_TYPED) == 4
    await press(fake, message, BRIGHTSIDE, which=2)
    await press(fake, message, AS_TYPED, which=2)
    assert labels(message).count(BRIGHTSIDE) == 2
    assert (await titles(fake, party))[0] == "Mr. Brightside"
    assert len(await titles(fake, party)) == 2


async def test_more_questions_than_fit_are_told_without_buttons(fake: FakeDiscord) -> None:
    """Five can be answered by a press; of the others it is said that there are more."""
    message = asked(await form(fake, *(f"{number} {UNSURE}" for number in "abcdefghi")))
    assert labels(message).count(AS_TYPED) == 5
    assert "more" in message.text.splitlines()[-1]


async def test_the_longest_answers_fit_into_the_message(fake: FakeDiscord, party: PartyService) -> None:
    """Five songs whose names are full of signs, answered one by one, below what was added besides."""
    names = [f"{letter} {UNSURE} {'*_' * 29}" for letter in "abcde"]
    message = asked(await form(fake, *names, *(f"Zqxv{'*' * 50}{n} - Wv{'_' * 50}kj" for n in range(5))))
    assert labels(message).count(AS_TYPED) == 5
    for _ in names:
        await press(fake, message, AS_TYPED)
    await eventually(lambda: message.buttons == [])
    assert len(await titles(fake, party)) == 10
    assert message.text.count("queued just as you typed it") >= 9


async def test_a_press_after_a_restart_works(party: PartyService) -> None:
    """The ids and the message say all."""
    async with open_server() as fake:
        async with log_in(fake, party):
            message = asked(await form(fake, UNSURE, OTHER))
            await press(fake, message, BRIGHTSIDE)
        async with log_in(fake, party):
            await press(fake, message, SULTANS)
        assert read(message.text).splitlines() == [
            f"Now playing: {BRIGHTSIDE}",
            f"Added {SULTANS}: next up.",
        ]
        assert message.buttons == []


async def test_questions_answered_at_once_are_all_answered(fake: FakeDiscord, party: PartyService) -> None:
    """The second press acts on a message that does not show the first answer yet."""
    message = asked(await form(fake, UNSURE, OTHER))
    offered = [each for each in message.buttons if each.label in {BRIGHTSIDE, SULTANS}]
    await asyncio.gather(*(fake.click(fake.member("Anna"), message, button) for button in offered))
    assert message.buttons == []
    assert sorted(await titles(fake, party)) == ["Mr. Brightside", "Sultans of Swing"]


async def test_a_question_is_answered_once(fake: FakeDiscord, party: PartyService) -> None:
    """Whoever presses two of its buttons at once meant the one that came first."""
    message = asked(await fake.slash(fake.member("Anna"), "add", song=UNSURE))
    await asyncio.gather(
        *(fake.click(fake.member("Anna"), message, button) for button in message.buttons),
        *(fake.click(fake.member("Anna"), message, button) for button in message.buttons),
    )
    (title,) = await titles(fake, party)
    assert title in message.text
    assert "already" not in message.text


async def test_what_cannot_be_added_is_told_and_the_question_stays(
    fake: FakeDiscord, party: PartyService
) -> None:
    """One more private sentence; when there is room again the same button works."""
    anna = fake.member("Anna")
    message = asked(await fake.slash(anna, "add", song=UNSURE))
    before = labels(message)
    await party.settings.choose(room(fake), MOD, {"songs_each": 1})
    await fake.slash(anna, "add", song="take on me")
    await fake.slash(anna, "add", song="wonderwall")
    reply = await press(fake, message, BRIGHTSIDE)
    assert read(asked(reply).text) == str(TooManyOfYours(1))
    assert labels(message) == before
    await fake.slash(anna, "undo")
    await press(fake, message, BRIGHTSIDE)
    assert message.buttons == []


async def test_a_full_queue_leaves_the_question(
    fake: FakeDiscord, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit of the whole party is told the same way."""
    anna = fake.member("Anna")
    await fake.slash(anna, "add", song="take on me")
    message = asked(await fake.slash(anna, "add", song=UNSURE))
    monkeypatch.setattr("bot.party.rules.admission.LONGEST_QUEUE", 0)
    reply = await press(fake, message, BRIGHTSIDE)
    assert read(asked(reply).text) == str(QueueFull(0))
    assert BRIGHTSIDE in labels(message)


@pytest.mark.usefixtures("hasty")
async def test_it_is_asked_in_private_after_a_public_deferral(fake: FakeDiscord, store: Store) -> None:
    """What everybody saw of a slow request is gone, and the answer to a slow press comes late, but comes."""
    anna = fake.member("Anna")
    async with stalled(store):
        reply = await fake.slash(anna, "import", link=f"zzqxv wvvkj\n{UNSURE}", wait=False)
        await until(reply.interaction, lambda: reply.deferred)
        assert reply.interaction.original is not None
        assert not reply.interaction.original.ephemeral
    message = asked(await fake.settled(reply))
    assert read(message.text).startswith("Found 0 of 2 songs. Added one.")
    assert BRIGHTSIDE in labels(message)
    async with stalled(store):
        button = next(each for each in message.buttons if each.label == BRIGHTSIDE)
        pressed = await fake.click(anna, message, button, wait=False)
        await until(pressed.interaction, lambda: pressed.deferred)
        assert BRIGHTSIDE in labels(message)
    await fake.settled(pressed)
    assert message.buttons == []


async def test_a_song_that_nobody_resembles_is_queued_for_all(fake: FakeDiscord) -> None:
    """Nothing is asked where nothing is like it; the answer says how it was queued."""
    told = read(public(await fake.slash(fake.member("Anna"), "add", song=UNKNOWN)).text)
    assert told.startswith(f"Now playing: {UNKNOWN}")
    assert "queued just as you typed it" in told


TRACKS = st.builds(Track, LONG, LONG, track_id=st.integers(0, 999_999).map(str))
OFFERED = st.lists(TRACKS, min_size=1, max_size=3)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    unsure=st.lists(st.tuples(LONG.map(lambda text: text[:300]), OFFERED), min_size=1, max_size=12),
    told=st.lists(LONG, max_size=12),
    code=st.sampled_from([*LANGUAGES]),
)
def test_questions_stay_within_limits_and_inert(
    unsure: list[tuple[str, list[Track]]], told: list[str], code: str
) -> None:
    """Whatever was typed, and whatever songs are called."""
    words = Replies(language(code), plain)
    above = [words.plain(line[:90].replace("\n", " ")) for line in told]
    text = "\n".join([*above, words.which(unsure)])
    card = question_card(AskWhich(text, [Question(*each) for each in unsure[:5]]), words)
    checked(card)
    body = card.to_components()  # type: ignore[no-untyped-call]
    assert all(1 <= len(button.label) <= 80 for button in buttons(body))
    assert all(row.is_dispatchable() for row in card.walk_children() if isinstance(row, discord.ui.Button))
