"""`python -m tests.supply.audit`: asks pip-audit what is known to be wrong with what is pinned.

Without a network, or where the registry does not tell, that is said and is no failure. Where pip-audit itself
does not work it is one.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

WITHIN_S = 180.0
"""So long the registry may take for all packages of a file."""
NOBODY = re.compile(r"connect|route|resol|timed? ?out|in time|proxy|ssl|http", re.IGNORECASE)
"""What is said where the network or the registry is to blame."""
COMMAND = (
    *("-m", "pip_audit", "--require-hashes", "--disable-pip", "--progress-spinner", "off"),
    *("--format", "json", "--timeout", "10", "--requirement"),
)


def ask(file: str) -> tuple[str, str]:
    """What pip-audit prints and says of a lock file; both empty when it takes too long."""
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            [sys.executable, *COMMAND, file], capture_output=True, text=True, timeout=WITHIN_S, check=False
        )
    except subprocess.TimeoutExpired:
        return "", "no answer in time"
    return done.stdout, done.stderr


def judge(file: str, printed: str, said: str) -> tuple[str, bool]:
    """The line to print of a file, and whether something is wrong.

    Args:
        file: its name.
        printed: pip-audit's JSON, if there is any.
        said: what it wrote besides.
    """
    try:
        packages: list[dict[str, Any]] = json.loads(printed)["dependencies"]
    except (ValueError, KeyError, TypeError):
        reason = (said.strip().splitlines() or ["no reason given"])[-1]
        # Who was asked, and for what, stands in brackets.
        short = reason.removeprefix(f"{sys.executable}: ").partition("(")[0][:200]
        if NOBODY.search(reason):
            return f"pip-audit: {file} skipped, for nobody could be asked ({short})", False
        return f"pip-audit: {file} was not looked at ({short})", True
    asked = [each for each in packages if "skip_reason" not in each]
    wrong = [
        f"{each['name']} {each['version']}: {known['id']}"
        for each in asked
        for known in each.get("vulns", ())
    ]
    if wrong:
        return f"pip-audit: {file} has packages with known faults: {'; '.join(wrong)}", True
    if not asked:
        return (
            f"pip-audit: {file} skipped, for nothing is told of its {len(packages)} packages",
            False,
        )
    left = len(packages) - len(asked)
    rest = f", {left} skipped of which nothing is told" if left else ""
    return f"pip-audit: {file} has no known fault in {len(asked)} packages{rest}", False


def main(files: Sequence[str]) -> int:
    """Prints a line for each file; the exit code is 1 where something is wrong."""
    judged = [judge(file, *ask(file)) for file in files]
    print(*(line for line, _ in judged), sep="\n")
    return 1 if any(wrong for _, wrong in judged) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
