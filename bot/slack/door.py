"""What comes in from Slack, taken to its use case; every failure becomes one private sentence."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.doors import presses
from bot.doors.commands import BY_NAME
from bot.doors.meant import named
from bot.doors.newest import Newest
from bot.party.errors import EmptyText, NotBlocked, NotUnderstood, TooFast, marked
from bot.party.limits import LONGEST_TEXT
from bot.party.shares import fairly, work_for
from bot.party.words import Member, Room, Track
from bot.slack import forms, leaving, mentions, messages, pressing, which
from bot.slack.answering import Answering
from bot.slack.asked import Asked, Place, Slack
from bot.slack.blocks import DISCONNECT, LABEL_LIMIT, Json
from bot.slack.card import SlackCards
from bot.slack.commands import ADD, Commands
from bot.slack.home import home_view
from bot.slack.leaving import Leaving
from bot.slack.names import Typed, find
from bot.slack.news import News
from bot.slack.refusals import reason
from bot.slack.rights import Rights
from bot.slack.text import typed
from bot.wording.replies import Replies

log = logging.getLogger(__name__)

Body = dict[str, Any]
OFFERED = 50
"""How many songs are offered as one types."""
OFFERED_WITHIN_S = 1.0
"""Whoever has used up their share is offered none after so long."""
LONGEST_RAW = 8 * LONGEST_TEXT
"""So much of what is typed is looked at before it is as it was typed: Slack writes `&amp;` for `&`."""
SAVED = marked("Saved. The new settings apply from now on.")
UNCHANGED = marked("Nothing changed, so everything stays as it was.")
NAMELESS = {"directmessage", "privategroup"}
"""What Slack calls channels whose names it does not say."""


class Door:
    """Takes commands, presses, forms and events to the party."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.cards = SlackCards(slack)
        self.answering = Answering(self.cards)
        self.commands = Commands(self.answering)
        self.news = News(slack, self.cards)
        self.leaving = Leaving(slack, self.cards)
        self._seen = mentions.Seen()
        self._newest = Newest()
        slack.party.passes.rights_by("slack", Rights(slack).look_up)

    async def open(self) -> None:
        """Goes on with the cards that an earlier run left."""
        self.slack.open()
        await self.cards.pick_up()

    async def close(self) -> None:
        """Stops the news and the cards."""
        await self.news.close()
        await self.cards.close()
        await self.slack.close()

    async def command(self, body: Body) -> None:
        """A slash command."""
        called = str(body.get("channel_name") or "")
        place = Place(
            enterprise=body.get("enterprise_id"),
            team=_workspace(body, body.get("enterprise_id"), body["team_id"]),
            channel=str(body["channel_id"]),
            user=str(body["user_id"]),
            name=str(body.get("user_name") or ""),
            key=f"slack:{body['trigger_id']}",
            response_url=str(body.get("response_url") or ""),
            trigger=str(body["trigger_id"]),
            title="" if called in NAMELESS else called,
        )
        command = find(str(body["command"]), typed(str(body.get("text") or "")[: mentions.LONGEST]))
        if command.prefix is not None:
            self.slack.prefix = command.prefix
        await self._meet(
            place, lambda asked: self.commands.typed(asked, command), anywhere=_anywhere(command)
        )

    async def action(self, body: Body) -> None:
        """A button or a menu."""
        action = body["actions"][0]
        pressed = which.read(action)
        if pressed is None:
            place = _pressed(body, pressing.settings_of(str(action["action_id"])))
        else:
            place = _pressed(body, pressed.asking.channel, pressed.key)
        await self._meet(
            place, lambda asked: self._press(asked, action, body), anywhere=pressing.is_personal(action)
        )

    async def _press(self, asked: Asked, action: Json, body: Body) -> None:
        said = str(action["action_id"])
        if said == DISCONNECT and not asked.place.channel:
            await asked.party.accounts.disconnect(asked.member)
            await self._show_home(asked.client, asked.place.user, asked.member, asked.own)
        elif said in pressing.ROWS:
            await self.commands.run(asked, BY_NAME[pressing.ROWS[said]])
        elif pressing.settings_of(said):
            await self.commands.run(asked, BY_NAME["settings"])
        elif said not in pressing.SILENT:
            await self._act(asked, action, body.get("message") or {})

    async def _act(self, asked: Asked, action: Json, message: Json) -> None:
        press = pressing.read(action)
        if press is None:
            raise NotUnderstood
        acting = presses.act(asked.ask(alone=presses.is_private(press)), press)
        outcome = await (asked.patiently(acting) if pressing.is_slow(press) else acting)
        await self.answering.show_outcome(asked, outcome, message, action)

    async def submitted(self, body: Body) -> None:
        """A form that was sent."""
        view = body["view"]
        enterprise, team, channel, *kept = _kept(view)
        user = body["user"]
        place = Place(
            enterprise=enterprise,
            team=str(team or view.get("app_installed_team_id") or ""),
            channel=str(channel or ""),
            user=str(user["id"]),
            name=str(user.get("username") or user.get("name") or ""),
            key=f"slack:{view['id']}:{view['hash']}",
        )
        values = (view.get("state") or {}).get("values") or {}
        before = kept[0] if kept else {}
        await self._meet(place, lambda asked: self._submit(asked, str(view["callback_id"]), values, before))

    async def _submit(self, asked: Asked, callback: str, values: forms.Values, before: Json) -> None:
        if callback == forms.ADD:
            await self._add(asked, typed(forms.songs(values)), forms.lists(values))
        elif callback == forms.SETTINGS:
            made = forms.changed(forms.choices(values), before)
            if forms.PEOPLE in made:
                made[forms.PEOPLE] = forms.with_visitors(made[forms.PEOPLE], asked.rules.djs)
            await asked.party.settings.choose(asked.room, asked.member, made, asked.key)
            marks = forms.unblocked(values)
            if marks:
                key = f"{asked.key}/unblock"
                with contextlib.suppress(NotBlocked):  # somebody was faster
                    await asked.party.blocks.unblock(asked.room, asked.member, marks, key)
            await asked.tell(asked.own.say(SAVED if made or marks else UNCHANGED))
        else:
            raise NotUnderstood

    async def _add(self, asked: Asked, text: str, lists: list[Json]) -> None:
        """Adds what is written in the form, then the lists in its files."""
        if not (text or lists):
            raise EmptyText
        try:
            if text:
                await self.commands.run(asked, ADD, {"song": text})
        finally:
            if lists:  # whatever became of the text
                await self.commands.bring(asked, lists)

    async def options(self, ack: Callable[..., Awaitable[None]], body: Body) -> None:
        """Songs as one types; of the database hardly ever anything is asked."""
        party = self.slack.party
        text = typed(str(body.get("value") or "")[:LONGEST_RAW])[:LONGEST_TEXT]
        who = f"{(body.get('team') or {}).get('id')}/{(body.get('user') or {}).get('id')}"
        work_for(party.shares.person("slack", who))

        async def search() -> list[Track]:
            return await fairly(party.insight.search(text, OFFERED, _room_of_form(body)), OFFERED_WITHIN_S)

        try:
            found = await self._newest.of((who, (body.get("view") or {}).get("id")), search()) or []
        except TooFast:  # who types goes on, and asks again with the next letter
            found = []
        offered = [forms.option(named(each, LABEL_LIMIT), f"track:{each.track_id}") for each in found]
        await ack(options=offered)

    async def shortcut(self, body: Body) -> None:
        """A message's own menu: adds the lists it comes with, what it links to, or the song that it names."""
        message = body.get("message") or {}
        text, files = messages.read(message), message.get("files") or []
        await self._meet(_pressed(body, ""), lambda asked: self.commands.add_from_message(asked, text, files))

    async def home(self, body: Body) -> None:
        """Somebody has opened the app's home."""
        event = body["event"]
        if event.get("tab") not in {None, "home"}:
            return
        team, user = str(body.get("team_id") or ""), str(event["user"])
        client = await self.slack.client(body.get("enterprise_id"), team)
        person = await self.slack.people.person(client, team, user, "")
        await self._show_home(client, user, person.member, self.slack.words(person.locale))

    async def _show_home(
        self, client: AsyncWebClient | None, user: str, member: Member, replies: Replies
    ) -> None:
        if client is None:
            return
        try:
            await client.views_publish(user_id=user, view=await home_view(self.slack.party, member, replies))
        except SlackApiError:  # which is logged where it was refused
            return

    async def mentioned(self, body: Body) -> None:
        """Somebody has said the bot's name in a channel, and behind it perhaps a command."""
        if not mentions.counts(body["event"]) or self._seen.again(str(body["event_id"])):
            return
        command = mentions.command(body)
        place = mentions.place(body, leaving.installed(body))
        await self._meet(
            place, lambda asked: self.commands.typed(asked, command), anywhere=_anywhere(command)
        )

    async def _meet(
        self, place: Place, work: Callable[[Asked], Awaitable[None]], *, anywhere: bool = False
    ) -> None:
        work_for(self.slack.party.shares.person("slack", f"{place.team}/{place.user}"))
        asked = Asked(self.slack, place)
        try:
            await asked.look(anywhere=anywhere)
            if asked.in_channel:
                self.cards.hear(asked.room, asked.warn)
            await fairly(work(asked))
        except SlackApiError as error:
            if reason(error) != "exchanged_trigger_id":  # else the same request came twice: the form is open
                await asked.explain(error)
        except Exception as error:  # nobody else tells the asker
            await asked.explain(error)


def _anywhere(command: Typed) -> bool:
    """Whether a command needs no channel: it concerns the asker alone, or there is none such."""
    return command.row is None or command.row.personal


def _workspace(body: Body, enterprise: object, team: object) -> str:
    """The id of what the bot was installed in: a workspace, or a whole organisation."""
    whole = str(body.get("is_enterprise_install") or "").casefold() == "true"
    return str((enterprise if whole else team) or team or enterprise or "")


def _room_of_form(body: Body) -> Room | None:
    """The channel in which a form was opened, as the form tells it."""
    _, team, channel, *_ = _kept(body.get("view") or {})
    return Room("slack", str(team), str(channel)) if team and channel else None


def _kept(view: Json) -> list[Any]:
    """What a form brings back, see `bot.slack.forms`."""
    return list(json.loads(view.get("private_metadata") or "[null, null, null]"))


def _pressed(body: Body, channel: str, key: str = "") -> Place:
    user = body["user"]
    action = (body.get("actions") or [{}])[0]
    message = body.get("message") or {}
    where = (body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id")
    return Place(
        enterprise=(body.get("enterprise") or {}).get("id"),
        team=_workspace(
            body,
            (body.get("enterprise") or {}).get("id"),
            (body.get("team") or {}).get("id") or message.get("team") or user.get("team_id"),
        ),
        channel=str(channel or where or ""),
        user=str(user["id"]),
        name=str(user.get("username") or user.get("name") or ""),
        key=key or f"slack:{body.get('trigger_id')}:{action.get('action_ts', '')}",
        response_url=str(body.get("response_url") or ""),
        trigger=str(body.get("trigger_id") or ""),
    )
