"""`python -m tests.supply.history`: looks for secrets in all that was ever committed; says where."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

KINDS = {
    "a Discord bot's token": r"(?<![\w-])[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,38}(?![\w-])",
    "a Discord webhook": r"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d{17,20}/[\w-]{60,}",
    "a Slack token": (
        r"xox[abeprs](?:\.xox[a-z])?-(?:\d+-){1,4}[A-Za-z0-9]{24,}|xapp-\d-A[A-Z0-9]{8,}-\d{10,}-[0-9a-f]{64}"
    ),
    "a Slack webhook": r"hooks\.slack\.com/(?:services|workflows)/T[A-Z0-9]{8,}/[A-Z0-9]{8,}/\w{20,}",
    "a setting with a secret": (
        r"(?:SPOTIFY_CLIENT_SECRET|SLACK_SIGNING_SECRET|SLACK_CLIENT_SECRET)\s*[=:]\s*[\"']?[0-9a-f]{32}\b"
        r"|ENCRYPTION_KEYS\s*[=:]\s*[\"']?[\w-]{43}=(?!\w)"
    ),
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*$",
    "a key of a cloud": r"(?<![A-Z0-9])AKIA[0-9A-Z]{16}(?![A-Z0-9])|AIza[\w-]{35}(?![\w-])",
    "a token of a forge or a registry": (
        r"gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{50,}|glpat-[\w-]{20,}|pypi-AgEI[\w-]{50,}|npm_[A-Za-z0-9]{36}"
    ),
}
"""The shapes that secrets have which the bot, or whoever works on it, may come by."""
_KINDS = {kind: re.compile(pattern) for kind, pattern in KINDS.items()}
_ANY = re.compile("|".join(f"(?:{pattern})" for pattern in KINDS.values()))
LOG = (
    *("log", "--all", "--root", "-p", "-c", "-U0", "--no-color", "--no-ext-diff", "--no-textconv"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--format=commit %h"),
)
"""All that commits brought, merges included, whatever whoever runs it has set for themselves."""
FILES = re.compile(r"(?:^|/)(?:\.env|id_[a-z0-9]+|[^/]+\.(?:pem|key|p12|pfx|kdbx))$")
"""What files with secrets are called."""


class NoHistory(Exception):
    """The folder has no history of its own, or only the end of one."""


def secrets_in(folder: Path) -> Iterator[str]:
    """Where in the whole history of a repository something looks like a secret.

    Raises:
        NoHistory: there is none to look through, or no git to look with.
        CalledProcessError: git could not read all of it.
    """
    if _git(folder, "rev-parse", "--show-prefix", "--is-shallow-repository").split() != ["false"]:
        raise NoHistory
    commit = path = ""
    for line in _lines(folder, *LOG):
        if line.startswith("commit "):
            commit = line.removeprefix("commit ").strip()
        elif line.startswith("+++ "):
            path = line.removeprefix("+++ b/").strip()
            if FILES.search(path):
                yield f"{commit} {path}: a file that may hold secrets"
        elif line.startswith("+") and _ANY.search(line):
            yield from (f"{commit} {path}: {kind}" for kind, each in _KINDS.items() if each.search(line))


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            ["git", "-C", str(folder), *words],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise NoHistory from None
    return done.stdout


def _lines(folder: Path, *words: str) -> Iterator[str]:
    with subprocess.Popen(  # noqa: S603 - our own words
        ["git", "-C", str(folder), *words],  # noqa: S607
        stdout=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        yield from process.stdout
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, "git")


def main(folder: Path) -> int:
    """Prints what was found; the exit code is 1 where there is anything."""
    try:
        found = [*dict.fromkeys(secrets_in(folder))]
    except NoHistory:
        print("history: skipped, for there is none here, or only the end of it")
        return 0
    except subprocess.CalledProcessError:
        print("history: git could not read all of it; what it says stands above")
        return 1
    print(*found, sep="\n", end="\n" if found else "")
    print(f"history: {len(found) or 'no'} secret{'' if len(found) == 1 else 's'} in what was ever committed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
