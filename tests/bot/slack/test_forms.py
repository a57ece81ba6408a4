"""Forms, the shortcut of a message, the app's home, and files in Slack."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.party import errors
from bot.party.limits import MOST_IMPORTED
from bot.party.shares import MOST_S
from bot.party.words import Order, Quorum
from bot.recommend.catalogue import Catalogue
from bot.service import PartyService
from bot.slack import asked, forms
from bot.slack.app import SHORTCUT
from db.store import Store
from tests.bot.slack.stage import (
    BRIGHTSIDE,
    answered,
    answers,
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
from tests.fakes.slack_model import FakeMember, FakeView
from tests.fakes.slack_server import FakeSlack
from tests.held import held
from tests.stall import stalled

SPOTIFY = "https://open.spotify.com/track/003vvx7Niy0yvhvHt4a68B?si=abc"
FAR_OVER_S = 1_000.0


async def form(fake: FakeSlack, by: FakeMember, command: str = "/add") -> FakeView:
    """The form that a command opens."""
    return (await fake.slash(by, command)).view


def lines(text: str) -> dict[str, dict[str, str]]:
    """Songs as they are written into the form."""
    return {forms.SONGS: {forms.SONGS: text}}


async def test_a_song_is_suggested_as_one_types(fake: FakeSlack, party: PartyService) -> None:
    """What is typed into the form offers songs, and the one that is picked is added."""
    anna = fake.member("Anna")
    view = await form(fake, anna)
    offered = (await fake.suggest(anna, forms.SONG, "brightside killers")).offered
    assert offered[0][0] == BRIGHTSIDE
    told = await answered(fake, fake.submit(anna, view, {forms.SONG: {forms.SONG: offered[0][1]}}))
    assert (read(told), told.ephemeral) == (f"Now playing: {BRIGHTSIDE}", False)
    assert await titles(fake, party) == ["Mr. Brightside"]


@pytest.mark.parametrize("typed", ["m", "?!", "a &amp; b", "x" * 400])
async def test_suggestions_keep_to_slacks_limits(fake: FakeSlack, typed: str) -> None:
    """Whatever is typed, Slack takes the answer; each song is offered once."""
    anna = fake.member("Anna")
    await form(fake, anna)
    reply = await fake.suggest(anna, forms.SONG, typed)
    assert reply.failure is None
    assert len({value for _, value in reply.offered}) == len(reply.offered)


async def test_who_types_on_is_offered_what_fits_the_last_letters(
    fake: FakeSlack, catalogue: Catalogue
) -> None:
    """Of what somebody types only the last is looked for; others are not in the way."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await form(fake, anna)
    await form(fake, ben)
    async with asyncio.TaskGroup() as typing, held(catalogue):
        early = [typing.create_task(fake.suggest(anna, forms.SONG, typed)) for typed in ("t", "tak")]
        last = typing.create_task(fake.suggest(anna, forms.SONG, "take on me"))
        bens = typing.create_task(fake.suggest(ben, forms.SONG, "wonderwall"))
        assert [((reply := await each).failure, reply.offered) for each in early] == [(None, [])] * 2
    assert last.result().offered[0][0] == "Take on Me – a-ha"
    assert bens.result().offered[0][0] == "Wonderwall – Oasis"


async def test_who_has_used_up_their_share_is_told_so(fake: FakeSlack, party: PartyService) -> None:
    """They are offered nothing and told to slow down; nobody else notices."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await form(fake, anna)
    who = f"{room(fake).workspace}/{anna.id}"
    party.shares.person("slack", who).spend(MOST_S + FAR_OVER_S)
    assert (await fake.suggest(anna, forms.SONG, "brightside killers")).offered == []
    assert await private(await fake.slash(anna, "/add wonderwall")) == sentence(errors.TooFast())
    await form(fake, ben)
    assert (await fake.suggest(ben, forms.SONG, "brightside killers")).offered[0][0] == BRIGHTSIDE


async def test_several_lines_are_several_songs(fake: FakeSlack, party: PartyService) -> None:
    """A song a line; one that nobody knows is queued as it is written, and no line is in another's way."""
    anna = fake.member("Anna")
    view = await form(fake, anna)
    said = read(
        await answered(fake, fake.submit(anna, view, lines("wonderwall\n\nzzzz qqqq xxyy\nhey jude\n")))
    )
    assert "Now playing: Wonderwall" in said
    assert "Added zzzz qqqq xxyy: next up. I don't know this song" in said
    assert await titles(fake, party) == ["Wonderwall", "zzzz qqqq xxyy", "Hey Jude"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", errors.EmptyText()),
        (" \n ", errors.EmptyText()),
        ("\n".join(["hey"] * (MOST_IMPORTED + 1)), errors.TooManyLines(MOST_IMPORTED)),
    ],
)
async def test_a_form_that_cannot_be_met_is_told_in_private(
    fake: FakeSlack, party: PartyService, text: str, error: errors.PartyError
) -> None:
    """Nothing, or too much, is answered to who sent it alone, and nothing is added."""
    anna = fake.member("Anna")
    view = await form(fake, anna)
    told = await answered(fake, fake.submit(anna, view, lines(text)))
    assert (read(told), told.private_to) == (sentence(error), anna)
    assert await titles(fake, party) == []


async def test_a_form_that_comes_twice_counts_once(fake: FakeSlack, party: PartyService) -> None:
    """What Slack delivers again adds nothing a second time, though the room allows a song twice."""
    anna = fake.member("Anna")
    await choose(party, room(fake), one_of_each=False)
    reply = await fake.submit(anna, await form(fake, anna), lines("wonderwall\nhey jude"))
    await fake.redeliver(reply)
    assert await titles(fake, party) == ["Wonderwall", "Hey Jude"]


async def test_a_command_that_comes_twice_opens_one_form(fake: FakeSlack) -> None:
    """The second copy has no trigger left; the person has the form and is told nothing."""
    anna = fake.member("Anna")
    first = await fake.slash(anna, "/add")
    again = await fake.redeliver(first)
    assert len(fake.modals(anna)) == 1
    assert answers(first) == answers(again) == []


@pytest.mark.parametrize("command", ["/add", "/settings"])
async def test_a_form_that_came_too_late_is_explained(fake: FakeSlack, command: str) -> None:
    """After its time Slack opens no form; the person is asked to try again."""
    anna = fake.member("Anna", admin=True)
    reply = await fake.slash(anna, command, wait=False)
    fake.pass_by(fake.world.timing.trigger_s + 1)
    await fake.settled(reply)
    assert await private(reply) == sentence(errors.NotUnderstood())


async def test_a_form_is_answered_where_the_bot_may_not_post(fake: FakeSlack, party: PartyService) -> None:
    """In a channel that the bot is not in the songs are added, and who sent them hears so by message."""
    anna = fake.member("Anna")
    place = fake.channel("elsewhere", private=True, has_bot=False)
    view = (await fake.slash(anna, "/add", channel=place)).view
    await fake.submit(anna, view, lines("wonderwall"))
    await until(lambda: any(it.channel is fake.dm(anna) for it in fake.messages))
    await until(lambda: fake.requests[-1].method == "chat.postMessage")
    told = "\n".join(read(it) for it in fake.messages if it.channel is fake.dm(anna))
    assert "Now playing: Wonderwall" in told
    assert told.count(sentence(errors.NotHere())) == 1
    assert await titles(fake, party, place) == ["Wonderwall"]


async def test_an_answer_outlives_its_address(fake: FakeSlack, store: Store) -> None:
    """Where the address of a request has run out, the answer comes by another way, as private as before."""
    anna = fake.member("Anna")
    async with stalled(store):
        reply = await fake.slash(anna, "/undo", wait=False)
        ballot = await fake.slash(anna, "/next", wait=False)
        fake.pass_by(1801)
    await fake.settled(reply)
    await fake.settled(ballot)
    await until(lambda: len(fake.messages) == 2)
    told = next(it for it in fake.messages if it.ephemeral)
    assert read(told) == sentence(errors.NothingToUndo())
    assert told.private_to is anna


async def test_settings_are_chosen_in_a_form(fake: FakeSlack, party: PartyService) -> None:
    """The form shows what holds, and what an admin chooses holds from then on."""
    boss, ben = fake.member("Boss", admin=True), fake.member("Ben")
    view = await form(fake, boss, "/settings")
    assert "Skip" in view.shown
    chosen: dict[str, dict[str, Any]] = {
        "order": {"order": "turns"},
        "songs_each": {"songs_each": "3"},
        "switches": {"switches": ["quiet"]},
        "sound": {"sound": ["own_only"]},
        "crossfade_s": {"crossfade_s": "6"},
        "language": {"language": "de"},
        forms.PEOPLE: {forms.PEOPLE: [ben.id]},
    }
    reply = await fake.submit(boss, view, chosen)
    rules = await party.settings.rules(room(fake))
    assert reply.failure is None
    assert (rules.order, rules.songs_each, rules.language, rules.djs) == (Order.TURNS, 3, "de", ben.id)
    assert (rules.quiet, rules.one_of_each, rules.guests) == (True, False, False)
    assert (rules.own_only, rules.levelled, rules.crossfade_s) == (True, False, 6)
    assert "alone_min" not in view.actions  # there are no voice channels
    again = await form(fake, ben, "/settings")
    assert again.actions["order"]["initial_option"]["value"] == "turns"
    assert again.actions[forms.PEOPLE]["initial_users"] == [ben.id]


async def test_a_form_sent_as_it_is_changes_nothing(fake: FakeSlack, party: PartyService) -> None:
    """Opening the settings and saving them leaves every rule as it was."""
    boss = fake.member("Boss", admin=True)
    before = await party.settings.rules(room(fake))
    await fake.submit(boss, await form(fake, boss, "/settings"), {})
    assert await party.settings.rules(room(fake)) == before


async def test_saved_settings_are_confirmed(fake: FakeSlack, party: PartyService) -> None:
    """Who saves reads so alone, also that nothing was changed."""
    boss = fake.member("Boss", admin=True)
    view = await form(fake, boss, "/settings")
    told = await answered(fake, fake.submit(boss, view, {"order": {"order": "turns"}}))
    assert told.private_to is boss
    assert read(told).startswith("Saved.")
    told = await answered(fake, fake.submit(boss, await form(fake, boss, "/settings"), {}))
    assert read(told).startswith("Nothing changed")


async def test_what_others_changed_meanwhile_stays(fake: FakeSlack, party: PartyService) -> None:
    """A form writes only what was changed in it, of each switch by itself; many people fit into it too."""
    boss, ben = fake.member("Boss", admin=True), fake.member("Ben")
    await choose(party, room(fake), djs=" ".join(f"U{number:010}" for number in range(300)))
    view = await form(fake, boss, "/settings")
    await choose(party, room(fake), quorum=Quorum.ALL, quiet=True, language="de", djs=ben.id)
    chosen: dict[str, dict[str, Any]] = {
        "order": {"order": "turns"},
        "switches": {"switches": ["one_of_each", "guests", "clean"]},
    }
    await answered(fake, fake.submit(boss, view, chosen))
    rules = await party.settings.rules(room(fake))
    assert (rules.order, rules.clean) == (Order.TURNS, True)
    assert (rules.quorum, rules.quiet, rules.language, rules.djs) == (Quorum.ALL, True, "de", ben.id)


async def test_djs_without_an_account_stay(fake: FakeSlack, party: PartyService) -> None:
    """Whom a moderator has appointed on the page no form of Slack's can show, or takes out."""
    boss, ben = fake.member("Boss", admin=True), fake.member("Ben")
    visitor = "0123456789abcdef"
    await choose(party, room(fake), djs=f"{visitor} {boss.id}")
    view = await form(fake, boss, "/settings")
    assert view.actions[forms.PEOPLE]["initial_users"] == [boss.id]
    await fake.submit(boss, view, {"order": {"order": "turns"}})
    assert (await party.settings.rules(room(fake))).djs == f"{visitor} {boss.id}"
    view = await form(fake, boss, "/settings")
    await fake.submit(boss, view, {forms.PEOPLE: {forms.PEOPLE: [ben.id]}})
    assert (await party.settings.rules(room(fake))).djs == f"{ben.id} {visitor}"


async def test_who_lost_the_right_meanwhile_cannot_save(fake: FakeSlack, party: PartyService) -> None:
    """Rights are looked at again when the form is sent, not only when it is opened."""
    ben = fake.member("Ben")
    await choose(party, room(fake), djs=ben.id)
    view = await form(fake, ben, "/settings")
    await choose(party, room(fake), djs="")
    told = await answered(fake, fake.submit(ben, view, {"order": {"order": "turns"}}))
    assert (read(told), told.private_to) == (sentence(errors.ManagersOnly()), ben)
    assert (await party.settings.rules(room(fake))).order is Order.VOTES


async def test_a_messages_links_are_added(fake: FakeSlack, party: PartyService) -> None:
    """The shortcut of a message adds each song that it links to, once."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    said = fake.say(ben, fake.general, f"listen: <{SPOTIFY}> and <{SPOTIFY}|again>!")
    assert BRIGHTSIDE in read(await public(await fake.shortcut(anna, SHORTCUT, message=said)))
    assert await titles(fake, party) == ["Mr. Brightside"]


async def test_a_messages_words_are_a_song(fake: FakeSlack, party: PartyService) -> None:
    """A message that names a song adds it; twice delivered, once."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await choose(party, room(fake), one_of_each=False)
    said = fake.say(ben, fake.general, "simon &amp; garfunkel\nmrs robinson")
    reply = await fake.shortcut(anna, SHORTCUT, message=said)
    await fake.redeliver(reply)
    assert len(await titles(fake, party)) == 1


@pytest.mark.parametrize("text", ["", "?!", ":)"])
async def test_a_message_without_a_song_says_so(fake: FakeSlack, party: PartyService, text: str) -> None:
    """Where a message names no song, the asker alone is told."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    reply = await fake.shortcut(anna, SHORTCUT, message=fake.say(ben, fake.general, text))
    told = await private(reply)
    assert told
    assert text or told == str(errors.NoSongInMessage())
    assert await titles(fake, party) == []


async def test_a_message_whose_song_nobody_knows_is_queued_as_it_is(
    fake: FakeSlack, party: PartyService
) -> None:
    """Title and artist may be a song that nobody knows; the answer says so. Mere talk is no song."""
    anna = fake.member("Anna")
    said = fake.say(anna, fake.general, "zzzz qqqq - xxyy")
    told = read(await public(await fake.shortcut(anna, SHORTCUT, message=said)))
    assert told.startswith("Now playing: zzzz qqqq – xxyy. I don't know this song")
    said = fake.say(anna, fake.general, "see you all later, was nice")
    await fake.shortcut(anna, SHORTCUT, message=said)
    assert await titles(fake, party) == ["zzzz qqqq"]


# The home


async def test_the_home_shows_ones_parties(fake: FakeSlack) -> None:
    """The parties that a member is in, what plays there, and what the member has voted for."""
    anna = fake.member("Anna")
    other = fake.channel("other")
    await fill(fake, anna, "mr brightside", "take on me")
    await fake.slash(anna, "/vote", "1")
    await fake.slash(anna, "/add", "wonderwall", channel=other)
    await fake.open_home(anna)
    home = fake.home(anna)
    assert home is not None
    shown = home.shown.replace("\u200b", "")
    assert f"<#{fake.general.id}>" in shown
    assert f"<#{other.id}>" in shown
    assert f"Now playing: {BRIGHTSIDE}" in shown
    assert "👍 Take on Me – a-ha" in shown
    assert home.actions.keys() & {f"encore:settings:{fake.general.id}"} == set()


async def test_the_home_of_a_newcomer_says_how_to_begin(fake: FakeSlack) -> None:
    """Who is in no party is told how to start one; a second look publishes it again."""
    anna = fake.member("Anna")
    for _ in range(2):
        reply = await fake.open_home(anna)
        assert "You're not in a party yet" in reply.view.shown
    assert (await fake.open_home(anna, tab="messages")).views == []


async def test_the_homes_button_opens_that_channels_settings(fake: FakeSlack, party: PartyService) -> None:
    """An admin's home has a button for each party, and what is saved holds in its channel."""
    boss = fake.member("Boss", admin=True)
    other = fake.channel("other")
    await fake.slash(boss, "/add", "wonderwall", channel=other)
    await fake.open_home(boss)
    home = fake.home(boss)
    assert home is not None
    view = (await fake.press(boss, home, f"encore:settings:{other.id}")).view
    await fake.submit(boss, view, {"order": {"order": "arrival"}})
    assert (await party.settings.rules(room(fake, other))).order is Order.ARRIVAL
    assert (await party.settings.rules(room(fake))).order is Order.VOTES


# Files


@pytest.mark.parametrize(
    ("form", "begins"), [("", b""), ("m3u", b"#EXTM3U"), ("xspf", b"<?xml"), ("JSPF", b"{")]
)
async def test_a_party_is_exported_to_the_asker(fake: FakeSlack, form: str, begins: bytes) -> None:
    """The file comes as a direct message, in the form that was asked for, and is called like the channel."""
    anna = fake.member("Anna")
    await fill(fake, anna, "wonderwall")
    await fake.slash(anna, "/export", form)
    await until(lambda: any(it.files for it in fake.messages))
    (name, data), *_ = fake.files.items()
    assert name.startswith(f"{fake.general.name}.")
    assert data.startswith(begins)
    assert b"Wonderwall" in data
    assert next(it for it in fake.messages if it.files).channel is fake.dm(anna)


async def test_a_private_channels_name_is_not_known(fake: FakeSlack) -> None:
    """Slack does not say it, so the file is called a party."""
    anna = fake.member("Anna")
    place = fake.channel("secret", private=True, members=[anna])
    await fake.slash(anna, "/add", "wonderwall", channel=place)
    await fake.slash(anna, "/export", channel=place)
    await until(lambda: bool(fake.files))
    assert [*fake.files] == ["party.csv"]


async def test_a_file_comes_by_message_where_the_bot_is_not(fake: FakeSlack) -> None:
    """Where the bot may not post, the asker alone gets the file."""
    anna = fake.member("Anna")
    place = fake.channel("elsewhere", private=True, has_bot=False)
    await fake.slash(anna, "/add", "wonderwall", channel=place)
    reply = await fake.slash(anna, "/map", channel=place, wait=False)
    await until(lambda: bool(fake.files))  # a process of its own draws it
    await fake.settled(reply)
    await until(lambda: any(it.files for it in fake.messages))
    assert next(it for it in fake.messages if it.files).channel is fake.dm(anna)


async def test_the_map_is_a_picture_in_the_channel(fake: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A map of the party's songs is drawn and posted; while that takes long the asker is told so."""
    monkeypatch.setattr(asked, "SOON_S", 0.01)
    anna = fake.member("Anna")
    await fill(fake, anna, "mr brightside", "take on me", "wonderwall")
    reply = await fake.slash(anna, "/map", wait=False)
    await until(lambda: bool(fake.files))  # a process of its own draws it
    await fake.settled(reply)
    assert any("I'm drawing the map" in read(it) and it.private_to is anna for it in fake.messages)
    assert fake.files["map.png"].startswith(b"\x89PNG")
