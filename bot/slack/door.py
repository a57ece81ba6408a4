"""What comes in from Slack, taken to its use case; every failure becomes one private sentence."""

from __future__ import annotations

import html
import json
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.party import links
from bot.party.domain import LONGEST_TEXT, USUAL_SUGGESTIONS, Member, Mood
from bot.party.errors import BallotClosed, NoSongInMessage, NotUnderstood, PartyError
from bot.slack import forms, sound
from bot.slack.asked import Asked, Place, Slack, reason
from bot.slack.blocks import Json, again, ballot_card
from bot.slack.commands import Commands
from bot.slack.home import home_view
from bot.slack.live import SlackCards
from bot.slack.news import News
from bot.slack.words import typed, words
from bot.wording.replies import Replies

log = logging.getLogger(__name__)

Body = dict[str, Any]
OFFERED = 50
"""How many songs are offered as one types."""
_VOTE = re.compile(r"encore:vote:([0-9]{1,15}):(-?1)(:queue)?")
_SKIP = re.compile(r"encore:skip:([0-9]{1,15})")
_PAGE = re.compile(r"encore:page:([0-9]{1,3})")
_MORE = re.compile(r"encore:more:(safe|balanced|adventurous):([1-5])(?::(.{1,60}))?")
_SETTINGS = re.compile(r"encore:settings:([A-Z0-9]{1,20})")


class Door:
    """Takes commands, presses, forms and events to the party."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.cards = SlackCards(slack)
        self.commands = Commands(self.cards)
        self.news = News(slack, self.cards)

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
        place = Place(
            enterprise=body.get("enterprise_id"),
            team=_workspace(body, body.get("enterprise_id"), body["team_id"]),
            channel=str(body["channel_id"]),
            user=str(body["user_id"]),
            name=str(body.get("user_name") or ""),
            key=f"slack:{body['trigger_id']}",
            response_url=str(body.get("response_url") or ""),
        )
        name = str(body["command"]).lstrip("/")
        text, trigger = str(body.get("text") or ""), str(body["trigger_id"])
        alone = sound.is_personal(f"{name} {text}")
        await self._meet(place, lambda asked: self.commands.run(name, asked, text, trigger), anywhere=alone)

    async def action(self, body: Body) -> None:
        """A button or a menu."""
        action = body["actions"][0]
        found = _SETTINGS.fullmatch(str(action["action_id"]))
        place = _pressed(body, found[1] if found else "")
        at_home = (body.get("view") or {}).get("type") == "home" and not found
        await self._meet(place, lambda asked: self._press(asked, action, body), anywhere=at_home)

    async def _press(self, asked: Asked, action: Json, body: Body) -> None:
        said = str(action["action_id"])
        if found := _VOTE.fullmatch(said):
            await self._vote(asked, int(found[1]), int(found[2]), body, on_card=bool(found[3]))
        elif said == "encore:down":
            chosen = str((action.get("selected_option") or {}).get("value") or "")
            if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 16):
                raise NotUnderstood
            await self._vote(asked, int(chosen), -1, body, on_card=True)
        elif found := _SKIP.fullmatch(said):
            await asked.party.skip(asked.room, asked.member, asked.key, int(found[1]))
        elif found := _PAGE.fullmatch(said):
            self.cards.turn(asked.room, int(found[1]))
        elif said == "encore:next":
            await self.commands.offer(asked, USUAL_SUGGESTIONS, Mood.BALANCED)
        elif found := _MORE.fullmatch(said):
            await self.commands.offer(asked, int(found[2]), Mood(found[1]), found[3] or "", instead=True)
        elif _SETTINGS.fullmatch(said):
            await self.commands.settings(asked, "", str(body["trigger_id"]))
        elif said == sound.DISCONNECT and not asked.place.channel:
            await asked.party.disconnect(asked.member)
            await self._show_home(asked.client, asked.place.user, asked.member, asked.own)
        elif not (await sound.press(asked, action) or said in {forms.SONG, forms.PEOPLE}):
            raise NotUnderstood

    async def _vote(self, asked: Asked, entry: int, value: int, body: Body, *, on_card: bool) -> None:
        try:
            result = await asked.party.vote(asked.room, asked.member, entry, value, asked.key, toggle=True)
            ballot = result.ballot
        except BallotClosed:
            ballot = await asked.party.ballot_of(asked.room, entry)
            if ballot and not on_card:
                await self._show(asked, ballot, body)
            raise
        if ballot and not on_card:
            await self._show(asked, ballot, body)

    async def _show(self, asked: Asked, ballot: Any, body: Body) -> None:
        blocks = (body.get("message") or {}).get("blocks") or []
        intro = str(((blocks[0].get("text") or {}).get("text") or "") if blocks else "")
        ids = [str(e.get("action_id")) for block in blocks for e in block.get("elements") or []]
        other = next(
            (each for each in ids if _MORE.fullmatch(each)), again(Mood.BALANCED, USUAL_SUGGESTIONS, "")
        )
        await asked.replace(
            intro,
            ballot_card(
                ballot,
                asked.replies,
                intro=intro or asked.replies.offered(ballot),
                again=other,
                now_ms=asked.party.now_ms(),
                threshold=asked.rules.threshold,
            ),
        )

    async def submitted(self, body: Body) -> None:
        """A form that was sent."""
        view = body["view"]
        enterprise, team, channel = json.loads(view.get("private_metadata") or "[null, null, null]")
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
        await self._meet(place, lambda asked: self._submit(asked, str(view["callback_id"]), values))

    async def _submit(self, asked: Asked, callback: str, values: forms.Values) -> None:
        if callback == forms.ADD:
            text = typed(forms.songs(values))
            if links.several(text):
                await sound.bring_in(asked, text)
                return
            result = await asked.party.add_all(asked.room, asked.member, text, asked.key)
            if len(result.added) == 1 and not result.refused:
                await asked.say(asked.replies.added(result.added[0]), quiet=asked.rules.quiet)
            else:
                alone = asked.rules.quiet or not result.added
                told = (asked.own if alone else asked.replies).added_all(result)
                await asked.say(told, quiet=alone)
        elif callback == forms.SETTINGS:
            await asked.party.choose(asked.room, asked.member, forms.choices(values), asked.key)
        else:
            raise NotUnderstood

    async def options(self, ack: Callable[..., Awaitable[None]], body: Body) -> None:
        """Songs as one types; nothing is asked of the database."""
        found = await self.slack.party.search(typed(str(body.get("value") or ""))[:LONGEST_TEXT], OFFERED)
        offered = [forms.option(f"{each.title} – {each.artist}", f"track:{each.track_id}") for each in found]
        await ack(options=offered)

    async def shortcut(self, body: Body) -> None:
        """A message's own menu: adds the songs that it links to, or the one that it names."""
        place = _pressed(body, "")
        text = str((body.get("message") or {}).get("text") or "")
        await self._meet(place, lambda asked: self._add_from(asked, text))

    async def _add_from(self, asked: Asked, text: str) -> None:
        found = links.found_in(html.unescape(text))
        whole = [link for link in found if links.several(link)]
        for number, link in enumerate(whole):
            await sound.bring_in(asked, link, f"{asked.key}/all{number}")
        songs = "\n".join(link for link in found if link not in whole)
        if whole and not songs:
            return
        songs = songs or " ".join(typed(text).split())
        if not songs:
            raise NoSongInMessage
        result = await asked.party.add_all(asked.room, asked.member, songs, asked.key)
        if not result.added:
            raise result.refused[0][1] if len(result.refused) == 1 else NoSongInMessage
        await asked.say(asked.replies.added_all(result), quiet=asked.rules.quiet)

    async def home(self, body: Body) -> None:
        """Somebody has opened the app's home."""
        event = body["event"]
        if event.get("tab") not in {None, "home"}:
            return
        team, user = str(body.get("team_id") or ""), str(event["user"])
        client = await self.slack.client(body.get("enterprise_id"), team)
        person = await self.slack.people.person(client, team, user, "")
        await self._show_home(client, user, person.member, words(person.locale))

    async def _show_home(
        self, client: AsyncWebClient | None, user: str, member: Member, replies: Replies
    ) -> None:
        if client is None:
            return
        try:
            await client.views_publish(user_id=user, view=await home_view(self.slack.party, member, replies))
        except SlackApiError as error:
            log.warning("The home of a member could not be shown: %s", reason(error))

    async def uninstalled(self, body: Body) -> None:
        """A workspace has thrown the bot out: all of it goes."""
        if body["event"]["type"] == "tokens_revoked" and not (body["event"].get("tokens") or {}).get("bot"):
            return
        whole = any(each.get("is_enterprise_install") for each in body.get("authorizations") or [])
        enterprise, team = body.get("enterprise_id"), None if whole else body.get("team_id")
        workspace = str(team or enterprise or "")
        await self.slack.party.leave("slack", workspace)
        await self.slack.tokens.async_delete_all(enterprise_id=enterprise, team_id=team)
        self.cards.leave(workspace)

    async def _meet(
        self, place: Place, work: Callable[[Asked], Awaitable[None]], *, anywhere: bool = False
    ) -> None:
        asked = Asked(self.slack, place)
        try:
            await asked.look(anywhere=anywhere)
            await work(asked)
        except PartyError as error:
            await asked.explain(error)
        except SlackApiError as error:
            if reason(error) == "exchanged_trigger_id":  # the same request came twice: the form is open
                return
            await asked.explain(NotUnderstood() if reason(error) == "expired_trigger_id" else error)
        except Exception as error:  # nobody else tells the asker
            await asked.explain(error)


def _workspace(body: Body, enterprise: object, team: object) -> str:
    """The id of what the bot was installed in: a workspace, or a whole organisation."""
    whole = str(body.get("is_enterprise_install") or "").casefold() == "true"
    return str((enterprise if whole else team) or team or enterprise or "")


def _pressed(body: Body, channel: str) -> Place:
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
        key=f"slack:{body.get('trigger_id')}:{action.get('action_ts', '')}",
        response_url=str(body.get("response_url") or ""),
    )
