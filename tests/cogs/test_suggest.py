"""`/next` and `/vibe` on Discord: ballots and their buttons."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.party.errors import AlreadyOver, BallotClosed, NoSuchEntry
from bot.party.words import Entry, Member, Mood, Suggestion
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from db.store import open_store
from tests.cogs.stage import log_in, open_server, private, public, read, room, until
from tests.conftest import Clock
from tests.fakes.discord_model import FakeMessage
from tests.fakes.discord_parts import walk
from tests.fakes.discord_server import FakeDiscord

Command = tuple[str, dict[str, str]]


async def offer(fake: FakeDiscord, count: int = 5) -> FakeMessage:
    """A ballot at a party that plays a song."""
    anna = fake.member("Anna")
    await fake.slash(anna, "add", song="mr brightside")
    return public(await fake.slash(anna, "next", count=count))


def lines(message: FakeMessage) -> list[str]:
    """What a ballot says, a song's line and its reason's in turn."""
    return [line for line in read(message.text).splitlines()[1:-1] if line]


def votes(message: FakeMessage) -> list[tuple[str | None, str | None, str]]:
    """The vote buttons: their ids, signs and tallies."""
    found = [(it.custom_id, it.emoji, it.label) for it in message.buttons]
    return [button for button in found if "vote" in str(button[0])]


async def offered(fake: FakeDiscord, party: PartyService) -> list[Entry]:
    """The suggestions that nobody has taken up."""
    return list((await party.insight.now(room(fake))).ballot)


def forge(message: FakeMessage, custom_id: str) -> None:
    """Puts another id on the first button, which only a tampered message has."""
    next(it for it in walk(message.components) if it.get("custom_id"))["custom_id"] = custom_id


@pytest.mark.parametrize("count", [3, 4, 5])
async def test_a_ballot_has_as_many_songs_as_asked_for(
    fake: FakeDiscord, party: PartyService, count: int
) -> None:
    """Each suggestion has its title, match and reason, and buttons to vote."""
    message = await offer(fake, count)
    ballot = await offered(fake, party)
    assert len(ballot) == count
    assert len(lines(message)) == 2 * count
    for number, entry in enumerate(ballot, start=1):
        song, reason = lines(message)[2 * number - 2 : 2 * number]
        assert song.startswith(f"**{number}.** **{entry.track.title[:50]}")
        assert re.fullmatch(
            r"-# [▰▱]{5} (?:strong match|good match|worth a try) · because of Mr\. Brightside", reason
        )
    assert votes(message) == [
        (f"encore:vote:{entry.id}:{value}", emoji, "")
        for entry in ballot
        for value, emoji in ((1, "👍"), (-1, "👎"))
    ]
    assert not any(it.disabled for it in message.buttons)


async def test_five_songs_are_offered_unless_told_otherwise(fake: FakeDiscord) -> None:
    """The count can be left out, and an empty party gets a mix of everything, with no reason made up."""
    message = public(await fake.slash(fake.member("Anna"), "next"))
    assert len(votes(message)) == 10
    reasons = [line.partition(" · ")[2] for line in lines(message)[1::2]]
    assert reasons == ["I don't know much about this yet"] * 5


async def test_other_songs_repeat_none(fake: FakeDiscord, party: PartyService) -> None:
    """The button under a ballot puts other songs into its place, of the same kind, until none is left."""
    message = public(await fake.slash(fake.member("Anna"), "vibe", words="90s rock", mood="safe"))
    again = message.buttons[-1]
    assert again.label == "Other songs"
    seen: set[str] = set()
    for _ in range(4):
        songs = {entry.track.title for entry in await offered(fake, party)}
        assert len(songs) == 5
        assert not songs & seen
        seen |= songs
        reply = await fake.click(fake.member("Ben"), message, again)
        assert reply.updated
        assert "Songs for “90s rock”" in message.text
        assert message.buttons[-1].custom_id == "encore:more:safe:5:90s rock"


async def test_a_room_may_want_more_votes(fake: FakeDiscord, party: PartyService) -> None:
    """With a threshold of two the second member's vote queues the song, and the ballot says the rule."""
    mo = Member("discord", "14", "Mo", manager=True)
    await party.settings.choose(room(fake), mo, {"threshold": 2})
    message = await offer(fake, 3)
    assert "2 👍 queue a song" in message.text
    wanted = votes(message)[0][0] or ""
    await fake.click(fake.member("Ben"), message, wanted)
    assert votes(message)[0][2] == "1"
    assert (await party.insight.now(room(fake))).queue == ()
    await fake.click(fake.member("Cleo"), message, wanted)
    assert len((await party.insight.now(room(fake))).queue) == 1
    assert lines(message)[0].endswith("** · ✅ queued")


async def test_a_ballot_closes_after_ten_minutes(
    fake: FakeDiscord, party: PartyService, clock: Clock
) -> None:
    """A late vote is refused in private, and the ballot's buttons are switched off for everybody."""
    message = await offer(fake, 3)
    wanted = votes(message)[0][0] or ""
    clock.pass_by(minutes=11)
    reply = await fake.click(fake.member("Ben"), message, wanted)
    assert private(reply) == str(BallotClosed())
    assert (await party.insight.now(room(fake))).queue == ()
    await until(reply.interaction, lambda: reply.updated)
    assert [it.disabled for it in message.buttons] == [True] * 6 + [False]


@pytest.mark.parametrize("count", [0, 2, 6])
async def test_discord_itself_refuses_other_counts(fake: FakeDiscord, count: int) -> None:
    """The registered limits keep a member from asking for less than three songs or more than five."""
    with pytest.raises(ValueError, match="would not let"):
        await fake.slash(fake.member("Anna"), "next", count=count)


async def test_words_make_a_ballot(fake: FakeDiscord, party: PartyService) -> None:
    """`/vibe` needs no queue: it says what it looked for and what it does not know, and offers songs."""
    message = public(await fake.slash(fake.member("Anna"), "vibe", words="90s rock vlorp"))
    assert read(message.text).startswith("I don't know the word vlorp. Songs for “90s rock”")
    assert len(lines(message)) == 10
    assert all(
        re.fullmatch(
            r"-# [▰▱]{5} (?:strong match|good match|worth a try) · because of 90s rock",
            reason,
        )
        for reason in lines(message)[1::2]
    )
    wanted = (await offered(fake, party))[0]
    await fake.click(fake.member("Ben"), message, f"encore:vote:{wanted.id}:1")
    assert lines(message)[0].endswith("** · ▶ playing")
    assert read(message.text).startswith("I don't know the word vlorp.")


@pytest.mark.parametrize("command", [("next", {}), ("vibe", {"words": "jazz"})])
@pytest.mark.parametrize("mood", Mood)
async def test_suggestions_can_be_asked_for_in_a_mood(
    fake: FakeDiscord, party: PartyService, monkeypatch: pytest.MonkeyPatch, command: Command, mood: Mood
) -> None:
    """Each mood that there is can be chosen, and reaches the party."""
    asked = []
    suggest = Recommender.suggest

    async def spy(*args: Any, **more: Any) -> list[Suggestion]:
        asked.append(more["mood"])
        return await suggest(*args, **more)

    monkeypatch.setattr(Recommender, "suggest", spy)
    name, options = command
    public(await fake.slash(fake.member("Anna"), name, options={**options, "mood": mood.value}))
    public(await fake.slash(fake.member("Anna"), name, options=options))
    assert asked == [mood, Mood.BALANCED]


@pytest.mark.parametrize("command", [("next", {}), ("vibe", {"words": "jazz"})])
async def test_discord_itself_refuses_other_moods(fake: FakeDiscord, command: Command) -> None:
    """The registered choices are all that there is."""
    name, options = command
    with pytest.raises(ValueError, match="would not let"):
        await fake.slash(fake.member("Anna"), name, options={**options, "mood": "angry"})


async def test_a_vote_queues_a_suggestion(fake: FakeDiscord, party: PartyService) -> None:
    """One 👍 is enough; the ballot itself says so, in place, and the song is in its voter's name."""
    message = await offer(fake)
    wanted = (await offered(fake, party))[0]
    reply = await fake.click(fake.member("Ben"), message, f"encore:vote:{wanted.id}:1")
    assert reply.updated
    assert reply.messages == []
    assert lines(message)[0].endswith("** · ✅ queued")
    (queued,) = (await party.insight.now(room(fake))).queue
    assert queued.track == wanted.track
    assert queued.added_by is not None
    assert queued.added_by.name == "Ben"


async def test_a_vote_can_be_taken_back(fake: FakeDiscord, clock: Clock) -> None:
    """The same button pressed again takes one's own vote back, whatever came in between."""
    message, ben, cleo = await offer(fake), fake.member("Ben"), fake.member("Cleo")
    unwanted = votes(message)[1][0] or ""
    for member, tally in ((ben, "1"), (cleo, "2"), (ben, "1"), (ben, "2")):
        await fake.click(member, message, unwanted)
        assert votes(message)[1][2] == tally
        await fake.slash(member, "now")
        clock.pass_by(minutes=0.1)


async def test_a_vote_starts_a_suggestion_where_nothing_plays(fake: FakeDiscord, party: PartyService) -> None:
    """With an empty queue the first 👍 makes the song play at once."""
    message = public(await fake.slash(fake.member("Anna"), "next", count=3))
    await fake.click(fake.member("Anna"), message, message.buttons[0])
    assert lines(message)[0].endswith("** · ▶ playing")
    assert (await party.insight.now(room(fake))).playing is not None


async def test_votes_against_are_counted(fake: FakeDiscord, party: PartyService) -> None:
    """A 👎 shows in the ballot and queues nothing."""
    message = await offer(fake)
    unwanted = votes(message)[3][0] or ""
    for name, count in (("Ben", "1"), ("Cleo", "2")):
        await fake.click(fake.member(name), message, unwanted)
        assert votes(message)[3][2] == count
    assert (await party.insight.now(room(fake))).queue == ()


async def test_each_member_counts_once(fake: FakeDiscord, party: PartyService) -> None:
    """A vote the other way replaces the member's vote, and the clicks of two members are two."""
    message = await offer(fake)
    wanted = f"encore:vote:{(await offered(fake, party))[0].id}"
    for name, value, tallies in (
        ("Ben", "1", ["1", ""]),
        ("Cleo", "1", ["2", ""]),
        ("Cleo", "-1", ["1", "1"]),
    ):
        await fake.click(fake.member(name), message, f"{wanted}:{value}")
        assert [tally for _, _, tally in votes(message)[:2]] == tallies
        assert lines(message)[0].endswith("** · ✅ queued")


async def test_two_clicks_at_the_same_moment_both_count(fake: FakeDiscord, party: PartyService) -> None:
    """Votes that arrive together do not overwrite each other."""
    message = await offer(fake)
    wanted = f"encore:vote:{(await offered(fake, party))[0].id}:1"
    names = ("Ben", "Cleo", "Dora")
    clicks = [await fake.click(fake.member(name), message, wanted, wait=False) for name in names]
    for click in clicks:
        await fake.settled(click)
    (queued,) = (await party.insight.now(room(fake))).queue
    assert queued.ups == 3


async def test_a_vote_for_a_song_that_is_gone_is_told_in_private(
    fake: FakeDiscord, party: PartyService
) -> None:
    """The button of a removed song changes nothing; the next refresh of the ballot switches it off."""
    message, ben = await offer(fake), fake.member("Ben")
    first, second = [f"encore:vote:{entry.id}:1" for entry in (await offered(fake, party))[:2]]
    await fake.click(ben, message, first)
    await fake.slash(ben, "remove", song="1")
    before = await party.insight.now(room(fake))
    reply = await fake.click(fake.member("Cleo"), message, first)
    assert private(reply) == str(AlreadyOver())
    assert not reply.updated
    assert await party.insight.now(room(fake)) == before
    await fake.click(ben, message, second)
    assert [it.custom_id for it in message.buttons if it.disabled] == [
        first[:-1] + value for value in ("1", "-1")
    ]
    assert "✖ removed" in lines(message)[0]


@pytest.mark.parametrize("forged", ["99:1", "0:-1", "999999999999999:1", "99:1:queue"])
async def test_a_forged_button_changes_nothing(fake: FakeDiscord, party: PartyService, forged: str) -> None:
    """A vote on an entry that never was gets one private sentence."""
    message = await offer(fake, 3)
    forge(message, f"encore:vote:{forged}")
    before, text = await party.insight.now(room(fake)), message.text
    reply = await fake.click(fake.member("Ben"), message, message.buttons[0])
    assert private(reply) == str(NoSuchEntry())
    assert (await party.insight.now(room(fake)), message.text) == (before, text)


async def test_a_vote_does_not_reach_another_channels_party(fake: FakeDiscord, party: PartyService) -> None:
    """An entry of one channel cannot be voted on from another."""
    wanted = (await offer(fake), (await offered(fake, party))[0])[1]
    other = fake.add_channel("other")
    message = public(await fake.slash(fake.member("Eve"), "next", channel=other))
    forge(message, f"encore:vote:{wanted.id}:1")
    before = await party.insight.now(room(fake)), await party.insight.now(room(fake, other))
    reply = await fake.click(fake.member("Eve"), message, message.buttons[0])
    assert private(reply) == str(NoSuchEntry())
    assert (await party.insight.now(room(fake)), await party.insight.now(room(fake, other))) == before


async def test_buttons_survive_a_restart(
    database_url: str, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> None:
    """A button that the last process posted counts in the next one, in ballots and in queues."""
    async with open_server() as fake:
        async with open_store(database_url) as store:
            party = PartyService(store, catalogue, recommender, clock)
            async with log_in(fake, party):
                ballot = await offer(fake)
                await fake.slash(fake.member("Anna"), "add", song="take on me")
                queue = public(await fake.slash(fake.member("Anna"), "queue"))
            await party.close()
        async with open_store(database_url) as store:
            party = PartyService(store, catalogue, recommender, clock)
            async with log_in(fake, party):
                await fake.click(fake.member("Ben"), ballot, ballot.buttons[0])
                waits = next(it for it in queue.buttons if "Take on Me" in it.label)
                await fake.click(fake.member("Ben"), queue, waits)
                assert [entry.ups for entry in (await party.insight.now(room(fake))).queue] == [1, 1]
            await party.close()
        assert "✅ queued" in lines(ballot)[0]
        assert len(fake.identified) == 2


async def test_why_understands_the_queue_first(fake: FakeDiscord) -> None:
    """A number or a title means the song that waits, before any other of the catalogue."""
    anna = fake.member("Anna")
    for song in ("mr brightside", "creep radiohead"):
        await fake.slash(anna, "add", song=song)
    for named in ("1", "creep"):
        assert private(await fake.slash(anna, "why", song=named)).startswith("**Creep – Radiohead**")
    assert private(await fake.slash(anna, "why", song="wonderwall")).startswith("**Wonderwall – Oasis**")
