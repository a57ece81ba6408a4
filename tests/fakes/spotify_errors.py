"""What Spotify refuses requests with."""

from __future__ import annotations

from .spotify_model import Json


class ApiError(Exception):
    """A refusal of the Web API; with `plain`, its body is the message as text and not JSON."""

    def __init__(
        self,
        status: int,
        message: str,
        reason: str | None = None,
        *,
        plain: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Remember the answer."""
        super().__init__(message)
        self.status, self.message, self.reason, self.plain = status, message, reason, plain
        self.headers = headers or {}

    @property
    def body(self) -> Json | str:
        """What is sent."""
        if self.plain:
            return self.message
        error: Json = {"status": self.status, "message": self.message}
        return {"error": error if self.reason is None else error | {"reason": self.reason}}


class TokenError(Exception):
    """A refusal of the accounts service, in the words of OAuth."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        """Remember the answer."""
        super().__init__(description)
        self.error, self.description, self.status = error, description, status

    @property
    def body(self) -> Json:
        """What is sent."""
        return {"error": self.error, "error_description": self.description}


def player_error(status: int, message: str, reason: str = "UNKNOWN") -> ApiError:
    """What the player refuses a command with."""
    return ApiError(status, f"Player command failed: {message}", reason)
