"""The refusals of the fake Slack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class SlackError(Exception):
    """A refusal by Slack's own name, such as `channel_not_found`."""

    def __init__(self, error: str, **extra: Any) -> None:
        """Keep the name and what the answer holds beside it."""
        super().__init__(error)
        self.body: dict[str, Any] = {"ok": False, "error": error, **extra}


class HttpFailure(Exception):
    """An answer that is no Slack JSON: an outage, or too many requests.

    With a `page` it is one of HTML, as of something that stands before Slack (bolt-python#968 shows one).
    """

    def __init__(self, status: int, retry_after_s: int | None = None, page: str = "") -> None:
        """Keep the status, when to come back, and the page that is shown in place of JSON."""
        super().__init__(f"HTTP {status}")
        self.status = status
        self.retry_after_s = retry_after_s
        self.page = page


def invalid(error: str, told: Sequence[str]) -> SlackError:
    """A refusal that says in its metadata what is wrong, one line a fault."""
    messages = [f"[ERROR] {it}" for it in told]
    return SlackError(error, response_metadata={"messages": messages}, errors=list(told))
