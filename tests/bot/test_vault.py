"""What is sealed is opened by the right keys only, and given away by nothing."""

from __future__ import annotations

import subprocess
import sys
import traceback

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.party.errors import StartError
from bot.vault import NotOpened, Vault

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
CANARY = "xoxb-canary-für-immer"


def test_what_is_sealed_opens_again() -> None:
    """Any text comes back, is not readable meanwhile, and never looks the same twice."""
    vault = Vault([OLD])
    sealed = vault.seal(CANARY)
    assert vault.open(sealed) == CANARY
    assert "canary" not in sealed
    assert vault.seal(CANARY) != sealed


def test_a_key_is_changed_by_putting_a_new_one_first() -> None:
    """The new key seals, the old one still opens; what was rotated needs the new one only."""
    sealed = Vault([OLD]).seal(CANARY)
    both = Vault([NEW, OLD])
    assert both.open(sealed) == CANARY
    for fresh in (both.seal(CANARY), both.rotate(sealed)):
        assert Vault([NEW]).open(fresh) == CANARY
        with pytest.raises(NotOpened):
            Vault([OLD]).open(fresh)


@pytest.mark.parametrize("sealed", [Vault([OLD]).seal(CANARY), "", "nonsense", "für immer", CANARY])
def test_what_was_sealed_otherwise_is_not_opened(sealed: str) -> None:
    """A wrong key, or a text that was never sealed, is one exception that repeats nothing of it."""
    vault = Vault([NEW])
    for attempt in (vault.open, vault.rotate):
        with pytest.raises(NotOpened) as refused:
            attempt(sealed)
        told = "".join(traceback.format_exception(refused.value))
        assert "canary" not in told
        assert NEW not in told


def test_a_changed_seal_is_noticed() -> None:
    """Not a single sign of what is sealed can be another one."""
    vault = Vault([OLD])
    sealed = vault.seal(CANARY)
    middle = len(sealed) // 2
    other = "A" if sealed[middle] != "A" else "B"
    with pytest.raises(NotOpened):
        vault.open(sealed[:middle] + other + sealed[middle + 1 :])


@pytest.mark.parametrize(
    "keys",
    [[], [""], ["hunter2"], [OLD, ""], [OLD[:-2]], [f"{OLD}="], [f"hunter2 {OLD}"], [f"{OLD}\n"], ["ä" * 44]],
)
def test_keys_that_can_be_none_are_refused(keys: list[str]) -> None:
    """One sentence names the setting and how to make a key, and shows none."""
    with pytest.raises(StartError, match=r"\AENCRYPTION_KEYS[^\n]+python -m bot\.vault\Z") as refused:
        Vault.from_setting([SecretStr(key) for key in keys])
    told = "".join(traceback.format_exception(refused.value))
    assert OLD[:-2] not in told
    assert "hunter2" not in told


def test_a_vault_shows_no_key() -> None:
    """Neither printing a vault nor what is in it gives a key away."""
    vault = Vault.from_setting([SecretStr(OLD)])
    assert OLD not in f"{vault!r} {vault} {vars(vault)}"


def test_a_key_is_made_by_the_command_that_is_named() -> None:
    """`python -m bot.vault` prints a key that seals, another one each time."""
    command = [sys.executable, "-m", "bot.vault"]
    made = [
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - our own
        for _ in range(2)
    ]
    assert made[0] != made[1]
    assert Vault(made).open(Vault(made[1:]).seal(CANARY)) == CANARY
