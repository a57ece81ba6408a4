"""What cannot be in Slack, and how that is told."""

from __future__ import annotations

import pytest

from bot.party import errors
from bot.party.errors import PartyError
from bot.party.limits import MOST_IMPORTED
from bot.playback.errors import NoSpotify
from bot.service import PartyService
from tests.bot.slack.stage import (
    fill,
    private,
    room,
    sentence,
    titles,
)
from tests.fakes.slack_server import FakeSlack

WRONG: dict[str, PartyError] = {
    f"/add {'a' * 301}": errors.TextTooLong(300),
    f"/add {chr(10).join(['wonderwall'] * (MOST_IMPORTED + 1))}": errors.TooManyLines(MOST_IMPORTED),
    f"/import {chr(10).join(['?!'] * 20)}": errors.EmptyList(),
    "/next 4 songs": errors.WrongUsage("/next [3–5] [safe|balanced|adventurous]"),
    "/next 10": errors.OutOfRange(3, 5),
    "/next 2 safe": errors.OutOfRange(3, 5),
    "/party next ten": errors.WrongUsage("/party next [3–5] [safe|balanced|adventurous]"),
    "/queue please": errors.WrongUsage("/queue"),
    "/vote": errors.WrongUsage("/vote song [up|down|none]"),
    "/vote 9": errors.NoSuchEntry(),
    "/vote 0": errors.NoSuchEntry(),
    "/vote 99999999999999999999": errors.NoSuchEntry(),
    "/vote nothing like it": errors.NoSuchEntry(),
    "/drop": errors.WrongUsage("/drop song"),
    "/drop 9": errors.NoSuchEntry(),
    "/drop 1": errors.NotYours(),
    "/move 1": errors.ModeratorsOnly(),
    "/move": errors.WrongUsage("/move song [1–500]"),
    "/clear": errors.ModeratorsOnly(),
    "/end": errors.ModeratorsOnly(),
    "/end now": errors.WrongUsage("/end"),
    "/undo": errors.NothingToUndo(),
    "/why": errors.WrongUsage("/why song"),
    "/vibe": errors.WrongUsage("/vibe words [safe|balanced|adventurous]"),
    "/vibe ?!": errors.NoWords(),
    "/autopilot maybe": errors.WrongUsage("/autopilot [on|off]"),
    "/autopilot on": errors.ManagersOnly(),
    "/settings": errors.ManagersOnly(),
    "/learn on": errors.OwnersOnly(),
    "/export docx": errors.WrongUsage("/export [csv|m3u|xspf|jspf]"),
    "/party dance": errors.WrongUsage("/party help"),
    "/spotify dance": errors.WrongUsage("/spotify connect|disconnect|status|device|stop"),
    "/party delete-my-data now": errors.WrongUsage("/party delete-my-data"),
}


@pytest.mark.parametrize("typed", WRONG)
async def test_an_error_is_one_private_sentence(fake: FakeSlack, party: PartyService, typed: str) -> None:
    """Who asks for what cannot be is told so alone, in the error's own words, and the party stays."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await fill(fake, anna, "mr brightside", "take on me")
    before = await party.insight.now(room(fake))
    name, _, text = typed.partition(" ")
    said = await private(await fake.slash(ben, name, text))
    known = sentence(WRONG[typed])
    assert said == known
    after = await party.insight.now(room(fake))
    assert (after.playing, after.queue) == (before.playing, before.queue)


@pytest.mark.parametrize("typed", ["/skip", "/map", "/export", "/stats"])
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

    monkeypatch.setattr(party.queue, "undo", broken)
    said = await private(await fake.slash(fake.member("Anna"), "/undo"))
    number = said.rpartition("(error ")[2].rstrip(")")
    assert said.startswith("Sorry, something went wrong on my side.")
    assert any(number in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    "typed", ["/add wonderwall", "/queue", "/next", "/settings", "/export", "/party add x"]
)
async def test_a_direct_message_is_no_room(fake: FakeSlack, typed: str) -> None:
    """In a direct message with the bot a command is answered with where it works."""
    anna = fake.member("Anna")
    name, _, text = typed.partition(" ")
    reply = await fake.slash(anna, name, text, channel=fake.dm(anna))
    assert await private(reply) == sentence(errors.ServersOnly())


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
    assert await private(await fake.slash(anna, name, text)) == sentence(NoSpotify())
    assert await titles(fake, party) == ["Mr. Brightside"]
