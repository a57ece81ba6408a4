"""What requirements.txt pins: names, versions and hashes, as `make lock` writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements.txt"
_PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>\S+)(?: ; (?P<marker>[^\\]+?))? \\$")
_HASH = re.compile(r"^    --hash=sha256:([0-9a-f]{64})")
_VENDORED = re.compile(r"^THREE := (?P<name>three)@(?P<version>\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pin:
    """A package of one version; several of one name have markers that say which is for whom."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def url(self) -> str:
        """What it is called everywhere (the specification of package URLs, "pypi")."""
        return f"pkg:pypi/{self.name}@{self.version}"


def pins(file: Path = REQUIREMENTS) -> Iterator[Pin]:
    """Every package that a lock file pins, in its order."""
    lines = file.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        if found := _PIN.match(line):
            hashes = []
            for after in lines[number + 1 :]:
                if not (hashed := _HASH.match(after)):
                    break
                hashes.append(hashed[1])
            yield Pin(found["name"], found["version"], found["marker"] or "", tuple(hashes))


def vendored() -> str:
    """What of others' is in the repository itself: the library that the map is drawn with."""
    found = _VENDORED.search((ROOT / "Makefile").read_text("utf-8"))
    assert found is not None, "the Makefile names no version of three.js"
    return f"pkg:npm/{found['name']}@{found['version']}"
