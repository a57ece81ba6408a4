"""What can be typed in Slack, and what is answered."""

from __future__ import annotations

import html
from typing import Any

import pytest

from bot.party import errors
from bot.party.domain import Member, Room
from bot.party.errors import PartyError
from bot.service import PartyService
from bot.slack.app import COMMANDS
from bot.slack.commands import HANDLERS, TOLD
from bot.slack.words import words
from tests.bot.slack.stage import BRIGHTSIDE, answers, fill, private, public, read, room, titles
from tests.conftest import Clock
from tests.fakes.slack_server import FakeSlack

BOSS = Member("slack", "UBOSS", "Boss", moderator=True, manager=True)


def sentence(error: PartyError, locale: str = "en") -> str:
    """What a person reads of an error."""
    return words(locale).error(error).replace("\u200b", "")


async def choose(party: PartyService, place: Room, **rules: Any) -> None:
    """Sets rules as a manager does."""
    await party.choose(place, BOSS, rules, None)


async def test_the_first_song_plays_and_the_second_is_next(fake: FakeSlack) -> None:
    """Everybody sees what became of a song that was added."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    first = await fake.slash(anna, "/add", "mr brightside")
    second = await fake.slash(ben, "/add", "take on me")
    assert read(await public(first)) == f"Now playing: {BRIGHTSIDE}"
    assert read(await public(second)) == "Added Take on Me – a-ha: next up."


PUBLIC = {
    "/next": "songs that fit",
    "/next 3 safe": "3 songs that fit",
    "/skip": "Skipped Mr. Brightside",
    "/remove 1": "Took Take on Me – a-ha out",
    "/remove wonderwall": "Took Wonderwall – Oasis out",
    "/undo": "Took Wonderwall – Oasis out again",
    "/vibe 90s rock": "Songs for “90s rock”",
    "/autopilot": "The autopilot is off",
}
PRIVATE = {
    "/vote 1": "You voted for Take on Me",
    "/vote take on me down": "You voted against Take on Me",
    "/vote 2 none": "You took your vote on Wonderwall",
    "/history": "Nothing has been played here yet",
    "/why wonderwall": "all together",
    "/party help": "Everybody here shares one queue",
}


@pytest.mark.parametrize("typed", [*PUBLIC, *PRIVATE, "/party next 3 safe", "/party VOTE 1"])
async def test_every_command_answers(fake: FakeSlack, typed: str) -> None:
    """Each command has its answer, in the channel or in private, by itself and behind `/party`."""
    anna = fake.member("Anna")
    await fill(fake, anna, "mr brightside", "take on me", "wonderwall")
    name, _, text = typed.partition(" ")
    reply = await fake.slash(anna, name, text)
    meant = typed.replace("/party ", "/").lower()
    if meant in PUBLIC:
        assert PUBLIC[meant] in read(await public(reply))
    else:
        assert PRIVATE[typed if typed in PRIVATE else meant] in await private(reply)


def test_no_command_is_left_out() -> None:
    """Each command is told of by `/party help`, and can be typed by itself."""
    assert {name.removeprefix("party ") for name in TOLD} == {*HANDLERS} - {"party", "help"}
    behind_party = {"help", "delete-my-data"}
    assert [f"/{name}" for name in HANDLERS if name not in behind_party] == COMMANDS


@pytest.mark.parametrize("text", ["", "help", "HELP", "party", "help me"])
async def test_help_names_every_command(fake: FakeSlack, text: str) -> None:
    """`/party` alone, and `/party help`, name each command to the asker alone."""
    said = await private(await fake.slash(fake.member("Anna"), "/party", text))
    assert all(f"`/{name}`" in said for name in TOLD)


WRONG: dict[str, PartyError] = {
    "/add zzzz qqqq xxyy": errors.UnknownSong("zzzz qqqq xxyy"),
    f"/add {'a' * 301}": errors.TextTooLong(300),
    "/next 4 songs": errors.NotUnderstood(),
    "/vote": errors.EmptyText(),
    "/vote 9": errors.NoSuchEntry(),
    "/vote 0": errors.NoSuchEntry(),
    "/vote 99999999999999999999": errors.NoSuchEntry(),
    "/vote nothing like it": errors.NoSuchEntry(),
    "/remove": errors.EmptyText(),
    "/remove 9": errors.NoSuchEntry(),
    "/remove 1": errors.NotYours(),
    "/undo": errors.NothingToUndo(),
    "/why": errors.EmptyText(),
    "/vibe": errors.NoWords(),
    "/vibe ?!": errors.NoWords(),
    "/autopilot maybe": errors.NotUnderstood(),
    "/autopilot on": errors.ManagersOnly(),
    "/settings": errors.ManagersOnly(),
    "/export docx": errors.NotUnderstood(),
    "/party dance": errors.NotUnderstood(),
}


@pytest.mark.parametrize("typed", WRONG)
async def test_an_error_is_one_private_sentence(fake: FakeSlack, party: PartyService, typed: str) -> None:
    """Who asks for what cannot be is told so alone, in the error's own words, and the party stays."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await fill(fake, anna, "mr brightside", "take on me")
    before = await party.party(room(fake))
    name, _, text = typed.partition(" ")
    said = await private(await fake.slash(ben, name, text))
    known = sentence(WRONG[typed])
    assert said == known or (name == "/add" and said.startswith(known.split("“")[0])), said
    after = await party.party(room(fake))
    assert (after.playing, after.queue) == (before.playing, before.queue)


@pytest.mark.parametrize("typed", ["/skip", "/map", "/export"])
async def test_an_empty_party_has_nothing_to_skip_or_show(fake: FakeSlack, typed: str) -> None:
    """Where no song was, what needs one says so in private."""
    error = errors.NothingPlaying() if typed == "/skip" else errors.NothingToShow()
    assert await private(await fake.slash(fake.member("Anna"), typed)) == sentence(error)


async def test_a_fault_of_ours_is_an_apology_with_a_number(
    fake: FakeSlack, party: PartyService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody foresaw is told to the asker with a number that the log has too."""

    async def broken(*args: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(party, "undo", broken)
    said = await private(await fake.slash(fake.member("Anna"), "/undo"))
    number = said.rpartition("(error ")[2].rstrip(")")
    assert said.startswith("Sorry, something went wrong on my side.")
    assert any(number in record.getMessage() for record in caplog.records)


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
        "*Bold* _Move_ - ~Nobody~",
        "<!channel> - <@U123>",
        "Bread &amp; Butter - Us",
    ],
)
async def test_text_is_read_as_it_was_typed(fake: FakeSlack, party: PartyService, typed: str) -> None:
    """What Slack escapes on its way is kept as the person wrote it, and escaped where it is shown."""
    reply = await fake.slash(fake.member("Anna"), "/add", html.escape(typed, quote=False))
    now = await party.party(room(fake))
    assert now.playing is not None
    assert f"{now.playing.track.title} - {now.playing.track.artist}" == typed
    assert "<" not in (await public(reply)).shown
    assert html.unescape(read(await public(reply))).endswith(typed.replace(" - ", " – "))


@pytest.mark.parametrize("shape", ["{}", "<{}>", "<{}|open.spotify.com/track/003>"])
async def test_a_link_is_understood_however_slack_writes_it(
    fake: FakeSlack, party: PartyService, shape: str
) -> None:
    """A Spotify link is its song, as Slack sends it with and without a label."""
    link = "https://open.spotify.com/track/003vvx7Niy0yvhvHt4a68B?si=abc"
    await fake.slash(fake.member("Anna"), "/add", shape.format(link))
    assert await titles(fake, party) == ["Mr. Brightside"]


@pytest.mark.parametrize("typed", ["/add wonderwall", "/vote 1", "/undo", "/remove 1", "/skip", "/next"])
async def test_what_comes_twice_has_one_effect(fake: FakeSlack, party: PartyService, typed: str) -> None:
    """A command that Slack delivers twice changes the party once, and is answered alike."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await fill(fake, ben, "mr brightside")
    await fill(fake, anna, "take on me", "hey jude")
    name, _, text = typed.partition(" ")
    first = await fake.slash(anna, name, text)
    once = await party.party(room(fake))
    again = await fake.redeliver(first)
    twice = await party.party(room(fake))
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


@pytest.mark.parametrize(
    "typed", ["/add wonderwall", "/queue", "/next", "/settings", "/export", "/party add x"]
)
async def test_a_direct_message_is_no_room(fake: FakeSlack, typed: str) -> None:
    """In a direct message with the bot a command is answered with where it works."""
    anna = fake.member("Anna")
    name, _, text = typed.partition(" ")
    reply = await fake.slash(anna, name, text, channel=fake.dm(anna))
    assert await private(reply) == sentence(errors.ServersOnly())


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
    assert "1 of 2" in read(await public(await fake.slash(anna, "/skip")))
    assert "Skipped Mr. Brightside" in read(await public(await fake.slash(ben, "/skip")))
    assert await titles(fake, party) == ["Take on Me", "Wonderwall"]


async def test_history_tells_what_was_played(fake: FakeSlack, party: PartyService, clock: Clock) -> None:
    """A song whose time is up is in the history."""
    anna = fake.member("Anna")
    await fill(fake, anna, "mr brightside")
    clock.pass_by(minutes=20)
    await party.play_on()
    assert f"✔ {BRIGHTSIDE}" in await private(await fake.slash(anna, "/history"))


async def test_who_asks_twice_is_erased(fake: FakeSlack, party: PartyService) -> None:
    """First it is told what is kept and how to go on; then the songs stay, without a name."""
    anna = fake.member("Anna")
    await fake.slash(anna, "/add", "wonderwall")
    told = await private(await fake.slash(anna, "/party", "delete-my-data"))
    assert "/party delete-my-data yes" in told
    assert "1 song" in await private(await fake.slash(anna, "/party", "delete-my-data yes"))
    playing = (await party.party(room(fake))).playing
    assert playing is not None
    assert playing.added_by is not None
    assert playing.added_by.name == ""


@pytest.mark.parametrize(
    "typed",
    [
        *("/spotify", "/spotify connect", "/spotify disconnect", "/spotify status", "/spotify device"),
        *("/spotify device kitchen", "/play", "/save", "/save our night", "/import x"),
        "/import https://open.spotify.com/album/0000000000000000000000",
        "/add https://open.spotify.com/playlist/0000000000000000000000",
    ],
)
async def test_spotify_that_is_not_set_up_says_so(fake: FakeSlack, party: PartyService, typed: str) -> None:
    """Whoever asks for it reads in private that the party needs none, and the party stays."""
    anna = fake.member("Anna")
    await fill(fake, anna, "mr brightside")
    name, _, text = typed.partition(" ")
    assert await private(await fake.slash(anna, name, text)) == sentence(errors.NoSpotify())
    assert await titles(fake, party) == ["Mr. Brightside"]


async def test_the_clock_can_stand_still_without_spotify(fake: FakeSlack, party: PartyService) -> None:
    """Anybody may hold the party and let it go on, with no account at all; loud it is nowhere."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await fill(fake, anna, "mr brightside")
    assert "stands still" in read(await public(await fake.slash(ben, "/pause")))
    assert (await party.party(room(fake))).paused
    assert read(await public(await fake.slash(anna, "/play"))) == "▶ The party goes on."
    assert await private(await fake.slash(anna, "/volume", "10")) == sentence(errors.NoHost())
    assert await private(await fake.slash(anna, "/spotify", "stop")) == sentence(errors.NoHost())
    await fake.open_home(anna)
    home = fake.home(anna)
    assert home is not None
    assert "Spotify" not in home.shown


async def test_help_needs_no_spotify(fake: FakeSlack) -> None:
    """Where it is not set up, help says that none is needed."""
    told = await private(await fake.slash(fake.member("Anna"), "/party", "help"))
    assert words("en").about_spotify(has_spotify=False) in told
