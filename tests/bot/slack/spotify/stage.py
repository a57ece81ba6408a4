"""A Spotify on loopback for the tests of Slack, whose members connect accounts without a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from bot.party.words import Member
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from bot.slack.blocks import OPENED
from db.store import Store
from tests.bot.slack.stage import answer, read
from tests.bot.spotify.stage import Stage, sounding
from tests.conftest import SPECS, Clock
from tests.fakes.slack_model import FakeMember, FakeMessage
from tests.fakes.slack_reply import Reply
from tests.fakes.slack_server import FakeSlack
from tests.fakes.spotify_model import FakeDevice, FakePlaylist, FakeSong, FakeUser
from tests.fakes.spotify_server import FakeSpotify

BOTH = pytest.mark.parametrize("fake", ["socket", "http"], indirect=True)
"""Over Socket Mode and over signed requests; the others run over Socket Mode."""
SONGS = ("mr brightside", "take on me", "wonderwall", "hey jude")
PUBLIC_URL = "https://party.example"


@dataclass
class Music:
    """Spotify as a test has it: the fake, the accounts, and the party that knows of both."""

    fake: FakeSpotify
    stage: Stage
    catalogue: Catalogue
    party: PartyService

    async def open(self, link: str, user: FakeUser) -> None:
        """The person opens a link of ours and agrees at Spotify."""
        accounts = self.stage.accounts
        url, browser = await accounts.agree(link.rpartition("/")[2])
        answer = await self.stage.back(url, user)
        await accounts.finish(answer["state"], browser, answer["code"])

    async def link(self, member: FakeMember, product: str = "premium", name: str = "") -> FakeUser:
        """Connects a new account of a member's, as a click on the link does."""
        user = self.fake.user(name or f"{member.name} at Spotify", product)  # type: ignore[arg-type]
        await self.stage.link(Member("slack", member.id, member.name), user, member.team.id)
        return user

    async def host(self, member: FakeMember, device: str = "Kitchen") -> tuple[FakeUser, FakeDevice]:
        """Connects an account of a member's that has one device."""
        user = await self.link(member)
        return user, self.fake.device(user, device, active=True)

    async def song(self, text: str) -> FakeSong:
        """Puts a song that the catalogue knows into Spotify."""
        track = await self.catalogue.resolve(text)
        spotify_id = track.spotify_id or (await self.catalogue.spotify_ids([track]))[0]
        return self.fake.song(track.title, track.artist, track.duration_ms or 200_000, id=spotify_id)

    def plays(self, user: FakeUser) -> str:
        """The title of what an account plays, with ⏸ in front while it stands still."""
        playback = self.fake.playback(user)
        playback.settle()
        if playback.item is None:
            return ""
        return f"{'' if playback.playing else '⏸ '}{playback.item.title}"


@asynccontextmanager
async def open_music(
    store: Store, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> AsyncIterator[Music]:
    """A party with Spotify set up; all traffic with it must keep to what Spotify publishes."""
    async with (
        FakeSpotify(specs=SPECS, clock=clock) as fake,
        sounding(store, catalogue, recommender, clock, fake) as (party, stage),
    ):
        yield Music(fake, stage, catalogue, party)
    assert fake.breaches == []


def member(who: FakeMember) -> Member:
    """A person as the party knows them."""
    return Member("slack", who.id, who.name)


async def done(act: Awaitable[Reply]) -> FakeMessage:
    """Waits until an act has been answered: Spotify is asked after the card has changed."""
    return await answer(await act)


async def queue(fake: FakeSlack, by: FakeMember, *songs: str) -> None:
    """Adds songs by command, one after the other."""
    for song in songs:
        await done(fake.slash(by, "/add", song))


def seen_by_others(fake: FakeSlack) -> str:
    """All that more than one person can read."""
    return "\n".join(read(it) for it in fake.messages if not it.ephemeral and not it.channel.im)


def link_in(message: FakeMessage) -> str:
    """The address behind the button that connects."""
    return str(message.actions[OPENED]["url"])


def url_of(made: FakePlaylist) -> str:
    """The address that people copy."""
    return f"https://open.spotify.com/playlist/{made.id}?si=x"
