"""Ballots in Slack: what they show, and what votes on them do."""

from __future__ import annotations

from bot.party import errors
from bot.party.limits import OFFER_LASTS_MS
from bot.service import PartyService
from tests.bot.slack.stage import cards, choose, fill, private, public, read, room, sentence, titles, votes
from tests.conftest import Clock
from tests.fakes.slack_model import FakeMember, FakeMessage
from tests.fakes.slack_server import FakeSlack


async def ballot(fake: FakeSlack, by: FakeMember, typed: str = "") -> FakeMessage:
    """A ballot in the channel."""
    return await public(await fake.slash(by, "/next", typed))


async def test_a_vote_queues_a_suggestion(fake: FakeSlack, party: PartyService) -> None:
    """The first vote queues a song, and the ballot shows at once what became of it."""
    ben = fake.member("Ben")
    await fill(fake, ben, "mr brightside")
    shown = await ballot(fake, ben)
    reply = await fake.press(ben, shown, votes(shown)[0])
    assert any(message is shown for message in reply.changed)  # the card may be faster
    assert "✅ queued" in shown.shown
    assert "👍 1" in shown.shown
    assert len(await titles(fake, party)) == 2
    assert "songs that fit" in shown.shown


async def test_a_vote_against_stays_on_the_ballot(fake: FakeSlack, party: PartyService) -> None:
    """A vote against is counted and queues nothing."""
    ben = fake.member("Ben")
    await fill(fake, ben, "mr brightside")
    shown = await ballot(fake, ben)
    await fake.press(ben, shown, votes(shown)[1])
    assert "👎 1" in shown.shown
    assert await titles(fake, party) == ["Mr. Brightside"]


async def test_a_threshold_asks_for_more_votes(fake: FakeSlack, party: PartyService) -> None:
    """Where a channel wants two votes, the ballot says so, and the second one queues the song."""
    ben, cleo = fake.member("Ben"), fake.member("Cleo")
    await choose(party, room(fake), threshold=2)
    await fill(fake, ben, "mr brightside")
    shown = await ballot(fake, ben)
    assert "2 👍 queue a song" in shown.shown
    await fake.press(ben, shown, votes(shown)[0])
    assert await titles(fake, party) == ["Mr. Brightside"]
    await fake.press(cleo, shown, votes(shown)[0])
    assert len(await titles(fake, party)) == 2


async def test_other_songs_replace_the_ballot(fake: FakeSlack) -> None:
    """The button shows other songs in place, of the same mood and as many, and again."""
    ben = fake.member("Ben")
    await fill(fake, ben, "mr brightside")
    shown = await ballot(fake, ben, "3 safe")
    seen = {read(shown)}
    for _ in range(2):
        await fake.press(ben, shown, "encore:more:safe:3")
        seen.add(read(shown))
        assert len(votes(shown)) == 6
    assert len(seen) == 3
    assert len(fake.messages) - len(cards(fake)) == 2  # the answer to the add, and one ballot


async def test_other_songs_of_a_vibe_keep_its_words(fake: FakeSlack) -> None:
    """Other songs are for the same words."""
    ben = fake.member("Ben")
    shown = await public(await fake.slash(ben, "/vibe", "90s rock"))
    await fake.press(ben, shown, "encore:more:balanced:5:90s rock")
    assert "Songs for “90s rock”" in shown.shown


async def test_a_closed_ballot_says_so(fake: FakeSlack, party: PartyService, clock: Clock) -> None:
    """After its time a ballot takes no votes: the press is told so, and the buttons are gone."""
    ben = fake.member("Ben")
    await fill(fake, ben, "mr brightside")
    shown = await ballot(fake, ben)
    clock.pass_by(minutes=OFFER_LASTS_MS / 60_000)
    assert await private(await fake.press(ben, shown, votes(shown)[0])) == sentence(errors.BallotClosed())
    assert votes(shown) == []
    assert await titles(fake, party) == ["Mr. Brightside"]


async def test_several_votes_keep_the_ballots_heading(fake: FakeSlack, party: PartyService) -> None:
    """Whoever votes, and however often, the ballot keeps what it was asked for and its other songs."""
    people = [fake.member(name) for name in ("Anna", "Ben", "Cleo")]
    shown = await public(await fake.slash(people[0], "/vibe", "90s rock"))
    for number, each in enumerate(people):
        await fake.press(each, shown, votes(shown)[2 * number])
    assert "Songs for “90s rock”" in shown.shown
    assert "encore:more:balanced:5:90s rock" in shown.actions
    assert len(await titles(fake, party)) == 3
