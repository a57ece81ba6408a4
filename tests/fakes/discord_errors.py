"""Discord's refusals: error codes, and field errors in their nested form."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

from .discord_people import Json

UNAUTHORIZED = (401, 0, "401: Unauthorized")
NOT_FOUND = (404, 0, "404: Not Found")
UNKNOWN_APPLICATION = (404, 10002, "Unknown Application")
UNKNOWN_CHANNEL = (404, 10003, "Unknown Channel")
UNKNOWN_GUILD = (404, 10004, "Unknown Guild")
UNKNOWN_MEMBER = (404, 10007, "Unknown Member")
UNKNOWN_MESSAGE = (404, 10008, "Unknown Message")
UNKNOWN_USER = (404, 10013, "Unknown User")
UNKNOWN_WEBHOOK = (404, 10015, "Unknown Webhook")
UNKNOWN_INTERACTION = (404, 10062, "Unknown interaction")
ALREADY_ACKNOWLEDGED = (400, 40060, "Interaction has already been acknowledged.")
MISSING_ACCESS = (403, 50001, "Missing Access")
OTHERS_MESSAGE = (403, 50005, "Cannot edit a message authored by another user")
EMPTY_MESSAGE = (400, 50006, "Cannot send an empty message")
CANNOT_MESSAGE = (403, 50007, "Cannot send messages to this user")
MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
INVALID_WEBHOOK_TOKEN = (401, 50027, "Invalid Webhook Token")
WRONG_CHANNEL_KIND = (400, 50024, "Cannot execute action on this channel type")
INVALID_FORM = (400, 50035, "Invalid Form Body")
THREAD_ARCHIVED = (400, 50083, "Thread is archived")
INVALID_JSON = (400, 50109, "The request body contains invalid JSON.")

Path = tuple[str | int, ...]


class ApiError(Exception):
    """A refusal in the form that Discord sends."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        """Refuse with this HTTP status, Discord error code and message."""
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.headers: dict[str, str] = {}
        self.body: Json = {"message": message, "code": code}
        if errors:
            self.body["errors"] = errors


class FormErrors:
    """Collects field errors in the nested form of Discord's code 50035."""

    def __init__(self) -> None:
        """Start without errors."""
        self.tree: Json = {}

    def add(self, path: Path, code: str, message: str) -> None:
        """Report one error at a field."""
        node = self.tree
        for key in path:
            node = node.setdefault(str(key), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def at_most(self, path: Path, text: str | None, limit: int) -> None:
        """Refuse a text that is too long."""
        if len(text or "") > limit:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")

    def required(self, path: Path, value: object) -> None:
        """Refuse a field that has to be there and is not."""
        if not value:
            self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def count(self, path: Path, items: Sequence[Any], least: int, most: int) -> None:
        """Refuse a list of the wrong length."""
        if not least <= len(items) <= most:
            told = f"Must be between {least} and {most} in length."
            self.add(path, "BASE_TYPE_BAD_LENGTH", told)

    def within(self, path: Path, number: int, least: int, most: int) -> None:
        """Refuse a number that is too small or too big."""
        if not least <= number <= most:
            self.add(path, "NUMBER_TYPE_RANGE", f"int value should be between {least} and {most}.")

    def kind(self, path: Path, part: Json, allowed: Container[int]) -> bool:
        """Refuse a component in a place where its type cannot be; tells whether it can be there."""
        if part["type"] in allowed:
            return True
        told = f"The specified component type is invalid in this context: {part['type']}"
        self.add((*path, "type"), "UNION_TYPE_CHOICES", told)
        return False

    def refuse(self, *, under: str | None = None) -> None:
        """Raise everything that was collected, if anything was."""
        if self.tree:
            raise ApiError(*INVALID_FORM, {under: self.tree} if under else self.tree)
