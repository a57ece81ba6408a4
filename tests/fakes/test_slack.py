"""The fake Slack behaves like the real one, seen through real Bolt apps and slack_sdk clients."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.fakes.slack_apps import over_http, over_socket
from tests.fakes.slack_http import Retry
from tests.fakes.slack_model import STRICT, Json, Timing
from tests.fakes.slack_server import FakeSlack
from tests.patience import until

SPECS = Path(__file__).parents[3] / "shared" / "specs"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(action_id: str, text: str = "Vote", value: str = "1") -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), "value": value}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "block_id": "row", "elements": list(elements)}


def menu(action_id: str, *values: str) -> Json:
    options = [{"text": plain(it.title()), "value": it} for it in values]
    return {"type": "static_select", "action_id": action_id, "placeholder": plain("Pick"), "options": options}


def confirm(title: str) -> Json:
    return {key: plain("Sure") for key in ("text", "confirm", "deny")} | {"title": plain(title)}


def asking(action_id: str) -> Json:
    return {"type": "external_select", "action_id": action_id, "min_query_length": 2}


def form(title: str = "Settings", **more: Any) -> Json:
    entry = {"type": "plain_text_input", "action_id": "typed", "max_length": 10}
    blocks = [
        {"type": "input", "block_id": "name", "label": plain("Name"), "element": entry},
        {
            "type": "input",
            "block_id": "song",
            "label": plain("Song"),
            "element": asking("found"),
            "optional": True,
        },
    ]
    told = {"type": "modal", "callback_id": "settings", "title": plain(title), "submit": plain("Save")}
    return told | {"blocks": blocks, **more}


def settings_app(fake: FakeSlack) -> AsyncApp:
    """A small app that uses every way of answering that the fake knows."""
    client = AsyncWebClient(base_url=fake.base_url, token=fake.bot_token)
    app = AsyncApp(client=client, signing_secret=fake.signing_secret)

    @app.command("/say")
    async def say(ack: Any, say: Any, command: Json) -> None:
        await ack()
        await say(text=command["text"], blocks=[section(command["text"]), actions(button("vote"))])

    @app.command("/whisper")
    async def whisper(ack: Any, command: Json) -> None:
        await ack(command["text"])

    @app.command("/later")
    async def later(ack: Any, respond: Any) -> None:
        await ack()
        await respond("first")
        await respond("second", replace_original=True)
        await respond("for all", response_type="in_channel")

    @app.command("/menu")
    async def show_menu(ack: Any) -> None:
        row = actions(menu("mood", "calm", "wild"), button("read"), asking("found"))
        await ack(text="Choose", blocks=[row], response_type="in_channel")

    @app.command("/settings")
    async def open_settings(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form())

    @app.action("vote")
    async def vote(ack: Any, respond: Any, action: Json) -> None:
        await ack()
        blocks = [section(f"{action['value']} votes"), actions(button("vote"), button("gone"))]
        await respond(text="voted", blocks=blocks, replace_original=True)

    @app.action("gone")
    async def gone(ack: Any, respond: Any) -> None:
        await ack()
        await respond(delete_original=True)

    @app.action("mood")
    async def mood(ack: Any) -> None:
        await ack()

    @app.action(re.compile("^(more|guest|day)$"))
    async def picked(ack: Any, action: Json, body: Json, client: AsyncWebClient) -> None:
        await ack()
        key = next(it for it in action if it.startswith("selected_"))
        told = action[key]["value"] if isinstance(action[key], dict) else action[key]
        await client.chat_postMessage(channel=body["user"]["id"], text=told)

    @app.action("read")
    async def read(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        chosen = body["state"]["values"]["row"]["mood"]["selected_option"]
        place, person = body["channel"]["id"], body["user"]["id"]
        await client.chat_postEphemeral(channel=place, user=person, text=chosen["value"])

    @app.options("found")
    async def found(ack: Any, payload: Json) -> None:
        await ack(options=[{"text": plain(payload["value"] + "!"), "value": "song"}])

    @app.view("settings")
    async def save(ack: Any, view: Json) -> None:
        values = view["state"]["values"]
        match values["name"]["typed"]["value"]:
            case "bad":
                await ack(response_action="errors", errors={"name": "Not that one."})
            case "more":
                await ack(response_action="push", view=form("More"))
            case "other":
                await ack(response_action="update", view=form("Other"))
            case "all":
                await ack(response_action="clear")
            case "song":
                await ack()
                option = values["song"]["found"]["selected_option"]
                await client.chat_postMessage(channel=fake.general.id, text=option["text"]["text"])
            case _:
                await ack()

    @app.event("app_home_opened")
    async def home(event: Json, client: AsyncWebClient) -> None:
        seen = event.get("view", {}).get("hash")
        view = {"type": "home", "blocks": [section("again" if seen else "welcome"), actions(button("gone"))]}
        await client.views_publish(user_id=event["user"], view=view, hash=seen)

    @app.event("member_joined_channel")
    async def joined(event: Json, client: AsyncWebClient, request: Any) -> None:
        tries = request.headers.get("x-slack-retry-num", ["none"])[0]
        await client.chat_postMessage(channel=event["channel"], text=f"Welcome, try {tries}")

    @app.shortcut("queue")
    async def queue(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        title = "On message" if "message" in body else "Anywhere"
        await client.views_open(trigger_id=body["trigger_id"], view=form(title))

    return app


@pytest.fixture(params=["http", "socket"])
async def fake(request: pytest.FixtureRequest) -> AsyncIterator[FakeSlack]:
    """A fake with the small app behind it, over each transport."""
    async with FakeSlack(specs=SPECS) as fake:
        app = settings_app(fake)
        async with over_http(fake, app) if request.param == "http" else over_socket(fake, app):
            yield fake
        assert not fake.violations


@pytest.fixture
async def alone() -> AsyncIterator[FakeSlack]:
    """A fake without an app behind it."""
    async with FakeSlack(specs=SPECS) as fake:
        yield fake


def client_of(fake: FakeSlack, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(base_url=fake.base_url, token=fake.bot_token if token is None else token)


async def refused(call: Any, error: str) -> Json:
    """The answer to a call that must be refused with this error."""
    with pytest.raises(SlackApiError) as caught:
        await call
    answer: Json = caught.value.response.data
    assert answer["error"] == error
    return answer


async def test_a_command_is_answered_in_the_channel(fake: FakeSlack) -> None:
    """What the app posts is seen by everybody, with its buttons."""
    reply = await fake.slash(fake.member("Anna"), "/say", "Toxic")
    assert reply.message.shown == "Toxic\nVote"
    assert reply.message.private_to is None
    assert reply.ack is None
    assert reply.acked_ms is not None
    assert fake.messages == [reply.message]


async def test_the_acknowledgement_itself_is_an_answer(fake: FakeSlack) -> None:
    """A text in the acknowledgement is shown to the person who typed the command."""
    anna = fake.member("Anna")
    reply = await fake.slash(anna, "/whisper", "psst")
    assert (reply.message.text, reply.message.private_to) == ("psst", anna)


async def test_a_response_url_answers_replaces_and_tells_all(fake: FakeSlack) -> None:
    """It posts in private unless told otherwise, and replaces what was posted."""
    reply = await fake.slash(fake.member("Anna"), "/later")
    assert [(it.text, it.ephemeral) for it in reply.messages] == [("second", True), ("for all", False)]
    assert len(reply.posts) == 3


async def test_a_button_changes_and_deletes_its_message(fake: FakeSlack) -> None:
    """A click carries the button's value, and the message it is on changes in place."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    shown = (await fake.slash(anna, "/say", "Toxic")).message
    reply = await fake.press(ben, shown, "vote", value="7")
    assert reply.changed == [shown]
    assert shown.shown == "7 votes\nVote\nVote"
    assert not (await fake.press(anna, shown, "gone")).messages
    assert shown.deleted
    with pytest.raises(LookupError):
        await fake.press(anna, shown, "vote")


async def test_what_is_chosen_is_in_the_state(fake: FakeSlack) -> None:
    """A click on a button tells what the same person chose in the menu beside it."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    shown = (await fake.slash(anna, "/menu")).message
    await fake.choose(anna, shown, "mood", "calm")
    await fake.choose(ben, shown, "mood", "wild")
    reply = await fake.press(anna, shown, "read")
    assert (reply.message.text, reply.message.private_to) == ("calm", anna)
    with pytest.raises(PermissionError):
        await fake.press(ben, reply.message, "read")


async def test_a_menu_asks_the_app_for_options(fake: FakeSlack) -> None:
    """What is typed is answered with options, of which one can be chosen."""
    anna = fake.member("Anna")
    shown = (await fake.slash(anna, "/menu")).message
    assert (await fake.suggest(anna, "found", "abba")).offered == [("abba!", "song")]
    with pytest.raises(ValueError, match="asks for no options"):
        await fake.suggest(anna, "found", "a", where=shown)


async def test_a_form_is_opened_refused_changed_and_sent(fake: FakeSlack) -> None:
    """The four answers to a form do what Slack does with them."""
    anna = fake.member("Anna")
    view = (await fake.slash(anna, "/settings")).view
    assert fake.modals(anna) == [view]
    assert (await fake.submit(anna, view, {"name": {"typed": "bad"}})).errors == {"name": "Not that one."}
    await fake.submit(anna, view, {"name": {"typed": "other"}})
    assert view.title == "Other"
    await fake.submit(anna, view, {"name": {"typed": "more"}})
    assert [it.title for it in fake.modals(anna)] == ["Other", "More"]
    top = fake.modals(anna)[-1]
    with pytest.raises(PermissionError):
        await fake.submit(anna, view)
    await fake.submit(anna, top, {"name": {"typed": "done"}})
    assert fake.modals(anna) == [view]
    await fake.submit(anna, view, {"name": {"typed": "all"}})
    assert not fake.modals(anna)


async def test_a_form_carries_what_was_found_in_its_menu(fake: FakeSlack) -> None:
    """An option that the app offered comes back with the form."""
    anna = fake.member("Anna")
    view = (await fake.slash(anna, "/settings")).view
    await fake.suggest(anna, "found", "queen")
    reply = await fake.submit(anna, view, {"name": {"typed": "song"}, "song": {"found": "song"}})
    assert reply.message.text == "queen!"


async def test_the_client_sends_no_form_that_is_not_filled_in(fake: FakeSlack) -> None:
    """Slack's own client holds back what is missing or too long."""
    anna = fake.member("Anna")
    view = (await fake.slash(anna, "/settings")).view
    with pytest.raises(ValueError, match="filled in"):
        await fake.submit(anna, view)
    with pytest.raises(ValueError, match="0 to 10"):
        await fake.submit(anna, view, {"name": {"typed": "x" * 11}})


async def test_the_home_is_published_and_published_again(fake: FakeSlack) -> None:
    """Opening the home publishes it, and the next opening tells what is there."""
    anna = fake.member("Anna")
    await fake.open_home(anna)
    home = fake.home(anna)
    assert home is not None
    assert home.shown == "welcome\nVote"
    await fake.open_home(anna)
    assert home.shown == "again\nVote"


async def test_the_home_has_buttons_and_menus(fake: FakeSlack) -> None:
    """Every kind of choice carries what was chosen; only its owner uses a home."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    more = menu("more", "rename", "remove") | {"type": "overflow"}
    del more["placeholder"]
    guest, day = {"type": "users_select", "action_id": "guest"}, {"type": "datepicker", "action_id": "day"}
    view = {"type": "home", "blocks": [actions(more, guest, day)]}
    await client_of(fake).views_publish(user_id=anna.id, view=view)
    home = fake.home(anna)
    assert home is not None
    for action_id, value in (("more", "remove"), ("guest", ben.id), ("day", "2026-11-24")):
        reply = await fake.choose(anna, home, action_id, value)
        assert (reply.message.text, reply.message.channel) == (value, fake.dm(anna))
    assert reply.payload["state"]["values"]["row"]["guest"]["selected_user"] == ben.id
    assert "response_url" not in reply.payload
    with pytest.raises(PermissionError):
        await fake.choose(ben, home, "more", "rename")


async def test_shortcuts_open_a_form(fake: FakeSlack) -> None:
    """A shortcut brings a trigger, and on a message the message."""
    anna = fake.member("Anna")
    assert (await fake.shortcut(anna, "queue")).view.title == "Anywhere"
    said = fake.say(anna, fake.general, "listen")
    assert (await fake.shortcut(anna, "queue", message=said)).view.title == "On message"


async def test_an_event_can_come_again(fake: FakeSlack) -> None:
    """The second delivery has the same event id, and says that it is a retry."""
    anna = fake.member("Anna")
    first = await fake.join(anna, fake.general)
    again = await fake.redeliver(first, Retry(1, "http_timeout"))
    assert first.payload["event_id"] == again.payload["event_id"]
    assert first.message.text.removeprefix("Welcome, try ") in ("none", "0")
    assert again.message.text == "Welcome, try 1"


async def test_a_command_works_where_the_bot_is_not(fake: FakeSlack) -> None:
    """Between two people the app can answer a command, but cannot post."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    pair = fake.channel("pair", im=True, members=[anna, ben])
    reply = await fake.slash(anna, "/later", channel=pair)
    assert reply.payload["channel_name"] == "directmessage"
    assert [(it.text, it.channel) for it in reply.messages] == [("second", pair), ("for all", pair)]
    await refused(client_of(fake).chat_postMessage(channel=pair.id, text="x"), "channel_not_found")
    with pytest.raises(PermissionError):
        await fake.slash(fake.member("Cleo"), "/later", channel=pair)


async def test_a_url_is_verified_before_it_is_used() -> None:
    """Slack asks a new URL to repeat a challenge."""
    async with FakeSlack() as fake, over_http(fake, settings_app(fake)):
        assert await fake.verify_url()


async def test_a_command_can_be_delivered_twice(fake: FakeSlack) -> None:
    """Both deliveries have one trigger and one response_url, and the second opens nothing."""
    anna = fake.member("Anna")
    first = await fake.slash(anna, "/settings")
    # Bolt takes an acknowledgement back when the listener fails within 10 ms of it.
    patient, fake.world.timing = fake.world.timing, Timing(ack_s=0.3)
    again = await fake.redeliver(first)
    fake.world.timing = patient
    assert again.payload == first.payload

    def opened() -> list[object]:
        return [it.answer.get("error") for it in fake.requests if it.method == "views.open"]

    await until(lambda: len(opened()) == 2)
    assert opened() == [None, "exchanged_trigger_id"]
    later = await fake.slash(anna, "/later")
    twice = await fake.redeliver(later)
    assert [len(it.posts) for it in (later, twice)] == [5, 2]
    assert not twice.messages[1:]


async def test_an_unknown_command_fails(fake: FakeSlack) -> None:
    """The person is told when the app does not take a command."""
    fake.world.timing = Timing(ack_s=0.2)
    reply = await fake.slash(fake.member("Anna"), "/nothing")
    assert reply.failure in ("dispatch_failed", "operation_timeout")


@pytest.mark.parametrize("how", ["forged", "old", "unsigned", "garbled"])
async def test_a_request_that_slack_did_not_sign_is_turned_away(how: Any) -> None:
    """Bolt answers 401 to what is forged, unsigned or an hour old, and breaks on a garbled time."""
    async with FakeSlack(specs=SPECS) as fake, over_http(fake, settings_app(fake)):
        with fake.signing(how):
            reply = await fake.slash(fake.member("Anna"), "/say", "Toxic")
        assert (reply.act.status, reply.failure) == (500 if how == "garbled" else 401, "dispatch_failed")
        assert not fake.messages
        assert (await fake.slash(fake.member("Ben"), "/say", "Toxic")).messages


async def test_the_web_api_asks_for_a_good_token(alone: FakeSlack) -> None:
    """No token, a wrong one, one without the scope and a revoked one are told apart."""
    await refused(client_of(alone, "").auth_test(), "not_authed")
    await refused(client_of(alone, "xoxb-1").auth_test(), "invalid_auth")
    await refused(client_of(alone, alone.app_token).auth_test(), "not_allowed_token_type")
    narrow = client_of(alone, alone.install(alone.team, ["users:read"]).token)
    answer = await refused(narrow.chat_postMessage(channel=alone.general.id, text="x"), "missing_scope")
    assert (answer["needed"], answer["provided"]) == ("chat:write", "users:read")
    assert (await narrow.auth_test()).headers["X-OAuth-Scopes"] == "users:read"
    await narrow.auth_revoke()
    await refused(narrow.auth_test(), "token_revoked")


async def test_posting_is_refused_where_the_bot_cannot_post(alone: FakeSlack) -> None:
    """Channels without the bot, archived ones and those of others are told apart."""
    client, fake = client_of(alone), alone
    outside = fake.channel("outside", has_bot=False)
    hidden = fake.channel("hidden", private=True, has_bot=False)
    old = fake.channel("old", archived=True)
    elsewhere = fake.channel("elsewhere", team=fake.add_team("Other"))
    for place, error in (
        (outside, "not_in_channel"),
        (hidden, "channel_not_found"),
        (old, "is_archived"),
        (elsewhere, "channel_not_found"),
    ):
        await refused(client.chat_postMessage(channel=place.id, text="x"), error)
    await refused(client.chat_postMessage(channel=fake.general.id, text="x" * 40_001), "msg_too_long")
    call = client.api_call("chat.postMessage", json={"channel": fake.general.id})
    await refused(call, "no_text")
    assert not fake.messages


async def test_messages_are_posted_changed_read_and_deleted(alone: FakeSlack) -> None:
    """The methods on messages work together, and hold to the published description."""
    client, place = client_of(alone), alone.general.id
    posted = await client.chat_postMessage(
        channel=place, text="one", blocks=[section("one")], unfurl_links=False
    )
    ts = posted["ts"]
    assert alone.message(ts).options == {"unfurl_links": False}
    await client.chat_postMessage(channel=place, text="below", thread_ts=ts)
    await client.chat_update(channel=place, ts=ts, text="two")
    assert (alone.message(ts).blocks, alone.message(ts).shown) == ([], "two")
    told = await client.conversations_history(channel=place)
    assert [it["text"] for it in told["messages"]] == ["two"]
    assert (await client.chat_getPermalink(channel=place, message_ts=ts))["permalink"].startswith(
        "https://party"
    )
    await client.chat_delete(channel=place, ts=ts)
    await refused(client.chat_update(channel=place, ts=ts, text="three"), "message_not_found")
    said = alone.say(alone.member("Anna"), alone.general, "mine")
    await refused(client.chat_delete(channel=place, ts=said.ts), "cant_delete_message")
    await refused(client.chat_postMessage(channel=place, text="x", thread_ts="1.000001"), "thread_not_found")
    assert not alone.violations


@pytest.mark.parametrize(
    "block",
    [
        section("x" * 3001),
        section(""),
        {"type": "header", "text": plain("x" * 151)},
        {"type": "marquee"},
        section("x", accessory=button("a", "x" * 76)),
        section("x", accessory=button("a" * 256)),
        section("x", accessory=button("a", value="x" * 2001)),
        section("x", accessory=button("a") | {"blink": True}),
        actions(*(button(f"a{number}") for number in range(26))),
        actions(button("a"), button("a")),
        actions(menu("a", *(f"v{number}" for number in range(101)))),
        actions(menu("a", "x" * 76)),
        actions(menu("a")),
        actions(button("a") | {"confirm": confirm("x" * 101)}),
        actions(),
        section("x", block_id="b" * 256),
        {"type": "section", "text": plain("x"), "fields": [plain("x")] * 11},
    ],
)
async def test_blocks_beyond_the_limits_are_refused(alone: FakeSlack, block: Json) -> None:
    """A message with such a block is refused as a whole, and the answer says where it is."""
    call = client_of(alone).chat_postMessage(channel=alone.general.id, text="x", blocks=[block])
    answer = await refused(call, "invalid_blocks")
    assert "json-pointer:/blocks/0" in answer["response_metadata"]["messages"][0]
    assert not alone.messages


async def test_too_many_and_equal_blocks_are_refused(alone: FakeSlack) -> None:
    """Fifty blocks fit into a message, and no two have one id."""
    client, place = client_of(alone), alone.general.id
    sure = section("x", accessory=button("a") | {"confirm": confirm("Sure?")})
    await client.chat_postMessage(channel=place, text="x", blocks=[sure] * 50)
    await refused(
        client.chat_postMessage(channel=place, text="x", blocks=[section("x")] * 51), "invalid_blocks"
    )
    twice = [section("x", block_id="b")] * 2
    await refused(client.chat_postMessage(channel=place, text="x", blocks=twice), "invalid_blocks")


@pytest.mark.parametrize(
    "changed",
    [
        {"title": plain("x" * 25)},
        {"submit": plain("x" * 25)},
        {"submit": None},
        {"close": plain("")},
        {"private_metadata": "x" * 3001},
        {"callback_id": "x" * 256},
        {"blocks": [section("x")] * 101},
        {"type": "home"},
    ],
)
async def test_views_beyond_the_limits_are_refused(fake: FakeSlack, changed: Json) -> None:
    """A modal that Slack would not show is refused, and leaves the trigger good."""
    reply = await fake.slash(fake.member("Anna"), "/whisper", "psst")
    trigger = reply.payload["trigger_id"]
    view = {key: it for key, it in (form() | changed).items() if it is not None}
    await refused(client_of(fake).views_open(trigger_id=trigger, view=view), "invalid_arguments")
    await client_of(fake).views_open(trigger_id=trigger, view=form())


async def test_a_trigger_is_good_once_and_for_three_seconds(fake: FakeSlack) -> None:
    """A second use, a late use and an unknown one are told apart."""
    anna, client = fake.member("Anna"), client_of(fake)
    trigger = (await fake.slash(anna, "/settings")).payload["trigger_id"]
    await refused(client.views_open(trigger_id=trigger, view=form()), "exchanged_trigger_id")
    late = (await fake.slash(anna, "/whisper", "psst")).payload["trigger_id"]
    fake.world.timing = replace(fake.world.timing, trigger_s=STRICT.trigger_s)
    fake.pass_by(3.1)
    await refused(client.views_open(trigger_id=late, view=form()), "expired_trigger_id")
    await refused(client.views_open(trigger_id="1.a", view=form()), "invalid_trigger_id")


async def test_a_view_changes_only_with_the_hash_it_has(fake: FakeSlack) -> None:
    """An old hash is refused, for modals and for the home."""
    anna, client = fake.member("Anna"), client_of(fake)
    view = (await fake.slash(anna, "/settings")).view
    old = view.hash
    await client.views_update(view_id=view.id, hash=old, view=form("Second"))
    await refused(client.views_update(view_id=view.id, hash=old, view=form("Third")), "hash_conflict")
    assert view.title == "Second"
    await fake.dismiss(anna, view)
    await refused(client.views_update(view_id=view.id, view=form()), "not_found")
    home = {"type": "home", "blocks": [section("x")]}
    await client.views_publish(user_id=anna.id, view=home)
    await refused(client.views_publish(user_id=anna.id, view=home, hash="1.x"), "hash_conflict")


async def test_a_response_url_ends_after_five_posts_and_half_an_hour(fake: FakeSlack) -> None:
    """Slack takes five posts and no more, and none after thirty minutes."""
    anna = fake.member("Anna")
    url = (await fake.slash(anna, "/whisper", "psst")).payload["response_url"]
    answers = [await AsyncWebhookClient(url).send(text=f"{number}") for number in range(6)]
    assert [it.status_code for it in answers] == [200] * 5 + [404]
    assert "used_url" in answers[-1].body
    fresh = (await fake.slash(anna, "/whisper", "psst")).payload["response_url"]
    fake.pass_by(1801)
    late = await AsyncWebhookClient(fresh).send(text="late")
    assert (late.status_code, "expired_url" in late.body) == (404, True)


async def test_people_and_channels_are_told(alone: FakeSlack) -> None:
    """What the methods tell holds to the published description."""
    client, fake = client_of(alone), alone
    anna = fake.member("Anna", admin=True, locale="nl-NL")
    guest = fake.member("Gus", ultra=True)
    shared = fake.channel("shared", shared=True)
    stranger = fake.member("Stan", stranger=True)
    told = (await client.users_info(user=anna.id, include_locale=True))["user"]
    assert (told["is_admin"], told["locale"], told["is_restricted"]) == (True, "nl-NL", False)
    assert (await client.users_info(user=guest.id))["user"]["is_ultra_restricted"]
    assert (await client.users_info(user=stranger.id))["user"]["team_id"] != fake.team.id
    assert (await client.conversations_info(channel=shared.id))["channel"]["is_ext_shared"]
    members = (await client.conversations_members(channel=shared.id))["members"]
    assert members == [anna.id, guest.id, stranger.id, fake.team.bot_user_id]
    dm = (await client.conversations_open(users=anna.id))["channel"]["id"]
    await client.chat_postMessage(channel=dm, text="psst")
    await client.chat_postMessage(channel=anna.id, text="psst")
    assert [it.channel for it in fake.messages] == [fake.dm(anna)] * 2
    hermit = fake.member("Herman", team=fake.add_team("Far"))
    await refused(client.users_info(user=hermit.id), "user_not_visible")
    assert not fake.violations


async def test_long_lists_come_in_pages(alone: FakeSlack) -> None:
    """A cursor leads from page to page, the newest messages first."""
    client, place = client_of(alone), alone.general
    people = [alone.member(name).id for name in ("Anna", "Ben", "Cleo")]
    first = await client.conversations_members(channel=place.id, limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    rest = await client.conversations_members(channel=place.id, limit=2, cursor=cursor)
    assert first["members"] + rest["members"] == [*people, alone.team.bot_user_id]
    assert rest["response_metadata"]["next_cursor"] == ""
    for number in range(3):
        await client.chat_postMessage(channel=place.id, text=str(number))
    pages = await client.conversations_history(channel=place.id, limit=2)
    assert [[it["text"] for it in page["messages"]] async for page in pages] == [["2", "1"], ["0"]]
    await refused(client.conversations_members(channel=place.id, limit=5000), "invalid_limit")
    assert not alone.violations


async def test_a_file_is_uploaded_and_shared(alone: FakeSlack) -> None:
    """The three steps of an upload bring the file into the channel."""
    await client_of(alone).files_upload_v2(
        channel=alone.general.id, filename="map.png", content=b"pixels", initial_comment="The map"
    )
    assert alone.files == {"map.png": b"pixels"}
    (message,) = alone.messages
    assert (message.text, message.files[0]["name"]) == ("The map", "map.png")


async def test_too_many_requests_are_told_when_to_come_back(alone: FakeSlack) -> None:
    """A limit answers 429 with Retry-After; posts in a channel are counted."""
    client, place = client_of(alone), alone.general
    alone.limit("auth.test", 1, 60)
    await client.auth_test()
    with pytest.raises(SlackApiError) as caught:
        await client.auth_test()
    assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
    assert 59 <= int(caught.value.response.headers["Retry-After"]) <= 60
    alone.pass_by(60)
    await client.auth_test()
    for _ in range(3):
        await client.chat_postMessage(channel=place.id, text="x")
    assert alone.posts_per_second(place) == 3
    alone.refuse_fast_posts = True
    await refused(client.chat_postMessage(channel=place.id, text="x"), "ratelimited")


async def test_a_call_can_be_made_to_fail(alone: FakeSlack) -> None:
    """The next call fails as ordered, and the one after it does not."""
    client = client_of(alone)
    alone.fail_next("auth.test", error="internal_error")
    await refused(client.auth_test(), "internal_error")
    alone.fail_next("auth.test", status=503)
    with pytest.raises(SlackApiError) as caught:
        await client.auth_test()
    assert caught.value.response.status_code == 503
    assert (await client.auth_test())["team_id"] == alone.team.id
    assert [it.status for it in alone.requests] == [200, 503, 200]


async def test_an_argument_that_does_not_exist_is_noticed(alone: FakeSlack) -> None:
    """Slack ignores a misspelt argument, and the fake says that there was one."""
    if not SPECS.exists():
        pytest.skip(f"the published description is not in {SPECS.name}")
    await client_of(alone).chat_postMessage(channel=alone.general.id, text="x", thread="1")
    assert alone.violations == ["chat.postMessage has no argument thread"]


async def test_bodies_come_as_json_and_as_forms(alone: FakeSlack) -> None:
    """Both are read, and the token is taken from the header or from the arguments."""
    url, place = alone.base_url + "chat.postMessage", alone.general.id
    async with aiohttp.ClientSession() as session:
        bearer = {"Authorization": f"Bearer {alone.bot_token}"}
        async with session.post(url, json={"channel": place, "text": "json"}, headers=bearer) as response:
            assert (await response.json())["ok"]
        data = {"channel": place, "text": "form", "token": alone.bot_token}
        async with session.post(url, data=data) as response:
            assert (await response.json())["ok"]
    assert [it.text for it in alone.messages] == ["json", "form"]
