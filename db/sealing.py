"""Links that are shown again, sealed: whoever reads the database, or a copy of it, gets in nowhere by it.

A link is found by the digest of its secret. The secret itself is kept only to be shown again, and only as
the vault can open it. Its keys are ENCRYPTION_KEYS. Without them there is one for this alone: for SQLite in a
file beside the database's, which no copy has, and for PostgreSQL made of the password in its address. A link
that no key opens any more still lets people in; where it would be shown, a new one is made.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL

from bot.party.errors import StartError
from bot.vault import KEY, NotOpened, Vault, new_key, opened
from db.engine.opening import address

_SEALED = "gAAAA"
"""How all begins that the vault has sealed (Fernet's version and the first bytes of a time)."""
_LENGTH = 32
_COST = 2**14


class Seal:
    """Seals and opens the secrets of links.

    Args:
        keys: the newest first; the first one seals, all of them open.
        file: where a key is if there are no others, and where it is made when it is first needed.
    """

    def __init__(self, keys: Collection[str] = (), file: Path | None = None) -> None:
        self._keys, self._file = [*keys], file
        self._vault: Vault | None = None

    def close(self, secret: str) -> str:
        """A secret as it is kept; as it is where there is no key, and none can be made."""
        if secret and (vault := self._opened(making=True)) is not None:
            return vault.seal(secret)
        return secret

    def open(self, kept: str) -> str:
        """The secret; empty where no key opens it."""
        if not kept.startswith(_SEALED):
            return kept  # from before links were sealed, or there are no keys
        if (vault := self._opened()) is not None:
            with suppress(NotOpened):
                return vault.open(kept)
        return ""

    def renewed(self, kept: str) -> str | None:
        """What to keep in place of this; None where it is well, or nothing can be done."""
        if not kept.startswith(_SEALED):
            closed = self.close(kept)
            return closed if closed != kept else None
        vault = self._opened()
        if vault is None or not vault.rotating or vault.is_by_first(kept):
            return None
        try:
            return vault.rotate(kept)
        except NotOpened:
            return None

    def _opened(self, *, making: bool = False) -> Vault | None:
        if self._vault is None:
            keys = [*self._keys, *self._of_file(making=making and not self._keys)]
            self._vault = Vault(keys) if keys else None
        return self._vault

    def _of_file(self, *, making: bool) -> list[str]:
        """The key of the file, if there is one or one is made.

        Raises:
            StartError: it cannot be read, or not be written.
        """
        if self._file is None:
            return []
        try:
            kept = self._file.read_text("ascii", "replace").strip() if self._file.exists() else ""
        except OSError as error:
            raise StartError(
                f"DATABASE_URL: the key {self._file} cannot be read ({error.strerror}); "
                "make it a file that this user may read"
            ) from error
        if making and not KEY.fullmatch(kept):
            kept = new_key()
            _write(self._file, kept)
        return [kept] if KEY.fullmatch(kept) else []


def seal_for(database_url: str, keys: Collection[str] = ()) -> Seal:
    """What seals the links of a database.

    Args:
        database_url: its address.
        keys: of ENCRYPTION_KEYS.

    Raises:
        StartError: the address is not one of ours, or a key is none.
    """
    place = address(database_url)
    if keys:
        opened(keys)
    if isinstance(place, URL):
        return Seal(keys or _of_password(place))
    return Seal(keys, key_file(place))


def key_file(path: Path) -> Path:
    """Where the key of a SQLite file is, whatever leads to it."""
    return Path(f"{os.path.realpath(path)}.key")


def _of_password(url: URL) -> list[str]:
    if not url.password:
        return []
    made = hashlib.scrypt(
        str(url.password).encode(), salt=b"Encore's links", n=_COST, r=8, p=1, dklen=_LENGTH
    )
    return [base64.urlsafe_b64encode(made).decode()]


def _write(file: Path, key: str) -> None:
    """Puts a key into a file, for its owner alone, in one step: nobody finds half of one.

    Raises:
        StartError: it cannot be written.
    """
    scratch = file.with_name(f".{file.name}.new")
    try:
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, f"{key}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        scratch.replace(file)
    except OSError as error:
        raise StartError(
            f"DATABASE_URL: {file} cannot be written ({error.strerror}); make room, or let me write there"
        ) from error
