"""What must not be read in the database, sealed. `python -m bot.vault` makes a key."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from bot.party.errors import StartError

KEY = re.compile(r"[A-Za-z0-9_-]{43}=")
"""32 bytes in URL-safe base64. The library itself skips what is no base64, so that a typo would go unseen."""


class NotOpened(Exception):
    """None of the keys opens this: it was sealed with another one, or changed."""

    def __init__(self) -> None:
        super().__init__("none of ENCRYPTION_KEYS can decrypt it")


class Vault:
    """Seals and opens texts with AES-128-CBC and HMAC-SHA256.

    Args:
        keys: at least one, each 32 bytes in URL-safe base64; the first one seals, all of them open.

    Raises:
        ValueError: a key is none, or there is none; it is not shown.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or not all(KEY.fullmatch(key) for key in keys):
            raise ValueError("a key is 32 bytes in URL-safe base64, and there is at least one")
        self._first, *others = [Fernet(key) for key in keys]
        self._fernet = MultiFernet([self._first, *others])
        self.rotating = len(keys) > 1
        """Whether there may be texts that the first key does not open."""

    @classmethod
    def from_setting(cls, keys: Sequence[SecretStr]) -> Vault:
        """The vault of ENCRYPTION_KEYS.

        Raises:
            StartError: a key is none, or there is none; none is shown.
        """
        return opened([key.get_secret_value() for key in keys])

    def seal(self, text: str) -> str:
        """The text as only these keys can open it; different every time."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text that was sealed.

        Raises:
            NotOpened: with none of these keys, or changed since.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise NotOpened from None

    def is_by_first(self, sealed: str) -> bool:
        """Whether the first key has sealed it, so that there is no need to rotate it."""
        try:
            self._first.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True

    def rotate(self, sealed: str) -> str:
        """The same text, sealed with the first key.

        Raises:
            NotOpened: with none of these keys, or changed since.
        """
        try:
            return self._fernet.rotate(sealed.encode()).decode()
        except InvalidToken:
            raise NotOpened from None


def opened(keys: Collection[str]) -> Vault:
    """The vault of these keys.

    Raises:
        StartError: a key is none, or there is none; none is shown.
    """
    try:
        return Vault([*keys])
    except ValueError:
        raise StartError(
            "ENCRYPTION_KEYS: each key is 44 characters, comma separated, the newest first; "
            "make one with: .venv/bin/python -m bot.vault"
        ) from None


def new_key() -> str:
    """A key that nobody has."""
    return Fernet.generate_key().decode()


if __name__ == "__main__":
    print(new_key())
