"""What opens a link: a text that nobody can guess, and what it is found by."""

from __future__ import annotations

import hashlib
import secrets

SECRET_BYTES = 24
"""How much of a link nobody can guess: 192 bits."""


def new_secret() -> str:
    """A secret that no link has."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> str:
    """What a secret is found by: whoever reads the table's index cannot open the page."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
