"""What Slack's installations need to be kept, as small Protocols."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Installs(Protocol):
    """Where the app is installed, and which installs have begun."""

    async def save(self, enterprise_id: str, team_id: str, sealed: str, now_ms: int) -> None:
        """Keeps where Slack's app was installed: a workspace, or for an empty `team_id` an organisation."""

    async def get(self, workspace: str) -> str | None:
        """The sealed installation of a workspace or organisation, by its id."""

    async def all(self) -> list[tuple[str, str]]:
        """All installations: the id of the workspace or organisation, and what is sealed."""

    async def swap(self, workspace: str, before: str, after: str, now_ms: int) -> bool:
        """Replaces what is sealed if it is still as before, and says whether it was."""

    async def drop(self, workspace: str) -> None:
        """Forgets the installation of a workspace or organisation."""

    async def save_state(self, digest: str, expires_ms: int, now_ms: int) -> None:
        """Notes that an install has begun, and forgets those that were never finished."""

    async def consume_state(self, digest: str, now_ms: int) -> bool:
        """Takes a note away, and says whether it was there and in time."""


class Transaction(Protocol):
    """What is read and written of installations between BEGIN and COMMIT."""

    @property
    def installs(self) -> Installs:
        """Installations."""


class Store(Protocol):
    """Where installations are kept."""

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that cannot write: whatever would, raises."""

    def writing(self) -> AbstractAsyncContextManager[Transaction]:
        """All or nothing: COMMIT on a clean exit; ROLLBACK when an error passes through."""
