"""Menus, forms, context menus, layouts, voice and roles of the fake Discord, through the real client."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands, ui

from tests.fakes.discord_command_limits import check_commands
from tests.fakes.discord_errors import ApiError
from tests.fakes.discord_layout import check_modal
from tests.fakes.discord_limits import check_message
from tests.fakes.discord_model import Flag, Json, Timing
from tests.fakes.discord_server import FakeDiscord

SPECS = Path(__file__).parents[3] / "shared" / "specs"
TOKEN = "let-me-in"
CONTENT = 1 << 15


class Song(ui.Modal, title="Add a song"):
    """Asks for a song and a mood."""

    name: ui.Label[Any] = ui.Label(
        text="Song", component=ui.TextInput(custom_id="song", min_length=2, max_length=20)
    )
    note: ui.Label[Any] = ui.Label(
        text="Note", component=ui.TextInput(custom_id="note", required=False, default="none")
    )
    mood: ui.Label[Any] = ui.Label(
        text="Mood",
        component=ui.Select(
            custom_id="mood", options=[discord.SelectOption(label=it) for it in ("calm", "wild")]
        ),
    )

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Say what was filled in, in the message that the form came from if there is one."""
        boxes = (self.name.component, self.note.component)
        texts = [box.value for box in boxes if isinstance(box, ui.TextInput)]
        moods = self.mood.component.values if isinstance(self.mood.component, ui.Select) else []
        told = " / ".join([*texts, *moods])
        if interaction.message is not None:
            await interaction.response.edit_message(content=told)
        else:
            await interaction.response.send_message(told, ephemeral=True)


class Panel(ui.View):
    """One menu of each kind and a button that opens the form."""

    @ui.select(
        custom_id="pick", min_values=0, max_values=2, options=[discord.SelectOption(label=it) for it in "abc"]
    )
    async def pick(self, interaction: discord.Interaction[Any], menu: ui.Select[Panel]) -> None:
        """Say what was chosen."""
        await interaction.response.send_message(" ".join(menu.values) or "nothing")

    @ui.select(cls=ui.UserSelect, custom_id="who")
    async def who(self, interaction: discord.Interaction[Any], menu: ui.UserSelect[Panel]) -> None:
        """Say who was chosen."""
        await interaction.response.send_message(menu.values[0].name)

    @ui.select(cls=ui.MentionableSelect, custom_id="any", max_values=2)
    async def any(self, interaction: discord.Interaction[Any], menu: ui.MentionableSelect[Panel]) -> None:
        """Say who was chosen."""
        await interaction.response.send_message(" ".join(sorted(it.name for it in menu.values)))

    @ui.select(cls=ui.ChannelSelect, custom_id="where", channel_types=[discord.ChannelType.voice])
    async def where(self, interaction: discord.Interaction[Any], menu: ui.ChannelSelect[Panel]) -> None:
        """Say which channel was chosen."""
        await interaction.response.send_message(menu.values[0].name)

    @ui.button(custom_id="form", label="Form")
    async def form(self, interaction: discord.Interaction[Any], button: ui.Button[Panel]) -> None:
        """Open the form."""
        await interaction.response.send_modal(Song())


@app_commands.context_menu(name="Add to the party")
async def add_message(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    """Repeat the message."""
    await interaction.response.send_message(f"{message.author.name}: {message.content}")


@app_commands.context_menu(name="Greet")
async def greet(interaction: discord.Interaction[Any], member: discord.Member) -> None:
    """Greet somebody."""
    await interaction.response.send_message(f"Hi {member.name}")


@app_commands.command()
async def form(interaction: discord.Interaction[Any]) -> None:
    """Open the form."""
    await interaction.response.send_modal(Song())


@app_commands.command()
async def panel(interaction: discord.Interaction[Any]) -> None:
    """Show the menus."""
    await interaction.response.send_message(view=Panel())


@app_commands.command()
async def roles(interaction: discord.Interaction[Any]) -> None:
    """Say which roles somebody has."""
    assert isinstance(interaction.user, discord.Member)
    await interaction.response.send_message(" ".join(role.name for role in interaction.user.roles))


@app_commands.command()
async def layout(interaction: discord.Interaction[Any]) -> None:
    """Show a card, with a picture."""
    view = ui.LayoutView()
    art: ui.Thumbnail[Any] = ui.Thumbnail("https://example.org/art.png")
    view.add_item(ui.Container(ui.Section("Now playing", accessory=art), ui.Separator(), ui.TextDisplay("x")))
    view.add_item(ui.MediaGallery(discord.MediaGalleryItem("attachment://map.png")))
    file = discord.File(io.BytesIO(b"picture"), "map.png")
    await interaction.response.send_message(view=view, file=file)


@app_commands.command()
async def privately(interaction: discord.Interaction[Any]) -> None:
    """Show the menus to one member only."""
    await interaction.response.send_message(view=Panel(), ephemeral=True)


COMMANDS: list[Any] = [
    add_message,
    greet,
    form,
    panel,
    roles,
    layout,
    privately,
]


class Client(discord.Client):
    """Registers the commands and keeps the messages that it is told of."""

    def __init__(self, intents: discord.Intents | None = None) -> None:
        """Ask for no privileged intents unless told to."""
        super().__init__(intents=intents or discord.Intents.default())
        self.tree = app_commands.CommandTree(self)
        self.heard: asyncio.Queue[discord.Message] = asyncio.Queue()
        self.voices: asyncio.Queue[tuple[str, str | None]] = asyncio.Queue()

    async def setup_hook(self) -> None:
        """Register everything."""
        for command in COMMANDS:
            self.tree.add_command(command)
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        """Keep what is said."""
        await self.heard.put(message)

    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """Keep who went where."""
        await self.voices.put((member.name, after.channel.name if after.channel else None))


@contextlib.asynccontextmanager
async def stage(
    client: Client | None = None,
    timing: Timing | None = None,
    before: Callable[[FakeDiscord], object] | None = None,
    allowed_intents: int = 0,
) -> AsyncIterator[tuple[FakeDiscord, Client]]:
    """A fake, perhaps prepared, with a client in it; nothing may breach the published schemas."""
    specs = SPECS if SPECS.exists() else None
    async with FakeDiscord(TOKEN, specs=specs, timing=timing, allowed_intents=allowed_intents) as fake:
        if before is not None:
            before(fake)
        with fake.patched_client():
            bot = client or Client()
            running = asyncio.create_task(bot.start(TOKEN))
            try:
                await fake.ready()
                yield fake, bot
            finally:
                await bot.close()
                await running
        assert fake.violations == []


async def test_a_message_is_put_in_by_its_context_menu() -> None:
    """The command gets the whole message, also without the intent to read messages."""
    async with stage() as (fake, _):
        message = fake.says(fake.member("ben"), "Play Toxic")
        reply = await fake.use_on(fake.member("anna"), "Add to the party", message)
        assert reply.text == "ben: Play Toxic"
        assert reply.messages[0].kind == 23
        with pytest.raises(ValueError, match="not registered"):
            await fake.use_on(fake.member("anna"), "Greet", message)


async def test_a_person_is_acted_on_by_their_context_menu() -> None:
    """The command gets the member."""
    async with stage() as (fake, _):
        assert (await fake.use_on(fake.member("anna"), "Greet", fake.member("ben"))).text == "Hi ben"


@pytest.mark.parametrize(("readable", "text"), [(False, ""), (True, "Play Toxic")])
async def test_what_people_say_is_read_only_with_the_intent(readable: bool, text: str) -> None:
    """Without the privileged intent a message comes without its content, by gateway and by HTTP."""
    intents = discord.Intents.default()
    intents.message_content = readable
    async with stage(Client(intents), allowed_intents=CONTENT if readable else 0) as (fake, bot):
        said = fake.says(fake.member("ben"), "Play Toxic")
        heard = await bot.heard.get()
        assert (heard.author.name, heard.content) == ("ben", text)
        assert (await heard.channel.fetch_message(int(said.id))).content == text
        fake.says(fake.member("ben"), f"Hello <@{fake.world.bot.id}>")
        assert (await bot.heard.get()).content.startswith("Hello")


async def test_a_form_is_shown_filled_in_and_sent() -> None:
    """What the member sees is what the bot made, and what they fill in reaches it."""
    async with stage() as (fake, _):
        anna = fake.member("anna")
        opened = await fake.slash(anna, "form")
        assert opened.modal is not None
        assert opened.modal.title == "Add a song"
        assert [(it.label, it.value, it.required) for it in opened.modal.inputs] == [
            ("Song", "", True),
            ("Note", "none", False),
        ]
        assert opened.messages == []
        sent = await fake.submit(anna, opened, {"song": "Toxic", "mood": ["wild"]})
        assert sent.text == "Toxic / none / wild"


async def test_a_form_from_a_button_changes_its_message() -> None:
    """A form that a button opened may update the message with the button."""
    async with stage() as (fake, _):
        anna = fake.member("anna")
        message = (await fake.slash(anna, "panel")).messages[0]
        opened = await fake.click(anna, message, "form")
        sent = await fake.submit(anna, opened, {"song": "Toxic", "note": "", "mood": ["calm"]})
        assert sent.updated
        assert message.content == "Toxic /  / calm"


async def test_a_form_is_sent_only_as_a_client_could() -> None:
    """Empty, long and unknown fields stay with the client, and so does somebody else's form."""
    async with stage() as (fake, _):
        anna = fake.member("anna")
        opened = await fake.slash(anna, "form")
        for fields, told in (
            ({"mood": ["wild"]}, "empty"),
            ({"song": "x" * 21, "mood": ["wild"]}, "2 to 20"),
            ({"song": "Toxic", "mood": ["sad"]}, "does not offer"),
            ({"song": "Toxic", "mood": []}, "1 to 1"),
            ({"colour": "red"}, "only"),
        ):
            with pytest.raises(ValueError, match=told):
                await fake.submit(anna, opened, fields)
        with pytest.raises(PermissionError):
            await fake.submit(fake.member("ben"), opened, {})


async def test_every_kind_of_menu_gives_what_was_chosen() -> None:
    """Texts come as they are, people, roles and channels resolved."""
    async with stage() as (fake, _):
        anna, ben, dj = fake.member("anna"), fake.member("ben"), fake.add_role("DJ")
        message = (await fake.slash(anna, "panel")).messages[0]
        assert [it.custom_id for it in message.menus] == ["pick", "who", "any", "where"]
        assert message.menus[0].options == [("a", "a"), ("b", "b"), ("c", "c")]
        stage_channel = fake.add_voice_channel("Stage")
        chosen: list[tuple[str, list[Any], str]] = [
            ("pick", ["a", "c"], "a c"),
            ("pick", [], "nothing"),
            ("who", [ben], "ben"),
            ("any", [ben, dj], "DJ ben"),
            ("where", [stage_channel], "Stage"),
        ]
        for custom_id, values, text in chosen:
            assert (await fake.click(anna, message, custom_id, values=values)).text == text


async def test_a_menu_gives_only_what_a_client_could_choose() -> None:
    """Values that are not offered, too many of them, and the wrong channels are refused."""
    async with stage() as (fake, _):
        anna = fake.member("anna")
        message = (await fake.slash(anna, "panel")).messages[0]
        wrong: list[tuple[str, list[Any]]] = [
            ("pick", ["d"]),
            ("pick", ["a", "b", "c"]),
            ("pick", ["a", "a"]),
            ("who", []),
            ("where", [fake.channel]),
            ("form", ["a"]),
        ]
        for custom_id, values in wrong:
            with pytest.raises(ValueError, match=r"."):
                await fake.click(anna, message, custom_id, values=values)
        with pytest.raises(TypeError):
            await fake.click(anna, message, "who", values=[fake.add_role("DJ")])


async def test_a_member_has_their_roles() -> None:
    """Roles that were there before the bot, and later ones, come with the member who interacts."""
    async with stage(before=lambda fake: fake.add_role("DJ")) as (fake, bot):
        (dj,) = fake.world.roles_of[fake.guild.id]
        host = fake.add_role("Host")
        reply = await fake.slash(fake.member("anna", roles=[dj, host]), "roles")
        assert reply.text == "@everyone DJ Host"
        guild = bot.get_guild(int(fake.guild.id))
        assert guild is not None
        assert {role.name for role in guild.roles} >= {"DJ", "Host"}


async def test_people_listen_in_voice_channels() -> None:
    """Who listened before the bot came is known to it, and it is told who comes and goes."""

    def before(fake: FakeDiscord) -> None:
        fake.join_voice(fake.member("ben", bot=True), fake.add_voice_channel("Stage"))

    async with stage(before=before) as (fake, bot):
        await bot.wait_until_ready()
        (place,) = bot.guilds[0].voice_channels
        assert [(who.name, who.bot) for who in place.members] == [("ben", True)]
        anna, (_, lounge) = fake.member("anna"), fake.world.channels_of[fake.guild.id]
        fake.join_voice(anna, lounge)
        assert await bot.voices.get() == ("anna", "Stage")
        assert [who.name for who in place.members] == ["ben", "anna"]
        fake.leave_voice(anna)
        assert await bot.voices.get() == ("anna", None)
        with pytest.raises(PermissionError, match="bots cannot interact"):
            await fake.slash(fake.member("ben"), "panel")


async def test_a_layout_comes_back_as_it_was_sent_with_its_file() -> None:
    """The member reads the text displays, and the uploaded bytes are there."""
    async with stage() as (fake, _):
        message = (await fake.slash(fake.member("anna"), "layout")).messages[0]
        assert message.text == "Now playing\nx"
        assert message.flags & Flag.COMPONENTS_V2
        assert message.files == {"map.png": b"picture"}


async def test_a_private_message_is_there_for_one_member_only() -> None:
    """Nobody else can click it, and it does not exist for the channel."""
    async with stage() as (fake, bot):
        message = (await fake.slash(fake.member("anna"), "privately")).messages[0]
        with pytest.raises(PermissionError):
            await fake.click(fake.member("ben"), message, "form")
        channel = bot.get_partial_messageable(int(fake.channel.id))
        with pytest.raises(discord.NotFound):
            await channel.fetch_message(int(message.id))


async def test_a_token_expires() -> None:
    """After its time an interaction's webhook takes nothing any more."""
    async with stage(timing=Timing(token_s=0)) as (fake, bot):
        reply = await fake.slash(fake.member("anna"), "panel")
        url = f"{fake.rest_url}/webhooks/{bot.application_id}/{reply.interaction.token}"
        async with aiohttp.ClientSession() as http, http.post(url, json={"content": "late"}) as answer:
            assert (answer.status, (await answer.json())["code"]) == (401, 50027)


async def test_a_benchmark_keeps_no_requests() -> None:
    """Without memory the list of requests stays empty, and answers come all the same."""
    async with FakeDiscord(TOKEN, remember=False) as fake:
        with fake.patched_client():
            async with Client() as bot:
                await bot.login(TOKEN)
        assert fake.requests == []
        assert "panel" in fake.commands


def text(content: str = "x") -> Json:
    """A text display."""
    return {"type": 10, "content": content}


def button(number: int = 0) -> Json:
    """A button."""
    return {"type": 2, "style": 1, "label": "Go", "custom_id": f"go:{number}"}


def menu(**changes: Any) -> Json:
    """A menu with one option."""
    return {"type": 3, "custom_id": "m", "options": [{"label": "a", "value": "a"}]} | changes


def row(*parts: Json) -> Json:
    """An action row."""
    return {"type": 1, "components": list(parts)}


def container(*parts: Json) -> Json:
    """A container."""
    return {"type": 17, "components": list(parts)}


def section(*parts: Json, **more: Any) -> Json:
    """A section without an accessory, unless it is among the changes."""
    return {"type": 9, "components": list(parts)} | more


V2 = int(Flag.COMPONENTS_V2)
GOOD_LAYOUTS: dict[str, list[Json]] = {
    "forty": [container(*[text()] * 39)],
    "4,000 characters": [text("x" * 2000), text("y" * 2000)],
    "section": [section(text(), text(), text(), accessory=button())],
    "rows": [row(*map(button, range(5))), row(menu())],
    "gallery": [{"type": 12, "items": [{"media": {"url": "https://example.org/a.png"}}]}],
}
BAD_LAYOUTS: dict[str, list[Json]] = {
    "forty-one": [container(*[text()] * 40)],
    "4,001 characters": [text("x" * 2000), container(text("y" * 2001))],
    "no accessory": [section(text())],
    "four texts": [section(*[text()] * 4, accessory=button())],
    "a row in a section": [section(row(button()), accessory=button())],
    "no texts": [section(accessory=button())],
    "a container in a container": [container(container(text()))],
    "six buttons": [row(*map(button, range(6)))],
    "two menus": [row(menu(), menu(custom_id="n"))],
    "a menu beside a button": [row(menu(), button())],
    "a bare button": [button()],
    "an empty text": [text("")],
    "eleven pictures": [{"type": 12, "items": [{"media": {"url": "https://example.org/a.png"}}] * 11}],
    "wide separator": [{"type": 14, "spacing": 3}],
    "26 options": [row(menu(options=[{"label": f"{n}", "value": f"{n}"} for n in range(26)]))],
    "no options": [row(menu(options=[]))],
    "one value twice": [row(menu(options=[{"label": "a", "value": "a"}] * 2))],
    "long option": [row(menu(options=[{"label": "a" * 101, "value": "a"}]))],
    "long placeholder": [row(menu(placeholder="a" * 151))],
    "more values than options": [row(menu(min_values=2, max_values=2))],
}


@pytest.mark.parametrize("name", GOOD_LAYOUTS)
def test_a_layout_within_the_limits_is_taken(name: str) -> None:
    """What is just within a limit passes."""
    check_message({"flags": V2, "components": GOOD_LAYOUTS[name]}, None)


@pytest.mark.parametrize("name", BAD_LAYOUTS)
def test_a_layout_over_a_limit_is_refused(name: str) -> None:
    """What is just over a limit, or in the wrong place, does not pass."""
    with pytest.raises(ApiError, match="50035"):
        check_message({"flags": V2, "components": BAD_LAYOUTS[name]}, None)


async def test_a_message_becomes_a_layout_for_good() -> None:
    """It needs its content nulled to become one, and never takes a content again."""
    async with stage() as (fake, bot):
        channel = bot.get_partial_messageable(int(fake.channel.id))
        sent = await channel.send("plain")
        view = ui.LayoutView()
        view.add_item(ui.TextDisplay("fancy"))
        with pytest.raises(discord.HTTPException, match="content"):
            await sent.edit(view=view)
        await sent.edit(content=None, view=view)
        assert fake.message(sent.id).text == "fancy"
        with pytest.raises(discord.HTTPException, match="content"):
            await sent.edit(content="plain again")


def modal(*components: Json, **changes: Any) -> Json:
    """A form."""
    return {"title": "Form", "custom_id": "f", "components": list(components)} | changes


def label(inner: Json, told: str = "Song") -> Json:
    """A label around a part."""
    return {"type": 18, "label": told, "component": inner}


def box(**changes: Any) -> Json:
    """A text box."""
    return {"type": 4, "custom_id": "b", "style": 1} | changes


BAD_MODALS: dict[str, Json] = {
    "title": modal(label(box()), title="x" * 46),
    "custom id": modal(label(box()), custom_id="x" * 101),
    "empty": modal(),
    "six parts": modal(*[label(box(custom_id=f"{n}")) for n in range(6)]),
    "label": modal(label(box(), "x" * 46)),
    "button": modal(label(button())),
    "placeholder": modal(label(box(placeholder="x" * 101))),
    "length": modal(label(box(max_length=4001))),
    "lengths": modal(label(box(min_length=5, max_length=4))),
    "same id": modal(label(box()), label(box())),
    "container": modal(container(text())),
}


@pytest.mark.parametrize("name", BAD_MODALS)
def test_a_form_over_a_limit_is_refused(name: str) -> None:
    """Each limit of a form is kept."""
    check_modal(modal(label(box()), row(box(custom_id="c", label="Old")), text()))
    with pytest.raises(ApiError, match="50035"):
        check_modal(BAD_MODALS[name])


def command(**changes: Any) -> Json:
    """A command with one option."""
    option = {"type": 3, "name": "song", "description": "Which"}
    return {"name": "add", "description": "Add a song", "type": 1, "options": [option]} | changes


def option(**changes: Any) -> Json:
    """A command with one option that has these changes."""
    return command(options=[{"type": 3, "name": "song", "description": "Which"} | changes])


BAD_COMMANDS: dict[str, Json] = {
    "upper case": command(name="Add"),
    "space": command(name="add song"),
    "long": command(name="a" * 33),
    "no description": command(description=""),
    "translated upper case": command(name_localizations={"de": "Hinzufügen"}),
    "long translation": command(description_localizations={"de": "x" * 101}),
    "unknown locale": command(name_localizations={"tlh": "add"}),
    "option translation": option(name_localizations={"de": "das lied"}),
    "choice translation": option(
        choices=[{"name": "a", "value": "a", "name_localizations": {"de": "x" * 101}}]
    ),
    "choice": option(choices=[{"name": "x" * 101, "value": "a"}]),
    "option twice": command(options=[{"type": 3, "name": "a", "description": "a"}] * 2),
    "required last": command(
        options=[
            {"type": 3, "name": "a", "description": "a"},
            {"type": 3, "name": "b", "description": "b", "required": True},
        ]
    ),
    "context menu with a description": {"name": "Add it", "type": 3, "description": "x"},
}


@pytest.mark.parametrize("name", BAD_COMMANDS)
def test_a_command_over_a_limit_is_refused(name: str) -> None:
    """Names, descriptions and choices keep to the limits in every language."""
    with pytest.raises(ApiError, match="50035"):
        check_commands([BAD_COMMANDS[name]])


async def test_a_registered_command_keeps_its_translations_and_scope() -> None:
    """What was registered comes back whole."""
    told = command(
        name_localizations={"de": "hinzufügen", "th": "เพิ่ม", "hi": "जोड़ें"},
        contexts=[0, 1],
        integration_types=[0, 1],
    )
    async with stage() as (fake, bot):
        assert bot.application_id is not None
        sent: Any = [told | {"default_member_permissions": 32}]
        kept = await bot.http.bulk_upsert_global_commands(bot.application_id, sent)
        for key, value in told.items():
            assert dict(kept[0])[key] == value
        assert fake.commands["add"]["default_member_permissions"] == "32"
