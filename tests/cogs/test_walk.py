"""Every command, button, menu and form, by everybody, everywhere: what is refused changes nothing."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.doors.commands import ADD_FROM_MESSAGE
from bot.party.errors import NotInvited, ServersOnly
from bot.party.limits import ACTIVE_FOR_MS
from bot.party.words import Party, Quorum, Room
from bot.recommend.bundle import Bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from cogs.forms import ADD_FORM, SEVERAL
from db.store import open_store
from tests.cogs.stage import log_in, open_server, private, public, room, until
from tests.conftest import ANNA, MOD, Clock
from tests.fakes.discord_files import FakeFile
from tests.fakes.discord_model import EVERYONE, FakeChannel, FakeMember, FakeMessage, Flag, Json
from tests.fakes.discord_parts import Part
from tests.fakes.discord_payloads import numbered
from tests.fakes.discord_server import FakeDiscord

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANAGE_SERVER, MANAGE_MESSAGES = 1 << 5, 1 << 13
ROLES = {
    "nobody special": EVERYONE,
    "DJ": EVERYONE,
    "moderator": EVERYONE | MANAGE_MESSAGES,
    "manager": EVERYONE | MANAGE_SERVER,
}
ALL = frozenset(ROLES)
RUN_THE_MUSIC = ALL - {"nobody special"}
CHOOSE = frozenset({"DJ", "manager"})
OWN = frozenset({"manager"})
NOBODY: frozenset[str] = frozenset()
NEVER = 999_999_999_999_999
"""A number that no entry has, the largest that a button of ours can name."""
ALBUM = "https://open.spotify.com/album/0000000000000000000000"
SORRY = "something went wrong"
"""What only faults are told as."""


@dataclass(frozen=True)
class Act:
    """A command with its options: who may use it, whether all see the answer, whether the party changes."""

    name: str
    options: tuple[tuple[str, Any], ...] = ()
    allowed: frozenset[str] = ALL
    private: bool = False
    changes: bool = False
    anywhere: bool = False

    def __str__(self) -> str:
        """As one types it."""
        return " ".join([f"/{self.name}", *(f"{key}:{value}" for key, value in self.options)])


# Spotify is not set up in this house: what cannot do without is not even there.
ACTS = [
    Act("add", (("song", "creep radiohead"),), changes=True),
    Act("autopilot"),
    Act("autopilot", (("choice", "on"),), CHOOSE, changes=True),
    Act("block", (), RUN_THE_MUSIC, private=True),
    Act("block", (("song", "wonderwall"),), RUN_THE_MUSIC, private=True, changes=True),
    Act("clear", (), RUN_THE_MUSIC, changes=True),
    Act("delete-my-data", private=True, anywhere=True),
    Act("end", (), RUN_THE_MUSIC, private=True, changes=True),
    Act("export", private=True),
    Act("favourites", private=True),
    Act("help", private=True, anywhere=True),
    Act("history", private=True),
    Act("import", (("link", ALBUM),), NOBODY),
    Act("import", (("link", "creep radiohead\nhey jude"),), changes=True),
    Act("import", (("file", FakeFile("songs.csv", b"Title,Artist\nCreep,Radiohead\n")),), changes=True),
    Act("join", (), NOBODY),  # who is in no voice channel
    Act("learn"),
    Act("leave", (), NOBODY),
    Act("learn", (("choice", "on"),), OWN, changes=True),
    Act("link", private=True),
    Act("link", (("choice", "new"),), RUN_THE_MUSIC, private=True, changes=True),
    Act("map"),
    Act("move", (("song", "2"), ("place", 1)), RUN_THE_MUSIC, changes=True),
    Act("my-data", private=True, anywhere=True),
    Act("next", changes=True),
    Act("now"),
    Act("pause", changes=True),
    Act("play", (), NOBODY),
    Act("play", (("song", "creep radiohead"),), changes=True),
    Act("queue"),
    Act("remove", (("song", "wonderwall"),), RUN_THE_MUSIC, changes=True),
    Act("seek", (("to", "1:00"),), RUN_THE_MUSIC, changes=True),
    Act("settings", (), CHOOSE, private=True),
    Act("skip", changes=True),
    Act("stats"),
    Act("unblock", (("what", "wonderwall"),), NOBODY),
    Act("undo", (), NOBODY),
    Act("vibe", (("words", "90s rock"),), changes=True),
    Act("volume", (("percent", 30),), NOBODY),
    Act("vote", (("song", "2"),), private=True, changes=True),
    Act("why", (("song", "take on me"),), private=True),
]
FORMS = {"add": "without a song it opens a form"}


@dataclass
class Cell:
    """A channel of its own with a party in it, and somebody with one of the roles who did nothing yet."""

    channel: FakeChannel
    room: Room
    role: str
    member: FakeMember
    playing: int
    waiting: tuple[int, int]
    ballot: int


class House:
    """One server with the real bot in it, for all tests here."""

    def __init__(self, fake: FakeDiscord, party: PartyService, clock: Clock) -> None:
        self.fake = fake
        self.party = party
        self.clock = clock
        self.dj = fake.add_role("DJ")
        self._numbers = itertools.count()

    def person(self, role: str = "nobody special") -> FakeMember:
        """Somebody new with a role."""
        roles = [self.dj] if role == "DJ" else []
        return self.fake.member(f"Guest {next(self._numbers)}", permissions=ROLES[role], roles=roles)

    async def cells(self, roles: frozenset[str] = ALL, each: int = 1) -> list[Cell]:
        """Parties in channels of their own: one song was skipped, one plays, two wait, one ballot is open."""
        made = [await self._cell(role) for role in sorted(roles) for _ in range(each)]
        self.clock.now_s += 3  # the skip is long enough ago
        return made

    async def _cell(self, role: str) -> Cell:
        channel = self.fake.add_channel(f"walk {next(self._numbers)}")
        where = room(self.fake, channel)
        await self.party.settings.choose(where, MOD, {"dj_role": self.dj.id, "quorum": Quorum.ONE})
        songs = ("bohemian rhapsody", "mr brightside", "take on me", "wonderwall")
        ids = [(await self.party.queue.add(where, ANNA, song)).entry.id for song in songs]
        await self.party.queue.skip(where, ANNA, entry_id=ids[0])
        ballot = await self.party.ballots.next(where, ANNA, 3)
        return Cell(channel, where, role, self.person(role), ids[1], (ids[2], ids[3]), ballot[0].id)

    async def state(self, where: Room) -> tuple[Party, bool]:
        """All of a party that a request may change."""
        return await self.party.insight.now(where, history=100), await self.party.settings.shared(where)

    @asynccontextmanager
    async def unchanged(self, *cells: Cell) -> AsyncIterator[None]:
        """Whatever happens inside leaves the parties as they were."""
        before = [await self.state(cell.room) for cell in cells]
        yield
        assert [await self.state(cell.room) for cell in cells] == before

    def message(self, cell: Cell, *parts: Json) -> FakeMessage:
        """A message of the bot's with forged parts in it, which nothing but a click changes."""
        rows = [{"type": int(Part.ROW), "components": [part]} for part in parts]
        return self.fake.world.send(cell.channel, {"flags": int(Flag.COMPONENTS_V2), "components": rows})


@asynccontextmanager
async def house(path: Path, catalogue: Catalogue, recommender: Recommender) -> AsyncIterator[House]:
    """A server with the bot in it on a database of its own."""
    clock = Clock()
    async with open_store(f"sqlite+aiosqlite:///{path / 'party.db'}") as store:
        service = PartyService(store, catalogue, recommender, clock)
        async with open_server() as fake, log_in(fake, service):
            yield House(fake, service, clock)
        await service.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def walk(
    tmp_path_factory: pytest.TempPathFactory, bundle: Bundle, catalogue: Catalogue, recommender: Recommender
) -> AsyncIterator[House]:
    """The one house of this module."""
    async with house(tmp_path_factory.mktemp("walk"), catalogue, recommender) as opened:
        yield opened


def kind(text: str) -> str:
    """A refusal: a sentence or two in our own words, and no apology for a fault."""
    assert SORRY not in text, text
    assert text[0].isupper(), text
    assert "{" not in text, text
    assert "\n" not in text
    assert len(text) < 200
    return text


def button(custom_id: str) -> Json:
    """A forged button."""
    return {"type": int(Part.BUTTON), "style": 2, "label": "forged", "custom_id": custom_id}


def menu(custom_id: str, *values: str) -> Json:
    """A forged menu that offers what ours never does."""
    options = [{"label": value, "value": value} for value in values]
    return {
        "type": int(Part.STRING_SELECT),
        "custom_id": custom_id,
        "options": options,
        "max_values": len(values),
    }


async def test_the_table_names_every_registered_command(walk: House) -> None:
    """A command that is not walked fails here."""
    menus = {name for name, command in walk.fake.commands.items() if command["type"] == 3}
    assert menus == {ADD_FROM_MESSAGE}
    assert {act.name for act in ACTS} == set(_slash(walk.fake.commands))
    assert {act.name for act in ACTS} >= FORMS.keys()


def _slash(commands: Mapping[str, Json]) -> Iterator[str]:
    """The slash commands as one types them, subcommands for those that have them."""
    for name, command in commands.items():
        inner = [option["name"] for option in command.get("options", []) if option["type"] == 1]
        yield from (f"{name} {each}" for each in inner) if inner else [name] if command["type"] == 1 else []


@pytest.mark.parametrize("act", ACTS, ids=str)
async def test_a_command_in_a_server_does_what_the_role_may(walk: House, act: Act) -> None:
    """Who may is answered, everybody else gets one private sentence and the party stays as it was."""
    await asyncio.gather(*(_in_a_server(walk, act, cell) for cell in await walk.cells()))


async def _in_a_server(walk: House, act: Act, cell: Cell) -> None:
    before = await walk.state(cell.room)
    reply = await walk.fake.slash(cell.member, act.name, channel=cell.channel, options=dict(act.options))
    if cell.role in act.allowed:
        (message,) = reply.messages
        assert message.ephemeral == act.private, message.text
        assert SORRY not in message.text
    else:
        kind(private(reply))
    changed = await walk.state(cell.room) != before
    assert changed == (act.changes and cell.role in act.allowed)


@pytest.mark.parametrize("context", ["dm", "private", "elsewhere"])
async def test_a_command_where_there_can_be_no_party_is_refused_in_private(walk: House, context: Any) -> None:
    """In a private conversation, and where somebody installed the bot for themselves alone."""
    cells = await walk.cells(frozenset({"manager"}))
    async with walk.unchanged(*cells):
        tasks = [
            walk.fake.slash(
                walk.person(role), act.name, context=context, force=True, options=dict(act.options)
            )
            for act in ACTS
            for role in ROLES
        ]
        acts = [act for act in ACTS for _ in ROLES]
        for act, reply in zip(acts, await asyncio.gather(*tasks), strict=True):
            text = private(reply)
            nowhere = str(NotInvited() if context == "elsewhere" else ServersOnly())
            assert (text == nowhere) != act.anywhere, str(act)
            assert ("/add" in text and "/next" in text) == (act.name == "help"), str(act)


@pytest.mark.parametrize("context", ["dm", "elsewhere"])
async def test_a_button_where_there_can_be_no_party_is_refused_in_private(walk: House, context: Any) -> None:
    """A button that was carried there acts on nothing."""
    (cell,) = await walk.cells(OWN)
    async with walk.unchanged(cell):
        for forged in _forged_buttons(cell):
            member = walk.person("manager")
            reply = await walk.fake.slash(member, "now", context=context, force=True)
            reply.messages[0].components = numbered([{"type": 1, "components": [button(forged)]}])
            kind(private(await walk.fake.click(member, reply.messages[0], forged)))


def _forged_buttons(cell: Cell) -> Iterator[str]:
    yield f"encore:vote:{cell.waiting[0]}:1"
    yield f"encore:vote:{cell.ballot}:-1:queue"
    yield f"encore:skip:{cell.playing}"
    yield "encore:page:1"
    yield "encore:pause"
    yield "encore:play"
    yield "encore:next"
    yield "encore:more:safe:5:90s rock"
    yield "encore:forget:11"
    yield "encore:add:typed:zzqxv"


@pytest.mark.parametrize("act", [act for act in ACTS if act.name != "map"], ids=str)
async def test_a_command_delivered_twice_happens_once(walk: House, act: Act) -> None:
    """The second delivery of the same request changes nothing and shows nobody anything."""
    (cell,) = await walk.cells(OWN)
    given: dict[str, Any] = {"channel": cell.channel, "options": dict(act.options)}
    reply = await walk.fake.slash(cell.member, act.name, **given)
    before = await walk.state(cell.room)
    shown = [message.text for message in reply.messages]
    assert len(shown) == 1
    key = reply.interaction_id
    await walk.fake.slash(cell.member, act.name, interaction_id=key, wait=False, **given)
    callback = f"/interactions/{key}/"
    await until(
        reply.interaction,
        lambda: sum(request.path.startswith(callback) for request in walk.fake.requests) >= 2,
    )
    await walk.fake.settled(reply)
    assert await walk.state(cell.room) == before
    assert [message.text for message in reply.messages] == shown


@pytest.mark.parametrize("act", ACTS, ids=str)
async def test_two_members_at_the_same_moment_are_both_answered(walk: House, act: Act) -> None:
    """Each gets an answer of their own, no fault among them, and the party is one that could be."""
    (cell,) = await walk.cells(OWN)
    members = [cell.member, walk.person("manager")]
    replies = await asyncio.gather(
        *(
            walk.fake.slash(member, act.name, channel=cell.channel, options=dict(act.options))
            for member in members
        )
    )
    shown = [message for reply in replies for message in reply.messages]
    assert all(reply.interaction.answered for reply in replies)
    # A party has one card, so of two that are asked for at once the later one stays, and both people see it.
    assert len(shown) == (1 if act.name == "queue" else 2)
    assert all(SORRY not in message.text for message in shown)
    party, _ = await walk.state(cell.room)
    entries = [*([party.playing] if party.playing else []), *party.queue]
    assert len({entry.id for entry in entries}) == len(entries)
    titles = [entry.track.title for entry in entries]
    assert len(set(titles)) == len(titles)
    assert len(party.history) <= 2  # one song was skipped before, and at most one now


REFUSED = [
    *(f"encore:vote:{{{where}}}:{value}" for where in ("never", "other") for value in (-1, 0, 1)),
    "encore:vote:{never}:1:queue",
    "encore:vote:0:1",
    "encore:vote:{over}:1",
    "encore:skip:{never}",
    "encore:skip:{other}",
    "encore:skip:{over}",
    "encore:skip:{waiting}",
    "encore:forget:{somebody}",
    "encore:forget:0",
    "encore:add:track:{never}",
    "encore:add:track:nope",
    "encore:add:typed:🎉",
    "encore:add2:typed: ",
]
"""Buttons of songs that this party never had, or has no more, and of other people's data."""
UNKNOWN = [
    "encore:vote:{waiting}:5",
    "encore:vote:9999999999999999999999:1",
    "encore:vote:{waiting}:1:card",
    "encore:vote:-1:1",
    "encore:more:wild:5",
    "encore:more:safe:9",
    "encore:page:-1",
    "encore:pause:1",
    "encore:nothing",
    "encore:add",
    "encore:add:",
    "encore:add:zzqxv",
    "encore:add1:typed:zzqxv",
    "encore:add2:track:",
    "encore:vote:{waiting}:1; DROP TABLE entries",
    "",
]
"""Ids that no button of ours has."""
MENUS = [
    ("encore:rule:order", ["nope"]),
    ("encore:rule:quorum", ["Half"]),
    ("encore:rule:threshold", ["999"]),
    ("encore:rule:threshold", ["-1"]),
    ("encore:rule:cooldown_min", ["²"]),
    ("encore:rule:songs_each", ["1.5"]),
    ("encore:rule:switches", ["clean", "admin"]),
    ("encore:rule:language", ["xx"]),
    ("encore:rule:autopilot_below", ["0"]),
    ("encore:rule:dj_role", ["1"]),
    ("encore:rule:voice", ["1"]),
    ("encore:rule:card", ["1"]),
    ("encore:rule:__class__", ["1"]),
    ("encore:device", ["{never}"]),
    ("encore:down", ["{never}"]),
    ("encore:down", ["{other}"]),
    ("encore:down", ["{over}"]),
]
"""What no menu of ours offers."""


async def test_forged_buttons_are_refused_in_private(walk: House) -> None:
    """A huge number, another channel's entry, a song that is over, or somebody else's data, by any role."""
    other, *cells = await walk.cells(OWN) + await walk.cells()
    async with walk.unchanged(other, *cells):
        for text in REFUSED:
            await asyncio.gather(*(_forged(walk, cell, _filled(text, walk, cell, other)) for cell in cells))


def _filled(text: str, walk: House, cell: Cell, other: Cell) -> str:
    return text.format(
        never=NEVER,
        other=other.waiting[0],
        over=cell.playing - 1,
        waiting=cell.waiting[0],
        somebody=walk.fake.member("Anna").id,
    )


async def _forged(walk: House, cell: Cell, custom_id: str) -> None:
    message = walk.message(cell, button(custom_id))
    kind(private(await walk.fake.click(cell.member, message, custom_id)))


async def test_forged_menus_are_refused_in_private(walk: House) -> None:
    """A rule that is none, a value that is not offered, a song that this party has not, by a manager."""
    other, cell = await walk.cells(OWN, each=2)
    async with walk.unchanged(other, cell):
        for forged in MENUS:
            await _forged_menu(walk, cell, other, *forged)


async def _forged_menu(walk: House, cell: Cell, other: Cell, custom_id: str, values: list[str]) -> None:
    chosen = [_filled(value, walk, cell, other) for value in values]
    message = walk.message(cell, menu(custom_id, *chosen))
    kind(private(await walk.fake.click(cell.member, message, custom_id, values=chosen)))


@pytest.mark.parametrize("rule", ["order", "switches", "threshold", "language"])
async def test_a_rule_is_not_chosen_by_who_may_not(walk: House, rule: str) -> None:
    """A settings menu that came into the wrong hands is refused in private."""
    value = {"order": "turns", "switches": "quiet", "threshold": "3", "language": "de"}[rule]
    cells = await walk.cells(ALL - CHOOSE)
    async with walk.unchanged(*cells):
        for cell in cells:
            message = walk.message(cell, menu(f"encore:rule:{rule}", value))
            kind(private(await walk.fake.click(cell.member, message, f"encore:rule:{rule}", values=[value])))


async def test_ids_that_no_button_of_ours_has_change_nothing(walk: House) -> None:
    """Nobody answers them, as nobody sends them, and no fault comes of them."""
    other, cell = await walk.cells(OWN, each=2)
    async with walk.unchanged(other, cell):
        for text in filter(None, UNKNOWN):
            custom_id = _filled(text, walk, cell, other)
            message = walk.message(cell, button(custom_id))
            await walk.fake.click(cell.member, message, custom_id, wait=False)
        await walk.fake.slash(cell.member, "now", channel=cell.channel)  # those before were taken by now


@pytest.mark.parametrize("custom_id", ["encore:page:999", "encore:page:0"])
async def test_a_page_that_is_not_there_is_the_nearest_one(walk: House, custom_id: str) -> None:
    """It is acknowledged, and the card goes on."""
    (cell,) = await walk.cells(OWN)
    async with walk.unchanged(cell):
        message = walk.message(cell, button(custom_id))
        reply = await walk.fake.click(cell.member, message, custom_id)
        assert reply.messages == []


@pytest.mark.parametrize(
    "custom_id", ["encore:vote:{waiting}:1:queue", "encore:vote:{ballot}:1", "encore:vote:{ballot}:-1"]
)
async def test_a_button_pressed_by_several_at_once_counts_for_each_of_them(
    walk: House, custom_id: str
) -> None:
    """Whoever has which role, each has one vote, and none is told of a fault."""
    (cell,) = await walk.cells(OWN)
    message = walk.message(cell, button(custom_id.format(waiting=cell.waiting[0], ballot=cell.ballot)))
    people = [walk.person(role) for role in ROLES]
    pressed = message.buttons[-1]
    replies = await asyncio.gather(*(walk.fake.click(person, message, pressed) for person in people))
    assert [reply.text for reply in replies] == [""] * len(people)
    entry_id = int((pressed.custom_id or "").split(":")[2])
    party, _ = await walk.state(cell.room)
    (entry,) = [each for each in (*party.queue, *party.ballot) if each.id == entry_id]
    assert len(entry.votes) == len(people)


async def test_a_button_delivered_twice_counts_once(walk: House) -> None:
    """A vote is not taken back by its own second delivery, and a skip skips once."""
    (cell,) = await walk.cells(OWN)
    for custom_id in (
        f"encore:vote:{cell.waiting[0]}:1:queue",
        f"encore:vote:{cell.ballot}:-1",
        f"encore:skip:{cell.playing}",
    ):
        message = walk.message(cell, button(custom_id))
        reply = await walk.fake.click(cell.member, message, custom_id)
        before = await walk.state(cell.room)
        await walk.fake.click(
            cell.member, message, custom_id, interaction_id=reply.interaction_id, wait=False
        )
        callback = f"/interactions/{reply.interaction_id}/"
        await until(
            reply.interaction,
            lambda path=callback: sum(it.path.startswith(path) for it in walk.fake.requests) >= 2,  # type: ignore[misc]
        )
        await walk.fake.settled(reply)
        assert await walk.state(cell.room) == before


async def test_a_form_adds_a_song_a_line(walk: House) -> None:
    """Whoever fills it in: what can be added is, and the rest is told with its reason."""
    for cell in await walk.cells():
        opened = await walk.fake.slash(cell.member, "add", channel=cell.channel)
        assert opened.modal is not None
        assert opened.modal.custom_id == ADD_FORM
        reply = await walk.fake.submit(cell.member, opened, {SEVERAL: "creep radiohead\n\nhey jude\n🎉"})
        text = public(reply).text
        assert text.count("Added") == 2
        assert "✖ 🎉" in text
        assert len((await walk.state(cell.room))[0].queue) == 4


@pytest.mark.parametrize("lines", ["\n \n", "\n".join(["zzqxv"] * 501), "🎉", "a" * 4000])
async def test_a_form_without_a_song_is_refused_in_private(walk: House, lines: str) -> None:
    """Nothing that can be added: one private sentence."""
    (cell,) = await walk.cells(OWN)
    async with walk.unchanged(cell):
        opened = await walk.fake.slash(cell.member, "add", channel=cell.channel)
        kind(private(await walk.fake.submit(cell.member, opened, {SEVERAL: lines})))


async def test_a_message_becomes_songs(walk: House) -> None:
    """Its own menu adds what it links to or names; one without a song gets a private sentence."""
    for cell in await walk.cells():
        said = walk.fake.says(walk.person(), "creep radiohead", cell.channel)
        assert "Creep" in public(await walk.fake.use_on(cell.member, ADD_FROM_MESSAGE, said)).text
        async with walk.unchanged(cell):
            for text in ("🎉", "http://evil.example", "a" * 2000):
                said = walk.fake.says(walk.person(), text, cell.channel)
                kind(private(await walk.fake.use_on(cell.member, ADD_FROM_MESSAGE, said)))


async def test_after_the_party_nothing_of_it_can_be_changed(
    tmp_path: Path, catalogue: Catalogue, recommender: Recommender
) -> None:
    """Thirteen hours later its buttons and songs are refused in private, whoever asks."""
    async with house(tmp_path, catalogue, recommender) as late:
        other, *cells = await late.cells(OWN) + await late.cells()
        for _ in range(3):
            late.clock.pass_by(minutes=10)
            await late.party.clock.play_on()
        late.clock.pass_by(hours=13)
        await late.party.clock.play_on()
        async with late.unchanged(*cells):
            for cell in cells:
                await _after(late, cell, other)


async def _after(late: House, cell: Cell, other: Cell) -> None:
    for name, given in (
        ("skip", {}),
        ("undo", {}),
        ("remove", {"song": "wonderwall"}),
        ("remove", {"song": f"entry:{cell.waiting[0]}"}),
        ("vote", {"song": "take on me"}),
        ("vote", {"song": f"entry:{cell.ballot}"}),
        ("move", {"song": "1"}),
    ):
        kind(private(await late.fake.slash(cell.member, name, channel=cell.channel, options=given)))
    for custom_id in (
        f"encore:vote:{cell.waiting[0]}:1:queue",
        f"encore:vote:{cell.ballot}:1",
        f"encore:vote:{cell.ballot}:-1:queue",
        f"encore:skip:{cell.playing}",
    ):
        await _forged(late, cell, custom_id)
    await _forged_menu(late, cell, other, "encore:down", [str(cell.waiting[1])])


async def test_members_who_left_long_ago_do_not_hinder_a_skip(walk: House) -> None:
    """Whoever did nothing for half an hour counts no more."""
    (cell,) = await walk.cells(OWN)
    await walk.party.settings.choose(cell.room, MOD, {"quorum": Quorum.ALL, "at_once": False})
    walk.clock.pass_by(minutes=ACTIVE_FOR_MS / 60_000 + 1)
    reply = await walk.fake.slash(cell.member, "skip", channel=cell.channel)
    assert "Skipped" in public(reply).text
