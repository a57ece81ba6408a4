"""Settings from the environment and `.env`: all that is wrong is said at once, no secret is ever printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Self

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import StartError

STARTER = Path(__file__).parents[1] / "models" / "starter"


class Settings(BaseSettings):
    """What an operator may choose; every default gives a party with no account at all."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    discord_token: SecretStr | None = None
    shard_ids: Annotated[tuple[Annotated[int, Field(ge=0)], ...], NoDecode] = ()
    shard_count: Annotated[int, Field(ge=1)] | None = None
    database_url: str = "sqlite+aiosqlite:///party.db"
    model_dir: Path = STARTER
    room_host: str = "127.0.0.1"
    room_port: Annotated[int, Field(ge=0, le=65535, validation_alias=AliasChoices("room_port", "port"))] = (
        8080
    )
    room_names: Annotated[tuple[str, ...], NoDecode] = ()
    log_level: Annotated[str, Field(pattern="(?i)^(debug|info|warning|error)$")] = "info"

    @field_validator("discord_token")
    @classmethod
    def _one_word(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.fullmatch(r"[!-~]+", token.get_secret_value().strip()):
            raise PydanticCustomError("token", "A token is one word of plain letters, digits and signs")
        return token

    @field_validator("room_names", "shard_ids", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return [name.strip() for name in value.split(",")] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _a_shard_of_some(self) -> Self:
        if self.shard_ids and (self.shard_count is None or max(self.shard_ids) >= self.shard_count):
            raise PydanticCustomError(
                "shards",
                "SHARD_IDS: name shards from 0 to SHARD_COUNT - 1, and set SHARD_COUNT to how many there are",
            )
        return self


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
        raise StartError(".env is not written in UTF-8; save it again as UTF-8") from None
