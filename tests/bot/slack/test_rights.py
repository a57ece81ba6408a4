"""Who may do what in Slack: guests, people of other companies, bots, admins and who the room names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.party import errors
from bot.party.words import Order
from bot.service import PartyService
from bot.slack import people
from bot.slack.app import SHORTCUT
from bot.slack.blocks import button
from bot.slack.errors import SlackDown
from bot.slack.people import _person
from tests.bot.slack.stage import (
    COMMANDS,
    answer,
    answered,
    answers,
    choose,
    fill,
    is_card,
    private,
    public,
    read,
    room,
    sentence,
    titles,
    until,
)
from tests.fakes.slack_model import FakeChannel, FakeMember, FakeMessage
from tests.fakes.slack_reply import Reply
from tests.fakes.slack_server import FakeSlack


async def ballot(fake: FakeSlack, by: FakeMember, channel: FakeChannel | None = None) -> FakeMessage:
    """A ballot in a channel."""
    return await public(await fake.slash(by, "/next", channel=channel))


def vote(message: FakeMessage) -> str:
    """The first button that votes."""
    return next(each for each in message.actions if each.startswith("encore:vote:"))


@pytest.mark.parametrize("kind", ["guest", "ultra"])
@pytest.mark.parametrize("allowed", [True, False])
async def test_guests_follow_the_rule(fake: FakeSlack, party: PartyService, kind: str, allowed: bool) -> None:
    """Guests of the workspace may take part where the channel lets them, and are told so elsewhere."""
    visitor = fake.member("Vera", guest=kind == "guest", ultra=kind == "ultra")
    await choose(party, room(fake), guests=allowed)
    reply = await fake.slash(visitor, "/add", "wonderwall")
    if allowed:
        assert "Now playing" in read(await public(reply))
    else:
        assert await private(reply) == sentence(errors.NoGuests())
    assert await titles(fake, party) == ["Wonderwall"] * allowed


@pytest.mark.parametrize("allowed", [True, False])
async def test_strangers_follow_the_rule(fake: FakeSlack, party: PartyService, allowed: bool) -> None:
    """People of another company in a shared channel may press where the channel lets guests in."""
    anna = fake.member("Anna")
    place = fake.channel("shared", shared=True)
    stranger = fake.member("Sam", stranger=True)
    await choose(party, room(fake, place), guests=allowed)
    shown = await ballot(fake, anna, place)
    reply = await fake.press(stranger, shown, vote(shown))
    if allowed:
        assert "👍 1" in shown.shown
    else:
        assert await private(reply) == sentence(errors.NoGuests())
    assert len(await titles(fake, party, place)) == allowed


async def test_a_stranger_is_no_admin_here(fake: FakeSlack, party: PartyService) -> None:
    """Who leads another company's workspace has no say in this one."""
    other = fake.add_team("Other")
    place = fake.channel("shared", shared=True)
    boss = fake.member("Boss", team=other, admin=True, stranger=True)
    place.members[boss.id] = boss
    await fill(fake, fake.member("Anna"), "mr brightside")
    shown = await ballot(fake, fake.member("Ben"), place)
    forged = _with(shown, "encore:settings:" + place.id)
    reply = await fake.press(boss, forged, "encore:settings:" + place.id)
    assert await private(reply) == sentence(errors.ManagersOnly())


async def test_bots_do_not_party(fake: FakeSlack, party: PartyService) -> None:
    """A press that a bot's account signs changes nothing, in a channel that lets guests in too."""
    anna = fake.member("Anna")
    shown = await ballot(fake, anna)
    machine = fake.member("Machine")
    machine.bot = True  # Slack lets no bot press; what comes in its name is refused all the same
    fake._see = lambda member, place: None  # type: ignore[method-assign]  # noqa: SLF001
    await fake.press(machine, shown, vote(shown))
    assert await titles(fake, party) == []


async def test_admins_moderate(fake: FakeSlack, party: PartyService) -> None:
    """An admin and an owner take other people's songs out; a member does not."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await fill(fake, anna, "mr brightside", "take on me", "wonderwall")
    assert await private(await fake.slash(ben, "/remove", "1")) == sentence(errors.NotYours())
    for boss in (fake.member("Boss", admin=True), fake.member("Olga", owner=True)):
        await fake.slash(boss, "/remove", "1")
    assert await titles(fake, party) == ["Mr. Brightside"]


async def test_who_is_named_moderates(fake: FakeSlack, party: PartyService) -> None:
    """People named in the settings do what admins do in this channel, and in no other."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    other = fake.channel("other")
    await choose(party, room(fake), djs=f"U1 {ben.id}")
    await fill(fake, anna, "mr brightside", "take on me")
    await fake.slash(ben, "/remove", "1")
    assert await titles(fake, party) == ["Mr. Brightside"]
    assert (await fake.slash(ben, "/settings")).views
    refused = await fake.slash(ben, "/settings", channel=other)
    assert await private(refused) == sentence(errors.ManagersOnly())


@pytest.mark.parametrize(
    "made", ["encore:vote:{}:1", "encore:vote:{}:-1", "encore:vote:{}:1:queue", "encore:skip:{}"]
)
async def test_another_channels_songs_cannot_be_reached(
    fake: FakeSlack, party: PartyService, made: str
) -> None:
    """A press with the id of a song of another channel is refused in private, and changes neither party."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    other = fake.channel("other")
    await answer(await fake.slash(anna, "/add", "wonderwall", channel=other))
    await fill(fake, anna, "mr brightside")
    there = await party.insight.now(room(fake, other))
    assert there.playing is not None
    shown = await ballot(fake, anna)
    action = made.format(there.playing.id)
    reply = await fake.press(ben, _with(shown, action), action)
    assert await private(reply) == sentence(errors.NoSuchEntry())
    after = await party.insight.now(room(fake, other))
    assert (after.playing, after.skippers) == (there.playing, there.skippers)


FORGED = [
    "encore:",
    "encore:vote:1",
    "encore:vote:0:1",
    "encore:vote:1:2",
    "encore:vote:١:1",
    "encore:vote:9999999999999999999:1",
    "encore:vote:999999999999999:1",
    "encore:vote:1:1\n",
    "encore:vote:1:1:queue:1",
    "encore:skip:-1",
    "encore:skip:1 or 1=1",
    "encore:page:-1",
    "encore:page:99999999",
    "encore:more:wild:5",
    "encore:more:safe:9",
    "encore:more:safe:5:" + "a" * 61,
    "encore:down:1",
    "encore:settings:../..",
    "encore:drop table parties",
    "encore:device:x",
    "encore:device:100",
    "encore:device:0\n",
    "encore:play:1",
    "encore:pause\n",
    "encore:spotify:",
    "encore:spotify:connect:U1",
    "encore:link:1",
    "encore:forget:UELSE",
    "encore:forget:",
]


@pytest.mark.parametrize("action", FORGED)
async def test_forged_ids_are_refused_in_private(fake: FakeSlack, party: PartyService, action: str) -> None:
    """What no button of ours says is one private sentence, and changes nothing."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await fill(fake, anna, "mr brightside")
    shown = await ballot(fake, anna)
    before = await party.insight.now(room(fake))
    reply = await fake.press(ben, _with(shown, action), action)
    assert await private(reply) in {sentence(errors.NotUnderstood()), sentence(errors.NoSuchEntry())}
    after = await party.insight.now(room(fake))
    assert (after.playing, after.queue) == (before.playing, before.queue)


@pytest.mark.parametrize("value", ["", "x", "-1", "99999999999999999999", "١"])
async def test_a_forged_choice_is_refused_in_private(fake: FakeSlack, value: str) -> None:
    """A menu's value that is no song of the card is refused, whatever it is."""
    anna = fake.member("Anna")
    await fill(fake, anna, "mr brightside", "take on me")
    await until(lambda: any(is_card(it) and "encore:down" in it.actions for it in fake.messages))
    shown = next(it for it in fake.messages if is_card(it))
    menu = shown.actions["encore:down"]
    option = {"text": {"type": "plain_text", "text": "x"}, "value": value}
    reply = await fake.choose(anna, shown, menu, option)
    assert await private(reply) == sentence(errors.NotUnderstood())


async def test_a_page_that_is_not_there_is_the_last(fake: FakeSlack) -> None:
    """An old page button of a card that has become shorter shows the last page there is."""
    anna = fake.member("Anna")
    await fill(fake, anna, "mr brightside", "take on me")
    await until(lambda: any(is_card(it) and "Take on Me" in it.shown for it in fake.messages))
    shown = next(it for it in fake.messages if is_card(it))
    edits = shown.edits
    reply = await fake.press(anna, _with(shown, "encore:page:7"), "encore:page:7")
    await until(lambda: shown.edits > edits)
    assert "*1.* Take on Me" in read(shown)
    assert answers(reply) == []


async def test_a_forged_form_is_refused_in_private(fake: FakeSlack, party: PartyService) -> None:
    """A form with a choice that ours does not offer is refused, and no rule changes."""
    boss = fake.member("Boss", admin=True)
    view = (await fake.slash(boss, "/settings")).view
    for block in view.blocks:
        if block["block_id"] == "order":
            block["element"]["options"].append(
                {"text": {"type": "plain_text", "text": "x"}, "value": "chaos"}
            )
    told = await answered(fake, fake.submit(boss, view, {"order": {"order": "chaos"}}))
    assert (read(told), told.private_to) == (sentence(errors.NotUnderstood()), boss)
    assert (await party.settings.rules(room(fake))).order is Order.VOTES


async def test_what_slack_does_not_say_gives_no_rights(
    fake: FakeSlack, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Slack cannot say who somebody is, they lead nothing, and are told why that is."""
    monkeypatch.setattr(people, "UNKNOWN_FOR_S", 0.0)
    boss = fake.member("Boss", admin=True)
    fake.fail_next("users.info", status=500)
    assert await private(await fake.slash(boss, "/settings")) == sentence(SlackDown())
    await choose(party, room(fake), guests=False)
    fake.fail_next("users.info", error="ratelimited")
    assert await private(await fake.slash(boss, "/next")) == sentence(errors.TooFast())
    assert (await fake.slash(boss, "/settings")).views


async def test_a_person_whom_slack_does_not_name_is_asked_for_once_a_minute(
    fake: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    """Slack is not asked with each command of theirs; the log has one line."""
    fake.refuse("users.info", status=500)
    anna = fake.member("Anna")
    for _ in range(3):
        await fake.slash(anna, "/now")
    assert len([it for it in fake.requests if it.method == "users.info"]) == 1
    assert len([it for it in caplog.messages if "users.info" in it]) == 1


async def test_a_guest_has_no_shortcut_either(fake: FakeSlack, party: PartyService) -> None:
    """Each way in asks who it is: command, form and shortcut alike."""
    vera = fake.member("Vera", guest=True)
    view = (await fake.slash(vera, "/add")).view
    await choose(party, room(fake), guests=False)
    said = fake.say(vera, fake.general, "wonderwall")
    ways: list[Callable[[], Awaitable[Reply]]] = [
        lambda: fake.slash(vera, "/party", "add wonderwall"),
        lambda: fake.submit(vera, view, {"encore:songs": {"encore:songs": "wonderwall"}}),
        lambda: fake.shortcut(vera, SHORTCUT, message=said),
    ]
    for way in ways:
        told = await answered(fake, way())
        assert (read(told), told.private_to) == (sentence(errors.NoGuests()), vera)
    assert await titles(fake, party) == []


PERSONAL = ["/party spotify connect", "/party my-data", "/party delete-my-data"]


@pytest.mark.parametrize("typed", [*COMMANDS, *PERSONAL])
async def test_no_command_is_a_guests_where_the_channel_wants_none(
    fake: FakeSlack, party: PartyService, typed: str
) -> None:
    """Each command asks who it is, whatever is typed behind it."""
    vera = fake.member("Vera", guest=True)
    await choose(party, room(fake), guests=False)
    name, _, text = typed.partition(" ")
    assert await private(await fake.slash(vera, name, text)) == sentence(errors.NoGuests())
    assert await titles(fake, party) == []


@pytest.mark.parametrize(
    "action", ["encore:play", "encore:pause", "encore:device:0", "encore:spotify:connect", "encore:forget:{}"]
)
async def test_no_button_is_a_guests_either(fake: FakeSlack, party: PartyService, action: str) -> None:
    """Buttons about sound ask who it is, as all do."""
    vera = fake.member("Vera", guest=True)
    await fill(fake, fake.member("Anna"), "mr brightside")
    shown = await ballot(fake, fake.member("Ben"))
    await choose(party, room(fake), guests=False)
    action = action.format(vera.id)
    reply = await fake.press(vera, _with(shown, action), action)
    assert await private(reply) == sentence(errors.NoGuests())
    assert not (await party.insight.now(room(fake))).paused


def _with(message: FakeMessage, action: str) -> FakeMessage:
    """A message as it would be with another button, in which a press says what ours do not."""
    made: dict[str, Any] = button(action, "x")
    block = {"type": "actions", "block_id": "forged", "elements": [made]}
    return FakeMessage(message.ts, message.channel, message.text, [*message.blocks, block])


@pytest.mark.parametrize(
    ("user", "outside", "leads"),
    [
        ({"team_id": "T1", "is_admin": True}, False, True),
        ({"team_id": "T2", "is_admin": True}, True, False),
        ({"team_id": "T1", "is_restricted": True, "is_owner": True}, True, False),
        ({"team_id": "T2", "is_admin": True, "enterprise_user": {"teams": ["T2", "T1"]}}, False, True),
        ({"team_id": "T2", "is_admin": True, "enterprise_user": {"teams": ["T2"]}}, True, False),
        ({"is_owner": True, "profile": None, "enterprise_user": None}, False, True),
    ],
)
def test_who_is_outside(user: dict[str, Any], outside: bool, leads: bool) -> None:
    """Who is of the workspace, by itself or through its organisation, is in; an admin of another is not."""
    person = _person({"id": "U1"} | user, "T1", "Anna")
    assert (person.outside, person.member.moderator, person.member.manager) == (outside, leads, leads)
    assert person.member.name == "Anna"
