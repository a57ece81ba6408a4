"""A Spotify on loopback for the tests of Slack, whose members connect accounts without a browser."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.breaker import Breaker
from bot.catalog import Catalogue
from bot.domain import Member
from bot.errors import LinkAgain, NotConnected
from bot.music import SpotifyMusic
from bot.party import PartyService
from bot.playing import Account
from bot.recommender import Recommender
from bot.slack import sound
from bot.spotify import Spotify
from db.store import Store
from tests.conftest import SPECS, Clock
from tests.fakes.slack_model import FakeMember, FakeMessage
from tests.fakes.slack_reply import Reply
from tests.fakes.slack_server import FakeSlack
from tests.fakes.spotify_model import FakeDevice, FakePlaylist, FakeSong, FakeUser
from tests.fakes.spotify_server import REDIRECT_URI, FakeSpotify
from tests.slack.stage import answer, read

BOTH = pytest.mark.parametrize("fake", ["socket", "http"], indirect=True)
"""Over Socket Mode and over signed requests; the others run over Socket Mode."""
SONGS = ("mr brightside", "take on me", "wonderwall", "hey jude")
PUBLIC_URL = "https://party.example"


@dataclass
class Accounts:
    """Whose account is connected, as the store knows it; the tokens come without the way there."""

    store: Store
    fake: FakeSpotify
    clock: Clock
    links: dict[str, tuple[Member, str]] = field(default_factory=dict)
    users: dict[str, FakeUser] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)  # whose consent Spotify no longer takes
    ends: list[tuple[Member, int]] = field(default_factory=list)

    async def connect(self, member: Member, workspace: str) -> str:
        """A link, for the member's eyes only, that connects an account."""
        link = f"{PUBLIC_URL}/spotify/connect/{secrets.token_urlsafe(16)}"
        self.links[link] = member, workspace
        return link

    async def open(self, link: str, user: FakeUser) -> None:
        """The person opens a link of ours and agrees at Spotify."""
        member, workspace = self.links.pop(link)
        self.users[user.id] = user
        async with self.store.transaction() as tx:
            await tx.save_account(member, workspace, user.id, int(self.clock() * 1000))

    async def user(self, member: Member) -> FakeUser | None:
        """Whose account the member has connected."""
        async with self.store.transaction() as tx:
            kept = await tx.account(member)
        return self.users[kept.sealed] if kept else None

    async def disconnect(self, member: Member) -> bool:
        """Forgets the member's account, and says whether there was one."""
        async with self.store.transaction() as tx:
            kept = await tx.account(member)
            return kept is not None and await tx.drop_account(kept)

    async def account(self, member: Member) -> Account | None:
        """The member's account."""
        user = await self.user(member)
        return Account(user.name, user.product == "premium", int(self.clock() * 1000)) if user else None

    async def token(self, member: Member) -> str:
        """An access token that is good."""
        user = await self.user(member)
        if user is None:
            raise NotConnected
        if user.id in self.gone:
            raise LinkAgain
        return self.fake.sign_in(user).access_token

    async def renew(self, member: Member, refused: str) -> str:
        """Another access token."""
        return await self.token(member)

    async def ending(self) -> list[tuple[Member, int]]:
        """Whose connection ends soon."""
        return list(self.ends)

    async def told(self, member: Member) -> None:
        """Notes that a member knows."""
        self.ends = [each for each in self.ends if each[0] != member]


@dataclass
class Music:
    """Spotify as a test has it: the fake, the accounts, and the party that knows of both."""

    fake: FakeSpotify
    accounts: Accounts
    catalogue: Catalogue
    party: PartyService

    async def link(self, member: FakeMember, product: str = "premium", name: str = "") -> FakeUser:
        """Connects a new account of a member's, as a click on the link does."""
        user = self.fake.user(name or f"{member.name} at Spotify", product)  # type: ignore[arg-type]
        workspace = member.team.id
        who = Member("slack", member.id, member.name)
        await self.accounts.open(await self.accounts.connect(who, workspace), user)
        return user

    async def host(self, member: FakeMember, device: str = "Kitchen") -> tuple[FakeUser, FakeDevice]:
        """Connects an account of a member's that has one device."""
        user = await self.link(member)
        return user, self.fake.device(user, device, active=True)

    async def song(self, text: str) -> FakeSong:
        """Puts a song that the catalogue knows into Spotify."""
        track = await self.catalogue.resolve(text)
        spotify_id = track.spotify_id or await self.catalogue.spotify_id(track)
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
    async with FakeSpotify(specs=SPECS if SPECS.exists() else None, clock=clock) as fake:
        spotify = Spotify(
            fake.client_id,
            fake.client_secret,
            REDIRECT_URI,
            Breaker(store, "Spotify", clock),
            api_url=fake.api_url,
            accounts_url=fake.accounts_url,
            clock=clock,
        )
        accounts = Accounts(store, fake, clock)
        music = SpotifyMusic(spotify, accounts, catalogue, store, clock)
        party = PartyService(store, catalogue, recommender, clock, music)
        yield Music(fake, accounts, catalogue, party)
        await party.close()
        spotify.close()
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
    return str(message.actions[sound.OPENED]["url"])


def url_of(made: FakePlaylist) -> str:
    """The address that people copy."""
    return f"https://open.spotify.com/playlist/{made.id}?si=x"
