"""Slack's forms, opened and read: songs to add, and what the channel may choose; and files."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.party.errors import NotHere, marked
from bot.party.limits import MOST_IMPORTED
from bot.party.words import Blocked, Rules
from bot.slack.asked import Asked
from bot.slack.blocks import LABEL_LIMIT, Json, label
from bot.slack.errors import NoFormHere, SlackDown
from bot.slack.files import ENDINGS, MOST_FILES
from bot.slack.refusals import meaning, reason
from bot.wording.menus import BLOCKED_MEMBERS, BLOCKED_SONGS, Menu, blocked_menus, chosen, menus
from bot.wording.replies import Replies

log = logging.getLogger(__name__)

ADD, SETTINGS = "encore:add", "encore:settings"
"""The ids of the forms."""
SONG, SONGS, LISTS = "encore:song", "encore:songs", "encore:lists"
"""The ids of the fields of the form that adds."""
PEOPLE = "djs"
LONGEST_WRITTEN = 3_000
"""The longest text that a field of Slack's takes, in characters."""
UNKNOWN_FIELD = {"missing_scope", "invalid_arguments"}
"""What Slack says of a field for files where the bot was installed before it could read files."""
LONGEST_KEPT = 16
"""Of a longer value a form brings back a digest of so many characters."""
BLOCKED = (BLOCKED_MEMBERS, BLOCKED_SONGS)
"""The ids of the fields that list what is blocked."""
MOST_OPTIONS = 100
"""The most options that a menu of Slack's takes."""
_PERSON = re.compile("[UW][A-Z0-9]+")
TITLE_LIMIT = 24
"""The longest title or button of a form that Slack takes, in characters."""


async def open_add(asked: Asked) -> None:
    """Opens the form that adds songs: one looked for as one types, several as text, or lists in files."""
    say = asked.own.say
    search = {
        "type": "external_select",
        "action_id": SONG,
        "min_query_length": 1,
        "placeholder": label(say(marked("Title and artist"))),
    }
    lines = {
        "type": "plain_text_input",
        "action_id": SONGS,
        "multiline": True,
        "max_length": LONGEST_WRITTEN,
    }
    told = asked.own.count(
        "One song per line, one at most", "One song per line, {number} at most", MOST_IMPORTED
    )
    files = {"type": "file_input", "action_id": LISTS, "filetypes": ENDINGS, "max_files": MOST_FILES}
    lists = say(marked("A list of songs: CSV, M3U, XSPF, JSPF, PLS or text"))
    blocks = [
        _input(SONG, say(marked("A song")), search),
        _input(SONGS, told, lines),
        _input(LISTS, lists, files),
    ]
    form = _form(asked, ADD, say(marked("Add songs")), say(marked("Add")), blocks)
    try:
        await _open(asked, form, "add")
    except SlackApiError as error:
        if reason(error) not in UNKNOWN_FIELD:
            raise
        log.warning("Slack shows no field for files; install the bot once more for the scope files:read.")
        await _open(asked, form | {"blocks": blocks[:-1]}, "add")


async def open_settings(asked: Asked, rules: Rules, blocked: Blocked) -> None:
    """Opens the form of what the channel may choose."""
    say = asked.own.say
    blocks = [*settings_blocks(rules, asked.own), *blocked_blocks(blocked, asked.own)]
    title = say(marked("How this party works"))
    form = _form(asked, SETTINGS, title, say(marked("Save")), blocks, opened(rules))
    await _open(asked, form, "settings")


def settings_blocks(rules: Rules, replies: Replies) -> list[Json]:
    """All that may be chosen, each with its menu."""
    blocks = [_menu(menu, replies) for menu in menus(rules, replies, guests=True)]
    people: Json = {"type": "multi_users_select", "action_id": PEOPLE}
    if known := of_slack(rules.djs):
        people["initial_users"] = known
    who = replies.say(marked("DJs, who can moderate along with the admins"))
    return [*blocks, _input(PEOPLE, who, people)]


def blocked_blocks(blocked: Blocked, replies: Replies) -> list[Json]:
    """What is blocked, to pick from what to unblock."""
    blocks = []
    for menu in blocked_menus(blocked, replies):
        options = [option(text, value) for value, text in menu.options[:MOST_OPTIONS]]
        picks: Json = {"type": "multi_static_select", "action_id": menu.rule, "options": options}
        blocks.append(_input(menu.rule, menu.empty, picks))
    return blocks


def _menu(menu: Menu, replies: Replies) -> Json:
    options = [{"text": label(text), "value": value} for value, text in menu.options]
    known = [option for option in options if option["value"] in menu.chosen]
    if menu.several:
        boxes: Json = {"type": "checkboxes", "action_id": menu.rule, "options": options}
        if known:
            boxes["initial_options"] = known
        return _input(menu.rule, menu.topic or replies.say(marked("Options")), boxes)
    select: Json = {"type": "static_select", "action_id": menu.rule, "options": options}
    known_label = next((text for value, text in menu.options if value in menu.chosen), menu.rule)
    heading = re.split("[:：]", known_label)[0]
    return _input(menu.rule, heading, select | ({"initial_option": known[0]} if known else {}))


def _input(block: str, text: str, element: Json) -> Json:
    return {
        "type": "input",
        "block_id": block,
        "label": label(text, LABEL_LIMIT),
        "element": element,
        "optional": True,
    }


def _form(asked: Asked, callback: str, title: str, submit: str, blocks: Sequence[Json], *kept: Json) -> Json:
    """A form, which brings back where it was opened and what else is to be kept."""
    place = asked.place
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": json.dumps([place.enterprise, place.team, place.channel, *kept]),
        "title": label(title, TITLE_LIMIT),
        "submit": label(submit, TITLE_LIMIT),
        "close": label(asked.own.say(marked("Cancel")), TITLE_LIMIT),
        "blocks": list(blocks),
    }


async def _open(asked: Asked, view: Json, command: str) -> None:
    """Opens a form.

    Raises:
        NoFormHere: only a command, a button or a shortcut can open one; which command it is stands in it.
        NotHere: the bot is not installed.
    """
    if asked.client is None:
        raise NotHere
    if not asked.place.trigger:
        raise NoFormHere(asked.own.language.command(command))
    await asked.client.views_open(trigger_id=asked.place.trigger, view=view)


Values = Mapping[str, Mapping[str, Mapping[str, Any]]]


def songs(values: Values) -> str:
    """What is picked and written in the form that adds, a song a line; empty for nothing."""
    picked = (values.get(SONG, {}).get(SONG, {}).get("selected_option") or {}).get("value")
    written = values.get(SONGS, {}).get(SONGS, {}).get("value")
    return "\n".join(part for part in (picked, written) if part).strip()


def lists(values: Values) -> list[Json]:
    """The files in the form that adds, as Slack describes them."""
    return [dict(each) for each in values.get(LISTS, {}).get(LISTS, {}).get("files") or []]


def choices(values: Values) -> dict[str, Any]:
    """What the form of settings holds, as values of `Rules`.

    Raises:
        NotUnderstood: no form of ours offers that.
    """
    made: dict[str, Any] = {}
    for block, actions in values.items():
        for action, field in actions.items():
            if action != block or action in BLOCKED:
                continue
            if action == PEOPLE:
                made[PEOPLE] = " ".join(map(str, field.get("selected_users") or []))
            elif field.get("type") == "checkboxes":
                picked = [option["value"] for option in field.get("selected_options") or []]
                made |= chosen(action, picked, guests=True)
            elif field.get("selected_option"):
                made |= chosen(action, [field["selected_option"]["value"]], guests=True)
    return made


def opened(rules: Rules) -> dict[str, Any]:
    """What a form of settings was opened with, so that it travels with it: see `changed`."""
    shown = replace(rules, djs=" ".join(of_slack(rules.djs)))
    return {each.name: _kept(getattr(shown, each.name)) for each in fields(shown)}


def of_slack(djs: str) -> list[str]:
    """Those DJs whom Slack knows, and refuses a form for any other (docs, "users_select")."""
    return [each for each in djs.split() if _PERSON.fullmatch(each)]


def with_visitors(djs: str, before: str) -> str:
    """The DJs whom a form names, and those of before who have no account: no form of Slack's shows them."""
    return " ".join([*djs.split(), *(each for each in before.split() if not _PERSON.fullmatch(each))])


def changed(made: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody has changed in a form: the rest may have been changed by others meanwhile.

    Args:
        made: what the form says now.
        before: what it was opened with; empty for a form of an earlier Encore.
    """
    return {name: value for name, value in made.items() if name not in before or _kept(value) != before[name]}


def _kept(value: Any) -> Any:
    """A value in few characters, whatever the order of what it names: Slack takes 3,000 in all."""
    if isinstance(value, str) and len(value) > LONGEST_KEPT:
        return sha256(" ".join(sorted(value.split())).encode()).hexdigest()[:LONGEST_KEPT]
    return value


def unblocked(values: Values) -> list[str]:
    """The marks of what was picked in the form of settings to be unblocked."""
    picked = [values.get(menu, {}).get(menu, {}).get("selected_options") or [] for menu in BLOCKED]
    return [str(each["value"]) for options in picked for each in options]


async def upload(asked: Asked, data: bytes, name: str, text: str, *, alone: bool) -> None:
    """Sends a file into the channel, or to the asker alone, as where the bot may not; then says where it is.

    A file needs the bot in the channel: that it may write into any public one is not enough.

    Raises:
        PartyError: not even that.
    """
    where = marked("I sent you the file in a direct message.")
    if not alone:
        try:
            await _send(asked, asked.place.channel, data, name, text, asked.place.thread)
        except SlackApiError as error:
            if not meaning(error).here:
                raise
            where = marked(
                "I can't post files in this channel, so I sent you the file in a direct message. "
                "Invite me here, and next time everybody sees it."
            )
        else:
            return
    await _send(asked, await asked.direct(), data, name, text)
    if asked.in_channel:
        await asked.tell(asked.own.say(where))


async def _send(asked: Asked, channel: str, data: bytes, name: str, text: str, thread: str = "") -> None:
    if asked.client is None:
        raise NotHere
    try:
        await asked.client.files_upload_v2(
            channel=channel, content=data, filename=name, initial_comment=text, thread_ts=thread or None
        )
    except (
        SlackRequestError,
        aiohttp.ClientError,
        OSError,
        TimeoutError,
    ) as error:  # of the bytes
        log.warning("Slack did not take a file: %s", type(error).__name__)
        raise SlackDown from error


def option(title: str, value: str) -> Json:
    """One of the songs that are offered as one types."""
    return {"text": label(title), "value": value}
