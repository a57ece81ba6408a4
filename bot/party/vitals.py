"""What can be read off a running bot at any moment: whether each part works, and how much it has to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field

LAST_COPY = "last_copy_timestamp_seconds"
"""The figure that says when the last safe copy of the parties was made, in seconds since 1970; or 0."""

Works = Callable[[], bool]
Read = Callable[[], float]
Ask = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that goes up and down.

    Args:
        name: in small letters, with underscores.
        help: what it counts, in a sentence without a full stop.
        read: says it; cheap, and never waits.
        labels: what tells it from others of the same name.
    """

    name: str
    help: str
    read: Read
    labels: Mapping[str, str] = field(default_factory=dict)


class Vitals:
    """Parts of the bot say here how they do; whoever watches over it asks.

    Args:
        ask_database: asks the database something small, and raises where it does not answer.
    """

    def __init__(self, ask_database: Ask) -> None:
        self.ask_database = ask_database
        self.versions: Mapping[str, str] = {}  # of what the bot was started with
        self._parts: dict[str, Works] = {}
        self._figures: list[Figure] = []

    def part(self, name: str, works: Works) -> None:
        """Has a part asked whether it works: a connection, say. It is known by its name."""
        self._parts[name] = works

    def figure(self, name: str, help: str, read: Read, **labels: str) -> None:
        """Has a number read whenever somebody wants to know."""
        self._figures.append(Figure(name, help, read, labels))

    def parts(self) -> Mapping[str, bool]:
        """Whether each part works."""
        return {name: works() for name, works in self._parts.items()}

    def read(self, name: str) -> float | None:
        """One number; None where nobody has it read."""
        return next((each.read() for each in self._figures if each.name == name), None)

    def figures(self) -> Iterator[Figure]:
        """All numbers."""
        yield from self._figures
