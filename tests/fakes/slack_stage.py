"""Who and what is there in the fake Slack, and how a test changes it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from . import slack_manifests
from . import slack_payloads as payloads
from .slack_chat import Chat
from .slack_downloads import Downloads
from .slack_errors import HttpFailure, SlackError
from .slack_files import Files
from .slack_hooks import Hooks
from .slack_model import (
    Code,
    FakeChannel,
    FakeEnterprise,
    FakeFile,
    FakeMember,
    FakeMessage,
    FakeTeam,
    FakeView,
    Grant,
    Json,
    SlackRequest,
    Timing,
)
from .slack_oauth import OAuth
from .slack_places import Places
from .slack_socket import SocketDelivery
from .slack_views import Views
from .slack_web import Fault, WebApi
from .slack_world import World


class Stage:
    """The fake's workspaces, channels and people, and what happened in them."""

    def __init__(self, timing: Timing, specs: Path | None, scopes: str, *, installed: bool) -> None:
        """Start with one workspace that has one channel."""
        self.world = world = World(timing, specs, scopes)
        self.socket = SocketDelivery(world)
        self._hooks, self._files = Hooks(world), Files(world)
        self._downloads = Downloads(world)
        self._views, self._oauth = Views(world), OAuth(world)
        methods = Chat(world).methods() | self._views.methods() | Places(world).methods()
        methods |= (
            self._files.methods() | self._downloads.methods() | self._oauth.methods() | self.socket.methods()
        )
        self._web = WebApi(world, methods)
        self._hooks.refuse = self._web.fail_if_ordered
        self.app_token = world.grant(None, scopes=("connections:write",), kind="app").token
        self.team = self.add_team("Party")
        self.bot_token = self.install(self.team).token if installed else ""
        self.general = self.channel("general")
        self.escaped: set[str] = set()
        """The commands whose manifest says `should_escape`."""

    # Places and people

    def add_enterprise(self, name: str) -> FakeEnterprise:
        """Found an Enterprise Grid organisation."""
        return FakeEnterprise(self.world.id("E"), name)

    def add_team(self, name: str, enterprise: FakeEnterprise | None = None) -> FakeTeam:
        """Open another workspace, without the app."""
        world = self.world
        team = FakeTeam(world.id("T"), name, name.lower(), world.id("U"), world.id("B"), enterprise)
        world.teams[team.id] = team
        world.members[team.bot_user_id] = FakeMember(team.bot_user_id, "Encore", team, bot=True)
        return team

    def install(self, team: FakeTeam, scopes: Iterable[str] | None = None) -> Grant:
        """Put the app into a workspace without any page; returns its token."""
        return self.world.grant(team, team.enterprise, None if scopes is None else tuple(scopes))

    def member(
        self,
        name: str,
        *,
        team: FakeTeam | None = None,
        admin: bool = False,
        owner: bool = False,
        guest: bool = False,
        ultra: bool = False,
        bot: bool = False,
        stranger: bool = False,
        tz: str = "Europe/Amsterdam",
        locale: str = "en-US",
    ) -> FakeMember:
        """Let a person in; a stranger is of a workspace of their own and in the shared channels only."""
        home = self.add_team(f"{name}s") if stranger and team is None else team or self.team
        member = FakeMember(self.world.id("U"), name, home, admin, owner, guest, ultra, bot, stranger)
        member.tz, member.locale = tz, locale
        self.world.members[member.id] = member
        for place in self.world.channels.values():
            if not place.im and not place.private and (place.shared if stranger else place.team is home):
                place.members[member.id] = member
        return member

    def channel(
        self,
        name: str,
        *,
        team: FakeTeam | None = None,
        im: bool = False,
        private: bool = False,
        archived: bool = False,
        has_bot: bool = True,
        shared: bool = False,
        members: Iterable[FakeMember] | None = None,
    ) -> FakeChannel:
        """Open a channel; everybody is in it unless `members` says who is.

        Args:
            name: Its name.
            team: Its workspace; the first one if not given.
            im: A direct message between two people, which the bot is not in (see `dm` for its own).
            private: Whether only those in it see it.
            archived: Whether it is closed for good.
            has_bot: Whether the bot is in it.
            shared: Whether strangers are in it too, over Slack Connect.
            members: Who is in it.
        """
        home = team or self.team
        prefix = "D" if im else "G" if private else "C"
        place = FakeChannel(
            self.world.id(prefix), name, home, im, private, archived, has_bot and not im, shared
        )
        everybody = [it for it in self.world.members.values() if it.team is home or (shared and it.stranger)]
        chosen = everybody if members is None else members
        place.members = {it.id: it for it in chosen if it.id != home.bot_user_id}
        self.world.channels[place.id] = place
        return place

    def dm(self, member: FakeMember) -> FakeChannel:
        """The direct message between the bot and a person."""
        return self.world.dm(member)

    def file(self, member: FakeMember, name: str, content: bytes | str) -> FakeFile:
        """A file that a person has at hand, for a form or a message."""
        data = content.encode() if isinstance(content, str) else content
        file = FakeFile(self.world.id("F"), name, data, member)
        self.world.uploads[file.id] = file
        return file

    def say(
        self,
        member: FakeMember,
        channel: FakeChannel,
        text: str,
        files: Sequence[FakeFile] = (),
        *,
        blocks: Sequence[Json] = (),
        attachments: Sequence[Json] = (),
        thread: FakeMessage | None = None,
    ) -> FakeMessage:
        """A message that a person posts, with whatever it holds; the app is told nothing.

        What a person writes comes with a `rich_text` block, and what Slack finds behind a link with an
        attachment that has `title`, `title_link` and `from_url` (docs.slack.dev, "Rich text block" and
        "Unfurling links in messages").
        """
        message = FakeMessage(self.world.ts(), channel, text, author=member)
        message.blocks = list(blocks)
        if attachments:
            message.options["attachments"] = list(attachments)
        message.thread_ts = thread.ts if thread is not None else None
        for file in files:
            file.channels.append(channel)
            message.files.append(payloads.stub(file) if channel.shared else payloads.file(self.world, file))
        return self.world.keep(message)

    def pass_by(self, seconds: float) -> None:
        """Let time go by for triggers, response_urls, tokens, codes and rate limits."""
        self.world.offset_s += seconds

    # What happened

    @property
    def messages(self) -> list[FakeMessage]:
        """All messages that are there, oldest first."""
        return [it for it in self.world.messages.values() if not it.deleted]

    def message(self, ts: str) -> FakeMessage:
        """A message by its timestamp, deleted ones included; StopIteration if there never was one."""
        return next(it for it in self.world.messages.values() if it.ts == ts)

    def home(self, member: FakeMember) -> FakeView | None:
        """A person's App Home, once it was published."""
        return self.world.homes.get(member.id)

    def modals(self, member: FakeMember) -> list[FakeView]:
        """The modals that a person has open, the one on top last."""
        return list(self.world.modals[member.id])

    @property
    def files(self) -> dict[str, bytes]:
        """The files that were shared, by name."""
        return {it["name"]: it["content"] for it in self.world.files.values() if it["shared"]}

    @property
    def requests(self) -> list[SlackRequest]:
        """Every request so far, oldest first."""
        return self.world.requests

    @property
    def violations(self) -> list[str]:
        """Breaches of the published description, and unknown methods."""
        return self.world.violations

    # Disturbances

    def limit(self, method: str, count: int, per_s: float) -> None:
        """Answer 429 when a method is called more than so many times in so many seconds."""
        self.world.limits.rule(method, count, per_s)

    @property
    def refuse_fast_posts(self) -> bool:
        """Whether more than one post a second in a channel is refused, not only counted."""
        return self.world.limits.refuse_fast_posts

    @refuse_fast_posts.setter
    def refuse_fast_posts(self, refuse: bool) -> None:
        self.world.limits.refuse_fast_posts = refuse

    def posts_per_second(self, channel: FakeChannel) -> int:
        """The most chat.postMessage that a channel got within one second."""
        return self.world.limits.peak(channel.id)

    def fail_next(
        self,
        method: str,
        *,
        error: str | None = None,
        status: int = 500,
        wait_s: int | None = None,
        page: str = "",
    ) -> None:
        """Refuse the next call of this method, with Slack's error or with an HTTP status, and a page.

        `response_url` stands for the addresses that come with requests; `wait_s` is told as Retry-After.
        """
        failure = SlackError(error) if error is not None else HttpFailure(status, wait_s, page)
        self._web.faults.append(Fault(method, failure))

    def refuse(
        self,
        *methods: str,
        error: str = "",
        status: int = 503,
        page: str = "",
        channel: FakeChannel | None = None,
        team: FakeTeam | None = None,
    ) -> list[Fault]:
        """Refuse all calls of some methods until it is lifted, in one channel or workspace or everywhere.

        Any error of Slack's reference can be asked for: each page of a method lists what it is refused with
        (docs.slack.dev/reference/methods/chat.postMessage and its neighbours, "Errors").
        """
        failure = SlackError(error) if error else HttpFailure(status, page=page)
        where = channel.id if channel else ""
        faults = [Fault(each, failure, where, team, lasting=True) for each in methods]
        self._web.faults += faults
        return faults

    def lift(self, faults: Iterable[Fault]) -> None:
        """Refuse that no longer."""
        for each in faults:
            self._web.faults.remove(each)

    def take_scopes(self, *scopes: str, team: FakeTeam | None = None) -> None:
        """Take scopes away from a workspace's token, as an admin can at any time.

        What needs one is refused with `missing_scope`, and with what was needed and what the token has
        (docs.slack.dev/reference/methods/auth.test, "Errors"; the fields are those of real answers).
        """
        grant = self.world.grant_for(team or self.team)
        assert grant is not None, "the app is not installed there"
        grant.scopes = tuple(each for each in grant.scopes if each not in scopes)

    def revoke(self, error: str = "token_revoked", *, team: FakeTeam | None = None) -> Grant:
        """Make a workspace's token void without a word to the app; returns it."""
        grant = self.world.grant_for(team or self.team)
        assert grant is not None, "the app is not installed there"
        grant.error = error
        return grant

    # Installing

    def create_app(self, manifest: Json) -> None:
        """Make the app anew of a manifest; SlackError `invalid_manifest` where Slack takes none of it.

        From then on people can type the commands that it names, and no others.
        """
        self.world.commands = slack_manifests.take(manifest)

    def authorise(
        self,
        asked: str,
        member: FakeMember,
        *,
        org: FakeEnterprise | None = None,
        redirect_uri: str | None = None,
        deny: bool = False,
    ) -> str:
        """A person allows the app, or denies it; returns where the browser is sent.

        Args:
            asked: The address of Slack's page that the app sent the person to, or only its state.
            member: Who; the app goes into their workspace.
            org: Installs for the whole organisation instead.
            redirect_uri: Where to, if the address does not say.
            deny: Presses Cancel.

        Raises:
            ValueError: Slack's page would show an error, which is in the message.
        """
        query = {key: found[0] for key, found in parse_qs(urlsplit(asked).query).items()}
        if not query:
            query = {"state": asked, "client_id": self.world.client_id, "scope": ",".join(self.world.scopes)}
        if query.get("client_id") != self.world.client_id:
            raise ValueError("invalid_client_id")
        if not query.get("scope"):
            raise ValueError("no_scopes")
        given = query.get("redirect_uri") or redirect_uri
        allowed = self.world.redirect_uris
        if given is not None and allowed and not given.startswith(allowed):
            raise ValueError(f"bad_redirect_uri: {given}")
        target = given or (allowed[0] if allowed else "")
        if deny:
            return f"{target}?{urlencode({'error': 'access_denied', 'state': query.get('state', '')})}"
        sent = query.get("redirect_uri")
        scopes = tuple(query["scope"].split(","))
        code = Code(
            secrets.token_hex(8), member, None if org else member.team, org, scopes, sent, self.world.now()
        )
        self.world.codes[code.code] = code
        return f"{target}?{urlencode({'code': code.code, 'state': query.get('state', '')})}"
