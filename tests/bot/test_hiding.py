"""What lets somebody in is known by its shape and its place, in any notation; words stay."""

from __future__ import annotations

import json
import sys
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from bot.hiding import HIDDEN, hide, hide_in_crashes

CANARY = "pLhYtR45-_aaBBcc998877-zzcanarycanarycanary00"
INTERACTION = f"aW50ZXJhY3Rpb246{CANARY}"


def test_an_interactions_token_is_in_its_addresses() -> None:
    """Discord, "Receiving and Responding to Interactions": both of them."""
    for address in (
        f"https://discord.com/api/v10/interactions/123456789012345678/{CANARY}/callback?with_response=1",
        f"https://discord.com/api/v10/webhooks/123456789012345678/{CANARY}/messages/@original",
    ):
        told = hide(f"POST {address} with None has returned 200")
        assert CANARY not in told
        assert told.startswith("POST https://discord.com/api/v10/")
        assert told.endswith("with None has returned 200")


@pytest.mark.parametrize(
    "text",
    [
        f"handled by bucket hash ab with '123456789012345678+{CANARY}' major parameters",  # discord.py
        f"it said {INTERACTION}.",
        f"https://hooks.slack.com/commands/T012AB3CD/123456789012/{CANARY}",
        f"https://hooks.slack.com/actions/T012AB3CD/123456789012/{CANARY}?x=y",
        quote(f"https://hooks.slack.com/commands/T012AB3CD/123456789012/{CANARY}", safe=""),
        f"url='http://127.0.0.1:1/commands/T012AB3CD/1/{CANARY}'",
        f"https://files.slack.com/upload/v1/{CANARY}",
        f"wss://wss-primary.slack.com/link/?ticket={CANARY}&app_id=1",
        f"xoxb-1234567890-{CANARY}",
        f"xoxe.xoxp-1-{CANARY}",
        f"xoxe-1-{CANARY}",
        f"xapp-1-A012AB3CD-1234567890-{CANARY}",
        f"eyJhbGciOiJIUzI1NiJ9.{CANARY}.{CANARY}",
        f"MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.{CANARY}",
        f"AQ{CANARY}{CANARY} and BQ{CANARY}{CANARY}",
        f"https://party.example/party/{CANARY}/tv",
        f"/night/{CANARY}",
        f"/spotify/connect/{CANARY}",
        f"postgresql+asyncpg://encore:{CANARY}@host/party",
        f"/spotify/callback?code={CANARY}&state={CANARY}",
        f"Authorization: Basic {CANARY}",
        f"Proxy-Authorization: Bearer {CANARY}",
        f"Cookie: language=de; encore-spotify={CANARY}; other={CANARY}",
        f"<Set-Cookie: encore-spotify={CANARY}; Path=/spotify>",
        f"<SimpleCookie: slack-app-oauth-state='{CANARY}'>",
        f"<CIMultiDictProxy('Host': 'x', 'Cookie': 'a=\"{CANARY}\"; b={CANARY}', 'Accept': '*/*')>",
        f"((b'Authorization', b'Bearer {CANARY}'), (b'Accept', b'*/*'))",
        f"OAuth callback success (request: {{'code': ['{CANARY}'], 'state': ['{CANARY}']}})",  # Bolt
        f"headers: {{'cookie': ['slack-app-oauth-state={CANARY}'], 'x-slack-signature': ['v0={CANARY}']}}",
        f"cookies={{'encore-spotify': '{CANARY}', 'other': '{CANARY}'}}",
        f"postgresql+asyncpg://encore:p@{CANARY}@host/party",
        f"trigger_id: 13345224609.738474920.{CANARY}",
        f"X-Slack-Signature: v0={CANARY}",
        f'{{"user_name":"my token","trigger_id":"13345224609.{CANARY}"}}',
        f"{{'text': 'Secret', 'password': '{CANARY}'}}",
        f"ValueError(token={CANARY!r}, secret='{CANARY}')",
    ],
)
def test_what_is_known_by_its_shape_or_place_is_hidden(text: str) -> None:
    """In a log and in an error."""
    told = hide(text)
    assert CANARY not in told
    assert HIDDEN in told


@pytest.mark.parametrize("name", ["p=enc:", "p=enc%3A", "'p': 'enc:", "t=", "'t': '", '"s":"'])
def test_what_signs_in_to_a_music_server(name: str) -> None:
    """OpenSubsonic, "API reference": a password in hex, or a token and its salt, all in addresses."""
    secret = "0123456789abcdef0123456789abcdef"
    for text in (f"http://music.example/rest/ping.view?u=anna&{name}{secret}&v=1", f"{{{name}{secret}'}}"):
        told = hide(text)
        assert "cdef" not in told
        assert f"{name}{HIDDEN}" in told
    assert hide("https://youtu.be/x?t=90&s=added") == "https://youtu.be/x?t=90&s=added"


FIELDS = (
    *("token", "access_token", "refresh_token", "bot_token", "id_token", "client_secret", "code_verifier"),
    *("password", "response_url", "trigger_id", "upload_url", "code", "state", "link", "secret"),
)
"""OAuth's (RFC 6749, RFC 7636), Slack's, and those of our own page."""


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_hidden_in_every_notation(field: str) -> None:
    """JSON, JSON in JSON, Python's, a form, a form with JSON in it: the fields beside it stay."""
    payload: dict[str, Any] = {"before": "here", field: CANARY, "after": "there"}
    one, two = json.dumps(payload), json.dumps({"body": json.dumps(payload)})
    for text in (
        *(one, two, json.dumps({"body": two}), json.dumps(payload, separators=(",", ":"))),
        *(repr(payload), repr(one), repr(one.encode()), urlencode({"payload": one})),
    ):
        told = hide(text)
        assert CANARY not in told, text
        assert "here" in told, told
        assert "there" in told, told
    told = hide(urlencode({"before": "here", field: CANARY, "after": "there"}))
    if field != "link":  # which forms of nobody's have
        assert told == f"before=here&{field}={HIDDEN}&after=there"


@pytest.mark.parametrize(
    "text",
    [
        "DISCORD_TOKEN: Discord does not accept the token; copy it again",
        "SLACK_CLIENT_SECRET: set SLACK_CLIENT_ID as well",
        "ENCRYPTION_KEYS: each key is 44 characters, comma separated, the newest first",
        "DATABASE_URL: the party database cannot be used (disk I/O error); use an undamaged file",
        'File "/srv/encore/bot/party/unit_of_work_and_more.py", line 3, in writing',
        'File "/app/tests/bot/test_x.py", line 3, in writing',
        "{'code': 50013, 'message': 'Missing Permissions'}",
        '{"ok": false, "error": "invalid_auth"}',
        "<Entry id=3 state='playing'> token=None",
        "websocket closed with code=4014",
        "Discord does not accept the token: see docs/operations.md",
        "Now playing: Secret Garden - Token of Love (code: red)",
    ],
)
def test_words_stay(text: str) -> None:
    """Errors say which setting it is, tracebacks where; and a song is no secret."""
    assert hide(text) == text


def test_a_command_ends_by_mistake_without_a_secret(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before there is a log, or where there is none."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    hide_in_crashes()
    sys.excepthook(ValueError, ValueError(f"token={CANARY}"), None)
    assert capsys.readouterr().err == f"ValueError: token={HIDDEN}\n"


def test_what_is_hidden_stays_as_it_is() -> None:
    """A text may come by twice."""
    once = hide(f"token={CANARY}&x=1 Authorization: Bearer {CANARY}")
    assert hide(once) == once


@pytest.mark.parametrize(
    "part",
    [
        *("token", 'token="', "token=", "token: ", '\\"token\\": \\"', "'token', '", "cookie: ", "cookie:\n"),
        *(
            "xoxb-",
            "eyJ",
            "eyJaaaaaaaaaa.",
            "aW50ZXJhY3Rpb246",
            "AQ",
            "M",
            "Bearer ",
            "Bearer aaaaaaaaaaaaaaaaa ",
        ),
        *(
            "/webhooks/",
            "/interactions/1/",
            "/party/",
            "/actions/T00/",
            "hooks.slack.com",
            "://",
            "://a:",
            "?code=",
        ),
        *(
            "%22",
            "%22token%22%3A%22",
            "\\",
            "\\\\\\\\",
            "-",
            "a-",
            "1234567890123456+",
            "code",
            "'",
            '"',
            " ",
        ),
    ],
)
def test_hostile_text_is_read_once(part: str) -> None:
    """100 kB of it: if a pattern began anew at every place, this would not end while anybody waits."""
    size = 100_000
    for text in (
        part * (size // len(part)),
        part + "a" * size,
        part * 100 + "-" * size,
        part * 100 + "\\" * size,
    ):
        assert len(hide(text)) <= 2 * len(text) + len(HIDDEN)
