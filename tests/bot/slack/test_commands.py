"""What can be typed in Slack, and what is answered."""

from __future__ import annotations

import html

import pytest

from bot.doors.table import Group
from bot.party import errors
from bot.playback.errors import NoHost
from bot.service import PartyService
from bot.slack.names import ROWS, named
from bot.slack.text import words
from tests.bot.slack.stage import (
    BRIGHTSIDE,
    answer,
    answers,
    card,
    choose,
    fill,
    private,
    public,
    read,
    room,
    sentence,
    titles,
    until,
)
from tests.conftest import Clock
from tests.fakes.slack_server import FakeSlack


async def test_the_first_song_plays_and_the_second_is_next(fake: FakeSlack) -> None:
    """Everybody sees what became of a song that was added."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    first = await fake.slash(anna, "/add", "mr brightside")
    assert read(await public(first)) == f"Now playing: {BRIGHTSIDE}"
    second = await fake.slash(ben, "/add", "take on me")
    assert read(await public(second)) == "Added Take on Me – a-ha: next up."


PUBLIC = {
    "/next": "songs that fit",
    "/next 3 safe": "3 songs that fit",
    "/skip": "anna skipped Mr. Brightside",
    "/now": "Now playing: Mr. Brightside",
    "/drop 1": "Removed Take on Me – a-ha from the queue",
    "/drop wonderwall": "Removed Wonderwall – Oasis from the queue",
    "/undo": "Removed Wonderwall – Oasis again",
    "/vibe 90s rock": "Songs for “90s rock”",
    "/vibe 90s rock adventurous": "Songs for “90s rock”",
    "/autopilot": "The autopilot is off",
    "/learn": "Learning is off here",
}
PRIVATE = {
    "/vote 1": "You voted for Take on Me",
    "/vote take on me down": "You voted against Take on Me",
    "/vote 2 none": "You took back your vote on Wonderwall",
    "/history": "Nothing has been played here yet",
    "/why wonderwall": "in total",
    "/party help": "Everybody here shares one queue",
}


OTHER_WAYS = {
    "/party next 3 safe": "/next 3 safe",
    "/party remove 1": "/drop 1",
    "/remove 1": "/drop 1",
    "/party VOTE 1": "/vote 1",
    "/dj-now": "/now",
    "/dj drop 1": "/drop 1",
    "/party-skip": "/skip",
}


@pytest.mark.parametrize("typed", [*PUBLIC, *PRIVATE, *OTHER_WAYS])
async def test_every_command_answers(fake: FakeSlack, typed: str) -> None:
    """Each command has its answer, in the channel or in private, by itself, prefixed and behind `/party`."""
    anna = fake.member("Anna")
    await fill(fake, anna, "mr brightside", "take on me", "wonderwall")
    name, _, text = typed.partition(" ")
    reply = await fake.slash(anna, name, text)
    meant = OTHER_WAYS.get(typed, typed)
    if meant in PUBLIC:
        assert PUBLIC[meant] in read(await public(reply))
    else:
        assert PRIVATE[meant] in await private(reply)


async def test_who_moderates_moves_and_clears(fake: FakeSlack, party: PartyService) -> None:
    """An admin gives a waiting song another place, and takes all of them out."""
    anna, boss = fake.member("Anna"), fake.member("Boss", admin=True)
    await fill(fake, anna, "mr brightside", "take on me", "wonderwall")
    assert "Wonderwall – Oasis is now number 1" in read(
        await public(await fake.slash(boss, "/move", "wonderwall 1"))
    )
    assert await titles(fake, party) == ["Mr. Brightside", "Wonderwall", "Take on Me"]
    assert "2 waiting songs" in read(await public(await fake.slash(boss, "/clear")))
    assert await titles(fake, party) == ["Mr. Brightside"]


async def test_who_manages_lets_a_model_learn(fake: FakeSlack) -> None:
    """An admin switches it for the channel, and everybody reads so."""
    boss = fake.member("Boss", admin=True)
    assert "Learning is on here" in read(await public(await fake.slash(boss, "/learn", "on")))
    assert "Learning is on here" in read(await public(await fake.slash(fake.member("Anna"), "/learn")))


async def test_what_was_is_told_in_numbers(fake: FakeSlack) -> None:
    """Everybody reads who added what, and what became of it."""
    anna = fake.member("Anna")
    await fill(fake, anna, "mr brightside", "take on me")
    await fake.slash(anna, "/skip")
    said = read(await public(await fake.slash(anna, "/stats")))
    assert "Played: 0 · skipped: 1" in said
    assert "*anna*: 2 added" in said


async def test_two_lines_are_two_songs(fake: FakeSlack, party: PartyService) -> None:
    """`/add` takes a song a line; of one that nobody knows it says so besides."""
    typed = "wonderwall\n\n  hey jude \nzzzz qqqq xxyy"
    said = read(await public(await fake.slash(fake.member("Anna"), "/add", typed)))
    assert "Now playing: Wonderwall" in said
    assert "Added zzzz qqqq xxyy: number 2 in the queue. I don't know this song" in said
    assert await titles(fake, party) == ["Wonderwall", "Hey Jude", "zzzz qqqq xxyy"]


async def test_play_with_words_adds_a_song(fake: FakeSlack, party: PartyService) -> None:
    """Behind `/play` a song is added as behind `/add`, where Spotify is not set up either."""
    said = read(await public(await fake.slash(fake.member("Anna"), "/play", "mr brightside")))
    assert said == f"Now playing: {BRIGHTSIDE}"
    assert await titles(fake, party) == ["Mr. Brightside"]


@pytest.mark.parametrize("text", ["", "help", "HELP", "party", "help me"])
async def test_help_names_every_command(fake: FakeSlack, text: str) -> None:
    """`/party` alone, and `/party help`, name each command to the asker alone."""
    said = await private(await fake.slash(fake.member("Anna"), "/party", text))
    there = {row.name for row in ROWS if f"`{named(row)}`" in said}
    assert there == {row.name for row in ROWS if not row.spotify}  # which is not set up here
    assert "`/party next`" in said


@pytest.mark.parametrize("locale", ["de-DE", "fr-FR", "es-ES", "pt-BR", "ja-JP", "zh-CN", "en-GB"])
async def test_help_fits_in_every_language(fake: FakeSlack, locale: str) -> None:
    """Slack takes its sections, each under a heading, and commands are named as they are typed in Slack."""
    said = await private(await fake.slash(fake.member("Anna", locale=locale), "/party", "help"))
    own = words(locale)
    assert all(f"`{named(row)}` {own.say(row.help)}" in said for row in ROWS if not row.spotify)
    headings = [f"*{own.say(it)}*" for it in Group if it is not Group.SPOTIFY]  # which is not set up here
    assert [line for line in said.splitlines() if line[:1] == "*"] == headings
    assert said.startswith(own.about_sound(has_spotify=False, has_music=False))


async def test_help_names_commands_as_they_are_typed(fake: FakeSlack) -> None:
    """Once somebody has typed a prefix, help, usage and the card name it."""
    anna = fake.member("Anna")
    said = await private(await fake.slash(anna, "/dj", "help"))
    assert all(f"`{named(row, 'dj')}`" in said for row in ROWS if not row.spotify)
    said = await private(await fake.slash(anna, "/dj-vote"))
    assert said == sentence(errors.WrongUsage("/dj-vote song [up|down|none]"))
    await fake.slash(anna, "/dj-queue")
    assert "`/dj-add` a song" in (await card(fake)).shown


async def test_a_quiet_room_answers_the_adder_alone(fake: FakeSlack, party: PartyService) -> None:
    """Where the channel wants quiet, an add is answered in private."""
    await choose(party, room(fake), quiet=True)
    said = await private(await fake.slash(fake.member("Anna"), "/add", "wonderwall"))
    assert said.startswith("Now playing")


async def test_a_person_is_answered_in_their_language(fake: FakeSlack) -> None:
    """What one person reads is in the language of that person."""
    ken = fake.member("Ken", locale="ja-JP")
    assert await private(await fake.slash(ken, "/undo")) == sentence(errors.NothingToUndo(), "ja")
    assert sentence(errors.NothingToUndo(), "ja") != sentence(errors.NothingToUndo())


async def test_a_channel_is_answered_in_its_language(fake: FakeSlack, party: PartyService) -> None:
    """What everybody reads is in the language that the channel has chosen, whoever asks."""
    await choose(party, room(fake), language="de")
    ken = fake.member("Ken", locale="ja-JP")
    said = read(await public(await fake.slash(ken, "/autopilot")))
    assert said == words("de").autopilot(on=False, below=3)


@pytest.mark.parametrize(
    "typed",
    [
        "Salt & Light - The <Garage> Neighbours",
        "Zzbread & Qqbutter - Xxus",
        "Zqx Never Wxq - Vqz <Us>",
    ],
)
async def test_text_is_read_as_it_was_typed(fake: FakeSlack, party: PartyService, typed: str) -> None:
    """What Slack escapes on its way is kept as the person wrote it, and escaped where it is shown."""
    anna = fake.member("Anna")
    told = await answer(await fake.slash(anna, "/add", html.escape(typed, quote=False)))
    kept = [each for each in told.actions if each.startswith("encore:add:typed:")]
    if kept:  # it may be another song: none of those is meant
        await fake.press(anna, told, kept[0])
        await until(lambda: not told.actions)
    now = await party.insight.now(room(fake))
    assert now.playing is not None
    assert f"{now.playing.track.title} - {now.playing.track.artist}" == typed
    assert "<" not in told.shown
    assert typed.replace(" - ", " – ") in html.unescape(read(told))


@pytest.mark.parametrize("shape", ["{}", "<{}>", "<{}|open.spotify.com/track/003>"])
async def test_a_link_is_understood_however_slack_writes_it(
    fake: FakeSlack, party: PartyService, shape: str
) -> None:
    """A Spotify link is its song, as Slack sends it with and without a label."""
    link = "https://open.spotify.com/track/003vvx7Niy0yvhvHt4a68B?si=abc"
    await fake.slash(fake.member("Anna"), "/add", shape.format(link))
    assert await titles(fake, party) == ["Mr. Brightside"]


@pytest.mark.parametrize("typed", ["/add wonderwall", "/vote 1", "/undo", "/drop 1", "/skip", "/next"])
async def test_what_comes_twice_has_one_effect(fake: FakeSlack, party: PartyService, typed: str) -> None:
    """A command that Slack delivers twice changes the party once, and is answered alike."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await fill(fake, ben, "mr brightside")
    await fill(fake, anna, "take on me", "hey jude")
    name, _, text = typed.partition(" ")
    first = await fake.slash(anna, name, text)
    once = await party.insight.now(room(fake))
    again = await fake.redeliver(first)
    twice = await party.insight.now(room(fake))
    assert (twice.playing, twice.queue) == (once.playing, once.queue)
    assert len(answers(first)) in {1, 2}  # the second answer is the first act's too
    assert again.failure is None
    assert len({read(each) for each in answers(first)}) == 1


async def test_two_same_commands_are_two(fake: FakeSlack, party: PartyService) -> None:
    """A command that a person types a second time is another one."""
    anna = fake.member("Anna")
    await choose(party, room(fake), one_of_each=False)
    await fill(fake, anna, "wonderwall", "wonderwall")
    assert await titles(fake, party) == ["Wonderwall", "Wonderwall"]


async def test_channels_are_rooms_of_their_own(fake: FakeSlack, party: PartyService) -> None:
    """What one channel adds is not in another channel's party."""
    anna = fake.member("Anna")
    other = fake.channel("other")
    await fake.slash(anna, "/add", "wonderwall")
    await fake.slash(anna, "/add", "hey jude", channel=other)
    assert await titles(fake, party) == ["Wonderwall"]
    assert await titles(fake, party, other) == ["Hey Jude"]


async def test_others_votes_decide_a_skip(fake: FakeSlack, party: PartyService) -> None:
    """With three people there, one wish to skip is told and the second one skips."""
    anna, ben, cleo = (fake.member(name) for name in ("Anna", "Ben", "Cleo"))
    await fill(fake, anna, "mr brightside")
    await fill(fake, ben, "take on me")
    await fill(fake, cleo, "wonderwall")
    assert "1 of 2" in read(await public(await fake.slash(cleo, "/skip")))
    assert "Skipped Mr. Brightside" in read(await public(await fake.slash(ben, "/skip")))
    assert await titles(fake, party) == ["Take on Me", "Wonderwall"]


async def test_history_tells_what_was_played(fake: FakeSlack, party: PartyService, clock: Clock) -> None:
    """A song whose time is up is in the history."""
    anna = fake.member("Anna")
    await fill(fake, anna, "mr brightside")
    clock.pass_by(minutes=20)
    await party.clock.play_on()
    assert f"✔ {BRIGHTSIDE}" in await private(await fake.slash(anna, "/history"))


async def test_the_clock_can_stand_still_without_spotify(fake: FakeSlack, party: PartyService) -> None:
    """Anybody may hold the party and let it go on, with no account at all; loud it is nowhere."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await fill(fake, anna, "mr brightside")
    assert "Paused: " in read(await public(await fake.slash(ben, "/pause")))
    assert (await party.insight.now(room(fake))).paused
    assert read(await public(await fake.slash(anna, "/play"))) == "▶ The party is playing again."
    assert await private(await fake.slash(anna, "/volume", "10")) == sentence(NoHost())
    assert await private(await fake.slash(anna, "/spotify", "stop")) == sentence(NoHost())
    await fake.open_home(anna)
    home = fake.home(anna)
    assert home is not None
    assert "Spotify" not in home.shown


async def test_help_needs_no_spotify(fake: FakeSlack) -> None:
    """Where it is not set up, help says that none is needed."""
    told = await private(await fake.slash(fake.member("Anna"), "/party", "help"))
    assert words("en").about_sound(has_spotify=False, has_music=False) in told
