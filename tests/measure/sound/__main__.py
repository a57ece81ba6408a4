"""Runs all parts one after the other, each in a process of its own: `python -m tests.measure.sound`.

Each part prints a table of what was promised and whether it was met, and can be run alone, such as
`python -m tests.measure.sound.files --songs 5000`.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated

import typer
from rich.console import Console

PARTS = {
    "browser": "a page that plays: silence between songs, and how soon a skip is heard",
    "voice": "voice channels: frames in time, ten parties beside a crowd",
    "files": "50,000 files: the first look, the next start, memory",
}
"""Each module beside this one, and what it is about."""


def main(
    parts: Annotated[str, typer.Option(help="Which, with commas between them.")] = ",".join(PARTS),
) -> None:
    """Prints the tables; exits with 1 if a promise is not met or a part has failed."""
    wanted = [part.strip() for part in parts.split(",") if part.strip()]
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        raise typer.BadParameter(f"There is no {', '.join(unknown)}; there are {', '.join(PARTS)}.")
    console = Console(width=110)
    verdicts: dict[str, int] = {}
    for part in wanted:
        console.rule(f"{part}: {PARTS[part]}")
        command = [sys.executable, "-m", f"{__package__}.{part}"]
        verdicts[part] = subprocess.run(command, check=False).returncode  # noqa: S603 - our own command
    failed = [part for part, code in verdicts.items() if code]
    console.print(f"Not met: {', '.join(failed)}" if failed else "All promises are met.")
    raise typer.Exit(int(bool(failed)))


if __name__ == "__main__":
    typer.run(main)
