"""`/settings` on Discord: every rule is shown, chosen with a menu, checked on the server's side, and kept."""

from __future__ import annotations

from typing import Any

import pytest

from bot.party.errors import ManagersOnly, NothingPlaying, OwnersOnly
from bot.party.words import Order, Quorum, Rules, Visitors
from bot.service import PartyService
from bot.wording.languages import language
from bot.wording.replies import Replies
from tests.cogs.stage import log_in, open_server, private, public, read, room
from tests.fakes.discord_model import EVERYONE, FakeMember, FakeMenu, FakeMessage
from tests.fakes.discord_parts import Part, walk
from tests.fakes.discord_server import FakeDiscord

MANAGE_SERVER = 1 << 5
CHOICES: list[tuple[str, list[str], dict[str, Any]]] = [
    ("order", ["turns"], {"order": Order.TURNS}),
    ("quorum", ["all"], {"quorum": Quorum.ALL}),
    ("threshold", ["3"], {"threshold": 3}),
    ("cooldown_min", ["60"], {"cooldown_min": 60}),
    ("songs_each", ["2"], {"songs_each": 2}),
    ("autopilot_below", ["5"], {"autopilot_below": 5}),
    ("language", ["de"], {"language": "de"}),
    ("longest_min", ["15"], {"longest_min": 15}),
    ("longest_min", ["0"], {"longest_min": 0}),
    ("visitors", ["look"], {"visitors": Visitors.LOOK}),
    ("visitors", ["vote"], {"visitors": Visitors.VOTE}),
    ("visitor_songs", ["3"], {"visitor_songs": 3}),
    ("visitor_songs", ["0"], {"visitor_songs": 0}),
    ("switches", [], {"one_of_each": False, "at_once": False}),
    (
        "switches",
        ["one_of_each", "clean", "at_once", "quiet", "autopilot", "newcomers"],
        {"clean": True, "quiet": True, "autopilot": True, "newcomers": True},
    ),
    (
        "switches",
        ["one_of_each", "at_once", "adding_locked", "joining_locked", "night"],
        {"adding_locked": True, "joining_locked": True, "night": True},
    ),
    ("sound", ["own_only"], {"levelled": False}),
    ("sound", [], {"own_only": False, "levelled": False}),
    ("crossfade_s", ["4"], {"crossfade_s": 4}),
    ("alone_min", ["0"], {"alone_min": 0}),
    ("alone_min", ["15"], {"alone_min": 15}),
]


def manager(fake: FakeDiscord) -> FakeMember:
    """Who may manage the server."""
    return fake.member("Mo", permissions=EVERYONE | MANAGE_SERVER)


async def opened(fake: FakeDiscord, member: FakeMember | None = None) -> FakeMessage:
    """The settings as a member sees them."""
    reply = await fake.slash(member or manager(fake), "settings")
    private(reply)
    return reply.messages[0]


def menu(message: FakeMessage, rule: str) -> FakeMenu:
    """The menu of one rule."""
    (found,) = [it for it in message.menus if it.custom_id.split(":")[2] == rule]
    return found


def chosen(message: FakeMessage, rule: str) -> list[str]:
    """What a menu shows as chosen: the values of options, or ids."""
    (part,) = [it for it in walk(message.components) if it.get("custom_id") == menu(message, rule).custom_id]
    if part["type"] == Part.STRING_SELECT:
        return [option["value"] for option in part["options"] if option.get("default")]
    return [str(each["id"]) for each in part.get("default_values") or []]


async def rules(fake: FakeDiscord, party: PartyService) -> Rules:
    """What the room has chosen."""
    return await party.settings.rules(room(fake))


async def test_every_rule_has_a_menu_that_shows_how_it_stands(fake: FakeDiscord) -> None:
    """A rule without a menu could not be chosen; each menu shows the usual choice of a new room."""
    message = await opened(fake)
    shown = {it.custom_id.split(":")[2] for it in message.menus}
    several = {"switches", "sound"}
    switches = {value for name in several for _, value in menu(message, name).options}
    assert shown - several | switches == set(Rules.__dataclass_fields__) - {"guests", "djs"}
    usual = Rules()
    for rule in {value[0] for value in CHOICES} - {*several, "language"}:
        assert chosen(message, rule) == [str(getattr(usual, rule))]
    assert chosen(message, "switches") == ["one_of_each", "at_once"]
    assert chosen(message, "sound") == ["own_only", "levelled"]
    assert chosen(message, "language") == ["auto"]
    assert chosen(message, "dj_role") == chosen(message, "voice") == []


@pytest.mark.parametrize(("rule", "values", "expected"), CHOICES)
async def test_a_menu_changes_its_rule_and_no_other(
    fake: FakeDiscord, party: PartyService, rule: str, values: list[str], expected: dict[str, Any]
) -> None:
    """The choice is kept, and the very message shows it."""
    message = await opened(fake)
    reply = await fake.click(manager(fake), message, menu(message, rule), values=values)
    assert reply.updated
    assert reply.messages == []
    assert await rules(fake, party) == Rules(**expected)
    assert chosen(message, rule) == values


async def test_roles_and_voice_channels_are_chosen_and_taken_back(
    fake: FakeDiscord, party: PartyService
) -> None:
    """An empty choice is none."""
    dj, voice = fake.add_role("DJ"), fake.add_voice_channel("Music")
    message = await opened(fake)
    await fake.click(manager(fake), message, menu(message, "dj_role"), values=[dj])
    await fake.click(manager(fake), message, menu(message, "voice"), values=[voice])
    assert await rules(fake, party) == Rules(dj_role=dj.id, voice=voice.id)
    assert (chosen(message, "dj_role"), chosen(message, "voice")) == ([dj.id], [voice.id])
    for rule in ("dj_role", "voice"):
        await fake.click(manager(fake), message, menu(message, rule), values=[])
    assert await rules(fake, party) == Rules()


async def test_the_menus_work_after_a_restart_and_the_choices_are_kept(party: PartyService) -> None:
    """A message from before is still a form to choose with, and shows what was chosen."""
    async with open_server() as fake:
        async with log_in(fake, party):
            message = await opened(fake)
            await fake.click(manager(fake), message, menu(message, "order"), values=["arrival"])
        async with log_in(fake, party):
            await fake.click(manager(fake), message, menu(message, "threshold"), values=["2"])
            assert await rules(fake, party) == Rules(order=Order.ARRIVAL, threshold=2)
            assert chosen(await opened(fake), "order") == ["arrival"]


async def test_nobody_else_sees_or_changes_the_settings(fake: FakeDiscord, party: PartyService) -> None:
    """Without Manage Server or the DJ role the answer is one private sentence, at every press anew."""
    assert private(await fake.slash(fake.member("Anna"), "settings")) == str(ManagersOnly())
    message = await opened(fake)
    demoted = fake.member("Mo")
    for rule, values in (("order", ["turns"]), ("switches", ["quiet"])):
        reply = await fake.click(demoted, message, menu(message, rule), values=values)
        assert private(reply) == str(ManagersOnly())
    reply = await fake.click(demoted, message, menu(message, "dj_role"), values=[fake.add_role("Mine")])
    assert private(reply) == str(ManagersOnly())
    assert await rules(fake, party) == Rules()


async def test_djs_run_the_music_but_do_not_give_it_away(fake: FakeDiscord, party: PartyService) -> None:
    """With the role a member clears, moves and chooses; `/learn` stays the owners'."""
    dj = fake.add_role("DJ")
    message = await opened(fake)
    await fake.click(manager(fake), message, menu(message, "dj_role"), values=[dj])
    dee = fake.member("Dee", roles=[dj])
    for song in ("mr brightside", "take on me", "wonderwall"):
        await fake.slash(fake.member("Anna"), "add", song=song)
    assert "Wonderwall" in public(await fake.slash(dee, "move", song="wonderwall")).text
    own = await opened(fake, dee)
    await fake.click(dee, own, menu(own, "threshold"), values=["2"])
    assert "2" in public(await fake.slash(dee, "clear")).text
    assert private(await fake.slash(dee, "learn", choice="on")) == str(OwnersOnly())
    assert (await rules(fake, party)).threshold == 2
    assert not await party.settings.shared(room(fake))
    fake.member("Dee")  # without the role
    assert "moderators" in private(await fake.slash(fake.member("Dee"), "clear"))


async def test_a_room_speaks_the_language_that_it_chose(fake: FakeDiscord) -> None:
    """What all see follows the room; what one sees follows the member's own language."""
    german, english = language("de"), language("en")
    message = await opened(fake)
    await fake.click(manager(fake), message, menu(message, "language"), values=["de"])
    anna = fake.member("Anna")
    assert read(public(await fake.slash(anna, "learn")).text) == Replies(german, str).learning(False)
    assert private(await fake.slash(anna, "skip")) == str(NothingPlaying())
    await fake.click(manager(fake), message, menu(message, "language"), values=["auto"])
    assert read(public(await fake.slash(anna, "learn")).text) == Replies(english, str).learning(False)


async def test_a_quiet_room_answers_adds_in_private(fake: FakeDiscord, party: PartyService) -> None:
    """By command, by form and by a message's menu; what others do is as public as ever."""
    message = await opened(fake)
    await fake.click(manager(fake), message, menu(message, "switches"), values=["quiet"])
    anna = fake.member("Anna")
    private(await fake.slash(anna, "add", song="mr brightside"))
    form = await fake.slash(anna, "add")
    private(await fake.submit(anna, form, {"songs": "take on me\nwonderwall"}))
    said = fake.says(anna, "creep radiohead")
    private(await fake.use_on(anna, "Add to the party", said))
    public(await fake.slash(anna, "now"))
    assert len((await party.insight.now(room(fake))).queue) == 3


async def test_people_in_the_voice_channel_count_for_a_skip(fake: FakeDiscord, party: PartyService) -> None:
    """Bots there do not, and who leaves counts no more."""
    voice = fake.add_voice_channel("Music")
    message = await opened(fake)
    await fake.click(manager(fake), message, menu(message, "voice"), values=[voice])
    await fake.click(manager(fake), message, menu(message, "quorum"), values=["all"])
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await fake.slash(anna, "add", song="mr brightside")
    fake.join_voice(ben, voice)
    fake.join_voice(fake.member("Robot", bot=True), voice)
    await fake.slash(anna, "now")
    assert (await party.insight.now(room(fake))).skips_needed == 3  # Mo, who chose, Anna and Ben
    fake.leave_voice(ben)
    await fake.slash(anna, "now")
    assert (await party.insight.now(room(fake))).skips_needed == 2


async def test_the_autopilot_is_switched_by_command_too(fake: FakeDiscord, party: PartyService) -> None:
    """`/autopilot` says how it stands to everybody and lets managers switch it."""
    assert "off" in public(await fake.slash(fake.member("Anna"), "autopilot")).text
    assert private(await fake.slash(fake.member("Anna"), "autopilot", choice="on")) == str(ManagersOnly())
    assert "fewer than 3" in public(await fake.slash(manager(fake), "autopilot", choice="on")).text
    assert (await rules(fake, party)).autopilot
    assert chosen(await opened(fake), "switches") == ["one_of_each", "at_once", "autopilot"]
