"""Settings from the environment and `.env`: all that is wrong is said at once, no secret is ever printed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import unquote, urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.party.errors import StartError
from bot.party.limits import KEEP_NAMES_DAYS

STARTER = Path(__file__).parents[1] / "models" / "starter"

LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(:(?P<port>[0-9]{1,5}))?/?"
)
HIGHEST_PORT = 65535
SHORTEST_TOKEN = 16
"""How long a token of ours is at least, in characters."""
MAKE_A_KEY = "make a key with: .venv/bin/python -m bot.vault"


class Settings(BaseSettings):
    """What an operator may choose; every default gives a party with no account at all."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    discord_token: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: SecretStr | None = None
    slack_client_secret: SecretStr | None = None
    slack_command: Annotated[str, Field(pattern="^[a-z0-9_-]{0,31}$")] = ""
    spotify_client_id: SecretStr | None = None
    spotify_client_secret: SecretStr | None = None
    encryption_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    shard_ids: Annotated[tuple[Annotated[int, Field(ge=0)], ...], NoDecode] = ()
    shard_count: Annotated[int, Field(ge=1)] | None = None
    database_url: str = "sqlite+aiosqlite:///party.db"
    backup_dir: Path | None = None
    keep_names_days: Annotated[int, Field(ge=0, le=36_500)] = KEEP_NAMES_DAYS
    allow_ephemeral: bool = False
    model_dir: Path = STARTER
    music_dir: Annotated[tuple[Path, ...], NoDecode] = ()
    demo: bool = True
    subsonic_url: str = ""
    subsonic_user: str = ""
    subsonic_password: SecretStr | None = None
    room_host: str = "127.0.0.1"
    room_port: Annotated[int, Field(ge=0, le=65535, validation_alias=AliasChoices("room_port", "port"))] = (
        8080
    )
    public_url: str = ""
    room_names: Annotated[tuple[str, ...], NoDecode] = ()
    room_guests: Annotated[int, Field(ge=1, le=10_000)] = 500
    room_connections: Annotated[int, Field(ge=1, le=10_000)] = 40
    room_joins: Annotated[int, Field(ge=1, le=100_000)] = 80
    proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = LOOPBACK
    metrics_token: SecretStr | None = None
    log_format: Annotated[str, Field(pattern="(?i)^(text|json)$")] = "text"
    log_level: Annotated[str, Field(pattern="(?i)^(debug|info|warning|error)$")] = "info"

    @field_validator(
        "discord_token",
        "slack_bot_token",
        "slack_app_token",
        "slack_signing_secret",
        "slack_client_id",
        "slack_client_secret",
        "spotify_client_id",
        "spotify_client_secret",
        "metrics_token",
    )
    @classmethod
    def _one_word(cls, token: SecretStr | None) -> SecretStr | None:
        if token is None:
            return None
        word = token.get_secret_value().strip()
        if not re.fullmatch(r"[!-~]+", word):
            raise PydanticCustomError("token", "A token is one word of plain letters, digits and symbols")
        return SecretStr(word)

    @field_validator("metrics_token")
    @classmethod
    def _long_enough(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and len(token.get_secret_value()) < SHORTEST_TOKEN:
            raise PydanticCustomError(
                "token", f"Make it at least {SHORTEST_TOKEN} characters long, so that nobody can guess it"
            )
        return token

    @field_validator("slack_command", mode="before")
    @classmethod
    def _without_slash(cls, value: object) -> object:
        return value.strip().removeprefix("/") if isinstance(value, str) else value

    @field_validator("proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        """Addresses and networks, comma separated; `none` for none."""
        if not isinstance(value, str):
            return value
        words = [word.strip() for word in value.split(",") if word.strip().casefold() != "none"]
        try:
            return tuple(ip_network(word, strict=False) for word in words)
        except ValueError:
            raise PydanticCustomError(
                "networks",
                "List addresses and networks like 10.0.0.7 or 10.0.0.0/8, comma separated",
            ) from None

    @field_validator("music_dir", mode="before")
    @classmethod
    def _folders(cls, value: object) -> object:
        """Folders, with what this system puts between paths between them; `~` is whoever runs the bot."""
        if not isinstance(value, str):
            return value
        return [os.path.expanduser(name.strip()) for name in value.split(os.pathsep) if name.strip()]  # noqa: PTH111 - that of pathlib fails without a home

    @field_validator("subsonic_url")
    @classmethod
    def _a_server(cls, value: str) -> str:
        """The address without a slash at its end; it may have a path."""
        address = value.strip().rstrip("/")
        with suppress(ValueError):
            parts = urlsplit(address)
            plain = not (parts.username or parts.password or parts.query or parts.fragment)
            if not address or (parts.scheme in {"http", "https"} and parts.hostname and plain):
                return address
        raise PydanticCustomError(
            "address", "Write the address like https://music.example, without a name or password in it"
        )

    @field_validator("room_names", "shard_ids", "encryption_keys", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return [name.strip() for name in value.split(",")] if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        """The address as browsers name it in Origin."""
        if not value.strip():
            return ""
        found = ADDRESS.fullmatch(value.strip().casefold())
        if not found or int(found["port"] or 0) > HIGHEST_PORT:
            raise PydanticCustomError(
                "address", "Write the address like https://party.example, without a path"
            )
        scheme, host, port = found["scheme"], found["host"], found["port"]
        usual = not port or int(port) == {"http": 80, "https": 443}[scheme]
        return f"{scheme}://{host}" + ("" if usual else f":{int(port)}")

    @property
    def logs_json(self) -> bool:
        """Whether the log is a JSON object a line."""
        return self.log_format.casefold() == "json"

    @property
    def wants_demo(self) -> bool:
        """Whether there is no music but the short pieces that the bot makes itself."""
        return self.demo and not (self.music_dir or self.subsonic_url)

    @property
    def secrets(self) -> set[str]:
        """What must never be read anywhere."""
        found = set(_passwords(self.database_url))
        for value in dict(self).values():
            each = value if isinstance(value, tuple) else (value,)
            found |= {one.get_secret_value() for one in each if isinstance(one, SecretStr)}
        return found

    @property
    def sealing_keys(self) -> list[str]:
        """What seals things in the database, the newest first."""
        return [each.get_secret_value() for each in self.encryption_keys]

    @property
    def own_url(self) -> str:
        """Where browsers reach the room, without a slash at its end."""
        return self.public_url or f"http://127.0.0.1:{self.room_port}"

    @property
    def own_names(self) -> tuple[str, ...]:
        """The host names that the room may be called by besides its address."""
        return (*self.room_names, urlsplit(self.own_url).hostname or "")

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        problems = [
            *self._shard_problems(),
            *self._slack_problems(),
            *self._spotify_problems(),
            *self._music_problems(),
        ]
        if problems:
            raise PydanticCustomError("together", "{problems}", {"problems": "; ".join(problems)})
        return self

    def _shard_problems(self) -> Iterator[str]:
        if self.shard_ids and (self.shard_count is None or max(self.shard_ids) >= self.shard_count):
            yield (
                "SHARD_IDS: list shards from 0 to SHARD_COUNT - 1, and set SHARD_COUNT to how many there are"
            )

    def _slack_problems(self) -> Iterator[str]:
        installs = self.slack_client_id or self.slack_client_secret
        way_in = self.slack_app_token or self.slack_signing_secret
        if self.slack_bot_token and installs:
            yield (
                "SLACK_BOT_TOKEN is for one workspace, SLACK_CLIENT_ID and SLACK_CLIENT_SECRET "
                "are for many: remove one or the other"
            )
        elif self.slack_bot_token and not way_in:
            yield "SLACK_BOT_TOKEN: set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) as well"
        elif installs:
            yield from self._install_problems()
        elif way_in and not self.slack_bot_token:
            name = "SLACK_APP_TOKEN" if self.slack_app_token else "SLACK_SIGNING_SECRET"
            many = "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET"
            yield f"{name}: set SLACK_BOT_TOKEN as well, or {many} for many workspaces"

    def _install_problems(self) -> Iterator[str]:
        if not (self.slack_client_id and self.slack_client_secret):
            yield "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET: set both, or neither"
        if not (self.slack_app_token or self.slack_signing_secret):
            yield "SLACK_CLIENT_ID: set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) as well"
        if not self.encryption_keys:
            yield f"SLACK_CLIENT_ID: set ENCRYPTION_KEYS as well; {MAKE_A_KEY}"

    def _spotify_problems(self) -> Iterator[str]:
        if self.spotify_client_id is None:
            if self.spotify_client_secret is not None:
                yield "SPOTIFY_CLIENT_SECRET: set SPOTIFY_CLIENT_ID as well"
            return
        if not self.encryption_keys:
            yield f"SPOTIFY_CLIENT_ID: set ENCRYPTION_KEYS as well; {MAKE_A_KEY}"
        if not self.public_url and self.room_port == 0:
            yield (
                "PUBLIC_URL: set it, or set ROOM_PORT to a port other than 0, "
                "because Spotify sends browsers there"
            )
        host = urlsplit(self.own_url).hostname
        if not self.own_url.startswith("https:") and host not in {"127.0.0.1", "::1"}:
            yield (
                "PUBLIC_URL: Spotify only accepts https://..., "
                "or http://127.0.0.1:PORT for a browser on the same machine (never localhost)"
            )

    def _music_problems(self) -> Iterator[str]:
        told = (self.subsonic_url, self.subsonic_user, self.subsonic_password)
        if any(told) and not all(told):
            yield "SUBSONIC_URL, SUBSONIC_USER and SUBSONIC_PASSWORD: set all three, or none"


def _passwords(url: str) -> Iterator[str]:
    """The password in an address, as it stands there and as it is meant."""
    with suppress(ValueError):  # what is no address is refused later, in words
        if password := urlsplit(url).password:
            yield from (password, unquote(password))


def read_settings() -> Settings:
    """Reads the environment and `.env`.

    Raises:
        StartError: something has a value that cannot be; all of it is named, without the values.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = [
            ": ".join([*(str(part).upper() for part in each["loc"][:1]), each["msg"]])
            for each in error.errors()
        ]
        raise StartError(f"{'; '.join(problems)}; correct it in the environment or in .env") from None
    except UnicodeDecodeError:
        raise StartError(".env is not in UTF-8; save it again as UTF-8") from None
