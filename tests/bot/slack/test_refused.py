"""What people read, what a card does, and what the log says when Slack refuses."""

from __future__ import annotations

import pytest

from bot.party import errors
from bot.party.errors import PartyError
from bot.party.words import Member
from bot.service import PartyService
from bot.slack import card as live
from bot.slack import errors as refusals
from bot.slack.asked import Slack
from bot.slack.installs import Single
from bot.slack.refusals import KNOWN, Fate
from tests.bot.slack.stage import (
    answers,
    card,
    cards,
    fill,
    private,
    read,
    room,
    sentence,
    titles,
    until,
    votes,
)
from tests.fakes.slack_model import FakeChannel
from tests.fakes.slack_server import FakeSlack

ANNA = Member("slack", "UANNA", "Anna")
TOLD: dict[str, type[PartyError]] = {
    "not_in_channel": errors.NotHere,
    "channel_not_found": errors.NotHere,
    "restricted_action_read_only_channel": refusals.ReadOnlyHere,
    "restricted_action_thread_only_channel": refusals.ThreadsOnlyHere,
    "cannot_reply_to_message": refusals.NoThreadsHere,
    "restricted_action": refusals.PostingForbidden,
    "posting_to_channel_denied": refusals.PostingForbidden,
    "is_archived": refusals.ArchivedHere,
    "team_access_not_granted": refusals.NoAccess,
    "ekm_access_denied": refusals.PostingSuspended,
    "token_revoked": refusals.LoggedOut,
    "account_inactive": refusals.LoggedOut,
    "invalid_auth": refusals.LoggedOut,
    "missing_scope": refusals.RightMissing,
    "fatal_error": refusals.SlackDown,
    "internal_error": refusals.SlackDown,
    "team_added_to_org": refusals.WorkspaceMoving,
    "invalid_blocks": refusals.NotShown,
    "msg_too_long": refusals.TooLongToShow,
    "rate_limited": errors.TooFast,
    "a_name_from_the_future": refusals.SlackRefused,
}
"""What Slack's reference lists for chat.postMessage, and one name that it does not."""


def asked(fake: FakeSlack, method: str) -> int:
    """How often a method was asked."""
    return sum(each.method == method for each in fake.requests)


async def add(fake: FakeSlack, party: PartyService, *songs: str, place: FakeChannel | None = None) -> None:
    """Adds songs as somebody whom Slack need not know."""
    for song in songs:
        await party.queue.add(room(fake, place), ANNA, song)


def lines(caplog: pytest.LogCaptureFixture, name: str) -> list[str]:
    """What the log says of a refusal."""
    return [each for each in caplog.messages if "Slack refused" in each and name in each]


@pytest.mark.parametrize("name", TOLD)
async def test_each_refusal_has_a_sentence_of_its_own(
    fake: FakeSlack, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """Whoever asks for the card reads what is in its way; the log has one line, however often they ask."""
    ben = fake.member("Ben")
    fake.refuse("chat.postMessage", error=name)
    for _ in range(2):
        assert await private(await fake.slash(ben, "/queue")) == sentence(TOLD[name]())
    assert len(lines(caplog, name)) == 1


@pytest.mark.parametrize("page", ["", "<html><body>502 Bad Gateway</body></html>"])
async def test_a_page_in_place_of_an_answer_is_slacks_trouble(
    fake: FakeSlack, caplog: pytest.LogCaptureFixture, page: str
) -> None:
    """What is not JSON, or comes with status 500, is told as what it is, without the page."""
    fake.refuse("chat.postMessage", status=502, page=page)
    reply = await fake.slash(fake.member("Ben"), "/queue")
    assert await private(reply) == sentence(refusals.SlackDown())
    assert len(lines(caplog, "chat.postMessage")) == 1
    assert "Bad Gateway" not in caplog.text


def test_only_what_is_really_gone_lets_a_card_go() -> None:
    """Everything else may be over one day."""
    gone = {name for name, refusal in KNOWN.items() if refusal.fate is Fate.GONE}
    assert gone >= {"message_not_found", "channel_not_found", "not_in_channel", "cant_update_message"}
    assert not gone & {*TOLD} - {"not_in_channel", "channel_not_found"}


async def test_the_card_of_an_archived_channel_goes_on_when_it_is_opened(
    fake: FakeSlack, party: PartyService
) -> None:
    """It is asked for once, is left alone meanwhile, and shows how the party stands then."""
    await add(fake, party, "mr brightside", "take on me")
    shown = await card(fake, lambda it: "Take on Me" in read(it))
    fake.general.archived = True
    await add(fake, party, "wonderwall")
    await until(lambda: any("is_inactive" in str(it.answer) for it in fake.requests))
    before = asked(fake, "chat.update")
    await add(fake, party, "hey jude")
    await fake.unarchive(fake.general)
    assert await card(fake, lambda it: "Hey Jude" in read(it)) is shown
    assert asked(fake, "chat.update") == before + 1


async def test_a_card_that_may_not_be_shown_comes_back_when_somebody_asks(
    fake: FakeSlack, party: PartyService
) -> None:
    """A suspension stops the card; once it is lifted `/queue` shows it, and it is live again at once."""
    await add(fake, party, "mr brightside")
    await card(fake)
    faults = fake.refuse("chat.*", error="ekm_access_denied")
    await add(fake, party, "take on me")
    await until(lambda: any("ekm_access_denied" in str(it.answer) for it in fake.requests))
    fake.lift(faults)
    await fake.slash(fake.member("Ben"), "/queue")
    shown = await card(fake, lambda it: "Take on Me" in read(it))
    await add(fake, party, "wonderwall")
    assert await card(fake, lambda it: "Wonderwall" in read(it)) is shown


def test_each_pause_is_twice_as_long() -> None:
    """Up to a quarter of an hour; what Slack asks for counts more, what only people mend is tried rarely."""
    down = live.Refused(refusals.SlackDown(), Fate.LATER, 0)
    assert [live.pause_s(down, before) for before in (0, 1, 2, 3, 99)] == [10, 20, 40, 80, 900]
    assert live.pause_s(live.Refused(errors.TooFast(), Fate.LATER, 30), 5) == 30
    assert live.pause_s(live.Refused(refusals.ReadOnlyHere(), Fate.OFF, 0), 0) == live.LOOK_S


async def test_a_card_comes_back_by_itself(
    fake: FakeSlack, party: PartyService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again until Slack takes it; the log has one line."""
    monkeypatch.setattr(live, "RETRY_S", 0.01)
    await add(fake, party, "mr brightside")
    await card(fake)
    faults = fake.refuse("chat.update", status=503)
    before = asked(fake, "chat.update")
    await add(fake, party, "take on me")
    await until(lambda: asked(fake, "chat.update") >= before + 4)
    fake.lift(faults)
    await card(fake, lambda it: "Take on Me" in read(it))
    assert len(lines(caplog, "chat.update")) == 1


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_token_that_slack_refused_is_not_used_again(
    fake: FakeSlack, party: PartyService, error: str
) -> None:
    """People are still told what is wrong, by their requests' own addresses; songs are added all the same."""
    ben = fake.member("Ben")
    await add(fake, party, "mr brightside")
    await card(fake)
    fake.revoke(error)
    assert await private(await fake.slash(ben, "/queue")) == sentence(refusals.LoggedOut())
    before = len([it for it in fake.requests if it.method != "response_url"])
    await fake.slash(ben, "/add", "take on me")
    assert await private(await fake.slash(ben, "/queue")) == sentence(refusals.LoggedOut())
    assert len([it for it in fake.requests if it.method != "response_url"]) == before
    assert await titles(fake, party) == ["Mr. Brightside", "Take on Me"]


async def test_another_token_is_used_at_once(fake: FakeSlack, party: PartyService) -> None:
    """Who installs the bot again after a refusal need not wait."""
    fake.revoke()
    tokens = Single(fake.bot_token)
    slack = Slack(party, tokens, fake.base_url)
    ben = fake.member("Ben")
    for _ in range(2):
        person = await slack.people.person(await slack.client(None, fake.team.id), fake.team.id, ben.id, "")
        assert isinstance(person.unknown, refusals.LoggedOut)
        slack.people.forget(fake.team.id, ben.id)
    slack.tokens = Single(fake.install(fake.team).token)
    person = await slack.people.person(await slack.client(None, fake.team.id), fake.team.id, ben.id, "")
    assert person.member.name == "ben"


@pytest.mark.parametrize(
    ("scope", "typed"),
    [("chat:write", "/queue"), ("users:read", "/settings"), ("files:write", "/export")],
)
async def test_a_scope_that_is_taken_away_is_named_in_the_log(
    fake: FakeSlack, party: PartyService, caplog: pytest.LogCaptureFixture, scope: str, typed: str
) -> None:
    """People read that a permission is missing and who can give it; whoever runs the bot reads which."""
    boss = fake.member("Boss", admin=True)
    await add(fake, party, "mr brightside")
    await card(fake)
    fake.take_scopes(scope)
    assert await private(await fake.slash(boss, typed)) == sentence(refusals.RightMissing())
    assert len(lines(caplog, f"needed: {scope}")) == 1
    assert await titles(fake, party) == ["Mr. Brightside"]


async def test_retry_after_holds_for_its_method_and_workspace(fake: FakeSlack, party: PartyService) -> None:
    """What Slack wants no more of for a minute is not asked again; other methods and workspaces are."""
    ben = fake.member("Ben")
    fake.fail_next("chat.postMessage", status=429, wait_s=60)
    for _ in range(3):
        assert await private(await fake.slash(ben, "/queue")) == sentence(errors.TooFast())
    assert asked(fake, "chat.postMessage") == 1
    await fake.open_home(ben)
    assert fake.home(ben) is not None


@pytest.mark.parametrize("posting", ["read_only", "threads_only"])
async def test_the_first_song_where_no_card_may_be_says_so_once(
    fake: FakeSlack, party: PartyService, posting: str
) -> None:
    """The song is added, everybody reads that, and whoever added it reads why there is no card."""
    anna = fake.member("Anna")
    place = fake.channel("announcements")
    place.posting = posting  # type: ignore[assignment]
    reply = await fake.slash(anna, "/add", "wonderwall", channel=place)
    error = refusals.ReadOnlyHere() if posting == "read_only" else refusals.ThreadsOnlyHere()
    await until(lambda: any(it.private_to is anna for it in fake.messages))
    told = [read(it) for it in fake.messages if it.private_to is anna]
    assert [read(it) for it in answers(reply) if not it.ephemeral] == ["Now playing: Wonderwall – Oasis"]
    await fill(fake, anna, "mr brightside")  # elsewhere all is as ever
    await fake.slash(anna, "/add", "take on me", channel=place)
    assert (
        told
        == [f"The party goes on, but I can't show its card in this channel. {sentence(error)}"]
        == [read(it) for it in fake.messages if it.private_to is anna]
    )
    assert await titles(fake, party, place) == ["Wonderwall", "Take on Me"]
    assert cards(fake, place) == []


async def test_where_the_bot_is_not_the_first_song_says_so_too(fake: FakeSlack, party: PartyService) -> None:
    """In a private channel that nobody has invited it to."""
    anna = fake.member("Anna")
    place = fake.channel("elsewhere", has_bot=False, private=True)
    await fake.slash(anna, "/add", "wonderwall", channel=place)
    await until(lambda: any(it.private_to is anna for it in fake.messages))
    (told,) = [read(it) for it in fake.messages if it.private_to is anna]
    assert sentence(errors.NotHere()) in told
    assert await titles(fake, party, place) == ["Wonderwall"]


@pytest.mark.parametrize("error", ["channel_not_found", ""])
async def test_an_answer_finds_another_way_than_its_address(fake: FakeSlack, error: str) -> None:
    """Where Slack does not take it there, it comes as a message, as private as before."""
    anna = fake.member("Anna")
    fake.refuse("response_url", error=error, status=500, page="<html></html>")
    assert await private(await fake.slash(anna, "/undo")) == sentence(errors.NothingToUndo())


async def test_an_answer_for_all_that_the_channel_does_not_take_is_told_alone(
    fake: FakeSlack, party: PartyService
) -> None:
    """With its buttons, and with the reason once, by direct message where nothing else is left."""
    anna = fake.member("Anna")
    await add(fake, party, "mr brightside")
    await card(fake)
    fake.general.posting = "read_only"
    fake.refuse("response_url", error="restricted_action")
    await fake.slash(anna, "/next")
    await until(lambda: any(it.channel is fake.dm(anna) for it in fake.messages))
    (told,) = [it for it in fake.messages if it.channel is fake.dm(anna)]
    assert len(votes(told)) == 10
    assert read(told).count(sentence(refusals.ReadOnlyHere())) == 1


async def test_a_file_says_where_it_went(fake: FakeSlack, party: PartyService) -> None:
    """Where files are not for the channel they come as direct messages, and the asker reads that there."""
    anna = fake.member("Anna")
    place = fake.channel("public", has_bot=False)  # in which `chat:write.public` lets it write, but no more
    await add(fake, party, "wonderwall", place=place)
    reply = await fake.slash(anna, "/map", channel=place, wait=False)
    await until(lambda: any(it.private_to is anna for it in fake.messages))
    await fake.settled(reply)
    (told,) = [read(it) for it in fake.messages if it.private_to is anna and "drawing" not in read(it)]
    assert told.startswith("I can't post files in this channel, so I sent you the file in a direct message.")
    await fake.slash(anna, "/export", channel=place)
    last = [read(it) for it in fake.messages if it.private_to is anna][-1]
    assert last == "I sent you the file in a direct message."
    assert [it.channel for it in fake.messages if it.files] == [fake.dm(anna)] * 2


async def test_files_that_a_workspace_forbids_say_so(fake: FakeSlack, party: PartyService) -> None:
    """There is no other way for them."""
    anna = fake.member("Anna")
    await add(fake, party, "wonderwall")
    fake.refuse("files.getUploadURLExternal", error="file_uploads_disabled")
    assert await private(await fake.slash(anna, "/export")) == sentence(refusals.NoFiles())
