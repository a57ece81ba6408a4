"""Songs that are not sure: the asker is asked in private, and a press settles it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.doors import presses
from bot.doors.answers import AskWhich, Question
from bot.doors.meant import named
from bot.party import errors
from bot.party.words import Track
from bot.recommend.catalogue import Catalogue
from bot.recommend.finder import Outcome
from bot.service import PartyService
from bot.slack import forms, which
from bot.slack.blocks import Json
from bot.slack.text import words
from bot.wording.languages import LANGUAGES
from tests.bot.slack.conftest import log_in, open_server
from tests.bot.slack.stage import answer, answered, choose, fill, read, room, sentence, titles, until
from tests.bot.slack.test_hostile import NAMES, live, shown
from tests.fakes.slack_blocks import check_message
from tests.fakes.slack_model import FakeMessage
from tests.fakes.slack_parts import walk
from tests.fakes.slack_server import FakeSlack

MAYBE = [
    "ashes",
    "zombies",
    "brightsid killrs",
    "zzyzx brightside",
    "wonderwall zzyzx",
    "wonderwl ryan",
    "creep live",
    "angels rob",
]
"""Some of these may mean several songs, whichever model is shipped."""

Unsure = list[tuple[str, tuple[Track, ...]]]


@pytest.fixture
async def unsure(catalogue: Catalogue) -> Unsure:
    """Two texts that may mean several songs, and which."""
    meant = [(text, await catalogue.meant(text)) for text in MAYBE]
    found = [(text, each.offered) for text, each in meant if each.outcome is Outcome.UNSURE]
    assert len(found) > 1
    return found[:2]


def buttons(message: FakeMessage) -> list[Json]:
    """The buttons of the questions that are open."""
    return [each for each in walk(message.blocks) if str(each.get("action_id", "")).startswith(which.ADD)]


async def test_an_unsure_song_is_asked_about_in_private(
    fake: FakeSlack, party: PartyService, unsure: Unsure
) -> None:
    """The asker alone sees a button for each song; one press adds it, and the message says so."""
    anna = fake.member("Anna")
    typed, offered = unsure[0]
    asked = await answer(await fake.slash(anna, "/add", typed))
    assert asked.private_to is anna
    assert await titles(fake, party) == []
    labels = [each["text"]["text"] for each in buttons(asked)]
    assert labels == [*(named(track, 75) for track in offered), "As I typed it"]
    await fake.press(anna, asked, buttons(asked)[1])
    assert await titles(fake, party) == [offered[1].title]
    await until(lambda: not buttons(asked))
    assert read(asked) == f"Now playing: {named(offered[1], 75)}"
    assert asked.private_to is anna


async def test_a_song_can_be_kept_as_it_was_typed(
    fake: FakeSlack, party: PartyService, unsure: Unsure
) -> None:
    """Who meant none of them has the song queued under what was typed, and is told that nobody knows it."""
    anna = fake.member("Anna")
    asked = await answer(await fake.slash(anna, "/add", unsure[0][0]))
    await fake.press(anna, asked, buttons(asked)[-1])
    await until(lambda: not buttons(asked))
    assert "queued just as you typed it" in read(asked)
    now = await party.insight.now(room(fake))
    assert now.playing is not None
    assert not now.playing.track.known


async def test_of_two_questions_the_other_one_stays(
    fake: FakeSlack, party: PartyService, unsure: Unsure
) -> None:
    """One message tells what was added and asks both; each press settles one and leaves the rest."""
    anna = fake.member("Anna")
    (first, some), (second, others) = unsure
    asked = await answer(await fake.slash(anna, "/add", f"wonderwall\n{first}\n{second}"))
    assert "Now playing: Wonderwall – Oasis" in read(asked)
    assert len({each["action_id"] for each in buttons(asked)}) == len(buttons(asked))
    before = buttons(asked)
    await fake.press(anna, asked, before[0])
    await until(lambda: len(buttons(asked)) < len(before))
    assert [each["text"] for each in buttons(asked)] == [each["text"] for each in before[len(some) + 1 :]]
    lines = read(asked).split("\n")
    assert lines[0] == "Now playing: Wonderwall – Oasis"
    assert lines[1] == f"Added {named(some[0], 75)}: next up."
    assert f"“{second}”" in lines[2]
    await fake.press(anna, asked, buttons(asked)[0])
    await until(lambda: not buttons(asked))
    assert f"Added {named(some[0], 75)}: next up." in read(asked)
    assert await titles(fake, party) == ["Wonderwall", some[0].title, others[0].title]


async def test_who_presses_fast_is_not_asked_again(
    fake: FakeSlack, party: PartyService, unsure: Unsure
) -> None:
    """Two buttons pressed at once, the second one before the first shows: both questions are settled."""
    anna = fake.member("Anna")
    await choose(party, room(fake), one_of_each=False)
    asked = await answer(await fake.slash(anna, "/add", "\n".join(text for text, _ in unsure)))
    old = buttons(asked)
    held = [await fake.press(anna, asked, each, wait=False) for each in (old[0], old[1], old[-1])]
    for reply in held:
        await fake.settled(reply)
    await until(lambda: not buttons(asked))
    assert len(await titles(fake, party)) == 2  # of one question one song, however many are pressed


async def test_the_same_question_twice_is_two(fake: FakeSlack, party: PartyService, unsure: Unsure) -> None:
    """Two lines that offer the same songs have a button each, and each is settled by itself."""
    anna = fake.member("Anna")
    await choose(party, room(fake), one_of_each=False)
    asked = await answer(await fake.slash(anna, "/add", f"{unsure[0][0]}\n{unsure[0][0]}"))
    count = len(buttons(asked))
    await fake.press(anna, asked, buttons(asked)[count // 2])
    await until(lambda: len(buttons(asked)) == count // 2)
    await fake.press(anna, asked, buttons(asked)[0])
    await until(lambda: not buttons(asked))
    assert len(await titles(fake, party)) == 2


async def test_a_press_after_a_restart_works(party: PartyService, unsure: Unsure) -> None:
    """All that a press needs is in the message, so another process settles it."""
    async with open_server() as fake:
        anna = fake.member("Anna")
        async with log_in(fake, party):
            asked = await answer(await fake.slash(anna, "/add", "\n".join(text for text, _ in unsure)))
        async with log_in(fake, party):
            await fake.press(anna, asked, buttons(asked)[0])
            await until(lambda: "Now playing" in read(asked))
            assert f"“{unsure[1][0]}”" in read(asked)
            assert await titles(fake, party) == [unsure[0][1][0].title]


async def test_a_song_that_may_not_be_added_keeps_its_question(
    fake: FakeSlack, party: PartyService, unsure: Unsure
) -> None:
    """What the room refuses is told in private, and another choice is still there."""
    anna = fake.member("Anna")
    await choose(party, room(fake), songs_each=1)
    await fill(fake, anna, "wonderwall", "hey jude")
    asked = await answer(await fake.slash(anna, "/add", unsure[0][0]))
    reply = await fake.press(anna, asked, buttons(asked)[0])
    told = await answer(reply)
    assert told.ephemeral
    assert read(told) == sentence(errors.TooManyOfYours(1))
    assert buttons(asked)


async def test_a_press_in_a_direct_message_means_the_channel(
    fake: FakeSlack, party: PartyService, unsure: Unsure
) -> None:
    """Where the bot may not write, it asks by message; the song goes where the form was opened."""
    anna = fake.member("Anna")
    place = fake.channel("elsewhere", private=True, has_bot=False)
    view = (await fake.slash(anna, "/add", channel=place)).view
    asked = await answered(fake, fake.submit(anna, view, {forms.SONGS: {forms.SONGS: unsure[0][0]}}))
    assert asked.channel is fake.dm(anna)
    await fake.press(anna, asked, buttons(asked)[0])
    await until(lambda: not buttons(asked))
    assert await titles(fake, party, place) == [unsure[0][1][0].title]


@pytest.mark.parametrize("value", ["", "x", "[]", "{}", '["<!here>",0,"C1","m","",[]]', "[1,2,3,4,5,6]"])
async def test_a_button_that_carries_nonsense_does_no_harm(
    fake: FakeSlack, party: PartyService, unsure: Unsure, value: str
) -> None:
    """What its id says is added then, and takes the message's place."""
    anna = fake.member("Anna")
    asked = await answer(await fake.slash(anna, "/add", unsure[0][0]))
    await fake.press(anna, asked, buttons(asked)[0], value=value)
    await until(lambda: not buttons(asked))
    assert await titles(fake, party) == [unsure[0][1][0].title]


# Whatever songs are called


LONG = st.one_of(NAMES, st.sampled_from(["&" * 500, "<!channel>" * 50, '"' * 500, "\\" * 400, "漢" * 500]))
QUESTIONS = st.lists(
    st.builds(
        Question,
        LONG.map(lambda text: text[:300] or "x"),
        st.lists(st.builds(Track, LONG, LONG, st.integers(0, 200_000).map(str)), min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=100, deadline=None)
@given(QUESTIONS, LONG, st.sampled_from([*LANGUAGES]), st.data())
def test_questions_are_harmless_and_within_slacks_limits(
    questions: list[Question], told: str, locale: str, data: st.DataObject
) -> None:
    """Slack takes the message, acts on nothing in it, and each press comes back as what the button is for."""
    replies = words(locale)
    text = "\n".join([replies.plain(told), *(replies.which([(it.typed, it.offered)]) for it in questions)])
    message = which.asking(AskWhich(text, questions), "C1", "key", replies)
    for _ in range(len(questions) + 1):
        text, blocks = which.shown(message, replies)
        check_message({"text": text, "blocks": blocks})
        assert [each for part in [text, *shown(blocks)] for each in live(part)] == []
        pressed = [which.read(each) for each in walk(blocks) if each.get("type") == "button"]
        assert all(pressed)
        if not pressed:
            break
        (one,) = data.draw(st.lists(st.sampled_from(pressed), min_size=1, max_size=1))
        assert one is not None
        assert isinstance(presses.read(f"{which.ADD}{one.song}"), presses.Add)
        message = one.asking.settled({one.at: replies.plain(f"Added {told}")})


def test_what_is_asked_survives_the_way_to_slack_and_back() -> None:
    """Of usual songs everything is carried, so the other questions look as before."""
    replies = words("en")
    asked = [
        Question(f"song {n} & more", [Track(f"Title {n}{k}", "Artist", f"{n}{k}") for k in range(3)])
        for n in range(5)
    ]
    answered = AskWhich("\n".join(replies.which([(it.typed, it.offered)]) for it in asked), asked)
    message = which.asking(answered, "C1", "key", replies)
    _, blocks = which.shown(message, replies)
    for each in (part for part in walk(blocks) if part.get("type") == "button"):
        again = which.read(json.loads(json.dumps(each)))
        assert again is not None
        assert which.shown(again.asking, replies) == which.shown(message, replies)
