"""Settings from the environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.party.errors import StartError
from bot.settings import STARTER, read_settings

ALL = (
    "DISCORD_TOKEN",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
    "SLACK_COMMAND",
    "SPOTIFY_CLIENT_ID",
    "SPOTIFY_CLIENT_SECRET",
    "ENCRYPTION_KEYS",
    "SHARD_IDS",
    "SHARD_COUNT",
    "DATABASE_URL",
    "BACKUP_DIR",
    "KEEP_NAMES_DAYS",
    "ALLOW_EPHEMERAL",
    "MODEL_DIR",
    "MUSIC_DIR",
    "DEMO",
    "SUBSONIC_URL",
    "SUBSONIC_USER",
    "SUBSONIC_PASSWORD",
    "ROOM_HOST",
    "ROOM_PORT",
    "PORT",
    "PUBLIC_URL",
    "ROOM_NAMES",
    "ROOM_GUESTS",
    "ROOM_CONNECTIONS",
    "ROOM_JOINS",
    "PROXIES",
    "METRICS_TOKEN",
    "LOG_FORMAT",
    "LOG_LEVEL",
)


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches a test."""
    for name in ALL:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_nothing_needs_to_be_set() -> None:
    """The defaults open a room for this machine alone, with the shipped model and no Discord."""
    settings = read_settings()
    assert settings.discord_token is None
    assert settings.model_dir == STARTER
    assert (settings.room_host, settings.room_port) == ("127.0.0.1", 8080)
    assert settings.database_url == "sqlite+aiosqlite:///party.db"


def test_the_environment_and_env_file_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A variable beats the same line of .env; an empty line is as good as none."""
    (tmp_path / ".env").write_text(
        "ROOM_PORT=9000\nROOM_HOST=0.0.0.0\nDISCORD_TOKEN=\nROOM_NAMES=a.example, b.example"
    )
    monkeypatch.setenv("ROOM_PORT", "9001")
    settings = read_settings()
    assert (settings.room_host, settings.room_port) == ("0.0.0.0", 9001)  # noqa: S104 - only read, not opened
    assert settings.discord_token is None
    assert settings.room_names == ("a.example", "b.example")


def test_port_is_understood_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosting services name the port PORT."""
    monkeypatch.setenv("PORT", "5000")
    assert read_settings().room_port == 5000


def test_every_problem_is_named_at_once_and_no_value_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line names all wrong settings and repeats none of their values."""
    monkeypatch.setenv("ROOM_PORT", "hunter2")
    monkeypatch.setenv("LOG_LEVEL", "hunter3")
    with pytest.raises(StartError) as refused:
        read_settings()
    sentence = str(refused.value)
    assert "ROOM_PORT" in sentence
    assert "LOG_LEVEL" in sentence
    assert "hunter" not in sentence
    assert "\n" not in sentence


def test_an_env_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    """A .env that is no UTF-8 is one line, not a traceback."""
    (tmp_path / ".env").write_bytes("ROOM_HOST=hänsel".encode("utf-16"))
    with pytest.raises(StartError, match=r"\.env"):
        read_settings()


SECRETS = [name for name in ALL if name.startswith(("DISCORD_", "METRICS_", "SLACK_", "SPOTIFY_"))]


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("token", ["two words", "one\nline", "töken"])
def test_a_token_that_can_be_none_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, token: str) -> None:
    """What was pasted wrongly is named before anything is sent, and not repeated."""
    monkeypatch.setenv(name, token)
    with pytest.raises(StartError, match=name) as refused:
        read_settings()
    assert token not in str(refused.value)


def test_a_token_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings can be logged without giving a token or a key away."""
    for name in ("DISCORD_TOKEN", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "hunter2")
    for name in ("SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET"):
        monkeypatch.setenv(name, "hunter4")
    monkeypatch.setenv("ENCRYPTION_KEYS", "hunter2,hunter3")
    assert "hunter" not in repr(read_settings())
    assert "hunter" not in str(read_settings())


@pytest.mark.parametrize(
    ("said", "networks"),
    [
        ("", ["127.0.0.0/8", "::1/128"]),
        ("none", []),
        ("10.0.0.7, fd00::/8", ["10.0.0.7/32", "fd00::/8"]),
        ("172.18.0.5/16", ["172.18.0.0/16"]),
    ],
)
def test_proxies_are_addresses_and_networks(
    monkeypatch: pytest.MonkeyPatch, said: str, networks: list[str]
) -> None:
    """Those on this machine, if nothing is said."""
    monkeypatch.setenv("PROXIES", said)
    assert [str(each) for each in read_settings().proxies] == networks


@pytest.mark.parametrize("said", ["party.example", "10.0.0.0/33", "10.0.0.1;10.0.0.2", ","])
def test_what_is_no_address_is_no_proxy(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """One line says how they are written."""
    monkeypatch.setenv("PROXIES", said)
    with pytest.raises(StartError, match=r"\A[^\n]*PROXIES[^\n]*10\.0\.0\.0/8[^\n]*\Z"):
        read_settings()


@pytest.mark.parametrize(("token", "fine"), [("x" * 15, False), ("x" * 16, True)])
def test_a_token_of_ours_cannot_be_guessed(monkeypatch: pytest.MonkeyPatch, token: str, fine: bool) -> None:
    """One that is too short is refused before anybody tries."""
    monkeypatch.setenv("METRICS_TOKEN", token)
    if fine:
        read_settings()
        return
    with pytest.raises(StartError, match=r"\A[^\n]*METRICS_TOKEN[^\n]*16[^\n]*\Z") as refused:
        read_settings()
    assert token not in str(refused.value)


def test_secrets_are_read_without_what_was_pasted_around_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spaces around a token are none of it, and keys are a list."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", " xoxb-1 ")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1\n")
    monkeypatch.setenv("ENCRYPTION_KEYS", "new, old")
    settings = read_settings()
    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1"
    assert settings.slack_app_token is not None
    assert settings.slack_app_token.get_secret_value() == "xapp-1"
    assert [key.get_secret_value() for key in settings.encryption_keys] == ["new", "old"]


@pytest.mark.parametrize("way_in", ["SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"])
@pytest.mark.parametrize("app", ["SLACK_BOT_TOKEN", "SLACK_CLIENT_ID SLACK_CLIENT_SECRET ENCRYPTION_KEYS"])
def test_slack_is_set_up_in_four_ways(monkeypatch: pytest.MonkeyPatch, app: str, way_in: str) -> None:
    """One workspace or many, over Socket Mode or HTTP."""
    for name in (*app.split(), way_in):
        monkeypatch.setenv(name, "word")
    read_settings()


@pytest.mark.parametrize(
    ("names", "named"),
    [
        ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN SLACK_SIGNING_SECRET"),
        ("SLACK_APP_TOKEN", "SLACK_BOT_TOKEN SLACK_CLIENT_ID"),
        ("SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN SLACK_CLIENT_ID"),
        ("SLACK_CLIENT_ID SLACK_APP_TOKEN ENCRYPTION_KEYS", "SLACK_CLIENT_SECRET"),
        ("SLACK_CLIENT_SECRET SLACK_APP_TOKEN ENCRYPTION_KEYS", "SLACK_CLIENT_ID"),
        ("SLACK_CLIENT_ID SLACK_CLIENT_SECRET ENCRYPTION_KEYS", "SLACK_APP_TOKEN SLACK_SIGNING_SECRET"),
        ("SLACK_CLIENT_ID SLACK_CLIENT_SECRET SLACK_APP_TOKEN", "ENCRYPTION_KEYS .venv/bin/python"),
        ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET SLACK_APP_TOKEN ENCRYPTION_KEYS"),
        ("SLACK_BOT_TOKEN SLACK_CLIENT_ID", "SLACK_BOT_TOKEN SLACK_CLIENT_ID"),
        ("SLACK_BOT_TOKEN SHARD_IDS", "SLACK_APP_TOKEN SHARD_COUNT"),
    ],
)
def test_half_a_slack_app_is_refused(monkeypatch: pytest.MonkeyPatch, names: str, named: str) -> None:
    """What is missing is named, all at once and in one line."""
    for name in names.split():
        monkeypatch.setenv(name, "0")
    with pytest.raises(StartError, match=r"\A[^\n]+\Z") as refused:
        read_settings()
    assert not [name for name in named.split() if name not in str(refused.value)]


@pytest.mark.parametrize(
    ("address", "own", "name"),
    [
        ("", "http://127.0.0.1:8080", "127.0.0.1"),
        ("https://Party.example/", "https://party.example", "party.example"),
        ("https://party.example:443", "https://party.example", "party.example"),
        ("https://party.example:8443", "https://party.example:8443", "party.example"),
        ("http://127.0.0.1", "http://127.0.0.1", "127.0.0.1"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000", "127.0.0.1"),
        ("http://[::1]:9000", "http://[::1]:9000", "::1"),
    ],
)
def test_spotify_is_set_up_with_an_address_it_takes(
    monkeypatch: pytest.MonkeyPatch, address: str, own: str, name: str
) -> None:
    """The address is the one that browsers name, and its host a name of the room."""
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", "word")
    monkeypatch.setenv("ENCRYPTION_KEYS", "key")
    monkeypatch.setenv("PUBLIC_URL", address)
    settings = read_settings()
    assert settings.own_url == own
    assert name in settings.own_names


@pytest.mark.parametrize(
    "address",
    [
        *("http://localhost:8080", "http://party.example", "http://127.0.0.1.evil.example", "http://0.0.0.0"),
        *("https://party.example/room", "https://party.example?a=b", "https://party.example#top"),
        *(
            "https://anna@party.example",
            "https://party.example:99999",
            "https://",
            "party.example",
            "ftp://a",
        ),
        *("https://party.example\\@evil.example", "https://pärty.example", "https://a b", "http://[::2]"),
    ],
)
def test_an_address_that_spotify_does_not_take_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """One line names the setting, before anybody is sent anywhere."""
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", "word")
    monkeypatch.setenv("ENCRYPTION_KEYS", "key")
    monkeypatch.setenv("PUBLIC_URL", address)
    with pytest.raises(StartError, match=r"\A[^\n]*PUBLIC_URL[^\n]+\Z"):
        read_settings()


def test_without_spotify_the_address_may_be_any(monkeypatch: pytest.MonkeyPatch) -> None:
    """A room in a home network may be called by its name there."""
    monkeypatch.setenv("PUBLIC_URL", "http://party.local:8080")
    monkeypatch.setenv("ROOM_NAMES", "a.example")
    assert read_settings().own_names == ("a.example", "party.local")


@pytest.mark.parametrize(
    ("names", "named"),
    [
        ("SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_ID ENCRYPTION_KEYS .venv/bin/python"),
        ("SPOTIFY_CLIENT_SECRET", "SPOTIFY_CLIENT_SECRET SPOTIFY_CLIENT_ID"),
        ("SPOTIFY_CLIENT_ID ENCRYPTION_KEYS ROOM_PORT", "PUBLIC_URL ROOM_PORT"),
    ],
)
def test_half_a_spotify_app_is_refused(monkeypatch: pytest.MonkeyPatch, names: str, named: str) -> None:
    """What is missing is named in one line; a port that is not known beforehand is no address."""
    for name in names.split():
        monkeypatch.setenv(name, "0")
    with pytest.raises(StartError, match=r"\A[^\n]+\Z") as refused:
        read_settings()
    assert not [name for name in named.split() if name not in str(refused.value)]


def test_shards_are_shared_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process may be told which of Discord's shards it serves; it is all of them if not."""
    assert (read_settings().shard_ids, read_settings().shard_count) == ((), None)
    monkeypatch.setenv("SHARD_IDS", "2, 3")
    monkeypatch.setenv("SHARD_COUNT", "4")
    assert (read_settings().shard_ids, read_settings().shard_count) == ((2, 3), 4)


@pytest.mark.parametrize(
    ("ids", "count"), [("0", ""), ("4", "4"), ("0,x", "4"), ("-1", "4"), ("0", "0"), ("0,,1", "4")]
)
def test_shards_that_cannot_be_are_refused(monkeypatch: pytest.MonkeyPatch, ids: str, count: str) -> None:
    """A shard that there is not is one line that names the setting."""
    monkeypatch.setenv("SHARD_IDS", ids)
    monkeypatch.setenv("SHARD_COUNT", count)
    with pytest.raises(StartError, match=r"\A[^\n]*SHARD_[^\n]+\Z"):
        read_settings()


def test_the_example_names_every_setting() -> None:
    """`.env.example` shows all that can be set, and nothing else."""
    lines = (Path(__file__).parents[2] / ".env.example").read_text("utf-8").splitlines()
    named = {line.removeprefix("# ").split("=")[0] for line in lines if "=" in line}
    assert named == set(ALL) - {"PORT"}


def test_folders_of_music(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several stand beside each other as this system has it."""
    monkeypatch.setenv("MUSIC_DIR", os.pathsep.join(("/music", "/more music", "")))
    assert read_settings().music_dir == (Path("/music"), Path("/more music"))
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.setenv("USERPROFILE", "/home/ann")  # as it is called elsewhere
    monkeypatch.setenv("MUSIC_DIR", "~/Music")
    assert read_settings().music_dir == (Path("/home/ann/Music"),)


@pytest.mark.parametrize(
    ("chosen", "wants"),
    [
        ({}, True),
        ({"DEMO": "1"}, True),
        ({"DEMO": "0"}, False),
        ({"MUSIC_DIR": "/music"}, False),
        (
            {"SUBSONIC_URL": "https://m.example", "SUBSONIC_USER": "me", "SUBSONIC_PASSWORD": "pass word"},
            False,
        ),
    ],
)
def test_whoever_has_music_needs_no_demo(
    monkeypatch: pytest.MonkeyPatch, chosen: dict[str, str], wants: bool
) -> None:
    """Nor does whoever says so."""
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    assert read_settings().wants_demo is wants


def test_a_music_server_needs_all_three(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address without a password plays nothing."""
    monkeypatch.setenv("SUBSONIC_URL", "https://music.example/navidrome/")
    with pytest.raises(StartError, match="set all three, or none"):
        read_settings()
    monkeypatch.setenv("SUBSONIC_USER", "encore")
    monkeypatch.setenv("SUBSONIC_PASSWORD", "a pass word")
    assert read_settings().subsonic_url == "https://music.example/navidrome"


@pytest.mark.parametrize(
    "address", ["music.example", "ftp://music.example", "https://me:secret@music.example"]
)
def test_a_music_server_has_an_address(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """With a scheme, and without secrets in it, which no error repeats."""
    for name in ("SUBSONIC_USER", "SUBSONIC_PASSWORD"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("SUBSONIC_URL", address)
    with pytest.raises(StartError) as raised:
        read_settings()
    assert "secret" not in str(raised.value)
