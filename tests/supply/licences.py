"""`python -m tests.supply.licences`: prints docs/licences.md, with the licence of each package."""

from __future__ import annotations

from importlib import metadata

from tests.supply.pinned import pins

ALLOWED = {
    *("MIT", "MIT-0", "MIT-CMU", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "ISC", "PSF-2.0"),
    *("Zlib", "CC0-1.0"),
    "MPL-2.0",  # asks for the changes of its own files, of which there are none
    "OFL-1.1",  # of fonts, which are not sold by themselves
}
"""Licences under which a package may be used by, and shipped in an image with, a program under MIT."""
WORDED = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""What packages call them that do not use the names of spdx.org."""
ELSEWHERE = {"async-timeout": "Apache-2.0", "audioop-lts": "PSF-2.0", "uvloop": "Apache-2.0 OR MIT"}
"""Of what is not installed everywhere, for it is for other Pythons or systems."""
HEAD = """# Licences

What the bot needs to run, and what each is licensed under, as the packages themselves say. Encore is under
the [MIT licence](../LICENSE). A test holds this list against `requirements.txt`, and each licence against
those that go with it; `.venv/bin/python -m tests.supply.licences` prints it. [three.js](https://threejs.org),
which draws the map and is in the repository, is under MIT (`bot/room/static/vendor/three-LICENSE`).

| package | licence |
|---|---|
"""


def licence_of(name: str) -> str:
    """What a package is licensed under, as spdx.org words it, or else as the package does."""
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    told = metadata.metadata(name)
    classifiers = [
        each.rpartition(" :: ")[2]
        for each in told.get_all("Classifier") or []
        if each.startswith("License ::")
    ]
    fields = [each for name in ("License-Expression", "License") for each in told.get_all(name) or []]
    said = [*fields, *classifiers]
    words = [WORDED.get(each, each) for each in said if each and "\n" not in each]
    return next((each for each in words if goes_with_mit(each)), " / ".join(words) or "unknown")


def goes_with_mit(expression: str) -> bool:
    """Whether one may choose licences of an SPDX expression that are allowed."""
    parts = expression.replace("(", "").replace(")", "").split(" AND ")
    return all(any(each.strip() in ALLOWED for each in part.split(" OR ")) for part in parts)


def names() -> list[str]:
    """The packages that the bot needs, by name."""
    return sorted({pin.name for pin in pins()})


def listed() -> str:
    """The page."""
    return HEAD + "".join(f"| {name} | {licence_of(name)} |\n" for name in names())


if __name__ == "__main__":
    print(listed(), end="")
