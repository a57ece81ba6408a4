"""One call of the Web API, and what a route asks of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .spotify_errors import ApiError
from .spotify_model import FakeGrant, FakeUser, Json

_ID = re.compile(r"[0-9A-Za-z]{22}")


@dataclass(frozen=True)
class Answer:
    """What a route answers; a body of None is empty."""

    body: Json | None = None
    status: int = 200


DONE = Answer(status=204)


@dataclass(frozen=True)
class Call:
    """A request that passed the door; `ids` are what its path names."""

    grant: FakeGrant
    ids: tuple[str, ...]
    query: dict[str, str]
    body: Any

    @property
    def user(self) -> FakeUser:
        """Who asks; 401 for a token of the app itself."""
        if self.grant.user is None:
            raise _nobody()
        return self.grant.user

    @property
    def fields(self) -> Json:
        """The body, which has to be an object where there is one; 400."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise ApiError(400, "Error parsing JSON.")
        return self.body

    def id(self) -> str:
        """The id in the path; 400 if it does not look like one."""
        if not _ID.fullmatch(self.ids[0]):
            raise ApiError(400, "Invalid base62 id")
        return self.ids[0]

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number of the query; 400 outside its bounds."""
        try:
            value = int(self.query.get(name, default))
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise ApiError(400, f"Invalid {name}")
        return value

    def window(self, most: int = 50, default: int = 20) -> tuple[int, int]:
        """The limit and offset of a page."""
        return self.number("limit", default, 1, most), self.number("offset", 0, 0, 100_000)

    @property
    def rest(self) -> dict[str, str]:
        """The query without what a page sets itself."""
        return {key: value for key, value in self.query.items() if key not in ("limit", "offset")}

    def need(self, *scopes: str) -> None:
        """403 unless the person agreed to all of these, and 401 if there is no person."""
        if scopes and self.grant.user is None:
            raise _nobody()
        if not self.grant.scopes.issuperset(scopes):
            raise ApiError(403, "Insufficient client scope")


@dataclass(frozen=True)
class Route:
    """Answers calls of a path, in which {} stands for an id; `scopes` are all needed."""

    method: str
    path: str
    answer: Callable[[Call], Answer]
    scopes: tuple[str, ...] = ()

    def match(self, method: str, path: str) -> tuple[str, ...] | None:
        """What the path names, if this answers it."""
        if method != self.method:
            return None
        found = re.fullmatch(self.path.replace("{}", "([^/]+)"), path)
        return None if found is None else found.groups()


def _nobody() -> ApiError:
    return ApiError(401, "Valid user authentication required")
