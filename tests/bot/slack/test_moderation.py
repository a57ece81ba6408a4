"""`/block`, `/unblock` and skips without a vote in Slack, as its users see them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.party.errors import (
    KeptOut,
    ModeratorsOnly,
    NoSuchPerson,
    NotModerators,
    NotYourself,
    PartyError,
    SongBlocked,
)
from bot.service import PartyService
from bot.slack.errors import SlackDown
from bot.slack.manifest import manifest
from bot.slack.text import unescaped
from tests.bot.slack.stage import answer, card, choose, fill, private, public, read, room, sentence, titles
from tests.fakes.slack_model import FakeMember
from tests.fakes.slack_server import FakeSlack

BEN_BLOCKED = "ben is blocked: they can look, but not take part. Use /unblock to let them back in."


def boss(fake: FakeSlack) -> FakeMember:
    """Who moderates a workspace."""
    return fake.member("Boss", admin=True)


@pytest.mark.parametrize("command", ["/block", "/party block"])
async def test_a_member_is_blocked_by_a_mention(fake: FakeSlack, party: PartyService, command: str) -> None:
    """In private, with their waiting songs; by a mention they are let in again, too."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await fill(fake, anna, "mr brightside")
    await fill(fake, ben, "take on me")
    name, _, more = command.partition(" ")
    said = await private(await fake.slash(boss(fake), name, f"{more} {ben.mention}".strip()))
    assert said == f"{BEN_BLOCKED} I removed their waiting song."
    assert await private(await fake.slash(ben, "/add", "imagine")) == sentence(KeptOut())
    assert await titles(fake, party) == ["Mr. Brightside"]
    assert "• ben" in await private(await fake.slash(boss(fake), name, more))
    said = await private(await fake.slash(boss(fake), "/unblock", ben.mention))
    assert said == "ben can take part again."
    await public(await fake.slash(ben, "/add", "imagine"))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{boss}", NotYourself()),
        ("{chief}", NotModerators()),
        ("{dj}", NotModerators()),
        ("{robot}", NoSuchPerson()),
        ("@nobody", NoSuchPerson()),
    ],
)
async def test_whom_nobody_can_block(
    fake: FakeSlack, party: PartyService, text: str, error: PartyError
) -> None:
    """Admins, DJs, oneself, bots, and whoever is only named; nothing is blocked then, not even a song."""
    people = {
        "boss": boss(fake),
        "chief": fake.member("Chief", owner=True),
        "dj": fake.member("Dee"),
        "robot": fake.member("Robot", bot=True),
    }
    await choose(party, room(fake), djs=people["dj"].id)
    mention = text.format(**{name: who.mention for name, who in people.items()})
    assert await private(await fake.slash(people["boss"], "/block", mention)) == sentence(error)
    blocked = await party.blocks.of(room(fake))
    assert (blocked.members, blocked.songs) == ((), ())


async def test_members_block_nobody(fake: FakeSlack) -> None:
    """And they see no list of those who are."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    for command, text in (
        ("/block", ben.mention),
        ("/block", "imagine"),
        ("/block", ""),
        ("/unblock", "ben"),
    ):
        assert await private(await fake.slash(anna, command, text)) == sentence(ModeratorsOnly())


async def test_an_app_with_an_old_manifest_blocks_no_song_instead(
    fake: FakeSlack, party: PartyService
) -> None:
    """Without `should_escape` only a name comes: whoever it is, no song is taken for them."""
    fake.escaped = set()
    ben = fake.member("Ben")
    assert await private(await fake.slash(boss(fake), "/block", ben.mention)) == sentence(NoSuchPerson())
    assert (await party.blocks.of(room(fake))).songs == ()


async def test_a_song_is_blocked_and_named_to_be_unblocked(fake: FakeSlack, party: PartyService) -> None:
    """By its place or its title; whoever adds it is told so in private."""
    anna = fake.member("Anna")
    await fill(fake, anna, "mr brightside", "take on me")
    said = await private(await fake.slash(boss(fake), "/block", "1"))
    assert said.startswith("Take on Me – a-ha is blocked here, in every version.")
    assert await private(await fake.slash(anna, "/add", "take on me")) == sentence(SongBlocked())
    both = await private(
        await fake.slash(boss(fake), "/block", f"imagine lennon {fake.member('Ben').mention}")
    )
    assert both.splitlines()[0] == BEN_BLOCKED
    assert both.splitlines()[1].startswith("Imagine – John Lennon is blocked here")
    assert "can be added again" in await private(await fake.slash(boss(fake), "/unblock", "take on"))
    await public(await fake.slash(anna, "/add", "take on me"))


async def test_settings_show_what_is_blocked_and_let_it_in(fake: FakeSlack, party: PartyService) -> None:
    """What is picked in the form is unblocked; sent as it is, the form unblocks nothing."""
    chief, ben = boss(fake), fake.member("Ben")
    view = (await fake.slash(chief, "/settings")).view
    assert "Blocked" not in view.shown
    await fake.dismiss(chief, view)
    await fake.slash(chief, "/block", f"imagine lennon {ben.mention}")
    view = (await fake.slash(chief, "/settings")).view
    assert "Blocked members" in view.shown
    await fake.submit(chief, view, {})
    assert len((await party.blocks.of(room(fake))).members) == 1
    view = (await fake.slash(chief, "/settings")).view
    [song] = view.actions["blocked_songs"]["options"]
    assert song["text"]["text"] == "Imagine – John Lennon"
    await fake.submit(chief, view, {"blocked_songs": {"blocked_songs": [song["value"]]}})
    blocked = await party.blocks.of(room(fake))
    assert ([each.name for each in blocked.members], blocked.songs) == (["ben"], ())
    view = (await fake.slash(chief, "/settings")).view
    picked: dict[str, dict[str, Any]] = {
        "blocked_members": {"blocked_members": [f"member:{ben.id}"]},
        "order": {"order": "turns"},
    }
    reply = await fake.submit(chief, view, picked)
    assert reply.failure is None
    assert (await party.blocks.of(room(fake))).members == ()
    assert (await party.settings.rules(room(fake))).order == "turns"


async def test_whom_somebody_else_let_in_meanwhile_spoils_no_form(
    fake: FakeSlack, party: PartyService
) -> None:
    """The rest of what was chosen is saved, and it is said so."""
    chief, ben = boss(fake), fake.member("Ben")
    await private(await fake.slash(chief, "/block", ben.mention))
    view = (await fake.slash(chief, "/settings")).view
    await private(await fake.slash(chief, "/unblock", ben.mention))
    picked: dict[str, dict[str, Any]] = {
        "blocked_members": {"blocked_members": [f"member:{ben.id}"]},
        "order": {"order": "turns"},
    }
    assert (await private(await fake.submit(chief, view, picked))).startswith("Saved.")
    assert (await party.settings.rules(room(fake))).order == "turns"


async def test_who_cannot_be_looked_up_is_not_blocked(fake: FakeSlack, party: PartyService) -> None:
    """They may be an admin: it is said that Slack does not answer, and their songs stay."""
    chief, ben = boss(fake), fake.member("Ben")
    await private(await fake.slash(chief, "/block"))  # whoever asks is known
    fake.fail_next("users.info", status=500)
    assert await private(await fake.slash(chief, "/block", ben.mention)) == sentence(SlackDown())
    assert (await party.blocks.of(room(fake))).members == ()


async def test_an_admins_skip_is_told_to_all(fake: FakeSlack, party: PartyService) -> None:
    """By command and by the button of the card."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await fill(fake, anna, "mr brightside", "take on me", "wonderwall")
    said = read(await public(await fake.slash(boss(fake), "/skip")))
    assert said == "boss skipped Mr. Brightside – The Killers as a moderator. Now playing: Take on Me – a-ha"
    playing = (await party.insight.now(room(fake))).playing
    skip = f"encore:skip:{playing.id if playing else 0}"
    shown = await card(fake, lambda card: skip in card.actions)
    assert (await fake.press(ben, shown, skip)).failure is None
    told = await answer(await fake.press(boss(fake), shown, skip))
    assert told.private_to is None
    assert read(told).startswith("boss skipped Take on Me – a-ha as a moderator.")


@pytest.mark.parametrize("prefix", ["", "dj"])
def test_mentions_come_with_their_ids(prefix: str) -> None:
    """Behind the commands that name people, and the one that runs them all."""
    made = manifest(prefix=prefix)["features"]["slash_commands"]
    escaped = {each["command"] for each in made if each.get("should_escape")}
    expected = {"/block", "/unblock", "/party"} if not prefix else {"/dj-block", "/dj-unblock", "/dj"}
    assert escaped == expected


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("song for <@U1|ben>", "song for @ben"),
        ("<@U1> in <#C1|general>", "@U1 in #general"),
        ("I <3 you <http://a.b> <@x>", "I <3 you <http://a.b> <@x>"),
    ],
)
def test_a_mention_in_a_song_stays_as_it_was_typed(text: str, read: str) -> None:
    """Where texts come with ids, as behind `/party`, a song is still called what was typed."""
    assert unescaped(text) == read
